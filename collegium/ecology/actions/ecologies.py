"""Opening, keeping in step and closing. No ``by``: each is called inside the owner's own action, which says who and why."""

from datetime import datetime
from typing import Any

from django.db import transaction

from collegium.conversations.models import Forum
from collegium.ecology.actions.wanting import settle_wanted
from collegium.ecology.models import Ecology
from collegium.ecology.tags import fold
from collegium.foundation import clock
from collegium.people.models import Circle

_MAY_CHANGE = frozenset(
    {"title", "path", "audience", "members", "editors", "forum", "within", "hashtag", "begins_at", "ends_at"}
)


@transaction.atomic
def open_ecology(
    *,
    title: str,
    path: str,
    audience: str,
    members: Circle,
    editors: Circle,
    forum: Forum | None = None,
    within: Ecology | None = None,
    hashtag: str = "",
    begins_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> Ecology:
    return Ecology.objects.create(
        title=title,
        path=path,
        audience=audience,
        members=members,
        editors=editors,
        forum=forum,
        within=within,
        hashtag=fold(hashtag),
        begins_at=begins_at,
        ends_at=ends_at,
    )


@transaction.atomic
def set_ecology(*, ecology: Ecology, **changes: Any) -> Ecology:
    """Only what differs is written; a name that cannot be changed is a TypeError."""
    if unknown := changes.keys() - _MAY_CHANGE:
        raise TypeError(f"An ecology has no {', '.join(sorted(unknown))} to set.")
    if "hashtag" in changes:
        changes["hashtag"] = fold(changes["hashtag"])
    changed = [name for name, value in changes.items() if getattr(ecology, name) != value]
    for name in changed:
        setattr(ecology, name, changes[name])
    if changed:
        ecology.save(update_fields=changed)
    return ecology


@transaction.atomic
def close_ecology(*, ecology: Ecology) -> Ecology:
    """It stays to be read. What is followed nowhere else is not fetched any more. Safe to repeat."""
    if ecology.closed_at is None:
        ecology.closed_at = clock.now()
        ecology.save(update_fields=["closed_at"])
        settle_wanted(list(ecology.followings.running().values_list("source", flat=True)))
    return ecology


@transaction.atomic
def reopen_ecology(*, ecology: Ecology) -> Ecology:
    """Safe to repeat."""
    if ecology.closed_at is not None:
        ecology.closed_at = None
        ecology.save(update_fields=["closed_at"])
        settle_wanted(list(ecology.followings.running().values_list("source", flat=True)))
    return ecology

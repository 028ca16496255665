"""Opening, setting and closing a forum: called by the room whose forum it is, inside its own action."""

from typing import Any

from django.db import transaction

from collegium.conversations.models import Forum
from collegium.foundation import clock
from collegium.people.models import Audience, Circle


@transaction.atomic
def open_forum(
    *,
    title: str,
    path: str,
    audience: str,
    members: Circle,
    moderators: Circle,
    answer_within_hours: int = 48,
) -> Forum:
    """``path`` is where its page is; ``audience`` PUBLIC, SIGNED_IN, or CIRCLE for members alone."""
    return Forum.objects.create(
        title=title,
        path=path,
        audience=_readers(audience),
        members=members,
        moderators=moderators,
        answer_within_hours=answer_within_hours,
    )


@transaction.atomic
def set_forum(*, forum: Forum, **changes: Any) -> Forum:
    """Change title, path, audience or answer_within_hours; in force from the next request on."""
    if unknown := changes.keys() - {"title", "path", "audience", "answer_within_hours"}:
        raise TypeError(f"A forum is not set by {sorted(unknown)}.")
    if "audience" in changes:
        changes["audience"] = _readers(changes["audience"])
    for name, value in changes.items():
        setattr(forum, name, value)
    forum.save(update_fields=list(changes))
    return forum


@transaction.atomic
def close_forum(*, forum: Forum) -> Forum:
    """It stays to be read, and nobody posts any more. Safe to repeat."""
    if forum.closed_at is None:
        forum.closed_at = clock.now()
        forum.save(update_fields=["closed_at"])
    return forum


@transaction.atomic
def reopen_forum(*, forum: Forum) -> Forum:
    forum.closed_at = None
    forum.save(update_fields=["closed_at"])
    return forum


def _readers(audience: str) -> str:
    if audience not in {Audience.PUBLIC, Audience.SIGNED_IN, Audience.CIRCLE}:
        raise TypeError(f"A forum has no audience {audience!r}.")
    return audience

"""Founding a newsletter, changing what it says of itself, who edits one of the whole house, closing it."""

import zoneinfo
from datetime import time
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from collegium.activity.actions import record
from collegium.ecology.models import Ecology
from collegium.foundation import clock, richtext
from collegium.foundation.refusal import Refusal
from collegium.newsletters import rhythm, rules
from collegium.newsletters.actions import held, verbs
from collegium.newsletters.models import Issue, Newsletter
from collegium.people.models import Audience, Circle, CircleMember, Person

SLUG = 80
# First words of addresses that pages have.
TAKEN_BY_PAGES = frozenset(
    {
        "new",
        "confirm",
        "unsubscribe",
        "issues",
        "id",
        "mine",
        "nominate",
        "nominations",
        "sections",
        "entries",
    }
)
MOST_DAYS = 28


@transaction.atomic
def found_newsletter(
    *,
    by: Person,
    title: str,
    ecology: Ecology | None = None,
    slug: str = "",
    about: str = "",
    audience: str = "",
    rhythm: str = Newsletter.Rhythm.WEEKLY,
    sends_on: int = 4,
    sends_at: time = time(9),
    time_zone: str = "UTC",
    days_to_edit: int = 2,
    language: str = "",
) -> Newsletter:
    """Of an ecology, whose editors edit it; or of the whole house, whose founder is its first editor.

    ``audience`` "" is the ecology's own.
    """
    if not rules.may_found(by, ecology):
        raise Refusal(_("A newsletter is founded by those who look after what it draws from."))
    if ecology is None:
        editors = Circle.objects.create(name=_("Editors of %(title)s") % {"title": title.strip()})
        CircleMember.objects.create(circle=editors, person=by)
    else:
        editors = ecology.editors
    made = Newsletter(
        title=_title(title),
        slug=_free_slug(slug or title),
        about=richtext.clean(about),
        ecology=ecology,
        editors=editors,
        made_by=by,
        opened_at=clock.now(),
    )
    _set(
        made,
        audience=audience or (ecology.audience if ecology is not None else Audience.PUBLIC),
        rhythm=rhythm,
        sends_on=sends_on,
        sends_at=sends_at,
        time_zone=time_zone,
        days_to_edit=days_to_edit,
        language=language or settings.LANGUAGE_CODE,
    )
    made.save()
    record(verbs.FOUNDED, by=by, about=made, data={"newsletter": made.title})
    return made


@transaction.atomic
def set_newsletter(*, newsletter: Newsletter, by: Person, **changes: Any) -> Newsletter:
    """``title``, ``about``, ``audience``, ``rhythm``, ``sends_on``, ``sends_at``, ``time_zone``, ``days_to_edit``, ``language``.

    Its address stays. Who may not read it any more gets no further issue.
    """
    newsletter = held.newsletter(newsletter, by)
    if newsletter.closed_at is not None:
        raise Refusal(_("This newsletter is closed."))
    if "title" in changes:
        newsletter.title = _title(changes.pop("title"))
    if "about" in changes:
        newsletter.about = richtext.clean(changes.pop("about"))
    _set(newsletter, **changes)
    newsletter.save()
    record(verbs.CHANGED, by=by, about=newsletter, data={"newsletter": newsletter.title})
    return newsletter


def _set(newsletter: Newsletter, **changes: Any) -> None:
    known = {"audience", "rhythm", "sends_on", "sends_at", "time_zone", "days_to_edit", "language"}
    if unknown := changes.keys() - known:
        raise TypeError(f"A newsletter has no {', '.join(sorted(unknown))} to be set.")
    when_before = [getattr(newsletter, name) for name in known - {"audience", "language"}]
    for name, value in changes.items():
        setattr(newsletter, name, value)
    ecology = newsletter.ecology
    newsletter.members = ecology.members if ecology and newsletter.audience == Audience.CIRCLE else None
    if newsletter.audience == Audience.PRIVATE or (newsletter.audience == Audience.CIRCLE and not ecology):
        raise Refusal(_("Say who can read it."), code="audience")
    if newsletter.time_zone not in zoneinfo.available_timezones():
        raise Refusal(_("There is no such time zone."), code="time_zone")
    if newsletter.days_to_edit > MOST_DAYS:
        raise Refusal(_("That is a long time before it goes out: four weeks at most."), code="days_to_edit")
    if newsletter.pk is None or when_before != [
        getattr(newsletter, name) for name in known - {"audience", "language"}
    ]:
        newsletter.next_draft_at = rhythm.next_draft(newsletter, since=clock.now())


@transaction.atomic
def add_editor(*, newsletter: Newsletter, by: Person, person: Person) -> None:
    """Of a newsletter of the whole house; who edits one of a community or course, that community or course says."""
    newsletter = _with_own_editors(newsletter, by)
    if person.erased_at is not None or person.account is None or not person.account.is_active:
        raise Refusal(_("An editor has an account here."))
    _member, is_new = CircleMember.objects.get_or_create(circle=newsletter.editors, person=person)
    if is_new:
        record(
            verbs.EDITOR_ADDED,
            by=by,
            about=newsletter,
            concerns=[(person, "editor")],
            data={"newsletter": newsletter.title, "name": person.name},
        )


@transaction.atomic
def remove_editor(*, newsletter: Newsletter, by: Person, person: Person) -> None:
    newsletter = _with_own_editors(newsletter, by)
    others = CircleMember.objects.filter(circle=newsletter.editors_id).exclude(person=person)
    if not others.exists():
        raise Refusal(_("Somebody must look after it: name another editor first."))
    gone, _rows = CircleMember.objects.filter(circle=newsletter.editors_id, person=person).delete()
    if gone:
        record(
            verbs.EDITOR_REMOVED,
            by=by,
            about=newsletter,
            concerns=[(person, "editor")],
            data={"newsletter": newsletter.title, "name": person.name},
        )


def _with_own_editors(newsletter: Newsletter, by: Person) -> Newsletter:
    newsletter = held.newsletter(newsletter, None)
    if newsletter.ecology_id is not None:
        raise Refusal(_("Its editors are those who look after what it draws from."))
    if not rules.may_name_editors(by, newsletter):
        raise Refusal(_("Its editors say who edits it."))
    return newsletter


@transaction.atomic
def close_newsletter(*, newsletter: Newsletter, by: Person) -> Newsletter:
    """Nothing is drafted or sent any more; what went out can still be read."""
    newsletter = held.newsletter(newsletter, by)
    if newsletter.closed_at is None:
        newsletter.closed_at, newsletter.next_draft_at = clock.now(), None
        newsletter.save(update_fields=["closed_at", "next_draft_at"])
        waiting = newsletter.issues.filter(state=Issue.State.SCHEDULED)
        waiting.update(state=Issue.State.DRAFT, scheduled_for=None)
        record(verbs.CLOSED, by=by, about=newsletter, data={"newsletter": newsletter.title})
    return newsletter


def _title(typed: str) -> str:
    title = " ".join(typed.split())
    if not title:
        raise Refusal(_("A newsletter has a title."), code="title")
    return title[:120]


def _free_slug(wanted: str) -> str:
    plain = slugify(wanted)[: SLUG - 4] or "newsletter"
    taken = {
        *Newsletter.objects.filter(slug__startswith=plain).values_list("slug", flat=True),
        *TAKEN_BY_PAGES,
    }
    return next(
        slug
        for number in range(1, len(taken) + 2)
        if (slug := plain if number == 1 else f"{plain}-{number}") not in taken
    )

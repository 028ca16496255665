"""Saving words so that nothing is lost: revisions, conflicts, going back."""

import datetime as dt
from collections import Counter
from typing import Literal

from django.db import transaction
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.activity.actions import record
from collegium.activity.verbs import verb
from collegium.evidence.models import Evidence
from collegium.foundation import clock, richtext
from collegium.foundation.refusal import Refusal
from collegium.people.models import Person
from collegium.portfolios import passages
from collegium.portfolios.actions.commenting import follow_passages
from collegium.portfolios.actions.guarding import require_open
from collegium.portfolios.actions.turns import hold_turn
from collegium.portfolios.models import Part, Placement, Portfolio, Revision, Section
from collegium.portfolios.words import index_sections

SITTING = dt.timedelta(minutes=10)  # saves of one person within it share a revision

WRITTEN = verb("portfolio.written", history=gettext_lazy("%(actor)s wrote in %(section)s"))
SETTLED = verb(
    "portfolio.settled", history=gettext_lazy("%(actor)s brought two versions of %(section)s together")
)
RESTORED = verb(
    "portfolio.restored", history=gettext_lazy("%(actor)s went back to an earlier version in %(section)s")
)


class Conflict(Refusal):
    """Somebody saved the part meanwhile: ``current`` is what stands, ``difference`` how ``mine`` differs from it."""

    def __init__(self, current: Part, mine: SafeString) -> None:
        super().__init__(
            _("This was saved from another place meanwhile. Both versions are here: choose what to keep."),
            code="conflict",
        )
        self.current = current
        self.mine = mine
        self.difference = richtext.difference(current.html, mine)


@transaction.atomic
def write(*, section: Section, component: str, html: str, on_revision: int, by: Person) -> Part:
    """Save the words of one part. ``on_revision`` is the revision that they were written on.

    Saving the same words again changes nothing, so a save whose answer was lost can be repeated. Raises ``Conflict`` if
    the part was saved meanwhile, ``NotYourTurn`` if it is a shared one in which somebody else writes. Leaves an activity
    for each sitting, not for each save.
    """
    require_open(section)
    _require_turn(section, by)
    part = _held_part(section, component)
    words = passages.tidy(html)
    if words == part.html:
        return part
    if on_revision != part.revision:
        raise Conflict(part, words)
    if _save(section, part, words, by):
        record(WRITTEN, by=by, about=section.portfolio, data={"section": str(section)})
    return part


Choice = Literal["mine", "theirs", "both"]


@transaction.atomic
def settle(
    *, section: Section, component: str, mine: str, choice: Choice, on_revision: int, by: Person
) -> Part:
    """End a conflict. What is not chosen is kept as a revision of its own, whatever the choice."""
    require_open(section)
    _require_turn(section, by)
    part = _held_part(section, component)
    words, theirs = passages.tidy(mine), part.html
    if on_revision != part.revision:
        raise Conflict(part, words)
    if words != theirs:
        _save(section, part, words, by, apart=True)
        if choice == "theirs":
            _save(section, part, theirs, by, apart=True)
        elif choice == "both":
            _save(section, part, passages.tidy(f"{theirs}<hr>{words}"), by, apart=True)
        record(SETTLED, by=by, about=section.portfolio, data={"section": str(section)})
    return part


@transaction.atomic
def restore(*, revision: Revision, by: Person) -> Part:
    """The part says again what it said then; what it said in between stays among its revisions."""
    section = revision.part.section
    require_open(section)
    _require_turn(section, by)
    part = _held_part(section, revision.part.component)
    if part.html != revision.html:
        _save(section, part, revision.html, by, apart=True)
        record(RESTORED, by=by, about=section.portfolio, data={"section": str(section)})
    return part


def _held_part(section: Section, component: str) -> Part:
    part = Part.objects.select_for_update().filter(section=section, component=component).first()
    if part is None:
        raise Refusal(_("This section has no such part."))
    return part


def _require_turn(section: Section, by: Person) -> None:
    if section.portfolio.group_id is not None and section.writer_id is None:
        hold_turn(section, by)


def _save(section: Section, part: Part, html: str, by: Person, *, apart: bool = False) -> bool:
    """True if a sitting began with it. ``apart``: as a revision of its own, so that it can be gone back to."""
    now = clock.now()
    part.html = html
    part.words = richtext.word_count(html)
    part.marks = richtext.marked_principles(html)
    part.revision += 1
    part.saved_at = now
    part.save(update_fields=["html", "words", "marks", "revision", "saved_at"])
    last = Revision.objects.filter(part=part).first()
    is_same_sitting = (
        not apart
        and last is not None
        and last.saved_by_id == by.pk
        and now - last.begun_at < SITTING
        and last.number == part.revision - 1
    )
    if is_same_sitting and last is not None:
        last.number, last.html, last.words, last.saved_at = part.revision, html, part.words, now
        last.added, last.removed = _contributed(section, part, last, html)
        last.save(update_fields=["number", "html", "words", "added", "removed", "saved_at"])
    else:
        added, removed = _contributed(section, part, None, html)
        Revision.objects.create(
            part=part,
            number=part.revision,
            html=html,
            words=part.words,
            added=added,
            removed=removed,
            saved_by=by,
            begun_at=now,
            saved_at=now,
        )
    _note_embedded(section, by)
    follow_passages(part)
    Portfolio.objects.filter(sections=part.section_id).update(edited_at=now)
    index_sections([section.pk])
    return not is_same_sitting


def _contributed(section: Section, part: Part, sitting: Revision | None, html: str) -> tuple[int, int]:
    """How many words came and went in a sitting, for the ledger of a group; a word that only moved is neither."""
    if section.portfolio.group_id is None:
        return 0, 0
    earlier = Revision.objects.filter(part=part)
    if sitting is not None:
        earlier = earlier.exclude(pk=sitting.pk)
    before = earlier.values_list("html", flat=True).first() or ""
    was, now = (Counter(richtext.plain(each).casefold().split()) for each in (before, html))
    return (now - was).total(), (was - now).total()


def _note_embedded(section: Section, by: Person) -> None:
    """Keep placements in step with the words: only the writer's own evidence, whatever number somebody writes."""
    needed: set[int] = set()
    for html in Part.objects.filter(section=section).values_list("html", flat=True):
        needed.update(passages.evidence_in(html))
    placed = {placement.evidence_id: placement for placement in Placement.objects.filter(section=section)}
    changed = []
    for evidence_id, placement in placed.items():
        if placement.embedded != (evidence_id in needed):
            placement.embedded = evidence_id in needed
            changed.append(placement)
    Placement.objects.bulk_update(changed, ["embedded"])
    missing = needed - placed.keys()
    if missing:
        owner = by.pk if section.portfolio.group_id is not None else section.portfolio.owner_id
        own = Evidence.objects.filter(pk__in=missing, owner=owner)
        Placement.objects.bulk_create(
            Placement(section=section, evidence=evidence, embedded=True) for evidence in own.order_by("pk")
        )

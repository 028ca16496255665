"""A thread as somebody opens it: with who they are there, how far they have read and what they were writing, in one query."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from collegium.conversations import rules
from collegium.conversations.models import Attachment, Draft, Following, Forum, Level, Reading, Thread
from collegium.conversations.queries.shown import Reader
from collegium.foundation import clock
from collegium.foundation.prepared import prepared
from collegium.people.models import Person


@dataclass(frozen=True)
class Reached:
    """How far somebody has read in a thread, and how closely they follow it."""

    through: int | None = None  # None: a stranger, of whom nothing is remembered
    level: Level = Level.REPLIES
    has_own_level: bool = False
    has_begun: bool = False  # it is remembered for this very thread


@dataclass(frozen=True)
class Opening:
    thread: Thread
    reader: Reader
    reached: Reached = field(default_factory=Reached)
    draft: Draft | None = None
    has_files: bool = False  # the draft


def reader_of(person: Person | None, thing: Thread | Forum) -> Reader:
    return Reader(person=person, standing=rules.standing(person, thing))


def opening(thread_id: int, person: Person | None) -> Opening | None:
    """None where there is no such thread for this reader."""
    if person is None:
        thread = (
            Thread.objects.visible_to(None).select_related("forum", "started_by").filter(pk=thread_id).first()
        )
        return Opening(thread, Reader(None)) if thread is not None else None
    thread = next(iter(_open(thread_id, person.pk, clock.now())), None)
    if thread is None:
        return None
    standing = rules.standing_as_found(person, thread, thread)
    return Opening(
        thread=thread,
        reader=Reader(person, standing),
        reached=_as_found(thread),
        draft=_draft(thread, person),
        has_files=thread.draft_has_files,
    )


def reached_in(thread: Thread, person: Person | None) -> Reached:
    """For a thread that was come by otherwise. One query."""
    if person is None:
        return Reached()
    found = next(iter(_reached_by(person.pk, thread.pk, thread.forum_id)), None)
    return _as_found(found) if found is not None else Reached(through=0)


def _as_found(found: Any) -> Reached:
    return Reached(
        through=found.in_thread if found.in_thread is not None else found.in_forum or 0,
        level=Level(found.own_level or found.forum_level or Level.REPLIES),
        has_own_level=found.own_level is not None,
        has_begun=found.in_thread is not None,
    )


def _draft(thread: Any, person: Person) -> Draft | None:
    if thread.draft_id is None:
        return None
    return Draft(
        pk=thread.draft_id,
        person=person,
        forum=thread.forum,
        thread=thread,
        html=thread.draft_html,
        saved_at=thread.draft_saved_at,
    )


def _reaches(person: int, *, thread: Any, forum: Any) -> dict[str, Any]:
    own = Following.objects.filter(person=person, thread=thread)
    whole = Following.objects.filter(person=person, forum=forum, thread__isnull=True)
    readings = Reading.objects.filter(person=person, thread=thread)
    return {
        "in_thread": Subquery(readings.values("read_through")[:1]),
        "in_forum": Subquery(whole.values("read_through")[:1]),
        "own_level": Subquery(own.values("level")[:1]),
        "forum_level": Subquery(whole.values("level")[:1]),
    }


@prepared
def _reached_by(person: int, thread: int, forum: int) -> "QuerySet[Person, Any]":
    """One row, of the person."""
    return (
        Person.objects.filter(pk=person).only("pk").annotate(**_reaches(person, thread=thread, forum=forum))
    )


@prepared
def _open(thread: int, person: int, moment: datetime) -> "QuerySet[Thread, Any]":
    draft = Draft.objects.filter(person=person, thread=OuterRef("pk"))
    return (
        Thread.objects.visible_to(person)
        .filter(pk=thread)
        .select_related("forum", "started_by")
        .annotate(
            **rules.stands(
                person,
                moment,
                forum=OuterRef("forum"),
                members=OuterRef("forum__members"),
                moderators=OuterRef("forum__moderators"),
            ),
            **_reaches(person, thread=OuterRef("pk"), forum=OuterRef("forum")),
            draft_id=Subquery(draft.values("pk")[:1]),
            draft_html=Subquery(draft.values("html")[:1]),
            draft_saved_at=Subquery(draft.values("saved_at")[:1]),
            draft_has_files=Exists(
                Attachment.objects.filter(draft__person=person, draft__thread=OuterRef("pk"))
            ),
        )
    )

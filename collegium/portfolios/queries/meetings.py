"""Drafts for a meeting of a writing group: one's own, and those that the reader may open."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum

from collegium.courses.models import Enrolment, Mapping, Pair, Week
from collegium.foundation.listed import Listed
from collegium.people.models import Person
from collegium.portfolios.models import Part, Section, Share
from collegium.portfolios.queries.feedback import meetings_ahead, next_of_each
from collegium.portfolios.queries.weeks import fits


@dataclass(frozen=True)
class Friend:
    """Who reads one's draft for the meeting."""

    pk: int
    name: str


@dataclass(frozen=True)
class OwnDraft:
    section: Section
    words: int
    friends: tuple[Friend, ...] | None  # None where it is not the next meeting
    with_group: bool
    with_friends: frozenset[int]


@dataclass(frozen=True)
class MeetingDrafts:
    """What is written for a meeting, as far as its reader may open it. ``own`` is there whether they are enrolled or not."""

    own: list[Section]
    by_writer: dict[int, list[Section]]


def drafts_for(week: Week, reader: Person) -> MeetingDrafts:
    """One query, for all panels of a page."""
    rows: list[Any] = list(_drafts(week, reader))
    by_writer: defaultdict[int, list[Section]] = defaultdict(list)
    for section in rows:
        if section.is_of_member:
            by_writer[section.portfolio.owner_id].append(section)
    return MeetingDrafts([each for each in rows if each.portfolio.owner_id == reader.pk], dict(by_writer))


def _drafts(week: Week, reader: Person) -> "QuerySet[Section, Any]":
    writers = Enrolment.objects.filter(iteration=week.iteration_id, left_at__isnull=True).values("person")
    # What the meeting is about: what it yields a draft of, and all else that it speaks of.
    about = Q(node__code__in=Mapping.objects.filter(week=week).values("node__code"))
    if week.draft_node is not None:
        about |= Q(node__code=week.draft_node.code)
    words = (
        Part.objects.filter(section=OuterRef("pk")).order_by().values("section").annotate(sum=Sum("words"))
    )
    shares = (
        Share.objects.open()
        .filter(
            portfolio=OuterRef("portfolio"), portfolio__owner=reader
        )  # with whom, is for its owner to know
        .filter(Q(section__isnull=True) | Q(section=OuterRef("pk")))
    )
    is_of_member = Q(portfolio__owner__in=writers)
    return (
        Section.objects.visible_to(reader)
        .filter(
            Q(portfolio__owner=reader) | is_of_member,
            about,
            portfolio__group__isnull=True,
            portfolio__pathway=week.iteration.pathway_id,
        )
        .filter(fits(week))
        .annotate(
            words_written=Subquery(words.values("sum")),
            is_of_member=is_of_member,
            shared=Listed(shares.values("circle_id", "person_id")),
        )
        .filter(words_written__gt=0)
        .select_related("node", "portfolio")
        .order_by("node__position", "instance")
    )


def own_drafts(person: Person, week: Week, drafts: MeetingDrafts) -> list[OwnDraft]:
    """One's own pages of what the meeting is about, if something is written on them, and whom one can let read them.

    One query beyond ``drafts``, which must have been asked for the same person; none where there are none.
    """
    if not drafts.own:
        return []
    # The next meeting is the same for all sections of what it is about.
    friends = _friends(person, week, drafts.own[0])
    found = []
    for section in drafts.own:
        shared: list[list[int | None]] = section.shared or []  # type: ignore[attr-defined]  # annotated
        found.append(
            OwnDraft(
                section,
                section.words_written,  # type: ignore[attr-defined]  # as above
                friends,
                any(circle == week.iteration.circle_id for circle, _person in shared),
                frozenset(reader for _circle, reader in shared if reader is not None),
            )
        )
    return found


def _friends(person: Person, week: Week, section: Section) -> tuple[Friend, ...] | None:
    """Critical friends at this meeting; None where another one comes first."""
    readers = Pair.objects.filter(week=OuterRef("pk"), writer=person).order_by("pk")
    weeks = (
        meetings_ahead(person)
        .filter(iteration=week.iteration_id)
        .select_related("draft_node")
        .annotate(friends=Listed(readers.values("reader_id", name=F("reader__name"))))
    )
    coming: Any = next_of_each(weeks, section).get(week.iteration_id)
    if coming is None or coming.pk != week.pk:
        return None
    return tuple(Friend(pk, name) for pk, name in coming.friends or [])

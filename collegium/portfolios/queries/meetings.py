"""Drafts for a meeting of a writing group: one's own, and those that the reader may open."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Q, Sum

from collegium.courses.models import Enrolment, Week
from collegium.people.models import Person
from collegium.portfolios.models import Section, Share
from collegium.portfolios.queries.feedback import Offer, offers
from collegium.portfolios.queries.weeks import fits


@dataclass(frozen=True)
class OwnDraft:
    section: Section
    words: int
    offer: Offer | None  # None where it is not the next meeting
    with_group: bool
    with_friends: frozenset[int]


def codes_of(week: Week) -> set[str]:
    """What the meeting is about: what it yields a draft of, and all else that it speaks of."""
    codes = set(week.mappings.values_list("node__code", flat=True))
    return codes | {week.draft_node.code} if week.draft_node is not None else codes


def own_drafts(person: Person, week: Week) -> list[OwnDraft]:
    """One's own pages of what the meeting is about, if something is written on them."""
    sections = list(
        Section.objects.filter(
            portfolio__owner=person,
            portfolio__group__isnull=True,
            portfolio__pathway=week.iteration.pathway_id,
            node__code__in=codes_of(week),
        )
        .filter(fits(week))
        .annotate(words_written=Sum("parts__words"))
        .filter(words_written__gt=0)
        .select_related("node", "portfolio")
        .order_by("node__position", "instance")
    )
    if not sections:
        return []
    shared: defaultdict[int, set[int]] = defaultdict(set)
    with_group: set[int] = set()
    whole = {section.portfolio_id for section in sections}
    for share in Share.objects.open().filter(portfolio__in=whole):
        reached = [
            each.pk
            for each in sections
            if each.portfolio_id == share.portfolio_id and share.section_id in {None, each.pk}
        ]
        for pk in reached:
            if share.circle_id == week.iteration.circle_id:
                with_group.add(pk)
            elif share.person_id is not None:
                shared[pk].add(share.person_id)
    # The next meeting is the same for all sections of what it is about.
    offer = next((each for each in offers(person, sections[0]) if each.week.pk == week.pk), None)
    return [
        OwnDraft(
            each,
            each.words_written,  # type: ignore[attr-defined]  # annotated
            offer,
            each.pk in with_group,
            frozenset(shared[each.pk]),
        )
        for each in sections
    ]


def drafts_in(week: Week, reader: Person) -> dict[int, list[Section]]:
    """By writer, what is written for the meeting and open to the reader. Three queries."""
    writers = Enrolment.objects.filter(iteration=week.iteration_id, left_at__isnull=True).values("person")
    found: defaultdict[int, list[Section]] = defaultdict(list)
    for section in (
        Section.objects.visible_to(reader)
        .filter(
            Q(portfolio__owner__in=writers),
            portfolio__group__isnull=True,
            portfolio__pathway=week.iteration.pathway_id,
            node__code__in=codes_of(week),
        )
        .filter(fits(week))
        .annotate(words_written=Sum("parts__words"))
        .filter(words_written__gt=0)
        .select_related("node", "portfolio")
        .order_by("node__position", "instance")
    ):
        found[section.portfolio.owner_id].append(section)
    return dict(found)

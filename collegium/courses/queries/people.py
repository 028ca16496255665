"""Who takes part, who guides, and what they show of themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, OuterRef, Q, QuerySet

from collegium.courses.models import Address, Enrolment, Goal, Iteration
from collegium.foundation.listed import Listed
from collegium.foundation.prepared import prepared
from collegium.people.models import Person
from collegium.people.queries import faces

PAGE = 48
MOST_LEADERS = 24
RUNNING = Enrolment.Role.FACILITATOR, Enrolment.Role.MENTOR


@dataclass(frozen=True)
class Participant:
    """Somebody who takes part, with what they show to all who do."""

    enrolment: Enrolment
    goals: list[str]
    addresses: list[tuple[str, str]]  # what it is in words, the address

    @property
    def person(self) -> Person:
        return self.enrolment.person


@dataclass(frozen=True)
class People:
    running: list[Participant]
    guides: list[Participant]
    participants: list[Participant]
    total: int
    faces: Mapping[int, str]
    after: int | None
    words: str


def people(iteration: Iteration, viewer: Person, *, words: str = "", after: int | None = None) -> People:
    """Latest first, by key. Those who keep their name to themselves are counted and not named. Three queries."""
    here = Enrolment.objects.filter(iteration=iteration, left_at__isnull=True)
    shown = _with_what_they_show(here.filter(person__in=Person.objects.visible_to(viewer).values("pk")))
    wanted = shown.filter(role=Enrolment.Role.PARTICIPANT)
    for word in words.split()[:6]:
        wanted = wanted.filter(person__name__icontains=word)
    if after is not None:
        wanted = wanted.filter(pk__lt=after)
    rows = [_participant(each) for each in wanted.order_by("-pk")[: PAGE + 1]]
    more, rows = len(rows) > PAGE, rows[:PAGE]
    leading = [
        _participant(each)
        for each in shown.filter(Q(role__in=RUNNING) | Q(guides=True)).order_by("person__name", "pk")
    ]
    running = [each for each in leading if each.enrolment.role in RUNNING]
    guides = [each for each in leading if each.enrolment.guides][:12]
    return People(
        running=running,
        guides=guides,
        participants=rows,
        total=here.count(),
        faces=faces([each.person for each in (*running, *guides, *rows)], viewer),
        after=rows[-1].enrolment.pk if rows and more else None,
        words=words,
    )


def _with_what_they_show(rows: "QuerySet[Enrolment]") -> "QuerySet[Enrolment]":
    return rows.select_related("person__photo").annotate(
        shown_goals=Listed(
            Goal.objects.filter(enrolment=OuterRef("pk"), shown=True).order_by("pk").values("words")
        ),
        shown_addresses=Listed(
            Address.objects.filter(enrolment=OuterRef("pk"), in_public=True)
            .order_by("pk")
            .values("kind", "url")
        ),
    )


def _participant(row: Any) -> Participant:
    return Participant(
        row,
        [words for (words,) in row.shown_goals or []],
        [(str(Address.Kind(kind).label), url) for kind, url in row.shown_addresses or []],
    )


def leaders(iteration: Iteration) -> tuple[list[Person], list[Person]]:
    """Who runs it, and who was here before and guides: a few of each. One query."""
    found = _leaders(iteration.pk)
    return (
        [each.person for each in found if each.role in RUNNING],
        [each.person for each in found if each.guides],
    )


@prepared
def _leaders(iteration: int) -> "QuerySet[Enrolment]":
    return (
        Enrolment.objects.filter(iteration=iteration, left_at__isnull=True)
        .filter(Q(role__in=RUNNING) | Q(guides=True))
        .annotate(runs_it=ExpressionWrapper(Q(role__in=RUNNING), output_field=BooleanField()))
        .select_related("person__photo")
        .order_by("-runs_it", "pk")[:MOST_LEADERS]
    )


def guides_for(enrolment: Enrolment, *, most: int = 3) -> list[Enrolment]:
    """A few for somebody who is new; not the same few for everybody."""
    found = list(
        Enrolment.objects.filter(iteration=enrolment.iteration_id, guides=True, left_at__isnull=True)
        .exclude(person=enrolment.person_id)
        .select_related("person__photo")
        .order_by("pk")[:60]
    )
    start = enrolment.pk % len(found) if found else 0
    return (found[start:] + found[:start])[:most]

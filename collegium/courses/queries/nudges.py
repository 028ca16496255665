"""One's nudges, and those that others asked one for."""

from dataclasses import dataclass

from django.db.models import Q

from collegium.courses.models import Enrolment, Iteration, Nudge
from collegium.people.models import Person

MOST_PAST = 10


@dataclass(frozen=True)
class Nudges:
    mine: list[Nudge]  # those that are still to come, the next first
    asked: list[Nudge]  # of the reader as a buddy, not answered yet
    promised: list[Nudge]  # that the reader agreed to give
    past: list[Nudge]


def nudges_of(person: Person, *, iteration: Iteration | None = None, with_past: bool = True) -> Nudges:
    """Two queries, one without the past. With ``iteration``, those that were set for it."""
    every = Nudge.objects.select_related("buddy__photo", "person__photo", "iteration")
    if iteration is not None:
        every = every.filter(iteration=iteration)
    waiting = list(
        every.filter(
            Q(person=person) | Q(buddy=person), ended_at__isnull=True, next_on__isnull=False
        ).order_by("next_on", "pk")
    )
    return Nudges(
        mine=[each for each in waiting if each.person_id == person.pk],
        asked=[each for each in waiting if each.buddy_id == person.pk and each.buddy_agreed_at is None],
        promised=[
            each for each in waiting if each.buddy_id == person.pk and each.buddy_agreed_at is not None
        ],
        past=list(every.filter(person=person, ended_at__isnull=False).order_by("-ended_at")[:MOST_PAST])
        if with_past
        else [],
    )


def possible_buddies(person: Person, *, iteration: Iteration | None = None) -> list[Person]:
    """Who takes part in something together with the person. One query."""
    mine = Enrolment.objects.filter(person=person, left_at__isnull=True).values("iteration")
    together = Enrolment.objects.filter(iteration__in=mine, left_at__isnull=True)
    if iteration is not None:
        together = together.filter(iteration=iteration)
    return list(
        Person.objects.filter(pk__in=together.values("person"), erased_at__isnull=True)
        .exclude(pk=person.pk)
        .order_by("name", "pk")[:200]
    )

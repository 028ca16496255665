"""Who takes part, who guides, and what they show of themselves."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from collegium.courses.models import Address, Enrolment, Goal, Iteration
from collegium.people.models import Person
from collegium.people.queries import faces

PAGE = 48


@dataclass(frozen=True)
class People:
    running: list[Enrolment]
    guides: list[Enrolment]
    participants: list[Enrolment]
    total: int
    faces: Mapping[int, str]
    after: int | None
    words: str


def people(iteration: Iteration, viewer: Person, *, words: str = "", after: int | None = None) -> People:
    """Latest first, by key. Those who keep their name to themselves are counted and not named. Eight queries."""
    shown = Person.objects.visible_to(viewer).values("pk")
    here = (
        Enrolment.objects.filter(iteration=iteration, left_at__isnull=True)
        .select_related("person__photo")
        .prefetch_related(
            Prefetch("goals", queryset=Goal.objects.filter(shown=True)),
            Prefetch("addresses", queryset=Address.objects.filter(in_public=True)),
        )
    )
    wanted = here.filter(person__in=shown, role=Enrolment.Role.PARTICIPANT)
    for word in words.split()[:6]:
        wanted = wanted.filter(person__name__icontains=word)
    if after is not None:
        wanted = wanted.filter(pk__lt=after)
    rows = list(wanted.order_by("-pk")[: PAGE + 1])
    more, rows = len(rows) > PAGE, rows[:PAGE]
    named = list(
        here.filter(person__in=shown).exclude(role=Enrolment.Role.PARTICIPANT).order_by("person__name")
    )
    guides = list(guides_of(iteration).filter(person__in=shown)[:12])
    return People(
        running=named,
        guides=guides,
        participants=rows,
        total=Enrolment.objects.filter(iteration=iteration, left_at__isnull=True).count(),
        faces=faces([each.person for each in (*named, *guides, *rows)], viewer),
        after=rows[-1].pk if rows and more else None,
        words=words,
    )


def guides_of(iteration: Iteration) -> "QuerySet[Enrolment]":
    return (
        Enrolment.objects.filter(iteration=iteration, guides=True, left_at__isnull=True)
        .select_related("person__photo")
        .order_by("pk")
    )


def guides_for(enrolment: Enrolment, *, most: int = 3) -> list[Enrolment]:
    """A few for somebody who is new; not the same few for everybody."""
    found = list(guides_of(enrolment.iteration).exclude(person=enrolment.person_id)[:60])
    start = enrolment.pk % len(found) if found else 0
    return (found[start:] + found[:start])[:most]

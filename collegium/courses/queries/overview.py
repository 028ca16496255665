"""What stands on the page of an iteration of an open course."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet

from collegium.courses.models import Enrolment, Iteration, Project, Week
from collegium.courses.queries.iterations import Standing, present_week
from collegium.courses.queries.people import leaders
from collegium.courses.queries.progress import LONG_TEXTS, Progress, WeekLine, number_of, progress
from collegium.foundation.prepared import prepared
from collegium.people.models import Audience, Person
from collegium.people.queries import faces

MOST_FACES = 8


@dataclass(frozen=True)
class IterationPage:
    weeks: list[tuple[Week, WeekLine | None]]  # with how each is for the reader, where they take part
    present: Week | None
    running: list[Person]
    guides: list[Person]
    faces: Mapping[int, str]
    progress: Progress | None
    people_count: int
    project_count: int


def iteration_page(iteration: Iteration, standing: Standing, person: Person | None) -> IterationPage:
    """Four queries, whatever there is."""
    enrolment = standing.enrolment
    mine = progress(enrolment) if enrolment is not None else None
    lines: list[tuple[Week, WeekLine | None]] = (
        [(line.week, line) for line in mine.weeks]
        if mine is not None
        else [(week, None) for week in _weeks(iteration.pk)]
    )
    weeks = [week for week, _line in lines]
    for week in weeks:
        week.iteration = iteration
    running, guides = leaders(iteration)
    running = [each for each in running if person is not None or each.name_audience == Audience.PUBLIC]
    running = running[:MOST_FACES]
    guides = guides[:MOST_FACES] if enrolment is not None and not enrolment.guides else []
    counted: Any = _counted(iteration.pk)[0]
    return IterationPage(
        weeks=lines,
        present=present_week(iteration, weeks),
        running=running,
        guides=guides,
        faces=faces([*running, *guides], person),
        progress=mine,
        people_count=counted.people_count or 0,
        project_count=counted.project_count or 0,
    )


@prepared
def _weeks(iteration: int) -> "QuerySet[Week]":
    return (
        Week.objects.filter(iteration=iteration)
        .defer(*LONG_TEXTS)
        .select_related("draft_node")
        .order_by("number")
    )


@prepared
def _counted(iteration: int) -> "QuerySet[Iteration]":
    here = Enrolment.objects.filter(iteration=OuterRef("pk"), left_at__isnull=True)
    made = Project.objects.filter(iteration=OuterRef("pk"), removed_at__isnull=True)
    return (
        Iteration.objects.filter(pk=iteration)
        .only("pk")
        .annotate(people_count=number_of(here, "iteration"), project_count=number_of(made, "iteration"))
        .order_by()
    )

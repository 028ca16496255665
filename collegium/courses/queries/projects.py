"""The project bank: its pages by key, its filters, and what peers said of a project."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q, QuerySet

from collegium.courses.models import Appreciation, Iteration, Project, Week
from collegium.courses.surveys import Aspect, read_rubric
from collegium.people.models import Person
from collegium.people.queries import faces
from collegium.schemes.models import Node

PAGE = 24


@dataclass(frozen=True)
class Narrowing:
    """Which projects are wanted; nothing set is all."""

    week: int | None = None  # its number
    node: int | None = None
    person: int | None = None
    words: str = ""

    @property
    def is_narrow(self) -> bool:
        return any((self.week, self.node, self.person, self.words))


@dataclass(frozen=True)
class Bank:
    projects: list[Project]
    faces: Mapping[int, str]
    weeks: list[Week]
    nodes: list[Node]
    after: int | None  # the key that the next page goes on from
    before: int | None
    narrowing: Narrowing = field(default_factory=Narrowing)


def bank(
    iteration: Iteration,
    person: Person | None,
    narrowing: Narrowing,
    *,
    after: int | None = None,
    before: int | None = None,
) -> Bank:
    """A page by key, latest first; six queries whatever is in it. Numbers of appreciations are not shown, so not read."""
    wanted = _narrowed(Project.objects.filter(iteration=iteration, removed_at__isnull=True), narrowing)
    if before is not None:
        rows = list(wanted.filter(pk__gt=before).for_display().order_by("pk")[: PAGE + 1])
        more, rows = len(rows) > PAGE, rows[:PAGE][::-1]
        is_first, is_last = not more, False
    else:
        page = wanted if after is None else wanted.filter(pk__lt=after)
        rows = list(page.for_display().order_by("-pk")[: PAGE + 1])
        more, rows = len(rows) > PAGE, rows[:PAGE]
        is_first, is_last = after is None, not more
    return Bank(
        projects=rows,
        faces=faces([each.person for each in rows], person),
        weeks=list(iteration.weeks.only("number", "title", "iteration")),
        nodes=list(nodes_of(iteration)),
        after=rows[-1].pk if rows and not is_last else None,
        before=rows[0].pk if rows and not is_first else None,
        narrowing=narrowing,
    )


def _narrowed(wanted: Any, narrowing: Narrowing) -> Any:
    if narrowing.week is not None:
        wanted = wanted.filter(week__number=narrowing.week)
    if narrowing.node is not None:
        wanted = wanted.filter(nodes=narrowing.node)
    if narrowing.person is not None:
        wanted = wanted.filter(person=narrowing.person)
    for word in narrowing.words.split()[:8]:
        wanted = wanted.filter(
            Q(title__icontains=word) | Q(description__icontains=word) | Q(person__name__icontains=word)
        )
    return wanted


def nodes_of(iteration: Iteration) -> "QuerySet[Node]":
    """The criteria that its weeks and projects can speak for: those of its pathway's framework that are not mere headings."""
    if iteration.pathway_id is None:
        return Node.objects.none()
    return (
        Node.objects.filter(framework__scheme_versions__pathways=iteration.pathway_id)
        .exclude(kind="group")
        .annotate(inner=Count("children"))
        .filter(inner=0)
        .distinct()
        .order_by("position")
    )


@dataclass(frozen=True)
class ProjectPage:
    project: Project
    aspects: list[Aspect]
    appreciations: list[Appreciation]
    mine: Appreciation | None
    faces: Mapping[int, str]


def project_page(project: Project, person: Person | None) -> ProjectPage:
    """What peers said, oldest first: no sum, no rank, each with their own dots."""
    given = list(project.appreciations.select_related("person__photo").order_by("pk"))
    return ProjectPage(
        project=project,
        aspects=read_rubric(project.iteration.rubric),
        appreciations=given,
        mine=next((each for each in given if person is not None and each.person_id == person.pk), None),
        faces=faces([project.person, *(each.person for each in given)], person),
    )

"""What stands on the page of a week."""

from collections.abc import Mapping as Map
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from collegium.conversations.models import Post
from collegium.courses import moments
from collegium.courses.models import Iteration, Mapping, Project, Week
from collegium.courses.queries.iterations import Standing
from collegium.courses.queries.progress import WeekLine, lines
from collegium.events.models import Occurrence
from collegium.foundation.prepared import prepared
from collegium.people.models import Person
from collegium.people.queries import faces

LATEST_POSTS = 4
LATEST_PROJECTS = 4


@dataclass(frozen=True)
class SpokenFor:
    """A criterion that the week's activity speaks for, as a spine."""

    code: str  # empty where nobody says it: see ``Node.__str__``
    title: str
    strength: int
    words: str


@dataclass(frozen=True)
class WeekPage:
    iteration: Iteration
    week: Week
    weeks: list[Week]
    standing: Standing
    mappings: list[SpokenFor]
    meeting: Occurrence | None
    mine: WeekLine | None  # for whoever takes part
    posts: list[Post]
    post_count: int
    projects: list[Project]
    project_count: int
    faces: Map[int, str]
    today: date

    @property
    def before(self) -> Week | None:
        earlier = [week for week in self.weeks if week.number < self.week.number]
        return earlier[-1] if earlier else None

    @property
    def after(self) -> Week | None:
        return next((week for week in self.weeks if week.number > self.week.number), None)

    @property
    def has_begun(self) -> bool:
        return self.week.starts_on <= self.today

    @property
    def ends_on(self) -> date:
        return self.week.starts_on + timedelta(days=6)

    @property
    def is_present(self) -> bool:
        return self.has_begun and self.today <= self.ends_on

    @property
    def shows_trigger(self) -> bool:
        """Its words are for its moment; those who run it see them while they plan."""
        return bool(self.week.trigger_title) and (
            self.week.triggered_at is not None or self.standing.facilitates
        )


def week_page(week: Week, standing: Standing, person: Person | None, *, reads_forum: bool) -> WeekPage:
    """``week`` with its iteration, thread, meeting and section: four queries at most, however much was said and made."""
    iteration = week.iteration
    thread = week.thread if reads_forum else None
    posts = _latest_posts(thread.pk, week.trigger_post_id or 0)[::-1] if thread is not None else []
    projects = _latest_projects(week.pk)
    for project in projects:
        project.week = week
    own = lines(standing.enrolment) if standing.enrolment is not None else ()
    return WeekPage(
        iteration=iteration,
        week=week,
        weeks=[line.week for line in own] or _rail(iteration.pk),
        standing=standing,
        mappings=[_spoken_for(each) for each in _mappings(week.pk)],
        meeting=week.meeting,
        mine=next((line for line in own if line.week.pk == week.pk), None),
        posts=posts,
        post_count=max(0, thread.post_count - 1) if thread is not None else 0,
        projects=projects[:LATEST_PROJECTS],
        project_count=len(projects),
        faces=faces(
            [each.author for each in posts if each.author] + [each.person for each in projects], person
        ),
        today=moments.today_in(iteration.time_zone),
    )


@prepared
def _rail(iteration: int) -> "QuerySet[Week]":
    return (
        Week.objects.filter(iteration=iteration)
        .only("number", "title", "starts_on", "kind")
        .order_by("number")
    )


@prepared
def _mappings(week: int) -> "QuerySet[Mapping]":
    return Mapping.objects.filter(week=week).select_related("node")


@prepared
def _latest_posts(thread: int, trigger: int) -> "QuerySet[Post]":
    return (
        Post.objects.standing()
        .filter(thread=thread)
        .exclude(pk=trigger)
        .exclude(via=Post.Via.MACHINE)
        .select_related("author__photo")
        .order_by("-pk")[:LATEST_POSTS]
    )


@prepared
def _latest_projects(week: int) -> "QuerySet[Project]":
    return (
        Project.objects.filter(week=week, removed_at__isnull=True)
        .select_related("person__photo")
        .order_by("-pk")[: LATEST_PROJECTS + 1]
    )


def _spoken_for(mapping: Mapping) -> SpokenFor:
    code = mapping.node.code
    return SpokenFor(
        code if any(sign.isdigit() for sign in code) else "",
        mapping.node.title,
        mapping.strength,
        str(mapping.get_strength_display()),
    )

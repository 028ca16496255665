"""What stands on the page of a week."""

from collections.abc import Mapping as Map
from dataclasses import dataclass
from datetime import date, timedelta

from collegium.conversations.models import Post
from collegium.courses import moments
from collegium.courses.models import Enrolment, Iteration, Mapping, PlannedWeek, Project, Week
from collegium.courses.queries.iterations import Standing
from collegium.events.models import Answer, Attendance, Occurrence
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
    coming: str
    attended: bool
    posts: list[Post]
    post_count: int
    has_written: bool
    projects: list[Project]
    project_count: int
    has_made: bool
    planned: PlannedWeek | None
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

    @property
    def is_done(self) -> bool:
        return self.planned is not None and self.planned.state == PlannedWeek.State.DONE

    @property
    def is_left_out(self) -> bool:
        return self.planned is not None and self.planned.state == PlannedWeek.State.LEFT_OUT

    @property
    def is_contributed(self) -> bool:
        return self.has_written or self.has_made or self.attended or self.is_done


def week_page(week: Week, standing: Standing, person: Person | None, *, reads_forum: bool) -> WeekPage:
    """``week`` with its iteration, thread, meeting and section: eleven queries at most, however much was said and made."""
    iteration = week.iteration
    thread = week.thread if reads_forum else None
    posts = (
        list(
            Post.objects.standing()
            .filter(thread=thread)
            .exclude(pk=week.trigger_post_id or 0)
            .exclude(via=Post.Via.MACHINE)
            .select_related("author__photo")
            .order_by("-pk")[:LATEST_POSTS]
        )[::-1]
        if thread is not None
        else []
    )
    projects = list(
        Project.objects.filter(week=week, removed_at__isnull=True)
        .select_related("person__photo", "picture")
        .order_by("-pk")[: LATEST_PROJECTS + 1]
    )
    for project in projects:
        project.week = week
    mine = standing.enrolment
    shown_people = [each.author for each in posts if each.author] + [each.person for each in projects]
    return WeekPage(
        iteration=iteration,
        week=week,
        weeks=list(iteration.weeks.only("number", "title", "starts_on", "kind", "iteration")),
        standing=standing,
        mappings=[_spoken_for(each) for each in week.mappings.select_related("node")],
        meeting=week.meeting,
        coming=_coming(week, person) if mine else "",
        attended=_attended(week, mine) if mine else False,
        posts=posts,
        post_count=max(0, thread.post_count - 1) if thread is not None else 0,
        has_written=_has_written(week, mine) if mine else False,
        projects=projects[:LATEST_PROJECTS],
        project_count=len(projects),
        has_made=_has_made(week, mine) if mine else False,
        planned=mine.plan.filter(week=week).first() if mine else None,
        faces=faces(shown_people, person),
        today=moments.today_in(iteration.time_zone),
    )


def _spoken_for(mapping: Mapping) -> SpokenFor:
    code = mapping.node.code
    return SpokenFor(
        code if any(sign.isdigit() for sign in code) else "",
        mapping.node.title,
        mapping.strength,
        str(mapping.get_strength_display()),
    )


def _coming(week: Week, person: Person | None) -> str:
    if week.meeting_id is None:
        return ""
    answer = Answer.objects.filter(occurrence=week.meeting_id, person=person).first()
    return answer.coming if answer else ""


def _attended(week: Week, mine: Enrolment) -> bool:
    return (
        week.meeting_id is not None
        and Attendance.objects.filter(occurrence=week.meeting_id, person=mine.person_id).exists()
    )


def _has_written(week: Week, mine: Enrolment) -> bool:
    return (
        week.thread_id is not None
        and Post.objects.standing().filter(thread=week.thread_id, author=mine.person_id).exists()
    )


def _has_made(week: Week, mine: Enrolment) -> bool:
    return Project.objects.filter(week=week, person=mine.person_id, removed_at__isnull=True).exists()

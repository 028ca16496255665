"""What one person has contributed, week by week, and how far they are: told to nobody but themselves."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, FilteredRelation, OuterRef, Q, QuerySet, Subquery

from collegium.conversations.models import Post
from collegium.courses import moments
from collegium.courses.models import (
    Consent,
    Enrolment,
    Goal,
    PlannedWeek,
    Project,
    SurveyAnswers,
    Week,
)
from collegium.events.models import Answer, Attendance
from collegium.foundation.prepared import prepared

_CATCH_UP = Week.Kind.CATCH_UP


@dataclass(frozen=True)
class WeekLine:
    """A week as it is for one person."""

    week: Week  # without its long texts
    posts: int
    projects: int
    attended: bool
    planned: PlannedWeek | None
    coming: str = ""  # what they answered to its session

    @property
    def is_done(self) -> bool:
        return self.planned is not None and self.planned.state == PlannedWeek.State.DONE

    @property
    def is_left_out(self) -> bool:
        return self.planned is not None and self.planned.state == PlannedWeek.State.LEFT_OUT

    @property
    def is_contributed(self) -> bool:
        return bool(self.posts or self.projects or self.attended or self.is_done)

    @property
    def own_day(self) -> date | None:
        return self.planned.due_on if self.planned is not None else None

    @property
    def last_day(self) -> date:
        """One's own day, or the last one of the week with everybody."""
        return self.own_day or self.week.starts_on + timedelta(days=6)


@dataclass(frozen=True)
class Progress:
    enrolment: Enrolment
    weeks: tuple[WeekLine, ...]
    goals: tuple[Goal, ...]
    today: date

    @property
    def counted(self) -> tuple[WeekLine, ...]:
        """Weeks that count towards taking part: time to catch up asks for nothing of its own."""
        return tuple(line for line in self.weeks if line.week.kind != _CATCH_UP)

    @property
    def contributed(self) -> int:
        return sum(line.is_contributed for line in self.counted)

    @property
    def needed_for_participation(self) -> int:
        return min(self.enrolment.iteration.weeks_for_participation, len(self.counted))

    @property
    def needed_for_completion(self) -> int:
        return min(self.enrolment.iteration.weeks_for_completion or len(self.counted), len(self.counted))

    @property
    def has_taken_part(self) -> bool:
        return bool(self.counted) and self.contributed >= max(1, self.needed_for_participation)

    @property
    def has_completed(self) -> bool:
        return bool(self.counted) and self.contributed >= max(1, self.needed_for_completion)

    @property
    def goals_reached(self) -> int:
        return sum(goal.reached_at is not None for goal in self.goals)

    @property
    def present(self) -> WeekLine | None:
        """The week that the course is in."""
        begun = [line for line in self.weeks if line.week.starts_on <= self.today]
        return begun[-1] if begun else None

    @property
    def next_up(self) -> WeekLine | None:
        """What comes next in one's own order of days."""
        open_ones = [line for line in self.weeks if not line.is_contributed and not line.is_left_out]
        return min(open_ones, key=lambda line: (line.last_day, line.week.number), default=None)

    @property
    def may_want_a_plan(self) -> bool:
        """Weeks lie behind, without a day of one's own: a plan from today would help. How many is nobody's business."""
        return any(
            not line.is_contributed and not line.is_left_out and line.last_day < self.today
            for line in self.weeks
        )

    @property
    def has_own_days(self) -> bool:
        return any(line.own_day is not None for line in self.weeks)


LONG_TEXTS = "trigger_html", "activity_html", "prompts"


def progress(enrolment: Enrolment) -> Progress:
    """Two queries, whatever the number of weeks and posts."""
    return Progress(
        enrolment=enrolment,
        weeks=lines(enrolment),
        goals=tuple(enrolment.goals.all()),
        today=moments.today_in(enrolment.iteration.time_zone),
    )


def lines(enrolment: Enrolment) -> tuple[WeekLine, ...]:
    """One query."""
    found: list[Any] = list(_lines(enrolment.iteration_id, enrolment.pk, enrolment.person_id))
    for week in found:
        week.iteration = enrolment.iteration
    return tuple(
        WeekLine(
            week=week,
            posts=week.own_posts or 0,
            projects=week.own_projects or 0,
            attended=week.was_there,
            planned=getattr(week, "own_plan", None),  # no such attribute where nothing was joined
            coming=week.coming or "",
        )
        for week in found
    )


@prepared
def _lines(iteration: int, enrolment: int, person: int) -> "QuerySet[Week]":
    said = Post.objects.standing().filter(thread=OuterRef("thread"), author=person)
    made = Project.objects.filter(week=OuterRef("pk"), person=person, removed_at__isnull=True)
    return (
        Week.objects.filter(iteration=iteration)
        .defer(*LONG_TEXTS)
        .annotate(
            own_plan=FilteredRelation("plans", condition=Q(plans__enrolment=enrolment)),
            own_posts=number_of(said, "thread"),
            own_projects=number_of(made, "week"),
            was_there=Exists(Attendance.objects.filter(occurrence=OuterRef("meeting"), person=person)),
            coming=Subquery(
                Answer.objects.filter(occurrence=OuterRef("meeting"), person=person).values("coming")[:1]
            ),
        )
        .select_related("draft_node", "own_plan")  # type: ignore[misc]  # joined above
        .order_by("number")
    )


def number_of(rows: "QuerySet[Any]", by: str) -> Subquery:
    """How many there are, of rows that are all of one ``by``; None where there are none."""
    return Subquery(rows.order_by().values(by).annotate(number=Count("pk")).values("number"))


@dataclass(frozen=True)
class Given:
    """What somebody has said of themselves beside their plan, and whether they know the course."""

    was_here: bool
    entry_survey: bool
    exit_survey: bool
    consents: bool


def given_by(enrolment: Enrolment) -> Given:
    """One query."""
    answered = SurveyAnswers.objects.filter(enrolment=OuterRef("pk"))
    row: Any = (
        Enrolment.objects.filter(pk=enrolment.pk)
        .annotate(
            was_here=Exists(_earlier(enrolment)),
            entry=Exists(answered.filter(survey=SurveyAnswers.Survey.ENTRY)),
            exit=Exists(answered.filter(survey=SurveyAnswers.Survey.EXIT)),
            consents_now=Exists(Consent.objects.filter(enrolment=OuterRef("pk"), withdrawn_at__isnull=True)),
        )
        .values("was_here", "entry", "exit", "consents_now")
        .get()
    )
    return Given(row["was_here"], row["entry"], row["exit"], row["consents_now"])


def was_here_before(enrolment: Enrolment) -> bool:
    return _earlier(enrolment).exists()


def _earlier(enrolment: Enrolment) -> "QuerySet[Enrolment]":
    """Their taking part in an earlier iteration of the course, or running one."""
    iteration = enrolment.iteration
    ran = Q(iteration__state__in=["ended", "archived"]) & ~Q(role=Enrolment.Role.PARTICIPANT)
    return Enrolment.objects.filter(
        Q(took_part_at__isnull=False) | ran,
        person=enrolment.person_id,
        iteration__course=iteration.course_id,
        iteration__starts_on__lt=iteration.starts_on,
    )

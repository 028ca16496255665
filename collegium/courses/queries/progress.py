"""What one person has contributed, week by week, and how far they are: told to nobody but themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from collegium.conversations.models import Post
from collegium.courses import moments
from collegium.courses.models import Enrolment, Goal, PlannedWeek, Project, Week
from collegium.events.models import Attendance

_CATCH_UP = Week.Kind.CATCH_UP


@dataclass(frozen=True)
class WeekLine:
    """A week as it is for one person."""

    week: Week
    posts: int
    projects: int
    attended: bool
    planned: PlannedWeek | None

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


def progress(enrolment: Enrolment) -> Progress:
    """Six queries, whatever the number of weeks and posts."""
    iteration = enrolment.iteration
    weeks = list(iteration.weeks.select_related("draft_node"))
    for week in weeks:
        week.iteration = iteration
    planned = {each.week_id: each for each in enrolment.plan.all()}
    posts = _posts(enrolment, weeks)
    projects = _projects(enrolment)
    attended = set(
        Attendance.objects.filter(
            person=enrolment.person_id, occurrence__in=[week.meeting_id for week in weeks if week.meeting_id]
        ).values_list("occurrence", flat=True)
    )
    return Progress(
        enrolment=enrolment,
        weeks=tuple(
            WeekLine(
                week=week,
                posts=posts.get(week.thread_id or 0, 0),
                projects=projects.get(week.pk, 0),
                attended=week.meeting_id in attended,
                planned=planned.get(week.pk),
            )
            for week in weeks
        ),
        goals=tuple(enrolment.goals.all()),
        today=moments.today_in(iteration.time_zone),
    )


def _posts(enrolment: Enrolment, weeks: list[Week]) -> Mapping[int, int]:
    threads = [week.thread_id for week in weeks if week.thread_id]
    counts: dict[int, int] = {}
    for thread in (
        Post.objects.standing()
        .filter(author=enrolment.person_id, thread__in=threads)
        .values_list("thread", flat=True)
    ):
        counts[thread] = counts.get(thread, 0) + 1
    return counts


def _projects(enrolment: Enrolment) -> Mapping[int, int]:
    counts: dict[int, int] = {}
    for week in Project.objects.filter(
        iteration=enrolment.iteration_id,
        person=enrolment.person_id,
        week__isnull=False,
        removed_at__isnull=True,
    ).values_list("week", flat=True):
        counts[week] = counts.get(week, 0) + 1
    return counts


def was_here_before(enrolment: Enrolment) -> bool:
    """Whether they took part in an earlier iteration of the course, or ran one."""
    iteration = enrolment.iteration
    earlier = Enrolment.objects.filter(
        person=enrolment.person_id,
        iteration__course=iteration.course_id,
        iteration__starts_on__lt=iteration.starts_on,
    )
    return (
        earlier.filter(took_part_at__isnull=False).exists()
        or earlier.exclude(role=Enrolment.Role.PARTICIPANT)
        .filter(iteration__state__in=["ended", "archived"])
        .exists()
    )

"""The list of courses, one iteration, its chain of design decisions, and how participation goes."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import (
    Count,
    Exists,
    FilteredRelation,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Value,
)

from collegium.communities.models import Community
from collegium.conversations.models import Post
from collegium.courses import moments
from collegium.courses.models import (
    Consent,
    DesignDecision,
    Enrolment,
    Iteration,
    PlannedWeek,
    Project,
    SurveyAnswers,
    Week,
)
from collegium.courses.queries.people import RUNNING
from collegium.ecology import alongside
from collegium.events.models import Attendance
from collegium.foundation.prepared import prepared
from collegium.people.models import CircleMember, Person

State = Iteration.State
OF_COMMUNITY = 5
MOST_WEEKS = 1000


@dataclass(frozen=True)
class Standing:
    """Who the reader is here."""

    enrolment: Enrolment | None  # None too for who has left
    facilitates: bool

    @property
    def takes_part(self) -> bool:
        return self.enrolment is not None

    @property
    def is_inside(self) -> bool:
        return self.takes_part or self.facilitates


# What the page of a week does not show of its iteration.
_TEXTS_OF_ITERATION = "about", "entry_survey", "exit_survey", "rubric", "information_sheet", "closing_words"


def found_by(slug: str, person: Person | None) -> tuple[Iteration, Standing] | None:
    """An iteration that the reader may see, and who they are in it: one query."""
    rows = _seen(slug, person.pk) if person is not None else _shown(slug)
    return (rows[0], standing_in(rows[0], person, rows[0])) if rows else None


def week_found_by(slug: str, number: int, person: Person | None) -> tuple[Week, Standing] | None:
    """A week of an iteration that the reader may see, with its thread, session and section: one query."""
    if number > MOST_WEEKS:  # no such number fits into the database
        return None
    rows = _week_seen(slug, number, person.pk) if person is not None else _week_shown(slug, number)
    if not rows:
        return None
    iteration = rows[0]
    week: Week = iteration.the_week  # type: ignore[attr-defined]  # joined
    week.iteration = iteration
    if week.thread is not None and week.thread.forum_id == iteration.forum_id:
        week.thread.forum = iteration.forum
    return week, standing_in(iteration, person, iteration)


def standing(iteration: Iteration, person: Person | None) -> Standing:
    """Who the reader is in an iteration that was read without: one query."""
    if person is None:
        return Standing(None, facilitates=False)
    return standing_in(
        iteration, person, with_standing(Iteration.objects.filter(pk=iteration.pk), person).get()
    )


def with_standing(rows: "QuerySet[Any]", person: Person | None, *, to: str = "") -> "QuerySet[Any]":
    """Any rows that lead ``to`` an iteration, read along with who the reader is in it: ask ``standing_in`` of each."""
    return rows if person is None else _of_person(rows, person.pk, to=to)


def standing_in(iteration: Iteration, person: Person | None, row: Any) -> Standing:
    """As it was read along with the row. The circle decides who facilitates: whoever was taken out of it is out at once."""
    if person is None:
        return Standing(None, facilitates=False)
    enrolment: Enrolment | None = getattr(row, "own", None)  # no such attribute where nothing was joined
    if enrolment is not None:
        enrolment.iteration = iteration
        enrolment.person = person
    return Standing(enrolment, facilitates=row.is_run)


def _of_person(rows: "QuerySet[Any]", person: int, *, to: str = "") -> "QuerySet[Any]":
    own = {f"{to}enrolments__person": person, f"{to}enrolments__left_at__isnull": True}
    run = CircleMember.objects.filter(circle=OuterRef(f"{to}facilitators"), person=person)
    joined: QuerySet[Any] = rows.annotate(
        own=FilteredRelation(f"{to}enrolments", condition=Q(**own)), is_run=Exists(run)
    ).select_related("own")
    return joined


def _with_all(rows: "QuerySet[Iteration]") -> "QuerySet[Iteration]":
    return rows.select_related("course__community", "pathway__scheme_version__scheme", "forum").defer(
        "pathway__scheme_version__document"
    )


def _with_week(rows: "QuerySet[Iteration]", number: int) -> "QuerySet[Iteration]":
    # As a value of its own, for a prepared query asks with a stand-in that is out of the column's range.
    of_number = Q(weeks__number=Value(number, output_field=IntegerField()))
    return (
        rows.annotate(the_week=FilteredRelation("weeks", condition=of_number))
        .filter(the_week__isnull=False)
        .select_related(  # type: ignore[misc]  # the week is joined above
            "course",
            "pathway__scheme_version",
            "forum",
            "the_week__thread",
            "the_week__meeting__event",
            "the_week__draft_node",
        )
        .defer("pathway__scheme_version__document", *_TEXTS_OF_ITERATION)
    )


@prepared
def _seen(slug: str, person: int) -> "QuerySet[Iteration]":
    seen = _with_all(Iteration.objects.visible_to(person).filter(slug=slug))
    return _of_person(seen.annotate(**alongside.expressions(OuterRef("ecology"), person)), person)


@prepared
def _shown(slug: str) -> "QuerySet[Iteration]":
    seen = _with_all(Iteration.objects.visible_to(None).filter(slug=slug))
    return seen.annotate(**alongside.expressions(OuterRef("ecology"), None))


@prepared
def _week_seen(slug: str, number: int, person: int) -> "QuerySet[Iteration]":
    return _of_person(_with_week(Iteration.objects.visible_to(person).filter(slug=slug), number), person)


@prepared
def _week_shown(slug: str, number: int) -> "QuerySet[Iteration]":
    return _with_week(Iteration.objects.visible_to(None).filter(slug=slug), number)


@dataclass(frozen=True)
class Listed:
    iteration: Iteration
    role: str
    present: Week | None
    people: int

    @property
    def runs_it(self) -> bool:
        return self.role in RUNNING


@dataclass(frozen=True)
class Courses:
    mine: list[Listed]
    open: list[Listed]
    past: list[Listed]


def courses(person: Person | None, *, most: int = 60) -> Courses:
    """What one is in, what one can enrol in, what has been. Four queries, whatever there is."""
    found = list(
        Iteration.objects.visible_to(person)
        .for_display()
        .prefetch_related("weeks")
        .annotate(people=Count("circle__memberships", distinct=True))
        .order_by("-starts_on", "-pk")[:most]
    )
    roles = (
        dict(
            Enrolment.objects.filter(person=person, iteration__in=found, left_at__isnull=True).values_list(
                "iteration", "role"
            )
        )
        if person is not None
        else {}
    )
    listed = [
        Listed(
            iteration,
            roles.get(iteration.pk, ""),
            present_week(iteration, iteration.weeks.all()),
            getattr(iteration, "people", 0),  # annotated above
        )
        for iteration in found
    ]
    over = {State.ENDED, State.ARCHIVED, State.CANCELLED}
    return Courses(
        mine=[each for each in listed if each.role and each.iteration.state not in over],
        open=[
            each for each in listed if not each.role and each.iteration.state in {State.OPEN, State.RUNNING}
        ],
        past=[each for each in listed if each.iteration.state in over],
    )


def of_community(community: Community, person: Person | None) -> list[Iteration]:
    """Its courses that are open or under way and that the reader may see, the next to begin last; ``takes_part`` says whether
    the reader does.
    """
    if person is None:
        return list(_to_begin_with(community.pk, None).annotate(takes_part=Value(False))[:OF_COMMUNITY])
    return _of_community(community.pk, person.pk)


@prepared
def _of_community(community: int, person: int) -> "QuerySet[Iteration]":
    takes_part = Enrolment.objects.filter(iteration=OuterRef("pk"), person=person, left_at__isnull=True)
    return _to_begin_with(community, person).annotate(takes_part=Exists(takes_part))[:OF_COMMUNITY]


def _to_begin_with(community: int, person: int | None) -> "QuerySet[Iteration]":
    return (
        Iteration.objects.visible_to(person)
        .filter(course__community=community, state__in=[State.OPEN, State.RUNNING])
        .select_related("course")
        .order_by("starts_on", "pk")
    )


def present_week(iteration: Iteration, weeks: Iterable[Week]) -> Week | None:
    """The week that the iteration is in; None before its first and after its last."""
    today = moments.today_in(iteration.time_zone)
    if iteration.state not in {State.OPEN, State.RUNNING}:
        return None
    begun = [week for week in weeks if week.starts_on <= today]
    if not begun:
        return None
    last = max(begun, key=lambda week: week.starts_on)
    is_last = not any(week.starts_on > last.starts_on for week in weeks)
    return None if is_last and today > last.starts_on + timedelta(days=6) else last


# The chain of iterations ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Link:
    """One iteration in the chain that leads to this one, with what was decided for it."""

    iteration: Iteration
    decisions: list[DesignDecision]
    enrolled: int
    took_part: int
    completed: int
    is_this: bool


def chain(iteration: Iteration) -> list[Link]:
    """All iterations of the course that this one goes back to, it first. Three queries."""
    learner = Q(enrolments__role=Enrolment.Role.PARTICIPANT)
    of_course = {
        each.pk: each
        for each in Iteration.objects.filter(course=iteration.course_id)
        .prefetch_related(Prefetch("decisions", queryset=DesignDecision.objects.select_related("by")))
        .annotate(
            enrolled=Count("enrolments", filter=learner),
            took_part=Count("enrolments", filter=learner & Q(enrolments__took_part_at__isnull=False)),
            completed=Count("enrolments", filter=learner & Q(enrolments__completed_at__isnull=False)),
        )
    }
    links = []
    step = of_course.get(iteration.pk)
    seen: set[int] = set()
    while step is not None and step.pk not in seen:
        seen.add(step.pk)
        links.append(
            Link(
                iteration=step,
                decisions=list(step.decisions.all()),
                enrolled=getattr(step, "enrolled", 0),  # these three are annotated above
                took_part=getattr(step, "took_part", 0),
                completed=getattr(step, "completed", 0),
                is_this=step.pk == iteration.pk,
            )
        )
        step = of_course.get(step.copied_from_id or 0)
    return links


# Participation --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WeekParticipation:
    """People, each counted once, by what they did in a week."""

    week: Week
    wrote: int
    made: int
    attended: int
    marked: int
    any: int
    enrolled_by_then: int
    has_begun: bool


@dataclass(frozen=True)
class Participation:
    weeks: list[WeekParticipation]
    enrolled: int
    took_part: int
    completed: int
    with_own_days: int

    @property
    def most(self) -> int:
        """As high as the drawing goes: an even number, so that half of it is one too."""
        highest = max([1, *(each.any for each in self.weeks)])
        return highest + highest % 2


def participation(iteration: Iteration) -> Participation:
    """In numbers over the weeks, of those who are there to learn; six queries."""
    weeks = list(iteration.weeks.all())
    enrolled = list(
        Enrolment.objects.filter(iteration=iteration, role=Enrolment.Role.PARTICIPANT).values_list(
            "person", "enrolled_at", "took_part_at", "completed_at"
        )
    )
    people = {person for person, *_rest in enrolled}
    by_thread = _sets(
        Post.objects.standing()
        .filter(thread__in=[week.thread_id for week in weeks if week.thread_id], author__isnull=False)
        .values_list("thread", "author")
        .distinct()
    )
    by_week = _sets(
        Project.objects.filter(iteration=iteration, week__isnull=False, removed_at__isnull=True)
        .values_list("week", "person")
        .distinct()
    )
    by_meeting = _sets(
        Attendance.objects.filter(
            occurrence__in=[week.meeting_id for week in weeks if week.meeting_id]
        ).values_list("occurrence", "person")
    )
    planned = list(
        PlannedWeek.objects.filter(week__iteration=iteration)
        .filter(Q(state=PlannedWeek.State.DONE) | Q(due_on__isnull=False))
        .values_list("week", "enrolment__person", "state", "due_on")
    )
    marked = _sets((week, person) for week, person, state, _day in planned if state == PlannedWeek.State.DONE)
    lines = []
    today = moments.today_in(iteration.time_zone)
    for week in weeks:
        wrote = by_thread[week.thread_id or 0] & people
        made = by_week[week.pk] & people
        attended = by_meeting[week.meeting_id or 0] & people
        done = marked[week.pk] & people
        end = week.starts_on + timedelta(days=7)
        lines.append(
            WeekParticipation(
                week,
                len(wrote),
                len(made),
                len(attended),
                len(done),
                len(wrote | made | attended | done),
                sum(at.date() < end for _person, at, *_rest in enrolled),
                week.starts_on <= today,
            )
        )
    return Participation(
        weeks=lines,
        enrolled=len(enrolled),
        took_part=sum(at is not None for _person, _at, at, _done in enrolled),
        completed=sum(done is not None for *_rest, done in enrolled),
        with_own_days=len({person for _week, person, _state, day in planned if day is not None}),
    )


def _sets(pairs: Iterable[tuple[int, int]]) -> defaultdict[int, set[int]]:
    found: defaultdict[int, set[int]] = defaultdict(set)
    for key, person in pairs:
        found[key].add(person)
    return found


def answers_for_research(iteration: Iteration) -> list[SurveyAnswers]:
    """Of those whose consent is in force, without their names; in the order of nothing that tells who they are."""
    consented = Consent.objects.filter(withdrawn_at__isnull=True).values("enrolment")
    return sorted(
        SurveyAnswers.objects.filter(enrolment__iteration=iteration, enrolment__in=consented).only(
            "survey", "questions", "answers"
        ),
        key=lambda each: (each.survey, str(sorted(each.answers.items(), key=str))),
    )

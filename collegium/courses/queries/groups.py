"""What stands on the pages of a writing group, and what is next for its members and mentors."""

from collections import defaultdict
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from collegium.conversations.models import Post, Thread
from collegium.courses import moments, prompts
from collegium.courses.models import (
    Course,
    Enrolment,
    GroupInvitation,
    GroupReport,
    Iteration,
    Mapping,
    Pair,
    PlannedWeek,
    Rhythm,
    Saying,
    Week,
)
from collegium.courses.queries.home import Card, under_way
from collegium.courses.queries.iterations import Standing
from collegium.courses.reports import parts_of
from collegium.design.filters import day_in_words
from collegium.events.models import Answer, Attendance, Occurrence
from collegium.foundation import clock
from collegium.foundation.listed import Listed
from collegium.foundation.prepared import prepared
from collegium.people.models import Person
from collegium.people.queries import faces

State = Iteration.State
Role = Enrolment.Role

LATEST_THREADS = 5
LATEST_POSTS = 4


def is_group(iteration: Iteration) -> bool:
    return iteration.course.shape == Course.Shape.GROUP


@dataclass(frozen=True)
class Stop:
    """A meeting on the group's timeline."""

    week: Week
    at: datetime | None  # None: no meeting stands in the calendar
    ends_at: datetime | None
    is_over: bool
    is_next: bool
    is_cancelled: bool = False

    @property
    def day(self) -> date:
        return self.week.starts_on

    @property
    def questions(self) -> list[str]:
        return [prompts.shown(line) for line in self.week.prompts]


def stops(iteration: Iteration) -> list[Stop]:
    """All meetings in their order, ``next`` the first that is not over. One query."""
    moment = clock.now()
    today = moments.today_in(iteration.time_zone)
    found: list[Stop] = []
    for week in _weeks(iteration.pk):
        week.iteration = iteration
        meeting = week.meeting
        is_over = meeting.ends_at <= moment if meeting is not None else week.starts_on < today
        is_cancelled = meeting is not None and meeting.is_cancelled
        found.append(
            Stop(
                week,
                meeting.starts_at if meeting else None,
                meeting.ends_at if meeting else None,
                is_over,
                is_next=not is_over
                and not is_cancelled
                and not any(each.is_next for each in found)
                and iteration.state in {State.OPEN, State.RUNNING},
                is_cancelled=is_cancelled,
            )
        )
    return found


@prepared
def _weeks(iteration: int) -> "QuerySet[Week]":
    return (
        Week.objects.filter(iteration=iteration)
        .select_related("meeting__event", "draft_node")
        .order_by("number")
    )


@dataclass(frozen=True)
class Member:
    enrolment: Enrolment
    reads: list[Person] = field(default_factory=list)
    read_by: list[Person] = field(default_factory=list)
    is_away: bool = False
    was_there: bool = False
    coming: str = ""

    @property
    def person(self) -> Person:
        return self.enrolment.person

    @property
    def is_mentor(self) -> bool:
        return self.enrolment.role != Role.PARTICIPANT


@dataclass(frozen=True)
class GroupPage:
    iteration: Iteration
    standing: Standing
    stops: list[Stop]
    members: list[Member]
    invitations: list[GroupInvitation]
    threads: list[Thread]
    faces: Map[int, str]
    timeline: "Timeline"

    @property
    def next(self) -> Stop | None:
        return next((stop for stop in self.stops if stop.is_next), None)

    @property
    def writers(self) -> list[Member]:
        return [each for each in self.members if not each.is_mentor]

    @property
    def mentors(self) -> list[Member]:
        return [each for each in self.members if each.is_mentor]

    @property
    def mine(self) -> Member | None:
        own = self.standing.enrolment
        return next((each for each in self.members if own is not None and each.enrolment.pk == own.pk), None)


def group_page(iteration: Iteration, standing: Standing, person: Person) -> GroupPage:
    """Four queries at most, whatever the number of members and meetings."""
    found = stops(iteration)
    coming = next((stop for stop in found if stop.is_next), None)
    members = _members(iteration, coming.week if coming else None)
    return GroupPage(
        iteration=iteration,
        standing=standing,
        stops=found,
        members=members,
        invitations=open_invitations(iteration) if standing.facilitates else [],
        threads=list(
            Thread.objects.filter(forum=iteration.forum_id, hidden_at__isnull=True).order_by(
                "-last_posted_at", "-pk"
            )[:LATEST_THREADS]
        ),
        faces=faces([each.person for each in members], person),
        timeline=timeline(iteration, found),
    )


def open_invitations(iteration: Iteration) -> list[GroupInvitation]:
    return list(GroupInvitation.objects.open().filter(iteration=iteration).select_related("person__photo"))


def _members(iteration: Iteration, week: Week | None) -> list[Member]:
    """In the order of their names, mentors last; with whom they read for the meeting, and what they said of coming. One query."""
    rows: list[Any] = list(_enrolled(iteration.pk, week.pk if week is not None else 0))
    people = {each.person_id: each.person for each in rows}
    reads: defaultdict[int, list[Person]] = defaultdict(list)
    read_by: defaultdict[int, list[Person]] = defaultdict(list)
    for each in rows:
        each.iteration = iteration
        for _pair, writer in each.reads or []:
            if writer in people:
                reads[each.person_id].append(people[writer])
                read_by[writer].append(each.person)
    return sorted(
        (
            Member(
                each,
                reads[each.person_id],
                read_by[each.person_id],
                is_away=each.is_away,
                was_there=each.was_there,
                coming=each.coming or "",
            )
            for each in rows
        ),
        key=lambda each: each.is_mentor,
    )


@prepared
def _enrolled(iteration: int, week: int) -> "QuerySet[Enrolment]":
    of_meeting = {"occurrence__weeks": week, "person": OuterRef("person")}
    left_out = PlannedWeek.objects.filter(
        enrolment=OuterRef("pk"), week=week, state=PlannedWeek.State.LEFT_OUT
    )
    return (
        Enrolment.objects.filter(iteration=iteration, left_at__isnull=True)
        .select_related("person__photo")
        .annotate(
            reads=Listed(
                Pair.objects.filter(week=week, reader=OuterRef("person"))
                .order_by("pk")
                .values("id", "writer_id")
            ),
            is_away=Exists(left_out),
            was_there=Exists(Attendance.objects.filter(**of_meeting)),
            coming=Subquery(Answer.objects.filter(**of_meeting).values("coming")[:1]),
        )
        .order_by("person__name", "pk")
    )


# A meeting ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MeetingPage:
    iteration: Iteration
    standing: Standing
    week: Week
    stops: list[Stop]
    members: list[Member]
    mappings: list[Mapping]
    prompts: list[str]
    meeting: Occurrence | None
    mine: Member | None
    posts: list[Post]
    post_count: int
    faces: Map[int, str]

    @property
    def stop(self) -> Stop:
        return next(stop for stop in self.stops if stop.week.pk == self.week.pk)

    @property
    def before(self) -> Week | None:
        return next((stop.week for stop in reversed(self.stops) if stop.week.number < self.week.number), None)

    @property
    def after(self) -> Week | None:
        return next((stop.week for stop in self.stops if stop.week.number > self.week.number), None)

    @property
    def has_begun(self) -> bool:
        return self.meeting is not None and self.meeting.starts_at <= clock.now()

    @property
    def writers(self) -> list[Member]:
        return [each for each in self.members if not each.is_mentor]

    @property
    def were_there(self) -> list[Member]:
        return [each for each in self.members if each.was_there]


def meeting_page(week: Week, standing: Standing, person: Person) -> MeetingPage:
    """``week`` with its iteration, thread, meeting and section: four queries at most."""
    iteration = week.iteration
    members = _members(iteration, week)
    mine = next((each for each in members if each.person.pk == person.pk), None)
    posts = (
        list(
            Post.objects.standing()
            .filter(thread=week.thread_id, author__isnull=False)
            .select_related("author__photo")
            .order_by("-pk")[:LATEST_POSTS]
        )[::-1]
        if week.thread_id is not None
        else []
    )
    return MeetingPage(
        iteration=iteration,
        standing=standing,
        week=week,
        stops=stops(iteration),
        members=members,
        mappings=list(week.mappings.select_related("node").order_by("node__position")),
        prompts=[prompts.shown(line) for line in week.prompts],
        meeting=week.meeting,
        mine=mine,
        posts=posts,
        post_count=max(0, week.thread.post_count - 1) if week.thread is not None else 0,
        faces=faces(
            [each.person for each in members] + [each.author for each in posts if each.author], person
        ),
    )


# The timeline ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mark:
    kind: str  # "meeting", "drafts", "today"
    x: float
    title: str
    day: date
    url: str = ""
    is_over: bool = False
    is_next: bool = False
    number: int = 0

    @property
    def day_in_words(self) -> str:
        return day_in_words(self.day)


@dataclass(frozen=True)
class Timeline:
    """Meetings and days for drafts along a line, by their days; everything in it stands in the table too."""

    marks: list[Mark]
    months: list[tuple[float, str]]
    width: int
    today: float | None

    @property
    def meetings(self) -> list[Mark]:
        return [mark for mark in self.marks if mark.kind == "meeting"]

    @property
    def drafts(self) -> list[Mark]:
        return [mark for mark in self.marks if mark.kind == "drafts"]


WIDTH, MARGIN = 960, 28


def timeline(iteration: Iteration, found: list[Stop]) -> Timeline:
    """No query."""
    dated = [(stop.day, stop) for stop in found]
    every = [day for day, _stop in dated] + [
        stop.week.drafts_due_on for stop in found if stop.week.drafts_due_on
    ]
    if not every:
        return Timeline([], [], WIDTH, None)
    first, last = min(every), max(every)
    span = max(1, (last - first).days)

    def place(day: date) -> float:
        return round(MARGIN + (WIDTH - 2 * MARGIN) * (day - first).days / span, 1)

    today = moments.today_in(iteration.time_zone)
    marks = []
    for day, stop in dated:
        week = stop.week
        url = week.get_absolute_url()
        if week.drafts_due_on is not None:
            marks.append(
                Mark(
                    "drafts",
                    place(week.drafts_due_on),
                    _("Drafts for “%(meeting)s”") % {"meeting": week.title},
                    week.drafts_due_on,
                    url,
                    is_over=week.drafts_due_on < today,
                    number=week.number,
                )
            )
        marks.append(
            Mark(
                "meeting",
                place(day),
                week.title,
                day,
                url,
                is_over=stop.is_over,
                is_next=stop.is_next,
                number=week.number,
            )
        )
    months = []
    month = first.replace(day=1)
    while month <= last:
        if month >= first:
            months.append((place(month), day_in_words(month, "MMM")))
        month = (month + timedelta(days=32)).replace(day=1)
    return Timeline(
        sorted(marks, key=lambda mark: (mark.day, mark.kind == "meeting")),
        months,
        WIDTH,
        place(today) if first <= today <= last else None,
    )


# Setting up -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Setup:
    iteration: Iteration
    stops: list[Stop]
    rhythm: Rhythm | None
    invitations: list[GroupInvitation]
    members: list[Member]
    faces: Map[int, str]


def setup(iteration: Iteration, person: Person) -> Setup:
    """Four queries."""
    members = _members(iteration, None)
    return Setup(
        iteration,
        stops(iteration),
        Rhythm.objects.filter(iteration=iteration).first(),
        open_invitations(iteration),
        members,
        faces([each.person for each in members], person),
    )


# The report -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Report:
    """Numbers as they were frozen (or as they are now), words as their writers leave them."""

    iteration: Iteration
    facts: Map[str, Any]
    frozen_at: datetime | None
    words_until: datetime | None
    people: Map[int, str]
    sayings: list[tuple[str, str]]  # words, and the name where there is leave for it
    mine: Saying | None
    parts: list[dict[str, Any]]  # those that were kept, and those that people may still take back

    @property
    def takes_words(self) -> bool:
        return self.words_until is None or clock.now() < self.words_until

    @property
    def meetings(self) -> list[tuple[Map[str, Any], datetime | date]]:
        return [(each, _moment(each["at"])) for each in self.facts["meetings"]]

    @property
    def mentors(self) -> list[str]:
        return [self.name(pk) for pk in self.facts["mentors"]]

    @property
    def members(self) -> list[str]:
        return sorted(self.name(pk) for pk in self.facts["members"] if pk in self.people)

    def name(self, pk: int) -> str:
        return self.people.get(pk) or _("Somebody who has left")

    def cells(self, row: list[Any]) -> list[str]:
        return [self.name(cell["person"]) if isinstance(cell, dict) else str(cell) for cell in row]


def report(iteration: Iteration, facts: Map[str, Any], kept: GroupReport | None, person: Person) -> Report:
    """``facts`` frozen or of now. One query and those of other rooms: everybody who is named in them was enrolled once."""
    enrolled = list(
        Enrolment.objects.filter(iteration=iteration)
        .select_related("person", "saying")
        .order_by("saying__given_at", "saying__pk")
    )
    sayings = [each.saying for each in enrolled if hasattr(each, "saying")]
    return Report(
        iteration,
        facts,
        kept.made_at if kept else None,
        kept.words_until if kept else None,
        {each.person_id: each.person.name for each in enrolled if each.person.erased_at is None},
        [(each.words, each.enrolment.person.name if each.by_name else "") for each in sayings],
        next((each for each in sayings if each.enrolment.person_id == person.pk), None),
        [*facts["parts"], *parts_of(iteration, kept=False)],
    )


def kept_report(iteration: Iteration) -> GroupReport | None:
    return GroupReport.objects.filter(iteration=iteration).first()


def _moment(said: str) -> datetime | date:
    return datetime.fromisoformat(said) if "T" in said else date.fromisoformat(said)


# What next ------------------------------------------------------------------------------------------------------------


def invitations_for(person: Person) -> list[Card]:
    return [
        Card(
            "mail",
            invitation.iteration.title,
            reverse("courses:group_invitation", args=[invitation.pk]),
            _("An invitation to a writing group"),
            day=None,
        )
        for invitation in GroupInvitation.objects.open()
        .filter(person=person, sent_at__isnull=False)
        .select_related("iteration")[:3]
    ]


def what_next_in_groups(person: Person, enrolled: list[Enrolment] | None = None) -> list[Card]:
    """The next meeting and the draft that is due for it; for a mentor, what the group waits for."""
    moment = clock.now()
    found = under_way(person) if enrolled is None else enrolled
    cards: list[Card] = []
    for enrolment in [each for each in found if each.iteration.course.shape == Course.Shape.GROUP][:4]:
        iteration = enrolment.iteration
        weeks = sorted(iteration.weeks.all(), key=lambda week: week.number)
        if iteration.state == State.DRAFTED:
            cards.append(
                Card(
                    "pencil",
                    iteration.title,
                    reverse("courses:set_up_group", args=[iteration.slug]),
                    _("A writing group that you plan"),
                    _("Look it through, invite people, and open it."),
                    day=iteration.starts_on,
                )
            )
            continue
        ahead = [
            week
            for week in weeks
            if week.meeting is not None and week.meeting.ends_at > moment and not week.meeting.is_cancelled
        ]
        if not ahead:
            continue
        week = ahead[0]
        week.iteration = iteration
        today = moments.today_in(iteration.time_zone)
        if (
            enrolment.role == Role.PARTICIPANT
            and week.drafts_due_on is not None
            and week.drafts_due_on >= today
        ):
            cards.append(
                Card(
                    "pen-line",
                    _("A draft for “%(meeting)s”") % {"meeting": week.title},
                    f"{week.get_absolute_url()}#draft",
                    iteration.title,
                    _("Half a page is a draft. Your critical friend reads it."),
                    day=week.drafts_due_on,
                )
            )
        cards.append(
            Card(
                "users-round",
                week.title,
                week.get_absolute_url(),
                _("Next meeting of %(group)s") % {"group": iteration.title},
                day=week.meeting.starts_at if week.meeting else week.starts_on,
            )
        )
    return cards

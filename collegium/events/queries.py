"""Events as their guests and hosts ask for them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from collegium.communities.models import Community
from collegium.communities.rules import LEADERS
from collegium.events.models import Answer, Attendance, CalendarFeed, Event, Occurrence, OccurrenceQuerySet
from collegium.foundation import clock
from collegium.foundation.prepared import prepared
from collegium.people.models import Audience, Circle, CircleMember, Person

OPEN = (Audience.PUBLIC, Audience.SIGNED_IN)
COMES = (Answer.Coming.YES, Answer.Coming.MAYBE)
BATCH = 1000
SOON = 3
OF_COMMUNITY = 4


def is_open_to_all_signed_in(event: Event) -> bool:
    communities = list(event.communities.all())
    return event.audience in OPEN and (not communities or any(each.audience in OPEN for each in communities))


def welcome(event: Event) -> Q:
    """Of rows with a ``person``: those whose person may (still) come to the event."""
    if is_open_to_all_signed_in(event):
        return Q(person__erased_at__isnull=True)
    of_circles = CircleMember.objects.filter(circle__in=event.circles.all()).values("person")
    is_welcome = Q(person__in=of_circles)
    if event.host_id is not None and not event.communities.exists():
        is_welcome |= Q(person=event.host_id)
    return is_welcome


def guests(event: Event, *coming: str, occurrence: Occurrence | None = None) -> QuerySet[Answer]:
    """Answers of those who may still come, to what of the event is ahead (or to this one time of it)."""
    answers = Answer.objects.filter(welcome(event), coming__in=coming or COMES)
    if occurrence is not None:
        return answers.filter(occurrence=occurrence)
    return answers.filter(
        occurrence__event=event, occurrence__ends_at__gt=clock.now(), occurrence__cancelled_at__isnull=True
    )


def who_may_come(event: Event) -> Iterator[list[int]]:
    """Ids of all in the event's circles, a thousand at a time in the order of their ids: for telling them of it."""
    last = 0
    while batch := list(
        CircleMember.objects.filter(circle__in=event.circles.all(), person__gt=last)
        .order_by("person")
        .values_list("person", flat=True)
        .distinct()[:BATCH]
    ):
        yield batch
        last = batch[-1]


def led_by(person: Person) -> QuerySet[Community]:
    """For which they may plan: see ``rules.may_plan``."""
    return Community.objects.filter(
        closed_at__isnull=True, memberships__person=person, memberships__role__in=LEADERS
    ).order_by("title")


def mine(person: Person) -> OccurrenceQuerySet:
    """Those that concern a person: of their circles, hosted by them, or answered otherwise than with no.

    What is open to everyone is not everyone's: it comes in when they answer.
    """
    of_circles = Circle.objects.filter(events=OuterRef("event_id"), memberships__person=person)
    answered = Answer.objects.filter(occurrence=OuterRef("pk"), person=person).exclude(
        coming=Answer.Coming.NO
    )
    attended = Attendance.objects.filter(occurrence=OuterRef("pk"), person=person)
    # Found from the person, so that it takes no longer where ten thousand events of others lie ahead.
    through: Any = Event.circles.through  # the plugin takes its fields for the event's
    near = through.objects.filter(circle__in=CircleMember.objects.filter(person=person).values("circle"))
    near_ids = (
        near.order_by()
        .values_list("event_id")
        .union(
            Event.objects.filter(host=person).order_by().values_list("pk"),
            Answer.objects.filter(person=person).order_by().values_list("occurrence__event_id"),
            Attendance.objects.filter(person=person).order_by().values_list("occurrence__event_id"),
        )
    )
    return (
        Occurrence.objects.filter(event__in=near_ids)
        .visible_to(person)
        .filter(Exists(of_circles) | Q(event__host=person) | Exists(answered) | Exists(attended))
    )


def ahead(person: Person, *, limit: int = 20) -> list[Occurrence]:
    """What of theirs has not ended, soonest first, without what they said no to; cancelled ones are left out."""
    said_no = Answer.objects.filter(occurrence=OuterRef("pk"), person=person, coming=Answer.Coming.NO)
    return list(mine(person).ahead().exclude(Exists(said_no)).for_display()[:limit])


@prepared
def soon(person: int, now: datetime, until: datetime) -> "QuerySet[Occurrence]":
    """The next few of somebody's that begin by then, with their answer as ``own_answer``: asked for by every home."""
    said = Answer.objects.filter(occurrence=OuterRef("pk"), person=person)
    near = mine(Person(pk=person)).ahead(now).exclude(Exists(said.filter(coming=Answer.Coming.NO)))
    answered = near.annotate(own_answer=Subquery(said.values("coming")[:1]))
    return answered.filter(starts_at__lte=until).for_display()[:SOON]


@prepared
def in_calendar(person: int, since: datetime) -> "QuerySet[Occurrence]":
    """All times of each event that is somebody's and has one that ended since then, with their answer as ``own_answer``."""
    events = mine(Person(pk=person)).filter(ends_at__gt=since).values("event")
    of_circles = Circle.objects.filter(events=OuterRef("event_id"), memberships__person=person)
    said = Answer.objects.filter(occurrence=OuterRef("pk"), person=person)
    return (
        Occurrence.objects.filter(event__in=events)
        .select_related("event")
        .defer("notes", "recording_url")
        .annotate(
            is_of_theirs=Exists(of_circles) | Q(event__host=person),
            own_answer=Subquery(said.values("coming")[:1]),
        )
        .order_by("event__first_starts_at", "event", "number")
    )


@prepared
def feed_at(token_hash: str) -> "QuerySet[CalendarFeed]":
    """Whose it is, where they are still here."""
    return CalendarFeed.objects.filter(
        token_hash=token_hash, person__account__is_active=True, person__erased_at__isnull=True
    ).select_related("person__account")


def of_community(community: Community, person: Person | None) -> list[Occurrence]:
    """Its next few times that this person may see, with their answer as ``own_answer`` ("": none); one query."""
    now = clock.now()
    if person is None:
        return _of_community_for_the_public(community.pk, now)
    return _of_community(community.pk, person.pk, now)


@prepared
def _of_community(community: int, person: int, now: datetime) -> "QuerySet[Occurrence]":
    said = Answer.objects.filter(occurrence=OuterRef("pk"), person=person).values("coming")[:1]
    return _next_of(community, Person(pk=person), now).annotate(
        own_answer=Coalesce(Subquery(said), Value(""))
    )[:OF_COMMUNITY]


@prepared
def _of_community_for_the_public(community: int, now: datetime) -> "QuerySet[Occurrence]":
    nothing = Value("", output_field=CharField())
    return _next_of(community, None, now).annotate(own_answer=nothing)[:OF_COMMUNITY]


def _next_of(community: int, person: Person | None, now: datetime) -> "QuerySet[Occurrence]":
    return Occurrence.objects.visible_to(person).filter(event__communities=community).ahead(now).for_display()


def of_circle(circle: Circle, person: Person | None, *, limit: int = 20) -> list[Occurrence]:
    return list(
        Occurrence.objects.visible_to(person).filter(event__circles=circle).ahead().for_display()[:limit]
    )


def answers_of(person: Person | None, occurrences: list[Occurrence]) -> dict[int, Answer]:
    """Of one person, by occurrence; one query."""
    if person is None or not occurrences:
        return {}
    return {
        answer.occurrence_id: answer
        for answer in Answer.objects.filter(person=person, occurrence__in=[each.pk for each in occurrences])
    }


def numbers(occurrence: Occurrence) -> dict[str, int]:
    """How many gave each answer."""
    counted = (
        Answer.objects.filter(occurrence=occurrence).order_by().values("coming").annotate(number=Count("pk"))
    )
    return dict.fromkeys(Answer.Coming.values, 0) | {row["coming"]: row["number"] for row in counted}


def ahead_in_line(answer: Answer) -> int:
    """How many wait before this one."""
    return Answer.objects.filter(
        Q(answered_at__lt=answer.answered_at) | Q(answered_at=answer.answered_at, pk__lt=answer.pk),
        occurrence=answer.occurrence_id,
        coming=Answer.Coming.WAITING,
    ).count()


@dataclass(frozen=True)
class Lined:
    """One line of the host's list."""

    person: Person
    answer: Answer | None
    attendance: Attendance | None


def attendance_list(occurrence: Occurrence, *, named: str = "", limit: int = 30) -> list[Lined]:
    """Who answered yes, perhaps or waits, and who was there; with ``named``, also whoever of its circles is called so."""
    answers = {
        each.person_id: each
        for each in Answer.objects.filter(occurrence=occurrence)
        .exclude(coming=Answer.Coming.NO)
        .select_related("person__photo")
    }
    attendances = {
        each.person_id: each
        for each in Attendance.objects.filter(occurrence=occurrence).select_related(
            "person__photo", "noted_by"
        )
    }
    people = {each.person_id: each.person for each in answers.values()}
    people |= {each.person_id: each.person for each in attendances.values()}
    if named:
        found = Person.objects.for_display().filter(
            erased_at__isnull=True,
            name__icontains=named,
            circle_memberships__circle__in=occurrence.event.circles.all(),
        )
        people |= {each.pk: each for each in found.distinct().order_by("name")[:limit]}
    return [
        Lined(person=person, answer=answers.get(person.pk), attendance=attendances.get(person.pk))
        for person in sorted(people.values(), key=lambda each: each.name.casefold())
    ]


def owed_invitations() -> QuerySet[Answer]:
    """Answers whose person's calendar does not have it as it is now: see ``calendars.due``."""
    live = Q(
        coming__in=COMES, occurrence__cancelled_at__isnull=True, occurrence__event__cancelled_at__isnull=True
    )
    revision = F("occurrence__event__sequence") + F("occurrence__sequence")
    return Answer.objects.filter(occurrence__ends_at__gt=clock.now(), person__account__isnull=False).filter(
        (live & (Q(sent_sequence__lt=revision) | ~Q(sent_as="request"))) | (~live & Q(sent_as="request"))
    )

"""Events as their guests and hosts ask for them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from collegium.communities.models import Community
from collegium.communities.rules import LEADERS
from collegium.events.models import (
    Answer,
    Attendance,
    CalendarFeed,
    Event,
    Occurrence,
    OccurrenceQuerySet,
    WithoutLetters,
)
from collegium.foundation import clock
from collegium.foundation.prepared import prepared
from collegium.people.models import Audience, Circle, CircleMember, Person

OPEN = (Audience.PUBLIC, Audience.SIGNED_IN)
COMES = (Answer.Coming.YES, Answer.Coming.MAYBE)
SOON = 3
MOST_AHEAD = 30
FACES = 24
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


def has_letters(person: Person) -> bool:
    """Whether letters bring meetings into their calendar."""
    return not WithoutLetters.objects.filter(person=person).exists()


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


@prepared
def ahead(person: int, now: datetime) -> "QuerySet[Occurrence]":
    """What of theirs has not ended, soonest first, with their answer as ``own_answer``; without what is cancelled or they
    said no to.
    """
    return _ahead(person, now)[:MOST_AHEAD]


@prepared
def soon(person: int, now: datetime, until: datetime) -> "QuerySet[Occurrence]":
    """The next few of these that begin by then: asked for by every home."""
    return _ahead(person, now).filter(starts_at__lte=until)[:SOON]


def _ahead(person: int, now: datetime) -> OccurrenceQuerySet:
    said = Answer.objects.filter(occurrence=OuterRef("pk"), person=person)
    near = mine(Person(pk=person)).ahead(now).exclude(Exists(said.filter(coming=Answer.Coming.NO)))
    return near.annotate(own_answer=Subquery(said.values("coming")[:1])).for_display()


@prepared
def event_shown(event: int, person: int) -> "QuerySet[Event]":
    return Event.objects.visible_to(Person(pk=person)).filter(pk=event).for_display()


def times(event: Event, person: Person | None) -> list[Occurrence]:
    """All its times, with this person's answer as ``own_answer``."""
    found = _times(event.pk, person.pk if person else 0)
    for each in found:
        each.event = event
    return found


@prepared
def _times(event: int, person: int) -> "QuerySet[Occurrence]":
    said = Answer.objects.filter(occurrence=OuterRef("pk"), person=person)
    answered = Occurrence.objects.annotate(own_answer=Subquery(said.values("coming")[:1]))
    return answered.filter(event=event).order_by("starts_at", "number")


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


# One time of an event, as its page shows it: with how many gave each answer (``yes``, ``maybe``, ``waiting``), and what the
# reader answered, noted or waits for (``own_answer``, ``own_way``, ``in_line``).


def shown(occurrence_id: int, person: Person | None) -> Any | None:
    """None where this person may not see it."""
    found: list[Any] = _shown_to(occurrence_id, person.pk) if person else _shown_to_all(occurrence_id)
    return found[0] if found else None


@prepared
def _shown_to_all(occurrence: int) -> "QuerySet[Occurrence]":
    nothing = Value("")
    rows = Occurrence.objects.visible_to(None).filter(pk=occurrence)
    return _counted(rows).annotate(own_answer=nothing, own_way=nothing, in_line=Value(0)).for_display()


@prepared
def _shown_to(occurrence: int, person: int) -> "QuerySet[Occurrence]":
    own = Answer.objects.filter(occurrence=OuterRef("pk"), person=person)
    attended = Attendance.objects.filter(occurrence=OuterRef("pk"), person=person)
    mine = Answer.objects.filter(occurrence=OuterRef("occurrence"), person=person)
    before = Answer.objects.filter(
        Q(answered_at__lt=Subquery(mine.values("answered_at")))
        | Q(answered_at=Subquery(mine.values("answered_at")), pk__lt=Subquery(mine.values("pk"))),
        occurrence=OuterRef("pk"),
        coming=Answer.Coming.WAITING,
    )
    rows = Occurrence.objects.visible_to(Person(pk=person)).filter(pk=occurrence)
    return (
        _counted(rows)
        .annotate(
            own_answer=Coalesce(Subquery(own.values("coming")), Value("")),
            own_way=Coalesce(Subquery(attended.values("way")), Value("")),
            in_line=_number_of(before),
        )
        .for_display()
    )


def _counted(rows: OccurrenceQuerySet) -> OccurrenceQuerySet:
    said = Answer.objects.filter(occurrence=OuterRef("pk"))
    return rows.annotate(
        **{each: _number_of(said.filter(coming=each)) for each in (*COMES, Answer.Coming.WAITING)}
    )


def _number_of(answers: QuerySet[Answer]) -> Coalesce:
    counted = answers.order_by().values("occurrence").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


@prepared
def coming(occurrence: int, reader: int) -> "QuerySet[Person]":
    """The first who said yes, of those whose page the reader may open."""
    return (
        Person.objects.visible_to(Person(pk=reader))
        .filter(event_answers__occurrence=occurrence, event_answers__coming=Answer.Coming.YES)
        .order_by("event_answers__answered_at", "event_answers__pk")
        .for_display()[:FACES]
    )


@prepared
def times_of(event: int) -> "QuerySet[Occurrence, int]":
    """Ids of its times, in their order."""
    return Occurrence.objects.filter(event=event).order_by("starts_at", "number").values_list("pk", flat=True)


def communities_of(event: Event, reader: Person | None) -> list[Community]:
    """Of a private one among them, others do not even learn that it is."""
    return _communities(event.pk, reader.pk) if reader else _open_communities(event.pk)


@prepared
def _open_communities(event: int) -> "QuerySet[Community]":
    return Community.objects.visible_to(None).filter(events=event)


@prepared
def _communities(event: int, reader: int) -> "QuerySet[Community]":
    return Community.objects.visible_to(Person(pk=reader)).filter(events=event)


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
    """Answers whose person's calendar does not have it as it is now, and is to learn it by letter."""
    live = Q(
        coming__in=COMES, occurrence__cancelled_at__isnull=True, occurrence__event__cancelled_at__isnull=True
    )
    revision = F("occurrence__event__sequence") + F("occurrence__sequence")
    return Answer.objects.filter(
        occurrence__ends_at__gt=clock.now(),
        person__account__is_active=True,
        person__without_calendar_letters__isnull=True,
    ).filter(
        (live & (Q(sent_sequence__lt=revision) | ~Q(sent_as="request"))) | (~live & Q(sent_as="request"))
    )

"""Who may do what at an event. ``thing`` is an Event, or a row that has an ``event`` or an ``occurrence``."""

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from collegium.communities.models import Community, Membership
from collegium.communities.rules import FACILITATOR, LEADERS
from collegium.events.models import Answer, Event, Occurrence
from collegium.foundation.prepared import prepared
from collegium.foundation.rulebook import Role, rule
from collegium.people.models import Audience, Person
from collegium.people.rules import ANYONE_SIGNED_IN

HostLike = Callable[[Person, Event], bool]
_hosts: list[HostLike] = []


def register_host(answers: HostLike) -> HostLike:
    """Let somebody else host: a course says so of its facilitators, from its ``panels.py``."""
    _hosts.append(answers)
    return answers


def event_of(thing: Any) -> Event | None:
    if isinstance(thing, Event):
        return thing
    if isinstance(thing, Occurrence):
        return thing.event
    occurrence = getattr(thing, "occurrence", None)
    return occurrence.event if isinstance(occurrence, Occurrence) else None


def _hosting(person: Person, thing: object) -> bool:
    event = event_of(thing)
    if event is None:
        return False
    return bool(_planned_or_led(event.pk, person.pk)) or any(answers(person, event) for answers in _hosts)


@prepared
def _planned_or_led(event: int, person: int) -> "QuerySet[Event, int]":
    """The event, if they planned it and may still see it, or lead one of its communities."""
    leads = Membership.objects.filter(community__events=OuterRef("pk"), person=person, role__in=LEADERS)
    planned = Event.objects.visible_to(Person(pk=person)).filter(host=person, pk=event)
    found = Event.objects.filter(Exists(leads) | Q(pk__in=planned.values("pk")), pk=event)
    return found.order_by().values_list("pk", flat=True)


def _invited(person: Person, thing: object) -> bool:
    event = event_of(thing)
    return event is not None and bool(_visible(event.pk, person.pk))


@prepared
def _visible(event: int, person: int) -> "QuerySet[Event, int]":
    found = Event.objects.visible_to(Person(pk=person)).filter(pk=event)
    return found.order_by().values_list("pk", flat=True)


HOST = Role(
    key="event_host",
    title=_("Host of an event"),
    description=_("Planned it, or convenes or facilitates one of its communities or its course."),
    held_by=_hosting,
)
GUEST = Role(
    key="event_guest",
    title=_("Guest of an event"),
    description=_("May come to it: belongs to one of its communities or to its course, or it is open."),
    held_by=_invited,
)


@rule(FACILITATOR, says=_("plan events for the community"))
def may_plan(person: Person, community: Community) -> bool:  # noqa: ARG001  # the role settles who
    return community.closed_at is None


@rule(HOST, says=_("change, move and cancel an event, or one of its times"))
def may_change(person: Person, thing: object) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(GUEST, HOST, says=_("answer an invitation, and check in with the code of the room"))
def may_come(person: Person, thing: object) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(HOST, says=_("see who comes, show the code of the room, and keep the list of who was there"))
def may_keep_list(person: Person, thing: object) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(HOST, says=_("add the recording and the notes afterwards"))
def may_keep_record(person: Person, thing: object) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(GUEST, HOST, says=_("see where a meeting takes place; where places are few, once they have one"))
def may_see_address(person: Person, thing: Occurrence) -> bool:
    if thing.event.capacity is None or _hosting(person, thing):
        return True
    return Answer.objects.filter(occurrence=thing, person=person, coming=Answer.Coming.YES).exists()


def has_address(event: Event, *, is_host: bool, coming: str) -> bool:
    """``may_see_address`` of a guest of whom the rest is known: what they answered, and whether they host it."""
    return event.capacity is None or is_host or coming == Answer.Coming.YES


@rule(ANYONE_SIGNED_IN, says=_("keep a calendar address of their own, make it anew, and switch it off"))
def may_keep_feed(person: Person, other: Person) -> bool:
    return person.pk == other.pk


def is_open_to(event: Event, audience: str) -> bool:
    """Whether the event's communities, all of them, may be seen so widely."""
    wide = {Audience.PUBLIC: 2, Audience.SIGNED_IN: 1}
    return all(
        wide.get(Audience(each.audience), 0) >= wide.get(Audience(audience), 0)
        for each in event.communities.all()
    )

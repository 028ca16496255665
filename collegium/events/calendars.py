"""Events as iCalendar (RFC 5545), and invitations as iTIP letters (RFC 5546).

A series is one entry with its rule. A time of it that is elsewhere, cancelled, or said differently is an entry of its own
with RECURRENCE-ID; one that the reader said no to is left out of the rule. Where the clocks change about a time,
what the rule means is said outright as well, since programs disagree about it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from functools import lru_cache
from typing import Any

import icalendar
from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from collegium.communities.models import Community
from collegium.events import moments, queries
from collegium.events.models import Answer, Event, Occurrence
from collegium.foundation import clock, richtext
from collegium.people.models import Circle, Person

MEDIA_TYPE = "text/calendar"
REQUEST, CANCEL = "REQUEST", "CANCEL"
SHOWN_BACK = timedelta(days=90)
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_FREQUENCIES: dict[str, dict[str, object]] = {
    moments.WEEKLY: {"FREQ": "WEEKLY"},
    moments.FORTNIGHTLY: {"FREQ": "WEEKLY", "INTERVAL": 2},
    moments.MONTHLY: {"FREQ": "MONTHLY"},
}
_COMING = {
    Answer.Coming.YES: "ACCEPTED",
    Answer.Coming.MAYBE: "TENTATIVE",
    Answer.Coming.NO: "DECLINED",
    Answer.Coming.WAITING: "NEEDS-ACTION",
}


@dataclass(frozen=True)
class Entry:
    """An event for one reader: all its times, those that they said no to, those whose address they may see."""

    event: Event
    occurrences: Sequence[Occurrence]
    left_out: frozenset[int] = field(default=frozenset())  # ids
    with_address: frozenset[int] = field(default=frozenset())  # ids


def feed(entries: Iterable[Entry], *, name: str) -> bytes:
    """A calendar to subscribe to. The same entries give the same bytes, so that they can carry an ETag."""
    calendar = _calendar()
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    used: list[tuple[str, datetime]] = []
    for entry in entries:
        for component in _components(entry):
            calendar.add_component(component)
        used += [(entry.event.time_zone, each.starts_at) for each in entry.occurrences]
    return _with_zones(calendar, used)


def of_occurrences(occurrences: Iterable[Occurrence], *, name: str, with_address: bool = False) -> bytes:
    """A feed of these; of a series all its times must be among them."""
    return feed(
        (
            Entry(
                event=those[0].event,
                occurrences=sorted(those, key=lambda each: each.number),
                with_address=frozenset(each.pk for each in those) if with_address else frozenset(),
            )
            for those in _by_event(occurrences)
        ),
        name=name,
    )


def invitation(occurrence: Occurrence, person: Person, method: str = REQUEST) -> bytes:
    """For one time of an event."""
    answer = Answer.objects.filter(occurrence=occurrence, person=person).first()
    coming = answer.coming if answer else Answer.Coming.WAITING
    return letter([(occurrence, coming)], person, method=method)


def letter(
    answered: Sequence[tuple[Occurrence, str]], person: Person, *, method: str, whole: Entry | None = None
) -> bytes:
    """What one person's calendar is asked to take up (REQUEST) or to drop (CANCEL).

    ``answered`` are times of one event with what the person says to each. With ``whole`` the series goes as one.
    """
    calendar = _calendar()
    calendar.add("method", method)
    event = answered[0][0].event
    if whole is not None:
        components = _components(whole)
        coming = dict.fromkeys(range(len(components)), answered[0][1])
    else:
        walls = _walls(event)
        components = [
            _component(
                each,
                recurrence=walls[each.number - 1] if _is_in_rule(each) and event.is_series else None,
                shows_address=method == REQUEST,
                cancelled=method == CANCEL,
            )
            for each, _coming in answered
        ]
        coming = {number: said for number, (_each, said) in enumerate(answered)}
    for number, component in enumerate(components):
        component.pop("DTSTAMP")
        component.add("dtstamp", clock.now())
        component.add("organizer", _organizer(event))
        component.add("attendee", _attendee(person, coming[number]))
        calendar.add_component(component)
    return _with_zones(calendar, [(event.time_zone, each.starts_at) for each, _coming in answered])


def entries_of(person: Person) -> list[Entry]:
    """What a person's own calendar shows: of their circles and what they host but for what they said no to, and of what
    is open to everyone that which they said yes or perhaps to. Two queries.
    """
    since = clock.now() - SHOWN_BACK
    of_circles = Circle.objects.filter(events=OuterRef("event_id"), memberships__person=person)
    events = queries.mine(person).filter(ends_at__gt=since).values("event")
    occurrences = (
        Occurrence.objects.filter(event__in=events)
        .select_related("event")
        .annotate(is_of_theirs=Exists(of_circles) | Q(event__host=person))
        .order_by("event__first_starts_at", "event", "number")
    )
    coming = dict(
        Answer.objects.filter(person=person, occurrence__event__in=events).values_list("occurrence", "coming")
    )

    def is_wanted(each: Any) -> bool:
        said = coming.get(each.pk)
        return said in queries.COMES or (said is None and each.is_of_theirs)

    def has_address(each: Occurrence) -> bool:
        event = each.event
        return (
            event.capacity is None or event.host_id == person.pk or coming.get(each.pk) == Answer.Coming.YES
        )

    return [
        Entry(
            event=those[0].event,
            occurrences=those,
            left_out=frozenset(each.pk for each in those if not is_wanted(each)),
            with_address=frozenset(each.pk for each in those if has_address(each)),
        )
        for those in _by_event(occurrences)
    ]


def entries_of_community(community: Community) -> list[Entry]:
    """What anybody on the web may know: public events, without the addresses of their meetings. One query."""
    since = clock.now() - SHOWN_BACK
    of_it = Occurrence.objects.visible_to(None).filter(event__communities=community)
    occurrences = (
        Occurrence.objects.filter(event__in=of_it.filter(ends_at__gt=since).values("event"))
        .select_related("event")
        .order_by("event__first_starts_at", "event", "number")
    )
    return [Entry(event=those[0].event, occurrences=those) for those in _by_event(occurrences)]


# Inside ---------------------------------------------------------------------------------------------------------------


def _by_event(occurrences: Iterable[Occurrence]) -> list[list[Occurrence]]:
    """Each with one and the same event."""
    found: dict[int, list[Occurrence]] = {}
    for each in occurrences:
        those = found.setdefault(each.event_id, [])
        if those:
            each.event = those[0].event
        those.append(each)
    return list(found.values())


def _calendar() -> icalendar.Calendar:
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Collegium//Events//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    return calendar


def _components(entry: Entry) -> list[icalendar.Event]:
    event = entry.event
    if not event.is_series:
        return [
            _component(each, shows_address=each.pk in entry.with_address, cancelled=each.is_cancelled)
            for each in entry.occurrences
            if each.pk not in entry.left_out and _is_in_rule(each)
        ]
    of_rule = [each for each in entry.occurrences if _is_in_rule(each)]
    wanted = [each for each in of_rule if each.pk not in entry.left_out]
    if not wanted:
        return []
    walls = _walls(event)
    shows_address = all(each.pk in entry.with_address for each in wanted)
    is_cancelled = event.cancelled_at is not None
    length = timedelta(minutes=event.minutes)
    master = _described(event, shows_address=shows_address, cancelled=is_cancelled, sequence=event.sequence)
    master.add("dtstart", _local(walls[0], event))
    master.add("duration", length)
    master.add("rrule", _rule(event))
    for each in of_rule:
        if each.pk in entry.left_out:
            master.add("exdate", _local(walls[each.number - 1], event))
    alone = [
        _component(
            each,
            recurrence=walls[each.number - 1],
            shows_address=each.pk in entry.with_address,
            cancelled=each.is_cancelled,
        )
        for each in wanted
        if each.is_cancelled != is_cancelled
        or each.is_moved
        or each.ends_at - each.starts_at != length
        or (each.pk in entry.with_address) != shows_address
        or not _is_plain(each, walls[each.number - 1])
    ]
    return [master, *alone]


def _component(
    occurrence: Occurrence, *, recurrence: datetime | None = None, shows_address: bool, cancelled: bool
) -> icalendar.Event:
    event = occurrence.event
    component = _described(
        event,
        shows_address=shows_address,
        cancelled=cancelled,
        sequence=occurrence.revision,
        page=occurrence.get_absolute_url(),
    )
    component.add("dtstart", _said(occurrence.starts_at, event))
    component.add("dtend", _said(occurrence.ends_at, event))
    if recurrence is not None:
        component.add("recurrence-id", _local(recurrence, event))
    return component


def _described(
    event: Event, *, shows_address: bool, cancelled: bool, sequence: int, page: str = ""
) -> icalendar.Event:
    component = icalendar.Event()
    address = settings.SITE_URL + (page or event.get_absolute_url())
    component.add("uid", f"{event.uid}@{_host()}")
    component.add("dtstamp", event.changed_at)
    component.add("last-modified", event.changed_at)
    component.add("created", event.made_at)
    component.add("sequence", sequence)
    component.add("summary", event.title)
    component.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    says = [richtext.plain(event.agenda).strip()] if event.agenda else []
    if shows_address and event.meeting_url:
        says.insert(0, _("To join: %(address)s") % {"address": event.meeting_url})
        component.add("conference", event.meeting_url, parameters={"VALUE": "URI"})
    component.add("description", "\n\n".join([*says, address]))
    where = event.place or (event.meeting_url if shows_address else "")
    if where:
        component.add("location", where)
    component.add("url", address)
    return component


def _rule(event: Event) -> dict[str, object]:
    rule: dict[str, object] = {**_FREQUENCIES[event.repeats], "COUNT": event.times}
    if event.repeats == moments.MONTHLY:
        day = moments.on_the_wall(event.first_starts_at, event.time_zone).date()
        rule["BYDAY"] = f"{moments.place_in_month(day)}{_WEEKDAYS[day.weekday()]}"
    return rule


def _walls(event: Event) -> list[datetime]:
    """What its rule says for each of its times."""
    series = moments.series(event.first_starts_at, event.time_zone, event.repeats, event.times)
    return [each.wall for each in series]


def _is_in_rule(occurrence: Occurrence) -> bool:
    """Those beyond the number of times are cancelled leftovers of a longer series."""
    return occurrence.number <= occurrence.event.times


def _local(wall: datetime, event: Event) -> datetime:
    return wall.replace(tzinfo=UTC if event.time_zone == "UTC" else moments.zone(event.time_zone))


def _said(moment: datetime, event: Event) -> datetime:
    """On the event's clocks; in UTC where those show the same twice, since programs disagree which is meant."""
    wall = moments.on_the_wall(moment, event.time_zone)
    if moments.is_twice(wall, event.time_zone):
        return moment.astimezone(UTC)
    return _local(wall, event)


def _is_plain(occurrence: Occurrence, wall: datetime) -> bool:
    """Whether every program reads the rule as we do: no clocks change about this time of it."""
    event = occurrence.event
    zone = moments.zone(event.time_zone)
    starts, ends = occurrence.starts_at.astimezone(zone), occurrence.ends_at.astimezone(zone)
    return (
        starts.replace(tzinfo=None, fold=0) == wall
        and starts.utcoffset() == ends.utcoffset()
        and not moments.is_twice(wall, event.time_zone)
    )


def _organizer(event: Event) -> icalendar.vCalAddress:
    """The site, in the host's name: nobody's own address is given away."""
    organizer = icalendar.vCalAddress(f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}")
    organizer.params["CN"] = event.host.name if event.host is not None else settings.SITE_NAME
    return organizer


def _attendee(person: Person, coming: str) -> icalendar.vCalAddress:
    attendee = icalendar.vCalAddress(f"mailto:{person.account.email if person.account else ''}")
    attendee.params["CN"] = person.name
    attendee.params["PARTSTAT"] = _COMING[Answer.Coming(coming)]
    attendee.params["ROLE"] = "REQ-PARTICIPANT"
    attendee.params["RSVP"] = "FALSE"  # one answers on the page
    return attendee


def _with_zones(calendar: icalendar.Calendar, used: Iterable[tuple[str, datetime]]) -> bytes:
    """The calendar with what the clocks of its zones do in its years."""
    years: dict[str, list[int]] = {}
    for name, moment in used:
        years.setdefault(name, []).append(moment.year)
    for name, those in sorted(years.items()):
        if name != "UTC" and moments.is_zone(name):
            calendar.subcomponents.insert(0, _zone(name, min(those) - 1, max(those) + 2))
    return bytes(calendar.to_ical())


@lru_cache(maxsize=256)
def _zone(name: str, first: int, last: int) -> icalendar.Timezone:
    """One observance a change, with no rule and no list: what every program can read."""
    zone = icalendar.Timezone()
    zone.add("tzid", name)
    begins = datetime(first, 1, 1, tzinfo=UTC).astimezone(moments.zone(name))
    zone.add_component(_observance(begins, begins))
    for before, after in moments.changes(name, first, last):
        zone.add_component(_observance(before, after))
    return zone


def _observance(before: datetime, after: datetime) -> icalendar.TimezoneStandard | icalendar.TimezoneDaylight:
    observance = icalendar.TimezoneDaylight() if after.dst() else icalendar.TimezoneStandard()
    offset = before.utcoffset() or timedelta(0)
    observance.add("dtstart", (after.astimezone(UTC) + offset).replace(tzinfo=None))  # as if they had gone on
    observance.add("tzoffsetfrom", before.utcoffset())
    observance.add("tzoffsetto", after.utcoffset())
    observance.add("tzname", after.tzname() or "")
    return observance


def _host() -> str:
    return settings.SITE_URL.partition("://")[2].partition("/")[0].partition(":")[0] or "localhost"

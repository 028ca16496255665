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

from django.conf import settings
from django.utils.translation import gettext as _

from collegium.communities.models import Community
from collegium.events import moments, queries, rules
from collegium.events.contentlines import duration, line, moment, offset, text
from collegium.events.models import Answer, Event, Occurrence
from collegium.foundation import clock, richtext
from collegium.people.models import Person

MEDIA_TYPE = "text/calendar"
REQUEST, CANCEL = "REQUEST", "CANCEL"
SHOWN_BACK = timedelta(days=90)
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_FREQUENCIES = {
    moments.WEEKLY: "FREQ=WEEKLY",
    moments.FORTNIGHTLY: "FREQ=WEEKLY;INTERVAL=2",
    moments.MONTHLY: "FREQ=MONTHLY",
}
_COMING = {
    Answer.Coming.YES: "ACCEPTED",
    Answer.Coming.MAYBE: "TENTATIVE",
    Answer.Coming.NO: "DECLINED",
    Answer.Coming.WAITING: "NEEDS-ACTION",
}


Component = list[str]  # the lines of one


@dataclass(frozen=True)
class Entry:
    """An event for one reader: all its times, those that they said no to, those whose address they may see."""

    event: Event
    occurrences: Sequence[Occurrence]
    left_out: frozenset[int] = field(default=frozenset())  # ids
    with_address: frozenset[int] = field(default=frozenset())  # ids


def feed(entries: Iterable[Entry], *, name: str) -> bytes:
    """A calendar to subscribe to. The same entries give the same bytes, so that they can carry an ETag."""
    head = [
        line("NAME", text(name)),
        line("X-WR-CALNAME", text(name)),
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ]
    components: list[Component] = []
    used: list[tuple[str, datetime]] = []
    for entry in entries:
        components += _components(entry)
        used += [(entry.event.time_zone, each.starts_at) for each in entry.occurrences]
    return _calendar(head, components, used)


def letter(
    answered: Sequence[tuple[Occurrence, str]], person: Person, *, method: str, whole: Entry | None = None
) -> bytes:
    """What one person's calendar is asked to take up (REQUEST) or to drop (CANCEL).

    ``answered`` are times of one event with what the person says to each. With ``whole`` the series goes as one.
    """
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
    said = [
        [
            moment("DTSTAMP", clock.now()) if each.startswith("DTSTAMP:") else each
            for each in (*component, _organizer(event), _attendee(person, coming[number]))
        ]
        for number, component in enumerate(components)
    ]
    used = [(event.time_zone, each.starts_at) for each, _coming in answered]
    return _calendar([f"METHOD:{method}"], said, used)


def entries_of(person: Person) -> list[Entry]:
    """What a person's own calendar shows: of their circles and what they host but for what they said no to, and of what
    is open to everyone that which they said yes or perhaps to. One query.
    """
    occurrences: list[Any] = queries.in_calendar(person.pk, clock.now() - SHOWN_BACK)

    def is_wanted(each: Any) -> bool:
        return each.own_answer in queries.COMES or (each.own_answer is None and each.is_of_theirs)

    def has_address(each: Any) -> bool:
        event = each.event
        return rules.has_address(event, is_host=event.host_id == person.pk, coming=each.own_answer)

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


def _calendar(
    head: Iterable[str], components: Iterable[Component], used: Iterable[tuple[str, datetime]]
) -> bytes:
    """With what the clocks of its zones do in its years."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Collegium//Events//EN", "CALSCALE:GREGORIAN", *head]
    years: dict[str, list[int]] = {}
    for name, when in used:
        years.setdefault(name, []).append(when.year)
    for name, those in sorted(years.items()):
        if name != "UTC" and moments.is_zone(name):
            lines += _zone(name, min(those) - 1, max(those) + 2)
    for component in components:
        lines += ["BEGIN:VEVENT", *component, "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def _components(entry: Entry) -> list[Component]:
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
    master += [
        moment("DTSTART", _local(walls[0], event)),
        f"DURATION:{duration(length)}",
        f"RRULE:{_rule(event)}",
    ]
    master += [
        moment("EXDATE", _local(walls[each.number - 1], event))
        for each in of_rule
        if each.pk in entry.left_out
    ]
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
) -> Component:
    event = occurrence.event
    component = _described(
        event,
        shows_address=shows_address,
        cancelled=cancelled,
        sequence=occurrence.revision,
        page=occurrence.get_absolute_url(),
    )
    component += [
        moment("DTSTART", _said(occurrence.starts_at, event)),
        moment("DTEND", _said(occurrence.ends_at, event)),
    ]
    if recurrence is not None:
        component.append(moment("RECURRENCE-ID", _local(recurrence, event)))
    return component


def _described(
    event: Event, *, shows_address: bool, cancelled: bool, sequence: int, page: str = ""
) -> Component:
    address = settings.SITE_URL + (page or event.get_absolute_url())
    changed_at = f"{event.changed_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    says = [richtext.plain(event.agenda).strip()] if event.agenda else []
    where = event.place or (event.meeting_url if shows_address else "")
    component = [
        f"UID:{event.uid}@{_host()}",
        f"DTSTAMP:{changed_at}",
        f"LAST-MODIFIED:{changed_at}",
        f"CREATED:{event.made_at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"SEQUENCE:{sequence}",
        line("SUMMARY", text(event.title)),
        f"STATUS:{'CANCELLED' if cancelled else 'CONFIRMED'}",
        line("URL", address),
    ]
    if shows_address and event.meeting_url:
        says.insert(0, _("To join: %(address)s") % {"address": event.meeting_url})
        component.append(line("CONFERENCE", event.meeting_url, VALUE="URI"))
    component.append(line("DESCRIPTION", text("\n\n".join([*says, address]))))
    if where:
        component.append(line("LOCATION", text(where)))
    return component


def _rule(event: Event) -> str:
    rule = f"{_FREQUENCIES[event.repeats]};COUNT={event.times}"
    if event.repeats == moments.MONTHLY:
        day = moments.on_the_wall(event.first_starts_at, event.time_zone).date()
        rule += f";BYDAY={moments.place_in_month(day)}{_WEEKDAYS[day.weekday()]}"
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


def _organizer(event: Event) -> str:
    """The site, in the host's name: nobody's own address is given away."""
    name = event.host.name if event.host is not None else settings.SITE_NAME
    return line("ORGANIZER", f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}", CN=name)


def _attendee(person: Person, coming: str) -> str:
    return line(
        "ATTENDEE",
        f"mailto:{person.account.email if person.account else ''}",
        CN=person.name,
        PARTSTAT=_COMING[Answer.Coming(coming)],
        ROLE="REQ-PARTICIPANT",
        RSVP="FALSE",  # one answers on the page
    )


@lru_cache(maxsize=256)
def _zone(name: str, first: int, last: int) -> list[str]:
    """One observance a change, with no rule and no list: what every program can read."""
    begins = datetime(first, 1, 1, tzinfo=UTC).astimezone(moments.zone(name))
    changes = [(begins, begins), *moments.changes(name, first, last)]
    observances = [each for before, after in changes for each in _observance(before, after)]
    return ["BEGIN:VTIMEZONE", line("TZID", text(name)), *observances, "END:VTIMEZONE"]


def _observance(before: datetime, after: datetime) -> list[str]:
    kind = "DAYLIGHT" if after.dst() else "STANDARD"
    was, is_now = (each.utcoffset() or timedelta(0) for each in (before, after))
    starts = after.astimezone(UTC) + was  # as if the clocks had gone on
    return [
        f"BEGIN:{kind}",
        f"DTSTART:{starts:%Y%m%dT%H%M%S}",
        f"TZOFFSETFROM:{offset(was)}",
        f"TZOFFSETTO:{offset(is_now)}",
        line("TZNAME", text(after.tzname() or "")),
        f"END:{kind}",
    ]


def _host() -> str:
    return settings.SITE_URL.partition("://")[2].partition("/")[0].partition(":")[0] or "localhost"

"""iCalendar: each event that is ahead or not long past is an entry."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import icalendar

from collegium.ecology.reading import markup, occurrences
from collegium.ecology.reading.feeds import MOST_ENTRIES, noticed, unique
from collegium.ecology.reading.patience import in_time
from collegium.ecology.reading.shapes import ReadEntry, ReadFeed, Unreadable


def read(text: str, *, url: str) -> ReadFeed:
    try:
        calendar = icalendar.Calendar.from_ical(text)
    except (ValueError, IndexError, KeyError, TypeError, RecursionError) as fault:
        raise Unreadable("malformed", str(fault)[:200]) from fault
    findings: list[str] = []
    all_events = calendar.walk("VEVENT")
    apart = {
        (_text(event, "UID"), at)
        for event in all_events
        if (at := _moment(event, "RECURRENCE-ID")) is not None
    }
    rules = occurrences.Rules()
    events = [
        entry for event in in_time(all_events, findings) for entry in _entries(event, url, rules, apart)
    ]
    if len(events) > MOST_ENTRIES:
        findings.append("many")
    # The newest, where there are more than are read.
    floor = datetime(1, 1, 1, tzinfo=UTC)
    events.sort(key=lambda each: each.begins_at or floor, reverse=True)
    events = events[:MOST_ENTRIES]
    return ReadFeed(
        format="icalendar",
        title=markup.line(
            _text(calendar, "X-WR-CALNAME") or _text(calendar, "NAME"), is_html=False, most=300
        ),
        page_url=markup.address(_text(calendar, "URL")),
        description=markup.line(
            _text(calendar, "X-WR-CALDESC") or _text(calendar, "DESCRIPTION"), is_html=False, most=2000
        ),
        self_url=markup.address(_text(calendar, "SOURCE")),
        refresh_seconds=_refresh(calendar),
        entries=tuple(events),
        findings=(*findings, *noticed(events)),
    )


def _entries(
    event: Any, url: str, rules: occurrences.Rules, apart: set[tuple[str, datetime]]
) -> list[ReadEntry]:
    """The event; of one that comes again and again, those times that are near, but for those that are told on their own."""
    one = _entry(event, url)
    if one is None or one.begins_at is None:
        return []
    times = None if "RECURRENCE-ID" in event else rules.times_of(event)
    if times is None:
        return [one]
    length = one.ends_at - one.begins_at if one.ends_at else None
    uid = _text(event, "UID")
    # When they were published nobody says: each flows in when it comes near.
    return [
        replace(
            one,
            guid=f"{uid}/{at.isoformat()}"[:2000],
            begins_at=at,
            ends_at=at + length if length is not None else None,
            published_at=one.published_at if at == one.begins_at else None,
        )
        for at in times
        if (uid, at) not in apart
    ]


def _entry(event: Any, url: str) -> ReadEntry | None:
    begins_at = _moment(event, "DTSTART")
    if begins_at is None:
        return None
    uid = _text(event, "UID")
    recurrence = _moment(event, "RECURRENCE-ID")
    words = _text(event, "DESCRIPTION")
    rich = event.get("X-ALT-DESC")
    found = markup.safe(str(rich) if rich and "<" in str(rich) else words, url)
    title = markup.line(_text(event, "SUMMARY"), is_html=False, most=450)
    if _text(event, "STATUS").upper() == "CANCELLED":
        title = f"✗ {title}"
    return ReadEntry(
        guid=(f"{uid}/{recurrence.isoformat()}" if recurrence else uid)[:2000],
        url=markup.address(_text(event, "URL")),
        title=title,
        summary=markup.summary(found.html),
        html=found.html,
        author_name=_organiser(event),
        published_at=_moment(event, "CREATED") or _moment(event, "DTSTAMP"),
        edited_at=_moment(event, "LAST-MODIFIED"),
        tags=unique(_categories(event)),
        kind="event",
        begins_at=begins_at,
        ends_at=_end(event, begins_at),
        place=markup.line(_text(event, "LOCATION"), is_html=False, most=300),
    )


def _text(thing: Any, name: str) -> str:
    value = thing.get(name)
    if isinstance(value, list):
        value = value[0] if value else ""
    return str(value).strip() if value is not None else ""


def _value(thing: Any, name: str) -> Any:
    try:
        found = thing.decoded(name) if name in thing else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return found[0] if isinstance(found, list) and found else found


def _moment(thing: Any, name: str) -> datetime | None:
    found = _value(thing, name)
    if isinstance(found, datetime):
        aware = found if found.tzinfo is not None else found.replace(tzinfo=UTC)
    elif isinstance(found, date):  # a whole day
        aware = datetime.combine(found, time(), tzinfo=UTC)
    else:
        return None
    try:
        return aware.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _end(event: Any, begins_at: datetime) -> datetime | None:
    if (end := _moment(event, "DTEND")) is not None:
        return end if end >= begins_at else None
    length = _value(event, "DURATION")
    try:
        return begins_at + length if length is not None else None
    except (OverflowError, TypeError):
        return None


def _organiser(event: Any) -> str:
    organiser = event.get("ORGANIZER")
    if isinstance(organiser, list):
        organiser = organiser[0] if organiser else None
    name = getattr(organiser, "params", {}).get("CN", "")
    return markup.line(str(name).strip("\"'"), is_html=False, most=200) if "@" not in str(name) else ""


def _categories(event: Any) -> list[str]:
    found = event.get("CATEGORIES")
    groups = found if isinstance(found, list) else [found] if found is not None else []
    return [str(word) for group in groups for word in (getattr(group, "cats", None) or [group])]


def _refresh(calendar: Any) -> int | None:
    for name in ("REFRESH-INTERVAL", "X-PUBLISHED-TTL"):
        value = calendar.get(name)
        if value is None:
            continue
        try:
            length = getattr(value, "dt", None) or icalendar.vDuration.from_ical(str(value))  # type: ignore[no-untyped-call]  # icalendar has no type for it
            return int(length.total_seconds()) or None
        except (ValueError, AttributeError, TypeError):
            continue
    return None

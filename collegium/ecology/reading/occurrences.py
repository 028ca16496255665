"""When an event that comes again and again takes place: the times that are near, in bounded time, whatever its rule says."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from datetime import time as time_of_day
from itertools import islice, takewhile
from typing import Any

from dateutil.rrule import rrule, rruleset, rrulestr

from collegium.foundation import clock

BEHIND = timedelta(days=1)
AHEAD = timedelta(days=60)
FURTHEST = timedelta(days=400)  # where nothing is so near, the next one as far as this
MOST = 12  # of one event
MOST_DATES = 1000  # that are named one by one
SECONDS = 2.0  # of the processor, for all rules of a calendar
_FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_PARTS = frozenset({"FREQ", "INTERVAL", "COUNT", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST"})
_EARLIEST = 1970
_LAST_PLACE = 5  # the fifth of a month; the last is -1
_DAYS = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}


class Rules:
    """Of one calendar: all its rules together have ``SECONDS``."""

    def __init__(self) -> None:
        self._spent = 0.0

    def times_of(self, event: Any) -> list[datetime] | None:
        """In UTC, in order; None where it does not come again, or by a rule that we do not follow: its own time is left."""
        if not any(name in event for name in ("RRULE", "RDATE")) or self._spent > SECONDS:
            return None
        begun = time.thread_time()
        try:
            return _times(event)
        except (ValueError, TypeError, AttributeError, KeyError, OverflowError, IndexError):
            return None
        finally:
            self._spent += time.thread_time() - begun


def _times(event: Any) -> list[datetime] | None:
    first = _as_moment(event.decoded("DTSTART"))
    zone = first.tzinfo or UTC
    local = first.replace(
        tzinfo=None
    )  # as on the clock of the place: ten o'clock stays ten o'clock in summer
    days, until = rruleset(), _until(None, zone)
    days.rdate(local)
    if (rule := event.get("RRULE")) is not None:
        if isinstance(rule, list) or local.year < _EARLIEST:
            return None
        parts = {str(name).upper(): values for name, values in rule.items()}
        until = _until(parts.pop("UNTIL", None), zone)
        if not _is_followed(parts):
            return None
        days.rrule(_read(rule, local))
    for at in _dates(event, "RDATE", zone):
        days.rdate(at)
    for at in _dates(event, "EXDATE", zone):
        days.exdate(at)
    now = clock.now().astimezone(zone).replace(tzinfo=None)
    coming: Iterator[datetime] = takewhile(
        lambda at: at <= min(until, now + FURTHEST), days.xafter(now - BEHIND, inc=True)
    )
    found = list(islice(coming, MOST))
    near = [at for at in found if at <= now + AHEAD] or found[:1]
    return [at.replace(tzinfo=zone).astimezone(UTC) for at in near]


def _read(rule: Any, local: datetime) -> rrule:
    text = ";".join(
        part for part in rule.to_ical().decode().split(";") if not part.upper().startswith("UNTIL=")
    )
    found = rrulestr(text, dtstart=local)
    if not isinstance(found, rrule):
        raise TypeError(text)
    return found


def _is_followed(parts: dict[str, Any]) -> bool:
    """Days, weeks, months and years. A rule of which no day comes true would be looked for until the year 9999."""
    frequency = str(_first(parts.get("FREQ"))).upper()
    if frequency not in _FREQUENCIES or not _PARTS.issuperset(parts):
        return False
    if any(abs(int(place)) > _LAST_PLACE for place in _all(parts.get("BYSETPOS"))):
        return False
    if "BYSETPOS" in parts and frequency not in {"MONTHLY", "YEARLY"}:
        return False
    if "BYMONTHDAY" in parts:
        months = [int(each) for each in _all(parts.get("BYMONTH"))] or [1]
        days = [abs(int(each)) for each in _all(parts["BYMONTHDAY"])]
        return any(1 <= day <= _DAYS.get(month, 31) for day in days for month in months)
    return True


def _until(values: Any, zone: tzinfo) -> datetime:
    if values is None:
        return datetime.max  # noqa: DTZ901 -- on the clock of the place
    said = _first(values)
    if isinstance(said, datetime):
        return (said.astimezone(zone) if said.tzinfo else said).replace(tzinfo=None)
    return datetime.combine(said, time_of_day.max)


def _dates(event: Any, name: str, zone: tzinfo) -> list[datetime]:
    found = []
    for group in _all(event.get(name)):
        for each in group.dts[:MOST_DATES]:
            said = each.dt[0] if isinstance(each.dt, tuple) else each.dt
            at = _as_moment(said)
            found.append((at.astimezone(zone) if at.tzinfo else at).replace(tzinfo=None))
    return found[:MOST_DATES]


def _as_moment(said: date | datetime) -> datetime:
    return said if isinstance(said, datetime) else datetime.combine(said, time_of_day())


def _all(found: Any) -> list[Any]:
    if found is None:
        return []
    return list(found) if isinstance(found, list | tuple) else [found]


def _first(values: Any) -> Any:
    return values[0] if isinstance(values, list) else values

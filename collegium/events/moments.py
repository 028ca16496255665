"""When a repeating event takes place: the same time on the wall in the event's own zone, whatever its clocks do.

As RFC 5545 reads a local time, so that calendars and these pages agree: one that does not exist, because the clocks go
forward over it, is as long after midnight as it would have been without that (02:30 becomes 03:30); one that exists
twice is the first of the two. The fifth Tuesday of a month is its last Tuesday, since most months have only four.
"""

import zoneinfo
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

NEVER, WEEKLY, FORTNIGHTLY, MONTHLY = "never", "weekly", "fortnightly", "monthly"
_WEEKS = {WEEKLY: 1, FORTNIGHTLY: 2}
_LAST = 5  # the fifth of a month: as its last, for most months have only four


@dataclass(frozen=True)
class Moment:
    """One time of an event. ``wall`` is what its rule says, naive; ``at`` is when that is, in UTC."""

    wall: datetime
    at: datetime


def zone(name: str) -> zoneinfo.ZoneInfo:
    """UTC for a name that nobody knows (any more)."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return zoneinfo.ZoneInfo("UTC")


def is_zone(name: str) -> bool:
    return name in zones()


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """Those that are places, and UTC, in the order of their names."""
    left_out = (
        "Etc/",
        "SystemV/",
        "US/",
        "posix",
        "right",
        "GMT",
        "EST",
        "MST",
        "HST",
        "WET",
        "CET",
        "EET",
        "MET",
    )
    return tuple(
        sorted(
            name
            for name in zoneinfo.available_timezones()
            if name == "UTC" or ("/" in name and not name.startswith(left_out))
        )
    )


def on_the_wall(moment: datetime, time_zone: str) -> datetime:
    """What the clocks show there, without a zone. Of an hour that is lived through twice, both show the same."""
    return moment.astimezone(zone(time_zone)).replace(tzinfo=None, fold=0)


def at_the_wall(wall: datetime, time_zone: str) -> datetime:
    """When the clocks there show this, in UTC; see above for times that do not exist, or exist twice."""
    return wall.replace(tzinfo=zone(time_zone), fold=0).astimezone(UTC)


def settled(moment: datetime, time_zone: str) -> datetime:
    """The moment as a calendar can say it in that zone: the first of two that look the same on the wall."""
    return at_the_wall(on_the_wall(moment, time_zone), time_zone)


def is_twice(wall: datetime, time_zone: str) -> bool:
    """Whether the clocks there show this twice."""
    there = wall.replace(tzinfo=zone(time_zone))
    earlier, later = there.replace(fold=0).utcoffset(), there.replace(fold=1).utcoffset()
    return earlier is not None and later is not None and earlier > later


def changes(time_zone: str, first_year: int, last_year: int) -> list[tuple[datetime, datetime]]:
    """Each change of the clocks there in these years: the last second before it, and the moment of it."""
    there = zone(time_zone)
    found = []
    day = datetime(first_year, 1, 1, tzinfo=UTC)
    end = datetime(last_year, 12, 31, tzinfo=UTC)
    while day < end:
        following = day + timedelta(days=1)
        if day.astimezone(there).utcoffset() != following.astimezone(there).utcoffset():
            low, high = day, following
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
                same = middle.astimezone(there).utcoffset() == day.astimezone(there).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            found.append((low.astimezone(there), high.astimezone(there)))
        day = following
    return found


def series(first: datetime, time_zone: str, repeats: str, times: int) -> list[Moment]:
    """All times of an event that begins at ``first``, in order."""
    wall = on_the_wall(first, time_zone)
    walls = [_later(wall, repeats, number) for number in range(times if repeats != NEVER else 1)]
    return [Moment(wall=each, at=at_the_wall(each, time_zone)) for each in walls]


def place_in_month(day: date) -> int:
    """1 to 4 for the first to fourth of its weekday, -1 for the last."""
    number = (day.day - 1) // 7 + 1
    return -1 if number == _LAST else number


def _later(wall: datetime, repeats: str, number: int) -> datetime:
    if repeats in _WEEKS:
        return wall + timedelta(weeks=_WEEKS[repeats] * number)
    if repeats == MONTHLY:
        months = wall.year * 12 + wall.month - 1 + number
        return datetime.combine(_weekday_of(months, wall.weekday(), place_in_month(wall)), wall.time())
    return wall


def _weekday_of(months: int, weekday: int, place: int) -> date:
    year, month = divmod(months, 12)
    first = date(year, month + 1, 1)
    if place > 0:
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (place - 1))
    year, month = divmod(months + 1, 12)
    last = date(year, month + 1, 1) - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - weekday) % 7)

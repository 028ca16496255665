"""Days and hours in an iteration's own time zone: clocks that change do not move what is said in local time."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from collegium.foundation import clock

# When a triggering event goes out, and a thread without one opens, if nobody says another hour.
IN_THE_MORNING = time(9)
ANNOUNCED_AHEAD = timedelta(days=2)
# Later than that it is no announcement any more: the event itself is about to come.
ANNOUNCED_AT_LEAST = timedelta(hours=12)


@lru_cache
def zone_names() -> tuple[str, ...]:
    return tuple(sorted(available_timezones()))


def is_zone(name: str) -> bool:
    return name in zone_names()


def at(day: date, hour: time, time_zone: str) -> datetime:
    """That hour of that day there, in UTC. An hour that daylight saving skips is the one after; of one that comes
    twice, the first.
    """
    return datetime.combine(day, hour.replace(tzinfo=None, fold=0), tzinfo=ZoneInfo(time_zone)).astimezone(
        UTC
    )


def shifted(moment: datetime, days: int, time_zone: str) -> datetime:
    """So many days on, at the same hour by the clocks there."""
    local = moment.astimezone(ZoneInfo(time_zone))
    return at(local.date() + timedelta(days=days), local.time(), time_zone)


def rezoned(moment: datetime, old: str, new: str) -> datetime:
    """The same day and hour by the clocks of another place."""
    local = moment.astimezone(ZoneInfo(old))
    return at(local.date(), local.time(), new)


def today_in(time_zone: str) -> date:
    return clock.now().astimezone(ZoneInfo(time_zone)).date()

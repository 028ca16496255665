"""When a letter comes to somebody: at once, after their quiet hours, or with their next digest. In their own time zone.

Hours are hours on the wall. Where a clock change leaves one out, it stands for the hour after; where one comes twice, for the
first: so each day has one digest, and quiet hours end once.
"""

import zoneinfo
from datetime import UTC, datetime, time, timedelta

from collegium.notifications.models import Hours, Way

DEFAULT = Hours()
WEEK = 7


def zone(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return zoneinfo.ZoneInfo("UTC")


def due_at(way: str, hours: Hours | None, time_zone: str, now: datetime) -> datetime | None:
    """When the letter of something told by this way is to go; None for no letter."""
    hours = hours or DEFAULT
    if way == Way.AT_ONCE:
        return after_quiet(now, hours, time_zone)
    if way == Way.DAILY:
        return _next(now, hours.digest_hour, zone(time_zone))
    if way == Way.WEEKLY:
        return _next(now, hours.digest_hour, zone(time_zone), weekday=hours.digest_weekday)
    return None


def after_quiet(now: datetime, hours: Hours, time_zone: str) -> datetime:
    """Now, or the end of the quiet hours that now is in."""
    if hours.quiet_from is None or hours.quiet_until is None:
        return now
    local = now.astimezone(zone(time_zone))
    start, end = hours.quiet_from, hours.quiet_until
    is_quiet = start <= local.hour < end if start < end else local.hour >= start or local.hour < end
    return _next(now, end, zone(time_zone)) if is_quiet else now


def _next(now: datetime, hour: int, of: zoneinfo.ZoneInfo, *, weekday: int | None = None) -> datetime:
    day = now.astimezone(of).date()
    for _each in range(2 * WEEK):
        if weekday is None or day.weekday() == weekday:
            moment = datetime.combine(day, time(hour), tzinfo=of).astimezone(UTC)
            if moment > now:
                return moment
        day += timedelta(days=1)
    raise AssertionError("Every week has each of its days.")

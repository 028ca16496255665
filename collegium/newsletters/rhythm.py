"""When a newsletter is drafted and when its issue is due, by the calendar of its own time zone."""

import zoneinfo
from datetime import date, datetime, timedelta

from collegium.newsletters.models import Newsletter

Rhythm = Newsletter.Rhythm
COVERS = {
    Rhythm.WEEKLY: timedelta(days=7),
    Rhythm.FORTNIGHTLY: timedelta(days=14),
    Rhythm.MONTHLY: timedelta(days=31),
    Rhythm.BY_HAND: timedelta(days=31),
}
AHEAD_AT_LEAST = timedelta(days=14)  # how far an issue looks forward
_A_WEEK = timedelta(days=7)
_A_MONDAY = date(1970, 1, 5)
_FIRST_DAYS = 7  # of a month: each weekday is among them once


def zone(newsletter: Newsletter) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(newsletter.time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")


def covers(newsletter: Newsletter) -> timedelta:
    """What an issue looks back on, if there is none before it."""
    return COVERS[Rhythm(newsletter.rhythm)]


def next_sending(newsletter: Newsletter, *, since: datetime) -> datetime:
    """The first hour of its rhythm at ``since`` or later; by hand, of its weekday."""
    here = zone(newsletter)
    day = since.astimezone(here).date()
    day += timedelta(days=(newsletter.sends_on - day.weekday()) % 7)
    while True:
        # An hour that a change of clocks leaves out counts as the one after it.
        at = datetime.combine(day, newsletter.sends_at, tzinfo=here)
        if at >= since and _is_its_day(newsletter, day):
            return at
        day += _A_WEEK


def _is_its_day(newsletter: Newsletter, day: date) -> bool:
    if newsletter.rhythm == Rhythm.MONTHLY:
        return day.day <= _FIRST_DAYS
    if newsletter.rhythm == Rhythm.FORTNIGHTLY:
        first = newsletter.opened_at.astimezone(zone(newsletter)).date()
        first += timedelta(days=(newsletter.sends_on - first.weekday()) % 7)
        return (_week(day) - _week(first)) % 2 == 0
    return True


def _week(day: date) -> int:
    return (day - _A_MONDAY).days // 7


def next_draft(newsletter: Newsletter, *, since: datetime) -> datetime | None:
    """When the issue is drafted that goes out at the next hour; None: by hand."""
    if newsletter.rhythm == Rhythm.BY_HAND or newsletter.closed_at is not None:
        return None
    return next_sending(newsletter, since=since) - timedelta(days=newsletter.days_to_edit)


def draft_after(newsletter: Newsletter, *, drafted: datetime, now: datetime) -> datetime | None:
    """The draft after the one that was due then, and is made now: for its own hour, or for the next one if that has passed."""
    if newsletter.rhythm == Rhythm.BY_HAND or newsletter.closed_at is not None:
        return None
    its_hour = next_sending(newsletter, since=max(drafted + timedelta(days=newsletter.days_to_edit), now))
    return next_draft(newsletter, since=its_hour + timedelta(minutes=1))

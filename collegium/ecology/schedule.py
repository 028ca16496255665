"""When a source is asked again: as often as it really changes, and seldom where it fails. Pure functions."""

from datetime import datetime, timedelta

SOONEST = timedelta(minutes=15)
LATEST = timedelta(days=7)
FIRST = timedelta(hours=1)
WITH_HUB = timedelta(days=1)  # the hub brings what is new; asked all the same, in case it forgets
_QUIET_SHARE = 8  # never rarer than an eighth of the time for which it has been silent
_SLOWER = 1.5
_FIRST_FAILURE = timedelta(minutes=30)
_LONGEST_FAILURE = timedelta(days=1)
_HOPELESS = 14  # failures in a row, after which it is asked once a week


def after_news(
    interval: timedelta, *, now: datetime, changed_at: datetime | None, floor: timedelta
) -> timedelta:
    """Something new came: twice as often as before, and no rarer than half of what lay between the last two."""
    wanted = interval / 2
    if changed_at is not None:
        wanted = min(wanted, (now - changed_at) / 2)
    return _within(max(wanted, floor))


def after_silence(interval: timedelta, *, now: datetime, changed_at: datetime, floor: timedelta) -> timedelta:
    """Nothing new came: a little rarer than before, as far as it has really been silent."""
    quiet = max((now - changed_at) / _QUIET_SHARE, FIRST)
    wanted = min(interval * _SLOWER, quiet) if interval < quiet else quiet
    return _within(max(wanted, floor))


def after_failure(interval: timedelta, *, failures: int, retry_after: timedelta | None) -> timedelta:
    """Each failure in a row doubles the pause; what the server asks for is waited for."""
    pause = min(_FIRST_FAILURE * (1 << min(failures - 1, 10)), _LONGEST_FAILURE)
    pause = min(max(pause, min(interval, _LONGEST_FAILURE)), LATEST)
    if failures >= _HOPELESS:
        pause = LATEST
    return max(pause, min(retry_after or timedelta(0), LATEST))


def floor_of(refresh_seconds: int | None, max_age: int | None) -> timedelta:
    """What the feed and its server ask for, where it is sane: not more than a day."""
    asked = max(refresh_seconds or 0, max_age or 0)
    return min(timedelta(seconds=max(asked, 0)), timedelta(days=1))


def spread(interval: timedelta, number: int) -> timedelta:
    """A twentieth more or less, always the same for one source: what began together does not stay together."""
    return interval * (0.95 + (number * 2654435761 % 1000) / 10_000)


def _within(interval: timedelta) -> timedelta:
    return min(max(interval, SOONEST), LATEST)

"""What time it is. It can be moved, so that a demo world or a rehearsal lives through years in a minute."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta

from django.utils import timezone


class _Hands:
    """The moment shown by a moved clock: shared by everything that runs inside the same ``moved_to``."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment
        self.lock = threading.Lock()


_hands: ContextVar[_Hands | None] = ContextVar("hands", default=None)


def now() -> datetime:
    """The present moment, aware and in UTC; inside ``moved_to``, the moment the clock was moved to."""
    hands = _hands.get()
    return wall() if hands is None else hands.moment


def today() -> date:
    """Today in the time zone of whoever is being served."""
    return timezone.localdate(now())


def wall() -> datetime:
    """The real time, never moved: for leases, heartbeats and time-outs, not for anything in the field."""
    return datetime.now(tz=UTC)  # noqa: TID251 -- this is the clock


def moved() -> datetime | None:
    """Where the clock was moved to, or None if it shows the real time."""
    hands = _hands.get()
    return None if hands is None else hands.moment


@contextmanager
def moved_to(moment: datetime) -> Iterator[None]:
    """Stop the clock at this moment; only ``advance`` moves it on. Nested uses restore the outer clock.

    A new thread starts with the real clock, unless it runs in a copy of this context; background work that is
    asked for inside runs at the moment it was asked for.
    """
    if timezone.is_naive(moment):
        raise ValueError("A clock is moved to an aware moment, not a naive one.")
    token = _hands.set(_Hands(moment.astimezone(UTC)))
    try:
        yield
    finally:
        _hands.reset(token)


def advance(by: timedelta) -> datetime:
    """Let time pass on a moved clock; returns the new moment."""
    hands = _hands.get()
    if hands is None:
        raise RuntimeError("Only a moved clock can be advanced.")
    if by < timedelta(0):
        raise ValueError("Time passes forwards.")
    with hands.lock:
        hands.moment += by
        return hands.moment

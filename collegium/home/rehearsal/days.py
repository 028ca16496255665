"""Several stories on one clock: each says when it wants to go on, and whoever is next goes on."""

import datetime as dt
import heapq
from collections.abc import Generator, Sequence
from typing import TypeVar

from collegium.foundation import clock

T = TypeVar("T")
Track = Generator[dt.datetime, None, T]
SATURDAY = 5


def later(days: int, hour: int | None = None) -> dt.datetime:
    """So many days from now, on a working day, at that hour."""
    moment = clock.now() + dt.timedelta(days=days)
    while moment.weekday() >= SATURDAY:
        moment += dt.timedelta(days=1)
    return moment if hour is None else moment.replace(hour=hour, minute=15)


def run(tracks: Sequence[Track[None]]) -> None:
    """Until every story has ended. The clock has to be a moved one."""
    waiting = [(clock.now(), number, track) for number, track in enumerate(tracks)]
    heapq.heapify(waiting)
    while waiting:
        moment, number, track = heapq.heappop(waiting)
        if moment > clock.now():
            clock.advance(moment - clock.now())
        try:
            then = next(track)
        except StopIteration:
            continue
        heapq.heappush(waiting, (max(then, clock.now()), number, track))

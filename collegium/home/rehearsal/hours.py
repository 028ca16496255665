"""What happens by itself while the clock is moved: triggering events, reminders, nudges, letters that waited."""

import datetime as dt
from collections.abc import Callable
from zoneinfo import ZoneInfo

from collegium.foundation import clock
from collegium.foundation.background import PERIODIC, TASKS
from collegium.home.rehearsal.days import Track
from collegium.home.rehearsal.telling import Telling

LOOKS_EVERY = dt.timedelta(hours=8)
# What else is periodic tidies up, and has nothing to do with a course or a group.
_OF_COURSES = ("collegium.courses.", "collegium.events.", "collegium.notifications.")


def look(told: Telling) -> None:
    """What a worker does when it looks for what is due at this moment."""
    for name in PERIODIC:
        if name.startswith(_OF_COURSES):
            TASKS[name]()
    told.note_letters()


def pass_by(told: Telling, begins: dt.datetime, is_over: Callable[[], bool]) -> Track[None]:
    """A worker that looks again and again, until nobody has anything left to do.

    Between its looks a story looks itself, at the moments that matter to it.
    """
    yield begins
    while not is_over():
        look(told)
        yield clock.now() + LOOKS_EVERY


def change_after(day: dt.date, time_zone: str) -> dt.date | None:
    """The next day on which the clocks there are changed; None where they are not."""
    zone = ZoneInfo(time_zone)
    for number in range(1, 366):
        tried = day + dt.timedelta(days=number)
        noons = [
            dt.datetime.combine(each, dt.time(12), tzinfo=zone).utcoffset()
            for each in (tried - dt.timedelta(days=1), tried)
        ]
        if noons[0] != noons[1]:
            return tried
    return None

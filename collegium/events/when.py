"""How a time reads: on its reader's clocks, and on those of the event where they show something else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from babel import dates
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from collegium.design.filters import day_in_words, locale_of, time_in_words
from collegium.events import moments
from collegium.events.models import Answer, Occurrence
from collegium.people.models import Person


@dataclass(frozen=True)
class When:
    starts_at: datetime
    day: str  # "Tuesday, 3 November 2026"
    short_day: str  # "Tue 3 Nov"
    day_number: str
    month: str
    hours: str  # "14:00–15:00"
    zone: str  # "London time"
    own: (
        str  # "09:00–10:00, New York time", with its day where that is another; empty where both clocks agree
    )

    @property
    def words(self) -> str:
        said = _("%(day)s, %(hours)s (%(zone)s)") % {"day": self.day, "hours": self.hours, "zone": self.zone}
        return f"{said} · {self.own}" if self.own else said


def when(occurrence: Occurrence, person: Person | None, *, zone: str = "") -> When:
    """``zone`` empty is that of whom the page is for. A stranger's clocks are not known: they see the event's own."""
    own_zone = occurrence.event.time_zone
    reader_zone = zone or (own_zone if person is None else timezone.get_current_timezone_name())
    starts, ends = (_there(each, reader_zone) for each in (occurrence.starts_at, occurrence.ends_at))
    own_starts, own_ends = (_there(each, own_zone) for each in (occurrence.starts_at, occurrence.ends_at))
    own = ""
    if own_starts != starts:
        own = _("%(hours)s, %(zone)s") % {
            "hours": _hours(own_starts, own_ends),
            "zone": zone_in_words(own_zone),
        }
        if own_starts.date() != starts.date():
            own = f"{day_in_words(own_starts.date(), 'full')}, {own}"
    return When(
        starts_at=occurrence.starts_at,
        day=day_in_words(starts.date(), "full"),
        short_day=day_in_words(starts.date(), "EEE d MMM"),
        day_number=str(starts.day),
        month=day_in_words(starts.date(), "MMM"),
        hours=_hours(starts, ends),
        zone=zone_in_words(reader_zone),
        own=own,
    )


def lines(occurrences: Iterable[Any], person: Person | None) -> list[tuple[Occurrence, When, Answer | None]]:
    """Each with when it is for this person, and what they said (``own_answer``)."""
    return [
        (each, when(each, person), Answer(coming=each.own_answer) if each.own_answer else None)
        for each in occurrences
    ]


def zone_in_words(name: str) -> str:
    return _zone_in_words(name, translation.get_language() or "en-gb")


@lru_cache(maxsize=1024)
def _zone_in_words(name: str, language: str) -> str:
    if name == "UTC":
        return "UTC"
    city = dates.get_timezone_location(moments.zone(name), locale=locale_of(language), return_city=True)
    return _("%(city)s time") % {"city": city.rpartition("/")[2].replace("_", " ")}


def _there(moment: datetime, zone: str) -> datetime:
    """What the clocks show; naive, since it is only read."""
    return moment.astimezone(moments.zone(zone)).replace(tzinfo=None)


def _hours(starts: datetime, ends: datetime) -> str:
    until = time_in_words(ends)
    if ends.date() != starts.date():
        until = f"{day_in_words(ends.date(), 'EEE d MMM')}, {until}"
    return f"{time_in_words(starts)}–{until}"

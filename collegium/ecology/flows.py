"""The map of an ecology: rooms tell of its places and of what flows between them, and all that they tell is counted at once.

    @tells(order=40)
    def of_events(look: Look) -> Iterator[Place | Stream]:
        held = Occurrence.objects.visible_to(look.reader).filter(look.within("starts_at"), …)
        yield Place("events", _("Meetings"), "calendar", Stage.TAKEN_UP, held, said=meetings)
        yield Stream("river", "events", …)

A room gives its ``flows.py``, which is read when the house starts. What it tells are rows that are to be counted, never the
rows themselves: one query asks for all numbers of all rooms. A room may ask one question of its own, for names. Rows must be
those that the reader may know of. Where people could be singled out, ``floor`` says how many there must be: fewer are told
as none, and more in whole multiples of it, so that nobody is found by asking for one day less. All floors are the same number, ``SINGLED_OUT``.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collegium.design import filters
from collegium.ecology.models import Ecology
from collegium.people.models import Person

MOST = 20_000  # beyond this a number is "more than"; counting stops there
SINGLED_OUT = 5  # fewer people than this could be told apart

Says = Callable[[int, str], str]  # (for the plural, as it is written) -> "38 posts"


class Stage(IntEnum):
    """Where a place stands, from left to right."""

    PUBLISHED = 0  # where people publish
    MARKED = 1  # what marks it as belonging here
    RIVER = 2  # where all of it flows together
    TAKEN_UP = 3  # where it is talked about, kept, met over
    BECOMES = 4  # what it becomes


@dataclass(frozen=True)
class Period:
    """From ``since`` on, if it is given, and before ``until``."""

    since: datetime | None
    until: datetime


@dataclass(frozen=True)
class Look:
    """Who looks at which ecology, and over what time."""

    ecology: Ecology
    reader: Person | None
    period: Period
    parts: tuple[Ecology, ...] = ()  # those that the reader may see
    is_member: bool = False
    is_editor: bool = False

    def within(self, column: str) -> Q:
        asked = Q(**{f"{column}__lt": self.period.until})
        if self.period.since is not None:
            asked &= Q(**{f"{column}__gte": self.period.since})
        return asked


@dataclass(frozen=True)
class Volume:
    """A number, and how far it may be said."""

    number: int
    is_more: bool = False  # counting stopped there
    is_at_least: bool = False  # told in whole multiples of a floor

    @property
    def is_few(self) -> bool:
        """Fewer than may be told; none, perhaps."""
        return self.is_at_least and not self.number


@dataclass(frozen=True)
class Place:
    key: str
    title: str
    icon: str
    stage: Stage
    rows: Any  # whose rows are counted; or the number
    said: Says
    url: str = ""
    floor: int = 0
    volume: Volume = field(default_factory=lambda: Volume(0))

    @property
    def words(self) -> str:
        return in_words(self.volume, self.said)

    @property
    def is_silent(self) -> bool:
        """Nothing in the time. Of what is told only where there are many, that is never said."""
        return not self.volume.number and not self.volume.is_few


@dataclass(frozen=True)
class Stream:
    """What flows from one place to another. Told of a place that is not there, it is left out."""

    start: str
    end: str
    rows: Any
    said: Says
    kind: str = "taken"  # "published", "talk", "taken", "becomes", "link": how it is drawn
    floor: int = 0
    volume: Volume = field(default_factory=lambda: Volume(0))

    @property
    def words(self) -> str:
        return in_words(self.volume, self.said)


@dataclass(frozen=True)
class Told:
    places: tuple[Place, ...]
    streams: tuple[Stream, ...]
    numbers: dict[str, Volume]  # by name, of what was asked besides

    @property
    def by_key(self) -> dict[str, Place]:
        return {each.key: each for each in self.places}


def in_words(volume: Volume, said: Says) -> str:
    if volume.is_few:
        return _("fewer than %(number)s") % {"number": said(SINGLED_OUT, written(SINGLED_OUT))}
    words = said(volume.number, written(volume.number))
    if volume.is_more:
        return _("more than %(number)s") % {"number": words}
    if volume.is_at_least:
        return _("at least %(number)s") % {"number": words}
    return words


def short(volume: Volume) -> str:
    """The number without words, for where there is little room."""
    if volume.is_few:
        return f"<\u202f{written(SINGLED_OUT)}"
    more = "+" if volume.is_more or volume.is_at_least else ""
    return written(volume.number) + more


Tells = Callable[[Look], Iterable[Place | Stream]]
_tellers: dict[str, tuple[int, Tells]] = {}


def tells(*, order: int) -> Callable[[Tells], Tells]:
    """Registers what one room knows of an ecology's places; ``order`` is their order on the map."""

    def register(function: Tells) -> Tells:
        _tellers[f"{function.__module__}.{function.__qualname__}"] = (order, function)
        return function

    return register


def told_of(look: Look, own: Iterable[Place | Stream], besides: dict[str, Any]) -> Told:
    """What all rooms tell, counted. ``besides``: further rows that are to be counted in the same query, by name."""
    things = [*own, *_all_told(look)]
    counts = _counted([*(each.rows for each in things), *besides.values()])
    volumes = [
        _volume(number, getattr(each, "floor", 0))
        for number, each in zip(counts, [*things, *besides], strict=True)
    ]
    things = [_clean(replace(each, volume=volume)) for each, volume in zip(things, volumes, strict=False)]
    places = [each for each in things if isinstance(each, Place)]
    there = {each.key for each in places}
    streams = [each for each in things if isinstance(each, Stream) and {each.start, each.end} <= there]
    numbers = dict(zip(besides, volumes[len(things) :], strict=True))
    return Told(tuple(sorted(places, key=lambda each: each.stage)), tuple(streams), numbers)


def _all_told(look: Look) -> Iterator[Place | Stream]:
    for _order, tell in sorted(_tellers.values(), key=lambda each: each[0]):
        yield from tell(look)


def plain(title: str) -> str:
    """Titles come from anywhere: on one line, and without what XML may not contain."""
    kept = "".join(each for each in title if each.isprintable() or each.isspace())
    return " ".join(kept.split()) or "…"


def _clean(thing: Place | Stream) -> Place | Stream:
    return thing if isinstance(thing, Stream) else replace(thing, title=plain(thing.title))


def _volume(number: int, floor: int) -> Volume:
    if number > MOST:
        return Volume(MOST, is_more=True)
    if floor:
        return Volume(number // floor * floor, is_at_least=True)
    return Volume(number)


def _counted(rows: list[Any]) -> list[int]:
    """One query for all of them; of none more than ``MOST`` and one."""
    numbers: list[int | None] = [each if isinstance(each, int) else None for each in rows]
    pieces: list[str] = []
    params: list[Any] = []
    asked: list[int] = []
    for place, each in enumerate(rows):
        if numbers[place] is not None:
            continue
        column = each.query.values_select or ("pk",)
        try:
            sql, values = each.order_by().values_list(*column)[: MOST + 1].query.sql_with_params()
        except EmptyResultSet:
            numbers[place] = 0
            continue
        pieces.append(f"(SELECT COUNT(*) FROM ({sql}) AS counted_{place})")  # noqa: S608  # Django's own SQL
        params += values
        asked.append(place)
    if asked:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(pieces)}", params)
            found = cursor.fetchone() or ()
        for place, number in zip(asked, found, strict=True):
            numbers[place] = number
    return [each or 0 for each in numbers]


# How numbers are said ---------------------------------------------------------------------------------------------------


def written(number: int) -> str:
    return str(filters.number(number))


def items(number: int, written: str) -> str:
    return ngettext("%(num)s item", "%(num)s items", number) % {"num": written}


def posts(number: int, written: str) -> str:
    return ngettext("%(num)s post", "%(num)s posts", number) % {"num": written}


def people(number: int, written: str) -> str:
    return ngettext("%(num)s person", "%(num)s people", number) % {"num": written}

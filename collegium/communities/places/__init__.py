"""Where towns and countries are, from data in the package: towns of 15,000 people and more are GeoNames' (geonames.org,
CC BY 4.0), one row each in ``towns.csv.gz``: name, ISO 3166-1 country, latitude, longitude, population. The shapes and
middles of countries in ``world.json`` are Natural Earth's (public domain), drawn by the command ``draw_world``.
"""

import csv
import gzip
import io
import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

HERE = Path(__file__).parent
WORLD = HERE / "world.json"
TOWNS = HERE / "towns.csv.gz"
SUGGESTED = 8
SHORTEST = 2  # letters that are typed before towns are suggested
# Letters that are no base letter with a mark, and are typed as these.
_TYPED = str.maketrans(
    {"ø": "o", "đ": "d", "ł": "l", "ı": "i", "ð": "d", "ħ": "h", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
)


@dataclass(frozen=True, slots=True)
class Town:
    name: str
    country: str
    latitude: float
    longitude: float
    people: int


def find(town: str, country: str) -> tuple[float, float] | None:
    """Latitude and longitude; of several towns of a name in a country the largest. Accents and case do not matter."""
    known = _towns().get((country.upper(), folded(town)))
    return (known.latitude, known.longitude) if known else None


def beginning(typed: str, country: str = "", *, limit: int = SUGGESTED) -> list[Town]:
    """Towns whose name, or a word of it, begins so, the largest first; of one country, or of all."""
    start = folded(typed)
    if len(start) < SHORTEST:
        return []
    among: Iterable[tuple[str, Town]] = (
        _of_country().get(country.upper(), [])
        if country
        else ((name, town) for (_code, name), town in _towns().items())
    )
    found = (town for name, town in among if name.startswith(start) or f" {start}" in name)
    return list(islice(found, limit))


def country(code: str) -> tuple[float, float] | None:
    """The middle of its largest piece of land; where the map has none, of its largest town."""
    known = _world()["middles"].get(code.upper())
    if known:
        return known[0], known[1]
    towns = _of_country().get(code.upper())
    return (towns[0][1].latitude, towns[0][1].longitude) if towns else None


def shapes() -> dict[str, str]:
    """Each country's land as an SVG path in the units of ``projection``."""
    found: dict[str, str] = _world()["shapes"]
    return found


def folded(name: str) -> str:
    """As it is compared: small letters without marks, hyphens and apostrophes like spaces."""
    spread = unicodedata.normalize("NFKD", name.casefold().translate(_TYPED))
    letters = "".join(
        character if character.isalnum() else " "
        for character in spread
        if not unicodedata.combining(character)
    )
    return " ".join(letters.split())


@lru_cache(maxsize=1)
def _world() -> dict[str, dict]:  # type: ignore[type-arg]  # two tables of different kinds
    return json.loads(WORLD.read_text())  # type: ignore[no-any-return]


@lru_cache(maxsize=1)
def _towns() -> dict[tuple[str, str], Town]:
    """By country and folded name, the largest first; of several of a name in a country the largest. Read at the first
    question, which takes a fifth of a second; some ten megabytes from then on.
    """
    rows = (
        Town(
            row["name"],
            row["country"],
            float(row["latitude"]),
            float(row["longitude"]),
            int(row["population"] or 0),
        )
        for row in _rows()
    )
    found: dict[tuple[str, str], Town] = {}
    for town in sorted(rows, key=lambda each: -each.people):
        found.setdefault((town.country, folded(town.name)), town)
    return found


@lru_cache(maxsize=1)
def _of_country() -> dict[str, list[tuple[str, Town]]]:
    """Folded name and town, the largest first."""
    found: dict[str, list[tuple[str, Town]]] = {}
    for (code, name), town in _towns().items():
        found.setdefault(code, []).append((name, town))
    return found


def _rows() -> "csv.DictReader[str]":
    return csv.DictReader(io.StringIO(gzip.decompress(TOWNS.read_bytes()).decode()))

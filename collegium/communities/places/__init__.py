"""Where towns and countries are, from data in the package: towns of 15,000 people and more are GeoNames' (geonames.org,
CC BY 4.0), one row each in ``towns.csv.gz``: name, ISO 3166-1 country, latitude, longitude, population. The shapes and
middles of countries in ``world.json`` are Natural Earth's (public domain), drawn by the command ``draw_world``.
"""

import csv
import gzip
import io
import json
import unicodedata
from functools import lru_cache
from pathlib import Path

HERE = Path(__file__).parent
WORLD = HERE / "world.json"
TOWNS = HERE / "towns.csv.gz"
# Letters that are no base letter with a mark, and are typed as these.
_TYPED = str.maketrans(
    {"ø": "o", "đ": "d", "ł": "l", "ı": "i", "ð": "d", "ħ": "h", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
)


def find(town: str, country: str) -> tuple[float, float] | None:
    """Latitude and longitude; of several towns of a name in a country the largest. Accents and case do not matter."""
    return _towns().get((country.upper(), folded(town)))


def country(code: str) -> tuple[float, float] | None:
    """The middle of its largest piece of land; where the map has none, of its largest town."""
    known = _world()["middles"].get(code.upper())
    if known:
        return known[0], known[1]
    return _largest().get(code.upper())


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
def _towns() -> dict[tuple[str, str], tuple[float, float]]:
    """Read at the first question, which takes a fifth of a second; some six megabytes from then on."""
    found: dict[tuple[str, str], tuple[float, float]] = {}
    population: dict[tuple[str, str], int] = {}
    for row in _rows():
        key = (row["country"], folded(row["name"]))
        people = int(row["population"] or 0)
        if people >= population.get(key, -1):
            population[key] = people
            found[key] = (float(row["latitude"]), float(row["longitude"]))
    return found


@lru_cache(maxsize=1)
def _largest() -> dict[str, tuple[float, float]]:
    found: dict[str, tuple[int, tuple[float, float]]] = {}
    for row in _rows():
        people = int(row["population"] or 0)
        if people >= found.get(row["country"], (-1, None))[0]:
            found[row["country"]] = (people, (float(row["latitude"]), float(row["longitude"])))
    return {code: where for code, (_people, where) in found.items()}


def _rows() -> "csv.DictReader[str]":
    return csv.DictReader(io.StringIO(gzip.decompress(TOWNS.read_bytes()).decode()))

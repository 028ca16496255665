"""Draws ``places/world.json`` anew: the shapes of the participant map, and the middle of each country.

    manage.py draw_world countries-110m.json countries-50m.json

The two files are Natural Earth's countries (naturalearthdata.com, public domain) as TopoJSON, as the package world-atlas
2.0.2 has them. Shapes are of the coarse one, projected once, as paths in whole units with relative steps; the middles
are of the fine one, which has small islands and city states too. Antarctica is left out.
"""

import itertools
import json
from pathlib import Path
from typing import Any

from babel.core import get_global
from django.core.management.base import BaseCommand, CommandParser

from collegium.communities.places import WORLD
from collegium.communities.places.projection import project

ANTARCTICA = "010"
Ring = list[tuple[float, float]]  # longitude, latitude
# Natural Earth draws them, and ISO has no number for them.
UNNUMBERED = {"Kosovo": "XK"}


class Command(BaseCommand):
    help = "Draws the map of the world for participant maps from Natural Earth's countries."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("coarse", type=Path)
        parser.add_argument("fine", type=Path)

    def handle(self, *, coarse: Path, fine: Path, **_options: Any) -> None:
        shapes: dict[str, str] = {}
        for code, polygons in countries(json.loads(coarse.read_text())):
            shapes[code] = shapes.get(code, "") + "".join(path(ring) for rings in polygons for ring in rings)
        middles = {
            code: middle(polygons)
            for code, polygons in countries(json.loads(fine.read_text()))
            if len(code) == 2  # noqa: PLR2004  a code of ISO
        }
        WORLD.write_text(
            json.dumps({"shapes": shapes, "middles": dict(sorted(middles.items()))}, separators=(",", ":"))
        )
        self.stdout.write(f"{len(shapes)} shapes, {len(middles)} middles: {WORLD.stat().st_size} bytes")


def countries(topology: dict[str, Any]) -> list[tuple[str, list[list[Ring]]]]:
    """(code, polygons) of each; what has no code of its own goes by its name, so that its land is drawn."""
    arcs = [decoded(arc, topology["transform"]) for arc in topology["arcs"]]
    found = []
    for shape in topology["objects"]["countries"]["geometries"]:
        if shape.get("id") == ANTARCTICA or "arcs" not in shape:
            continue
        polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
        found.append((code_of(shape), [[ring(each, arcs) for each in rings] for rings in polygons]))
    return found


def code_of(shape: dict[str, Any]) -> str:
    name = str(shape["properties"]["name"])
    known = get_global("territory_aliases").get(str(shape.get("id", "")))
    return str(known[0]) if known else UNNUMBERED.get(name, name)


def decoded(arc: list[list[int]], transform: dict[str, list[float]]) -> Ring:
    (sx, sy), (tx, ty) = transform["scale"], transform["translate"]
    x = y = 0
    points = []
    for dx, dy in arc:
        x, y = x + dx, y + dy
        points.append((x * sx + tx, y * sy + ty))
    return points


def ring(numbers: list[int], arcs: list[Ring]) -> Ring:
    """Arcs end to end; ``~n`` is arc n backwards, and the joint is in both."""
    points: Ring = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        points.extend(arc[1:] if points else arc)
    return _unbroken(points)


def _unbroken(points: Ring) -> Ring:
    """An island on the date line goes on beyond 180 degrees, and does not jump around the world."""
    found = [points[0]]
    for longitude, latitude in points[1:]:
        jump = longitude - found[-1][0]
        found.append((longitude - 360 * round(jump / 360), latitude))
    return found


def path(points: Ring) -> str:
    drawn = [tuple(round(value) for value in project(latitude, longitude)) for longitude, latitude in points]
    steps = []
    x, y = drawn[0]
    for to_x, to_y in drawn[1:]:
        if (to_x, to_y) != (x, y):
            steps.append(f"{to_x - x} {to_y - y}")
            x, y = to_x, to_y
    if len(steps) < 3:  # noqa: PLR2004  less than a triangle
        return ""
    return f"M{drawn[0][0]} {drawn[0][1]}l{' '.join(steps[:-1])}z".replace(" -", "-")


def middle(polygons: list[list[Ring]]) -> tuple[float, float]:
    """Latitude and longitude of the middle of the largest piece of land, in degrees."""
    area, x, y = max((centroid(rings[0]) for rings in polygons), key=lambda each: each[0])
    return (round(y, 2), round((x + 180) % 360 - 180, 2)) if area else (0.0, 0.0)


def centroid(points: Ring) -> tuple[float, float, float]:
    total = cx = cy = 0.0
    for (x1, y1), (x2, y2) in itertools.pairwise(points):
        cross = x1 * y2 - x2 * y1
        total += cross
        cx += (x1 + x2) * cross
        cy += (y1 + y2) * cross
    if not total:
        return 0.0, points[0][0], points[0][1]
    return abs(total / 2), cx / (3 * total), cy / (3 * total)

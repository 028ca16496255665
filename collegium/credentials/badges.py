"""The badge of a pathway, drawn: the same drawing as SVG and as PNG, in the house's type, with letters as outlines.

Which colour and which rosette a pathway has comes out of its name, so it is the same on every machine and every day.
The upright bars at the foot are the criteria, as the spines on a portfolio's shelf.
"""

import hashlib
import io
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont
from PIL import Image, ImageChops, ImageDraw

import collegium.design

SIZE: Final = 512
CENTRE: Final = SIZE / 2
PAPER: Final = "#fbf7ee"
FIRST_LINE: Final = 21  # characters of a title's line before it breaks
# Deep inks, each with a contrast of 7 or more on paper.
ACCENTS: Final = (
    "#7a1f2b", "#1d4a5c", "#2b5030", "#4a2c6b", "#6b3a06", "#173f7a",
    "#6b1f4f", "#3f4a18", "#73300f", "#0d4f54", "#5a2340", "#28406b",
)  # fmt: skip

Point = tuple[float, float]
Command = tuple[str, tuple[Point, ...]]


@dataclass(frozen=True)
class Badge:
    """What is written on it. ``seed`` decides colour and rosette; ``spines`` is how many criteria were judged."""

    seed: str
    letters: str
    title: str
    partner: str
    spines: int = 9

    def chance(self, number: int) -> float:
        """The number-th of this badge's own numbers between 0 and 1, always the same."""
        digest = hashlib.sha256(f"{self.seed}/{number}".encode()).digest()
        return int.from_bytes(digest[:4]) / 0xFFFFFFFF

    @property
    def accent(self) -> str:
        return ACCENTS[int(self.chance(0) * (len(ACCENTS) - 1e-9))]


@dataclass(frozen=True)
class Shape:
    """A filled outline, or a line of some width."""

    commands: tuple[Command, ...]
    colour: str
    width: float = 0.0
    opacity: float = 1.0


# Letters --------------------------------------------------------------------------------------------------------------


class _Outline(BasePen):  # type: ignore[misc]  # fontTools has no types
    def __init__(self, glyphs: Any) -> None:
        super().__init__(glyphs)
        self.commands: list[Command] = []

    def _moveTo(self, point: Point) -> None:  # noqa: N802 -- fontTools' name
        self.commands.append(("M", (point,)))

    def _lineTo(self, point: Point) -> None:  # noqa: N802
        self.commands.append(("L", (point,)))

    def _curveToOne(self, first: Point, second: Point, point: Point) -> None:  # noqa: N802
        self.commands.append(("C", (first, second, point)))

    def _qCurveToOne(self, first: Point, point: Point) -> None:  # noqa: N802
        self.commands.append(("Q", (first, point)))

    def _closePath(self) -> None:  # noqa: N802
        self.commands.append(("Z", ()))


_FONTS: Final = Path(collegium.design.__file__).parent / "static" / "design" / "fonts"
_SCRIPTS: Final = ("latin", "latin-ext", "greek", "cyrillic", "vietnamese")


@cache
def _font(family: str, script: str) -> TTFont | None:
    file = _FONTS / f"{family}-{script}-wght-normal.woff2"
    if not file.exists():  # the serif's Latin also varies with its size on the page
        file = _FONTS / f"{family}-{script}-opsz-normal.woff2"
    return TTFont(file, lazy=True) if file.exists() else None


@cache
def _glyph(family: str, weight: int, letter: str) -> tuple[tuple[Command, ...], float]:
    """The outline of a letter and its width, for a size of 1. A letter that no font has is left blank."""
    for script in _SCRIPTS:
        font = _font(family, script)
        if font is None:
            continue
        name = font.getBestCmap().get(ord(letter))
        if name is None:
            continue
        location = {"wght": weight}
        if any(axis.axisTag == "opsz" for axis in font["fvar"].axes):
            location["opsz"] = 60
        glyphs = font.getGlyphSet(location=location)
        pen = _Outline(glyphs)
        glyphs[name].draw(pen)
        scale = 1 / font["head"].unitsPerEm
        small = tuple(
            (kind, tuple((x * scale, -y * scale) for x, y in points)) for kind, points in pen.commands
        )
        return small, glyphs[name].width * scale
    return (), 0.5


@dataclass(frozen=True)
class Type:
    family: str
    weight: int
    size: float
    tracking: float = 0.0

    def width(self, text: str) -> float:
        widths = [_glyph(self.family, self.weight, letter)[1] for letter in text]
        return self.size * (sum(widths) + self.tracking * max(len(text) - 1, 0))

    def fitted(self, text: str, width: float) -> "Type":
        """No wider than ``width``."""
        return Type(
            self.family, self.weight, self.size * min(1.0, width / max(self.width(text), 1e-6)), self.tracking
        )


def _moved(commands: Iterable[Command], place: Callable[[Point], Point]) -> tuple[Command, ...]:
    return tuple((kind, tuple(place(point) for point in points)) for kind, points in commands)


def _line(text: str, face: Type, *, y: float, colour: str) -> list[Shape]:
    """A centred line of text on the baseline ``y``: one shape a letter, so that each letter's holes stay its own."""
    x = CENTRE - face.width(text) / 2
    shapes = []
    for letter in text:
        outline, width = _glyph(face.family, face.weight, letter)

        def place(point: Point, x: float = x) -> Point:
            return x + point[0] * face.size, y + point[1] * face.size

        shapes.append(Shape(_moved(outline, place), colour))
        x += (width + face.tracking) * face.size
    return shapes


def _arc(text: str, face: Type, *, radius: float, colour: str, below: bool = False) -> list[Shape]:
    """Text along the rim, its middle at the top (or at the bottom, read from left to right)."""
    shapes = []
    sign = -1 if below else 1
    along = -face.width(text) / 2
    for letter in text:
        outline, width = _glyph(face.family, face.weight, letter)
        angle = sign * (along + width * face.size / 2) / radius + (math.pi / 2 if below else -math.pi / 2)
        turn = angle - math.pi / 2 if below else angle + math.pi / 2
        foot = (CENTRE + radius * math.cos(angle), CENTRE + radius * math.sin(angle))

        def place(point: Point, turn: float = turn, foot: Point = foot, half: float = width / 2) -> Point:
            x, y = (point[0] - half) * face.size, point[1] * face.size
            return (
                foot[0] + x * math.cos(turn) - y * math.sin(turn),
                foot[1] + x * math.sin(turn) + y * math.cos(turn),
            )

        shapes.append(Shape(_moved(outline, place), colour))
        along += (width + face.tracking) * face.size
    return shapes


# Figures --------------------------------------------------------------------------------------------------------------


def _closed(points: Sequence[Point]) -> tuple[Command, ...]:
    return (("M", (points[0],)), *(("L", (point,)) for point in points[1:]), ("Z", ()))


def _ring(radius: Callable[[float], float], *, steps: int = 720) -> tuple[Command, ...]:
    angles = (2 * math.pi * step / steps for step in range(steps))
    return _closed([(CENTRE + radius(a) * math.cos(a), CENTRE + radius(a) * math.sin(a)) for a in angles])


def _circle(radius: float) -> tuple[Command, ...]:
    """Four curves, as a compass would."""
    reach = radius * 0.5522847498
    c = CENTRE
    return (
        ("M", ((c + radius, c),)),
        ("C", ((c + radius, c + reach), (c + reach, c + radius), (c, c + radius))),
        ("C", ((c - reach, c + radius), (c - radius, c + reach), (c - radius, c))),
        ("C", ((c - radius, c - reach), (c - reach, c - radius), (c, c - radius))),
        ("C", ((c + reach, c - radius), (c + radius, c - reach), (c + radius, c))),
        ("Z", ()),
    )


def _box(x: float, y: float, width: float, height: float) -> tuple[Command, ...]:
    return _closed([(x, y), (x + width, y), (x + width, y + height), (x, y + height)])


def _rosette(badge: Badge) -> list[Shape]:
    """Fine lines woven around the rim, as on a banknote: no two pathways have the same."""
    petals = 12 + int(badge.chance(1) * 11)
    strands = 8
    depth = 7 + badge.chance(2) * 3
    swell = 2 + int(badge.chance(3) * 4)
    shapes = []
    for strand in range(strands):
        phase = 2 * math.pi * strand / strands

        def radius(angle: float, phase: float = phase) -> float:
            deep = depth * (1 + 0.45 * math.cos(swell * angle))
            return 172 + deep * math.sin(petals * angle + phase)

        shapes.append(Shape(_ring(radius, steps=480), PAPER, width=0.9, opacity=0.5))
    return shapes


def _wrapped(title: str) -> list[str]:
    """One line, or two of about the same length."""
    words = title.split()
    if len(title) <= FIRST_LINE or len(words) == 1:
        return [title]
    breaks = range(1, len(words))
    at = min(breaks, key=lambda place: abs(len(" ".join(words[:place])) - len(" ".join(words[place:]))))
    return [" ".join(words[:at]), " ".join(words[at:])]


def _spines(badge: Badge, *, y: float, colour: str) -> list[Shape]:
    """The criteria as books on a shelf."""
    count = min(max(badge.spines, 3), 17)
    gap, width = 3.0, min(9.0, 118 / count - 3.0)
    x = CENTRE - (count * (width + gap) - gap) / 2
    shapes = []
    for number in range(count):
        height = 20 + 16 * badge.chance(10 + number)
        shapes.append(Shape(_box(x, y - height, width, height), colour))
        shapes.append(Shape(_box(x, y - height * 0.78, width, 1.6), PAPER))
        x += width + gap
    shelf = count * (width + gap) + 14
    shapes.append(Shape(_box(CENTRE - shelf / 2, y + 2.5, shelf, 2.2), colour))
    return shapes


def _scene(badge: Badge) -> list[Shape]:
    ink = badge.accent
    serif, sans = "source-serif-4", "source-sans-3"
    letters = badge.letters or "".join(word[0] for word in badge.title.split()[:3]).upper()
    shapes = [
        Shape(_ring(lambda a: 248 + 4.5 * math.cos(60 * a)), ink),
        Shape(_circle(233), PAPER, width=1.6),
        Shape(_circle(190), PAPER, width=1.2),
        *_rosette(badge),
        Shape(_circle(154), PAPER),
        Shape(_circle(146), ink, width=1.3),
    ]
    rim = Type(sans, 600, 26, 0.14)
    partner = badge.partner.upper()
    shapes += _arc(partner, rim.fitted(partner, 430), radius=202.5, colour=PAPER)
    foot = "OPEN BADGE"
    shapes += _arc(foot, Type(sans, 500, 17, 0.22), radius=217.5, colour=PAPER, below=True)
    lines = _wrapped(badge.title)
    shapes += _spines(badge, y=188, colour=ink)
    shapes += _line(letters, Type(serif, 640, 82, -0.005).fitted(letters, 242), y=276, colour=ink)
    shapes.append(Shape(_box(CENTRE - 21, 299, 42, 2), ink))
    face = Type(sans, 500, 25 if len(lines) == 1 else 22, 0.01)
    for number, line in enumerate(lines):
        face = face.fitted(line, 220 - 30 * number)
    for number, line in enumerate(lines):
        shapes += _line(line, face, y=332 + (face.size + 5) * number, colour=ink)
    return shapes


# SVG ------------------------------------------------------------------------------------------------------------------


def _number(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _path(commands: Iterable[Command]) -> str:
    return "".join(
        kind + " ".join(f"{_number(x)},{_number(y)}" for x, y in points) for kind, points in commands
    )


def svg(badge: Badge) -> str:
    """The badge as a picture of its own: no font, no link, nothing active."""
    label = escape(
        ", ".join(part for part in (badge.letters, badge.title, badge.partner) if part), {'"': "&quot;"}
    )
    opened = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" role="img" aria-label="{label}">'
    drawn = [opened, f"<title>{label}</title>"]
    for shape in _scene(badge):
        if not shape.commands:
            continue
        faint = f' opacity="{_number(shape.opacity)}"' if shape.opacity < 1 else ""
        if shape.width:
            ink = f'fill="none" stroke="{shape.colour}" stroke-width="{_number(shape.width)}"'
        else:
            ink = f'fill="{shape.colour}"'
        drawn.append(f'<path {ink}{faint} d="{_path(shape.commands)}"/>')
    drawn.append("</svg>")
    return "".join(drawn)


# PNG ------------------------------------------------------------------------------------------------------------------

_STEPS: Final = 8


def _flat(commands: Iterable[Command], scale: float) -> list[list[Point]]:
    """Each outline as a polygon."""
    outlines: list[list[Point]] = []
    at: Point = (0.0, 0.0)
    for kind, points in commands:
        if kind == "M":
            outlines.append([points[0]])
        elif kind == "L":
            outlines[-1].append(points[0])
        elif kind == "Q":
            (x1, y1), (x2, y2) = points
            for step in range(1, _STEPS + 1):
                t = step / _STEPS
                a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t * t
                outlines[-1].append((a * at[0] + b * x1 + c * x2, a * at[1] + b * y1 + c * y2))
        elif kind == "C":
            (x1, y1), (x2, y2), (x3, y3) = points
            for step in range(1, _STEPS * 4 + 1):
                t = step / (_STEPS * 4)
                a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
                outlines[-1].append(
                    (a * at[0] + b * x1 + c * x2 + d * x3, a * at[1] + b * y1 + c * y2 + d * y3)
                )
        if points:
            at = points[-1]
    return [[(x * scale, y * scale) for x, y in outline] for outline in outlines]


def _area(outline: Sequence[Point]) -> float:
    return sum(
        x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(outline, [*outline[1:], outline[0]], strict=True)
    )


def _mask(shape: Shape, side: int, scale: float) -> tuple[Image.Image, tuple[int, int]] | None:
    outlines = _flat(shape.commands, scale)
    if not outlines:
        return None
    spare = shape.width * scale + 2
    left = max(0, int(min(x for line in outlines for x, _y in line) - spare))
    top = max(0, int(min(y for line in outlines for _x, y in line) - spare))
    right = min(side, int(max(x for line in outlines for x, _y in line) + spare) + 1)
    bottom = min(side, int(max(y for line in outlines for _x, y in line) + spare) + 1)
    mask = Image.new("L", (right - left, bottom - top))
    draw = ImageDraw.Draw(mask)
    ink = round(255 * shape.opacity)
    placed = [[(x - left, y - top) for x, y in line] for line in outlines]
    if shape.width:
        for line in placed:
            draw.line([*line, *line[:2]], fill=ink, width=max(1, round(shape.width * scale)), joint="curve")
        return mask, (left, top)
    # Outlines that run the way of the largest are filled first; those that run against it are its holes.
    way = math.copysign(1, max((_area(line) for line in placed), key=abs))
    for hole in (False, True):
        for line in placed:
            if (math.copysign(1, _area(line)) != way) is hole:
                draw.polygon(line, fill=0 if hole else ink)
    return mask, (left, top)


@cache
def png(badge: Badge, side: int = SIZE) -> bytes:
    """The same drawing in pixels, smoothed by drawing it three times as large."""
    large = side * 3
    scale = large / SIZE
    image = Image.new("RGB", (large, large), badge.accent)
    alpha = Image.new("L", (large, large))
    for shape in _scene(badge):
        found = _mask(shape, large, scale)
        if found is None:
            continue
        mask, place = found
        box = (*place, place[0] + mask.width, place[1] + mask.height)
        image.paste(shape.colour, box, mask)
        alpha.paste(ImageChops.lighter(alpha.crop(box), mask), box)
    image.putalpha(alpha)
    small = image.resize((side, side), Image.Resampling.LANCZOS).quantize(128, Image.Quantize.FASTOCTREE)
    out = io.BytesIO()
    small.save(out, "PNG", optimize=True)
    return out.getvalue()

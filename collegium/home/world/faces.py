"""Portraits of people who do not exist: flat, friendly, drawn from a few words, the same each time.

Everything is drawn on a square of 512 units, twice as large, and made smaller at the end, which smooths the edges.
"""
# ruff: noqa: PLR2004 -- a drawing is made of numbers

import io
import math
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageFilter

SIZE = 512
SCALE = 2
Point = tuple[float, float]
Colour = tuple[int, int, int]


def _colour(code: str) -> Colour:
    return int(code[0:2], 16), int(code[2:4], 16), int(code[4:6], 16)


SKINS = {
    name: _colour(code)
    for name, code in {
        "pale": "f4d7c3",
        "light": "f0cfa9",
        "fair": "ecc4a4",
        "olive": "d6a87f",
        "tan": "c58d62",
        "brown": "9c6544",
        "umber": "7c4d33",
        "deep": "5d3826",
    }.items()
}
HAIRS = {
    name: _colour(code)
    for name, code in {
        "black": "25211f",
        "dark": "3d2b24",
        "brown": "5f3f2b",
        "chestnut": "7d4d2e",
        "blond": "d8b06a",
        "red": "ab4a2b",
        "ginger": "c96f37",
        "grey": "8f8c88",
        "silver": "bab8b6",
        "white": "e6e3de",
        "greyblack": "56524f",
    }.items()
}
CLOTHS = {
    name: _colour(code)
    for name, code in {
        "plum": "643f61",
        "moss": "66723f",
        "slate": "536270",
        "ochre": "c48c2f",
        "teal": "2e6d6c",
        "ink": "2b334a",
        "rust": "a65431",
        "coral": "da775e",
        "wine": "7d3042",
        "sky": "7ca5c2",
        "navy": "2d4163",
        "sage": "9bb08f",
        "ivory": "ede6d7",
    }.items()
}
GROUNDS = [
    _colour(code)
    for code in ("f1e2cb", "dde6da", "ead9cf", "d3dfe6", "ecdcb9", "dcd4e2", "f2d8c7", "cdddd4", "e4e0d6")
]


def _shade(colour: Colour, by: float) -> Colour:
    """Darker below 1, lighter above."""
    if by <= 1:
        return tuple(round(part * by) for part in colour)  # type: ignore[return-value]  # three parts stay three
    return tuple(round(part + (255 - part) * (by - 1)) for part in colour)  # type: ignore[return-value]  # same


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    return tuple(round(a + (b - a) * share) for a, b in zip(one, other, strict=True))  # type: ignore[return-value]  # same


def curve(points: Sequence[Point], *, closed: bool = True, steps: int = 14) -> list[Point]:
    """A smooth line through the points (Catmull-Rom)."""
    ring = list(points)
    count = len(ring)
    out: list[Point] = []
    for i in range(count if closed else count - 1):
        around = range(i - 1, i + 3)
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = (
            ring[k % count if closed else min(max(k, 0), count - 1)] for k in around
        )
        for step in range(steps):
            t = step / steps
            a, b = (-t + 2 * t * t - t**3) / 2, (2 - 5 * t * t + 3 * t**3) / 2
            c, d = (t + 4 * t * t - 3 * t**3) / 2, (-t * t + t**3) / 2
            out.append((a * ax + b * bx + c * cx + d * dx, a * ay + b * by + c * cy + d * dy))
    if not closed:
        out.append(ring[-1])
    return out


def mirrored(half: Sequence[Point], middle: float = 256) -> list[Point]:
    """The points of a right half, from the top to the bottom, and those of the left, back up."""
    left = [(2 * middle - x, y) for x, y in reversed(half) if abs(x - middle) > 1]
    return [*half, *left]


class Pen:
    """Draws in units, whatever the scale."""

    def __init__(self, image: Image.Image) -> None:
        self.image = image
        self.draw = ImageDraw.Draw(image)

    @staticmethod
    def _big(points: Iterable[Point]) -> list[Point]:
        return [(x * SCALE, y * SCALE) for x, y in points]

    def shape(self, points: Sequence[Point], fill: Colour, *, smooth: bool = True) -> None:
        self.draw.polygon(self._big(curve(points) if smooth else points), fill=fill)

    def line(self, points: Sequence[Point], fill: Colour, width: float, *, smooth: bool = True) -> None:
        path = self._big(curve(points, closed=False) if smooth else points)
        self.draw.line(path, fill=fill, width=round(width * SCALE), joint="curve")
        radius = width * SCALE / 2
        for x, y in (path[0], path[-1]):
            self.draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)

    def dot(self, x: float, y: float, rx: float, ry: float | None = None, *, fill: Colour) -> None:
        ry = rx if ry is None else ry
        self.draw.ellipse(((x - rx) * SCALE, (y - ry) * SCALE, (x + rx) * SCALE, (y + ry) * SCALE), fill=fill)

    def ring(self, x: float, y: float, rx: float, ry: float, *, outline: Colour, width: float) -> None:
        self.draw.ellipse(
            ((x - rx) * SCALE, (y - ry) * SCALE, (x + rx) * SCALE, (y + ry) * SCALE),
            outline=outline,
            width=round(width * SCALE),
        )

    def soft(self, points: Sequence[Point], fill: Colour, strength: float, *, blur: float = 0) -> None:
        """A shape that lets through what is beneath it. Drawn small and enlarged: it has no edge to lose."""
        path = curve(points, steps=8)
        left, upper, right, lower = self._around(path, margin=blur * 3 + 2)
        if right <= left or lower <= upper:
            return
        mask = Image.new("L", (right - left, lower - upper), 0)
        ImageDraw.Draw(mask).polygon([(x - left, y - upper) for x, y in path], fill=round(255 * strength))
        if blur:
            mask = mask.filter(ImageFilter.GaussianBlur(blur))
        mask = mask.resize((mask.width * SCALE, mask.height * SCALE), Image.Resampling.BILINEAR)
        self.image.paste(fill, (left * SCALE, upper * SCALE), mask)

    def within(self, outline: Sequence[Point], paint: Callable[["Pen"], None]) -> None:
        """What ``paint`` draws, but only inside the outline."""
        mask = Image.new("L", self.image.size, 255)
        ImageDraw.Draw(mask).polygon(self._big(curve(outline)), fill=0)
        before = self.image.copy()
        paint(self)
        self.image.paste(before, (0, 0), mask)

    @staticmethod
    def _around(path: Sequence[Point], *, margin: float) -> tuple[int, int, int, int]:
        across, down = [x for x, _y in path], [y for _x, y in path]
        return (
            max(math.floor(min(across) - margin), 0),
            max(math.floor(min(down) - margin), 0),
            min(math.ceil(max(across) + margin), SIZE),
            min(math.ceil(max(down) + margin), SIZE),
        )


@dataclass
class Sitter:
    """What is drawn, and the measures that make two people with the same words differ."""

    skin: Colour
    hair: Colour
    cloth: Colour
    style: str
    wear: str
    extras: frozenset[str]
    greying: bool
    grown: bool  # lines at eyes and mouth
    wide: float
    long: float
    eyes: float
    brow: float
    nose: int
    mouth: int
    chance: random.Random

    @property
    def deep_skin(self) -> Colour:
        return _shade(self.skin, 0.84)

    @property
    def head(self) -> list[Point]:
        w, h = self.wide, self.long
        return mirrored(
            [
                (256, 120),
                (312 + 0.6 * w, 136),
                (344 + w, 190),
                (345 + w, 246),
                (331 + w * 0.8, 302 + h * 0.3),
                (303 + w * 0.5, 340 + h * 0.8),
                (278, 355 + h),
                (256, 358 + h),
            ]
        )


def portrait(name: str, face: Mapping[str, object]) -> bytes:
    """A PNG of 512 by 512 pixels, the same for the same name and words."""
    sitter = _sit(name, face)
    ground = sitter.chance.choice(GROUNDS)
    image = Image.new("RGB", (SIZE * SCALE, SIZE * SCALE), ground)
    pen = Pen(image)
    _background(pen, ground, sitter.chance)
    back, front = STYLES[sitter.style]
    if back:
        back(pen, sitter)
    _neck(pen, sitter)
    WEARS[sitter.wear](pen, sitter)
    if sitter.style not in COVERING:
        _ears(pen, sitter)
    _face(pen, sitter)
    _beard(pen, sitter)
    if front:
        front(pen, sitter)
    _extras(pen, sitter)
    out = io.BytesIO()
    image.resize((SIZE, SIZE), Image.Resampling.LANCZOS).save(out, "PNG", optimize=False, compress_level=6)
    return out.getvalue()


def _sit(name: str, face: Mapping[str, object]) -> Sitter:
    chance = random.Random(f"face of {name}")  # noqa: S311 -- a drawing, not a secret
    listed = face.get("extras") or []
    extras = frozenset(str(extra) for extra in listed) if isinstance(listed, list) else frozenset()
    colour = str(face["colour"])
    old = colour in {"grey", "silver", "white", "greyblack"}
    return Sitter(
        skin=SKINS[str(face["skin"])],
        hair=HAIRS[colour],
        cloth=CLOTHS[str(face["cloth"])],
        style=str(face["hair"]),
        wear=str(face["wear"]),
        extras=extras,
        greying=colour == "greyblack",
        grown=old or chance.random() < 0.2,
        wide=chance.uniform(-6, 8),
        long=chance.uniform(-6, 10),
        eyes=chance.uniform(-3, 4),
        brow=chance.uniform(-4, 4),
        nose=chance.randrange(3),
        mouth=chance.randrange(4),
        chance=chance,
    )


# Around the person -----------------------------------------------------------------------------------------------


def _background(pen: Pen, ground: Colour, chance: random.Random) -> None:
    deeper = _shade(ground, 0.93)
    kind = chance.randrange(4)
    if kind == 0:
        pen.dot(256, 250, 214, fill=deeper)
    elif kind == 1:
        pen.shape([(70, 512), (70, 200), (256, 60), (442, 200), (442, 512)], deeper)
    elif kind == 2:
        x = chance.choice([120, 392])
        pen.dot(x, 150, 170, fill=deeper)
    else:
        pen.shape([(0, 512), (0, 330), (150, 250), (340, 320), (512, 210), (512, 512)], deeper)


def _neck(pen: Pen, s: Sitter) -> None:
    pen.shape(
        [(216, 300), (296, 300), (298, 390), (330, 430), (256, 470), (182, 430), (214, 390)],
        s.skin,
        smooth=False,
    )
    under_chin: list[Point] = [(217, 330), (295, 330), (296, 372), (256, 398), (216, 372)]
    pen.soft(under_chin, s.deep_skin, 0.95, blur=0.8)


SHOULDERS: list[Point] = [
    (216, 404),
    (170, 420),
    (112, 442),
    (78, 486),
    (66, 540),
    (446, 540),
    (434, 486),
    (400, 442),
    (342, 420),
    (296, 404),
]


def _torso(pen: Pen, colour: Colour, neckline: Sequence[Point]) -> None:
    pen.shape([*curve(SHOULDERS, closed=False), *neckline], colour, smooth=False)
    pen.soft([(66, 540), (90, 478), (128, 470), (140, 540)], _shade(colour, 0.8), 0.5, blur=6)
    pen.soft([(446, 540), (422, 478), (384, 470), (372, 540)], _shade(colour, 0.8), 0.5, blur=6)


ROUND = [(296, 404), (284, 424), (256, 434), (228, 424), (216, 404)]
VEE = [(296, 404), (256, 470), (216, 404)]
HIGH = [(296, 402), (256, 412), (216, 402)]


def _tee(pen: Pen, s: Sitter) -> None:
    _torso(pen, s.cloth, ROUND)
    pen.line([(214, 402), (228, 426), (256, 437), (284, 426), (298, 402)], _shade(s.cloth, 0.86), 7)


def _jumper(pen: Pen, s: Sitter) -> None:
    _torso(pen, s.cloth, ROUND)
    pen.line([(212, 400), (226, 428), (256, 440), (286, 428), (300, 400)], _shade(s.cloth, 0.84), 15)
    for x in range(222, 300, 10):
        pen.line([(x, 422), (x, 442)], _shade(s.cloth, 0.76), 1.4, smooth=False)


def _rollneck(pen: Pen, s: Sitter) -> None:
    _torso(pen, s.cloth, HIGH)
    pen.shape(
        [(206, 412), (210, 364), (256, 376), (302, 364), (306, 412), (256, 430)],
        _shade(s.cloth, 1.1),
        smooth=False,
    )
    pen.line([(208, 390), (256, 403), (304, 390)], _shade(s.cloth, 0.86), 3)


def _shirt(pen: Pen, s: Sitter) -> None:
    _torso(pen, s.cloth, VEE)
    light = _shade(s.cloth, 1.22)
    pen.shape([(214, 392), (196, 412), (228, 458), (256, 440)], light, smooth=False)
    pen.shape([(298, 392), (316, 412), (284, 458), (256, 440)], light, smooth=False)
    pen.line([(256, 444), (256, 540)], _shade(s.cloth, 0.84), 2.5, smooth=False)
    for y in (470, 500):
        pen.dot(262, y, 3.4, fill=light)


def _polo(pen: Pen, s: Sitter) -> None:
    _torso(pen, s.cloth, VEE)
    dark = _shade(s.cloth, 0.8)
    pen.shape([(214, 394), (194, 416), (226, 452), (256, 446)], dark, smooth=False)
    pen.shape([(298, 394), (318, 416), (286, 452), (256, 446)], dark, smooth=False)
    pen.shape([(246, 450), (266, 450), (266, 512), (246, 512)], _shade(s.cloth, 0.9), smooth=False)


def _blouse(pen: Pen, s: Sitter) -> None:
    _torso(pen, s.cloth, [(296, 404), (290, 430), (256, 460), (222, 430), (216, 404)])
    pen.line(
        [(214, 402), (222, 434), (256, 464), (290, 434), (298, 402)],
        _shade(s.cloth, 1.25),
        6,
    )


def _cardigan(pen: Pen, s: Sitter) -> None:
    _torso(pen, s.cloth, ROUND)
    inside: list[Point] = [(218, 404), (236, 460), (232, 540), (280, 540), (276, 460), (294, 404), *ROUND]
    pen.shape(inside, _shade(s.cloth, 1.6), smooth=False)
    for y in (478, 506):
        pen.dot(284, y, 4, fill=_shade(s.cloth, 1.5))


def _blazer(pen: Pen, s: Sitter) -> None:
    neck: list[Point] = [(296, 404), (256, 446), (216, 404)]
    _torso(pen, s.cloth, neck)
    shirt: list[Point] = [(204, 402), (252, 540), (260, 540), (308, 402), *neck]
    pen.shape(shirt, _mix((244, 239, 229), s.cloth, 0.1), smooth=False)
    lapel = _shade(s.cloth, 1.12)
    pen.shape([(206, 402), (168, 446), (196, 458), (188, 470), (252, 540), (222, 428)], lapel, smooth=False)
    pen.shape([(306, 402), (344, 446), (316, 458), (324, 470), (260, 540), (290, 428)], lapel, smooth=False)


def _scarf(pen: Pen, s: Sitter) -> None:
    _torso(pen, _mix(s.cloth, (60, 56, 60), 0.6), ROUND)
    pen.shape(
        [(184, 402), (212, 378), (256, 390), (300, 378), (328, 402), (322, 440), (256, 462), (190, 440)],
        s.cloth,
    )
    pen.shape([(290, 430), (330, 424), (344, 540), (296, 540)], _shade(s.cloth, 0.9), smooth=False)
    pen.line([(194, 424), (256, 440), (318, 424)], _shade(s.cloth, 0.8), 4)
    pen.line([(200, 406), (256, 418), (312, 406)], _shade(s.cloth, 1.2), 3)


def _hoodie(pen: Pen, s: Sitter) -> None:
    pen.shape([(160, 420), (190, 370), (256, 392), (322, 370), (352, 420), (256, 470)], _shade(s.cloth, 0.78))
    _torso(pen, s.cloth, [(296, 410), (256, 448), (216, 410)])
    for x, end in ((236, 506), (276, 498)):
        pen.line([(x, 440), (x, end)], _shade(s.cloth, 1.6), 4, smooth=False)


def _scrubs(pen: Pen, s: Sitter) -> None:
    _torso(pen, s.cloth, VEE)
    pen.line([(214, 402), (256, 474), (298, 402)], _shade(s.cloth, 0.82), 9, smooth=False)
    pen.line([(300, 476), (350, 476)], _shade(s.cloth, 0.82), 3, smooth=False)
    pen.shape([(310, 468), (326, 468), (324, 496), (312, 496)], (240, 236, 226), smooth=False)


def _chef(pen: Pen, s: Sitter) -> None:
    _torso(pen, s.cloth, HIGH)
    pen.shape([(206, 396), (256, 424), (306, 396), (306, 414), (256, 440), (206, 414)], _shade(s.cloth, 0.94))
    pen.line([(232, 438), (222, 540)], _shade(s.cloth, 0.85), 3, smooth=False)
    for y in (456, 486, 514):
        pen.dot(206, y, 5, fill=_shade(s.cloth, 0.72))
        pen.dot(306, y, 5, fill=_shade(s.cloth, 0.72))


WEARS: dict[str, Callable[[Pen, Sitter], None]] = {
    "tee": _tee,
    "jumper": _jumper,
    "rollneck": _rollneck,
    "shirt": _shirt,
    "polo": _polo,
    "blouse": _blouse,
    "cardigan": _cardigan,
    "blazer": _blazer,
    "scarf": _scarf,
    "hoodie": _hoodie,
    "scrubs": _scrubs,
    "chef": _chef,
}

# The face --------------------------------------------------------------------------------------------------------


def _ears(pen: Pen, s: Sitter) -> None:
    for side in (-1, 1):
        x = 256 + side * (90 + s.wide)
        pen.dot(x, 252, 15, 22, fill=s.skin)
        pen.dot(x + side * 2, 253, 8, 13, fill=s.deep_skin)


def _face(pen: Pen, s: Sitter) -> None:
    pen.shape(s.head, s.skin)

    def shading(inner: Pen) -> None:
        inner.soft(
            [(330, 110), (380, 160), (380, 400), (250, 400), (318, 330), (330, 230)],
            _shade(s.skin, 0.86),
            0.55,
            blur=10,
        )
        blush = _mix(s.skin, (205, 92, 82), 0.42)
        for side in (-1, 1):
            x = 256 + side * 56
            inner.soft([(x - 24, 282), (x, 268), (x + 24, 282), (x, 298)], blush, 0.55, blur=7)

    pen.within(s.head, shading)
    _eyes(pen, s)
    _nose(pen, s)
    _mouth(pen, s)
    if "freckles" in s.extras:
        spots = random.Random(7)  # noqa: S311 -- a drawing
        for _spot in range(26):
            side = spots.choice([-1, 1])
            pen.dot(
                256 + side * spots.uniform(12, 66), spots.uniform(256, 292), 1.9, fill=_shade(s.skin, 0.78)
            )
    if s.grown:
        wrinkle = _shade(s.skin, 0.82)
        for side in (-1, 1):
            pen.line([(256 + side * 78, 236), (256 + side * 86, 232)], wrinkle, 2)
            pen.line([(256 + side * 78, 242), (256 + side * 87, 243)], wrinkle, 2)
            pen.line([(256 + side * 34, 292), (256 + side * 42, 306), (256 + side * 40, 318)], wrinkle, 2.2)


def _eyes(pen: Pen, s: Sitter) -> None:
    dark = (38, 30, 28)
    brow = _mix(s.hair, dark, 0.35) if sum(s.hair) < 520 else _shade(s.hair, 0.72)
    for side in (-1, 1):
        x = 256 + side * (40 + s.eyes)
        y = 238
        pen.shape([(x - 17, y + 1), (x, y - 11), (x + 17, y + 1), (x, y + 10)], (252, 248, 242))
        pen.dot(x, y - 1, 9.5, fill=_mix(dark, (92, 62, 40), 0.35))
        pen.dot(x, y - 1, 5, fill=(22, 17, 16))
        pen.dot(x + 3, y - 4, 2.6, fill=(255, 255, 255))
        pen.line([(x - 18, y + 1), (x - 8, y - 9), (x + 8, y - 9), (x + 18, y + 1)], dark, 3.4)
        lift = s.brow
        pen.line(
            [
                (x - side * 20, y - 26 + lift * 0.5),
                (x + side * 2, y - 33),
                (x + side * 22, y - 24 - lift * 0.5),
            ],
            brow,
            6.4 if "beard-full" in s.extras or s.style in {"buzz", "fade", "receding", "bald"} else 5,
        )


def _nose(pen: Pen, s: Sitter) -> None:
    tone = _shade(s.skin, 0.78)
    if s.nose == 0:
        pen.line([(252, 250), (246, 280), (254, 288), (266, 286)], tone, 3.4)
    elif s.nose == 1:
        pen.soft([(256, 244), (272, 284), (256, 294), (244, 284)], tone, 0.55, blur=2)
        pen.line([(246, 286), (256, 291), (267, 286)], tone, 3)
    else:
        pen.line([(260, 248), (268, 278), (258, 290), (246, 287)], tone, 3.4)


PAINTED = {
    "curly-long",
    "long-straight",
    "long-wave",
    "bob",
    "bun",
    "ponytail",
    "braids",
    "headwrap",
    "hijab",
    "fringe",
}


def _lip(s: Sitter) -> Colour:
    return _mix(s.skin, (150, 52, 54), 0.52 if s.style in PAINTED else 0.3)


def _mouth(pen: Pen, s: Sitter) -> None:
    lip = _lip(s)
    if s.mouth == 0:  # a smile with teeth
        outline: list[Point] = [(222, 312), (256, 320), (290, 312), (276, 334), (256, 340), (236, 334)]
        pen.shape(outline, _shade(lip, 0.7))
        pen.within(
            outline, lambda p: p.shape([(222, 306), (290, 306), (284, 325), (228, 325)], (250, 246, 240))
        )
        pen.line([(221, 311), (256, 319), (291, 311)], _shade(lip, 0.8), 2.6)
    elif s.mouth == 1:
        pen.line([(224, 314), (240, 326), (272, 326), (288, 314)], _shade(lip, 0.86), 5)
    elif s.mouth == 2:  # a smile to one side
        pen.line([(228, 320), (252, 327), (276, 323), (290, 311)], _shade(lip, 0.86), 5)
    else:
        pen.shape([(228, 316), (246, 311), (256, 315), (266, 311), (284, 316), (256, 335)], lip)
        pen.line([(226, 315), (256, 322), (286, 315)], _shade(lip, 0.72), 2.6)


def _beard(pen: Pen, s: Sitter) -> None:
    tone = s.hair
    if "stubble" in s.extras or "beard-short" in s.extras or "beard-full" in s.extras:
        strength = 0.3 if "stubble" in s.extras else 0.95
        low = 22 if "beard-full" in s.extras else 4
        w, h = s.wide, s.long
        shape = [
            (166 - w, 258),
            (184, 290),
            (218, 302),
            (256, 298),
            (294, 302),
            (328, 290),
            (346 + w, 258),
            (338 + w * 0.8, 312),
            (302, 354 + low),
            (256, 364 + h + low),
            (210, 354 + low),
            (174 - w * 0.8, 312),
        ]
        pen.soft(shape, tone, strength, blur=1.2 if strength > 0.5 else 4)
        if strength > 0.5:
            lip = _lip(s)
            pen.shape([(230, 316), (256, 313), (282, 316), (256, 334)], _shade(lip, 0.9))
            pen.line([(229, 317), (256, 322), (283, 317)], _shade(lip, 0.6), 2.4)
    if "goatee" in s.extras:
        pen.shape(
            [
                (226, 338),
                (256, 330),
                (286, 338),
                (280, 366 + s.long),
                (256, 376 + s.long),
                (232, 366 + s.long),
            ],
            tone,
        )
        pen.shape([(222, 310), (256, 298), (290, 310), (256, 308)], tone)
        lip = _lip(s)
        pen.line([(236, 322), (256, 326), (276, 322)], _shade(lip, 0.8), 5)
    if "moustache" in s.extras:
        pen.shape(
            [(210, 314), (238, 298), (256, 302), (274, 298), (302, 314), (274, 312), (256, 309), (238, 312)],
            tone,
        )


# Hair ------------------------------------------------------------------------------------------------------------

Part = Callable[[Pen, Sitter], None]


def _cap(
    pen: Pen, s: Sitter, line: Sequence[Point], *, top: float = 0, side: float = 0, low: float = 250
) -> None:
    """Hair over the skull: from ear to ear over the top, and back along the hairline ``line`` (right to left)."""
    w = s.wide
    outer: list[Point] = [
        (158 - w - side, low),
        (154 - w - side, 196),
        (178 - side * 0.6, 130 - top * 0.6),
        (256, 96 - top),
        (334 + side * 0.6, 130 - top * 0.6),
        (358 + w + side, 196),
        (354 + w + side, low),
    ]
    pen.shape([*curve(outer, closed=False), *curve(line, closed=False)], s.hair, smooth=False)
    shine = _shade(s.hair, 1.16 if sum(s.hair) < 300 else 1.25)
    pen.within(
        [*outer, *line],
        lambda p: p.soft(
            [(190, 140), (240, 112 - top), (300, 118 - top), (250, 132 - top), (205, 165)],
            shine,
            0.55,
            blur=6,
        ),
    )
    if s.greying:
        for way in (-1, 1):
            x = 256 + way * (96 + w)
            pen.soft([(x - 8, 190), (x + 8, 190), (x + 8, low), (x - 8, low)], (168, 164, 160), 0.55, blur=5)


def _straight_line(s: Sitter, height: float = 168) -> list[Point]:
    w = s.wide
    return [
        (342 + w, 250),
        (338 + w, 200),
        (300, height),
        (256, height - 6),
        (212, height),
        (174 - w, 200),
        (170 - w, 250),
    ]


def _short(pen: Pen, s: Sitter) -> None:
    _cap(pen, s, _straight_line(s, 164), top=6, side=0, low=236)


def _short_wave(pen: Pen, s: Sitter) -> None:
    _cap(pen, s, _straight_line(s, 170), top=12, low=236)
    for x, y, r in ((196, 128, 30), (232, 106, 32), (274, 102, 32), (314, 120, 30)):
        pen.dot(x, y, r, fill=s.hair)
    pen.line([(210, 150), (236, 128), (276, 126)], _shade(s.hair, 1.2), 4)


def _side_part(pen: Pen, s: Sitter) -> None:
    w = s.wide
    line: list[Point] = [
        (342 + w, 244),
        (340 + w, 206),
        (322, 178),
        (270, 176),
        (214, 158),
        (196, 168),
        (176 - w, 204),
        (170 - w, 244),
    ]
    _cap(pen, s, line, top=10, low=238)
    pen.line([(206, 152), (222, 118)], _shade(s.hair, 0.75), 3, smooth=False)
    pen.line([(230, 134), (282, 138), (324, 168)], _shade(s.hair, 1.18), 3.4)


def _buzz(pen: Pen, s: Sitter) -> None:
    w = s.wide
    line = _straight_line(s, 158)
    outer: list[Point] = [
        (163 - w, 232),
        (162 - w, 186),
        (192, 136),
        (256, 113),
        (320, 136),
        (350 + w, 186),
        (349 + w, 232),
    ]
    pen.soft([*outer, *line[::1]], _mix(s.hair, s.skin, 0.12), 0.9, blur=1)


def _fade(pen: Pen, s: Sitter) -> None:
    _buzz(pen, s)
    pen.shape(
        [
            (178, 170),
            (178, 118),
            (216, 92),
            (256, 86),
            (296, 92),
            (334, 118),
            (334, 170),
            (300, 158),
            (256, 154),
            (212, 158),
        ],
        s.hair,
    )


def _receding(pen: Pen, s: Sitter) -> None:
    w = s.wide
    line: list[Point] = [
        (344 + w, 250),
        (343 + w, 206),
        (326, 168),
        (304, 136),
        (276, 146),
        (256, 150),
        (236, 146),
        (208, 136),
        (186, 168),
        (169 - w, 206),
        (168 - w, 250),
    ]
    _cap(pen, s, line, top=-2, low=240)


def _bald(pen: Pen, s: Sitter) -> None:
    w = s.wide
    for side in (-1, 1):
        x = 256 + side * (88 + w)
        pen.soft(
            [(x - side * 2, 190), (x + side * 12, 200), (x + side * 13, 246), (x, 256), (x - side * 8, 220)],
            s.hair,
            0.9,
            blur=2,
        )
    pen.soft([(212, 140), (240, 126), (262, 126), (236, 146)], (255, 255, 255), 0.3, blur=6)


def _crop(pen: Pen, s: Sitter) -> None:
    w = s.wide
    line: list[Point] = [
        (344 + w, 236),
        (338 + w, 196),
        (318, 182),
        (296, 192),
        (270, 178),
        (246, 192),
        (220, 180),
        (196, 194),
        (174 - w, 204),
        (168 - w, 236),
    ]
    _cap(pen, s, line, top=14, side=2, low=244)
    for x in (204, 240, 280):
        pen.line([(x, 178), (x + 8, 150), (x + 26, 132)], _shade(s.hair, 0.86), 3)


def _undercut(pen: Pen, s: Sitter) -> None:
    _buzz(pen, s)
    pen.shape(
        [
            (340, 214),
            (352, 168),
            (330, 108),
            (270, 84),
            (204, 98),
            (172, 140),
            (190, 168),
            (250, 160),
            (312, 176),
        ],
        s.hair,
    )
    pen.line([(214, 140), (272, 128), (326, 160)], _shade(s.hair, 1.2), 4)


def _curls(pen: Pen, s: Sitter, spots: Sequence[tuple[float, float, float]]) -> None:
    for i, (x, y, r) in enumerate(spots):
        pen.dot(x, y, r, fill=_shade(s.hair, 1.0 if i % 3 else 1.12))


def _curly_short(pen: Pen, s: Sitter) -> None:
    w = s.wide
    _cap(pen, s, _straight_line(s, 176), top=12, side=4, low=232)
    spots = [
        (256 + math.cos(a) * (104 + w), 214 + math.sin(a) * 116, 23 + (i % 3) * 3)
        for i, a in enumerate(math.pi + k * math.pi / 11 for k in range(12))
    ]
    front = [(190 + k * 22, 166 + (k % 2) * 8, 17.0) for k in range(7)]
    _curls(pen, s, [*spots, *front])


def _curly_long_back(pen: Pen, s: Sitter) -> None:
    spots = [
        (256 + side * (98 + 14 * math.sin(k * 1.1) + k * 2.2), 170 + k * 33, 33 + (k % 2) * 5.0)
        for side in (-1, 1)
        for k in range(9)
    ]
    pen.shape([(150, 190), (256, 96), (362, 190), (372, 420), (256, 440), (140, 420)], _shade(s.hair, 0.82))
    _curls(pen, s, spots)


def _curly_long_front(pen: Pen, s: Sitter) -> None:
    w = s.wide
    line: list[Point] = [
        (350 + w, 300),
        (344 + w, 230),
        (326, 180),
        (270, 156),
        (238, 160),
        (190, 184),
        (168 - w, 230),
        (162 - w, 300),
    ]
    _cap(pen, s, line, top=18, side=14, low=300)
    _curls(
        pen,
        s,
        [
            (256 + math.cos(a) * (112 + w), 226 + math.sin(a) * 128, 22.0 + (i % 3) * 4)
            for i, a in enumerate(math.pi * 0.92 + k * math.pi * 1.16 / 13 for k in range(14))
        ],
    )


def _long_back(pen: Pen, s: Sitter) -> None:
    w = s.wide
    pen.shape(
        [
            (256, 92),
            (352 + w, 150),
            (372 + w, 280),
            (376, 440),
            (330, 470),
            (182, 470),
            (136, 440),
            (140 - w, 280),
            (160 - w, 150),
        ],
        _shade(s.hair, 0.86),
    )


def _centre_part(pen: Pen, s: Sitter) -> None:
    w = s.wide
    line: list[Point] = [
        (352 + w, 380),
        (344 + w, 300),
        (340 + w, 240),
        (314, 186),
        (262, 140),
        (250, 140),
        (198, 186),
        (172 - w, 240),
        (168 - w, 300),
        (160 - w, 380),
    ]
    _cap(pen, s, line, top=6, side=8, low=390)
    pen.line([(256, 102), (256, 140)], _shade(s.hair, 0.78), 3, smooth=False)


def _side_sweep(pen: Pen, s: Sitter) -> None:
    w = s.wide
    line: list[Point] = [
        (352 + w, 360),
        (346 + w, 290),
        (342 + w, 236),
        (318, 196),
        (262, 172),
        (214, 144),
        (196, 164),
        (176 - w, 220),
        (168 - w, 290),
        (160 - w, 360),
    ]
    _cap(pen, s, line, top=10, side=10, low=370)
    pen.line([(222, 124), (276, 146), (330, 200)], _shade(s.hair, 1.2), 4)


def _wave_back(pen: Pen, s: Sitter) -> None:
    _long_back(pen, s)
    for side in (-1, 1):
        for k in range(5):
            pen.dot(256 + side * (112 + 8 * (k % 2)), 300 + k * 36, 27, fill=_shade(s.hair, 0.86))


def _bob_back(pen: Pen, s: Sitter) -> None:
    w = s.wide
    pen.shape(
        [
            (256, 92),
            (350 + w, 140),
            (374 + w, 250),
            (372 + w, 344),
            (330, 372),
            (182, 372),
            (140 - w, 344),
            (138 - w, 250),
            (162 - w, 140),
        ],
        _shade(s.hair, 0.84),
    )


def _bob_front(pen: Pen, s: Sitter) -> None:
    w = s.wide
    line: list[Point] = [
        (350 + w, 338),
        (346 + w, 280),
        (340 + w, 226),
        (316, 190),
        (262, 172),
        (214, 146),
        (190, 184),
        (172 - w, 226),
        (166 - w, 280),
        (162 - w, 338),
    ]
    _cap(pen, s, line, top=8, side=14, low=346)
    pen.line([(220, 126), (280, 150), (330, 204)], _shade(s.hair, 1.2), 4)


def _fringe_front(pen: Pen, s: Sitter) -> None:
    w = s.wide
    line: list[Point] = [
        (352 + w, 344),
        (346 + w, 280),
        (338 + w, 214),
        (318, 204),
        (256, 208),
        (194, 204),
        (174 - w, 214),
        (166 - w, 280),
        (160 - w, 344),
    ]
    _cap(pen, s, line, top=10, side=12, low=350)
    for x in (206, 238, 270, 302):
        pen.line([(x, 204), (x + (256 - x) * 0.12, 162)], _shade(s.hair, 0.86), 2.6)


def _bun_back(pen: Pen, s: Sitter) -> None:
    pen.dot(256, 88, 44, 40, fill=_shade(s.hair, 0.92))
    pen.line([(228, 80), (256, 62), (284, 80)], _shade(s.hair, 1.2), 4)


def _smooth(pen: Pen, s: Sitter) -> None:
    _cap(pen, s, _straight_line(s, 158), top=2, side=1, low=244)
    for x in (206, 236, 276, 306):
        pen.line([(x, 160), (256 + (x - 256) * 0.5, 110)], _shade(s.hair, 1.14), 2.4)


def _ponytail_back(pen: Pen, s: Sitter) -> None:
    pen.shape(
        [(330, 140), (392, 168), (408, 270), (386, 380), (362, 400), (370, 300), (344, 200)],
        _shade(s.hair, 0.88),
    )


def _plait_front(pen: Pen, s: Sitter) -> None:
    _smooth(pen, s)
    for k in range(8):
        pen.dot(
            350 + 5 * (k % 2) - k, 292 + k * 24, 20 - k * 0.9, 18, fill=_shade(s.hair, 1.0 if k % 2 else 1.14)
        )
    pen.dot(344, 482, 7, fill=s.cloth)


def _tied_back(pen: Pen, s: Sitter) -> None:
    pen.shape([(300, 300), (352, 330), (350, 430), (320, 452), (312, 380)], _shade(s.hair, 0.85))


def _afro_back(pen: Pen, s: Sitter) -> None:
    big = s.style == "afro"
    r = 146 if big else 118
    pen.dot(256, 196 if big else 198, r, r * 0.98, fill=_shade(s.hair, 0.94))
    for k in range(26):
        a = math.pi * 0.86 + k * math.pi * 1.28 / 25
        pen.dot(256 + math.cos(a) * r, 200 + math.sin(a) * r * 0.96, 16, fill=_shade(s.hair, 0.94))


def _afro_front(pen: Pen, s: Sitter) -> None:
    _cap(pen, s, _straight_line(s, 170), top=14, side=8, low=232)
    for k in range(9):
        pen.dot(186 + k * 17.5, 172 - 10 * math.sin(k / 8 * math.pi), 13, fill=s.hair)


def _braids_back(pen: Pen, s: Sitter) -> None:
    w = s.wide
    pen.shape(
        [(256, 92), (350 + w, 150), (368 + w, 260), (366, 400), (146, 400), (144 - w, 260), (162 - w, 150)],
        _shade(s.hair, 0.7),
    )
    thick = 15 if s.style == "locs" else 9
    ends = 400 if s.style == "locs" else 480
    for k in range(13 if thick < 12 else 9):
        share = k / (12 if thick < 12 else 8)
        x = 148 + share * 216
        pen.line(
            [(256 + (x - 256) * 0.85, 150), (x, 280), (x + (x - 256) * 0.08, ends - 30 * (k % 2))],
            _shade(s.hair, 0.9 + 0.16 * (k % 2)),
            thick,
        )


def _braids_front(pen: Pen, s: Sitter) -> None:
    _cap(pen, s, _straight_line(s, 160), top=6, side=4, low=262)
    for k in range(9):
        x = 180 + k * 19
        pen.line(
            [(x, 168 - 6 * math.sin(k / 8 * math.pi)), (256 + (x - 256) * 0.45, 104)],
            _shade(s.hair, 1.28),
            2.2,
        )
    for side in (-1, 1):
        for k in range(2):
            outside = 256 + side * (98 + k * 14 + s.wide)
            pen.line(
                [(outside - side * 12, 196), (outside + side * 6, 330), (outside + side * 4, 430 - 40 * k)],
                _shade(s.hair, 1.0 + 0.16 * k),
                13 if s.style == "locs" else 10,
            )


def _headwrap(pen: Pen, s: Sitter) -> None:
    w = s.wide
    cloth = s.cloth
    shape: list[Point] = [
        (160 - w, 214),
        (146 - w, 150),
        (176, 74),
        (256, 42),
        (336, 74),
        (366 + w, 150),
        (352 + w, 214),
        (310, 172),
        (256, 162),
        (202, 172),
    ]
    pen.shape(shape, cloth)

    def folds(p: Pen) -> None:
        for k in range(5):
            p.line(
                [(130 + k * 26, 220), (220 + k * 16, 110), (330 + k * 12, 60)],
                _shade(cloth, 0.84 if k % 2 else 1.2),
                7,
            )

    pen.within(shape, folds)
    pen.dot(300, 70, 40, 30, fill=_shade(cloth, 1.12))
    pen.line([(276, 74), (300, 62), (326, 76)], _shade(cloth, 0.8), 4)


def _hijab_back(pen: Pen, s: Sitter) -> None:
    pen.shape(
        [
            (256, 76),
            (350, 116),
            (386, 230),
            (384, 360),
            (420, 470),
            (256, 520),
            (92, 470),
            (128, 360),
            (126, 230),
            (162, 116),
        ],
        _shade(s.cloth, 0.8),
    )


def _hijab_front(pen: Pen, s: Sitter) -> None:
    cloth = _shade(s.cloth, 1.14)
    w = s.wide
    outer = curve(
        [
            (256, 78),
            (346, 116),
            (382, 226),
            (374, 340),
            (330, 420),
            (256, 452),
            (182, 420),
            (138, 340),
            (130, 226),
            (166, 116),
        ]
    )
    opening = curve(
        mirrored(
            [
                (256, 158),
                (312, 172),
                (338 + w * 0.5, 226),
                (336 + w * 0.5, 290),
                (304, 342),
                (256, 366 + s.long * 0.5),
            ]
        )
    )
    mask = Image.new("L", pen.image.size, 0)
    stencil = ImageDraw.Draw(mask)
    stencil.polygon([(x * SCALE, y * SCALE) for x, y in outer], fill=255)
    stencil.polygon([(x * SCALE, y * SCALE) for x, y in opening], fill=0)
    layer = Image.new("RGB", pen.image.size, cloth)
    folds = Pen(layer)
    for k, shift in enumerate((0, 26, 50)):
        folds.line(
            [(150 + shift, 300), (190 + shift, 410), (300 + shift, 440)],
            _shade(cloth, 0.86 if k % 2 == 0 else 1.15),
            6,
        )
    folds.line([(160, 150), (256, 104), (352, 150)], _shade(cloth, 1.18), 6)
    folds.line([(346, 230), (336, 330), (270, 400)], _shade(cloth, 0.85), 5)
    pen.image.paste(layer, (0, 0), mask)
    edge = ImageChops.subtract(mask, mask.filter(ImageFilter.MinFilter(5)))
    pen.image.paste(
        Image.new("RGB", pen.image.size, _shade(cloth, 0.82)),
        (0, 0),
        edge.point([v // 2 for v in range(256)]),
    )


def _turban(pen: Pen, s: Sitter) -> None:
    w = s.wide
    cloth = s.cloth
    shape: list[Point] = [
        (158 - w, 222),
        (140 - w, 160),
        (168, 86),
        (256, 54),
        (344, 86),
        (372 + w, 160),
        (354 + w, 222),
        (306, 178),
        (256, 150),
        (206, 178),
    ]
    pen.shape(shape, cloth)

    def folds(p: Pen) -> None:
        for k in range(6):
            y = 210 - k * 28
            p.line([(130, y + 20), (220, y - 36), (256, y - 50)], _shade(cloth, 0.82), 4)
            p.line([(382, y + 20), (292, y - 36), (256, y - 50)], _shade(cloth, 0.9), 4)

    pen.within(shape, folds)
    pen.shape([(232, 172), (256, 150), (280, 172), (256, 176)], _shade(cloth, 0.7))


STYLES: dict[str, tuple[Part | None, Part | None]] = {
    "buzz": (None, _buzz),
    "fade": (None, _fade),
    "short-wave": (None, _short_wave),
    "side-part": (None, _side_part),
    "receding": (None, _receding),
    "bald": (None, _bald),
    "crop": (None, _crop),
    "undercut": (None, _undercut),
    "curly-short": (None, _curly_short),
    "curly-long": (_curly_long_back, _curly_long_front),
    "long-straight": (_long_back, _centre_part),
    "long-wave": (_wave_back, _side_sweep),
    "long-tied": (_tied_back, _smooth),
    "bob": (_bob_back, _bob_front),
    "fringe": (_long_back, _fringe_front),
    "bun": (_bun_back, _smooth),
    "ponytail": (_ponytail_back, _smooth),
    "plait": (None, _plait_front),
    "afro": (_afro_back, _afro_front),
    "afro-short": (_afro_back, _afro_front),
    "braids": (_braids_back, _braids_front),
    "locs": (_braids_back, _braids_front),
    "headwrap": (None, _headwrap),
    "hijab": (_hijab_back, _hijab_front),
    "turban": (None, _turban),
}
COVERING = {"hijab", "turban"}


def _extras(pen: Pen, s: Sitter) -> None:
    if "glasses-round" in s.extras or "glasses-square" in s.extras:
        frame = (44, 38, 36) if sum(s.skin) > 330 else (212, 178, 120)
        for side in (-1, 1):
            x = 256 + side * (40 + s.eyes)
            if "glasses-round" in s.extras:
                pen.ring(x, 240, 31, 30, outline=frame, width=4.4)
            else:
                corners = [
                    (x - 31, 218),
                    (x + 31, 218),
                    (x + 28, 262),
                    (x - 28, 262),
                    (x - 31, 218),
                    (x, 218),
                ]
                pen.line(corners, frame, 4.6, smooth=False)
            pen.line([(x + side * 31, 236), (256 + side * (92 + s.wide), 242)], frame, 4, smooth=False)
        pen.line([(256 - 9 - s.eyes, 236), (256, 231), (256 + 9 + s.eyes, 236)], frame, 4)
    if "earrings" in s.extras and s.style not in COVERING:
        for side in (-1, 1):
            x = 256 + side * (94 + s.wide)
            pen.dot(x, 282, 6.5, 8, fill=(222, 176, 82))
    if "nose-ring" in s.extras:
        pen.ring(270, 288, 5, 5, outline=(226, 186, 96), width=2.4)
    if "hearing-aid" in s.extras:
        x = 256 + 92 + s.wide
        pen.line([(x - 2, 226), (x + 12, 222), (x + 16, 246), (x + 8, 264)], (96, 104, 140), 8)
        pen.line([(x + 8, 264), (x - 2, 262)], (200, 204, 220), 3)

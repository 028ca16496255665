"""Pictures that stand for photographs and for what was on a screen: drawn rooms, things, plots and pages.

No picture has a real person or place in it. Each is drawn from its name and a seed, the same every time.
"""
# ruff: noqa: PLR2004 -- a drawing is made of numbers

import io
import math
import random
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PIL import Image, ImageDraw, ImageFilter, ImageFont

WIDE, HIGH = 1200, 800  # what is drawn on
TAKEN = (960, 640)  # the size of a photograph
Colour = tuple[int, int, int]
Draw = ImageDraw.ImageDraw

PAPER: Colour = (247, 243, 234)
INK: Colour = (43, 40, 44)
TEAL: Colour = (38, 102, 104)
RUST: Colour = (176, 88, 52)
OCHRE: Colour = (206, 154, 62)
PLUM: Colour = (104, 66, 100)
MOSS: Colour = (104, 118, 70)
SKY: Colour = (134, 172, 194)
GREY: Colour = (150, 146, 140)
SERIES: tuple[Colour, ...] = (TEAL, RUST, OCHRE, PLUM, MOSS)


def _font(size: int) -> Any:
    return ImageFont.load_default(size)


def _plain(text: str) -> str:
    """The built-in font knows the letters of ASCII and little else."""
    marks = {"“": '"', "”": '"', "’": "'", "–": "-", "…": "..."}
    text = "".join(marks.get(letter, letter) for letter in text)
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def picture(name: str, seed: str) -> bytes:
    """A JPEG that could be a photograph of it."""
    chance = random.Random(f"scene {name} {seed}")  # noqa: S311 -- a drawing, not a secret
    image = scene(name, chance)
    # A little grain and a little dark at the edges, as from a telephone.
    image = image.resize(TAKEN, Image.Resampling.LANCZOS)
    noise = Image.frombytes("L", TAKEN, chance.randbytes(TAKEN[0] * TAKEN[1]))
    image = Image.blend(image, Image.merge("RGB", (noise, noise, noise)), 0.035)
    shade = Image.new("L", (60, 40), 0)
    ImageDraw.Draw(shade).ellipse((-6, -6, 66, 46), fill=255)
    shade = shade.filter(ImageFilter.GaussianBlur(7)).resize(TAKEN, Image.Resampling.BILINEAR)
    image = Image.composite(image, Image.eval(image, lambda level: level * 3 // 4), shade)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=84)
    return out.getvalue()


def screen(name: str, seed: str, title: str) -> bytes:
    """A PNG of what was on a screen."""
    chance = random.Random(f"screen {name} {seed}")  # noqa: S311 -- a drawing
    image = Image.new("RGB", (WIDE, HIGH), (226, 222, 214))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle(
        (40, 36, WIDE - 40, HIGH - 36), 18, fill=(255, 254, 251), outline=(196, 190, 180), width=2
    )
    draw.rounded_rectangle((40, 36, WIDE - 40, 92), 18, fill=(238, 234, 226))
    for i, colour in enumerate((RUST, OCHRE, MOSS)):
        draw.ellipse((64 + 30 * i, 56, 80 + 30 * i, 72), fill=colour)
    draw.text((170, 52), _plain(title)[:70], font=_font(22), fill=INK)
    SCREENS[name](draw, chance)
    return _png(image)


def chart(spec: Mapping[str, Any], title: str) -> bytes:
    """A PNG of a plot, labelled directly: ``bars`` (label: value) or ``lines`` (label: values), with a ``unit``."""
    image = Image.new("RGB", (WIDE, HIGH), PAPER)
    draw = ImageDraw.Draw(image)
    draw.text((80, 44), _plain(title)[:72], font=_font(34), fill=INK)
    draw.text((80, 92), _plain(str(spec["unit"])), font=_font(24), fill=GREY)
    if "bars" in spec:
        _bars(draw, {str(key): float(value) for key, value in spec["bars"].items()})
    else:
        _lines(draw, {str(key): [float(v) for v in values] for key, values in spec["lines"].items()})
    return _png(image)


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=4)
    return out.getvalue()


def _bars(draw: Draw, bars: Mapping[str, float]) -> None:
    most = max(bars.values())
    step = min(100, 620 / len(bars))
    for i, (label, value) in enumerate(bars.items()):
        y = 150 + i * step
        length = 620 * value / most
        draw.text((80, y + step * 0.2), _plain(label), font=_font(24), fill=INK)
        draw.rounded_rectangle((430, y + 6, 430 + length, y + step - 18), 6, fill=TEAL if i else RUST)
        draw.text((446 + length, y + step * 0.2), f"{value:g}", font=_font(26), fill=INK)


def _lines(draw: Draw, lines: Mapping[str, Sequence[float]]) -> None:
    values = [value for line in lines.values() for value in line]
    low, high = min(0.0, *values), max(values) * 1.05
    for k in range(5):
        rule = 700 - k * 130
        draw.line((110, rule, 860, rule), fill=(222, 214, 200), width=2)
        draw.text((40, rule - 14), f"{low + (high - low) * k / 4:.3g}", font=_font(20), fill=GREY)
    taken: list[float] = []
    for i, (label, line) in enumerate(lines.items()):
        path = [
            (120 + 740 * k / max(len(line) - 1, 1), 700 - 520 * (value - low) / (high - low))
            for k, value in enumerate(line)
        ]
        colour = SERIES[i % len(SERIES)]
        draw.line(path, fill=colour, width=6, joint="curve")
        for x, y in path:
            draw.ellipse((x - 7, y - 7, x + 7, y + 7), fill=colour)
        place = float(path[-1][1])
        while any(abs(place - other) < 34 for other in taken):
            place += 34
        taken.append(place)
        draw.text((882, place - 14), _plain(label), font=_font(22), fill=colour)


# Rooms and things ---------------------------------------------------------------------------------------------------


def scene(name: str, chance: random.Random) -> Image.Image:
    image = Image.new("RGB", (WIDE, HIGH), PAPER)
    SCENES[name](ImageDraw.Draw(image), chance)
    return image


def _jitter(chance: random.Random, colour: Colour, by: int = 14) -> Colour:
    shift = chance.randint(-by, by)
    return tuple(min(255, max(0, part + shift)) for part in colour)  # type: ignore[return-value]  # three stay three


def _room(draw: Draw, chance: random.Random, wall: Colour, floor: Colour, at: int = 560) -> None:
    draw.rectangle((0, 0, WIDE, at), fill=_jitter(chance, wall))
    draw.rectangle((0, at, WIDE, HIGH), fill=_jitter(chance, floor))
    draw.rectangle((0, at - 10, WIDE, at), fill=_jitter(chance, (210, 200, 184)))


def _window(draw: Draw, x: int, y: int, w: int = 190, h: int = 230) -> None:
    draw.rectangle((x - 10, y - 10, x + w + 10, y + h + 10), fill=(250, 247, 240))
    draw.rectangle((x, y, x + w, y + h), fill=(198, 220, 230))
    draw.polygon(
        [(x, y + h), (x, y + h - 70), (x + w // 2, y + h - 110), (x + w, y + h - 50), (x + w, y + h)],
        fill=(150, 168, 128),
    )
    draw.rectangle((x + w // 2 - 4, y, x + w // 2 + 4, y + h), fill=(250, 247, 240))
    draw.rectangle((x, y + h // 2 - 4, x + w, y + h // 2 + 4), fill=(250, 247, 240))


CLOTHES: tuple[Colour, ...] = (TEAL, RUST, OCHRE, PLUM, MOSS, SKY, (74, 88, 116), (190, 116, 100))
SKINS: tuple[Colour, ...] = ((238, 204, 176), (200, 150, 112), (150, 100, 70), (98, 62, 44), (226, 186, 150))
HAIRS: tuple[Colour, ...] = ((42, 34, 32), (92, 62, 42), (168, 150, 130), (196, 150, 86), (60, 44, 40))


def _person(
    draw: Draw, chance: random.Random, x: float, y: float, tall: float = 200, *, behind: bool = False
) -> None:
    """Somebody from afar, without a face: nobody is shown who might be somebody."""
    cloth, skin, hair = chance.choice(CLOTHES), chance.choice(SKINS), chance.choice(HAIRS)
    r = tall * 0.13
    draw.rounded_rectangle((x - r * 1.7, y - tall * 0.72, x + r * 1.7, y), r, fill=cloth)
    draw.rectangle((x - r * 0.4, y - tall * 0.8, x + r * 0.4, y - tall * 0.68), fill=skin)
    draw.ellipse((x - r, y - tall, x + r, y - tall + r * 2.2), fill=hair if behind else skin)
    if not behind:
        draw.pieslice((x - r * 1.06, y - tall - r * 0.1, x + r * 1.06, y - tall + r * 2), 175, 365, fill=hair)


def _scrawl(  # noqa: PLR0917 -- a stroke of the pen
    draw: Draw,
    chance: random.Random,
    x: float,
    y: float,
    w: float,
    colour: Colour,
    lines: int = 3,
) -> None:
    for row in range(lines):
        at, end, base = x, x + w * chance.uniform(0.55, 1), y + row * 34
        path = []
        while at < end:
            path.append((at, base + chance.uniform(-7, 7)))
            at += chance.uniform(6, 15)
        draw.line(path, fill=colour, width=4, joint="curve")


def _whiteboard(draw: Draw, chance: random.Random) -> None:
    _room(draw, chance, (226, 220, 208), (176, 152, 122), 640)
    draw.rectangle((120, 70, 1080, 560), fill=(190, 188, 184))
    draw.rectangle((136, 86, 1064, 544), fill=(252, 252, 250))
    draw.rectangle((136, 560, 1064, 578), fill=(170, 168, 164))
    for i, colour in enumerate((TEAL, RUST, INK, PLUM)):
        draw.rounded_rectangle((220 + i * 70, 556, 270 + i * 70, 566), 4, fill=colour)
    for column in range(2):
        for row in range(4):
            colour = chance.choice((TEAL, RUST, INK, PLUM, MOSS))
            _scrawl(draw, chance, 190 + column * 450, 136 + row * 100, 320, colour, 2)
    draw.line([(596, 110), (604, 320), (598, 520)], fill=GREY, width=4)
    for x, y in ((180, 130), (700, 330)):
        draw.ellipse((x - 26, y - 26, x + 320, y + 90), outline=RUST, width=4)


def _lecture(draw: Draw, chance: random.Random) -> None:
    _room(draw, chance, (214, 204, 188), (120, 92, 70), 470)
    draw.rectangle((150, 70, 1050, 400), fill=(92, 66, 46))
    draw.rectangle((166, 84, 1034, 386), fill=(46, 66, 58))
    for row in range(3):
        _scrawl(draw, chance, 210, 130 + row * 84, 700, (228, 232, 222), 2)
    draw.rectangle((140, 60, 1060, 410), outline=(255, 255, 255), width=6)
    draw.polygon([(880, 470), (980, 470), (968, 380), (892, 380)], fill=(132, 100, 70))
    _person(draw, chance, 800, 475, 220)
    for row in range(3):
        y = 600 + row * 90
        for k in range(8 + row):
            if chance.random() < 0.8:
                _person(draw, chance, 90 + k * (1080 / (7 + row)), y + 80, 130 + row * 30, behind=True)
        draw.rectangle((0, y + 60, WIDE, y + 84), fill=_jitter(chance, (150, 114, 80)))


def _ward(draw: Draw, chance: random.Random) -> None:
    _room(draw, chance, (212, 224, 222), (186, 194, 190), 540)
    for i in range(3):
        x = 80 + i * 270
        draw.polygon(
            [(x, 120), (x + 200, 120), (x + 190, 520), (x + 10, 520)],
            fill=_jitter(chance, (160, 192, 196), 18),
        )
        for k in range(5):
            draw.line((x + 20 + k * 40, 124, x + 24 + k * 38, 516), fill=(140, 172, 178), width=4)
        draw.rectangle((x - 20, 108, x + 220, 120), fill=(230, 230, 226))
    draw.rectangle((890, 300, 1090, 430), fill=(58, 62, 70))
    draw.rectangle((902, 312, 1078, 418), fill=(226, 238, 240))
    _scrawl(draw, chance, 920, 340, 120, TEAL, 2)
    draw.rectangle((970, 430, 1010, 660), fill=(120, 124, 130))
    draw.rectangle((880, 470, 1100, 492), fill=(198, 200, 202))
    for x in (900, 1080):
        draw.ellipse((x - 20, 660, x + 20, 700), fill=(60, 60, 64))
    _person(draw, chance, 790, 700, 330)
    _person(draw, chance, 640, 690, 320)


def _card(draw: Draw, chance: random.Random) -> None:
    _room(draw, chance, (186, 150, 112), (160, 124, 90), 790)
    for _speck in range(160):
        x, y = chance.uniform(0, WIDE), chance.uniform(0, HIGH)
        draw.ellipse((x, y, x + 5, y + 4), fill=_jitter(chance, (168, 132, 96)))
    cards = chance.choice([1, 4, 6])
    columns = 1 if cards == 1 else 2 if cards == 4 else 3
    w, h = (620, 560) if cards == 1 else (480, 310) if cards == 4 else (330, 300)
    for k in range(cards):
        x = (WIDE - columns * (w + 30)) / 2 + (k % columns) * (w + 30) + chance.uniform(-10, 10)
        y = 60 + (k // columns) * (h + 40) + chance.uniform(-8, 12)
        draw.polygon(
            [(x + 8, y + 12), (x + w + 8, y + 16), (x + w + 6, y + h + 12), (x + 6, y + h + 10)],
            fill=(128, 98, 70),
        )
        draw.polygon(
            [(x, y), (x + w, y + 4), (x + w - 2, y + h), (x - 2, y + h - 4)],
            fill=chance.choice([(252, 248, 238), (248, 240, 216), (236, 242, 240)]),
        )
        _scrawl(draw, chance, x + 40, y + 60, w - 90, INK, 2)
        _scrawl(
            draw, chance, x + 40, y + 150, w - 110, chance.choice((TEAL, RUST, PLUM)), max(1, int(h / 100))
        )
        draw.ellipse((x + w / 2 - 12, y + 8, x + w / 2 + 12, y + 32), fill=chance.choice((RUST, TEAL, OCHRE)))


def _button(draw: Draw, chance: random.Random) -> None:
    _room(draw, chance, (208, 198, 182), (112, 84, 62), 430)
    draw.rounded_rectangle((320, 260, 880, 740), 26, fill=(126, 94, 66))
    draw.rounded_rectangle((340, 280, 860, 720), 20, fill=(156, 120, 86))
    draw.ellipse((430, 330, 770, 670), fill=(70, 66, 66))
    draw.ellipse((450, 340, 750, 640), fill=(150, 36, 34))
    draw.ellipse((450, 326, 750, 622), fill=(204, 56, 48))
    draw.ellipse((510, 360, 640, 430), fill=(228, 112, 100))
    draw.rounded_rectangle((450, 684, 750, 712), 6, fill=PAPER)
    draw.text((520, 685), "PAUSE   SOS", font=_font(22), fill=INK)
    skin = chance.choice(SKINS)
    draw.polygon(
        [(1200, 640), (980, 560), (800, 500), (770, 530), (800, 560), (960, 660), (1200, 790)], fill=skin
    )


def _workshop(draw: Draw, chance: random.Random) -> None:
    draw.rectangle((0, 0, WIDE, 330), fill=_jitter(chance, (196, 216, 222)))
    draw.polygon(
        [(0, 330), (220, 220), (460, 300), (760, 190), (1200, 320), (1200, 400), (0, 400)],
        fill=(164, 150, 116),
    )
    draw.rectangle((0, 330, WIDE, HIGH), fill=_jitter(chance, (206, 184, 146)))
    for k in range(7):
        _person(draw, chance, 120 + k * 160 + chance.uniform(-20, 20), 520 + chance.uniform(-20, 10), 260)
    draw.polygon([(60, 520), (1140, 520), (1190, 680), (10, 680)], fill=(142, 104, 70))
    draw.polygon([(10, 680), (1190, 680), (1190, 704), (10, 704)], fill=(108, 78, 52))
    for k in range(13):
        x, y = 90 + (k % 7) * 155 + chance.uniform(-20, 20), 556 + (k // 7) * 66
        kind = chance.randrange(4)
        colour = chance.choice((TEAL, RUST, OCHRE, PLUM, PAPER, GREY))
        if kind == 0:
            draw.rectangle((x, y, x + 70, y + 40), fill=colour)
        elif kind == 1:
            draw.ellipse((x, y, x + 46, y + 42), fill=colour)
        elif kind == 2:
            draw.polygon([(x, y + 40), (x + 34, y), (x + 70, y + 40)], fill=colour)
        else:
            draw.rounded_rectangle((x, y, x + 90, y + 20), 8, fill=colour)
            draw.line((x + 90, y + 10, x + 120, y + 30), fill=INK, width=4)


def _library(draw: Draw, chance: random.Random) -> None:
    _room(draw, chance, (226, 212, 186), (150, 116, 84), 520)
    _window(draw, 120, 90)
    _window(draw, 880, 90)
    for shelf in range(3):
        y = 130 + shelf * 120
        x = 400.0
        while x < 800:
            w = chance.uniform(14, 36)
            tall = chance.uniform(60, 94)
            draw.rectangle(
                (x, y + 94 - tall, x + w - 2, y + 94), fill=_jitter(chance, chance.choice(CLOTHES), 30)
            )
            x += w
        draw.rectangle((390, y + 94, 820, y + 106), fill=(120, 88, 60))
    for k in range(6):
        _person(draw, chance, 160 + k * 180, 640, 240)
    draw.polygon([(120, 620), (1080, 620), (1130, 720), (70, 720)], fill=(170, 128, 88))
    draw.polygon([(530, 560), (680, 560), (690, 640), (520, 640)], fill=(206, 176, 136))
    draw.polygon([(520, 560), (690, 560), (680, 540), (536, 540)], fill=(188, 156, 116))
    draw.line((660, 545, 676, 470), fill=INK, width=5)
    for k in range(6):
        draw.rounded_rectangle((180 + k * 150, 650, 220 + k * 150, 704), 6, fill=(44, 46, 52))


def _laboratory(draw: Draw, chance: random.Random) -> None:
    _room(draw, chance, (216, 222, 218), (150, 148, 140), 600)
    draw.rectangle((820, 80, 1080, 600), fill=(168, 176, 172))
    draw.rectangle((850, 120, 1050, 300), fill=(204, 224, 226))
    draw.rectangle((0, 560, 780, 600), fill=(92, 88, 84))
    for k in range(9):
        x = 60 + k * 82
        draw.ellipse((x + 22, 96, x + 34, 108), fill=(120, 100, 70))
        draw.polygon([(x, 112), (x + 66, 108), (x + 68, 206), (x + 2, 210)], fill=(250, 244, 228))
        _scrawl(draw, chance, x + 10, 136, 48, INK, 2)
    for k in range(5):
        x = 80 + k * 140
        colour = chance.choice((RUST, OCHRE, SKY, PLUM, MOSS))
        draw.polygon(
            [(x + 30, 380), (x + 50, 380), (x + 50, 450), (x + 86, 556), (x - 6, 556), (x + 30, 450)],
            fill=(230, 238, 240),
        )
        draw.polygon([(x + 14, 500), (x + 66, 500), (x + 86, 556), (x - 6, 556)], fill=colour)


def _board(draw: Draw, chance: random.Random) -> None:
    draw.rectangle((0, 0, WIDE, HIGH), fill=(112, 108, 102))
    draw.rectangle((120, 60, 860, 740), fill=(206, 204, 198))
    for row in range(4):
        for column in range(8):
            x, y = 160 + column * 84, 110 + row * 150
            draw.rectangle((x, y, x + 60, y + 84), fill=(58, 92, 132))
            draw.ellipse(
                (x + 22, y + 10, x + 38, y + 26), fill=chance.choice(((110, 200, 120), (70, 70, 74)))
            )
            draw.line(
                (x + 30, y + 84, x + 30 + chance.randint(-20, 20), y + 140),
                fill=chance.choice((RUST, (60, 120, 70), INK, OCHRE)),
                width=5,
            )
    draw.rounded_rectangle((900, 220, 1140, 560), 18, fill=(36, 38, 42))
    draw.rectangle((916, 240, 1124, 540), fill=(230, 238, 240))
    for k in range(4):
        draw.rounded_rectangle(
            (934, 262 + k * 66, 1106, 308 + k * 66), 8, fill=RUST if k == 1 else (198, 208, 210)
        )
    draw.rounded_rectangle((180, 690, 250, 740), 8, fill=(200, 50, 44))
    draw.polygon([(270, 690), (380, 696), (376, 740), (268, 736)], fill=(248, 240, 220))


def _wall(draw: Draw, chance: random.Random) -> None:
    _room(draw, chance, (232, 226, 214), (150, 128, 104), 700)
    for week in range(30):
        x = 60 + week * 36
        draw.line((x, 80, x, 660), fill=(214, 206, 192), width=2)
    for row, (count, colour) in enumerate(((31, RUST), (19, TEAL))):
        for _k in range(count):
            x, y = 48 + chance.randrange(30) * 36, 110 + row * 300 + chance.randrange(5) * 44
            draw.rectangle((x, y, x + 30, y + 34), fill=_jitter(chance, colour, 18))
    for _k in range(9):
        x = 60 + chance.randrange(24) * 36
        draw.line([(x, 430), (x + 90, 600), (x + 170, 470)], fill=OCHRE, width=4, joint="curve")
    _person(draw, chance, 1000, 790, 420, behind=True)
    _person(draw, chance, 860, 790, 400, behind=True)


def _field(draw: Draw, chance: random.Random) -> None:
    draw.rectangle((0, 0, WIDE, 360), fill=(200, 220, 230))
    draw.ellipse((930, 60, 1020, 150), fill=(250, 238, 200))
    draw.polygon(
        [(0, 380), (240, 180), (470, 330), (640, 240), (900, 130), (1200, 330), (1200, 420), (0, 420)],
        fill=(196, 158, 112),
    )
    draw.rectangle((0, 400, WIDE, HIGH), fill=(220, 190, 142))
    draw.polygon([(420, 400), (560, 400), (860, 800), (240, 800)], fill=(234, 212, 170))
    for k in range(18):
        x = 250 + k * 36
        draw.rounded_rectangle(
            (x, 560 + (k % 2) * 6, x + 40, 610), 8, fill=_jitter(chance, (158, 136, 108), 22)
        )
        draw.rounded_rectangle((x + 14, 520, x + 52, 566), 8, fill=_jitter(chance, (168, 146, 116), 22))
    draw.rectangle((110, 330, 300, 440), fill=(238, 230, 212))
    draw.rectangle((130, 360, 170, 400), fill=(110, 134, 150))
    draw.rectangle((220, 360, 260, 440), fill=(120, 90, 64))
    for k in range(7):
        _person(draw, chance, 760 + k * 58, 560 + (k % 3) * 30, 190)
    draw.polygon([(880, 500), (990, 490), (996, 550), (886, 560)], fill=PAPER)


def _objects(draw: Draw, chance: random.Random) -> None:
    draw.rectangle((0, 0, WIDE, HIGH), fill=(132, 100, 72))
    for k in range(12):
        x, y = 70 + (k % 4) * 280, 50 + (k // 4) * 245
        draw.rectangle((x, y, x + 230, y + 205), fill=(206, 184, 150))
        draw.rectangle((x + 14, y + 14, x + 216, y + 191), fill=(240, 232, 214))
        colour = _jitter(chance, chance.choice((RUST, GREY, (88, 84, 80), OCHRE, MOSS)), 20)
        kind = k % 4
        if kind == 0:
            draw.pieslice((x + 50, y + 40, x + 190, y + 180), 180, 360, fill=colour)
            draw.pieslice((x + 78, y + 68, x + 162, y + 152), 180, 360, fill=(240, 232, 214))
        elif kind == 1:
            draw.line((x + 60, y + 150, x + 170, y + 60), fill=colour, width=12)
        elif kind == 2:
            draw.ellipse((x + 76, y + 60, x + 150, y + 140), fill=colour)
            draw.rectangle((x + 98, y + 44, x + 128, y + 70), fill=colour)
        else:
            draw.polygon(
                [(x + 60, y + 140), (x + 100, y + 60), (x + 176, y + 90), (x + 150, y + 156)], fill=colour
            )


def _kitchen(draw: Draw, chance: random.Random) -> None:
    _room(draw, chance, (216, 214, 208), (178, 180, 182), 430)
    draw.rectangle((0, 430, WIDE, 470), fill=(206, 208, 210))
    for k in range(7):
        x = 80 + k * 160
        draw.line((x, 60, x, 130), fill=GREY, width=4)
        draw.pieslice((x - 46, 100, x + 46, 200), 0, 180, fill=_jitter(chance, (120, 112, 106), 20))
    for k in range(2):
        x = 260 + k * 390
        draw.polygon([(x, 520), (x + 270, 500), (x + 290, 680), (x + 14, 700)], fill=(36, 36, 40))
        draw.polygon([(x + 18, 532), (x + 256, 516), (x + 272, 668), (x + 30, 684)], fill=(86, 96, 104))
        centre = (x + 140, 590)
        for _crack in range(7):
            a = chance.uniform(0, math.tau)
            draw.line(
                [centre, (centre[0] + math.cos(a) * 120, centre[1] + math.sin(a) * 76)],
                fill=(198, 204, 208),
                width=2,
            )
    draw.ellipse((930, 560, 1130, 700), fill=(236, 232, 224))
    draw.ellipse((960, 580, 1100, 670), fill=OCHRE)
    draw.rounded_rectangle((80, 560, 180, 690), 18, fill=RUST)


def _studio(draw: Draw, chance: random.Random) -> None:
    _room(draw, chance, (60, 58, 76), (44, 42, 52), 560)
    for k in range(5):
        x = 60 + k * 226
        _person(draw, chance, x + 96, 700, 300, behind=True)
        draw.rectangle((x, 330, x + 190, 450), fill=(20, 20, 26))
        draw.rectangle(
            (x + 10, 340, x + 180, 440), fill=_jitter(chance, chance.choice((TEAL, PLUM, SKY)), 40)
        )
    draw.rectangle((0, 640, WIDE, 700), fill=(84, 76, 84))


def _night(draw: Draw, chance: random.Random) -> None:
    for row in range(HIGH):
        draw.line((0, row, WIDE, row), fill=(12 + row // 40, 18 + row // 30, 44 + row // 14))
    for _star in range(900):
        x, y, r = (
            chance.uniform(0, WIDE),
            chance.uniform(0, 560),
            chance.choice((0.6, 0.8, 1, 1.4, 2.2)),
        )
        draw.ellipse((x - r, y - r, x + r, y + r), fill=(244, 240, 226))
    draw.polygon([(0, 640), (300, 520), (700, 590), (1200, 480), (1200, 800), (0, 800)], fill=(14, 18, 26))
    for k in range(5):
        x, y = 180.0 + k * 190, 660 - 24 * math.sin(k)
        draw.polygon([(x, y), (x + 70, y - 80), (x + 150, y)], fill=(40, 44, 58))
        draw.polygon([(x + 62, y), (x + 70, y - 60), (x + 88, y)], fill=(22, 24, 34))


def _boat(draw: Draw, chance: random.Random) -> None:
    for row in range(430):
        sky = (236 - row // 8, 196 - row // 12 + row // 10, 168 + row // 12)
        draw.line((0, row, WIDE, row), fill=sky)
    draw.rectangle((0, 300, WIDE, 440), fill=(96, 128, 146))
    for _wave in range(60):
        x, y = chance.uniform(0, WIDE), chance.uniform(306, 430)
        draw.line((x, y, x + 50, y), fill=(150, 172, 180), width=3)
    wood: Colour = (96, 66, 46)
    draw.rectangle((0, 0, WIDE, 60), fill=wood)
    for x in (0, 380, 790, 1140):
        draw.rectangle((x, 0, x + 60, 470), fill=wood)
    draw.rectangle((0, 440, WIDE, HIGH), fill=(74, 50, 36))
    draw.ellipse((470, 470, 730, 600), fill=(40, 40, 44))
    draw.ellipse((500, 482, 700, 580), fill=(236, 232, 216))
    draw.polygon([(600, 494), (612, 531), (600, 568), (588, 531)], fill=RUST)
    draw.rounded_rectangle((770, 462, 850, 612), 10, fill=(30, 32, 36))
    draw.rectangle((780, 474, 840, 596), fill=(214, 232, 236))
    draw.arc((120, 520, 420, 820), 180, 360, fill=(150, 108, 70), width=26)


def _forest(draw: Draw, chance: random.Random) -> None:
    draw.rectangle((0, 0, WIDE, HIGH), fill=(218, 226, 230))
    for k in range(26):
        x = chance.uniform(-40, WIDE)
        w = 10 + k * 1.8
        draw.rectangle(
            (x, 0, x + w, 600 + k * 6),
            fill=_jitter(chance, (88 + 2 * (26 - k), 74 + 2 * (26 - k), 62 + 2 * (26 - k))),
        )
        for step in range(5):
            y = 60 + step * 90
            draw.polygon(
                [(x + w / 2, y - 60), (x - 60 - k, y + 40), (x + w + 60 + k, y + 40)],
                fill=_jitter(chance, (86, 108, 92), 16),
            )
    draw.rectangle((0, 640, WIDE, HIGH), fill=(244, 246, 248))
    _person(draw, chance, 420, 740, 330)
    _person(draw, chance, 620, 750, 310)


def _captions(draw: Draw, chance: random.Random) -> None:
    _room(draw, chance, (198, 206, 206), (136, 112, 90), 600)
    _window(draw, 80, 100)
    _person(draw, chance, 470, 760, 560)
    _person(draw, chance, 780, 760, 540)
    draw.rounded_rectangle((180, 690, 1020, 770), 10, fill=(18, 18, 20))
    draw.text((214, 704), "Abair an uimhir.", font=_font(28), fill=(250, 248, 240))
    draw.text((214, 736), "Say the number.", font=_font(24), fill=(230, 214, 160))


SCENES: dict[str, Callable[[Draw, random.Random], None]] = {
    "whiteboard": _whiteboard,
    "lecture": _lecture,
    "ward": _ward,
    "card": _card,
    "button": _button,
    "workshop": _workshop,
    "library": _library,
    "laboratory": _laboratory,
    "board": _board,
    "wall": _wall,
    "field": _field,
    "objects": _objects,
    "kitchen": _kitchen,
    "studio": _studio,
    "night": _night,
    "boat": _boat,
    "forest": _forest,
    "captions": _captions,
}

# What was on a screen -----------------------------------------------------------------------------------------------


def _algebra(draw: Draw, _chance: random.Random) -> None:
    draw.text((100, 140), "Differentiate with respect to x", font=_font(30), fill=INK)
    draw.text((140, 200), "f(x) = (3x + 1) sin(2x)", font=_font(40), fill=TEAL)
    draw.rounded_rectangle((100, 290, 1100, 370), 10, outline=TEAL, width=3)
    draw.text((124, 306), "3*sin(2x) + (3x+1)*2*cos(2x", font=_font(38), fill=INK)
    draw.rounded_rectangle((100, 400, 1100, 600), 10, fill=(244, 240, 230))
    draw.text((124, 416), "Your answer, as we read it", font=_font(22), fill=GREY)
    draw.text((150, 480), "3 sin 2x + 2 (3x + 1) cos", font=_font(46), fill=INK)
    draw.text((716, 480), "( 2x", font=_font(46), fill=RUST)
    draw.text((124, 560), "One bracket is still open.", font=_font(24), fill=RUST)
    draw.rounded_rectangle((100, 640, 300, 706), 10, fill=TEAL)
    draw.text((150, 656), "Check", font=_font(30), fill=PAPER)


def _heatmap(draw: Draw, chance: random.Random) -> None:
    shades = ((38, 102, 104), (140, 184, 178), (228, 220, 200))
    names = ("Fractions", "Powers", "Logarithms", "Lines", "Angles", "Units")
    for row, name in enumerate(names):
        y = 140 + row * 96
        draw.text((90, y + 24), name, font=_font(26), fill=INK)
        for column in range(75):
            weight = (6, 4, 1) if row == 0 else (1, 3, 6) if row == 2 else (3, 4, 2)
            colour = chance.choices(shades, weight)[0]
            x = 260 + column * 11
            draw.rectangle((x, y, x + 9, y + 70), fill=colour)


def _message(draw: Draw, _chance: random.Random) -> None:
    rows = (
        ("Ward 7, this month", 34, INK),
        ("Kildare, T.      ends 14 March      with Sr. Tyler", 26, INK),
        ("Bartram, J.      ends 21 March      with Nurse Lee", 26, INK),
        ("Ratched, M.     ends 28 March      NOBODY ALLOCATED", 26, RUST),
        ("Hawkeye, P.     ends 2 April          NOBODY ALLOCATED", 26, RUST),
        ("Reply to this message with a name, and it is done.", 24, GREY),
    )
    for i, (text, size, colour) in enumerate(rows):
        draw.text((110, 150 + i * 84), text, font=_font(size), fill=colour)
        draw.line((100, 212 + i * 84, 1100, 212 + i * 84), fill=(230, 224, 212), width=2)


def _intonation(draw: Draw, _chance: random.Random) -> None:
    for row, (name, colour, rise) in enumerate((("mine", TEAL, 1), ("yours", RUST, -1))):
        y = 270 + row * 280
        draw.line((110, y + 90, 1090, y + 90), fill=(226, 220, 208), width=2)
        path = [
            (
                140 + k * 18,
                y
                + 20 * math.sin(k / 4)
                - rise * (max(0, k - 34) ** 1.6) * 0.9
                + (0 if rise > 0 else k * 0.7),
            )
            for k in range(51)
        ]
        draw.line(path, fill=colour, width=8, joint="curve")
        draw.text((100, y - 110), name, font=_font(28), fill=colour)
    for k, word in enumerate(("Kommst", "du", "mor-", "gen?")):
        draw.text((180 + k * 230, 690), word, font=_font(32), fill=INK)


def _dashboard(draw: Draw, chance: random.Random) -> None:
    for row in range(6):
        y = 140 + row * 100
        value = chance.choice((5, 10, 15, 25, 40))
        _scrawl(draw, chance, 110, y + 30, 260, INK, 1)
        draw.rounded_rectangle((430, y + 10, 430 + value * 12, y + 52), 6, fill=TEAL)
        draw.text((450 + value * 12, y + 14), str(value), font=_font(28), fill=INK)


def _player(draw: Draw, chance: random.Random) -> None:
    draw.rectangle((80, 130, 760, 580), fill=(206, 196, 176))
    _person(draw, chance, 300, 560, 320)
    _person(draw, chance, 520, 560, 300)
    for k in range(6):
        draw.rectangle((350 + k * 30, 530, 374 + k * 30, 556), fill=chance.choice(CLOTHES))
    draw.rectangle((80, 590, 760, 602), fill=(220, 214, 204))
    draw.rectangle((80, 590, 330, 602), fill=RUST)
    for k, second in enumerate(("0:08", "0:14", "0:31")):
        y = 140 + k * 170
        draw.rounded_rectangle((800, y, 1120, y + 140), 12, fill=(244, 240, 230))
        draw.text((820, y + 12), second, font=_font(24), fill=TEAL)
        _scrawl(draw, chance, 820, y + 66, 260, INK, 2)
    draw.ellipse((310, 582, 334, 610), fill=RUST)


def _form(draw: Draw, chance: random.Random) -> None:
    for column in range(3):
        x = 90 + column * 350
        draw.rounded_rectangle((x, 130, x + 310, 720), 14, fill=(246, 242, 232))
        draw.rounded_rectangle((x + 20, 150, x + 290, 196), 8, fill=(TEAL, OCHRE, RUST)[column])
        for row in range(9 - column * 3):
            _scrawl(draw, chance, x + 30, 236 + row * 50, 230, GREY, 1)
        if column == 2:
            draw.text((x + 26, 560), "You can stop here\ntonight.", font=_font(28), fill=INK)


def _map(draw: Draw, chance: random.Random) -> None:
    for side, turns in ((0, 60), (1, 14)):
        x = 90 + side * 530
        draw.rectangle((x, 130, x + 490, 720), outline=INK, width=4)
        for k in range(4):
            draw.rectangle((x + 40 + k * 112, 160, x + 120 + k * 112, 220), fill=(220, 214, 202))
            draw.rectangle((x + 40 + k * 112, 620, x + 120 + k * 112, 690), fill=(220, 214, 202))
        at, path = (x + 240.0, 420.0), []
        for _step in range(turns):
            at = (
                (chance.uniform(x + 50, x + 440), chance.uniform(240, 610))
                if side == 0
                else (
                    x + 200 + 120 * math.cos(_step),
                    420 + 80 * math.sin(_step * 2),
                )
            )
            path.append(at)
        draw.line(path, fill=RUST if side == 0 else TEAL, width=4, joint="curve")


SCREENS: dict[str, Callable[[Draw, random.Random], None]] = {
    "algebra": _algebra,
    "heatmap": _heatmap,
    "message": _message,
    "intonation": _intonation,
    "dashboard": _dashboard,
    "player": _player,
    "form": _form,
    "map": _map,
}

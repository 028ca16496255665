"""How wide words are in the house's type, for drawings that are laid out on the server; and those words as outlines."""

import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

_FONTS = Path(__file__).parent / "static" / "design" / "fonts"
_SCRIPTS = ("latin", "latin-ext", "greek", "cyrillic", "vietnamese")
_WIDE, _NARROW = (
    1.0,
    0.58,
)  # of letters that the house has no type for: a little too wide rather than too narrow


@cache
def _font(script: str) -> TTFont:
    return TTFont(_FONTS / f"source-sans-3-{script}-wght-normal.woff2")


@cache
def _widths(script: str, weight: int) -> tuple[dict[int, str], Any, float]:
    font = _font(script)
    return font.getBestCmap(), font.getGlyphSet(location={"wght": weight}), 1 / font["head"].unitsPerEm


@lru_cache(maxsize=4096)
def _of_letter(letter: str, weight: int) -> float:
    if unicodedata.combining(letter):
        return 0.0
    for script in _SCRIPTS:
        known, glyphs, scale = _widths(script, weight)
        name = known.get(ord(letter))
        if name is not None:
            return float(glyphs[name].width * scale)
    return _WIDE if unicodedata.east_asian_width(letter) in {"W", "F"} else _NARROW


def width(text: str, *, size: float, weight: int = 400) -> float:
    """In the sans of screens, without kerning."""
    return size * sum(_of_letter(letter, weight) for letter in text)


def broken(text: str, *, most: float, lines: int, size: float, weight: int = 400) -> list[str]:
    """The words over so many lines, none wider than ``most``; what does not fit ends with an ellipsis."""
    words = text.split()
    found: list[str] = []
    while words and len(found) < lines:
        line = words.pop(0)
        while words and width(f"{line} {words[0]}", size=size, weight=weight) <= most:
            line = f"{line} {words.pop(0)}"
        is_last = len(found) == lines - 1
        if is_last and words:
            line = _cut(f"{line} {words[0]}", most=most, size=size, weight=weight)
        elif width(line, size=size, weight=weight) > most:
            kept = _fitting(line, most=most, size=size, weight=weight)
            if is_last:
                line = _cut(line, most=most, size=size, weight=weight)
            else:
                line, rest = line[:kept], line[kept:]
                words.insert(0, rest)
        found.append(line)
    return found or [""]


def _cut(text: str, *, most: float, size: float, weight: int) -> str:
    room = most - width("…", size=size, weight=weight)
    return text[: _fitting(text, most=room, size=size, weight=weight)].rstrip(" ,.;:–-") + "…"


def _fitting(text: str, *, most: float, size: float, weight: int) -> int:
    """How many letters there is room for; one at least."""
    total = 0.0
    for place, letter in enumerate(text):
        total += size * _of_letter(letter, weight)
        if total > most:
            return max(1, place)
    return len(text)


def outline(text: str, *, x: float, y: float, size: float, weight: int = 400) -> str | None:
    """The words as the outline of an SVG path, beginning at ``x`` on the line ``y``: they look the same wherever they are
    drawn. None where the house has no type for a letter, or its script would have to be shaped.
    """
    commands: list[str] = []
    for letter in text:
        script = next((each for each in _SCRIPTS if ord(letter) in _widths(each, weight)[0]), None)
        if script is None:
            return None
        known, glyphs, scale = _widths(script, weight)
        glyph = glyphs[known[ord(letter)]]
        pen = SVGPathPen(glyphs, ntos=_short)
        glyph.draw(TransformPen(pen, (scale * size, 0, 0, -scale * size, x, y)))
        commands.append(pen.getCommands())
        x += glyph.width * scale * size
    return "".join(commands)


def _short(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")

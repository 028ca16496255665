"""The drawing of an ecology as a file that stands alone: SVG, and PNG made of it."""

import re
from functools import lru_cache

import resvg_py
from markupsafe import Markup

from collegium.design import lettering
from collegium.design.documents import static_file

_COLOUR = re.compile(r"--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
_NAME = re.compile(r"var\(--([a-z0-9-]+)\)")
_COMMENT = re.compile(r"/\*.*?\*/\s*", re.DOTALL)
_SANS = '"Source Sans 3", "Noto Sans", "Noto Sans Arabic", "Segoe UI", Tahoma, sans-serif'
_ZOOM = 2.0
# Size and weight of each kind of words, as ``drawing.css`` has them.
FACES = {
    "eco-caption": (13.0, 600),
    "eco-title": (15.0, 600),
    "eco-words": (13.5, 400),
    "eco-label": (13.5, 600),
    "eco-name": (20.0, 600),
    "eco-time": (13.5, 400),
}


@lru_cache(maxsize=1)
def colours() -> dict[str, tuple[str, str]]:
    """Each token with its value by day and by night."""
    return {
        name: (day, night) for name, day, night in _COLOUR.findall(static_file("design/tokens.css").decode())
    }


@lru_cache(maxsize=2)
def style(*, at_night: bool = False) -> Markup:
    """The drawing's own style sheet with every name replaced by what it stands for."""

    def value(found: re.Match[str]) -> str:
        return _SANS if found[1] == "sans" else colours()[found[1]][at_night]

    sheet = _COMMENT.sub("", static_file("ecology/drawing.css").decode())
    return Markup(_NAME.sub(value, sheet))  # noqa: S704  two style sheets of ours


def text(words: str, x: float, y: float, kind: str, anchor: str = "start") -> Markup:
    """Words that can be read, found and copied."""
    return Markup('<text class="{}" x="{}" y="{}" text-anchor="{}">{}</text>').format(
        kind, x, y, anchor, words
    )


def outlined(words: str, x: float, y: float, kind: str, anchor: str = "start") -> Markup:
    """Words as outlines, where no type of the house is at hand; in a script that it has none for, as what is there."""
    size, weight = FACES[kind]
    width = lettering.width(words, size=size, weight=weight)
    begin = x - width / 2 if anchor == "middle" else x - width if anchor == "end" else x
    path = lettering.outline(words, x=begin, y=y, size=size, weight=weight)
    if path is None:
        return text(words, x, y, kind, anchor)
    return Markup('<path class="{}" d="{}"/>').format(kind, path)


def png(svg: str) -> bytes:
    """Of a drawing whose words are outlines, twice as large, on paper."""
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=_ZOOM, background=colours()["paper"][0]))

"""The icon set: Lucide (ISC licence beside the files), only those that some page uses.

To add one, put its SVG file here from `lucide-static`; its name is the file's name.
"""

from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree as ET

from markupsafe import Markup, escape

FOLDER = Path(__file__).parent
# In the element itself, so that it is drawn alike where no style sheet of ours reaches: on paper, in a file sent on.
STROKE = (
    'fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"'
)
SVG = "{http://www.w3.org/2000/svg}"


@lru_cache(maxsize=512)
def icon(name: str, label: str | None = None, size: int = 20) -> Markup:
    """Inline SVG. Without a label it is decoration, and a screen reader passes over it."""
    shown = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return Markup(  # noqa: S704  the drawing is ours, and the label is escaped
        f'<svg class="icon" width="{size}" height="{size}" viewBox="0 0 24 24" {STROKE} {shown}>{drawing(name)}</svg>'
    )


def glyph(name: str, size: int = 20) -> Markup:
    """An icon as decoration: in macros, whose own parameter is often called `icon`."""
    return icon(name, None, size)


@lru_cache(maxsize=512)
def drawing(name: str) -> str:
    """The shapes inside the SVG element; the colour is that of the text around it."""
    path = FOLDER / f"{name}.svg"
    if not path.is_file():
        raise LookupError(f"There is no icon “{name}” in {FOLDER}; names are those of Lucide.")
    root = ET.parse(path).getroot()  # noqa: S314  our own file
    return "".join(
        f"<{shape.tag.removeprefix(SVG)} "
        + " ".join(f'{key}="{escape(value)}"' for key, value in shape.attrib.items())
        + "/>"
        for shape in root
    )


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.svg"))

"""What the style sheets promise: contrast in both themes, layers, and directions that turn."""

import re
from pathlib import Path

import pytest

from collegium.design import gallery

STATIC = Path(gallery.TOKENS).parent
SHEETS = ["tokens.css", "base.css", "layout.css", "components.css", "print.css", "gallery.css"]
THEMES = {"light": 0, "dark": 1}
SURFACES = ["paper", "sheet", "tray"]
WASHED = ["description", "evidence", "reflection", "impact", "good", "warn", "bad", "info"]

TEXT_PAIRS = [
    *[
        (text, surface)
        for text in ("ink", "ink-soft", "ink-faint", "accent", "accent-deep")
        for surface in SURFACES
    ],
    *[(text, surface) for text in WASHED for surface in SURFACES],
    *[(tone, f"{tone}-wash") for tone in WASHED],
    *[("ink", f"{tone}-wash") for tone in WASHED],
    *[("ink-soft", f"{tone}-wash") for tone in WASHED],
    *[("accent", f"{tone}-wash") for tone in ("warn", "bad", "good", "info")],
    *[("face", f"face-{number}") for number in range(1, 9)],
    ("paper", "ink"),
    *[("sheet", mark) for mark in ("description", "evidence", "reflection", "impact")],
    ("on-accent", "accent"),
    ("on-accent", "accent-deep"),
    ("on-cloth", "cloth"),
    ("on-cloth", "cloth-deep"),
    ("accent", "accent-wash"),
    ("ink", "accent-wash"),
    ("ink-soft", "accent-wash"),
    ("ink", "selection"),
    ("accent", "on-accent"),
]
# Borders of controls, focus rings, marks that carry meaning: 3 to 1 (WCAG 1.4.11).
SHAPE_PAIRS = [
    *[("edge", surface) for surface in SURFACES],
    *[("focus", surface) for surface in SURFACES],
    *[("accent", surface) for surface in (*SURFACES, "hairline")],
    *[("cloth", surface) for surface in ("paper", "sheet")],
    *[(tone, "hairline") for tone in ("good", "warn", "description", "evidence", "reflection", "impact")],
]


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_computed_as_the_standard_says():
    assert contrast("#000000", "#ffffff") == 21
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("floor", "pairs"), [(4.5, TEXT_PAIRS), (3.0, SHAPE_PAIRS)], ids=["text", "shapes"])
def test_every_pair_that_meets_has_contrast(theme, floor, pairs):
    colours = gallery.colours()
    found = {
        (one, other): round(contrast(colours[one][THEMES[theme]], colours[other][THEMES[theme]]), 2)
        for one, other in pairs
    }
    assert {pair: ratio for pair, ratio in found.items() if ratio < floor} == {}


def test_documents_have_the_colours_of_the_pages():
    sheet = (STATIC / "document.css").read_text()
    light, dark = sheet.split("@media screen and (prefers-color-scheme: dark)")
    dark = dark.split("@media print")[0]
    for at, part in ((0, light), (1, dark)):
        plain = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", part))
        assert plain == {name: gallery.colours()[name][at] for name in plain}
        assert "reflection" in plain


@pytest.mark.parametrize("sheet", SHEETS)
def test_every_rule_is_in_a_layer(sheet):
    """A rule outside all layers would beat all that are inside one."""
    text = re.sub(r"/\*.*?\*/", "", (STATIC / sheet).read_text(), flags=re.DOTALL)
    depth, outside = 0, ""
    for letter in text:
        depth += {"{": 1, "}": -1}.get(letter, 0)
        outside += ";" if letter == "}" else letter if depth == 0 else ""
    statements = {each.split()[0] for each in outside.split(";") if each.strip()}
    assert statements <= {"@layer", "@font-face"}


@pytest.mark.parametrize("sheet", SHEETS)
def test_directions_follow_the_script(sheet):
    """Logical properties only, so that Arabic is laid out from the right without a second sheet."""
    physical = r"(?:margin|padding|border)-(?:left|right|top|bottom)|(?<![\w-])(?:left|right|top|bottom|width|height):|text-align: (?:left|right)"
    text = re.sub(r"/\*.*?\*/|@media[^{]*|@container[^{]*", "", (STATIC / sheet).read_text(), flags=re.DOTALL)
    assert re.findall(physical, text) == []


def test_type_keeps_its_licence():
    fonts = STATIC / "fonts"
    families = {path.name.split("-latin")[0] for path in fonts.glob("*-latin-*.woff2")}
    assert families == {"source-serif-4", "source-sans-3"}
    for family in families:
        assert "SIL Open Font License" in (fonts / f"{family}.LICENSE.txt").read_text()


def test_every_file_that_a_sheet_names_is_there():
    for sheet in (*SHEETS, "document.css"):
        for name in re.findall(r'url\("([^"]+)"\)', (STATIC / sheet).read_text()):
            assert (STATIC / name).is_file(), name

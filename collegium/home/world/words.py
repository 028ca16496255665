"""What is written in ``data``, read once, and its shorthand turned into the HTML that the editor makes.

In a text a blank line parts paragraphs; a block that begins with ``<`` is HTML as it stands; ``[[key]]`` on a line of its
own shows a piece of evidence; ``{P1|words}`` marks words with a principle.
"""

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

DATA = Path(__file__).parent / "data"

_FIGURE = re.compile(r"\[\[([a-z0-9-]+)\]\]")
_MARK = re.compile(r"\{([A-Z]\d)\|([^{}]*)\}")
Plain = Mapping[str, Any]


@functools.cache
def read(name: str) -> Any:
    """A file of ``data``, by its name without the ending."""
    return YAML(typ="safe").load(DATA / f"{name}.yaml")


@functools.cache
def portfolios() -> dict[str, Plain]:
    """What each person wrote, by the person's key."""
    found: dict[str, Plain] = {}
    for path in sorted((DATA / "portfolios").glob("*.yaml")):
        content = read(f"portfolios/{path.stem}")
        for portfolio in content if isinstance(content, list) else [content]:
            found[portfolio["person"]] = portfolio
    return found


def owner_of(key: str, piece: Plain) -> str:
    """Whose evidence it is: who is named, or whose key its own begins with."""
    return str(piece.get("owner") or key.partition("-")[0])


def parts(section: Plain) -> Iterator[tuple[str, str]]:
    """The components of a section and their texts, in the order of writing."""
    for name in ("text", "description", "evidence", "reflection", "impact"):
        if section.get(name):
            yield name, str(section[name])


def shown_in(section: Plain) -> list[str]:
    """The keys of the evidence that a section shows, in order."""
    found = [key for _name, text in parts(section) for key in _FIGURE.findall(text)]
    return list(dict.fromkeys(found))


def html(text: str, number_of: Callable[[str], int]) -> str:
    """``number_of`` gives the number of a piece of evidence by its key."""
    blocks = []
    for block in re.split(r"\n\s*\n", text.strip()):
        block = block.strip()  # noqa: PLW2901 -- the same block, without its margins
        if figure := _FIGURE.fullmatch(block):
            blocks.append(f'<figure data-evidence="{number_of(figure[1])}"></figure>')
        elif block.startswith("<"):
            blocks.append(block)
        else:
            words = escape(" ".join(block.split()), quote=False)
            marked = _MARK.sub(r'<span class="principle" data-principle="\1">\2</span>', words)
            blocks.append(f"<p>{marked}</p>")
    return "".join(blocks)


def post(text: str) -> str:
    """What is said in a conversation: a block that begins with ``>`` quotes, lines that begin with ``-`` are a list."""
    blocks = []
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = [line.strip() for line in block.strip().splitlines()]
        if lines[0].startswith("<"):
            blocks.append(" ".join(lines))
        elif lines[0].startswith(">"):
            said = escape(" ".join(line.lstrip("> ") for line in lines), quote=False)
            blocks.append(f"<blockquote><p>{said}</p></blockquote>")
        elif all(line.startswith("- ") for line in lines):
            blocks.append(
                "<ul>" + "".join(f"<li>{escape(line[2:], quote=False)}</li>" for line in lines) + "</ul>"
            )
        else:
            blocks.append(f"<p>{escape(' '.join(lines), quote=False)}</p>")
    return "".join(blocks)

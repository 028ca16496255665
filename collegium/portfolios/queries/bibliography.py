"""What a portfolio refers to: links in its words and among its evidence, described as well as libraries and the river know them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from collegium.ecology import citations, describing, films, known
from collegium.ecology.csl import shape
from collegium.ecology.csl.shape import Csl, Reference
from collegium.ecology.identity import address_key
from collegium.ecology.models import Item, Resource
from collegium.ecology.queries import library
from collegium.ecology.queries.links import Link, of_html
from collegium.people.models import Person
from collegium.portfolios.models import Portfolio

_EMBEDDED = re.compile(r'<figure data-evidence="(\d+)"')
_HERE = re.compile(r"^/(?P<what>resources|items)/(?P<number>\d{1,12})/?$")
_ADDRESS = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:)\]]")


@dataclass(frozen=True)
class Work:
    """``sections``: the names of those that refer to it. ``resource``: as a library keeps it, if one does."""

    key: str
    csl: Csl
    sections: tuple[str, ...]
    resource: Resource | None = None

    @property
    def reference(self) -> Reference:
        if self.resource is None:
            return Reference(self.key, self.csl)
        tags = tuple(tag.said for tag in self.resource.tags.all())
        return Reference(self.key, self.csl, self.resource.beyond, tags)


@dataclass
class _Named:
    address: str
    words: str
    number: int | None  # of a resource or item of this house
    what: str
    sections: dict[str, None]


def works(taken: dict[str, Any], reader: Person) -> list[Work]:
    """Each once, in the order in which ``taken``, a snapshot, names them. Three queries at most, however many there are."""
    named = _named(taken)
    if not named:
        return []
    resources = _resources(named.values(), reader)
    items = _items((each for key, each in named.items() if key not in resources), reader)
    found, keys, seen = list[Work](), set[str](), set[str]()
    for key, each in named.items():
        resource = resources.get(key)
        csl = resource.csl if resource is not None else _described(each, items.get(key))
        if csl is None or (again := known.known_by(csl)) in seen:
            continue  # it is gone, or named by another of its addresses too
        seen.add(again)
        wanted = resource.cite_key if resource is not None else known.cite_key(csl)
        found.append(Work(_free(wanted, keys), csl, tuple(each.sections), resource))
    return found


def rendered(found: Iterable[Work], style: str, language: str | None = None) -> list[str]:
    """As the style has them, in its order: safe HTML, with addresses that can be followed."""
    made = citations.bibliography({each.key: each.csl for each in found}, style=style, language=language)
    return [_ADDRESS.sub(_followed, each.entry) for each in made]


def at_the_end(taken: dict[str, Any], portfolio: Portfolio) -> dict[str, Any] | None:
    """For the snapshot: what its owner put at the end, as plain data; None where they did not, or nothing is referred to."""
    if portfolio.bibliography not in citations.STYLES:
        return None
    found = works(taken, portfolio.owner)
    if not found:
        return None
    return {
        "style": portfolio.bibliography,
        "entries": rendered(found, portfolio.bibliography),
        "works": [{"id": each.key, **each.csl} for each in found],
    }


def _followed(address: re.Match[str]) -> str:
    # Entries are HTML already: an ampersand in an address is written as one there.
    return f'<a href="{address[0]}" rel="noopener noreferrer">{address[0]}</a>'


# What is named --------------------------------------------------------------------------------------------------------


def _named(taken: dict[str, Any]) -> dict[str, _Named]:
    pieces = {each["id"]: each for each in taken["evidence"]}
    found: dict[str, _Named] = {}
    for section in taken["sections"]:
        name = section["own_title"] or section["title"]
        called = f"{section['key'].replace('#', '·')} {name}" if section["coded"] else name
        for component in section["components"]:
            for link in of_html(component["html"]):
                _note(found, link, called)
            for number in _EMBEDDED.findall(component["html"]):
                _note_piece(found, pieces.get(int(number)), called)
        for number in section["evidence"]:
            _note_piece(found, pieces.get(number), called)
    return found


def _note_piece(found: dict[str, _Named], piece: dict[str, Any] | None, section: str) -> None:
    if piece is None:
        return
    source = piece["comes_from"]
    if source is not None and source["kind"] == "item":
        _note(found, Link(source["url"], piece["title"], is_here=True), section)
    elif piece["url"]:
        _note(found, Link(piece["url"], piece["title"], is_here=False), section)


def _note(found: dict[str, _Named], link: Link, section: str) -> None:
    what, number = "", None
    if link.is_here or urlsplit(link.address).netloc == urlsplit(settings.SITE_URL).netloc:
        place = _HERE.match(urlsplit(link.address).path)
        if place is None:
            return  # a conversation, a page of the house: nothing that a reader elsewhere could look up
        what, number = place["what"], int(place["number"])
    key = f"{what} {number}" if what else known.of_address(link.address)
    if not key:
        return
    each = found.setdefault(key, _Named(link.address, link.words, number, what, {}))
    each.words = each.words or link.words
    each.sections[section] = None


# What is known of it --------------------------------------------------------------------------------------------------


def _resources(named: Iterable[_Named], reader: Person) -> dict[str, Resource]:
    named = list(named)
    outside = [each.address for each in named if not each.what]
    numbers = [each.number for each in named if each.what == "resources" and each.number is not None]
    found: dict[str, Resource] = {}
    for resource in library.at(outside, numbers, reader):
        found.setdefault(resource.known_by, resource)
        found[f"resources {resource.pk}"] = resource
    return found


def _items(named: Iterable[_Named], reader: Person) -> dict[str, Item]:
    named = list(named)
    numbers = [each.number for each in named if each.what == "items" and each.number is not None]
    outside = {
        key: each.address for each in named if not each.what and (key := known.of_address(each.address))
    }
    if not numbers and not outside:
        return {}
    by_key = {address_key(address): key for key, address in outside.items()}
    found: dict[str, Item] = {}
    for item in library.items_at(outside.values(), numbers, reader):
        found[f"items {item.pk}"] = item
        if named_by := by_key.get(str(getattr(item, "known_as", ""))):
            found[named_by] = item
    return found


def _described(named: _Named, item: Item | None) -> Csl | None:
    if item is not None:
        return describing.of_item(item).csl
    if named.what:
        return None
    if doi := shape.doi(named.address):
        return {"type": "article-journal", "title": named.words or doi, "DOI": doi}
    host = urlsplit(named.address).netloc.removeprefix("www.")
    film = films.at(named.address)
    return shape.cleaned(
        {
            "type": "motion_picture" if film is not None else "webpage",
            "title": named.words or host + urlsplit(named.address).path.rstrip("/"),
            "container-title": film.site if film is not None else host,
            "URL": named.address,
        }
    )


def _free(wanted: str, taken: set[str]) -> str:
    key, number = wanted, 2
    while key in taken:
        key, number = f"{wanted}-{number}", number + 1
    taken.add(key)
    return key

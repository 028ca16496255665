"""OPML 2.0 (opml.org/spec2.opml), in and out, without loss: folders, order, and attributes that we have no word for."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

MOST_BYTES = 5_000_000
MOST_OUTLINES = 5000
_DEEPEST = 30
_NOT_XML = dict.fromkeys([*range(9), 11, 12, *range(14, 32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF])


class NotOutlines(Exception):  # noqa: N818 -- an answer about a file
    """The file is no OPML, or one that nobody writes in good faith. ``code``: syntax, entities, large, deep, many."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Outline:
    """A leaf, or a folder that holds nothing. ``above``: the attributes of each folder on the way to it."""

    attributes: dict[str, str]
    above: tuple[dict[str, str], ...] = ()

    @property
    def feed_url(self) -> str:
        # Spelt otherwise by some programs.
        spelt = {name.lower(): value for name, value in self.attributes.items()}
        return spelt.get("xmlurl", "").strip()

    @property
    def page_url(self) -> str:
        spelt = {name.lower(): value for name, value in self.attributes.items()}
        return spelt.get("htmlurl", "").strip()

    @property
    def title(self) -> str:
        return (self.attributes.get("title") or self.attributes.get("text") or "").strip()

    @property
    def folder(self) -> str:
        names = [
            (each.get("text") or each.get("title") or "").replace("/", "∕").strip() for each in self.above
        ]
        return "/".join(name for name in names if name)

    def as_json(self) -> dict[str, Any]:
        return {"attributes": self.attributes, "above": list(self.above)}

    @classmethod
    def of_json(cls, data: dict[str, Any]) -> "Outline":
        return cls(dict(data.get("attributes", {})), tuple(dict(each) for each in data.get("above", [])))


@dataclass(frozen=True)
class Outlines:
    head: dict[str, str] = field(default_factory=dict)
    outlines: tuple[Outline, ...] = ()

    @property
    def feeds(self) -> list[Outline]:
        return [outline for outline in self.outlines if outline.feed_url]


def read(body: bytes) -> Outlines:
    """All leaves, in their order. NotOutlines for what is no OPML, or was written to do harm."""
    if len(body) > MOST_BYTES:
        raise NotOutlines("large")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(body, parser=parser)
    except (etree.XMLSyntaxError, ValueError) as fault:
        raise NotOutlines("syntax", str(fault)[:200]) from fault
    dtd = root.getroottree().docinfo.internalDTD
    if dtd is not None and next(dtd.iterentities(), None) is not None:
        raise NotOutlines("entities")
    if etree.QName(root).localname.lower() != "opml":
        raise NotOutlines("syntax", "opml")
    head = root.find("head")
    said = {
        str(each.tag): (each.text or "").strip()
        for each in (head if head is not None else ())
        if isinstance(each.tag, str)
    }
    body_element = root.find("body")
    found: list[Outline] = []
    if body_element is not None:
        _walk(body_element, (), found)
    return Outlines(said, tuple(found))


def _walk(element: Any, above: tuple[dict[str, str], ...], found: list[Outline]) -> None:
    if len(above) > _DEEPEST:
        raise NotOutlines("deep")
    for child in element.findall("outline"):
        attributes = {str(name): str(value) for name, value in child.attrib.items()}
        inner = child.findall("outline")
        is_feed = any(name.lower() == "xmlurl" for name in attributes)
        if not inner or is_feed:
            found.append(Outline(attributes, above))
        if len(found) > MOST_OUTLINES:
            raise NotOutlines("many")
        if inner:
            _walk(child, above if is_feed else (*above, attributes), found)


def write(*, head: dict[str, str], outlines: Iterable[Outline]) -> bytes:
    """A whole file. Neighbours in the same folder share it."""
    root = etree.Element("opml", version="2.0")
    head_element = etree.SubElement(root, "head")
    for name, value in head.items():
        _child(head_element, name, value)
    body = etree.SubElement(root, "body")
    made: dict[tuple[str, ...], Any] = {}
    for outline in outlines:
        parent: Any = body
        path: tuple[str, ...] = ()
        for folder in outline.above:
            path = (*path, repr(sorted(folder.items())))
            if path not in made:
                made[path] = etree.SubElement(parent, "outline", _attributes(folder))
            parent = made[path]
        etree.SubElement(parent, "outline", _attributes(outline.attributes))
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


def of_source(
    *, feed_url: str, page_url: str, title: str, folder: str, kept: dict[str, Any], kind: str = "rss"
) -> Outline:
    """The outline of a followed source: what we know of it, and what it came with (``kept``, of ``keep``)."""
    attributes = dict(kept.get("attributes", {}))
    # Whoever named it otherwise in their own list keeps that name; addresses are those that hold now.
    attributes.setdefault("text", title)
    attributes.setdefault("type", kind)
    for name in [each for each in attributes if each.lower() in {"xmlurl", "htmlurl"}]:
        del attributes[name]
    if page_url:
        attributes["htmlUrl"] = page_url
    attributes["xmlUrl"] = feed_url
    above = [dict(each) for each in kept.get("above", [])]
    if Outline({}, tuple(above)).folder != folder:  # it was put somewhere else since
        above = [{"text": name} for name in folder.split("/") if name]
    return Outline(attributes, tuple(above))


def keep(outline: Outline) -> dict[str, Any]:
    """For ``Following.opml``."""
    return outline.as_json()


def _attributes(attributes: dict[str, str]) -> dict[str, str]:
    return {name: value.translate(_NOT_XML) for name, value in attributes.items()}


def _child(parent: Any, name: str, value: str) -> None:
    try:
        etree.SubElement(parent, name).text = value.translate(_NOT_XML)
    except ValueError:
        return  # a name that is none in XML

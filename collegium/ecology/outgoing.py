"""Rivers as they go out again: Atom (RFC 4287), RSS 2.0 and JSON Feed 1.1.

Each entry leads to where it was published and is known by its page here. Whose it is, which source brought it and under
which licence stand in every format; the whole text only where its licence lets it.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from django.conf import settings
from django.utils.encoding import iri_to_uri
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from lxml import etree

from collegium.ecology import licences, rights
from collegium.ecology.models import Enclosure, Item, Source
from collegium.ecology.queries.river import ShownItem

ATOM = "http://www.w3.org/2005/Atom"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
DC = "http://purl.org/dc/elements/1.1/"
CREATIVE_COMMONS = "http://backend.userland.com/creativeCommonsRssModule"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
JSON_FEED = "https://jsonfeed.org/version/1.1"
MEDIA_TYPES = {
    "atom": "application/atom+xml",
    "rss": "application/rss+xml",
    "json": "application/feed+json",
}
TITLE = 80
UNKNOWN_TYPE = "application/octet-stream"
# What XML cannot say at all.
_UNSAYABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+")


@dataclass(frozen=True)
class Channel:
    """One filtered view. All addresses are whole."""

    title: str
    description: str
    page_url: str
    feed_urls: dict[str, str]  # by format
    opened_at: datetime  # what it was changed at while nothing stands in it
    language: str = ""


def write(form: str, channel: Channel, items: Sequence[ShownItem]) -> bytes:
    """The same items give the same bytes, so that they can carry an ETag."""
    return _WRITERS[form](channel, items)


def changed_at(channel: Channel, items: Sequence[ShownItem]) -> datetime:
    return max((_changed(each.item) for each in items), default=channel.opened_at)


# What all say alike ---------------------------------------------------------------------------------------------------


def _changed(item: Item) -> datetime:
    """Not before it was published, whatever its feed says."""
    return max(item.flows_at, item.edited_at) if item.edited_at else item.flows_at


def _published(item: Item) -> datetime:
    return item.published_at if item.published_at and item.published_at <= item.flows_at else item.flows_at


def _own_url(item: Item) -> str:
    return f"{settings.SITE_URL}{item.get_absolute_url()}"


def _title(item: Item) -> str:
    """Notes have none: their first words stand for it where a format wants one."""
    return item.title or Truncator(item.summary).chars(TITLE) or item.url or _("Without a title")


def _author(each: ShownItem) -> str:
    return each.item.author_name or (str(each.source) if each.source else "") or _("Unknown")


def _whole(item: Item) -> str:
    return item.html if item.html and licences.allows_whole(item) else ""


def _language(code: str) -> str:
    return code if _LANGUAGE.fullmatch(code) else ""


def _media_type(enclosure: Enclosure) -> str:
    return enclosure.media_type if _TYPE.fullmatch(enclosure.media_type) else UNKNOWN_TYPE


def _uri(address: str) -> str:
    """As sources write addresses, a browser understands them; a feed may hold no space and no "<" in one."""
    return iri_to_uri(_clean(address).strip())


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _clean(text: str) -> str:
    return _UNSAYABLE.sub("", text)


def _add(parent: Any, name: str, text: str = "", **attributes: str) -> Any:
    element = etree.SubElement(parent, name, {key: _clean(value) for key, value in attributes.items()})
    if text:
        element.text = _clean(text)
    return element


def _as_bytes(root: Any) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True))


# Atom -----------------------------------------------------------------------------------------------------------------


def _atom(channel: Channel, items: Sequence[ShownItem]) -> bytes:
    root = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})
    if _language(channel.language):
        root.set(XML_LANG, channel.language)

    def add(parent: Any, name: str, text: str = "", **attributes: str) -> Any:
        return _add(parent, f"{{{ATOM}}}{name}", text, **attributes)

    add(root, "id", channel.feed_urls["atom"])
    add(root, "title", channel.title)
    if channel.description:
        add(root, "subtitle", channel.description)
    add(root, "updated", _stamp(changed_at(channel, items)))
    add(root, "link", rel="self", type=MEDIA_TYPES["atom"], href=channel.feed_urls["atom"])
    add(root, "link", rel="alternate", type="text/html", href=channel.page_url)
    for form in ("rss", "json"):
        add(root, "link", rel="alternate", type=MEDIA_TYPES[form], href=channel.feed_urls[form])
    add(root, "generator", "Collegium", uri=settings.SITE_URL)
    for each in items:
        _atom_entry(add, add(root, "entry"), each)
    return _as_bytes(root)


def _atom_entry(add: Callable[..., Any], entry: Any, each: ShownItem) -> None:
    item = each.item
    if _language(item.language):
        entry.set(XML_LANG, item.language)
    add(entry, "id", _own_url(item))
    add(entry, "title", _title(item))
    add(entry, "updated", _stamp(_changed(item)))
    add(entry, "published", _stamp(_published(item)))
    author = add(entry, "author")
    add(author, "name", _author(each))
    if each.source is not None and each.source.page_url:
        add(author, "uri", _uri(each.source.page_url))
    _atom_links(add, entry, item)
    for tag in item.tags.all():
        add(entry, "category", term=tag.name, label=tag.said)
    add(entry, "rights", rights.in_words(item))
    if item.summary:
        add(entry, "summary", item.summary)
    if whole := _whole(item):
        add(entry, "content", whole, type="html")
    if each.source is not None:
        _atom_source(add, add(entry, "source"), each.source, item)


def _atom_links(add: Callable[..., Any], entry: Any, item: Item) -> None:
    add(entry, "link", rel="alternate", type="text/html", href=_uri(item.url) or _own_url(item))
    if item.url:
        add(entry, "link", rel="related", type="text/html", href=_own_url(item))
    if item.licence_url:
        add(entry, "link", rel="license", href=_uri(item.licence_url))
    for enclosure in item.enclosures.all():
        size = {"length": str(enclosure.size)} if enclosure.size else {}
        add(entry, "link", rel="enclosure", type=_media_type(enclosure), href=_uri(enclosure.url), **size)


def _atom_source(add: Callable[..., Any], element: Any, source: Source, item: Item) -> None:
    add(element, "id", _uri(source.feed_url))
    add(element, "title", str(source))
    add(element, "updated", _stamp(_changed(item)))
    add(element, "link", rel="self", href=_uri(source.feed_url))
    if source.page_url:
        add(element, "link", rel="alternate", type="text/html", href=_uri(source.page_url))
    if source.rights:
        add(element, "rights", source.rights)


# RSS ------------------------------------------------------------------------------------------------------------------


def _rss(channel: Channel, items: Sequence[ShownItem]) -> bytes:
    names = {"atom": ATOM, "content": CONTENT, "dc": DC, "creativeCommons": CREATIVE_COMMONS}
    root = etree.Element("rss", {"version": "2.0"}, nsmap=names)
    body = _add(root, "channel")
    _add(body, "title", channel.title)
    _add(body, "link", channel.page_url)
    _add(body, "description", channel.description or channel.title)
    if _language(channel.language):
        _add(body, "language", channel.language)
    _add(body, "lastBuildDate", _mail_date(changed_at(channel, items)))
    _add(body, "generator", f"Collegium ({settings.SITE_URL})")
    _add(body, "ttl", "30")
    own = {"rel": "self", "type": MEDIA_TYPES["rss"], "href": channel.feed_urls["rss"]}
    _add(body, f"{{{ATOM}}}link", **own)
    for form in ("atom", "json"):
        other = {"rel": "alternate", "type": MEDIA_TYPES[form], "href": channel.feed_urls[form]}
        _add(body, f"{{{ATOM}}}link", **other)
    for each in items:
        _rss_item(_add(body, "item"), each)
    return _as_bytes(root)


def _mail_date(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)


def _rss_item(entry: Any, each: ShownItem) -> None:
    item = each.item
    _add(entry, "title", _title(item))
    _add(entry, "link", _uri(item.url) or _own_url(item))
    _add(entry, "guid", _own_url(item), isPermaLink="false")
    _add(entry, "pubDate", _mail_date(_published(item)))
    _add(entry, f"{{{DC}}}creator", _author(each))
    _add(entry, "description", item.summary or _title(item))
    if whole := _whole(item):
        _add(entry, f"{{{CONTENT}}}encoded", whole)
    for tag in item.tags.all():
        _add(entry, "category", tag.said)
    # RSS has room for one; the others are in Atom and JSON Feed.
    for enclosure in item.enclosures.all()[:1]:
        size = str(enclosure.size or 0)
        _add(entry, "enclosure", url=_uri(enclosure.url), length=size, type=_media_type(enclosure))
    _add(entry, f"{{{DC}}}rights", rights.in_words(item))
    if item.licence_url:
        _add(entry, f"{{{CREATIVE_COMMONS}}}license", _uri(item.licence_url))
    if each.source is not None:
        _add(entry, "source", str(each.source), url=_uri(each.source.feed_url))


# JSON Feed ------------------------------------------------------------------------------------------------------------


def _json(channel: Channel, items: Sequence[ShownItem]) -> bytes:
    feed = {
        "version": JSON_FEED,
        "title": channel.title,
        "home_page_url": channel.page_url,
        "feed_url": channel.feed_urls["json"],
        "description": channel.description,
        "language": _language(channel.language),
        "items": [_json_item(each) for each in items],
    }
    return json.dumps(_filled(feed), ensure_ascii=False, indent=1).encode()


def _json_item(each: ShownItem) -> dict[str, Any]:
    item, source = each.item, each.source
    whole = _whole(item)
    return _filled(
        {
            "id": _own_url(item),
            "url": _uri(item.url) or _own_url(item),
            "title": item.title,
            "content_html": whole,
            "content_text": "" if whole else item.summary or _title(item),
            "summary": item.summary,
            "image": _uri(item.picture_url),
            "date_published": _stamp(_published(item)),
            "date_modified": _stamp(_changed(item)),
            "authors": [_filled({"name": _author(each), "url": _uri(source.page_url) if source else ""})],
            "tags": [tag.said for tag in item.tags.all()],
            "language": _language(item.language),
            "attachments": [_attachment(enclosure) for enclosure in item.enclosures.all()],
            # JSON Feed has no place for these: an extension of ours, as it provides for.
            "_collegium": _filled(
                {
                    "about": f"{settings.SITE_URL}/",
                    "licence": item.licence_url,
                    "rights": rights.in_words(item),
                    "source": {
                        "title": str(source),
                        "feed_url": source.feed_url,
                        "home_page_url": source.page_url,
                    }
                    if source
                    else None,
                    "page": _own_url(item),
                }
            ),
        }
    )


def _attachment(enclosure: Enclosure) -> dict[str, Any]:
    return _filled(
        {
            "url": _uri(enclosure.url),
            "mime_type": _media_type(enclosure),
            "title": enclosure.title,
            "size_in_bytes": enclosure.size,
            "duration_in_seconds": enclosure.seconds,
        }
    )


def _filled(facts: dict[str, Any]) -> dict[str, Any]:
    """Without what is empty; a list of items stays, as the format wants one."""
    return {key: value for key, value in facts.items() if value or key == "items"}


_WRITERS: dict[str, Callable[[Channel, Sequence[ShownItem]], bytes]] = {
    "atom": _atom,
    "rss": _rss,
    "json": _json,
}

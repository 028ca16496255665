"""Feeds that go out: what is the same in Atom (RFC 4287), RSS 2.0 and JSON Feed 1.1, whatever stands in them.

A room writes its own entries: ``atom``, ``rss`` and ``json_feed`` write what stands above them. What XML cannot say is left out.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from django.conf import settings
from lxml import etree

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
MINUTES_KEPT = "30"  # how long a reader of RSS may keep it
# What XML cannot say at all.
_UNSAYABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True)
class Channel:
    """What goes out. All addresses are whole."""

    title: str
    description: str
    page_url: str
    feed_urls: dict[str, str]  # by format
    opened_at: datetime  # what it was changed at while nothing stands in it
    language: str = ""


def clean(text: str) -> str:
    return _UNSAYABLE.sub("", text)


def stamp(moment: datetime) -> str:
    """Of Atom and JSON Feed (RFC 3339)."""
    return moment.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def mail_date(moment: datetime) -> str:
    """Of RSS (RFC 822)."""
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)


def language(code: str) -> str:
    """Empty for what is no tag of a language."""
    return code if _LANGUAGE.fullmatch(code) else ""


def add(parent: Any, name: str, text: str = "", **attributes: str) -> Any:
    element = etree.SubElement(parent, name, {key: clean(value) for key, value in attributes.items()})
    if text:
        element.text = clean(text)
    return element


def add_atom(parent: Any, name: str, text: str = "", **attributes: str) -> Any:
    return add(parent, f"{{{ATOM}}}{name}", text, **attributes)


def atom(channel: Channel, changed_at: datetime) -> Any:
    """The root, for ``add_atom(root, "entry")``."""
    root = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})
    if language(channel.language):
        root.set(XML_LANG, channel.language)
    add_atom(root, "id", channel.feed_urls["atom"])
    add_atom(root, "title", channel.title)
    if channel.description:
        add_atom(root, "subtitle", channel.description)
    add_atom(root, "updated", stamp(changed_at))
    add_atom(root, "link", rel="self", type=MEDIA_TYPES["atom"], href=channel.feed_urls["atom"])
    add_atom(root, "link", rel="alternate", type="text/html", href=channel.page_url)
    for form in ("rss", "json"):
        add_atom(root, "link", rel="alternate", type=MEDIA_TYPES[form], href=channel.feed_urls[form])
    add_atom(root, "generator", "Collegium", uri=settings.SITE_URL)
    return root


def rss(channel: Channel, changed_at: datetime) -> tuple[Any, Any]:
    """The root, and the channel in it, for ``add(body, "item")``."""
    names = {"atom": ATOM, "content": CONTENT, "dc": DC, "creativeCommons": CREATIVE_COMMONS}
    root = etree.Element("rss", {"version": "2.0"}, nsmap=names)
    body = add(root, "channel")
    add(body, "title", channel.title)
    add(body, "link", channel.page_url)
    add(body, "description", channel.description or channel.title)
    if language(channel.language):
        add(body, "language", channel.language)
    add(body, "lastBuildDate", mail_date(changed_at))
    add(body, "generator", f"Collegium ({settings.SITE_URL})")
    add(body, "ttl", MINUTES_KEPT)
    own = {"rel": "self", "type": MEDIA_TYPES["rss"], "href": channel.feed_urls["rss"]}
    add(body, f"{{{ATOM}}}link", **own)
    for form in ("atom", "json"):
        other = {"rel": "alternate", "type": MEDIA_TYPES[form], "href": channel.feed_urls[form]}
        add(body, f"{{{ATOM}}}link", **other)
    return root, body


def as_bytes(root: Any) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True))


def json_feed(channel: Channel, entries: Sequence[dict[str, Any]]) -> bytes:
    feed = {
        "version": JSON_FEED,
        "title": channel.title,
        "home_page_url": channel.page_url,
        "feed_url": channel.feed_urls["json"],
        "description": channel.description,
        "language": language(channel.language),
        "items": list(entries),
    }
    return json.dumps(filled(feed), ensure_ascii=False, indent=1).encode()


def filled(facts: dict[str, Any]) -> dict[str, Any]:
    """Without what is empty; a list of items stays, as the format wants one."""
    return {key: value for key, value in facts.items() if value or key == "items"}

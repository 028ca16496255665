"""Rivers as they go out again: Atom (RFC 4287), RSS 2.0 and JSON Feed 1.1.

Each entry leads to where it was published and is known by its page here. Whose it is, which source brought it and under
which licence stand in every format; the whole text only where its licence lets it.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.encoding import iri_to_uri
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from collegium.ecology import licences, rights
from collegium.ecology.models import Enclosure, Item, Source
from collegium.ecology.queries.river import ShownItem
from collegium.foundation import feeds
from collegium.foundation.feeds import (
    CONTENT,
    CREATIVE_COMMONS,
    DC,
    XML_LANG,
    Channel,
    add,
    add_atom,
    clean,
    filled,
    language,
    mail_date,
    stamp,
)
from collegium.foundation.surroundings import settled

TITLE = 80
UNKNOWN_TYPE = "application/octet-stream"
_PLAIN = re.compile(r"[\w/#%\[\]=:;$&()+,!?*@'~.-]*", re.ASCII)  # what `iri_to_uri` leaves as it is
_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+")


def write(form: str, channel: Channel, items: Sequence[ShownItem]) -> bytes:
    """The same items give the same bytes, so that they can carry an ETag."""
    with settled():
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


def _media_type(enclosure: Enclosure) -> str:
    return enclosure.media_type if _TYPE.fullmatch(enclosure.media_type) else UNKNOWN_TYPE


def _uri(address: str) -> str:
    """As sources write addresses, a browser understands them; a feed may hold no space and no "<" in one."""
    return address if _PLAIN.fullmatch(address) else iri_to_uri(clean(address).strip())


# Atom -----------------------------------------------------------------------------------------------------------------


def _atom(channel: Channel, items: Sequence[ShownItem]) -> bytes:
    root = feeds.atom(channel, changed_at(channel, items))
    for each in items:
        _atom_entry(add_atom(root, "entry"), each)
    return feeds.as_bytes(root)


def _atom_entry(entry: Any, each: ShownItem) -> None:
    item = each.item
    if language(item.language):
        entry.set(XML_LANG, item.language)
    here, changed = _own_url(item), stamp(_changed(item))
    add_atom(entry, "id", here)
    add_atom(entry, "title", _title(item))
    add_atom(entry, "updated", changed)
    add_atom(entry, "published", stamp(_published(item)))
    author = add_atom(entry, "author")
    add_atom(author, "name", _author(each))
    if each.source is not None and each.source.page_url:
        add_atom(author, "uri", _uri(each.source.page_url))
    _atom_links(entry, item, here)
    for tag in item.tags.all():
        add_atom(entry, "category", term=tag.name, label=tag.said)
    add_atom(entry, "rights", rights.in_words(item))
    if item.summary:
        add_atom(entry, "summary", item.summary)
    if whole := _whole(item):
        add_atom(entry, "content", whole, type="html")
    if each.source is not None:
        _atom_source(add_atom(entry, "source"), each.source, changed)


def _atom_links(entry: Any, item: Item, here: str) -> None:
    add_atom(entry, "link", rel="alternate", type="text/html", href=_uri(item.url) or here)
    if item.url:
        add_atom(entry, "link", rel="related", type="text/html", href=here)
    if item.licence_url:
        add_atom(entry, "link", rel="license", href=_uri(item.licence_url))
    for enclosure in item.enclosures.all():
        size = {"length": str(enclosure.size)} if enclosure.size else {}
        add_atom(
            entry, "link", rel="enclosure", type=_media_type(enclosure), href=_uri(enclosure.url), **size
        )


def _atom_source(element: Any, source: Source, changed: str) -> None:
    add_atom(element, "id", _uri(source.feed_url))
    add_atom(element, "title", str(source))
    add_atom(element, "updated", changed)
    add_atom(element, "link", rel="self", href=_uri(source.feed_url))
    if source.page_url:
        add_atom(element, "link", rel="alternate", type="text/html", href=_uri(source.page_url))
    if source.rights:
        add_atom(element, "rights", source.rights)


# RSS ------------------------------------------------------------------------------------------------------------------


def _rss(channel: Channel, items: Sequence[ShownItem]) -> bytes:
    root, body = feeds.rss(channel, changed_at(channel, items))
    for each in items:
        _rss_item(add(body, "item"), each)
    return feeds.as_bytes(root)


def _rss_item(entry: Any, each: ShownItem) -> None:
    item = each.item
    add(entry, "title", _title(item))
    add(entry, "link", _uri(item.url) or _own_url(item))
    add(entry, "guid", _own_url(item), isPermaLink="false")
    add(entry, "pubDate", mail_date(_published(item)))
    add(entry, f"{{{DC}}}creator", _author(each))
    add(entry, "description", item.summary or _title(item))
    if whole := _whole(item):
        add(entry, f"{{{CONTENT}}}encoded", whole)
    for tag in item.tags.all():
        add(entry, "category", tag.said)
    # RSS has room for one; the others are in Atom and JSON Feed.
    for enclosure in item.enclosures.all()[:1]:
        size = str(enclosure.size or 0)
        add(entry, "enclosure", url=_uri(enclosure.url), length=size, type=_media_type(enclosure))
    add(entry, f"{{{DC}}}rights", rights.in_words(item))
    if item.licence_url:
        add(entry, f"{{{CREATIVE_COMMONS}}}license", _uri(item.licence_url))
    if each.source is not None:
        add(entry, "source", str(each.source), url=_uri(each.source.feed_url))


# JSON Feed ------------------------------------------------------------------------------------------------------------


def _json(channel: Channel, items: Sequence[ShownItem]) -> bytes:
    return feeds.json_feed(channel, [_json_item(each) for each in items])


def _json_item(each: ShownItem) -> dict[str, Any]:
    item, source = each.item, each.source
    whole = _whole(item)
    return filled(
        {
            "id": _own_url(item),
            "url": _uri(item.url) or _own_url(item),
            "title": item.title,
            "content_html": whole,
            "content_text": "" if whole else item.summary or _title(item),
            "summary": item.summary,
            "image": _uri(item.picture_url),
            "date_published": stamp(_published(item)),
            "date_modified": stamp(_changed(item)),
            "authors": [filled({"name": _author(each), "url": _uri(source.page_url) if source else ""})],
            "tags": [tag.said for tag in item.tags.all()],
            "language": language(item.language),
            "attachments": [_attachment(enclosure) for enclosure in item.enclosures.all()],
            # JSON Feed has no place for these: an extension of ours, as it provides for.
            "_collegium": filled(
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
    return filled(
        {
            "url": _uri(enclosure.url),
            "mime_type": _media_type(enclosure),
            "title": enclosure.title,
            "size_in_bytes": enclosure.size,
            "duration_in_seconds": enclosure.seconds,
        }
    )


_WRITERS: dict[str, Callable[[Channel, Sequence[ShownItem]], bytes]] = {
    "atom": _atom,
    "rss": _rss,
    "json": _json,
}

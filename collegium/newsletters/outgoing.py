"""A newsletter as a feed: Atom, RSS 2.0 and JSON Feed 1.1, an entry for each issue with all that stands in it.

The same shape as the rivers' (``ecology.outgoing``), whose channel it takes; what goes out is public and frozen.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.text import Truncator
from lxml import etree

from collegium.ecology.outgoing import ATOM, CONTENT, DC, JSON_FEED, MEDIA_TYPES, XML_LANG, Channel
from collegium.newsletters.models import Issue
from collegium.newsletters.words import words_of

FORMS = tuple(MEDIA_TYPES)
SUMMARY = 400
# What XML cannot say at all.
_UNSAYABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class _Said:
    title: str
    url: str
    at: datetime
    html: str
    summary: str


def write(form: str, channel: Channel, issues: Sequence[Issue]) -> bytes:
    """Of issues that were loaded ``with_words``. The same issues give the same bytes, so that they can carry an ETag."""
    return _WRITERS[form](channel, [_said(issue) for issue in issues])


def _said(issue: Issue) -> _Said:
    sections = [each for each in issue.sections.all() if each.body or each.entries.all()]
    html = render_to_string("newsletters/feed.jinja", {"sections": sections, "site_url": settings.SITE_URL})
    return _Said(
        title=issue.title,
        url=f"{settings.SITE_URL}{issue.get_absolute_url()}",
        at=issue.begun_at or issue.made_at,
        html=_clean(html.strip()),
        summary=Truncator(" ".join(words_of(issue).split())).chars(SUMMARY),
    )


def _clean(text: str) -> str:
    return _UNSAYABLE.sub("", text)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _mail_date(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)


def _add(parent: Any, name: str, text: str = "", **attributes: str) -> Any:
    element = etree.SubElement(parent, name, {key: _clean(value) for key, value in attributes.items()})
    if text:
        element.text = _clean(text)
    return element


def _as_bytes(root: Any) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True))


def changed_at(channel: Channel, issues: Sequence[_Said]) -> datetime:
    return max((each.at for each in issues), default=channel.opened_at)


def _atom(channel: Channel, issues: Sequence[_Said]) -> bytes:
    root = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})
    root.set(XML_LANG, channel.language)

    def add(parent: Any, name: str, text: str = "", **attributes: str) -> Any:
        return _add(parent, f"{{{ATOM}}}{name}", text, **attributes)

    add(root, "id", channel.feed_urls["atom"])
    add(root, "title", channel.title)
    if channel.description:
        add(root, "subtitle", channel.description)
    add(root, "updated", _stamp(changed_at(channel, issues)))
    add(root, "link", rel="self", type=MEDIA_TYPES["atom"], href=channel.feed_urls["atom"])
    add(root, "link", rel="alternate", type="text/html", href=channel.page_url)
    for form in ("rss", "json"):
        add(root, "link", rel="alternate", type=MEDIA_TYPES[form], href=channel.feed_urls[form])
    add(root, "generator", "Collegium", uri=settings.SITE_URL)
    author = add(root, "author")
    add(author, "name", channel.title)
    for issue in issues:
        entry = add(root, "entry")
        add(entry, "id", issue.url)
        add(entry, "title", issue.title)
        add(entry, "updated", _stamp(issue.at))
        add(entry, "published", _stamp(issue.at))
        add(entry, "link", rel="alternate", type="text/html", href=issue.url)
        if issue.summary:
            add(entry, "summary", issue.summary)
        if issue.html:
            add(entry, "content", issue.html, type="html")
    return _as_bytes(root)


def _rss(channel: Channel, issues: Sequence[_Said]) -> bytes:
    root = etree.Element("rss", {"version": "2.0"}, nsmap={"atom": ATOM, "content": CONTENT, "dc": DC})
    body = _add(root, "channel")
    _add(body, "title", channel.title)
    _add(body, "link", channel.page_url)
    _add(body, "description", channel.description or channel.title)
    _add(body, "language", channel.language)
    _add(body, "lastBuildDate", _mail_date(changed_at(channel, issues)))
    _add(body, "generator", f"Collegium ({settings.SITE_URL})")
    own = {"rel": "self", "type": MEDIA_TYPES["rss"], "href": channel.feed_urls["rss"]}
    _add(body, f"{{{ATOM}}}link", **own)
    for issue in issues:
        entry = _add(body, "item")
        _add(entry, "title", issue.title)
        _add(entry, "link", issue.url)
        _add(entry, "guid", issue.url, isPermaLink="true")
        _add(entry, "pubDate", _mail_date(issue.at))
        _add(entry, f"{{{DC}}}creator", channel.title)
        _add(entry, "description", issue.summary or issue.title)
        if issue.html:
            _add(entry, f"{{{CONTENT}}}encoded", issue.html)
    return _as_bytes(root)


def _json(channel: Channel, issues: Sequence[_Said]) -> bytes:
    feed = {
        "version": JSON_FEED,
        "title": channel.title,
        "home_page_url": channel.page_url,
        "feed_url": channel.feed_urls["json"],
        "description": channel.description,
        "language": channel.language,
        "items": [
            {
                "id": issue.url,
                "url": issue.url,
                "title": issue.title,
                "content_html": issue.html,
                "summary": issue.summary,
                "date_published": _stamp(issue.at),
                "authors": [{"name": channel.title}],
            }
            for issue in issues
        ],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1).encode()


_WRITERS: dict[str, Callable[[Channel, Sequence[_Said]], bytes]] = {
    "atom": _atom,
    "rss": _rss,
    "json": _json,
}

"""JSON Feed 1.0 and 1.1."""

import json
import re
from typing import Any

from collegium.ecology import licences, tags
from collegium.ecology.reading import dates, markup
from collegium.ecology.reading.feeds import MOST_ENTRIES, language_of, noticed, unique
from collegium.ecology.reading.patience import in_time
from collegium.ecology.reading.shapes import ReadEnclosure, ReadEntry, ReadFeed, Unreadable

_VERSION = re.compile(r"jsonfeed\.org/version/(1(?:\.1)?)")
_MOST_ENCLOSURES = 20


def read(text: str, *, url: str) -> ReadFeed:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise Unreadable("malformed", str(fault)[:200] if isinstance(fault, ValueError) else "") from fault
    if not isinstance(said, dict) or not isinstance(said.get("items"), list):
        raise Unreadable("not_a_feed")
    version = _VERSION.search(_text(said, "version"))
    page_url = markup.address(said.get("home_page_url"), url)
    items = [each for each in said["items"] if isinstance(each, dict)]
    findings = [] if version else ["malformed"]
    if len(items) > MOST_ENTRIES:
        findings.append("many")
    entries = [_entry(each, page_url or url) for each in in_time(items[:MOST_ENTRIES], findings)]
    rights = _text(said, "copyright")
    return ReadFeed(
        format=f"json{version[1] if version and version[1] != '1' else '1.0'}",
        title=markup.line(_text(said, "title"), is_html=False, most=300),
        page_url=page_url,
        description=markup.line(_text(said, "description"), is_html=False, most=2000),
        language=language_of(_text(said, "language")),
        author_name=_author(said),
        rights=rights[:300],
        licence_url=licences.found_in(rights),
        picture_url=markup.address(said.get("icon") or said.get("favicon"), url),
        self_url=markup.address(said.get("feed_url"), url),
        hub_urls=tuple(
            found
            for hub in _list(said, "hubs")
            if _text(hub, "type").lower() == "websub" and (found := markup.address(hub.get("url"), url))
        )[:5],
        entries=tuple(entries),
        findings=tuple(dict.fromkeys([*findings, *noticed(entries)])),
    )


def _entry(said: dict[str, Any], base: str) -> ReadEntry:
    guid = str(said["id"]) if isinstance(said.get("id"), str | int | float) else ""
    url = markup.address(said.get("url"), base) or markup.address(guid)
    html, text = _text(said, "content_html"), _text(said, "content_text")
    found = (
        markup.safe(html, url or base)
        if html
        else markup.Found(html=markup.paragraphs(text[: markup.LONGEST]))
    )
    title = markup.line(_text(said, "title"), is_html=False, most=500)
    summary = markup.line(_text(said, "summary"), is_html=False, most=600) or markup.summary(found.html)
    enclosures = {each.url: each for each in [*_attachments(said, base), *found.enclosures]}
    kinds = [each.media_type.partition("/")[0] for each in enclosures.values()]
    kind = next((each for each in ("video", "audio") if each in kinds), "post" if title else "note")
    if kind == "note" and "image" in kinds and len(summary) < 280:  # noqa: PLR2004 -- a caption
        kind = "image"
    said_tags = [str(tag) for tag in said.get("tags") or [] if isinstance(tag, str | int)]
    published, edited = (dates.moment(_text(said, name)) for name in ("date_published", "date_modified"))
    also = [markup.address(guid), *found.also_at]
    return ReadEntry(
        guid=guid[:2000],
        url=url,
        title=title,
        summary=summary,
        html=found.html,
        author_name=_author(said),
        published_at=published or edited,
        edited_at=edited if edited != published else None,
        tags=unique([*said_tags, *(tags.found_in(summary) if kind == "note" else [])]),
        enclosures=tuple(enclosures.values())[:_MOST_ENCLOSURES],
        licence_url=markup.address(said.get("_license") or said.get("license")),
        language=language_of(_text(said, "language")),
        kind=kind,
        picture_url=markup.address(said.get("image") or said.get("banner_image"), base) or found.picture_url,
        also_at=tuple(dict.fromkeys(each for each in also if each and each != url)),
    )


def _attachments(said: dict[str, Any], base: str) -> list[ReadEnclosure]:
    return [
        ReadEnclosure(
            url,
            _text(each, "mime_type").lower()[:120],
            _number(each.get("size_in_bytes")),
            _number(each.get("duration_in_seconds")),
            _text(each, "title")[:300],
        )
        for each in _list(said, "attachments")
        if (url := markup.address(each.get("url"), base))
    ]


def _author(said: dict[str, Any]) -> str:
    people = _list(said, "authors") or ([said["author"]] if isinstance(said.get("author"), dict) else [])
    return markup.line(
        ", ".join(filter(None, (_text(each, "name") for each in people[:5]))), is_html=False, most=200
    )


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    return value.strip() if isinstance(value, str) else ""


def _list(said: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = said.get(name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _number(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 10**15:
        return None
    return int(value)

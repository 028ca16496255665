"""What a page says of its feeds: in its head, in its links, and in the headers that it came with."""

import re
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml import html as lxml_html

FEED_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "application/feed+json",
        "application/json",
        "text/calendar",
    }
)
OPML_TYPES = frozenset({"text/x-opml", "text/x-opml+xml", "application/opml+xml", "text/opml"})
_LOOKS_LIKE_FEED = re.compile(
    r"(?:/(?:feed|rss|atom)s?/?$|\.(?:rss|atom|rdf|ics)$|/(?:feed|rss|atom|index)\.(?:xml|json)$|[?&]feed=|/feeds/)",
    re.IGNORECASE,
)
_HEADER_LINK = re.compile(r"<([^>]*)>((?:\s*;\s*[\w*-]+\s*=\s*(?:\"[^\"]*\"|[^\s;,]+))*)")
_HEADER_PART = re.compile(r";\s*([\w*-]+)\s*=\s*(?:\"([^\"]*)\"|([^\s;,]+))")
_CHANNEL_ID = re.compile(rb'(?:"(?:channelId|externalId|browseId)":\s*"|/channel/)(UC[\w-]{22})')
_WALLS = (
    b"cf-browser-verification",
    b"_cf_chl_opt",
    b"challenge-platform",
    b"captcha-delivery",
    b"Just a moment...",
    b"Checking your browser",
    b"anubis_challenge",
)
_FEW_WORDS = 40  # fewer on a page full of scripts: it is written by them


@dataclass(frozen=True)
class NamedFeed:
    url: str
    title: str = ""
    media_type: str = ""
    how: str = "link"


@dataclass(frozen=True)
class Page:
    title: str = ""
    generator: str = ""
    channel_id: str = ""
    feeds: tuple[NamedFeed, ...] = ()
    hub_urls: tuple[str, ...] = ()
    me_urls: tuple[str, ...] = ()  # rel="me"
    is_wall: bool = False
    is_written_by_scripts: bool = False
    text: str = field(default="", compare=False)


def tree(body: bytes, charset: str = "") -> lxml_html.HtmlElement | None:
    """As a browser would see it without scripts; None where there is nothing."""
    try:
        parser = lxml_html.HTMLParser(encoding=charset or None, no_network=True, huge_tree=False)
        found = lxml_html.document_fromstring(body, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, LookupError, ValueError):
        return None
    return found


def charset_of(content_type: str) -> str:
    found = re.search(r"charset=[\"']?([\w.:-]+)", content_type, re.IGNORECASE)
    return found[1] if found else ""


def read(body: bytes, *, url: str, headers: dict[str, str]) -> Page:
    """``url`` is where it was found in the end."""
    named = [feed for feed in _in_headers(url, headers) if feed is not None]
    root = tree(body, charset_of(headers.get("content-type", "")))
    channel = _CHANNEL_ID.search(body) if (urlsplit(url).hostname or "").endswith("youtube.com") else None
    if root is None:
        return Page(feeds=tuple(named), is_wall=_is_wall(body))
    base = next((urljoin(url, href) for href in root.xpath("//base/@href")), url)
    hubs: list[str] = []
    mine: list[str] = []
    for link in root.iter("link", "a"):
        rels = (link.get("rel") or "").lower().split()
        address = _joined(base, link.get("href") or "")
        if not address:
            continue
        if "me" in rels:
            mine.append(address)
        if link.tag == "link" and "hub" in rels:
            hubs.append(address)
        media_type = (link.get("type") or "").split(";")[0].strip().lower()
        if link.tag == "link" and ("alternate" in rels or "feed" in rels):
            if (media_type in FEED_TYPES or "feed" in rels) and not _is_no_feed(address, media_type):
                named.append(NamedFeed(address, link.get("title") or "", media_type))
        elif link.tag == "a" and (_LOOKS_LIKE_FEED.search(address) or media_type in FEED_TYPES):
            named.append(
                NamedFeed(address, " ".join(link.text_content().split())[:200], media_type, "anchor")
            )
    text = _text(root)
    return Page(
        title=" ".join((root.findtext(".//title") or "").split())[:300],
        generator=_generator(root, headers),
        channel_id=channel[1].decode() if channel else "",
        feeds=_each_once(named),
        hub_urls=tuple(hubs),
        me_urls=tuple(dict.fromkeys(mine)),
        is_wall=_is_wall(body),
        is_written_by_scripts=len(text.split()) < _FEW_WORDS and len(root.xpath("//script")) > 1,
        text=text,
    )


def _is_wall(body: bytes) -> bool:
    return any(mark in body[:200_000] for mark in _WALLS)


def _is_no_feed(address: str, media_type: str) -> bool:
    """WordPress names its programming interface and its embeds beside its feeds, in the same words."""
    return media_type == "application/json" and ("/wp-json" in address or "oembed" in address)


def _generator(root: lxml_html.HtmlElement, headers: dict[str, str]) -> str:
    said = [str(each) for each in root.xpath("//meta[@name='generator']/@content")]
    if headers.get("server", "").lower() == "mastodon" or root.xpath("//*[@id='mastodon']"):
        said.append("Mastodon")
    if root.xpath("//link[contains(@href, '/wp-content/') or contains(@href, '/wp-includes/')]"):
        said.append("WordPress")
    return " ".join(said)[:300]


def _text(root: lxml_html.HtmlElement) -> str:
    return " ".join(
        " ".join(
            root.xpath("//body//text()[not(ancestor::script or ancestor::style or ancestor::noscript)]")
        ).split()
    )


def _in_headers(url: str, headers: dict[str, str]) -> list[NamedFeed | None]:
    return [
        NamedFeed(address, parts.get("title", ""), parts.get("type", ""), "header")
        for address, parts in header_links(headers.get("link", ""), url)
        if "alternate" in parts.get("rel", "").lower().split() and parts.get("type", "").lower() in FEED_TYPES
    ]


def header_links(value: str, url: str) -> list[tuple[str, dict[str, str]]]:
    """The links of a Link header (RFC 8288), as (absolute address, parameters)."""
    return [
        (address, {name.lower(): quoted or plain for name, quoted, plain in _HEADER_PART.findall(parts)})
        for target, parts in _HEADER_LINK.findall(value[:10_000])
        if (address := _joined(url, target))
    ]


def _joined(base: str, href: str) -> str:
    try:
        address = urljoin(base, href.strip())
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme in {"http", "https"} and parts.netloc and len(address) <= 2000 else ""  # noqa: PLR2004


def _each_once(named: list[NamedFeed]) -> tuple[NamedFeed, ...]:
    found: dict[str, NamedFeed] = {}
    for feed in named:
        found.setdefault(feed.url, feed)
    return tuple(found.values())

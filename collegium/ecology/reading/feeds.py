"""RSS of every version, RDF and Atom: by feedparser-rs, and by feedparser where the former is known to lose something.

What feedparser-rs does not do (0.7.1, seen by reading feedparser's own test files with both): ``xml:base``, prefixes of its
own choosing for Atom, feeds in capitals, Atom 0.3 in its odder forms, CDF, more than a hundred levels; and it reads a feed
that breaks off up to the break. So text is prepared for it (one character set, no document type, no names of characters),
and whatever it calls broken, or counts fewer entries in than there are, goes to feedparser. See docs/feeds.md.
"""

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from html.entities import html5
from typing import Any

import feedparser
import feedparser_rs

from collegium.ecology import licences, tags
from collegium.ecology.reading import charsets, dates, markup
from collegium.ecology.reading.patience import in_time
from collegium.ecology.reading.shapes import ReadEnclosure, ReadEntry, ReadFeed, Unreadable
from collegium.foundation import clock

MOST_ENTRIES = 2000
_MOST_SEEN = 100_000  # of which the newest are taken
_MOST_FOR_FEEDPARSER = 4_000_000  # characters: it reads two million a second on a good day
_MOST_TAGS = 50
_MOST_ENCLOSURES = 20
_MOST_LEVELS = 200
_DOCTYPE = re.compile(r"<!DOCTYPE\b[^\[>]{0,2000}(\[.{0,100000}?\]\s{0,100})?>", re.DOTALL | re.IGNORECASE)
_DECLARED = re.compile(r"""<!ENTITY\s+(\w{1,40})\s+(?:"([^"&<%]{0,100})"|'([^'&<%]{0,100})')\s*>""")
_ENTITY = re.compile(r"&(\w{2,40});")
_BARE = re.compile(r"&(?!#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|\w{2,40};)")
_CDATA = re.compile(r"<!\[CDATA\[.*?\]\]>", re.DOTALL)
_OWN = frozenset({"amp", "lt", "gt", "quot", "apos"})
_BEGIN = re.compile(r"<(?:[\w.-]{1,40}:)?(item|entry)(?:\s[^>]*)?>", re.IGNORECASE)
_ROOT = re.compile(
    r"<(?:([\w.-]{1,40}):)?(rss|rdf|feed|channel|redirect|opml|html|urlset)\b([^>]{0,5000})>", re.IGNORECASE
)
_HEAD = 100_000
# What feedparser-rs passes over without a word.
_LOST = re.compile(
    r"xml:base|mode\s*=\s*[\"']base64|<(?:\w{1,20}:)?(?:body|fullitem)\b|:license\b[^>]{0,200}resource"
    r"|<dc:(?:author|editor|publisher)\b|<dcterms:|web\.resource\.org/cc/"
    r"|<(?:title|rights|subtitle|content|summary)\s[^>]{0,200}type\s*=\s*[\"'](?!text|html|xhtml|application/xhtml|[\"'])"
    r"|<(?-i:TITLE|ITEM|LINK)>",
    re.IGNORECASE,
)
# Looked for first, since that takes a twentieth of the time.
_PRIVATE = re.compile(
    r"https?://(?:(?:[\w-]+\.)*(?:localhost|internal|local)(?=[:/]|$)|(?:127|10|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.)",
    re.IGNORECASE,
)
_SIGNS_OF_LOSS = (
    "xml:base", "base64", "body", "fullitem", ":license", "dc:author", "dc:editor", "dc:publisher", "dcterms:",
    "web.resource.org/cc/", "<TITLE>", "<ITEM>", "<LINK>",
)  # fmt: skip
_LOST_IN_RSS = re.compile(r"<link\s[^>]{0,500}href\s*=|<author>\s{0,100}<name>", re.IGNORECASE)
_CONTROL = re.compile(r"&#(?:(12[89]|1[3-5]\d)|[xX](8[0-9a-fA-F]|9[0-9a-fA-F]));")
_SCRIPT = re.compile(r"(?:<|&lt;)script\b|\bon(?:error|load|click|mouseover)\s*=|javascript:", re.IGNORECASE)
_LICENCE = re.compile(
    r"""<(?:cc|creativeCommons|[\w-]{1,20}):license[^>]{0,300}?(?:resource\s*=\s*["']([^"'>]{1,500})["'][^>]{0,100})?>(?:\s*(http[^<\s]{1,500}))?""",
    re.IGNORECASE,
)
_REFRESH = re.compile(r"<(?:\w{1,20}:)?updatePeriod>\s*(\w{4,10})\s*<", re.IGNORECASE)
_FREQUENCY = re.compile(r"<(?:\w{1,20}:)?updateFrequency>\s*(\d{1,4})\s*<", re.IGNORECASE)
_MOVED = re.compile(r"<itunes:new-feed-url>\s*(?:<!\[CDATA\[)?\s*(http[^<\s\]]{1,2000})", re.IGNORECASE)
_TTL = re.compile(r"<ttl>\s*(\d{1,6})\s*</ttl>", re.IGNORECASE)
_PERIODS = {"hourly": 3600, "daily": 86400, "weekly": 604800, "monthly": 2592000, "yearly": 31536000}
_FORMATS = {
    "rss090": "rss0.90",
    "rss091n": "rss0.91",
    "rss091u": "rss0.91",
    "rss091": "rss0.91",
    "rss092": "rss0.92",
    "rss093": "rss0.93",
    "rss094": "rss0.94",
    "rss10": "rss1.0",
    "rss20": "rss2.0",
    "rss": "rss2.0",
    "atom03": "atom0.3",
    "atom10": "atom1.0",
    "atom": "atom1.0",
    "cdf": "cdf",
}
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z0-9_-]{2,16}))?")


class _Reading:
    """Looks the same whichever of the two has read it."""

    def __init__(self, thing: Any) -> None:
        self._thing = thing

    def __getattr__(self, name: str) -> Any:
        thing = self._thing
        if isinstance(thing, dict):
            # feedparser answers with “published” where there is no “updated”, and warns that it will not for ever.
            value = thing.get(name) if name != "updated" or dict.__contains__(thing, name) else None
        else:
            try:
                value = getattr(thing, name, None)
            except (ValueError, TypeError, OverflowError):
                return None
        return _seen(value)

    def says(self, name: str) -> str:
        value = getattr(self, name)
        return value.strip() if isinstance(value, str) else ""


def _seen(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, list | tuple) and not hasattr(value, "tm_year"):
        return [_seen(each) for each in value]
    return _Reading(value)


@dataclass(frozen=True)
class _Kept:
    version: str
    feed: _Reading
    entries: list[_Reading]
    findings: tuple[str, ...]


def read(text: str, *, url: str) -> ReadFeed:
    prepared, findings = _prepared(text)
    if not (root := _root(prepared)):
        raise Unreadable("not_a_feed", prepared.lstrip()[:60])
    if root == "html":
        raise Unreadable("html")
    if root == "opml":
        raise Unreadable("outlines")
    kept = _quickly(prepared, root, url) or _patiently(prepared, url)
    return _feed(prepared, kept, url, (*findings, *kept.findings))


def _root(text: str) -> str:
    """The first element that says what the document is; empty if none does."""
    found = _ROOT.search(text, 0, _HEAD)
    return found[2].lower() if found else ""


# Before -----------------------------------------------------------------------------------------------------------------


def _prepared(text: str) -> tuple[str, list[str]]:
    """Without a document type: nothing outside is read, nothing is multiplied. Names of characters become characters."""
    findings: list[str] = []
    declared: dict[str, str] = {}
    if "<!DOCTYPE" in text[:_HEAD].upper():
        if text.upper().find("<!DOCTYPE") > _first_element(text):
            pass  # words about one, in an entry
        elif found := _DOCTYPE.search(text, 0, 2 * _HEAD):
            subset = found[1] or ""
            declared = {each[1]: each[2] or each[3] or "" for each in list(_DECLARED.finditer(subset))[:100]}
            if "<!ENTITY" in subset.upper() and len(declared) < subset.upper().count("<!ENTITY"):
                findings.append("entities")
            text = text[: found.start()] + text[found.end() :]
        else:
            raise Unreadable("entities")
    if "&" in text:
        # What Windows calls 128 to 159 is meant, as in a browser.
        text = _CONTROL.sub(
            lambda found: charsets.of_windows(int(found[1]) if found[1] else int(found[2], 16)), text
        )
        text = _named(text, declared, findings)
    return text, findings


_ELEMENT = re.compile(r"<[A-Za-z_]")


def _first_element(text: str) -> int:
    found = _ELEMENT.search(text, 0, _HEAD)
    return found.start() if found else _HEAD


def _named(text: str, declared: dict[str, str], findings: list[str]) -> str:
    def once(found: re.Match[str]) -> str:
        name = found[1]
        if name in _OWN:
            return found[0]
        if name in declared:
            return declared[name]
        return html5.get(f"{name};", f"&amp;{name};")

    text = _ENTITY.sub(once, text)
    if _BARE.search(text):
        mended = _outside_cdata(text, lambda part: _BARE.sub("&amp;", part))
        if mended != text:
            findings.append("malformed")
        text = mended
    return text


def _outside_cdata(text: str, mend: Any) -> str:
    if "<![CDATA[" not in text:
        return str(mend(text))
    parts, at = [], 0
    for found in _CDATA.finditer(text):
        parts += [mend(text[at : found.start()]), found[0]]
        at = found.end()
    return "".join([*parts, mend(text[at:])])


# By the two readers -----------------------------------------------------------------------------------------------------


def _quickly(text: str, root: str, url: str) -> _Kept | None:
    """By feedparser-rs; None where it is known to lose something, or where it said so."""
    if (root == "feed" or any(sign in text for sign in _SIGNS_OF_LOSS)) and _LOST.search(text):
        return None
    if root != "feed" and _LOST_IN_RSS.search(text):
        return None
    limits = feedparser_rs.ParserLimits(
        max_entries=_MOST_SEEN, max_tags=_MOST_TAGS, max_enclosures=_MOST_ENCLOSURES
    )
    found = feedparser_rs.parse_with_limits(
        text.encode(), limits=limits, sanitize_html=False, resolve_relative_uris=False
    )
    if found.bozo or found.version not in _FORMATS or len(found.entries) < _counted(text):
        return None
    if found.version in {"atom03", "rss090"} or (found.version == "rss10" and "netscape" in text[:_HEAD]):
        return None
    # It leaves out addresses of private networks. Only where the client has been let in there are such addresses meant.
    if _PRIVATE.match(url) and (not found.feed.link or any(_is_blanked(each) for each in found.entries)):
        return None
    return _Kept(
        _FORMATS[found.version], _Reading(found.feed), [_Reading(each) for each in found.entries], ()
    )


def _is_blanked(entry: Any) -> bool:
    return not entry.link or any(not each.url for each in entry.enclosures)


def _counted(text: str) -> int:
    return min(
        _MOST_SEEN, sum(1 for _ in _BEGIN.finditer(text if "<![CDATA[" not in text else _CDATA.sub("", text)))
    )


def _patiently(text: str, url: str) -> _Kept:
    findings: list[str] = []
    if len(text) > _MOST_FOR_FEEDPARSER:
        text = _cut(text)
        findings.append("many")
    if _levels(text) > _MOST_LEVELS:
        raise Unreadable("deep")
    try:
        found = feedparser.parse(
            io.BytesIO(f'<?xml version="1.0" encoding="utf-8"?>\n{text}'.encode()),
            response_headers={"content-type": "application/xml; charset=utf-8", "content-location": url},
            sanitize_html=False,
            resolve_relative_uris=True,
        )
    except Exception as fault:  # it has raised all sorts, and no feed may stop the rest
        raise Unreadable("malformed", type(fault).__name__) from fault
    if found.get("bozo"):
        findings.append("malformed")
    version = _FORMATS.get(found.get("version") or "", "")
    if not version and not found.entries and not found.feed.get("title") and not found.feed.get("link"):
        raise Unreadable("malformed" if _root(text) in {"rss", "rdf", "feed"} else "not_a_feed")
    return _Kept(
        version or "rss2.0", _Reading(found.feed), [_Reading(each) for each in found.entries], tuple(findings)
    )


def _cut(text: str) -> str:
    """Up to the last whole entry within the limit."""
    ends = [text.rfind(end, 0, _MOST_FOR_FEEDPARSER) for end in ("</item>", "</entry>")]
    return text[: max(ends)] + ("</item>" if ends[0] > ends[1] else "</entry>")


_TAG = re.compile(r"<(/?)[A-Za-z_][^<>]*?(/?)>")


def _levels(text: str) -> int:
    deepest = level = 0
    for found in _TAG.finditer(_CDATA.sub("", text)):
        if found[1]:
            level -= 1
        elif not found[2]:
            level += 1
            if level > deepest:
                deepest = level
                if deepest > 10 * _MOST_LEVELS:
                    break
    # What is never closed (<br> in old feeds) counts as a level each time: only a real well is refused.
    return deepest if deepest > 10 * _MOST_LEVELS else 0


# What they said -----------------------------------------------------------------------------------------------------------


def _feed(text: str, kept: _Kept, url: str, findings: Iterable[str]) -> ReadFeed:
    said = kept.feed
    head = text[: _first_entry(text)]
    links = _links(said, url)
    page_url = markup.address(said.says("link"), url) or links.get("alternate", [""])[0]
    base = page_url or url
    rights = markup.line(said.says("rights"), is_html=True, most=300)
    entries = kept.entries
    notes = list(findings)
    if len(entries) > MOST_ENTRIES:
        notes.append("many")
        entries = _newest(entries)
    if _SCRIPT.search(text):
        notes.append("script")
    licence = _licence(head) or markup.address((links.get("license") or [""])[0]) or licences.found_in(rights)
    language = language_of(said.says("language"))
    read = [_entry(each, base=base, format_=kept.version) for each in in_time(entries, notes)]
    feed = ReadFeed(
        format=kept.version,
        title=markup.line(said.says("title"), is_html=_is_html(said.title_detail, kept.version), most=300),
        page_url=page_url,
        description=markup.line(said.says("subtitle") or said.says("description"), is_html=True, most=2000),
        language=language,
        author_name=_author(said),
        rights=rights,
        licence_url=licence,
        picture_url=_picture_of_feed(said, base),
        self_url=(links.get("self") or [""])[0],
        hub_urls=tuple(dict.fromkeys(links.get("hub", [])))[:5],
        moved_to=_moved(head),
        refresh_seconds=_refresh(head),
        entries=tuple(read),
    )
    return replace(feed, findings=tuple(dict.fromkeys([*notes, *noticed(read)])))


def noticed(entries: list[ReadEntry]) -> list[str]:
    """What is odd in entries, whatever the format."""
    found = []
    if not entries:
        found.append("empty")
    if entries and not any(each.published_at or each.begins_at for each in entries):
        found.append("no_dates")
    tomorrow = clock.now() + timedelta(days=1)  # clocks and time zones are not always right
    if any(each.kind != "event" and each.published_at and each.published_at > tomorrow for each in entries):
        found.append("future")
    return found


def _first_entry(text: str) -> int:
    # In RDF and odd RSS the words of the feed may follow its entries: those are not looked for here.
    found = _BEGIN.search(text)
    return found.start() if found else len(text)


def _newest(entries: list[_Reading]) -> list[_Reading]:
    def when(entry: _Reading) -> datetime:
        return dates.moment(entry.says("published") or entry.says("updated")) or datetime(1, 1, 1, tzinfo=UTC)

    places = sorted(range(len(entries)), key=lambda place: when(entries[place]), reverse=True)[:MOST_ENTRIES]
    return [entries[place] for place in sorted(places)]


def _links(said: _Reading, base: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for link in said.links or []:
        if address := markup.address(link.says("href"), base):
            found.setdefault((link.says("rel") or "alternate").lower().rpartition("/")[2], []).append(address)
    return found


def _licence(part: str) -> str:
    found = _LICENCE.search(part)
    return markup.address(found[1] or found[2] or "") if found else ""


def _refresh(head: str) -> int | None:
    if found := _TTL.search(head):
        return int(found[1]) * 60 or None
    if (period := _REFRESH.search(head)) and (seconds := _PERIODS.get(period[1].lower())):
        times = _FREQUENCY.search(head)
        return seconds // max(1, int(times[1]) if times else 1)
    return None


def _moved(head: str) -> str:
    found = _MOVED.search(head)
    return markup.address(found[1]) if found else ""


def _picture_of_feed(said: _Reading, base: str) -> str:
    for thing in (said.image, said.itunes_image, said.itunes):
        if isinstance(thing, str) and (url := markup.address(thing, base)):
            return url
        if isinstance(thing, _Reading):
            for name in ("href", "url", "image"):
                if url := markup.address(thing.says(name), base):
                    return url
    return markup.address(said.says("logo") or said.says("icon"), base)


def _author(said: _Reading) -> str:
    detail = said.author_detail
    name = detail.says("name") if isinstance(detail, _Reading) else ""
    whole = said.says("author")
    if "@" in whole:  # both readers part a mailbox from its name in ways that lose letters
        name = whole
    name = name or whole or said.says("dc_creator") or said.says("publisher")
    people = [
        _without_mailbox(each.says("name") or each.says("email"))
        for each in said.authors or []
        if isinstance(each, _Reading)
    ]
    if len(people) > 1:
        return markup.line(", ".join(dict.fromkeys(filter(None, people[:5]))), is_html=True, most=200)
    return markup.line(_without_mailbox(name), is_html=True, most=200)


_MAILBOX = re.compile(
    r"^[^\s@]+@[^\s@]+\s*\((.+)\)$|^(.+?)\s*[<(]\s*(?:mailto:)?[^\s@<>()]+@[^\s@<>()]+[>)]$"
)


def _without_mailbox(name: str) -> str:
    """Both "ann@a.example (Ann)" and "Ann <ann@a.example>" are Ann: addresses of people are not spread further."""
    if "@" not in name:
        return name
    if found := _MAILBOX.match(name.strip()):
        return found[1] or found[2]
    return name if " " in name and not re.search(r"\S+@\S+\.\S+", name) else name.partition("@")[0]


def language_of(said: str) -> str:
    """So "en_gb" is "en-GB"; empty for what is no language."""
    if (found := _LANGUAGE.fullmatch(said.strip())) is None:
        return ""
    parts = [found[1].lower()]
    for part in re.split("[-_]", found[2] or ""):
        if len(part) == 2 and part.isalpha():  # noqa: PLR2004 -- a country
            parts.append(part.upper())
        elif len(part) == 4 and part.isalpha():  # noqa: PLR2004 -- a script
            parts.append(part.capitalize())
        elif part:
            parts.append(part.lower())
    return "" if parts[0] in {"und", "mul", "zxx"} else "-".join(parts)[:20]


# One entry --------------------------------------------------------------------------------------------------------------


def _is_html(detail: Any, version: str) -> bool:
    """In RSS anything may be HTML; Atom says."""
    said = detail.says("type") if isinstance(detail, _Reading) else ""
    if version.startswith("atom"):
        return said in {"html", "xhtml", "text/html", "application/xhtml+xml"}
    return True


def _entry(said: _Reading, *, base: str, format_: str) -> ReadEntry:
    guid = said.says("id") or said.says("guid")
    is_permalink = bool(said.guidislink)
    links = _links(said, base)
    url = _address(said, links, guid, base, is_permalink=is_permalink)
    words, summary_html, where = _words(said, format_, url or base)
    found = markup.safe(words, where) if words else markup.Found()
    title = markup.line(said.says("title"), is_html=_is_html(said.title_detail, format_), most=500)
    summary = markup.summary(markup.safe(summary_html, where).html if summary_html else found.html)
    enclosures = _enclosures(said, found, base)
    published = _moment(said, "published", "created", "issued") or _moment(
        said, "updated", "modified", "dc_date"
    )
    edited = _moment(said, "updated", "modified")
    own_tags = _tags(said)
    kind, title = _kind(said, title=title, summary=summary, url=url, enclosures=enclosures, guid=guid)
    if kind == "note":
        own_tags += tags.found_in(summary)
    return ReadEntry(
        guid=guid[:2000],
        url=url,
        title=title,
        summary=summary,
        html=found.html,
        author_name=_author(said),
        published_at=published,
        edited_at=edited if edited and edited != published else None,
        tags=unique(own_tags),
        enclosures=enclosures,
        licence_url=_licence_of(said, links),
        language=_language(said),
        kind=kind,
        picture_url=_picture(said, found, enclosures, base),
        also_at=_also_at(said, links, found, guid, url, is_permalink=is_permalink),
        comments_url=markup.address(said.says("comments"), base) or (links.get("replies") or [""])[0],
    )


def _address(said: _Reading, links: dict[str, list[str]], guid: str, base: str, *, is_permalink: bool) -> str:
    stated = said.says("link")
    return (
        (markup.address(stated, base) if stated else "")
        or (links.get("alternate") or [""])[0]
        or (markup.address(guid) if is_permalink or guid.startswith(("http://", "https://")) else "")
    )


def _words(said: _Reading, format_: str, where: str) -> tuple[str, str, str]:
    """The fullest words as HTML, the summary where it is another thing, and where their links lead from."""
    best, base = "", ""
    for content in said.content or []:
        value = content.says("value")
        if content.says("type") in {"text/plain", "text"} or (
            format_ == "atom1.0" and content.says("type") == ""
        ):
            value = markup.paragraphs(value)
        elif not _is_readable(content.says("type")):
            continue
        if len(value) > len(best):
            best, base = value, content.says("base")
    summary = said.says("summary") or said.says("description")
    if isinstance(said.summary_detail, _Reading) and said.summary_detail.says("type") in {
        "text/plain",
        "text",
    }:
        summary = summary if not format_.startswith("atom") else markup.paragraphs(summary)
    media = said.says("media_description") or _media_text(said)
    summary = summary or (markup.paragraphs(media) if media else "")
    if len(summary) > len(best):
        best, base = summary, ""
    where = base if base.startswith(("http://", "https://")) else where
    return best, summary if summary and summary is not best else "", where


def _is_readable(media_type: str) -> bool:
    return media_type in {"", "html", "xhtml", "text/html", "application/xhtml+xml", "text/x-html"} or (
        "/" not in media_type
    )


def _media_text(said: _Reading) -> str:
    for medium in said.media_content or []:
        for name in ("description", "media_description"):
            if isinstance(medium, _Reading) and (text := medium.says(name)):
                return text
    return ""


def _moment(said: _Reading, *names: str) -> datetime | None:
    for name in names:
        text = said.says(name)
        if text and (found := dates.moment(text)):
            return found
        parsed = getattr(said, f"{name}_parsed") if text else None
        parts = getattr(parsed, "_thing", None)
        if parts is not None:
            try:
                year, month, day, hour, minute, second = parts[:6]
                found = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
            except (TypeError, ValueError):
                continue
            return dates.moment(found.isoformat())
    return None


def _tags(said: _Reading) -> list[str]:
    found = [
        markup.line(tag.says("label") or tag.says("term"), is_html=True, most=120) for tag in said.tags or []
    ]
    keywords = said.says("media_keywords")
    return [*found, *(word.strip() for word in keywords.split(",") if word.strip())]


def unique(words: Iterable[str]) -> tuple[str, ...]:
    """Once each, however written, without what is no word."""
    found: dict[str, str] = {}
    for word in words:
        if (folded := tags.fold(word)) and len(found) < _MOST_TAGS:
            found.setdefault(folded, word.lstrip("#＃").strip()[:120])
    return tuple(found.values())


def _licence_of(said: _Reading, links: dict[str, list[str]]) -> str:
    return (
        (links.get("license") or [""])[0]
        or markup.address(said.says("license"))
        or licences.found_in(said.says("rights") or said.says("dc_rights"))
    )


def _language(said: _Reading) -> str:
    for thing in (*(said.content or []), said.title_detail, said.summary_detail, said):
        if isinstance(thing, _Reading) and (found := language_of(thing.says("language"))):
            return found
    return ""


def _number(text: object) -> int | None:
    return int(text) if isinstance(text, str) and re.fullmatch(r"\s*[0-9]{1,15}\s*", text) else None


def seconds(text: object) -> int | None:
    """Reads "1:02:03", "62:03" and "3723.4" alike."""
    if not isinstance(text, str) or not re.fullmatch(
        r"\d{1,9}(?:[.,]\d+)?|\d{1,4}(?::\d{1,2}){1,2}", text.strip()
    ):
        return None
    total = 0
    for part in text.strip().split(":"):
        total = total * 60 + int(float(part.replace(",", ".")))
    return total if total < 10**7 else None


def _enclosures(said: _Reading, found: markup.Found, base: str) -> tuple[ReadEnclosure, ...]:
    duration = seconds(said.says("itunes_duration")) or (
        seconds(said.itunes.says("duration")) if isinstance(said.itunes, _Reading) else None
    )
    all_: list[ReadEnclosure] = []
    for link in [
        *(said.enclosures or []),
        *(link for link in said.links or [] if link.says("rel") == "enclosure"),
    ]:
        if url := markup.address(link.says("href") or link.says("url"), base):
            length = link.length if isinstance(link.length, int) else _number(link.says("length"))
            all_.append(
                ReadEnclosure(
                    url, link.says("type").lower()[:120], length or None, duration, link.says("title")[:300]
                )
            )
    for medium in said.media_content or []:
        if not isinstance(medium, _Reading) or not (url := markup.address(medium.says("url"), base)):
            continue
        media_type = medium.says("type").lower()
        kind = medium.says("medium").lower()
        if "flash" in media_type and kind == "video":
            media_type = "video/*"
        all_.append(
            ReadEnclosure(
                url,
                (media_type or (f"{kind}/*" if kind in {"image", "audio", "video"} else ""))[:120],
                _number(medium.says("filesize"))
                or (medium.filesize if isinstance(medium.filesize, int) else None),
                seconds(medium.says("duration")),
                markup.line(medium.says("title"), is_html=True, most=300),
            )
        )
    once: dict[str, ReadEnclosure] = {}
    for each in [*all_, *found.enclosures]:
        once.setdefault(each.url, each)
    return tuple(once.values())[:_MOST_ENCLOSURES]


def _picture(said: _Reading, found: markup.Found, enclosures: tuple[ReadEnclosure, ...], base: str) -> str:
    for thing in said.media_thumbnail or []:
        if isinstance(thing, _Reading) and (url := markup.address(thing.says("url"), base)):
            return url
    for thing in (said.image, said.itunes):
        if isinstance(thing, _Reading):
            for name in ("href", "image"):
                if url := markup.address(thing.says(name), base):
                    return url
    pictures = [each.url for each in enclosures if each.media_type.startswith("image/")]
    return found.picture_url or (pictures[0] if pictures else "")


def _also_at(
    said: _Reading,
    links: dict[str, list[str]],
    found: markup.Found,
    guid: str,
    url: str,
    *,
    is_permalink: bool,
) -> tuple[str, ...]:
    also = [*links.get("canonical", []), *links.get("shortlink", []), *links.get("syndication", [])]
    also += links.get("alternate", [])[1:] + found.also_at
    also.append(markup.address(said.says("feedburner_origlink")))
    if (named := markup.address(guid)) and (is_permalink or _host(named) == _host(url)):
        also.append(named)
    return tuple(dict.fromkeys(each for each in also if each and each != url))[:10]


def _host(url: str) -> str:
    return url.split("/")[2].removeprefix("www.").lower() if url.count("/") > 1 else ""


_SHORT = 600
_FILMS = ("youtube.com/watch", "youtu.be/", "vimeo.com/")


def _kind(  # noqa: PLR0911 -- a table of kinds
    said: _Reading, *, title: str, summary: str, url: str, enclosures: tuple[ReadEnclosure, ...], guid: str
) -> tuple[str, str]:
    """What it is, and its title: a note has none, though some say its first words twice."""
    types = [each.media_type for each in enclosures]
    if guid.startswith("yt:video:") or any(film in url for film in _FILMS):
        return "video", title
    if any(each.startswith("video/") for each in types):
        return "video", title
    if any(each.startswith("audio/") for each in types):
        return "audio", title
    if "zotero.org/" in guid or said.says("zapi_key") or said.says("zapi_itemtype"):
        return "reference", title
    beginning = title.rstrip("…. ")
    is_note = not title or (
        len(beginning) > 0 and summary.startswith(beginning) and len(summary) <= len(title) + 2
    )
    if is_note and any(each.startswith("image/") for each in types) and len(summary) < _SHORT:
        return "image", title
    if is_note and len(summary) <= _SHORT:
        return "note", ""
    return "post", title

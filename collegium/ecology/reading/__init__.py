"""Reading: from bytes that anybody may have written to words that are safe, whatever the format."""

import re
from dataclasses import replace

from collegium.ecology.reading import calendars, charsets, feeds, jsonfeed, pages
from collegium.ecology.reading.shapes import ReadEnclosure, ReadEntry, ReadFeed, Unreadable

__all__ = ["MOST_BYTES", "ReadEnclosure", "ReadEntry", "ReadFeed", "Unreadable", "read", "read_page"]

MOST_BYTES = 20_000_000
_NOT_TEXT = re.compile(
    rb"\A(?:%PDF|\x89PNG|GIF8|\xff\xd8\xff|PK\x03\x04|\x1f\x8b|RIFF|OggS|ID3|\x00\x00\x00.ftyp|Rar!|7z\xbc|\x7fELF|BM.{4}\0\0)",
    re.DOTALL,
)


def read(body: bytes, *, content_type: str, url: str) -> ReadFeed:
    """What a feed or calendar says, told by what it holds: what its server calls it is often wrong.

    ``url`` is where it was found at last, after all redirects. Raises Unreadable.
    """
    text, findings = _text(body, content_type)
    start = text.lstrip()[:1]
    if start in {"{", "["}:
        found = jsonfeed.read(text, url=url)
    elif text.lstrip()[:15].upper() == "BEGIN:VCALENDAR":
        found = calendars.read(text.lstrip(), url=url)
    else:
        found = feeds.read(text, url=url)
    return replace(found, findings=tuple(dict.fromkeys([*findings, *found.findings])))


def read_page(body: bytes, *, content_type: str, url: str) -> ReadFeed:
    """A page of the web as a feed of one entry. Raises Unreadable."""
    text, findings = _text(body, content_type)
    found = pages.read(text, url=url)
    return replace(
        found,
        findings=tuple(dict.fromkeys([*(each for each in findings if each != "charset"), *found.findings])),
    )


def _text(body: bytes, content_type: str) -> tuple[str, tuple[str, ...]]:
    if not body.strip(b" \t\r\n\0"):
        raise Unreadable("nothing")
    if len(body) > MOST_BYTES:
        raise Unreadable("large")
    if _NOT_TEXT.match(body):
        raise Unreadable("not_a_feed")
    return charsets.decode(body, content_type)

"""Reads feedparser's own test files with our reader and with feedparser, and prints what differs, as a table for docs/feeds.md.

    pip download feedparser --no-deps --no-binary :all: -d /tmp/feedparser     # unpack what came
    python docs/compare_feeds.py /tmp/feedparser/feedparser-6.0.14/tests [--show 5]

Each file names what must come of it (``Expect``). Three things are asked of each: was it read at all, when feedparser reads
it; is what feedparser's own reader makes of it the same in every word, address and moment that we keep; and does nothing that
could run or load anything come through.
"""

import argparse
import io
import os
import re
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "collegium.config.settings")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import django

django.setup()

import feedparser  # noqa: E402  # Django stands before anything of ours is imported
import lxml.html  # noqa: E402

from collegium.ecology import reading  # noqa: E402
from collegium.ecology.reading import charsets, feeds  # noqa: E402
from collegium.ecology.reading.shapes import ReadFeed, Unreadable  # noqa: E402

URL = "http://127.0.0.1:8097/tests/feed.xml"
_HEADER = re.compile(rb"^Header:\s+([^:]+):(.+)$", re.MULTILINE)
_EXPECT = re.compile(r"Expect:\s*(.+)")
_WORDS = re.compile(r"[^\W_]+")
KEPT = ("title", "url", "author_name", "published_at", "licence_url", "guid")


def content_type(body: bytes) -> str:
    found = {key.strip().lower(): value.strip() for key, value in _HEADER.findall(body)}
    return found.get(b"content-type", b"application/xml").decode("latin-1")


def ours(body: bytes) -> ReadFeed | str:
    try:
        return reading.read(body, content_type=content_type(body), url=URL)
    except Unreadable as fault:
        return fault.finding


def theirs(body: bytes) -> ReadFeed | str:
    """All by feedparser: character set, mending, fields. Only the last step, into our shapes, is ours."""
    try:
        found = feedparser.parse(
            io.BytesIO(body),
            response_headers={"content-type": content_type(body), "content-location": URL},
            sanitize_html=False,
        )
    except Exception as fault:  # noqa: BLE001 -- what it cannot read is counted
        return type(fault).__name__
    if not found.version and not found.entries and not found.feed:
        return "nothing"
    kept = feeds._Kept(  # noqa: SLF001 -- the step that both have in common
        feeds._FORMATS.get(found.version, "rss2.0"),  # noqa: SLF001
        feeds._Reading(found.feed),  # noqa: SLF001
        [feeds._Reading(each) for each in found.entries],  # noqa: SLF001
        (),
    )
    text, _findings = charsets.decode(body, content_type(body))
    return feeds._feed(text, kept, URL, ())  # noqa: SLF001


def words(html: str) -> list[str]:
    if not html.strip():
        return []
    root = lxml.html.fragment_fromstring(html, create_parent="div")
    return _WORDS.findall(" ".join(root.itertext()))


def runs_or_loads(feed: ReadFeed) -> str:
    """What a browser would run or load of it; empty if nothing."""
    for entry in feed.entries:
        if not entry.html.strip():
            continue
        root = lxml.html.fragment_fromstring(entry.html, create_parent="div")
        for element in root.iter():
            tag = element.tag if isinstance(element.tag, str) else "comment"
            if tag in {
                "script",
                "style",
                "iframe",
                "object",
                "embed",
                "img",
                "video",
                "audio",
                "link",
                "meta",
                "base",
                "form",
                "svg",
                "math",
                "comment",
            }:
                return tag
            for name, value in element.attrib.items():
                if name.startswith("on") or name in {"style", "src"}:
                    return name
                if name == "href" and not value.lower().startswith(("http:", "https:", "mailto:", "tel:")):
                    return value
    return ""


def differences(mine: ReadFeed, other: ReadFeed) -> list[str]:
    found = [
        f"feed.{name}"
        for name in (
            "title",
            "page_url",
            "description",
            "language",
            "author_name",
            "rights",
            "licence_url",
            "picture_url",
        )
        if getattr(mine, name) != getattr(other, name)
    ]
    if len(mine.entries) != len(other.entries):
        return [*found, "entries"]
    for one, two in zip(mine.entries, other.entries, strict=True):
        found += [name for name in KEPT if getattr(one, name) != getattr(two, name)]
        if words(one.html) != words(two.html):
            found.append("words")
        if re.findall(r'href="([^"]*)"', one.html) != re.findall(r'href="([^"]*)"', two.html):
            found.append("links")
        if [each.url for each in one.enclosures] != [each.url for each in two.enclosures]:
            found.append("enclosures")
        if set(one.tags) != set(two.tags):
            found.append("tags")
    return list(dict.fromkeys(found))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--show", type=int, default=0, help="of each kind of difference, so many in full")
    given = parser.parse_args()
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    shown: Counter[str] = Counter()
    spent: Counter[str] = Counter()
    for path in sorted(each for each in given.corpus.rglob("*") if each.suffix in {".xml", ".json"}):
        group = "/".join(path.relative_to(given.corpus).parts[:-1])
        if "compression" in group:
            continue
        body = path.read_bytes()
        begun = time.perf_counter()
        mine = ours(body)
        spent["ours"] += time.perf_counter() - begun
        begun = time.perf_counter()
        other = theirs(body)
        spent["feedparser"] += time.perf_counter() - begun
        row = rows[group]
        row["files"] += 1
        row["read"] += isinstance(mine, ReadFeed)
        row["theirs"] += isinstance(other, ReadFeed)
        if isinstance(mine, str) or isinstance(other, str):
            row["same"] += isinstance(mine, str) and isinstance(other, str)
            kind = f"not read: {mine}" if isinstance(mine, str) else f"read, by feedparser not: {other}"
            if isinstance(mine, str) and isinstance(other, str):
                continue
            found = [kind]
        else:
            found = differences(mine, other)
            row["same"] += not found
            if bad := runs_or_loads(mine):
                row["unsafe"] += 1
                found.append(f"unsafe {bad}")
        for kind in found:
            row[kind] += 1
            shown[kind] += 1
            if shown[kind] <= given.show:
                print(f"--- {kind}: {path.relative_to(given.corpus)}")
                if isinstance(mine, ReadFeed) and isinstance(other, ReadFeed):
                    print("   ours:      ", picture(mine, kind))
                    print("   feedparser:", picture(other, kind))
    print(
        "| files | | read | by feedparser | the same | differing in | not safe |\n|---|---:|---:|---:|---:|---|---:|"
    )
    total: Counter[str] = Counter()
    for group, row in rows.items():
        total.update(row)
        differing = ", ".join(
            f"{kind} {row[kind]}"
            for kind in row
            if kind not in {"files", "read", "theirs", "same", "unsafe"} and row[kind]
        )
        print(
            f"| {group} | {row['files']} | {row['read']} | {row['theirs']} | {row['same']} | {differing} | {row['unsafe']} |"
        )
    print(
        f"| all | {total['files']} | {total['read']} | {total['theirs']} | {total['same']} | | {total['unsafe']} |"
    )
    print(f"\nOurs {spent['ours']:.1f} s, feedparser {spent['feedparser']:.1f} s.")


def picture(feed: ReadFeed, kind: str) -> str:
    if kind.startswith("feed."):
        return repr(getattr(feed, kind.removeprefix("feed.")))[:300]
    if kind == "entries":
        return f"{len(feed.entries)} of {feed.format}"
    name = {"words": "html", "links": "html"}.get(kind, kind)
    return repr([getattr(each, name, "") for each in feed.entries])[:300]


if __name__ == "__main__":
    main()

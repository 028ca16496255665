"""Reads feeds and takes their items in, and prints how many a second of the processor: ``python -m bench.feeds [folder of feeds]``.

Without a folder the feeds of ``tests/ecology/feeds`` are read, and feeds like those of a hundred blogs. With one, such as the
unpacked tests of feedparser's source distribution, each file in it is read too. What is stored goes into a database of its own.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parent.parent
BLOGS = 100
POSTS = 30
SYLLABLES = "ba co di fe gu la mi no pe ra sti tor va wen li mar so tu na qui".split()  # noqa: SIM905  # as in world


def a_blog(number: int) -> bytes:
    """Thirty posts of a few hundred words, with links, pictures and lists, as a weblog's program writes them."""
    chance = random.Random(number)  # noqa: S311  # the same each time

    def word() -> str:
        return "".join(chance.choices(SYLLABLES, k=chance.choice([1, 2, 2, 3])))

    def sentence(words: int) -> str:
        return " ".join(word() for _ in range(words)).capitalize() + "."

    def post(place: int) -> str:
        parts = [
            f"<p>{sentence(40)} <a href='/about'>{word()}</a> {sentence(20)}</p>"
            for _ in range(chance.randrange(3, 9))
        ]
        parts.insert(
            1, f'<figure><img src="/pictures/{place}.jpg" alt="{word()}" width="800" height="600"></figure>'
        )
        parts.insert(
            2,
            f"<ul>{''.join(f'<li>{sentence(6)}</li>' for _ in range(4))}</ul><blockquote>{sentence(20)}</blockquote>",
        )
        at = datetime(2026, 1, 1, tzinfo=UTC) - timedelta(days=7 * place, hours=number)
        return (
            f"<item><title>{sentence(6)}</title><link>https://blog-{number}.example/{place}/</link>"
            f'<guid isPermaLink="false">https://blog-{number}.example/?p={place}</guid>'
            f"<pubDate>{at:%a, %d %b %Y %H:%M:%S} +0000</pubDate><category>{word()}</category><category>cMOOC</category>"
            f"<description>{escape(sentence(30))}</description><content:encoded><![CDATA[{''.join(parts)}]]></content:encoded></item>"
        )

    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        f"<channel><title>{sentence(3)}</title><link>https://blog-{number}.example/</link><language>en-GB</language>"
        f"{''.join(post(place) for place in range(POSTS))}</channel></rss>"
    ).encode()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="collegium-bench-") as folder:
        os.environ.update(
            DJANGO_SETTINGS_MODULE="bench.settings", COLLEGIUM_MODE="production", COLLEGIUM_DATA=folder
        )
        os.environ.setdefault("COLLEGIUM_SITE_URL", "http://127.0.0.1")
        measure(given.folder)


def measure(folder: Path | None) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print("| | entries | s | of the processor | entries/s of it |\n|---|---:|---:|---:|---:|")
    read_all(
        "feeds of our tests, 20 times",
        [path.read_bytes() for path in files(ROOT / "tests/ecology/feeds")] * 20,
    )
    if folder is not None:
        read_all(f"{folder.name}: each file once", [path.read_bytes() for path in files(folder)])
    bodies = [a_blog(number) for number in range(BLOGS)]
    read_all(f"{BLOGS} blogs with {POSTS} posts", bodies)
    by_feedparser(bodies[:10])
    take_in_all(bodies)


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in {".xml", ".json", ".ics"})


def row(name: str, entries: int, work: Callable[[], object]) -> None:
    begun, used = time.perf_counter(), time.process_time()
    work()
    spent, used = time.perf_counter() - begun, time.process_time() - used
    print(f"| {name} | {entries:,} | {spent:.2f} | {used:.2f} | {entries / used:,.0f} |")
    sys.stdout.flush()


def read_all(name: str, bodies: list[bytes]) -> None:
    from collegium.ecology import reading

    def once(body: bytes) -> int:
        try:
            return len(
                reading.read(body, content_type="application/xml", url="https://b.example/feed").entries
            )
        except reading.Unreadable:
            return 0

    entries = sum(once(body) for body in bodies)
    row(f"read: {name}", entries, lambda: [once(body) for body in bodies])


def by_feedparser(bodies: list[bytes]) -> None:
    import io

    import feedparser
    import feedparser_rs

    entries = POSTS * len(bodies)
    row(
        "for comparison, feedparser alone",
        entries,
        lambda: [feedparser.parse(io.BytesIO(body)) for body in bodies],
    )
    row(
        "for comparison, feedparser-rs alone, as its fields are read",
        entries,
        lambda: [
            [
                (each.title, each.link, each.id, each.published, each.content)
                for each in feedparser_rs.parse(body).entries
            ]
            for body in bodies
        ],
    )


def take_in_all(bodies: list[bytes]) -> None:
    from django.db import connection

    from collegium.ecology import actions, reading, words
    from collegium.ecology.models import Ecology, Following, Item, Source
    from collegium.foundation import clock
    from collegium.people.models import Audience, Circle

    circle = Circle.objects.create(name="bench")
    ecology = Ecology.objects.create(
        title="Bench", path="/", audience=Audience.PUBLIC, members=circle, editors=circle
    )
    feeds = [
        reading.read(body, content_type="", url=f"https://blog-{n}.example/feed")
        for n, body in enumerate(bodies)
    ]
    sources = Source.objects.bulk_create(
        Source(
            feed_url=f"https://blog-{n}.example/feed",
            page_url=f"https://blog-{n}.example/",
            feed_key=str(n),
            host=str(n),
        )
        for n in range(len(bodies))
    )
    Following.objects.bulk_create(Following(ecology=ecology, source=source) for source in sources)
    entries = sum(len(feed.entries) for feed in feeds)
    name = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[connection.vendor]

    def take() -> None:
        for source, feed in zip(sources, feeds, strict=True):
            actions.take_in(source=source, feed=feed, at=clock.now())

    row(f"store: all new, {name}", entries, take)
    row(f"index their words, {name}", entries, words.index_due)
    row(f"store: nothing new, {name}", entries, take)
    assert Item.objects.count() == entries


if __name__ == "__main__":
    main()

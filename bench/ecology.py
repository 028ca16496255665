"""A river, as large as is wanted: each size brings 1,000 items of 20 sources. So at size 1,000 there are a million.

All of it flows in the commons, a tenth in a course that lies beside it, and half of that in one of the course's weeks. A thousand items are taken in as the product does it;
the database copies them, each copy thirty-seven minutes older than the one before.
"""

import random
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Model

from bench.communities import Language
from bench.copying import multiply, newest, settle
from bench.world import in_bulk, signed_in
from collegium.conversations.models import Forum
from collegium.ecology import actions
from collegium.ecology.models import (
    Appearance,
    Claim,
    Ecology,
    Enclosure,
    Flow,
    Following,
    Item,
    ItemKey,
    Mark,
    Mute,
    Source,
    Tag,
    Trait,
)
from collegium.ecology.reading import ReadEnclosure, ReadEntry, ReadFeed
from collegium.ecology.words import ITEMS as WORDS_OF_ITEMS
from collegium.foundation import clock
from collegium.foundation.models import Job
from collegium.people.models import Account, Audience, Circle, CircleMember, Person

SOURCES = 20
POSTS = 50  # of each
OF_COURSE = 2  # sources: a tenth of what flows
DAYS = 60
TAGS = 300
COMMON, RARE = "cMOOC", "zeitgeber"
LANGUAGES = ["en"] * 14 + ["de", "de", "fr", "es", "cy", ""]
KINDS = ["post"] * 14 + ["note"] * 3 + ["video", "audio", "event"]

_SHIFTED = {
    "sqlite": "strftime('%%Y-%%m-%%d %%H:%%M:%%S', {column}, '-' || (copies.n * 37) || ' minutes')",
    "postgresql": "{column} - copies.n * interval '37 minutes'",
}


def _group() -> dict[type[Model], dict[str, str]]:
    shifted = _SHIFTED[connection.vendor]
    return {
        Source: {"feed_key": "{uuid}", "feed_url": "{column} || '?' || copies.n"},
        Following: {},
        Item: {"flows_at": shifted, "published_at": shifted, "url": "{column} || '-' || copies.n"},
        ItemKey: {"key": "{uuid}"},
        Appearance: {"guid_key": "{uuid}"},
        Tag: {"flows_at": shifted},
        Enclosure: {},
        Trait: {"value": "{column} + copies.n * 65537"},
        Flow: {"flows_at": shifted, "highlighted_at": shifted, "hidden_at": shifted},
    }


def build(size: int) -> dict[str, str]:
    """Fills the database; returns the addresses and the session that the measuring needs."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")  # this connection only: nobody minds if a bench is lost
            cursor.execute("PRAGMA cache_size=-400000")
    language = Language(random.Random(7))  # noqa: S311  # the same world each time
    reader, writer = _people()
    commons, course, week = (_ecology(title, [reader, writer]) for title in ("Commons", "Course", "Week 1"))
    week.within = course
    week.save()
    now = clock.now().replace(microsecond=0)
    names = [language.chance.choice(language.words) + str(n) for n in range(TAGS)]
    CircleMember.objects.create(circle=commons.editors, person=reader)
    sources = _sources(commons, course)
    Following.objects.create(ecology=week, source=sources[0])
    sources[0].claims.create(person=writer, verified_at=now, how=Claim.How.TOKEN)
    for number, source in enumerate(sources):
        feed = ReadFeed(
            format="rss2.0",
            page_url=source.page_url,
            entries=tuple(_entry(language, number, place, names, now) for place in range(POSTS)),
        )
        actions.take_in(source=source, feed=feed, at=now)
    _edit(commons)
    _private(reader, sources, names)
    Job.objects.all().delete()  # nobody is to be told of this world
    group = _group()
    before = newest(group)
    multiply(group, size)
    _multiply_words(size, before[Item])
    settle()
    item = Item.objects.filter(author=writer, kind="post").order_by("pk")[0]
    return {
        "session": signed_in(reader),
        "commons": str(commons.pk),
        "course": str(course.pk),
        "week": str(week.pk),
        "person": str(writer.pk),
        "source": str(sources[0].pk),
        "item": str(item.pk),
        "tag": COMMON.lower(),
        "rare_tag": RARE,
    }


def _people() -> list[Person]:
    since = clock.now() - timedelta(days=300)
    accounts = in_bulk(
        Account,
        [Account(email=f"p{n}@bench.example", password="!") for n in range(2)],  # noqa: S106  # no password
    )
    return in_bulk(
        Person,
        [
            Person(account=account, name=name, country="GB", joined_at=since)
            for account, name in zip(accounts, ["Reader", "Writer"], strict=True)
        ],
    )


def _ecology(title: str, people: list[Person]) -> Ecology:
    members, editors = (Circle.objects.create(name=title) for _ in range(2))
    in_bulk(CircleMember, [CircleMember(circle=members, person=each) for each in people])
    path = f"/communities/{title.lower()}/"
    forum = Forum.objects.create(
        title=title, path=path, members=members, moderators=editors, audience=Audience.PUBLIC
    )
    return Ecology.objects.create(
        title=title, path=path, members=members, editors=editors, audience=Audience.PUBLIC, forum=forum
    )


def _sources(commons: Ecology, course: Ecology) -> list[Source]:
    made = in_bulk(
        Source,
        [
            Source(
                feed_url=f"https://blog-{n}.example/feed",
                feed_key=f"bench-{n}",
                page_url=f"https://blog-{n}.example/",
                host=f"blog-{n}.example",
                title=f"Blog {n}",
                licence_url="https://creativecommons.org/licenses/by/4.0/" if n % 3 == 0 else "",
            )
            for n in range(SOURCES)
        ],
    )
    in_bulk(Following, [Following(ecology=commons, source=each) for each in made])
    in_bulk(Following, [Following(ecology=course, source=each) for each in made[:OF_COURSE]])
    return made


def _entry(language: Language, number: int, place: int, names: list[str], now: datetime) -> ReadEntry:
    chance = language.chance
    at = now - timedelta(seconds=chance.randrange(60, DAYS * 86400))
    kind = chance.choice(KINDS)
    url = f"https://blog-{number}.example/{place}"
    words = [f"<p>{language.sentence(chance.randrange(20, 60))}.</p>" for _ in range(chance.randrange(1, 6))]
    tags = chance.choices(names, [1 / (n + 5) for n in range(TAGS)], k=chance.randrange(4))
    if chance.random() < 0.1:  # noqa: PLR2004 -- a tenth
        tags.append(COMMON)
    if (number, place) == (7, 7):
        tags.append(RARE)
    media = {"video": "video/mp4", "audio": "audio/mpeg"}.get(kind)
    return ReadEntry(
        guid=url,
        url=url,
        title="" if kind == "note" else language.sentence(7),
        html="".join(words),
        summary=words[0][3:-4][:600],
        author_name=f"Author {number}",
        published_at=at,
        tags=tuple(tags),
        language=chance.choice(LANGUAGES),
        kind=kind,
        enclosures=(ReadEnclosure(f"{url}/medium", media, 10_000_000, 600),) if media else (),
    )


def _edit(ecology: Ecology) -> None:
    """A river that editors look after: one in two hundred items is highlighted, and as many are taken out."""
    flows = list(Flow.objects.filter(ecology=ecology).order_by("pk"))
    for flow in flows[::200]:
        flow.highlighted_at, flow.words = flow.flows_at, "Worth your time."
    for flow in flows[100::200]:
        flow.hidden_at = flow.flows_at
    Flow.objects.bulk_update(flows, ["highlighted_at", "words", "hidden_at"])


def _private(reader: Person, sources: list[Source], names: list[str]) -> None:
    """What somebody who reads now and then has marked and muted."""
    items = list(Item.objects.order_by("-flows_at")[:120])
    in_bulk(
        Mark,
        [
            Mark(person=reader, item=item, read_at=clock.now(), saved_at=clock.now() if n % 10 == 0 else None)
            for n, item in enumerate(items)
            if n % 2
        ],
    )
    Mute.objects.create(person=reader, source=sources[-1])
    Mute.objects.create(person=reader, tag=names[40].lower())


def _multiply_words(size: int, items: int) -> None:
    """The index of words, copied as the items were. Copy after copy: SQLite writes it well only if keys ascend."""
    name = WORDS_OF_ITEMS.name
    columns = f"scope, title, body, {'stems' if connection.vendor == 'sqlite' else 'words'}"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE pattern AS SELECT rowid AS of_row, {columns} FROM {name} ORDER BY rowid"  # noqa: S608  # its own name
        )
        for copy in range(1, size):
            cursor.execute(
                f"INSERT INTO {name} (rowid, {columns}) SELECT of_row + %s, {columns} FROM pattern ORDER BY of_row",  # noqa: S608  # as above
                [copy * items],
            )
        cursor.execute("DROP TABLE pattern")

"""A full round over many sources, served on loopback by 500 hosts: fresh, unchanged, slow and broken in a realistic mix.

Two rounds: the first brings everything, the second is an ordinary one, in which little has changed. Several processes with
several threads each do it, as the consumers of a large house would.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

HOSTS = 500
PROCESSES = 2
THREADS = 6
SLOW = 2.0  # seconds that a slow one takes
AIM_SECONDS = 300
AIM_GROWTH = 1.3  # of memory, between the end of the first quarter of a round and its end
ENTRIES = 10

# What the second round meets, of a hundred sources.
MIX = (
    ("not_modified", 58),
    ("same", 16),
    ("new", 14),
    ("edited", 2),
    ("slow", 3),
    ("moved", 1),
    ("not_found", 2),
    ("gone", 1),
    ("fault", 1),
    ("html", 1),
    ("malformed", 1),
)
KINDS = [kind for kind, number in MIX for _ in range(number)]


def kind_of(number: int) -> str:
    return KINDS[number * 37 % 100]  # spread over the hosts


# The sites ------------------------------------------------------------------------------------------------------------


SYLLABLES = "ba co di fe gu la mi no pe ra sti tor va wen li mar so tu na qui".split()  # noqa: SIM905  # as in feeds
VOCABULARY = [
    "".join(SYLLABLES[place // 20**each % 20] for each in range(1 + place % 3)) for place in range(6000)
]
OFTEN = list(
    itertools.accumulate(1 / (10 + place) for place in range(len(VOCABULARY)))
)  # a few words are most of a text


def words(number: int, post: int) -> str:
    """Other words for every post: near copies are few in real life, and looking at them is not what is measured."""
    chance = random.Random(number * 1000 + post)  # noqa: S311  # the same each time
    return " ".join(chance.choices(VOCABULARY, cum_weights=OFTEN, k=150))


def feed(number: int, *, host: str, new: int = 0, edited: bool = False) -> bytes:
    items = "".join(
        f"<item><title>Post {each} of {number}</title><link>http://{host}/{number}/post-{each}</link>"
        f"<guid isPermaLink='false'>{number}-{each}</guid><category>week{each % 6}</category>"
        f"<pubDate>{1 + each % 28:02d} Aug 2026 10:{number % 60:02d}:00 GMT</pubDate>"
        f"<description>&lt;p&gt;{words(number, each)}{'edited' if edited and each == ENTRIES - 1 else ''}&lt;/p&gt;</description></item>"
        for each in reversed(range(ENTRIES + new))
    )
    return (
        f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>Blog {number}</title>"
        f"<link>http://{host}/{number}/</link><description>Blog number {number}</description>{items}</channel></rss>"
    ).encode()


class Sites:
    """Answers of all hosts. ``POST /round/2`` turns to the ordinary round; ``GET /counts`` says what was asked."""

    def __init__(self) -> None:
        self.round = 1
        self.counts: dict[str, int] = {"asked": 0, "not_modified": 0, "bytes": 0}

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode("latin-1").split("\r\n")
                method, path, _version = lines[0].split(" ", 2)
                headers = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
                status, said, body = await self.answer(method, path, headers)
                out = f"HTTP/1.1 {status} X\r\n" + "".join(
                    f"{name}: {value}\r\n" for name, value in said.items()
                )
                writer.write(out.encode() + f"content-length: {len(body)}\r\n\r\n".encode() + body)
                await writer.drain()
        writer.close()

    async def answer(
        self, method: str, path: str, headers: dict[str, str]
    ) -> tuple[int, dict[str, str], bytes]:
        if method == "POST":
            self.round = int(path.rsplit("/", 1)[1])
            self.counts = dict.fromkeys(self.counts, 0)
            return 200, {}, b""
        if path == "/counts":
            return 200, {}, json.dumps(self.counts).encode()
        number = int(path.strip("/").split("/")[0])
        self.counts["asked"] += 1
        status, said, body = await self.of_source(number, path, headers)
        self.counts["not_modified"] += status == 304  # noqa: PLR2004
        self.counts["bytes"] += len(body)
        return status, said, body

    async def of_source(
        self, number: int, path: str, headers: dict[str, str]
    ) -> tuple[int, dict[str, str], bytes]:
        kind, host, later = kind_of(number), headers["host"], self.round > 1
        said = {"content-type": "application/rss+xml; charset=utf-8"}
        if kind != "same":
            said["etag"] = f'"{self.round if kind in {"new", "edited"} else 1}-{number}"'
        if later and kind == "not_modified" and headers.get("if-none-match") == said["etag"]:
            return 304, said, b""
        whole = feed(number, host=host, new=int(later and kind == "new"), edited=later and kind == "edited")
        if later and kind == "slow":
            await asyncio.sleep(SLOW)
        answers: dict[str, tuple[int, dict[str, str], bytes]] = {
            "not_found": (404, {}, b"no"),
            "gone": (410, {}, b"no"),
            "fault": (500, {}, b"no"),
            "html": (
                200,
                {"content-type": "text/html"},
                b"<!doctype html><html><body>A blog was here</body></html>",
            ),
            "malformed": (200, said, whole[:-400]),
        }
        if kind == "moved" and not path.endswith("/new"):
            answers["moved"] = (301, {"location": f"/{number}/new"}, b"")
        return answers.get(kind, (200, said, whole)) if later else (200, said, whole)


def hosts() -> list[str]:
    return [f"127.0.{1 + each // 250}.{1 + each % 250}" for each in range(HOSTS)]


def serve(port: int) -> None:
    async def run() -> None:
        sites = Sites()
        server = await asyncio.start_server(sites.talk, hosts(), port, backlog=256)
        print("ready", flush=True)
        async with server:
            await server.serve_forever()

    asyncio.run(run())


# The workers ----------------------------------------------------------------------------------------------------------


def build(size: int, port: int) -> None:
    """The sources, followed by one ecology; nothing fetched yet."""
    from django.core.management import call_command

    call_command("migrate", "--verbosity=0")
    from collegium.ecology.identity import address_key
    from collegium.ecology.models import Ecology, Following, Source
    from collegium.people.models import Circle

    circle = Circle.objects.create(name="All")
    ecology = Ecology.objects.create(title="Measured", path="/", members=circle, editors=circle)
    places = hosts()
    sources = []
    for number in range(size):
        host = places[number % HOSTS]
        url = f"http://{host}:{port}/{number}"
        sources.append(Source(feed_url=url, feed_key=address_key(url), host=host, title=f"Blog {number}"))
    Source.objects.bulk_create(sources, batch_size=1000)
    Following.objects.bulk_create(
        [Following(ecology=ecology, source=source) for source in Source.objects.all()], batch_size=1000
    )


def work() -> None:
    """One process of the round; says at its end what it did."""
    from collegium.ecology import fetching, words

    summary = fetching.fetch_round(workers=THREADS)
    fetched = time.process_time()
    indexed = words.index_due()
    spent = time.process_time()
    print(
        json.dumps(
            {
                "looked": summary.looked,
                "new": summary.new_items,
                "ended": summary.ended,
                "fetching": fetched,
                "indexing": spent - fetched,
                "indexed": indexed,
            }
        )
    )


def due_again() -> None:
    from collegium.ecology.models import Source
    from collegium.foundation import clock

    Source.objects.update(next_at=clock.now(), taken_until=None)


def count() -> None:
    from collegium.ecology.models import Appearance, Fetch, Flow, Item

    print(
        json.dumps({model.__name__: model.objects.count() for model in (Item, Appearance, Flow, Fetch)})  # type: ignore[attr-defined]
    )


def memory(process_id: int) -> float:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process_id}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    return 0.0


# Measuring ------------------------------------------------------------------------------------------------------------


def _run(settings: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "-m", "bench.sources", *arguments]
    return subprocess.run(command, env=settings, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603  # ourselves


@contextlib.contextmanager
def _served(settings: dict[str, str], port: int) -> Iterator[int]:
    command = [sys.executable, "-m", "bench.sources", "serve", str(port)]
    process = subprocess.Popen(command, env=settings, stdout=subprocess.PIPE, text=True)  # noqa: S603  # ourselves
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def _tell(port: int, method: str, path: str) -> bytes:
    import http.client

    connection = http.client.HTTPConnection(hosts()[0], port)
    connection.request(method, path)
    said = connection.getresponse().read()
    connection.close()
    return said


def _round(settings: dict[str, str], port: int) -> dict[str, object]:
    command = [sys.executable, "-m", "bench.sources", "work"]
    begun = time.monotonic()
    workers = [
        subprocess.Popen(command, env=settings, stdout=subprocess.PIPE, text=True)  # noqa: S603  # ourselves
        for _number in range(PROCESSES)
    ]
    samples: list[tuple[float, float]] = []
    while any(worker.poll() is None for worker in workers):
        time.sleep(0.5)
        samples.append((time.monotonic() - begun, max(memory(worker.pid) for worker in workers)))
    spent = time.monotonic() - begun
    said = [json.loads(worker.communicate()[0].splitlines()[-1]) for worker in workers]
    ended: dict[str, int] = {}
    for each in said:
        for what, number in each["ended"].items():
            ended[what] = ended.get(what, 0) + number
    alive = [(at, size) for at, size in samples if size]
    quarter = next((size for at, size in alive if at >= spent / 4), alive[-1][1])
    return {
        "seconds": spent,
        "looked": sum(each["looked"] for each in said),
        **{name: sum(each[name] for each in said) for name in ("new", "fetching", "indexing", "indexed")},
        "ended": ended,
        "quarter": quarter,
        "peak": max(size for _at, size in alive),
        **json.loads(_tell(port, "GET", "/counts")),
    }


def measure(size: int) -> list[str]:
    """Lines for the table of the bench."""
    port = int(os.environ.get("BENCH_SOURCES_PORT", "8105"))
    with tempfile.TemporaryDirectory(prefix="collegium-bench-") as folder:
        settings = {
            **os.environ,
            "COLLEGIUM_MODE": "production",
            "DJANGO_SETTINGS_MODULE": "collegium.config.settings",
            "COLLEGIUM_SITE_URL": "https://bench.example",
            "COLLEGIUM_SECRET_KEY": "bench" * 12,
            "COLLEGIUM_DATA": folder,
            "COLLEGIUM_LOG_LEVEL": "ERROR",
            "COLLEGIUM_HTTP_TEST_HOSTS": ",".join(f"{host}:{port}" for host in hosts()),
            "REDIS_URL": "",
        }
        _run(settings, "build", str(size), str(port))
        with _served(settings, port):
            first = _round(settings, port)
            _run(settings, "due")
            _tell(port, "POST", "/round/2")
            second = _round(settings, port)
            kept = json.loads(_run(settings, "count"))
    return [*_table(size, first, second), _say(kept), ""]


def _say(kept: dict[str, int]) -> str:
    return "Kept: " + ", ".join(f"{number:,} {name.lower()}s" for name, number in kept.items()) + "."


def _table(size: int, first: dict[str, object], second: dict[str, object]) -> list[str]:
    lines = [
        f"### Sources: a round over {size:,}, {PROCESSES} processes of {THREADS} threads, {HOSTS} hosts",
        "",
        (
            "| round | seconds | sources/s | processor | a source | index | new items | not sent (304) | MB read "
            "| saved | memory, a quarter in | memory, peak |"
        ),
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for name, each in (("everything is new", first), ("an ordinary one", second)):
        seconds, looked = float(str(each["seconds"])), int(str(each["looked"]))
        quarter, peak = float(str(each["quarter"])), float(str(each["peak"]))
        over = " **over**" if seconds > AIM_SECONDS * max(size, 10_000) / 10_000 else ""
        grown = " **grows**" if peak > quarter * AIM_GROWTH else ""
        lines.append(
            f"| {name} | {seconds:.0f}{over} | {looked / seconds:.0f} | {float(str(each['fetching'])):.0f} s "
            f"| {float(str(each['fetching'])) / max(looked, 1) * 1000:.1f} ms | {float(str(each['indexing'])):.0f} s "
            f"| {each['new']:,} | {each['not_modified']:,} "
            f"| {int(str(each['bytes'])) / 1e6:.0f} | {100 * int(str(each['not_modified'])) / max(looked, 1):.0f} % "
            f"| {quarter:.0f} MB | {peak:.0f} MB{grown} |"
        )
    ended = second["ended"]
    assert isinstance(ended, dict)
    words = ", ".join(f"{number:,} {what.replace('_', ' ')}" for what, number in sorted(ended.items()))
    return [*lines, "", f"How the ordinary round ended: {words}.", ""]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("do", choices=["measure", "serve", "build", "work", "due", "count"])
    parser.add_argument("numbers", nargs="*", type=int)
    given = parser.parse_args()
    if given.do == "serve":
        serve(*given.numbers)
    elif given.do == "measure":
        print("\n".join(measure(*(given.numbers or [10_000]))))
    else:
        import django

        django.setup()
        {"build": build, "work": work, "due": due_again, "count": count}[given.do](*given.numbers)


if __name__ == "__main__":
    main()

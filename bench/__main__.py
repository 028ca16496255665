"""Builds, measures, prints. Ratios are what may be compared between machines."""

import argparse
import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg

from bench import sources
from bench.load import Connection, Load, form, measure, request

ROOT = Path(__file__).resolve().parent.parent
TURNS = 4
AIM_RATIO = 3.0
AIM_QUERIES = 12
AIM_GROWTH = 1.5
AIM_TOLD = 2000  # notifications a second


@dataclass(frozen=True)
class Page:
    address: str
    is_signed_in: bool = False
    posts: bool = False  # it is not asked for: a reply is sent to it


@dataclass(frozen=True)
class Row:
    page: str
    queries: int
    size: int
    one: Load
    eight: Load
    floor: Load

    @property
    def ratio(self) -> float:
        return self.floor.per_second / self.one.per_second


@dataclass(frozen=True)
class World:
    """``sizes`` unless others are asked for; the last of them is what the first is compared with."""

    name: str
    sizes: tuple[int, ...]
    pages: Callable[[dict[str, str]], dict[str, Page]]
    title: Callable[[int], str]


def of_association(known: dict[str, str]) -> dict[str, Page]:
    return {
        "home": Page("/", is_signed_in=True),
        "evidence list": Page("/evidence/", is_signed_in=True),
        "portfolio section": Page(known["section"], is_signed_in=True),
        "public portfolio": Page("/p/measured/"),
        "register search": Page(f"/register/?name={quote(known['name'])}"),
        "scheme": Page("/schemes/cmalt/"),
        "verify": Page("/verify/"),
        "award": Page(known["award"]),
        "credential": Page(known["credential"]),
    }


def of_communities(known: dict[str, str]) -> dict[str, Page]:
    addresses = {
        "thread of 50 posts": known["thread"],
        "end of a week's thread": known["long_thread"],
        "community page": known["community"],
        "list of threads": known["threads"],
        "week page": known["week"],
        "home of a member": "/",
        "search, a common word": "/search/?q=feedback",
        "search, a rare word": f"/search/?q={known['rare']}",
    }
    return {
        **{page: Page(address, is_signed_in=True) for page, address in addresses.items()},
        "calendar feed": Page(known["feed"]),
        POST_TO_FEW: Page(known["other_thread"], is_signed_in=True, posts=True),
        POST_TO_MANY: Page(known["thread"], is_signed_in=True, posts=True),
    }


def of_ecology(known: dict[str, str]) -> dict[str, Page]:
    stream = f"/ecologies/{known['commons']}/river/"
    own = {
        "river": "/river/",
        "river, a common hashtag": f"/river/tags/{known['tag']}/",
        "river, a rare hashtag": f"/river/tags/{known['rare_tag']}/",
        "stream of an ecology": stream,
        "stream, videos": f"{stream}?kind=video",
        "stream, one language": f"{stream}?language=cy",
        "stream of a person": f"/people/{known['person']}/stream/",
        "item": f"/items/{known['item']}/",
    }
    return {
        **{page: Page(address, is_signed_in=True) for page, address in own.items()},
        "hub page": Page(f"/ecologies/{known['commons']}/"),
        "river as Atom": Page(f"/ecologies/{known['commons']}/river.atom"),
    }


POST_TO_FEW = "a reply, few followers"
POST_TO_MANY = "a reply, many followers"
WORLDS = (
    World(
        "association",
        (1, 100),
        of_association,
        lambda size: f"Association, size {size}: {100 * size:,} people",
    ),
    World(
        "communities",
        (1, 1000),
        of_communities,
        lambda size: f"Communities, size {size}: {1000 * size:,} posts, {100 * size:,} members",
    ),
    World(
        "ecology",
        (1, 1000),
        of_ecology,
        lambda size: f"River, size {size}: {1000 * size:,} items of {20 * size:,} sources",
    ),
)


def environment(folder: str, port: int) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "COLLEGIUM_MODE": "production",
        "COLLEGIUM_SITE_URL": f"http://127.0.0.1:{port}",
        "COLLEGIUM_DATA": folder,
        "COLLEGIUM_BACKGROUND": "queue",
    }


@contextlib.contextmanager
def database(settings: dict[str, str]) -> Iterator[None]:
    """On PostgreSQL a new one beside the one that is named, gone afterwards: what stands there is not touched."""
    address = settings.get("DATABASE_URL", "")
    if not address:
        yield  # a SQLite file in a folder that is thrown away
        return
    name = f"collegium_bench_{secrets.token_hex(4)}"
    with psycopg.connect(address, autocommit=True) as named:
        named.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]  # a name of our own
    try:
        settings["DATABASE_URL"] = urlunsplit([*urlsplit(address)[:2], f"/{name}", "", ""])
        yield
    finally:
        with psycopg.connect(address, autocommit=True) as named:
            named.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")  # type: ignore[arg-type]  # as above


def build(world: World, size: int, settings: dict[str, str]) -> dict[str, str]:
    begun = time.monotonic()
    done = subprocess.run(  # noqa: S603  # ourselves
        [sys.executable, "-m", "bench.build", world.name, str(size)],
        env=settings,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    print(f"{world.name}, size {size}: built in {time.monotonic() - begun:.0f} s", file=sys.stderr)
    known: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return known


@contextlib.contextmanager
def served(settings: dict[str, str], port: int) -> Iterator[int]:
    """One granian worker; gives its process id."""
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    command += [
        "--workers",
        "1",
        "--blocking-threads",
        "8",
        "--no-ws",
        "--log-level",
        "warning",
        "collegium.config.wsgi:application",
    ]
    process = subprocess.Popen(command, env=settings)  # noqa: S603  # ourselves
    try:
        for _ in range(150):
            with contextlib.suppress(OSError):
                Connection(port).get(request("/healthz"))
                break
            time.sleep(0.2)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        yield int(children.read_text().split()[-1]) if children.exists() else process.pid
    finally:
        process.terminate()
        process.wait(30)


def memory(process_id: int) -> float:
    """Resident megabytes."""
    for line in Path(f"/proc/{process_id}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def told(known: dict[str, str], settings: dict[str, str]) -> dict[str, str]:
    """A crowd is told, in a process like a worker's."""
    done = subprocess.run(  # noqa: S603  # ourselves
        [sys.executable, "-m", "bench.telling", known["thread"].strip("/").split("/")[-1]],
        env=settings,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure_pages(port: int, pages: dict[str, Page], session: str, seconds: float) -> list[Row]:
    return [measure_page(port, name, page, session, seconds) for name, page in pages.items()]


def measure_page(port: int, name: str, page: Page, session: str, seconds: float) -> Row:
    own = session if page.is_signed_in else ""

    def reply() -> bytes:
        words = {
            "html": "<p>Thank you, that helps me with my own portfolio.</p>",
            "submission_key": secrets.token_hex(16),
        }
        return form(page.address, session=own, fields=words)

    def counted() -> bytes:
        made = reply() if page.posts else request(page.address, session=own)
        return made.replace(b"\r\n", b"\r\nX-Count: 1\r\n", 1)

    Connection(port).get(counted())  # what a process reads once is not counted
    head, body = Connection(port).get(counted())
    if not head.startswith(b"HTTP/1.1 302" if page.posts else b"HTTP/1.1 200"):
        raise RuntimeError(f"{name}: {page.address} answered {head.splitlines()[0].decode()}")
    queries = int(head.lower().split(b"x-queries: ")[1].split(b"\r\n")[0])
    wanted: bytes | Callable[[], bytes] = reply if page.posts else request(page.address, session=own)
    # The floor always looks up a session: it is the least that a page for somebody can do.
    floor = request(f"/bench/floor/{len(body)}", session=session)
    for warm in (wanted, floor):
        measure(port, warm, connections=1, seconds=0.5)
    # Page, floor, page, floor: what else the machine does falls on both.
    ones, floors = [], []
    for _ in range(TURNS):
        ones.append(measure(port, wanted, connections=1, seconds=seconds / TURNS))
        floors.append(measure(port, floor, connections=1, seconds=seconds / TURNS))
    eight = measure(port, wanted, connections=8, seconds=seconds)
    best = max(ones, key=lambda load: load.per_second)
    return Row(name, queries, len(body), best, eight, max(floors, key=lambda load: load.per_second))


def table(title: str, rows: list[Row]) -> list[str]:
    lines = [
        f"### {title}",
        "",
        "| page | queries | bytes | requests/s, 1 | p50 ms | p99 ms | requests/s, 8 | p50 ms | p99 ms | floor, requests/s | ratio |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        warning = " **over**" if row.ratio > AIM_RATIO or row.queries > AIM_QUERIES else ""
        lines.append(
            f"| {row.page} | {row.queries} | {row.size:,} | {row.one.per_second:.0f} | {row.one.p50:.1f} | {row.one.p99:.1f} "
            f"| {row.eight.per_second:.0f} | {row.eight.p50:.1f} | {row.eight.p99:.1f} | {row.floor.per_second:.0f} "
            f"| {row.ratio:.2f}{warning} |"
        )
    return [*lines, ""]


def growth(name: str, small: list[Row], large: list[Row], factor: float) -> list[str]:
    lines = [
        f"### Growth: {name}, {factor:.0f} times the rows",
        "",
        "| page | queries | time |",
        "|---|---|---:|",
    ]
    for before, after in zip(small, large, strict=True):
        # Against its own floor each, so that a busier machine in one of the two runs does not count.
        ratio = after.ratio / before.ratio
        warning = " **over**" if ratio > AIM_GROWTH or before.queries != after.queries else ""
        lines.append(f"| {before.page} | {before.queries} → {after.queries} | {ratio:.2f}{warning} |")
    return [*lines, ""]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def measure_world(world: World, size: int, seconds: float, lines: list[str]) -> list[Row]:
    with contextlib.ExitStack() as kept:
        folder = kept.enter_context(tempfile.TemporaryDirectory(prefix="collegium-bench-"))
        port = free_port()
        settings = environment(folder, port)
        kept.enter_context(database(settings))
        known = build(world, size, settings)
        with served(settings, port) as worker:
            fresh = memory(worker)
            rows = measure_pages(port, world.pages(known), known["session"], seconds)
            loaded = memory(worker)
        lines += table(world.title(size), rows)
        if "credentials_per_second" in known:
            lines += [f"Credentials issued: {float(known['credentials_per_second']):.0f}/s.", ""]
        elif "thread" in known:
            lines += followed(known, rows, told(known, settings))
        lines += [f"Memory of a worker: {fresh:.0f} MB fresh, {loaded:.0f} MB after the load.", ""]
    return rows


def followed(known: dict[str, str], rows: list[Row], told: dict[str, str]) -> list[str]:
    """What a post in front of many costs whoever posts, and how fast they hear of it."""
    by_name = {row.page: row for row in rows}
    few, many = by_name[POST_TO_FEW], by_name[POST_TO_MANY]
    slower = many.one.p50 / few.one.p50
    per_second, letters = float(told["told_per_second"]), float(told["letters_per_second"])
    warning = " **over**" if slower > AIM_GROWTH else ""
    # So few that beginning and ending are most of it say nothing of a crowd.
    under = " **under**" if per_second < AIM_TOLD < int(told["told"]) else ""
    times = f"{slower:.2f} times as long in the median as one that {int(known['few_followers']):,} follow"
    return [
        f"A reply that {int(known['followers']):,} people follow took {times}.{warning}",
        f"Notifications made in the background: {int(told['told']):,}, at {per_second:,.0f}/s.{under}",
        "",
        f"Letters sent by one worker, over loopback: {int(told['letters']):,}, at {letters:,.0f}/s.",
        "",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "--size", type=int, action="append", help="database sizes; 1 and 100 or 1000 unless given"
    )
    parser.add_argument(
        "--world",
        choices=[*(world.name for world in WORLDS), "sources"],
        action="append",
        help="all unless given",
    )
    parser.add_argument(
        "--seconds", type=float, default=4.0, help="of load for each page and number of connections"
    )
    parser.add_argument("--out", type=Path, help="write the tables to this file too")
    given = parser.parse_args()
    lines: list[str] = []
    for world in WORLDS:
        if given.world and world.name not in given.world:
            continue
        sizes = given.size or world.sizes
        measured = [measure_world(world, size, given.seconds, lines) for size in sizes]
        if len(measured) > 1:
            lines += growth(world.name, measured[0], measured[-1], sizes[-1] / sizes[0])
    if not given.world or "sources" in given.world:
        lines += sources.measure((given.size or [10_000])[-1] if given.world else 10_000)
    print("\n".join(lines))
    if given.out:
        given.out.write_text("\n".join(lines))


main()

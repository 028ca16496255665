"""Builds, measures, prints. Ratios are what may be compared between machines."""

import argparse
import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from bench.load import Connection, Load, measure, request

ROOT = Path(__file__).resolve().parent.parent
AIM_RATIO = 3.0
AIM_QUERIES = 12
AIM_GROWTH = 1.5


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


def pages(known: dict[str, str]) -> dict[str, tuple[str, bool]]:
    """Page: (address, signed in)."""
    return {
        "home": ("/", True),
        "evidence list": ("/evidence/", True),
        "portfolio section": (known["section"], True),
        "public portfolio": ("/p/measured/", False),
        "register search": (f"/register/?name={quote(known['name'])}", False),
        "scheme": ("/schemes/cmalt/", False),
        "verify": ("/verify/", False),
        "award": (known["award"], False),
        "credential": (known["credential"], False),
    }


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


def build(size: int, settings: dict[str, str]) -> dict[str, str]:
    begun = time.monotonic()
    done = subprocess.run(  # noqa: S603  # ourselves
        [sys.executable, "-m", "bench.build", str(size)],
        env=settings,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    print(f"size {size}: built in {time.monotonic() - begun:.0f} s", file=sys.stderr)
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


def measure_pages(port: int, known: dict[str, str], seconds: float) -> list[Row]:
    rows = []
    for page, (address, signed_in) in pages(known).items():
        session = known["session"] if signed_in else ""
        Connection(port).get(request(address, session=session))  # what a process reads once is not counted
        head, body = Connection(port).get(request(address, session=session, count=True))
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"{page}: {address} answered {head.splitlines()[0].decode()}")
        queries = int(head.lower().split(b"x-queries: ")[1].split(b"\r\n")[0])
        wanted = request(address, session=session)
        # The floor always looks up a session: it is the least that a page for somebody can do.
        floor = request(f"/bench/floor/{len(body)}", session=known["session"])
        for warm in (wanted, floor):
            measure(port, warm, connections=1, seconds=0.5)
        # Page, floor, page, floor: what else the machine does falls on both.
        ones, floors = [], []
        for _ in range(2):
            ones.append(measure(port, wanted, connections=1, seconds=seconds / 2))
            floors.append(measure(port, floor, connections=1, seconds=seconds / 2))
        eight = measure(port, wanted, connections=8, seconds=seconds)
        best = max(ones, key=lambda load: load.per_second)
        rows.append(Row(page, queries, len(body), best, eight, max(floors, key=lambda load: load.per_second)))
    return rows


def table(size: int, rows: list[Row]) -> list[str]:
    lines = [
        f"### Size {size}",
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


def growth(small: list[Row], large: list[Row], factor: float) -> list[str]:
    lines = [f"### Growth: {factor:.0f} times the rows", "", "| page | queries | time |", "|---|---|---:|"]
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


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--size", type=int, action="append", help="database sizes; 1 and 100 unless given")
    parser.add_argument(
        "--seconds", type=float, default=4.0, help="of load for each page and number of connections"
    )
    parser.add_argument("--out", type=Path, help="write the tables to this file too")
    given = parser.parse_args()
    sizes = given.size or [1, 100]
    lines: list[str] = []
    measured = []
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="collegium-bench-") as folder:
            port = free_port()
            settings = environment(folder, port)
            known = build(size, settings)
            with served(settings, port) as worker:
                fresh = memory(worker)
                rows = measure_pages(port, known, given.seconds)
                loaded = memory(worker)
            measured.append(rows)
            lines += table(size, rows)
            lines += [
                f"Credentials issued: {float(known['credentials_per_second']):.0f}/s.",
                f"Memory of a worker: {fresh:.0f} MB fresh, {loaded:.0f} MB after the load.",
                "",
            ]
    if len(measured) > 1:
        lines += growth(measured[0], measured[-1], sizes[-1] / sizes[0])
    print("\n".join(lines))
    if given.out:
        given.out.write_text("\n".join(lines))


main()

"""Serves the demo's blogs on loopback, each under a name of its own below ``.localhost``.

What is kept was made for a course that begins on FIRST_DAY: days move to the demo's own course, addresses to the port that
the blogs have, and what is dated later than now is not there yet. So the river goes on flowing while the demo is kept.
Nothing of Django here: the command reads the port before the settings are read.
"""

import email.utils
import hashlib
import json
import mimetypes
import re
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

SITES = Path(__file__).parent / "sites"
FIRST_DAY = date(2026, 1, 5)
KEPT = "blogs.json"
# Whose each is: keys of the demo world.
WRITERS = {
    "caverounds": "chidi",
    "statics": "priya",
    "tagebuch": "jonas",
    "vozenalto": "nuria",
    "ezeanya": "obinna",
    "rhodri": "rhodri",
    "learningtech": "rhodri",
    "laboratorio": "giacomo",
    "biblioteca": "luciana",
    "openhours": "rhodri",
}
# One moves for good, and one breaks: so many days into the course.
MOVES = {"rhodri": ("learningtech", 9.4)}
BREAKS = {"ezeanya": 20.2}
BROKEN_OFF = 96  # characters: before anything that could be read

_PLACE = re.compile(r"http://([a-z]+)\.demo\.invalid")
_MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905
_RFC = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} \+0000"


def _rfc(at: date) -> str:
    return email.utils.format_datetime(at) if isinstance(at, datetime) else ""


_DAYS: tuple[tuple[re.Pattern[str], Callable[[str], date], Callable[[date], str]], ...] = (
    (re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)"), date.fromisoformat, date.isoformat),
    (re.compile(_RFC), email.utils.parsedate_to_datetime, _rfc),
    (
        re.compile(rf"(?<!\d)\d{{1,2}} (?:{'|'.join(_MONTHS)}) \d{{4}}"),
        lambda said: date(int(said.split()[2]), _MONTHS.index(said.split()[1]) + 1, int(said.split()[0])),
        lambda day: f"{day.day} {_MONTHS[day.month - 1]} {day.year}",
    ),
    (
        re.compile(r"(?<!\d)\d{2}\.\d{2}\.\d{4}"),
        lambda said: date(int(said[6:]), int(said[3:5]), int(said[:2])),
        lambda day: f"{day:%d.%m.%Y}",
    ),
    (
        re.compile(r"(?<![\d/])\d{2}/\d{2}/\d{4}"),
        lambda said: date(int(said[6:]), int(said[3:5]), int(said[:2])),
        lambda day: f"{day:%d/%m/%Y}",
    ),
    (
        re.compile(r"(?<=:)\d{8}(?=T\d{6}Z)"),
        lambda said: date(int(said[:4]), int(said[4:6]), int(said[6:])),
        lambda day: f"{day:%Y%m%d}",
    ),
)
_TEXTS = {".html", ".xml", ".opml", ".ics", ".css"}
_TYPES = {".opml": "text/x-opml", ".ics": "text/calendar; charset=utf-8", ".html": "text/html; charset=utf-8"}
_PIECES = re.compile(
    r"<entry>.*?</entry>|<item>.*?</item>|<article data-at.*?</article>|<li data-at.*?</li>", re.DOTALL
)
_WHEN = re.compile(
    rf"<published>([^<]+)</published>|<pubDate>({_RFC})</pubDate>|(?:data-at|name=\"date\" content)=\"([^\"]+)\""
)
_UPDATED = re.compile(r"(<updated>)[^<]+(</updated>)")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Blogs:
    """The facts of one demo: where its blogs are, when its course began, and where its people have their pages."""

    port: int
    first_day: date = FIRST_DAY
    hub: str = "http://127.0.0.1:8000"
    people: dict[str, str] = field(default_factory=dict)  # paths, by key of the demo world
    moment: datetime | None = None  # None: the real time

    @classmethod
    def of(cls, folder: Path, *, near: int) -> "Blogs":
        """As they were kept there, or at a free port of their own."""
        try:
            kept = json.loads((folder / KEPT).read_text())
            return cls(int(kept["port"]), date.fromisoformat(kept["first_day"]), people=dict(kept["people"]))
        except (OSError, ValueError, KeyError):
            return cls(_free_port(near))

    def keep(self, folder: Path) -> None:
        said = {"port": self.port, "first_day": self.first_day.isoformat(), "people": self.people}
        (folder / KEPT).write_text(json.dumps(said))

    @property
    def hosts(self) -> list[str]:
        return [f"{name}.localhost:{self.port}" for name in WRITERS]

    def address(self, name: str, path: str = "/") -> str:
        if name not in WRITERS:
            raise LookupError(f"The demo has no blog {name}.")
        return f"http://{name}.localhost:{self.port}{path}"

    def answer(self, host: str, path: str) -> Answer:
        name, path = _asked(host, path)
        now = self.moment or datetime.now(UTC)  # noqa: TID251 -- another thread than that of the moved clock
        if not name:
            return self._list()
        if name in MOVES:
            there, day = MOVES[name]
            if now >= self._moment_of(day):
                return Answer(301, {"Location": self.address(there, path)}, b"")
            return self._page(there, path, now, known_as=name)
        return self._page(name, path, now, known_as=name)

    def _page(self, name: str, path: str, now: datetime, known_as: str) -> Answer:
        file = _file(name, path)
        if file is None:
            return Answer(404, {"Content-Type": "text/plain"}, b"There is nothing here.")
        media_type = _TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/xml"
        if file.suffix not in _TEXTS:
            return Answer(200, {"Content-Type": media_type}, file.read_bytes())
        text = self._moved(file.read_text(encoding="utf-8"))
        if 'name="date"' in text and _later(text, now):
            return Answer(404, {"Content-Type": "text/plain"}, b"There is nothing here yet.")
        text = _until(text, now)
        if "<feed" in text[:200]:
            media_type = "application/atom+xml"
        elif "<rss" in text[:200]:
            media_type = "application/rss+xml"
        text = _PLACE.sub(lambda found: self._there(found[1], name, known_as, text, found.end()), text)
        text = re.sub(rf"({re.escape(self.hub)})/([a-z]+)/", self._person, text)
        if name in BREAKS and "+xml" in media_type and now >= self._moment_of(BREAKS[name]):
            text = text[:BROKEN_OFF]
        return Answer(200, {"Content-Type": media_type}, text.encode())

    def _there(self, named: str, name: str, known_as: str, _text: str, _end: int) -> str:
        if named == "collegium":
            return self.hub
        return self.address(known_as if named == name else named, "")

    def _person(self, found: re.Match[str]) -> str:
        return found[1] + self.people.get(WRITERS.get(found[2], ""), "/people/")

    def _moved(self, text: str) -> str:
        shift = self.first_day - FIRST_DAY
        for pattern, read, write in _DAYS:
            text = pattern.sub(lambda found, read=read, write=write: write(read(found[0]) + shift), text)  # type: ignore[misc]  # the three of one row belong together
        return text

    def _moment_of(self, day: float) -> datetime:
        return datetime(
            self.first_day.year, self.first_day.month, self.first_day.day, tzinfo=UTC
        ) + timedelta(days=day)

    def _list(self) -> Answer:
        rows = "".join(f'<li><a href="{self.address(name)}">{name}</a></li>' for name in WRITERS)
        page = f'<!doctype html><html lang="en"><title>Blogs of the demo</title><h1>Blogs of the demo</h1><ul>{rows}</ul></html>'
        return Answer(200, {"Content-Type": _TYPES[".html"]}, page.encode())


def _asked(host: str, path: str) -> tuple[str, str]:
    """By the name of the host; or by the first step of the path, for browsers that do not know names below .localhost."""
    path = urlsplit(path).path
    name = host.partition(":")[0].lower().removesuffix(".localhost")
    if name in WRITERS:
        return name, path
    first, _slash, rest = path.lstrip("/").partition("/")
    return (first, f"/{rest}") if first in WRITERS else ("", path)


def _file(name: str, path: str) -> Path | None:
    root = SITES / name
    file = (root / path.lstrip("/")).resolve()
    if file.is_dir():
        file /= "index.html"
    return file if file.is_file() and file.is_relative_to(root) else None


def _later(piece: str, now: datetime) -> bool:
    found = _WHEN.search(piece)
    if found is None:
        return False
    said = found[1] or found[3]
    at = datetime.fromisoformat(said) if said else email.utils.parsedate_to_datetime(found[2])
    return at > now


def _until(text: str, now: datetime) -> str:
    """Without what is dated later; a feed was brought up to date by the latest of what is left."""
    left = _PIECES.sub(lambda found: "" if _later(found[0], now) else found[0], text)
    if left == text or "<feed" not in text[:200]:
        return left
    latest = re.search(r"<entry>.*?<updated>([^<]+)</updated>", left, re.DOTALL)
    return _UPDATED.sub(rf"\g<1>{latest[1]}\g<2>", left, count=1) if latest else left


def _free_port(near: int) -> int:
    for port in range(near, near + 50):
        with socket.socket() as trial:
            try:
                trial.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError(f"No port from {near} on is free.")


class Server:
    """``with Server(blogs):`` they can be read. ``is_up`` is False where somebody else has the port."""

    def __init__(self, blogs: Blogs) -> None:
        self.blogs = blogs
        self._server: ThreadingHTTPServer | None = None

    @property
    def is_up(self) -> bool:
        return self._server is not None

    def __enter__(self) -> Self:
        try:
            self._server = ThreadingHTTPServer(("127.0.0.1", self.blogs.port), _handler(self.blogs))
        except OSError:
            return self
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *trouble: object) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


def _handler(blogs: Blogs) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = blogs.answer(self.headers.get("Host", ""), self.path)
            etag = f'"{hashlib.sha256(answer.body).hexdigest()[:20]}"'
            if answer.status == 200 and self.headers.get("If-None-Match") == etag:  # noqa: PLR2004
                answer = Answer(304, {}, b"")
            self.send_response(answer.status)
            for name, value in {**answer.headers, "ETag": etag}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)

        do_HEAD = do_GET  # noqa: N815 -- the name that the base class calls

        def log_message(self, *arguments: object) -> None:
            pass

    return Handler

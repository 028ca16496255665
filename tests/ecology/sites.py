"""Sites on loopback that answer as a test says, well or badly."""

import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

RSS = "application/rss+xml"


class Site:
    """``site.pages[path] = (status, headers, body)`` or a function of the request's headers; ``site.asked`` lists all."""

    def __init__(self) -> None:
        self.pages: dict[str, Any] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.posted: list[tuple[str, bytes]] = []
        self.on_post: Callable[[str, bytes], tuple[int, dict[str, str], bytes]] | None = None
        self.stopping = threading.Event()
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                site.asked.append((self.path, headers))
                page = site.pages.get(self.path)
                if callable(page):
                    page = page(headers)
                self.answer(*(page or (404, {}, b"nothing here")))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                site.posted.append((self.path, body))
                self.answer(*(site.on_post(self.path, body) if site.on_post else (404, {}, b"")))

            def answer(self, status: int, headers: dict[str, str], body: Any) -> None:
                _answer(self, status, headers, body, site.stopping)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.host = f"127.0.0.1:{self.server.server_port}"
        self.url = f"http://{self.host}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def stop(self) -> None:
        self.stopping.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def feed(self, path: str = "/feed.xml", **facts: Any) -> str:
        """Put an RSS feed there; its address."""
        headers = {"Content-Type": RSS, **facts.pop("headers", {})}
        self.pages[path] = (200, headers, rss(home=self.url, **facts))
        return f"{self.url}{path}"

    def page(self, path: str = "/", body: str = "", head: str = "", **headers: str) -> str:
        html = f"<!doctype html><html><head><title>A page</title>{head}</head><body>{body}</body></html>"
        self.pages[path] = (200, {"Content-Type": "text/html; charset=utf-8", **headers}, html)
        return f"{self.url}{path}"


def _answer(
    asked: BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: Any, stopping: threading.Event
) -> None:
    """A body that is neither text nor bytes is sent piece by piece, for as long as the other side listens."""
    asked.send_response(status)
    for name, value in headers.items():
        asked.send_header(name, value)
    if isinstance(body, bytes | str):
        content = body.encode() if isinstance(body, str) else body
        if status != 304:
            asked.send_header("Content-Length", str(len(content)))
        body = [content] if status != 304 else []
    else:
        asked.close_connection = True
    asked.end_headers()
    with suppress(ConnectionError):
        for piece in body:
            if stopping.is_set():
                return
            asked.wfile.write(piece)


def rss(
    *titles: str,
    home: str = "https://blog.example",
    title: str = "A blog",
    extra: str = "",
    posts: tuple[str, ...] = ("One", "Two"),
    generator: str = "",
    dated: bool = True,
) -> str:
    items = "".join(
        f"<item><title>{each}</title><link>{home}/{each.lower().replace(' ', '-')}</link>"
        f"<guid isPermaLink='false'>{each}</guid>"
        + (f"<pubDate>Sat, {number + 1:02d} Aug 2026 10:00:00 GMT</pubDate>" if dated else "")
        + f"<description>&lt;p&gt;What {each} says.&lt;/p&gt;</description></item>"
        for number, each in enumerate(titles or posts)
    )
    made = f"<generator>{generator}</generator>" if generator else ""
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
        f"<title>{title}</title><link>{home}/</link><description>Words</description>{made}{extra}{items}</channel></rss>"
    )

"""A small web of its own, so that links in a rehearsal are really followed: one page for each story, and no other."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from django.conf import settings


@contextmanager
def pages(titles: Mapping[str, str]) -> Iterator[str]:
    """Serves a page for each path while it lasts; gives the address that they begin with.

    Everything else answers 404. Outgoing requests may reach this one host and port meanwhile, though it is private.
    """

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            title = titles.get(self.path.strip("/"))
            page = f"<!doctype html><html lang=en><title>{escape(title or 'Not found')}</title>".encode()
            self.send_response(404 if title is None else 200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_what: object) -> None:
            """Nobody needs to read of each request."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.daemon_threads = True
    host = f"127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    settings.COLLEGIUM_HTTP_TEST_HOSTS.append(host)
    try:
        yield f"http://{host}"
    finally:
        settings.COLLEGIUM_HTTP_TEST_HOSTS.remove(host)
        server.shutdown()
        server.server_close()
        thread.join()

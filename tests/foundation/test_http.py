"""Against a real server on loopback, which answers in every bad way that a server on the web may."""

import gzip
import socket
import threading
import time
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from collegium.foundation import http


class Misbehaving(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, dict[str, str]]] = []

    def do_GET(self) -> None:
        type(self).seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        answer = getattr(
            self, "answer_" + self.path.strip("/").split("/")[0].split("?")[0].replace("-", "_"), None
        )
        if answer:
            answer()
        else:
            self._say(404, b"nothing here")

    def _say(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer_page(self) -> None:
        self._say(200, b"hello", Content_Type="text/plain")

    def answer_status(self) -> None:
        self._say(int(self.path.rsplit("/", 1)[1]), b"")

    def answer_packed(self) -> None:
        self._say(200, gzip.compress(b"hello"), Content_Encoding="gzip")

    def answer_deflated(self) -> None:
        self._say(200, zlib.compress(b"hello"), Content_Encoding="deflate")

    def answer_odd_packing(self) -> None:
        self._say(200, b"hello", Content_Encoding="br")

    def answer_broken_packing(self) -> None:
        self._say(200, b"hello", Content_Encoding="gzip")

    def answer_bomb(self) -> None:
        self._say(200, gzip.compress(b"\0" * 50_000_000), Content_Encoding="gzip")

    def answer_large(self) -> None:
        self._say(200, b"x" * 100_001)

    def answer_hop(self) -> None:
        left = int(self.path.rsplit("/", 1)[1])
        self._say(302, b"", Location=f"/hop/{left - 1}" if left else "/page")

    def answer_loop(self) -> None:
        self._say(301, b"", Location="/loop")

    def answer_away(self) -> None:
        self._say(302, b"", Location=self.path.split("?to=", 1)[1])

    def answer_for_good(self) -> None:
        """/for-good/301/308/302/308: one after the other, then the page."""
        left = self.path.strip("/").split("/")[1:]
        if left:
            rest = "/".join(["/for-good", *left[1:]]) if left[1:] else "/page"
            self._say(int(left[0]), b"", Location=rest)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        kind = self.headers["content-type"]
        if self.path.startswith("/again/"):
            self._say(int(self.path.rsplit("/", 1)[1]), b"", Location="/form")
        else:
            self._say(202, kind.encode() + b" " + body)

    def answer_packed_endless(self) -> None:
        """A megabyte a millisecond, for as long as anybody listens."""
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        packer = zlib.compressobj(wbits=31)
        try:
            while not self.server.stopping.is_set():
                self.wfile.write(packer.compress(b"\0" * 1_000_000))
        except OSError:
            pass
        self.close_connection = True

    def answer_endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            while not self.server.stopping.is_set():
                self.wfile.write(b"<item/>" * 1000)
        except OSError:
            pass
        self.close_connection = True

    def answer_endless_head(self) -> None:
        try:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while not self.server.stopping.is_set():
                self.wfile.write(b"X-More: " + b"x" * 1000 + b"\r\n")
        except OSError:
            pass
        self.close_connection = True

    def answer_cut(self) -> None:
        self._say(200, gzip.compress(b"hello" * 1000)[:-20], Content_Encoding="gzip")

    def answer_nowhere(self) -> None:
        self._say(302, b"")

    def _drip(self, text: bytes) -> None:
        try:
            for byte in text:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                if self.server.stopping.wait(0.05):
                    return
        except OSError:
            pass
        finally:
            self.close_connection = True

    def answer_drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        self._drip(b"x" * 100_000)

    def answer_drip_head(self) -> None:
        self._drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 100_000)

    def answer_silence(self) -> None:
        self.server.stopping.wait(10)
        self.close_connection = True

    def answer_garbage(self) -> None:
        self.wfile.write(b"\x00\x01 this is no HTTP\r\n\r\n")
        self.close_connection = True

    def answer_short(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b"only this")
        self.close_connection = True

    def log_message(self, *args) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *args) -> None:
        """A client that hangs up is what the tests want."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    running = Server(("127.0.0.1", 0), Misbehaving)
    running.stopping = threading.Event()
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"127.0.0.1:{running.server_port}"
    running.stopping.set()
    running.shutdown()
    running.server_close()
    thread.join()


@pytest.fixture
def site(server, settings):
    settings.COLLEGIUM_HTTP_TEST_HOSTS = [server]
    Misbehaving.seen = []
    return f"http://{server}"


def test_a_page_comes_back_whole(site):
    response = http.get(f"{site}/page#part", headers={"accept": "text/plain"})
    assert (response.status, response.body, response.final_url, response.redirects) == (
        200,
        b"hello",
        f"{site}/page",
        (),
    )
    assert response.headers["content-type"] == "text/plain"
    ((path, sent),) = Misbehaving.seen
    assert path == "/page"
    assert sent["host"] == site.removeprefix("http://")
    assert sent["user-agent"].startswith("Collegium/")
    assert sent["accept"] == "text/plain"
    assert "cookie" not in sent


@pytest.mark.parametrize("path", ["/packed", "/deflated"])
def test_packed_answers_are_unpacked(site, path):
    assert http.get(site + path).body == b"hello"


def test_any_status_is_an_answer(site):
    assert http.get(f"{site}/status/404").status == 404
    assert http.get(f"{site}/status/500").status == 500


def test_redirects_are_followed_and_told(site):
    response = http.get(f"{site}/hop/2")
    assert (response.body, response.final_url) == (b"hello", f"{site}/page")
    assert response.redirects == (f"{site}/hop/1", f"{site}/hop/0", f"{site}/page")


@pytest.mark.parametrize("path", ["/loop", "/hop/9"])
def test_redirects_without_end_are_not(site, path):
    with pytest.raises(http.Unreachable, match="again and again"):
        http.get(site + path)


@pytest.mark.parametrize(
    ("path", "remembered"),
    [
        ("/page", "/page"),
        ("/for-good/301", "/page"),
        ("/for-good/301/308", "/page"),
        ("/for-good/302", "/for-good/302"),
        ("/for-good/308/302", "/for-good/302"),
        # What comes after a redirect that may end tomorrow says nothing of the address that was asked.
        ("/for-good/302/301", "/for-good/302/301"),
        ("/for-good/301/307/308", "/for-good/307/308"),
    ],
)
def test_the_address_to_remember_goes_as_far_as_all_redirects_are_permanent(site, path, remembered):
    response = http.get(site + path)
    assert (response.body, response.permanent_url) == (b"hello", site + remembered)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/bomb", "large"),
        ("/endless", "large"),
        ("/packed-endless", "large"),
        ("/endless-head", "unreadable"),
        ("/cut", "unreadable"),
        ("/broken-packing", "unreadable"),
        ("/odd-packing", "packing"),
        ("/loop", "redirects"),
        ("/away?to=http://169.254.169.254/latest/", "private"),
        ("/away?to=ftp://x.example/", "address"),
        ("/away?to=http://[broken/", "address"),
    ],
)
def test_why_nothing_came_is_said_in_a_word_too(site, path, code):
    with pytest.raises(http.Unreachable) as fault:
        http.get(site + path, max_bytes=1_000_000, timeout=10)
    assert fault.value.code == code


def test_a_form_is_sent(site):
    response = http.post(f"{site}/form", {"hub.mode": "subscribe", "hub.topic": "https://x.example/?a=b&c"})
    assert response.status == 202
    assert response.body == (
        b"application/x-www-form-urlencoded hub.mode=subscribe&hub.topic=https%3A%2F%2Fx.example%2F%3Fa%3Db%26c"
    )


def test_a_form_is_sent_again_only_where_the_answer_says_so(site):
    assert http.post(f"{site}/again/307", {"a": "b"}).body.endswith(b" a=b")
    assert http.post(f"{site}/again/308", {"a": "b"}).body.endswith(b" a=b")
    assert http.post(f"{site}/again/302", {"a": "b"}).status == 302
    with pytest.raises(http.Unreachable, match="private network"):
        http.post("http://127.0.0.1:1024/", {})


def test_a_redirect_without_an_address_is_just_an_answer(site):
    assert http.get(f"{site}/nowhere").status == 302


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:1/",
        "http://localhost/",
        "http://169.254.169.254/latest/",
        "http://[::1]/",
        "http://10.0.0.1/",
        "//0.0.0.0/",
    ],
)
def test_a_redirect_into_a_private_network_is_not_followed(site, target):
    with pytest.raises(http.Unreachable, match=r"private network|port"):
        http.get(f"{site}/away?to={target}")


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd",
        "ftp://example.org/",
        "javascript:alert(1)",
        "http://user:pass@example.org/",
        "http://",
    ],
)
def test_a_redirect_to_what_is_no_web_address_is_not_followed(site, target):
    with pytest.raises(http.Unreachable):
        http.get(f"{site}/away?to={target}")


def test_what_is_too_large_is_not_read_to_the_end(site):
    with pytest.raises(http.Unreachable, match="too large"):
        http.get(f"{site}/large", max_bytes=100_000)
    assert len(http.get(f"{site}/large", max_bytes=100_001).body) == 100_001


def test_a_bomb_is_counted_while_it_unpacks(site):
    with pytest.raises(http.Unreachable, match="too large"):
        http.get(f"{site}/bomb", max_bytes=1_000_000)


@pytest.mark.parametrize("path", ["/odd-packing", "/broken-packing", "/garbage", "/short"])
def test_an_answer_that_cannot_be_read_is_said_so(site, path):
    with pytest.raises(http.Unreachable, match=r"cannot be read|packing"):
        http.get(site + path)


@pytest.mark.parametrize("path", ["/drip", "/drip-head", "/silence"])
def test_one_deadline_covers_everything(site, path):
    begun = time.monotonic()
    with pytest.raises(http.Unreachable, match="in time"):
        http.get(site + path, timeout=0.5)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://localhost/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://0.0.0.0/",
        "http://[::]/",
        "http://10.1.2.3:8080/",
        "http://192.168.0.1/",
    ],
)
def test_private_addresses_are_not_asked_however_they_are_written(settings, url):
    settings.COLLEGIUM_HTTP_TEST_HOSTS = []
    with pytest.raises(http.Unreachable, match="private network"):
        http.get(url)


def test_a_name_with_one_private_address_among_others_is_not_asked(settings, monkeypatch):
    settings.COLLEGIUM_HTTP_TEST_HOSTS = []
    answers = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80))
        for address in ("93.184.215.14", "127.0.0.1")
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: answers)
    with pytest.raises(http.Unreachable, match="private network"):
        http.get("http://two-faced.example/")


def test_the_connection_goes_to_the_address_that_was_looked_at(site, settings, monkeypatch):
    """A name server that says something else the second time is not asked a second time."""
    port = int(site.rsplit(":", 1)[1])
    settings.COLLEGIUM_HTTP_TEST_HOSTS = [f"changing.example:{port}"]
    asked = []

    def resolve(host, *args, **kwargs):
        asked.append(host)
        if len(asked) > 1:
            raise AssertionError("asked twice")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *a, **k: resolve(host) if "example" in str(host) else real(host, *a, **k),
    )
    assert http.get(f"http://changing.example:{port}/page").body == b"hello"
    assert asked == ["changing.example"]
    assert Misbehaving.seen[0][1]["host"] == f"changing.example:{port}"


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("ftp://example.org/", "begin with http"),
        ("/evidence/3", "begin with http"),
        ("http://", "not a web address"),
        ("http://[::1", "not a web address"),
        ("http://example.org:99999/", "not a web address"),
        ("http://ada:secret@example.org/", "user name or a password"),
        ("http://example.org:25/", "port that web sites do not use"),
        ("http://no-such-name.invalid/", "no site of the name no-such-name.invalid"),
    ],
)
def test_what_is_no_web_address_is_said_so(settings, url, sentence):
    settings.COLLEGIUM_HTTP_TEST_HOSTS = []
    with pytest.raises(http.Unreachable, match=sentence):
        http.get(url)


def test_nobody_at_home_is_said_so(settings):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    settings.COLLEGIUM_HTTP_TEST_HOSTS = [f"127.0.0.1:{port}"]
    with pytest.raises(http.Unreachable, match="cannot be reached"):
        http.get(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fec0::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "2001:db8::1",
        "not an address",
        "",
    ],
)
def test_addresses_that_are_not_public(address):
    assert not http.is_public(address)


@pytest.mark.parametrize(
    "address",
    ["93.184.215.14", "1.1.1.1", "2606:4700:4700::1111", "::ffff:93.184.215.14", "64:ff9b::5db8:d70e"],
)
def test_addresses_that_are_public(address):
    assert http.is_public(address)


@pytest.mark.parametrize(
    ("status", "answers", "sentence"),
    [
        (200, True, ""),
        (204, True, ""),
        (401, False, "asks for a log-in"),
        (403, False, "asks for a log-in"),
        (404, False, "no page at this address"),
        (410, False, "taken away"),
        (429, False, "too often"),
        (503, False, "fault of its own (status 503)"),
        (418, False, "status 418"),
    ],
)
def test_a_check_says_in_words_what_a_reader_would_find(site, status, answers, sentence):
    found = http.check(f"{site}/status/{status}")
    assert (found.answers, found.status) == (answers, status)
    assert sentence in found.reason
    assert bool(found.reason) is not answers


def test_a_check_does_not_read_the_page_and_says_where_it_ended(site):
    found = http.check(f"{site}/hop/1")
    assert (found.answers, found.final_url) == (True, f"{site}/page")
    assert http.check(f"{site}/drip", timeout=2).answers


def test_a_check_of_what_cannot_be_reached_is_a_finding_too(settings):
    settings.COLLEGIUM_HTTP_TEST_HOSTS = []
    found = http.check("http://127.0.0.1/")
    assert (found.answers, found.status) == (False, None)
    assert "private network" in found.reason

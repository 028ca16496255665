"""The one way out: HTTP requests to addresses that people typed.

A name is resolved once, every address it resolves to must be public, and the connection goes to that very address; the
same again after each redirect. Size is counted after decompression, and one deadline covers everything.
"""

import ipaddress
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx
from django.conf import settings
from django.utils.translation import gettext as _

from collegium import __version__

USER_AGENT = f"Collegium/{__version__}"
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})
_SAME_AGAIN = frozenset({307, 308})  # what was sent is sent again to the new address
_WEB_PORTS = frozenset({80, 443})
_FIRST_FREE_PORT = 1024
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_TUNNELS = [
    ipaddress.ip_network(net) for net in ("2002::/16", "2001::/32", "::/96", "64:ff9b:1::/48", "fec0::/10")
]


class Unreachable(Exception):  # noqa: N818 -- an answer about an address
    """Nothing came back that could be used; the message is a plain sentence, safe to show.

    ``code`` is for programs: address, private, name, connection, certificate, slow, large, packing, unreadable, redirects.
    """

    def __init__(self, message: str, *, code: str = "unreadable") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Response:
    status: int
    headers: Mapping[str, str]
    body: bytes
    final_url: str
    redirects: tuple[str, ...] = ()
    # Where whoever remembers the address should ask from now on: as far as all redirects were permanent (301, 308).
    permanent_url: str = ""


@dataclass(frozen=True)
class LinkCheck:
    """Whether somebody who follows the link finds something. ``reason`` is a sentence; empty if all is well."""

    answers: bool
    status: int | None
    reason: str
    final_url: str


# For worlds that are made up, such as the demo's: says which status one of its addresses answers with, None if it is not
# one of them. What is answered here never leaves the machine.
_invented: list[Callable[[str], int | None]] = []


def invent(answers: Callable[[str], int | None]) -> None:
    """Answer for addresses that lead nowhere but in a made-up world; never in production."""
    if answers not in _invented:
        _invented.append(answers)


def _invented_status(url: str) -> int | None:
    return next((status for answers in _invented if (status := answers(url)) is not None), None)


def get(
    url: str,
    *,
    max_bytes: int = 2_000_000,
    timeout: float = 15.0,
    headers: Mapping[str, str] | None = None,
    follow: int = 5,
) -> Response:
    """Fetch the address. Any status is an answer; Unreachable is raised when there is none."""
    if (status := _invented_status(url)) is not None:
        return Response(status, {}, b"", url, permanent_url=url)
    with _opened(url, timeout=timeout, headers=headers or {}, follow=follow) as (answer, way):
        return _whole(answer, way, max_bytes)


def post(
    url: str,
    fields: Mapping[str, str],
    *,
    max_bytes: int = 100_000,
    timeout: float = 15.0,
) -> Response:
    """Send a form. A redirect is followed only where it says that the same is to be sent there (307, 308)."""
    if (status := _invented_status(url)) is not None:
        return Response(status, {}, b"", url, permanent_url=url)
    with _opened(url, timeout=timeout, headers={}, follow=3, fields=fields) as (answer, way):
        return _whole(answer, way, max_bytes)


def _whole(answer: httpx.Response, way: "_Way", max_bytes: int) -> Response:
    body = _body(answer, max_bytes)
    return Response(
        answer.status_code,
        dict(answer.headers),
        body,
        str(answer.url),
        tuple(way.redirects),
        way.permanent_url,
    )


def check(url: str, *, timeout: float = 15.0) -> LinkCheck:
    """Look whether the address answers, without reading what it says."""
    if (status := _invented_status(url)) is not None:
        return LinkCheck(200 <= status < 300, status, _reason(status), url)  # noqa: PLR2004 -- success
    try:
        with _opened(url, timeout=timeout, headers={}, follow=5) as (answer, _way):
            return LinkCheck(
                answer.is_success, answer.status_code, _reason(answer.status_code), str(answer.url)
            )
    except Unreachable as fault:
        return LinkCheck(answers=False, status=None, reason=str(fault), final_url=url)


def _reason(status: int) -> str:  # noqa: PLR0911 -- a table of answers
    match status:
        case _ if 200 <= status < 300:  # noqa: PLR2004
            return ""
        case 401 | 403 | 407:
            return _("The page asks for a log-in or a permission, so an assessor may not be able to open it.")
        case 404:
            return _("The site answers, but there is no page at this address.")
        case 410:
            return _("The page was there once and has been taken away.")
        case 429:
            return _("The site says that it is asked too often; try again later.")
        case _ if status >= 500:  # noqa: PLR2004
            return _("The site has a fault of its own (status %(status)s); try again later.") % {
                "status": status
            }
        case _:
            return _("The site answers with status %(status)s instead of a page.") % {"status": status}


# Which addresses are allowed ------------------------------------------------------------------------------------------


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, looked at through mapping and translation."""
    try:
        ip: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(
            address.split("%", maxsplit=1)[0]
        )
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        elif ip in _NAT64:
            ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        elif any(ip in net for net in _TUNNELS):
            return False
    return ip.is_global and not (
        ip.is_multicast
        or ip.is_reserved
        or ip.is_loopback
        or ip.is_link_local
        or ip.is_unspecified
        or ip.is_private
    )


def _allowed_url(url: str) -> httpx.URL:
    """The address as one to ask, or Unreachable with what is wrong with it."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
        parsed = httpx.URL(url.strip())
    except (ValueError, httpx.InvalidURL) as fault:
        raise Unreachable(_("This is not a web address."), code="address") from fault
    if parts.scheme.lower() not in {"http", "https"}:
        raise Unreachable(
            _("Only addresses that begin with http:// or https:// can be followed."), code="address"
        )
    if not parsed.host:
        raise Unreachable(_("This is not a web address."), code="address")
    if parts.username is not None or parts.password is not None:
        raise Unreachable(
            _("The address holds a user name or a password; please give one without."), code="address"
        )
    if (
        port is not None
        and port not in _WEB_PORTS
        and port < _FIRST_FREE_PORT
        and not _is_test_host(parsed.host, port)
    ):
        raise Unreachable(_("The address names a port that web sites do not use."), code="address")
    return parsed.copy_with(fragment=None)


def _is_test_host(host: str, port: int) -> bool:
    return f"{host}:{port}" in settings.COLLEGIUM_HTTP_TEST_HOSTS


# The connection -------------------------------------------------------------------------------------------------------


@dataclass
class _Deadline:
    at: float

    def left(self) -> float:
        left = self.at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left


class _TimedStream(httpcore.NetworkStream):
    """A stream on which a drip of single bytes does not start the time again."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 -- ours is shorter
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        inner = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left())
        return _TimedStream(inner, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _GuardedNetwork(httpcore.NetworkBackend):
    """Resolves a name itself, refuses it if any of its addresses is private, and connects to what it looked at."""

    def __init__(self, deadline: _Deadline) -> None:
        self._deadline = deadline
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = self._resolve(host, port)
        if not _is_test_host(host, port) and not all(is_public(address) for address in addresses):
            raise Unreachable(
                _("The address leads into a private network, which is not followed."), code="private"
            )
        fault: Exception | None = None
        for address in addresses[:3]:
            try:
                stream = self._plain.connect_tcp(address, port, self._deadline.left(), None, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as failed:
                fault = failed
            else:
                return _TimedStream(stream, self._deadline)
        raise fault or httpcore.ConnectError("no address")

    def connect_unix_socket(self, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        raise NotImplementedError

    def sleep(self, seconds: float) -> None:
        time.sleep(min(seconds, self._deadline.left()))

    def _resolve(self, host: str, port: int) -> list[str]:
        if host.lower().endswith(".localhost"):
            return ["127.0.0.1"]  # by RFC 6761; few resolvers know it, and browsers do not ask them
        found: list[str] = []
        faults: list[OSError | UnicodeError] = []

        def ask() -> None:
            try:
                answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
                found.extend(dict.fromkeys(str(answer[4][0]) for answer in answers))
            except (OSError, UnicodeError) as fault:
                faults.append(fault)

        # The resolver knows no time limit, so it is asked in a thread that may be left behind.
        asking = threading.Thread(target=ask, daemon=True)
        asking.start()
        asking.join(self._deadline.left())
        if not found:
            raise Unreachable(
                _("There is no site of the name %(host)s.") % {"host": host}, code="name"
            ) from (faults[0] if faults else None)
        return found


class _Transport(httpx.HTTPTransport):
    def __init__(self, deadline: _Deadline) -> None:
        # httpx offers no other place for a network of one's own than the pool of its transport.
        self._pool = httpcore.ConnectionPool(
            ssl_context=_tls(), max_connections=1, network_backend=_GuardedNetwork(deadline)
        )


_tls_context: ssl.SSLContext | None = None


def _tls() -> ssl.SSLContext:
    global _tls_context  # noqa: PLW0603 -- reading the certificates takes longer than a request
    if _tls_context is None:
        _tls_context = httpx.create_ssl_context(trust_env=False)
    return _tls_context


@dataclass
class _Way:
    """Where redirects led."""

    redirects: list[str]
    permanent_url: str
    is_permanent: bool = True

    def leads(self, url: str, status: int) -> None:
        self.redirects.append(url)
        self.is_permanent = self.is_permanent and status in PERMANENT
        if self.is_permanent:
            self.permanent_url = url


@contextmanager
def _opened(
    url: str,
    *,
    timeout: float,
    headers: Mapping[str, str],
    follow: int,
    fields: Mapping[str, str] | None = None,
) -> Iterator[tuple[httpx.Response, _Way]]:
    deadline = _Deadline(time.monotonic() + timeout)
    sent = {"user-agent": USER_AGENT, "accept-encoding": "gzip", **headers}
    way = _Way([], url)
    transport = _Transport(deadline)
    with httpx.Client(
        transport=transport, trust_env=False, follow_redirects=False, timeout=timeout
    ) as client:
        try:
            while True:
                target = _allowed_url(url)
                method = "GET" if fields is None else "POST"
                answer = client.send(
                    client.build_request(method, target, headers=sent, data=fields), stream=True
                )
                try:
                    status = answer.status_code
                    followed = REDIRECTS if fields is None else _SAME_AGAIN
                    if status not in followed or "location" not in answer.headers:
                        yield answer, way
                        return
                    if len(way.redirects) >= follow:
                        raise Unreachable(
                            _("The address sends on to another one again and again."), code="redirects"
                        )
                    url = _next_url(target, answer.headers["location"])
                    way.leads(url, status)
                    if httpx.URL(url).host != target.host:
                        sent.pop("authorization", None)
                finally:
                    answer.close()
        except (httpx.TimeoutException, httpcore.TimeoutException) as fault:
            raise Unreachable(_("The site did not answer in time."), code="slow") from fault
        except (httpx.ConnectError, httpcore.ConnectError) as fault:
            if "CERTIFICATE" in str(fault).upper():
                raise Unreachable(
                    _("The site's certificate is not valid, so a browser would warn."), code="certificate"
                ) from fault
            raise Unreachable(_("The site cannot be reached."), code="connection") from fault
        except (httpx.HTTPError, httpx.InvalidURL, httpcore.ProtocolError, httpcore.NetworkError) as fault:
            raise Unreachable(_("The site answers in a way that cannot be read.")) from fault


def _next_url(target: httpx.URL, location: str) -> str:
    try:
        return urljoin(str(target), location)
    except ValueError as fault:
        raise Unreachable(_("This is not a web address."), code="address") from fault


def _body(answer: httpx.Response, max_bytes: int) -> bytes:
    """The content, decompressed here and not by httpx, which would unpack a bomb whole before we could count."""
    encoding = answer.headers.get("content-encoding", "identity").strip().lower()
    if encoding in {"gzip", "x-gzip", "deflate"}:
        unpack = zlib.decompressobj(zlib.MAX_WBITS | 32)
    elif encoding in {"identity", ""}:
        unpack = None
    else:
        raise Unreachable(_("The site answers in a packing that was not asked for."), code="packing")
    body = bytearray()
    came = False
    try:
        for chunk in answer.iter_raw():
            came = True
            body += chunk if unpack is None else unpack.decompress(chunk, max_bytes + 1 - len(body))
            if len(body) > max_bytes:
                raise Unreachable(_("What is at this address is too large."), code="large")
    except zlib.error as fault:
        raise Unreachable(_("The site answers in a way that cannot be read.")) from fault
    if unpack is not None and came and not unpack.eof:
        raise Unreachable(_("The site answers in a way that cannot be read."))  # it breaks off half-way
    return bytes(body)

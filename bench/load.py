"""A plain HTTP/1.1 client that keeps its connections and does as little as it can between two requests."""

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True)
class Load:
    """Latencies in milliseconds."""

    per_second: float
    p50: float
    p99: float


class Connection:
    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def get(self, request: bytes) -> tuple[bytes, bytes]:
        """Head and body of the answer, which must name its length."""
        self.socket.sendall(request)
        answer = self.rest
        while (end := answer.find(b"\r\n\r\n")) < 0:
            answer += self._more()
        head = answer[:end]
        at = head.lower().find(b"content-length:")
        if at < 0:
            raise RuntimeError(f"an answer without a length: {head[:200]!r}")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0])
        while len(answer) < end + 4 + length:
            answer += self._more()
        self.rest = answer[end + 4 + length :]
        return head, answer[end + 4 : end + 4 + length]

    def _more(self) -> bytes:
        piece = self.socket.recv(1 << 16)
        if not piece:
            raise ConnectionError("the server closed the connection")
        return piece


def request(path: str, *, session: str = "", count: bool = False) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Accept-Language: en-GB"]
    lines += [f"Cookie: sessionid={session}"] if session else []
    lines += ["X-Count: 1"] if count else []
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def form(path: str, *, session: str, fields: dict[str, str]) -> bytes:
    """A form that is sent, with the token that it was given."""
    token = "k" * 32
    body = urlencode({**fields, "csrfmiddlewaretoken": token}).encode()
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Accept-Language: en-GB",
        f"Cookie: sessionid={session}; csrftoken={token}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def measure(port: int, wanted: bytes | Callable[[], bytes], *, connections: int, seconds: float) -> Load:
    """Ask as fast as it answers. ``wanted`` is a function where each request must be another."""
    latencies: list[float] = []
    faults: list[bytes] = []
    until = time.perf_counter() + seconds

    def run() -> None:
        mine = []
        connection = Connection(port)
        while (begun := time.perf_counter()) < until or not mine:  # once, however busy the machine
            head, _ = connection.get(wanted if isinstance(wanted, bytes) else wanted())
            mine.append(time.perf_counter() - begun)
            if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 302", b"HTTP/1.1 304")):
                faults.append(head)
                break
        latencies.extend(mine)

    threads = [threading.Thread(target=run) for _ in range(connections)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - begun
    if faults:
        asked = wanted if isinstance(wanted, bytes) else wanted()
        raise RuntimeError(f"{asked.split()[1].decode()} answered {faults[0].splitlines()[0].decode()}")
    latencies.sort()
    return Load(
        per_second=len(latencies) / took,
        p50=1000 * latencies[len(latencies) // 2],
        p99=1000 * latencies[min(len(latencies) - 1, int(len(latencies) * 0.99))],
    )

"""Keeps the web server, the background consumer and the door for letters running, and stops them in peace."""

import logging
import signal
import subprocess
import sys
import threading
import time
from types import FrameType

from collegium.config import environment

PATIENCE = 30.0  # seconds for requests and jobs in hand, after which a process is ended
LONGEST_PAUSE = 30.0  # seconds between restarts of something that keeps falling over

log = logging.getLogger(__name__)


class Kept:
    """A process that is started again when it falls over, each time after a longer pause."""

    def __init__(self, name: str, *command: str) -> None:
        self.name = name
        self.command = [sys.executable, "-m", *command]
        self.process: subprocess.Popen[bytes] | None = None
        self.pause = 0.5
        self.started_at = 0.0
        self.start_again_at = 0.0

    def start(self) -> None:
        self.started_at = time.monotonic()
        # A session of its own, so that Ctrl-C on the terminal reaches only the supervisor, which stops things in order.
        self.process = subprocess.Popen(self.command, start_new_session=True)  # noqa: S603  # our own modules

    def look(self) -> None:
        if self.process is None:
            if time.monotonic() >= self.start_again_at:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            if time.monotonic() - self.started_at > 2 * LONGEST_PAUSE:
                self.pause = 0.5
            return
        log.error("%s stopped with %s; started again in %.1f s.", self.name, code, self.pause)
        self.process = None
        self.start_again_at = time.monotonic() + self.pause
        self.pause = min(self.pause * 2, LONGEST_PAUSE)

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            log.error(  # noqa: TRY400  # nobody wants its traceback
                "%s did not stop within %.0f s and was ended.", self.name, PATIENCE
            )
            self.process.kill()
            self.process.wait()


def run(*, host: str, port: int, workers: int) -> int:
    """Returns 0 when it was asked to stop."""
    web = Kept(
        "The web server",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        host,
        "--port",
        str(port),
        "--workers",
        str(workers),
        # More threads would only wait for one another, each with a database connection of its own.
        "--blocking-threads",
        "4",
        "--respawn-failed-workers",
        "--workers-kill-timeout",
        str(int(PATIENCE)),
        "--no-ws",
        "--log-level",
        "warning",
        "collegium.config.wsgi:application",
    )
    consumer = Kept("The background consumer", "collegium.config", "consume")
    stop = _until_told()
    kept = [web, consumer]
    if environment.LMTP_LISTEN.read().strip():
        kept.append(Kept("The door for letters", "collegium.config", "mail"))
    for process in kept:
        process.start()
    while not stop.wait(0.5):
        for process in kept:
            process.look()
    # The web first: what its last requests ask for is still written down, and waits for the next start.
    web.stop()
    for process in kept[1:]:
        process.stop()
    return 0


def consume_until_stopped() -> None:
    from collegium.foundation import background

    background.run_consumer(_until_told())


def take_letters_until_stopped(listen: str) -> None:
    from collegium.notifications import inbound

    inbound.serve(listen, _until_told())


def _until_told() -> threading.Event:
    stop = threading.Event()

    def tell(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  # a signal handler's shape
        stop.set()

    signal.signal(signal.SIGTERM, tell)
    signal.signal(signal.SIGINT, tell)
    return stop

"""The door for letters: an LMTP server (RFC 2033) to which the mail server hands what comes to our domain."""

import asyncio
import logging
import threading
from typing import Any

from aiosmtpd.lmtp import LMTP
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from collegium.notifications import addresses, receiving

log = logging.getLogger(__name__)

MOST_RECIPIENTS = 20  # of one letter; the mail server comes again with the others
# What is a little too large is refused in words, by a letter; what is far too large is not even read.
FAR_TOO_LARGE = 2


class Door:
    """Answers for each recipient by itself: one may be taken, and another not."""

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self,
        server: Any,  # noqa: ARG002  # as aiosmtpd calls it
        session: Any,  # noqa: ARG002
        envelope: Any,
        address: str,
        options: list[str],  # noqa: ARG002
    ) -> str:
        if addresses.read(address) is None:
            return receiving.NO_SUCH_ADDRESS
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients at once"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802, ARG002  # aiosmtpd's names
        answers = [
            await asyncio.to_thread(_receive, envelope.content, recipient, envelope.mail_from)
            for recipient in envelope.rcpt_tos
        ]
        return "\r\n".join(answers)

    async def handle_exception(self, error: Exception) -> str:
        log.error("A letter could not be taken; the mail server keeps it.", exc_info=error)
        return receiving.LATER


class _LMTP(LMTP):
    line_length_limit = 65_536  # some programs write a whole letter in one line


def _receive(raw: bytes, recipient: str, envelope_from: str | None) -> str:
    """In a thread of its own, with a connection of its own. Whatever goes wrong here is no fault of the letter."""
    try:
        return receiving.receive(raw, recipient=recipient, envelope_from=envelope_from)
    except Exception:
        log.exception("A letter could not be taken now; the mail server keeps it.")
        return receiving.LATER
    finally:
        connections.close_all()


def where(listen: str) -> tuple[str, int]:
    """``host:port``."""
    host, _colon, port = listen.rpartition(":")
    if not host or not port.isdecimal():
        raise ImproperlyConfigured("COLLEGIUM_LMTP_LISTEN is of the form host:port, such as 127.0.0.1:8024.")
    return host.strip("[]"), int(port)


async def _serve(host: str, port: int, stop: threading.Event, ready: threading.Event | None) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: _LMTP(
            Door(),
            data_size_limit=FAR_TOO_LARGE * settings.MAIL_MAX_BYTES,
            enable_SMTPUTF8=True,
            hostname=addresses.host(),
            ident="Collegium",
            loop=loop,
        ),
        host,
        port,
    )
    log.info("Letters are taken over LMTP on %s port %s.", host, port)
    if ready is not None:
        ready.set()
    async with server:
        await asyncio.to_thread(stop.wait)


def serve(listen: str, stop: threading.Event, *, ready: threading.Event | None = None) -> None:
    """Takes letters until ``stop`` is set."""
    host, port = where(listen)
    asyncio.run(_serve(host, port, stop, ready))

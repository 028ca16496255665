"""A mail server on loopback that takes every letter: ``python -m bench.mailbox PORT`` says when it is ready, and
in the end how many it took and how many of them were different.
"""

import sys
from email.parser import BytesHeaderParser
from typing import Any

from aiosmtpd.controller import Controller


class Box:
    """Letters by their name, so that one which came twice is seen."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  # as aiosmtpd calls it
        name = BytesHeaderParser().parsebytes(envelope.content)["Message-ID"]
        self.taken += [(reader, name) for reader in envelope.rcpt_tos]
        return "250 OK"


def main() -> None:
    box = Box()
    controller = Controller(box, hostname="127.0.0.1", port=int(sys.argv[1]))
    controller.start()
    print("ready", flush=True)
    sys.stdin.read()
    controller.stop()
    print(len(box.taken), len(set(box.taken)), flush=True)


main()

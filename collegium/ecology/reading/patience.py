"""How long one feed may keep us: counted in processor time of this thread, so that a busy machine forgives."""

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

SECONDS = 20.0
T = TypeVar("T")


def in_time(entries: Iterable[T], notes: list[str]) -> Iterator[T]:
    """The entries, as far as there is time for them; what is left out is said in the notes."""
    begun = time.thread_time()
    for each in entries:
        if time.thread_time() - begun > SECONDS:
            notes.append("laborious")
            return
        yield each

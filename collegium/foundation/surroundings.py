"""What a page is written in: its language, and what its addresses begin with.

Django keeps them where each question costs as much as a line of the page, and a page asks hundreds of times. So whoever
renders asks once (``settled``), and what is called for meanwhile reads the answer here.
"""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from typing import NamedTuple

from django.urls import get_script_prefix, get_urlconf
from django.utils import translation


class Surroundings(NamedTuple):
    language: str
    urlconf: str | None
    prefix: str


_settled: ContextVar[Surroundings | None] = ContextVar("surroundings", default=None)


def surroundings() -> Surroundings:
    return _settled.get() or _asked()


def _asked() -> Surroundings:
    return Surroundings(translation.get_language() or "", get_urlconf(), get_script_prefix())


@contextlib.contextmanager
def settled() -> Iterator[None]:
    """Within, nothing else may change the language: a template that is rendered within asks anew."""
    token = _settled.set(_asked())
    try:
        yield
    finally:
        _settled.reset(token)

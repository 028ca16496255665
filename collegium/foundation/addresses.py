"""Addresses of pages that are named by numbers, of which a list shows many: written once a process, then filled in."""

import re
from functools import lru_cache

from django.urls import get_script_prefix, get_urlconf, reverse

_FAR = 10**15  # a number that no row has, to be found again in the address
_MOST = 9  # stand-ins that differ in their last figure alone


def address(name: str, **numbers: int) -> str:
    """As `reverse`, for an address whose arguments are all keys of rows."""
    pieces = _pieces(name, tuple(numbers), get_urlconf(), get_script_prefix())
    return "".join(piece if isinstance(piece, str) else f"{numbers[piece[0]]:d}" for piece in pieces)


@lru_cache(maxsize=512)
def _pieces(
    name: str,
    wanted: tuple[str, ...],
    urlconf: str | None,
    prefix: str,  # noqa: ARG001  what `reverse` reads by itself, and so part of the key
) -> tuple[str | tuple[str], ...]:
    if len(wanted) > _MOST:
        raise TypeError(f"{name} has too many arguments.")
    stand_ins = {str(_FAR + number): key for number, key in enumerate(wanted)}
    written = reverse(name, urlconf=urlconf, kwargs={key: int(number) for number, key in stand_ins.items()})
    parts = re.split(f"({'|'.join(stand_ins)})", written) if stand_ins else [written]
    return tuple((stand_ins[part],) if part in stand_ins else part for part in parts)

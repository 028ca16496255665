"""Addresses of pages that are named by numbers or short names, of which a list shows many: written once a process, then
filled in.
"""

import re
from functools import lru_cache

from django.urls import NoReverseMatch, reverse

from collegium.foundation.surroundings import surroundings

_FAR = 10**15  # a number that no row has, to be found again in the address
_MOST = 9  # stand-ins that differ in their last figure alone
_SLUG = re.compile(r"[A-Za-z0-9_-]+")  # what stands in an address as it is


def address(name: str, *args: int | str, **kwargs: int | str) -> str:
    """As `reverse`, for an address whose arguments are keys of rows and slugs. Other texts are left to `reverse`."""
    _language, urlconf, prefix = surroundings()
    values = (*args, *kwargs.values())
    are_texts = tuple([type(value) is str for value in values])
    pieces = _pieces(name, tuple(kwargs), are_texts, urlconf, prefix)
    written = []
    for piece in pieces or ():
        if isinstance(piece, str):
            written.append(piece)
        elif are_texts[piece]:
            written.append(str(values[piece]) if _SLUG.fullmatch(str(values[piece])) else "")
        else:
            written.append(f"{values[piece]:d}")
    if not written or "" in written:
        return reverse(name, urlconf=urlconf, args=args or None, kwargs=kwargs or None)
    return "".join(written)


@lru_cache(maxsize=1024)
def _pieces(
    name: str,
    keys: tuple[str, ...],
    are_texts: tuple[bool, ...],
    urlconf: str | None,
    prefix: str,  # noqa: ARG001  what `reverse` reads by itself, and so part of the key
) -> tuple[str | int, ...] | None:
    """What stands between the values, and the number of each. None: what stands in for a value does not fit, since the
    address takes only some texts (a file's ending, say).
    """
    if len(are_texts) > _MOST:
        raise TypeError(f"{name} has too many arguments.")
    stand_ins = [_FAR + number for number in range(len(are_texts))]
    given = [
        str(stand_in) if is_text else stand_in for stand_in, is_text in zip(stand_ins, are_texts, strict=True)
    ]
    args, kwargs = (
        given[: len(given) - len(keys)],
        dict(zip(keys, given[len(given) - len(keys) :], strict=True)),
    )
    try:
        written = reverse(name, urlconf=urlconf, args=args or None, kwargs=kwargs or None)
    except NoReverseMatch:
        if any(are_texts):
            return None
        raise
    parts = re.split(f"({'|'.join(map(str, stand_ins))})", written) if stand_ins else [written]
    known = {str(stand_in): number for number, stand_in in enumerate(stand_ins)}
    return tuple(known.get(part, part) for part in parts if part)

"""ROR ids: a zero, six characters of Crockford's base 32, and two check digits (ISO 7064, MOD 97-10)."""

import re

_ADDRESS = re.compile(r"^(?:https?://)?(?:www\.)?(?:ror\.org/)?", re.IGNORECASE)
_SHAPE = re.compile(r"^0[0-9a-hjkmnp-tv-z]{6}[0-9]{2}$", re.ASCII)
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def normalise(typed: str) -> str:
    """The nine characters, from however they were typed or pasted; ValueError when they are none, or mistyped."""
    found = _ADDRESS.sub("", typed.strip()).rstrip("/").lower()
    if not _SHAPE.match(found) or checksum(found[:-2]) != found[-2:]:
        raise ValueError("not a ROR id")
    return found


def checksum(characters: str) -> str:
    number = 0
    for character in characters:
        number = number * 32 + _ALPHABET.index(character)
    return f"{98 - number * 100 % 97:02d}"


def address(ror_id: str) -> str:
    return f"https://ror.org/{ror_id}"

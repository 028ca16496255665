"""ORCID iDs: 16 characters in four groups, the last a check digit (ISO 7064, MOD 11-2)."""

import re

_ADDRESS = re.compile(r"^(?:https?://)?(?:www\.)?(?:orcid\.org/)?", re.IGNORECASE)
_SHAPE = re.compile(r"^(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dX])$", re.ASCII)


def normalise(typed: str) -> str:
    """``0000-0002-1825-0097`` from however it was typed or pasted; ValueError when it is none, or mistyped."""
    match = _SHAPE.match(_ADDRESS.sub("", typed.strip()).rstrip("/").upper())
    if match is None or check_digit("".join(match.groups())[:-1]) != match.group(4)[-1]:
        raise ValueError("not an ORCID iD")
    return "-".join(match.groups())


def check_digit(digits: str) -> str:
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    left = (12 - total % 11) % 11
    return "X" if left == 10 else str(left)  # noqa: PLR2004  # ten is written X


def address(orcid: str) -> str:
    return f"https://orcid.org/{orcid}"

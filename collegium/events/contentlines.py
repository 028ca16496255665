"""Content lines of iCalendar (RFC 5545, 3.1): names, parameters and values as text, escaped and folded.

Of the format only what ``calendars`` says. A library builds an object a value, sorts and checks them: ten times the
work for a feed that calendars ask for every hour. What is written here is read by two parsers that are not ours in the tests.
"""

import re
from datetime import UTC, datetime, timedelta

WIDTH = 75  # octets of a line, without its end
_UNSAID = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # control characters have no place in it
_BREAK = re.compile(r"\r\n?|\n")
_IN_PARAMETERS = str.maketrans({'"': "'", "\n": " ", "\r": " ", "\t": " "})
_PLAIN = re.compile(r"[A-Za-z0-9_/+.@-]+")  # of a parameter that needs no quotation marks


def line(name: str, value: str, **parameters: str) -> str:
    """``value`` as its type writes it: for words that is ``text``."""
    said = "".join(f";{key}={_parameter(given)}" for key, given in parameters.items())
    return folded(f"{name}{said}:{value}")


def folded(whole: str) -> str:
    """In lines of 75 octets, broken between characters and not within one."""
    if len(whole) <= WIDTH and whole.isascii():
        return whole
    pieces, rest, room = [], whole.encode(), WIDTH
    while len(rest) > room:
        cut = room
        while rest[cut] & 0xC0 == 0x80:  # noqa: PLR2004  # within a character of UTF-8
            cut -= 1
        pieces.append(rest[:cut].decode())
        rest, room = rest[cut:], WIDTH - 1  # a line that goes on begins with a space
    return "\r\n ".join([*pieces, rest.decode()])


def text(words: str) -> str:
    words = _UNSAID.sub("", _BREAK.sub("\n", words))
    words = words.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return words.replace("\n", "\\n")


def moment(name: str, when: datetime) -> str:
    """In UTC, or with the name of its zone."""
    if when.tzinfo is UTC or str(when.tzinfo) == "UTC":
        return f"{name}:{when:%Y%m%dT%H%M%S}Z"
    return line(name, f"{when:%Y%m%dT%H%M%S}", TZID=str(when.tzinfo))


def duration(length: timedelta) -> str:
    """Whole minutes, a day at most."""
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    if not minutes and hours and not hours % 24:
        return f"P{hours // 24}D"
    return "PT" + (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes or not hours else "")


def offset(from_utc: timedelta) -> str:
    """+0100; with seconds where there are any, as long ago."""
    seconds = int(from_utc.total_seconds())
    minutes, rest = divmod(abs(seconds), 60)
    return f"{'-' if seconds < 0 else '+'}{minutes // 60:02}{minutes % 60:02}{f'{rest:02}' if rest else ''}"


def _parameter(given: str) -> str:
    given = _UNSAID.sub("", given.translate(_IN_PARAMETERS))
    return given if _PLAIN.fullmatch(given) else f'"{given}"'

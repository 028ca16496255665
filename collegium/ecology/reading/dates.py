"""Moments as feeds write them: RFC 822 and 3339, and whatever else has been seen."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

from feedparser.datetimes import _parse_date as by_feedparser  # it names no public way in

_EARLIEST = 1970
_LATEST = 2200
_STAMP = re.compile(r"\d{9,13}")
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ]+(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d\d:?\d\d|[+-]\d\d)?)?",
    re.IGNORECASE,
)
_BASIC = re.compile(r"\d{8}T\d{6}(?:Z|[+-]\d{4})?")
_LONGEST = 100
_MILLISECONDS = 100_000_000_000


@lru_cache(maxsize=4096)
def moment(text: str) -> datetime | None:
    """In UTC; None where it says no moment that something can have been published at. No zone is taken for UTC."""
    text = " ".join(text.split())
    if not text or len(text) > _LONGEST:
        return None
    try:
        found = _by_iso(text) or _by_stamp(text) or _by_mail(text) or _by_anything(text)
        found = found.astimezone(UTC) if found is not None else None
    except (ValueError, OverflowError):
        return None
    # Programs that know no date write their zero: the year 1, or the first second of 1970.
    if found is None or not _EARLIEST <= found.year < _LATEST or not found.timestamp():
        return None
    return found


def _by_iso(text: str) -> datetime | None:
    if _BASIC.fullmatch(text):
        found_basic = datetime.fromisoformat(text)
        return found_basic if found_basic.tzinfo else found_basic.replace(tzinfo=UTC)
    if (found := _ISO.fullmatch(text)) is None:
        return None
    year, month, day, hour, minute, second, part, zone = found.groups()
    if second == "60":
        second = "59"
    whole = f"{year}-{month}-{day}T{hour or '00'}:{minute or '00'}:{second or '00'}"
    if part:
        whole += f".{part[:6]:0<6}"
    zone = (zone or "Z").upper()
    return datetime.fromisoformat(whole + ("+00:00" if zone == "Z" else zone))


def _by_stamp(text: str) -> datetime | None:
    if not _STAMP.fullmatch(text):
        return None
    number = int(text)
    return datetime.fromtimestamp(number / 1000 if number > _MILLISECONDS else number, tz=UTC)


def _by_mail(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def _by_anything(text: str) -> datetime | None:
    parts = by_feedparser(text)
    if not parts:
        return None
    year, month, day, hour, minute, second = parts[:6]
    return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)

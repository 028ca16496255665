"""How values read: dates in the reader's time zone and language, numbers, names."""

import datetime as dt
import math
import re
import unicodedata
import zlib
from functools import lru_cache

from babel import Locale, UnknownLocaleError, dates, numbers
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from markupsafe import Markup, escape

from collegium.foundation import clock

NEAR = 14
MINUTES, HOURS = 3060, 73440  # seconds, from which Babel says “1 hour” and “1 day”
TINTS = 8
INITIALS = 2
Moment = dt.datetime | dt.date


def locale() -> Locale:
    return locale_of(translation.get_language() or "en-gb")


@lru_cache(maxsize=64)
def locale_of(language: str) -> Locale:
    try:
        return Locale.parse(translation.to_locale(language))
    except (UnknownLocaleError, ValueError):
        return Locale("en", "GB")


def local_moment(value: dt.datetime) -> dt.datetime:
    """The same moment on the reader's clock."""
    return timezone.localtime(value) if timezone.is_aware(value) else value


def local_day(value: Moment) -> dt.date:
    return local_moment(value).date() if isinstance(value, dt.datetime) else value


def element(value: Moment, text: str, title: str | None = None) -> Markup:
    explained = f' title="{escape(title)}"' if title else ""
    return Markup(f'<time datetime="{value.isoformat()}"{explained}>{escape(text)}</time>')  # noqa: S704  escaped


def day_in_words(value: Moment, form: str = "long") -> str:
    return _day_in_words(local_day(value), form, translation.get_language() or "en-gb")


@lru_cache(maxsize=4096)
def _day_in_words(day: dt.date, form: str, language: str) -> str:
    return dates.format_date(day, format=form, locale=locale_of(language))


def moment_in_words(value: dt.datetime) -> str:
    """The day in full and the time without seconds, joined as the language joins them."""
    return _moment_in_words(local_moment(value), translation.get_language() or "en-gb")


def _moment_in_words(local: dt.datetime, language: str) -> str:
    joined = _joined(language)
    day = _day_in_words(local.date(), "long", language)
    return joined.replace("{1}", day).replace("{0}", _time_in_words(local.hour, local.minute, language))


@lru_cache(maxsize=64)
def _joined(language: str) -> str:
    """How the language puts a day and a time together."""
    return str(dates.get_datetime_format("medium", locale=locale_of(language))).replace("'", "")


def time_in_words(value: dt.datetime) -> str:
    local = local_moment(value)
    return _time_in_words(local.hour, local.minute, translation.get_language() or "en-gb")


@lru_cache(maxsize=2048)
def _time_in_words(hour: int, minute: int, language: str) -> str:
    return dates.format_time(dt.time(hour, minute), format="short", locale=locale_of(language))


def date(value: Moment | None, form: str = "long") -> Markup:
    """`form` is one of Babel's: short, medium, long, full, or a pattern. None gives nothing."""
    return element(value, day_in_words(value, form)) if value else Markup()


def moment(value: dt.datetime | None) -> Markup:
    return element(value, moment_in_words(value)) if value else Markup()


def time(value: dt.datetime | None) -> Markup:
    return element(value, time_in_words(value)) if value else Markup()


def relative(value: Moment | None) -> Markup:
    """“in 3 days”, “yesterday”, “20 minutes ago”; a date when it is further off than two weeks."""
    if not value:
        return Markup()
    language = translation.get_language() or "en-gb"
    if isinstance(value, dt.datetime):
        now, local = clock.now(), local_moment(value)
        day, today = local.date(), local_moment(now).date()
        title, seconds = _moment_in_words(local, language), (value - now).total_seconds()
    else:
        day, today = value, clock.today()
        title, seconds = _day_in_words(day, "long", language), None
    days = (day - today).days
    if abs(days) > NEAR:
        return element(value, _day_in_words(day, "long", language), title)
    if days == 0 and seconds is None:
        return element(value, _("today"), title)
    if days == 0 and seconds is not None:
        if abs(seconds) < 60:  # noqa: PLR2004  a minute
            return element(value, _("just now"), title)
        return element(value, _near_in_words(_rounded(seconds), language), title)
    named = {-1: _("yesterday"), 1: _("tomorrow")}.get(days) if abs(days) == 1 else None
    return element(value, named or _days_in_words(days, language), title)


def _rounded(seconds: float) -> int:
    """To the minute, the hour or the day that is said of it, so that few are put into words anew: as Babel rounds."""
    far = abs(math.floor(seconds))
    if far < MINUTES:
        shown = min(round(far / 60) * 60, MINUTES - 1)
    else:
        shown = round(far / 3600) * 3600 if far < HOURS else 86400
    return shown if seconds > 0 else -shown


@lru_cache(maxsize=1024)
def _near_in_words(seconds: int, language: str) -> str:
    """“20 minutes ago”, “in 3 hours”."""
    return dates.format_timedelta(
        dt.timedelta(seconds=seconds), add_direction=True, locale=locale_of(language)
    )


@lru_cache(maxsize=1024)
def _days_in_words(days: int, language: str) -> str:
    """“in 3 days”, “5 days ago”."""
    return dates.format_timedelta(
        dt.timedelta(days=days),
        granularity="day",
        add_direction=True,
        threshold=99,
        locale=locale_of(language),
    )


def number(value: float | None) -> str:
    return numbers.format_decimal(value, locale=locale()) if value is not None else ""


def words(count: int) -> str:
    return ngettext("%(number)s word", "%(number)s words", count) % {"number": number(count)}


def size(count: int) -> str:
    """A file's size as people say it: 12 kB, 3.4 MB."""
    amount, unit = float(count), "B"
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":  # noqa: PLR2004  decimal units
            break
        amount /= 1000
    shown = f"{amount:.1f}".rstrip("0").rstrip(".") if amount < 10 and unit != "B" else f"{amount:.0f}"  # noqa: PLR2004
    return f"{shown}\u00a0{unit}"


def initials(name: str) -> str:
    """First letters of the first and the last name, in any script, kept from joining into another letter."""
    parts = [part for part in re.split(r"[\s\-]+", name.strip()) if part and part[0].isalpha()]
    if not parts:
        return "·"
    chosen = parts if len(parts) < INITIALS else [parts[0], parts[-1]]
    return unicodedata.normalize("NFC", "\u200c".join(part[0] for part in chosen)).upper()


def tint(name: str) -> int:
    """A number that stays the same for the same name: which colour a face without a photo has."""
    return zlib.crc32(name.encode()) % TINTS + 1


def twentieth(share: float) -> int:
    """0 to 100 in steps of five: the style sheet has a class for each, since inline styles are blocked.
    Something begun is never shown as nothing, nor something unfinished as all.
    """
    if share <= 0:
        return 0
    if share >= 100:  # noqa: PLR2004  per cent
        return 100
    return min(95, max(5, round(share / 5) * 5))


def richtext(html: str | None) -> Markup:
    """Marks stored rich text as safe: `foundation.richtext` made it so when it was saved."""
    return Markup(html or "")  # noqa: S704  sanitised at save, never at view

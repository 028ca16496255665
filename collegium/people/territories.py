"""Countries and languages by their names in the reader's language, from Babel's tables."""

import unicodedata
from functools import lru_cache

from babel import Locale

from collegium.design.filters import locale

# In Babel's table beside the countries: regions, unions, and codes for tests.
_NO_COUNTRIES = frozenset(
    {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
)
_CODE_LENGTH = 2
_LONGEST_TAG = 3
_NO_LANGUAGES = frozenset({"mul", "und", "zxx", "root", "mis"})


def countries() -> list[tuple[str, str]]:
    """(code, name), in the order of the names."""
    return _countries(str(locale()))


def country_name(code: str) -> str:
    """The code itself where there is no such country."""
    return str(locale().territories.get(code, code)) if code else ""


def language_name(tag: str) -> str:
    return str(_languages(str(locale())).get(tag, tag))


def language_tag(typed: str) -> str | None:
    """The tag for a name in the reader's language or in English, for a language's own name, or for a tag."""
    wanted = _folded(typed)
    known = _languages("en")
    if wanted in known:
        return wanted
    for names in (_languages(str(locale())), known):
        for tag, name in names.items():
            if _folded(name) == wanted:
                return tag
    return _own_names().get(wanted)


@lru_cache(maxsize=16)
def _countries(language: str) -> list[tuple[str, str]]:
    names = Locale.parse(language).territories
    found = [
        (code, str(name))
        for code, name in names.items()
        if len(code) == _CODE_LENGTH and code.isalpha() and code not in _NO_COUNTRIES
    ]
    return sorted(found, key=lambda each: _folded(each[1]))


@lru_cache(maxsize=16)
def _languages(language: str) -> dict[str, str]:
    names = Locale.parse(language).languages
    return {
        str(tag): str(name)
        for tag, name in names.items()
        if len(str(tag)) <= _LONGEST_TAG and tag not in _NO_LANGUAGES
    }


@lru_cache(maxsize=1)
def _own_names() -> dict[str, str]:
    found: dict[str, str] = {}
    for tag in _languages("en"):
        own = Locale.parse(tag).languages.get(tag) if tag in _WITH_OWN_NAMES else None
        if own:
            found[_folded(str(own))] = tag
    return found


# Languages that people here are likely to call by their own names; for others the names above do.
_WITH_OWN_NAMES = frozenset(
    [
        "ar",
        "bg",
        "bn",
        "cs",
        "cy",
        "da",
        "de",
        "el",
        "es",
        "et",
        "eu",
        "fa",
        "fi",
        "fr",
        "ga",
        "gl",
        "gu",
        "he",
        "hi",
        "hr",
        "hu",
        "id",
        "is",
        "it",
        "ja",
        "ko",
        "lt",
        "lv",
        "mi",
        "ms",
        "nb",
        "nl",
        "nn",
        "pl",
        "pt",
        "ro",
        "ru",
        "sk",
        "sl",
        "sq",
        "sr",
        "sv",
        "sw",
        "ta",
        "te",
        "th",
        "tr",
        "uk",
        "ur",
        "vi",
        "zh",
        "zu",
    ]
)


def _folded(name: str) -> str:
    spread = unicodedata.normalize("NFKD", name.strip().casefold())
    return "".join(character for character in spread if not unicodedata.combining(character))

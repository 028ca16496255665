"""Licences by their addresses: what they are called, and whether the whole of an item may be shown."""

import re
from dataclasses import dataclass
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from collegium.ecology.models import Item


@dataclass(frozen=True)
class Licence:
    spdx: str  # "CC-BY-SA-4.0"
    name: str | Promise
    url: str
    allows_whole: bool  # showing it unchanged, with author, source and licence


_PARTS: dict[str, str | Promise] = {
    "by": _("Creative Commons Attribution"),
    "by-sa": _("Creative Commons Attribution, share alike"),
    "by-nd": _("Creative Commons Attribution, no derivatives"),
    "by-nc": _("Creative Commons Attribution, non-commercial"),
    "by-nc-sa": _("Creative Commons Attribution, non-commercial, share alike"),
    "by-nc-nd": _("Creative Commons Attribution, non-commercial, no derivatives"),
}
_CC = re.compile(
    r"creativecommons\.org/(?:licen[cs]es/(?P<parts>[a-z]{2}(?:-[a-z]{2}){0,3})(?:/(?P<version>\d\.\d))?(?:/(?P<country>[a-z]{2,3})(?![a-z]))?"
    r"|publicdomain/(?P<public>zero|mark)(?:/(?P<public_version>\d\.\d))?)",
    re.IGNORECASE,
)
_IN_WORDS = re.compile(
    r"\bCC[\s-]+(?P<parts>BY(?:[\s-]+(?:NC|SA|ND)){0,2})(?:[\s-]+(?P<version>[1-4]\.\d))?\b|\b(?P<zero>CC[\s-]?0|CC[\s-]Zero)\b",
    re.IGNORECASE,
)
_OTHERS: dict[str, tuple[str, str | Promise]] = {
    "opensource.org/licenses/mit": ("MIT", "MIT"),
    "opensource.org/license/mit": ("MIT", "MIT"),
    "apache.org/licenses/license-2.0": ("Apache-2.0", "Apache 2.0"),
    "gnu.org/licenses/fdl-1.3": ("GFDL-1.3-only", "GNU FDL 1.3"),
    "gnu.org/licenses/fdl": ("GFDL-1.3-or-later", "GNU FDL"),
    "nationalarchives.gov.uk/doc/open-government-licence/version/3": (
        "OGL-UK-3.0",
        _("Open Government Licence 3.0"),
    ),
    "unlicense.org": ("Unlicense", "Unlicense"),
    "artlibre.org/licence/lal": ("LAL-1.3", "Licence Art Libre"),
}


@lru_cache(maxsize=512)
def known(url: str) -> Licence | None:
    """The licence at this address; None for all that is not a free or Creative Commons one."""
    if found := _CC.search(url):
        return _public(found) if found["public"] else _of_parts(found)
    plain = re.sub(r"^https?://(?:www\.)?", "", url.strip().lower())
    for beginning, (spdx, name) in _OTHERS.items():
        if plain.startswith(beginning):
            return Licence(spdx, name, url, allows_whole=True)
    return None


def _of_parts(found: re.Match[str]) -> Licence | None:
    parts = (
        "-".join(sorted(found["parts"].lower().split("-"), key=["by", "nc", "sa", "nd"].index))
        if ({*found["parts"].lower().split("-")} <= {"by", "nc", "sa", "nd"})
        else ""
    )
    if parts not in _PARTS:
        return None
    version, country = found["version"] or "4.0", (found["country"] or "").lower()
    place = f"{country}/" if country and country not in {"deed", "leg"} and version != "4.0" else ""
    spdx = f"CC-{parts.upper()}-{version}" + (f"-{country.upper()}" if place else "")
    url = f"https://creativecommons.org/licenses/{parts}/{version}/{place}"
    return Licence(spdx, _named(_PARTS[parts], version), url, allows_whole=True)


def _named(name: str | Promise, version: str) -> str | Promise:
    return _Named(name, version)  # type: ignore[return-value]  # it becomes a string when it is shown


class _Named:
    """A translated name with its version, put together when it is shown."""

    def __init__(self, name: str | Promise, version: str) -> None:
        self._name, self._version = name, version

    def __str__(self) -> str:
        return f"{self._name} {self._version}"


def _public(found: re.Match[str]) -> Licence:
    if found["public"].lower() == "zero":
        return Licence(
            "CC0-1.0", "CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/", allows_whole=True
        )
    return Licence(
        "PDM-1.0", _("Public domain"), "https://creativecommons.org/publicdomain/mark/1.0/", allows_whole=True
    )


def found_in(text: str) -> str:
    """The address of the Creative Commons licence that is named in running words ("© Ann, CC BY-SA 4.0")."""
    if not text or "c" not in text.lower():
        return ""
    if found := _CC.search(text):
        licence = known(found[0])
        return licence.url if licence else ""
    if found := _IN_WORDS.search(text):
        if found["zero"]:
            return "https://creativecommons.org/publicdomain/zero/1.0/"
        parts = "-".join(found["parts"].lower().replace("-", " ").split())
        licence = known(f"creativecommons.org/licenses/{parts}/{found['version'] or '4.0'}/")
        return licence.url if licence else ""
    return ""


def name(url: str) -> str:
    """In words; empty where it is unknown, so that only the address can be shown."""
    licence = known(url)
    return str(licence.name) if licence else ""


def allows_whole(item: Item) -> bool:
    """Whether more than a summary may be shown to somebody whose item it is not."""
    licence = known(item.licence_url)
    return licence is not None and licence.allows_whole

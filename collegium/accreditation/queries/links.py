"""The links in a snapshot: of evidence, in the words, and the address of a portfolio made elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from collegium.accreditation.queries.areas import title_of
from collegium.foundation import richtext


@dataclass(frozen=True)
class Link:
    url: str
    what: str  # begins a sentence: "The link of “Lecture capture”"
    section_key: str = ""


def links_in(content: Mapping[str, Any]) -> list[Link]:
    """Each address once, with the first place where it stands."""
    found: dict[str, Link] = {}

    def add(url: str, what: str, section_key: str = "") -> None:
        if url.startswith(("http://", "https://")):
            found.setdefault(url, Link(url, what, section_key))

    elsewhere = content.get("elsewhere") or {}
    add(elsewhere.get("url") or "", _("The address of the portfolio"))
    for item in content.get("evidence", ()):
        section = next(
            (each["key"] for each in content.get("sections", ()) if item["id"] in each.get("evidence", ())),
            "",
        )
        add(item.get("url") or "", _("The link of “%(title)s”") % {"title": item["title"]}, section)
    for section in content.get("sections", ()):
        for component in section["components"]:
            for url in richtext.links(component.get("html") or ""):
                add(
                    url,
                    _("A link in “%(section)s” to %(url)s") % {"section": title_of(section), "url": url},
                    section["key"],
                )
    return list(found.values())

"""What may be shown of an item, and under which licence, in words."""

import re

from django.utils.translation import gettext as _

from collegium.ecology.models import Item
from collegium.people.models import Person

_COMMONS = re.compile(
    r"https?://(?:www\.)?creativecommons\.org/(?P<kind>licenses|publicdomain)/(?P<code>[a-z-]+)"
    r"(?:/(?P<version>[0-9.]+))?(?:/|$)",
    re.IGNORECASE,
)
_PUBLIC_DOMAIN = {"zero": "CC0", "mark": "Public Domain Mark"}


def allows_whole(item: Item) -> bool:
    """A Creative Commons licence or the public domain."""
    return bool(_COMMONS.match(item.licence_url))


def may_show_whole(item: Item, reader: Person | None) -> bool:
    """To everybody where its licence lets us; else to its author alone."""
    return allows_whole(item) or (reader is not None and item.author_id == reader.pk)


def name_of(licence_url: str) -> str:
    """Such as CC BY-SA 4.0; the address itself where it is no licence that we know; empty where there is none."""
    found = _COMMONS.match(licence_url)
    if found is None:
        return licence_url
    code, version = found["code"].lower(), found["version"] or ""
    if found["kind"].lower() == "publicdomain":
        return f"{_PUBLIC_DOMAIN.get(code, 'Public domain')} {version}".strip()
    return f"CC {code.upper()} {version}".strip()


def in_words(item: Item) -> str:
    """One sentence for whoever wants to use it."""
    if allows_whole(item):
        return _("%(licence)s, by %(name)s") % {
            "licence": name_of(item.licence_url),
            "name": item.author_name or _("its author"),
        }
    if item.licence_url:
        return _("Under the terms at %(address)s") % {"address": item.licence_url}
    return _("All rights with its author: no licence is named")

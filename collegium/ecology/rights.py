"""What may be shown of an item, and under which licence, in words."""

from functools import lru_cache

from django.utils.translation import gettext as _

from collegium.ecology import licences
from collegium.ecology.models import Item
from collegium.foundation.surroundings import surroundings
from collegium.people.models import Person


def may_show_whole(item: Item, reader: Person | None) -> bool:
    """To everybody where its licence lets us; else to its author alone."""
    return licences.allows_whole(item) or (reader is not None and item.author_id == reader.pk)


def name_of(licence_url: str) -> str:
    """Its name; its address where it is none that we know; empty where there is none."""
    return licences.name(licence_url) or licence_url


def in_words(item: Item) -> str:
    """One sentence for whoever wants to use it."""
    sentence, somebody = _sentence(item.licence_url, surroundings().language)
    return sentence % {"name": item.author_name or somebody}


@lru_cache(maxsize=512)
def _sentence(licence_url: str, language: str) -> tuple[str, str]:  # noqa: ARG001  the language that it is said in
    """What is said of a licence, with room for a name, and who it is by where no name is known: the same for many items."""
    if named := licences.name(licence_url):
        told = {"licence": named.replace("%", "%%"), "name": "%(name)s"}
        return _("%(licence)s, by %(name)s") % told, _("its author")
    if licence_url:
        said = _("Under the terms at %(address)s") % {"address": licence_url}
    else:
        said = _("All rights with its author: no licence is named")
    return said.replace("%", "%%"), ""

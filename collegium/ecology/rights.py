"""What may be shown of an item, and under which licence, in words."""

from django.utils.translation import gettext as _

from collegium.ecology import licences
from collegium.ecology.models import Item
from collegium.people.models import Person


def may_show_whole(item: Item, reader: Person | None) -> bool:
    """To everybody where its licence lets us; else to its author alone."""
    return licences.allows_whole(item) or (reader is not None and item.author_id == reader.pk)


def name_of(licence_url: str) -> str:
    """Its name; its address where it is none that we know; empty where there is none."""
    return licences.name(licence_url) or licence_url


def in_words(item: Item) -> str:
    """One sentence for whoever wants to use it."""
    if named := licences.name(item.licence_url):
        by = item.author_name or _("its author")
        return _("%(licence)s, by %(name)s") % {"licence": named, "name": by}
    if item.licence_url:
        return _("Under the terms at %(address)s") % {"address": item.licence_url}
    return _("All rights with its author: no licence is named")

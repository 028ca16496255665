"""One item with where it came from, what it said before, and who talks about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Exists, OuterRef, Q
from django.utils.safestring import SafeString

from collegium.ecology import rights
from collegium.ecology.models import Appearance, Ecology, Enclosure, Flow, Item, Source, Version
from collegium.ecology.queries.river import Scope, ShownItem, ecologies, shown, whole
from collegium.foundation import richtext
from collegium.people.models import Person

VERSIONS = 20
# By the first half of the media type: the element that shows it.
ELEMENTS = {"audio": "audio", "video": "video", "image": "img"}


@dataclass(frozen=True)
class Seen:
    appearance: Appearance
    is_elsewhere: bool  # it has another address there than the one that the item is known by


@dataclass(frozen=True)
class Change:
    until: datetime
    title: str  # before; empty where it was the same
    html: SafeString  # what changed, marked; empty where the whole may not be shown


@dataclass(frozen=True)
class ItemPage:
    shown: ShownItem
    html: str  # the whole text; empty where only the summary may be shown
    licence: str
    licence_name: str
    seen: list[Seen]
    changes: list[Change]
    edited: list[Flow]  # in rivers that the reader edits, hidden ones too
    talks_in: list[Ecology]  # where the reader may begin to talk, or say more

    @property
    def item(self) -> Item:
        return self.shown.item


def readable(item_id: int, reader: Person | None) -> Item | None:
    """An item that the reader may see; an editor also one that was taken out of their river."""
    seen = Item.objects.visible_to(reader)
    if reader is not None:
        edited = Flow.objects.filter(ecology__editors__memberships__person=reader.pk, item=item_id)
        seen = seen | Item.objects.filter(pk__in=edited.values("item"))
    return whole(seen.filter(pk=item_id), reader).first()


def item_page(item: Item, reader: Person | None) -> ItemPage:
    """Of an item from ``readable``. A fixed number of queries, however often it was seen, changed and talked about."""
    places = list(ecologies(reader).filter(Exists(Flow.objects.filter(ecology=OuterRef("pk"), item=item.pk))))
    mine = tuple(
        each for each in places if getattr(each, "is_member", False) or getattr(each, "is_editor", False)
    )
    found = shown([item], Scope(reader=reader, ecologies=mine))[0]
    may_show_whole = rights.may_show_whole(item, reader)
    edited = {each.pk: each for each in places if getattr(each, "is_editor", False)}
    return ItemPage(
        shown=found,
        html=item.html if may_show_whole else "",
        licence=rights.in_words(item),
        licence_name=rights.name_of(item.licence_url),
        seen=_seen(item, reader),
        changes=_changes(item, may_show_whole=may_show_whole),
        edited=_edited(item, edited),
        talks_in=_talks_in(found.flows, mine),
    )


def _seen(item: Item, reader: Person | None) -> list[Seen]:
    """In sources that the reader may see: whoever follows something in private does not tell it by an item."""
    sources = Source.objects.visible_to(reader).values("pk")
    appearances = Appearance.objects.filter(item=item.pk).filter(
        Q(source__in=sources) | Q(source__claims__person=reader.pk if reader else None)
    )
    return [
        Seen(each, is_elsewhere=bool(each.url) and each.url != item.url)
        for each in appearances.select_related("source").order_by("first_seen_at", "pk").distinct()
    ]


def _changes(item: Item, *, may_show_whole: bool) -> list[Change]:
    versions: Sequence[Version] = list(item.versions.order_by("-pk")[:VERSIONS])
    newer: list[Any] = [item, *versions]
    return [
        Change(
            until=version.until,
            title=version.title if version.title != after.title else "",
            html=_difference(version, after, may_show_whole=may_show_whole),
        )
        for version, after in zip(versions, newer, strict=False)
    ]


def _difference(version: Any, after: Any, *, may_show_whole: bool) -> SafeString:
    if may_show_whole and version.html:
        return richtext.difference(version.html, after.html)
    return richtext.difference(_paragraph(version.summary), _paragraph(after.summary))


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>" if text else ""


def _edited(item: Item, edited: dict[int, Ecology]) -> list[Flow]:
    flows = Flow.objects.filter(item=item.pk, ecology__in=edited) if edited else []
    found = list(flows)
    for flow in found:
        flow.ecology = edited[flow.ecology_id]
    return sorted(found, key=lambda flow: (flow.ecology.title.casefold(), flow.pk))


def _talks_in(flows: Sequence[Flow], mine: Sequence[Any]) -> list[Ecology]:
    """One for each forum: of a course and its weeks that share one, the course."""
    here = {flow.ecology_id for flow in flows}
    offered: dict[int, Ecology] = {}
    for each in sorted(mine, key=lambda each: (each.within_id is not None, each.title.casefold())):
        if each.pk in here and each.may_talk and not each.closed_at:
            offered.setdefault(each.forum_id, each)
    return list(offered.values())


# What would load from elsewhere ---------------------------------------------------------------------------------------


def element_of(enclosure: Enclosure) -> str:
    """``audio``, ``video`` or ``img`` where a browser may show it; empty for everything else."""
    kind = enclosure.media_type.partition("/")[0].lower()
    return ELEMENTS.get(kind, "") if urlsplit(enclosure.url).scheme == "https" else ""

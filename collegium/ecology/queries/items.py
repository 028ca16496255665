"""One item with where it came from, what it said before, and who talks about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.utils.safestring import SafeString

from collegium.ecology import rights
from collegium.ecology.models import Appearance, Ecology, Flow, Item, Relevance, Source, Version
from collegium.ecology.queries.river import Scope, ShownItem, shown, unfolded, whole
from collegium.foundation import richtext
from collegium.foundation.prepared import prepared
from collegium.people.models import CircleMember, Person

VERSIONS = 20


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
    has_versions: bool
    changes: list[Change]  # only where they were asked for
    edited: list[Flow]  # in rivers that the reader edits, hidden ones too
    talks_in: list[Ecology]  # where the reader may begin to talk, or say more

    @property
    def item(self) -> Item:
        return self.shown.item


def readable(item_id: int, reader: Person | None) -> Item | None:
    """An item that the reader may see; an editor also one that was taken out of their river."""
    found = _readable(item_id, reader.pk) if reader is not None else _readable_for_all(item_id)
    return next(iter(unfolded(found[:1])), None)


@prepared
def _readable(item_id: int, reader: int) -> "QuerySet[Any, Any]":
    edited = Flow.objects.filter(ecology__editors__memberships__person=reader, item=item_id)
    person = Person(pk=reader)
    return _with_its_traits(
        Item.objects.visible_to(person) | Item.objects.filter(pk__in=edited.values("item")), item_id, person
    )


@prepared
def _readable_for_all(item_id: int) -> "QuerySet[Any, Any]":
    return _with_its_traits(Item.objects.visible_to(None), item_id, None)


def _with_its_traits(seen: "QuerySet[Item]", item_id: int, reader: Person | None) -> "QuerySet[Any, Any]":
    has_versions = Exists(Version.objects.filter(item=OuterRef("pk")))
    is_in_library = Exists(Relevance.objects.filter(resource__item=OuterRef("pk"), resource__removed_at=None))
    flows_in_a_part = Exists(Flow.objects.filter(item=OuterRef("pk"), ecology__within__isnull=False))
    found: QuerySet[Any, Any] = whole(seen.filter(pk=item_id), reader).annotate(
        has_versions=has_versions, is_in_library=is_in_library, flows_in_a_part=flows_in_a_part
    )
    return found[:1]


def item_page(item: Any, reader: Person | None, *, with_versions: bool = False) -> ItemPage:
    """Of an item from ``readable``. A fixed number of queries, however often it was seen, changed and talked about."""
    flows = _flows(item, reader)
    mine = [flow.ecology for flow in flows if flow.is_member or flow.is_editor]
    standing = [flow for flow in flows if flow.hidden_at is None]
    scope = Scope(reader=reader, ecologies=tuple(mine))
    found = shown([item], scope, flows={item.pk: standing})[0]
    may_show_whole = rights.may_show_whole(item, reader)
    return ItemPage(
        shown=found,
        html=item.html if may_show_whole else "",
        licence=rights.in_words(item),
        licence_name=rights.name_of(item.licence_url),
        seen=_seen(item, reader),
        changes=_changes(item, may_show_whole=may_show_whole) if with_versions else [],
        has_versions=item.has_versions,
        edited=[flow for flow in flows if flow.is_editor],
        talks_in=_talks_in(flow for flow in standing if flow.may_talk and flow.ecology.closed_at is None),
    )


def _flows(item: Item, reader: Person | None) -> list[Any]:
    """Where the reader may see it flow, with who they are there; hidden ones where they are an editor. One query."""
    return _flows_of(item.pk, reader.pk) if reader is not None else _flows_for_all(item.pk)


@prepared
def _flows_for_all(item: int) -> Any:
    nobody = Value(value=False)
    flows = _of_item(item, None).filter(hidden_at__isnull=True)
    return flows.annotate(is_member=nobody, is_editor=nobody, may_talk=nobody)


def _of_item(item: int, reader: Person | None) -> Any:
    there: Any = Ecology.objects.visible_to(reader).values("pk")
    flows: Any = Flow.objects.filter(item=item, ecology__in=there)
    return flows.select_related("ecology__forum", "source", "highlighted_by").order_by("ecology__title", "pk")


@prepared
def _flows_of(item: int, reader: int) -> Any:
    flows = _of_item(item, Person(pk=reader))
    mine = CircleMember.objects.filter(person=reader)
    talks = Q(circle=OuterRef("ecology__forum__members")) | Q(circle=OuterRef("ecology__forum__moderators"))
    found = flows.annotate(
        is_member=Exists(mine.filter(circle=OuterRef("ecology__members"))),
        is_editor=Exists(mine.filter(circle=OuterRef("ecology__editors"))),
        may_talk=Exists(mine.filter(talks))
        & Q(ecology__forum__closed_at__isnull=True, ecology__forum__isnull=False),
    )
    return found.filter(Q(hidden_at__isnull=True) | Q(is_editor=True))


def _seen(item: Item, reader: Person | None) -> list[Seen]:
    """In sources that the reader may see: whoever follows something in private does not tell it by an item."""
    found = _seen_by(item.pk, reader.pk) if reader is not None else _seen_by_all(item.pk)
    return [Seen(each, is_elsewhere=bool(each.url) and each.url != item.url) for each in found]


@prepared
def _seen_by(item: int, reader: int) -> "QuerySet[Appearance]":
    sources = Source.objects.visible_to(Person(pk=reader)).filter(pk=OuterRef("source"))
    own = Q(source__claims__person=reader)
    return _appearances(Appearance.objects.filter(Q(Exists(sources)) | own, item=item))


@prepared
def _seen_by_all(item: int) -> "QuerySet[Appearance]":
    sources = Source.objects.visible_to(None).filter(pk=OuterRef("source"))
    return _appearances(Appearance.objects.filter(Exists(sources), item=item))


def _appearances(found: "QuerySet[Appearance]") -> "QuerySet[Appearance]":
    return found.select_related("source").order_by("first_seen_at", "pk").distinct()


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


def _talks_in(flows: Iterable[Any]) -> list[Ecology]:
    """One for each forum: of a course and its weeks that share one, the course."""
    offered: dict[int, Ecology] = {}
    for flow in sorted(flows, key=lambda flow: flow.ecology.within_id is not None):
        if flow.is_member or flow.is_editor:
            offered.setdefault(flow.ecology.forum_id, flow.ecology)
    return list(offered.values())

"""The library as pages show it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.db.models import Count, Exists, Min, OuterRef, Prefetch, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from collegium.conversations.models import Thread
from collegium.ecology import known
from collegium.ecology.csl.shape import Reference
from collegium.ecology.identity import address_key
from collegium.ecology.models import (
    Appearance,
    Ecology,
    Enclosure,
    Entry,
    Flow,
    Item,
    ItemKey,
    ReadingList,
    Recommendation,
    ReferenceFile,
    Resource,
    ResourceTag,
)
from collegium.ecology.words import RESOURCES
from collegium.foundation import fulltext
from collegium.people.models import CircleMember, Person
from collegium.schemes.models import Framework, Node

A_PAGE = 30
MOST_FOUND = 300
MOST_TAGS = 40
MOST_OFFERED = 200  # to choose from
MOST_READ = 200  # entries that are read for a page beside
MOST_READ_ABOUT = 12  # of one list, on the page of what it is for
MOST_READ_BESIDE = 5  # of one list, beside a section
ORDERS = {
    "newest": ("-added_at", "-pk"),
    "author": ("authors", "year", "pk"),
    "year": ("-year", "authors", "pk"),
    "title": ("title", "pk"),
}


@dataclass(frozen=True)
class Narrowing:
    """Which resources, and in what order; ``node`` is a key, ``tag`` folded, ``rotten``: the link leads nowhere any more."""

    words: str = ""
    tag: str = ""
    kind: str = ""
    node: int | None = None
    rotten: bool = False
    order: str = "newest"

    def query(self, **changes: Any) -> str:
        said = replace(self, **changes)
        given = {"q": said.words, "tag": said.tag, "kind": said.kind, "node": said.node or ""}
        given |= {"rotten": "1" if said.rotten else "", "order": "" if said.order == "newest" else said.order}
        return urlencode({name: value for name, value in given.items() if value})


@dataclass(frozen=True)
class LibraryPage:
    """``resource.recommended`` and ``.is_own`` are annotated, ``.first_words`` a list of at most one recommendation."""

    resources: list[Any]
    number: int
    has_next: bool
    all: int
    rotten: int
    tags: list[tuple[str, str, int]]  # folded, as it is said, how many


def library_page(
    ecology: Ecology, reader: Person | None, narrowing: Narrowing, *, number: int = 1
) -> LibraryPage:
    """Six queries at most, however many stand on it."""
    standing = ecology.resources.filter(removed_at__isnull=True)
    counted = standing.aggregate(all=Count("pk"), rotten=Count("link_failing_since"))
    rows = narrowed(ecology, narrowing)
    begin = (number - 1) * A_PAGE
    own = Recommendation.objects.filter(resource=OuterRef("pk"), person=reader)
    said = Recommendation.objects.exclude(why="").select_related("person").order_by("made_at")
    found = list(
        rows.annotate(recommended=Count("recommendations", distinct=True), is_own=Exists(own))
        .select_related("added_by")
        .prefetch_related("tags", Prefetch("recommendations", said, to_attr="said"))[
            begin : begin + A_PAGE + 1
        ]
    )
    tags = (
        ResourceTag.objects.filter(resource__in=standing)
        .values("name")
        .annotate(number=Count("pk"), as_said=Min("said"))
        .order_by("-number", "name")
        .values_list("name", "as_said", "number")[:MOST_TAGS]
    )
    return LibraryPage(
        resources=found[:A_PAGE],
        number=number,
        has_next=len(found) > A_PAGE,
        all=counted["all"],
        rotten=counted["rotten"],
        tags=list(tags),
    )


def narrowed(ecology: Ecology, narrowing: Narrowing) -> "QuerySet[Resource]":
    rows = ecology.resources.filter(removed_at__isnull=True)
    if narrowing.tag:
        rows = rows.filter(Exists(ResourceTag.objects.filter(resource=OuterRef("pk"), name=narrowing.tag)))
    if narrowing.kind:
        rows = rows.filter(csl__type=narrowing.kind)
    if narrowing.node:
        rows = rows.filter(relevances__node=narrowing.node)
    if narrowing.rotten:
        rows = rows.filter(link_failing_since__isnull=False)
    if narrowing.words:
        query = fulltext.Query.read(narrowing.words)
        hits = RESOURCES.find(query, rows, scopes=[ecology.pk], limit=MOST_FOUND)
        rows = rows.filter(pk__in=[hit.key for hit in hits])
    return rows.order_by(*ORDERS[narrowing.order])


def shown(resource_id: int, reader: Person | None) -> Resource | None:
    """With its tags, its recommendations and what it is mapped to."""
    return (
        Resource.objects.visible_to(reader)
        .filter(pk=resource_id)
        .select_related("ecology", "added_by", "blob", "item")
        .prefetch_related(
            "tags",
            Prefetch("recommendations", Recommendation.objects.select_related("person").order_by("made_at")),
            "relevances__node",
        )
        .first()
    )


def recordings_with(resource: Resource, reader: Person | None) -> list[Enclosure]:
    """What came with the item that it was kept from, for who may read that."""
    if resource.item_id is None:
        return []
    enclosed = Enclosure.objects.filter(
        Q(media_type__istartswith="audio/") | Q(media_type__istartswith="video/"),
        item=resource.item_id,
        item__in=Item.objects.visible_to(reader).values("pk"),
    )
    return list(enclosed.order_by("position", "pk"))


def kept_in_by(person: Person) -> "QuerySet[Ecology]":
    """The libraries that somebody may keep things in; a week keeps its own in that of its course."""
    mine = CircleMember.objects.filter(person=person).values("circle")
    return Ecology.objects.filter(
        Q(members__in=mine) | Q(editors__in=mine), closed_at__isnull=True, within__isnull=True
    ).order_by("title", "pk")


def already(item: Item, among: "QuerySet[Ecology]") -> list[Resource]:
    known = Resource.objects.filter(item=item.pk, removed_at__isnull=True, ecology__in=among.values("pk"))
    return list(known.select_related("ecology"))


def nearest(item: Item, among: "QuerySet[Ecology]") -> int | None:
    """A library of where it flows, if there is one; else the first."""
    flows = Flow.objects.filter(item=item.pk, ecology=OuterRef("pk"))
    return (
        among.annotate(near=Exists(flows))
        .order_by("-near", "title", "pk")
        .values_list("pk", flat=True)
        .first()
    )


def readable_thread(resource: Resource, reader: Person | None) -> Thread | None:
    """Where it was met, for those who may read there."""
    if resource.thread_id is None:
        return None
    return Thread.objects.visible_to(reader).filter(pk=resource.thread_id).first()


def lists_of(ecology: Ecology) -> list[Any]:
    return list(ecology.reading_lists.annotate(number=Count("entries")).order_by("title", "pk"))


def lists_around(resource: Resource) -> list[Any]:
    """All lists of its library, each with ``has_it``."""
    has_it = Exists(Entry.objects.filter(reading_list=OuterRef("pk"), resource=resource.pk))
    return list(
        ReadingList.objects.filter(ecology=resource.ecology_id)
        .annotate(has_it=has_it)
        .order_by("title", "pk")
    )


def reading_list(list_id: int, reader: Person | None) -> ReadingList | None:
    among = ReadingList.objects.filter(ecology__in=Ecology.objects.visible_to(reader).values("pk"))
    return (
        among.select_related("ecology", "node")
        .prefetch_related("entries__resource")
        .filter(pk=list_id)
        .first()
    )


@dataclass(frozen=True)
class Offered:
    """What could be put on a list; ``number``: how many have the words that were looked for, if any were."""

    resources: list[Resource]
    words: str = ""
    number: int | None = None

    @property
    def is_limited(self) -> bool:
        return self.number is not None and self.number >= MOST_OFFERED


def offered(reading_list: ReadingList, *, words: str = "", chosen: int | None = None) -> Offered:
    """The best that have the words, or the newest where nothing is looked for or found; what is chosen stands among them."""
    among = reading_list.ecology.resources.filter(removed_at__isnull=True)
    free = among.exclude(entries__reading_list=reading_list).only("ecology", "title")
    found: list[Resource] | None = None
    query = fulltext.Query.read(words)
    if query:
        hits = RESOURCES.find(query, free, scopes=[reading_list.ecology_id], limit=MOST_OFFERED)
        by_key = free.in_bulk([hit.key for hit in hits])
        found = [by_key[hit.key] for hit in hits if hit.key in by_key]
    resources = found or list(free.order_by("-added_at", "-pk")[:MOST_OFFERED])
    if chosen is not None and chosen not in {each.pk for each in resources}:
        resources = [*free.filter(pk=chosen), *resources]
    return Offered(resources, words if query else "", len(found) if found is not None else None)


@dataclass(frozen=True)
class Readings:
    """The beginning of a reading list, beside something else; ``more``: how many entries it has besides."""

    reading_list: ReadingList
    entries: list[Entry]
    more: int

    @property
    def number(self) -> int:
        return len(self.entries) + self.more


def readings_about(about: models.Model) -> list[Readings]:
    """The lists that were made for it, as a whole, in one query. For whoever may see it: its library is as open as it is."""
    return _readings(
        Q(reading_list__about_kind=about._meta.label_lower, reading_list__about_id=str(about.pk)),
        MOST_READ_ABOUT,
    )


def readings_for(node: Node, reader: Person) -> list[Readings]:
    """The lists for this section in the libraries of what the reader belongs to; one query."""
    mine = CircleMember.objects.filter(person=reader).values("circle")
    theirs = Q(reading_list__ecology__members__in=mine) | Q(reading_list__ecology__editors__in=mine)
    return _readings(Q(reading_list__node=node) & theirs, MOST_READ_BESIDE)


def list_about(about: models.Model) -> ReadingList | None:
    lists = ReadingList.objects.filter(about_kind=about._meta.label_lower, about_id=str(about.pk))
    return lists.order_by("pk").first()


def _readings(which: Q, most: int) -> list[Readings]:
    entries = (
        Entry.objects.filter(which)
        .select_related("reading_list", "resource")
        .defer("resource__abstract", "resource__frozen_html", "resource__beyond", "reading_list__words")
        .order_by("reading_list__title", "reading_list", "position", "pk")[:MOST_READ]
    )
    found: dict[int, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.reading_list_id, []).append(entry)
    return [Readings(each[0].reading_list, each[:most], max(len(each) - most, 0)) for each in found.values()]


def at(addresses: Iterable[str], numbers: Iterable[int], reader: Person) -> "QuerySet[Resource]":
    """What the libraries that the reader may see keep of these addresses and DOIs, or by these keys; the best described first."""
    known_by = {key for address in addresses if (key := known.of_address(address))}
    found = Resource.objects.visible_to(reader).filter(Q(known_by__in=known_by) | Q(pk__in=set(numbers)))
    return found.prefetch_related("tags").order_by("-doi", "-year", "pk")


def items_at(addresses: Iterable[str], numbers: Iterable[int], reader: Person) -> "QuerySet[Item]":
    """What flows where the reader may see it, by these addresses or keys; each with ``seen_in`` and ``known_as``, a key."""
    keys = {key for address in addresses if (key := address_key(address))}
    of_keys = ItemKey.objects.filter(key__in=keys)
    seen = Appearance.objects.filter(item=OuterRef("pk")).order_by("first_seen_at", "pk")
    return (
        Item.objects.visible_to(reader)
        .filter(Q(pk__in=of_keys.values("item")) | Q(pk__in=set(numbers)))
        .annotate(
            seen_in=Coalesce(Subquery(seen.values("source__title")[:1]), Value("")),
            known_as=Subquery(of_keys.filter(item=OuterRef("pk")).values("key")[:1]),
        )
    )


def references(resources: "QuerySet[Resource] | Sequence[Resource]") -> Iterator[Reference]:
    """As they go out: with their keys, their tags, and what they said beyond CSL-JSON when they came."""
    rows = (
        resources.prefetch_related("tags").iterator(chunk_size=500)
        if isinstance(resources, QuerySet)
        else resources
    )
    for each in rows:
        yield Reference(each.cite_key, each.csl, each.beyond, tuple(tag.said for tag in each.tags.all()))


def file_of(ecology: Ecology, person: Person) -> ReferenceFile | None:
    """What they read from a file and have not brought yet."""
    return ReferenceFile.objects.filter(ecology=ecology, by=person).select_related("ecology").first()


def frameworks() -> list[Framework]:
    return list(Framework.objects.order_by("title", "-version"))


def criteria(framework: Framework) -> list[Node]:
    """In reading order, without those that only hold others together."""
    return list(framework.nodes.filter(children__isnull=True).order_by("position"))


def all_criteria() -> "QuerySet[Node]":
    return (
        Node.objects.filter(children__isnull=True)
        .select_related("framework")
        .order_by("framework__title", "position")
    )

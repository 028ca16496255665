"""The library as pages show it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, Min, OuterRef, Prefetch, QuerySet

from collegium.ecology.csl.shape import Reference
from collegium.ecology.models import Ecology, ReadingList, Recommendation, Resource, ResourceTag
from collegium.ecology.words import RESOURCES
from collegium.foundation import fulltext
from collegium.people.models import Person
from collegium.schemes.models import Framework, Node

A_PAGE = 30
MOST_FOUND = 300
MOST_TAGS = 40
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


def lists_of(ecology: Ecology) -> list[Any]:
    return list(ecology.reading_lists.annotate(number=Count("entries")).order_by("title", "pk"))


def lists_with(resource: Resource) -> list[ReadingList]:
    return list(ReadingList.objects.filter(entries__resource=resource).order_by("title", "pk"))


def reading_list(list_id: int, reader: Person | None) -> ReadingList | None:
    among = ReadingList.objects.filter(ecology__in=Ecology.objects.visible_to(reader).values("pk"))
    return (
        among.select_related("ecology", "node")
        .prefetch_related("entries__resource")
        .filter(pk=list_id)
        .first()
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

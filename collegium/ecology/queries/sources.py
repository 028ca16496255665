"""Sources as pages show them."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery

from collegium.ecology import opml
from collegium.ecology.models import (
    Appearance,
    Claim,
    Ecology,
    Fetch,
    Following,
    Item,
    OutlineImport,
    Source,
)
from collegium.people.models import Person

A_PAGE = 50
_TROUBLED = [Source.State.FAILING, Source.State.GONE]


@dataclass(frozen=True)
class SourcesPage:
    followings: list[Following]
    number: int
    has_next: bool
    all: int
    troubled: int
    folders: int


def sources_page(
    ecology: Ecology, *, words: str = "", troubled: bool = False, number: int = 1
) -> SourcesPage:
    """``following.whose``: the name of whoever's it is shown to be; ``claimed``: of who says so; empty where nobody does."""
    unverified = Claim.objects.filter(source=OuterRef("source"), verified_at__isnull=True).order_by("pk")
    verified = Claim.objects.filter(source=OuterRef("source"), verified_at__isnull=False)
    running = ecology.followings.running()
    counted = running.aggregate(
        all=Count("pk"),
        troubled=Count("pk", filter=Q(source__state__in=_TROUBLED)),
        folders=Count("folder", distinct=True, filter=~Q(folder="")),
    )
    rows = running.select_related("source").annotate(
        whose=Subquery(verified.values("person__name")[:1]),
        claimed=Subquery(unverified.values("person__name")[:1]),
    )
    if troubled:
        rows = rows.filter(source__state__in=_TROUBLED)
    for word in words.split()[:5]:
        rows = rows.filter(
            Q(source__title__icontains=word)
            | Q(source__feed_url__icontains=word)
            | Q(source__author_name__icontains=word)
            | Q(folder__icontains=word)
        )
    begin = (number - 1) * A_PAGE
    found = list(rows.order_by("folder", "source__title", "pk")[begin : begin + A_PAGE + 1])
    return SourcesPage(
        followings=found[:A_PAGE],
        number=number,
        has_next=len(found) > A_PAGE,
        all=counted["all"],
        troubled=counted["troubled"],
        folders=counted["folders"],
    )


def source_for(source_id: int, person: Person | None) -> Source | None:
    """With ``claims`` (whose it is first) and the followings of ecologies that the person may see (``shown_followings``)."""
    seen = (
        Following.objects.running()
        .filter(ecology__in=Ecology.objects.visible_to(person))
        .select_related("ecology", "added_by")
        .order_by("pk")
    )
    return (
        Source.objects.visible_to(person)
        .filter(pk=source_id)
        .select_related("hub")
        .prefetch_related(
            Prefetch("followings", queryset=seen, to_attr="shown_followings"),
            Prefetch(
                "claims",
                queryset=Claim.objects.select_related("person__photo").order_by("verified_at", "pk"),
                to_attr="shown_claims",
            ),
        )
        .first()
    )


def last_fetches(source: Source, number: int = 10) -> list[Fetch]:
    return list(source.fetches.order_by("-id")[:number])


def latest_items(source: Source, person: Person | None, number: int = 5) -> list[Item]:
    """As far as the person may see them."""
    seen = Appearance.objects.filter(source=source).order_by("-first_seen_at").values("item")[:50]
    return list(
        Item.objects.visible_to(person)
        .filter(pk__in=list(seen.values_list("item", flat=True)))
        .order_by("-flows_at", "-pk")[:number]
    )


def last_import(ecology: Ecology, person: Person) -> OutlineImport | None:
    return ecology.imports.filter(by=person).order_by("-pk").defer("outlines").first()


def outlines_of(ecology: Ecology) -> tuple[dict[str, str], list[opml.Outline]]:
    """Head and outlines for the way out: what is followed, and from what was brought, what is no feed."""
    rows: QuerySet[Following] = ecology.followings.running().select_related("source").order_by("pk")
    followed = [
        opml.of_source(
            feed_url=each.source.feed_url,
            page_url=each.source.page_url,
            title=str(each.source),
            folder=each.folder,
            kept=each.opml,
        )
        for each in rows
    ]
    head: dict[str, Any] = {"title": ecology.title}
    others: list[opml.Outline] = []
    for brought in ecology.imports.order_by("pk"):
        head = {**brought.head, **head}
        outlines = [opml.Outline.of_json(data) for data in brought.outlines]
        others += [outline for outline in outlines if not outline.feed_url and outline not in others]
    return head, [*followed, *others]

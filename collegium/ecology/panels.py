"""The river in the bar; what goes, and what is handed over, when somebody leaves."""

from collections.abc import Iterable
from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from collegium.conversations.models import Post
from collegium.design.places import bar_item, panel, signed_in
from collegium.ecology.actions import library
from collegium.ecology.actions import river as actions
from collegium.ecology.models import (
    Claim,
    FeedAddress,
    Following,
    Item,
    Mark,
    Mute,
    Reading,
    ReadingList,
    Recommendation,
    Resource,
)
from collegium.foundation.addresses import address
from collegium.foundation.files import holds_blobs
from collegium.people.erasure import erases, goes, stays
from collegium.people.export import File, exports
from collegium.people.models import Person
from collegium.people.requests import Request

bar_item(key="river", title=_("River"), url="ecology:river", icon="waves", order=40, shown_to=signed_in)


# “Keep in the library” ------------------------------------------------------------------------------------------------


@panel("item.actions", order=50)
def keep_item(request: HttpRequest, *, item: Item, where: str = "page", **_context: Any) -> str | None:
    """Drawn once for all that a river shows; where somebody may keep it, its page says."""
    if cast("Request", request).person is None:
        return None
    drawn: dict[str, str] = request.__dict__.setdefault("keeping_of_items", {})
    if where not in drawn:
        drawn[where] = render_to_string("ecology/keep_link.jinja", {"where": where}, request)
    return drawn[where].replace("ADDRESS", address("ecology:keep_item", item.pk))


@panel("post.actions", order=30)
def keep_from_post(request: HttpRequest, *, post: Post, **_context: Any) -> str | None:
    """A post with a link, or one that began its conversation. Asked for each post of a page: it asks the database nothing."""
    if cast("Request", request).person is None or post.removed_at is not None or post.hidden_at is not None:
        return None
    if "<a " not in post.html:
        return None
    drawn: str | None = request.__dict__.get("keeping_of_posts")
    if drawn is None:
        drawn = render_to_string("ecology/keep_link.jinja", {"where": "menu"}, request)
        request.__dict__["keeping_of_posts"] = drawn
    return drawn.replace("ADDRESS", address("ecology:keep_from_post", post.pk))


# Mine -----------------------------------------------------------------------------------------------------------------


@exports("river", title=_("River"))
def my_reading(person: Person) -> tuple[object, list[File]]:
    marks = Mark.objects.filter(person=person).select_related("item").order_by("pk")
    mutes = Mute.objects.filter(person=person).select_related("source").order_by("pk")
    readings = Reading.objects.filter(person=person).select_related("ecology").order_by("pk")
    claims = Claim.objects.filter(person=person).select_related("source").order_by("pk")
    added = Following.objects.filter(added_by=person).select_related("source", "ecology").order_by("pk")
    address = FeedAddress.objects.filter(person=person).first()
    return {
        "marks": [
            {
                "title": str(each.item),
                "url": each.item.url,
                "read_at": each.read_at,
                "saved_at": each.saved_at,
            }
            for each in marks
        ],
        "mutes": [
            {"source": str(each.source or ""), "hashtag": each.tag, "since": each.muted_at} for each in mutes
        ],
        "read_through": [{"river": each.ecology.title, "until": each.read_through} for each in readings],
        "my_sources": [
            {
                "title": str(each.source),
                "feed_url": each.source.feed_url,
                "since": each.made_at,
                "verified_at": each.verified_at,
            }
            for each in claims
        ],
        "sources_that_i_added": [
            {
                "title": str(each.source),
                "feed_url": each.source.feed_url,
                "to": each.ecology.title,
                "at": each.added_at,
            }
            for each in added
        ],
        "private_feed_since": address.made_at if address else None,
    }, []


@exports("library", title=_("Library"))
def my_library(person: Person) -> tuple[object, list[File]]:
    """What one keeps and recommends in libraries; with the files that one brought."""
    kept = (
        Resource.objects.filter(added_by=person)
        .select_related("ecology", "blob")
        .prefetch_related("tags", "relevances__node")
        .order_by("pk")
    )
    said = Recommendation.objects.filter(person=person).select_related("resource__ecology").order_by("pk")
    lists = ReadingList.objects.filter(made_by=person).select_related("ecology").order_by("pk")
    brought: list[File] = [
        (f"{each.pk} {each.file_name}", each.blob.path) for each in kept if each.blob is not None
    ]
    return {
        "kept": [
            {
                "in": each.ecology.title,
                "as": {"id": each.cite_key, **each.csl},
                "tags": [tag.said for tag in each.tags.all()],
                "licence": each.licence_url or each.rights,
                "helps_with": [str(relevance.node) for relevance in each.relevances.all()],
                "file": f"{each.pk} {each.file_name}" if each.blob is not None else "",
                "at": each.added_at,
                "taken_out_at": each.removed_at,
            }
            for each in kept
        ],
        "recommended": [
            {
                "title": each.resource.title,
                "in": each.resource.ecology.title,
                "why": each.why,
                "at": each.made_at,
            }
            for each in said
        ],
        "reading_lists_made": [
            {"title": each.title, "in": each.ecology.title, "at": each.made_at} for each in lists
        ],
    }, brought


@goes
def recommendations_go(person: Person) -> Iterable[str]:
    said = Recommendation.objects.filter(person=person).count()
    if said:
        yield ngettext(
            "Your recommendation in a library", "Your %(num)s recommendations in libraries", said
        ) % {"num": said}


@stays
def what_they_kept_stays(person: Person) -> Iterable[str]:
    if Resource.objects.filter(added_by=person, removed_at__isnull=True).exists():
        yield str(_("What you put into libraries, for those who read there, without your name"))


@erases(order=50)
def forget_keeper(person: Person) -> None:
    library.forget_keeper(person=person)


@holds_blobs
def files_of_libraries() -> "QuerySet[Resource, str]":
    return Resource.objects.filter(blob__isnull=False).values_list("blob", flat=True)


@goes
def marks_go(person: Person) -> Iterable[str]:
    saved = Mark.objects.filter(person=person, saved_at__isnull=False).count()
    if saved:
        yield ngettext("%(num)s item that you saved", "%(num)s items that you saved", saved) % {"num": saved}
    if Mark.objects.filter(person=person).exists() or Reading.objects.filter(person=person).exists():
        yield str(_("What you have read and muted in rivers"))


@erases(order=50)
def forget_reading(person: Person) -> None:
    actions.forget_reader(person=person)

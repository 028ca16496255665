"""What communities put on the pages of other rooms: the bar, what to do next, a person's page, a post; what is mine."""

from collections.abc import Iterable, Iterator
from typing import cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy, ngettext

from collegium.communities import actions, queries
from collegium.communities.models import Community, MapPlace, Membership, PageRevision, RepertoireItem
from collegium.conversations.models import Forum, Post
from collegium.conversations.rules import register_remover
from collegium.design.places import bar_item, panel
from collegium.people.erasure import erases, goes, stays
from collegium.people.export import File, exports
from collegium.people.models import Person
from collegium.people.requests import Request

bar_item(
    key="communities",
    title=gettext_lazy("Communities"),
    url="communities:list",
    icon="users-round",
    order=30,
    namespace="communities",
)


@panel("home.next", order=20)
def who_waits(request: HttpRequest) -> str | None:
    """For those who facilitate or help: how many posts wait for an answer."""
    person = cast("Request", request).person
    waiting = queries.to_see_to(person) if person else []
    return render_to_string("communities/next_care.jinja", {"waiting": waiting}, request) if waiting else None


@panel("home.next", order=22)
def wishes_to_join(request: HttpRequest) -> str | None:
    person = cast("Request", request).person
    asked = queries.requests_waiting(person) if person else []
    return (
        render_to_string("communities/next_requests.jinja", {"requests": asked}, request) if asked else None
    )


@panel("home.next", order=25)
def first_steps(request: HttpRequest) -> str | None:
    person = cast("Request", request).person
    found = queries.open_steps(person)[:2] if person else []
    return (
        render_to_string("communities/next_steps.jinja", {"memberships": found}, request) if found else None
    )


@panel("person.page", order=30)
def communities_of(request: HttpRequest, *, person: Person) -> str | None:
    """Those that the reader shares with the person: nobody else learns where somebody belongs."""
    viewer = cast("Request", request).person
    found = queries.shared(person, viewer)
    if not found:
        return None
    return render_to_string(
        "communities/of_person.jinja",
        {"communities": found, "is_own": viewer is not None and viewer.pk == person.pk},
        request,
    )


@panel("search.results", order=15)
def communities_found(request: HttpRequest, *, words: str) -> str | None:
    found = queries.found_by(words, cast("Request", request).person)
    if not found:
        return None
    return render_to_string("communities/found.jinja", {"communities": found}, request)


@panel("post.actions", order=60)
def keep_post(request: HttpRequest, *, post: Post) -> str | None:
    """Members keep a good post in the repertoire. Asked for each post of a page, so the answer is kept for the request."""
    person = cast("Request", request).person
    if person is None or post.removed_at or post.hidden_at:
        return None
    known: dict[int, Community | None] | None = getattr(request, "communities_of_forums", None)
    if known is None:
        known = {}
        request.communities_of_forums = known  # type: ignore[attr-defined]  # ours, for this request only
    forum_id = post.thread.forum_id
    if forum_id not in known:
        known[forum_id] = Community.objects.filter(
            forum=forum_id, memberships__person=person, closed_at__isnull=True
        ).first()
    community = known[forum_id]
    if community is None:
        return None
    return render_to_string("communities/keep_post.jinja", {"community": community, "post": post}, request)


@register_remover
def end_membership(forum: Forum, person: Person, by: Person, reason: str) -> bool:
    """What moderators decide holds for the whole community, in the same moment."""
    return actions.follow_measure(forum=forum, person=person, by=by, reason=reason)


# Mine -----------------------------------------------------------------------------------------------------------------


@exports("communities", title=gettext_lazy("Communities"))
def exported(person: Person) -> tuple[object, Iterable[File]]:
    places = {each.community_id: each for each in MapPlace.objects.filter(person=person)}
    kept = RepertoireItem.objects.filter(added_by=person).select_related("community", "blob")
    written = PageRevision.objects.filter(saved_by=person).select_related("page__community")
    facts = {
        "memberships": [
            {
                "community": each.community.title,
                "role": each.role,
                "joined": each.joined_at,
                "way": each.way,
                "in_directory": each.in_directory,
                "may_be_asked": each.may_be_asked,
                "helps_out": each.helps_out,
                "on_the_map": _whereabouts(places.get(each.community_id)),
            }
            for each in Membership.objects.filter(person=person).select_related("community")
        ],
        "asked_to_join": [
            {"community": each.community.title, "when": each.made_at, "words": each.words}
            for each in person.join_requests.select_related("community")
        ],
        "kept": [
            {"community": each.community.title, "title": each.title, "why": each.why, "url": each.url}
            for each in kept
        ],
        "pages_written": [
            {
                "community": each.page.community.title,
                "page": each.page.title,
                "version": each.number,
                "when": each.saved_at,
                "note": each.note,
                "html": each.html,
            }
            for each in written
        ],
        "cared_for": [
            {"community": each.community.title, "taken": each.taken_at, "done": each.done_at}
            for each in person.cares.select_related("community")
        ],
    }
    files = [(f"{each.pk} {each.file_name}", each.blob.path) for each in kept if each.blob is not None]
    return facts, files


def _whereabouts(place: MapPlace | None) -> dict[str, str] | None:
    return {"country": place.country, "town": place.town} if place else None


@goes
def memberships_go(person: Person) -> Iterator[str]:
    if number := Membership.objects.filter(person=person).count():
        yield ngettext(
            "Your membership of a community, and your place on its map",
            "Your memberships of %(count)s communities, and your places on their maps",
            number,
        ) % {"count": number}


@stays
def what_was_kept_stays(person: Person) -> Iterator[str]:
    number = (
        RepertoireItem.objects.filter(added_by=person).count()
        + PageRevision.objects.filter(saved_by=person).count()
    )
    if number:
        yield ngettext(
            "What you added to the repertoire of a community, without your name",
            "%(count)s things that you added to repertoires and pages of communities, without your name",
            number,
        ) % {"count": number}


@erases(order=70)
def erase(person: Person) -> None:
    actions.part_with_everything(person)

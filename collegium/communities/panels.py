"""What communities put on the pages of other rooms: the bar, what to do next, a person's page, a post; what is mine."""

from collections.abc import Iterable, Iterator
from typing import cast

from django.db.models import Exists, Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy, ngettext

from collegium.communities import actions, joining, queries
from collegium.communities.models import (
    Community,
    JoinRequest,
    MapPlace,
    Membership,
    PageRevision,
    RepertoireItem,
)
from collegium.communities.rules import LEADERS
from collegium.conversations.models import Forum, Post
from collegium.conversations.rules import register_remover
from collegium.design.places import bar_item, panel
from collegium.foundation.addresses import address
from collegium.people.erasure import erases, goes, stays
from collegium.people.export import File, exports
from collegium.people.models import Person
from collegium.people.requests import Request
from collegium.people.waiting import waiting_for, waits

bar_item(
    key="communities",
    title=gettext_lazy("Communities"),
    url="communities:list",
    icon="users-round",
    order=30,
    namespace="communities",
)


def _looked_after_by(person: int) -> "QuerySet[Membership]":
    looks_after = Q(role__in=LEADERS) | Q(helps_out=True)
    return Membership.objects.filter(looks_after, person=person, community__closed_at__isnull=True)


def _wishes(person: int) -> "QuerySet[JoinRequest]":
    led = Membership.objects.filter(person=person, role__in=LEADERS).values("community")
    return JoinRequest.objects.filter(settled_at__isnull=True, community__in=led)


def _with_steps(person: int) -> "QuerySet[Membership]":
    here = Membership.objects.filter(
        person=person, role=Membership.Role.MEMBER, community__closed_at__isnull=True
    )
    return here.exclude(community__first_steps=[])


waits("care", lambda person, _now: Exists(_looked_after_by(person)))
waits("wishes_to_join", lambda person, _now: Exists(_wishes(person)))
waits("first_steps", lambda person, _now: Exists(_with_steps(person)))


@panel("home.next", order=8)
def who_waits(request: HttpRequest) -> str | None:
    """For those who facilitate or help: how many posts wait for an answer."""
    person = cast("Request", request).person
    waiting = queries.to_see_to(person) if person and waiting_for(request, "care") else []
    return render_to_string("communities/next_care.jinja", {"waiting": waiting}, request) if waiting else None


@panel("home.next", order=22)
def wishes_to_join(request: HttpRequest) -> str | None:
    person = cast("Request", request).person
    asked = queries.requests_waiting(person) if person and waiting_for(request, "wishes_to_join") else []
    return (
        render_to_string("communities/next_requests.jinja", {"requests": asked}, request) if asked else None
    )


@panel("home.next", order=25)
def first_steps(request: HttpRequest) -> str | None:
    person = cast("Request", request).person
    if person is None or not waiting_for(request, "first_steps"):
        return None
    # Whoever leads a community wrote its first steps.
    found = [each for each in queries.open_steps(person) if each.role == Membership.Role.MEMBER][:2]
    return (
        render_to_string("communities/next_steps.jinja", {"memberships": found}, request) if found else None
    )


@panel("profile.place")
def towns_while_typing(request: HttpRequest) -> str:
    return render_to_string("communities/towns.jinja", {}, request)


@panel("account.entrance", order=10)
def what_one_is_about_to_join(request: HttpRequest) -> str | None:
    """No more than the poster says, whoever else can see the community."""
    community = joining.on_the_way(request)
    if community is None:
        return None
    return render_to_string("communities/on_the_way.jinja", {"community": community}, request)


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


@panel("post.actions", order=60)
def keep_post(request: HttpRequest, *, post: Post) -> str | None:
    """Members keep a good post in the repertoire. Asked for each post of a page, so the answer is kept for the request."""
    person = cast("Request", request).person
    if person is None or post.removed_at or post.hidden_at:
        return None
    drawn: dict[int, tuple[str, str]] | None = getattr(request, "drawn_of_forums", None)
    if drawn is None:
        drawn = {}
        request.drawn_of_forums = drawn  # type: ignore[attr-defined]  # ours, for this request only
    forum_id = post.thread.forum_id
    if forum_id not in drawn:
        community = (
            Community.objects.filter(forum=forum_id, memberships__person=person, closed_at__isnull=True)
            .only("slug")
            .first()
        )
        words = render_to_string("communities/keep_post.jinja", {}, request) if community else ""
        drawn[forum_id] = (words, community.slug if community else "")
    words, slug = drawn[forum_id]
    if not words:
        return None
    return words.replace("ADDRESS", address("communities:keep_post", slug, post.pk))


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

"""Communities as one reader may see them: the list, one of them, who is in it."""

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from collegium.communities import rules
from collegium.communities.models import (
    Community,
    Invitation,
    JoinRequest,
    MapPlace,
    Membership,
    Page,
    PageRevision,
    RepertoireItem,
)
from collegium.conversations.models import Post
from collegium.foundation.prepared import prepared
from collegium.people.models import Person
from collegium.people.queries import members_like


def communities_of(person: Person) -> list[Community]:
    return list(Community.objects.filter(memberships__person=person).order_by("title"))


def memberships_of(person: Person) -> list[Membership]:
    """With their communities, those that are closed last."""
    return list(
        Membership.objects.filter(person=person)
        .select_related("community__forum")
        .order_by(F("community__closed_at").asc(nulls_first=True), "community__title")
    )


def mine(person: Person) -> list[Community]:
    """Where the person belongs, with ``my_role``."""
    role = Membership.objects.filter(community=OuterRef("pk"), person=person).values("role")
    return list(
        Community.objects.filter(memberships__person=person)
        .annotate(my_role=Subquery(role))
        .order_by(F("closed_at").asc(nulls_first=True), "title")
    )


def others(person: Person | None, words: str = "") -> QuerySet[Community]:
    """Open to be seen, and not the person's own; with ``is_asked``. The largest first."""
    wanted = Community.objects.visible_to(person).filter(closed_at__isnull=True)
    for word in words.split()[:8]:
        wanted = wanted.filter(Q(title__icontains=word) | Q(domain__icontains=word))
    if person is not None:
        wanted = wanted.exclude(pk__in=Membership.objects.filter(person=person).values("community"))
        asked = JoinRequest.objects.filter(community=OuterRef("pk"), person=person, settled_at__isnull=True)
        wanted = wanted.annotate(is_asked=Exists(asked))
    return wanted.order_by("-member_count", "title")


def directory(community: Community, words: str = "") -> QuerySet[Membership]:
    """Members who are listed, in the order of their names. Facilitators see to it that unlisted ones are not forgotten."""
    listed = community.memberships.filter(in_directory=True).select_related("person__photo")
    if words.strip():
        listed = listed.filter(person__in=_found(words, community, community_memberships__in_directory=True))
    return listed.order_by("person__name", "id")


def unlisted_count(community: Community) -> int:
    return community.memberships.filter(in_directory=False).count()


def members_to_manage(community: Community, words: str = "") -> QuerySet[Membership]:
    """Everybody, who leads first."""
    everybody = community.memberships.select_related("person__photo")
    if words.strip():
        everybody = everybody.filter(person__in=_found(words, community))
    return everybody.order_by("role", "person__name", "id")


def _found(words: str, community: Community, **which: bool) -> list[int]:
    """Keys of people: whoever searches here is a member, and shares the community's circle with all of them."""
    return members_like(words, Person.objects.filter(community_memberships__community=community, **which))


def open_requests(community: Community) -> list[JoinRequest]:
    return list(
        community.join_requests.filter(settled_at__isnull=True)
        .select_related("person__photo", "community")
        .order_by("made_at", "id")
    )


def open_invitations(community: Community) -> list[Invitation]:
    return list(community.invitations.open().select_related("invited_by").order_by("-invited_at", "-id"))


def spent_invitations(community: Community) -> list[Invitation]:
    """Those that nobody took up in time, for whom one might write again."""
    open_ones = community.invitations.open().values("pk")
    return list(
        community.invitations.filter(accepted_at__isnull=True, withdrawn_at__isnull=True)
        .exclude(pk__in=open_ones)
        .order_by("-expires_at")[:20]
    )


def requests_waiting(person: Person) -> list[tuple[Community, int]]:
    """Where the person leads: how many ask to join."""
    counted = (
        JoinRequest.objects.filter(
            settled_at__isnull=True,
            community__memberships__person=person,
            community__memberships__role__in=rules.LEADERS,
        )
        .order_by()
        .values("community")
        .annotate(number=Count("pk"))
        .values_list("community", "number")
    )
    numbers = dict(counted)
    return [(each, numbers[each.pk]) for each in Community.objects.filter(pk__in=numbers)]


def repertoire(community: Community) -> list[RepertoireItem]:
    """In its order, without posts that are hidden or removed; whoever sees the community sees its forum."""
    readable = Post.objects.standing().filter(pk=OuterRef("post"), thread__hidden_at__isnull=True)
    return list(
        community.repertoire.filter(Q(post__isnull=True) | Exists(readable))
        .select_related("post__author__photo", "post__thread", "blob", "added_by", "community")
        .order_by("position", "id")
    )


def pages_of(community: Community) -> list[Page]:
    """With ``saved_at`` and ``saved_by_name`` of the newest version."""
    newest = PageRevision.objects.filter(page=OuterRef("pk")).order_by("-number")
    return list(
        community.pages.defer("html")
        .annotate(
            last_saved_at=Subquery(newest.values("saved_at")[:1]),
            last_saved_by=Subquery(newest.values("saved_by__name")[:1]),
        )
        .order_by("title")
    )


def linkable(community: Community, person: Person) -> QuerySet[Community]:
    return (
        Community.objects.visible_to(person)
        .exclude(pk=community.pk)
        .exclude(links_in__source=community)
        .order_by("title")
    )


def on_map(community: Community) -> list[MapPlace]:
    return list(
        MapPlace.objects.filter(community=community)
        .select_related("person__photo")
        .order_by("country", "town", "person__name")
    )


def shared(person: Person, viewer: Person | None) -> list[Community]:
    """Communities of the person to which the viewer belongs too; of oneself, all."""
    if viewer is None:
        return []
    own = Community.objects.filter(memberships__person=person)
    if viewer.pk != person.pk:
        own = own.filter(pk__in=Membership.objects.filter(person=viewer).values("community"))
    return list(own.order_by("title"))


def open_steps(person: Person) -> list[Membership]:
    """Memberships that still have first steps to take, newest first."""
    return [
        each
        for each in _with_first_steps(person.pk)
        if len(each.steps_done) < len(each.community.first_steps)
    ]


@prepared
def _with_first_steps(person: int) -> QuerySet[Membership]:
    return (
        Membership.objects.filter(person=person, community__closed_at__isnull=True)
        .exclude(community__first_steps=[])
        .select_related("community")
        .order_by("-joined_at")[:5]
    )

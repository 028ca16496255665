"""One community as one reader sees it: their standing there, some faces, and what stands beside its conversations.

The page of a community is among the busiest, so what it asks is written once a process (``foundation.prepared``).
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from django.db.models import (
    CharField,
    Exists,
    F,
    FilteredRelation,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.urls import reverse

from collegium.communities import rules
from collegium.communities.models import Community, CommunityLink, Membership, Page, RepertoireItem
from collegium.conversations import rules as forum_rules
from collegium.conversations.models import Following, Level, Post
from collegium.conversations.queries import Reader
from collegium.ecology import alongside
from collegium.foundation import clock
from collegium.foundation.prepared import prepared
from collegium.people.models import Person

FACES = 14
KEPT = 4


# The reader's standing ------------------------------------------------------------------------------------------------


def for_reader(slug: str, person: Person | None) -> tuple[Community, Membership | None] | None:
    """A community that the person may see, with their membership, in one query; the rules are told of it."""
    found = _with_membership(slug, person.pk) if person is not None else _of_the_public(slug)
    if not found:
        return None
    community = found[0]
    membership: Membership | None = getattr(community, "own", None)  # annotated below
    return community, _known(community, person, membership)


@prepared
def _with_membership(slug: str, person: int) -> QuerySet[Community]:
    return _seen_with_membership(slug, person)


def _seen_with_membership(slug: str, person: int) -> QuerySet[Community]:
    own = FilteredRelation("memberships", condition=Q(memberships__person=person))
    seen = Community.objects.visible_to(Person(pk=person)).filter(slug=slug)
    return seen.annotate(own=own).select_related("forum", "own")  # type: ignore[misc]  # annotated just here


@prepared
def _of_the_public(slug: str) -> QuerySet[Community]:
    return Community.objects.visible_to(None).filter(slug=slug).select_related("forum")


@dataclass(frozen=True)
class Opened:
    """A community as somebody opens it, with who they are in its forum, how closely they follow it, and how far."""

    community: Community
    membership: Membership | None
    reader: Reader
    followed: tuple[Level, int]


def opened(slug: str, person: Person | None) -> Opened | None:
    """One query; none for what a stranger is in the forum."""
    if person is None:
        seen = _opened_by_the_public(slug)
        if not seen:
            return None
        _known(seen[0], None, None)
        return Opened(seen[0], None, Reader(None), (Level.REPLIES, 0))
    rows: list[Any] = _with_standing(slug, person.pk, clock.now())
    if not rows:
        return None
    community = rows[0]
    return Opened(
        community=community,
        membership=_known(community, person, getattr(community, "own", None)),
        reader=Reader(person, forum_rules.standing_as_found(person, community.forum, community)),
        followed=(Level(community.followed_at or Level.REPLIES), community.read_through or 0),
    )


@prepared
def _opened_by_the_public(slug: str) -> QuerySet[Community]:
    seen = Community.objects.visible_to(None).filter(slug=slug).select_related("forum")
    return seen.annotate(**alongside.expressions(OuterRef("ecology"), None))


@prepared
def _with_standing(slug: str, person: int, moment: datetime) -> QuerySet[Community]:
    following = Following.objects.filter(person=person, forum=OuterRef("forum"), thread__isnull=True)
    return _seen_with_membership(slug, person).annotate(
        **forum_rules.stands(
            person,
            moment,
            forum=OuterRef("forum"),
            members=OuterRef("forum__members"),
            moderators=OuterRef("forum__moderators"),
        ),
        followed_at=Subquery(following.values("level")[:1]),
        read_through=Subquery(following.values("read_through")[:1]),
        **alongside.expressions(OuterRef("ecology"), person),
    )


def membership_in(community: Community, person: Person | None) -> Membership | None:
    """The reader's standing in a community that was read already; the rules are told."""
    membership = (
        Membership.objects.filter(community=community, person=person).first() if person is not None else None
    )
    return _known(community, person, membership)


def _known(community: Community, person: Person | None, membership: Membership | None) -> Membership | None:
    if membership is not None:
        membership.community = community
    rules.know(community, person, membership)
    return membership


# Faces ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Faces:
    """Some members to look at, and how many there are."""

    shown: list[Membership]
    total: int

    @property
    def more(self) -> int:
        return self.total - len(self.shown)


def faces_of(community: Community, viewer: Person | None) -> Faces:
    """To members those who came last; to others, who leads here and shows their name to them. Leaders always first.

    Their order is that of an index, so that it is the same work for ten members and for a hundred thousand.
    """
    if viewer is None:
        found = _leaders_for_the_public(community.pk)
    elif rules.may_see_members(viewer, community):
        found = _members_listed(community.pk)
    else:
        found = _leaders_for(community.pk, viewer.pk)
    leaders = sorted(
        (each for each in found if each.role in rules.LEADERS), key=lambda each: (each.role, each.joined_at)
    )
    members = [each for each in found if each.role not in rules.LEADERS]
    return Faces(shown=[*leaders, *members], total=community.member_count)


@prepared
def _members_listed(community: int) -> QuerySet[Membership]:
    return _faces(Q(in_directory=True) | Q(role__in=rules.LEADERS), community)


@prepared
def _leaders_for(community: int, viewer: int) -> QuerySet[Membership]:
    named = Person.objects.visible_to(Person(pk=viewer)).values("pk")
    return _faces(Q(role__in=rules.LEADERS, person__in=named), community)


@prepared
def _leaders_for_the_public(community: int) -> QuerySet[Membership]:
    named = Person.objects.visible_to(None).values("pk")
    return _faces(Q(role__in=rules.LEADERS, person__in=named), community)


def _faces(which: Q, community: int) -> QuerySet[Membership]:
    # “convener” and “facilitator” stand before “member” in the alphabet too.
    return (
        Membership.objects.filter(which, community=community)
        .select_related("person")
        .only(
            "role",
            "joined_at",
            "person__name",
            "person__photo",
            "person__field_audiences",
            "person__erased_at",
        )
        .order_by("role", "-joined_at")[:FACES]
    )


# Beside the conversations -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kept:
    """A page, or a thing of the repertoire, by its title."""

    kind: Literal["page", "link", "post", "file"]
    title: str
    address: str


@dataclass(frozen=True)
class Pointer:
    """A link in one of its directions."""

    link_id: int
    words: str


@dataclass(frozen=True)
class Neighbour:
    """Another community: whether this one points to it, it points to this one, or both."""

    title: str
    address: str
    to: Pointer | None = None
    back: Pointer | None = None

    @property
    def direction(self) -> Literal["both", "to", "back"]:
        if self.to and self.back:
            return "both"
        return "to" if self.to else "back"

    @property
    def words(self) -> list[str]:
        """What is said of it, once where both say the same."""
        said = [each.words for each in (self.to, self.back) if each and each.words]
        return list(dict.fromkeys(said))


@dataclass(frozen=True)
class Beside:
    pages: list[Kept] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    neighbours: list[Neighbour] = field(default_factory=list)


# kind, key, title, slug or address, words, key of a post, place
_Row = tuple[str, int, str, str, str, int, int]
_COLUMNS = ("kind", "key", "called", "where", "said", "post_key", "place")


def beside(community: Community, viewer: Person | None) -> Beside:
    """Its pages, the first of its repertoire and its neighbours, as far as they may be seen; in one query."""
    rows = _beside(community.pk, viewer.pk) if viewer is not None else _beside_for_the_public(community.pk)
    pages = sorted((row for row in rows if row[0] == "page"), key=lambda row: row[2].casefold())
    items = sorted((row for row in rows if row[0] == "item"), key=lambda row: (row[6], row[1]))
    links = sorted((row for row in rows if row[0] in {"to", "back"}), key=lambda row: row[1])
    return Beside(
        pages=[
            Kept(
                "page",
                row[2],
                reverse("communities:page", kwargs={"slug": community.slug, "page_slug": row[3]}),
            )
            for row in pages
        ],
        kept=[_kept(row, community) for row in items],
        neighbours=_joined(links),
    )


def neighbours(community: Community, viewer: Person | None) -> list[Neighbour]:
    return beside(community, viewer).neighbours


@prepared
def _beside(community: int, viewer: int) -> "QuerySet[Any, _Row]":
    return _side_rows(community, Community.objects.visible_to(Person(pk=viewer)))


@prepared
def _beside_for_the_public(community: int) -> "QuerySet[Any, _Row]":
    return _side_rows(community, Community.objects.visible_to(None))


def _side_rows(community: int, seen: QuerySet[Community]) -> "QuerySet[Any, _Row]":
    readable = Post.objects.standing().filter(pk=OuterRef("post"), thread__hidden_at__isnull=True)
    first = (
        RepertoireItem.objects.filter(Q(post__isnull=True) | Exists(readable), community=community)
        .order_by("position", "id")
        .values("pk")[:KEPT]
    )
    seen_ids = seen.order_by().values("pk")
    return _rows(Page.objects.filter(community=community), "page", where=F("slug")).union(
        _rows(
            RepertoireItem.objects.filter(pk__in=first),
            "item",
            where=F("url"),
            post_key=F("post_id"),
            place=F("position"),
        ),
        _rows(
            CommunityLink.objects.filter(source=community, target__in=seen_ids),
            "to",
            called=F("target__title"),
            where=F("target__slug"),
            said=F("words"),
        ),
        _rows(
            CommunityLink.objects.filter(target=community, source__in=seen_ids),
            "back",
            called=F("source__title"),
            where=F("source__slug"),
            said=F("words"),
        ),
        all=True,
    )


def _rows(rows: "QuerySet[Any, Any]", kind: str, **columns: Any) -> "QuerySet[Any, _Row]":
    """In the columns of all kinds, so that they can be asked for together."""
    words: Any = CharField()
    whole = {
        "called": F("title"),
        "said": Value("", output_field=words),
        "post_key": Value(None, output_field=IntegerField()),
        "place": Value(0, output_field=IntegerField()),
    } | columns
    named: QuerySet[Any, Any] = rows.order_by().annotate(
        kind=Value(kind, output_field=words), key=F("pk"), **whole
    )
    return named.values_list(*_COLUMNS)


def _kept(row: _Row, community: Community) -> Kept:
    _kind, key, title, url, _said, post, _place = row
    if url:
        return Kept("link", title, url)
    if post:
        return Kept("post", title, Post(pk=post).get_absolute_url())
    kept_file = reverse("communities:item_file", kwargs={"slug": community.slug, "item_id": key})
    return Kept("file", title, kept_file)


def _joined(links: list[_Row]) -> list[Neighbour]:
    """Each neighbour once, in the order of the first link with it."""
    found: dict[str, Neighbour] = {}
    for kind, key, title, slug, said, _post, _place in links:
        address = reverse("communities:community", kwargs={"slug": slug})
        known = found.get(slug) or Neighbour(title, address)
        pointer = Pointer(key, said)
        found[slug] = replace(known, to=pointer) if kind == "to" else replace(known, back=pointer)
    return list(found.values())

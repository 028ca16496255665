"""The network of communities, as far as its reader may see it."""

from dataclasses import dataclass, field

from django.db.models import Count, F

from collegium.communities.models import Community, CommunityLink, Membership
from collegium.people.models import Person

MOST_DRAWN = 48  # more would be a ball of wool; the table says how many are left out


@dataclass(frozen=True)
class Node:
    community: Community
    members: int
    is_own: bool


@dataclass(frozen=True)
class Edge:
    """Two communities: how many people belong to both, and what a link between them says. Nobody is named."""

    a: int  # ids of communities
    b: int
    shared: int = 0
    links: tuple[tuple[int, str], ...] = ()  # (which of the two points to the other, its words)


@dataclass(frozen=True)
class Network:
    nodes: list[Node]
    edges: list[Edge]
    left_out: int = 0
    by_id: dict[int, Node] = field(default_factory=dict)


def network(person: Person | None) -> Network:
    """The largest communities that the person may see, and what joins them."""
    visible = Community.objects.visible_to(person).filter(closed_at__isnull=True)
    ranked = list(visible.order_by("-member_count", "title", "pk")[: MOST_DRAWN + 1])
    left_out = visible.count() - MOST_DRAWN if len(ranked) > MOST_DRAWN else 0
    ranked = ranked[:MOST_DRAWN]
    ids = [each.pk for each in ranked]
    own = (
        set(Membership.objects.filter(person=person, community__in=ids).values_list("community", flat=True))
        if person is not None
        else set()
    )
    nodes = [Node(community=each, members=each.member_count, is_own=each.pk in own) for each in ranked]
    shared = {
        (a, b): number
        for a, b, number in Membership.objects.filter(
            community__in=ids,
            person__community_memberships__community__in=ids,
            community__lt=F("person__community_memberships__community"),
        )
        .order_by()
        .values("community", "person__community_memberships__community")
        .annotate(number=Count("pk"))
        .values_list("community", "person__community_memberships__community", "number")
    }
    said: dict[tuple[int, int], list[tuple[int, str]]] = {}
    for source, target, words in (
        CommunityLink.objects.filter(source__in=ids, target__in=ids)
        .order_by("made_at", "id")
        .values_list("source", "target", "words")
    ):
        said.setdefault((min(source, target), max(source, target)), []).append((source, words))
    edges = [
        Edge(a=a, b=b, shared=shared.get((a, b), 0), links=tuple(said.get((a, b), ())))
        for a, b in sorted({*shared, *said})
    ]
    return Network(
        nodes=nodes, edges=edges, left_out=left_out, by_id={each.community.pk: each for each in nodes}
    )

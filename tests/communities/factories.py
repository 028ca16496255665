"""A community as a row with its circles and its forum, and members in it, without the actions that make them."""

from itertools import count
from typing import Any

from collegium.communities.models import Community, Membership
from collegium.conversations.models import Forum
from collegium.ecology.models import Ecology
from collegium.people.models import Audience, CircleMember, Person
from tests.factories import make_circle

_numbers = count(1)


def make_community(*members: Person, convener: Person | None = None, **fields: Any) -> Community:
    """Open and for everyone signed in, unless said otherwise; ``convener`` belongs to it too."""
    number = next(_numbers)
    title = fields.setdefault("title", f"Community {number}")
    slug = fields.setdefault("slug", f"community-{number}")
    audience = fields.setdefault("audience", Audience.SIGNED_IN)
    circle, facilitators = make_circle(name=title), make_circle(name=title)
    forum = Forum.objects.create(
        title=title,
        path=f"/communities/{slug}/",
        audience=audience,
        members=circle,
        moderators=facilitators,
    )
    community = Community.objects.create(
        **{
            "domain": "How we teach with technology.",
            "circle": circle,
            "facilitators": facilitators,
            "forum": forum,
            "ecology": Ecology.objects.create(
                title=title,
                path=forum.path,
                audience=audience,
                members=circle,
                editors=facilitators,
                forum=forum,
            ),
            "code": f"code{number:04d}",
            **fields,
        }
    )
    for member in members:
        make_membership(community, member)
    if convener is not None:
        make_membership(community, convener, role=Membership.Role.CONVENER)
    return community


def make_membership(community: Community, person: Person, **fields: Any) -> Membership:
    membership = Membership.objects.create(community=community, person=person, **fields)
    community.member_count += 1
    community.save(update_fields=["member_count"])
    CircleMember.objects.create(circle=community.circle, person=person)
    if membership.role != Membership.Role.MEMBER:
        CircleMember.objects.create(circle=community.facilitators, person=person)
    return membership

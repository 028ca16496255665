"""Who may do what in a community. ``thing`` is a Community, or a row that has a ``community``."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from collegium.communities.models import Care, Community, Membership, RepertoireItem
from collegium.foundation.rulebook import Role, rule
from collegium.people.models import Person
from collegium.people.rules import ANYONE_SIGNED_IN, SITE_ADMINISTRATOR

LEADERS = frozenset({Membership.Role.FACILITATOR, Membership.Role.CONVENER})


def community_of(thing: Any) -> Community | None:
    if isinstance(thing, Community):
        return thing
    found = getattr(thing, "community", None)
    return found if isinstance(found, Community) else None


def know(community: Community, person: Person | None, membership: Membership | None) -> None:
    """For a page: what it has read of its reader's standing is not asked again for each rule."""
    community.standing = (person.pk if person else None, membership)  # type: ignore[attr-defined]  # for this request only


def membership_of(person: Person, thing: Any) -> Membership | None:
    community = community_of(thing)
    if community is None:
        return None
    known: tuple[int | None, Membership | None] | None = getattr(community, "standing", None)
    if known is not None and known[0] == person.pk:
        return known[1]
    return Membership.objects.filter(community=community, person=person).first()


def _belongs(person: Person, thing: object) -> bool:
    return membership_of(person, thing) is not None


def _facilitates(person: Person, thing: object) -> bool:
    membership = membership_of(person, thing)
    return membership is not None and membership.role in LEADERS


def _convenes(person: Person, thing: object) -> bool:
    membership = membership_of(person, thing)
    return membership is not None and membership.role == Membership.Role.CONVENER


MEMBER = Role(
    key="community_member",
    title=_("Member of a community"),
    description=_("Belongs to a community of practice: reads, writes and keeps there."),
    held_by=_belongs,
)
FACILITATOR = Role(
    key="community_facilitator",
    title=_("Facilitator of a community"),
    description=_(
        "Sees to it that people find their way and nobody stays unanswered. A convener is one too."
    ),
    held_by=_facilitates,
)
CONVENER = Role(
    key="community_convener",
    title=_("Convener of a community"),
    description=_(
        "Answers for a community: what it is about, who can see it, how one joins, who facilitates."
    ),
    held_by=_convenes,
)


@rule(ANYONE_SIGNED_IN, says=_("found a community, and convene it from then on"))
def may_found(person: Person, thing: object) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(ANYONE_SIGNED_IN, says=_("join an open community that they can see, or ask to join one"))
def may_join(person: Person, community: Community) -> bool:
    return (
        community.closed_at is None
        and membership_of(person, community) is None
        and community.joining != Community.Joining.INVITATION
    )


@rule(CONVENER, says=_("change what the community says of itself, who can see it and how one joins"))
def may_edit(person: Person, thing: object) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(CONVENER, says=_("close the community: it can still be read, and nobody writes there any more"))
def may_close(person: Person, community: Community) -> bool:  # noqa: ARG001  # the role settles it
    return community.closed_at is None


@rule(
    CONVENER,
    SITE_ADMINISTRATOR,
    says=_("open the community again after it was closed: people write there anew"),
)
def may_reopen(person: Person, community: Community) -> bool:  # noqa: ARG001  # the role settles it
    return community.closed_at is not None


@rule(FACILITATOR, says=_("renew, close and open the short link and QR code of the community"))
def may_set_code(person: Person, thing: object) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(MEMBER, says=_("see and print the poster with the QR code"))
def may_see_poster(person: Person, thing: object) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(FACILITATOR, says=_("invite people to the community by e-mail, and take invitations back"))
def may_invite(person: Person, thing: object) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(FACILITATOR, says=_("say yes or no to whoever asks to join the community"))
def may_settle(person: Person, thing: object) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(CONVENER, says=_("name conveners and facilitators of the community, and release them"))
def may_set_roles(person: Person, thing: object) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(
    FACILITATOR,
    says=_("remove a member from the community, with a reason; a facilitator only a convener does"),
)
def may_remove(person: Person, membership: Membership) -> bool:
    if membership.person_id == person.pk:
        return False
    return membership.role not in LEADERS or _convenes(person, membership)


@rule(MEMBER, says=_("leave the community"))
def may_leave(person: Person, thing: object) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(MEMBER, says=_("read the directory of the community, as far as members are listed there"))
def may_see_members(person: Person, thing: object) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(MEMBER, says=_("see the map of the community, and put themselves on it or take themselves off"))
def may_see_map(person: Person, thing: object) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(MEMBER, says=_("add to the repertoire of the community"))
def may_keep(person: Person, thing: object) -> bool:  # noqa: ARG001  # the role settles who
    return _is_open(thing)


@rule(MEMBER, says=_("change and take out what they added to the repertoire"))
def may_change_item(person: Person, item: RepertoireItem) -> bool:
    return item.added_by_id == person.pk or _facilitates(person, item)


@rule(FACILITATOR, says=_("put the repertoire of the community in order"))
def may_arrange(person: Person, thing: object) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(MEMBER, says=_("write on the pages of the community, and start new ones"))
def may_write(person: Person, thing: object) -> bool:  # noqa: ARG001  # the role settles who
    return _is_open(thing)


@rule(FACILITATOR, says=_("point from the community to another one, and say what connects them"))
def may_link(person: Person, thing: object) -> bool:  # noqa: ARG001  # the role settles it
    return True


@rule(MEMBER, says=_("offer to help so that nobody in the community stays unanswered, and see who waits"))
def may_care(person: Person, thing: object) -> bool:
    """Facilitators always; of the other members those who said that they help."""
    membership = membership_of(person, thing)
    return membership is not None and (membership.role in LEADERS or membership.helps_out)


@rule(MEMBER, says=_("let go of what they had taken on; a facilitator may free it for others"))
def may_let_go(person: Person, care: Care) -> bool:
    return care.taken_by_id == person.pk or _facilitates(person, care)


@rule(SITE_ADMINISTRATOR, says=_("name a convener for a community that is left without one"))
def may_rescue(person: Person, community: Community) -> bool:  # noqa: ARG001  # the role settles it
    return not community.memberships.filter(role=Membership.Role.CONVENER).exists()


def _is_open(thing: object) -> bool:
    community = community_of(thing)
    return community is not None and community.closed_at is None

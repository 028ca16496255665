"""Who belongs to a community, and as what. The circles and the forum's reading are kept in step in the same transaction."""

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from collegium.activity.actions import record
from collegium.communities import rules
from collegium.communities.actions import verbs
from collegium.communities.models import (
    Care,
    Community,
    Invitation,
    JoinRequest,
    MapPlace,
    Membership,
)
from collegium.conversations import actions as conversations
from collegium.conversations.models import Forum, Measure
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.people import addresses
from collegium.people.models import CircleMember, Person


@transaction.atomic
def join(*, community: Community, person: Person, way: str = Membership.Way.OPEN) -> Membership:
    """Become a member by oneself. Safe to repeat: whoever is one already stays as they are.

    ``way`` "open" needs an open community, "code" a short link that is open, and "course" nothing more: the course
    that brings somebody has let them in.
    """
    if way == Membership.Way.OPEN:
        if community.joining != Community.Joining.OPEN:
            raise Refusal(
                _("%(community)s is not open to everybody: ask to join it.") % _named(community),
                code="closed",
            )
    elif way == Membership.Way.CODE:
        if community.code_closed_at is not None:
            raise Refusal(
                _("This link to %(community)s is closed. Ask whoever gave it to you for a new one.")
                % _named(community),
                code="closed",
            )
    elif way != Membership.Way.COURSE:
        raise TypeError(f"Nobody joins by themselves “{way}”.")
    _may_come(community, person)
    return enter(community, person, way=way)


@transaction.atomic
def leave(*, membership: Membership, by: Person) -> None:
    """Go oneself. The last convener first names another, unless nobody else is left."""
    if membership.person_id != by.pk or not rules.may_leave(by, membership):
        raise Refusal(_("Only members themselves leave a community."))
    community = _locked(membership)
    _leaves_a_convener(membership)
    _part(membership)
    record(verbs.LEFT, by=by, about=community, data={"title": community.title})


@transaction.atomic
def remove_member(*, membership: Membership, by: Person, reason: str) -> None:
    """Take somebody out, with a reason that is told to them. The open door and short links stay shut for them."""
    if not rules.may_remove(by, membership):
        raise Refusal(
            _("Facilitators remove members, and conveners remove facilitators; nobody removes themself.")
        )
    reason = reason.strip()
    if not reason:
        raise Refusal(_("Give a reason: it is told to the member, and kept in the log."), code="reason")
    Measure.objects.create(
        forum_id=membership.community.forum_id,
        kind=Measure.Kind.REMOVE,
        person=membership.person,
        reason=reason,
        by=by,
    )
    _put_out(membership, by=by, reason=reason)


@transaction.atomic
def follow_measure(*, forum: Forum, person: Person, by: Person, reason: str) -> bool:
    """A moderator removed somebody, who has been told: they are no member any more. False where it is no community's forum."""
    community = Community.objects.filter(forum=forum).first()
    if community is None:
        return False
    membership = (
        Membership.objects.filter(community=community, person=person)
        .select_related("community", "person")
        .first()
    )
    if membership is not None:
        _put_out(membership, by=by, reason=reason, is_told=True)
    return True


@transaction.atomic
def set_role(*, membership: Membership, by: Person, role: str) -> Membership:
    """Name a convener or facilitator, or release one. Safe to repeat."""
    if not (rules.may_set_roles(by, membership) or rules.may_rescue(by, membership.community)):
        raise Refusal(_("Only a convener of the community can do that."))
    community = _locked(membership)
    if role not in Membership.Role.values:
        raise Refusal(_("A member is a member, a facilitator or a convener."), code="role")
    if role == membership.role:
        return membership
    if membership.role == Membership.Role.CONVENER:
        _leaves_a_convener(membership)
    _set_role(membership, role)
    record(
        verbs.ROLE_SET,
        by=by,
        about=community,
        concerns=[(membership.person, "member")],
        data={"title": community.title, "name": membership.person.name, "role": _role_in_words(role)},
    )
    return membership


@transaction.atomic
def set_choices(
    *, membership: Membership, by: Person, in_directory: bool, may_be_asked: bool, helps_out: bool
) -> Membership:
    """What a member chose for themself: listed or not, asked after a silence or not, helping or not."""
    if membership.person_id != by.pk:
        raise Refusal(_("Only members themselves choose that."))
    membership.in_directory, membership.may_be_asked, membership.helps_out = (
        in_directory,
        may_be_asked,
        helps_out,
    )
    membership.save(update_fields=["in_directory", "may_be_asked", "helps_out"])
    return membership


@transaction.atomic
def tick_step(*, membership: Membership, by: Person, step: int, done: bool) -> Membership:
    """A newcomer's first step is done, or not after all. Safe to repeat."""
    if membership.person_id != by.pk:
        raise Refusal(_("Only members themselves tick their first steps."))
    if not 0 <= step < len(membership.community.first_steps):
        raise Refusal(
            _("That step is no longer there: the community has changed its first steps."), code="step"
        )
    kept = Membership.objects.select_for_update().get(pk=membership.pk)
    ticked = set(kept.steps_done) | {step} if done else set(kept.steps_done) - {step}
    membership.steps_done = sorted(ticked)
    membership.save(update_fields=["steps_done"])
    return membership


def enter(
    community: Community, person: Person, *, way: str, role: str = Membership.Role.MEMBER
) -> Membership:
    """The row, the circles, the reading; told to facilitators and, with the welcome, to the newcomer."""
    membership, is_new = Membership.objects.get_or_create(
        community=community, person=person, defaults={"way": way, "role": role, "joined_at": clock.now()}
    )
    if not is_new:
        return membership
    _count(community, +1)
    CircleMember.objects.get_or_create(circle_id=community.circle_id, person=person)
    if role in rules.LEADERS:
        CircleMember.objects.get_or_create(circle_id=community.facilitators_id, person=person)
    JoinRequest.objects.filter(community=community, person=person, settled_at__isnull=True).update(
        settled_at=clock.now(), accepted=True
    )
    if way in {Membership.Way.REQUEST, Membership.Way.INVITATION}:
        # A facilitator has let them in again: what once put them out is lifted.
        Measure.objects.in_force().filter(
            forum=community.forum_id, person=person, kind=Measure.Kind.REMOVE
        ).update(lifted_at=clock.now())
    # What was said before somebody came does not wait for them as unread.
    conversations.read_all(person=person, forum=Forum.objects.get(pk=community.forum_id))
    if way != Membership.Way.FOUNDER:
        record(
            verbs.JOINED,
            by=person,
            about=community,
            concerns=[(each, "facilitator") for each in leaders_of(community)],
            data={"title": community.title, "way": way},
        )
        record(
            verbs.WELCOMED,
            by=None,
            about=community,
            concerns=[(person, "newcomer")],
            data={"title": community.title},
        )
    return membership


def leaders_of(community: Community) -> list[Person]:
    return list(
        Person.objects.filter(
            community_memberships__community=community, community_memberships__role__in=rules.LEADERS
        )
    )


def part_with_everything(person: Person) -> None:
    """For an erasure: nobody is kept from going. Where the last convener goes, the longest-standing helper takes over."""
    for membership in Membership.objects.filter(person=person).select_related("community"):
        community = membership.community
        _part(membership)
        if membership.role == Membership.Role.CONVENER:
            _hand_on(community)
    JoinRequest.objects.filter(person=person).delete()
    Invitation.objects.filter(invited_by=person, accepted_at__isnull=True).delete()
    for email in addresses.verified_addresses(person):
        Invitation.objects.filter(email__iexact=email).delete()


def _hand_on(community: Community) -> None:
    left = community.memberships.select_related("person", "community").order_by("joined_at", "id")
    if left.filter(role=Membership.Role.CONVENER).exists():
        return
    heir = left.filter(role=Membership.Role.FACILITATOR).first() or left.first()
    if heir is None:
        return
    _set_role(heir, Membership.Role.CONVENER)
    record(
        verbs.ROLE_SET,
        by=None,
        about=community,
        concerns=[(heir.person, "member")],
        data={
            "title": community.title,
            "name": heir.person.name,
            "role": _role_in_words(Membership.Role.CONVENER),
        },
    )


def _may_come(community: Community, person: Person) -> None:
    if community.closed_at is not None:
        raise Refusal(_("%(community)s is closed.") % _named(community), code="closed")
    if (
        Measure.objects.in_force()
        .filter(forum=community.forum_id, person=person, kind=Measure.Kind.REMOVE)
        .exists()
    ):
        raise Refusal(
            _("You were removed from %(community)s. You can appeal against that; its facilitators answer.")
            % _named(community),
            code="removed",
        )


def _set_role(membership: Membership, role: str) -> None:
    membership.role = role
    membership.save(update_fields=["role"])
    circle_id, person_id = membership.community.facilitators_id, membership.person_id
    if role in rules.LEADERS:
        CircleMember.objects.get_or_create(circle_id=circle_id, person_id=person_id)
    else:
        CircleMember.objects.filter(circle_id=circle_id, person_id=person_id).delete()


def _put_out(membership: Membership, *, by: Person | None, reason: str, is_told: bool = False) -> None:
    community, person = membership.community, membership.person
    _part(membership)
    for email in addresses.verified_addresses(person):
        Invitation.objects.open().filter(community=community, email__iexact=email).update(
            withdrawn_at=clock.now()
        )
    record(
        verbs.REMOVED,
        by=by,
        about=community,
        concerns=[] if is_told else [(person, "member")],
        data={"title": community.title, "name": person.name, "reason": reason},
    )
    if membership.role == Membership.Role.CONVENER:
        _hand_on(community)


def _part(membership: Membership) -> None:
    community = membership.community
    CircleMember.objects.filter(
        circle_id__in=[community.circle_id, community.facilitators_id], person_id=membership.person_id
    ).delete()
    MapPlace.objects.filter(community=community, person_id=membership.person_id).delete()
    Care.objects.filter(
        community=community, taken_by_id=membership.person_id, done_at__isnull=True, let_go_at__isnull=True
    ).update(let_go_at=clock.now())
    Care.objects.filter(
        community=community, member_id=membership.person_id, done_at__isnull=True, let_go_at__isnull=True
    ).update(let_go_at=clock.now())
    gone, _rows = Membership.objects.filter(pk=membership.pk).delete()
    if gone:
        _count(community, -1)


def _count(community: Community, change: int) -> None:
    Community.objects.filter(pk=community.pk).update(member_count=F("member_count") + change)


def _locked(membership: Membership) -> Community:
    """Two conveners who release each other at once take turns, so one of them stays."""
    Community.objects.select_for_update().get(pk=membership.community_id)
    membership.refresh_from_db(fields=["role"])
    return membership.community


def _leaves_a_convener(membership: Membership) -> None:
    others = Membership.objects.filter(community=membership.community_id).exclude(pk=membership.pk)
    is_last = (
        membership.role == Membership.Role.CONVENER
        and not others.filter(role=Membership.Role.CONVENER).exists()
    )
    # Whoever is alone may go: there is nobody left to convene.
    if is_last and others.exists():
        raise Refusal(
            _("%(community)s would be left without a convener. Name another one first.")
            % _named(membership.community),
            code="last",
        )


def _named(community: Community) -> dict[str, str]:
    return {"community": community.title}


def _role_in_words(role: str) -> str:
    return str(Membership.Role(role).label).lower()

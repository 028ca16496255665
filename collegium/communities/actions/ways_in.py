"""The ways into a community besides its open door: asking, being invited, the short link."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from collegium.activity.actions import record
from collegium.communities import rules
from collegium.communities.actions import verbs
from collegium.communities.actions.founding import new_code
from collegium.communities.actions.membership import enter, leaders_of
from collegium.communities.models import Community, Invitation, JoinRequest, Membership
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.foundation.signing import hashed, new_token
from collegium.people.models import Person

INVITATION_LASTS = timedelta(days=30)
MOST_OPEN_INVITATIONS = 200


@transaction.atomic
def ask_to_join(*, community: Community, by: Person, words: str = "") -> JoinRequest:
    """Safe to repeat: an open request is kept, with the newer words if there are any."""
    if not rules.may_join(by, community) or community.joining != Community.Joining.REQUEST:
        raise Refusal(_("There is nothing to ask for: you belong to it, or one joins in another way."))
    asked, is_new = JoinRequest.objects.get_or_create(
        community=community, person=by, settled_at__isnull=True, defaults={"words": words.strip()}
    )
    if not is_new:
        if words.strip():
            asked.words = words.strip()
            asked.save(update_fields=["words"])
        return asked
    record(
        verbs.ASKED,
        by=by,
        about=asked,
        concerns=[(each, "facilitator") for each in leaders_of(community)],
        data={"title": community.title},
    )
    return asked


@transaction.atomic
def take_request_back(*, request: JoinRequest, by: Person) -> None:
    if request.person_id != by.pk:
        raise Refusal(_("Only whoever asked takes it back."))
    JoinRequest.objects.filter(pk=request.pk, settled_at__isnull=True).delete()


@transaction.atomic
def settle_request(*, request: JoinRequest, by: Person, accept: bool, answer: str = "") -> JoinRequest:
    """Yes or no. Of two facilitators who answer at once, the first one's answer holds."""
    if not rules.may_settle(by, request):
        raise Refusal(_("Only a facilitator of the community answers that."))
    answer = answer.strip()
    if not accept and not answer:
        raise Refusal(_("Say in a sentence why not: it is sent to whoever asked."), code="answer")
    settled = JoinRequest.objects.filter(pk=request.pk, settled_at__isnull=True).update(
        settled_at=clock.now(), settled_by=by, accepted=accept, answer=answer
    )
    if not settled:
        raise Refusal(_("Somebody has answered this meanwhile."), code="settled")
    request.refresh_from_db()
    if accept:
        enter(request.community, request.person, way=Membership.Way.REQUEST)
    record(
        verbs.ANSWERED,
        by=by,
        about=request,
        concerns=[(request.person, "asker")],
        data={"title": request.community.title, "name": request.person.name, "accepted": accept},
    )
    return request


# Invitations ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def invite(*, community: Community, by: Person, email: str, words: str = "") -> Invitation:
    """An invitation that lasts thirty days. The letter makes the token when it is sent, so no row ever holds it.

    Inviting the same address again renews the open invitation.
    """
    if not rules.may_invite(by, community):
        raise Refusal(_("Only a facilitator of the community invites people."))
    if community.closed_at is not None:
        raise Refusal(_("The community is closed."), code="closed")
    email = email.strip().lower()
    if Membership.objects.filter(
        community=community,
        person__account__emailaddress__email__iexact=email,
        person__account__emailaddress__verified=True,
    ).exists():
        raise Refusal(_("Somebody with this address is a member already."), code="email")
    if community.invitations.open().count() >= MOST_OPEN_INVITATIONS:
        raise Refusal(
            _("%(most)s invitations are open. Wait for answers, or put up the QR code instead.")
            % {"most": MOST_OPEN_INVITATIONS},
            code="email",
        )
    Invitation.objects.open().filter(community=community, email=email).update(withdrawn_at=clock.now())
    invitation = Invitation.objects.create(
        community=community,
        email=email,
        words=words.strip(),
        token_hash=hashed(new_token()),  # of one that nobody has: the letter puts the real one
        invited_by=by,
        expires_at=clock.now() + INVITATION_LASTS,
    )
    record(verbs.INVITED, by=by, about=invitation, data={"title": community.title})
    return invitation


@transaction.atomic
def new_invitation_token(*, invitation: Invitation) -> str:
    """The token for the letter that is being written. An earlier one is void."""
    token = new_token()
    Invitation.objects.open().filter(pk=invitation.pk).update(token_hash=hashed(token))
    return token


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, by: Person) -> None:
    """Safe to repeat."""
    if not rules.may_invite(by, invitation):
        raise Refusal(_("Only a facilitator of the community takes an invitation back."))
    if invitation.accepted_at is not None:
        raise Refusal(_("This invitation has been accepted already."))
    if Invitation.objects.open().filter(pk=invitation.pk).update(withdrawn_at=clock.now()):
        record(
            verbs.INVITATION_WITHDRAWN,
            by=by,
            about=invitation,
            data={"title": invitation.community.title},
        )


@transaction.atomic
def accept_invitation(*, invitation: Invitation, by: Person) -> Membership:
    """Once: whoever brings the link first, signed in, becomes a member. One who is a member already does not use it up."""
    standing = Membership.objects.filter(community=invitation.community_id, person=by).first()
    if standing is not None:
        return standing
    taken = Invitation.objects.open().filter(pk=invitation.pk).update(accepted_at=clock.now(), accepted_by=by)
    if not taken or invitation.community.closed_at is not None:
        raise Refusal(
            _(
                "This invitation has been used, taken back, or has run out. Ask whoever invited you for a new one."
            ),
            code="used",
        )
    return enter(invitation.community, by, way=Membership.Way.INVITATION)


# The short link -------------------------------------------------------------------------------------------------------


@transaction.atomic
def renew_code(*, community: Community, by: Person) -> Community:
    """A new short link, open; posters with the old one lead nowhere from now on."""
    _may_set_code(community, by)
    community.code, community.code_closed_at = new_code(), None
    community.save(update_fields=["code", "code_closed_at"])
    record(verbs.CODE_RENEWED, by=by, about=community, data={"title": community.title})
    return community


@transaction.atomic
def close_code(*, community: Community, by: Person) -> Community:
    """Safe to repeat."""
    _may_set_code(community, by)
    if community.code_closed_at is None:
        community.code_closed_at = clock.now()
        community.save(update_fields=["code_closed_at"])
        record(verbs.CODE_CLOSED, by=by, about=community, data={"title": community.title})
    return community


@transaction.atomic
def open_code(*, community: Community, by: Person) -> Community:
    """Whoever has the link joins from now on without being asked, however one joins otherwise. Safe to repeat."""
    _may_set_code(community, by)
    if community.code_closed_at is not None:
        community.code_closed_at = None
        community.save(update_fields=["code_closed_at"])
        record(verbs.CODE_OPENED, by=by, about=community, data={"title": community.title})
    return community


def _may_set_code(community: Community, by: Person) -> None:
    if not rules.may_set_code(by, community):
        raise Refusal(_("Only a facilitator of the community can do that."))
    if community.closed_at is not None:
        raise Refusal(_("The community is closed."), code="closed")

"""The letter of an invitation. Its secret is made while it is written."""

from django.conf import settings
from django.urls import reverse

from collegium.communities import actions
from collegium.communities.models import Invitation
from collegium.foundation import background, letters


@background.task(retries=6)
def send_invitation(invitation_id: int) -> None:
    """Makes the token. Run twice, it voids the first letter's link and sends a second one that works."""
    invitation = (
        Invitation.objects.open().select_related("community", "invited_by").filter(pk=invitation_id).first()
    )
    if invitation is None:  # accepted or withdrawn meanwhile
        return
    token = actions.new_invitation_token(invitation=invitation)
    letters.send(
        to=invitation.email,
        template="communities/letters/invitation",
        language=invitation.community.language,
        context={
            "invitation": invitation,
            "community": invitation.community,
            "address": settings.SITE_URL + reverse("communities:invitation", kwargs={"token": token}),
        },
    )

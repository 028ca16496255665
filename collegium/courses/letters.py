"""The letter of an invitation to a writing group. Its secret is made while it is written."""

from django.conf import settings
from django.urls import reverse

from collegium.courses.actions import groups
from collegium.courses.models import GroupInvitation
from collegium.foundation import background, letters


@background.task(retries=6)
def send_group_invitation(invitation_id: int) -> None:
    """Makes the token. Run twice, it voids the first letter's link and sends a second one that works."""
    invitation = (
        GroupInvitation.objects.open()
        .exclude(email="")
        .select_related("iteration__pathway", "invited_by")
        .filter(pk=invitation_id)
        .first()
    )
    if invitation is None:  # accepted or withdrawn meanwhile
        return
    iteration = invitation.iteration
    token = groups.new_invitation_token(invitation=invitation)
    letters.send(
        to=invitation.email,
        template="courses/letters/group_invitation",
        language=invitation.invited_by.language if invitation.invited_by else "",
        context={
            "invitation": invitation,
            "iteration": iteration,
            "meetings": iteration.weeks.count(),
            "address": settings.SITE_URL + reverse("courses:group_letter", kwargs={"token": token}),
        },
    )

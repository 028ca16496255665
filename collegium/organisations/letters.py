"""The letters of organisations: an invitation, and a code for whoever runs a domain. Secrets are made while writing them."""

from django.conf import settings
from django.urls import reverse

from collegium.foundation import background, letters
from collegium.organisations import actions
from collegium.organisations.models import EmailDomain, Invitation


@background.task(retries=6)
def send_invitation(invitation_id: int) -> None:
    """Makes the token. Run twice, it voids the first letter's link and sends a second one that works."""
    invitation = (
        Invitation.objects.open()
        .select_related("organisation", "invited_by")
        .filter(pk=invitation_id)
        .first()
    )
    if invitation is None:  # accepted or withdrawn meanwhile
        return
    token = actions.new_invitation_token(invitation=invitation)
    letters.send(
        to=invitation.email,
        template="organisations/letters/invitation",
        language=invitation.invited_by.language if invitation.invited_by else "",
        context={
            "invitation": invitation,
            "address": settings.SITE_URL + reverse("organisations:invitation", kwargs={"token": token}),
        },
    )


@background.task(retries=6)
def send_domain_code(email_domain_id: int) -> None:
    email_domain = EmailDomain.objects.select_related("organisation").filter(pk=email_domain_id).first()
    if email_domain is None or not email_domain.code_sent_to:
        return
    letters.send(
        to=email_domain.code_sent_to,
        template="organisations/letters/domain_code",
        language="",
        context={"email_domain": email_domain, "code": actions.new_domain_code(email_domain=email_domain)},
    )

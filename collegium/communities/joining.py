"""The short link of a community as an address and as a QR code."""

from io import BytesIO

import segno
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from markupsafe import Markup

from collegium.communities.models import Community

# In the session of a stranger who said that they want to join, until they have an account.
WANTED = "communities.wanted_code"

# Where somebody is on the way to an account or to being signed in, with the address of the short link in ``next``, and
# where they type the code from the letter, when it is kept for them.
_DOORS = frozenset({"account_login", "account_signup", "account_request_login_code"})
_CODES = frozenset({"account_confirm_login_code", "account_email_verification_sent"})


def on_the_way(request: HttpRequest) -> Community | None:
    """Which community somebody who signs up or in is about to join: said on the way, so that nobody joins unawares.

    A link that was closed meanwhile leads nowhere, and names nothing.
    """
    code = request.session.get(WANTED)
    here = request.resolver_match.url_name if request.resolver_match else None
    if not code or here not in _DOORS | _CODES:
        return None
    link = reverse("communities:join_code", kwargs={"code": code})
    if here in _DOORS and link not in {request.GET.get("next"), request.POST.get("next")}:
        return None  # they have turned to something else
    return Community.objects.filter(code=code, code_closed_at__isnull=True).first()


def address(community: Community) -> str:
    return str(settings.SITE_URL) + reverse("communities:join_code", kwargs={"code": community.code})


def shown(community: Community) -> str:
    """As it is printed: without what a browser adds by itself."""
    return address(community).partition("://")[2]


def qr(community: Community) -> Markup:
    """An SVG that scales with its surroundings; error correction for paper that hangs in a corridor."""
    out = BytesIO()
    segno.make(address(community), error="m", micro=False).save(
        out,
        kind="svg",
        xmldecl=False,
        svgns=True,
        omitsize=True,
        border=2,
        svgclass="qr",
        lineclass="qr__line",
        nl=False,
    )
    return Markup(out.getvalue().decode())  # noqa: S704  made here of an address of ours

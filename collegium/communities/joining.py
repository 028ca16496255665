"""The short link of a community as an address and as a QR code."""

from io import BytesIO

import segno
from django.conf import settings
from django.urls import reverse
from markupsafe import Markup

from collegium.communities.models import Community


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

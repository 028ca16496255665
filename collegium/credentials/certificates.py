"""The certificate: one page to hang on a wall, as a tagged PDF (PDF/UA-1), with a code that leads to the award's page."""

import io
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import segno
from django.conf import settings
from django.template.loader import render_to_string
from markupsafe import Markup
from weasyprint import HTML
from weasyprint.urls import URLFetcher, URLFetcherResponse

import collegium.design
from collegium.credentials import badges
from collegium.credentials.models import Award
from collegium.credentials.queries import awards, issuing
from collegium.design.documents import unpacked_font

FONTS = Path(collegium.design.__file__).parent / "static" / "design" / "fonts"


class _OwnFonts(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
    """Fonts of the house, and nothing else from anywhere."""

    def fetch(self, url: str, headers: Any = None) -> Any:  # noqa: ARG002  # WeasyPrint asks so
        if not url.startswith(f"{FONTS.as_uri()}/") or ".." in url:
            raise ValueError(url)
        name = f"design/fonts/{url.rpartition('/')[2]}"
        return URLFetcherResponse(url, body=unpacked_font(name), headers={"Content-Type": "font/ttf"})


def qr(address: str) -> Markup:
    """The address as a QR code, drawn in the certificate's ink."""
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", border=0, xmldecl=False, svgns=True, omitsize=True)
    return Markup(out.getvalue().decode())  # noqa: S704 -- drawn by segno from our own address


def html(award: Award) -> str:
    address = issuing.absolute(award.get_absolute_url())
    badge = awards.badge_of(award.pathway)
    return render_to_string(
        "credentials/certificate.jinja",
        {
            "award": award,
            "scheme": award.pathway.scheme_version.read,
            "standing": awards.standing(award),
            "badge": Markup(badges.svg(badge)),  # noqa: S704 -- our own drawing, its words escaped
            "accent": badge.accent,
            "qr": qr(address),
            "address": address,
            "site": urlsplit(settings.SITE_URL).netloc,
            "fonts": FONTS.as_uri(),
        },
    )


def pdf(award: Award) -> bytes:
    made: bytes = HTML(string=html(award), url_fetcher=_OwnFonts()).write_pdf(pdf_variant="pdf/ua-1")
    return made

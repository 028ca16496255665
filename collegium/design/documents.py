"""Paper: a page that extends `design/print.jinja`, as a tagged PDF (PDF/UA-1) that screen readers can read."""

import logging
from collections.abc import Mapping
from functools import lru_cache
from io import BytesIO
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from fontTools.ttLib import woff2
from weasyprint import HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

HERE = "https://document.invalid/"  # a base that leads nowhere, for addresses without one
# They tell each step, and warn of every property that only browsers know; one sheet serves both.
for chatty in ("weasyprint", "weasyprint.progress", "fontTools"):
    logging.getLogger(chatty).setLevel(logging.ERROR)

Files = Mapping[str, tuple[bytes, str]]


class OwnFilesOnly(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
    """Gives a document our static files and what its maker hands over; never the network, never the disk."""

    def __init__(self, files: Files) -> None:
        super().__init__(allowed_protocols=("data",))
        self.files = files

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        if url.startswith("data:"):
            return super().fetch(url, headers)
        address = unquote(urlsplit(url).path)
        given = self.files.get(address) or self.files.get(address.removeprefix("/"))
        if given is not None:
            content, media_type = given
        elif url.startswith(HERE) and address.startswith(settings.STATIC_URL):
            name = address.removeprefix(settings.STATIC_URL)
            content = unpacked_font(name) if name.endswith(".woff2") else static_file(name)
            media_type = guess_type(address)[0] or "application/octet-stream"
        else:
            raise ValueError(f"A document may not fetch {url}")
        return URLFetcherResponse(url, body=content, headers={"Content-Type": media_type})


@lru_cache(maxsize=64)
def static_file(name: str) -> bytes:
    """By its own name, or by the one with a hash that it is served under."""
    found = finders.find(name)
    if isinstance(found, str):
        return Path(found).read_bytes()
    with staticfiles_storage.open(name) as stored:
        return bytes(stored.read())


@lru_cache(maxsize=16)
def unpacked_font(name: str) -> bytes:
    """A font out of its packing, which takes longer than laying out a page: once in a process, not for each document."""
    out = BytesIO()
    woff2.decompress(BytesIO(static_file(name)), out)
    return out.getvalue()


def pdf(html: str, *, files: Files | None = None) -> bytes:
    """`files`: what the document shows besides static files, by the address it has in it: content, media type."""
    return bytes(
        HTML(string=html, base_url=HERE, url_fetcher=OwnFilesOnly(files or {})).write_pdf(
            pdf_variant="pdf/ua-1", font_config=FontConfiguration(), full_fonts=False
        )
    )

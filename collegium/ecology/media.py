"""Recordings, films and pictures that lie elsewhere: a page plays one where its reader asks for it, and nothing before."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from collegium.ecology.models import Enclosure

_ELEMENTS = {"audio": "audio", "video": "video", "image": "img"}  # by the first half of the media type
# What browsers play, by the end of its address.
_TYPES = {
    "aac": "audio/aac",
    "flac": "audio/flac",
    "m4a": "audio/mp4",
    "mp3": "audio/mpeg",
    "oga": "audio/ogg",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "wav": "audio/wav",
    "m4v": "video/mp4",
    "mp4": "video/mp4",
    "ogv": "video/ogg",
    "webm": "video/webm",
}


@dataclass(frozen=True)
class Medium:
    """``key`` is what an address says to have it played: see ``chosen``."""

    key: str
    url: str
    media_type: str
    title: str = ""
    size: int | None = None
    seconds: int | None = None

    @property
    def kind(self) -> str:
        return self.media_type.partition("/")[0].lower()

    @property
    def element(self) -> str:
        """``audio``, ``video`` or ``img`` where a browser may show it; empty for everything else."""
        parts = _parts(self.url)
        return _ELEMENTS.get(self.kind, "") if parts.scheme == "https" and parts.hostname else ""

    @property
    def host(self) -> str:
        """Whom one asks for it."""
        return _parts(self.url).hostname or ""

    @property
    def named(self) -> str:
        return self.title or unquote(_parts(self.url).path.rstrip("/").rpartition("/")[2]) or self.host


def _parts(address: str) -> SplitResult:
    """Of a broken one, as one that comes by file may be, nothing."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def of_enclosure(enclosure: Enclosure) -> Medium:
    return Medium(
        str(enclosure.pk),
        enclosure.url,
        enclosure.media_type,
        enclosure.title,
        enclosure.size,
        enclosure.seconds,
    )


def at(address: str, title: str) -> Medium | None:
    """A recording or a film that an address itself leads to, as the end of its path says."""
    end = _parts(address).path.rpartition(".")[2].lower()
    found = Medium("link", address, _TYPES.get(end, ""), title)
    return found if found.element else None


def chosen(media: Iterable[Medium], key: str | None) -> Medium | None:
    return next((each for each in media if each.key == key and each.element), None)


def allow(response: Any, medium: Medium | None) -> None:
    """Beyond our own: any https host, since recordings are often handed out by another than the one that is named."""
    if medium is not None and medium.element:
        directive = "img-src" if medium.element == "img" else "media-src"
        response._csp_update = {directive: ["https:"]}  # noqa: SLF001  # as django-csp's own decorator does

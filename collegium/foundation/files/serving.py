"""Answering with a file so that no browser runs it as a page."""

import re
from collections.abc import Iterator
from pathlib import Path

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header, quote_etag
from django.utils.translation import gettext as _

from collegium.foundation.files.types import HTML, SVG, claimed_type, clean_name, ending_of, kinds
from collegium.foundation.models import Blob

# Shown in the page itself; everything else is offered for download only.
_INLINE = kinds["image"] | kinds["audio"] | kinds["video"] | {"application/pdf"}
_SEEKABLE = kinds["audio"] | kinds["video"]
CHUNK = 262_144

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def serve(
    blob: Blob, *, name: str, request: HttpRequest, download: bool = False, max_age: int = 0
) -> HttpResponseBase:
    """The blob as an answer that no browser runs as a page. Ask first who may see it.

    Only images, sound, moving pictures and PDF are shown in place; all else is a download, whatever ``download`` says.
    """
    etag = quote_etag(blob.sha256)
    response: HttpResponseBase
    if etag in {
        part.strip().removeprefix("W/") for part in request.headers.get("If-None-Match", "").split(",")
    }:
        response = HttpResponse(status=304)
        response.headers.pop("Content-Type", None)
    elif not blob.path.is_file():
        # The row is there and the file is not: say so instead of breaking off half-way.
        return HttpResponse(_("This file is missing from the store."), status=410, content_type="text/plain")
    else:
        response = _content(blob, request, etag)
    inline = blob.media_type in _INLINE and not download
    response["ETag"] = etag
    response["Cache-Control"] = f"private, max-age={max_age}" if max_age else "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Content-Security-Policy"] = _policy(blob.media_type, inline=inline)
    if response.status_code in {200, 206}:
        response["Content-Disposition"] = (
            content_disposition_header(not inline, _with_ending(clean_name(name), blob.media_type))
            or "attachment"
        )
        if blob.media_type in _SEEKABLE:
            response["Accept-Ranges"] = "bytes"
    return response


def _policy(media_type: str, *, inline: bool) -> str:
    if inline and media_type == "application/pdf":
        # The browser's own reader of PDF does not start inside a sandbox; nothing else may load.
        return "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"
    return "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; media-src 'self'"


def _with_ending(name: str, media_type: str) -> str:
    """The name with an ending that fits what the file is, so that it opens in the right program."""
    return name if claimed_type(name) == media_type else f"{name}.{ending_of(media_type)}"


def _content(blob: Blob, request: HttpRequest, etag: str) -> HttpResponseBase:
    first, last, status = 0, blob.size - 1, 200
    asked = request.headers.get("Range", "")
    condition = request.headers.get("If-Range")
    if asked and blob.media_type in _SEEKABLE and (condition is None or condition == etag):
        part = _part(asked, blob.size)
        if part == (0, -1):
            response = HttpResponse(status=416, content_type=blob.media_type)
            response["Content-Range"] = f"bytes */{blob.size}"
            return response
        if part is not None:
            (first, last), status = part, 206
    if request.method == "HEAD":
        answer: HttpResponseBase = HttpResponse(status=status, content_type=_served_type(blob.media_type))
    else:
        answer = StreamingHttpResponse(
            _read(blob.path, first, last - first + 1),
            status=status,
            content_type=_served_type(blob.media_type),
        )
    answer["Content-Length"] = str(last - first + 1)
    if status == 206:  # noqa: PLR2004 -- partial content
        answer["Content-Range"] = f"bytes {first}-{last}/{blob.size}"
    return answer


def _served_type(media_type: str) -> str:
    """Pages and drawings that could be active leave the house as plain bytes."""
    if media_type in {HTML, SVG, "application/xml"}:
        return "application/octet-stream"
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


def _part(asked: str, size: int) -> tuple[int, int] | None:
    """First and last byte asked for; (0, -1) if there are none such; None to send it whole."""
    match = _RANGE.fullmatch(asked.strip())
    if match is None or match.group() == "bytes=-":
        return None
    start, end = match.groups()
    if start:
        first, last = int(start), min(int(end), size - 1) if end else size - 1
        if end and int(end) < first:
            return None
    else:
        first, last = max(size - int(end), 0), size - 1
        if not int(end):
            return 0, -1
    return (0, -1) if first >= size else (first, last)


def _read(path: Path, first: int, length: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(first)
        while length > 0 and (chunk := file.read(min(CHUNK, length))):
            length -= len(chunk)
            yield chunk

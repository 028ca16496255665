"""Files below MEDIA_ROOT, each under its hash, written whole or not at all."""

import hashlib
import io
import os
import tempfile
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import transaction
from django.db.models import ForeignObjectRel
from django.utils.translation import gettext as _

from collegium.foundation import clock
from collegium.foundation.files.refusing import check_image, check_type, check_zip
from collegium.foundation.files.types import ALL_TYPES, clean_name, in_words, kind_of, kinds, sniff
from collegium.foundation.models import Blob, Derived
from collegium.foundation.refusal import Refusal

CHUNK = 262_144
Upload = IO[bytes] | Any  # a Django upload, or any file open for reading bytes


def store(
    upload: Upload,
    *,
    max_bytes: int,
    name: str = "",
    allowed: Collection[str] | None = None,
    check: bool = True,
) -> Blob:
    """Keep the content under its hash and return its blob; the same content is kept once.

    Raises Refusal, and keeps nothing, if it is empty, too large, of a type outside ``allowed`` (all of ``kinds`` if
    not given), of another type than its name claims, or made to do harm. ``check=False`` is for content of our own.
    """
    name = clean_name(name or getattr(upload, "name", "") or "")
    incoming = Path(settings.MEDIA_ROOT) / "incoming"
    incoming.mkdir(parents=True, exist_ok=True)
    handle, path_name = tempfile.mkstemp(dir=incoming)
    path = Path(path_name)
    try:
        with os.fdopen(handle, "wb") as file:
            sha256, size = _copy(upload, file, max_bytes, name)
        if not size:
            raise Refusal(_("“%(name)s” is empty.") % {"name": name}, code="empty")
        media_type = sniff(path, name)
        if check:
            check_type(media_type, name, ALL_TYPES if allowed is None else allowed)
            if zipfile.is_zipfile(path) and kind_of(media_type) in {"document", "data"}:
                check_zip(path, name)
            if media_type in kinds["image"]:
                check_image(path, name)
        return _keep(path, sha256, size, media_type)
    finally:
        path.unlink(missing_ok=True)


def store_bytes(content: bytes, *, name: str = "") -> Blob:
    """Keep content that we made ourselves, such as a certificate or a thumbnail."""
    return store(io.BytesIO(content), max_bytes=len(content), name=name, check=False)


def _copy(upload: Upload, file: IO[bytes], max_bytes: int, name: str) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for chunk in _chunks(upload):
        size += len(chunk)
        if size > max_bytes:
            raise Refusal(
                _("“%(name)s” is too large: a file may have %(most)s at most.")
                % {"name": name, "most": in_words(max_bytes)},
                code="too-large",
            )
        digest.update(chunk)
        file.write(chunk)
    file.flush()
    os.fsync(file.fileno())
    return digest.hexdigest(), size


def _chunks(upload: Upload) -> Iterator[bytes]:
    upload.seek(0)
    if hasattr(upload, "chunks"):
        yield from upload.chunks(CHUNK)
    else:
        yield from iter(lambda: upload.read(CHUNK), b"")


def _keep(path: Path, sha256: str, size: int, media_type: str) -> Blob:
    # Row first: whoever collects garbage locks the row before taking the file away, so the file put here stays.
    with transaction.atomic():
        blob, _made = Blob.objects.update_or_create(
            sha256=sha256,
            defaults={"kept_since": clock.wall()},
            create_defaults={"size": size, "media_type": media_type, "kept_since": clock.wall()},
        )
        blob.path.parent.mkdir(parents=True, exist_ok=True)
        path.chmod(0o600)
        path.replace(blob.path)
        _sync_directory(blob.path.parent)
    return blob


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


GRACE = timedelta(days=1)  # between bringing a file and saying what it is for

_holders: list[Callable[[], Iterable[str]]] = []


def holds_blobs(held: Callable[[], Iterable[str]]) -> Callable[[], Iterable[str]]:
    """Register a function that names blobs (by hash) which are referred to otherwise than by a foreign key.

    Whatever a foreign key points to is known without being told.
    """
    _holders.append(held)
    return held


def held_blobs() -> set[str]:
    """The hashes of all blobs that anything refers to, and of what was derived from them."""
    held: set[str] = set()
    for relation in Blob._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel) and relation.related_model is not Derived:
            column = relation.field.name
            held.update(
                relation.related_model._default_manager.exclude(**{column: None}).values_list(
                    column, flat=True
                )
            )
    for holder in _holders:
        held.update(holder())
    derived = Derived.objects.filter(blob_id__in=held, result__isnull=False)
    return held | set(derived.values_list("result_id", flat=True))


def collect_garbage(*, grace: timedelta = GRACE) -> int:
    """Throw away blobs that nothing refers to, and uploads that broke off; returns how many blobs."""
    before = clock.wall() - grace
    kept = held_blobs()
    thrown = 0
    for sha256 in Blob.objects.filter(kept_since__lt=before).values_list("pk", flat=True).iterator():
        if sha256 not in kept:
            thrown += _throw_away(sha256, before)
    for path in (Path(settings.MEDIA_ROOT) / "incoming").glob("*"):
        if path.stat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)
    return thrown


def _throw_away(sha256: str, before: Any) -> bool:
    with transaction.atomic():
        blob = Blob.objects.select_for_update().filter(pk=sha256, kept_since__lt=before).first()
        if blob is None:  # somebody has brought it again meanwhile
            return False
        path = blob.path
        blob.delete()
        path.unlink(missing_ok=True)
    return True

"""What is refused, and in which words."""

import contextlib
import os
import re
import stat
import warnings
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from collegium.foundation.files.types import (
    ENDINGS,
    HTML,
    LOCKED,
    MACROS,
    PLAIN,
    claimed_type,
    clean_name,
    in_words,
    kind_of,
    kinds,
    opened,
)
from collegium.foundation.refusal import Refusal

MOST_PIXELS = 64_000_000

_MOST_ENTRIES = 10_000
_MOST_UNPACKED = 1_000_000_000
_MOST_RATIO = 150
_HARMLESS_SIZE = 20_000_000  # below this, text may pack as well as it likes
_PACKED_ENDINGS = (".zip", ".rar", ".7z", ".gz", ".bz2", ".xz", ".tar", ".tgz", ".jar", ".iso", ".cab")


def check_type(found: str, name: str, allowed: Collection[str]) -> None:
    claimed = claimed_type(name)
    if found == MACROS:
        raise Refusal(
            _("“%(name)s” holds macros (small programs). Please save it without macros and bring it again.")
            % {"name": name},
            code="macros",
        )
    if found == LOCKED:
        raise Refusal(
            _("“%(name)s” is locked with a password. Please bring it without.") % {"name": name},
            code="locked",
        )
    # A program or a page under the name of a picture: told before anything else is.
    if (
        claimed is not None
        and found != claimed
        and kind_of(found) != kind_of(claimed)
        and not _near(found, claimed)
    ):
        raise Refusal(
            _(
                "“%(name)s” is called .%(ending)s, but what is in it is something else (%(found)s). It was not kept."
            )
            % {"name": name, "ending": name.rpartition(".")[2], "found": found},
            code="lying-type",
        )
    if found == "image/heic":
        raise Refusal(
            _(
                "“%(name)s” is a HEIC picture, which most browsers can't show. Please save it as JPEG and bring it again."
            )
            % {"name": name},
            code="forbidden-type",
        )
    if found not in allowed:
        raise Refusal(
            _("“%(name)s” is of a type that can't be kept here (%(found)s). What can be: %(endings)s.")
            % {"name": name, "found": found, "endings": _endings_in_words(allowed)},
            code="forbidden-type",
        )


def _near(found: str, claimed: str) -> bool:
    """Types that honest names mix up: tables with text, sound with moving pictures in the same container."""
    texts = {PLAIN, "text/csv", "application/json", "application/xml"}
    media = kinds["audio"] | kinds["video"]
    return (
        {found, claimed} <= texts
        or {found, claimed} <= media
        or {found, claimed} == {HTML, "application/xml"}
    )


def _endings_in_words(allowed: Collection[str]) -> str:
    return ", ".join(sorted(ending for ending, claimed in ENDINGS.items() if claimed in allowed))


def check_zip(source: Path | IO[bytes], name: str) -> None:
    """Refuse a ZIP (or an office file, which is one) that would unpack to no good."""
    with opened(source) as file:
        try:
            with zipfile.ZipFile(file) as archive:
                entries = archive.infolist()
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as fault:
            raise Refusal(
                _("“%(name)s” is damaged: it can't be opened.") % {"name": name}, code="damaged"
            ) from fault
        file.seek(0, os.SEEK_END)
        reason = _zip_fault(entries, file.tell())
    if reason:
        raise Refusal(f"“{name}”: {reason}", code="zip")


def _zip_fault(entries: list[zipfile.ZipInfo], size: int) -> str:
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > _MOST_ENTRIES:
        return _("it holds more than %(most)s files, which is too many.") % {"most": _MOST_ENTRIES}
    if unpacked > _MOST_UNPACKED or (unpacked > _HARMLESS_SIZE and unpacked > _MOST_RATIO * max(size, 1)):
        return _("it is small but would unpack to %(size)s, as files made to do harm do.") % {
            "size": in_words(unpacked)
        }
    if sum(entry.compress_size for entry in entries) > size:
        return _("the files in it overlap, as in files made to do harm.")
    return next(filter(None, map(_entry_fault, entries)), "")


def _entry_fault(entry: zipfile.ZipInfo) -> str:
    shown = {"path": clean_name(entry.filename)}
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    if entry.flag_bits & 0x1:
        return _("it is locked with a password. Please bring it without.")
    if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", entry.filename):
        return _("the name of a file in it leads out of its own folder (%(path)s).") % shown
    if stat.S_ISLNK(entry.external_attr >> 16):
        return _("a file in it only points to another place (%(path)s).") % shown
    if entry.filename.lower().endswith(_PACKED_ENDINGS):
        return _("it holds another packed file (%(path)s). Please unpack that first.") % shown
    return ""


def check_image(source: Path | IO[bytes], name: str) -> None:
    """Refuse an image that is damaged, or that is larger than any camera's."""
    with opened(source) as file:
        try:
            with open_image(file) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise Refusal(
                        _(
                            "“%(name)s” is %(width)s by %(height)s pixels, which is too large. Please make it smaller."
                        )
                        % {"name": name, "width": image.width, "height": image.height},
                        code="too-large",
                    )
                image.load()
        except (
            UnidentifiedImageError,
            OSError,
            SyntaxError,
            ValueError,
            Image.DecompressionBombError,
        ) as fault:
            raise Refusal(
                _("“%(name)s” is damaged: it can't be shown as an image.") % {"name": name}, code="damaged"
            ) from fault


@contextlib.contextmanager
def open_image(file: IO[bytes] | Path) -> Iterator[Image.Image]:
    with warnings.catch_warnings():
        # Our own limit on pixels is checked first; Pillow's warning would come on top of it.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        with Image.open(file, formats=["PNG", "JPEG", "GIF", "WEBP", "AVIF"]) as image:
            yield image

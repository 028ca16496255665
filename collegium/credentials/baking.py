"""A credential inside a picture (Open Badges 3.0, "baked badges"): put in, and taken out of whatever strangers send."""

import re
import struct
import zlib
from collections.abc import Iterator
from typing import Final
from xml.parsers import expat

from django.utils.translation import gettext as _

from collegium.credentials import linkeddata

MAX_BYTES: Final = 10_000_000
MAX_CHUNKS: Final = 20_000
PNG: Final = b"\x89PNG\r\n\x1a\n"
KEYWORD: Final = b"openbadgecredential"
OLD_KEYWORD: Final = b"openbadges"
NAMESPACE: Final = "https://purl.imsglobal.org/ob/v3p0"
OLD_NAMESPACE: Final = "http://openbadges.org"
_ROOT: Final = re.compile(r"<svg\b(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")


class NotBaked(ValueError):  # noqa: N818 -- an answer about a picture
    """No credential can be taken out of this picture; the message says why, and may be shown."""


# PNG ------------------------------------------------------------------------------------------------------------------


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _chunks(picture: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Kind, content, and the chunk as it stands. Raises NotBaked where the file is cut or changed."""
    place = len(PNG)
    for _number in range(MAX_CHUNKS):
        if place >= len(picture):
            return
        head = picture[place : place + 8]
        if len(head) < 8:  # noqa: PLR2004 -- a length and a kind
            raise NotBaked(_("The picture is cut off."))
        length, kind = struct.unpack(">I4s", head)
        whole = picture[place : place + 12 + length]
        if len(whole) < 12 + length:
            raise NotBaked(_("The picture is cut off."))
        content = whole[8:-4]
        if kind == b"iTXt" and struct.unpack(">I", whole[-4:])[0] != zlib.crc32(kind + content):
            raise NotBaked(_("The picture is damaged where the credential should be."))
        yield kind, content, whole
        place += 12 + length
    raise NotBaked(_("The picture is made of more pieces than any honest picture."))


def bake_png(picture: bytes, credential: str) -> bytes:
    """The picture with the credential in it, in place of any that was there."""
    if not picture.startswith(PNG):
        raise NotBaked(_("This is not a PNG picture."))
    baked = _chunk(b"iTXt", KEYWORD + b"\0\0\0\0\0" + credential.encode())
    pieces = [PNG]
    for kind, content, whole in _chunks(picture):
        if kind == b"iTXt" and content.startswith(KEYWORD + b"\0"):
            continue
        pieces.append(whole)
        if kind == b"IHDR":
            pieces.append(baked)
    return b"".join(pieces)


def unbake_png(picture: bytes) -> str:
    old = False
    for kind, content, _whole in _chunks(picture):
        if kind in {b"iTXt", b"tEXt", b"zTXt"} and content.startswith(OLD_KEYWORD + b"\0"):
            old = True
        if kind != b"iTXt" or not content.startswith(KEYWORD + b"\0"):
            continue
        packed, *rest = content[len(KEYWORD) + 1 : len(KEYWORD) + 2], content[len(KEYWORD) + 3 :]
        if packed != b"\0":
            raise NotBaked(_("The credential in the picture is compressed, which the standard forbids."))
        parts = rest[0].split(b"\0", 2)
        if len(parts) != 3:  # noqa: PLR2004 -- language, translated keyword, text
            raise NotBaked(_("The picture is damaged where the credential should be."))
        return _text(parts[2])
    if old:
        raise NotBaked(
            _(
                "The picture holds a badge of an older standard (Open Badges 2), which has no proof of this form."
            )
        )
    raise NotBaked(_("The picture holds no credential. Perhaps it was copied or resized: that loses it."))


def _text(content: bytes) -> str:
    if len(content) > linkeddata.MAX_BYTES:
        raise NotBaked(_("The credential in the picture is too large."))
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise NotBaked(_("The credential in the picture is not readable text.")) from None


# SVG ------------------------------------------------------------------------------------------------------------------


def bake_svg(picture: str, credential: str) -> str:
    """The picture with the credential directly after its first tag. Only for pictures that carry none yet."""
    root = _ROOT.search(picture)
    if root is None or root.group().endswith("/>") or NAMESPACE in picture:
        raise NotBaked(_("This is not an SVG picture without a credential."))
    opened = f'{root.group()[:-1]} xmlns:openbadges="{NAMESPACE}">'
    # Inside JSON, ]]> can only stand in a text, where > may be written by its number.
    safe = credential.replace("]]>", "]]\\u003e")
    baked = f"{opened}<openbadges:credential><![CDATA[{safe}]]></openbadges:credential>"
    return picture[: root.start()] + baked + picture[root.end() :]


class _Found(Exception):  # noqa: N818 -- ends the reading early
    pass


class _Reader:
    """Reads an SVG as far as its credential; never entities, never a DTD, never anything outside the file."""

    def __init__(self) -> None:
        self.inside = False
        self.old = False
        self.pieces: list[str] = []
        self.depth = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > linkeddata.MAX_DEPTH * 5:
            raise NotBaked(_("The picture is nested too deeply."))
        if name.startswith(f"{OLD_NAMESPACE} "):
            self.old = True
        if name == f"{NAMESPACE} credential":
            if "verify" in attributes:
                self.pieces = [attributes["verify"]]
                raise _Found
            self.inside = True
        elif self.inside:
            raise NotBaked(_("The picture is damaged where the credential should be."))

    def end(self, name: str) -> None:
        self.depth -= 1
        if self.inside and name == f"{NAMESPACE} credential":
            raise _Found

    def text(self, text: str) -> None:
        if self.inside:
            self.pieces.append(text)

    def doctype(self, *_facts: object) -> None:
        raise NotBaked(_("The picture carries definitions of its own (a DTD), which are not read."))


def unbake_svg(picture: bytes) -> str:
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.doctype
    try:
        parser.Parse(picture, True)
    except _Found:
        text = "".join(reader.pieces).strip()
        if not text:
            raise NotBaked(_("The place for the credential in the picture is empty.")) from None
        return _text(text.encode())
    except expat.ExpatError:
        raise NotBaked(_("The picture is not readable.")) from None
    if reader.old:
        raise NotBaked(
            _(
                "The picture holds a badge of an older standard (Open Badges 2), which has no proof of this form."
            )
        )
    raise NotBaked(_("The picture holds no credential. Perhaps it was copied or redrawn: that loses it."))

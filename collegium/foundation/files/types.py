"""What kinds of files there are, and telling them by their content."""

import contextlib
import csv
import json
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import puremagic
from django.utils.formats import number_format
from django.utils.translation import gettext as _

HTML = "text/html"
SVG = "image/svg+xml"
ZIP = "application/zip"
PLAIN = "text/plain"
_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"

kinds: dict[str, frozenset[str]] = {
    "document": frozenset(
        {
            "application/pdf",
            f"{_OFFICE}.wordprocessingml.document",
            f"{_OFFICE}.presentationml.presentation",
            f"{_OPEN}.text",
            f"{_OPEN}.presentation",
            "application/msword",
            "application/vnd.ms-powerpoint",
            "application/epub+zip",
            "application/rtf",
            PLAIN,
            HTML,
            SVG,
            ZIP,
        }
    ),
    "image": frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"}),
    "audio": frozenset(
        {"audio/mpeg", "audio/mp4", "audio/ogg", "audio/wav", "audio/webm", "audio/flac", "audio/aac"}
    ),
    "video": frozenset({"video/mp4", "video/webm", "video/ogg", "video/quicktime"}),
    "data": frozenset(
        {
            "text/csv",
            "application/json",
            "application/xml",
            f"{_OFFICE}.spreadsheetml.sheet",
            f"{_OPEN}.spreadsheet",
            "application/vnd.ms-excel",
        }
    ),
}
ALL_TYPES = frozenset().union(*kinds.values())

# What a name's ending claims; several endings may claim one type.
ENDINGS: dict[str, str] = {
    "pdf": "application/pdf",
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "pptx": f"{_OFFICE}.presentationml.presentation",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "odt": f"{_OPEN}.text",
    "odp": f"{_OPEN}.presentation",
    "ods": f"{_OPEN}.spreadsheet",
    "doc": "application/msword",
    "ppt": "application/vnd.ms-powerpoint",
    "xls": "application/vnd.ms-excel",
    "epub": "application/epub+zip",
    "rtf": "application/rtf",
    "zip": ZIP,
    **dict.fromkeys(
        ["txt", "text", "md", "markdown", "srt", "vtt", "log", "tex", "yaml", "yml", "ics"], PLAIN
    ),
    **dict.fromkeys(["html", "htm", "xhtml"], HTML),
    "svg": SVG,
    "png": "image/png",
    **dict.fromkeys(["jpg", "jpeg", "jfif", "jpe"], "image/jpeg"),
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "mp3": "audio/mpeg",
    **dict.fromkeys(["m4a", "m4b"], "audio/mp4"),
    **dict.fromkeys(["ogg", "oga", "opus"], "audio/ogg"),
    "wav": "audio/wav",
    "weba": "audio/webm",
    "flac": "audio/flac",
    "aac": "audio/aac",
    **dict.fromkeys(["mp4", "m4v"], "video/mp4"),
    "webm": "video/webm",
    "ogv": "video/ogg",
    **dict.fromkeys(["mov", "qt"], "video/quicktime"),
    **dict.fromkeys(["csv", "tsv"], "text/csv"),
    **dict.fromkeys(["json", "geojson"], "application/json"),
    "xml": "application/xml",
}


_HEAD = 65_536  # bytes looked at to tell a type


def kind_of(media_type: str) -> str | None:
    """Which kind of thing it is ("document", "image", …), or None if it is of no kind that we keep."""
    return next((kind for kind, types in kinds.items() if media_type in types), None)


def ending_of(media_type: str) -> str:
    """The usual ending of a name, without the dot."""
    return next((ending for ending, claimed in ENDINGS.items() if claimed == media_type), "bin")


def endings_of(*wanted: str) -> list[str]:
    """The endings, each with its dot, of these kinds, or of all: for ``accept=`` and for saying what may be brought."""
    types = frozenset().union(*(kinds[kind] for kind in wanted)) if wanted else ALL_TYPES
    return [f".{ending}" for ending, claimed in ENDINGS.items() if claimed in types]


def in_words(size: int) -> str:
    """A size as people say it, in decimal units: 12 kB, 3.4 MB."""
    amount, unit = float(size), "B"
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":  # noqa: PLR2004
            break
        amount /= 1000
    shown = number_format(amount, 1 if unit != "B" and amount < 10 and amount % 1 >= 0.05 else 0)  # noqa: PLR2004
    return f"{shown}\u00a0{unit}"


_LONGEST_NAME = 150


def clean_name(name: str) -> str:
    """The name without path parts, control characters, and signs that turn its reading round; never empty."""
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    name = re.sub(r"\s+", " ", name)
    name = "".join(char for char in name if unicodedata.category(char)[0] != "C")
    name = re.sub(r'[<>:"|?*]', "_", name).strip(" .")
    if not name:
        return _("file")
    stem, dot, ending = name.rpartition(".")
    if len(name) > _LONGEST_NAME and dot and len(ending) <= 10:  # noqa: PLR2004 -- longer is no ending
        return f"{stem[: _LONGEST_NAME - len(ending) - 1]}.{ending}"
    return name[:_LONGEST_NAME]


def claimed_type(name: str) -> str | None:
    return ENDINGS.get(name.rpartition(".")[2].lower()) if "." in name else None


def sniff(source: Path | IO[bytes], name: str = "") -> str:
    """The media type that the content has. The name only settles what content cannot tell, such as CSV from text.

    "application/octet-stream" if it is nothing that we know.
    """
    with opened(source) as file:
        head = file.read(_HEAD)
        file.seek(0)
        if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            return _zip_type(file)
        return (
            _type_by_signature(head)
            or _ole_type(head, file)
            or _text_type(head, file, name)
            or _type_by_collection(head, name)
            or "application/octet-stream"
        )


@contextlib.contextmanager
def opened(source: Path | IO[bytes]) -> Iterator[IO[bytes]]:
    if isinstance(source, Path):
        with source.open("rb") as file:
            yield file
    else:
        source.seek(0)
        yield source
        source.seek(0)


_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"fLaC", "audio/flac"),
    (0, b"ID3", "audio/mpeg"),
)
_MP4_BRANDS = {
    b"qt  ": "video/quicktime",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"avif": "image/avif",
    b"avis": "image/avif",
    **dict.fromkeys([b"heic", b"heix", b"hevc", b"mif1", b"msf1"], "image/heic"),
}


def _type_by_signature(head: bytes) -> str | None:
    found = next((kind for at, sign, kind in _SIGNATURES if head[at : at + len(sign)] == sign), None)
    if found is not None:
        return found
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(head[8:12])
    if head[4:8] == b"ftyp":
        brands = [head[8:12], *(head[i : i + 4] for i in range(16, min(int.from_bytes(head[:4]), 64), 4))]
        return next((_MP4_BRANDS[brand] for brand in brands if brand in _MP4_BRANDS), "video/mp4")
    if head[:4] == b"OggS":
        return "video/ogg" if b"\x80theora" in head[:512] else "audio/ogg"
    if head[:4] == b"\x1aE\xdf\xa3" and b"webm" in head[:64]:
        return "video/webm" if b"V_VP" in head or b"V_AV1" in head else "audio/webm"
    return _mpeg_audio_type(head)


def _mpeg_audio_type(head: bytes) -> str | None:
    """Sound without a container begins with the header of its first frame: twelve set bits, version, layer, bit rate."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:  # noqa: PLR2004
        return None
    if head[1] & 0xF6 == 0xF0:  # noqa: PLR2004 -- layer 0 is ADTS
        return "audio/aac"
    # Layers II and III; the bits of layer I are those of a UTF-16 text's first mark, and nobody uses it any more.
    is_layer_2_or_3 = head[1] & 0x06 in {0x02, 0x04}
    has_bit_rate = head[2] & 0xF0 not in {0x00, 0xF0}
    return "audio/mpeg" if is_layer_2_or_3 and has_bit_rate else None


MACROS = "application/vnd.ms-office.macro-enabled"
LOCKED = "application/vnd.ms-office.encrypted"
UNKNOWN_OFFICE = "application/x-ole-storage"
_CHUNK = 1_048_576
_OLE_STREAMS = {
    "WordDocument": "application/msword",
    "PowerPoint Document": "application/vnd.ms-powerpoint",
    "Workbook": "application/vnd.ms-excel",
}


def _ole_type(head: bytes, file: IO[bytes]) -> str | None:
    """The old Office formats, told by the names of the streams in them."""
    if not head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return None
    held = _streams_in(file)
    if "EncryptedPackage" in held:
        return LOCKED
    if "_VBA_PROJECT" in held:
        return MACROS
    return next((media_type for stream, media_type in _OLE_STREAMS.items() if stream in held), UNKNOWN_OFFICE)


def _streams_in(file: IO[bytes]) -> set[str]:
    """Which of the names that tell something stand in the file's directory, wherever in it that is."""
    wanted = {name: name.encode("utf-16-le") for name in (*_OLE_STREAMS, "_VBA_PROJECT", "EncryptedPackage")}
    overlap = max(map(len, wanted.values()))
    found: set[str] = set()
    file.seek(0)
    rest = b""
    while chunk := file.read(_CHUNK):
        window = rest + chunk
        found.update(name for name, written in wanted.items() if written in window)
        rest = window[-overlap:]
    return found


_ZIP_MIMETYPES = {
    "application/epub+zip",
    f"{_OPEN}.text",
    f"{_OPEN}.presentation",
    f"{_OPEN}.spreadsheet",
}


def _zip_type(file: IO[bytes]) -> str:
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:  # noqa: PLR2004
                claimed = archive.read("mimetype").decode("ascii", "replace").strip()
                return claimed if claimed in _ZIP_MIMETYPES else ZIP
            if "[Content_Types].xml" in names:
                if any(name.lower().endswith("vbaproject.bin") for name in names):
                    return MACROS
                for part, media_type in (
                    ("word/document.xml", f"{_OFFICE}.wordprocessingml.document"),
                    ("ppt/presentation.xml", f"{_OFFICE}.presentationml.presentation"),
                    ("xl/workbook.xml", f"{_OFFICE}.spreadsheetml.sheet"),
                ):
                    if part in names:
                        return media_type
            return ZIP
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError, zlib.error):
        return "application/octet-stream"


_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_HTML_START = re.compile(
    r"\s*(<!--.*?-->\s*|<\?xml.*?\?>\s*)*<(!doctype\s+html|html|head|body|script|iframe|title|meta|style)\b",
    re.IGNORECASE | re.DOTALL,
)
_SVG_START = re.compile(
    r"\s*(<!--.*?-->\s*|<\?xml.*?\?>\s*|<!doctype\s+svg.*?>\s*)*<(\w+:)?svg\b", re.IGNORECASE | re.DOTALL
)
_HTML_INSIDE = re.compile(r"<(html|script|body|iframe)\b", re.IGNORECASE)
_LARGEST_PARSED = 5_000_000


def _text_type(head: bytes, file: IO[bytes], name: str) -> str | None:
    text = _as_text(head)
    if text is None:
        return None
    claimed = claimed_type(name)
    if text.lstrip().startswith("<"):
        return _markup_type(text, claimed)
    if text.lstrip()[:1] in {"{", "["} and _is_json(file):
        return "application/json"
    if claimed == "text/csv" and _is_table(text):
        return "text/csv"
    # A browser that guesses would find a page in this: name it what it would be taken for.
    return HTML if claimed == HTML or (claimed != PLAIN and _HTML_INSIDE.search(text[:1024])) else PLAIN


def _markup_type(text: str, claimed: str | None) -> str:
    if _SVG_START.match(text):
        return SVG
    if _HTML_START.match(text) or claimed == HTML:
        return HTML
    if text.lstrip().startswith("<?xml") or claimed == "application/xml":
        return "application/xml"
    return HTML if claimed != PLAIN and _HTML_INSIDE.search(text[:1024]) else PLAIN


def _as_text(head: bytes) -> str | None:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif head.startswith(b"\xef\xbb\xbf"):
        encoding = "utf-8-sig"
    else:
        encoding = "utf-8"
    for cut in range(4):  # the head may end within a character
        with contextlib.suppress(UnicodeDecodeError):
            text = head[: len(head) - cut].decode(encoding)
            return None if _CONTROL.search(text) else text
    text = head.decode("latin-1")
    odd = sum(1 for char in text if "\x7f" <= char <= "\x9f")
    return None if _CONTROL.search(text) or odd > len(text) / 20 else text


def _is_json(file: IO[bytes]) -> bool:
    file.seek(0)
    content = file.read(_LARGEST_PARSED + 1)
    if len(content) > _LARGEST_PARSED:
        return True  # too large to read for a guess; as data it is harmless either way
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return False
    return True


def _is_table(text: str) -> bool:
    try:
        return bool(csv.Sniffer().sniff(text[:8192], delimiters=",;\t|"))
    except csv.Error:
        return False


def _type_by_collection(head: bytes, name: str) -> str | None:
    """What puremagic's collection of signatures says, for the words of a refusal more than for anything else."""
    try:
        matches = puremagic.magic_string(head, clean_name(name) if name else None)
    except (puremagic.PureError, ValueError):
        return None
    found = next((match.mime_type for match in matches if match.mime_type), None)
    # Nothing that we keep is told this way only: its own checks above have not found it.
    return None if found in ALL_TYPES else found

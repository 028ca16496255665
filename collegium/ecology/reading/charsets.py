"""From bytes to text as browsers do it: byte order mark, then HTTP, then the document itself, then a guess."""

import codecs
import re
from email.message import Message

import webencodings

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# How "<" and "<?" look where there is no mark.
_SHAPES = (
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
    (b"\x4c\x6f\xa7\x94", "cp037"),
)
_HEAD = 2048
_XML = re.compile(rb"""^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]{1,40})["']""")
_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml\b[^>]*\?>\s*")
# What no document may hold, and what expat, libxml2 and PostgreSQL refuse.
_CONTROLS = re.compile("[\x80-\x84\x86-\x9f]")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def media_type(content_type: str) -> tuple[str, str]:
    """("application/rss+xml", "utf-8"); empty where nothing is said."""
    header = Message()
    header["content-type"] = content_type or "x/x"
    found = header.get_content_type()
    charset = header.get_param("charset", "")
    return ("" if found == "x/x" else found, charset if isinstance(charset, str) else "")


def decode(body: bytes, content_type: str) -> tuple[str, tuple[str, ...]]:
    """The text without its declaration, and what was wrong: "charset", "nulls"."""
    text, wrong = _decoded(body, content_type)
    findings = ["charset"] if wrong else []
    text = _DECLARATION.sub("", text.removeprefix("\ufeff"), count=1)
    if _FORBIDDEN.search(text):
        text = _FORBIDDEN.sub("", text)
        findings.append("nulls")
    if _CONTROLS.search(text):
        # Nobody means these controls: they are signs of Windows that were taken for Latin-1 on the way.
        text = _CONTROLS.sub(lambda found: of_windows(ord(found[0])), text)
    return text, tuple(findings)


def of_windows(number: int) -> str:
    """The sign that windows-1252 has at 128 to 159."""
    return bytes([number]).decode("cp1252", "ignore")


def _decoded(body: bytes, content_type: str) -> tuple[str, bool]:
    for mark, name in _MARKS:
        if body.startswith(mark):
            return _strictly(body[len(mark) :], name) or (body[len(mark) :].decode(name, "replace"), True)
    said = [media_type(content_type)[1], *_said_within(body)]
    names = [name for each in said if each and (name := _known(each))]
    for place, name in enumerate(names):
        if found := _strictly(body, name):
            return found[0], place > 0
    # Nobody said anything, or nothing that holds.
    for name in ("utf-8", *(shape for begin, shape in _SHAPES if body.startswith(begin))):
        if found := _strictly(body, name):
            return found[0], bool(names)
    return body.decode("cp1252", "replace"), True


def _said_within(body: bytes) -> list[str]:
    head = body[:_HEAD]
    for begin, name in _SHAPES:
        if head.startswith(begin):
            return [name]
    if found := _XML.search(head):
        name = found[1].decode("ascii")
        # It was read as single bytes: then it cannot be what it says it is.
        return ["utf-8" if name.lower().startswith(("utf-16", "utf-32", "ucs-", "iso-10646")) else name]
    return [found[1].decode("ascii")] if (found := _META.search(head)) else []


def _known(name: str) -> str:
    """The codec that browsers mean by the name: windows-1252 for latin-1. Empty if there is none."""
    if (encoding := webencodings.lookup(name)) is not None:
        return str(encoding.codec_info.name)
    try:
        codec = codecs.lookup(name)
    except (LookupError, ValueError):
        return ""
    return codec.name if codec._is_text_encoding else ""  # noqa: SLF001 -- as bytes.decode asks


def _strictly(body: bytes, name: str) -> tuple[str, bool] | None:
    try:
        text = body.decode(name)
    except UnicodeDecodeError as fault:
        # Windows-1252 has five holes, which browsers read as control characters.
        return (_with_holes(body), False) if name == "cp1252" and fault else None
    except (UnicodeError, LookupError, ValueError):
        return None
    return text, False


def _with_holes(body: bytes) -> str:
    return body.decode("cp1252", "replace").replace("\ufffd", "")

"""Small real files of each kind, made here, so that nothing needs to be kept or fetched."""

import io
import struct
import wave
import zipfile

from PIL import Image


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 20), colour: str = "teal", **options) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **options)
    return out.getvalue()


def photo_with_metadata(size: tuple[int, int] = (600, 300), orientation: int = 6) -> bytes:
    """A JPEG that lies on its side and tells where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "CameraMaker"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (51.0, 30.0, 26.0)
    return picture("JPEG", size, exif=exif)


def sound(seconds: float = 0.1) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(8000)
        written.writeframes(b"\0\0" * int(8000 * seconds))
    return out.getvalue()


def packed(files: dict[str, bytes | str], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def office(part: str, **more: bytes | str) -> bytes:
    """``part`` is what tells the kind: word/document.xml, ppt/presentation.xml or xl/workbook.xml."""
    return packed({"[Content_Types].xml": "<Types/>", part: "<x/>", **more})


def opendocument(media_type: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", media_type)
        archive.writestr("content.xml", "<x/>")
    return out.getvalue()


PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
HTML = b"<!doctype html><html><script>alert(1)</script><p>Hello</p></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PROGRAM = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00" + b"\0" * 200
ELF = b"\x7fELF\x02\x01\x01" + b"\0" * 200
MP3 = b"\xff\xfb\x90\x64" + b"\0" * 413
AAC = b"\xff\xf1\x50\x80" + b"\0" * 100
MP4 = struct.pack(">I", 24) + b"ftypisom\0\0\2\0isommp41" + b"\0" * 100
M4A = struct.pack(">I", 24) + b"ftypM4A \0\0\2\0isommp42" + b"\0" * 100
MOV = struct.pack(">I", 20) + b"ftypqt  \0\0\2\0qt  " + b"\0" * 100
HEIC = struct.pack(">I", 24) + b"ftypheic\0\0\0\0mif1heic" + b"\0" * 100
WEBM = b"\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x1fB\x86\x81\x01B\x82\x84webm" + b"\0" * 20 + b"V_VP9"
OGG = b"OggS\0\2" + b"\0" * 22 + b"\x01\x1e\x01vorbis" + b"\0" * 50
DOC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512 + "WordDocument".encode("utf-16-le") + b"\0" * 100
DOC_WITH_MACROS = DOC + "_VBA_PROJECT".encode("utf-16-le")
DOC_LOCKED = DOC.replace("WordDocument".encode("utf-16-le"), "EncryptedPackage".encode("utf-16-le"))

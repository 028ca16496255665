"""The files of the demo world, made when they are needed: nothing large is kept in the package.

``make`` turns a description in ``data/evidence.yaml`` into a real file, the same bytes each time: a picture, a tagged
PDF, a Word document, slides, a table, a melody in place of a voice, or a short film that browsers play.
"""

import csv
import functools
import io
import math
import random
import struct
import wave
import zipfile
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from xml.sax.saxutils import escape as xml

import weasyprint
from PIL import Image, ImageDraw
from weasyprint.text.fonts import FontConfiguration

from collegium.home.world import scenes

Spec = Mapping[str, Any]


@dataclass(frozen=True)
class Made:
    name: str
    content: bytes


def make(key: str, spec: Spec, *, by: str) -> Made | None:
    """The file of one piece of evidence, or None where it has none. ``by`` is who made it, for its title page."""
    kind, _colon, of = str(spec.get("file") or "").partition(":")
    if not kind:
        return None
    ending, maker = MAKERS[kind]
    return Made(name=f"{key}.{ending}", content=maker(key, of, spec, by))


# Pictures ---------------------------------------------------------------------------------------------------------


def _scene(key: str, of: str, _spec: Spec, _by: str) -> bytes:
    return scenes.picture(of, key)


def _screen(key: str, of: str, spec: Spec, _by: str) -> bytes:
    return scenes.screen(of, key, str(spec["title"]))


def _chart(_key: str, _of: str, spec: Spec, _by: str) -> bytes:
    return scenes.chart(spec["chart"], str(spec["title"]))


# Documents --------------------------------------------------------------------------------------------------------


def _paragraphs(spec: Spec) -> Iterable[tuple[str, str]]:
    """What a document says, as (style, words)."""
    yield "title", str(spec["title"])
    if what := spec.get("what"):
        yield "lead", str(what)
    for line in spec.get("lines") or ():
        yield "item", str(line)
    if impact := spec.get("impact"):
        yield "heading", "What came of it"
        yield "text", str(impact)
    for shown in spec.get("shown") or ():
        yield "small", f"{shown['who']}: {shown['permission']}. {shown.get('note', '')}"


PDF_STYLE = """
@page { size: A4; margin: 26mm 24mm; @bottom-center { content: counter(page); color: #777; font: 9pt sans-serif } }
body { font: 11.5pt/1.55 "DejaVu Serif", serif; color: #2b282c }
h1 { font-size: 22pt; line-height: 1.2; margin: 0 0 4mm }
.by { color: #6b655f; font: 10pt sans-serif; border-bottom: 0.6pt solid #b05834; padding-bottom: 4mm }
.lead { font-size: 12.5pt } h2 { font-size: 13pt; margin-top: 8mm } li { margin-bottom: 3mm } .small { color: #6b655f; font-size: 9pt }
"""


def _pdf(_key: str, _of: str, spec: Spec, by: str) -> bytes:
    parts: list[str] = []
    for style, words in _paragraphs(spec):
        said = escape(words)
        if style == "title":
            parts.append(f'<h1>{said}</h1><p class="by">{escape(by)}</p>')
        elif style == "item":
            opened = "" if parts[-1].startswith("<li>") else "<ul>"
            parts += [opened, f"<li>{said}</li>"] if opened else [f"<li>{said}</li>"]
        else:
            if parts[-1].startswith("<li>"):
                parts.append("</ul>")
            parts.append(f"<h2>{said}</h2>" if style == "heading" else f'<p class="{style}">{said}</p>')
    if parts[-1].startswith("<li>"):
        parts.append("</ul>")
    html = (
        f'<html lang="en"><head><title>{escape(str(spec["title"]))}</title></head>'
        f"<body>{''.join(parts)}</body></html>"
    )
    style, fonts = _type()
    written = weasyprint.HTML(string=html).write_pdf(
        stylesheets=[style], font_config=fonts, pdf_variant="pdf/ua-1"
    )
    return bytes(written)


@functools.cache
def _type() -> tuple[weasyprint.CSS, FontConfiguration]:
    """Read once: it takes longer than setting a page."""
    fonts = FontConfiguration()
    return weasyprint.CSS(string=PDF_STYLE, font_config=fonts), fonts


OFFICE = "http://schemas.openxmlformats.org"
EPOCH = (2020, 1, 1, 0, 0, 0)  # every ZIP of ours is the same each time


def _package(parts: Mapping[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{text}')
    return out.getvalue()


def _types(overrides: Mapping[str, str]) -> str:
    listed = "".join(
        f'<Override PartName="{part}" ContentType="{kind}"/>' for part, kind in overrides.items()
    )
    return (
        f'<Types xmlns="{OFFICE}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{listed}</Types>'
    )


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{i}" Type="{OFFICE}/officeDocument/2006/relationships/{kind}" Target="{target}"/>'
        for i, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{OFFICE}/package/2006/relationships">{listed}</Relationships>'


DOCX_STYLES = {
    "title": ("Title", '<w:sz w:val="44"/>', 240),
    "lead": ("Subtitle", '<w:sz w:val="26"/>', 200),
    "heading": ("heading 1", '<w:b/><w:sz w:val="28"/>', 160),
    "text": ("Normal", '<w:sz w:val="23"/>', 140),
    "small": ("caption", '<w:color w:val="6B655F"/><w:sz w:val="18"/>', 100),
    "item": ("List Paragraph", '<w:sz w:val="23"/>', 100),
}


def _docx(_key: str, _of: str, spec: Spec, by: str) -> bytes:
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/>'
        f'<w:pPr><w:spacing w:after="{after}"/></w:pPr><w:rPr>{look}</w:rPr></w:style>'
        for key, (name, look, after) in DOCX_STYLES.items()
    )
    body = ""
    for style, words in _paragraphs(spec):
        said = f"– {words}" if style == "item" else words
        body += f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t xml:space="preserve">{xml(said)}</w:t></w:r></w:p>'
        if style == "title":
            body += f'<w:p><w:pPr><w:pStyle w:val="small"/></w:pPr><w:r><w:t>{xml(by)}</w:t></w:r></w:p>'
    space = f'xmlns:w="{OFFICE}/wordprocessingml/2006/main"'
    return _package(
        {
            "[Content_Types].xml": _types(
                {
                    "/word/document.xml": f"{word}.document.main+xml",
                    "/word/styles.xml": f"{word}.styles+xml",
                }
            ),
            "_rels/.rels": _relations([("officeDocument", "word/document.xml")]),
            "word/_rels/document.xml.rels": _relations([("styles", "styles.xml")]),
            "word/document.xml": f"<w:document {space}><w:body>{body}<w:sectPr/></w:body></w:document>",
            "word/styles.xml": f"<w:styles {space}>{styles}</w:styles>",
        }
    )


SLIDE_WIDE, SLIDE_HIGH = 12_192_000, 6_858_000  # English metric units, 16:9


def _box(kind: str, at: tuple[int, int, int, int], lines: Sequence[str], *, size: int, colour: str) -> str:
    number = 2 if kind == "title" else 3
    x, y, w, h = at
    paragraphs = "".join(
        f'<a:p><a:r><a:rPr lang="en-GB" sz="{size}"><a:solidFill><a:srgbClr val="{colour}"/></a:solidFill>'
        f"</a:rPr><a:t>{xml(line)}</a:t></a:r></a:p>"
        for line in lines
    )
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{kind} {number}"/><p:cNvSpPr/><p:nvPr>'
        f'<p:ph type="{kind}"{" idx=" + chr(34) + "1" + chr(34) if kind == "body" else ""}/></p:nvPr></p:nvSpPr>'
        f'<p:spPr><a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="{w}" cy="{h}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr>'
        f'<p:txBody><a:bodyPr wrap="square"/><a:lstStyle/>{paragraphs or "<a:p/>"}</p:txBody></p:sp>'
    )


def _tree(shapes: str) -> str:
    return (
        '<p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
        f"{shapes}</p:spTree>"
    )


def _background(colour: str) -> str:
    return (
        f'<p:bg><p:bgPr><a:solidFill><a:srgbClr val="{colour}"/></a:solidFill><a:effectLst/></p:bgPr></p:bg>'
    )


def _theme() -> str:
    slots = ("dk1", "lt1", "dk2", "lt2", *(f"accent{i}" for i in range(1, 7)), "hlink", "folHlink")
    codes = (
        "2B282C",
        "F7F3EA",
        "2B282C",
        "F7F3EA",
        "266668",
        "B05834",
        "CE9A3E",
        "684264",
        "687646",
        "86ACC2",
        "266668",
        "684264",
    )
    colours = "".join(
        f'<a:{slot}><a:srgbClr val="{code}"/></a:{slot}>' for slot, code in zip(slots, codes, strict=True)
    )
    font = '<a:latin typeface="Georgia"/><a:ea typeface=""/><a:cs typeface=""/>'
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
    line = f'<a:ln w="9525">{fill}</a:ln>'
    effect = "<a:effectStyle><a:effectLst/></a:effectStyle>"
    return (
        f'<a:theme xmlns:a="{OFFICE}/drawingml/2006/main" name="Paper"><a:themeElements>'
        f'<a:clrScheme name="Paper">{colours}</a:clrScheme><a:fontScheme name="Paper">'
        f"<a:majorFont>{font}</a:majorFont><a:minorFont>{font}</a:minorFont></a:fontScheme>"
        f'<a:fmtScheme name="Paper"><a:fillStyleLst>{fill * 3}</a:fillStyleLst><a:lnStyleLst>{line * 3}</a:lnStyleLst>'
        f"<a:effectStyleLst>{effect * 3}</a:effectStyleLst><a:bgFillStyleLst>{fill * 3}</a:bgFillStyleLst>"
        "</a:fmtScheme></a:themeElements></a:theme>"
    )


def _pptx(_key: str, _of: str, spec: Spec, by: str) -> bytes:
    show = "application/vnd.openxmlformats-officedocument.presentationml"
    names = (
        f'xmlns:p="{OFFICE}/presentationml/2006/main" xmlns:a="{OFFICE}/drawingml/2006/main" '
        f'xmlns:r="{OFFICE}/officeDocument/2006/relationships"'
    )
    slides = [[str(line) for line in slide] for slide in spec.get("slides") or [[str(spec["title"]), by]]]
    colours = " ".join(
        f'{slot}="{colour}"'
        for slot, colour in (
            ("bg1", "lt1"),
            ("tx1", "dk1"),
            ("bg2", "lt2"),
            ("tx2", "dk2"),
            *((f"accent{i}", f"accent{i}") for i in range(1, 7)),
            ("hlink", "hlink"),
            ("folHlink", "folHlink"),
        )
    )
    parts = {
        "[Content_Types].xml": _types(
            {
                "/ppt/presentation.xml": f"{show}.presentation.main+xml",
                "/ppt/slideMasters/slideMaster1.xml": f"{show}.slideMaster+xml",
                "/ppt/slideLayouts/slideLayout1.xml": f"{show}.slideLayout+xml",
                "/ppt/theme/theme1.xml": "application/vnd.openxmlformats-officedocument.theme+xml",
                **{f"/ppt/slides/slide{i}.xml": f"{show}.slide+xml" for i in range(1, len(slides) + 1)},
            }
        ),
        "_rels/.rels": _relations([("officeDocument", "ppt/presentation.xml")]),
        "ppt/_rels/presentation.xml.rels": _relations(
            [
                ("slideMaster", "slideMasters/slideMaster1.xml"),
                ("theme", "theme/theme1.xml"),
                *(("slide", f"slides/slide{i}.xml") for i in range(1, len(slides) + 1)),
            ]
        ),
        "ppt/presentation.xml": (
            f'<p:presentation {names}><p:sldMasterIdLst><p:sldMasterId id="2147483648" r:id="rId1"/></p:sldMasterIdLst>'
            "<p:sldIdLst>"
            + "".join(f'<p:sldId id="{255 + i}" r:id="rId{i + 2}"/>' for i in range(1, len(slides) + 1))
            + f'</p:sldIdLst><p:sldSz cx="{SLIDE_WIDE}" cy="{SLIDE_HIGH}"/><p:notesSz cx="6858000" cy="9144000"/>'
            "</p:presentation>"
        ),
        "ppt/theme/theme1.xml": _theme(),
        "ppt/slideMasters/_rels/slideMaster1.xml.rels": _relations(
            [("slideLayout", "../slideLayouts/slideLayout1.xml"), ("theme", "../theme/theme1.xml")]
        ),
        "ppt/slideMasters/slideMaster1.xml": (
            f"<p:sldMaster {names}><p:cSld>{_background('F7F3EA')}{_tree('')}</p:cSld><p:clrMap {colours}/>"
            '<p:sldLayoutIdLst><p:sldLayoutId id="2147483649" r:id="rId1"/></p:sldLayoutIdLst></p:sldMaster>'
        ),
        "ppt/slideLayouts/_rels/slideLayout1.xml.rels": _relations(
            [("slideMaster", "../slideMasters/slideMaster1.xml")]
        ),
        "ppt/slideLayouts/slideLayout1.xml": (
            f'<p:sldLayout {names} type="obj"><p:cSld name="Title and text">{_tree("")}</p:cSld></p:sldLayout>'
        ),
    }
    for i, slide in enumerate(slides, 1):
        dark = i == 1
        title = _box(
            "title",
            (900_000, 1_000_000, 10_400_000, 1_900_000),
            slide[:1],
            size=4400,
            colour="F7F3EA" if dark else "266668",
        )
        text = _box(
            "body",
            (900_000, 3_100_000, 10_400_000, 2_900_000),
            slide[1:],
            size=2600,
            colour="F1E2CB" if dark else "2B282C",
        )
        parts[f"ppt/slides/_rels/slide{i}.xml.rels"] = _relations(
            [("slideLayout", "../slideLayouts/slideLayout1.xml")]
        )
        parts[f"ppt/slides/slide{i}.xml"] = (
            f"<p:sld {names}><p:cSld>{_background('266668' if dark else 'F7F3EA')}{_tree(title + text)}</p:cSld></p:sld>"
        )
    return _package(parts)


def _csv(key: str, _of: str, spec: Spec, _by: str) -> bytes:
    chance = random.Random(f"table {key}")  # noqa: S311 -- invented figures
    columns: Mapping[str, Sequence[Any]] = spec["columns"]
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in range(int(spec["rows"])):
        writer.writerow(_value(values, row, int(spec["rows"]), chance) for values in columns.values())
    return out.getvalue().encode()


def _value(values: Sequence[Any], row: int, rows: int, chance: random.Random) -> object:
    """Two numbers are bounds (from 1 to the number of rows: a running number); anything else is a list to choose from."""
    if len(values) == 2 and all(isinstance(v, int) for v in values):  # noqa: PLR2004 -- two bounds
        low, high = values
        if low == 1 and high >= rows:
            return row + 1
        return round(chance.triangular(low, high))
    return chance.choice(list(values))


# Sound and film ---------------------------------------------------------------------------------------------------

RATE = 8_000
SCALES = ((0, 2, 4, 7, 9, 12, 14, 16), (0, 2, 3, 7, 8, 12, 14, 15), (0, 2, 5, 7, 9, 12, 14, 17))


def sound(seed: str, *, seconds: float = 4.0) -> bytes:
    """A WAV of a quiet melody, in place of a voice: nobody real is to be heard here."""
    chance = random.Random(f"sound {seed}")  # noqa: S311 -- a melody, not a secret
    scale, base = chance.choice(SCALES), chance.choice((196.0, 220.0, 246.9, 261.6))
    mixed = array("d", bytes(8 * int(RATE * seconds)))
    at, step = 0.0, len(scale) // 2
    while at < seconds - 0.9:
        step = min(max(step + chance.choice((-2, -1, -1, 1, 1, 2)), 0), len(scale) - 1)
        length = chance.choice((0.3, 0.45, 0.45, 0.9))
        _pluck(mixed, at, base * 2 ** (scale[step] / 12), length + 0.5)
        at += length
    _pluck(mixed, 0.0, base / 2, seconds)
    loudest = max(abs(level) for level in mixed)
    samples = array("h", (int(level / loudest * 15_000) for level in mixed))
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return out.getvalue()


def _pluck(into: "array[float]", at: float, pitch: float, length: float) -> None:
    start, count = int(at * RATE), int(length * RATE)
    turn = math.tau * pitch / RATE
    for k in range(min(count, len(into) - start)):
        fade = math.exp(-4.5 * k / count) * min(1.0, k / 300)
        phase = turn * k
        into[start + k] += fade * (math.sin(phase) + 0.3 * math.sin(2 * phase))


def _sound(key: str, _of: str, _spec: Spec, _by: str) -> bytes:
    return sound(key)


def _ebml(code: int, *content: bytes) -> bytes:
    """One element of Matroska: its number, its length, its content."""
    body = b"".join(content)
    number = code.to_bytes((code.bit_length() + 7) // 8, "big")
    width = next(w for w in range(1, 9) if len(body) < (1 << 7 * w) - 1)
    return number + (len(body) | 1 << 7 * width).to_bytes(width, "big") + body


def _unsigned(code: int, value: int) -> bytes:
    return _ebml(code, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))


def webm(frames: Sequence[Image.Image], *, per_second: int) -> bytes:
    """A film that browsers play. A lossy WebP picture *is* a VP8 key frame, so no encoder is needed but Pillow's."""
    wide, high = frames[0].size
    blocks = []
    for number, frame in enumerate(frames):
        out = io.BytesIO()
        frame.save(out, "WEBP", quality=70, method=0)
        riff = out.getvalue()
        at = riff.index(b"VP8 ", 12)
        size = int.from_bytes(riff[at + 4 : at + 8], "little")
        moment = struct.pack(">h", number * 1000 // per_second)
        blocks.append(_ebml(0xA3, b"\x81", moment, b"\x80", riff[at + 8 : at + 8 + size]))
    head = _ebml(
        0x1A45DFA3,
        _unsigned(0x4286, 1),
        _unsigned(0x42F7, 1),
        _unsigned(0x42F2, 4),
        _unsigned(0x42F3, 8),
        _ebml(0x4282, b"webm"),
        _unsigned(0x4287, 2),
        _unsigned(0x4285, 2),
    )
    length = len(frames) * 1000 / per_second
    info = _ebml(
        0x1549A966,
        _unsigned(0x2AD7B1, 1_000_000),
        _ebml(0x4489, struct.pack(">d", length)),
        _ebml(0x4D80, b"collegium"),
        _ebml(0x5741, b"collegium"),
    )
    video = _ebml(0xE0, _unsigned(0xB0, wide), _unsigned(0xBA, high))
    track = _ebml(
        0xAE,
        _unsigned(0xD7, 1),
        _unsigned(0x73C5, 1),
        _unsigned(0x83, 1),
        _unsigned(0x9C, 0),
        _ebml(0x86, b"V_VP8"),
        video,
    )
    cluster = _ebml(0x1F43B675, _unsigned(0xE7, 0), *blocks)
    return head + _ebml(0x18538067, info, _ebml(0x1654AE6B, track), cluster)


FILM = (432, 288)
FRAMES, PER_SECOND = 18, 6


def _film(key: str, of: str, _spec: Spec, _by: str) -> bytes:
    """A slow move over a drawn scene, with a line beneath that shows how far it is."""
    chance = random.Random(f"film {key}")  # noqa: S311 -- a drawing
    still = scenes.scene(of if of in scenes.SCENES else "laboratory", chance).resize((720, 480))
    frames = []
    for k in range(FRAMES):
        share = k / (FRAMES - 1)
        ease = share * share * (3 - 2 * share)
        w, h = 720 - 180 * ease, 480 - 120 * ease
        x, y = 120 * ease, 70 * ease
        frame = still.resize(FILM, Image.Resampling.BILINEAR, box=(x, y, x + w, y + h))
        draw = ImageDraw.Draw(frame)
        draw.rectangle((0, FILM[1] - 5, FILM[0] * share, FILM[1]), fill=(206, 154, 62))
        frames.append(frame)
    return webm(frames, per_second=PER_SECOND)


MAKERS: dict[str, tuple[str, Callable[[str, str, Spec, str], bytes]]] = {
    "scene": ("jpg", _scene),
    "screen": ("png", _screen),
    "chart": ("png", _chart),
    "pdf": ("pdf", _pdf),
    "docx": ("docx", _docx),
    "pptx": ("pptx", _pptx),
    "csv": ("csv", _csv),
    "sound": ("wav", _sound),
    "film": ("webm", _film),
}

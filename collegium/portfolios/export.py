"""A portfolio to take along: a folder of pages that stand alone, and a document that prints well (PDF/UA-1)."""

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import segno
from django.conf import settings
from django.template.loader import render_to_string
from markupsafe import Markup

from collegium.design.icons import drawing
from collegium.foundation import clock, files
from collegium.foundation.files.types import claimed_type
from collegium.foundation.models import Blob
from collegium.portfolios import passages, queries

Files = Mapping[int, Blob]
WIDEST = 1024  # pixels of an image on paper
FONT = re.compile(r'url\("(fonts/[^"]+)"\)')
# The four components, in the icons and the (light) colours that they have everywhere.
MARKS = {
    "description": ("text", "#2f5aa0"),
    "evidence": ("paperclip", "#8f5300"),
    "reflection": ("lightbulb", "#8c3372"),
    "impact": ("sprout", "#166a45"),
}


@lru_cache(maxsize=1)
def _marks() -> Markup:
    """The marks as backgrounds: decoration, which neither a screen reader nor a tagged document speaks of."""
    rules = []
    for key, (name, colour) in MARKS.items():
        svg = (
            '<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24" fill="none"'
            f' stroke="{colour}" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{drawing(name)}</svg>'
        )
        rules.append(
            f".component--{key} > .component__title, .component__title--{key}"
            f' {{ background-image: url("data:image/svg+xml,{quote(svg)}"); }}'
        )
    return Markup("\n".join(rules))  # noqa: S704 -- made of our own drawings


def _cover(taken: dict[str, Any]) -> Markup:
    """The portfolio as a shelf of spines, each as wide as its section is long: no two covers are the same."""
    spines, left = [], 0.0
    tints = ["#0f5260", "#3d7884", "#0a3b46", "#5d929c"]
    for index, section in enumerate(taken["sections"]):
        wide = 16 + min(section["words"], 1500) / 22
        tall = 150 - (index * 37 % 5) * 9
        spines.append(
            f'<rect x="{left:.1f}" y="{170 - tall}" width="{wide:.1f}" height="{tall}" fill="{tints[index % 4]}"/>'
            f'<rect x="{left + 4:.1f}" y="{170 - tall + 14}" width="{wide - 8:.1f}" height="1.6" fill="#faf6ee"/>'
        )
        left += wide + 3
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {max(left, 620):.0f} 170">{"".join(spines)}</svg>'
    return Markup(f'.document__cover::before {{ background-image: url("data:image/svg+xml,{quote(svg)}"); }}')  # noqa: S704 -- numbers of our own


def _context(taken: dict[str, Any], addresses: dict[int, str], *, show_access: bool) -> dict[str, Any]:
    moved = {
        **taken,
        "sections": [
            {
                **section,
                "components": [
                    {**each, "html": passages.with_images_from(each["html"], addresses)}
                    for each in section["components"]
                ],
            }
            for section in taken["sections"]
        ],
    }
    return {
        "taken": moved,
        "evidence_by_id": queries.evidence_by_id(taken),
        "evidence_url": lambda number: addresses.get(number, ""),
        "show_access": show_access,
        "made_on": clock.today(),
        "marks": _marks() + _cover(taken),
    }


# A folder of pages ----------------------------------------------------------------------------------------------------


def html_folder(taken: dict[str, Any], brought: Files, *, show_access: bool = False) -> bytes:
    """A ZIP with index.html, a page for each section, style, fonts and the files of the evidence.

    ``taken`` is a snapshot; ``brought`` the files by the id of their evidence, under 0 that of a portfolio made elsewhere.
    """
    brought = {number: _shareable(blob) for number, blob in brought.items()}
    names = {
        each["id"]: _file_name(each["id"], each["file_name"], brought[each["id"]])
        for each in taken["evidence"]
        if each["id"] in brought
    }
    context = _context(
        taken, {number: quote(name) for number, name in names.items()}, show_access=show_access
    )
    pages = [(section, _page_name(section)) for section in context["taken"]["sections"]]
    elsewhere = ""
    if taken["elsewhere"] and 0 in brought:
        names[0] = _file_name(0, taken["elsewhere"]["file_name"], brought[0])
        elsewhere = quote(names[0])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as folder:
        put = _putter(folder)
        put(
            "index.html",
            render_to_string(
                "portfolios/export/index.jinja", {**context, "pages": pages, "elsewhere_file": elsewhere}
            ),
        )
        for number, (section, name) in enumerate(pages):
            beside = {
                "section": section,
                "before": pages[number - 1] if number else None,
                "after": pages[number + 1] if number + 1 < len(pages) else None,
            }
            put(name, render_to_string("portfolios/export/section.jinja", {**context, **beside}))
        from collegium.design import documents  # late: setting type takes 20 MB, and most workers never do

        sheet = documents.static_file("design/document.css").decode()
        put("style/document.css", sheet)
        put("style/folder.css", documents.static_file("portfolios/folder.css"))
        for font in sorted(set(FONT.findall(sheet))):
            put(f"style/{font}", documents.static_file(f"design/{font}"))
        for evidence_id, name in names.items():
            folder.write(brought[evidence_id].path, name, compress_type=zipfile.ZIP_STORED)
    return out.getvalue()


def _shareable(blob: Blob) -> Blob:
    """Images without where and with what they were taken: a folder is made to be put on the web."""
    return files.without_metadata(blob) or blob


def _putter(folder: zipfile.ZipFile) -> Callable[[str, str | bytes], None]:
    moment = clock.now().timetuple()[:6]

    def put(name: str, content: str | bytes) -> None:
        entry = zipfile.ZipInfo(name, date_time=moment)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = 0o644 << 16
        folder.writestr(entry, content)

    return put


def _page_name(section: dict[str, Any]) -> str:
    return f"section-{re.sub(r'[^A-Za-z0-9.-]+', '-', section['key'])}.html"


def _file_name(number: int, name: str, blob: Blob) -> str:
    """With its number before it, since two files may have one name, and with the ending of what it is."""
    clean = re.sub(r"[^\w.\- ]+", "-", files.clean_name(name) or "file").strip(" .-") or "file"
    if claimed_type(clean) != blob.media_type:
        stem = clean.rpartition(".")[0] if claimed_type(clean) else clean
        clean = f"{stem}.{files.ending_of(blob.media_type)}"
    return f"files/{number}-{clean}" if number else f"files/{clean}"


# A document -----------------------------------------------------------------------------------------------------------


def pdf(taken: dict[str, Any], brought: Files, *, show_access: bool = False) -> bytes:
    """One tagged document: cover, contents, a part for each section, the list of evidence, the declaration."""
    shown: dict[str, tuple[bytes, str]] = {}
    addresses: dict[int, str] = {}
    for each in taken["evidence"]:
        blob = brought.get(each["id"])
        if blob is None:
            continue
        if each["kind"] == "image":
            smaller = files.thumbnail(blob, WIDEST)
            if smaller is not None:
                addresses[each["id"]] = f"/images/{each['id']}"
                shown[addresses[each["id"]]] = (smaller.read(), smaller.media_type)
        else:
            addresses[each["id"]] = f"{settings.SITE_URL}/evidence/{each['id']}/file"
    codes = {}
    for each in taken["evidence"]:
        address = each["url"] or (addresses.get(each["id"], "") if each["kind"] in {"audio", "video"} else "")
        if address:
            codes[each["id"]] = f"/codes/{each['id']}"
            shown[codes[each["id"]]] = (_code(address), "image/svg+xml")
    context = _context(taken, addresses, show_access=show_access)
    for each in context["evidence_by_id"].values():
        each["qr"] = codes.get(each["id"], "")
    from collegium.design import documents  # late: as above

    return documents.pdf(render_to_string("portfolios/export/book.jinja", context), files=shown)


def _code(address: str) -> bytes:
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", border=1, xmldecl=True, svgns=True, dark="#241f1a")
    return out.getvalue()

"""Everything of mine as one ZIP, written while it is sent: no file of it ever stands on the server."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string

from collegium.foundation import clock
from collegium.foundation.files import clean_name
from collegium.people.export import EXPORTS, File
from collegium.people.models import Person

CHUNK = 262_144


class _Passage(io.RawIOBase):
    """What a ZIP is written into, a piece at a time, and taken out of again."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.waiting += data
        return len(data)

    def take(self) -> bytes:
        taken = bytes(self.waiting)
        self.waiting.clear()
        return taken


def stream(person: Person) -> Iterator[bytes]:
    """The archive in pieces. Facts are read when it begins; a file that is missing by then is named in the index."""
    passage = _Passage()
    facts: dict[str, Any] = {}
    parts: list[dict[str, Any]] = []
    moment = clock.now()
    with zipfile.ZipFile(passage, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive:
        for export in EXPORTS.values():
            told, files = export.hand_over(person)
            facts[export.key] = told
            names: list[str] = []
            for name, content in _named(export.key, files):
                names.append(name)
                yield from _added(archive, passage, name, content)
            parts.append({"key": export.key, "title": str(export.title), "facts": told, "files": names})
        whole = {"site": settings.SITE_URL, "made_at": moment, **facts}
        text = json.dumps(whole, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
        archive.writestr("data.json", text)
        # The page shows what the file says, so that both say the same.
        for part in parts:
            part["facts"] = json.loads(json.dumps(part["facts"], cls=DjangoJSONEncoder))
        archive.writestr(
            "index.html",
            render_to_string("people/archive.jinja", {"person": person, "made_at": moment, "parts": parts}),
        )
        yield passage.take()
    yield passage.take()


def _named(key: str, files: Any) -> Iterator[File]:
    """Names that no program unpacking them could follow out of the folder, and no two alike."""
    taken: set[str] = set()
    for wanted, content in files:
        steps = [clean_name(step) for step in Path(wanted).parts if step not in {"/", "..", "."}]
        name = "/".join(["files", clean_name(key), *(steps or ["file"])])
        number = 1
        while name.casefold() in taken:
            number += 1
            stem, point, ending = (steps or ["file"])[-1].rpartition(".")
            last = f"{stem} {number}.{ending}" if point else f"{ending} {number}"
            name = "/".join(["files", clean_name(key), *(steps or ["file"])[:-1], last])
        taken.add(name.casefold())
        yield name, content


def _added(archive: zipfile.ZipFile, passage: _Passage, name: str, content: Path | bytes) -> Iterator[bytes]:
    if isinstance(content, bytes):
        archive.writestr(name, content)
        yield passage.take()
        return
    try:
        source = content.open("rb")
    except OSError:
        archive.writestr(f"{name}.missing.txt", "This file is missing from the store.")
        return
    with source, archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as target:
        while piece := source.read(CHUNK):
            target.write(piece)
            yield passage.take()

"""The letters that went out in a rehearsal, as files that any mail program opens."""

import re
from email.utils import format_datetime
from pathlib import Path

from collegium.home.rehearsal.telling import Telling

CHAPTER_FILE = "letters"


def leave(told: Telling, folder: Path) -> int:
    """One file a letter and reader, in the order in which they went; dated by the moved clock."""
    out = folder / CHAPTER_FILE
    out.mkdir(parents=True, exist_ok=True)
    for number, (moment, letter) in enumerate(told.sent, start=1):
        letter.extra_headers["Date"] = format_datetime(moment)
        reader = re.sub(r"[^a-z]+", "-", letter.to[0].partition("@")[0].lower()).strip("-")
        name = f"{number:04}-{moment:%Y-%m-%d}-{reader}.eml"
        (out / name).write_bytes(letter.message().as_bytes())
    told.files.append(
        (f"{CHAPTER_FILE}/", f"The {len(told.sent)} letters that were sent, as text and HTML (`.eml`)")
    )
    return len(told.sent)

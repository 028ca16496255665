"""The letters that went out in a rehearsal, as files that any mail program opens."""

import re
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Any

from collegium.home.rehearsal.telling import Telling

CHAPTER_FILE = "letters"


def answer_to(letter: Any, words: str, *, by: str, number: int) -> tuple[bytes, str]:
    """What a mail program sends when somebody presses “reply”, with what is answered below; and to which address."""
    began = letter.message()
    answer = EmailMessage()
    answer["From"] = by
    answer["To"] = recipient = parseaddr(str(began["Reply-To"] or ""))[1]
    answer["Subject"] = f"Re: {letter.subject}"
    answer["Message-ID"] = f"<{number}@mail.rehearsal.example>"
    answer["In-Reply-To"] = began["Message-ID"]
    quoted = "".join(f"> {line}\n" for line in letter.body.splitlines())
    answer.set_content(f"{words}\n\nOn Tuesday, Collegium wrote:\n{quoted}")
    return answer.as_bytes(), recipient


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

"""Evidence for a story: a picture, a tagged document, a link, a note, what somebody said, and numbers. Real files."""

import csv
import datetime as dt
import io
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.files.base import ContentFile
from django.template.loader import render_to_string
from PIL import Image

from collegium.design import documents
from collegium.home.rehearsal.stories import Story
from collegium.home.world import scenes


@dataclass(frozen=True)
class Exhibit:
    """What is needed to capture one piece, and which faults it is given to be found and mended."""

    name: str
    capture: dict[str, Any]
    mends: dict[str, Any] = field(default_factory=dict)  # what an edit puts right
    mended: str = ""  # in words


PICTURE, DOCUMENT, LINK = "a picture", "a document", "a link"
NOTE, SAID, NUMBERS = "a note", "what somebody said", "numbers"


def exhibits(
    story: Story, *, of: str, base: str, day: dt.date, faulty: bool, only: Collection[str] = ()
) -> Iterator[Exhibit]:
    """Six pieces of one story, or only some. ``base`` is where its links lead. Faulty: with what candidates forget."""
    makers: dict[str, Callable[[], Exhibit]] = {
        PICTURE: lambda: _picture(story, day, faulty=faulty),
        DOCUMENT: lambda: _document(story, of, day),
        LINK: lambda: _link(story, base, day, faulty=faulty),
        NOTE: lambda: _note(story, day),
        SAID: lambda: _said(story, day),
        NUMBERS: lambda: _numbers(story, day),
    }
    for name, make in makers.items():
        if not only or name in only:
            yield make()


def _note(story: Story, day: dt.date) -> Exhibit:
    return Exhibit(
        NOTE,
        {
            "title": f"Notes on the way: {story.title.lower()}",
            "body": "".join(f"<p>{sentence}</p>" for sentence in story.sentences["reflection"][:3]),
            "description": "What I wrote down while it went on, unchanged.",
            "happened_on": day,
        },
    )


def _said(story: Story, day: dt.date) -> Exhibit:
    return Exhibit(
        SAID,
        {
            "kind": "testimonial",
            "title": f"{story.by}, in their own words",
            "body": f"<p>{story.heard}</p>",
            "said_by": story.by,
            "description": "Said in a conversation and written down with their agreement.",
            "happened_on": day + dt.timedelta(days=40),
        },
    )


def _picture(story: Story, day: dt.date, *, faulty: bool) -> Exhibit:
    alt = (
        f"A plot. {story.unit}: "
        + ", ".join(f"{label}: {value:g}" for label, value in story.picture.items())
        + "."
    )
    drawn = scenes.chart({"unit": story.unit, "bars": dict(story.picture)}, story.title)
    return Exhibit(
        PICTURE,
        {
            "title": f"{story.title}: what we counted",
            "upload": ContentFile(_trimmed(drawn, len(story.picture)), name=f"{story.page}.png"),
            "alt_text": "" if faulty else alt,
            "description": f"{story.unit}, counted in the same way each time.",
            "impact": story.sentences["impact"][0],
            "happened_on": day + dt.timedelta(days=30),
        },
        mends={"alt_text": alt} if faulty else {},
        mended="is said in words, for those who cannot see it",
    )


def _trimmed(drawn: bytes, bars: int) -> bytes:
    """Without the empty paper below few bars."""
    image = Image.open(io.BytesIO(drawn))
    out = io.BytesIO()
    image.crop((0, 0, image.width, min(image.height, 190 + 100 * bars))).save(out, "PNG")
    return out.getvalue()


def _document(story: Story, of: str, day: dt.date) -> Exhibit:
    page = render_to_string("home/rehearsal/paper.jinja", {"story": story, "of": of, "day": day})
    return Exhibit(
        DOCUMENT,
        {
            "title": f"{story.title}: report of one year",
            "upload": ContentFile(documents.pdf(page), name=f"{story.page}.pdf"),
            "description": "The report that I wrote for my team after the first year.",
            "impact": story.sentences["impact"][1],
            "happened_on": day + dt.timedelta(days=50),
            "people_shown": [
                {"who": story.by, "permission": "agreed", "note": "Agreed in writing to be quoted."}
            ],
        },
    )


def _link(story: Story, base: str, day: dt.date, *, faulty: bool) -> Exhibit:
    address = f"{base}/{story.page}"
    return Exhibit(
        LINK,
        {
            "title": f"{story.title}, on the web",
            "url": f"{address}-of-last-year" if faulty else address,
            "description": "The page as those who take part see it.",
            "happened_on": day,
            "people_shown": [{"who": "The group of that year", "permission": "unasked"}]
            if faulty
            else [{"who": "The group of that year", "permission": "anonymised", "note": "First names only."}],
        },
        mends={"url": address} if faulty else {},
        mended="leads to the right address",
    )


def _numbers(story: Story, day: dt.date) -> Exhibit:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["when", story.unit])
    writer.writerows(story.picture.items())
    return Exhibit(
        NUMBERS,
        {
            "kind": "data",
            "title": f"{story.title}: the numbers",
            "upload": ContentFile(out.getvalue().encode(), name=f"{story.page}.csv"),
            "description": "The table behind the plot.",
            "happened_on": day + dt.timedelta(days=30),
        },
    )

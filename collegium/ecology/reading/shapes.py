"""What a feed says, whatever its format: all of it safe to store and to show, none of it checked against what is known.

Words are plain text, ``html`` is sanitised, addresses are absolute http(s) or empty, times are in UTC or None.
"""

from dataclasses import dataclass
from datetime import datetime


class Unreadable(Exception):  # noqa: N818 -- an answer about what was fetched
    """Nothing can be read from it. ``finding`` is a key of ``doctor.findings``; ``detail`` may be shown."""

    def __init__(self, finding: str, detail: str = "") -> None:
        super().__init__(f"{finding}: {detail}" if detail else finding)
        self.finding = finding
        self.detail = detail


@dataclass(frozen=True)
class ReadEnclosure:
    url: str
    media_type: str = ""
    size: int | None = None  # bytes, as the feed says
    seconds: int | None = None
    title: str = ""


@dataclass(frozen=True)
class ReadEntry:
    guid: str = ""  # as the feed has it; empty where it has none
    url: str = ""
    title: str = ""
    summary: str = ""  # plain, at most 600 characters
    html: str = ""  # all the feed brings of it
    author_name: str = ""
    published_at: datetime | None = None
    edited_at: datetime | None = None
    tags: tuple[str, ...] = ()  # as written; hashtags of a note too
    enclosures: tuple[ReadEnclosure, ...] = ()
    licence_url: str = ""  # its own; empty: its feed's
    language: str = ""  # its own; empty: its feed's
    kind: str = "post"  # of ``Item.Kind``
    picture_url: str = ""
    also_at: tuple[str, ...] = ()  # canonical, syndicated, shortened addresses of the very same thing
    begins_at: datetime | None = None
    ends_at: datetime | None = None
    place: str = ""
    comments_url: str = ""


@dataclass(frozen=True)
class ReadFeed:
    format: (
        str  # "rss0.91" … "rss2.0", "rss1.0", "atom0.3", "atom1.0", "json1.0", "json1.1", "icalendar", "page"
    )
    title: str = ""
    page_url: str = ""
    description: str = ""
    language: str = ""
    author_name: str = ""
    rights: str = ""
    licence_url: str = ""
    picture_url: str = ""
    self_url: str = ""
    hub_urls: tuple[str, ...] = ()
    moved_to: str = ""  # itunes:new-feed-url
    refresh_seconds: int | None = None  # ttl, sy:updatePeriod
    entries: tuple[ReadEntry, ...] = ()
    findings: tuple[str, ...] = ()  # what was wrong, though it could be read

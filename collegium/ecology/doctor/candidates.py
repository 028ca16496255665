"""What an examination finds."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.core import signing

from collegium.ecology.reading import ReadEntry

_SALT = "collegium.ecology.candidate"


@dataclass(frozen=True)
class Finding:
    """Something that is wrong or worth knowing: ``key`` is one of ``findings.FINDINGS``."""

    key: str
    detail: str = ""
    url: str = ""


@dataclass(frozen=True)
class Candidate:
    """Something that can be followed."""

    feed_url: str
    page_url: str = ""
    title: str = ""
    kind: str = "blog"  # of Source.Kind
    format: str = "feed"  # of Source.Format
    how: str = ""  # a key of ``findings.HOW``: how it was found
    is_filtered: bool = False  # brings only what has the hashtag that was asked for
    preview: tuple[ReadEntry, ...] = field(default=(), compare=False)
    findings: tuple[Finding, ...] = field(default=(), compare=False)
    entry_count: int = 0

    @property
    def host(self) -> str:
        return urlsplit(self.feed_url).hostname or ""

    def sealed(self) -> str:
        """For a form: comes back as it was found, or not at all."""
        return signing.dumps(
            [self.feed_url, self.page_url, self.title[:300], self.kind, self.format],
            salt=_SALT,
            compress=True,
        )


def unsealed(text: str) -> Candidate | None:
    try:
        feed_url, page_url, title, kind, shape = signing.loads(text, salt=_SALT, max_age=24 * 3600)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Candidate(feed_url=feed_url, page_url=page_url, title=title, kind=kind, format=shape)


@dataclass(frozen=True)
class Examination:
    asked: str
    page_url: str = ""
    candidates: tuple[Candidate, ...] = ()
    findings: tuple[Finding, ...] = ()
    outlines: bool = False  # it is an OPML file: to be imported as a whole

    def as_json(self) -> dict[str, Any]:
        """Of each preview only what a page shows of it."""
        return {
            "asked": self.asked,
            "page_url": self.page_url,
            "outlines": self.outlines,
            "findings": [asdict(each) for each in self.findings],
            "candidates": [
                {name: getattr(each, name) for name in _PLAIN}
                | {
                    "findings": [asdict(finding) for finding in each.findings],
                    "preview": [_shown(entry) for entry in each.preview],
                }
                for each in self.candidates
            ],
        }

    @classmethod
    def of_json(cls, said: dict[str, Any]) -> "Examination":
        return cls(
            asked=said["asked"],
            page_url=said["page_url"],
            outlines=said["outlines"],
            findings=tuple(Finding(**each) for each in said["findings"]),
            candidates=tuple(
                Candidate(
                    **{name: each[name] for name in _PLAIN},
                    findings=tuple(Finding(**finding) for finding in each["findings"]),
                    preview=tuple(_entry(entry) for entry in each["preview"]),
                )
                for each in said["candidates"]
            ),
        )


_PLAIN = ("feed_url", "page_url", "title", "kind", "format", "how", "is_filtered", "entry_count")
_MOST_WORDS = 400  # of a preview


def _shown(entry: ReadEntry) -> dict[str, Any]:
    at = entry.begins_at or entry.published_at
    return {
        "title": entry.title[:300],
        "summary": entry.summary[:_MOST_WORDS],
        "at": at.isoformat() if at else "",
        "tags": list(entry.tags[:10]),
    }


def _entry(said: dict[str, Any]) -> ReadEntry:
    at = datetime.fromisoformat(said["at"]) if said["at"] else None
    return ReadEntry(title=said["title"], summary=said["summary"], published_at=at, tags=tuple(said["tags"]))

"""Where a piece of evidence comes from, in words: on its page, in a portfolio, and in everything of mine."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from collegium.design.filters import day_in_words
from collegium.evidence.models import Evidence, SourceKind


@dataclass(frozen=True)
class Provenance:
    kind: str
    sentence: str  # "A post by Ada in “Week 3”, 4 March 2027"
    copied: str  # when, and whether it is all of it
    url: str
    author: str  # empty where they have left, and where nobody in particular said it
    is_own: bool  # the owner's own words or deeds
    at: datetime | None
    frozen_at: datetime
    html: str
    sha256: str

    @property
    def is_unchanged(self) -> bool:
        """Whether the copy is still what was copied."""
        return fingerprint(self.html) == self.sha256


def fingerprint(html: str) -> str:
    return hashlib.sha256(html.encode()).hexdigest()


def of(evidence: Evidence) -> Provenance | None:
    """None for what came from nowhere on this site. Asks the database nothing."""
    if not evidence.source_kind or evidence.frozen_at is None:
        return None
    is_own = evidence.source_author_id is not None and evidence.source_author_id == evidence.owner_id
    return Provenance(
        kind=evidence.source_kind,
        sentence=_sentence(evidence),
        copied=_copied(evidence, is_own=is_own),
        url=evidence.source_url,
        author=evidence.source_name,
        is_own=is_own,
        at=evidence.source_at,
        frozen_at=evidence.frozen_at,
        html=evidence.frozen_html,
        sha256=evidence.frozen_sha256,
    )


def _sentence(evidence: Evidence) -> str:
    facts = {
        "title": evidence.source_title,
        "name": evidence.source_name or _("somebody who has left"),
        "day": day_in_words(evidence.source_at) if evidence.source_at else "",
    }
    match evidence.source_kind:
        case SourceKind.POST:
            return _("A post by %(name)s in “%(title)s”, %(day)s") % facts
        case SourceKind.PROJECT:
            return _("A project by %(name)s in the project bank: “%(title)s”, %(day)s") % facts
        case SourceKind.ITEM:
            return _("“%(title)s” by %(name)s, published on %(day)s, from the river") % facts
        case _other:
            return _("Attendance of “%(title)s” by %(name)s, %(day)s, as it was noted on this site") % facts


def _copied(evidence: Evidence, *, is_own: bool) -> str:
    facts = {"day": day_in_words(evidence.frozen_at) if evidence.frozen_at else ""}
    if evidence.source_kind == SourceKind.ATTENDANCE:
        return _("Copied from the list on %(day)s.") % facts
    if is_own:
        return (
            _("Copied word for word on %(day)s. What becomes of the original does not change the copy.")
            % facts
        )
    return _("An excerpt, copied on %(day)s: the words of somebody else, who is named.") % facts


def as_data(evidence: Evidence) -> dict[str, Any] | None:
    """For snapshots and exports: what a reader needs who has never seen this site."""
    found = of(evidence)
    if found is None:
        return None
    return {
        "kind": found.kind,
        "sentence": found.sentence,
        "copied": found.copied,
        "url": found.url,
        "author": found.author,
        "is_own": found.is_own,
        "at": found.at.isoformat() if found.at else None,
        "frozen_at": found.frozen_at.isoformat(),
        "html": found.html,
        "sha256": found.sha256,
    }

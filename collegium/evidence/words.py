"""The words of evidence, for its owner: what it is called, what is said of it, and what stands in it. Never how to get in.

It is kept by owner, so that what others keep makes nobody's search slower.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from collegium.evidence.models import Evidence
from collegium.foundation import fulltext, richtext

BATCH = 500
_READ = (
    "pk",
    "owner_id",
    "title",
    "description",
    "impact",
    "body",
    "frozen_html",
    "said_by",
    "alt_text",
    "file_name",
    "source_title",
    "source_name",
    "url",
)


def entries(evidence: "QuerySet[Any]") -> list[fulltext.Entry]:
    return [_entry(*row) for row in evidence.values_list(*_READ)]


def _entry(key: int, owner: int, title: str, *said: str) -> fulltext.Entry:
    *plain, url = said
    description, impact, body, frozen, *rest = plain
    note = [richtext.beginning(html, len(html)) for html in (body, frozen) if html]
    named = [url.partition("://")[2]]
    return fulltext.Entry(
        key=key, title=title, body="\n".join([description, impact, *note, *rest, *named]), scope=owner
    )


def batch(evidence: "QuerySet[Any]", after: int) -> tuple[list[fulltext.Entry], int | None]:
    """The entries of the next by key, with the last key, and None once there are no more."""
    found = entries(evidence.filter(pk__gt=after).order_by("pk")[:BATCH])
    return found, found[-1].key if len(found) == BATCH else None


EVIDENCE = fulltext.Index(
    "evidence_evidence_words", rows=lambda after: batch(Evidence.objects.order_by("pk"), after)
)


def index_evidence(evidence_ids: Iterable[int]) -> None:
    """Bring the index in step with these pieces as they are now; those that are gone leave it. Safe to repeat."""
    wanted = set(evidence_ids)
    found = entries(Evidence.objects.filter(pk__in=wanted))
    EVIDENCE.put(*found)
    EVIDENCE.remove(sorted(wanted - {each.key for each in found}))


def forget(evidence: "QuerySet[Evidence]") -> None:
    """Before these are deleted."""
    EVIDENCE.remove(list(evidence.values_list("pk", flat=True)))

"""Evidence as the pages of a portfolio need it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.urls import reverse

from collegium.evidence.models import Alignment, Evidence
from collegium.foundation.models import Blob
from collegium.foundation.prepared import prepared
from collegium.people.models import Person
from collegium.portfolios.models import Placement, Portfolio, Section
from collegium.portfolios.queries.desk import Desk, DeskSection

THUMBNAIL = 640  # of the sizes that foundation.files makes
MOST_FOUND = 40
MOST_FITTING = 24


@dataclass(frozen=True)
class Fitting:
    """Evidence that speaks for a section's criterion and is not placed in it."""

    evidence: Evidence
    strength: str


def fitting(desk: Desk, here: DeskSection, writer: Person | None = None) -> list[Fitting]:
    """One query; strongest first. For a section with dimensions, what speaks for these fits too.

    Of the evidence of the portfolio's owner, or of whoever writes in the portfolio of a group.
    """
    owner = desk.portfolio.owner_id if writer is None else writer.pk
    found: dict[int, Fitting] = {}
    for alignment in _fitting(owner, here.section.node_id, here.section.pk):
        found.setdefault(
            alignment.evidence_id,
            Fitting(alignment.evidence, str(Alignment.Strength(alignment.strength).label)),
        )
    return list(found.values())


@prepared
def _fitting(owner: int, node: int, section: int) -> "QuerySet[Alignment]":
    through: Any = Section.dimensions.through
    dimensions = through.objects.filter(section=section)
    placed = Placement.objects.filter(section=section, evidence=OuterRef("evidence"))
    return (
        Alignment.objects.filter(
            Q(node=node) | Q(node__in=dimensions.values("node")), ~Exists(placed), evidence__owner=owner
        )
        .select_related("evidence")
        .order_by("-strength", "-evidence_id")[:MOST_FITTING]
    )


def own_evidence(person: Person, words: str) -> list[Evidence]:
    """What of one's own has all these words in its title or description; the newest first."""
    found = Evidence.objects.filter(owner=person)
    for word in words.split()[:8]:
        found = found.filter(Q(title__icontains=word) | Q(description__icontains=word))
    return list(found.order_by("-pk")[:MOST_FOUND])


def card(evidence: Evidence) -> dict[str, Any]:
    """What the editor shows of a piece that is embedded in the words."""
    is_image = evidence.kind == Evidence.Kind.IMAGE and evidence.blob_id is not None
    return {
        "id": evidence.pk,
        "title": evidence.title,
        "kind": evidence.kind,
        "kind_title": str(evidence.get_kind_display()),
        "url": evidence.get_absolute_url(),
        "thumbnail": reverse("evidence:thumbnail", args=[evidence.pk, THUMBNAIL]) if is_image else "",
        "alt": evidence.alt_text,
    }


def cards(pieces: Iterable[Evidence]) -> list[dict[str, Any]]:
    return [card(evidence) for evidence in pieces]


def evidence_count(portfolio: Portfolio) -> int:
    return Placement.objects.filter(section__portfolio=portfolio).values("evidence").distinct().count()


def files_of(portfolio: Portfolio) -> dict[int, Blob]:
    """The file of each piece of evidence by its id, and under 0 that of a portfolio made elsewhere."""
    found = {
        evidence.pk: evidence.blob
        for evidence in Evidence.objects.filter(placements__section__portfolio=portfolio, blob__isnull=False)
        .select_related("blob")
        .distinct()
        if evidence.blob is not None
    }
    if portfolio.elsewhere_blob is not None:
        found[0] = portfolio.elsewhere_blob
    return found


def size_of_files(portfolio: Portfolio) -> int:
    """Bytes of all files that a folder of pages would hold."""
    blobs = Blob.objects.filter(
        pk__in=Evidence.objects.filter(placements__section__portfolio=portfolio).values("blob")
    )
    total: int | None = blobs.aggregate(total=Sum("size"))["total"]
    return total or 0

"""How a portfolio is balanced over its criteria, principles and evidence; what is thin, and what is left over."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collegium.evidence.models import Alignment, Evidence
from collegium.portfolios.models import Placement
from collegium.portfolios.queries.desk import Desk, DeskSection

MUCH, SOME = 150, 50  # marked words from which a dot is drawn larger
SHOWN_LEFT_OVER = 12


@dataclass(frozen=True)
class Balance:
    """Rows and columns as ``ui.matrix`` takes them, and sentences."""

    principles: list[dict[str, str]]
    by_principle: list[dict[str, Any]]
    sections: list[dict[str, str]]
    by_evidence: list[dict[str, Any]]
    thin: list[str]
    left_over: list[Evidence]
    left_over_count: int


def balance(desk: Desk) -> Balance:
    """Two queries beyond the desk's: the alignments of what is placed, and what is placed nowhere."""
    alignments: dict[int, list[Alignment]] = {}
    for alignment in Alignment.objects.filter(evidence__in=list(desk.placed)):
        alignments.setdefault(alignment.evidence_id, []).append(alignment)
    left_over = _left_over(desk)
    return Balance(
        principles=[{"code": each.code, "title": each.title} for each in desk.plan.principles],
        by_principle=_by_principle(desk, alignments),
        sections=[{"code": each.code or each.short, "title": each.label} for each in _columns(desk)],
        by_evidence=_by_evidence(desk, alignments),
        thin=thin(desk, alignments),
        left_over=left_over[:SHOWN_LEFT_OVER],
        left_over_count=len(left_over),
    )


def _left_over(desk: Desk) -> list[Evidence]:
    used = Placement.objects.filter(section__portfolio=desk.portfolio).values("evidence")
    return list(
        Evidence.objects.filter(owner=desk.portfolio.owner_id)
        .exclude(pk__in=used)
        .only("pk", "title", "kind", "happened_on", "owner")
        .order_by("-pk")[:100]
    )


def marked(desk: Desk) -> dict[tuple[int, str], int]:
    """Words marked with a principle, by section and code."""
    return {(each.section.pk, code): words for each in desk for code, words in each.marks.items()}


def _by_principle(desk: Desk, alignments: dict[int, list[Alignment]]) -> list[dict[str, Any]]:
    words = marked(desk)
    rows = []
    for each in desk:
        cells: list[dict[str, Any] | None] = []
        for principle in desk.plan.principles:
            count = words.get((each.section.pk, principle.code), 0)
            strength = max(
                (
                    alignment.strength
                    for placement in each.placements
                    for alignment in alignments.get(placement.evidence_id, [])
                    if alignment.principle_id == principle.row.pk
                ),
                default=0,
            )
            level = max(_level(count), strength)
            cells.append({"level": level, "label": _cell_label(count, strength)} if level else None)
        rows.append({"code": each.code, "title": each.short, "href": each.url, "cells": cells})
    return rows


def _level(words: int) -> int:
    return 3 if words >= MUCH else 2 if words >= SOME else 1 if words else 0


def _cell_label(words: int, strength: int) -> str:
    said = []
    if words:
        said.append(ngettext("%(count)d word marked", "%(count)d words marked", words) % {"count": words})
    if strength:
        said.append(_("evidence: %(strength)s") % {"strength": Alignment.Strength(strength).label})
    return "; ".join(said)


def _by_evidence(desk: Desk, alignments: dict[int, list[Alignment]]) -> list[dict[str, Any]]:
    rows = []
    for evidence_id, evidence in desk.placed.items():
        by_node = {
            alignment.node_id: alignment.strength
            for alignment in alignments.get(evidence_id, [])
            if alignment.node_id
        }
        cells: list[dict[str, Any] | None] = []
        for each in _columns(desk):
            is_placed = any(placement.evidence_id == evidence_id for placement in each.placements)
            strength = by_node.get(each.section.node_id, 0)
            cells.append(_evidence_cell(strength, is_placed=is_placed))
        rows.append(
            {
                "code": "",
                "title": evidence.title,
                "href": evidence.get_absolute_url(),
                "kind": evidence.kind,
                "cells": cells,
            }
        )
    return rows


def _columns(desk: Desk) -> list[DeskSection]:
    """Sections that evidence is asked for in, and those in which there is some."""
    return [each for each in desk if each.placements or not each.is_read_for_context]


def _evidence_cell(strength: int, *, is_placed: bool) -> dict[str, Any] | None:
    if is_placed:
        said = _("used here")
        if strength:
            said = _("used here, %(strength)s") % {"strength": Alignment.Strength(strength).label}
        return {"level": max(strength, 2), "label": said}
    if strength:
        return {
            "level": 1,
            "label": _("not used here, though %(strength)s")
            % {"strength": Alignment.Strength(strength).label},
        }
    return None


def thin(desk: Desk, alignments: dict[int, list[Alignment]] | None = None) -> list[str]:
    """What a critical friend would say at a glance: hints, not rules."""
    said: list[str] = []
    if desk.portfolio.made_elsewhere:
        return said
    for each in desk:
        if not each.is_begun or not each.section.is_open:
            continue
        said += [
            ngettext(
                "%(component)s is thin in %(section)s: one word so far.",
                "%(component)s is thin in %(section)s: %(words)d words so far.",
                component.words,
            )
            % {"component": component.title, "section": each.label, "words": component.words}
            for component in each.thin
        ]
        if not each.placements and not each.is_read_for_context:
            said.append(_("No evidence is placed in %(section)s yet.") % {"section": each.label})
    words = marked(desk)
    by_evidence = {
        alignment.principle_id
        for found in (alignments or {}).values()
        for alignment in found
        if alignment.principle_id
    }
    if desk.words:
        marked_codes = {code for _pk, code in words}
        said += [
            _("The principle “%(principle)s” is marked nowhere yet.") % {"principle": principle.title}
            for principle in desk.plan.principles
            if principle.row.pk not in by_evidence and principle.code not in marked_codes
        ]
    return said

"""All of a portfolio as plain data, and what differs between two such."""

import datetime as dt
from dataclasses import dataclass
from html import escape
from typing import Any

from django.db.models import QuerySet
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from collegium.design import filters
from collegium.evidence import provenance
from collegium.evidence.models import Alignment, Evidence, PersonShown
from collegium.foundation import richtext
from collegium.foundation.prepared import padded, prepared
from collegium.portfolios.models import Portfolio, Section
from collegium.portfolios.queries.bibliography import at_the_end
from collegium.portfolios.queries.desk import Desk, DeskSection, desk

FORMAT = 1


def snapshot(
    portfolio: Portfolio,
    *,
    laid: Desk | None = None,
    only: Section | None = None,
    with_spare: bool = True,
    with_bibliography: bool = True,
) -> dict[str, Any]:
    """Plain JSON, complete and without a time in it: the same content always gives the same data.

    ``only`` takes a single section, with its evidence and nothing that belongs to the whole. ``with_spare=False`` leaves
    out optional sections that were never begun: for what is published or taken along, not for what is handed in.
    """
    laid = laid or desk(portfolio)
    version = portfolio.pathway.scheme_version
    sections = [
        each
        for each in laid
        if (only is None or each.section.pk == only.pk) and (with_spare or not each.is_spare)
    ]
    placed = {placement.evidence_id: placement.evidence for each in sections for placement in each.placements}
    taken = {
        "format": FORMAT,
        "portfolio": portfolio.pk,
        "title": portfolio.title,
        "owner": {"id": portfolio.owner_id, "name": portfolio.owner.name},
        "scheme": {"key": version.scheme.key, "title": version.title, "version": version.version},
        "framework": {
            "key": version.framework.key,
            "title": version.framework.title,
            "version": version.framework.version,
        },
        "pathway": {
            "key": portfolio.pathway.key,
            "title": portfolio.pathway.title,
            "post_nominals": portfolio.pathway.post_nominals,
        },
        "principles": [{"code": each.code, "title": each.title} for each in laid.plan.principles],
        "sections": [_section(each) for each in sections],
        "evidence": _evidence(placed),
        "words": sum(each.words for each in sections),
        "declaration": _declaration(portfolio) if only is None else None,
        "licence": {"key": portfolio.licence, "title": portfolio.get_licence_display()},
        "elsewhere": _elsewhere(portfolio) if only is None else None,
    }
    if only is None and with_bibliography and (listed := at_the_end(taken, portfolio)) is not None:
        taken["bibliography"] = listed  # no such key where there is none, as in what was frozen earlier
    return taken


def _section(each: DeskSection) -> dict[str, Any]:
    section = each.section
    return {
        "key": each.key,
        "code": section.node.code,
        "coded": bool(each.code),  # whether people say the code, or it is a mere name
        "instance": section.instance,
        "title": section.node.title,
        "own_title": section.title,
        "assessed": section.node.assessed,
        "components": [
            {
                "key": component.key,
                "title": component.title,
                "html": component.part.html if component.part else "",
                "words": component.words,
            }
            for component in each.components
        ],
        "dimensions": [{"code": node.code, "title": node.title} for node in each.dimensions],
        "evidence": [placement.evidence_id for placement in each.placements],
        "words": each.words,
        "where_elsewhere": section.where_elsewhere,
        # Only where there is some: what was frozen before it could be said has no such key.
        **({"credit": section.credit} if section.credit else {}),
    }


@prepared
def _people_in(*evidence: int) -> "QuerySet[PersonShown]":
    return PersonShown.objects.filter(evidence__in=evidence).order_by("pk")


@prepared
def _alignments_of(*evidence: int) -> "QuerySet[Alignment]":
    return Alignment.objects.filter(evidence__in=evidence).select_related("node", "principle").order_by("pk")


@prepared
def _types_of(*evidence: int) -> "QuerySet[Evidence, tuple[int, str]]":
    return Evidence.objects.filter(pk__in=evidence, blob__isnull=False).values_list("pk", "blob__media_type")


def _evidence(placed: dict[int, Evidence]) -> list[dict[str, Any]]:
    if not placed:
        return []
    keys = padded(placed)
    people: dict[int, list[dict[str, str]]] = {}
    for shown in _people_in(*keys):
        people.setdefault(shown.evidence_id, []).append(
            {"who": shown.who, "permission": shown.permission, "note": shown.note}
        )
    aligned: dict[int, list[dict[str, Any]]] = {}
    for alignment in _alignments_of(*keys):
        aligned.setdefault(alignment.evidence_id, []).append(
            {
                "node": alignment.node.code if alignment.node else None,
                "principle": alignment.principle.code if alignment.principle else None,
                "strength": alignment.strength,
            }
        )
    types = dict(_types_of(*keys))
    return [
        {
            **piece(evidence),
            "media_type": types.get(evidence.pk, ""),
            "people_shown": people.get(evidence.pk, []),
            "alignments": aligned.get(evidence.pk, []),
        }
        for evidence in placed.values()
    ]


def piece(evidence: Evidence) -> dict[str, Any]:
    """What one piece of evidence says by itself: all that drawing it needs."""
    return {
        "id": evidence.pk,
        "title": evidence.title,
        "kind": evidence.kind,
        "kind_title": str(evidence.get_kind_display()),
        "happened_on": evidence.happened_on.isoformat() if evidence.happened_on else None,
        "description": evidence.description,
        "impact": evidence.impact,
        "body": evidence.body,
        "url": evidence.url,
        "access": evidence.access,
        "said_by": evidence.said_by,
        "sha256": evidence.blob_id,
        "file_name": evidence.file_name,
        "alt_text": evidence.alt_text,
        "comes_from": provenance.as_data(evidence),
    }


def _declaration(portfolio: Portfolio) -> dict[str, Any] | None:
    signed = portfolio.signed
    if signed is None:
        return None
    return {
        "statements": signed.statements,
        "collaborators": signed.collaborators,
        "nominated_assessor": signed.nominated_assessor_id,
        "signed_name": signed.signed_name,
        "signed_at": signed.signed_at.isoformat(),
    }


def _elsewhere(portfolio: Portfolio) -> dict[str, Any] | None:
    if not portfolio.made_elsewhere:
        return None
    return {
        "url": portfolio.elsewhere_url,
        "access": portfolio.elsewhere_access,
        "sha256": portfolio.elsewhere_blob_id,
        "file_name": portfolio.elsewhere_name,
    }


def public(taken: dict[str, Any]) -> dict[str, Any]:
    """The same without what is between a writer and their assessors: how to get in, who is shown, the declaration."""
    return {
        **taken,
        "evidence": [{**each, "access": "", "people_shown": []} for each in taken["evidence"]],
        "declaration": None,
        "elsewhere": {**taken["elsewhere"], "access": ""} if taken["elsewhere"] else None,
    }


def evidence_by_id(taken: dict[str, Any]) -> dict[int, dict[str, Any]]:
    """As the macros of ``portfolios/snapshot.jinja`` want it, with the day in the reader's words."""
    return {
        each["id"]: {
            **each,
            "when": filters.day_in_words(dt.date.fromisoformat(each["happened_on"]))
            if each["happened_on"]
            else "",
        }
        for each in taken["evidence"]
    }


# What differs ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SectionChange:
    """One section that changed: ``html`` is safe, with what went in ``<del>`` and what came in ``<ins>``."""

    key: str
    title: str
    html: SafeString


def difference(old: dict[str, Any], new: dict[str, Any]) -> list[SectionChange]:
    """The sections that differ, in the order of the new portfolio; those that are gone come last."""
    before = {each["key"]: each for each in old["sections"]}
    after = {each["key"]: each for each in new["sections"]}
    titles = {each["id"]: each["title"] for taken in (old, new) for each in taken["evidence"]}
    changes = []
    for key in [*after, *(key for key in before if key not in after)]:
        html = _changed(before.get(key), after.get(key), titles)
        if html:
            shown = after.get(key) or before[key]
            title = shown["own_title"] or shown["title"]
            code = shown["code"] if shown.get("coded", True) else ""
            changes.append(SectionChange(key, f"{code} {title}".strip(), html))
    return changes


def _changed(
    old: dict[str, Any] | None, new: dict[str, Any] | None, titles: dict[int, str]
) -> SafeString | None:
    said: list[str] = []
    names = [(each or {}).get("own_title", "") for each in (old, new)]
    if names[0] != names[1]:
        said.append(f"<p>{_deleted(names[0])} {_inserted(names[1])}</p>")
    parts = [{part["key"]: part for part in (each or {}).get("components", [])} for each in (old, new)]
    for key in dict.fromkeys([*parts[1], *parts[0]]):
        was, now = (side.get(key, {}).get("html", "") for side in parts)
        if not richtext.is_same(was, now):
            title = (parts[1].get(key) or parts[0][key])["title"]
            said.append(f"<h4>{escape(title)}</h4>{richtext.difference(was, now)}")
    went, came = (set((each or {}).get("evidence", [])) for each in (old, new))
    if went != came:
        lines = [_deleted(titles.get(number, str(number))) for number in sorted(went - came)]
        lines += [_inserted(titles.get(number, str(number))) for number in sorted(came - went)]
        said.append(f"<h4>{escape(_('Evidence beside the words'))}</h4><ul>{_items(lines)}</ul>")
    places = [(each or {}).get("where_elsewhere", "") for each in (old, new)]
    if places[0] != places[1]:
        said.append(f"<h4>{escape(_('Where it is'))}</h4><p>{_deleted(places[0])} {_inserted(places[1])}</p>")
    return mark_safe("".join(said)) if said else None  # noqa: S308 -- differences are safe, the rest is escaped


def _deleted(text: str) -> str:
    return f"<del>{escape(text)}</del>" if text else ""


def _inserted(text: str) -> str:
    return f"<ins>{escape(text)}</ins>" if text else ""


def _items(lines: list[str]) -> str:
    return "".join(f"<li>{line}</li>" for line in lines)

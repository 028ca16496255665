"""RIS, read and written by rispy; what its tags mean is the table below (Research Information Systems' format, 2001)."""

from collections.abc import Iterable, Mapping
from typing import Any

import rispy
from django.utils.translation import gettext as _

from collegium.ecology.csl import shape
from collegium.ecology.csl.shape import Csl, Reference, Unfit

# RIS type -> CSL type. The first that names a CSL type is the one that it goes out as.
TYPES = {
    "JOUR": "article-journal",
    "EJOUR": "article-journal",
    "MGZN": "article-magazine",
    "NEWS": "article-newspaper",
    "INPR": "article",
    "BOOK": "book",
    "EBOOK": "book",
    "EDBOOK": "book",
    "CHAP": "chapter",
    "ECHAP": "chapter",
    "CPAPER": "paper-conference",
    "CONF": "book",
    "RPRT": "report",
    "GOVDOC": "report",
    "THES": "thesis",
    "ELEC": "webpage",
    "BLOG": "post-weblog",
    "ICOMM": "post",
    "DATA": "dataset",
    "AGGR": "dataset",
    "COMP": "software",
    "VIDEO": "motion_picture",
    "MPCT": "motion_picture",
    "ADVS": "motion_picture",
    "SOUND": "song",
    "SLIDE": "speech",
    "ART": "graphic",
    "FIGURE": "figure",
    "MAP": "map",
    "MUSIC": "musical_score",
    "BILL": "bill",
    "CASE": "legal_case",
    "STAT": "legislation",
    "LEGAL": "regulation",
    "HEAR": "hearing",
    "PAT": "patent",
    "STAND": "standard",
    "PAMP": "pamphlet",
    "PCOMM": "personal_communication",
    "MANSCPT": "manuscript",
    "UNPB": "manuscript",
    "DICT": "entry-dictionary",
    "ENCYC": "entry-encyclopedia",
    "JFULL": "periodical",
    "SER": "collection",
    "CLSWK": "classic",
    "GEN": "document",
}
_OUT = {csl: ris for ris, csl in reversed(TYPES.items())}
_TEXTS = {
    "volume": "volume",
    "number": "issue",
    "publisher": "publisher",
    "place_published": "publisher-place",
    "edition": "edition",
    "doi": "DOI",
    "language": "language",
    "short_title": "title-short",
    "abstract": "abstract",
    "section": "section",
    "call_number": "call-number",
    "type_of_work": "genre",
    "number_of_volumes": "number-of-volumes",
    "name_of_database": "archive",
    "accession_number": "archive_location",
    "alternate_title1": "container-title-short",
}
_TITLES = ("title", "primary_title")
_CONTAINERS = ("secondary_title", "alternate_title3", "journal_name")
_PEOPLE = {
    "authors": "author",
    "first_authors": "author",
    "secondary_authors": "editor",
    "tertiary_authors": "collection-editor",
    "subsidiary_authors": "translator",
}
_DATES = ("date", "year", "publication_year")
_HERE = {
    *_TEXTS, *_TITLES, *_CONTAINERS, *_PEOPLE, *_DATES, "tertiary_title", "access_date", "start_page", "end_page",
    "urls", "url", "issn", "keywords", "notes", "note", "notes_abstract", "id", "type_of_reference",
}  # fmt: skip


def read(text: str) -> list[Reference]:
    """Raises ``Unfit`` where nothing in the file is RIS."""
    try:
        entries = rispy.loads(text.lstrip("\ufeff").replace("\x00", ""), skip_unknown_tags=False)
    except (OSError, ValueError, KeyError, IndexError) as fault:
        raise Unfit(_("This file cannot be read as RIS: %(why)s") % {"why": str(fault)[:200]}) from fault
    if not entries:
        raise Unfit(_("There is no entry in this file that could be read as RIS."))
    if len(entries) > shape.MOST_ENTRIES:
        raise Unfit(shape.too_many(len(entries)))
    return [_reference(each) for each in entries]


def _reference(entry: Mapping[str, Any]) -> Reference:
    kind = str(entry.get("type_of_reference", "GEN")).strip()
    csl: Csl = {"type": TYPES.get(kind, "document")}
    csl |= {ours: str(entry[theirs]) for theirs, ours in _TEXTS.items() if entry.get(theirs)}
    csl["title"] = next((entry[tag] for tag in _TITLES if entry.get(tag)), "")
    csl["container-title"] = next((entry[tag] for tag in _CONTAINERS if entry.get(tag)), "")
    csl["collection-title"] = entry.get("tertiary_title", "")
    for theirs, ours in _PEOPLE.items():
        # A name without a comma is that of a body: the format's own rule.
        if names := [
            shape.name(each) if "," in each else {"literal": each} for each in entry.get(theirs, []) if each
        ]:
            csl[ours] = csl.get(ours, []) + names
    if when := next((entry[tag] for tag in _DATES if entry.get(tag)), ""):
        csl["issued"] = shape.date(when)
    if when := entry.get("access_date"):
        csl["accessed"] = shape.date(when)
    csl["page"] = "-".join(filter(None, [entry.get("start_page", ""), entry.get("end_page", "")]))
    urls = entry.get("urls") or ([entry["url"]] if entry.get("url") else [])
    csl["URL"] = urls[0] if urls else ""
    if number := entry.get("issn"):
        csl["ISBN" if csl["type"] in {"book", "chapter", "report", "thesis"} else "ISSN"] = number
    csl["abstract"] = csl.get("abstract") or entry.get("notes_abstract", "")
    notes = entry.get("notes") or entry.get("note") or ""
    csl["note"] = "\n".join(notes) if isinstance(notes, list) else notes
    tags = tuple(entry.get("keywords", ()))
    if tags:
        csl["keyword"] = ", ".join(tags)
    beyond: dict[str, Any] = {tag: value for tag, value in entry.items() if tag not in _HERE}
    if "unknown_tag" in beyond:
        beyond["unknown_tag"] = {tag: list(values) for tag, values in beyond["unknown_tag"].items()}
    if _OUT.get(csl["type"]) != kind:
        beyond["type_of_reference"] = kind
    if len(urls) > 1:
        beyond["urls"] = urls[1:]
    csl = shape.cleaned(csl)
    return Reference(
        str(entry.get("id", "")), csl, {"ris": beyond} if beyond else {}, tags, tuple(shape.faults(csl))
    )


def write(references: Iterable[Reference]) -> str:
    return str(_Writer(skip_unknown_tags=False).formats([_entry(each) for each in references]))


class _Writer(rispy.RisWriter):  # type: ignore[misc]  # rispy has no types
    def set_header(self, count: int) -> str:  # noqa: ARG002  # rispy's signature
        return ""  # rispy numbers the entries, which the format does not know


def _entry(reference: Reference) -> dict[str, Any]:
    csl, beyond = reference.csl, dict(reference.beyond.get("ris", {}))
    kind = beyond.pop("type_of_reference", None) or _OUT.get(csl["type"], "GEN")
    entry: dict[str, Any] = {"type_of_reference": kind}
    for theirs, ours in _PEOPLE.items():
        if csl.get(ours) and theirs != "first_authors":
            entry[theirs] = [shape.written(each) for each in csl[ours]]
    entry["title"] = csl.get("title", "")
    entry["secondary_title"] = csl.get("container-title", "")
    entry["tertiary_title"] = csl.get("collection-title", "")
    entry |= {theirs: str(csl[ours]) for theirs, ours in _TEXTS.items() if csl.get(ours) is not None}
    if parts := shape.parts_of(csl.get("issued")):
        entry["year"] = f"{parts[0]:04d}"
        if len(parts) > 1:
            entry["date"] = "/".join([f"{parts[0]:04d}", *(f"{part:02d}" for part in parts[1:])])
    elif when := shape.iso(csl.get("issued")):
        entry["year"] = when
    entry["access_date"] = shape.iso(csl.get("accessed")).replace("-", "/")
    first, _dash, last = str(csl.get("page", "")).replace("–", "-").partition("-")
    entry["start_page"], entry["end_page"] = first.strip(), last.strip("- ")
    entry["issn"] = csl.get("ISBN") or csl.get("ISSN") or ""
    entry["urls"] = [*filter(None, [csl.get("URL", "")]), *beyond.pop("urls", [])]
    entry["keywords"] = list(reference.tags) or [
        each.strip() for each in csl.get("keyword", "").split(",") if each.strip()
    ]
    entry["notes"] = [csl["note"]] if csl.get("note") else []
    entry["id"] = reference.key
    return {tag: value for tag, value in entry.items() if value} | beyond

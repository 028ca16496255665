"""What an address says of what it leads to, as CSL-JSON: from the DOI's own register, else from the page itself."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import lxml.etree
import lxml.html
from django.conf import settings
from django.utils.timezone import localtime

from collegium.conversations.models import Thread
from collegium.ecology import licences, reading
from collegium.ecology.csl import shape
from collegium.ecology.csl.shape import Csl
from collegium.ecology.models import Item
from collegium.ecology.reading import ReadEntry, Unreadable
from collegium.foundation import clock, http

CSL_JSON = "application/vnd.citationstyles.csl+json"
_MOST_BYTES = 3_000_000
_SUCCESS = range(200, 300)
# What Google Scholar's inclusion guidelines call the things that journals say of their articles.
_MINOR = {
    "citation_volume": "volume",
    "citation_issue": "issue",
    "citation_issn": "ISSN",
    "citation_isbn": "ISBN",
    "citation_publisher": "publisher",
    "citation_language": "language",
}
_WHOLES = {
    "citation_journal_title": "article-journal",
    "citation_conference_title": "paper-conference",
    "citation_inbook_title": "chapter",
    "citation_dissertation_institution": "thesis",
    "citation_technical_report_institution": "report",
}
_KINDS = {
    "video": "motion_picture",
    "audio": "song",
    "image": "graphic",
    "event": "event",
    "reference": "book",
    "post": "post-weblog",
    "note": "post",
}


@dataclass(frozen=True)
class Described:
    """``frozen`` is safe HTML of what stands there, kept in case it goes; empty where there is no page to be read."""

    csl: Csl
    licence_url: str = ""
    frozen: str = ""


def describe(address: str) -> Described:
    """Raises http.Unreachable with a sentence where nothing at the address can be described."""
    if doi := shape.doi(address):
        csl = _of_doi(doi) or {"type": "article-journal", "title": doi, "DOI": doi}
        return Described(csl)
    answer = http.get(
        address, max_bytes=_MOST_BYTES, headers={"accept": "text/html, application/xhtml+xml, */*;q=0.5"}
    )
    if answer.status not in _SUCCESS:
        found = http.check(address)
        raise http.Unreachable(found.reason or str(answer.status))
    return read(answer.body, content_type=answer.headers.get("content-type", ""), url=answer.final_url)


def read(body: bytes, *, content_type: str, url: str) -> Described:
    """What these bytes say of themselves. A file that is no page is called by its name."""
    accessed = {"date-parts": [[*clock.today().timetuple()[:3]]]}
    try:
        entry = reading.read_page(body, content_type=content_type, url=url).entries[0]
    except Unreadable:
        name = unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2]) or urlsplit(url).netloc
        return Described({"type": "document", "title": name, "URL": url, "accessed": accessed})
    metas = _metas(body)
    doi = shape.doi(next(iter(metas.get("citation_doi", metas.get("dc.identifier", []))), ""))
    csl = (_of_doi(doi) if doi else None) or _of_page(metas, entry, url) | {"accessed": accessed}
    if doi:
        csl["DOI"] = doi
    licence = entry.licence_url if licences.known(entry.licence_url) else ""
    return Described(shape.cleaned(csl), licence, entry.html)


def of_item(item: Item) -> Described:
    """What the river knows of it: who wrote it, where and when it appeared."""
    csl: Csl = {
        "type": _KINDS.get(item.kind, "webpage"),
        "title": str(item) or item.url,
        "URL": item.url,
        "language": item.language,
        "abstract": item.summary if item.title else "",
        "author": [shape.name(item.author_name)] if item.author_name else [],
    }
    if item.published_at is not None:
        csl["issued"] = _day(item.published_at)
    seen = getattr(item, "seen_in", None)  # of a page that shows many
    if seen is None:
        appearances = item.appearances.order_by("first_seen_at", "pk")
        seen = appearances.values_list("source__title", flat=True).first() or ""
    csl["container-title"] = seen if seen != item.author_name else ""
    return Described(shape.cleaned(csl), item.licence_url)


def of_thread(thread: Thread) -> Described:
    csl: Csl = {
        "type": "post",
        "title": thread.title,
        "URL": f"{settings.SITE_URL}{thread.get_absolute_url()}",
        "container-title": thread.forum.title,
        "author": [shape.name(thread.started_by.name)] if thread.started_by is not None else [],
        "issued": _day(thread.started_at),
    }
    return Described(shape.cleaned(csl))


def _day(moment: datetime) -> Csl:
    return {"date-parts": [[*localtime(moment).timetuple()[:3]]]}


def _of_doi(doi: str) -> Csl | None:
    """What the register of the DOI says of it (content negotiation, as Crossref and DataCite offer it)."""
    address = f"{settings.COLLEGIUM_DOI_RESOLVER.rstrip('/')}/{quote(doi, safe='/:;()')}"
    try:
        answer = http.get(address, max_bytes=_MOST_BYTES, headers={"accept": CSL_JSON})
        said: Any = json.loads(answer.body) if answer.status in _SUCCESS else None
    except (http.Unreachable, ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    # Registers add words of their own, and write some of CSL's as lists or as nothing.
    kept: Csl = {
        name: value[0] if isinstance(value, list) and value and isinstance(value[0], str) else value
        for name, value in said.items()
        if name in shape.VARIABLES and value not in (None, [], "")
    }
    kept["type"] = _REGISTERED.get(str(said.get("type")), said.get("type"))
    for role in shape.NAMES & kept.keys():
        kept[role] = [_named(each) for each in kept[role] if isinstance(each, dict)]
    for name in shape.DATES & kept.keys():
        parts = shape.parts_of(kept[name]) if isinstance(kept[name], dict) else []
        kept[name] = {"date-parts": [parts]} if parts else {}
    kept["abstract"] = re.sub(r"<[^>]+>", " ", str(kept.get("abstract", ""))).strip()
    csl = shape.cleaned(kept) | {"DOI": doi}
    return csl if csl.get("title") and not shape.faults(csl) else None


# Crossref's words for types where they are not CSL's.
_REGISTERED = {
    "journal-article": "article-journal",
    "book-chapter": "chapter",
    "proceedings-article": "paper-conference",
    "posted-content": "article",
    "monograph": "book",
    "edited-book": "book",
    "dissertation": "thesis",
    "component": "document",
    "other": "document",
    "peer-review": "review",
}


def _named(person: Mapping[str, Any]) -> Csl:
    known = ("family", "given", "suffix", "dropping-particle", "non-dropping-particle", "literal")
    kept = {name: person[name] for name in known if isinstance(person.get(name), str) and person[name]}
    if not kept and isinstance(person.get("name"), str):
        kept = {"literal": person["name"]}
    return kept


def _metas(body: bytes) -> dict[str, list[str]]:
    try:
        root = lxml.html.document_fromstring(body)
    except (lxml.etree.LxmlError, ValueError):
        return {}
    found: dict[str, list[str]] = {}
    for element in root.iter("meta"):
        name, content = (element.get("name") or "").lower(), (element.get("content") or "").strip()
        if name.startswith(("citation_", "dc.")) and content:
            found.setdefault(name, []).append(content)
    return found


def _of_page(metas: Mapping[str, list[str]], entry: ReadEntry, url: str) -> Csl:
    csl: Csl = {
        "type": _KINDS.get(entry.kind, "webpage"),
        "title": entry.title or url,
        "URL": entry.url or url,
        "language": entry.language,
        "abstract": entry.summary,
        "container-title": urlsplit(entry.url or url).netloc.removeprefix("www."),
    }
    if entry.author_name:
        csl["author"] = [shape.name(entry.author_name)]
    if entry.published_at is not None:
        csl["issued"] = _day(entry.published_at)
    if "citation_title" in metas:
        csl |= _of_article(metas)
    return csl


def _of_article(metas: Mapping[str, list[str]]) -> Csl:
    def first(name: str) -> str:
        return metas.get(name, [""])[0]

    whole = next((name for name in _WHOLES if name in metas), None)
    csl: Csl = {
        "type": _WHOLES[whole] if whole else "article",
        "title": first("citation_title"),
        "author": [shape.name(each) for each in metas.get("citation_author", [])],
        "issued": shape.date(
            (first("citation_publication_date") or first("citation_date")).replace("/", "-")
        ),
        "page": "-".join(filter(None, [first("citation_firstpage"), first("citation_lastpage")])),
        "container-title": first(whole) if whole else "",
    }
    csl |= {ours: first(theirs) for theirs, ours in _MINOR.items()}
    return shape.cleaned(csl)

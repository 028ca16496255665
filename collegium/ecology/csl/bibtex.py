"""BibTeX, read by bibtexparser and written here: an entry goes out with the braces that keep its capitals."""

import logging
import re
from collections.abc import Iterable, Mapping
from typing import Any

from bibtexparser import middlewares
from bibtexparser.entrypoint import parse_string
from django.utils.translation import gettext as _
from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db

from collegium.ecology.csl import shape
from collegium.ecology.csl.shape import Csl, Reference, Unfit

# What it cannot read stands among the faults; a hostile file would fill the log with the same.
logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)

# BibTeX and biblatex types -> CSL types. The first that names a CSL type is the one that it goes out as.
TYPES = {
    "article": "article-journal",
    "book": "book",
    "mvbook": "book",
    "incollection": "chapter",
    "inbook": "chapter",
    "inproceedings": "paper-conference",
    "conference": "paper-conference",
    "proceedings": "book",
    "collection": "book",
    "phdthesis": "thesis",
    "mastersthesis": "thesis",
    "thesis": "thesis",
    "techreport": "report",
    "report": "report",
    "manual": "report",
    "online": "webpage",
    "electronic": "webpage",
    "www": "webpage",
    "unpublished": "manuscript",
    "booklet": "pamphlet",
    "dataset": "dataset",
    "software": "software",
    "patent": "patent",
    "standard": "standard",
    "periodical": "periodical",
    "inreference": "entry-encyclopedia",
    "legislation": "legislation",
    "jurisdiction": "legal_case",
    "video": "motion_picture",
    "movie": "motion_picture",
    "audio": "song",
    "image": "graphic",
    "letter": "personal_communication",
    "review": "review",
    "misc": "document",
}
_OUT = {csl: bib for bib, csl in reversed(TYPES.items())}
_TEXTS = {
    "title": "title",
    "shorttitle": "title-short",
    "volume": "volume",
    "number": "issue",
    "publisher": "publisher",
    "address": "publisher-place",
    "edition": "edition",
    "series": "collection-title",
    "doi": "DOI",
    "isbn": "ISBN",
    "issn": "ISSN",
    "abstract": "abstract",
    "note": "note",
    "annote": "annote",
    "language": "language",
    "chapter": "chapter-number",
    "pagetotal": "number-of-pages",
    "version": "version",
    "type": "genre",
    "eventtitle": "event-title",
    "venue": "event-place",
    "keywords": "keyword",
}
_OTHER_NAMES = {
    "location": "address",
    "issue": "number",
    "langid": "language",
    "journaltitle": "journal",
    "tags": "keywords",
    "annotation": "annote",
}
_CONTAINERS = ("journal", "booktitle", "maintitle")
_PUBLISHERS = ("publisher", "school", "institution", "organization", "howpublished")
_PEOPLE = {"author": "author", "editor": "editor", "translator": "translator"}
_THESES = {"mastersthesis": "Master’s thesis", "phdthesis": "PhD thesis"}  # BibTeX's own words for them
_VERBATIM = frozenset({"doi", "url", "isbn", "issn", "file", "eprint"})
_context = get_default_latex_context_db()
_context.add_context_category(
    "signs",  # that it does not know, or takes for accents
    prepend=True,
    macros=[
        MacroTextSpec("textasciicircum", "^"),
        MacroTextSpec("textquotedbl", '"'),
        MacroTextSpec("textbraceleft", "{"),
        MacroTextSpec("textbraceright", "}"),
        MacroTextSpec("textunderscore", "_"),
        MacroTextSpec("textdollar", "$"),
        MacroTextSpec("textbar", "|"),
    ],
)
_text = LatexNodes2Text(
    latex_context=_context, keep_comments=False, math_mode="verbatim", strict_latex_spaces=False
)
# What LaTeX reads as something else than itself. All other signs are written as they are: files are UTF-8 nowadays.
_SIGNS = {
    "\\": r"{\textbackslash}",
    "{": r"{\textbraceleft}",
    "}": r"{\textbraceright}",
    "~": r"{\textasciitilde}",
    "^": r"{\textasciicircum}",
    '"': r"{\textquotedbl}",
    **{sign: f"\\{sign}" for sign in "&%$#_"},
}
_SPECIAL = re.compile("[" + re.escape("".join(_SIGNS)) + "]|-(?=-)|'(?=')|`(?=`)|[!?](?=`)")
# A formula, as pandoc tells it from prices.
_FORMULA = re.compile(r"(\$(?=\S)[^$]*(?<=[^\s$])\$(?!\d))")


def read(text: str) -> list[Reference]:
    """Raises ``Unfit`` where nothing in the file is an entry. An entry that cannot be read is a reference with faults only."""
    library = parse_string(
        text.lstrip("\ufeff").replace("\x00", ""),
        append_middleware=[middlewares.NormalizeFieldKeys(), middlewares.SeparateCoAuthors()],
    )
    if (number := len(library.blocks)) > shape.MOST_ENTRIES * 2:  # strings and comments are blocks too
        raise Unfit(shape.too_many(number))
    read_ones = [_reference(each.entry_type.lower(), each.key, each.fields_dict) for each in library.entries]
    for block in library.failed_blocks:
        line = (block.start_line or 0) + 1
        fault = _("The entry that begins in line %(line)s cannot be read.") % {"line": line}
        read_ones.append(Reference("", {}, faults=(fault,)))
    if not read_ones:
        raise Unfit(_("There is no entry in this file that could be read as BibTeX."))
    return read_ones


_LATEX = re.compile(r"[\\{}$~%^_&#`]|--|''|[!?]`")


def _plain(value: str) -> str:
    """What LaTeX would print. Longer than a value may be, it is left alone: it is refused in any case."""
    if _LATEX.search(value) and len(value) <= shape.LONGEST:
        try:
            value = str(_text.latex_to_text(value))
        except RecursionError:
            return " ".join(value.split())
    return " ".join(value.replace("\u00a0", " ").split())


def _paragraphs(value: str) -> str:
    return "\n\n".join(filter(None, map(_plain, re.split(r"\n\s*\n", value))))


def _reference(kind: str, key: str, fields: Mapping[str, Any]) -> Reference:
    values: dict[str, Any] = {}
    for name, each in fields.items():
        values.setdefault(_OTHER_NAMES.get(name, name), each.value)
    csl: Csl = {"type": TYPES.get(kind, "document")} | _take_people(values)
    texts = {name: str(value) for name, value in values.items()}
    csl |= _take_texts(texts) | _take_container(texts) | _take_publisher(texts)
    csl["page"] = re.sub(r"\s*(?:--+|–)\s*", "-", texts.pop("pages", ""))
    csl["URL"] = texts.pop("url", "") or csl.get("URL", "")
    csl["issued"] = _take_issued(texts)
    csl["accessed"] = shape.date(texts.pop("urldate", ""))
    csl["DOI"] = shape.doi(csl.get("DOI", "")) or csl.get("DOI", "")
    if kind in _THESES:
        csl.setdefault("genre", _THESES[kind])
    beyond: dict[str, Any] = {"fields": texts} if texts else {}
    if _OUT.get(csl["type"]) != kind:
        beyond["type"] = kind
    csl = shape.cleaned(csl)
    tags = tuple(each.strip() for each in re.split(r"[,;]", csl.get("keyword", "")) if each.strip())
    return Reference(key, csl, {"bibtex": beyond} if beyond else {}, tags, tuple(shape.faults(csl)))


def _take_people(values: dict[str, Any]) -> Csl:
    found: Csl = {}
    for theirs, ours in _PEOPLE.items():
        said = [each for each in values.pop(theirs, []) if each.strip().lower() != "others"]
        # Of too many the first that are too many are enough to be refused for it.
        names = [_name(each) for each in said[: shape.MOST_NAMES + 1]]
        found[ours] = [each for each in names if each]
    return found


def _take_texts(texts: dict[str, str]) -> Csl:
    return {
        ours: value if theirs in _VERBATIM else _paragraphs(value) if theirs == "abstract" else _plain(value)
        for theirs, ours in _TEXTS.items()
        if theirs != "publisher" and (value := texts.pop(theirs, ""))
    }


def _take_container(texts: dict[str, str]) -> Csl:
    for theirs in _CONTAINERS:
        if theirs in texts:
            return {"container-title": _plain(texts.pop(theirs))}
    return {}


def _take_publisher(texts: dict[str, str]) -> Csl:
    for theirs in _PUBLISHERS:
        if theirs in texts:
            where = texts.pop(theirs)
            address = re.search(r"https?://[^\s}]+", where) if theirs == "howpublished" else None
            return {"URL": address[0]} if address else {"publisher": _plain(where)}
    return {}


def _name(raw: str) -> Csl:
    raw = raw.strip()
    if _is_wrapped(raw):
        return {"literal": _plain(raw)}
    parts = [part.strip() for part in re.split(r",(?![^{]*})", raw)]
    if len(parts) == 3:  # noqa: PLR2004 -- "von Last, Jr, First" is BibTeX's own order
        return shape.name(f"{_plain(parts[0])}, {_plain(parts[2])}, {_plain(parts[1])}")
    return shape.name(", ".join(map(_plain, parts)))


def _is_wrapped(raw: str) -> bool:
    """Whether the brace that it begins with is closed by its last sign."""
    depth = 0
    for place, char in enumerate(raw):
        depth += (char == "{") - (char == "}")
        if depth <= 0:
            return char == "}" and place == len(raw) - 1
    return False


def _take_issued(texts: dict[str, str]) -> Csl:
    if when := texts.pop("date", ""):
        texts.pop("year", None)
        texts.pop("month", None)
        return shape.date(when)
    year = _plain(texts.pop("year", ""))
    issued = shape.date(year)
    month = texts.get("month", "").strip("{} ").lower()
    number = MONTH.get(month[:3]) or (int(month) if month.isdigit() and 1 <= int(month) <= 12 else None)  # noqa: PLR2004
    if number and len(shape.parts_of(issued)) == 1:
        del texts["month"]
        issued["date-parts"][0].append(number)
    return issued


MONTH = {name: number for number, name in enumerate(shape.MONTHS, 1)}


# Writing --------------------------------------------------------------------------------------------------------------


def write(references: Iterable[Reference]) -> str:
    return "\n".join(_written(each) for each in references)


def _written(reference: Reference) -> str:
    csl, beyond = reference.csl, reference.beyond.get("bibtex", {})
    kind = beyond.get("type") or _OUT.get(csl["type"], "misc")
    fields: dict[str, str] = {}
    for theirs, ours in _PEOPLE.items():
        if csl.get(ours):
            fields[theirs] = " and ".join(_written_name(each) for each in csl[ours])
    for theirs, ours in _TEXTS.items():
        if csl.get(ours) is not None:
            value = str(csl[ours])
            fields[theirs] = (
                value if theirs in _VERBATIM else _encoded(value, keeps_capitals=theirs == "title")
            )
    if csl.get("container-title"):
        fields["journal" if kind in {"article", "periodical"} else "booktitle"] = _encoded(
            csl["container-title"]
        )
    if "publisher" in fields:
        where = {"phdthesis": "school", "mastersthesis": "school", "thesis": "school"}.get(kind)
        where = where or {"techreport": "institution", "report": "institution"}.get(kind, "publisher")
        fields[where] = fields.pop("publisher")
    if csl.get("page"):
        fields["pages"] = re.sub(r"(?<=\w)\s*[-–]+\s*(?=\w)", "--", str(csl["page"]))
    if csl.get("URL"):
        fields["url"] = csl["URL"]
    if reference.tags:
        fields["keywords"] = _encoded(", ".join(reference.tags))
    fields |= _dates(csl) | {
        name: value for name, value in beyond.get("fields", {}).items() if name not in fields
    }
    lines = "".join(f"  {name} = {{{_balanced(value)}}},\n" for name, value in fields.items())
    return f"@{kind}{{{_key(reference.key)},\n{lines}}}\n"


def _dates(csl: Mapping[str, Any]) -> dict[str, str]:
    made = {}
    issued = csl.get("issued")
    parts = shape.parts_of(issued)
    if len((issued or {}).get("date-parts", [])) > 1 or len(parts) == 3:  # noqa: PLR2004 -- biblatex's; BibTeX knows no days
        made["date"] = shape.iso(issued)
    if parts:
        made["year"] = f"{parts[0]:04d}"
        if len(parts) > 1 and 1 <= parts[1] <= len(shape.MONTHS):
            made["month"] = shape.MONTHS[parts[1] - 1]
    elif issued:
        made["year"] = _encoded(shape.iso(issued))
    if csl.get("accessed"):
        made["urldate"] = shape.iso(csl["accessed"])
    return made


def _written_name(person: Mapping[str, Any]) -> str:
    if literal := person.get("literal"):
        return "{" + _encoded(str(literal)) + "}"
    particles = [person.get("dropping-particle", ""), person.get("non-dropping-particle", "")]
    family = " ".join(filter(None, [*particles, person.get("family", "")]))
    return ", ".join(filter(None, map(_encoded, [family, person.get("suffix", ""), person.get("given", "")])))


def _encoded(value: str, *, keeps_capitals: bool = False) -> str:
    # What stands between dollars is a formula, which was left as it was when it was read.
    pieces = _FORMULA.split(value)
    encoded = "".join(each if number % 2 else _SPECIAL.sub(_sign, each) for number, each in enumerate(pieces))
    if keeps_capitals:  # BibTeX styles write titles small unless braces forbid it
        encoded = re.sub(r"(?<![\\{\w])(\w*[A-Z]\w*[A-Z]\w*|(?<=\s)[A-Z]\w*)", r"{\1}", encoded)
    return encoded


def _sign(found: re.Match[str]) -> str:
    return _SIGNS.get(found[0], f"{found[0]}{{}}")  # so that two dashes stay two


def _balanced(value: str) -> str:
    depth = 0
    for char in value:
        depth += (char == "{") - (char == "}")
        if depth < 0:
            break
    return value if depth == 0 else value.replace("{", "(").replace("}", ")")


def _key(key: str) -> str:
    return re.sub(r"[^\w:.+/-]", "", key, flags=re.ASCII) or "entry"

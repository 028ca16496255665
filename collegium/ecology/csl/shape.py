"""What a CSL-JSON item may hold: types and variables of CSL 1.0.2 (docs.citationstyles.org, "Appendix III and IV")."""

import itertools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from jsonschema import Draft202012Validator

Csl = dict[str, Any]

TYPES = {
    "article": gettext_lazy("Article or preprint"),
    "article-journal": gettext_lazy("Journal article"),
    "article-magazine": gettext_lazy("Magazine article"),
    "article-newspaper": gettext_lazy("Newspaper article"),
    "bill": gettext_lazy("Bill"),
    "book": gettext_lazy("Book"),
    "broadcast": gettext_lazy("Broadcast"),
    "chapter": gettext_lazy("Chapter"),
    "classic": gettext_lazy("Classic"),
    "collection": gettext_lazy("Collection"),
    "dataset": gettext_lazy("Dataset"),
    "document": gettext_lazy("Document"),
    "entry": gettext_lazy("Entry"),
    "entry-dictionary": gettext_lazy("Entry of a dictionary"),
    "entry-encyclopedia": gettext_lazy("Entry of an encyclopaedia"),
    "event": gettext_lazy("Event"),
    "figure": gettext_lazy("Figure"),
    "graphic": gettext_lazy("Picture"),
    "hearing": gettext_lazy("Hearing"),
    "interview": gettext_lazy("Interview"),
    "legal_case": gettext_lazy("Legal case"),
    "legislation": gettext_lazy("Legislation"),
    "manuscript": gettext_lazy("Manuscript"),
    "map": gettext_lazy("Map"),
    "motion_picture": gettext_lazy("Film or video"),
    "musical_score": gettext_lazy("Musical score"),
    "pamphlet": gettext_lazy("Pamphlet"),
    "paper-conference": gettext_lazy("Conference paper"),
    "patent": gettext_lazy("Patent"),
    "performance": gettext_lazy("Performance"),
    "periodical": gettext_lazy("Periodical"),
    "personal_communication": gettext_lazy("Personal communication"),
    "post": gettext_lazy("Post on a forum or network"),
    "post-weblog": gettext_lazy("Blog post"),
    "regulation": gettext_lazy("Regulation"),
    "report": gettext_lazy("Report"),
    "review": gettext_lazy("Review"),
    "review-book": gettext_lazy("Review of a book"),
    "software": gettext_lazy("Software"),
    "song": gettext_lazy("Audio recording"),
    "speech": gettext_lazy("Talk"),
    "standard": gettext_lazy("Standard"),
    "thesis": gettext_lazy("Thesis"),
    "treaty": gettext_lazy("Treaty"),
    "webpage": gettext_lazy("Web page"),
}

NAMES = frozenset(
    [
        "author",
        "chair",
        "collection-editor",
        "compiler",
        "composer",
        "container-author",
        "contributor",
        "curator",
        "director",
        "editor",
        "editorial-director",
        "editor-translator",
        "executive-producer",
        "guest",
        "host",
        "illustrator",
        "interviewer",
        "narrator",
        "organizer",
        "original-author",
        "performer",
        "producer",
        "recipient",
        "reviewed-author",
        "script-writer",
        "series-creator",
        "translator",
    ]
)
DATES = frozenset(["accessed", "available-date", "event-date", "issued", "original-date", "submitted"])
NUMBERS = frozenset(
    [
        "chapter-number",
        "citation-number",
        "collection-number",
        "edition",
        "first-reference-note-number",
        "issue",
        "locator",
        "number",
        "number-of-pages",
        "number-of-volumes",
        "page",
        "page-first",
        "part-number",
        "printing-number",
        "section",
        "supplement-number",
        "version",
        "volume",
    ]
)
TEXTS = frozenset(
    [
        "abstract",
        "annote",
        "archive",
        "archive_collection",
        "archive_location",
        "archive-place",
        "authority",
        "call-number",
        "citation-key",
        "citation-label",
        "collection-title",
        "container-title",
        "container-title-short",
        "dimensions",
        "division",
        "DOI",
        "event-title",
        "event-place",
        "event",
        "genre",
        "ISBN",
        "ISSN",
        "jurisdiction",
        "keyword",
        "language",
        "license",
        "medium",
        "note",
        "original-publisher",
        "original-publisher-place",
        "original-title",
        "part-title",
        "PMCID",
        "PMID",
        "publisher",
        "publisher-place",
        "references",
        "reviewed-genre",
        "reviewed-title",
        "scale",
        "source",
        "status",
        "title",
        "title-short",
        "URL",
        "volume-title",
        "year-suffix",
        "journalAbbreviation",
        "shortTitle",
    ]
)
LONGEST = 20_000  # characters of one value
MOST_NAMES = 500
MOST_ENTRIES = 3000  # of one file
_MOST_FAULTS = 20

_text = {"type": "string", "maxLength": LONGEST}
_number = {"anyOf": [_text, {"type": "number"}]}
_yes = {"type": ["string", "number", "boolean"]}
_name = {
    "type": "object",
    "properties": {
        **dict.fromkeys(
            ("family", "given", "literal", "suffix", "dropping-particle", "non-dropping-particle"), _text
        ),
        **dict.fromkeys(("comma-suffix", "static-ordering", "parse-names"), _yes),
    },
    "anyOf": [{"required": ["family"]}, {"required": ["literal"]}, {"required": ["given"]}],
    "additionalProperties": False,
}
_part = {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": r"^\s*-?\d*\s*$"}]}
_date = {
    "type": "object",
    "properties": {
        "date-parts": {
            "type": "array",
            "items": {"type": "array", "items": _part, "minItems": 1, "maxItems": 3},
            "minItems": 1,
            "maxItems": 2,
        },
        "season": _number,
        "circa": _yes,
        "literal": _text,
        "raw": _text,
        "edtf": _text,
    },
    "additionalProperties": False,
    "minProperties": 1,
}
SCHEMA = {
    "type": "object",
    "properties": {
        "type": {"enum": sorted(TYPES)},
        "id": _number,
        "categories": {"type": "array", "items": _text},
        "custom": {"type": "object"},
        **{role: {"type": "array", "items": _name, "maxItems": MOST_NAMES} for role in NAMES},
        **dict.fromkeys(DATES, _date),
        **dict.fromkeys(NUMBERS, _number),
        **dict.fromkeys(TEXTS, _text),
    },
    "required": ["type"],
    "additionalProperties": False,
}
VARIABLES = NAMES | DATES | NUMBERS | TEXTS | {"type"}
_NO_SIGN = re.compile("[\x00\ud800-\udfff]")
_validator = Draft202012Validator(SCHEMA)


@dataclass(frozen=True)
class Reference:
    """``beyond``: what the format said that CSL-JSON has no word for, by format. ``faults``: sentences for the person."""

    key: str
    csl: Csl
    beyond: dict[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


class Unfit(ValueError):  # noqa: N818 -- an answer about a file
    """The file cannot be read as what it is said to be; the message is a plain sentence, safe to show."""


def too_many(number: int) -> str:
    return _("There are %(number)s entries in this file. Bring at most %(most)s at a time.") % {
        "number": number,
        "most": MOST_ENTRIES,
    }


def faults(csl: object) -> list[str]:
    """Sentences that say where an item is not CSL-JSON; empty if it is."""
    found = []
    errors = itertools.islice(_validator.iter_errors(csl), _MOST_FAULTS)
    for error in sorted(errors, key=lambda each: list(map(str, each.path))):
        where = ".".join(map(str, error.path)) or _("the whole entry")
        found.append(_("%(where)s: %(what)s") % {"where": where, "what": error.message[:200]})
    return found


def storable(said: Any) -> Any:
    """Without what no database keeps: signs that are none (NUL, halves of pairs), numbers without an end."""
    if isinstance(said, str):
        return _NO_SIGN.sub("", said)
    if isinstance(said, float) and not math.isfinite(said):
        return str(said)
    if isinstance(said, Mapping):
        return {storable(str(name)): storable(value) for name, value in said.items()}
    if isinstance(said, Sequence):
        return [storable(each) for each in said]
    return said


def cleaned(csl: Mapping[str, Any]) -> Csl:
    """Without what is empty, and without ``id``, which a library gives itself."""
    kept: Csl = {}
    for name, said in csl.items():
        value = storable(said)
        if isinstance(value, str) and name != "abstract":
            value = " ".join(value.split())
        if name != "id" and value not in ("", None, [], {}):
            kept[name] = value
    return kept


# Names ----------------------------------------------------------------------------------------------------------------

_PARTICLE = re.compile(r"^((?:(?:[dlt]['’]|[^\W\d_A-ZÀ-Þ][^\WA-ZÀ-Þ]*\.?)\s*)+)(?=[A-ZÀ-Þ])", re.UNICODE)


def name(text: str) -> Csl:
    """``"van der Berg, Ann, Jr."`` or ``"Ann van der Berg"`` as a name of CSL; one word is a literal."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    match parts:
        case []:
            return {}
        case [single] if " " not in single:
            return {"literal": single}
        case [single]:
            given, _space, family = single.rpartition(" ")
            while (before := given.rpartition(" "))[2][:1].islower():
                given, family = before[0], f"{before[2]} {family}"
            return _with_particle(family, given)
        case [family, given]:
            return _with_particle(family, given)
        case [family, given, suffix, *_rest]:
            return _with_particle(family, given) | {"suffix": suffix}
    return {"literal": text.strip()}


def _with_particle(family: str, given: str) -> Csl:
    made: Csl = {"family": family}
    if (found := _PARTICLE.match(family)) and (rest := family[found.end() :]):
        made = {"family": rest, "non-dropping-particle": found[1].strip()}
    return made | ({"given": given} if given else {})


def written(person: Mapping[str, Any]) -> str:
    """A name of CSL as ``"van der Berg, Ann, Jr."``; a literal as it is."""
    if literal := person.get("literal"):
        return str(literal)
    particles = [person.get("dropping-particle", ""), person.get("non-dropping-particle", "")]
    family = " ".join(filter(None, [*particles, person.get("family", "")]))
    return ", ".join(filter(None, [family, person.get("given", ""), person.get("suffix", "")]))


# Dates ----------------------------------------------------------------------------------------------------------------

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBERED = re.compile(r"^\s*(-?\d{1,4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?(?=$|[T/\s])")
_DAY, _MONTH = 31, 12


def date(text: str) -> Csl:
    """``2017``, ``2017-12``, ``2017/12/04/``, ``2017-12-04T10:00``, a range ``2017-12/2018-01``; all else as it stands."""
    text = text.strip().rstrip("/")
    if not text:
        return {}
    halves = text.split("/") if re.fullmatch(r"[\d-]{4,10}/[\d-]{4,10}", text) else [text]
    parts = [_parts(half) for half in halves]
    return {"date-parts": parts} if all(parts) else {"literal": text}


def _parts(text: str) -> list[int]:
    found = _NUMBERED.match(text)
    if found is None:
        return []
    parts = [int(found[1])]
    if found[2] and 1 <= int(found[2]) <= _MONTH:
        parts.append(int(found[2]))
        if found[3] and 1 <= int(found[3]) <= _DAY:
            parts.append(int(found[3]))
    return parts


def parts_of(value: Mapping[str, Any] | None) -> list[int]:
    """Year, month, day of where a date begins, as far as it says; empty for one in words."""
    first: object = next(iter((value or {}).get("date-parts") or []), [])
    return _numbers(first)


def _numbers(parts: object) -> list[int]:
    """As far as they are numbers: registers write a month that they do not know as nothing."""
    found = []
    for part in parts if isinstance(parts, Sequence) and not isinstance(parts, str) else []:
        try:
            found.append(int(str(part)))
        except ValueError:
            break
    return found


def iso(value: Mapping[str, Any] | None) -> str:
    """``2017-12-04``, a range with a slash between; a date in words as it stands."""
    if not value:
        return ""
    ranges = value.get("date-parts") or []
    ends = []
    for each in ranges:
        numbers = _numbers(each)
        if not numbers:
            break
        year, *rest = numbers
        ends.append("-".join([f"{year:04d}", *(f"{part:02d}" for part in rest)]))
    return "/".join(ends) or str(value.get("literal") or value.get("raw") or value.get("edtf") or "")


# What a library shows and sorts by ------------------------------------------------------------------------------------

_DOI = re.compile(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.\d{4,9}/\S+)$", re.IGNORECASE)


def doi(text: str) -> str:
    """A DOI in lower case without its resolver; empty if it is none."""
    found = _DOI.match(text.strip())
    return found[1].lower() if found else ""


def authors(csl: Mapping[str, Any]) -> list[Csl]:
    for role in ("author", "editor", "director", "composer", "translator", "performer", "container-author"):
        if csl.get(role):
            return list(csl[role])
    return []


def short_name(person: Mapping[str, Any]) -> str:
    """The name that people call a work by: the family name with its particle, or the literal."""
    if person.get("family"):
        return " ".join(filter(None, [person.get("non-dropping-particle", ""), person["family"]]))
    return str(person.get("literal") or person.get("given") or "")

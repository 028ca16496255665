"""From a JSON-LD document to the sorted lines that are signed (RDF Dataset Canonicalisation, RDFC-1.0).

Two things are done that a JSON-LD processor does not do by itself:

* Whatever would be lost on the way is refused: a term that no context defines, a relative address, a property hidden
  behind an expanded address. Otherwise a signature could hold over less than what a reader sees.
* A graph made to keep the machine busy (many blank nodes that look alike) is refused after a bounded amount of work,
  counted and not timed, so that the answer is the same on every machine.
"""

import hashlib
import json
import math
import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import permutations
from typing import Any, ClassVar, Final, NamedTuple

from django.utils.translation import gettext as _
from pyld.jsonld import JsonLdError, JsonLdProcessor

from collegium.credentials import contexts

MAX_BYTES: Final = 1_000_000
MAX_DEPTH: Final = 40
MAX_QUADS: Final = 10_000
MAX_BLANK_NODES: Final = 2_000
MAX_WORK: Final = 20_000

# PyLD makes relative addresses and undefined types whole with a base, and has one of its own where none is given. This one
# is where nothing is: whatever leads there was not whole.
NOWHERE: Final = "nowhere://nowhere/"

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
# Keywords that describe a value. Everything else that begins with @ changes how the document is read.
VALUE_KEYWORDS: Final = frozenset({"@value", "@language", "@direction"})
ABSOLUTE: Final = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]*$")
LANGUAGE: Final = re.compile(r"^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$")


class Unsound(ValueError):  # noqa: N818 -- an answer about a document
    """The document cannot be signed or believed as it stands; the message says why, and may be shown."""

    def __init__(self, message: str, *, term: str = "") -> None:
        super().__init__(message)
        self.term = term


class UndefinedTerm(Unsound):
    """A term that none of the document's contexts defines."""


class TooComplex(Unsound):
    """The graph takes more work to put in order than any honest credential."""


class Node(NamedTuple):
    """An address, or a blank node (``_:``)."""

    value: str

    @property
    def blank(self) -> bool:
        return self.value.startswith("_:")

    def __str__(self) -> str:
        return self.value if self.blank else f"<{self.value}>"


class Literal(NamedTuple):
    value: str
    datatype: str
    language: str = ""

    def __str__(self) -> str:
        quoted = f'"{self.value.translate(_ESCAPES)}"'
        if self.language:
            return f"{quoted}@{self.language}"
        return quoted if self.datatype == f"{XSD}string" else f"{quoted}^^<{self.datatype}>"


_ESCAPES: Final = {code: f"\\u{code:04X}" for code in (*range(0x20), 0x7F)} | {
    ord(plain): escaped
    for plain, escaped in {
        "\b": r"\b",
        "\t": r"\t",
        "\n": r"\n",
        "\f": r"\f",
        "\r": r"\r",
        '"': r"\"",
        "\\": r"\\",
    }.items()
}


class Quad(NamedTuple):
    subject: Node
    predicate: str
    object: Node | Literal
    graph: Node | None

    def blank_nodes(self) -> Iterator[tuple[str, str]]:
        """Each blank node with the letter of its position."""
        if self.subject.blank:
            yield "s", self.subject.value
        if isinstance(self.object, Node) and self.object.blank:
            yield "o", self.object.value
        if self.graph and self.graph.blank:
            yield "g", self.graph.value

    def line(self, names: dict[str, str]) -> str:
        """The N-Quads line, with blank nodes named as ``names`` says."""

        def named(term: Node | Literal) -> str:
            return names[term.value] if isinstance(term, Node) and term.blank else str(term)

        graph = f" {named(self.graph)}" if self.graph else ""
        return f"{named(self.subject)} <{self.predicate}> {named(self.object)}{graph} .\n"


# Reading JSON ---------------------------------------------------------------------------------------------------------


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise Unsound(_("A name is given twice in one object, so two readers could read two things."))
    return read


def _no_constant(name: str) -> Any:
    raise Unsound(_("%(name)s is not a number that JSON knows.") % {"name": name})


def parse(text: str | bytes) -> Any:
    """JSON as strangers send it: bounded in size and depth, no name twice, no NaN."""
    if len(text) > MAX_BYTES:
        raise Unsound(_("The text is longer than a million characters, so it was not read."))
    try:
        read = json.loads(text, object_pairs_hook=_no_repeats, parse_constant=_no_constant)
    except RecursionError:
        raise Unsound(_("The text is nested too deeply to be read.")) from None
    except Unsound:
        raise
    except ValueError:
        raise Unsound(_("The text is not valid JSON.")) from None
    return read


def check_shape(document: Any) -> dict[str, Any]:
    """What must be so before a JSON-LD processor sees it: known contexts named once at the top, plain terms below."""
    if not isinstance(document, dict):
        raise Unsound(_("This is JSON, but not one credential: an object with names and values is expected."))
    named = document.get("@context")
    if not isinstance(named, list) or not named or not all(isinstance(address, str) for address in named):
        raise Unsound(
            _(
                "The contexts that give the terms their meaning must be a list of addresses, without definitions of its own."
            )
        )
    for address in named:
        contexts.document(address)  # UnknownContext
    if named[0] not in {contexts.CREDENTIALS_V2, contexts.CREDENTIALS_V1}:
        raise Unsound(_("The first context must be that of Verifiable Credentials."))
    _check_terms(document, depth=0)
    # Statements about one thing are merged wherever they stand: a part with the whole's own name could carry off an
    # expiry or a status to where nobody looks, and the signature would still hold.
    own = document.get("id")
    if own is not None and any(part.get("id") == own for part in _parts(document) if part is not document):
        raise Unsound(_("A part of the document has the name of the whole."))
    return document


def _parts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for held in value.values():
            yield from _parts(held)
    elif isinstance(value, list):
        for item in value:
            yield from _parts(item)


def _check_terms(value: Any, *, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise TooComplex(_("The document is nested too deeply."))
    if isinstance(value, list):
        for item in value:
            _check_terms(item, depth=depth + 1)
    elif isinstance(value, dict):
        for term, held in value.items():
            if term == "@context" and depth == 0:
                continue
            # An address in the place of a term would hide a property (an expiry, say) from all who read the JSON.
            if (term.startswith("@") and term not in VALUE_KEYWORDS) or ":" in term:
                raise Unsound(_("“%(term)s” is not a plain term.") % {"term": term[:80]}, term=term)
            _check_terms(held, depth=depth + 1)
    elif isinstance(value, float) and not math.isfinite(value):
        raise Unsound(_("A number is too large."))


class _Processor(JsonLdProcessor):  # type: ignore[misc]  # PyLD has no types
    """PyLD works every scoped context out anew for each node: four fifths of its time. Ours never change, so once is enough.

    Only contexts of this package come here (``check_shape`` lets no others through), so there are few to remember.
    """

    _known: ClassVar[dict[tuple[Any, ...], tuple[Any, Any]]] = {}
    _most: ClassVar[int] = 1_000

    def _process_context(
        self, active: dict[str, Any], local: Any, options: Any, *flags: Any, **more: Any
    ) -> Any:
        named = (local,) if isinstance(local, str) else tuple(local) if isinstance(local, list) else None
        if named is not None and not all(isinstance(address, str) for address in named):
            return super()._process_context(active, local, options, *flags, **more)
        # A part of a context is known by its identity; it is kept beside the answer, so that it stays the same.
        if "_uuid" not in active:
            active["_uuid"] = str(uuid.uuid1())
        key = (active["_uuid"], named or id(local), flags, *sorted(more.items()))
        try:
            found = self._known.get(key)
        except TypeError:  # a set of contexts on the way, which cannot be remembered
            return super()._process_context(active, local, options, *flags, **more)
        if found is None:
            if len(self._known) >= self._most:
                self._known.clear()
            found = (super()._process_context(active, local, options, *flags, **more), local)
            self._known[key] = found
        return found[0]


# From JSON-LD to quads ------------------------------------------------------------------------------------------------


def quads(document: dict[str, Any]) -> set[Quad]:
    """The statements of ``document``. Whatever would be lost raises instead."""

    def dropped(term: str | None) -> None:
        raise UndefinedTerm(
            _("No context defines the term “%(term)s”, so a signature would not cover it.")
            % {"term": str(term)[:80]},
            term=str(term),
        )

    try:
        expanded = _Processor(on_property_dropped=dropped).expand(
            document, {"documentLoader": contexts.load, "base": NOWHERE, "processingMode": "json-ld-1.1"}
        )
    except JsonLdError as problem:
        known: BaseException | None = problem
        while known is not None:
            if isinstance(known, Unsound | contexts.UnknownContext):
                raise known from None
            known = known.__cause__
        raise Unsound(
            _("The document is not valid JSON-LD (%(code)s).") % {"code": problem.code or problem.type}
        ) from None
    except RecursionError:
        raise TooComplex(_("The document is nested too deeply.")) from None
    writer = _Writer()
    for item in expanded:
        writer.node(item, graph=None)
    return writer.quads


@dataclass
class _Writer:
    """Writes expanded JSON-LD as quads."""

    quads: set[Quad] = field(default_factory=set)
    named: dict[str, str] = field(default_factory=dict)
    count: int = 0

    def blank(self, label: str = "") -> Node:
        if label in self.named:
            return Node(self.named[label])
        name = f"_:b{self.count}"
        self.count += 1
        if self.count > MAX_BLANK_NODES:
            raise TooComplex(_("The document has more unnamed parts than a credential needs."))
        if label:
            self.named[label] = name
        return Node(name)

    def address(self, value: str) -> Node:
        if value.startswith("_:"):
            return self.blank(value)
        if value.startswith(NOWHERE) or not ABSOLUTE.match(value):
            value = value.removeprefix(NOWHERE)
            raise UndefinedTerm(
                _(
                    "“%(term)s” is neither a term that a context defines nor a whole address, so a signature would not cover it."
                )
                % {"term": value[:80]},
                term=value,
            )
        return Node(value)

    def say(self, subject: Node, predicate: str, held: Node | Literal, graph: Node | None) -> None:
        self.quads.add(Quad(subject, predicate, held, graph))
        if len(self.quads) > MAX_QUADS:
            raise TooComplex(_("The document says more than a credential needs."))

    def node(self, item: dict[str, Any], *, graph: Node | None) -> Node:
        subject = self.address(item["@id"]) if "@id" in item else self.blank()
        for predicate, held in item.items():
            if predicate == "@id":
                continue
            if predicate == "@type":
                for name in held:
                    self.say(subject, f"{RDF}type", self.address(name), graph)
            elif predicate == "@graph":
                for inner in held:
                    self.node(inner, graph=subject)
            elif predicate.startswith(("@", "_:")):
                raise Unsound(_("“%(term)s” is not a plain term.") % {"term": predicate}, term=predicate)
            else:
                self.address(predicate)
                for value in held:
                    self.say(subject, predicate, self.value(value, graph=graph), graph)
        return subject

    def value(self, item: dict[str, Any], *, graph: Node | None) -> Node | Literal:
        if "@value" in item:
            return _literal(item)
        if "@list" in item:
            head = Node(f"{RDF}nil")
            for member in reversed(item["@list"]):
                cell = self.blank()
                self.say(cell, f"{RDF}first", self.value(member, graph=graph), graph)
                self.say(cell, f"{RDF}rest", head, graph)
                head = cell
            return head
        return self.node(item, graph=graph)


def _double(value: float) -> str:
    """The canonical form of xsd:double: one digit before the point, no spare zeros, E, the exponent."""
    mantissa, exponent = f"{value:.15E}".split("E")
    whole, fraction = mantissa.split(".")
    return f"{whole}.{fraction.rstrip('0') or '0'}E{int(exponent)}"


_WHOLE_NUMBERS_END: Final = 1e21


def _literal(item: dict[str, Any]) -> Literal:
    value, datatype = item["@value"], item.get("@type", "")
    if datatype == "@json":
        raise Unsound(_("Raw JSON inside a credential is not supported."))
    if "@direction" in item:
        # RDF has no place for it, so a signature would not cover it.
        raise UndefinedTerm(_("The direction of a text cannot be signed."), term="@direction")
    if isinstance(value, bool):
        return Literal("true" if value else "false", datatype or f"{XSD}boolean")
    if isinstance(value, int | float):
        whole = float(value).is_integer() and abs(value) < _WHOLE_NUMBERS_END
        if whole and datatype != f"{XSD}double":
            return Literal(str(int(value)), datatype or f"{XSD}integer")
        return Literal(_double(float(value)), datatype or f"{XSD}double")
    if datatype and not ABSOLUTE.match(datatype):
        raise UndefinedTerm(
            _("“%(term)s” is not a known type of value.") % {"term": datatype[:80]}, term=datatype
        )
    language = item.get("@language", "")
    if language:
        if not LANGUAGE.match(language):
            raise Unsound(_("“%(term)s” is not the tag of a language.") % {"term": language[:80]})
        return Literal(value, f"{RDF}langString", language)
    return Literal(value, datatype or f"{XSD}string")


# Canonicalisation: https://www.w3.org/TR/rdf-canon/ -------------------------------------------------------------------


@dataclass
class _Issuer:
    prefix: str
    issued: dict[str, str] = field(default_factory=dict)

    def issue(self, name: str) -> str:
        return self.issued.setdefault(name, f"{self.prefix}{len(self.issued)}")

    def copy(self) -> "_Issuer":
        return _Issuer(self.prefix, dict(self.issued))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class _Canonicaliser:
    def __init__(self, statements: Iterable[Quad]) -> None:
        self.quads = list(statements)
        self.mentions: dict[str, list[Quad]] = {}
        for quad in self.quads:
            for name in {name for _position, name in quad.blank_nodes()}:
                self.mentions.setdefault(name, []).append(quad)
        self.first = {name: self.first_degree(name) for name in self.mentions}
        self.canonical = _Issuer("_:c14n")
        self.work = 0

    def lines(self) -> list[str]:
        alike: dict[str, list[str]] = {}
        for name, digest in self.first.items():
            alike.setdefault(digest, []).append(name)
        for _digest, names in sorted(alike.items()):
            if len(names) == 1:
                self.canonical.issue(names[0])
        for _digest, names in sorted(alike.items()):
            if len(names) == 1:
                continue
            paths: list[tuple[str, _Issuer]] = []
            for name in names:
                if name not in self.canonical.issued:
                    issuer = _Issuer("_:b")
                    issuer.issue(name)
                    paths.append(self.n_degree(name, issuer))
            for _path, issuer in sorted(paths, key=lambda found: found[0]):
                for existing in issuer.issued:
                    self.canonical.issue(existing)
        return sorted(quad.line(self.canonical.issued) for quad in self.quads)

    def first_degree(self, name: str) -> str:
        """The node's own statements, itself called a and every other blank node z."""
        written = []
        for quad in self.mentions[name]:
            names = {other: "_:a" if other == name else "_:z" for _position, other in quad.blank_nodes()}
            written.append(quad.line(names))
        return _sha256("".join(sorted(written)))

    def related(self, related: str, quad: Quad, issuer: _Issuer, position: str) -> str:
        known = self.canonical.issued.get(related) or issuer.issued.get(related) or self.first[related]
        predicate = "" if position == "g" else f"<{quad.predicate}>"
        return _sha256(f"{position}{predicate}{known}")

    def spend(self) -> None:
        self.work += 1
        if self.work > MAX_WORK:
            raise TooComplex(
                _("The document's parts are tied up in each other in a way that no honest credential needs.")
            )

    def n_degree(self, name: str, issuer: _Issuer) -> tuple[str, _Issuer]:
        self.spend()
        neighbours: dict[str, list[str]] = {}
        for quad in self.mentions[name]:
            for position, other in quad.blank_nodes():
                if other != name:
                    neighbours.setdefault(self.related(other, quad, issuer, position), []).append(other)
        data = []
        for digest, group in sorted(neighbours.items()):
            data.append(digest)
            chosen, chosen_issuer = "", issuer
            for order in permutations(group):
                self.spend()
                found = self.walk(order, issuer.copy(), chosen)
                if found and (not chosen or found[0] < chosen):
                    chosen, chosen_issuer = found
            data.append(chosen)
            issuer = chosen_issuer
        return _sha256("".join(data)), issuer

    def walk(self, order: tuple[str, ...], issuer: _Issuer, best: str) -> tuple[str, _Issuer] | None:
        """One order of nodes that look alike: the path it gives, or None once it cannot be the first."""
        path, deeper = "", []
        for name in order:
            if name in self.canonical.issued:
                path += self.canonical.issued[name]
            else:
                if name not in issuer.issued:
                    deeper.append(name)
                path += issuer.issue(name)
            if best and len(path) >= len(best) and path > best:
                return None
        for name in deeper:
            digest, found = self.n_degree(name, issuer)
            path += f"{issuer.issue(name)}<{digest}>"
            issuer = found
            if best and len(path) >= len(best) and path > best:
                return None
        return path, issuer


def canonical_lines(statements: Iterable[Quad]) -> list[str]:
    """The statements as N-Quads, blank nodes renamed by RDFC-1.0, sorted."""
    return _Canonicaliser(statements).lines()


def canonicalise(document: dict[str, Any]) -> str:
    """What of ``document`` is signed."""
    return "".join(canonical_lines(quads(check_shape(document))))

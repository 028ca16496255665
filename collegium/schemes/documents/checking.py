"""Whether a file is a framework or a scheme: first its shape by JSON Schema, then what a schema cannot say.

Every problem is collected, so that somebody who writes a file mends it in one go.
"""

import datetime as dt
import difflib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from collegium.schemes import requirements
from collegium.schemes.documents.frameworks import Arrangement, FrameworkDocument, NodeDocument, NodeKind
from collegium.schemes.documents.problems import Problem, WrongDocumentError
from collegium.schemes.documents.reading import PathOfValue, Reading, read_bytes, read_file
from collegium.schemes.documents.schemes import PathwayDocument, SchemeDocument, locate
from collegium.schemes.documents.values import UNSET, OutcomeKind, Quantity
from collegium.schemes.requirements import All, AtLeast, Instances, Requirement, ShapeError

SCHEMA = Path(__file__).resolve().parent.parent / "schema"
FRAMEWORKS = "frameworks"

Complain = Callable[..., None]


@dataclass(frozen=True)
class CheckedScheme:
    """A scheme that may be loaded, with the framework that it stands on."""

    scheme: SchemeDocument
    framework: FrameworkDocument


def framework_file(path: Path) -> FrameworkDocument:
    """The framework in a file; raises WrongDocumentError with every problem in it."""
    return _framework(read_file(path))


def framework_text(content: bytes, *, file: str) -> FrameworkDocument:
    return _framework(read_bytes(content, file=file))


def scheme_file(path: Path, framework: FrameworkDocument | None = None) -> CheckedScheme:
    """The scheme in a file, with its framework: the one given, or the one beside it below `frameworks/`."""
    reading = read_file(path)
    return _scheme(reading, framework, beside=path.parent)


def scheme_text(content: bytes, *, file: str, framework: FrameworkDocument) -> CheckedScheme:
    return _scheme(read_bytes(content, file=file), framework, beside=None)


def kind_of_file(path: Path) -> str:
    """What the file says it is: a framework, a scheme, or nothing that is known (an empty text)."""
    reading = read_file(path)
    kind = reading.plain.get("kind", "") if isinstance(reading.plain, Mapping) else ""
    return kind if kind in ("framework", "scheme") else ""


def answer_problems(
    scheme: SchemeDocument, framework: FrameworkDocument, answers: Mapping[str, Any]
) -> tuple[str, ...]:
    """What is wrong with a scheme once these answers stand in it; nothing where they fit.

    The answers go through the very checks that the file went through.
    """
    plain = scheme.to_json()
    for path, answer in {**scheme.answers, **answers}.items():
        found = locate(plain, path)
        if found is None:
            return (_("The scheme has no rule at “%(path)s”.") % {"path": path},)
        holder, key = found
        standing = holder[key]
        if isinstance(standing, dict) and "value" in standing:
            standing["value"] = answer
        else:
            holder[key] = answer
    reading = Reading(file="", plain=plain)
    _by_schema(reading, "scheme")
    if not reading.problems:
        _scheme_rules(reading, plain, framework)
    return tuple(problem.reason for problem in reading.problems)


def _framework(reading: Reading) -> FrameworkDocument:
    _by_schema(reading, "framework")
    if not reading.problems:
        _framework_rules(reading)
    if reading.problems:
        raise WrongDocumentError(tuple(sorted(reading.problems)))
    return FrameworkDocument.from_json(reading.plain)


def _scheme(reading: Reading, framework: FrameworkDocument | None, *, beside: Path | None) -> CheckedScheme:
    _by_schema(reading, "scheme")
    others: tuple[Problem, ...] = ()
    if framework is None and beside is not None and _names_a_framework(reading.plain):
        framework, others = _framework_beside(reading, beside)
    if not reading.problems and framework is not None:
        _same_framework(reading, framework)
        _scheme_rules(reading, reading.plain, framework)
    if reading.problems or others or framework is None:
        raise WrongDocumentError((*sorted(reading.problems), *others))
    return CheckedScheme(SchemeDocument.from_json(reading.plain), framework)


def _names_a_framework(plain: Any) -> bool:
    named = plain.get("framework") if isinstance(plain, Mapping) else None
    return isinstance(named, Mapping) and "key" in named and "version" in named


def _framework_beside(reading: Reading, folder: Path) -> tuple[FrameworkDocument | None, tuple[Problem, ...]]:
    named = reading.plain["framework"]
    name = f"{named['key']}-{named['version']}.yaml"
    # The name comes out of a file: it may not lead anywhere else.
    if name != Path(name).name:
        return None, ()
    path = folder / FRAMEWORKS / name
    if not path.is_file():
        reading.complain(
            _("There is no framework file %(name)s in the folder %(folder)s beside this file.")
            % {"name": name, "folder": f"{FRAMEWORKS}/"},
            path=("framework",),
        )
        return None, ()
    try:
        return framework_file(path), ()
    except WrongDocumentError as error:
        return None, error.problems


def _same_framework(reading: Reading, framework: FrameworkDocument) -> None:
    named = reading.plain["framework"]
    if (named["key"], str(named["version"])) != (framework.key, framework.version):
        reading.complain(
            _("The scheme names the framework %(named)s, but the file is %(found)s.")
            % {
                "named": f"{named['key']} {named['version']}",
                "found": f"{framework.key} {framework.version}",
            },
            path=("framework",),
        )


# --- Shape, by JSON Schema


@cache
def _validator(name: str) -> Draft202012Validator:
    schema = json.loads((SCHEMA / f"{name}.schema.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema)


def _by_schema(reading: Reading, name: str) -> None:
    if reading.problems or reading.plain is None:
        return
    for error in _validator(name).iter_errors(reading.plain):
        for path, reason in _explain(error):
            reading.complain(reason, path=path)


Explained = Iterator[tuple[PathOfValue, str]]


def _explain(error: ValidationError) -> Explained:
    """A schema error in plain words; `says` in the schema tells what was expected."""
    return _EXPLANATIONS.get(str(error.validator), _explain_other)(error)


def _name(error: ValidationError) -> str:
    names = [step for step in error.absolute_path if isinstance(step, str)]
    # The value of a rule goes by the name of the rule.
    return next((name for name in reversed(names) if name != "value"), "")


def _explain_other(error: ValidationError) -> Explained:
    says = error.schema.get("says", "") if isinstance(error.schema, Mapping) else ""
    yield tuple(error.absolute_path), _should_be(_name(error), says, error.instance)


def _explain_any_of(error: ValidationError) -> Explained:
    branch = _branch_meant(error)
    if not branch:
        yield from _explain_other(error)
    for inner in branch:
        yield from _explain(inner)


def _explain_required(error: ValidationError) -> Explained:
    path: PathOfValue = tuple(error.absolute_path)
    for key in _strings(error.validator_value):
        # jsonschema reports each missing name by itself: the message begins with it.
        if error.message.startswith(repr(key)):
            yield path, _missing(key, _name(error), path)


def _explain_unknown(error: ValidationError) -> Explained:
    known = list(error.schema.get("properties", ())) if isinstance(error.schema, Mapping) else []
    for key in _strings(error.instance):
        if key not in known:
            yield (*error.absolute_path, key), _unknown(key, known)


def _strings(found: Any) -> list[str]:
    """Jsonschema types what it holds as anything, and as not there at all."""
    return [str(item) for item in found]


def _explain_empty(error: ValidationError) -> Explained:
    yield tuple(error.absolute_path), _("“%(name)s” is empty.") % {"name": _name(error)}


def _explain_long(error: ValidationError) -> Explained:
    yield (
        tuple(error.absolute_path),
        _("“%(name)s” is too long: at most %(most)d characters.")
        % {"name": _name(error), "most": error.validator_value},
    )


def _explain_twice(error: ValidationError) -> Explained:
    yield tuple(error.absolute_path), _("“%(name)s” says something twice.") % {"name": _name(error)}


_EXPLANATIONS: Mapping[str, Callable[[ValidationError], Explained]] = {
    "anyOf": _explain_any_of,
    "required": _explain_required,
    "additionalProperties": _explain_unknown,
    "minItems": _explain_empty,
    "minProperties": _explain_empty,
    "minLength": _explain_empty,
    "maxLength": _explain_long,
    "uniqueItems": _explain_twice,
}


def _branch_meant(error: ValidationError) -> list[ValidationError]:
    """The one alternative that the author seems to have meant: of the right kind, and wrong further in."""
    branches: dict[int, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(int(inner.schema_path[0]), []).append(inner)
    fitting = [
        branch
        for branch in branches.values()
        if all(inner.path or inner.validator not in ("type", "const", "enum", "pattern") for inner in branch)
        and not any(
            not inner.path and inner.validator == "anyOf" and not _branch_meant(inner) for inner in branch
        )
    ]
    if isinstance(error.instance, Mapping) and len(fitting) > 1:
        # A mapping with `value` is a rule with its source; any other is the thing itself.
        wrapped = [branch for branch in fitting if "value" in _properties(branch[0])]
        fitting = wrapped if "value" in error.instance else [b for b in fitting if b not in wrapped]
    return fitting[0] if len(fitting) == 1 else []


def _properties(error: ValidationError) -> Mapping[str, Any]:
    found = error.schema.get("properties", {}) if isinstance(error.schema, Mapping) else {}
    return found if isinstance(found, Mapping) else {}


def _should_be(name: str, says: str, found: Any) -> str:
    if isinstance(found, bool):
        shown = _("yes") if found else _("no")
    elif isinstance(found, Mapping):
        shown = _("a mapping")
    elif isinstance(found, list):
        shown = _("a list")
    else:
        shown = str(found)
        shown = f"“{shown[:60]}…”" if len(shown) > 60 else f"“{shown}”"  # noqa: PLR2004 - fits on a line
    if not name:
        return _("The file should be %(says)s.") % {"says": says}
    return _("“%(name)s” should be %(says)s; it is %(found)s.") % {
        "name": name,
        "says": says or _("something else"),
        "found": shown,
    }


def _missing(key: str, name: str, path: PathOfValue) -> str:
    if not path:
        return _("“%(key)s” is missing.") % {"key": key}
    if path == ("rules",):
        return _(
            "The rule “%(key)s” is not spoken of. Say it, or say unset: nothing is taken for granted."
        ) % {"key": key}
    return _("“%(key)s” is missing here, in “%(name)s”.") % {"key": key, "name": name}


def _unknown(key: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    if near:
        return _("“%(key)s” is not known here. Did you mean “%(near)s”?") % {"key": key, "near": near[0]}
    return _("“%(key)s” is not known here. Known are: %(known)s.") % {"key": key, "known": ", ".join(known)}


# --- What a schema cannot say


def _framework_rules(reading: Reading) -> None:
    plain = reading.plain
    complain = reading.complain
    _dates(plain, complain)
    _once(_keys(plain.get("components", ())), ("components",), complain)
    _once(_codes(plain.get("principles", ())), ("principles",), complain)
    components = {item["key"] for item in plain.get("components", ())}
    seen: dict[str, int] = {
        str(item["code"]): reading.line(("principles", index, "code"))
        for index, item in enumerate(plain.get("principles", ()))
    }
    kinds: set[str] = set()
    for path, node in _plain_nodes(plain["nodes"], ("nodes",)):
        code = str(node["code"])
        if code in seen:
            complain(
                _("The code “%(code)s” is taken: it is already on line %(line)d.")
                % {"code": code, "line": seen[code]},
                path=(*path, "code"),
            )
        seen.setdefault(code, reading.line((*path, "code")))
        kinds.add(node["kind"])
        is_group = node["kind"] == NodeKind.GROUP
        if is_group and "nodes" not in node:
            complain(_("The group “%(code)s” has nothing in it.") % {"code": code}, path=path)
        if not is_group and "nodes" in node:
            complain(
                _("Only a group has nodes in it; “%(code)s” is a %(kind)s.")
                % {"code": code, "kind": node["kind"]},
                path=(*path, "nodes"),
            )
        for index, key in enumerate(node.get("components", ())):
            if key not in components:
                complain(
                    _("There is no component “%(key)s” in this framework.") % {"key": key},
                    path=(*path, "components", index),
                )
        _bounds(node, path, complain)
        _source(node, plain["sources"], path, complain)
    for index, principle in enumerate(plain.get("principles", ())):
        _source(principle, plain["sources"], ("principles", index), complain)
    has_dimensions = NodeKind.DIMENSION.value in kinds
    if has_dimensions != (plain["arrangement"] == Arrangement.DIMENSIONS):
        complain(
            _("The arrangement is “dimensions”, but no node is a dimension.")
            if not has_dimensions
            else _("A node is a dimension, but the arrangement is “sections”."),
            path=("arrangement",),
        )


def _plain_nodes(nodes: Sequence[Any], path: PathOfValue) -> Iterator[tuple[PathOfValue, Mapping[str, Any]]]:
    for index, node in enumerate(nodes):
        at = (*path, index)
        yield at, node
        yield from _plain_nodes(node.get("nodes", ()), (*at, "nodes"))


def _keys(items: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    return [("key", item["key"]) for item in items]


def _codes(items: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    return [("code", str(item["code"])) for item in items]


def _once(names: Sequence[tuple[str, str]], path: PathOfValue, complain: Complain) -> None:
    seen: set[str] = set()
    for index, (field, name) in enumerate(names):
        if name in seen:
            complain(_("“%(name)s” is here a second time.") % {"name": name}, path=(*path, index, field))
        seen.add(name)


def _dates(plain: Mapping[str, Any], complain: Complain) -> None:
    _date(plain["published"], ("published",), complain)
    for key, source in plain["sources"].items():
        for field in ("published", "accessed"):
            if field in source:
                _date(source[field], ("sources", key, field), complain)


def _date(value: Any, path: PathOfValue, complain: Complain) -> None:
    parts = str(value).split("-")
    whole = "-".join([*parts, *["01"] * (3 - len(parts))])
    try:
        dt.date.fromisoformat(whole)
    except ValueError:
        complain(_("“%(value)s” is no day of the calendar.") % {"value": value}, path=path)


def _bounds(item: Mapping[str, Any], path: PathOfValue, complain: Complain) -> None:
    words, at = _value(item.get("words")), (*path, "words")
    if isinstance(words, Mapping) and words.get("least", 0) > words.get("most", words.get("least", 0)):
        complain(
            _("At least %(least)d words and at most %(most)d cannot both be kept.")
            % {"least": words["least"], "most": words["most"]},
            path=at,
        )


def _source(
    item: Mapping[str, Any], sources: Mapping[str, Any], path: PathOfValue, complain: Complain
) -> None:
    if "source" in item and item["source"] not in sources:
        complain(
            _("There is no source “%(source)s” among the sources.") % {"source": item["source"]},
            path=(*path, "source"),
        )


def _value(plain: Any) -> Any:
    return plain["value"] if isinstance(plain, Mapping) and "value" in plain else plain


def _scheme_rules(reading: Reading, plain: Mapping[str, Any], framework: FrameworkDocument) -> None:
    complain = reading.complain
    _dates(plain, complain)
    _once(_keys(plain["awarding partners"]), ("awarding partners",), complain)
    _once(_keys(plain["pathways"]), ("pathways",), complain)
    _once(_keys(plain.get("fees", ())), ("fees",), complain)
    for path, item in _everything(plain, ()):
        _source(item, plain["sources"], path, complain)
    shaped = True
    for index, pathway in enumerate(plain["pathways"]):
        try:
            if _value(pathway["requires"]) != UNSET.value:
                requirements.read(_value(pathway["requires"]))
        except ShapeError as error:
            shaped = False
            inside = ("value",) if pathway["requires"] is not _value(pathway["requires"]) else ()
            complain(error.reason, path=("pathways", index, "requires", *inside, *error.path))
    _scale(plain, complain)
    _windows(plain, complain)
    if not shaped or reading.problems:
        return
    scheme = SchemeDocument.from_json(plain)
    partners = {partner.key for partner in scheme.partners}
    keys = {pathway.key for pathway in scheme.pathways}
    for index, pathway in enumerate(scheme.pathways):
        _Pathway(scheme, framework, pathway, ("pathways", index), plain["pathways"][index], complain).check(
            keys
        )
    _Rulings(scheme, partners, complain).check()
    _upgrades(scheme, framework, keys, complain)


def _everything(plain: Any, path: PathOfValue) -> Iterator[tuple[PathOfValue, Mapping[str, Any]]]:
    """Every mapping in the file but the sources themselves."""
    if isinstance(plain, Mapping):
        yield path, plain
        for key, item in plain.items():
            if (*path, key) != ("sources",):
                yield from _everything(item, (*path, key))
    elif isinstance(plain, list):
        for index, item in enumerate(plain):
            yield from _everything(item, (*path, index))


def _scale(plain: Mapping[str, Any], complain: Complain) -> None:
    levels = _value(plain["scale"])
    if levels == UNSET.value:
        return
    inside = ("scale", "value") if levels is not plain["scale"] else ("scale",)
    _once(_keys(levels), inside, complain)
    if all(level["met"] for level in levels) or not any(level["met"] for level in levels):
        complain(
            _("A scale needs at least one level that counts as met and one that does not."), path=("scale",)
        )


def _windows(plain: Mapping[str, Any], complain: Complain) -> None:
    at: PathOfValue = ("rules", "submission")
    submission = _value(plain["rules"]["submission"])
    if not isinstance(submission, Mapping):
        return
    if submission is not plain["rules"]["submission"]:
        at = (*at, "value")
    for index, window in enumerate(submission["windows"]):
        with_year = len("2024-01-15")
        for side in ("opens", "closes"):
            day = window[side] if len(window[side]) == with_year else f"2024-{window[side]}"
            _date(day, (*at, "windows", index, side), complain)
        if len(window["opens"]) != len(window["closes"]):
            complain(_("One day has a year and the other has none."), path=(*at, "windows", index))
        elif len(window["opens"]) == with_year and window["opens"] > window["closes"]:
            complain(_("The window closes before it opens."), path=(*at, "windows", index))


@dataclass(frozen=True)
class _Pathway:
    scheme: SchemeDocument
    framework: FrameworkDocument
    pathway: PathwayDocument
    path: PathOfValue
    plain: Mapping[str, Any]
    complain: Complain

    def check(self, keys: set[str]) -> None:
        self.sections()
        self.criteria()
        self.requires()
        self.assessed_by(keys)
        _bounds(self.plain, self.path, self.complain)
        if self.pathway.sections.is_set and not self.pathway.judged(self.framework):
            self.complain(
                _(
                    "There is nothing to judge on the pathway “%(pathway)s”: no section is assessed and it has no criteria."
                )
                % {"pathway": self.pathway.title},
                path=self.path,
            )
        decision = self.pathway.rules.decision.value
        if decision is not UNSET and decision.areas is not Quantity.EVERY and self.pathway.sections.is_set:
            number = len(self.pathway.judged(self.framework))
            if decision.areas > number:
                self.complain(
                    _(
                        "%(areas)d areas cannot be met on the pathway “%(pathway)s”: only %(number)d are judged."
                    )
                    % {"areas": decision.areas, "pathway": self.pathway.title, "number": number},
                    path=("rules", "decision"),
                )

    def sections(self) -> None:
        if self.pathway.sections.value is UNSET:
            return
        at = self._inside("sections")
        seen: set[str] = set()
        for index, section in enumerate(self.pathway.sections.value):
            here = (*at, index)
            if section.code in seen:
                self.complain(
                    _(
                        "The section “%(code)s” is here a second time. One that may be written several times says repeats: yes."
                    )
                    % {"code": section.code},
                    path=here,
                )
            seen.add(section.code)
            node = self._node(section.code, here)
            if node is not None and not node.is_written and node.kind is not NodeKind.DECLARATION:
                self.complain(
                    _("“%(code)s” is a %(kind)s: nobody writes a section about it.")
                    % {"code": section.code, "kind": node.kind.value},
                    path=here,
                )
            if section.most is not None and not section.repeats:
                self.complain(
                    _("“most” speaks of a section that repeats: say repeats: yes."), path=(*here, "most")
                )
            item = _value(self.plain["sections"])[index]
            if isinstance(item, Mapping):
                _bounds(item, here, self.complain)

    def criteria(self) -> None:
        for index, code in enumerate(self.pathway.criteria):
            here = (*self.path, "criteria", index)
            node = self._node(code, here)
            if node is not None and node.kind is not NodeKind.CRITERION:
                self.complain(
                    _("“%(code)s” is a %(kind)s, not a criterion.") % {"code": code, "kind": node.kind.value},
                    path=here,
                )
            if code in self.pathway.criteria[:index]:
                self.complain(_("“%(name)s” is here a second time.") % {"name": code}, path=here)

    def requires(self) -> None:
        if self.pathway.requires.value is not UNSET:
            self._required(self.pathway.requires.value, self._inside("requires"))

    def _required(self, requirement: Requirement, path: PathOfValue) -> None:
        match requirement:
            case Instances(code, count):
                node = self._node(code, path)
                if node is not None:
                    self._leaf(node, count, path)
            case All(parts):
                for index, part in enumerate(parts):
                    self._required(part, (*path, "all", index))
            case AtLeast(count, parts):
                way = "one of" if count == 1 and self._says(path, "one of") else "of"
                for index, part in enumerate(parts):
                    self._required(part, (*path, way, index))

    def _says(self, path: PathOfValue, way: str) -> bool:
        here: Any = self.plain
        for step in path[len(self.path) :]:
            here = here[step]
        return isinstance(here, Mapping) and way in here

    def _leaf(self, node: NodeDocument, count: int, path: PathOfValue) -> None:
        code = node.code
        if node.kind in (NodeKind.GROUP, NodeKind.CRITERION):
            self.complain(
                _("“%(code)s” is a %(kind)s: nothing of it can be complete.")
                % {"code": code, "kind": node.kind.value},
                path=path,
            )
            return
        if self.pathway.sections.value is UNSET or node.kind is NodeKind.DIMENSION:
            return
        section = self.pathway.section(code)
        if section is None:
            self.complain(
                _("“%(code)s” is required, but is not one of the pathway’s sections.") % {"code": code},
                path=path,
            )
        elif count > 1 and not section.repeats:
            self.complain(
                _("%(count)d of “%(code)s” are required, but the section does not repeat.")
                % {"count": count, "code": code},
                path=path,
            )
        elif section.most is not None and count > section.most:
            self.complain(
                _("%(count)d of “%(code)s” are required, but there may be only %(most)d.")
                % {"count": count, "code": code, "most": section.most},
                path=path,
            )

    def assessed_by(self, keys: set[str]) -> None:
        if self.pathway.assessed_by.value is UNSET:
            return
        at = self._inside("assessed by")
        for index, key in enumerate(self.pathway.assessed_by.value):
            if key not in keys:
                self.complain(_("There is no pathway “%(key)s”.") % {"key": key}, path=(*at, index))

    def _inside(self, name: str) -> PathOfValue:
        wrapped = self.plain[name] is not _value(self.plain[name])
        return (*self.path, name, "value") if wrapped else (*self.path, name)

    def _node(self, code: str, path: PathOfValue) -> NodeDocument | None:
        node = self.framework.by_code.get(code)
        if node is None:
            near = difflib.get_close_matches(code, list(self.framework.by_code), n=1)
            reason = _("The framework has no node “%(code)s”.") % {"code": code}
            if near:
                reason += " " + _("Did you mean “%(near)s”?") % {"near": near[0]}
            self.complain(reason, path=path)
        return node


@dataclass(frozen=True)
class _Rulings:
    """How the rules fit each other."""

    scheme: SchemeDocument
    partners: set[str]
    complain: Complain

    def check(self) -> None:
        self.one(None, ("rules",))
        for index, pathway in enumerate(self.scheme.pathways):
            if pathway.own_rules:
                self.one(pathway, ("pathways", index, "rules"))

    def one(self, pathway: PathwayDocument | None, at: PathOfValue) -> None:
        """The scheme's rules; or of a pathway those that are its own."""
        rules = pathway.rules if pathway is not None else self.scheme.rules

        def speaks_of(*names: str) -> bool:
            return pathway is None or any(name in pathway.own_rules for name in names)

        if speaks_of("decision"):
            self._decision(rules.decision.value, at)
        if speaks_of("attempts", "referral deadline"):
            self._attempts(rules.attempts.value, rules.referral_deadline.value, at)
        assessors, lead_after = rules.assessors.value, rules.lead_after.value
        if (
            speaks_of("assessors", "lead after")
            and assessors is not UNSET
            and lead_after is not UNSET
            and assessors == 1
            and lead_after is not None
        ):
            self.complain(
                _("With one assessor nobody is second: “lead after” has to be none."),
                path=(*at, "lead after"),
            )
        membership = rules.membership.value
        if speaks_of("membership") and membership is not UNSET and membership is not None:
            for key in membership.of:
                if key not in self.partners:
                    self.complain(
                        _("There is no awarding partner “%(key)s”.") % {"key": key},
                        path=(*at, "membership"),
                    )

    def _decision(self, decision: Any, at: PathOfValue) -> None:
        if decision is UNSET:
            return
        if self.scheme.scale.value is UNSET:
            self.complain(_("The decision speaks of levels, but the scale is unset."), path=(*at, "decision"))
            return
        known = [level.key for level in self.scheme.scale.value]
        for level in decision.levels:
            if level not in known:
                self.complain(
                    _("The scale has no level “%(level)s”; it has %(known)s.")
                    % {"level": level, "known": ", ".join(known)},
                    path=(*at, "decision"),
                )

    def _attempts(self, attempts: Any, deadline: Any, at: PathOfValue) -> None:
        if attempts is UNSET:
            return
        here = (*at, "attempts")
        for number, attempt in enumerate(attempts, start=1):
            last = number == len(attempts)
            if not attempt.allows(OutcomeKind.PASS):
                self.complain(
                    _("Attempt %(number)d can never end in a pass.") % {"number": number}, path=here
                )
            if last and attempt.allows(OutcomeKind.REFERRAL):
                self.complain(
                    _("The last attempt may not end in a referral: nothing would come after it."), path=here
                )
            if last and not attempt.allows(OutcomeKind.FAIL):
                self.complain(
                    _("The last attempt has to name what it is called when it is not passed (fail)."),
                    path=here,
                )
            if not last and not attempt.allows(OutcomeKind.REFERRAL):
                self.complain(
                    _("Attempt %(number)d cannot end in a referral, so there is no way to the next one.")
                    % {"number": number},
                    path=here,
                )
        if deadline is None and any(attempt.allows(OutcomeKind.REFERRAL) for attempt in attempts):
            self.complain(
                _("There is a referral but no deadline after it. If none was published, say unset."),
                path=(*at, "referral deadline"),
            )


def _upgrades(
    scheme: SchemeDocument, framework: FrameworkDocument, keys: set[str], complain: Complain
) -> None:
    ways: dict[str, set[str]] = {}
    for index, upgrade in enumerate(scheme.upgrades):
        at: PathOfValue = ("upgrades", index)
        for field, key in (("from", upgrade.start), ("to", upgrade.end)):
            if key not in keys:
                complain(_("There is no pathway “%(key)s”.") % {"key": key}, path=(*at, field))
        for name, rule in (("keeps", upgrade.keeps), ("adds", upgrade.adds)):
            if rule.value is UNSET:
                continue
            for code in rule.value:
                if code not in framework.by_code:
                    complain(_("The framework has no node “%(code)s”.") % {"code": code}, path=(*at, name))
        if upgrade.end in ways.get(upgrade.start, set()):
            complain(_("This upgrade is here a second time."), path=at)
        elif upgrade.start == upgrade.end or _leads(ways, upgrade.end, upgrade.start):
            complain(
                _("The upgrades go in a circle: from “%(start)s” to “%(end)s” and back.")
                % {"start": upgrade.start, "end": upgrade.end},
                path=at,
            )
        ways.setdefault(upgrade.start, set()).add(upgrade.end)


def _leads(ways: Mapping[str, set[str]], start: str, end: str) -> bool:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        here = waiting.pop()
        if here == end:
            return True
        if here not in seen:
            seen.add(here)
            waiting.extend(ways.get(here, ()))
    return False

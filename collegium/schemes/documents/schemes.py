"""A scheme as frozen, typed data: pathways, rules, and which of them nobody has published."""

import copy
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from collegium.schemes import requirements
from collegium.schemes.documents.catalogue import AMOUNT, LINES, RULES_BY_NAME, STRUCTURE, WORDS, RuleKind
from collegium.schemes.documents.frameworks import FrameworkDocument, NodeDocument, read_sources
from collegium.schemes.documents.values import (
    UNSET,
    Attempt,
    Decision,
    Duration,
    Fee,
    Level,
    Membership,
    OutcomeKind,
    Partner,
    Quantity,
    Referees,
    Relation,
    Renewal,
    Rule,
    Source,
    Split,
    Statement,
    Submission,
    Window,
    Words,
)
from collegium.schemes.requirements import Requirement

T = TypeVar("T")

# Ways in which one version has been answered: a handful in use, more only while somebody is answering.
MOST_REMEMBERED = 32


@dataclass(frozen=True)
class SectionDocument:
    """What one section of a portfolio looks like on a pathway: more than the framework says of its node."""

    code: str
    title: str = ""
    repeats: bool = False
    most: int | None = None
    called: str = ""  # what one instance is called, where there can be several
    asks: str = ""
    words: Rule[Words] | None = None  # None: as the node has it


@dataclass(frozen=True)
class Rules:
    """How the award is won, judged and kept. None is a rule that says there is none of it."""

    registration_validity: Rule[Duration | None]
    registration_extension: Rule[str | None]
    submission: Rule[Submission]
    time_to_outcome: Rule[Duration | None]
    assessors: Rule[int]
    lead_after: Rule[int | None]
    may_not_assess: Rule[tuple[Relation, ...] | None]
    nominated_assessor: Rule[bool]
    decision: Rule[Decision]
    split_decision: Rule[Split]
    attempts: Rule[tuple[Attempt, ...]]
    referral_deadline: Rule[Duration | None]
    appeals: Rule[str | None]
    award_validity: Rule[Duration | None]  # None: for life
    renewal: Rule[Renewal | None]
    unlisted_holders: Rule[bool]
    referees: Rule[Referees | None]
    mentors: Rule[str | None]
    evidence: Rule[tuple[str, ...]]
    membership: Rule[Membership | None]

    def by_name(self) -> Iterator[tuple[RuleKind, Rule[Any]]]:
        """Each rule with its name and its question, in the order in which one would want to read them."""
        for kind in RULES_BY_NAME.values():
            yield kind, getattr(self, kind.attribute)


@dataclass(frozen=True)
class PathwayDocument:
    key: str
    title: str
    award: str
    post_nominals: str
    who: str
    summary: str
    source: str
    sections: Rule[tuple[SectionDocument, ...]]
    criteria: tuple[str, ...]
    requires: Rule[Requirement]
    words: Rule[Words] | None  # the whole portfolio; None: no bound is spoken of
    assessed_by: Rule[tuple[str, ...]]
    rules: Rules
    own_rules: tuple[str, ...]  # names of the rules that differ from the scheme's

    def section(self, code: str) -> SectionDocument | None:
        if self.sections.value is UNSET:
            return None
        return next((section for section in self.sections.value if section.code == code), None)

    def words_of(self, node: NodeDocument) -> Rule[Words] | None:
        """The word bounds of a section on this pathway, which go before the framework's; None: none."""
        section = self.section(node.code)
        if section is not None and section.words is not None:
            return section.words
        return Rule(node.words, source=node.source) if node.words is not None else None

    def judged(self, framework: FrameworkDocument) -> tuple[str, ...]:
        """The codes that assessors judge: sections that are assessed, and the pathway's criteria."""
        codes = [section.code for section in self.sections.required()]
        return tuple(
            code
            for code in [*codes, *self.criteria]
            if code in framework.by_code and framework.node(code).assessed
        )


@dataclass(frozen=True)
class UpgradeDocument:
    """From one pathway to another without beginning anew."""

    start: str
    end: str
    keeps: Rule[tuple[str, ...]]
    adds: Rule[tuple[str, ...]]
    says: str = ""
    source: str = ""

    @property
    def key(self) -> str:
        return f"{self.start}-to-{self.end}"


@dataclass(frozen=True)
class UnsetRule:
    """A rule that nobody has published; `path` is what an answer is kept under."""

    path: str
    title: str
    question: str
    shape: str  # of an answer, see the catalogue
    pathway: str = ""
    note: str = ""
    source: str = ""
    choices: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    def concerns(self, pathway_key: str) -> bool:
        """Whether it is asked on this pathway, or for the whole scheme."""
        return not self.path.startswith("pathways/") or self.path.startswith(f"pathways/{pathway_key}/")


@dataclass(frozen=True)
class SchemeDocument:
    key: str
    version: str
    title: str
    short_title: str
    summary: str
    language: str
    published: str
    framework_key: str
    framework_version: str
    partners: tuple[Partner, ...]
    sources: tuple[Source, ...]
    pathways: tuple[PathwayDocument, ...]
    upgrades: tuple[UpgradeDocument, ...]
    scale: Rule[tuple[Level, ...]]
    rules: Rules
    fees: tuple[Fee, ...]
    declaration: Rule[tuple[Statement, ...]]
    plain: Mapping[str, Any] = field(repr=False, compare=False)
    answers: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def from_json(
        cls, plain: Mapping[str, Any], answers: Mapping[str, Any] | None = None
    ) -> "SchemeDocument":
        """From what `to_json` gave, or from a file that was checked: nothing is checked again here.

        `answers` are the coordinator's, by the path of the rule that the file leaves unset.
        """
        answers = dict(answers or {})
        told = _tell(plain, answers)
        reader = _Reader(frozenset(answers))
        rules = reader.rules(told["rules"], at="rules", base=None)
        return cls(
            key=told["key"],
            version=str(told["version"]),
            title=told["title"],
            short_title=told.get("short title", told["title"]),
            summary=told.get("summary", ""),
            language=told.get("language", "en"),
            published=str(told["published"]),
            framework_key=told["framework"]["key"],
            framework_version=str(told["framework"]["version"]),
            partners=tuple(_partner(item) for item in told["awarding partners"]),
            sources=read_sources(told["sources"]),
            pathways=tuple(reader.pathway(item, rules) for item in told["pathways"]),
            upgrades=tuple(reader.upgrade(item) for item in told.get("upgrades", ())),
            scale=reader.rule(told["scale"], "scale", _levels),
            rules=rules,
            fees=tuple(reader.fee(item) for item in told.get("fees", ())),
            declaration=reader.rule(told["declaration"], "declaration", _statements),
            plain=copy.deepcopy(dict(plain)),
            answers=answers,
        )

    def to_json(self) -> dict[str, Any]:
        """Plain data in the words of the file, as published: answers are kept apart from it."""
        return copy.deepcopy(dict(self.plain))

    def with_answers(self, answers: Mapping[str, Any]) -> "SchemeDocument":
        """The same version, with what its coordinator has decided where the file is unset."""
        if not answers:
            return self
        told = {**self.answers, **answers}
        # Every page of a scheme asks for this; documents never change, so neither does the result.
        name = json.dumps(told, sort_keys=True)
        if name not in self._answered:
            if len(self._answered) >= MOST_REMEMBERED:
                self._answered.clear()
            self._answered[name] = SchemeDocument.from_json(self.plain, told)
        return self._answered[name]

    @cached_property
    def _answered(self) -> dict[str, "SchemeDocument"]:
        return {}

    @cached_property
    def _pathways_by_key(self) -> Mapping[str, PathwayDocument]:
        return {pathway.key: pathway for pathway in self.pathways}

    def pathway(self, key: str) -> PathwayDocument:
        return self._pathways_by_key[key]

    def assessable_by_holders_of(self, key: str) -> tuple[PathwayDocument, ...]:
        """The pathways that a holder of this one may assess, as far as the scheme has said."""
        return tuple(
            pathway
            for pathway in self.pathways
            if pathway.assessed_by.value is not UNSET and key in pathway.assessed_by.value
        )

    def upgrades_from(self, key: str) -> tuple[UpgradeDocument, ...]:
        return tuple(upgrade for upgrade in self.upgrades if upgrade.start == key)

    def level(self, key: str) -> Level:
        return next(level for level in self.scale.required() if level.key == key)

    def source(self, key: str) -> Source | None:
        return next((source for source in self.sources if source.key == key), None)

    def unset_rules(self) -> tuple[UnsetRule, ...]:
        """Every rule that is still open, in the order of the page."""
        return tuple(_unset(self))


def rules_at(scheme: SchemeDocument) -> dict[str, Rule[Any]]:
    """Every rule of a scheme by its path, set or not."""
    found: list[Rule[Any]] = [scheme.scale, scheme.declaration]
    found.extend(rule for _kind, rule in scheme.rules.by_name())
    for pathway in scheme.pathways:
        found.extend((pathway.sections, pathway.requires, pathway.assessed_by))
        found.extend(rule for rule in (pathway.words,) if rule is not None)
        if pathway.sections.value is not UNSET:
            found.extend(item.words for item in pathway.sections.value if item.words is not None)
        found.extend(rule for kind, rule in pathway.rules.by_name() if kind.name in pathway.own_rules)
    for upgrade in scheme.upgrades:
        found.extend((upgrade.keeps, upgrade.adds))
    found.extend(fee.amount for fee in scheme.fees)
    return {rule.path: rule for rule in found}


def _unset(scheme: SchemeDocument) -> Iterator[UnsetRule]:
    if not scheme.scale.is_set:
        yield _question(scheme.scale, _("Scale"), _("On which levels is an area judged?"))
    if not scheme.declaration.is_set:
        yield _question(scheme.declaration, _("Declaration"), _("What does a candidate declare?"))
    yield from _unset_of(scheme.rules, pathway="")
    for pathway in scheme.pathways:
        yield from _unset_in(pathway)
    for upgrade in scheme.upgrades:
        between = f"{scheme.pathway(upgrade.start).title} → {scheme.pathway(upgrade.end).title}"
        if not upgrade.keeps.is_set:
            ask = _("Which sections are kept? One code on each line.")
            yield _question(upgrade.keeps, _("What an upgrade keeps"), ask, shape=LINES, pathway=between)
        if not upgrade.adds.is_set:
            ask = _("Which sections are new, or more? One code on each line.")
            yield _question(upgrade.adds, _("What an upgrade adds"), ask, shape=LINES, pathway=between)
    for fee in scheme.fees:
        if not fee.amount.is_set:
            title = _("Fee: %(fee)s") % {"fee": fee.title}
            ask = _("How much is it, in %(currency)s?") % {"currency": fee.currency}
            yield _question(fee.amount, title, ask, shape=AMOUNT)


def _unset_in(pathway: PathwayDocument) -> Iterator[UnsetRule]:
    name = pathway.title
    if not pathway.sections.is_set:
        ask = _("Which sections does a portfolio have?")
        yield _question(pathway.sections, _("Sections"), ask, pathway=name)
    else:
        for section in pathway.sections.required():
            if section.words is not None and not section.words.is_set:
                title = _("Words in %(section)s") % {"section": section.title or section.code}
                ask = _("How long may this section be?")
                yield _question(section.words, title, ask, shape=WORDS, pathway=name)
    if not pathway.requires.is_set:
        ask = _("Which sections are required?")
        yield _question(pathway.requires, _("What is required"), ask, pathway=name)
    if pathway.words is not None and not pathway.words.is_set:
        ask = _("How long may the whole be?")
        yield _question(pathway.words, _("Words"), ask, shape=WORDS, pathway=name)
    if not pathway.assessed_by.is_set:
        ask = _("Holders of which pathways may assess it? One key on each line.")
        yield _question(pathway.assessed_by, _("Who may assess"), ask, shape=LINES, pathway=name)
    yield from _unset_of(pathway.rules, pathway=name, only=pathway.own_rules)


def _unset_of(rules: Rules, *, pathway: str, only: Iterable[str] | None = None) -> Iterator[UnsetRule]:
    for kind, rule in rules.by_name():
        if not rule.is_set and (only is None or kind.name in only):
            yield _question(
                rule,
                str(kind.title),
                str(kind.question),
                shape=kind.shape,
                pathway=pathway,
                choices=kind.choices,
            )


def _question(
    rule: Rule[Any],
    title: str,
    question: str,
    *,
    shape: str = STRUCTURE,
    pathway: str = "",
    choices: tuple[str, ...] = (),
) -> UnsetRule:
    return UnsetRule(
        path=rule.path,
        title=title,
        question=question,
        shape=shape,
        pathway=pathway,
        note=rule.note,
        source=rule.source,
        choices=choices,
    )


def _tell(plain: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The plain data with the answers put in where `unset` stands."""
    told: dict[str, Any] = copy.deepcopy(dict(plain))
    for path, answer in answers.items():
        found = locate(told, path)
        if found is None:
            continue
        holder, key = found
        standing = holder[key]
        if isinstance(standing, dict) and "value" in standing:
            standing["value"] = answer
        else:
            holder[key] = answer
    return told


def locate(plain: Any, path: str) -> tuple[Any, Any] | None:
    """Where a rule's path ("pathways/fellow/words") leads in plain data: the holder and the key in it."""
    holder: Any = None
    key: Any = None
    here = plain
    steps = path.split("/")
    for number, step in enumerate(steps, start=1):
        holder = here
        if isinstance(here, dict) and step in here:
            key = step
        elif isinstance(here, list):
            key = next((index for index, item in enumerate(here) if _goes_by(item) == step), None)
            if key is None:
                return None
        else:
            return None
        here = holder[key]
        if number < len(steps) and isinstance(here, dict) and "value" in here:
            here = here["value"]
    return holder, key


def _goes_by(item: Any) -> str:
    if not isinstance(item, dict):
        return str(item)
    if "from" in item and "to" in item:
        return f"{item['from']}-to-{item['to']}"
    return str(item.get("key", item.get("code", "")))


@dataclass(frozen=True)
class _Reader:
    """Knows which paths were answered, so that a rule can say whose word it is."""

    answered: frozenset[str]

    def rule(self, plain: Any, path: str, read: Callable[[Any], T]) -> Rule[T]:
        source = note = ""
        value = plain
        if isinstance(plain, Mapping) and "value" in plain:
            value, source, note = plain["value"], plain.get("source", ""), plain.get("note", "")
        return Rule(
            UNSET if value == UNSET.value else read(value),
            path=path,
            source=source,
            note=note,
            answered=path in self.answered,
        )

    def rules(self, plain: Mapping[str, Any], *, at: str, base: Rules | None) -> Rules:
        found: dict[str, Any] = {}
        for kind in RULES_BY_NAME.values():
            if base is not None and kind.name not in plain:
                found[kind.attribute] = getattr(base, kind.attribute)
            else:
                found[kind.attribute] = self.rule(
                    plain[kind.name], f"{at}/{kind.name}", _READ[kind.attribute]
                )
        return Rules(**found)

    def pathway(self, plain: Mapping[str, Any], base: Rules) -> PathwayDocument:
        at = f"pathways/{plain['key']}"
        own = plain.get("rules", {})
        return PathwayDocument(
            key=plain["key"],
            title=plain["title"],
            award=plain.get("award", plain["title"]),
            post_nominals=plain.get("post-nominals", ""),
            who=plain.get("who", ""),
            summary=plain.get("summary", ""),
            source=plain.get("source", ""),
            sections=self.rule(
                plain["sections"],
                f"{at}/sections",
                lambda items: tuple(self.section(item, at=f"{at}/sections") for item in items),
            ),
            criteria=tuple(str(code) for code in plain.get("criteria", ())),
            requires=self.rule(plain["requires"], f"{at}/requires", requirements.read),
            words=self.rule(plain["words"], f"{at}/words", Words.read) if "words" in plain else None,
            assessed_by=self.rule(plain["assessed by"], f"{at}/assessed by", _texts),
            rules=self.rules(own, at=f"{at}/rules", base=base),
            own_rules=tuple(kind.name for kind in RULES_BY_NAME.values() if kind.name in own),
        )

    def section(self, plain: Any, *, at: str) -> SectionDocument:
        if not isinstance(plain, Mapping):
            return SectionDocument(str(plain))
        code = str(plain["code"])
        return SectionDocument(
            code=code,
            title=plain.get("title", ""),
            repeats=plain.get("repeats", False),
            most=plain.get("most"),
            called=plain.get("called", ""),
            asks=plain.get("asks", ""),
            words=self.rule(plain["words"], f"{at}/{code}/words", Words.read) if "words" in plain else None,
        )

    def upgrade(self, plain: Mapping[str, Any]) -> UpgradeDocument:
        at = f"upgrades/{plain['from']}-to-{plain['to']}"
        return UpgradeDocument(
            start=plain["from"],
            end=plain["to"],
            keeps=self.rule(plain["keeps"], f"{at}/keeps", _texts),
            adds=self.rule(plain["adds"], f"{at}/adds", _texts),
            says=plain.get("says", ""),
            source=plain.get("source", ""),
        )

    def fee(self, plain: Mapping[str, Any]) -> Fee:
        return Fee(
            key=plain["key"],
            title=plain["title"],
            who=plain["who"],
            amount=self.rule(plain["amount"], f"fees/{plain['key']}/amount", lambda item: Decimal(str(item))),
            currency=plain["currency"],
            when=plain.get("when", ""),
            as_of=str(plain.get("as of", "")),
        )


def _texts(plain: Iterable[Any]) -> tuple[str, ...]:
    return tuple(str(item) for item in plain)


def _partner(plain: Mapping[str, Any]) -> Partner:
    return Partner(
        key=plain["key"],
        name=plain["name"],
        short=plain.get("short", plain["name"]),
        country=plain.get("country", ""),
        url=plain.get("url", ""),
        does=plain.get("does", ""),
    )


def _levels(plain: Iterable[Mapping[str, Any]]) -> tuple[Level, ...]:
    return tuple(Level(item["key"], item["title"], item["met"], item.get("says", "")) for item in plain)


def _statements(plain: Iterable[Mapping[str, Any]]) -> tuple[Statement, ...]:
    return tuple(Statement(item["key"], item["text"]) for item in plain)


def _submission(plain: Any) -> Submission:
    if plain == "rolling":
        return Submission()
    return Submission(tuple(Window(item["opens"], item["closes"]) for item in plain["windows"]))


def _decision(plain: Mapping[str, Any]) -> Decision:
    areas = plain["areas"]
    return Decision(Quantity.EVERY if areas == Quantity.EVERY else areas, tuple(plain["at"]))


def _attempts(plain: Iterable[Mapping[str, Any]]) -> tuple[Attempt, ...]:
    return tuple(
        Attempt({kind: item["outcomes"][kind] for kind in OutcomeKind if kind in item["outcomes"]})
        for item in plain
    )


def _renewal(plain: Mapping[str, Any]) -> Renewal:
    return Renewal(tuple(plain["asks"]), plain.get("lapse", ""), plain.get("exempt", ""))


def _referees(plain: Mapping[str, Any]) -> Referees:
    return Referees(
        number=plain["number"],
        called=plain.get("called", "referees"),
        see=plain.get("see", ""),
        may_not_be=_relations(plain.get("may not be", ())),
        must=plain.get("must", ""),
    )


def _relations(plain: Sequence[str]) -> tuple[Relation, ...]:
    return tuple(Relation(item) for item in plain)


def _membership(plain: Mapping[str, Any]) -> Membership:
    return Membership(tuple(plain["of"]), plain["candidates"], plain["holders"], plain.get("says", ""))


def _or_none(read: Callable[[Any], T]) -> Callable[[Any], T | None]:
    return lambda plain: None if plain == "none" else read(plain)


_READ: Mapping[str, Callable[[Any], Any]] = {
    "registration_validity": _or_none(Duration.read),
    "registration_extension": _or_none(str),
    "submission": _submission,
    "time_to_outcome": _or_none(Duration.read),
    "assessors": int,
    "lead_after": _or_none(int),
    "may_not_assess": _or_none(_relations),
    "nominated_assessor": bool,
    "decision": _decision,
    "split_decision": Split,
    "attempts": _attempts,
    "referral_deadline": _or_none(Duration.read),
    "appeals": _or_none(str),
    "award_validity": lambda plain: None if plain == "for life" else Duration.read(plain),
    "renewal": _or_none(_renewal),
    "unlisted_holders": bool,
    "referees": _or_none(_referees),
    "mentors": _or_none(str),
    "evidence": tuple,
    "membership": _or_none(_membership),
}

"""A scheme as it holds here and now: what was published together with what its coordinator answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from django.db.models import Count, Prefetch, Q, QuerySet

from collegium.foundation.prepared import keep_related, prepared
from collegium.foundation.refusal import Refusal
from collegium.people.models import Person
from collegium.schemes import requirements
from collegium.schemes.comparison import Change, compare
from collegium.schemes.documents import (
    RULES_BY_NAME,
    UNSET,
    FrameworkDocument,
    Level,
    NodeDocument,
    NodeKind,
    PathwayDocument,
    Rule,
    SchemeDocument,
    SectionDocument,
    Unset,
    UnsetRule,
)
from collegium.schemes.documents.schemes import rules_at
from collegium.schemes.models import (
    Framework,
    Node,
    Pathway,
    Principle,
    RoleHolding,
    Scheme,
    SchemeVersion,
    UnsetAnswer,
)
from collegium.schemes.requirements import Requirement


def answers_of(version: SchemeVersion) -> dict[str, Any]:
    """The coordinator's newest answer for each path; what is prefetched is used."""
    newest_first = sorted(
        version.unset_answers.all(), key=lambda answer: (answer.answered_at, answer.pk), reverse=True
    )
    answers: dict[str, Any] = {}
    for answer in newest_first:
        answers.setdefault(answer.path, answer.answer)
    return answers


def in_force(version: SchemeVersion) -> SchemeDocument:
    """The scheme as it is run here: the published document, with answers where it is unset. One query."""
    return version.read.with_answers(answers_of(version))


def pathway_in_force(pathway: Pathway) -> PathwayDocument:
    return in_force(pathway.scheme_version).pathway(pathway.key)


def rule(pathway: Pathway, path: str) -> Any:
    """The value of one rule on a pathway, by its name ("referral deadline") or by its whole path; or UNSET.

    A decision that cannot do without it raises a Refusal that names the rule and who is asked; `decided` does.
    """
    return _rule_at(in_force(pathway.scheme_version), pathway.key, path).value


def decided(pathway: Pathway, path: str) -> Any:
    """As `rule`, refusing in words where it is unset."""
    found = _rule_at(in_force(pathway.scheme_version), pathway.key, path)
    if found.value is UNSET:
        raise Refusal(str(found.missing()), code="unset", details=(found.path,))
    return found.value


def _rule_at(scheme: SchemeDocument, pathway_key: str, path: str) -> Rule[Any]:
    if path in RULES_BY_NAME:
        found: Rule[Any] = getattr(scheme.pathway(pathway_key).rules, RULES_BY_NAME[path].attribute)
        return found
    every = rules_at(scheme)
    if path not in every:
        raise KeyError(f"A scheme has no rule at {path!r}.")
    return every[path]


# What a portfolio needs -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PlannedComponent:
    key: str
    title: str
    guidance: str
    required: bool


@dataclass(frozen=True)
class PlannedSection:
    """A section as it is to be written on one pathway."""

    node: Node
    code: str
    title: str
    short: str
    guidance: str
    kind: NodeKind
    components: tuple[PlannedComponent, ...]
    assessed: bool
    required: bool | Literal[Unset.UNSET]
    min_instances: int
    max_instances: int
    called: str  # what one instance is called, where there may be several
    words: tuple[int | None, int | None] | None
    must_refer_to_principles: bool

    @property
    def repeats(self) -> bool:
        return self.max_instances > 1

    @property
    def is_coded(self) -> bool:
        return any(character.isdigit() for character in self.code)


@dataclass(frozen=True)
class PlannedPrinciple:
    row: Principle
    code: str
    title: str
    guidance: str


@dataclass(frozen=True)
class PlannedDimension:
    """A dimension that written sections are tagged with."""

    node: Node
    code: str
    title: str
    short: str
    guidance: str
    group: str


@dataclass(frozen=True)
class PlannedCriterion:
    """What assessors judge over the whole, beside the sections."""

    node: Node
    code: str
    title: str


@dataclass(frozen=True)
class PathwayPlan:
    """What a portfolio on a pathway needs, ready-made from the documents and their rows."""

    scheme: SchemeDocument
    pathway: PathwayDocument
    framework: FrameworkDocument
    sections: tuple[PlannedSection, ...]  # what is written, in reading order
    requirement: Requirement | None  # None where it is unset
    principles: tuple[PlannedPrinciple, ...]
    dimensions: tuple[PlannedDimension, ...]
    criteria: tuple[PlannedCriterion, ...]
    scale: tuple[Level, ...]
    declaration: tuple[str, ...]
    unset: list[UnsetRule]

    @property
    def is_complete(self) -> bool:
        """Whether it is known which sections there are and which are required."""
        return self.pathway.sections.is_set and self.requirement is not None

    @property
    def titles(self) -> Mapping[str, str]:
        return self.framework.titles

    @property
    def judged(self) -> tuple[str, ...]:
        return self.pathway.judged(self.framework) if self.pathway.sections.is_set else ()

    def section(self, code: str) -> PlannedSection | None:
        return next((section for section in self.sections if section.code == code), None)

    def unmet(self, complete: Mapping[str, int]) -> list[requirements.Unmet]:
        """What of the requirement is missing; the codes of a signed declaration and of tagged dimensions count too."""
        if self.requirement is None:
            return []
        return requirements.unmet(self.requirement, complete, self.framework.titles)


# A section that repeats without a bound in the file; nobody writes more than this in earnest.
MOST_INSTANCES = 12


def plan(pathway: Pathway) -> PathwayPlan:
    """Three queries where the pathway came with its scheme version and framework (``for_display``)."""
    version = pathway.scheme_version
    scheme = in_force(version)
    document = scheme.pathway(pathway.key)
    framework = version.framework.read
    rows = {node.code: node for node in version.framework.nodes.all()}
    principle_rows = {row.code: row for row in version.framework.principles.all()}
    requirement = None if document.requires.value is UNSET else document.requires.value
    needed = requirements.needed(requirement) if requirement is not None else {}
    sections: list[PlannedSection] = []
    if document.sections.value is not UNSET:
        for section in document.sections.value:
            node = framework.node(section.code)
            if node.is_written:
                sections.append(_planned(section, node, rows[node.code], pathway=document, needed=needed))
    groups = {node.code: node.title for node in framework.nodes}
    return PathwayPlan(
        scheme=scheme,
        pathway=document,
        framework=framework,
        sections=tuple(sections),
        requirement=requirement,
        principles=tuple(
            PlannedPrinciple(principle_rows[item.code], item.code, item.title, item.guidance)
            for item in framework.principles
        ),
        dimensions=tuple(
            PlannedDimension(
                rows[node.code], node.code, node.title, node.short, node.guidance, groups.get(node.parent, "")
            )
            for node in framework.dimensions
        ),
        criteria=tuple(
            PlannedCriterion(rows[code], code, framework.node(code).title) for code in document.criteria
        ),
        scale=() if scheme.scale.value is UNSET else scheme.scale.value,
        declaration=()
        if scheme.declaration.value is UNSET
        else tuple(statement.text for statement in scheme.declaration.value),
        unset=[item for item in scheme.unset_rules() if item.concerns(pathway.key)],
    )


def _planned(
    section: SectionDocument,
    node: NodeDocument,
    row: Node,
    *,
    pathway: PathwayDocument,
    needed: Mapping[str, int],
) -> PlannedSection:
    words = pathway.words_of(node)
    bounds = None if words is None or words.value is UNSET else (words.value.least, words.value.most)
    least = needed.get(node.code, 0)
    return PlannedSection(
        node=row,
        code=node.code,
        title=section.title or node.title,
        short=section.title or node.short,
        guidance=" ".join(filter(None, (node.guidance, section.asks))),
        kind=node.kind,
        components=tuple(
            PlannedComponent(item.key, item.title, item.guidance, item.required) for item in node.components
        ),
        assessed=node.assessed,
        required=least > 0 if pathway.requires.is_set else UNSET,
        min_instances=least,
        max_instances=(section.most or max(MOST_INSTANCES, least)) if section.repeats else 1,
        called=section.called,
        words=bounds,
        must_refer_to_principles=node.must_refer_to_principles,
    )


# Pages ----------------------------------------------------------------------------------------------------------------


def current_versions() -> list[SchemeVersion]:
    """One for each scheme, with its framework and its answers. Two queries."""
    return list(
        SchemeVersion.objects.filter(is_current=True)
        .select_related("scheme", "framework")
        .prefetch_related("unset_answers")
        .order_by("scheme__title")
    )


@prepared
def _current(key: str) -> "QuerySet[SchemeVersion]":
    return (
        SchemeVersion.objects.filter(scheme__key=key, is_current=True)
        .select_related("scheme", "framework")
        .defer("document", "framework__document")
    )


@prepared
def _answers_to(version: int) -> "QuerySet[UnsetAnswer]":
    return UnsetAnswer.objects.filter(scheme_version=version).select_related("answered_by")


def current_version_of(key: str) -> SchemeVersion | None:
    """With its framework and its answers. Two queries, and two more where a process meets it for the first time."""
    for version in _current(key):
        keep_related(version, "unset_answers", cast("list[Any]", _answers_to(version.pk)))
        return version
    return None


def version_of(scheme: Scheme, version: str = "") -> SchemeVersion | None:
    """The named version, or the current one, with its framework and its answers. Two queries."""
    versions = (
        SchemeVersion.objects.filter(scheme=scheme)
        .select_related("scheme", "framework")
        .prefetch_related(
            Prefetch("unset_answers", queryset=UnsetAnswer.objects.select_related("answered_by"))
        )
    )
    return versions.filter(version=version).first() if version else versions.filter(is_current=True).first()


@dataclass(frozen=True)
class HistoryStep:
    """One version, with what it changed against the one before it."""

    version: SchemeVersion
    document: SchemeDocument
    changes: tuple[Change, ...]
    framework_changes: tuple[Change, ...]
    is_first: bool


def version_history(scheme: Scheme) -> list[HistoryStep]:
    """Newest first, by the day of publication. One query."""
    versions = sorted(
        SchemeVersion.objects.filter(scheme=scheme).select_related("framework", "scheme"),
        key=lambda row: (row.read.published, row.version),
    )
    steps: list[HistoryStep] = []
    before: SchemeVersion | None = None
    for row in versions:
        steps.append(
            HistoryStep(
                version=row,
                document=row.read,
                changes=() if before is None else differences(before, row),
                framework_changes=()
                if before is None or before.framework_id == row.framework_id
                else tuple(compare(before.framework.read, row.framework.read)),
                is_first=before is None,
            )
        )
        before = row
    return steps[::-1]


def differences(old: SchemeVersion, new: SchemeVersion) -> tuple[Change, ...]:
    titles = {**old.framework.read.titles, **new.framework.read.titles}
    return tuple(compare(old.read, new.read, titles=titles))


def role_holdings(scheme: Scheme) -> list[RoleHolding]:
    """Who holds a role in it now, coordinators first. One query."""
    return list(
        RoleHolding.objects.filter(scheme=scheme, withdrawn_at__isnull=True)
        .select_related("person", "person__photo", "granted_by")
        .order_by("-kind", "person__name", "id")
    )


def coordinators(scheme: Scheme) -> list[Person]:
    """Who is asked when a rule is unset."""
    return list(
        Person.objects.filter(
            scheme_roles__scheme=scheme,
            scheme_roles__kind=RoleHolding.Kind.COORDINATOR,
            scheme_roles__withdrawn_at__isnull=True,
        ).order_by("name")
    )


def schemes_coordinated_by(person: Person) -> list[Scheme]:
    return list(
        Scheme.objects.filter(
            role_holdings__person=person,
            role_holdings__kind=RoleHolding.Kind.COORDINATOR,
            role_holdings__withdrawn_at__isnull=True,
        ).order_by("title")
    )


@dataclass(frozen=True)
class Choice:
    """Somebody to whom a role could be given."""

    person: Person
    organisations: str


def people_named(words: str, *, seen_by: Person, limit: int = 8) -> list[Choice]:
    """For finding somebody to give a role to: among those whose names the seeker may see. Two queries."""
    if len(words.strip()) < 2:  # noqa: PLR2004 - one letter finds everybody
        return []
    found = (
        Person.objects.visible_to(seen_by)
        .filter(Q(name__icontains=words.strip()), erased_at__isnull=True)
        .prefetch_related("memberships__organisation")
        .order_by("name")[:limit]
    )
    return [
        Choice(person, ", ".join(membership.organisation.name for membership in person.memberships.all()))
        for person in found
    ]


def frameworks() -> list[Framework]:
    return list(Framework.objects.annotate(schemes=Count("scheme_versions")).order_by("title", "version"))


def pathways_by_key(version: SchemeVersion) -> Mapping[str, Pathway]:
    return {pathway.key: pathway for pathway in version.pathways.all()}


def spines(framework: FrameworkDocument, pathway: PathwayDocument) -> Sequence[NodeDocument]:
    """The nodes that a pathway is seen by: what is written, or the dimensions that are tagged."""
    if framework.dimensions:
        return framework.dimensions
    if pathway.sections.value is UNSET:
        return ()
    return tuple(framework.node(section.code) for section in pathway.sections.value)

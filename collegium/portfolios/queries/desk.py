"""A portfolio as it stands, laid out against what its pathway asks for."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Exists, OuterRef, QuerySet

from collegium.evidence.models import Evidence, PersonShown
from collegium.foundation.prepared import prepared
from collegium.people.models import Person
from collegium.portfolios.models import Part, Placement, Portfolio, Section
from collegium.portfolios.queries.plans import UNREAD, plan_of
from collegium.schemes import queries as schemes
from collegium.schemes.documents import NodeKind
from collegium.schemes.models import Node

# Hints for the writer's eye, never a rule of a scheme: what is shown as thin, and nothing more follows from it.
THIN_WORDS = 40
THIN_REFLECTION = 0.25  # of the description beside it


@dataclass(frozen=True)
class DeskComponent:
    """One component of a section. ``state`` is empty, thin or ready, as the marks of the design show it."""

    key: str
    title: str
    guidance: str
    required: bool
    part: Part | None
    state: str

    @property
    def words(self) -> int:
        return self.part.words if self.part else 0

    @property
    def kind(self) -> str:
        return self.key


@dataclass(frozen=True)
class DeskSection:
    section: Section
    planned: schemes.PlannedSection | None
    components: tuple[DeskComponent, ...]
    placements: tuple[Placement, ...]
    dimensions: tuple[Node, ...]
    made_elsewhere: bool

    @property
    def key(self) -> str:
        return self.section.key

    @property
    def code(self) -> str:
        """``1a`` or ``5·2``, as people say it; empty where the code is only a word, such as "context"."""
        is_said = any(character.isdigit() for character in self.section.node.code)
        return self.key.replace("#", "·") if is_said else ""

    @property
    def short(self) -> str:
        return self.section.title or (self.planned.short if self.planned else self.section.node.title)

    @property
    def label(self) -> str:
        """Code and name, as one says them in a sentence."""
        return f"{self.code} {self.short}" if self.code else self.short

    @property
    def url(self) -> str:
        return self.section.get_absolute_url()

    @property
    def words(self) -> int:
        return sum(component.words for component in self.components)

    @property
    def is_read_for_context(self) -> bool:
        """Written, but neither assessed nor read for what it speaks for: a statement, or plans."""
        return self.planned is not None and self.planned.kind in {NodeKind.STATEMENT, NodeKind.PLAN}

    @property
    def marks(self) -> dict[str, int]:
        """Words marked with each principle, by its code."""
        found: Counter[str] = Counter()
        for component in self.components:
            found.update(component.part.marks if component.part else {})
        return dict(found)

    @property
    def bounds(self) -> tuple[int | None, int | None]:
        """Fewest and most words; None is no bound, or one that nobody has said."""
        words = self.planned.words if self.planned else None
        return words if words is not None else (None, None)

    @property
    def is_within_bounds(self) -> bool:
        low, high = self.bounds
        return (low is None or self.words >= low) and (high is None or self.words <= high)

    @property
    def is_begun(self) -> bool:
        if self.made_elsewhere:
            return bool(self.section.where_elsewhere)
        return self.words > 0 or bool(self.placements)

    @property
    def is_spare(self) -> bool:
        """Never begun, and nobody asks for it: of interest to its writer only. Where it is unset who asks, it is not spare."""
        if self.is_begun or any(component.part and component.part.html for component in self.components):
            return False
        if self.planned is None:
            return True
        return self.planned.required is False or self.section.instance > max(1, self.planned.min_instances)

    @property
    def missing(self) -> list[DeskComponent]:
        return [each for each in self.components if each.required and each.state == "empty"]

    @property
    def thin(self) -> list[DeskComponent]:
        return [each for each in self.components if each.state == "thin"]

    @property
    def is_complete(self) -> bool:
        """Every required component is there: what a pathway's requirements count."""
        if self.made_elsewhere:
            return bool(self.section.where_elsewhere)
        return self.is_begun and not self.missing

    @property
    def is_ready(self) -> bool:
        return self.is_complete and (self.made_elsewhere or self.is_within_bounds)

    @property
    def fill(self) -> int:
        """How far it has come, of 100."""
        if self.is_ready:
            return 100
        weights = {"empty": 0.0, "thin": 0.5, "ready": 1.0}
        counted = [each for each in self.components if each.required] or list(self.components)
        if not counted or self.made_elsewhere:
            return 0
        return min(95, round(100 * sum(weights[each.state] for each in counted) / len(counted)))

    @property
    def state(self) -> str:
        """As a spine shows it: empty, started, ready, locked or referred."""
        if not self.section.is_open:
            return "locked"
        if not self.section.portfolio.is_free:
            return "referred"
        if self.is_ready:
            return "ready"
        return "started" if self.is_begun else "empty"


@dataclass(frozen=True)
class Desk:
    portfolio: Portfolio
    plan: schemes.PathwayPlan
    sections: tuple[DeskSection, ...]

    def __iter__(self) -> Iterator[DeskSection]:
        return iter(self.sections)

    @cached_property
    def by_pk(self) -> dict[int, DeskSection]:
        return {each.section.pk: each for each in self.sections}

    @property
    def words(self) -> int:
        return sum(each.words for each in self.sections)

    @property
    def ready(self) -> int:
        return sum(each.is_ready for each in self.sections)

    @cached_property
    def complete(self) -> Counter[str]:
        """What of each code is there: complete sections, dimensions that one of them speaks for, a signed declaration."""
        counts: Counter[str] = Counter()
        if self.portfolio.signed is not None:
            counts.update(self.declaration_codes)
        for each in self.sections:
            if each.is_complete:
                counts[each.section.node.code] += 1
                counts.update(node.code for node in each.dimensions)
        return counts

    @property
    def declaration_codes(self) -> list[str]:
        return [node.code for node in self.plan.framework.walk() if node.kind is NodeKind.DECLARATION]

    @cached_property
    def placed(self) -> dict[int, Evidence]:
        """All evidence used in it, by its id."""
        return {
            placement.evidence_id: placement.evidence
            for each in self.sections
            for placement in each.placements
        }

    def beside(self, here: DeskSection) -> tuple[DeskSection | None, DeskSection | None]:
        """The sections before and after this one."""
        place = self.sections.index(here)
        return (
            self.sections[place - 1] if place else None,
            self.sections[place + 1] if place + 1 < len(self.sections) else None,
        )

    @property
    def next_section(self) -> DeskSection | None:
        """What to write next: of what is open and not ready, what was begun and needs least; else the first.

        What was referred back comes back, however ready it looks.
        """
        referred = not self.portfolio.is_free
        open_ones = [
            each for each in self.sections if each.section.is_open and (referred or not each.is_ready)
        ]
        begun = [each for each in open_ones if each.is_begun]
        if begun:
            return max(begun, key=lambda each: each.fill)
        return open_ones[0] if open_ones else None


def desk(portfolio: Portfolio, *, with_words: bool = True, with_evidence: bool = True) -> Desk:
    """At most six queries, however large the portfolio. ``with_words=False`` leaves the words where they are;
    ``with_evidence=False`` reads of evidence only what the readiness check looks at.
    """
    plan = plan_of(portfolio.pathway, newest=getattr(portfolio, "newest_answer", UNREAD))
    written = _sections_with_parts(portfolio, plan, with_words=with_words)
    placements: dict[int, list[Placement]] = {}
    for placement in placements_of(portfolio) if with_evidence else _placements_to_check(portfolio.pk):
        placements.setdefault(placement.section_id, []).append(placement)
    dimensions = _dimensions(portfolio) if plan.dimensions else {}
    planned = {each.node.pk: each for each in plan.sections}
    laid = [
        lay(
            section,
            planned.get(section.node_id),
            parts,
            placements.get(section.pk, []),
            dimensions.get(section.pk, []),
        )
        for section, parts in written
    ]
    order = {each.node.pk: index for index, each in enumerate(plan.sections)}
    laid.sort(key=lambda each: (order.get(each.section.node_id, len(order)), each.section.instance))
    return Desk(portfolio, plan, tuple(laid))


_OF_SECTION = ("pk", "node_id", "instance", "title", "where_elsewhere", "writer_id", "credit")
_OF_PART = ("pk", "component", "words", "marks", "revision", "saved_at")
_SECTION_FIELDS = ("id", "portfolio_id", *_OF_SECTION[1:])


def _rows(portfolio: int, *of_part: str) -> "QuerySet[Any]":
    rows = Section.objects.filter(portfolio=portfolio).order_by("node__position", "instance", "parts__pk")
    return rows.values_list(*_OF_SECTION, *(f"parts__{name}" for name in of_part))


@prepared
def _written(portfolio: int) -> "QuerySet[Any]":
    return _rows(portfolio, *_OF_PART, "html")


@prepared
def _written_facts(portfolio: int) -> "QuerySet[Any]":
    return _rows(portfolio, *_OF_PART)


def _sections_with_parts(
    portfolio: Portfolio, plan: schemes.PathwayPlan, *, with_words: bool
) -> list[tuple[Section, dict[str, Part]]]:
    """One query: a row for each part, and one for a section that has none. The plan knows their nodes already."""
    found: dict[int, tuple[Section, dict[str, Part]]] = {}
    many = len(_OF_SECTION)
    for row in (_written if with_words else _written_facts)(portfolio.pk):
        (pk, *of_section), read = row[:many], row[many:]
        if pk not in found:
            section = Section.from_db(DEFAULT_DB_ALIAS, _SECTION_FIELDS, (pk, portfolio.pk, *of_section))
            section.portfolio = portfolio
            found[pk] = section, {}
        section, parts = found[pk]
        part_pk, *facts = read
        if part_pk is not None:
            html = facts.pop() if with_words else ""
            part = Part(part_pk, pk, facts[0], html, *facts[1:])
            part._state.adding, part._state.db = False, DEFAULT_DB_ALIAS  # noqa: SLF001 -- a row that was read
            part.section = section
            parts[part.component] = part
    _with_nodes([section for section, _parts in found.values()], plan)
    return list(found.values())


def _with_nodes(sections: list[Section], plan: schemes.PathwayPlan) -> None:
    nodes = {each.node.pk: each.node for each in plan.sections}
    strange = {section.node_id for section in sections} - nodes.keys()
    if strange:  # begun before the scheme answered otherwise
        nodes |= Node.objects.in_bulk(strange)
    for section in sections:
        section.node = nodes[section.node_id]


def placements_of(portfolio: Portfolio) -> list[Placement]:
    """With their evidence; ``people_open`` says whether it shows somebody who has not agreed.

    In the portfolio of a group: that of its present members.
    """
    if portfolio.group_id is not None:
        return list(_placed(portfolio.pk).filter(evidence__owner__circles=portfolio.group_id))
    return _placements(portfolio.pk)


@prepared
def _placements_to_check(portfolio: int) -> "QuerySet[Placement]":
    return _placed(portfolio).only(
        "section",
        "evidence__title",
        "evidence__kind",
        "evidence__alt_text",
        "evidence__url",
        "evidence__link_answers",
        "evidence__link_finding",
    )


@prepared
def _placements(portfolio: int) -> "QuerySet[Placement]":
    return _placed(portfolio)


def _placed(portfolio: int) -> "QuerySet[Placement]":
    unasked = PersonShown.objects.filter(
        evidence=OuterRef("evidence"),
        permission__in=[PersonShown.Permission.ASKED, PersonShown.Permission.UNASKED],
    )
    return (
        Placement.objects.filter(section__portfolio=portfolio)
        .select_related("evidence")
        .annotate(people_open=Exists(unasked))
        .order_by("pk")
    )


def _dimensions(portfolio: Portfolio) -> dict[int, list[Node]]:
    found: dict[int, list[Node]] = {}
    through: Any = Section.dimensions.through
    rows = through.objects.filter(section__portfolio=portfolio).select_related("node")
    for row in rows.order_by("node__position"):
        found.setdefault(row.section_id, []).append(row.node)
    return found


def lay(
    section: Section,
    planned: schemes.PlannedSection | None,
    parts: dict[str, Part],
    placements: list[Placement],
    dimensions: list[Node],
) -> DeskSection:
    """One section against its plan. Parts that the plan does not know are shown too: nothing written is ever hidden."""
    components = []
    known = list(planned.components) if planned else []
    described = parts["description"].words if "description" in parts else 0
    for each in known:
        part = parts.get(each.key)
        state = _state(each.key, part.words if part else 0, described, placed=bool(placements))
        components.append(DeskComponent(each.key, each.title, each.guidance, each.required, part, state))
    keys = {each.key for each in known}
    for key, part in parts.items():
        if key not in keys and part.words:
            state = _state(key, part.words, described, placed=bool(placements))
            components.append(
                DeskComponent(key, key.capitalize(), "", required=False, part=part, state=state)
            )
    return DeskSection(
        section,
        planned,
        tuple(components),
        tuple(placements),
        tuple(dimensions),
        section.portfolio.made_elsewhere,
    )


def component_title(section: Section, key: str) -> str:
    """What the framework calls a component of this section."""
    planned = plan_of(section.portfolio.pathway).section(section.node.code)
    known = planned.components if planned else ()
    return next((each.title for each in known if each.key == key), key.capitalize())


@dataclass(frozen=True)
class Addable:
    """A node that may have one more section."""

    node: Node
    called: str


def addable(desk: Desk) -> list[Addable]:
    if not desk.portfolio.is_free:
        return []
    there = Counter(each.section.node_id for each in desk)
    return [
        Addable(planned.node, planned.called or planned.short)
        for planned in desk.plan.sections
        if planned.repeats and there[planned.node.pk] < planned.max_instances
    ]


def lacking(desk: Desk) -> bool:
    """Whether the scheme names sections that the portfolio does not have: an answer came after it was begun."""
    there = {each.section.node_id for each in desk}
    return any(planned.node.pk not in there for planned in desk.plan.sections)


def dimensions_of(portfolio: Portfolio) -> list[Node]:
    return [each.node for each in plan_of(portfolio.pathway).dimensions]


def dimension_groups(desk: Desk) -> list[tuple[str, list[schemes.PlannedDimension]]]:
    """The dimensions of the framework under their headings, in its order."""
    groups: dict[str, list[schemes.PlannedDimension]] = {}
    for each in desk.plan.dimensions:
        groups.setdefault(each.group, []).append(each)
    return list(groups.items())


def declaration_asked(portfolio: Portfolio) -> tuple[list[str], bool]:
    """The statements to agree to, and whether an assessor may be nominated."""
    plan = plan_of(portfolio.pathway)
    return list(plan.declaration), plan.pathway.rules.nominated_assessor.value is True


def coordinators(portfolio: Portfolio) -> list[Person]:
    return schemes.coordinators(portfolio.scheme)


def _state(key: str, words: int, described: int, *, placed: bool) -> str:
    if key == "evidence" and placed:
        return "ready"
    if not words:
        return "empty"
    if words < THIN_WORDS or (key == "reflection" and words < THIN_REFLECTION * described):
        return "thin"
    return "ready"

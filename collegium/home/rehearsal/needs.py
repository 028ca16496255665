"""What a candidate has to do on a pathway, chosen out of its requirement and its plan."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from collegium.home.rehearsal.writing import Length, fit
from collegium.schemes.documents import UNSET, NodeKind
from collegium.schemes.models import Node
from collegium.schemes.queries import PathwayPlan, PlannedSection
from collegium.schemes.requirements import All, AtLeast, Instances, Requirement

ACCOUNTS = (
    3  # of a section that repeats, where dimensions are to be shown: they read better spread over a few
)


def chosen(requirement: Requirement) -> Counter[str]:
    """How many complete instances of which code; of a choice, what adds least, and rather something new than more."""
    have: Counter[str] = Counter()
    _take(requirement, have)
    return have


def _take(requirement: Requirement, have: Counter[str]) -> None:
    match requirement:
        case Instances(code, count):
            have[code] = max(have[code], count)
        case All(parts):
            for part in sorted(parts, key=lambda part: isinstance(part, AtLeast)):
                _take(part, have)
        case AtLeast(count, parts):
            for _number in range(count):
                open_parts = [part for part in parts if _cost(part, have) != (0, 0)]
                if len(parts) - len(open_parts) >= count:
                    return
                _take(min(open_parts, key=lambda part: _cost(part, have)), have)


def _cost(part: Requirement, have: Mapping[str, int]) -> tuple[int, int]:
    """How many more there would be, and how many of them are more of the same."""
    after = Counter(have)
    _take(part, after)
    more = sum(after.values()) - sum(have.values())
    repeated = sum(1 for code, count in after.items() if count > have.get(code, 0) > 0)
    return more, repeated


@dataclass
class Task:
    """One section to be written."""

    planned: PlannedSection
    instance: int
    length: Length
    dimensions: tuple[Node, ...] = ()

    @property
    def key(self) -> str:
        return self.planned.code if self.instance == 1 else f"{self.planned.code}#{self.instance}"

    @property
    def is_practice(self) -> bool:
        return self.planned.kind is NodeKind.SECTION


def tasks(plan: PathwayPlan) -> list[Task]:
    """The sections to write, in reading order, with their lengths and the dimensions that each one speaks for."""
    need = chosen(plan.requirement) if plan.requirement is not None else Counter()
    made = []
    for planned in plan.sections:
        count = need[planned.code]
        if plan.dimensions and planned.kind is NodeKind.SECTION and planned.repeats:
            count = max(count, min(ACCOUNTS, planned.max_instances))
        made += [Task(planned, number, _length(planned)) for number in range(1, count + 1)]
    least, most = None, None
    bounds = plan.pathway.words
    if bounds is not None and bounds.value is not UNSET:
        least, most = bounds.value.least, bounds.value.most
    fit([each.length for each in made], least, most)
    _spread_dimensions(plan, made, need)
    return made


def _length(planned: PlannedSection) -> Length:
    least, most = planned.words or (None, None)
    return Length([kind_of(planned, component.key) for component in planned.components], least, most)


def kind_of(planned: PlannedSection, component: str) -> str:
    """What sort of text a component is: its key, or the sort of its node where that is written in one piece."""
    if planned.kind in {NodeKind.STATEMENT, NodeKind.PLAN}:
        return planned.kind.value
    return component


def _spread_dimensions(plan: PathwayPlan, made: list[Task], need: Mapping[str, int]) -> None:
    """Each dimension on as many sections as are asked for, in turn, so that each section speaks for some."""
    places = [each for each in made if each.is_practice] or made
    if not places:
        return
    at = 0
    for dimension in plan.dimensions:
        for _number in range(min(need.get(dimension.code, 0), len(places))):
            places[at % len(places)].dimensions += (dimension.node,)
            at += 1

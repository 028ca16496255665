"""The gap board: which sections have examples, which have none, and what is left over."""

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collegium.courses.models import Iteration
from collegium.people.models import CircleMember, Person
from collegium.portfolios.models import WHOLE_DOCUMENTS, Example, Portfolio, Section
from collegium.portfolios.queries.feedback import progress
from collegium.portfolios.queries.plans import plan_of
from collegium.schemes import queries as schemes
from collegium.schemes.models import Node

State = Literal["none", "open", "thin", "enough", "surplus"]
MOST_A_PAGE = 2  # examples with which a section reads well; what goes beyond is more than it needs


@dataclass(frozen=True)
class Column:
    """A section of the plan with the examples that could fill it."""

    planned: schemes.PlannedSection
    cards: tuple[Example, ...]

    @property
    def node(self) -> Node:
        return self.planned.node

    @property
    def label(self) -> str:
        return f"{self.planned.code} {self.planned.short}" if self.planned.is_coded else self.planned.short

    @property
    def wanted(self) -> int:
        """As many as the pathway requires pages; one, where it does not say."""
        return max(self.planned.min_instances, 1)

    @property
    def state(self) -> State:
        count = len(self.cards)
        if not count:
            return "open" if self.planned.required is False else "none"
        if count < self.wanted:
            return "thin"
        return "enough" if count <= self.wanted * MOST_A_PAGE else "surplus"

    @property
    def says(self) -> str:
        count = len(self.cards)
        if self.state == "none":
            return _("A gap: nothing yet")
        if self.state == "open":
            return _("Not needed by itself")
        if self.state == "thin":
            return _("Thin: %(count)d of %(wanted)d") % {"count": count, "wanted": self.wanted}
        if self.state == "enough":
            return _("Enough")
        over = count - self.wanted * MOST_A_PAGE
        return ngettext("Surplus: one to spare", "Surplus: %(count)d to spare", over) % {"count": over}


@dataclass(frozen=True)
class Board:
    portfolio: Portfolio
    columns: tuple[Column, ...]
    left_over: tuple[Example, ...]
    free: Column | None  # where what is left over may go: the section of one's own choice
    unmet: tuple[str, ...]  # what the pathway would still ask for, if each example became a section

    @property
    def gaps(self) -> list[Column]:
        return [each for each in self.columns if each.state in {"none", "thin"}]

    @property
    def surplus(self) -> list[Column]:
        return [each for each in self.columns if each.state == "surplus"]

    @property
    def summary(self) -> str:
        gaps = len(self.gaps)
        if not gaps:
            return _("Every section has an example.")
        return ngettext("One section has a gap.", "%(count)d sections have gaps.", gaps) % {"count": gaps}


def free_choice(plan: schemes.PathwayPlan) -> schemes.PlannedSection | None:
    """The assessed section of one's own choice, as the documents have it: it may come several times, and is tied to the
    principles instead of to a subject. None where a framework has no such section.
    """
    return next(
        (
            section
            for section in plan.sections
            if section.assessed and section.must_refer_to_principles and section.repeats
        ),
        None,
    )


def lay_board(portfolio: Portfolio, cards: list[Example], plan: schemes.PathwayPlan) -> Board:
    by_code: dict[str, list[Example]] = {}
    for card in cards:
        by_code.setdefault(card.node.code if card.node else "", []).append(card)
    columns = tuple(
        Column(section, tuple(by_code.pop(section.code, ()))) for section in plan.sections if section.assessed
    )
    # Whatever stands under what is no column any more is left over: no card is ever hidden.
    left = [card for cards in by_code.values() for card in cards]
    free = free_choice(plan)
    counts = Counter({each.planned.code: len(each.cards) for each in columns})
    others = {node.code for node in plan.framework.walk()} - {each.planned.code for each in columns}
    for code in others:
        counts[code] = 1  # statements, plans, declarations: of them no examples are asked
    return Board(
        portfolio,
        columns,
        tuple(sorted(left, key=lambda card: (card.position, card.pk))),
        next((each for each in columns if free is not None and each.planned.code == free.code), None),
        tuple(each.sentence for each in plan.unmet(counts)),
    )


def board(portfolio: Portfolio) -> Board:
    """One query besides the plan."""
    cards = list(
        Example.objects.filter(portfolio=portfolio)
        .select_related("node", "evidence")
        .order_by("position", "pk")
    )
    return lay_board(portfolio, cards, plan_of(portfolio.pathway))


def portfolio_with_board(person: Person, portfolio_id: int) -> Portfolio | None:
    """One whose board they may see: readers of all of it, and whoever it is shown to by itself."""
    circles = CircleMember.objects.filter(person=person).values("circle")
    found: Portfolio | None = (
        Portfolio.objects.filter(
            Q(pk__in=Portfolio.objects.visible_to(person).values("pk")) | Q(board_circle__in=circles),
            pk=portfolio_id,
        )
        .for_display()
        .first()
    )
    return found


# Side by side ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MemberBoard:
    """One member's board as far as it is shared with whoever looks; ``board`` is None where nothing of it is."""

    person: Person
    portfolio: Portfolio | None
    board: Board | None
    is_whole: bool  # False: only the columns whose sections are shared one by one


def boards_of(iteration: Iteration, viewer: Person) -> list[MemberBoard]:
    """Each member's, for mentor and members; the queries do not grow with the group."""
    members = progress(iteration)
    chosen = [each.portfolio.pk for each in members if each.portfolio is not None]
    circles = CircleMember.objects.filter(person=viewer).values("circle")
    rows = {
        portfolio.pk: portfolio
        for portfolio in Portfolio.objects.filter(pk__in=chosen).for_display().defer(*WHOLE_DOCUMENTS)
    }
    whole = set(
        Portfolio.objects.filter(
            Q(pk__in=Portfolio.objects.visible_to(viewer).values("pk")) | Q(board_circle__in=circles),
            pk__in=chosen,
        ).values_list("pk", flat=True)
    )
    single: dict[int, set[str]] = {}
    for portfolio_id, code in (
        Section.objects.visible_to(viewer)
        .filter(portfolio__in=set(chosen) - whole)
        .values_list("portfolio_id", "node__code")
    ):
        single.setdefault(portfolio_id, set()).add(code)
    cards: dict[int, list[Example]] = {}
    for card in (
        Example.objects.filter(portfolio__in=whole | single.keys())
        .select_related("node")
        .order_by("position", "pk")
    ):
        cards.setdefault(card.portfolio_id, []).append(card)
    plans: dict[int, schemes.PathwayPlan] = {}
    found = []
    for each in members:
        portfolio = rows.get(each.portfolio.pk) if each.portfolio else None
        if portfolio is None or (portfolio.pk not in whole and portfolio.pk not in single):
            found.append(MemberBoard(each.person, portfolio, None, is_whole=False))
            continue
        if portfolio.pathway_id not in plans:
            plans[portfolio.pathway_id] = plan_of(portfolio.pathway)
        laid = lay_board(portfolio, cards.get(portfolio.pk, []), plans[portfolio.pathway_id])
        is_whole = portfolio.pk in whole
        if not is_whole:
            codes = single[portfolio.pk]
            columns = tuple(column for column in laid.columns if column.planned.code in codes)
            laid = Board(portfolio, columns, (), None, ())
        found.append(MemberBoard(each.person, portfolio, laid, is_whole))
    return found

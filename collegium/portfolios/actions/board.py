"""The gap board: titles of examples under the sections that they could fill."""

from html import escape

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.activity.actions import record
from collegium.activity.verbs import verb
from collegium.evidence import actions as evidence_actions
from collegium.evidence.models import Evidence
from collegium.foundation.refusal import Refusal
from collegium.people.models import Circle, Person
from collegium.portfolios.actions.beginning import add_instance
from collegium.portfolios.actions.guarding import require_open
from collegium.portfolios.actions.sections import name_section, place
from collegium.portfolios.actions.writing import write
from collegium.portfolios.models import Example, Part, Portfolio, Section
from collegium.portfolios.queries.plans import plan_of
from collegium.schemes.models import Node

MOST = 200  # examples of one portfolio

EXAMPLE_ADDED = verb("example.added", history=gettext_lazy("%(actor)s put an example on the gap board"))
EXAMPLE_MOVED = verb("example.moved", history=gettext_lazy("%(actor)s moved an example to %(section)s"))
EXAMPLE_REMOVED = verb("example.removed", history=gettext_lazy("%(actor)s took an example off the gap board"))
EXAMPLE_KEPT = verb(
    "example.made_evidence", history=gettext_lazy("%(actor)s made an example a piece of evidence")
)
SECTION_BEGUN = verb(
    "example.section_begun", history=gettext_lazy("%(actor)s began %(section)s with an example")
)
BOARD_SHOWN = verb(
    "portfolio.board_shown", history=gettext_lazy("%(actor)s showed the gap board to %(reader)s")
)
BOARD_HIDDEN = verb("portfolio.board_hidden", history=gettext_lazy("%(actor)s keeps the gap board private"))


@transaction.atomic
def add_example(
    *,
    portfolio: Portfolio,
    title: str,
    by: Person,
    node: Node | None = None,
    evidence: Evidence | None = None,
) -> Example:
    """At the end of its column; left over, where no section is named."""
    title = title.strip()[:200] or (evidence.title if evidence else "")
    if not title:
        raise Refusal(_("Give the example a title: three words are enough."))
    if evidence is not None and evidence.owner_id != by.pk:
        raise Refusal(_("Only your own evidence can be put on your board."))
    _require_planned(portfolio, node)
    board = _held(portfolio)
    if len(board) >= MOST:
        raise Refusal(_("The board is full. Take away what you will not use."))
    example = Example.objects.create(
        portfolio=portfolio,
        node=node,
        title=title,
        evidence=evidence,
        by=by,
        position=sum(each.node_id == (node.pk if node else None) for each in board),
    )
    record(EXAMPLE_ADDED, by=by, about=portfolio)
    return example


@transaction.atomic
def move_example(*, example: Example, node: Node | None, position: int | None, by: Person) -> None:
    """Into a column, before the card that is at ``position`` there now; None is its end."""
    _require_planned(example.portfolio, node)
    board = {each.pk: each for each in _held(example.portfolio)}
    held = board.pop(example.pk, None)
    if held is None:
        raise Refusal(_("This example was taken off the board meanwhile."))
    left = held.node_id
    held.node = node
    there = [each for each in board.values() if each.node_id == held.node_id]
    there.insert(len(there) if position is None else max(0, min(position, len(there))), held)
    columns = [there]
    if left != held.node_id:
        columns.append([each for each in board.values() if each.node_id == left])
    for column in columns:
        for number, each in enumerate(column):
            each.position = number
    Example.objects.bulk_update([each for column in columns for each in column], ["node", "position"])
    example.node, example.position = held.node, held.position
    if left != held.node_id:
        record(
            EXAMPLE_MOVED,
            by=by,
            about=example.portfolio,
            data={"section": node.title if node else _("what is left over")},
        )


@transaction.atomic
def rename_example(*, example: Example, title: str, by: Person) -> None:  # noqa: ARG001 -- a title leaves no trace
    title = title.strip()[:200]
    if not title:
        raise Refusal(_("Give the example a title: three words are enough."))
    example.title = title
    example.save(update_fields=["title"])


@transaction.atomic
def remove_example(*, example: Example, by: Person) -> None:
    """Its evidence, if it has some, stays."""
    record(EXAMPLE_REMOVED, by=by, about=example.portfolio)
    example.delete()


@transaction.atomic
def make_evidence(*, example: Example, by: Person) -> Evidence:
    """A note with the example's title, to be filled with what shows it. Doing it again gives the same piece."""
    if example.evidence is not None:
        return example.evidence
    piece = evidence_actions.capture(
        by=by,
        kind=Evidence.Kind.NOTE,
        title=example.title,
        body=f"<p>{escape(example.title)}</p>",
    )
    if example.node is not None:
        evidence_actions.align(evidence=piece, by=by, node=example.node, strength=2)
    example.evidence = piece
    example.save(update_fields=["evidence"])
    record(EXAMPLE_KEPT, by=by, about=example.portfolio)
    return piece


@transaction.atomic
def begin_section(*, example: Example, by: Person) -> Section:
    """Its title as the first line of the section, in a page of it that is still empty; one more page where there may be one."""
    if example.node is None:
        raise Refusal(_("Put the example under a section first: then that section can begin with it."))
    portfolio = example.portfolio
    planned = plan_of(portfolio.pathway).section(example.node.code)
    if planned is None:
        raise Refusal(_("This pathway has no section “%(section)s”.") % {"section": example.node.title})
    pages = list(
        Section.objects.filter(portfolio=portfolio, node=example.node, writer__isnull=True)
        .select_related("node", "portfolio__pathway__scheme_version__framework", "portfolio__group")
        .order_by("instance")
    )
    empty = next(
        (page for page in pages if not page.parts.filter(words__gt=0).exists() and page.is_open), None
    )
    if empty is None and pages and len(pages) >= planned.max_instances:
        raise Refusal(
            _("“%(section)s” is begun already. Open it, and write the example in where it belongs.")
            % {"section": example.node.title}
        )
    section = empty or add_instance(portfolio=portfolio, node=example.node, by=by)
    require_open(section)
    first = section.parts.filter(component__in=["description", "text"]).first() or section.parts.first()
    if planned.repeats and not section.title:
        name_section(section=section, title=example.title, by=by)
    if isinstance(first, Part):
        write(
            section=section,
            component=first.component,
            html=f"<p>{escape(example.title)}</p>",
            on_revision=first.revision,
            by=by,
        )
    if example.evidence is not None and example.evidence.owner_id == by.pk:
        place(section=section, evidence=example.evidence, by=by)
    record(SECTION_BEGUN, by=by, about=portfolio, data={"section": str(section)})
    return section


@transaction.atomic
def show_board(*, portfolio: Portfolio, circle: Circle | None, by: Person) -> None:
    """Titles only, and no words: to a circle that one is in, or to nobody more."""
    if circle is not None and not by.circles.filter(pk=circle.pk).exists():
        raise Refusal(_("You can show it only to circles that you belong to."))
    if portfolio.board_circle_id == (circle.pk if circle else None):
        return
    portfolio.board_circle = circle
    portfolio.save(update_fields=["board_circle"])
    if circle is None:
        record(BOARD_HIDDEN, by=by, about=portfolio)
    else:
        record(BOARD_SHOWN, by=by, about=portfolio, data={"reader": circle.name})


def _held(portfolio: Portfolio) -> list[Example]:
    """All cards, in order; nobody else moves one until the transaction ends."""
    Portfolio.objects.select_for_update().get(pk=portfolio.pk)
    return list(Example.objects.filter(portfolio=portfolio))


def _require_planned(portfolio: Portfolio, node: Node | None) -> None:
    if node is not None and plan_of(portfolio.pathway).section(node.code) is None:
        raise Refusal(_("This pathway has no section “%(section)s”.") % {"section": node.title})

"""Beginning a portfolio, and which sections it has."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.activity.actions import record
from collegium.activity.verbs import verb
from collegium.foundation.refusal import Refusal
from collegium.people.models import Person
from collegium.portfolios.actions.guarding import require_free, touch
from collegium.portfolios.models import Part, Portfolio, Revision, Section
from collegium.portfolios.queries.plans import plan_of
from collegium.portfolios.words import forget_sections, index_portfolios
from collegium.schemes.models import Node, Pathway

BEGUN = verb("portfolio.begun", history=gettext_lazy("%(actor)s began “%(title)s”"))
SECTION_ADDED = verb("portfolio.section_added", history=gettext_lazy("%(actor)s added %(section)s"))
SECTION_REMOVED = verb("portfolio.section_removed", history=gettext_lazy("%(actor)s removed %(section)s"))


@transaction.atomic
def begin(*, by: Person, pathway: Pathway, title: str = "") -> Portfolio:
    """A portfolio with a page for each section that the pathway names; none yet where the scheme has not said which."""
    portfolio = Portfolio.objects.create(
        owner=by,
        pathway=pathway,
        title=title.strip() or _("My %(pathway)s portfolio") % {"pathway": pathway.title},
    )
    _bring_in_sections(portfolio)
    index_portfolios([portfolio.pk])
    record(BEGUN, by=by, about=portfolio, data={"title": portfolio.title})
    return portfolio


@transaction.atomic
def bring_in_sections(*, portfolio: Portfolio, by: Person) -> int:
    """Add the sections that the scheme names and the portfolio lacks, such as when a coordinator has answered a rule."""
    require_free(portfolio)
    made = _bring_in_sections(portfolio)
    for section in made:
        record(SECTION_ADDED, by=by, about=portfolio, data={"section": str(section.node)})
    return len(made)


def _bring_in_sections(portfolio: Portfolio) -> list[Section]:
    there: dict[int, int] = {}
    highest: dict[int, int] = {}
    rows = Section.objects.filter(portfolio=portfolio).values_list("node_id", "instance", "writer_id")
    for node_id, instance, writer_id in rows:
        there[node_id] = there.get(node_id, 0) + (writer_id is None)
        highest[node_id] = max(highest.get(node_id, 0), instance)
    made = []
    for planned in plan_of(portfolio.pathway).sections:
        wanted = max(planned.min_instances, 1)
        lacking = max(0, wanted - there.get(planned.node.pk, 0))
        after = highest.get(planned.node.pk, 0)
        for instance in range(after + 1, after + lacking + 1):
            section = Section.objects.create(portfolio=portfolio, node=planned.node, instance=instance)
            Part.objects.bulk_create(
                Part(section=section, component=component.key) for component in planned.components
            )
            made.append(section)
    return made


@transaction.atomic
def add_instance(*, portfolio: Portfolio, node: Node, by: Person) -> Section:
    """One more section of a node that may come several times, such as a second specialist area."""
    require_free(portfolio)
    planned = next((each for each in plan_of(portfolio.pathway).sections if each.node.pk == node.pk), None)
    if planned is None:
        raise Refusal(_("This pathway has no section “%(section)s”.") % {"section": node.title})
    pages = Section.objects.filter(portfolio=portfolio, node=node)
    instances = list(pages.values_list("instance", flat=True))
    most = planned.max_instances
    if pages.filter(writer__isnull=True).count() >= most:
        raise Refusal(
            _("“%(section)s” can be there %(most)s times at most.") % {"section": node.title, "most": most}
            if most > 1
            else _("“%(section)s” can be there only once.") % {"section": node.title}
        )
    section = Section.objects.create(portfolio=portfolio, node=node, instance=max(instances, default=0) + 1)
    Part.objects.bulk_create(
        Part(section=section, component=component.key) for component in planned.components
    )
    record(SECTION_ADDED, by=by, about=portfolio, data={"section": str(node)})
    touch(portfolio)
    return section


@transaction.atomic
def remove_instance(*, section: Section, by: Person) -> None:
    """Its words and their revisions go with it; the evidence placed in it stays with its owner."""
    portfolio = section.portfolio
    require_free(portfolio)
    if (
        portfolio.group_id is not None
        and section.writer_id is None
        and _others_wrote(by, part__section=section)
    ):
        raise Refusal(_("Others have written here, so it stays. Its words can be changed, in turns."))
    if not Section.objects.filter(portfolio=portfolio, node=section.node).exclude(pk=section.pk).exists():
        raise Refusal(
            _("This is the only “%(section)s” of the portfolio, so it stays.")
            % {"section": section.node.title}
        )
    record(SECTION_REMOVED, by=by, about=portfolio, data={"section": str(section)})
    forget_sections(Section.objects.filter(pk=section.pk))
    section.delete()
    touch(portfolio)


def _others_wrote(by: Person, **where: Any) -> bool:
    return Revision.objects.filter(**where).exclude(saved_by=by).exists()

"""Beginning the draft that a week of a course leads to."""

from django.db import transaction
from django.utils.translation import gettext as _

from collegium.courses.models import Week
from collegium.foundation.refusal import Refusal
from collegium.people.models import Person
from collegium.portfolios.actions.beginning import add_instance
from collegium.portfolios.actions.sections import tag
from collegium.portfolios.models import Portfolio, Section
from collegium.portfolios.queries.plans import plan_of
from collegium.portfolios.queries.weeks import dimensions_named_by, draft_for


@transaction.atomic
def draft_of_week(*, portfolio: Portfolio, week: Week, by: Person) -> Section:
    """Its page: the one that is there for it, or one more that is tagged with what the week speaks for."""
    pages = Section.objects.filter(
        portfolio=portfolio, node__code=week.draft_node.code if week.draft_node else ""
    )
    first = pages.select_related("node").order_by("instance").first()
    if first is None:
        raise Refusal(_("Your portfolio has no such section: begin with another one."))
    found = draft_for(portfolio, week)
    if not portfolio.is_free:  # handed in: it is read, and nothing is added
        return found or first
    plan = plan_of(portfolio.pathway)
    if found is None:
        most = next((each.max_instances for each in plan.sections if each.node.pk == first.node_id), 1)
        if pages.count() >= most:
            return first
        found = add_instance(portfolio=portfolio, node=first.node, by=by)
    codes = set(dimensions_named_by(week))
    if codes and not found.dimensions.exists():
        tag(section=found, nodes=[each.node for each in plan.dimensions if each.code in codes], by=by)
    return found

"""The draft that a week of a course, or a meeting of a writing group, leads to.

Where a framework's dimensions are tagged, as in the Professional Standards Framework, several weeks lead to pages of the
same section: each week's page is the one that is tagged with what the week speaks for.
"""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from collegium.courses.models import Mapping, Week
from collegium.courses.queries.progress import number_of
from collegium.portfolios.models import Portfolio, Section


def dimensions_named_by(week: Week) -> "QuerySet[Mapping, str]":
    """By code: the portfolio may stand on another version of the framework."""
    return Mapping.objects.filter(week=week, node__kind="dimension").values_list("node__code", flat=True)


def fits(week: Week) -> Q:
    """Of pages: not tagged with dimensions that the week does not speak for, unless it speaks for none."""
    tags = _tags()
    named = dimensions_named_by(week)
    return Q(Exists(tags.filter(node__code__in=named))) | ~Q(Exists(tags)) | ~Q(Exists(named))


def draft_for(portfolio: Portfolio, week: Week) -> Section | None:
    """With ``words_written``; None where none of its pages is for this week. One query."""
    if week.draft_node is None:
        return None
    tags = _tags()
    named = dimensions_named_by(week)
    pages: list[Any] = list(
        Section.objects.filter(portfolio=portfolio, node__code=week.draft_node.code)
        .annotate(
            words_written=Sum("parts__words"),
            shared=number_of(tags.filter(node__code__in=named), "section"),
            is_tagged=Exists(tags),
            is_named=Exists(named),
        )
        .select_related("node")
        .order_by("instance")
    )
    if not pages or not pages[0].is_named:
        return pages[0] if pages else None
    tagged = max(pages, key=lambda page: page.shared or 0)  # of equals the first
    untouched = (page for page in pages if not page.is_tagged and not page.words_written)
    found: Section | None = tagged if tagged.shared else next(untouched, None)
    return found


def _tags() -> Any:
    """Of the section that a query is about."""
    through: Any = Section.dimensions.through
    return through.objects.filter(section=OuterRef("pk"))

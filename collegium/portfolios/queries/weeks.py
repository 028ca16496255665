"""The draft that a week of a course, or a meeting of a writing group, leads to.

Where a framework's dimensions are tagged, as in the Professional Standards Framework, several weeks lead to pages of the
same section: each week's page is the one that is tagged with what the week speaks for.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from collegium.courses.models import Mapping, Week
from collegium.courses.queries.progress import number_of
from collegium.foundation.addresses import address
from collegium.foundation.listed import Listed
from collegium.people.models import Person
from collegium.portfolios.models import Portfolio, Section
from collegium.portfolios.queries.feedback import portfolios_on
from collegium.schemes.models import Pathway


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
    pages = Section.objects.filter(portfolio=portfolio, node__code=week.draft_node.code)
    found: Section | None = _page_among(list(_as_drafts(pages, week).select_related("node")))
    return found


@dataclass(frozen=True)
class WeekDraft:
    """A page as ``draft_for`` finds it, in what the page of a week shows of it."""

    portfolio_id: int
    pk: int
    words_written: int | None
    shared: int | None
    is_tagged: bool
    is_named: bool

    def get_absolute_url(self) -> str:
        return address("portfolios:section", portfolio_id=self.portfolio_id, section_id=self.pk)


def draft_of(person: Person, week: Week, pathway: Pathway) -> tuple[Portfolio | None, WeekDraft | None]:
    """One's portfolio on the pathway, and in it what ``draft_for`` would find. One query."""
    if week.draft_node is None:
        return None, None
    pages = Section.objects.filter(portfolio=OuterRef("pk"), node__code=week.draft_node.code)
    drafts: Any = _as_drafts(pages, week)
    rows: Any = (
        portfolios_on(pathway)
        .filter(owner=person)
        .annotate(pages=Listed(drafts.values("id", "words_written", "shared", "is_tagged", "is_named")))
        .order_by("-edited_at", "-pk")
    )
    portfolio = rows.first()
    if portfolio is None:
        return None, None
    return portfolio, _page_among([WeekDraft(portfolio.pk, *page) for page in portfolio.pages or []])


def _as_drafts(pages: "QuerySet[Section]", week: Week) -> Any:
    tags = _tags()
    named = dimensions_named_by(week)
    return pages.annotate(
        words_written=Sum("parts__words"),
        shared=number_of(tags.filter(node__code__in=named), "section"),
        is_tagged=Exists(tags),
        is_named=Exists(named),
    ).order_by("instance")


def _page_among(pages: list[Any]) -> Any:
    if not pages or not pages[0].is_named:
        return pages[0] if pages else None
    tagged = max(pages, key=lambda page: page.shared or 0)  # of equals the first
    untouched = (page for page in pages if not page.is_tagged and not page.words_written)
    return tagged if tagged.shared else next(untouched, None)


def _tags() -> Any:
    """Of the section that a query is about."""
    through: Any = Section.dimensions.through
    return through.objects.filter(section=OuterRef("pk"))

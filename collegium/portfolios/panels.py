"""What portfolios put on the pages of other rooms: the bar, what to do next, who reads evidence, what is mine."""

from typing import cast

from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy, ngettext

from collegium.design.places import bar_item, panel, signed_in
from collegium.evidence.models import Evidence
from collegium.evidence.queries import register_aim, register_use
from collegium.evidence.rules import register_reader
from collegium.foundation.files import holds_blobs
from collegium.people.erasure import erases, goes
from collegium.people.export import File, exports
from collegium.people.models import Person
from collegium.people.requests import Request
from collegium.portfolios import export, queries
from collegium.portfolios.models import Placement, Portfolio, Share

bar_item(
    key="portfolio",
    title=gettext_lazy("Portfolio"),
    url="portfolios:list",
    icon="book-open",
    order=60,
    shown_to=signed_in,
    namespace="portfolios",
)


def _at_hand(request: HttpRequest, person: Person) -> tuple[Portfolio | None, list[Portfolio]]:
    """Asked by two panels of home: read once a request."""
    kept: tuple[Portfolio | None, list[Portfolio]] | None = getattr(request, "portfolios_at_hand", None)
    if kept is None:
        kept = queries.at_hand(person)
        request.portfolios_at_hand = kept  # type: ignore[attr-defined]  # ours, for this request only
    return kept


@panel("home.next", order=30)
def write_on(request: HttpRequest) -> str | None:
    """The section to write next, how much is open, how much time there is."""
    person = cast("Request", request).person
    if person is None:
        return None
    portfolio, _mentored = _at_hand(request, person)
    if portfolio is None or portfolio.is_locked:  # home itself offers the first steps
        return None
    desk = queries.desk(portfolio, with_evidence=False)
    return render_to_string(
        "portfolios/next.jinja",
        {
            "portfolio": portfolio,
            "desk": desk,
            "readiness": queries.check(desk, with_met=False),
            "section": desk.next_section,
        },
        request,
    )


@panel("home.next", order=45)
def read_for(request: HttpRequest) -> str | None:
    """Drafts that wait for a mentor."""
    person = cast("Request", request).person
    if person is None:
        return None
    _own, mentored = _at_hand(request, person)
    if not mentored:
        return None
    return render_to_string("portfolios/next_mentor.jinja", {"portfolios": mentored}, request)


# Evidence -------------------------------------------------------------------------------------------------------------


@register_reader
def reads_in_portfolio(person: Person | None, evidence: Evidence, request: HttpRequest | None) -> bool:
    """Whoever may read where it is placed, by account or by a link opened in this session."""
    return queries.opens_evidence(
        person, evidence, queries.opened_by(getattr(request, "session", None) if request else None)
    )


@panel("evidence.page", order=20)
def used_in(request: HttpRequest, *, evidence: Evidence) -> str | None:
    """Where its owner has placed it; of no concern to other readers."""
    person = cast("Request", request).person
    if person is None or person.pk != evidence.owner_id:
        return None
    placements = Placement.objects.filter(evidence=evidence).select_related(
        "section__portfolio", "section__node"
    )
    return render_to_string("portfolios/used_in.jinja", {"placements": list(placements)}, request)


@register_use
def used() -> "QuerySet[Placement, int]":
    return Placement.objects.values_list("evidence", flat=True)


@register_aim
def aimed_at(person: Person) -> list[int]:
    return queries.frameworks_of(person)


@holds_blobs
def elsewhere_files() -> "QuerySet[Portfolio, str]":
    return Portfolio.objects.filter(elsewhere_blob__isnull=False).values_list("elsewhere_blob", flat=True)


# Mine -----------------------------------------------------------------------------------------------------------------


@erases(order=40)
def erase_portfolios(person: Person) -> None:
    """With all words and revisions. What was submitted is a frozen copy, of which accreditation speaks."""
    Share.objects.filter(person=person).delete()
    Portfolio.objects.filter(mentor=person).update(mentor=None)
    Portfolio.objects.filter(owner=person).delete()


@goes
def portfolios_go(person: Person) -> list[str]:
    count = Portfolio.objects.filter(owner=person).count()
    if not count:
        return []
    return [
        ngettext(
            "Your portfolio, with its words and their earlier versions",
            "Your %(count)d portfolios, with their words and earlier versions",
            count,
        )
        % {"count": count}
    ]


@exports("portfolios", title=gettext_lazy("Portfolios"))
def my_portfolios(person: Person) -> tuple[list[dict[str, object]], list[File]]:
    facts: list[dict[str, object]] = []
    brought: list[File] = []
    for portfolio in Portfolio.objects.filter(owner=person).for_display().order_by("pk"):
        taken = queries.snapshot(portfolio)
        facts.append(
            {
                **taken,
                "begun_at": portfolio.begun_at.isoformat(),
                "edited_at": portfolio.edited_at.isoformat(),
                "audience": str(portfolio.get_audience_display()),
                "address": portfolio.slug,
                "earlier_versions": queries.revisions_of(portfolio),
            }
        )
        pages = export.html_folder(taken, queries.files_of(portfolio), show_access=True)
        brought.append((f"{portfolio.pk}.zip", pages))
    return facts, brought

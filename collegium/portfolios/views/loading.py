"""What every page of a portfolio begins with."""

from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpRequest, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from collegium.foundation.prepared import prepared
from collegium.foundation.refusal import require
from collegium.people.models import Person
from collegium.portfolios import rules
from collegium.portfolios.models import WHOLE_DOCUMENTS, Portfolio, Section, SectionQuerySet


def typed(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: nothing when the page is only shown, and also an empty form once it was sent."""
    return request.POST if request.method == "POST" else None


def complaints(form: BaseForm) -> str:
    """What is wrong with a form, in one line, each with the name of its field."""
    return " ".join(
        f"{form.fields[name].label}: {' '.join(map(str, errors))}"
        if name in form.fields
        else " ".join(map(str, errors))
        for name, errors in form.errors.items()
    )


def load(person: Person | None, portfolio_id: int) -> Portfolio:
    """A portfolio that the person may read, with what its pages show of it; 404 otherwise."""
    portfolios = Portfolio.objects.for_display()
    # Nearly always its owner: the short question first.
    own = portfolios.own().filter(pk=portfolio_id, owner=person).first() if person else None
    found: Portfolio = own or get_object_or_404(portfolios.visible_to(person), pk=portfolio_id)
    return found


def load_own(person: Person, portfolio_id: int) -> Portfolio:
    portfolio = load(person, portfolio_id)
    require(allowed=rules.may_manage(person, portfolio))
    return portfolio


def load_section(person: Person | None, portfolio_id: int, section_id: int) -> Section:
    """A section that the person may read, be it the only one; 404 otherwise."""
    asked = {"pk": section_id, "portfolio": portfolio_id}
    own = _own_section(section_id, portfolio_id, person.pk) if person else []
    found: Section = own[0] if own else get_object_or_404(_for_display().visible_to(person), **asked)
    return found


@prepared
def _own_section(section: int, portfolio: int, owner: int) -> "QuerySet[Section]":
    return _for_display().filter(
        pk=section, portfolio=portfolio, portfolio__owner=owner, portfolio__group__isnull=True
    )


def _for_display() -> "SectionQuerySet":
    return Section.objects.select_related(
        "node",
        "writer",
        "portfolio__owner",
        "portfolio__group",
        "portfolio__pathway__scheme_version__scheme",
        "portfolio__pathway__scheme_version__framework",
    ).defer(*(f"portfolio__{name}" for name in WHOLE_DOCUMENTS))


def load_open_section(person: Person, portfolio_id: int, section_id: int) -> Section:
    """One that may be written in: by its writer, and while it is not locked."""
    section = load_section(person, portfolio_id, section_id)
    require(
        allowed=rules.may_write(person, section),
        because=_("This section is locked: it is being assessed, or was not referred back to you.")
        if rules.may_see_versions(person, section)
        else "",
    )
    return section

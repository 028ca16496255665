"""The bibliography of a portfolio: in a style, to copy, to take along, to stand at its end."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collegium.design.errors import refused
from collegium.design.shortcuts import render
from collegium.ecology import citations
from collegium.ecology.csl.wires import TITLES, WIRES
from collegium.foundation.refusal import Refusal, require
from collegium.people.requests import SignedInRequest, signed_in
from collegium.portfolios import actions, queries, rules
from collegium.portfolios.models import Portfolio
from collegium.portfolios.queries import bibliography
from collegium.portfolios.views.loading import load


def _load(request: SignedInRequest, portfolio_id: int) -> Portfolio:
    portfolio = load(request.person, portfolio_id)
    require(allowed=rules.may_export(request.person, portfolio))
    return portfolio


def _style(typed: str, portfolio: Portfolio) -> str:
    if typed in citations.STYLES:
        return typed
    return portfolio.bibliography if portfolio.bibliography in citations.STYLES else citations.DEFAULT


@require_http_methods(["GET", "POST"])
@signed_in
def show(request: SignedInRequest, portfolio_id: int) -> HttpResponseBase:
    """A POST says in which ``style`` it stands at the end; an empty one takes it away from there."""
    portfolio = _load(request, portfolio_id)
    if request.method == "POST":
        return _put(request, portfolio)
    style = _style(request.GET.get("style", ""), portfolio)
    works = bibliography.works(queries.snapshot(portfolio, with_bibliography=False), portfolio.owner)
    return render(
        request,
        "portfolios/bibliography.jinja",
        {
            "portfolio": portfolio,
            "works": works,
            "entries": bibliography.rendered(works, style),
            "style": style,
            "styles": {key: title for key, (_file_name, title) in citations.STYLES.items()},
            "forms": TITLES,
            "thin": [each for each in works if each.resource is None and not each.csl.get("author")],
            "may_put": rules.may_arrange(request.person, portfolio),
        },
    )


def _put(request: SignedInRequest, portfolio: Portfolio) -> HttpResponseBase:
    require(allowed=rules.may_arrange(request.person, portfolio))
    try:
        actions.put_bibliography(portfolio=portfolio, by=request.person, style=request.POST.get("style", ""))
    except Refusal as refusal:
        return refused(request, str(refusal))
    if portfolio.bibliography:
        messages.success(
            request, _("It stands at the end of your portfolio now, and in what you take along.")
        )
    else:
        messages.success(request, _("It no longer stands at the end of your portfolio."))
    return redirect("portfolios:bibliography", portfolio_id=portfolio.pk)


@require_http_methods(["GET"])
@signed_in
def download(request: SignedInRequest, portfolio_id: int, form: str) -> HttpResponseBase:
    """As references in one of the formats; as ``html`` set in a style, which word processors open."""
    portfolio = _load(request, portfolio_id)
    if form not in WIRES and form != "html":
        raise Http404
    works = bibliography.works(queries.snapshot(portfolio, with_bibliography=False), portfolio.owner)
    name = f"{slugify(portfolio.title) or 'portfolio'}-bibliography.{form}"
    if form == "html":
        style = _style(request.GET.get("style", ""), portfolio)
        context = {"portfolio": portfolio, "entries": bibliography.rendered(works, style)}
        content: str = render_to_string("portfolios/export/bibliography.jinja", context, request)
        media_type = "text/html"
    else:
        write, media_type = WIRES[form]
        content = write(each.reference for each in works)
    response = HttpResponse(content, content_type=f"{media_type}; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    response["Cache-Control"] = "private, no-store"
    return response

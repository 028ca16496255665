"""Taking a portfolio along: pages in a folder, or a document."""

from django.http import HttpResponse, HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods

from collegium.design.shortcuts import render
from collegium.foundation.refusal import require
from collegium.people.requests import SignedInRequest, signed_in
from collegium.portfolios import export, queries, rules
from collegium.portfolios.models import Portfolio
from collegium.portfolios.views.loading import load


def _load(request: SignedInRequest, portfolio_id: int) -> Portfolio:
    portfolio = load(request.person, portfolio_id)
    require(allowed=rules.may_export(request.person, portfolio))
    return portfolio


@require_http_methods(["GET"])
@signed_in
def choose(request: SignedInRequest, portfolio_id: int) -> HttpResponseBase:
    portfolio = _load(request, portfolio_id)
    return render(
        request,
        "portfolios/export.jinja",
        {
            "portfolio": portfolio,
            "room": queries.size_of_files(portfolio),
            "count": queries.evidence_count(portfolio),
        },
    )


@require_http_methods(["GET"])
@signed_in
def pages(request: SignedInRequest, portfolio_id: int) -> HttpResponseBase:
    portfolio = _load(request, portfolio_id)
    taken = queries.snapshot(portfolio, with_spare=False)
    return _download(
        export.html_folder(taken, queries.files_of(portfolio)),
        f"{slugify(portfolio.title) or 'portfolio'}.zip",
        "application/zip",
    )


@require_http_methods(["GET"])
@signed_in
def document(request: SignedInRequest, portfolio_id: int) -> HttpResponseBase:
    portfolio = _load(request, portfolio_id)
    taken = queries.snapshot(portfolio, with_spare=False)
    return _download(
        export.pdf(taken, queries.files_of(portfolio)),
        f"{slugify(portfolio.title) or 'portfolio'}.pdf",
        "application/pdf",
    )


def _download(content: bytes, name: str, media_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    response["Cache-Control"] = "private, no-store"
    return response

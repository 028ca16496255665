"""What a referee sees: by a signed link, without an account."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from collegium.accreditation import actions, queries
from collegium.accreditation.forms import ReferenceForm, refuse
from collegium.accreditation.models import Referee
from collegium.accreditation.tasks import REFEREE_LINK
from collegium.accreditation.terms import terms_of
from collegium.design.shortcuts import render
from collegium.evidence.models import Evidence
from collegium.foundation import files, signing
from collegium.foundation.refusal import Refusal
from collegium.portfolios import queries as portfolios
from collegium.portfolios.models import Portfolio
from collegium.schemes.documents import UNSET


def _referee(token: str) -> Referee:
    """Loading by the token is the permission: LinkExpired passes on, any other bad link is a 404."""
    try:
        number = signing.read(REFEREE_LINK, token)
    except signing.LinkExpired:
        raise
    except signing.LinkInvalid as fault:
        raise Http404 from fault
    return get_object_or_404(
        Referee.objects.select_related(
            "registration__person",
            "registration__pathway__scheme_version__scheme",
            "registration__pathway__scheme_version__framework",
        ),
        pk=number,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def reference(request: HttpRequest, token: str) -> HttpResponseBase:
    try:
        referee = _referee(token)
    except signing.LinkExpired:
        return _private(render(request, "accreditation/reference_expired.jinja", status=410))
    form = ReferenceForm(request.POST if request.POST.get("do") == "write" else None)
    refusal_words = ""
    if request.method == "POST":
        try:
            if request.POST.get("do") == "decline":
                actions.decline_reference(referee=referee)
                return redirect(request.path)
            if form.is_valid():
                actions.give_reference(referee=referee, statement=form.cleaned_data["statement"])
                return redirect(request.path)
        except Refusal as refusal:
            refuse(form, refusal) if form.is_bound else None
            refusal_words = str(refusal)
    portfolio = _draft(referee)
    asked_for = terms_of(referee.registration.pathway).rules.referees.value
    reading = None
    if portfolio is not None and referee.is_waiting and referee.registration.is_open:
        reading = queries.draft_reading(
            portfolios.snapshot(portfolio),
            lambda number: reverse(
                "accreditation:reference_file", kwargs={"token": token, "evidence_id": number}
            ),
        )
    context = {
        "referee": referee,
        "candidate": referee.registration.person,
        "pathway": referee.registration.pathway,
        "scheme": referee.registration.pathway.scheme_version,
        "asked_for": None if asked_for is UNSET else asked_for,
        "form": form,
        "refusal": refusal_words,
        "reading": reading,
    }
    return _private(
        render(request, "accreditation/reference.jinja", context, status=400 if form.errors else 200)
    )


def _draft(referee: Referee) -> Portfolio | None:
    return Portfolio.objects.for_display().filter(pk=referee.portfolio_id).first() or queries.portfolio_for(
        referee.registration
    )


@require_http_methods(["GET", "HEAD"])
def reference_file(request: HttpRequest, token: str, evidence_id: int) -> HttpResponseBase:
    """A file of the draft, for as long as the statement is awaited."""
    try:
        referee = _referee(token)
    except signing.LinkExpired as fault:
        raise Http404 from fault
    portfolio = _draft(referee)
    if portfolio is None or not referee.is_waiting or not referee.registration.is_open:
        raise Http404
    evidence = get_object_or_404(
        Evidence.objects.filter(placements__section__portfolio=portfolio, blob__isnull=False)
        .select_related("blob")
        .distinct(),
        pk=evidence_id,
    )
    if evidence.blob is None:
        raise Http404
    return files.serve(evidence.blob, name=evidence.file_name, request=request)


def _private(response: HttpResponse) -> HttpResponse:
    """The address is a key: it goes to no other site, into no cache and no index."""
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response

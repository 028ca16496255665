"""One's portfolios, those of others that one may read, and beginning one."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collegium.design.shortcuts import render
from collegium.foundation.refusal import Refusal
from collegium.people.requests import SignedInRequest, signed_in
from collegium.portfolios import actions, queries
from collegium.portfolios.forms import BeginForm
from collegium.portfolios.views.loading import typed
from collegium.schemes import queries as schemes
from collegium.schemes import requirements
from collegium.schemes.models import Pathway


@require_http_methods(["GET"])
@signed_in
def mine(request: SignedInRequest) -> HttpResponseBase:
    portfolios = list(queries.begun(request.person))
    return render(
        request,
        "portfolios/list.jinja",
        {
            "portfolios": portfolios,
            "groups": queries.group_portfolios(request.person),
            "shared": len(queries.shared_with(request.person)) if not portfolios else None,
        },
    )


@require_http_methods(["GET"])
@signed_in
def with_me(request: SignedInRequest) -> HttpResponseBase:
    return render(
        request,
        "portfolios/with_me.jinja",
        {
            "portfolios": list(queries.shared_with(request.person)),
            "sections": list(queries.sections_shared_with(request.person)),
        },
    )


@require_http_methods(["GET"])
@signed_in
def choose(request: SignedInRequest) -> HttpResponseBase:
    versions = schemes.current_versions()
    rows: dict[int, list[Pathway]] = {}
    for pathway in Pathway.objects.filter(scheme_version__in=versions).order_by("position"):
        rows.setdefault(pathway.scheme_version_id, []).append(pathway)
    offers = []
    for version in versions:
        document = schemes.in_force(version)
        offers.append(
            (version, document, [(row, document.pathway(row.key)) for row in rows.get(version.pk, [])])
        )
    return render(request, "portfolios/begin.jinja", {"offers": offers})


@require_http_methods(["GET", "POST"])
@signed_in
def begin(request: SignedInRequest, pathway_id: int) -> HttpResponseBase:
    pathway = get_object_or_404(Pathway.objects.current().for_display(), pk=pathway_id)
    form = BeginForm(typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            portfolio = actions.begin(by=request.person, pathway=pathway, title=form.cleaned_data["title"])
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your portfolio is begun. Nobody sees it but you."))
            return redirect(portfolio)
    plan = schemes.plan(pathway)
    return render(
        request,
        "portfolios/begin_on.jinja",
        {
            "pathway": pathway,
            "plan": plan,
            "form": form,
            "outline": requirements.outline(plan.requirement, plan.titles) if plan.requirement else None,
            "unset": queries.unset_for_writing(plan),
        },
    )

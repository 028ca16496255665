"""The portfolio as a whole: its overview, readiness, declaration, details, and a portfolio made elsewhere."""

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from collegium.activity.queries import history as history_of
from collegium.design.shortcuts import render
from collegium.foundation import files
from collegium.foundation.refusal import Refusal, require
from collegium.people.queries import face
from collegium.people.requests import SignedInRequest, signed_in
from collegium.portfolios import actions, queries, rules
from collegium.portfolios.forms import DeclarationForm, DetailsForm, ElsewhereForm, MentorForm
from collegium.portfolios.models import Portfolio
from collegium.portfolios.views.groups import overview
from collegium.portfolios.views.loading import load, load_own, typed
from collegium.schemes.models import Node


@require_http_methods(["GET"])
@signed_in
def portfolio(request: SignedInRequest, portfolio_id: int) -> HttpResponseBase:
    found = load(request.person, portfolio_id)
    if not rules.may_see_progress(request.person, found):
        return _reading(request, found)
    if found.group_id is not None:
        return overview(request, found)
    desk = queries.desk(found)
    readiness = queries.check(desk)
    return render(
        request,
        "portfolios/portfolio.jinja",
        {
            "portfolio": found,
            "desk": desk,
            "readiness": readiness,
            "balance": queries.balance(desk),
            "addable": queries.addable(desk),
            "lacking": queries.lacking(desk),
            "is_own": rules.may_manage(request.person, found),
            "mentor_face": face(found.mentor, request.person) if found.mentor else None,
        },
    )


@require_http_methods(["GET"])
@signed_in
def read(request: SignedInRequest, portfolio_id: int) -> HttpResponseBase:
    return _reading(request, load(request.person, portfolio_id))


def _reading(request: SignedInRequest, found: Portfolio) -> HttpResponseBase:
    taken = queries.snapshot(found)
    is_own = rules.may_see_progress(request.person, found)
    return render(
        request,
        "portfolios/read.jinja",
        {
            "portfolio": found,
            "taken": taken if is_own else queries.public(taken),
            "evidence_by_id": queries.evidence_by_id(taken),
            "sees_progress": is_own,
        },
    )


@require_http_methods(["GET"])
@signed_in
def readiness(request: SignedInRequest, portfolio_id: int) -> HttpResponseBase:
    found = load(request.person, portfolio_id)
    require(allowed=rules.may_see_progress(request.person, found))
    desk = queries.desk(found)
    checked = queries.check(desk)
    return render(
        request,
        "portfolios/readiness.jinja",
        {
            "portfolio": found,
            "readiness": checked,
            "is_own": rules.may_manage(request.person, found),
            "groups": queries.by_section(checked.open, desk),
            "coordinators": queries.coordinators(found) if checked.remarks else [],
        },
    )


@require_http_methods(["GET"])
@signed_in
def history(request: SignedInRequest, portfolio_id: int) -> HttpResponseBase:
    found = load(request.person, portfolio_id)
    require(allowed=rules.may_see_progress(request.person, found))
    return render(request, "portfolios/history.jinja", {"portfolio": found, "lines": history_of(found)[:200]})


@require_http_methods(["GET", "POST"])
@signed_in
def details(request: SignedInRequest, portfolio_id: int) -> HttpResponseBase:
    found = load_own(request.person, portfolio_id)
    form = DetailsForm(typed(request), instance=found)
    if request.method == "POST" and form.is_valid():
        actions.change_details(portfolio=found, by=request.person, **form.cleaned_data)
        return redirect(found)
    return render(
        request,
        "portfolios/details.jinja",
        {"portfolio": found, "form": form, "mentor_form": MentorForm(writer=request.person)},
    )


@require_http_methods(["POST"])
@signed_in
def mentor(request: SignedInRequest, portfolio_id: int) -> HttpResponseBase:
    found = load(request.person, portfolio_id)
    steps_back = "end" in request.POST and rules.may_see_progress(request.person, found)
    require(allowed=steps_back or rules.may_manage(request.person, found))
    if steps_back:
        actions.set_mentor(portfolio=found, mentor=None, by=request.person)
        messages.success(request, _("The mentoring has ended."))
        return redirect(found if rules.may_read(request.person, found) else "portfolios:with_me")
    form = MentorForm(request.POST, writer=request.person)
    if form.is_valid():
        try:
            actions.set_mentor(portfolio=found, mentor=form.cleaned_data["mentor"], by=request.person)
        except Refusal as refusal:
            form.add_error("mentor", str(refusal))
        else:
            messages.success(request, _("They can read your drafts now, and are told so."))
            return redirect(found)
    return render(
        request,
        "portfolios/details.jinja",
        {"portfolio": found, "form": DetailsForm(instance=found), "mentor_form": form},
        status=422,
    )


@require_http_methods(["GET", "POST"])
@signed_in
def delete(request: SignedInRequest, portfolio_id: int) -> HttpResponseBase:
    found = load_own(request.person, portfolio_id)
    require(
        allowed=rules.may_delete(request.person, found),
        because=_("It has been submitted, so it cannot be deleted for now."),
    )
    if request.method == "POST":
        try:
            actions.delete(portfolio=found, by=request.person)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(found)
        messages.success(request, _("The portfolio is deleted. Your evidence is where it was."))
        return redirect("portfolios:list")
    return render(
        request,
        "portfolios/delete.jinja",
        {"portfolio": found, "desk": queries.desk(found, with_words=False)},
    )


@require_http_methods(["POST"])
@signed_in
def bring_in_sections(request: SignedInRequest, portfolio_id: int) -> HttpResponseBase:
    found = load_own(request.person, portfolio_id)
    require(allowed=rules.may_arrange(request.person, found))
    made = actions.bring_in_sections(portfolio=found, by=request.person)
    messages.success(
        request,
        ngettext("%(count)d section was added.", "%(count)d sections were added.", made) % {"count": made},
    )
    return redirect(found)


@require_http_methods(["POST"])
@signed_in
def add_section(request: SignedInRequest, portfolio_id: int, node_id: int) -> HttpResponseBase:
    found = load_own(request.person, portfolio_id)
    require(allowed=rules.may_arrange(request.person, found))
    node = get_object_or_404(Node, pk=node_id, framework=found.pathway.scheme_version.framework_id)
    try:
        section = actions.add_instance(portfolio=found, node=node, by=request.person)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(found)
    return redirect(section)


@require_http_methods(["GET", "POST"])
@signed_in
def declaration(request: SignedInRequest, portfolio_id: int) -> HttpResponseBase:
    found = load_own(request.person, portfolio_id)
    asked, may_nominate = queries.declaration_asked(found)
    signed = found.signed
    initial = {"signed_name": request.person.name if signed is None else signed.signed_name}
    if signed is not None:
        initial["collaborators"] = signed.collaborators
    form = DeclarationForm(
        typed(request), writer=request.person, asked=asked, may_nominate=may_nominate, initial=initial
    )
    if request.method == "POST":
        require(
            allowed=rules.may_declare(request.person, found),
            because=_("The portfolio is being assessed, so its declaration stands as it was signed."),
        )
        if form.is_valid():
            try:
                actions.declare(portfolio=found, by=request.person, **form.cleaned_data)
            except Refusal as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("Your declaration is signed."))
                return redirect("portfolios:readiness", portfolio_id=found.pk)
    return render(
        request,
        "portfolios/declaration.jinja",
        {"portfolio": found, "form": form, "asked": asked, "signed": signed, "is_locked": found.is_locked},
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "POST"])
@signed_in
def elsewhere(request: SignedInRequest, portfolio_id: int) -> HttpResponseBase:
    found = load_own(request.person, portfolio_id)
    desk = queries.desk(found, with_words=False)
    form = ElsewhereForm(
        typed(request),
        request.FILES or None,
        sections=[(each.section, each.label) for each in desk],
        initial={"url": found.elsewhere_url, "access": found.elsewhere_access},
    )
    if request.method == "POST":
        require(allowed=rules.may_arrange(request.person, found))
        if form.is_valid():
            try:
                actions.made_elsewhere(
                    portfolio=found,
                    by=request.person,
                    url=form.cleaned_data["url"],
                    access=form.cleaned_data["access"],
                    upload=form.cleaned_data["upload"],
                    whereabouts=form.whereabouts,
                )
            except Refusal as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("Where your portfolio is, and each section in it, is noted."))
                return redirect(found)
    return render(
        request,
        "portfolios/elsewhere.jinja",
        {"portfolio": found, "form": form, "desk": desk},
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["POST"])
@signed_in
def made_here(request: SignedInRequest, portfolio_id: int) -> HttpResponseBase:
    found = load_own(request.person, portfolio_id)
    require(allowed=rules.may_arrange(request.person, found))
    actions.made_here(portfolio=found, by=request.person)
    return redirect(found)


@require_http_methods(["GET"])
@signed_in
def elsewhere_file(request: SignedInRequest, portfolio_id: int) -> HttpResponseBase:
    found = load(request.person, portfolio_id)
    if found.elsewhere_blob is None:
        raise Http404
    return files.serve(found.elsewhere_blob, name=found.elsewhere_name, request=request)

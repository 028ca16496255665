"""A portfolio that several write, and the draft that a week of a course asks for."""

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collegium.design.shortcuts import render
from collegium.foundation.refusal import Refusal, require
from collegium.people.queries import face, faces
from collegium.people.requests import SignedInRequest, signed_in
from collegium.portfolios import actions, queries, rules
from collegium.portfolios.forms import BeginGroupForm
from collegium.portfolios.models import Portfolio, SetAside
from collegium.portfolios.views.loading import load, load_section, typed
from collegium.schemes.models import Node, Pathway


def overview(request: SignedInRequest, found: Portfolio) -> HttpResponseBase:
    """The group's portfolio as a whole, for its members and its mentor."""
    desk = queries.desk(found, with_words=False)
    turns = queries.turns_in(found)
    members = queries.spaces(desk)
    return render(
        request,
        "portfolios/group.jinja",
        {
            "portfolio": found,
            "desk": desk,
            "shared": queries.shared_pages(desk),
            "spaces": members,
            "turns": turns,
            "faces": faces([each.person for each in members], request.person),
            "is_member": rules.in_group(request.person, found),
            "is_own": rules.may_manage(request.person, found),
            "mentor_face": face(found.mentor, request.person) if found.mentor else None,
        },
    )


@require_http_methods(["GET", "POST"])
@signed_in
def begin(request: SignedInRequest, pathway_id: int) -> HttpResponseBase:
    pathway = get_object_or_404(Pathway.objects.current().for_display(), pk=pathway_id)
    form = BeginGroupForm(
        typed(request), person=request.person, initial={"circle": request.GET.get("circle")}
    )
    if request.method == "POST" and form.is_valid():
        try:
            portfolio = actions.begin_for_group(
                by=request.person,
                pathway=pathway,
                group=form.cleaned_data["circle"],
                title=form.cleaned_data["title"],
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Begun. Everyone in the circle can read and write it now."))
            return redirect(portfolio)
    return render(
        request,
        "portfolios/begin_group.jinja",
        {"pathway": pathway, "form": form, "has_circles": request.person.circles.exists()},
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["POST"])
@signed_in
def take_turn(request: SignedInRequest, portfolio_id: int, section_id: int) -> HttpResponseBase:
    found = load_section(request.person, portfolio_id, section_id)
    require(allowed=rules.may_write(request.person, found))
    if found.portfolio.group_id is not None and found.writer_id is None:
        try:
            actions.take_turn(section=found, by=request.person)
        except Refusal as refusal:
            messages.error(request, str(refusal))
    return redirect(found)


@require_http_methods(["POST"])
@signed_in
def pass_turn(request: SignedInRequest, portfolio_id: int, section_id: int) -> HttpResponseBase:
    found = load_section(request.person, portfolio_id, section_id)
    require(allowed=rules.may_see_versions(request.person, found))
    actions.pass_turn(section=found, by=request.person)
    return redirect(found)


@require_http_methods(["POST"])
@signed_in
def aside(request: SignedInRequest, aside_id: int) -> HttpResponseBase:
    """Words of one's own that were set aside: brought in, or with ``go`` let go."""
    kept = get_object_or_404(
        SetAside.objects.select_related("part__section__portfolio__owner", "part__section__node"),
        pk=aside_id,
        person=request.person,
    )
    section = kept.part.section
    if "go" in request.POST:
        actions.let_go(aside=kept, by=request.person)
        return (
            redirect("portfolios:list") if not rules.may_read(request.person, section) else redirect(section)
        )
    require(allowed=rules.may_write(request.person, section))
    try:
        actions.bring_in(aside=kept, by=request.person)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your words stand at the end now. Put them where they belong."))
    return redirect(section)


@require_http_methods(["POST"])
@signed_in
def own_page(request: SignedInRequest, portfolio_id: int, node_id: int) -> HttpResponseBase:
    found = load(request.person, portfolio_id)
    require(allowed=rules.in_group(request.person, found))
    node = get_object_or_404(Node, pk=node_id, framework=found.pathway.scheme_version.framework_id)
    try:
        section = actions.add_own_page(portfolio=found, node=node, by=request.person)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(found)
    return redirect(section)


@require_http_methods(["GET", "POST"])
@signed_in
def copy(request: SignedInRequest, portfolio_id: int, section_id: int) -> HttpResponseBase:
    """Choose into which portfolio of one's own a section of the group is copied."""
    found = load_section(request.person, portfolio_id, section_id)
    require(allowed=rules.may_take_copy(request.person, found))
    own = queries.copies_into(request.person, found)
    if request.method == "POST":
        into = next((each for each in own if str(each.pk) == request.POST.get("into")), None)
        if into is None:
            raise Http404
        try:
            page = actions.take_copy(section=found, into=into, by=request.person)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("portfolios:copy_section", portfolio_id=portfolio_id, section_id=section_id)
        messages.success(request, _("Here is your copy. Who wrote it with you is named beneath the title."))
        return redirect(page)
    return render(
        request,
        "portfolios/copy_section.jinja",
        {"portfolio": found.portfolio, "section": found, "own": own},
    )


@require_http_methods(["GET"])
@signed_in
def ledger(request: SignedInRequest, portfolio_id: int) -> HttpResponseBase:
    found = load(request.person, portfolio_id)
    require(allowed=rules.may_see_ledger(request.person, found))
    rows = queries.ledger(found)
    return render(
        request,
        "portfolios/ledger.jinja",
        {
            "portfolio": found,
            "rows": rows,
            "faces": faces([each.person for each in rows if each.person], request.person),
        },
    )


# A week of a course ---------------------------------------------------------------------------------------------------


@require_http_methods(["POST"])
@signed_in
def draft_for_week(request: SignedInRequest, week_id: int) -> HttpResponseBase:
    """One step: the section that the week leads to, in one's portfolio on the course's pathway, begun if there is none."""
    week = queries.week_seen_by(request.person, week_id)
    if week is None or week.draft_node is None or week.iteration.pathway is None:
        raise Http404
    portfolio = queries.own_on(request.person, week.iteration.pathway)
    if portfolio is None:
        portfolio = actions.begin(by=request.person, pathway=week.iteration.pathway)
        messages.success(request, _("Your portfolio is begun. Nobody sees it but you."))
    try:
        section = actions.draft_of_week(portfolio=portfolio, week=week, by=request.person)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(portfolio)
    return redirect(section)

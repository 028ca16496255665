"""The gap board of a portfolio, and those of a group side by side."""

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collegium.design.shortcuts import render
from collegium.foundation.refusal import Refusal, require
from collegium.people.requests import SignedInRequest, signed_in
from collegium.portfolios import actions, queries, rules
from collegium.portfolios.forms import AddExampleForm, CircleForm, MoveExampleForm
from collegium.portfolios.models import Example, Portfolio
from collegium.portfolios.views.loading import complaints, load


@require_http_methods(["GET", "POST"])
@signed_in
def board(request: SignedInRequest, portfolio_id: int) -> HttpResponseBase:
    """GET the board; POST puts an example on it."""
    found = queries.portfolio_with_board(request.person, portfolio_id)
    if found is None:
        raise Http404
    uses = rules.may_use_board(request.person, found)
    if request.method == "POST":
        require(allowed=uses)
        form = AddExampleForm(request.POST, nodes=_nodes(queries.board(found)))
        said = complaints(form)
        if form.is_valid():
            try:
                actions.add_example(portfolio=found, by=request.person, **form.cleaned_data)
            except Refusal as refusal:
                said = str(refusal)
            else:
                said = _("“%(title)s” is on the board.") % {"title": form.cleaned_data["title"]}
                return _answer(request, found, said)
        messages.error(request, said)
        return _answer(request, found, said, refused=True)
    return _page(request, found, uses=uses)


def _nodes(laid: queries.Board) -> list[int]:
    return [column.node.pk for column in laid.columns]


def _page(
    request: SignedInRequest, found: Portfolio, *, uses: bool, said: str = "", refused: bool = False
) -> HttpResponseBase:
    laid = queries.board(found)
    return render(
        request,
        "portfolios/board.jinja",
        {
            "portfolio": found,
            "board": laid,
            "uses": uses,
            "said": said,
            "refused": refused,
            "is_own": rules.may_manage(request.person, found),
            "add_form": AddExampleForm(nodes=_nodes(laid), auto_id="add-%s"),
            "circle_form": CircleForm(person=request.person, auto_id="show-%s"),
            "has_circles": uses and request.person.circles.exists(),
        },
        block="cards",
    )


def _answer(
    request: SignedInRequest, found: Portfolio, said: str, *, refused: bool = False
) -> HttpResponseBase:
    """The board anew, and in words what became of it."""
    if request.htmx:
        list(messages.get_messages(request))  # it is said in the board's own live region
        return _page(request, found, uses=True, said=said, refused=refused)
    return redirect("portfolios:board", portfolio_id=found.pk)


def _load_card(request: SignedInRequest, portfolio_id: int, example_id: int) -> Example:
    portfolio = load(request.person, portfolio_id)
    require(allowed=rules.may_use_board(request.person, portfolio))
    example = get_object_or_404(
        Example.objects.select_related("node", "evidence"), pk=example_id, portfolio=portfolio
    )
    example.portfolio = portfolio
    return example


@require_http_methods(["POST"])
@signed_in
def move(request: SignedInRequest, portfolio_id: int, example_id: int) -> HttpResponseBase:
    example = _load_card(request, portfolio_id, example_id)
    form = MoveExampleForm(request.POST, nodes=_nodes(queries.board(example.portfolio)))
    if not form.is_valid():
        messages.error(request, complaints(form))
        return _answer(request, example.portfolio, complaints(form))
    try:
        actions.move_example(
            example=example,
            node=form.cleaned_data["node"],
            position=form.cleaned_data["position"],
            by=request.person,
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return _answer(request, example.portfolio, str(refusal))
    return _answer(request, example.portfolio, _where_it_is(example))


def _where_it_is(example: Example) -> str:
    """For the live region: where the card is, and how its section stands now."""
    laid = queries.board(example.portfolio)
    column = next((each for each in laid.columns if any(card.pk == example.pk for card in each.cards)), None)
    if column is None:
        return _("“%(title)s” is left over now.") % {"title": example.title}
    return _("“%(title)s” is in %(section)s now, number %(place)d of %(all)d. %(state)s.") % {
        "title": example.title,
        "section": column.label,
        "place": example.position + 1,
        "all": len(column.cards),
        "state": column.says,
    }


@require_http_methods(["POST"])
@signed_in
def change(request: SignedInRequest, portfolio_id: int, example_id: int) -> HttpResponseBase:
    """Another title, or with ``remove`` off the board."""
    example = _load_card(request, portfolio_id, example_id)
    try:
        if "remove" in request.POST:
            actions.remove_example(example=example, by=request.person)
            said = _("“%(title)s” is off the board.") % {"title": example.title}
        else:
            actions.rename_example(example=example, title=request.POST.get("title", ""), by=request.person)
            said = _("It is called “%(title)s” now.") % {"title": example.title}
    except Refusal as refusal:
        said = str(refusal)
        messages.error(request, said)
    return _answer(request, example.portfolio, said)


@require_http_methods(["POST"])
@signed_in
def make_evidence(request: SignedInRequest, portfolio_id: int, example_id: int) -> HttpResponseBase:
    example = _load_card(request, portfolio_id, example_id)
    try:
        piece = actions.make_evidence(example=example, by=request.person)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("portfolios:board", portfolio_id=portfolio_id)
    messages.success(
        request, _("It is a piece of evidence now. Add what shows it: a link, a file, some words.")
    )
    return redirect(piece)


@require_http_methods(["POST"])
@signed_in
def begin_with(request: SignedInRequest, portfolio_id: int, example_id: int) -> HttpResponseBase:
    example = _load_card(request, portfolio_id, example_id)
    try:
        section = actions.begin_section(example=example, by=request.person)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("portfolios:board", portfolio_id=portfolio_id)
    return redirect(section)


@require_http_methods(["POST"])
@signed_in
def show(request: SignedInRequest, portfolio_id: int) -> HttpResponseBase:
    """To a circle, titles only; with ``hide`` to nobody more."""
    found = load(request.person, portfolio_id)
    require(allowed=rules.may_manage(request.person, found))
    if "hide" in request.POST:
        actions.show_board(portfolio=found, circle=None, by=request.person)
        messages.success(request, _("Only those who may read the portfolio see the board now."))
        return redirect("portfolios:board", portfolio_id=portfolio_id)
    form = CircleForm(request.POST, person=request.person)
    if form.is_valid():
        actions.show_board(portfolio=found, circle=form.cleaned_data["circle"], by=request.person)
        messages.success(
            request, _("Everyone in %(name)s can see the titles now.") % {"name": form.cleaned_data["circle"]}
        )
    else:
        messages.error(request, complaints(form))
    return redirect("portfolios:board", portfolio_id=portfolio_id)


@require_http_methods(["GET"])
@signed_in
def side_by_side(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """Every member's board as far as it is shared, for the mentor and the members of a group."""
    iteration = queries.iteration_seen_by(request.person, slug)
    if iteration is None or iteration.pathway is None:
        raise Http404
    return render(
        request,
        "portfolios/boards.jinja",
        {
            "iteration": iteration,
            "boards": queries.boards_of(iteration, request.person),
            "own": queries.own_on(request.person, iteration.pathway),
        },
    )

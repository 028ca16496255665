"""An item: reading it, keeping it, talking about it; and what editors of a river do with it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collegium.design.errors import refused
from collegium.design.shortcuts import render, wants_fragment
from collegium.ecology import media, rules
from collegium.ecology.actions import join_items, keep_apart
from collegium.ecology.actions import river as actions
from collegium.ecology.forms.river import HighlightForm, TalkForm
from collegium.ecology.models import Ecology, Flow, Item, NearCopy
from collegium.ecology.queries import copies
from collegium.ecology.queries import items as queries
from collegium.ecology.queries.items import ItemPage
from collegium.ecology.views.rivers import back_to, language_title, reader_of
from collegium.foundation.refusal import Refusal, require
from collegium.people.requests import SignedInRequest, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, item_id: int) -> HttpResponseBase:
    """The item with where it came from; a POST says something about it. To have opened it is to have read it."""
    if request.method == "POST":
        return talk(request, item_id)
    reader = reader_of(request)
    try:
        page = _page(request, item_id)
    except Http404:
        # It may have been found to be the same as another one, which its address leads to from then on.
        former = copies.joined_into(item_id)
        if former is None or queries.readable(former.pk, reader) is None:
            raise
        return redirect(former, permanent=True)
    if reader is not None and not page.shown.is_read:
        actions.mark_read(person=reader, items=[page.item])
    return _answer(request, page)


def _page(request: HttpRequest, item_id: int) -> ItemPage:
    reader = reader_of(request)
    item = queries.readable(item_id, reader)
    if item is None:
        raise Http404
    return queries.item_page(item, reader, with_versions=request.GET.get("versions") == "1")


def _answer(
    request: HttpRequest, page: ItemPage, *, form: TalkForm | None = None, status: int = 200
) -> HttpResponse:
    """Nothing of it loads from elsewhere unless the reader asks, and then only from there."""
    enclosed = [media.of_enclosure(each) for each in page.item.enclosures.all()]
    played = media.chosen(enclosed, request.GET.get("play"))
    if form is None and page.talks_in:
        form = TalkForm(ecologies=page.talks_in, initial={"title": str(page.item)[: actions.TITLE_MOST]})
    response = render(
        request,
        "ecology/item.jinja",
        {
            "page": page,
            "item": page.item,
            "shown": page.shown,
            "media": enclosed,
            "played": played,
            "form": form,
            "near_copies": _near_copies(page),
            "begun": {thread.forum_id for thread in page.shown.talk.threads},
            "spoken": language_title(page.item.language) if page.item.language else "",
        },
        status=status,
    )
    media.allow(response, played)
    return response


def _near_copies(page: ItemPage) -> list[tuple[NearCopy, Item]]:
    """What is nearly the same, for whoever edits a river that both flow in."""
    if not page.edited:
        return []
    offered = list(copies.of_item(page.item))
    return [(each, each.other if each.item_id == page.item.pk else each.item) for each in offered]


@require_http_methods(["POST"])
@signed_in
def settle_copy(request: SignedInRequest, near_copy_id: int) -> HttpResponseBase:
    """``do`` is "join": they are one thing; or "keep": they are two. For who edits a river that both flow in."""
    near_copy = get_object_or_404(NearCopy.objects.select_related("item", "other"), pk=near_copy_id)
    item = queries.readable(near_copy.item_id, request.person)
    other = queries.readable(near_copy.other_id, request.person)
    if item is None or other is None:
        raise Http404
    require(allowed=rules.may_settle_copy(request.person, near_copy))
    try:
        if request.POST.get("do") == "join":
            # The earlier one stays: it has what was said about it.
            return redirect(join_items(item=near_copy.other, other=near_copy.item, by=request.person))
        keep_apart(near_copy=near_copy, by=request.person)
    except Refusal as refusal:
        return refused(request, str(refusal), back=item.get_absolute_url())
    return redirect(item)


@signed_in
def talk(request: SignedInRequest, item_id: int) -> HttpResponseBase:
    page = _page(request, item_id)
    require(
        allowed=bool(page.talks_in),
        because=_("Members of a community or course that it flows in talk about it there."),
    )
    form = TalkForm(request.POST, ecologies=page.talks_in)
    if form.is_valid():
        chosen: Ecology = form.cleaned_data["ecology"]
        try:
            thread = actions.talk(
                item=page.item,
                ecology=chosen,
                by=request.person,
                title=form.cleaned_data["title"],
                words=form.cleaned_data["words"],
                submission_key=form.cleaned_data["submission_key"],
            )
        except Refusal as refusal:
            form.add_error(refusal.code if refusal.code in form.fields else None, str(refusal))
        else:
            return redirect(thread.last_post or thread)
    return _answer(request, page, form=form, status=422)


@require_http_methods(["POST"])
@signed_in
def save(request: SignedInRequest, item_id: int) -> HttpResponseBase:
    """``do`` is "save" or "unsave"."""
    item = _visible(request, item_id)
    saves = request.POST.get("do") != "unsave"
    (actions.save if saves else actions.unsave)(person=request.person, item=item)
    if wants_fragment(request):
        return render(request, "ecology/item_save.jinja", {"pk": item.pk, "is_saved": saves})
    messages.success(
        request, _("Saved for later.") if saves else _("It is not among what you saved any more.")
    )
    return redirect(back_to(request, item.get_absolute_url()))


def _visible(request: SignedInRequest, item_id: int) -> Item:
    return get_object_or_404(Item.objects.visible_to(request.person), pk=item_id)


# Editing a river ------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit(request: SignedInRequest, item_id: int, ecology_id: int) -> HttpResponseBase:
    """Highlight it in this river with a word why, or take it out; ``do`` says which, or takes it back."""
    ecology = get_object_or_404(Ecology.objects.visible_to(request.person).distinct(), pk=ecology_id)
    flow = get_object_or_404(Flow.objects.select_related("item", "ecology"), item=item_id, ecology=ecology)
    require(
        allowed=rules.may_edit_river(request.person, flow),
        because=_("Facilitators and editors look after this river."),
    )
    form = HighlightForm(initial={"words": flow.words})
    if request.method == "POST":
        form = HighlightForm(request.POST)
        try:
            said = _do(request, flow, form)
        except Refusal as refusal:
            form.is_valid()
            form.add_error(refusal.code if refusal.code in form.fields else None, str(refusal))
        else:
            if said:
                messages.success(request, said)
                return redirect(
                    back_to(request, reverse("ecology:stream", kwargs={"ecology_id": ecology.pk}))
                )
    return render(
        request,
        "ecology/item_edit.jinja",
        {"flow": flow, "item": flow.item, "ecology": ecology, "form": form},
        status=422 if request.method == "POST" else 200,
    )


def _do(request: SignedInRequest, flow: Flow, form: HighlightForm) -> str:
    """What was done, in a sentence; empty where the form is not right."""
    facts: dict[str, Any] = {"title": flow.ecology.title}
    match request.POST.get("do", ""):
        case "highlight":
            if not form.is_valid():
                return ""
            actions.highlight(flow=flow, by=request.person, words=form.cleaned_data["words"])
            return _("It is highlighted in “%(title)s”.") % facts
        case "unhighlight":
            actions.unhighlight(flow=flow, by=request.person)
            return _("It is not highlighted any more.")
        case "hide":
            actions.hide(flow=flow, by=request.person)
            return (
                _("It is taken out of the river of “%(title)s”. Under “Taken out” you can put it back.")
                % facts
            )
        case "show":
            actions.show_again(flow=flow, by=request.person)
            return _("It flows in “%(title)s” again.") % facts
        case _other:
            raise Refusal(_("There is nothing of that kind to do."))

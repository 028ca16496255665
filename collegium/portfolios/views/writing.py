"""The section page, where people spend their evenings: words, what is asked for beside them, evidence."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from collegium.design import filters
from collegium.design.shortcuts import render
from collegium.ecology.queries import library
from collegium.evidence import actions as evidence_actions
from collegium.evidence.models import Evidence
from collegium.foundation import richtext
from collegium.foundation.refusal import Refusal, require
from collegium.people.requests import SignedInRequest, signed_in
from collegium.portfolios import actions, queries, rules
from collegium.portfolios.forms import (
    DimensionsForm,
    ImageForm,
    SectionTitleForm,
    SettleForm,
    WordsForm,
)
from collegium.portfolios.models import Part, Revision, Section
from collegium.portfolios.views.loading import complaints, load_open_section, load_section
from collegium.portfolios.views.reading import beside, reading


def wants_json(request: SignedInRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


@require_http_methods(["GET"])
@cache_control(private=True, no_store=True)  # it holds the reader's device key
@signed_in
def section(request: SignedInRequest, portfolio_id: int, section_id: int) -> HttpResponseBase:
    found = load_section(request.person, portfolio_id, section_id)
    if not rules.may_see_versions(request.person, found):
        return reading(request, found)
    turn = None
    if found.portfolio.group_id is not None and found.writer_id is None:
        # Shared pages are read by all their writers but the one whose turn it is.
        turn = queries.turn_of(found)
        if turn is None or turn.person_id != request.person.pk:
            return reading(request, found)
    desk = queries.desk(found.portfolio)
    # The editor asks for the evidence beside the words again, when some was put into them.
    return render(
        request,
        "portfolios/section.jinja",
        {**_writing_context(request, desk, desk.by_pk[found.pk]), "turn": turn},
        block="evidence_beside",
    )


def _writing_context(
    request: SignedInRequest, desk: queries.Desk, here: queries.DeskSection
) -> dict[str, Any]:
    person = request.person
    is_group = desk.portfolio.group_id is not None
    before, after = desk.beside(here)
    fitting = queries.fitting(desk, here, person if is_group else None)
    parts = [each.part for each in here.components if each.part is not None]
    return {
        "portfolio": desk.portfolio,
        "desk": desk,
        "here": here,
        "before": before,
        "after": after,
        "may_write": here.section.is_open,
        "fitting": fitting,
        "known_evidence": queries.cards(
            [*(each.evidence for each in here.placements), *(each.evidence for each in fitting)]
        ),
        "forms": {
            each.key: WordsForm(
                initial={"html": each.part.html, "on_revision": each.part.revision},
                prefix=None,
                auto_id=f"{each.key}-%s",
            )
            for each in here.components
            if each.part is not None
        },
        "marks": here.marks,
        "face_evidence": {each.evidence_id: queries.piece(each.evidence) for each in here.placements},
        "dimension_groups": queries.dimension_groups(desk),
        "desk_says": desk_says(get_language()),
        "title_form": SectionTitleForm(instance=here.section),
        "image_form": ImageForm(auto_id="image-%s"),
        "turn": None,
        "readings": library.readings_for(here.section.node, person),
        "asides": queries.set_aside_by(person, here.section) if is_group else [],
        **beside(request, here.section, parts),
    }


@lru_cache(maxsize=16)
def desk_says(language: str | None) -> dict[str, str]:  # noqa: ARG001 -- it is what the answer is kept by
    """All that the editor's module says, in the present language."""
    return {
        "placeholder": _("Write here…"),
        "writing": _("Not saved yet"),
        "saving": _("Saving…"),
        "saved": _("Saved %(time)s"),
        "followed": _("Saved in your other tab, and taken over here"),
        "offline": _(
            "Not saved: no network. Your words are kept on this device and go as soon as there is one."
        ),
        "expired": _(
            "Your session has expired. Your words are kept on this device: sign in in a new tab, then they are saved."
        ),
        "sign_in": _("Sign in"),
        "refused": _("This could not be saved as it is. Your words are kept on this device."),
        "forbidden": _(
            "This can't be saved any more: the section was locked or removed. Your words are kept on this device."
        ),
        "trouble": _(
            "Not saved: the server has trouble. Your words are kept on this device, and it is tried again."
        ),
        "conflict": _("Two versions: choose what to keep"),
        "difference": _("Struck through: only in what was saved. Underlined: only in yours."),
        "keep_mine": _("Keep mine"),
        "keep_theirs": _("Keep what was saved"),
        "keep_both": _("Keep both, one after the other"),
        "both_kept": _("Whatever you choose, the other stays among the earlier versions."),
        "left": _("On this device are words of %(time)s that were not saved."),
        "use_left": _("Use these words"),
        "forget_left": _("Forget them"),
        "mark": _("Mark the selected passage"),
        "marked": _("%(count)s words marked here"),
        "marked_one": _("one word marked here"),
        "select_first": _("Select a passage in your words first."),
        "evidence_elsewhere": _("Evidence"),
        "image_offline": _("There is no network at the moment. Try again when there is."),
        "tools": _("Tools"),
        "heading": _("Heading"),
        "subheading": _("Smaller heading"),
        "bold": _("Bold"),
        "italic": _("Italic"),
        "bullets": _("List"),
        "numbers": _("Numbered list"),
        "quote": _("Quotation"),
        "link": _("Link"),
        "image": _("Image"),
        "table": _("Table"),
        "undo": _("Undo"),
        "redo": _("Redo"),
        "row": _("Add row"),
        "column": _("Add column"),
        "no_row": _("Delete row"),
        "no_column": _("Delete column"),
        "no_table": _("Delete table"),
    }


@require_http_methods(["GET"])
@signed_in
def a_section(request: SignedInRequest, section_id: int) -> HttpResponseBase:
    """Where a notification about a section leads, which knows the section's number alone."""
    found = get_object_or_404(Section.objects.visible_to(request.person), pk=section_id)
    return redirect(found)


@require_http_methods(["GET"])
@signed_in
def signed_in_again(request: SignedInRequest) -> HttpResponseBase:
    return render(request, "portfolios/signed_in_again.jinja")


# Saving ---------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@signed_in
def write(request: SignedInRequest, portfolio_id: int, section_id: int, component: str) -> HttpResponseBase:
    """Save one part. Answers the editor in JSON, and a browser without JavaScript with a page."""
    if request.method == "GET":  # after signing in again, or a reload of the page that showed a conflict
        return redirect("portfolios:section", portfolio_id=portfolio_id, section_id=section_id)
    found = load_open_section(request.person, portfolio_id, section_id)
    form = WordsForm(request.POST)
    if not form.is_valid():
        return _not_saved(request, found, complaints(form))
    return _saving(
        request,
        found,
        component,
        lambda: actions.write(section=found, component=component, by=request.person, **form.cleaned_data),
        form.cleaned_data["html"],
    )


@require_http_methods(["POST"])
@signed_in
def settle(request: SignedInRequest, portfolio_id: int, section_id: int, component: str) -> HttpResponseBase:
    """End a conflict by keeping mine, theirs or both."""
    found = load_open_section(request.person, portfolio_id, section_id)
    form = SettleForm(request.POST)
    if not form.is_valid():
        return _not_saved(request, found, complaints(form))
    return _saving(
        request,
        found,
        component,
        lambda: actions.settle(
            section=found,
            component=component,
            mine=form.cleaned_data["html"],
            choice=form.cleaned_data["choice"],
            on_revision=form.cleaned_data["on_revision"],
            by=request.person,
        ),
        form.cleaned_data["html"],
    )


def _saving(
    request: SignedInRequest, found: Section, component: str, save: Callable[[], Part], words: str
) -> HttpResponseBase:
    try:
        part = save()
    except actions.NotYourTurn as refusal:
        kept = actions.set_aside(section=found, component=component, html=words, by=request.person)
        sentence = (
            _("%(why)s Your words are set aside: you find them on this page, and nobody else sees them.")
            if kept
            else "%(why)s"
        )
        return _not_saved(request, found, sentence % {"why": refusal})
    except actions.Conflict as conflict:
        return _conflict(request, found, component, conflict)
    except Refusal as refusal:
        return _not_saved(request, found, str(refusal))
    if wants_json(request):
        return JsonResponse(
            {
                "revision": part.revision,
                "words": part.words,
                "saved_at": _clock_time(part),
                "html": part.html,
            }
        )
    messages.success(request, _("Saved %(time)s") % {"time": _clock_time(part)})
    return redirect(f"{found.get_absolute_url()}#{component}")


def _clock_time(part: Part) -> str:
    return str(filters.time(part.saved_at).striptags())


def _conflict(
    request: SignedInRequest, found: Section, component: str, conflict: actions.Conflict
) -> HttpResponseBase:
    if wants_json(request):
        return JsonResponse(
            {
                "sentence": str(conflict),
                "revision": conflict.current.revision,
                "html": conflict.current.html,
                "saved_at": _clock_time(conflict.current),
                "difference": conflict.difference,
            },
            status=409,
        )
    return render(
        request,
        "portfolios/conflict.jinja",
        {
            "section": found,
            "portfolio": found.portfolio,
            "component": component,
            "conflict": conflict,
            # Escaped for the hidden field, though the words themselves are safe HTML.
            "mine": escape(conflict.mine),
        },
        status=409,
    )


def _not_saved(request: SignedInRequest, found: Section, sentence: str) -> HttpResponseBase:
    if wants_json(request):
        return JsonResponse({"sentence": sentence}, status=422)
    messages.error(request, sentence)
    return redirect(found)


# Revisions ------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET"])
@signed_in
def revisions(
    request: SignedInRequest, portfolio_id: int, section_id: int, component: str
) -> HttpResponseBase:
    found = load_section(request.person, portfolio_id, section_id)
    require(allowed=rules.may_see_versions(request.person, found))
    part = get_object_or_404(Part, section=found, component=component)
    return render(
        request,
        "portfolios/revisions.jinja",
        {
            "section": found,
            "portfolio": found.portfolio,
            "part": part,
            "title": queries.component_title(found, component),
            "revisions": list(part.revisions.defer("html").select_related("saved_by")[:200]),
        },
    )


@require_http_methods(["GET", "POST"])
@signed_in
def revision(
    request: SignedInRequest, portfolio_id: int, section_id: int, component: str, number: int
) -> HttpResponseBase:
    """One earlier version, beside what differs from it now; a POST goes back to it."""
    found = load_section(request.person, portfolio_id, section_id)
    require(allowed=rules.may_see_versions(request.person, found))
    part = get_object_or_404(Part, section=found, component=component)
    earlier = get_object_or_404(Revision.objects.select_related("saved_by"), part=part, number=number)
    earlier.part, part.section = part, found
    if request.method == "POST":
        require(allowed=rules.may_write(request.person, found))
        try:
            actions.restore(revision=earlier, by=request.person)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(found)
        messages.success(request, _("It says again what it said then. What it said in between is kept too."))
        return redirect(f"{found.get_absolute_url()}#{component}")
    return render(
        request,
        "portfolios/revision.jinja",
        {
            "section": found,
            "portfolio": found.portfolio,
            "part": part,
            "revision": earlier,
            "title": queries.component_title(found, component),
            "difference": richtext.difference(earlier.html, part.html),
            "is_current": earlier.number == part.revision,
            "may_write": rules.may_write(request.person, found),
        },
    )


# Evidence -------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET"])
@signed_in
def evidence(request: SignedInRequest, portfolio_id: int, section_id: int) -> HttpResponseBase:
    """All of one's own evidence, to be searched for what belongs here."""
    found = load_open_section(request.person, portfolio_id, section_id)
    words = request.GET.get("q", "")
    pieces = queries.own_evidence(request.person, words)
    return render(
        request,
        "portfolios/choose_evidence.jinja",
        {
            "section": found,
            "portfolio": found.portfolio,
            "words": words,
            "pieces": pieces,
            "placed": set(found.placements.values_list("evidence_id", flat=True)),
        },
        block="results",
    )


@require_http_methods(["POST"])
@signed_in
def place(request: SignedInRequest, portfolio_id: int, section_id: int, evidence_id: int) -> HttpResponseBase:
    found = load_open_section(request.person, portfolio_id, section_id)
    piece = get_object_or_404(Evidence, pk=evidence_id, owner=request.person)
    try:
        actions.place(section=found, evidence=piece, by=request.person)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return _evidence_again(request, found)


@require_http_methods(["POST"])
@signed_in
def unplace(
    request: SignedInRequest, portfolio_id: int, section_id: int, evidence_id: int
) -> HttpResponseBase:
    found = load_open_section(request.person, portfolio_id, section_id)
    piece = get_object_or_404(Evidence, pk=evidence_id, placements__section=found)
    try:
        actions.unplace(section=found, evidence=piece, by=request.person)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return _evidence_again(request, found)


def _evidence_again(request: SignedInRequest, found: Section) -> HttpResponseBase:
    if not request.htmx:
        return redirect(f"{found.get_absolute_url()}#evidence-beside")
    desk = queries.desk(found.portfolio)
    return render(
        request,
        "portfolios/section.jinja",
        _writing_context(request, desk, desk.by_pk[found.pk]),
        block="evidence_beside",
    )


@require_http_methods(["POST"])
@signed_in
def image(request: SignedInRequest, portfolio_id: int, section_id: int) -> HttpResponseBase:
    """An image for the words: becomes evidence, which the editor then embeds."""
    found = load_open_section(request.person, portfolio_id, section_id)
    form = ImageForm(request.POST, request.FILES)
    if not form.is_valid():
        return JsonResponse(
            {"sentence": complaints(form)},
            status=422,
        )
    people = form.cleaned_data["people"]
    try:
        piece = evidence_actions.capture(
            by=request.person,
            kind=Evidence.Kind.IMAGE,
            title=form.cleaned_data["title"],
            upload=form.cleaned_data["upload"],
            file_name=form.cleaned_data["upload"].name,
            alt_text=form.cleaned_data["alt_text"],
            people_shown=()
            if people == "none"
            else [{"who": _("People in the picture"), "permission": people, "note": ""}],
        )
        actions.place(section=found, evidence=piece, by=request.person)
    except Refusal as refusal:
        return JsonResponse({"sentence": str(refusal)}, status=422)
    return JsonResponse(queries.cards([piece])[0], status=201)


# The section itself ---------------------------------------------------------------------------------------------------


@require_http_methods(["POST"])
@signed_in
def title(request: SignedInRequest, portfolio_id: int, section_id: int) -> HttpResponseBase:
    found = load_open_section(request.person, portfolio_id, section_id)
    form = SectionTitleForm(request.POST)
    if form.is_valid():
        actions.name_section(section=found, title=form.cleaned_data["title"], by=request.person)
    else:
        messages.error(request, complaints(form))
    return redirect(found)


@require_http_methods(["POST"])
@signed_in
def dimensions(request: SignedInRequest, portfolio_id: int, section_id: int) -> HttpResponseBase:
    found = load_open_section(request.person, portfolio_id, section_id)
    form = DimensionsForm(request.POST, dimensions=queries.dimensions_of(found.portfolio))
    if not form.is_valid():
        raise Http404
    actions.tag(section=found, nodes=form.cleaned_data["nodes"], by=request.person)
    messages.success(request, _("What this section speaks for is noted."))
    return redirect(f"{found.get_absolute_url()}#dimensions")


@require_http_methods(["GET", "POST"])
@signed_in
def remove(request: SignedInRequest, portfolio_id: int, section_id: int) -> HttpResponseBase:
    found = load_section(request.person, portfolio_id, section_id)
    require(allowed=rules.may_remove_page(request.person, found))
    if request.method == "POST":
        try:
            actions.remove_instance(section=found, by=request.person)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(found)
        messages.success(request, _("The section is removed. Its evidence is still yours."))
        return redirect("portfolios:portfolio", portfolio_id=portfolio_id)
    return render(
        request,
        "portfolios/remove_section.jinja",
        {
            "section": found,
            "portfolio": found.portfolio,
            "words": sum(found.parts.values_list("words", flat=True)),
            "back": reverse("portfolios:section", args=[portfolio_id, section_id]),
        },
    )

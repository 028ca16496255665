"""Pages of evidence: the list, capture, one piece, and its file."""

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collegium.activity.queries import history
from collegium.design.shortcuts import render
from collegium.evidence import actions, provenance, queries, rules, sources, tasks
from collegium.evidence.forms import (
    AudienceForm,
    CaptureForm,
    EvidenceForm,
    NarrowingForm,
    PermissionForm,
    PersonShownForm,
    strength_choices,
    words_from_elsewhere,
)
from collegium.evidence.models import Evidence, PersonShown
from collegium.evidence.queries import Show
from collegium.foundation import files
from collegium.foundation.refusal import Refusal, require
from collegium.people.models import Audience
from collegium.people.requests import Request, SignedInRequest, signed_in
from collegium.schemes.models import Node

_LONGEST_NUMBER = 18  # digits of a key


# The list -------------------------------------------------------------------------------------------------------------


@require_safe
@signed_in
def list_evidence(request: SignedInRequest) -> HttpResponse:
    show = Show(request.GET["show"]) if request.GET.get("show") in list(Show) else Show.ALL
    form = NarrowingForm(request.GET, offers=queries.offers(request.person))
    narrowing = form.narrowing(show)
    page = queries.listing(
        request.person, narrowing, after=_number(request, "after"), before=_number(request, "before")
    )
    context = {
        "page": page,
        "narrowing": narrowing,
        "form": form,
        "counts": queries.counts(request.person),
        "Show": Show,
        "cards": queries.cards(page.items),
    }
    return render(request, "evidence/list.jinja", context, block="results")


def _number(request: HttpRequest, name: str) -> int | None:
    given = request.GET.get(name, "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) <= _LONGEST_NUMBER else None


# Capture --------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def capture(request: SignedInRequest) -> HttpResponseBase:
    require(allowed=rules.may_capture(request.person, request.person))
    if request.method == "POST":
        form = CaptureForm(request.POST, request.FILES)
        if form.is_valid():
            kept = _capture(request, form)
            if not form.errors:
                return _after_capture(request, kept)
            if kept:
                # What was kept is not asked for again; what was refused is said at its field.
                messages.success(request, _kept_words(kept))
    else:
        form = CaptureForm(initial=_from_elsewhere(request))
    room = queries.room(request.person)
    return render(request, "evidence/capture.jinja", {"form": form, "room": room, "in_words": files.in_words})


def _from_elsewhere(request: HttpRequest) -> dict[str, str]:
    """What the bookmarklet or the phone's share sheet brings."""
    given = {
        name: request.GET.get(name, "").replace("\x00", "")[:10_000] for name in ("url", "title", "text")
    }
    return {
        "words": words_from_elsewhere(url=given["url"], text=given["text"]),
        "title": given["title"][:200],
    }


def _capture(request: SignedInRequest, form: CaptureForm) -> list[Evidence]:
    """Each file by itself: a bad one does not keep the good ones out."""
    facts = form.facts()
    kept: list[Evidence] = []
    for upload in form.cleaned_data["uploads"] or [None]:
        try:
            kept.append(actions.capture(by=request.person, upload=upload, **facts))
        except Refusal as refusal:
            form.add_error("words" if upload is None else "uploads", str(refusal))
    return kept


def _kept_words(kept: list[Evidence]) -> str:
    return ngettext("“%(title)s” is kept.", "%(number)s pieces of evidence are kept.", len(kept)) % {
        "title": kept[0].title,
        "number": len(kept),
    }


def _after_capture(request: SignedInRequest, kept: list[Evidence]) -> HttpResponse:
    messages.success(request, _kept_words(kept) + " " + _("Only you can see it so far."))
    if len(kept) == 1:
        return redirect(kept[0])
    return redirect(f"{reverse('evidence:list')}?show={Show.LOOSE}")


@require_POST
@signed_in
def keep(request: SignedInRequest, kind: str, source_id: int) -> HttpResponse:
    """“Use as evidence”: from a post, a project or an event to a piece of evidence, in one step."""
    source = sources.find(kind, source_id, request.person)
    if source is None:
        raise Http404
    require(allowed=rules.may_keep(request.person, source))
    node = None
    if request.POST.get("node"):
        found = queries.chosen_target(f"node-{request.POST['node']}")
        if not isinstance(found, Node):
            raise Http404
        node = found
    try:
        evidence, is_new = actions.keep(by=request.person, source=source, node=node)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(source.url)
    messages.success(request, _after_keeping(evidence, node, is_new=is_new))
    return redirect(evidence)


def _after_keeping(evidence: Evidence, node: Node | None, *, is_new: bool) -> str:
    facts = {"title": evidence.title, "code": node.code if node is not None else ""}
    if not is_new:
        said = _("“%(title)s” is among your evidence already.") % facts
        return said if node is None else said + " " + _("It speaks for %(code)s.") % facts
    said = (
        _("“%(title)s” is kept.") % facts if node is None else _("“%(title)s” is kept, for %(code)s.") % facts
    )
    return said + " " + _("Only you can see it so far.")


@require_safe
@signed_in
def anywhere(request: SignedInRequest) -> HttpResponse:
    address = request.build_absolute_uri(reverse("evidence:capture"))
    return render(request, "evidence/anywhere.jinja", {"bookmarklet": _bookmarklet(address)})


def _bookmarklet(address: str) -> str:
    return (
        "javascript:(()=>{const e=encodeURIComponent;"
        f"open('{address}?url='+e(location.href)+'&title='+e(document.title)"
        "+'&text='+e(String(getSelection()).slice(0,2000)),'collegium','width=680,height=820')})()"
    )


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """Lets a phone install the site, and then share links and words to it."""
    return JsonResponse(
        {
            "name": settings.SITE_NAME,
            "short_name": settings.SITE_NAME,
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": "#faf6ee",
            "theme_color": "#0f5260",
            "icons": [{"src": static("design/mark.svg"), "type": "image/svg+xml", "sizes": "any"}],
            "share_target": {
                "action": reverse("evidence:capture"),
                "method": "GET",
                "params": {"title": "title", "text": "text", "url": "url"},
            },
            "shortcuts": [{"name": _("Capture evidence"), "url": reverse("evidence:capture")}],
        },
        content_type="application/manifest+json",
    )


# One piece ------------------------------------------------------------------------------------------------------------


def _readable(request: HttpRequest, evidence_id: int) -> Evidence:
    """The evidence, if the reader may see it; otherwise there is none."""
    evidence: Evidence = get_object_or_404(
        Evidence.objects.select_related("owner", "circle", "blob"), pk=evidence_id
    )
    if not rules.may_read(cast("Request", request).person, evidence, request):
        raise Http404
    return evidence


def _own(request: SignedInRequest, evidence_id: int) -> Evidence:
    evidence = _readable(request, evidence_id)
    require(allowed=rules.may_edit(request.person, evidence), because=_("Only its owner may change it."))
    return evidence


@require_safe
def show(request: HttpRequest, evidence_id: int) -> HttpResponse:
    evidence = queries.whole(_readable(request, evidence_id))
    person = cast("Request", request).person
    is_own = person is not None and rules.may_edit(person, evidence)
    context = _about(evidence) | {"is_own": is_own, "owner": evidence.owner}
    if is_own and person is not None:
        context |= {
            "offers": queries.offers(person, evidence),
            "strengths": strength_choices(),
            "concerns": queries.concerns(evidence),
            "person_form": PersonShownForm(),
            "permissions": PersonShown.Permission.choices,
            "history": history(evidence)[:20],
        }
    return render(request, "evidence/evidence.jinja", context)


def _about(evidence: Evidence) -> dict[str, Any]:
    """What its page shows to every reader, of what ``queries.whole`` fetched."""
    return {
        "evidence": evidence,
        "audience_words": queries.audience_words(evidence),
        "alignments": list(evidence.alignments.all()),
        "file_words": _file_words(evidence),
        "is_pdf": evidence.blob is not None and evidence.blob.media_type == "application/pdf",
        "media_kind": (files.kind_of(evidence.blob.media_type) or "document") if evidence.blob else "",
        "provenance": provenance.of(evidence),
        "site": evidence.url.split("/")[2].removeprefix("www.") if evidence.url else "",
    }


def _file_words(evidence: Evidence) -> str:
    if evidence.blob is None:
        return ""
    ending = files.ending_of(evidence.blob.media_type).upper()
    return f"{ending}, {files.in_words(evidence.blob.size)}"


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit(request: SignedInRequest, evidence_id: int) -> HttpResponseBase:
    evidence = _own(request, evidence_id)
    form = EvidenceForm(request.POST or None, request.FILES or None, evidence=evidence)
    if form.is_valid():
        try:
            actions.edit(evidence=evidence, by=request.person, **form.changes())
        except Refusal as refusal:
            form.add_error(refusal.code if refusal.code in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect(evidence)
    room = queries.room(request.person)
    return render(
        request,
        "evidence/edit.jinja",
        {"evidence": evidence, "form": form, "room": room, "in_words": files.in_words},
    )


@require_POST
@signed_in
def align(request: SignedInRequest, evidence_id: int) -> HttpResponse:
    evidence = _own(request, evidence_id)
    strengths: dict[Any, int] = {}
    for key, value in request.POST.items():
        if value in {"0", "1", "2", "3"} and (target := queries.chosen_target(key)) is not None:
            strengths[target] = int(value)
    is_changed = actions.realign(evidence=evidence, by=request.person, strengths=strengths)
    if getattr(request, "htmx", None):
        return render(request, "evidence/evidence.jinja", _about(queries.whole(evidence)), block="speaks_for")
    if is_changed:
        messages.success(request, _("Saved what it speaks for."))
    return redirect(f"{evidence.get_absolute_url()}#speaks-for")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def audience(request: SignedInRequest, evidence_id: int) -> HttpResponse:
    evidence = _readable(request, evidence_id)
    require(
        allowed=rules.may_set_audience(request.person, evidence),
        because=_("Only its owner may say who sees it."),
    )
    form = AudienceForm(request.POST or None, person=request.person, evidence=evidence)
    if form.is_valid():
        try:
            actions.set_audience(evidence=evidence, by=request.person, **form.choice())
        except Refusal as refusal:
            form.add_error("audience", str(refusal))
        else:
            messages.success(
                request, _("Who can see it now: %(words)s.") % {"words": queries.audience_words(evidence)}
            )
            return redirect(evidence)
    icons = {Audience.PRIVATE: "lock", Audience.SIGNED_IN: "user-check", Audience.PUBLIC: "globe"}
    notes = {
        Audience.PRIVATE: _("And whoever reads a portfolio that you place it in."),
        Audience.SIGNED_IN: _("Everybody with an account here."),
        Audience.PUBLIC: _("Anybody who has the address; search engines too."),
    }
    for value, _label in form.fields["audience"].choices:  # type: ignore[attr-defined]  # a ChoiceField
        if str(value).startswith("circle-"):
            icons[value] = "users-round"
            notes[value] = _("Everybody in this circle, also who joins later.")
    return render(
        request,
        "evidence/audience.jinja",
        {"evidence": evidence, "form": form, "icons": icons, "notes": notes},
    )


@require_POST
@signed_in
def people_shown(request: SignedInRequest, evidence_id: int) -> HttpResponse:
    evidence = _own(request, evidence_id)
    form = PersonShownForm(request.POST)
    if form.is_valid():
        try:
            actions.add_person_shown(evidence=evidence, by=request.person, **form.cleaned_data)
        except Refusal as refusal:
            messages.error(request, str(refusal))
    else:
        faults = [f"{form[name].label}: {fault}" for name, found in form.errors.items() for fault in found]
        messages.error(request, " ".join(faults))
    return redirect(f"{evidence.get_absolute_url()}#people-shown")


@require_POST
@signed_in
def person_shown(request: SignedInRequest, evidence_id: int, shown_id: int) -> HttpResponse:
    evidence = _own(request, evidence_id)
    shown = get_object_or_404(PersonShown.objects.select_related("evidence"), pk=shown_id, evidence=evidence)
    if "remove" in request.POST:
        actions.remove_person_shown(shown=shown, by=request.person)
    else:
        form = PermissionForm(request.POST)
        if form.is_valid():
            actions.note_permission(shown=shown, by=request.person, **form.cleaned_data)
        else:
            messages.error(request, _("That could not be read, so nothing was changed."))
    return redirect(f"{evidence.get_absolute_url()}#people-shown")


@require_POST
@signed_in
def check_link(request: SignedInRequest, evidence_id: int) -> HttpResponse:
    evidence = _own(request, evidence_id)
    tasks.check_link.later(evidence.pk)
    messages.info(request, _("The link is being looked at. The answer will stand here in a moment."))
    return redirect(evidence)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def remove(request: SignedInRequest, evidence_id: int) -> HttpResponse:
    evidence = _readable(request, evidence_id)
    require(allowed=rules.may_remove(request.person, evidence), because=_("Only its owner may remove it."))
    if request.method == "POST":
        actions.remove(evidence=evidence, by=request.person)
        messages.success(request, _("“%(title)s” is removed.") % {"title": evidence.title})
        return redirect("evidence:list")
    return render(request, "evidence/remove.jinja", {"evidence": evidence})


# Its file -------------------------------------------------------------------------------------------------------------


@require_safe
def file(request: HttpRequest, evidence_id: int) -> HttpResponseBase:
    evidence = _readable(request, evidence_id)
    if evidence.blob is None:
        raise Http404
    person = cast("Request", request).person
    if files.may_tell_where(evidence.blob) and (person is None or person.pk != evidence.owner_id):
        # Where and with what it was taken is its owner's business.
        clean = files.without_metadata(evidence.blob)
        if clean is None:
            raise Http404
        return files.serve(
            clean, name=evidence.file_name, request=request, download="download" in request.GET
        )
    return files.serve(
        evidence.blob, name=evidence.file_name, request=request, download="download" in request.GET
    )


@require_safe
def thumbnail(request: HttpRequest, evidence_id: int, size: int) -> HttpResponseBase:
    if size not in files.THUMBNAIL_SIZES:
        raise Http404
    evidence = _readable(request, evidence_id)
    small = files.thumbnail(evidence.blob, size) if evidence.blob is not None else None
    if small is None:
        raise Http404
    return files.serve(small, name=f"{evidence.title}.webp", request=request, max_age=3600)

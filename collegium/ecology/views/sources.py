"""Sources of an ecology: the list, adding one with the doctor's help, one source and how it fares, lists in and out."""

import re
from datetime import timedelta
from typing import Any, cast

from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from collegium.design.errors import refused
from collegium.design.shortcuts import render
from collegium.ecology import actions, doctor, licences, opml, ownership, rules, tasks, websub
from collegium.ecology.forms.sources import FollowForm, FollowingForm, ImportForm, LookForm
from collegium.ecology.models import Claim, Ecology, Following, Hub, Look, OutlineImport, Source
from collegium.ecology.queries import sources as queries
from collegium.ecology.tags import fold, found_in
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal, require
from collegium.people.models import Person
from collegium.people.requests import Request, SignedInRequest, signed_in

SAYS_WHERE = frozenset({"malformed"})  # findings whose detail helps whoever mends it
LATE = timedelta(seconds=90)  # an address that has not been looked at by then may never be
LOOKS_PER_HOUR = 60  # examinations of one person: each asks other people's servers several times


def _load(request: HttpRequest, ecology_id: int) -> Ecology:
    return get_object_or_404(Ecology.objects.visible_to(cast("Request", request).person), pk=ecology_id)


# The list -------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD"])
def show_sources(request: Request, ecology_id: int) -> HttpResponseBase:
    ecology = _load(request, ecology_id)
    person = request.person
    words = request.GET.get("q", "").strip()[:100]
    troubled = request.GET.get("show") == "troubled"
    number = _number(request.GET.get("page", ""))
    context = {
        "ecology": ecology,
        "shown": queries.sources_page(ecology, words=words, troubled=troubled, number=number),
        "words": words,
        "only_troubled": troubled,
        "may_add": rules.may_add(person, ecology),
        "may_import": rules.may_import(person, ecology),
    }
    return render(request, "ecology/sources.jinja", context)


def _number(typed: str) -> int:
    return max(1, min(int(typed), 1000)) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 1  # noqa: PLR2004


# Adding ---------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def add_source(request: SignedInRequest, ecology_id: int) -> HttpResponseBase:
    """An address is looked at (``do=look``), then one of what was found is followed (``do=follow``)."""
    ecology = _load(request, ecology_id)
    require(
        allowed=rules.may_add(request.person, ecology),
        because=_("Only members of %(title)s add sources to it.") % {"title": ecology.title},
    )
    if request.method != "POST":
        # Shared from elsewhere: the address stands there, and nothing is asked before somebody says so.
        typed = request.GET.get("url", "")[:2000]
        return _adding(request, ecology, LookForm(initial={"url": typed}))
    if request.POST.get("do") == "follow":
        return _follow(request, ecology)
    form = LookForm(request.POST)
    if not form.is_valid():
        return _adding(request, ecology, form, status=422)
    if not _may_look_again(request.person):
        form.add_error("url", _("You have had many addresses looked at in this hour. Go on in a while."))
        return _adding(request, ecology, form, status=429)
    look = actions.ask_look(ecology=ecology, by=request.person, url=form.cleaned_data["url"])
    tasks.examine.later(look.pk)
    return redirect("ecology:look", ecology_id=ecology.pk, look_id=look.pk)


@require_http_methods(["GET", "HEAD"])
@signed_in
def show_look(request: SignedInRequest, ecology_id: int, look_id: int) -> HttpResponseBase:
    """What was found, once it is; until then the page asks again by itself."""
    ecology = _load(request, ecology_id)
    look = get_object_or_404(Look, pk=look_id, ecology=ecology, by=request.person)
    found = doctor.Examination.of_json(look.found) if look.found is not None else None
    context: dict[str, Any] = {
        "look": look,
        "is_late": found is None and clock.now() - look.at > LATE,
    }
    return _adding(request, ecology, LookForm(initial={"url": look.asked}), found, **context)


def _may_look_again(person: Person) -> bool:
    key = f"ecology.looks.{person.pk}"
    cache.add(key, 0, 3600)
    try:
        return cache.incr(key) <= LOOKS_PER_HOUR
    except ValueError:  # it ran out between the two
        return True


def _adding(
    request: Request,
    ecology: Ecology,
    form: LookForm,
    examination: doctor.Examination | None = None,
    *,
    status: int = 200,
    **more: object,
) -> HttpResponse:
    context = {
        "look": None,
        **more,
        "ecology": ecology,
        "form": form,
        "examination": examination,
        "findings": _told(examination.findings) if examination else [],
        "offers": [
            {
                "candidate": each,
                "sealed": each.sealed(),
                "kind": Source.Kind(each.kind).label,
                "how": doctor.HOW.get(each.how, ""),
                "findings": _told(each.findings),
                "entries": _shown(each, ecology.hashtag),
            }
            for each in (examination.candidates if examination else ())
        ],
        "may_import": rules.may_import(request.person, ecology),
    }
    return render(request, "ecology/source_add.jinja", context, block="examined", status=status)


def _shown(candidate: doctor.Candidate, hashtag: str) -> list[dict[str, object]]:
    """The preview; ``lacks``: would stay out where only the hashtag is let in."""
    return [
        {
            "entry": each,
            "lacks": bool(hashtag)
            and not candidate.is_filtered
            and hashtag not in {fold(tag) for tag in (*each.tags, *found_in(f"{each.title} {each.summary}"))},
        }
        for each in candidate.preview
    ]


def _told(findings: tuple[doctor.Finding, ...]) -> list[dict[str, object]]:
    return [
        {
            "key": each.key,
            "wrong": doctor.words(each.key).wrong,
            "mend": doctor.words(each.key).mend,
            "url": each.url,
            "detail": each.detail if each.key in SAYS_WHERE else "",
        }
        for each in findings
    ]


def _follow(request: SignedInRequest, ecology: Ecology) -> HttpResponseBase:
    form = FollowForm(request.POST)
    if not form.is_valid():
        words = " ".join(str(each) for errors in form.errors.values() for each in errors)
        return refused(request, words, back=request.path, status=422)
    try:
        following = actions.follow(
            ecology=ecology,
            by=request.person,
            candidate=form.cleaned_data["candidate"],
            only_tags=form.cleaned_data["only_tags"],
            folder=form.cleaned_data["folder"],
        )
        if request.POST.get("mine"):
            actions.claim(source=following.source, by=request.person)
    except Refusal as refusal:
        return refused(request, str(refusal), back=request.path)
    tasks.fetch_one.later(following.source_id)
    if request.POST.get("mine"):
        _look_whose(following.source, request.person)
    messages.success(
        request, _("“%(source)s” is followed now. Its posts come in a moment.") % {"source": following.source}
    )
    return redirect(following.source)


def _look_whose(source: Source, person: Person) -> None:
    claim = Claim.objects.filter(source=source, person=person, verified_at__isnull=True).first()
    if claim is not None:
        tasks.look_for_claim.later(claim.pk)


# One source -----------------------------------------------------------------------------------------------------------


def _load_source(request: HttpRequest, source_id: int) -> Source:
    source = queries.source_for(source_id, cast("Request", request).person)
    if source is None:
        raise Http404
    return source


@require_http_methods(["GET", "HEAD", "POST"])
def show_source(request: Request, source_id: int) -> HttpResponseBase:
    source = _load_source(request, source_id)
    person = request.person
    if request.method == "POST":
        return _do(request, source)
    mine = next((each for each in source.shown_claims if person and each.person_id == person.pk), None)  # type: ignore[attr-defined]  # prefetched for this page
    owner = next((each for each in source.shown_claims if each.verified_at), None)  # type: ignore[attr-defined]  # same
    words = doctor.words(source.finding) if source.finding else None
    context = {
        "source": source,
        "hub": getattr(source, "hub", None),
        "trouble": words,
        "licence": licences.known(source.licence_url) if source.licence_url else None,
        "where": source.finding_detail if source.finding in SAYS_WHERE else "",
        "fetches": [
            {"fetch": each, "words": doctor.words(each.finding).wrong if each.finding else ""}
            for each in queries.last_fetches(source)
        ],
        "items": queries.latest_items(source, person),
        "mine": mine,
        "owner": owner,
        "claimers": [each for each in source.shown_claims if not each.verified_at],  # type: ignore[attr-defined]  # same
        "token_address": ownership.addresses_of(mine)[0] if mine else "",
        **_permissions(person, source, mine),
    }
    return render(request, "ecology/source.jinja", context)


def _permissions(person: Person | None, source: Source, mine: Claim | None) -> dict[str, object]:
    """Asked once for all: whether the reader edits or belongs to what follows it."""
    if person is None:
        return {
            "may_pause": False,
            "may_refresh": False,
            "may_claim": False,
            "settleable": [],
            "endable": [],
        }
    followings: list[Following] = source.shown_followings  # type: ignore[attr-defined]  # prefetched for this page
    standing = rules.standing_in(person, [each.ecology for each in followings])
    is_author = mine is not None and mine.verified_at is not None
    is_editor = bool(standing.edits)
    has_owner = any(each.verified_at for each in source.shown_claims)  # type: ignore[attr-defined]  # same
    is_running = source.state in {Source.State.FOLLOWED, Source.State.FAILING}
    return {
        "may_pause": source.state != Source.State.GONE and (is_editor or is_author),
        "may_refresh": is_running and (bool(standing.belongs) or is_author),
        "may_claim": mine is None and not has_owner,
        # Vouched for by an editor, or taken away: not one's own, and not what the source itself says.
        "settleable": [
            each.pk
            for each in source.shown_claims  # type: ignore[attr-defined]  # same
            if is_editor and each.person_id != person.pk and each.how in {"", Claim.How.EDITOR}
        ],
        "endable": [
            each.pk
            for each in followings
            if each.ecology_id in standing.edits
            or (each.ecology_id in standing.belongs and each.added_by_id == person.pk)
            or is_author
        ],
    }


def _do(request: Request, source: Source) -> HttpResponseBase:
    person = request.person
    if person is None:
        return redirect("account_login")
    try:
        _act(cast("SignedInRequest", request), source)
    except Refusal as refusal:
        return refused(request, str(refusal), back=source.get_absolute_url())
    return redirect(source)


def _act(request: SignedInRequest, source: Source) -> None:
    person = request.person
    match request.POST.get("do"):
        case "refresh":
            require(allowed=rules.may_refresh(person, source))
            actions.look_soon(source=source)
            tasks.fetch_one.later(source.pk)
            messages.success(request, _("It is being looked at. Open this page again in a moment."))
        case "pause":
            actions.pause(source=source, by=person)
            messages.success(request, _("It is not asked any more until somebody goes on with it."))
        case "resume":
            actions.resume(source=source, by=person)
            tasks.fetch_one.later(source.pk)
            messages.success(request, _("It is followed again."))
        case "claim":
            actions.claim(source=source, by=person)
            _look_whose(source, person)
            messages.success(request, _("Thank you. Now let the page itself say so: see below how."))
        case "look":
            _look_whose(source, person)
            messages.success(request, _("The page is being looked at. Open this page again in a moment."))
        case "unclaim":
            actions.unclaim(claim=get_object_or_404(Claim, source=source, person=person), by=person)
            messages.success(request, _("You no longer say that it is yours."))
        case "vouch":
            claim = get_object_or_404(Claim, source=source, pk=_number_of(request.POST.get("claim", "")))
            actions.vouch(claim=claim, by=person)
            messages.success(request, _("It is shown as %(name)s’s now.") % {"name": claim.person.name})
        case "reject":
            claim = get_object_or_404(Claim, source=source, pk=_number_of(request.POST.get("claim", "")))
            actions.reject(claim=claim, by=person)
            messages.success(
                request,
                _("It is not shown as %(name)s’s any more; they are told.") % {"name": claim.person.name},
            )
        case _other:
            raise Refusal(_("Nothing was asked for."))


def _number_of(typed: str) -> int:
    return int(typed) if re.fullmatch(r"[0-9]{1,18}", typed) else 0


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def set_following(request: SignedInRequest, ecology_id: int, following_id: int) -> HttpResponseBase:
    """How it is followed here: which hashtags, in which folder; or its end (``do=end``)."""
    ecology = _load(request, ecology_id)
    following = get_object_or_404(
        Following.objects.running().select_related("source", "ecology"), pk=following_id, ecology=ecology
    )
    require(
        allowed=rules.may_end(request.person, following),
        because=_("Whoever added a source, whose it is, or an editor can change how it is followed."),
    )
    where = redirect("ecology:sources", ecology_id=ecology.pk)
    if request.method == "POST" and request.POST.get("do") == "end":
        actions.unfollow(following=following, by=request.person)
        messages.success(
            request,
            _("“%(source)s” is not followed here any more. What it brought stays.")
            % {"source": following.source},
        )
        return where
    form = FollowingForm(
        request.POST or None,
        initial={"only_tags": " ".join(f"#{tag}" for tag in following.only_tags), "folder": following.folder},
    )
    if request.method == "POST" and form.is_valid():
        actions.set_following(following=following, by=request.person, **form.cleaned_data)
        tasks.fetch_one.later(following.source_id)
        messages.success(request, _("Saved."))
        return where
    return render(
        request,
        "ecology/source_following.jinja",
        {"ecology": ecology, "following": following, "source": following.source, "form": form},
        status=422 if form.errors else 200,
    )


# Lists in and out -----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD"])
def outlines(request: Request, ecology_id: int) -> HttpResponseBase:
    """All its sources as OPML; as open as the ecology itself."""
    ecology = _load(request, ecology_id)
    head, found = queries.outlines_of(ecology)
    return HttpResponse(
        opml.write(head=head, outlines=found),
        content_type="text/x-opml; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="sources-{ecology.pk}.opml"'},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def bring_outlines(request: SignedInRequest, ecology_id: int) -> HttpResponseBase:
    ecology = _load(request, ecology_id)
    require(
        allowed=rules.may_import(request.person, ecology),
        because=_("Only editors of %(title)s bring lists of sources.") % {"title": ecology.title},
    )
    form = (
        ImportForm(request.POST or None, request.FILES or None) if request.method == "POST" else ImportForm()
    )
    if request.method == "POST" and form.is_valid():
        try:
            work = actions.begin_import(
                ecology=ecology, by=request.person, outlines=form.cleaned_data["file"]
            )
        except Refusal as refusal:
            form.add_error("file", str(refusal))
        else:
            tasks.import_outlines.later(work.pk)
            return redirect("ecology:import", ecology_id=ecology.pk, import_id=work.pk)
    return render(
        request,
        "ecology/source_import.jinja",
        {"ecology": ecology, "form": form, "last": queries.last_import(ecology, request.person)},
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD"])
@signed_in
def show_import(request: SignedInRequest, ecology_id: int, import_id: int) -> HttpResponseBase:
    """How far it is. The page asks again by itself until all is done."""
    ecology = _load(request, ecology_id)
    work = get_object_or_404(OutlineImport, pk=import_id, ecology=ecology, by=request.person)
    return render(
        request,
        "ecology/source_imported.jinja",
        {
            "ecology": ecology,
            "work": work,
            "total": len(work.outlines),
            "words": ngettext(
                "%(number)s source is new here.", "%(number)s sources are new here.", work.followed
            )
            % {"number": work.followed},
        },
        block="progress",
    )


# WebSub ---------------------------------------------------------------------------------------------------------------


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def websub_callback(request: HttpRequest, callback: str) -> HttpResponse:
    """What a hub asks and brings. Whoever does not know the address finds nothing here."""
    hub = get_object_or_404(Hub.objects.select_related("source"), callback=callback)
    if request.method != "POST":
        return _answer_hub(request, hub)
    try:
        body = request.body
    except RequestDataTooBig:
        return HttpResponse(status=413)
    if len(body) > websub.MOST_BYTES:
        return HttpResponse(status=413)
    # A wrong signature is ignored without a word, as the Recommendation wants it (section 7.1.2).
    if hub.state == Hub.State.VERIFIED and websub.is_signed(
        hub, body, request.headers.get("X-Hub-Signature", "")
    ):
        websub.take_in(hub, body=body, content_type=request.headers.get("Content-Type", ""))
    return HttpResponse(status=202)


def _answer_hub(request: HttpRequest, hub: Hub) -> HttpResponse:
    mode = request.GET.get("hub.mode", "")
    if mode == "denied":
        if request.GET.get("hub.topic") == hub.topic_url:
            websub.denied(hub, request.GET.get("hub.reason", ""))
        return HttpResponse(status=200)
    agreed = websub.confirms(
        hub,
        mode=mode,
        topic=request.GET.get("hub.topic", ""),
        lease_seconds=request.GET.get("hub.lease_seconds", ""),
    )
    challenge = request.GET.get("hub.challenge", "")
    if not agreed or not challenge:
        return HttpResponse(status=404)
    # Plain text that no browser takes for a page.
    return HttpResponse(
        challenge[:2000],
        content_type="text/plain; charset=utf-8",
        headers={"X-Content-Type-Options": "nosniff"},
    )

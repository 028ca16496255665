"""Pages for whoever checks a name, holds an award, or answers for one; and documents for programs that verify."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import Resolver404, resolve
from django.utils.cache import patch_vary_headers
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collegium.courses.models import Iteration
from collegium.credentials import actions, badges, baking, contexts, rules, verification
from collegium.credentials.forms import BadgeReasonForm, EvidenceForm, ReasonForm, RegisterForm, VerifyForm
from collegium.credentials.models import Award, CourseBadge, Credential, StatusList
from collegium.credentials.queries import awards, course_badges, issuing, register
from collegium.design.shortcuts import render
from collegium.foundation import clock, http
from collegium.foundation.refusal import Refusal, require
from collegium.people.requests import Request, SignedInRequest, signed_in
from collegium.people.territories import country_name
from collegium.schemes.models import Pathway

CHECKS_A_MINUTE = 20

# The register ---------------------------------------------------------------------------------------------------------


@require_http_methods(["GET"])
def show_register(request: Request) -> HttpResponseBase:
    form = RegisterForm(request.GET)
    form.is_valid()  # what is not a choice is left out
    scheme, _slash, pathway = str(form.cleaned_data.get("award", "")).partition("/")
    page = request.GET.get("page", "1")
    wanted = register.Wanted(
        name=form.cleaned_data.get("name", ""),
        scheme=form.schemes.get(scheme),
        pathway=pathway,
        country=form.cleaned_data.get("country", ""),
        page=int(page)
        if page.isascii() and page.isdigit() and 1 <= int(page[:6]) <= register.LAST_PAGE
        else 1,
    )
    found = register.find(wanted)
    return render(
        request,
        "credentials/register.jinja",
        {
            "form": form,
            "wanted": wanted,
            "entries": [
                (award, awards.standing(award), country_name(award.holder_country)) for award in found.awards
            ],
            "has_next": found.has_next and wanted.page < register.LAST_PAGE,
        },
        block="results",
    )


# An award -------------------------------------------------------------------------------------------------------------


def _award(public_id: Any) -> Award:
    award = awards.at_address(public_id)
    if award is None:
        raise Http404
    return award


@require_http_methods(["GET"])
def show_award(request: Request, public_id: Any) -> HttpResponseBase:
    award = _award(public_id)
    history = awards.status_history(award)
    person = request.person
    response = render(
        request,
        "credentials/award.jinja",
        {
            "award": award,
            "standing": awards.standing(award),
            "scheme": award.pathway.scheme_version.read,
            "badge": awards.badge_of(award.pathway),
            "badge_address": awards.badge_address(award.pathway, "svg"),
            "history": history,
            "revoked": history[-1] if history and award.state == Award.State.REVOKED else None,
            "evidence": awards.chosen_evidence(award),
            "country": country_name(award.holder_country),
            "issuer_site": urlsplit(settings.SITE_URL).netloc,
            "may_download": rules.may_download(person, award),
            "may_choose_evidence": rules.may_choose_evidence(person, award),
            "may_set_listed": rules.may_set_listed(person, award),
            "listing": awards.listing(award) if rules.may_set_listed(person, award) else None,
            "may_revoke": rules.may_revoke(person, award),
            "may_reinstate": rules.may_reinstate(person, award),
        },
    )
    if not award.listed:
        response["X-Robots-Tag"] = "noindex"
    return response


@require_http_methods(["GET"])
@signed_in
def show_award_by_number(request: SignedInRequest, award_id: int) -> HttpResponseBase:
    """Where notifications lead; for those whom the award concerns, since numbers can be guessed."""
    award = get_object_or_404(Award.objects.visible_to(request.person).for_display(), pk=award_id)
    if not rules.may_download(request.person, award):
        raise Http404
    return redirect(award)


def _held(request: SignedInRequest, public_id: Any) -> tuple[Award, Credential]:
    """The award and its current credential, for those who may take it away."""
    award = _award(public_id)
    require(
        allowed=rules.may_download(request.person, award),
        because=_("Only its holder may download a credential."),
    )
    credential = awards.current_credential(award)
    if credential is None:
        raise Http404
    return award, credential


def _attachment(content: bytes | str, media_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Cache-Control"] = "private, no-store"
    return response


def _sent(request: HttpRequest) -> QueryDict | None:
    """An empty form that was sent is an answer too: no evidence, say."""
    return request.POST if request.method == "POST" else None


def _file_name(award: Award, ending: str) -> str:
    return _safe_name(f"{award.holder_name} {award.post_nominals or award.pathway.title}", ending)


def _safe_name(name: str, ending: str) -> str:
    safe = "".join(letter if letter.isalnum() or letter in " -" else "" for letter in name)
    return f"{'-'.join(safe.split())[:80] or 'credential'}.{ending}"


@require_http_methods(["GET"])
@signed_in
def download_json(request: SignedInRequest, public_id: Any) -> HttpResponseBase:
    award, credential = _held(request, public_id)
    return _attachment(contexts.write(credential.document), "application/json", _file_name(award, "json"))


@require_http_methods(["GET"])
@signed_in
def download_png(request: SignedInRequest, public_id: Any) -> HttpResponseBase:
    award, credential = _held(request, public_id)
    baked = baking.bake_png(badges.png(awards.badge_of(award.pathway)), contexts.write(credential.document))
    return _attachment(baked, "image/png", _file_name(award, "png"))


@require_http_methods(["GET"])
@signed_in
def download_svg(request: SignedInRequest, public_id: Any) -> HttpResponseBase:
    award, credential = _held(request, public_id)
    baked = baking.bake_svg(badges.svg(awards.badge_of(award.pathway)), contexts.write(credential.document))
    return _attachment(baked, "image/svg+xml", _file_name(award, "svg"))


@require_http_methods(["GET"])
@signed_in
def download_certificate(request: SignedInRequest, public_id: Any) -> HttpResponseBase:
    award, _credential = _held(request, public_id)
    # Late: setting type takes 20 MB, which a worker that never makes a certificate does not need.
    from collegium.credentials import certificates

    return _attachment(certificates.pdf(award), "application/pdf", _file_name(award, "pdf"))


@require_http_methods(["GET", "POST"])
@signed_in
def choose_evidence(request: SignedInRequest, public_id: Any) -> HttpResponseBase:
    award = _award(public_id)
    require(
        allowed=rules.may_choose_evidence(request.person, award),
        because=_("Only the holder of an award in force may do that."),
    )
    portfolio = awards.published_portfolio(award)
    chosen = awards.chosen_evidence(award)
    form = EvidenceForm(
        _sent(request),
        holder=request.person,
        portfolio=portfolio,
        initial={
            "evidence": [link.evidence_id for link in chosen],
            "with_portfolio": any(link.evidence_id is None for link in chosen),
        },
    )
    if form.is_bound and form.is_valid():
        try:
            actions.choose_evidence(
                award=award,
                by=request.person,
                evidence=list(form.cleaned_data["evidence"]),
                with_portfolio=form.cleaned_data.get("with_portfolio", False),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, _("Your credential was issued anew with this evidence. Earlier copies stay good.")
            )
            return redirect(award)
    status = 422 if form.is_bound and form.errors else 200
    return render(
        request,
        "credentials/evidence.jinja",
        {"award": award, "form": form, "portfolio": portfolio},
        status=status,
    )


@require_http_methods(["POST"])
@signed_in
def set_listed(request: SignedInRequest, public_id: Any) -> HttpResponseBase:
    award = _award(public_id)
    require(
        allowed=rules.may_set_listed(request.person, award),
        because=_("Only its holder decides whether an award is listed."),
    )
    listed = request.POST.get("listed") == "yes"
    try:
        actions.set_listed(award=award, by=request.person, listed=listed)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(award)
    said = (
        _("Your award is listed on the register.")
        if listed
        else _(
            "Your award is no longer listed. Whoever has its address or your credential can still check it."
        )
    )
    messages.success(request, said)
    return redirect(award)


@require_http_methods(["GET", "POST"])
@signed_in
def revoke(request: SignedInRequest, public_id: Any) -> HttpResponseBase:
    award = _award(public_id)
    require(
        allowed=rules.may_revoke(request.person, award),
        because=_("Only a coordinator of the scheme may revoke an award, and never their own."),
    )
    form = ReasonForm(_sent(request))
    if form.is_valid():
        actions.revoke(award=award, by=request.person, reason=form.cleaned_data["reason"])
        messages.success(
            request, _("The award is revoked. Every copy of its credential shows so from now on.")
        )
        return redirect(award)
    status = 422 if form.is_bound else 200
    return render(
        request,
        "credentials/revoke.jinja",
        {"award": award, "form": form, "reinstating": False},
        status=status,
    )


@require_http_methods(["GET", "POST"])
@signed_in
def reinstate(request: SignedInRequest, public_id: Any) -> HttpResponseBase:
    award = _award(public_id)
    require(
        allowed=rules.may_reinstate(request.person, award),
        because=_("Only a coordinator of the scheme may reinstate an award, and never their own."),
    )
    form = ReasonForm(_sent(request))
    if form.is_valid():
        actions.reinstate(award=award, by=request.person, reason=form.cleaned_data["reason"])
        messages.success(request, _("The award is in force again, with a new credential."))
        return redirect(award)
    status = 422 if form.is_bound else 200
    return render(
        request,
        "credentials/revoke.jinja",
        {"award": award, "form": form, "reinstating": True},
        status=status,
    )


# Badges of courses ----------------------------------------------------------------------------------------------------


@require_http_methods(["GET"])
@signed_in
def show_mine(request: SignedInRequest) -> HttpResponseBase:
    """Everything that one may show to others: what peers awarded, and what courses say that one took part in."""
    return render(
        request,
        "credentials/mine.jinja",
        {
            "held": [(award, awards.standing(award)) for award in awards.awards_of(request.person)],
            "badges": [
                (badge, course_badges.standing(badge)) for badge in course_badges.badges_of(request.person)
            ],
        },
    )


def _course_badge(public_id: Any) -> CourseBadge:
    badge = course_badges.at_address(public_id)
    if badge is None:
        raise Http404
    return badge


@require_http_methods(["GET"])
def show_course_badge(request: Request, public_id: Any) -> HttpResponseBase:
    badge = _course_badge(public_id)
    response = render(
        request,
        "credentials/course_badge.jinja",
        {
            "badge": badge,
            "standing": course_badges.standing(badge),
            "issuer_site": urlsplit(settings.SITE_URL).netloc,
            "sees_course": Iteration.objects.visible_to(request.person)
            .filter(pk=badge.iteration_id)
            .exists(),
            "may_download": rules.may_download_course_badge(request.person, badge),
            "may_revoke": rules.may_revoke_course_badge(request.person, badge),
        },
    )
    response["X-Robots-Tag"] = "noindex"
    return response


@require_http_methods(["GET"])
@signed_in
def show_course_badge_by_number(request: SignedInRequest, badge_id: int) -> HttpResponseBase:
    """Where notifications lead; for its holder, since numbers can be guessed."""
    badge = get_object_or_404(CourseBadge.objects.visible_to(request.person), pk=badge_id)
    if not rules.may_download_course_badge(request.person, badge):
        raise Http404
    return redirect(badge)


@require_http_methods(["GET"])
def show_picture(request: Request, public_id: Any, form: str) -> HttpResponseBase:  # noqa: ARG001 -- the same for everybody
    """As public as its page, which names it: without the credential in it."""
    drawn = course_badges.badge_of(_course_badge(public_id))
    match form:
        case "svg":
            response = HttpResponse(badges.svg(drawn), content_type="image/svg+xml")
        case "png":
            response = HttpResponse(badges.png(drawn), content_type="image/png")
        case _:
            raise Http404
    return _public(response, minutes=60 * 24)


@require_http_methods(["GET"])
@signed_in
def download(request: SignedInRequest, public_id: Any, form: str) -> HttpResponseBase:
    """The credential by itself, or baked into the picture."""
    badge = _course_badge(public_id)
    require(
        allowed=rules.may_download_course_badge(request.person, badge),
        because=_("Only its holder may download a credential."),
    )
    written, drawn = contexts.write(badge.document), course_badges.badge_of(badge)
    name = _safe_name(f"{badge.holder_name} {badge.title}", form)
    match form:
        case "json":
            return _attachment(written, "application/json", name)
        case "png":
            return _attachment(baking.bake_png(badges.png(drawn), written), "image/png", name)
        case "svg":
            return _attachment(baking.bake_svg(badges.svg(drawn), written), "image/svg+xml", name)
        case _:
            raise Http404


@require_http_methods(["GET", "POST"])
@signed_in
def revoke_course_badge(request: SignedInRequest, public_id: Any) -> HttpResponseBase:
    badge = _course_badge(public_id)
    require(
        allowed=rules.may_revoke_course_badge(request.person, badge),
        because=_("Only who facilitates the course may revoke a badge of it, and never their own."),
    )
    form = BadgeReasonForm(_sent(request))
    if form.is_valid():
        actions.revoke_course_badge(badge=badge, by=request.person, reason=form.cleaned_data["reason"])
        messages.success(request, _("The badge is revoked. Every copy of it shows so from now on."))
        return redirect(badge)
    status = 422 if form.is_bound else 200
    return render(
        request, "credentials/revoke_course_badge.jinja", {"badge": badge, "form": form}, status=status
    )


# Verifying ------------------------------------------------------------------------------------------------------------


def _asks_too_often(request: HttpRequest) -> bool:
    """Checking makes this site ask others, so nobody may make it ask for ever."""
    name = f"credentials.verify.{get_adapter(request).get_client_ip(request)}"
    cache.add(name, 0, timeout=60)
    try:
        return int(cache.incr(name)) > CHECKS_A_MINUTE
    except ValueError:  # it ran out between the two
        return False


def _own_page(address: str) -> Award | CourseBadge | None:
    """The award or badge whose page this address is, for those who give that instead of a credential."""
    parts, site = urlsplit(address), urlsplit(settings.SITE_URL)
    if parts.netloc != site.netloc:
        return None
    try:
        found = resolve(parts.path)
    except Resolver404:
        return None
    match found.view_name:
        case "credentials:award":
            return Award.objects.filter(public_id=found.kwargs["public_id"]).first()
        case "credentials:course_badge":
            return CourseBadge.objects.filter(public_id=found.kwargs["public_id"]).first()
    return None


@require_http_methods(["GET", "POST"])
def verify(request: Request) -> HttpResponseBase:
    """Anyone may ask. What is given is read and answered, and not kept."""
    form = VerifyForm(
        _sent(request), request.FILES or None, initial={"address": request.GET.get("address", "")}
    )
    report, problem, status = None, "", 200
    if form.is_bound and not form.is_valid():
        status = 422
    elif form.is_bound and _asks_too_often(request):
        problem, status = _("That were many checks in one minute. Please wait a moment, then try again."), 429
    elif form.is_bound:
        address = form.cleaned_data["address"].strip()
        ours = _own_page(address)
        if ours is not None:
            return redirect(ours)
        try:
            report = verification.verify(_given(form), fetch=issuing.fetch, at=clock.now())
        except http.Unreachable as unreachable:
            problem = str(unreachable)
    return render(
        request,
        "credentials/verify.jinja",
        {"form": form, "report": report, "problem": problem, "points": _points(report)},
        status=status,
    )


def _given(form: VerifyForm) -> bytes | str:
    """The first way that was used; raises Unreachable where an address leads nowhere."""
    if form.cleaned_data["file"]:
        content: bytes = form.cleaned_data["file"].read()
        return content
    if form.cleaned_data["address"]:
        return issuing.fetch(form.cleaned_data["address"].strip())
    text: str = form.cleaned_data["text"]
    return text


def _points(report: verification.Report | None) -> list[tuple[str, list[verification.Finding]]]:
    """The findings under the question that each answers."""
    if report is None:
        return []
    asked = {
        verification.Point.READABLE: _("What is it?"),
        verification.Point.SIGNATURE: _("Is it unchanged?"),
        verification.Point.ISSUER: _("Who says so?"),
        verification.Point.DATES: _("Is it in date?"),
        verification.Point.STATUS: _("Has it been revoked?"),
        verification.Point.TERMS: _("Is all of it covered?"),
    }
    return [(title, report.about(point)) for point, title in asked.items() if report.about(point)]


@require_http_methods(["GET"])
def show_issuer(request: Request) -> HttpResponseBase:
    return render(
        request,
        "credentials/issuer.jinja",
        {"did": issuing.did(), "keys": issuing.every_key(), "site": settings.SITE_URL},
    )


# For programs ---------------------------------------------------------------------------------------------------------


def _public(response: HttpResponse, *, minutes: int) -> HttpResponse:
    """Any site's program may read it, and keep it for a while."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = f"public, max-age={minutes * 60}"
    return response


@require_http_methods(["GET"])
def show_did(request: Request) -> HttpResponseBase:  # noqa: ARG001 -- the same for everybody
    return _public(JsonResponse(issuing.did_document(), json_dumps_params={"indent": 2}), minutes=5)


@require_http_methods(["GET"])
def show_status(request: Request, number: int) -> HttpResponseBase:  # noqa: ARG001 -- the same for everybody
    row = get_object_or_404(StatusList, number=number)
    return _public(HttpResponse(contexts.write(row.document), content_type="application/ld+json"), minutes=5)


@require_http_methods(["GET"])
def show_credential(request: Request, public_id: Any) -> HttpResponseBase:
    """Whoever knows this address has the credential, for it stands nowhere else. People are shown its page."""
    credential = issuing.signed_at(public_id)
    if credential is None:
        raise Http404
    if request.accepts("text/html") and "text/html" in request.headers.get("accept", ""):
        page = credential if isinstance(credential, CourseBadge) else credential.award
        answer: HttpResponse = redirect(page)
    else:
        answer = _public(
            HttpResponse(contexts.write(credential.document), content_type="application/ld+json"), minutes=5
        )
    patch_vary_headers(answer, ["Accept"])
    return answer


@require_http_methods(["GET"])
def show_badge(request: Request, pathway_id: int, form: str) -> HttpResponseBase:  # noqa: ARG001 -- the same for everybody
    pathway = get_object_or_404(Pathway.objects.for_display(), pk=pathway_id)
    badge = awards.badge_of(pathway)
    match form:
        case "svg":
            response = HttpResponse(badges.svg(badge), content_type="image/svg+xml")
        case "png":
            response = HttpResponse(badges.png(badge), content_type="image/png")
        case _:
            raise Http404
    return _public(response, minutes=60 * 24)

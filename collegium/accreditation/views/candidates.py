"""The candidate's pages: registering, submitting, and what is heard back. Some are shared with whoever judges."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collegium.accreditation import actions, queries, rules
from collegium.accreditation.forms import ExtensionForm, RefereeForm, SubmitForm, refuse
from collegium.accreditation.models import (
    UNDECIDED,
    Assignment,
    Referee,
    Registration,
    Submission,
    SubmittedFile,
)
from collegium.accreditation.terms import Terms, terms_of
from collegium.design.errors import refused
from collegium.design.shortcuts import render
from collegium.foundation import files
from collegium.foundation.refusal import Refusal, require
from collegium.people.requests import SignedInRequest, signed_in
from collegium.portfolios import queries as portfolios
from collegium.schemes.documents import UNSET
from collegium.schemes.models import Pathway


@require_http_methods(["GET", "HEAD"])
@signed_in
def mine(request: SignedInRequest) -> HttpResponse:
    registrations = queries.registrations_of(request.person)
    open_on = {registration.pathway_id for registration in registrations if registration.is_open}
    pathways = [
        pathway
        for pathway in Pathway.objects.current().for_display().order_by("scheme_version__title", "position")
        if pathway.pk not in open_on
    ]
    return render(
        request,
        "accreditation/mine.jinja",
        {
            "registrations": [(each, _words_of(each)) for each in registrations],
            "pathways": pathways,
        },
    )


def _words_of(registration: Registration) -> str:
    handed_in: list[Submission] = getattr(registration, "handed_in", [])
    if handed_in:
        return queries.candidate_words(handed_in[0])
    return _("You are registered. Nothing is submitted yet.") if registration.is_open else _("Ended.")


# Registration ---------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def register(request: SignedInRequest, pathway_id: int) -> HttpResponseBase:
    pathway = get_object_or_404(Pathway.objects.for_display(), pk=pathway_id)
    require(allowed=rules.may_register(request.person, pathway))
    if request.method == "POST":
        try:
            registration = actions.register(person=request.person, pathway=pathway, by=request.person)
        except Refusal as refusal:
            return refused(request, str(refusal), back=request.path)
        messages.success(
            request, _("You are registered for %(pathway)s. Take your time.") % {"pathway": pathway.title}
        )
        return redirect(registration)
    standing = Registration.objects.filter(person=request.person, pathway=pathway, ended_at=None).first()
    if standing is not None:
        return redirect(standing)
    terms = terms_of(pathway)
    return render(
        request,
        "accreditation/register.jinja",
        {"pathway": pathway, "terms": terms, "scheme": pathway.scheme_version, "UNSET": UNSET},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def registration(request: SignedInRequest, registration_id: int) -> HttpResponseBase:
    """Also where a referee is named: the form stands on the page."""
    found = get_object_or_404(
        Registration.objects.visible_to(request.person).for_display(), pk=registration_id
    )
    require(allowed=rules.may_see_registration(request.person, found))
    form = RefereeForm(request.POST or None)
    if request.method == "POST":
        require(allowed=rules.may_name_referee(request.person, found))
        if form.is_valid():
            try:
                actions.name_referee(registration=found, by=request.person, **form.cleaned_data)
            except Refusal as refusal:
                refuse(form, refusal)
            else:
                messages.success(
                    request,
                    _("%(name)s gets a letter with a link to your draft.")
                    % {"name": form.cleaned_data["name"]},
                )
                return redirect(found)
    terms = terms_of(found.pathway)
    handed_in = queries.submissions_of(found)
    submission = handed_in[0] if handed_in else None
    is_own = found.person_id == request.person.pk
    return render(
        request,
        "accreditation/registration.jinja",
        {
            "registration": found,
            "terms": terms,
            "UNSET": UNSET,
            "submission": submission,
            "words": queries.candidate_words(submission) if submission else "",
            "steps": queries.steps(found, submission, terms),
            "earlier": handed_in,
            "portfolio": queries.portfolio_for(found),
            "extensions": list(found.extensions.select_related("answered_by").order_by("-asked_at")),
            "referees": list(found.referees.order_by("asked_at", "pk")),
            "form": form,
            "is_own": is_own,
            "may_submit": rules.may_submit(request.person, found)
            and (submission is None or submission.state not in UNDECIDED),
            "may_name_referee": rules.may_name_referee(request.person, found)
            and _wants_referees(found, terms),
            "may_ask_extension": rules.may_ask_extension(request.person, found)
            and found.valid_until is not None,
        },
        status=400 if form.errors else 200,
    )


def _wants_referees(found: Registration, terms: Terms) -> bool:
    asked_for = terms.rules.referees.value
    if asked_for is UNSET or asked_for is None:
        return False
    return found.referees.filter(declined_at__isnull=True).count() < asked_for.number


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def ask_extension(request: SignedInRequest, registration_id: int) -> HttpResponseBase:
    found = get_object_or_404(
        Registration.objects.visible_to(request.person).for_display(), pk=registration_id
    )
    require(allowed=rules.may_ask_extension(request.person, found))
    form = ExtensionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.ask_extension(registration=found, by=request.person, **form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("The coordinator has your question and will answer it."))
            return redirect(found)
    return render(
        request,
        "accreditation/extension.jinja",
        {"registration": found, "form": form, "terms": terms_of(found.pathway), "UNSET": UNSET},
        status=400 if form.errors else 200,
    )


def _referee(request: SignedInRequest, referee_id: int) -> Referee:
    return get_object_or_404(
        Referee.objects.select_related(
            "registration__person", "registration__pathway__scheme_version__scheme"
        ).filter(registration__in=Registration.objects.visible_to(request.person)),
        pk=referee_id,
    )


@require_http_methods(["POST"])
@signed_in
def ask_referee_again(request: SignedInRequest, referee_id: int) -> HttpResponseBase:
    referee = _referee(request, referee_id)
    require(allowed=rules.may_drop_referee(request.person, referee))
    try:
        actions.ask_referee_again(referee=referee, by=request.person)
    except Refusal as refusal:
        return refused(request, str(refusal), back=referee.registration.get_absolute_url())
    messages.success(request, _("%(name)s gets another letter.") % {"name": referee.name})
    return redirect(referee.registration)


@require_http_methods(["POST"])
@signed_in
def drop_referee(request: SignedInRequest, referee_id: int) -> HttpResponseBase:
    referee = _referee(request, referee_id)
    require(allowed=rules.may_drop_referee(request.person, referee))
    try:
        actions.drop_referee(referee=referee, by=request.person)
    except Refusal as refusal:
        return refused(request, str(refusal), back=referee.registration.get_absolute_url())
    return redirect(referee.registration)


# Submission -----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def submit(request: SignedInRequest, registration_id: int) -> HttpResponseBase:
    found = get_object_or_404(
        Registration.objects.visible_to(request.person).for_display(), pk=registration_id
    )
    require(allowed=rules.may_submit(request.person, found))
    latest = queries.latest_submission(found)
    if latest is not None and latest.is_undecided:  # a second tab, or a button pressed twice
        return redirect(latest)
    portfolio = queries.portfolio_for(found)
    if portfolio is None:
        return redirect("portfolios:begin_on", pathway_id=found.pathway_id)
    terms = terms_of(found.pathway)
    readiness = portfolios.readiness(portfolio)
    # The declaration is signed on this very page, so that it is missing is no news.
    open_findings = [finding for finding in readiness.open if finding.code != "declaration-missing"]
    signed = portfolio.signed
    form = SubmitForm(
        request.POST or None,
        terms=terms,
        candidate=request.person,
        scheme=found.scheme,
        has_open_findings=bool(open_findings),
        initial={
            "collaborators": signed.collaborators if signed else "",
            "access": latest.access if latest else "",
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            submission = actions.declare_and_submit(
                registration=found, portfolio=portfolio, by=request.person, **form.facts()
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("Your portfolio is submitted. Well done for getting here."))
            return redirect(submission)
    return render(
        request,
        "accreditation/submit.jinja",
        {
            "registration": found,
            "portfolio": portfolio,
            "terms": terms,
            "readiness": readiness,
            "open_findings": open_findings,
            "form": form,
            "latest": latest,
            "is_again": latest is not None and latest.state == Submission.State.REFERRED,
            "UNSET": UNSET,
        },
        status=400 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD"])
@signed_in
def submission(request: SignedInRequest, submission_id: int) -> HttpResponseBase:
    """One address for everybody whom a submission concerns: each is led to the page of what they are to it."""
    visible = Submission.objects.visible_to(request.person).for_display()
    found = queries.with_progress(visible).filter(pk=submission_id).first()
    if found is None:
        return _for_former_assessor(request, submission_id)
    if found.candidate_id == request.person.pk:
        return _own(request, found)
    assignment = found.assignments.active().filter(assessor=request.person).first()
    if assignment is not None:
        return redirect(assignment)
    return redirect("accreditation:managed", submission_id=found.pk)


def _for_former_assessor(request: SignedInRequest, submission_id: int) -> HttpResponseBase:
    """A letter that somebody opens after they were released leads to their list, and says so."""
    if Assignment.objects.filter(submission=submission_id, assessor=request.person).exists():
        messages.info(request, _("You are not an assessor of that submission any more. Thank you."))
        return redirect("accreditation:assess")
    raise Http404


def _own(request: SignedInRequest, found: Submission) -> HttpResponse:
    terms = terms_of(found.pathway)
    progress = queries.progress(found)
    joint = progress.joint if rules.may_see_outcome(request.person, found) else None
    return render(
        request,
        "accreditation/submission.jinja",
        {
            "submission": found,
            "registration": found.registration,
            "terms": terms,
            "UNSET": UNSET,
            "progress": progress,
            "words": queries.candidate_words(found, progress),
            "steps": queries.steps(found.registration, found, terms, progress),
            "receipt": actions.receipt(found),
            "joint": joint,
            "outcome": queries.outcome_areas(joint, queries.areas_to_judge(found, terms), terms)
            if joint and not found.erased_at
            else [],
            "outcome_title": queries.allowed_outcomes(found, terms).get(joint.outcome, "") if joint else "",
            "may_withdraw": rules.may_withdraw(request.person, found),
            "may_submit_again": found.state
            in {Submission.State.REFERRED, Submission.State.RETURNED, Submission.State.WITHDRAWN}
            and not progress.followed_by
            and found.registration.is_open,
        },
    )


@require_http_methods(["GET", "HEAD"])
@signed_in
def read(request: SignedInRequest, submission_id: int) -> HttpResponse:
    """The snapshot as it was handed in: for its candidate, the coordinators and the assessors who agreed."""
    found = get_object_or_404(Submission.objects.visible_to(request.person).for_display(), pk=submission_id)
    require(allowed=rules.may_read(request.person, found))
    return render(
        request,
        "accreditation/read.jinja",
        {
            "submission": found,
            "reading": queries.reading(found),
            "receipt": actions.receipt(found),
            "is_own": found.candidate_id == request.person.pk,
            "manages": rules.may_manage(request.person, found),
        },
    )


@require_http_methods(["GET", "HEAD"])
@signed_in
def file(request: SignedInRequest, submission_id: int, file_id: int) -> HttpResponseBase:
    found = get_object_or_404(Submission.objects.visible_to(request.person).for_list(), pk=submission_id)
    require(allowed=rules.may_read(request.person, found))
    kept = get_object_or_404(SubmittedFile.objects.select_related("blob"), submission=found, pk=file_id)
    # A submission never changes, so neither does what is at this address.
    return files.serve(kept.blob, name=kept.name, request=request, max_age=3600)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def withdraw(request: SignedInRequest, submission_id: int) -> HttpResponseBase:
    found = get_object_or_404(Submission.objects.visible_to(request.person).for_display(), pk=submission_id)
    require(allowed=rules.may_withdraw(request.person, found))
    if request.method == "POST":
        try:
            actions.withdraw(submission=found, by=request.person)
        except Refusal as refusal:
            return refused(request, str(refusal), back=found.get_absolute_url())
        messages.success(request, _("It is withdrawn, and your portfolio is open again."))
        return redirect(found)
    return render(request, "accreditation/withdraw.jinja", {"submission": found})

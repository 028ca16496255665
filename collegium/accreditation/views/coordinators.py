"""The coordinator's pages: the board, screening, allocation, and what else is decided for a scheme."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collegium.accreditation import actions, queries, rules
from collegium.accreditation.forms import (
    AllotForm,
    DateForm,
    ExtensionAnswerForm,
    ReasonForm,
    ScreeningForm,
    refuse,
)
from collegium.accreditation.models import Assignment, Extension, Registration, Submission
from collegium.accreditation.terms import rule_title, terms_kept, terms_of
from collegium.activity.queries import history
from collegium.design.errors import refused
from collegium.design.shortcuts import render
from collegium.foundation.refusal import Refusal, require
from collegium.people.models import Person
from collegium.people.queries import faces
from collegium.people.requests import SignedInRequest, signed_in
from collegium.schemes.documents import UNSET, Rule


@require_http_methods(["GET", "HEAD"])
@signed_in
def manage(request: SignedInRequest) -> HttpResponse:
    schemes = list(queries.coordinated_schemes(request.person))
    require(
        allowed=bool(schemes),
        because=_("This page is for those who coordinate a scheme."),
    )
    chosen = next((scheme for scheme in schemes if scheme.key == request.GET.get("scheme")), None)
    step = request.GET.get("step", "")
    step = step if step in queries.STEPS else ""
    page = queries.queue(
        request.person,
        schemes=[chosen] if chosen else schemes,
        step=step,
        after=request.GET.get("after", ""),
    )
    return render(
        request,
        "accreditation/manage.jinja",
        {
            "page": page,
            "schemes": schemes,
            "chosen": chosen,
            "step": step,
            "steps": queries.STEPS,
            "extensions": queries.extensions_to_answer(request.person, [chosen] if chosen else schemes),
            "is_first_page": not request.GET.get("after"),
        },
    )


def _managed(request: SignedInRequest, submission_id: int) -> Submission:
    """Whoever can't see the submission gets a 404; who sees it and doesn't coordinate it, a 403."""
    visible = Submission.objects.visible_to(request.person).for_display()
    visible = visible.select_related("nominated_assessor", "portfolio")
    found = get_object_or_404(queries.with_progress(visible), pk=submission_id)
    require(allowed=rules.may_manage(request.person, found))
    return found


@require_http_methods(["GET", "HEAD"])
@signed_in
def managed(request: SignedInRequest, submission_id: int) -> HttpResponse:
    """All of one submission for its coordinator: of judgements no more than whether they are sealed, until all are."""
    found = _managed(request, submission_id)
    terms = terms_kept(found.pathway)
    # That they coordinate it is settled above: of the rules below only what each adds to the role is asked.
    assignments = queries.assignments_of(found)
    progress = queries.progress(found)
    needed: list[Rule[Any]] = [
        terms.rules.assessors,
        terms.pathway.assessed_by,
        terms.rules.lead_after,
        terms.scale,
        terms.rules.decision,
        terms.rules.attempts,
    ]
    return render(
        request,
        "accreditation/managed.jinja",
        {
            "submission": found,
            "terms": terms,
            "progress": progress,
            "screening": getattr(found, "screening", None),
            "assignments": assignments,
            "active": [row for row in assignments if row.is_active],
            "faces": faces([row.assessor for row in assignments], request.person),
            "former": [row for row in assignments if not row.is_active],
            "seats": queries.places_known(found, terms),
            "comparison": queries.comparison(found, terms)
            if rules.may_compare.body(request.person, found)
            else None,
            "joint": progress.joint,
            "outcome_title": queries.allowed_outcomes(found, terms).get(progress.joint.outcome, "")
            if progress.joint
            else "",
            "history": history(found),
            "receipt": actions.receipt(found),
            "open_rules": [rule_title(rule) for rule in needed if not rule.is_set]
            if found.is_undecided
            else [],
            "may_screen": rules.may_screen.body(request.person, found),
            "may_allot": rules.may_allot.body(request.person, found),
            "may_add_place": rules.may_add_place.body(request.person, found),
            "may_reconcile": rules.may_reconcile.body(request.person, found),
            "may_set_date": rules.may_set_resubmission_date.body(request.person, found),
            "UNSET": UNSET,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def screening(request: SignedInRequest, submission_id: int) -> HttpResponseBase:
    found = _managed(request, submission_id)
    require(
        allowed=rules.may_screen(request.person, found),
        because=_("This submission has been screened, or was withdrawn."),
    )
    form = ScreeningForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data["words"]
        try:
            if request.POST.get("outcome") == "return":
                actions.send_back(submission=found, by=request.person, reasons=words)
                messages.success(request, _("It is back with the candidate, with your words."))
                return redirect("accreditation:managed", submission_id=found.pk)
            actions.accept(submission=found, by=request.person, note=words)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("Accepted. Now it needs assessors."))
            return redirect("accreditation:allocation", submission_id=found.pk)
    findings = found.screening.findings
    return render(
        request,
        "accreditation/screening.jinja",
        {
            "submission": found,
            "terms": terms_of(found.pathway),
            "screening": found.screening,
            "open_findings": [each for each in findings if not each["holds"]],
            "met": [each for each in findings if each["holds"]],
            "declaration": found.content.get("declaration"),
            "references": found.content.get("references", []),
            "form": form,
        },
        status=400 if form.errors else 200,
    )


# Allocation -----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def allocation(request: SignedInRequest, submission_id: int) -> HttpResponseBase:
    found = _managed(request, submission_id)
    require(
        allowed=rules.may_allot.body(request.person, found),  # the role is settled above
        because=_("Assessors are asked after screening, and until the judgements are in."),
    )
    form = AllotForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        assessor = get_object_or_404(Person, pk=given["assessor"])
        try:
            actions.allot(
                submission=found,
                assessor=assessor,
                role=given["role"],
                by=request.person,
                due_on=given["due_on"],
                reason=given["reason"],
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("%(name)s is asked.") % {"name": assessor.name})
            return redirect("accreditation:allocation", submission_id=found.pk)
    terms = terms_of(found.pathway)
    active = [row for row in queries.assignments_of(found) if row.is_active]
    former = queries.judged_before(found)
    candidates = queries.candidates_for(found, terms=terms, former=former)
    return render(
        request,
        "accreditation/allocation.jinja",
        {
            "submission": found,
            "terms": terms,
            "candidates": candidates,
            "faces": faces([each.person for each in candidates], request.person),
            "active": active,
            "has_lead": any(row.role == Assignment.Role.LEAD for row in active),
            "seats": queries.places_known(found, terms),
            "former": queries.former_assessors(found, former),
            "form": form,
            "Role": Assignment.Role,
        },
        status=400 if form.errors else 200,
    )


def _assignment(request: SignedInRequest, assignment_id: int) -> Assignment:
    return get_object_or_404(
        Assignment.objects.for_display().filter(submission__in=Submission.objects.visible_to(request.person)),
        pk=assignment_id,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def release(request: SignedInRequest, assignment_id: int) -> HttpResponseBase:
    """By the coordinator, or by the assessor who steps back."""
    assignment = _assignment(request, assignment_id)
    is_own = assignment.assessor_id == request.person.pk
    require(
        allowed=rules.may_step_back(request.person, assignment)
        if is_own
        else rules.may_release(request.person, assignment)
    )
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.release(assignment=assignment, by=request.person, reason=form.cleaned_data["reason"])
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            if is_own:
                messages.success(
                    request, _("You have stepped back, and the coordinator knows. Thank you for saying so.")
                )
                return redirect("accreditation:assess")
            messages.success(request, _("%(name)s is released.") % {"name": assignment.assessor.name})
            return redirect("accreditation:managed", submission_id=assignment.submission_id)
    return render(
        request,
        "accreditation/release.jinja",
        {"assignment": assignment, "submission": assignment.submission, "form": form, "is_own": is_own},
        status=400 if form.errors else 200,
    )


@require_http_methods(["POST"])
@signed_in
def change_lead(request: SignedInRequest, assignment_id: int) -> HttpResponseBase:
    assignment = _assignment(request, assignment_id)
    require(allowed=rules.may_change_lead(request.person, assignment))
    return _done(
        request,
        assignment.submission,
        lambda: actions.change_lead(assignment=assignment, by=request.person),
        _("%(name)s leads now.") % {"name": assignment.assessor.name},
    )


@require_http_methods(["POST"])
@signed_in
def add_place(request: SignedInRequest, submission_id: int) -> HttpResponseBase:
    found = _managed(request, submission_id)
    require(allowed=rules.may_add_place(request.person, found))
    return _done(
        request,
        found,
        lambda: actions.add_place(submission=found, by=request.person),
        _("There is a place for one more assessor now."),
    )


def _done(request: SignedInRequest, found: Submission, act: Any, words: str) -> HttpResponseBase:
    try:
        act()
    except Refusal as refusal:
        return refused(request, str(refusal), details=[str(each) for each in refusal.details])
    messages.success(request, words)
    return redirect("accreditation:managed", submission_id=found.pk)


# Dates ----------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def resubmission_date(request: SignedInRequest, submission_id: int) -> HttpResponseBase:
    found = _managed(request, submission_id)
    require(allowed=rules.may_set_resubmission_date(request.person, found))
    form = DateForm(request.POST or None, initial={"until": found.due_on})
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_resubmission_date(
                submission=found, by=request.person, until=form.cleaned_data["until"]
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("The candidate knows the day."))
            return redirect("accreditation:managed", submission_id=found.pk)
    return render(
        request,
        "accreditation/resubmission_date.jinja",
        {"submission": found, "form": form, "terms": terms_of(found.pathway), "UNSET": UNSET},
        status=400 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def answer_extension(request: SignedInRequest, extension_id: int) -> HttpResponseBase:
    extension = get_object_or_404(
        Extension.objects.select_related(
            "registration__person__photo",
            "registration__pathway__scheme_version__scheme",
            "registration__pathway__scheme_version__framework",
        ).filter(registration__in=Registration.objects.visible_to(request.person)),
        pk=extension_id,
    )
    require(
        allowed=rules.may_answer_extension(request.person, extension),
        because=_("This has been answered, or is not yours to answer."),
    )
    form = ExtensionAnswerForm(request.POST or None, initial={"until": extension.until})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            if given["answer"] == ExtensionAnswerForm.GRANT:
                actions.grant_extension(
                    extension=extension, by=request.person, answer=given["words"], until=given["until"]
                )
            else:
                actions.refuse_extension(extension=extension, by=request.person, answer=given["words"])
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("The candidate has your answer."))
            return redirect("accreditation:manage")
    return render(
        request,
        "accreditation/answer_extension.jinja",
        {
            "extension": extension,
            "registration": extension.registration,
            "terms": terms_of(extension.registration.pathway),
            "form": form,
            "UNSET": UNSET,
        },
        status=400 if form.errors else 200,
    )

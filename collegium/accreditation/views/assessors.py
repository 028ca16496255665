"""The assessor's pages: the list, the invitation, reading and judging, and bringing the judgements together."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from collegium.accreditation import actions, queries, rules
from collegium.accreditation.forms import AnswerForm, JointForm, JudgementForm, refuse
from collegium.accreditation.models import Assignment, Submission
from collegium.accreditation.terms import Terms, terms_kept, terms_of
from collegium.design.filters import moment_in_words
from collegium.design.shortcuts import render
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal, require
from collegium.people.queries import faces
from collegium.people.requests import SignedInRequest, signed_in
from collegium.schemes.documents import UNSET


@require_http_methods(["GET", "HEAD"])
@signed_in
def assess(request: SignedInRequest) -> HttpResponse:
    hand = queries.in_hand(request.person)
    require(allowed=hand.assesses, because=_("This page is for those who assess portfolios."))
    return render(
        request, "accreditation/assess.jinja", {"desk": queries.desk(request.person), "today": clock.today()}
    )


def _assignment(request: SignedInRequest, assignment_id: int) -> Assignment:
    """One's own only: somebody else's is not there, whoever asks."""
    return get_object_or_404(
        Assignment.objects.active().filter(assessor=request.person).for_display(), pk=assignment_id
    )


@require_http_methods(["GET", "HEAD"])
@signed_in
def assignment(request: SignedInRequest, assignment_id: int) -> HttpResponseBase:
    found = _assignment(request, assignment_id)
    submission = found.submission
    require(allowed=rules.may_see(request.person, found))
    if found.state == Assignment.State.INVITED:
        return _invitation(request, found, AnswerForm())
    if submission.state == Submission.State.RECONCILING:
        return redirect("accreditation:reconciliation", submission_id=submission.pk)
    terms = terms_of(submission.pathway)
    reading = queries.reading(submission)
    return _judging(
        request, found, terms, _judgement_form(found, terms, before=reading.before), reading=reading
    )


# The invitation -------------------------------------------------------------------------------------------------------


@require_http_methods(["POST"])
@signed_in
def answer(request: SignedInRequest, assignment_id: int) -> HttpResponseBase:
    found = _assignment(request, assignment_id)
    require(
        allowed=rules.may_answer_invitation(request.person, found),
        because=_("You have answered this already, or it is not open any more."),
    )
    form = AnswerForm(request.POST)
    if form.is_valid():
        accepts = form.cleaned_data["answer"] == AnswerForm.ACCEPT
        try:
            actions.answer_invitation(
                assignment=found, by=request.person, accepts=accepts, reason=form.cleaned_data["reason"]
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            if accepts:
                messages.success(request, _("Thank you. Here is the portfolio."))
                return redirect(found)
            messages.success(request, _("Thank you for saying so. The coordinator asks somebody else."))
            return redirect("accreditation:assess")
    return _invitation(request, found, form)


def _invitation(request: SignedInRequest, found: Assignment, form: AnswerForm) -> HttpResponse:
    submission = found.submission
    terms = terms_of(submission.pathway)
    return render(
        request,
        "accreditation/invitation.jinja",
        {
            "assignment": found,
            "submission": submission,
            "terms": terms,
            "areas": queries.areas_to_judge(submission, terms),
            "words": submission.content.get("words", 0),
            "is_again": submission.attempt > 1,
            "judged_before": any(
                row.assessor_id == request.person.pk for row in queries.former_assessors(submission)
            ),
            "form": form,
            "UNSET": UNSET,
        },
        status=400 if form.errors else 200,
    )


# Judging --------------------------------------------------------------------------------------------------------------


def _judgement_form(
    found: Assignment, terms: Terms, data: object = None, before: Submission | None = None
) -> JudgementForm:
    judgement = getattr(found, "judgement", None)
    return JudgementForm(
        data,
        areas=queries.areas_to_judge(found.submission, terms, before),
        terms=terms,
        draft=queries.draft_of(found),
        initial={"overall": judgement.overall if judgement else ""},
    )


@cache_control(private=True, no_store=True)  # it holds the reader's device key
def _judging(
    request: SignedInRequest,
    found: Assignment,
    terms: Terms,
    form: JudgementForm,
    *,
    refusal: str = "",
    reading: queries.Reading | None = None,
) -> HttpResponse:
    submission = found.submission
    judgement = getattr(found, "judgement", None)
    draft = form.draft
    overall = judgement.overall if judgement else ""
    reading = reading or queries.reading(submission)
    return render(
        request,
        "accreditation/judge.jinja",
        {
            "asked": queries.asked_for(reading.before),
            "assignment": found,
            "submission": submission,
            "terms": terms,
            "reading": reading,
            "form": form,
            "by_key": {each["area"].key: each for each in form.by_area()},
            "draft": draft,
            "overall": overall,
            "missing": queries.missing(form.areas, draft, overall),
            "judged": sum(1 for area in form.areas if draft.get(area.key, ("", ""))[0]),
            "judgement": judgement,
            "may_judge": rules.may_judge(request.person, found) and terms.scale.is_set,
            "has_sealed": found.has_sealed,
            "refusal": refusal,
        },
        status=409 if refusal else 400 if form.errors else 200,
    )


@require_http_methods(["POST"])
@signed_in
def judgement(request: SignedInRequest, assignment_id: int) -> HttpResponseBase:
    """Saves the draft: the whole form by its button, or what was just typed, for which JSON is the answer."""
    found = _assignment(request, assignment_id)
    by_machine = request.headers.get("Accept", "").startswith("application/json")
    is_allowed = rules.may_judge(request.person, found)
    closed = _(
        "Your judgement is sealed, or this submission is not being judged now. What you wrote is kept."
    )
    if by_machine and not is_allowed:
        return JsonResponse({"refused": closed}, status=403)
    require(allowed=is_allowed, because=closed)
    terms = terms_of(found.submission.pathway)
    form = _judgement_form(found, terms, request.POST)
    refusal_words = ""
    if form.is_valid():
        try:
            saved = actions.save_judgement(
                assignment=found, by=request.person, overall=form.sent_overall(), marks=form.marks()
            )
        except Refusal as refusal:
            refusal_words = str(refusal)
        else:
            if by_machine:
                draft = queries.draft_of(found)
                return JsonResponse(
                    {
                        "saved": _("Saved %(when)s") % {"when": moment_in_words(saved.saved_at)},
                        "judged": sum(1 for area in form.areas if draft.get(area.key, ("", ""))[0]),
                        "missing": len(queries.missing(form.areas, draft, saved.overall)),
                    }
                )
            if request.POST.get("do") == "seal":
                return redirect("accreditation:seal", assignment_id=found.pk)
            messages.success(request, _("Your draft is saved. Nobody else sees it."))
            return redirect(found)
    if by_machine:
        words = refusal_words or " ".join(str(error) for errors in form.errors.values() for error in errors)
        return JsonResponse({"refused": words}, status=409)
    return _judging(request, found, terms, form, refusal=refusal_words)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def seal(request: SignedInRequest, assignment_id: int) -> HttpResponseBase:
    """Shows the whole judgement once more; sealing it is for good."""
    found = _assignment(request, assignment_id)
    require(
        allowed=rules.may_judge(request.person, found),
        because=_("Your judgement is sealed, or this submission is not being judged now."),
    )
    terms = terms_of(found.submission.pathway)
    refusal_words, details = "", []
    if request.method == "POST":
        try:
            actions.seal_judgement(assignment=found, by=request.person)
        except Refusal as refusal:
            refusal_words, details = str(refusal), [str(each) for each in refusal.details]
        else:
            messages.success(request, _("Sealed. Thank you: somebody is waiting for this."))
            return redirect(found)
    areas = queries.areas_to_judge(found.submission, terms)
    draft = queries.draft_of(found)
    kept = getattr(found, "judgement", None)
    return render(
        request,
        "accreditation/seal.jinja",
        {
            "assignment": found,
            "submission": found.submission,
            "terms": terms,
            "areas": [(area, *draft.get(area.key, ("", ""))) for area in areas],
            "overall": kept.overall if kept else "",
            "missing": details or queries.missing(areas, draft, kept.overall if kept else ""),
            "refusal": refusal_words,
        },
        status=409 if refusal_words else 200,
    )


# Reconciliation -------------------------------------------------------------------------------------------------------


def _with_joint(request: SignedInRequest, submission_id: int) -> Submission:
    """The submission with who judges it, which the rules below look at, and with the joint judgement so far."""
    visible = Submission.objects.visible_to(request.person).for_display().select_related("joint_judgement")
    found = get_object_or_404(visible, pk=submission_id)
    queries.assignments_of(found)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def reconciliation(request: SignedInRequest, submission_id: int) -> HttpResponseBase:
    """All judgements side by side, for those who gave them and the coordinator; the lead writes the joint one."""
    found = _with_joint(request, submission_id)
    require(
        allowed=rules.may_compare(request.person, found),
        because=_("The judgements are opened when every one is sealed."),
    )
    terms = terms_kept(found.pathway)
    may_reconcile = rules.may_reconcile.body(request.person, found)  # the role is settled above
    compared = queries.comparison(found, terms)
    form = _joint_form(found, terms, compared, request.POST if request.method == "POST" else None)
    refusal_words = ""
    if request.method == "POST":
        require(allowed=may_reconcile, because=_("The lead assessor writes the joint judgement."))
        by_machine = request.headers.get("Accept", "").startswith("application/json")
        if form.is_valid():
            try:
                joint = actions.save_joint(submission=found, by=request.person, **form.facts())
            except Refusal as refusal:
                refusal_words = str(refusal)
            else:
                if by_machine:
                    return JsonResponse(
                        {"saved": _("Saved %(when)s") % {"when": moment_in_words(joint.saved_at)}}
                    )
                if request.POST.get("do") == "give":
                    return redirect("accreditation:outcome", submission_id=found.pk)
                messages.success(request, _("Saved. The candidate sees nothing of it yet."))
                return redirect("accreditation:reconciliation", submission_id=found.pk)
        if by_machine:
            return JsonResponse({"refused": refusal_words or _("This could not be saved.")}, status=409)
    return _compared(
        request, found, terms, form, compared, may_reconcile=may_reconcile, refusal=refusal_words
    )


def _joint_form(
    found: Submission, terms: Terms, compared: queries.Comparison | None, data: object = None
) -> JointForm:
    joint = queries.joint_read_along(found)
    return JointForm(
        data,
        areas=[row.area for row in compared.rows] if compared else [],
        terms=terms,
        joint=joint,
        draft=queries.joint_draft(joint) if joint else _where_all_agree(compared),
        outcomes=queries.allowed_outcomes(found, terms),
    )


def _where_all_agree(compared: queries.Comparison | None) -> dict[str, tuple[str, str]]:
    """A start for the joint judgement: the level where all gave the same; comments are written afresh."""
    if compared is None:
        return {}
    return {row.area.key: (row.given[0].level, "") for row in compared.rows if row.given and row.agree}


@cache_control(private=True, no_store=True)  # it holds the reader's device key
def _compared(
    request: SignedInRequest,
    found: Submission,
    terms: Terms,
    form: JointForm,
    compared: queries.Comparison | None,
    *,
    may_reconcile: bool,
    refusal: str,
) -> HttpResponse:
    levels = {each["area"].key: str(each["level"].value() or "") for each in form.by_area()}
    kept = queries.levels_of_before(found, form.areas)
    return render(
        request,
        "accreditation/reconcile.jinja",
        {
            "submission": found,
            "terms": terms,
            "form": form,
            "by_key": {each["area"].key: each for each in form.by_area()},
            "compared": compared,
            "faces": faces([row.assessor for row, _words in compared.overall], request.person)
            if compared
            else {},
            "joint": form.joint,
            "proposal": queries.proposal(found, terms, form.areas, levels, kept),
            "is_split": queries.is_split(found, terms, compared, kept) if compared else None,
            "may_reconcile": may_reconcile,
            "assesses": any(row.assessor_id == request.person.pk for row in queries.assignments_of(found)),
            "lead": next(
                (
                    row
                    for row in queries.assignments_of(found)
                    if row.state == Assignment.State.ACCEPTED and row.role == Assignment.Role.LEAD
                ),
                None,
            ),
            "refusal": refusal,
            "UNSET": UNSET,
        },
        status=409 if refusal else 400 if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def outcome(request: SignedInRequest, submission_id: int) -> HttpResponseBase:
    """The outcome as the candidate will read it; giving it is for good."""
    found = _with_joint(request, submission_id)
    require(
        allowed=rules.may_reconcile(request.person, found),
        because=_("The lead assessor gives the outcome, once."),
    )
    joint = queries.joint_read_along(found)
    if joint is None:
        return redirect("accreditation:reconciliation", submission_id=found.pk)
    refusal_words, details = "", []
    if request.method == "POST":
        try:
            actions.give_outcome(submission=found, by=request.person)
        except Refusal as refusal:
            refusal_words, details = str(refusal), [str(each) for each in refusal.details]
        else:
            messages.success(request, _("The outcome is given, and the candidate is told. Thank you."))
            return redirect("accreditation:submission", submission_id=found.pk)
    terms = terms_of(found.pathway)
    return render(
        request,
        "accreditation/give.jinja",
        {
            "submission": found,
            "terms": terms,
            "joint": joint,
            "outcome": queries.outcome_areas(joint, queries.areas_to_judge(found, terms), terms),
            "outcome_title": queries.allowed_outcomes(found, terms).get(joint.outcome, ""),
            "refusal": refusal_words,
            "details": details,
            "UNSET": UNSET,
        },
        status=409 if refusal_words else 200,
    )

"""One's own plan: weeks, goals, the catch-up lane; surveys; and consent to research."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collegium.courses import surveys
from collegium.courses.actions import enrolments
from collegium.courses.forms import AddressesForm, CatchUpForm, GoalForm, addresses_as_text
from collegium.courses.models import Enrolment, Goal, Iteration, SurveyAnswers
from collegium.courses.queries import progress as queries
from collegium.courses.queries.iterations import standing
from collegium.courses.queries.people import guides_for
from collegium.courses.survey_forms import SurveyForm
from collegium.courses.views.loading import frame, load
from collegium.design.errors import refused
from collegium.design.shortcuts import render
from collegium.foundation.refusal import Refusal, require
from collegium.people.queries import faces
from collegium.people.requests import SignedInRequest, signed_in


def _mine(request: SignedInRequest, slug: str) -> tuple[Iteration, Enrolment]:
    iteration, found = load(request, slug)
    require(allowed=found.enrolment is not None, because=_("Your own plan is there once you are enrolled."))
    assert found.enrolment is not None  # noqa: S101  # for the type checker: required above
    return iteration, found.enrolment


@require_safe
@signed_in
def show(request: SignedInRequest, slug: str) -> HttpResponse:
    return _page(request, slug)


def _page(
    request: SignedInRequest, slug: str, *, goal_form: GoalForm | None = None, status: int = 200
) -> HttpResponse:
    iteration, found = load(request, slug)
    require(allowed=found.enrolment is not None, because=_("Your own plan is there once you are enrolled."))
    enrolment = found.enrolment
    assert enrolment is not None  # noqa: S101  # for the type checker: required above
    mine = queries.progress(enrolment)
    given = queries.given_by(enrolment)
    guides = [] if given.was_here else [each.person for each in guides_for(enrolment)]
    addresses = list(enrolment.addresses.all())
    return render(
        request,
        "courses/plan.jinja",
        {
            **frame(iteration, found, "plan"),
            "enrolment": enrolment,
            "mine": mine,
            "guides": guides,
            "faces": faces(guides, request.person),
            "goal_form": goal_form or GoalForm(),
            "addresses": addresses,
            "addresses_form": AddressesForm(
                initial={
                    "addresses": addresses_as_text(addresses),
                    "hashtag_names": ", ".join(enrolment.hashtag_names),
                }
            ),
            "given": given,
            "asks_exit": bool(iteration.exit_survey) and _asks_exit(iteration, mine),
        },
        status=status,
    )


def _asks_exit(iteration: Iteration, mine: queries.Progress) -> bool:
    """In the last week and after it."""
    return iteration.state in {Iteration.State.ENDED, Iteration.State.ARCHIVED} or (
        mine.present is not None and bool(mine.weeks) and mine.present.week == mine.weeks[-1].week
    )


@require_POST
@signed_in
def catch_up(request: SignedInRequest, slug: str) -> HttpResponseBase:
    _iteration, enrolment = _mine(request, slug)
    form = CatchUpForm(request.POST)
    back = reverse("courses:plan", args=[slug])
    if not form.is_valid():
        return refused(request, _("Take between one day and four weeks for each."), back=back)
    made = enrolments.catch_up(
        enrolment=enrolment, by=request.person, days_per_week=form.cleaned_data["days_per_week"]
    )
    own = sum(each.due_on is not None for each in made)
    messages.success(
        request,
        ngettext(
            "Your plan from today: one week on a day of your own, then with everybody.",
            "Your plan from today: %(count)s weeks on days of your own, then with everybody.",
            own,
        )
        % {"count": own}
        if own
        else _("You are with everybody: no days of your own are needed."),
    )
    return redirect(back)


@require_POST
@signed_in
def with_everybody(request: SignedInRequest, slug: str) -> HttpResponseBase:
    _iteration, enrolment = _mine(request, slug)
    enrolments.with_everybody(enrolment=enrolment, by=request.person)
    messages.success(request, _("Your weeks are those of everybody again."))
    return redirect("courses:plan", slug=slug)


@require_POST
@signed_in
def add_goal(request: SignedInRequest, slug: str) -> HttpResponseBase:
    _iteration, enrolment = _mine(request, slug)
    form = GoalForm(request.POST)
    if form.is_valid():
        try:
            enrolments.add_goal(enrolment=enrolment, by=request.person, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error("words", str(refusal))
        else:
            return redirect(reverse("courses:plan", args=[slug]) + "#goals")
    return _page(request, slug, goal_form=form, status=422)


CHANGES: dict[str, Callable[[Goal, SignedInRequest], object]] = {
    "reached": lambda goal, request: enrolments.reach_goal(goal=goal, by=request.person),
    "ahead": lambda goal, request: enrolments.reach_goal(goal=goal, by=request.person, reached=False),
    "show": lambda goal, request: enrolments.show_goal(goal=goal, by=request.person, shown=True),
    "hide": lambda goal, request: enrolments.show_goal(goal=goal, by=request.person, shown=False),
    "remove": lambda goal, request: enrolments.remove_goal(goal=goal, by=request.person),
}


@require_POST
@signed_in
def change_goal(request: SignedInRequest, slug: str, goal_id: int) -> HttpResponseBase:
    _iteration, enrolment = _mine(request, slug)
    goal = get_object_or_404(Goal, pk=goal_id, enrolment=enrolment)
    goal.enrolment = enrolment
    if (change := CHANGES.get(request.POST.get("change", ""))) is not None:
        change(goal, request)
    return redirect(reverse("courses:plan", args=[slug]) + "#goals")


@require_POST
@signed_in
def set_addresses(request: SignedInRequest, slug: str) -> HttpResponseBase:
    _iteration, enrolment = _mine(request, slug)
    form = AddressesForm(request.POST)
    back = reverse("courses:plan", args=[slug]) + "#addresses"
    if form.is_valid():
        try:
            enrolments.set_addresses(enrolment=enrolment, by=request.person, **form.cleaned_data)
        except Refusal as refusal:
            return refused(request, str(refusal), back=back)
    return redirect(back)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def survey(request: SignedInRequest, slug: str, survey: str) -> HttpResponseBase:
    iteration, found = load(request, slug)
    if survey not in SurveyAnswers.Survey.values:
        raise Http404
    require(allowed=found.enrolment is not None)
    enrolment = found.enrolment
    assert enrolment is not None  # noqa: S101  # for the type checker: required above
    is_exit = survey == SurveyAnswers.Survey.EXIT
    questions = surveys.read(iteration.exit_survey if is_exit else iteration.entry_survey)
    if not questions:
        raise Http404
    before = enrolment.survey_answers.filter(survey=survey).first()
    given = surveys.as_worded_now(questions, surveys.read(before.questions), before.answers) if before else {}
    form = SurveyForm(
        request.POST if request.method == "POST" else None,
        questions=questions,
        prefix="q",
        initial={key: str(answer) for key, answer in given.items()},
    )
    if request.method == "POST" and form.is_valid():
        try:
            enrolments.answer_survey(
                enrolment=enrolment, by=request.person, survey=survey, answers=form.cleaned_data
            )
        except Refusal as refusal:
            return refused(request, str(refusal), back=reverse("courses:plan", args=[slug]))
        messages.success(request, _("Thank you. You can change your answers at any time."))
        return redirect("courses:plan", slug=slug)
    return render(
        request,
        "courses/survey.jinja",
        {**frame(iteration, found, "plan"), "form": form, "is_exit": is_exit, "before": before},
        status=422 if request.method == "POST" else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def research(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """The information sheet, and consent: given here or on enrolling, withdrawn here whenever one likes, also after leaving."""
    # By the enrolment, not by what is seen: whoever left a closed iteration withdraws here all the same.
    enrolment = get_object_or_404(
        Enrolment.objects.select_related("iteration__course"), iteration__slug=slug, person=request.person
    )
    iteration = enrolment.iteration
    found = standing(iteration, request.person)
    if request.method == "POST":
        try:
            if request.POST.get("consents") == "yes":
                enrolments.consent(enrolment=enrolment, by=request.person)
                messages.success(request, _("Thank you. You can withdraw it here at any time."))
            else:
                enrolments.withdraw_consent(enrolment=enrolment, by=request.person)
                messages.success(request, _("Withdrawn. Your answers are out of the research from now on."))
        except Refusal as refusal:
            return refused(request, str(refusal), back=reverse("courses:plan", args=[slug]))
        return redirect("courses:research", slug=slug)
    return render(
        request,
        "courses/research.jinja",
        {
            **frame(iteration, found, "plan"),
            "consents": list(enrolment.consents.all()),
            "may_give": enrolment.left_at is None,
        },
    )

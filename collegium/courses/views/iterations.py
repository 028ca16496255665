"""The list of courses, an iteration's page, and enrolling."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collegium.communities import actions as communities
from collegium.courses import rules, surveys
from collegium.courses.actions import enrolments
from collegium.courses.forms import EnrolForm
from collegium.courses.models import Course, Enrolment, Iteration, Project, SurveyAnswers, Week
from collegium.courses.queries import iterations as queries
from collegium.courses.queries.overview import iteration_page
from collegium.courses.survey_forms import SurveyForm
from collegium.courses.views import groups
from collegium.courses.views.loading import frame, load, person_of
from collegium.design.errors import refused
from collegium.design.shortcuts import render
from collegium.foundation.refusal import Refusal, require
from collegium.people.requests import SignedInRequest, signed_in


@require_safe
def show_list(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    return render(
        request,
        "courses/list.jinja",
        {"courses": queries.courses(person), "may_create": rules.may_create_course(person, None)},
    )


@require_safe
def by_id(request: HttpRequest, iteration_id: int) -> HttpResponse:
    """For what tells of an iteration and knows its id alone."""
    return redirect(get_object_or_404(Iteration.objects.visible_to(person_of(request)), pk=iteration_id))


@require_safe
def week_by_id(request: HttpRequest, week_id: int) -> HttpResponse:
    visible = Iteration.objects.visible_to(person_of(request)).values("pk")
    return redirect(
        get_object_or_404(Week.objects.select_related("iteration"), pk=week_id, iteration__in=visible)
    )


@require_safe
@signed_in
def of_enrolment(request: SignedInRequest, enrolment_id: int) -> HttpResponse:
    """For whoever is told of an enrolment. Of a closed iteration that one has left, there is nothing to see any more."""
    enrolment = get_object_or_404(Enrolment.objects.select_related("iteration"), pk=enrolment_id)
    if Iteration.objects.visible_to(request.person).filter(pk=enrolment.iteration_id).exists():
        return redirect(enrolment.iteration)
    if enrolment.person_id == request.person.pk:
        return redirect("courses:list")
    raise Http404


@require_safe
@signed_in
def bank_of_project(request: SignedInRequest, project_id: int) -> HttpResponse:
    """Where a project was that may be gone."""
    project = get_object_or_404(
        Project.objects.select_related("iteration").filter(
            iteration__in=Iteration.objects.visible_to(request.person).values("pk")
        ),
        pk=project_id,
    )
    return redirect("courses:projects", slug=project.iteration.slug)


@require_safe
def show(request: HttpRequest, slug: str) -> HttpResponse:
    iteration, found = load(request, slug)
    person = person_of(request)
    if iteration.course.shape == Course.Shape.GROUP and person is not None:
        return groups.show_group(request, iteration, found, person)
    return render(
        request,
        "courses/iteration.jinja",
        {
            **frame(iteration, found, "overview"),
            "page": iteration_page(iteration, found, person),
            "is_enrolling": rules.is_enrolling(iteration) and rules.is_open_to_all(iteration),
        },
    )


# Enrolling ------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def enrol(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """One form, none of which has to be filled in; consent to research is a tick of its own that is never set for anybody."""
    iteration, found = load(request, slug)
    if found.takes_part:
        return redirect(iteration)
    if not rules.may_enrol(request.person, iteration):
        try:
            enrolments.enrol(iteration=iteration, person=request.person)
        except Refusal as refusal:
            return refused(request, str(refusal), back=iteration.get_absolute_url())
    given = request.POST if request.method == "POST" else None
    form = EnrolForm(given, iteration=iteration)
    questions = surveys.read(iteration.entry_survey)
    survey = SurveyForm(given, questions=questions, prefix="q")
    if request.method == "POST" and form.is_valid() and survey.is_valid():
        try:
            _enrol(request, iteration, form, survey)
        except Refusal as refusal:
            form.add_error(refusal.code if refusal.code in form.fields else None, str(refusal))
        else:
            messages.success(request, _("You are in. Here is your own plan: change it as it suits you."))
            return redirect("courses:plan", slug=slug)
    return render(
        request,
        "courses/enrol.jinja",
        {
            **frame(iteration, found, "enrol"),
            "form": form,
            "survey": survey if questions else None,
            "consents": request.POST.get("consents") == "yes",
        },
        status=422 if request.method == "POST" else 200,
    )


@transaction.atomic
def _enrol(request: SignedInRequest, iteration: Iteration, form: EnrolForm, survey: SurveyForm) -> Enrolment:
    said = form.cleaned_data
    enrolment = enrolments.enrol(
        iteration=iteration,
        person=request.person,
        goals=said["goals"],
        addresses=said["addresses"],
        hashtag_names=said.get("hashtag_names", []),
    )
    community = iteration.course.community
    if community is not None and said.get("country"):
        communities.place_on_map(
            community=community,
            person=request.person,
            country=said["country"],
            town=said.get("town", ""),
        )
    if any(survey.cleaned_data.values()):
        enrolments.answer_survey(
            enrolment=enrolment,
            by=request.person,
            survey=SurveyAnswers.Survey.ENTRY,
            answers=survey.cleaned_data,
        )
    if iteration.information_sheet and request.POST.get("consents") == "yes":
        enrolments.consent(enrolment=enrolment, by=request.person)
    return enrolment


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def leave(request: SignedInRequest, slug: str) -> HttpResponseBase:
    iteration, found = load(request, slug)
    require(allowed=found.enrolment is not None)
    assert found.enrolment is not None  # noqa: S101  # for the type checker: required above
    if request.method == "POST":
        try:
            enrolments.leave(enrolment=found.enrolment, by=request.person)
        except Refusal as refusal:
            return refused(request, str(refusal), back=iteration.get_absolute_url())
        messages.success(
            request, _("You have left %(title)s. The door stays open.") % {"title": iteration.title}
        )
        return redirect("courses:list")
    return render(request, "courses/leave.jinja", frame(iteration, found, "plan"))


@require_POST
@signed_in
def guide(request: SignedInRequest, slug: str) -> HttpResponseBase:
    _iteration, found = load(request, slug)
    require(allowed=found.enrolment is not None)
    assert found.enrolment is not None  # noqa: S101  # for the type checker: required above
    try:
        enrolments.offer_guidance(
            enrolment=found.enrolment, by=request.person, offers=request.POST.get("offers") == "yes"
        )
    except Refusal as refusal:
        return refused(request, str(refusal), back=reverse("courses:plan", args=[slug]))
    return redirect("courses:plan", slug=slug)

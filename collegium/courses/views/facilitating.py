"""Planning and running an iteration: its weeks, its people, how it goes, what was decided."""

from collections.abc import Callable
from datetime import timedelta

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collegium.courses import rules
from collegium.courses.actions import enrolments
from collegium.courses.actions import iterations as actions
from collegium.courses.forms import (
    BecauseForm,
    CopyForm,
    DecisionForm,
    IterationForm,
    MeetingForm,
    MoveForm,
    NewCourseForm,
    TakeInForm,
    WeekForm,
)
from collegium.courses.models import Enrolment, Iteration, Week
from collegium.courses.queries import iterations as queries
from collegium.courses.queries import people as people_queries
from collegium.courses.queries.iterations import Standing
from collegium.courses.views.loading import frame, load, load_week, person_of
from collegium.design.errors import refused
from collegium.design.shortcuts import render
from collegium.foundation.refusal import Refusal, require
from collegium.people.models import Person
from collegium.people.requests import SignedInRequest, signed_in


def _run(request: SignedInRequest, slug: str) -> tuple[Iteration, Standing]:
    iteration, found = load(request, slug)
    require(allowed=found.facilitates, because=_("Only those who facilitate it can do that."))
    return iteration, found


# Planning -------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: SignedInRequest) -> HttpResponseBase:
    """A course with its first iteration and its weeks, all of it a plan that nobody else sees yet."""
    require(allowed=rules.may_create_course(request.person, None))
    form = NewCourseForm(
        request.POST or None, person=request.person, initial={"time_zone": request.person.time_zone}
    )
    if request.method == "POST" and form.is_valid():
        try:
            iteration = _new(request.person, form)
        except Refusal as refusal:
            form.add_error(refusal.code if refusal.code in form.fields else None, str(refusal))
        else:
            messages.success(request, _("A plan is there, for you alone. Write its weeks, then open it."))
            return redirect("courses:manage", slug=iteration.slug)
    return render(
        request, "courses/new.jinja", {"form": form}, status=422 if request.method == "POST" else 200
    )


@transaction.atomic
def _new(person: Person, form: NewCourseForm) -> Iteration:
    facts = form.facts()
    title, weeks = facts.pop("iteration_title"), facts.pop("weeks")
    course = actions.create_course(
        by=person,
        title=facts.pop("title"),
        summary=facts.pop("summary"),
        community=facts.pop("community", None),
    )
    if not facts.get("rubric"):
        facts.pop("rubric", None)
    iteration = actions.draft_iteration(course=course, by=person, title=title, **facts)
    for number in range(1, weeks + 1):
        actions.set_week(
            iteration=iteration, by=person, number=number, title=_("Week %(number)s") % {"number": number}
        )
    return iteration


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit(request: SignedInRequest, slug: str) -> HttpResponseBase:
    iteration, found = _run(request, slug)
    form = IterationForm(request.POST or None, iteration=iteration)
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_iteration(iteration=iteration, by=request.person, **form.facts())
        except Refusal as refusal:
            form.add_error(refusal.code if refusal.code in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("courses:manage", slug=slug)
    return render(
        request,
        "courses/edit.jinja",
        {**frame(iteration, found, "manage"), "form": form},
        status=422 if request.method == "POST" else 200,
    )


@require_safe
@signed_in
def manage(request: SignedInRequest, slug: str) -> HttpResponse:
    iteration, found = _run(request, slug)
    return render(request, "courses/manage.jinja", _managed(iteration, found))


def _managed(iteration: Iteration, found: Standing) -> dict[str, object]:
    weeks = list(iteration.weeks.select_related("draft_node", "meeting").prefetch_related("mappings__node"))
    for week in weeks:
        week.iteration = iteration
    return {
        **frame(iteration, found, "manage"),
        "weeks": weeks,
        "zone": iteration.time_zone,
        "copies": list(iteration.copies.all()),
        "next_number": len(weeks) + 1,
        "ends_on": (weeks[-1].starts_on if weeks else iteration.starts_on) + timedelta(days=6),
        "changeable": iteration.state in rules.CHANGEABLE,
    }


STEPS: dict[str, tuple[Callable[..., Iteration], str]] = {
    "open": (actions.open_iteration, "opened"),
    "start": (actions.start, "started"),
    "end": (actions.end, "ended"),
    "archive": (actions.archive, "archived"),
}


@require_POST
@signed_in
def step(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """On to its next state."""
    iteration, _found = _run(request, slug)
    back = reverse("courses:manage", args=[slug])
    chosen = STEPS.get(request.POST.get("step", ""))
    if chosen is None:
        return refused(request, _("There is no such step."), back=back, status=400)
    try:
        chosen[0](iteration=iteration, by=request.person)
    except Refusal as refusal:
        return refused(request, str(refusal), back=back)
    words = {
        "opened": _("It is open: people can see it and enrol."),
        "started": _("It is running."),
        "ended": _("It has ended. The forum stays open until you put it into the archive."),
        "archived": _("It is in the archive."),
    }
    messages.success(request, words[chosen[1]])
    return redirect(back)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def cancel(request: SignedInRequest, slug: str) -> HttpResponseBase:
    iteration, found = _run(request, slug)
    form = BecauseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.cancel(iteration=iteration, by=request.person, because=form.cleaned_data["because"])
        except Refusal as refusal:
            return refused(request, str(refusal), back=reverse("courses:manage", args=[slug]))
        messages.success(request, _("It is cancelled, and all who enrolled are told."))
        return redirect(iteration)
    return render(
        request,
        "courses/cancel.jinja",
        {**frame(iteration, found, "manage"), "form": form},
        status=422 if request.method == "POST" else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def copy(request: SignedInRequest, slug: str) -> HttpResponseBase:
    iteration, found = _run(request, slug)
    form = CopyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            copied = actions.copy_forward(iteration=iteration, by=request.person, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.code if refusal.code in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Copied forward. Change what you decided to change, then open it."))
            return redirect("courses:manage", slug=copied.slug)
    return render(
        request,
        "courses/copy.jinja",
        {**frame(iteration, found, "manage"), "form": form},
        status=422 if request.method == "POST" else 200,
    )


# Weeks ----------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def add_week(request: SignedInRequest, slug: str) -> HttpResponseBase:
    iteration, found = _run(request, slug)
    last = iteration.weeks.last()
    number = (last.number if last else 0) + 1
    starts_on = last.starts_on + timedelta(days=7) if last else iteration.starts_on
    form = WeekForm(
        request.POST or None, iteration=iteration, initial={"starts_on": starts_on, "kind": Week.Kind.WEEK}
    )
    return _week_form(request, found, form, number=number, week=None)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit_week(request: SignedInRequest, slug: str, number: int) -> HttpResponseBase:
    iteration, found = _run(request, slug)
    week = get_object_or_404(Week, iteration=iteration, number=number)
    form = WeekForm(request.POST or None, iteration=iteration, week=week)
    return _week_form(request, found, form, number=number, week=week)


def _week_form(
    request: SignedInRequest, found: Standing, form: WeekForm, *, number: int, week: Week | None
) -> HttpResponse:
    iteration = form.iteration
    if request.method == "POST" and form.is_valid():
        try:
            saved = _save_week(request.person, iteration, form, number)
        except Refusal as refusal:
            form.add_error(refusal.code if refusal.code in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect(saved)
    return render(
        request,
        "courses/week_edit.jinja",
        {**frame(iteration, found, "manage"), "form": form, "week": week, "number": number},
        status=422 if request.method == "POST" else 200,
    )


@transaction.atomic
def _save_week(person: Person, iteration: Iteration, form: WeekForm, number: int) -> Week:
    week = actions.set_week(iteration=iteration, by=person, number=number, **form.facts())
    for node, strength in form.strengths().items():
        if strength:
            actions.map_week(week=week, by=person, node=node, strength=strength)
        else:
            actions.unmap_week(week=week, by=person, node=node)
    return week


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def move_week(request: SignedInRequest, slug: str, number: int) -> HttpResponseBase:
    week, found = load_week(request, slug, number)
    require(allowed=found.facilitates)
    form = MoveForm(request.POST or None, initial={"starts_on": week.starts_on})
    if request.method == "POST" and form.is_valid():
        try:
            actions.move_week(week=week, by=request.person, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error("starts_on", str(refusal))
        else:
            messages.success(request, _("Moved. What belongs to it moved along, and all are told."))
            return redirect("courses:manage", slug=slug)
    return render(
        request,
        "courses/week_move.jinja",
        {**frame(week.iteration, found, "manage"), "form": form, "week": week},
        status=422 if request.method == "POST" else 200,
    )


@require_POST
@signed_in
def remove_week(request: SignedInRequest, slug: str, number: int) -> HttpResponseBase:
    week, found = load_week(request, slug, number)
    require(allowed=found.facilitates)
    try:
        actions.remove_week(week=week, by=request.person)
    except Refusal as refusal:
        return refused(request, str(refusal), back=reverse("courses:manage", args=[slug]))
    return redirect("courses:manage", slug=slug)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def plan_meeting(request: SignedInRequest, slug: str, number: int) -> HttpResponseBase:
    week, found = load_week(request, slug, number)
    require(allowed=found.facilitates)
    form = MeetingForm(request.POST or None, initial={"day": week.starts_on + timedelta(days=2)})
    if request.method == "POST" and form.is_valid():
        try:
            actions.plan_meeting(week=week, by=request.person, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.code if refusal.code in form.fields else None, str(refusal))
        else:
            messages.success(request, _("The session is planned, for all who take part."))
            return redirect(week)
    return render(
        request,
        "courses/meeting.jinja",
        {**frame(week.iteration, found, "manage"), "form": form, "week": week},
        status=422 if request.method == "POST" else 200,
    )


# People ---------------------------------------------------------------------------------------------------------------


@require_safe
@signed_in
def show_people(request: SignedInRequest, slug: str) -> HttpResponse:
    return _people(request, slug)


def _people(
    request: SignedInRequest, slug: str, *, form: TakeInForm | None = None, status: int = 200
) -> HttpResponse:
    iteration, found = load(request, slug)
    require(allowed=found.is_inside, because=_("Who takes part is seen by those who take part."))
    after = request.GET.get("after", "")
    page = people_queries.people(
        iteration,
        request.person,
        words=request.GET.get("q", "").replace("\x00", "")[:100],
        after=int(after) if after.isascii() and after.isdecimal() and len(after) < 19 else None,  # noqa: PLR2004  # digits of a key
    )
    return render(
        request,
        "courses/people.jinja",
        {
            **frame(iteration, found, "people"),
            "page": page,
            "form": form or TakeInForm(),
            "may_take_in": found.facilitates and iteration.state in rules.CHANGEABLE,
            "roles": Enrolment.Role.choices,
        },
        status=status,
    )


@require_POST
@signed_in
def take_in(request: SignedInRequest, slug: str) -> HttpResponseBase:
    iteration, _found = _run(request, slug)
    form = TakeInForm(request.POST)
    if form.is_valid():
        person = Person.objects.filter(
            account__emailaddress__email__iexact=form.cleaned_data["email"],
            account__emailaddress__verified=True,
        ).first()
        if person is None:
            form.add_error("email", _("Nobody here has this address. Ask them to make an account first."))
        else:
            try:
                enrolments.enrol(
                    iteration=iteration, person=person, role=form.cleaned_data["role"], by=request.person
                )
            except Refusal as refusal:
                form.add_error("email", str(refusal))
            else:
                messages.success(request, _("%(name)s is in.") % {"name": person.name})
                return redirect("courses:people", slug=slug)
    return _people(request, slug, form=form, status=422)


@require_POST
@signed_in
def change_person(request: SignedInRequest, slug: str, enrolment_id: int) -> HttpResponseBase:
    """Another role, or let them go."""
    iteration, _found = _run(request, slug)
    enrolment = get_object_or_404(
        Enrolment.objects.select_related("person"), pk=enrolment_id, iteration=iteration
    )
    enrolment.iteration = iteration
    role = request.POST.get("role", "")
    try:
        if role == "gone":
            enrolments.leave(enrolment=enrolment, by=request.person)
        elif role in Enrolment.Role.values:
            enrolments.set_role(enrolment=enrolment, by=request.person, role=role)
    except Refusal as refusal:
        return refused(request, str(refusal), back=reverse("courses:people", args=[slug]))
    return redirect("courses:people", slug=slug)


# How it goes ----------------------------------------------------------------------------------------------------------


@require_safe
@signed_in
def show_participation(request: SignedInRequest, slug: str) -> HttpResponse:
    iteration, found = _run(request, slug)
    return render(
        request,
        "courses/participation.jinja",
        {
            **frame(iteration, found, "participation"),
            "participation": queries.participation(iteration),
            "answers": queries.answers_for_research(iteration) if iteration.information_sheet else [],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def design(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The chain of iterations with every decision: as open as the iteration is, for others to learn from."""
    iteration, found = load(request, slug)
    person = person_of(request)
    form = DecisionForm(request.POST or None)
    if request.method == "POST":
        require(allowed=person is not None and found.facilitates)
        assert person is not None  # noqa: S101  # for the type checker: required above
        if form.is_valid():
            actions.decide(iteration=iteration, by=person, **form.cleaned_data)
            return redirect("courses:design", slug=slug)
    return render(
        request,
        "courses/design.jinja",
        {
            **frame(iteration, found, "design"),
            "chain": [
                link
                for link in queries.chain(iteration)
                if link.is_this or link.iteration.state != Iteration.State.DRAFTED or found.facilitates
            ],
            "form": form,
        },
        status=422 if request.method == "POST" else 200,
    )

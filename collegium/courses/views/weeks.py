"""The page of a week, and what one does on it."""

import secrets

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from collegium.conversations import actions as conversations
from collegium.courses import rules, wording
from collegium.courses.actions import enrolments
from collegium.courses.forms import PlanWeekForm, SayForm
from collegium.courses.models import Course
from collegium.courses.queries.weeks import week_page
from collegium.courses.views import groups
from collegium.courses.views.loading import frame, load_week, person_of, reads
from collegium.design.errors import refused
from collegium.design.shortcuts import render
from collegium.ecology.actions import reading_lists
from collegium.ecology.queries import library
from collegium.foundation.refusal import Refusal, require
from collegium.people.requests import SignedInRequest, signed_in


@require_safe
def show(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    week, found = load_week(request, slug, number)
    person = person_of(request)
    if week.iteration.course.shape == Course.Shape.GROUP and person is not None:
        return groups.show_meeting(request, week, found, person)
    shown = reads(week.thread, week.iteration, found, person)
    page = week_page(week, found, person, reads_forum=shown)
    return render(
        request,
        "courses/week.jinja",
        {
            **frame(week.iteration, found, "week"),
            "page": page,
            "week": week,
            "say": SayForm(initial={"key": secrets.token_urlsafe(16)}),
            "may_say": found.is_inside
            and shown
            and week.thread is not None
            and week.thread.closed_at is None
            and week.iteration.state in rules.ALIVE,
            "may_submit": found.is_inside and week.iteration.state in rules.ALIVE,
            "may_run": found.facilitates,
            "readings": library.readings_about(week),
        },
    )


@require_POST
@signed_in
def put_together_reading(request: SignedInRequest, slug: str, number: int) -> HttpResponseBase:
    """The reading list of a week: the one that there is, or a new one in the library of its course."""
    week, found = load_week(request, slug, number)
    require(allowed=found.facilitates)
    standing = library.list_about(week)
    if standing is not None:
        return redirect(standing)
    try:
        made = reading_lists.make_list(
            ecology=week.iteration.ecology, by=request.person, title=week.title, about=week
        )
    except Refusal as refusal:
        return refused(request, str(refusal), back=week.get_absolute_url())
    return redirect(made)


@require_POST
@signed_in
def say(request: SignedInRequest, slug: str, number: int) -> HttpResponseBase:
    """Into the week's thread, from its page. The same form sent twice is one post."""
    week, found = load_week(request, slug, number)
    require(allowed=found.is_inside)
    if week.thread is None:
        return refused(request, _("The conversation opens with the week."), back=week.get_absolute_url())
    form = SayForm(request.POST)
    if form.is_valid():
        try:
            conversations.post(
                thread=week.thread,
                by=request.person,
                html=form.cleaned_data["words"],
                submission_key=form.cleaned_data["key"],
            )
        except Refusal as refusal:
            return refused(
                request,
                str(refusal),
                kept=wording.as_text(form.cleaned_data["words"]),
                back=week.get_absolute_url(),
            )
    return redirect(f"{week.get_absolute_url()}#talk")


@require_POST
@signed_in
def plan(request: SignedInRequest, slug: str, number: int) -> HttpResponseBase:
    """Done, left out, or ahead again; a day of one's own; a note. Back to where one came from."""
    week, found = load_week(request, slug, number)
    require(allowed=found.enrolment is not None)
    assert found.enrolment is not None  # noqa: S101  # for the type checker: required above
    form = PlanWeekForm(request.POST)
    back = (
        reverse("courses:plan", args=[slug]) + f"#week-{number}"
        if request.POST.get("from") == "plan"
        else week.get_absolute_url()
    )
    if not form.is_valid():
        return refused(request, _("That is not a day."), back=back)
    before = found.enrolment.plan.filter(week=week).first()
    said = form.cleaned_data
    try:
        enrolments.plan_week(
            enrolment=found.enrolment,
            week=week,
            by=request.person,
            state=said["state"],
            # What the form does not have stays as it was.
            due_on=said["due_on"] if "due_on" in request.POST else (before.due_on if before else None),
            note=said["note"] if "note" in request.POST else (before.note if before else ""),
        )
    except Refusal as refusal:
        return refused(request, str(refusal), back=back)
    return redirect(back)

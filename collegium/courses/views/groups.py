"""Writing groups: setting one up, its page, its meetings, its invitations, its report."""

import secrets
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collegium.courses import moments, rules
from collegium.courses.actions import groups as actions
from collegium.courses.forms import SayForm
from collegium.courses.group_forms import (
    AddMeetingForm,
    ClosingForm,
    InviteForm,
    LineForm,
    MeetingTextForm,
    MoveMeetingForm,
    NewGroupForm,
    NotesForm,
    PairRuleForm,
    SayingForm,
    TimesForm,
)
from collegium.courses.models import Course, Enrolment, GroupInvitation, Iteration, Week
from collegium.courses.queries import groups as queries
from collegium.courses.queries.iterations import Standing
from collegium.courses.queries.nudges import nudges_of
from collegium.courses.views.loading import frame, load, load_week
from collegium.design.documents import pdf
from collegium.design.errors import refused
from collegium.design.shortcuts import render
from collegium.foundation.refusal import Refusal, require
from collegium.foundation.signing import hashed
from collegium.people.models import Person
from collegium.people.requests import SignedInRequest, signed_in


def _load(request: HttpRequest, slug: str) -> tuple[Iteration, Standing]:
    """A writing group; an open course has no such pages."""
    iteration, found = load(request, slug)
    if iteration.course.shape != Course.Shape.GROUP:
        raise Http404
    return iteration, found


def _load_inside(request: HttpRequest, slug: str) -> tuple[Iteration, Standing]:
    iteration, found = _load(request, slug)
    require(allowed=found.is_inside, because=_("That is for those who take part."))
    return iteration, found


def _load_run(request: HttpRequest, slug: str) -> tuple[Iteration, Standing]:
    iteration, found = _load(request, slug)
    require(allowed=found.facilitates, because=_("Only those who mentor the group can do that."))
    return iteration, found


def _load_meeting(request: HttpRequest, slug: str, number: int, *, to_run: bool) -> tuple[Week, Standing]:
    week, found = load_week(request, slug, number)
    if week.iteration.course.shape != Course.Shape.GROUP:
        raise Http404
    require(
        allowed=found.facilitates if to_run else found.is_inside,
        because=_("Only those who mentor the group can do that.")
        if to_run
        else _("That is for those who take part."),
    )
    return week, found


def _status(request: HttpRequest) -> int:
    return 422 if request.method == "POST" else 200


def _put(form: Any, refusal: Refusal) -> None:
    form.add_error(refusal.code if refusal.code in form.fields else None, str(refusal))


# Setting up -----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: SignedInRequest) -> HttpResponseBase:
    """A plan with all its meetings, laid out from the pathway; it is looked through on the next page."""
    require(allowed=rules.may_create_course(request.person, None))
    start = moments.today_in(request.person.time_zone) + timedelta(days=14)
    form = NewGroupForm(
        request.POST or None,
        initial={
            "time_zone": request.person.time_zone,
            "first": start,
            "weekday": 2,
            "pathway": request.GET.get("pathway", ""),
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            iteration = actions.lay_out(by=request.person, **form.facts())
        except Refusal as refusal:
            _put(form, refusal)
        else:
            messages.success(
                request,
                _("Here is the whole plan, for you alone. Change what you like, then open the group."),
            )
            return redirect("courses:set_up_group", slug=iteration.slug)
    return render(request, "courses/groups/new.jinja", {"form": form}, status=_status(request))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def set_up(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """Everything as it will be: titles, order and days in one form; a new rhythm, people and opening beside it."""
    iteration, found = _load_run(request, slug)
    page = queries.setup(iteration, request.person)
    is_drafted = iteration.state == Iteration.State.DRAFTED
    lines = [LineForm(request.POST or None, week=stop.week) for stop in page.stops]
    trouble = ""
    if request.method == "POST" and not is_drafted:
        return refused(
            request,
            _("The group is open. Move single meetings from their own pages."),
            back=reverse("courses:set_up_group", args=[slug]),
        )
    if request.method == "POST" and all([line.is_valid() for line in lines]):  # noqa: C419  # each is to be checked
        try:
            actions.arrange(iteration=iteration, by=request.person, lines=[line.line() for line in lines])
        except Refusal as refusal:
            trouble = str(refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("courses:set_up_group", slug=slug)
    first = page.stops[0].day if page.stops else iteration.starts_on
    return render(
        request,
        "courses/groups/set_up.jinja",
        {
            **frame(iteration, found, "set_up"),
            "page": page,
            "lines": list(zip(lines, page.stops, strict=True)),
            "trouble": trouble,
            "times": TimesForm(rhythm=page.rhythm, first=first) if is_drafted else None,
            "invite": InviteForm(),
            "add": AddMeetingForm(initial={"hour": page.rhythm.hour if page.rhythm else None}),
            "rule": PairRuleForm(initial={"pair_rule": iteration.pair_rule}),
            "is_drafted": is_drafted,
            "is_changeable": iteration.state in rules.CHANGEABLE,
        },
        status=_status(request),
    )


@require_POST
@signed_in
def set_times(request: SignedInRequest, slug: str) -> HttpResponseBase:
    iteration, _found = _load_run(request, slug)
    back = reverse("courses:set_up_group", args=[slug])
    form = TimesForm(request.POST)
    if not form.is_valid():
        return refused(request, " ".join(_errors(form)), back=back)
    try:
        actions.set_times(iteration=iteration, by=request.person, times=form.times())
    except Refusal as refusal:
        return refused(request, str(refusal), back=back)
    messages.success(request, _("All meetings have new days."))
    return redirect(back)


@require_POST
@signed_in
def open_up(request: SignedInRequest, slug: str) -> HttpResponseBase:
    iteration, _found = _load_run(request, slug)
    try:
        actions.open_group(iteration=iteration, by=request.person)
    except Refusal as refusal:
        return refused(request, str(refusal), back=reverse("courses:set_up_group", args=[slug]))
    messages.success(
        request,
        _("The group is open: its meetings stand in the calendar, and its invitations are on their way."),
    )
    return redirect(iteration)


@require_POST
@signed_in
def set_pair_rule(request: SignedInRequest, slug: str) -> HttpResponseBase:
    iteration, _found = _load_run(request, slug)
    back = reverse("courses:set_up_group", args=[slug]) + "#friends"
    try:
        actions.set_pair_rule(iteration=iteration, by=request.person, rule=request.POST.get("pair_rule", ""))
    except Refusal as refusal:
        return refused(request, str(refusal), back=back)
    messages.success(request, _("Saved. The meetings ahead follow it."))
    return redirect(back)


@require_POST
@signed_in
def add_meeting(request: SignedInRequest, slug: str) -> HttpResponseBase:
    iteration, _found = _load_run(request, slug)
    back = reverse("courses:set_up_group", args=[slug])
    form = AddMeetingForm(request.POST)
    if not form.is_valid():
        return refused(request, " ".join(_errors(form)), back=back)
    try:
        week = actions.add_meeting(iteration=iteration, by=request.person, **form.cleaned_data)
    except Refusal as refusal:
        return refused(request, str(refusal), back=back)
    messages.success(request, _("“%(title)s” is there.") % {"title": week.title})
    return redirect(back)


# Invitations ----------------------------------------------------------------------------------------------------------


@require_POST
@signed_in
def invite(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """All of them or none: a line that is nobody is said before anybody is written to."""
    iteration, _found = _load_run(request, slug)
    back = reverse("courses:set_up_group", args=[slug]) + "#people"
    form = InviteForm(request.POST)
    if not form.is_valid():
        return refused(request, " ".join(_errors(form)), back=back)
    said = form.cleaned_data
    try:
        with transaction.atomic():
            whom = actions.whom(said["who"], by=request.person)
            for each in whom:
                named = {"person": each} if isinstance(each, Person) else {"email": each}
                actions.invite(
                    iteration=iteration, by=request.person, role=said["role"], words=said["words"], **named
                )
    except Refusal as refusal:
        return refused(request, str(refusal), kept=said["who"], back=back)
    if iteration.state == Iteration.State.DRAFTED:
        text = ngettext(
            "One invitation goes out when you open the group.",
            "%(count)s invitations go out when you open the group.",
            len(whom),
        )
    else:
        text = ngettext("One invitation is on its way.", "%(count)s invitations are on their way.", len(whom))
    messages.success(request, text % {"count": len(whom)})
    return redirect(back)


@require_POST
@signed_in
def withdraw_invitation(request: SignedInRequest, slug: str, invitation_id: int) -> HttpResponseBase:
    iteration, _found = _load_run(request, slug)
    invitation = get_object_or_404(
        GroupInvitation.objects.select_related("iteration"), pk=invitation_id, iteration=iteration
    )
    actions.withdraw_invitation(invitation=invitation, by=request.person)
    return redirect(reverse("courses:set_up_group", args=[slug]) + "#people")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def invitation(request: SignedInRequest, invitation_id: int) -> HttpResponseBase:
    """To somebody who is here: for them alone."""
    found = get_object_or_404(
        GroupInvitation.objects.select_related("iteration__course", "iteration__pathway", "invited_by"),
        pk=invitation_id,
        person=request.person,
        sent_at__isnull=False,
    )
    return _answer(request, found)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def letter(request: SignedInRequest, token: str) -> HttpResponseBase:
    """The link of a letter; whoever has no account makes one on the way."""
    found = get_object_or_404(
        GroupInvitation.objects.select_related("iteration__course", "iteration__pathway", "invited_by"),
        token_hash=hashed(token),
    )
    return _answer(request, found)


def _answer(request: SignedInRequest, found: GroupInvitation) -> HttpResponseBase:
    is_open = GroupInvitation.objects.open().filter(pk=found.pk).exists()
    iteration = found.iteration
    if found.accepted_by_id == request.person.pk:
        return redirect(iteration)
    if request.method == "POST":
        try:
            if request.POST.get("answer") == "no":
                actions.decline_invitation(invitation=found, by=request.person)
                messages.success(request, _("Thank you for saying so. Perhaps another time."))
                return redirect("courses:list")
            actions.accept_invitation(invitation=found, by=request.person)
        except Refusal as refusal:
            return refused(request, str(refusal), back=reverse("courses:list"))
        messages.success(request, _("Welcome to the group."))
        return redirect(iteration)
    return render(
        request,
        "courses/groups/invitation.jinja",
        {
            "invitation": found,
            "iteration": iteration,
            "is_open": is_open,
            "stops": queries.stops(iteration) if is_open else [],
        },
        status=200 if is_open else 410,
    )


@require_safe
@signed_in
def of_invitation(request: SignedInRequest, invitation_id: int) -> HttpResponse:
    """For whoever invited, and is told of the answer."""
    found = get_object_or_404(
        GroupInvitation.objects.select_related("iteration").filter(
            iteration__in=Iteration.objects.visible_to(request.person).values("pk")
        ),
        pk=invitation_id,
    )
    return redirect(found.iteration)


# The group's page and its meetings ------------------------------------------------------------------------------------


def show_group(request: HttpRequest, iteration: Iteration, found: Standing, person: Person) -> HttpResponse:
    """What the address of an iteration shows where it is a writing group."""
    require(allowed=found.is_inside, because=_("That is for those who take part."))
    page = queries.group_page(iteration, found, person)
    return render(
        request,
        "courses/groups/group.jinja",
        {
            **frame(iteration, found, "group"),
            "page": page,
        },
    )


def show_meeting(request: HttpRequest, week: Week, found: Standing, person: Person) -> HttpResponse:
    """What the address of a week shows where it is a meeting of a writing group."""
    require(allowed=found.is_inside, because=_("That is for those who take part."))
    page = queries.meeting_page(week, found, person)
    return render(
        request,
        "courses/groups/meeting.jinja",
        {
            **frame(week.iteration, found, "meeting"),
            "page": page,
            "week": week,
            "say": SayForm(initial={"key": secrets.token_urlsafe(16)}),
            "may_say": week.thread is not None
            and week.thread.closed_at is None
            and week.iteration.state in rules.ALIVE,
            "notes": NotesForm(
                initial={"notes": page.meeting.notes, "recording_url": page.meeting.recording_url}
            )
            if found.facilitates and page.meeting is not None and page.has_begun
            else None,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit_meeting(request: SignedInRequest, slug: str, number: int) -> HttpResponseBase:
    week, found = _load_meeting(request, slug, number, to_run=True)
    form = MeetingTextForm(request.POST or None, week=week)
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_meeting(week=week, by=request.person, **form.cleaned_data)
        except Refusal as refusal:
            _put(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect(week)
    return render(
        request,
        "courses/groups/edit_meeting.jinja",
        {**frame(week.iteration, found, "meeting"), "form": form, "week": week},
        status=_status(request),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def move_meeting(request: SignedInRequest, slug: str, number: int) -> HttpResponseBase:
    week, found = _load_meeting(request, slug, number, to_run=True)
    zone = week.iteration.time_zone
    hour = (
        actions.local_hour(week.meeting, zone)
        if week.meeting is not None
        else actions.rhythm_of(week.iteration).hour
    )
    form = MoveMeetingForm(request.POST or None, initial={"day": week.starts_on, "hour": hour})
    if request.method == "POST" and form.is_valid():
        try:
            actions.move_meeting(week=week, by=request.person, **form.cleaned_data)
        except Refusal as refusal:
            _put(form, refusal)
        else:
            messages.success(request, _("It is moved, and everybody is told."))
            return redirect(week)
    return render(
        request,
        "courses/groups/move_meeting.jinja",
        {**frame(week.iteration, found, "meeting"), "form": form, "week": week},
        status=_status(request),
    )


@require_POST
@signed_in
def away(request: SignedInRequest, slug: str, number: int) -> HttpResponseBase:
    week, found = _load_meeting(request, slug, number, to_run=False)
    require(allowed=found.enrolment is not None)
    assert found.enrolment is not None  # noqa: S101  # for the type checker: required above
    is_away = request.POST.get("away") == "yes"
    try:
        actions.set_away(enrolment=found.enrolment, week=week, by=request.person, away=is_away)
    except Refusal as refusal:
        return refused(request, str(refusal), back=week.get_absolute_url())
    messages.success(
        request,
        _("That is all right. Your critical friend gets somebody else for this one.")
        if is_away
        else _("Good to have you there."),
    )
    return redirect(week)


@require_POST
@signed_in
def attendance(request: SignedInRequest, slug: str, number: int) -> HttpResponseBase:
    week, _found = _load_meeting(request, slug, number, to_run=True)
    ticked = {int(each) for each in request.POST.getlist("there") if each.isdigit()}
    people = Person.objects.filter(
        pk__in=ticked, enrolments__iteration=week.iteration, enrolments__left_at__isnull=True
    )
    try:
        actions.note_who_was_there(week=week, by=request.person, people=people)
    except Refusal as refusal:
        return refused(request, str(refusal), back=week.get_absolute_url())
    return redirect(f"{week.get_absolute_url()}#attendance")


@require_POST
@signed_in
def notes(request: SignedInRequest, slug: str, number: int) -> HttpResponseBase:
    week, _found = _load_meeting(request, slug, number, to_run=True)
    form = NotesForm(request.POST, initial={"notes": week.meeting.notes} if week.meeting is not None else {})
    if not form.is_valid():
        return refused(request, " ".join(_errors(form)), back=week.get_absolute_url())
    try:
        actions.keep_notes(week=week, by=request.person, **form.cleaned_data)
    except Refusal as refusal:
        return refused(
            request, str(refusal), kept=request.POST.get("notes", ""), back=week.get_absolute_url()
        )
    return redirect(f"{week.get_absolute_url()}#notes")


@require_safe
@signed_in
def timeline(request: SignedInRequest, slug: str) -> HttpResponse:
    """Meetings, days for drafts, and one's own nudges."""
    iteration, found = _load_inside(request, slug)
    stops = queries.stops(iteration)
    return render(
        request,
        "courses/groups/timeline.jinja",
        {
            **frame(iteration, found, "timeline"),
            "line": queries.timeline(iteration, stops),
            "stops": stops,
            "nudges": nudges_of(request.person, iteration=iteration, with_past=False),
        },
    )


# The report -----------------------------------------------------------------------------------------------------------


def _report(iteration: Iteration, person: Person) -> queries.Report:
    kept = queries.kept_report(iteration)
    return queries.report(iteration, kept.facts if kept else actions.facts(iteration), kept, person)


@require_safe
@signed_in
def report(request: SignedInRequest, slug: str) -> HttpResponse:
    iteration, found = _load_inside(request, slug)
    page = _report(iteration, request.person)
    return render(
        request,
        "courses/groups/report.jinja",
        {
            **frame(iteration, found, "report"),
            "report": page,
            "closing": ClosingForm(initial={"words": iteration.closing_words}) if found.facilitates else None,
            "saying": SayingForm(
                initial={
                    "words": page.mine.words if page.mine else "",
                    "by_name": page.mine.by_name if page.mine else False,
                }
            )
            if found.enrolment is not None
            and found.enrolment.role == Enrolment.Role.PARTICIPANT
            and (page.takes_words or page.mine)
            else None,
        },
    )


@require_safe
@signed_in
def report_pdf(request: SignedInRequest, slug: str) -> HttpResponse:
    iteration, _found = _load_inside(request, slug)
    page = _report(iteration, request.person)
    html = render_to_string(
        "courses/groups/report_paper.jinja", {"iteration": iteration, "report": page}, request
    )
    response = HttpResponse(pdf(html), content_type="application/pdf")
    name = slugify(iteration.title) or "group"
    response["Content-Disposition"] = f'attachment; filename="{name}-report.pdf"'
    return response


@require_safe
@signed_in
def report_by_id(request: SignedInRequest, iteration_id: int) -> HttpResponse:
    iteration = get_object_or_404(
        Iteration.objects.visible_to(request.person), pk=iteration_id, course__shape=Course.Shape.GROUP
    )
    return redirect("courses:report", slug=iteration.slug)


@require_POST
@signed_in
def say(request: SignedInRequest, slug: str) -> HttpResponseBase:
    iteration, found = _load_inside(request, slug)
    require(allowed=found.enrolment is not None)
    assert found.enrolment is not None  # noqa: S101  # for the type checker: required above
    back = reverse("courses:report", args=[iteration.slug]) + "#sayings"
    try:
        kept = actions.say(
            enrolment=found.enrolment,
            by=request.person,
            words=request.POST.get("words", ""),
            by_name=request.POST.get("by_name") == "on",
        )
    except Refusal as refusal:
        return refused(request, str(refusal), kept=request.POST.get("words", ""), back=back)
    messages.success(request, _("Thank you.") if kept else _("It is taken back."))
    return redirect(back)


@require_POST
@signed_in
def show_outcome(request: SignedInRequest, slug: str) -> HttpResponseBase:
    iteration, found = _load_inside(request, slug)
    require(allowed=found.enrolment is not None)
    assert found.enrolment is not None  # noqa: S101  # for the type checker: required above
    actions.show_outcome(
        enrolment=found.enrolment, by=request.person, shows=request.POST.get("shows") == "yes"
    )
    return redirect(reverse("courses:report", args=[iteration.slug]) + "#outcome")


@require_POST
@signed_in
def close_with_words(request: SignedInRequest, slug: str) -> HttpResponseBase:
    iteration, _found = _load_run(request, slug)
    back = reverse("courses:report", args=[iteration.slug]) + "#closing"
    form = ClosingForm(request.POST, initial={"words": iteration.closing_words})
    if not form.is_valid():
        return refused(request, " ".join(_errors(form)), back=back)
    try:
        actions.close_with_words(iteration=iteration, by=request.person, html=form.cleaned_data["words"])
    except Refusal as refusal:
        return refused(request, str(refusal), kept=request.POST.get("words", ""), back=back)
    return redirect(back)


def _errors(form: Any) -> list[str]:
    return [
        f"{form.fields[name].label}: {' '.join(errors)}" if name in form.fields else " ".join(errors)
        for name, errors in form.errors.items()
    ]

"""Events: one's own, one of them and its times, planning, the room's code and the list, calendars to subscribe to."""

import hashlib
import io
from typing import Any, cast

import segno
from django.conf import settings
from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from markupsafe import Markup

from collegium.communities.models import Community
from collegium.design.errors import refused
from collegium.design.shortcuts import render
from collegium.events import actions, calendars, queries, rules
from collegium.events.forms import CancelForm, CodeForm, MoveForm, PlanForm, RecordForm, editor_says
from collegium.events.models import Answer, Attendance, CalendarFeed, Event, Occurrence
from collegium.events.when import lines, when, zone_in_words
from collegium.foundation import clock, signing
from collegium.foundation.refusal import Refusal, require
from collegium.foundation.signing import hashed
from collegium.people.models import Person
from collegium.people.queries import faces
from collegium.people.requests import Request, SignedInRequest, signed_in

SHOWN = 30


def _reader(request: HttpRequest) -> Person | None:
    return cast("Request", request).person


def _only_hosts() -> str:
    return _("Only a host of the event can do that.")


# One's own ------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD"])
@signed_in
def show_mine(request: SignedInRequest) -> HttpResponseBase:
    return render(
        request,
        "events/list.jinja",
        {
            "lines": lines(queries.ahead(request.person.pk, clock.now()), request.person),
            "may_plan": queries.led_by(request.person).exists(),
            "feed": CalendarFeed.objects.filter(person=request.person).first(),
        },
    )


@require_http_methods(["GET", "HEAD"])
@signed_in
def show_past(request: SignedInRequest) -> HttpResponseBase:
    page = request.GET.get("page", "0")
    start = int(page) * SHOWN if page.isdecimal() and len(page) < 6 else 0  # noqa: PLR2004  # no page is so far
    attended = Attendance.objects.filter(occurrence=OuterRef("pk"), person=request.person)
    past = (
        queries.mine(request.person)
        .for_display()
        .filter(ends_at__lte=clock.now())
        .annotate(was_there=Exists(attended))
        .order_by("-starts_at", "-pk")
    )
    found = list(past[start : start + SHOWN + 1])
    return render(
        request,
        "events/past.jinja",
        {
            "lines": [(each, when(each, request.person)) for each in found[:SHOWN]],
            "earlier": start // SHOWN + 1 if len(found) > SHOWN else None,
            "later": start // SHOWN - 1 if start else None,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def calendar(request: SignedInRequest) -> HttpResponseBase:
    """The address of one's own calendar. It is shown once, on the page that made it: only its hash is kept."""
    require(allowed=rules.may_keep_feed(request.person, request.person))
    address = ""
    if request.method == "POST" and request.POST.get("do") == "end":
        actions.end_feed(person=request.person)
        messages.success(
            request, _("The address is switched off: calendars that had it get nothing any more.")
        )
        return redirect("events:calendar")
    if request.method == "POST" and request.POST.get("do") in {"letters", "no_letters"}:
        actions.set_calendar_letters(person=request.person, on=request.POST["do"] == "letters")
        messages.success(request, _("Kept."))
        return redirect("events:calendar")
    if request.method == "POST":
        token = actions.feed_token(person=request.person)
        address = settings.SITE_URL + reverse("events:feed", kwargs={"token": token})
    return render(
        request,
        "events/calendar.jinja",
        {
            "address": address,
            "webcal": "webcal://" + address.partition("://")[2] if address else "",
            "feed": CalendarFeed.objects.filter(person=request.person).first(),
            "has_letters": queries.has_letters(request.person),
        },
    )


# A mail program presses this button for its reader (RFC 8058), without our cookie: the signed link is the permission.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop_letters(request: HttpRequest, token: str) -> HttpResponse:
    """The link at the foot of a letter to somebody's calendar, which works without signing in."""
    try:
        person_id = actions.read_letters_token(token)
    except signing.LinkExpired:
        return render(request, "events/letters_stopped.jinja", {"state": "expired"}, status=410)
    except signing.LinkInvalid:
        return render(request, "events/letters_stopped.jinja", {"state": "invalid"}, status=404)
    person = get_object_or_404(Person, pk=person_id, erased_at__isnull=True)
    state = "ask"
    if request.method == "POST":
        state = "resumed" if request.POST.get("again") == "yes" else "stopped"
        actions.set_calendar_letters(person=person, on=state == "resumed")
    has_feed = CalendarFeed.objects.filter(person=person).exists()
    return render(
        request, "events/letters_stopped.jinja", {"state": state, "again": request.path, "has_feed": has_feed}
    )


# Planning -------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def plan(request: SignedInRequest) -> HttpResponseBase:
    led = queries.led_by(request.person)
    require(allowed=led.exists(), because=_("Conveners and facilitators of a community plan events for it."))
    community = led.filter(slug=request.GET.get("community", "")).first()
    form = PlanForm(request.POST or None, by=request.person, led=led, community=community)
    if form.is_valid():
        try:
            event = actions.plan(by=request.person, **form.facts())
        except Refusal as refusal:
            form.add_error(refusal.code or None, str(refusal))
        else:
            messages.success(request, _("“%(title)s” is planned.") % {"title": event.title})
            return redirect(event)
    return render(
        request,
        "events/edit.jinja",
        {"form": form, "event": None, "says": editor_says()},
        status=422 if form.is_bound else 200,
    )


def _event(request: HttpRequest, event_id: int) -> Event:
    reader = _reader(request)
    if reader is None:
        return get_object_or_404(Event.objects.visible_to(None).for_display(), pk=event_id)
    found = queries.event_shown(event_id, reader.pk)
    if not found:
        raise Http404
    return found[0]


def _occurrence(request: HttpRequest, occurrence_id: int) -> Occurrence:
    return get_object_or_404(Occurrence.objects.visible_to(_reader(request)).for_display(), pk=occurrence_id)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit(request: SignedInRequest, event_id: int) -> HttpResponseBase:
    event = _event(request, event_id)
    require(allowed=rules.may_change(request.person, event), because=_only_hosts())
    form = PlanForm(request.POST or None, by=request.person, led=queries.led_by(request.person), event=event)
    if form.is_valid():
        try:
            actions.change(event=event, by=request.person, **form.facts())
        except Refusal as refusal:
            form.add_error(refusal.code if refusal.code in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Saved. Those who come get the change for their calendars."))
            return redirect(event)
    return render(
        request,
        "events/edit.jinja",
        {"form": form, "event": event, "says": editor_says()},
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def cancel(request: SignedInRequest, event_id: int) -> HttpResponseBase:
    event = _event(request, event_id)
    require(allowed=rules.may_change(request.person, event), because=_only_hosts())
    form = CancelForm(request.POST or None)
    if form.is_valid():
        try:
            actions.cancel(event=event, by=request.person, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("It is cancelled, and those who wanted to come are told."))
            return redirect(event)
    return render(
        request,
        "events/cancel.jinja",
        {"form": form, "event": event, "occurrence": None, "when": None},
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def cancel_occurrence(request: SignedInRequest, occurrence_id: int) -> HttpResponseBase:
    occurrence = _occurrence(request, occurrence_id)
    require(allowed=rules.may_change(request.person, occurrence), because=_only_hosts())
    form = CancelForm(request.POST or None)
    if form.is_valid():
        try:
            actions.cancel_occurrence(occurrence=occurrence, by=request.person, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("It is cancelled, and those who wanted to come are told."))
            return redirect(occurrence)
    return render(
        request,
        "events/cancel.jinja",
        {
            "form": form,
            "event": occurrence.event,
            "occurrence": occurrence,
            "when": when(occurrence, request.person),
        },
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def move(request: SignedInRequest, occurrence_id: int) -> HttpResponseBase:
    occurrence = _occurrence(request, occurrence_id)
    require(allowed=rules.may_change(request.person, occurrence), because=_only_hosts())
    form = MoveForm(request.POST or None, occurrence=occurrence)
    if form.is_valid():
        try:
            actions.move_occurrence(occurrence=occurrence, by=request.person, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("It is moved. Those who come get the change for their calendars."))
            return redirect(occurrence)
    return render(
        request,
        "events/move.jinja",
        {"form": form, "occurrence": occurrence, "when": when(occurrence, request.person)},
        status=422 if form.is_bound else 200,
    )


# An event and its times -----------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD"])
def show_event(request: HttpRequest, event_id: int) -> HttpResponseBase:
    event, reader = _event(request, event_id), _reader(request)
    occurrences = queries.times(event, reader)
    if len(occurrences) == 1:
        return redirect(occurrences[0])
    found = lines(occurrences, reader)
    return render(
        request,
        "events/event.jinja",
        {
            "event": event,
            "communities": queries.communities_of(event, reader),
            "ahead": [line for line in found if not line[0].is_over],
            "past": [line for line in found if line[0].is_over],
            "is_host": rules.may_change(reader, event),
            "can_answer": reader is not None,
            "own_zone": zone_in_words(event.time_zone),
        },
    )


@require_http_methods(["GET", "HEAD"])
def show_occurrence(request: HttpRequest, occurrence_id: int) -> HttpResponseBase:
    reader = _reader(request)
    occurrence = queries.shown(occurrence_id, reader)
    if occurrence is None:
        raise Http404
    event = occurrence.event
    people = queries.coming(occurrence.pk, reader.pk) if reader else []
    times = queries.times_of(event.pk) if event.is_series else [occurrence.pk]
    place = times.index(occurrence.pk)
    is_host = rules.may_change(reader, occurrence)
    return render(
        request,
        "events/occurrence.jinja",
        {
            "occurrence": occurrence,
            "event": event,
            "when": when(occurrence, reader),
            "communities": queries.communities_of(event, reader),
            "answer": occurrence.own_answer,
            "people": people,
            "faces": faces(people, reader),
            "attended": Attendance.Way(occurrence.own_way).label if occurrence.own_way else "",
            "is_host": is_host,
            "sees_address": reader is not None
            and rules.has_address(event, is_host=is_host, coming=occurrence.own_answer),
            "window": actions.code_window(occurrence),
            "before": times[place - 1] if place else None,
            "after": times[place + 1] if place + 1 < len(times) else None,
            "place": place + 1,
            "of": len(times) if event.is_series else 0,
        },
    )


@require_http_methods(["POST"])
@signed_in
def answer(request: SignedInRequest, occurrence_id: int) -> HttpResponseBase:
    occurrence = _occurrence(request, occurrence_id)
    require(allowed=rules.may_come(request.person, occurrence))
    try:
        given = actions.answer(
            occurrence=occurrence, person=request.person, coming=request.POST.get("coming", "")
        )
    except Refusal as refusal:
        return refused(request, str(refusal), back=occurrence.get_absolute_url())
    messages.success(request, _said(given))
    return redirect(occurrence)


@require_http_methods(["POST"])
@signed_in
def answer_all(request: SignedInRequest, event_id: int) -> HttpResponseBase:
    event = _event(request, event_id)
    require(allowed=rules.may_come(request.person, event))
    try:
        given = actions.answer_all(event=event, person=request.person, coming=request.POST.get("coming", ""))
    except Refusal as refusal:
        return refused(request, str(refusal), back=event.get_absolute_url())
    messages.success(request, _said(given[-1]))
    return redirect(event)


def _said(answer: Answer) -> str:
    by_letter = answer.coming in queries.COMES and queries.has_letters(answer.person)
    return {
        Answer.Coming.YES: _("You come. A letter brings it to your calendar.")
        if by_letter
        else _("You come."),
        Answer.Coming.MAYBE: _("You come perhaps. A letter brings it to your calendar.")
        if by_letter
        else _("You come perhaps."),
        Answer.Coming.NO: _("You don’t come. Thank you for saying so."),
        Answer.Coming.WAITING: _("All places are taken. You wait, and get the first that becomes free."),
    }[Answer.Coming(answer.coming)]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def keep_record(request: SignedInRequest, occurrence_id: int) -> HttpResponseBase:
    occurrence = _occurrence(request, occurrence_id)
    require(allowed=rules.may_keep_record(request.person, occurrence), because=_only_hosts())
    form = RecordForm(request.POST or None, occurrence=occurrence)
    if form.is_valid():
        try:
            actions.keep_record(occurrence=occurrence, by=request.person, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.code if refusal.code in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect(occurrence)
    return render(
        request,
        "events/record.jinja",
        {
            "form": form,
            "says": editor_says(),
            "occurrence": occurrence,
            "when": when(occurrence, request.person),
        },
        status=422 if form.is_bound else 200,
    )


# Who is there ---------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def type_code(request: SignedInRequest) -> HttpResponseBase:
    form = CodeForm(request.POST or None)
    if form.is_valid():
        return redirect("events:check_in", code=form.cleaned_data["code"])
    return render(
        request,
        "events/check_in.jinja",
        {"form": form, "occurrence": None, "when": None, "refusal": "", "attendance": None},
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def check_in(request: SignedInRequest, code: str) -> HttpResponseBase:
    """Where the QR code of the room leads: one button. To others a code is as good as a wrong one."""
    occurrence = (
        Occurrence.objects.visible_to(request.person)
        .filter(code=actions.plain_code(code))
        .select_related("event")
        .first()
    )
    context: dict[str, Any] = {"occurrence": occurrence, "refusal": "", "attendance": None, "when": None}
    if occurrence is None:
        context |= {
            "form": CodeForm(initial={"code": code[:40]}),
            "refusal": _(
                "We know no meeting with this code that you may come to. Look again at what the room shows."
            ),
        }
        return render(request, "events/check_in.jinja", context, status=404)
    context |= {"form": None, "when": when(occurrence, request.person)}
    status = 200
    if request.method == "POST":
        require(allowed=rules.may_come(request.person, occurrence))
        try:
            actions.check_in(occurrence=occurrence, person=request.person, code=code)
        except Refusal as refusal:
            context["refusal"], status = str(refusal), 422
        else:
            messages.success(request, _("You are on the list: you were there."))
            return redirect(occurrence)
    context["attendance"] = Attendance.objects.filter(occurrence=occurrence, person=request.person).first()
    return render(request, "events/check_in.jinja", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def attendance(request: SignedInRequest, occurrence_id: int) -> HttpResponseBase:
    """The host's list. Each line is a button of its own, so that two hosts do not undo each other."""
    occurrence = _occurrence(request, occurrence_id)
    require(allowed=rules.may_keep_list(request.person, occurrence), because=_only_hosts())
    named = request.GET.get("q", "").strip()[:100]
    if request.method == "POST":
        person = get_object_or_404(Person, pk=_number(request.POST.get("person", "")), erased_at__isnull=True)
        try:
            if request.POST.get("do") == "remove":
                noted = get_object_or_404(
                    Attendance.objects.select_related("person", "occurrence__event"),
                    occurrence=occurrence,
                    person=person,
                )
                actions.take_off_list(attendance=noted, by=request.person)
            else:
                actions.note_attendance(occurrence=occurrence, person=person, by=request.person)
        except Refusal as refusal:
            return refused(request, str(refusal), back=request.get_full_path())
        return redirect(request.get_full_path())
    listed = queries.attendance_list(occurrence, named=named)
    return render(
        request,
        "events/attendance.jinja",
        {
            "occurrence": occurrence,
            "when": when(occurrence, request.person),
            "lines": listed,
            "faces": faces([each.person for each in listed], request.person),
            "present": sum(1 for each in listed if each.attendance),
            "named": named,
            "window": actions.code_window(occurrence),
        },
    )


@require_http_methods(["GET", "HEAD"])
@signed_in
def poster(request: SignedInRequest, occurrence_id: int) -> HttpResponseBase:
    """For the wall of the room, or the first slide."""
    occurrence = _occurrence(request, occurrence_id)
    require(allowed=rules.may_keep_list(request.person, occurrence), because=_only_hosts())
    address = settings.SITE_URL + reverse("events:check_in", kwargs={"code": occurrence.code})
    typed_at = settings.SITE_URL.partition("://")[2] + reverse("events:type_code")
    return render(
        request,
        "events/poster.jinja",
        {
            "occurrence": occurrence,
            "when": when(occurrence, None),
            "qr_code": _qr_code(address),
            "typed_at": typed_at,
            "code": f"{occurrence.code[:4]}-{occurrence.code[4:]}",
        },
    )


@require_http_methods(["POST"])
@signed_in
def set_code(request: SignedInRequest, occurrence_id: int) -> HttpResponseBase:
    """Keep the code open for a while from now, shut it, or make another: ``do`` says which."""
    occurrence = _occurrence(request, occurrence_id)
    require(allowed=rules.may_keep_list(request.person, occurrence), because=_only_hosts())
    minutes = {"open": 30, "shut": 0}.get(request.POST.get("do", ""))
    if minutes is None:
        actions.renew_code(occurrence=occurrence, by=request.person)
        messages.success(request, _("There is a new code; the old one is void."))
    else:
        actions.keep_code_open(occurrence=occurrence, by=request.person, minutes=minutes)
        messages.success(
            request,
            _("The code is taken for another half hour.") if minutes else _("The code is taken no longer."),
        )
    return redirect("events:attendance", occurrence_id=occurrence.pk)


def _number(typed: str) -> int:
    if not typed.isdecimal() or len(typed) > 18:  # noqa: PLR2004  # a database counts no further
        raise Http404
    return int(typed)


def _qr_code(address: str) -> Markup:
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", border=0, xmldecl=False, svgns=True, omitsize=True)
    return Markup(out.getvalue().decode())  # noqa: S704  # drawn by segno from our own address


# Calendars ------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD"])
def show_feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """Whoever has the address reads it, as the person would: what they may see at this moment."""
    feed = next(iter(queries.feed_at(hashed(token))), None)
    if feed is None:
        raise Http404
    person = feed.person
    with translation.override(person.language or settings.LANGUAGE_CODE):
        entries = calendars.entries_of(person)
        content = calendars.feed(entries, name=settings.SITE_NAME)
    return _as_calendar(request, content, entries, "private, no-cache")


@require_http_methods(["GET", "HEAD"])
def show_community_feed(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The same for everybody, signed in or not: public events of a public community."""
    community = get_object_or_404(Community.objects.visible_to(None), slug=slug)
    with translation.override(community.language or settings.LANGUAGE_CODE):
        entries = calendars.entries_of_community(community)
        content = calendars.feed(entries, name=community.title)
    return _as_calendar(request, content, entries, "public, no-cache")


def _as_calendar(
    request: HttpRequest, content: bytes, entries: list[calendars.Entry], caching: str
) -> HttpResponseBase:
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    response["ETag"] = etag
    response["Cache-Control"] = caching
    response["Content-Disposition"] = 'inline; filename="calendar.ics"'
    if entries:
        # Told, but not asked for: somebody who was removed has less, and no event has changed.
        response["Last-Modified"] = http_date(max(each.event.changed_at for each in entries).timestamp())
    return get_conditional_response(request, etag=etag, response=response) or response

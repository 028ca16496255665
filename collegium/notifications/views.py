"""What concerns me, how I hear of it, and the links at the foot of letters."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from collegium.conversations import rules as conversations_rules
from collegium.conversations.models import Forum, Thread
from collegium.design.errors import refused
from collegium.design.shortcuts import render
from collegium.events import actions as events
from collegium.events import queries as events_queries
from collegium.foundation import signing
from collegium.foundation.refusal import Refusal, require
from collegium.notifications import actions, addresses, asked, digests, hearing, queries, returns
from collegium.notifications.forms import CalendarForm, HoursForm, MailingListsForm, PreferencesForm
from collegium.notifications.models import Notification, Way
from collegium.notifications.queries import A_PAGE as SHOWN
from collegium.people.models import Person
from collegium.people.queries import faces
from collegium.people.requests import Request, SignedInRequest, signed_in

NOT_MODIFIED = 204  # htmx then leaves the page as it is


@require_http_methods(["GET", "HEAD"])
@signed_in
def show_list(request: SignedInRequest) -> HttpResponseBase:
    page = request.GET.get("page", "")
    start = int(page) * SHOWN if page.isdecimal() and len(page) < 6 else 0  # noqa: PLR2004  # no page is so far
    lines = (
        queries.lines(request.person, start=start) if start else asked.first_lines(request, request.person)
    )
    return render(
        request,
        "notifications/list.jinja",
        {
            "lines": lines[:SHOWN],
            "faces": faces([line.actor for line in lines if line.actor], request.person),
            "unread": asked.bell(request).unread,
            "earlier": start // SHOWN - 1 if start else None,
            "further": start // SHOWN + 1 if len(lines) > SHOWN else None,
        },
    )


@require_http_methods(["GET", "HEAD"])
@signed_in
def bell(request: SignedInRequest) -> HttpResponseBase:
    """Asked again and again by open pages: one query, and nothing but a number when nothing is new."""
    now = queries.bell(request.person)
    if request.GET.get("state") == now.state:
        return HttpResponse(status=NOT_MODIFIED)
    response = render(request, "notifications/bell.jinja", {"bell": now, "with_script": False})
    response["HX-Trigger-After-Swap"] = "notifications-changed"
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "HEAD"])
@signed_in
def open_one(request: SignedInRequest, notification_id: int) -> HttpResponseBase:
    """Follow a notification, which is what reads it: the one GET that notes something, and only that it was seen."""
    notification = get_object_or_404(
        Notification.objects.visible_to(request.person).select_related("activity__actor"), pk=notification_id
    )
    actions.read(person=request.person, notification=notification)
    return HttpResponseRedirect(queries.line(notification).address)


@require_http_methods(["POST"])
@signed_in
def mark(request: SignedInRequest, notification_id: int) -> HttpResponseBase:
    notification = get_object_or_404(Notification.objects.visible_to(request.person), pk=notification_id)
    if request.POST.get("as") == "unread":
        actions.unread(person=request.person, notification=notification)
    else:
        actions.read(person=request.person, notification=notification)
    return redirect("notifications:list")


@require_http_methods(["POST"])
@signed_in
def mark_all(request: SignedInRequest) -> HttpResponseBase:
    actions.read(person=request.person)
    return redirect("notifications:list")


@require_http_methods(["POST"])
@signed_in
def less(request: SignedInRequest, notification_id: int) -> HttpResponseBase:
    """One click to less of what this notification is."""
    notification = get_object_or_404(
        Notification.objects.visible_to(request.person).select_related("activity__actor"), pk=notification_id
    )
    kind = queries.kind_told(notification)
    says = queries.sentence_in_general(kind)
    if actions.less(person=request.person, kind=kind) == Way.NOTHING:
        messages.success(request, _("You will hear no more of this: %(says)s") % {"says": says})
    else:
        messages.success(request, _("No more letters; it will stand here only: %(says)s") % {"says": says})
    return redirect("notifications:list")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def preferences(request: SignedInRequest) -> HttpResponseBase:
    person = request.person
    hours = queries.hours_of(person)
    posted = request.POST if request.method == "POST" else None
    form = PreferencesForm(posted, topics=queries.topics(person))
    when = HoursForm(posted, instance=hours)
    lists = MailingListsForm(posted, lists=queries.mailing_lists(person), prefix="list")
    calendar = CalendarForm(posted, initial={"calendar_letters": events_queries.has_letters(person)})
    if posted is not None and all(each.is_valid() for each in (form, when, lists, calendar)):
        try:
            actions.set_hours(person=person, **when.cleaned_data)
        except Refusal as refusal:
            when.add_error("quiet_until", str(refusal))
        else:
            actions.choose(person=person, ways=form.ways())
            for forum, on in lists.changed():
                actions.set_mailing_list(person=person, forum=forum, on=on)
            events.set_calendar_letters(person=person, on=calendar.cleaned_data["calendar_letters"])
            messages.success(request, _("Kept. This holds for what happens from now on."))
            return redirect("notifications:preferences")
    email = person.account.email if person.account else ""
    return render(
        request,
        "notifications/preferences.jinja",
        {
            "form": form,
            "when": when,
            "lists": lists,
            "calendar": calendar,
            "email": email,
            "stopped": queries.stopped(email),
        },
    )


@require_http_methods(["POST"])
@signed_in
def choose_all(request: SignedInRequest) -> HttpResponseBase:
    """One click for every kind: ``as`` is a way, or "first" for how it was before anything was chosen."""
    wanted = request.POST.get("as", "")
    if wanted == "first":
        actions.as_at_first(person=request.person)
        messages.success(request, _("Everything comes as it did at first."))
    elif wanted == Way.DAILY:
        actions.fewer_letters(person=request.person, way=Way.DAILY)
        messages.success(
            request, _("One letter a day from now on. Reminders of meetings still come at once.")
        )
    elif wanted == Way.IN_APP:
        actions.fewer_letters(person=request.person, way=Way.IN_APP)
        messages.success(request, _("No more letters: what concerns you stands under Notifications."))
    return redirect("notifications:preferences")


# A mail program presses this button for its reader (RFC 8058), without our cookie: the signed link is the permission.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: Request, token: str) -> HttpResponse:
    """The link at the foot of a letter, which works without signing in."""
    try:
        person_id, what = addresses.read_stop_token(token)
    except signing.LinkExpired:
        return render(request, "notifications/stopped.jinja", {"state": "expired"}, status=410)
    except signing.LinkInvalid:
        return render(request, "notifications/stopped.jinja", {"state": "invalid"}, status=404)
    person = get_object_or_404(Person.objects.filter(erased_at__isnull=True), pk=person_id)
    sort, _space, which = what.partition(" ")
    context = {
        "says": _said_of(sort, which),
        "state": "ask",
        "again": reverse("notifications:stop", args=[token]),
        "can_resume": not which,
    }
    if request.method == "POST":
        resumes = request.POST.get("again") == "yes" and not which
        _end(person, sort, which, resumes=resumes)
        context["state"] = "resumed" if resumes else "stopped"
    return render(request, "notifications/stopped.jinja", context)


def _said_of(sort: str, which: str) -> str:
    if sort == "forum":
        forum = Forum.objects.filter(pk=which).first()
        return _("Each post of %(forum)s as a letter") % {"forum": forum.title if forum else "…"}
    if sort == "thread":
        thread = Thread.objects.filter(pk=which).first()
        return _("Each post of “%(thread)s” as a letter") % {"thread": thread.title if thread else "…"}
    if sort == "digest":
        return _("The weekly letter") if which == Way.WEEKLY else _("The daily letter")
    return queries.sentence_in_general(sort)


def _end(person: Person, sort: str, which: str, *, resumes: bool) -> None:
    if sort == "forum":
        actions.end_letters_of(person=person, forum=get_object_or_404(Forum, pk=which))
    elif sort == "thread":
        actions.hear_less_of(person=person, thread=get_object_or_404(Thread, pk=which))
    elif sort == "digest":
        digests.ends_digests(person, which)
    else:
        actions.choose(person=person, ways={sort: Way.AT_ONCE if resumes else Way.IN_APP})


@require_http_methods(["POST"])
@signed_in
def hear(request: SignedInRequest, forum_id: int) -> HttpResponseBase:
    """The choice on a community's own page."""
    forum = get_object_or_404(Forum.objects.visible_to(request.person), pk=forum_id)
    require(allowed=conversations_rules.standing(request.person, forum, limits=False).belongs)
    try:
        chosen = hearing.hear(person=request.person, forum=forum, of=request.POST.get("of", ""))
    except Refusal as refusal:
        return refused(request, str(refusal), back=forum.path)
    messages.success(
        request,
        _("What you hear of %(forum)s: %(choice)s.") % {"forum": forum.title, "choice": chosen.label.lower()},
    )
    return redirect(forum)


# Letters that came back -----------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def address(request: SignedInRequest, person_id: int) -> HttpResponseBase:
    """Why nothing is written to my address, and the way to show that it works again."""
    person = get_object_or_404(Person.objects.filter(pk=request.person.pk), pk=person_id)
    email = person.account.email if person.account else ""
    stopped = queries.stopped(email)
    if request.method == "POST" and stopped is not None:
        returns.ask_again.later(person.pk)
        messages.success(
            request, _("A letter is on its way to %(email)s. Press the button in it.") % {"email": email}
        )
        return redirect("notifications:address", person_id=person.pk)
    return render(request, "notifications/address.jinja", {"stopped": stopped, "email": email})


@require_http_methods(["GET", "HEAD", "POST"])
def arrives(request: Request, token: str) -> HttpResponse:
    """The link of the letter that tries an address again: who presses the button has read it."""
    try:
        email = returns.read_token(token)
    except signing.LinkInvalid:
        return render(request, "notifications/arrives.jinja", {"state": "invalid"}, status=404)
    if request.method == "POST":
        actions.write_again(address=email)
        return render(request, "notifications/arrives.jinja", {"state": "done", "email": email})
    return render(request, "notifications/arrives.jinja", {"state": "ask", "email": email})

"""What concerns me, and what comes by e-mail."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from collegium.design.shortcuts import render
from collegium.foundation import signing
from collegium.notifications import actions, letters, queries
from collegium.notifications.forms import PreferencesForm
from collegium.notifications.models import Notification
from collegium.people.models import Person
from collegium.people.queries import faces
from collegium.people.requests import Request, SignedInRequest, signed_in

SHOWN = 50


@require_http_methods(["GET", "HEAD"])
@signed_in
def show_list(request: SignedInRequest) -> HttpResponseBase:
    start = max(0, int(page) * SHOWN) if (page := request.GET.get("page", "0")).isdecimal() else 0
    lines = queries.lines(request.person, start=start, count=SHOWN + 1)
    return render(
        request,
        "notifications/list.jinja",
        {
            "lines": lines[:SHOWN],
            "faces": faces([line.actor for line in lines if line.actor], request.person),
            "unread": queries.unread_count(request.person),
            "earlier": start // SHOWN - 1 if start else None,
            "further": start // SHOWN + 1 if len(lines) > SHOWN else None,
        },
    )


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


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def preferences(request: SignedInRequest) -> HttpResponseBase:
    form = PreferencesForm(request.POST or None, topics=queries.topics(request.person))
    # A form with no box ticked posts nothing but the token, so the method decides and not what was posted.
    if request.method == "POST":
        form = PreferencesForm(request.POST, topics=form.topics)
        if form.is_valid():
            actions.choose(person=request.person, by_email=form.by_email())
            messages.success(request, _("Kept. This holds for what happens from now on."))
            return redirect("notifications:preferences")
    return render(
        request,
        "notifications/preferences.jinja",
        {"form": form, "email": request.person.account and request.person.account.email},
    )


# A mail program presses this button for its reader (RFC 8058), without our cookie: the signed link is the permission.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: Request, token: str) -> HttpResponse:
    """The link at the foot of a letter, which works without signing in."""
    try:
        person_id, verb = letters.read_stop_token(token)
    except signing.LinkExpired:
        return render(request, "notifications/stopped.jinja", {"state": "expired"}, status=410)
    except signing.LinkInvalid:
        return render(request, "notifications/stopped.jinja", {"state": "invalid"}, status=404)
    person = get_object_or_404(Person.objects.filter(erased_at__isnull=True), pk=person_id)
    context = {
        "says": queries.sentence_in_general(verb),
        "state": "ask",
        "again": reverse("notifications:stop", args=[token]),
    }
    if request.method == "POST":
        wanted = request.POST.get("again") == "yes"
        actions.choose(person=person, by_email={verb: wanted})
        context["state"] = "resumed" if wanted else "stopped"
    return render(request, "notifications/stopped.jinja", context)

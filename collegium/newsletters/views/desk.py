"""The desk of a newsletter's editors: what is in hand, what is nominated, what went out; its settings and subscribers."""

from typing import Any

from django.contrib import messages
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from collegium.design import filters
from collegium.design.shortcuts import render
from collegium.ecology.models import Ecology
from collegium.foundation.refusal import Refusal, require
from collegium.newsletters import actions, queries, rules
from collegium.newsletters.forms import WEEKDAYS, DeclineForm, NewsletterForm
from collegium.newsletters.models import Issue, Newsletter, Nomination, Subscription
from collegium.newsletters.views.loading import desk_frame, load_to_edit, trying
from collegium.people.models import Audience
from collegium.people.requests import SignedInRequest, signed_in

_DIGITS = 9


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def found(request: SignedInRequest) -> HttpResponseBase:
    """For ``?ecology=``; without one, for the whole house."""
    ecology = _ecology(request)
    require(
        allowed=rules.may_found(request.person, ecology),
        because=_("A newsletter is founded by those who look after what it draws from."),
    )
    initial: dict[str, Any] = {
        "audience": ecology.audience if ecology else Audience.PUBLIC,
        "title": _("News of %(title)s") % {"title": ecology.title} if ecology else "",
        "language": request.person.language,
    }
    form = NewsletterForm(
        request.POST or None,
        initial={key: value for key, value in initial.items() if value},
        zone=request.person.time_zone,
        has_members=ecology is not None,
    )
    if form.is_valid():
        try:
            newsletter = actions.found_newsletter(by=request.person, ecology=ecology, **form.cleaned_data)
        except Refusal as refusal:
            _note(form, refusal)
        else:
            messages.success(
                request, _("The newsletter is there. Draft its first issue, or wait until it is due.")
            )
            return redirect("newsletters:desk", slug=newsletter.slug)
    status = 422 if form.is_bound else 200
    return render(request, "newsletters/found.jinja", {"form": form, "ecology": ecology}, status=status)


def _note(form: Any, refusal: Refusal) -> None:
    form.add_error(refusal.code if refusal.code in form.fields else None, str(refusal))


def _ecology(request: SignedInRequest) -> Ecology | None:
    typed = request.GET.get("ecology", "")
    if not typed:
        return None
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= _DIGITS):
        raise Http404
    return get_object_or_404(Ecology.objects.visible_to(request.person), pk=int(typed))


@require_safe
@signed_in
def show_desk(request: SignedInRequest, slug: str) -> HttpResponseBase:
    newsletter = load_to_edit(request.person, slug)
    desk = queries.desk(newsletter)
    context = {
        **desk_frame(newsletter, "desk"),
        "desk": desk,
        "rows": [_row(issue) for issue in desk.gone_out],
        "plan": _plan(newsletter),
    }
    return render(request, "newsletters/desk.jinja", context)


def _row(issue: Any) -> list[str | SafeString]:
    name = format_html('<a href="{}"><bdi>{}</bdi></a>', issue.get_absolute_url(), issue.title)
    if issue.state == Issue.State.WITHDRAWN:
        name = format_html("{} ({})", name, _("withdrawn"))
    return [
        name,
        filters.date(issue.begun_at),
        *(filters.number(each) for each in (issue.arrived, issue.owed, issue.lost)),
    ]


def _plan(newsletter: Newsletter) -> str:
    if newsletter.rhythm == Newsletter.Rhythm.BY_HAND:
        return _("It has no rhythm: an issue is drafted when an editor asks for one.")
    facts = {
        "rhythm": newsletter.get_rhythm_display(),
        "day": dict(WEEKDAYS)[newsletter.sends_on],
        "time": f"{newsletter.sends_at:%H:%M}",
        "zone": newsletter.time_zone.replace("_", " "),
    }
    when = _("%(rhythm)s, on %(day)s at %(time)s by the clocks of %(zone)s.") % facts
    days = newsletter.days_to_edit
    ahead = ngettext(
        "Its draft is there one day before.", "Its draft is there %(num)s days before.", days
    ) % {"num": days}
    return f"{when} {ahead}" if days else when


@require_http_methods(["POST"])
@signed_in
def draft(request: SignedInRequest, slug: str) -> HttpResponseBase:
    newsletter = load_to_edit(request.person, slug)

    def answer() -> HttpResponseBase:
        issue = actions.draft_issue(newsletter=newsletter, by=request.person)
        messages.success(request, _("Drafted. Order it, cut it, and write what only you can say."))
        return redirect("newsletters:edit", slug=newsletter.slug, number=issue.number)

    return trying(request, answer, back=_desk_of(newsletter))


def _desk_of(newsletter: Newsletter) -> str:
    return reverse("newsletters:desk", args=[newsletter.slug])


@require_http_methods(["POST"])
@signed_in
def decline(request: SignedInRequest, nomination_id: int) -> HttpResponseBase:
    shown = Newsletter.objects.visible_to(request.person)
    nomination = get_object_or_404(
        Nomination.objects.filter(newsletter__in=shown).select_related("newsletter__ecology"),
        pk=nomination_id,
    )
    require(allowed=rules.may_edit(request.person, nomination))
    form = DeclineForm(request.POST)
    because = form.cleaned_data["because"] if form.is_valid() else request.POST.get("because", "")[:300]

    def answer() -> HttpResponseBase:
        actions.decline_nomination(nomination=nomination, by=request.person, because=because)
        messages.success(request, _("Declined. Whoever nominated it is told."))
        return redirect(f"{_desk_of(nomination.newsletter)}#nominated")

    return trying(request, answer, back=_desk_of(nomination.newsletter))


@require_safe
@signed_in
def subscribers(request: SignedInRequest, slug: str) -> HttpResponseBase:
    newsletter = load_to_edit(request.person, slug)
    require(allowed=rules.may_see_subscribers(request.person, newsletter))
    typed = request.GET.get("page", "0")
    page = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 6 else 0  # noqa: PLR2004
    shown = queries.subscribers(newsletter, request.person, page=page)
    how = dict(Subscription.How.choices)
    context = {
        **desk_frame(newsletter, "subscribers"),
        "shown": shown,
        "left": [(how.get(key, key), number) for key, number in sorted(shown.ended_how.items())],
    }
    return render(request, "newsletters/subscribers.jinja", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def set_newsletter(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """``do=close`` closes it."""
    newsletter = load_to_edit(request.person, slug)
    if request.method == "POST" and request.POST.get("do") == "close":

        def answer() -> HttpResponseBase:
            actions.close_newsletter(newsletter=newsletter, by=request.person)
            messages.success(request, _("Closed. Its archive stays."))
            return redirect(newsletter)

        return trying(request, answer, back=newsletter.get_absolute_url())
    form = NewsletterForm(
        request.POST or None,
        newsletter=newsletter,
        zone=newsletter.time_zone,
        has_members=newsletter.ecology_id is not None,
    )
    if form.is_valid():
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        try:
            actions.set_newsletter(newsletter=newsletter, by=request.person, **changes)
        except Refusal as refusal:
            _note(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("newsletters:desk", slug=newsletter.slug)
    context = {**desk_frame(newsletter, "settings"), "form": form}
    return render(request, "newsletters/settings.jinja", context, status=422 if form.is_bound else 200)

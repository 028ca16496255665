"""What readers see: the list of newsletters, one with its archive, an issue, the same on paper, and as a feed."""

import hashlib
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from collegium.design.documents import pdf
from collegium.design.shortcuts import render
from collegium.ecology import licences
from collegium.ecology.models import Ecology
from collegium.foundation import richtext
from collegium.foundation.feeds import MEDIA_TYPES, Channel
from collegium.foundation.fulltext import LONGEST_QUERY
from collegium.newsletters import outgoing, queries, rules
from collegium.newsletters.forms import SubscribeForm, WithdrawForm
from collegium.newsletters.models import Issue, Newsletter
from collegium.newsletters.views.loading import audience_words, load, load_issue
from collegium.people.models import Audience, CircleMember, Person
from collegium.people.requests import Request, SignedInRequest, signed_in

ISSUES_IN_FEED = 20
_DIGITS = 9


def _number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= _DIGITS else None


@require_safe
def show_list(request: Request) -> HttpResponseBase:
    """Of one community or course, with ``?ecology=``."""
    typed = request.GET.get("ecology", "")
    ecology = None
    if typed:
        ecology = get_object_or_404(Ecology.objects.visible_to(request.person), pk=_number(typed) or 0)
    shown = queries.listed(request.person, ecology=ecology)
    context = {
        "shown": shown,
        "ecology": ecology,
        "may_found": _may_found(request.person, shown, ecology),
        "audience_words": audience_words(),
    }
    return render(request, "newsletters/list.jinja", context)


def _may_found(person: Person | None, shown: list[queries.Shown], ecology: Ecology | None) -> list[Ecology]:
    """What the reader looks after that has no newsletter yet."""
    if person is None:
        return []
    edited = CircleMember.objects.filter(person=person).values("circle")
    without = Ecology.objects.filter(editors__in=edited, closed_at__isnull=True, within__isnull=True)
    if ecology is not None:
        without = without.filter(pk=ecology.pk)
    has_one = [each.newsletter.ecology_id for each in shown if each.newsletter.ecology_id]
    return list(without.exclude(pk__in=has_one).order_by("title", "pk")[:12])


@require_safe
def show_newsletter(request: Request, slug: str) -> HttpResponseBase:
    newsletter = load(request.person, slug)
    return newsletter_page(request, newsletter, SubscribeForm())


def newsletter_page(
    request: Request, newsletter: Newsletter, form: SubscribeForm, *, status: int = 200
) -> HttpResponse:
    words = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_QUERY]
    before = _number(request.GET.get("before", ""))
    person = request.person
    may_edit = rules.may_edit(person, newsletter)
    context = {
        "newsletter": newsletter,
        "archive": queries.archive(newsletter, words=words, before=before),
        "is_further": before is not None,
        "editors": queries.editors_of(newsletter, person),
        "feeds": feeds_of(newsletter),
        "may_edit": may_edit,
        # Its editors have a tab for it.
        "may_name_editors": not may_edit
        and person is not None
        and person.is_site_administrator
        and rules.may_name_editors(person, newsletter),
        "may_nominate": person is not None and newsletter.closed_at is None,
        "audience_words": audience_words(),
        **subscribe_box(request, newsletter, form),
    }
    return render(request, "newsletters/newsletter.jinja", context, status=status)


def subscribe_box(
    request: Request, newsletter: Newsletter, form: SubscribeForm | None = None
) -> dict[str, Any]:
    person = request.person
    return {
        "subscription": queries.subscription_of(person, newsletter),
        "address": person.account.email if person is not None and person.account else "",
        "form": form or SubscribeForm(),
    }


def feeds_of(newsletter: Newsletter) -> dict[str, str]:
    """Of what is public; the same address for everybody."""
    if newsletter.audience != Audience.PUBLIC:
        return {}
    return {form: reverse("newsletters:feed", args=[newsletter.slug, form]) for form in outgoing.FORMS}


# An issue -------------------------------------------------------------------------------------------------------------


@require_safe
def show_issue(request: Request, slug: str, number: int) -> HttpResponseBase:
    issue = load_issue(request.person, slug, number)
    return issue_page(request, issue, WithdrawForm())


def issue_page(
    request: Request, issue: Issue, withdraw_form: WithdrawForm, *, status: int = 200
) -> HttpResponse:
    """A withdrawn one says so, where it stood."""
    is_withdrawn = issue.state == Issue.State.WITHDRAWN
    before, after = queries.neighbours(issue) if issue.is_frozen else (None, None)
    context = {
        **_of_issue(issue),
        "before": before,
        "after": after,
        "may_edit": request.person is not None and rules.may_edit(request.person, issue),
        "withdraw_form": withdraw_form,
        "audience_words": audience_words(),
        **subscribe_box(request, issue.newsletter),
    }
    return render(
        request,
        "newsletters/issue.jinja",
        context,
        status=410 if is_withdrawn and status == 200 else status,  # noqa: PLR2004
    )


def _of_issue(issue: Issue) -> dict[str, Any]:
    return {
        "issue": issue,
        "newsletter": issue.newsletter,
        "sections": [] if issue.state == Issue.State.WITHDRAWN else queries.sections_of(issue),
        "is_public": issue.newsletter.audience == Audience.PUBLIC and issue.is_frozen,
        "site_url": settings.SITE_URL,
        "licence_name": licences.name,
    }


def _for_paper(request: Request, slug: str, number: int) -> tuple[Issue, str]:
    """In the newsletter's own language, as its letters are."""
    issue = load_issue(request.person, slug, number)
    if issue.state == Issue.State.WITHDRAWN:
        raise Http404
    with translation.override(issue.newsletter.language):
        return issue, render_to_string("newsletters/paper.jinja", _of_issue(issue), request)


@require_safe
def print_issue(request: Request, slug: str, number: int) -> HttpResponseBase:
    return HttpResponse(_for_paper(request, slug, number)[1])


@require_safe
def issue_pdf(request: Request, slug: str, number: int) -> HttpResponseBase:
    issue, html = _for_paper(request, slug, number)
    response = HttpResponse(pdf(html), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{issue.newsletter.slug}-{issue.number}.pdf"'
    return response


# Where links that know only a number lead -----------------------------------------------------------------------------


@require_safe
@signed_in
def to_newsletter(request: SignedInRequest, newsletter_id: int) -> HttpResponseBase:
    return redirect(get_object_or_404(Newsletter.objects.visible_to(request.person), pk=newsletter_id))


@require_safe
@signed_in
def to_issue(request: SignedInRequest, issue_id: int) -> HttpResponseBase:
    """Its sheet, for an editor of one that has not gone out."""
    shown = Issue.objects.visible_to(request.person).select_related("newsletter")
    issue = get_object_or_404(shown, pk=issue_id)
    if issue.is_frozen:
        return redirect(issue)
    return redirect("newsletters:edit", slug=issue.newsletter.slug, number=issue.number)


# Feeds ----------------------------------------------------------------------------------------------------------------


@require_safe
def feed(request: HttpRequest, slug: str, form: str) -> HttpResponseBase:
    """The same for everybody, signed in or not: of public newsletters alone."""
    newsletter = load(None, slug)
    if form not in MEDIA_TYPES:
        raise Http404
    with translation.override(newsletter.language):
        issues = queries.newest(newsletter, ISSUES_IN_FEED)
        channel = Channel(
            title=newsletter.title,
            description=" ".join(richtext.plain(newsletter.about).split())
            or _("The newsletter “%(title)s”.") % {"title": newsletter.title},
            page_url=settings.SITE_URL + newsletter.get_absolute_url(),
            feed_urls={key: settings.SITE_URL + path for key, path in feeds_of(newsletter).items()},
            opened_at=newsletter.opened_at,
            language=newsletter.language,
        )
        content = outgoing.write(form, channel, issues)
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    response = HttpResponse(content, content_type=f"{MEDIA_TYPES[form]}; charset=utf-8")
    response["ETag"] = etag
    response["Cache-Control"] = "public, max-age=300"
    response["Access-Control-Allow-Origin"] = "*"
    changed = max((issue.begun_at for issue in issues if issue.begun_at), default=newsletter.opened_at)
    response["Last-Modified"] = http_date(changed.timestamp())
    return get_conditional_response(request, etag=etag, response=response) or response

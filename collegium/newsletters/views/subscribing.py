"""Subscribing and leaving, also for people without an account: what is to be said to an address is said in a letter to it."""

from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from collegium.design.shortcuts import render
from collegium.foundation import signing
from collegium.foundation.refusal import Refusal
from collegium.newsletters import actions, queries, tokens
from collegium.newsletters.forms import SubscribeForm
from collegium.newsletters.models import Newsletter, Subscription
from collegium.newsletters.views.loading import load, trying
from collegium.newsletters.views.pages import newsletter_page
from collegium.people.models import Audience
from collegium.people.requests import Request, SignedInRequest, signed_in

State, How = Subscription.State, Subscription.How


@require_http_methods(["POST"])
def subscribe(request: Request, slug: str) -> HttpResponseBase:
    """``do=end`` leaves, for who is signed in."""
    newsletter = load(request.person, slug)
    if request.person is not None:
        return _as_person(request, newsletter)
    # A form that sends letters to whatever address is typed into it.
    limited: HttpResponse | None = ratelimit.consume_or_429(request, action="subscribe")
    if limited is not None:
        return limited
    form = SubscribeForm(request.POST)
    if not form.is_valid():
        return newsletter_page(request, newsletter, form, status=422)
    if not form.cleaned_data["name"]:  # which no person sees
        try:
            actions.subscribe(
                newsletter=newsletter,
                email=form.cleaned_data["email"],
                language=translation.get_language() or "",
            )
        except Refusal as refusal:
            form.add_error(refusal.code if refusal.code in form.fields else None, str(refusal))
            return newsletter_page(request, newsletter, form, status=422)
    messages.success(
        request,
        _(
            "Look into your mail: a letter to %(email)s asks whether it was you. With its button you are subscribed."
        )
        % {"email": form.cleaned_data["email"]},
    )
    return redirect(newsletter)


def _as_person(request: Request, newsletter: Newsletter) -> HttpResponseBase:
    person = request.person
    assert person is not None  # noqa: S101  # whoever calls has looked

    def answer() -> HttpResponseBase:
        if request.POST.get("do") == "end":
            standing = queries.subscription_of(person, newsletter)
            if standing is not None:
                actions.unsubscribe(subscription=standing, how=How.PAGE)
            messages.success(
                request, _("You get no more issues of “%(title)s”.") % {"title": newsletter.title}
            )
        else:
            email = person.account.email if person.account else ""
            holds = actions.subscribe(
                newsletter=newsletter, email=email, person=person, language=person.language
            )
            messages.success(
                request,
                _("From now on each issue goes to %(email)s.") % {"email": email}
                if holds
                else _("Look into your mail: a letter to %(email)s asks whether it was you.")
                % {"email": email},
            )
        return redirect("newsletters:mine" if request.POST.get("from") == "mine" else newsletter)

    return trying(request, answer, back=newsletter.get_absolute_url())


@require_safe
@signed_in
def mine(request: SignedInRequest) -> HttpResponseBase:
    """What one subscribes to."""
    return render(
        request, "newsletters/mine.jinja", {"subscriptions": queries.subscriptions_of(request.person)}
    )


# By the links of letters ----------------------------------------------------------------------------------------------


def _gone(request: HttpRequest, fault: signing.LinkInvalid) -> HttpResponse:
    is_expired = isinstance(fault, signing.LinkExpired)
    context = {
        "title": _("This link is too old") if is_expired else _("This link leads nowhere"),
        "words": _(
            "Links that confirm are good for a week. You can subscribe again on the newsletter’s page."
        )
        if is_expired
        else _(
            "It may have been cut in two by a mail program. Copy all of it from the letter, and try again."
        ),
        "newsletter": None,
    }
    return _said(request, status=410 if is_expired else 404, **context)


def _said(request: HttpRequest, *, status: int = 200, **context: Any) -> HttpResponse:
    nothing: dict[str, Any] = {
        "button": "",
        "action": request.path,
        "note": "",
        "glyph_name": None,
        "others": [],
        "shown": False,
        "again": False,
    }
    return render(request, "newsletters/asked.jinja", {**nothing, **context}, status=status)


def _named(newsletter: Newsletter) -> dict[str, Any]:
    return {"newsletter": newsletter, "shown": newsletter.audience == Audience.PUBLIC}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponseBase:
    """GET asks, since mail programs follow links by themselves; POST confirms."""
    try:
        subscription = tokens.read_to_confirm(token)
        if request.method == "POST":
            subscription = actions.confirm(token=token)
    except signing.LinkInvalid as fault:
        return _gone(request, fault)
    except Refusal as refusal:
        return _said(request, status=409, title=_("That did not work"), words=str(refusal), newsletter=None)
    newsletter = subscription.newsletter
    facts = {"title": newsletter.title, "email": subscription.email}
    if subscription.state == State.CONFIRMED:
        return _said(
            request,
            title=_("You are subscribed"),
            words=_("Each issue of “%(title)s” goes to %(email)s.") % facts,
            note=_("In each letter is a link by which you leave with one click."),
            **_named(newsletter),
        )
    if subscription.state == State.ENDED:
        return _said(
            request,
            title=_("This subscription has ended"),
            words=_("You can subscribe anew on the newsletter’s page."),
            **_named(newsletter),
        )
    return _said(
        request,
        title=_("Get “%(title)s” by e-mail?") % facts,
        words=_("Each issue goes to %(email)s from then on.") % facts,
        button=_("Yes, subscribe me"),
        glyph_name="mail",
        note=_("If it was not you who asked, leave this page: nothing comes."),
        **_named(newsletter),
    )


# A mail program presses this button for its reader (RFC 8058), without our cookie: the signed link is the permission.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponseBase:
    """GET asks; POST ends it, or another subscription of the same address (``newsletter``); ``do=again`` asks anew."""
    try:
        subscription = tokens.read_to_end(token)
    except signing.LinkInvalid as fault:
        return _gone(request, fault)
    if request.method == "POST":
        if request.POST.get("do") == "again":
            return _ask_again(request, subscription)
        other = request.POST.get("newsletter", "")
        same = next(
            (each for each in queries.same_address(subscription) if str(each.newsletter_id) == other), None
        )
        ended = same if other else subscription
        if ended is not None:
            actions.unsubscribe(subscription=ended, how=How.LINK)
    others = queries.same_address(subscription)
    newsletter = subscription.newsletter
    stands = next((each for each in others if each.newsletter_id == newsletter.pk), None)
    facts = {"title": newsletter.title, "email": subscription.email}
    shown = {"others": [each for each in others if each is not stands], **_named(newsletter)}
    if stands is None:
        return _said(
            request,
            title=_("You are unsubscribed"),
            words=_("No more issues of “%(title)s” go to %(email)s.") % facts,
            button=_("That was a mistake: subscribe again"),
            glyph_name="undo-2",
            again=True,
            **shown,
        )
    return _said(
        request,
        title=_("Unsubscribe from “%(title)s”?") % facts,
        words=_("No more issues go to %(email)s then.") % facts,
        button=_("Unsubscribe"),
        glyph_name="x",
        **shown,
    )


def _ask_again(request: HttpRequest, subscription: Subscription) -> HttpResponse:
    """Old letters are passed on: whoever has one may end a subscription by it, and begin none without asking."""
    newsletter = subscription.newsletter
    try:
        holds = actions.subscribe(
            newsletter=newsletter,
            email=subscription.email,
            person=subscription.person,
            language=subscription.language,
        )
    except Refusal as refusal:
        return _said(
            request, status=409, title=_("That did not work"), words=str(refusal), **_named(newsletter)
        )
    facts = {"title": newsletter.title, "email": subscription.email}
    return _said(
        request,
        title=_("You are subscribed") if holds else _("Look into your mail"),
        words=_("Each issue of “%(title)s” goes to %(email)s.") % facts
        if holds
        else _("A letter to %(email)s asks whether it was you.") % facts,
        **_named(newsletter),
    )

"""Who may read it: audience, people, circles, links, everyone on the web."""

import datetime as dt

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collegium.design.shortcuts import render
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.foundation.signing import hashed
from collegium.people.queries import faces
from collegium.people.requests import Request, SignedInRequest, signed_in
from collegium.portfolios import actions, queries
from collegium.portfolios.forms import (
    AudienceForm,
    PublishForm,
    ShareCircleForm,
    ShareLinkForm,
    SharePersonForm,
)
from collegium.portfolios.models import Portfolio, Share
from collegium.portfolios.views.loading import load_own, typed


@require_http_methods(["GET"])
@signed_in
def sharing(request: SignedInRequest, portfolio_id: int) -> HttpResponseBase:
    return _page(request, load_own(request.person, portfolio_id))


def _page(
    request: SignedInRequest, portfolio: Portfolio, *, status: int = 200, **bound: object
) -> HttpResponseBase:
    person = request.person
    shares = queries.shares_of(portfolio)
    context = {
        "portfolio": portfolio,
        "shares": shares,
        "faces": faces([share.person for share in shares if share.person], person),
        "audience_form": AudienceForm(
            initial={"audience": portfolio.audience, "circle": portfolio.circle_id}, person=person
        ),
        "person_form": SharePersonForm(portfolio=portfolio, writer=person, auto_id="person-%s"),
        "circle_form": ShareCircleForm(portfolio=portfolio, writer=person, auto_id="circle-%s"),
        "link_form": ShareLinkForm(
            portfolio=portfolio,
            writer=person,
            auto_id="link-%s",
            initial={"expires_on": clock.today() + dt.timedelta(days=30)},
        ),
        "has_circles": person.circles.exists(),
        "new_link": None,
        **bound,
    }
    return render(request, "portfolios/sharing.jinja", context, status=status)


@require_http_methods(["POST"])
@signed_in
def audience(request: SignedInRequest, portfolio_id: int) -> HttpResponseBase:
    portfolio = load_own(request.person, portfolio_id)
    form = AudienceForm(request.POST, person=request.person)
    if form.is_valid():
        try:
            actions.set_audience(portfolio=portfolio, by=request.person, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Who can see it is changed."))
            return redirect("portfolios:sharing", portfolio_id=portfolio.pk)
    return _page(request, portfolio, status=422, audience_form=form)


@require_http_methods(["POST"])
@signed_in
def with_person(request: SignedInRequest, portfolio_id: int) -> HttpResponseBase:
    portfolio = load_own(request.person, portfolio_id)
    form = SharePersonForm(request.POST, portfolio=portfolio, writer=request.person, auto_id="person-%s")
    if form.is_valid():
        try:
            share = actions.share_with_person(
                portfolio=portfolio,
                person=form.cleaned_data["person"],
                section=form.cleaned_data["section"],
                expires_at=form.cleaned_data["expires_on"],
                by=request.person,
            )
        except Refusal as refusal:
            form.add_error("person", str(refusal))
        else:
            messages.success(request, _("%(name)s can read it now, and is told so.") % {"name": share.label})
            return redirect("portfolios:sharing", portfolio_id=portfolio.pk)
    return _page(request, portfolio, status=422, person_form=form)


@require_http_methods(["POST"])
@signed_in
def with_circle(request: SignedInRequest, portfolio_id: int) -> HttpResponseBase:
    portfolio = load_own(request.person, portfolio_id)
    form = ShareCircleForm(request.POST, portfolio=portfolio, writer=request.person, auto_id="circle-%s")
    if form.is_valid():
        try:
            share = actions.share_with_circle(
                portfolio=portfolio,
                circle=form.cleaned_data["circle"],
                section=form.cleaned_data["section"],
                expires_at=form.cleaned_data["expires_on"],
                by=request.person,
            )
        except Refusal as refusal:
            form.add_error("circle", str(refusal))
        else:
            messages.success(request, _("Everyone in %(name)s can read it now.") % {"name": share.label})
            return redirect("portfolios:sharing", portfolio_id=portfolio.pk)
    return _page(request, portfolio, status=422, circle_form=form)


@require_http_methods(["POST"])
@signed_in
def by_link(request: SignedInRequest, portfolio_id: int) -> HttpResponseBase:
    """Answers with the page itself and not with a redirect: the link is shown this once and kept nowhere."""
    portfolio = load_own(request.person, portfolio_id)
    form = ShareLinkForm(request.POST, portfolio=portfolio, writer=request.person, auto_id="link-%s")
    if form.is_valid():
        try:
            token = actions.share_by_link(
                portfolio=portfolio,
                label=form.cleaned_data["label"],
                section=form.cleaned_data["section"],
                expires_at=form.cleaned_data["expires_on"],
                by=request.person,
            )
        except Refusal as refusal:
            form.add_error("expires_on", str(refusal))
        else:
            link = request.build_absolute_uri(queries.link_address(token))
            return _page(request, portfolio, new_link=link, link_label=form.cleaned_data["label"])
    return _page(request, portfolio, status=422, link_form=form)


@require_http_methods(["POST"])
@signed_in
def end(request: SignedInRequest, portfolio_id: int, share_id: int) -> HttpResponseBase:
    portfolio = load_own(request.person, portfolio_id)
    share = get_object_or_404(Share, pk=share_id, portfolio=portfolio)
    actions.end_share(share=share, by=request.person)
    messages.success(request, _("From now on it opens nothing any more."))
    return redirect("portfolios:sharing", portfolio_id=portfolio.pk)


@require_http_methods(["GET", "POST"])
@signed_in
def publish(request: SignedInRequest, portfolio_id: int) -> HttpResponseBase:
    portfolio = load_own(request.person, portfolio_id)
    form = PublishForm(
        typed(request),
        initial={
            "slug": portfolio.slug or slugify(f"{request.person.name} {portfolio.pathway.title}")[:80],
            "licence": portfolio.licence,
        },
    )
    details: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            actions.publish(portfolio=portfolio, by=request.person, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error("slug" if "address" in refusal.code else None, str(refusal))
            details = [str(each) for each in refusal.details]
        else:
            messages.success(request, _("It is published: everyone on the web can read it."))
            return redirect("portfolios:public", slug=portfolio.slug)
    return render(
        request,
        "portfolios/publish.jinja",
        {
            "portfolio": portfolio,
            "form": form,
            "details": details,
            "shown": actions.shown_without_permission(portfolio),
            "count": queries.evidence_count(portfolio),
        },
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["POST"])
@signed_in
def unpublish(request: SignedInRequest, portfolio_id: int) -> HttpResponseBase:
    portfolio = load_own(request.person, portfolio_id)
    actions.unpublish(portfolio=portfolio, by=request.person)
    messages.success(request, _("It is off the web, and private again."))
    return redirect("portfolios:sharing", portfolio_id=portfolio.pk)


# For those who read ---------------------------------------------------------------------------------------------------


@require_http_methods(["GET"])
def shared(request: Request, token: str) -> HttpResponseBase:
    """What a link opens, without an account. The session remembers it, so that files in it open as well."""
    share = queries.link_opens(hashed(token))
    if share is None or not share.is_open:
        # The same answer to a link that never was one: nothing is learnt by trying.
        return render(request, "portfolios/link_over.jinja", {"share": None}, status=404)
    opened = queries.opened_by(request.session)
    if share.pk not in opened:
        request.session[queries.SESSION_KEY] = [*opened[-49:], share.pk]
    portfolio = Portfolio.objects.for_display().get(pk=share.portfolio_id)
    taken = queries.public(queries.snapshot(portfolio, only=share.section))
    response = render(
        request,
        "portfolios/read_public.jinja",
        {
            "portfolio": portfolio,
            "taken": taken,
            "evidence_by_id": queries.evidence_by_id(taken),
            "share": share,
            "section": share.section,
        },
    )
    # A link is a key: it is neither indexed nor told to the sites that the pages lead to.
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_http_methods(["GET"])
def public(request: Request, slug: str) -> HttpResponseBase:
    portfolio = queries.published_at(slug)
    if portfolio is None:
        raise Http404
    taken = queries.public(queries.snapshot(portfolio, with_spare=False))
    return render(
        request,
        "portfolios/read_public.jinja",
        {
            "portfolio": portfolio,
            "taken": taken,
            "evidence_by_id": queries.evidence_by_id(taken),
            "share": None,
            "section": None,
        },
    )

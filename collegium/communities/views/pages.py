"""Pages that members write together."""

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collegium.communities import actions, rules
from collegium.communities.forms import NewPageForm, PageForm
from collegium.communities.models import Community, Page, PageRevision
from collegium.communities.views.loading import frame, load, trying
from collegium.design.shortcuts import render
from collegium.foundation import richtext
from collegium.foundation.refusal import Refusal, require
from collegium.people.requests import Request, SignedInRequest, signed_in


def _page(community: Community, page_slug: str) -> Page:
    page = get_object_or_404(Page, community=community, slug=page_slug)
    page.community = community
    return page


@require_http_methods(["GET", "HEAD"])
def show(request: Request, slug: str, page_slug: str) -> HttpResponseBase:
    community, _membership = load(request, slug)
    page = _page(community, page_slug)
    return render(
        request,
        "communities/page.jinja",
        {
            **frame(community, request.person, "repertoire"),
            "page": page,
            "newest": page.revisions.select_related("saved_by").first(),
            "may_write": rules.may_write(request.person, community),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def start(request: SignedInRequest, slug: str) -> HttpResponseBase:
    community, _membership = load(request, slug)
    require(allowed=rules.may_write(request.person, community))
    form = NewPageForm(request.POST or None)
    if form.is_valid():
        try:
            page = actions.start_page(community=community, by=request.person, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.code if refusal.code in form.fields else None, str(refusal))
        else:
            return redirect(page)
    return render(
        request,
        "communities/page_edit.jinja",
        {**frame(community, request.person, "repertoire"), "form": form, "page": None, "conflict": None},
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit(request: SignedInRequest, slug: str, page_slug: str) -> HttpResponseBase:
    """Where somebody saved meanwhile, both versions are shown, and one's own words stay in the form."""
    community, _membership = load(request, slug)
    require(allowed=rules.may_write(request.person, community))
    page = _page(community, page_slug)
    form = PageForm(request.POST or None, initial={"html": page.html, "on_revision": page.revision})
    conflict = None
    if form.is_valid():
        try:
            saved = actions.write_page(page=page, by=request.person, **form.cleaned_data)
        except actions.Conflict as found:
            conflict = found
            # What is sent next was written with the newer version in sight.
            form = PageForm(
                initial={
                    "html": found.mine,
                    "note": form.cleaned_data["note"],
                    "on_revision": found.current.revision,
                }
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect(saved)
    return render(
        request,
        "communities/page_edit.jinja",
        {
            **frame(community, request.person, "repertoire"),
            "form": form,
            "page": page,
            "conflict": conflict,
        },
        status=409 if conflict else 422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "HEAD"])
def history(request: Request, slug: str, page_slug: str) -> HttpResponseBase:
    community, _membership = load(request, slug)
    page = _page(community, page_slug)
    return render(
        request,
        "communities/page_history.jinja",
        {
            **frame(community, request.person, "repertoire"),
            "page": page,
            "revisions": list(page.revisions.select_related("saved_by").defer("html")[:200]),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def version(request: Request, slug: str, page_slug: str, number: int) -> HttpResponseBase:
    """An earlier version with what it changed; members bring it back by POST."""
    community, _membership = load(request, slug)
    page = _page(community, page_slug)
    revision = get_object_or_404(PageRevision.objects.select_related("saved_by"), page=page, number=number)
    revision.page = page
    may_write = rules.may_write(request.person, community)
    if request.method == "POST":
        require(allowed=may_write)
        person = request.person
        assert person is not None  # noqa: S101  # the rule lets nobody through who is not signed in

        def answer() -> HttpResponseBase:
            actions.restore(revision=revision, by=person)
            messages.success(request, _("It says again what it said then."))
            return redirect(page)

        return trying(request, answer, back=page.get_absolute_url())
    before = page.revisions.filter(number__lt=number).first()
    return render(
        request,
        "communities/page_version.jinja",
        {
            **frame(community, request.person, "repertoire"),
            "page": page,
            "revision": revision,
            "before": before,
            "difference": richtext.difference(before.html if before else "", revision.html),
            "may_restore": may_write and revision.number != page.revision,
        },
    )

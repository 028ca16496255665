"""A community's own page, what it says of itself, and what a member chooses there."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collegium.communities import actions, queries, rules
from collegium.communities.forms import AskForm, ChoicesForm, CommunityForm
from collegium.communities.models import Community
from collegium.communities.views.loading import frame, load, load_as_member, trying
from collegium.conversations import queries as conversations
from collegium.conversations import rules as conversation_rules
from collegium.design.shortcuts import render
from collegium.foundation.refusal import Refusal, require
from collegium.people.queries import faces
from collegium.people.requests import Request, SignedInRequest, signed_in


@require_http_methods(["GET", "HEAD"])
def show(request: HttpRequest, slug: str) -> HttpResponse:
    person = cast("Request", request).person
    found = queries.opened(slug, person)
    if found is None:
        raise Http404
    community, membership = found.community, found.membership
    members = queries.faces_of(community, person)
    threads = conversations.threads_page(
        community.forum,
        person,
        size=conversations.FEW_THREADS,
        reader=found.reader,
        followed=found.followed,
    )
    asked = (
        community.join_requests.filter(person=person, settled_at__isnull=True).first()
        if person and membership is None and community.joining == Community.Joining.REQUEST
        else None
    )
    return render(
        request,
        "communities/community.jinja",
        {
            **frame(community, person, "overview"),
            "threads": threads,
            "more_threads": threads.after,
            "members": members,
            "faces": faces([each.person for each in members.shown], person, are_near=membership is not None),
            "beside": queries.beside(community, person),
            "may_join": rules.may_join(person, community),
            "asked": asked,
            "ask_form": AskForm(),
            "may_link": rules.may_link(person, community),
            "new_thread": reverse("conversations:new_thread", kwargs={"forum_id": community.forum_id}),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit(request: SignedInRequest, slug: str) -> HttpResponseBase:
    community, _membership = load(request, slug)
    require(
        allowed=rules.may_edit(request.person, community),
        because=_("Only a convener of %(community)s can do that.") % {"community": community.title},
    )
    form = CommunityForm(request.POST or None, community=community)
    if form.is_valid():
        try:
            actions.edit(community=community, by=request.person, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.code if refusal.code in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Saved. It holds from now on, everywhere."))
            return redirect(community)
    return render(
        request,
        "communities/edit.jinja",
        {"form": form, "community": community},
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def close(request: SignedInRequest, slug: str) -> HttpResponseBase:
    community, _membership = load(request, slug)
    require(allowed=rules.may_close(request.person, community))
    if request.method != "POST":
        return render(request, "communities/close.jinja", frame(community, request.person, "manage"))

    def answer() -> HttpResponseBase:
        actions.close(community=community, by=request.person)
        messages.success(
            request, _("%(title)s is closed. It can still be read.") % {"title": community.title}
        )
        return redirect(community)

    return trying(request, answer, back=community.get_absolute_url())


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def reopen(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """Site administrators open it again though they may not see it, when somebody asks them to."""
    person = request.person
    seen = Community.objects if person.is_site_administrator else Community.objects.visible_to(person)
    community = get_object_or_404(seen.select_related("forum"), slug=slug)
    queries.membership_in(community, person)
    require(
        allowed=rules.may_reopen(person, community),
        because=_("Only a convener of %(community)s can do that.") % {"community": community.title},
    )
    if request.method != "POST":
        return render(
            request,
            "communities/reopen.jinja",
            {**frame(community, person, "manage"), "back": queries.what_comes_back(community)},
        )

    def answer() -> HttpResponseBase:
        actions.reopen(community=community, by=person)
        messages.success(request, _("%(title)s is open again.") % {"title": community.title})
        is_seen = Community.objects.visible_to(person).filter(pk=community.pk).exists()
        return redirect(community if is_seen else "communities:list")

    return trying(request, answer, back=reverse("communities:list"))


@require_http_methods(["POST"])
@signed_in
def join(request: SignedInRequest, slug: str) -> HttpResponseBase:
    community, _membership = load(request, slug)

    def answer() -> HttpResponseBase:
        actions.join(community=community, person=request.person)
        messages.success(request, _("You belong to %(title)s now.") % {"title": community.title})
        return redirect(community)

    return trying(request, answer, back=community.get_absolute_url())


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def leave(request: SignedInRequest, slug: str) -> HttpResponseBase:
    community, membership = load_as_member(request, slug)
    if request.method != "POST":
        return render(request, "communities/leave.jinja", frame(community, request.person, "mine"))

    def answer() -> HttpResponseBase:
        actions.leave(membership=membership, by=request.person)
        messages.success(request, _("You have left %(title)s.") % {"title": community.title})
        return redirect("communities:list")

    return trying(request, answer, back=community.get_absolute_url())


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def choices(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """What a member chooses for themself here."""
    community, membership = load_as_member(request, slug)
    form = ChoicesForm(request.POST if request.method == "POST" else None, membership=membership)
    if form.is_valid():
        actions.set_choices(membership=membership, by=request.person, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("communities:choices", slug=slug)
    return render(
        request,
        "communities/choices.jinja",
        {
            **frame(community, request.person, "mine"),
            "form": form,
            "standing": conversation_rules.standing(request.person, community.forum),
        },
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["POST"])
@signed_in
def tick(request: SignedInRequest, slug: str, step: int) -> HttpResponseBase:
    community, membership = load_as_member(request, slug)

    def answer() -> HttpResponseBase:
        actions.tick_step(
            membership=membership, by=request.person, step=step, done=request.POST.get("done") == "yes"
        )
        return redirect(f"{community.get_absolute_url()}#first-steps")

    return trying(request, answer, back=community.get_absolute_url())

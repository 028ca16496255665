"""Links from one community to others."""

from django.contrib import messages
from django.db.models import Q
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collegium.communities import actions, queries, rules
from collegium.communities.forms import LinkForm
from collegium.communities.models import CommunityLink
from collegium.communities.views.loading import frame, load, trying
from collegium.design.shortcuts import render
from collegium.foundation.refusal import Refusal, require
from collegium.people.requests import SignedInRequest, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def show(request: SignedInRequest, slug: str) -> HttpResponseBase:
    community, _membership = load(request, slug)
    require(allowed=rules.may_link(request.person, community))
    form = LinkForm(request.POST or None, among=queries.linkable(community, request.person))
    if form.is_valid():
        try:
            made = actions.link(source=community, by=request.person, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.code if refusal.code in form.fields else None, str(refusal))
        else:
            messages.success(request, _("%(title)s is linked.") % {"title": made.target.title})
            return redirect("communities:links", slug=slug)
    return render(
        request,
        "communities/links.jinja",
        {
            **frame(community, request.person, "manage"),
            "form": form,
            "neighbours": queries.neighbours(community, request.person),
        },
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["POST"])
@signed_in
def unlink(request: SignedInRequest, slug: str, link_id: int) -> HttpResponseBase:
    community, _membership = load(request, slug)
    require(allowed=rules.may_link(request.person, community))
    found = get_object_or_404(
        CommunityLink.objects.filter(Q(source=community) | Q(target=community)).select_related(
            "source", "target"
        ),
        pk=link_id,
    )
    back = f"{community.get_absolute_url()}links/"

    def answer() -> HttpResponseBase:
        actions.unlink(community_link=found, by=request.person)
        return redirect(back)

    return trying(request, answer, back=back)

"""All communities, founding one, and the network between them."""

from collections import Counter
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from markupsafe import Markup

from collegium.communities import actions, queries, rules, webs
from collegium.communities.forms import CommunityForm
from collegium.communities.models import Community
from collegium.design import paging
from collegium.design.shortcuts import render
from collegium.foundation.refusal import Refusal, require
from collegium.people.requests import Request, SignedInRequest, signed_in

SHOWN = 30


@require_http_methods(["GET", "HEAD"])
def show_list(request: HttpRequest) -> HttpResponse:
    person = cast("Request", request).person
    words = request.GET.get("q", "")[:200]
    start = paging.start(request, SHOWN)
    others = list(queries.others(person, words)[start : start + SHOWN + 1])
    return render(
        request,
        "communities/list.jinja",
        {
            "mine": queries.mine(person) if person else [],
            "others": others[:SHOWN],
            "words": words,
            "earlier": start // SHOWN - 1 if start else None,
            "further": start // SHOWN + 1 if len(others) > SHOWN else None,
            "may_found": rules.may_found(person, None),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def found(request: SignedInRequest) -> HttpResponseBase:
    require(allowed=rules.may_found(request.person, None))
    form = CommunityForm(request.POST or None, language=get_language() or "")
    if form.is_valid():
        try:
            community = actions.found(by=request.person, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.code if refusal.code in form.fields else None, str(refusal))
        else:
            messages.success(
                request, _("%(title)s is founded, and you convene it.") % {"title": community.title}
            )
            return redirect(community)
    return render(
        request,
        "communities/edit.jinja",
        {"form": form, "community": None},
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "HEAD"])
@signed_in
def by_id(request: SignedInRequest, community_id: int) -> HttpResponseBase:
    """The address that notifications know."""
    return redirect(get_object_or_404(Community.objects.visible_to(request.person), pk=community_id))


@require_http_methods(["GET", "HEAD"])
def network(request: HttpRequest) -> HttpResponse:
    found = queries.network(cast("Request", request).person)
    joined = Counter(end for edge in found.edges for end in (edge.a, edge.b))

    def named(number: int) -> Markup:
        community = found.by_id[number].community
        return Markup('<a href="{}"><bdi>{}</bdi></a>').format(community.get_absolute_url(), community.title)

    return render(
        request,
        "communities/network.jinja",
        {
            "network": found,
            "web": webs.web(found),
            "webs": webs,
            "network_rows": [
                [named(node.community.pk), node.members, joined[node.community.pk]] for node in found.nodes
            ],
            "edge_rows": [
                [
                    named(edge.a),
                    named(edge.b),
                    edge.shared,
                    "; ".join(_links_in_words(edge, found)),
                ]
                for edge in sorted(found.edges, key=lambda each: (-each.shared, each.a, each.b))
            ],
        },
    )


def _links_in_words(edge: queries.Edge, network: queries.Network) -> list[str]:
    """Which way a link leads, and what is said of it; both ways in one sentence."""
    said = list(dict.fromkeys(words for _source, words in edge.links if words))
    if len(edge.links) > 1:
        return [_("each points to the other"), *said]
    return [
        _("%(one)s points to %(other)s")
        % {
            "one": network.by_id[source].community.title,
            "other": network.by_id[edge.b if source == edge.a else edge.a].community.title,
        }
        for source, _words in edge.links
    ] + said

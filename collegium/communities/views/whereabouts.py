"""The map of a community."""

from django.contrib import messages
from django.http import JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collegium.communities import actions, places, queries, rules, worldmap
from collegium.communities.forms import PlaceForm
from collegium.communities.places import projection
from collegium.communities.views.loading import frame, load_as_member
from collegium.design.shortcuts import render
from collegium.foundation.refusal import Refusal, require
from collegium.people import territories
from collegium.people.requests import SignedInRequest, signed_in


@require_http_methods(["GET", "HEAD"])
@signed_in
def towns(request: SignedInRequest) -> HttpResponseBase:
    """Towns that begin as what is typed (``q``), for a field that suggests them."""
    found = places.beginning(request.GET.get("q", "")[:120], request.GET.get("country", "")[:2])
    answer = JsonResponse(
        {"towns": [{"name": each.name, "country": territories.country_name(each.country)} for each in found]}
    )
    answer["Cache-Control"] = "private, max-age=86400"
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def show(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """Stand on it by POST, or be taken off: ``do`` says which."""
    community, _membership = load_as_member(request, slug)
    require(allowed=rules.may_see_map(request.person, community))
    placed = queries.on_map(community)
    mine = next((each for each in placed if each.person_id == request.person.pk), None)
    kept = {"country": mine.country, "town": mine.town} if mine else None
    form = PlaceForm(
        request.POST if request.method == "POST" and request.POST.get("do") != "off" else None,
        person=request.person,
        **({"initial": kept} if kept else {}),
    )
    if request.method == "POST":
        if request.POST.get("do") == "off":
            actions.take_off_map(community=community, person=request.person)
            messages.success(request, _("You are off the map."))
            return redirect("communities:map", slug=slug)
        if form.is_valid():
            try:
                actions.place_on_map(community=community, person=request.person, **form.cleaned_data)
            except Refusal as refusal:
                form.add_error(refusal.code if refusal.code in form.fields else None, str(refusal))
            else:
                messages.success(request, _("You are on the map."))
                return redirect("communities:map", slug=slug)
    countries = worldmap.by_country(placed)
    return render(
        request,
        "communities/map.jinja",
        {
            **frame(community, request.person, "map"),
            "form": form,
            "mine": mine,
            "placed": placed,
            "countries": countries,
            "clusters": worldmap.clusters(placed),
            "shapes": places.shapes(),
            "lived_in": {each.code for each in countries},
            "width": projection.WIDTH,
            "height": projection.HEIGHT,
        },
        status=422 if form.errors else 200,
    )

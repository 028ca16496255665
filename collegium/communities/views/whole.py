"""A community's own page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from collegium.communities.models import Community
from collegium.design.shortcuts import render


@require_http_methods(["GET", "HEAD"])
def show(request: HttpRequest, slug: str) -> HttpResponse:
    community = get_object_or_404(Community.objects.visible_to(request.person), slug=slug)  # type: ignore[attr-defined]
    return render(request, "communities/community.jinja", {"community": community})

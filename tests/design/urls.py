"""Addresses for the design's own tests: its pages, and a few that use the frame."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.http import require_http_methods

from collegium.design.errors import refused
from collegium.design.shortcuts import render

handler400 = "collegium.design.errors.bad_request"
handler403 = "collegium.design.errors.forbidden"
handler404 = "collegium.design.errors.not_found"
handler500 = "collegium.design.errors.server_error"


@require_http_methods(["GET"])
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "design/appearance.jinja", {"form": None, "back": "/"}, block="heading")


@require_http_methods(["GET", "POST"])
def forbidden(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("Only the lead assessor may do this.")


@require_http_methods(["GET"])
def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError


@require_http_methods(["GET"])
def refusing(request: HttpRequest) -> HttpResponse:
    return refused(
        request, "It was submitted this morning.", details=["Ask the coordinator."], back="/design/"
    )


@require_http_methods(["POST"])
def saving(request: HttpRequest) -> HttpResponse:
    messages.success(request, "Saved <b>once</b>.")
    return HttpResponse(status=204)


urlpatterns = [
    path("", home, name="home"),
    path("forbidden/", forbidden, name="forbidden"),
    path("broken/", broken, name="broken"),
    path("refusing/", refusing, name="refusing"),
    path("saving/", saving, name="saving"),
    path("capture/", refusing, name="capture"),
    path("search/", refusing, name="search"),
    path("design/", include("collegium.design.urls")),
]

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.template import engines
from django.template.backends.utils import csrf_input_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_safe

from collegium.design import gallery as gallery_material
from collegium.design import icons
from collegium.design.appearance import Appearance, remember
from collegium.design.appearance import appearance as chosen_appearance
from collegium.design.forms import AppearanceForm
from collegium.design.shortcuts import render


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    engine = engines["jinja"]
    given = {
        "csrf_input": csrf_input_lazy(request),
        "sample": gallery_material.sample,
        "sample_choice": gallery_material.sample_choice,
    }
    chapters = [
        {
            "title": chapter.title,
            "note": chapter.note,
            "slug": chapter.slug,
            "specimens": [
                {
                    "macros": specimen.macros,
                    "note": specimen.note,
                    "source": specimen.source,
                    "html": mark_safe(engine.from_string(specimen.source).render(given)),  # noqa: S308  ours
                }
                for specimen in chapter.specimens
            ],
        }
        for chapter in gallery_material.chapters()
    ]
    context = {
        "chapters": chapters,
        "macros": gallery_material.macros(),
        "colours": gallery_material.colours(),
        "icon_names": icons.names(),
    }
    return render(request, "design/gallery.jinja", context)


@require_http_methods(["GET", "HEAD", "POST"])
def appearance(request: HttpRequest) -> HttpResponse:
    now = chosen_appearance(request)
    form = AppearanceForm(request.POST or None, initial=asdict(now))
    if form.is_valid():
        response = HttpResponseRedirect(_way_back(request))
        remember(response, Appearance(**form.cleaned_data), secure=request.is_secure())
        return response
    return render(request, "design/appearance.jinja", {"form": form, "back": _way_back(request)})


def _way_back(request: HttpRequest) -> str:
    """The page the reader came from, if it is one of ours."""
    wanted = request.POST.get("next") or request.headers.get("referer", "")
    if url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ) and not wanted.endswith(request.path):
        return wanted
    return resolve_url("design:appearance")

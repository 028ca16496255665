from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.template.backends.utils import csrf_token_lazy
from django.utils.cache import patch_vary_headers
from jinja2_fragments import render_block

from collegium.design import csrf
from collegium.foundation.surroundings import settled


def render(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    block: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page; or, where `block` is named and htmx asks for a part, that block of the same template alone."""
    if block is None:
        return HttpResponse(loader.render_to_string(template, context, request), status=status)
    if wants_fragment(request):
        html = render_fragment(request, template, block, context)
    else:
        html = loader.render_to_string(template, context, request)
    response = HttpResponse(html, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def wants_fragment(request: HttpRequest) -> bool:
    """Htmx restoring its history, or a boosted link, wants the whole page."""
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def render_fragment(
    request: HttpRequest, template: str, block: str, context: dict[str, Any] | None = None
) -> str:
    """What is set at the top of the template is unknown within: a block that is rendered alone is given all it
    needs by the context (`ui`, `icon` and the other globals are always there).
    """
    compiled = loader.get_template(template)
    backend = compiled.backend  # type: ignore[attr-defined]  # Django's Jinja2 templates have it
    whole: dict[str, Any] = dict(context or {})
    whole |= {
        "request": request,
        "csrf_input": csrf.of_page(request),
        "csrf_token": csrf_token_lazy(request),
    }
    for processor in backend.template_context_processors:
        whole.update(processor(request))
    with settled():
        return str(render_block(backend.env, template, block, whole))

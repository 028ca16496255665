"""Pages that say no. The root URLs and settings name these functions; a door that caught a Refusal calls `refused`."""

import re
from collections.abc import Sequence
from html import unescape

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.template import loader
from django.utils.html import strip_tags

from collegium.design.shortcuts import render

_SECRET = re.compile("pass|token|csrf|code|secret", re.IGNORECASE)
_BREAKS = re.compile(r"</p>|<br\s*/?>|</li>", re.IGNORECASE)
LAST_RESORT = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>Something broke</title><h1>Something broke on our side</h1>"
    "<p>This page met a fault. What you had saved before is safe. Try again in a moment.</p></html>"
)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  Django's signature
    return render(request, "400.jinja", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Says the sentence that `require(allowed=…, because=…)` was given."""
    context = {"reason": str(exception or ""), "typed": typed(request)}
    return render(request, "403.jinja", context, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  never told
    return render(request, "404.jinja", {"typed": typed(request)}, status=404)


def typed(request: HttpRequest) -> list[str]:
    """What somebody wrote into a form that was theirs until a moment ago, so that it can be copied from the page that says no.

    Only where a view of ours has had the request, after the check that the form was ours too.
    """
    match = request.resolver_match
    if request.method != "POST" or match is None or getattr(match.func, "csrf_exempt", False):
        return []
    try:
        values = [value for name, value in request.POST.items() if not _SECRET.search(name)]
    except (SuspiciousOperation, UnreadablePostError):
        return []
    written = (unescape(strip_tags(_BREAKS.sub("\n\n", str(value)))).strip() for value in values)
    return [words for words in written if " " in words or "\n" in words]  # no keys, numbers and choices


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  is for developers
    return render(request, "403_csrf.jinja", status=403)


def server_error(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  whatever broke may be the request itself
    """Without the reader's name and bar, since what they need may be what broke."""
    try:
        html = str(loader.render_to_string("500.jinja", {"request": None}))
    except Exception:  # noqa: BLE001  the page of last resort must come
        html = LAST_RESORT
    return HttpResponse(html, status=500)


def refused(
    request: HttpRequest,
    sentence: str,
    *,
    details: Sequence[str] = (),
    kept: str = "",
    back: str = "",
    status: int = 409,
) -> HttpResponse:
    """A whole page for a Refusal that has no form to stand in. `back` is an address of ours."""
    context = {"sentence": sentence, "details": [str(each) for each in details], "kept": kept, "back": back}
    return render(request, "design/refusal.jinja", context, status=status)

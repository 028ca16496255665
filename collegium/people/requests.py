"""What a view may count on: the request with the person who reads, typed."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import TYPE_CHECKING, Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase
    from django_htmx.middleware import HtmxDetails

    from collegium.people.models import Person

P = ParamSpec("P")


class Request(HttpRequest):
    """Any request after ``PersonMiddleware``: ``person`` is None for a stranger."""

    person: Person | None
    htmx: HtmxDetails
    csp_nonce: str


class SignedInRequest(Request):
    person: Person


def signed_in(
    view: Callable[Concatenate[SignedInRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Strangers are led to log-in and back; the view itself always has a person."""

    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if cast("Request", request).person is None:
            return redirect_to_login(request.get_full_path())
        return view(cast("SignedInRequest", request), *args, **kwargs)

    update_wrapper(guarded, view)
    guarded.signed_in = True  # type: ignore[attr-defined]  # read by the guard test that walks every address
    return guarded

"""The hidden field of forms, the same for all forms of one page."""

from functools import cached_property

from django.http import HttpRequest
from django.template.backends.utils import csrf_input


class CsrfInput:
    """The hidden field of every form on a page: as Django's own, which would mask the same secret anew for each."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def _written(self) -> str:
        return str(csrf_input(self._request))

    def __html__(self) -> str:
        return self._written

    __str__ = __html__


def of_page(request: HttpRequest) -> CsrfInput:
    """One for all templates that are rendered for this request, and not asked for before one of them writes a form."""
    if not hasattr(request, "csrf_input_of_page"):
        request.csrf_input_of_page = CsrfInput(request)  # type: ignore[attr-defined]  # ours, for this request only
    return request.csrf_input_of_page  # type: ignore[attr-defined, no-any-return]

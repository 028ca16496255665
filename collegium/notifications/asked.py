"""What a page asks once about its reader, wherever on it that is shown."""

from typing import cast

from django.http import HttpRequest

from collegium.notifications import queries
from collegium.notifications.queries import Bell, Line
from collegium.people.models import Person
from collegium.people.requests import Request

HOME = "home:start"


def bell(request: HttpRequest) -> Bell:
    kept: Bell | None = getattr(request, "notifications_bell", None)
    if kept is not None:
        return kept
    person = cast("Request", request).person
    match = request.resolver_match
    if person is not None and match is not None and match.view_name == HOME:
        first_lines(request, person, on_home=True)  # which home shows too
        return bell(request)
    return _keep(request, queries.bell(person) if person is not None else Bell())


def first_lines(request: HttpRequest, person: Person, *, on_home: bool = False) -> list[Line]:
    """With them comes what the bell says."""
    kept: list[Line] | None = getattr(request, "notifications_first", None)
    if kept is None:
        kept, rings = queries.first_lines(person, on_home=on_home)
        request.notifications_first = kept  # type: ignore[attr-defined]  # notes of our own, for this request only
        _keep(request, rings)
    return kept


def _keep(request: HttpRequest, found: Bell) -> Bell:
    request.notifications_bell = found  # type: ignore[attr-defined]  # as above
    return found

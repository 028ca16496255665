"""Puts the person who reads on the request, and their time zone and language on the page."""

import zoneinfo
from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone, translation

from collegium.people.models import Person
from collegium.people.requests import Request


class PersonMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        person = self._person(request)
        cast("Request", request).person = person
        if person is None:
            timezone.deactivate()
            return self.get_response(request)
        # The language chosen at the foot of a page stands in a cookie, and is newer than the one in the profile.
        if person.language and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            translation.activate(person.language)
            request.LANGUAGE_CODE = translation.get_language() or person.language
        with timezone.override(_zone(person.time_zone)):
            return self.get_response(request)

    def _person(self, request: HttpRequest) -> Person | None:
        if not request.user.is_authenticated:
            return None
        person: Person | None = getattr(
            request.user, "person", None
        )  # read along with the account by PersonBackend
        return person if person is not None and person.erased_at is None else None


def _zone(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")

"""The demo's own pages: be one of the cast with one click, and read the letters that would have been sent.

They are only among the addresses in demo mode (``config.urls``), and refuse in any other mode all the same.
"""

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import login, logout
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods

from collegium.design.shortcuts import render
from collegium.foundation import files
from collegium.home.models import DemoLetter
from collegium.people.models import Person
from collegium.people.queries import FACE

P = ParamSpec("P")
SHOWN = 100
FIRST = 8  # the cast is listed so that these show most
LETTERS = 50
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


@dataclass(frozen=True)
class Role:
    """One of the cast, with what may be seen as them."""

    person: Person
    photo: str | None
    shows: str


def _demo_only(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if settings.MODE != "demo":
            raise Http404
        return view(request, *args, **kwargs)

    update_wrapper(guarded, view)
    return guarded


def _cast() -> Sequence[Any]:
    """Who is in it and what each shows, from the demo world; a world without a list of its cast shows everybody."""
    try:
        return list(importlib.import_module("collegium.home.world.cast").CAST)
    except (ImportError, AttributeError):
        return []


def _roles() -> list[Role]:
    people = Person.objects.filter(account__is_active=True, erased_at__isnull=True).select_related(
        "account", "photo"
    )
    known = {member.email.lower(): (place, member) for place, member in enumerate(_cast())}
    if known:
        people = people.filter(account__email__in=known) or people
    found = []
    for person in people.order_by("pk")[:SHOWN]:
        place, member = known.get(person.account.email.lower() if person.account else "", (0, None))
        found.append(
            (
                place,
                Role(
                    person=person,
                    photo=reverse("demo:face", args=[person.pk]) if person.photo_id else None,
                    shows=str(member.shows) if member else person.role,
                ),
            )
        )
    return [role for _place, role in sorted(found, key=lambda each: each[0])]


@require_http_methods(["GET", "HEAD"])
@_demo_only
def cast(request: HttpRequest) -> HttpResponse:
    roles = _roles()
    return render(request, "demo/cast.jinja", {"first": roles[:FIRST], "others": roles[FIRST:]})


@require_http_methods(["GET", "HEAD"])
@_demo_only
def face(request: HttpRequest, person_id: int) -> HttpResponseBase:
    """A face of the cast, which this page shows before anybody is signed in."""
    person = get_object_or_404(Person.objects.select_related("photo"), pk=person_id)
    if person.photo is None:
        raise Http404
    shown = files.thumbnail(person.photo, FACE) or person.photo
    return files.serve(shown, name="face.webp", request=request, max_age=3600)


@require_http_methods(["POST"])
@_demo_only
def become(request: HttpRequest, person_id: int) -> HttpResponse:
    person = get_object_or_404(
        Person.objects.select_related("account").filter(account__is_active=True), pk=person_id
    )
    logout(request)
    login(request, person.account, backend=settings.AUTHENTICATION_BACKENDS[0])
    UserSession.objects.create_from_request(
        request
    )  # as allauth does, so that “where you are signed in” is true
    return redirect("home:start")


@require_http_methods(["GET", "HEAD"])
@_demo_only
def mail(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "")[:100]
    wanted = (
        DemoLetter.objects.filter(Q(to__icontains=words) | Q(subject__icontains=words))
        if words
        else DemoLetter.objects.all()
    )
    start = int(page) * LETTERS if (page := request.GET.get("page", "0")).isdecimal() and len(page) < 6 else 0  # noqa: PLR2004
    letters = list(wanted.only("to", "subject", "sent_at")[start : start + LETTERS + 1])
    return render(
        request,
        "demo/mail.jinja",
        {
            "letters": letters[:LETTERS],
            "words": words,
            "earlier": start // LETTERS - 1 if start else None,
            "further": start // LETTERS + 1 if len(letters) > LETTERS else None,
        },
    )


@require_http_methods(["GET", "HEAD"])
@_demo_only
def letter(request: HttpRequest, letter_id: int) -> HttpResponse:
    found = get_object_or_404(DemoLetter, pk=letter_id)
    return render(request, "demo/letter.jinja", {"letter": found, "plain": request.GET.get("as") == "text"})


@require_http_methods(["GET", "HEAD"])
@xframe_options_sameorigin
@_demo_only
def letter_body(request: HttpRequest, letter_id: int) -> HttpResponse:  # noqa: ARG001  # the signature of a view
    """The letter's own HTML, as a document of its own that may do nothing but be looked at."""
    found = get_object_or_404(DemoLetter, pk=letter_id)
    # A link opens a window of its own: the pages it leads to are not for frames.
    response = HttpResponse(found.html.replace("<head>", '<head><base target="_blank">', 1))
    response["Content-Security-Policy"] = LETTER_POLICY
    return response

"""The front page, home, search, and what each role may do."""

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from collegium.design.shortcuts import render
from collegium.home import queries
from collegium.home.search import SHORTEST_QUERY
from collegium.home.search import search as found_of
from collegium.people import waiting
from collegium.people.requests import Request

LONGEST_QUERY = 100


@require_http_methods(["GET", "HEAD"])
def start(request: Request) -> HttpResponse:
    if request.person is None:
        cards = queries.schemes()
        return render(
            request,
            "home/front.jinja",
            {"schemes": cards, "shelf": queries.shelf_of(cards), "awards": queries.awards_on_the_register()},
        )
    home = queries.home(request.person)
    if home.row is not None:
        waiting.note(request, home.row)
    return render(
        request, "home/home.jinja", {"person": request.person, "steps": home.steps, "done": home.done}
    )


@require_http_methods(["GET", "HEAD"])
def search(request: Request) -> HttpResponse:
    words = " ".join(request.GET.get("q", "")[:LONGEST_QUERY].replace("\0", "").split())
    return render(
        request,
        "home/search.jinja",
        {
            "words": words,
            "found": found_of(words, request.person),
            "too_short": 0 < len(words) < SHORTEST_QUERY,
        },
        block="found",
    )


@require_http_methods(["GET", "HEAD"])
def roles(request: Request) -> HttpResponse:
    return render(request, "home/roles.jinja", {"roles": queries.roles(request.person)})

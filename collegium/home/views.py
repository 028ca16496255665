"""The front page, home, search, and what each role may do."""

from collections.abc import Container

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods

from collegium.design.shortcuts import render
from collegium.foundation.fulltext import STEMMERS
from collegium.home import queries
from collegium.home.findable import BY_KEY
from collegium.home.search import LONGEST_QUERY, SHORTEST_QUERY, TIMES, Wanted, languages, times, title_of
from collegium.home.search import quick as quick_of
from collegium.home.search import search as found_of
from collegium.people import waiting
from collegium.people.requests import Request

LONGEST_SLUG = 80


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
    words = _words(request)
    wanted = Wanted(
        words=words,
        kind=_one_of(request, "kind", BY_KEY),
        community=request.GET.get("community", "")[:LONGEST_SLUG].replace("\0", ""),
        language=_one_of(request, "language", STEMMERS),
        time=_one_of(request, "time", TIMES),
        newest=request.GET.get("order") == "newest",
        before=_key(request.GET.get("before", "")),
    )
    found = found_of(wanted, request.person)
    return render(
        request,
        "home/search.jinja",
        {
            "words": words.strip(),
            "wanted": wanted,
            "found": found,
            "kind": next((each for each in found.facets if each.key == wanted.kind), None),
            "kind_title": title_of(wanted.kind),
            "too_short": 0 < len(words.strip()) < SHORTEST_QUERY,
            "languages": languages(),
            "times": times(),
        },
        block="found",
    )


@require_http_methods(["GET", "HEAD"])
def quick(request: Request) -> HttpResponse:
    """A few hits as options of the list under the search field of every page."""
    words = _words(request)
    found = quick_of(words, request.person)
    return HttpResponse(
        render_to_string("home/quick.jinja", {"found": found, "words": words.strip()}, request),
        headers={"Cache-Control": "private, no-store"},
    )


def _words(request: Request) -> str:
    # A space at the end is kept: it says that the last word is finished.
    return request.GET.get("q", "")[:LONGEST_QUERY].replace("\0", " ").lstrip()


def _one_of(request: Request, name: str, known: Container[str]) -> str:
    chosen = request.GET.get(name, "")
    return chosen if chosen in known else ""


def _key(given: str) -> int | None:
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None  # noqa: PLR2004  # digits of a 64-bit key


@require_http_methods(["GET", "HEAD"])
def roles(request: Request) -> HttpResponse:
    return render(request, "home/roles.jinja", {"roles": queries.roles(request.person)})

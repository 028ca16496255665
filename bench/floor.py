"""The least that a page of a given size can cost here: one session look-up, one query, one template."""

from collections.abc import Callable
from functools import lru_cache

import jinja2
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

ROW = '<li class="row"><a href="/somewhere/{{ n }}">{{ title }}</a> <span>{{ words }}</span></li>\n'
TEMPLATE = jinja2.Environment(autoescape=True).from_string(
    "<!doctype html><title>{{ name }}</title><ul>{% for n in numbers %}"
    + ROW.replace("{{ n }}", "{{ n }}")
    + "{% endfor %}</ul>"
)
ROW_BYTES = len(
    '<li class="row"><a href="/somewhere/1234">A title of some words</a> <span>and a few words more</span></li>\n'
)


@lru_cache
def _numbers(size: int) -> range:
    return range(1000, 1000 + max(1, size // ROW_BYTES))


def floor(request: HttpRequest, size: int) -> HttpResponse:
    # The session and the account with its person: what the middleware asks for on every page of a signed-in reader.
    name = str(request.user)
    return HttpResponse(
        TEMPLATE.render(
            name=name, numbers=_numbers(size), title="A title of some words", words="and a few words more"
        )
    )


class CountQueries:
    """Says in a header how many queries a page took, when asked for in one; costs a dictionary look-up otherwise."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "HTTP_X_COUNT" not in request.META:
            return self.get_response(request)
        queries = 0

        def count(execute, sql, params, many, context):  # noqa: ANN001, ANN202  # Django's signature
            nonlocal queries
            queries += 1
            return execute(sql, params, many, context)

        with connection.execute_wrapper(count):
            response = self.get_response(request)
        response["X-Queries"] = str(queries)
        return response

"""All addresses of our own, as (name, route, view)."""

from collections.abc import Callable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

Address = tuple[str, str, Callable[..., Any]]


def _walk(patterns: list[Any], namespace: str = "", prefix: str = "") -> Iterator[Address]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, inner, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", prefix + str(pattern.pattern), pattern.callback


OUR_ADDRESSES: list[Address] = [
    (name, route, view)
    for name, route, view in _walk(get_resolver().url_patterns)
    # allauth's own pages are tested where their templates are; Django's language view is named in our urls.
    if view.__module__.startswith("collegium.") or name.startswith("design:")
]

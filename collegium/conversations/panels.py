"""What conversations put on other pages: reporting, what waits for moderators, results of the search of the house."""

from functools import lru_cache
from typing import Any, cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language

from collegium.conversations.models import Post
from collegium.conversations.queries import moderation
from collegium.conversations.queries.search import search
from collegium.design.places import panel
from collegium.people.requests import Request

FOUND_AT_HOME = 5


@panel("post.actions", order=90)
def report_or_moderate(request: HttpRequest, *, post: Post, **_context: Any) -> str | None:
    """Once for each post of a page: so it asks the database nothing. The pages behind it ask the rules."""
    person = cast("Request", request).person
    if person is None or post.removed_at is not None:
        return None
    if post.author_id == person.pk:
        return _action("why", reverse("conversations:my_measures")) if post.hidden_at else None
    reader = getattr(request, "forum_reader", None)  # noted by our views, which have asked already
    if reader is not None and reader.standing.is_moderator:
        return _action("moderate", reverse("conversations:moderate", args=[post.pk]))
    return _action("report", reverse("conversations:report", args=[post.pk])) if not post.hidden_at else None


def _action(kind: str, address: str) -> str:
    return _rendered(kind, get_language() or "").replace("ADDRESS", address)


@lru_cache(maxsize=64)
def _rendered(kind: str, language: str) -> str:  # noqa: ARG001  # the language is the reader's already: a key
    return render_to_string("conversations/moderation/action.jinja", {"kind": kind})


@panel("home.next", order=15)
def moderators_queue(request: HttpRequest) -> str | None:
    person = cast("Request", request).person
    waiting = moderation.waiting_for(person) if person is not None else []
    return (
        render_to_string("conversations/moderation/waiting.jinja", {"waiting": waiting}, request)
        if waiting
        else None
    )


@panel("search.results", order=20)
def posts_found(request: HttpRequest, *, words: str) -> str | None:
    hits = search(words, cast("Request", request).person, limit=FOUND_AT_HOME)
    return (
        render_to_string("conversations/found.jinja", {"hits": hits, "words": words}, request)
        if hits
        else None
    )

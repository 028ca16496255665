"""Search in conversations, with results as one types."""

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from collegium.conversations import queries
from collegium.conversations.models import Forum
from collegium.conversations.queries.search import by_forum
from collegium.design.shortcuts import render
from collegium.foundation import fulltext
from collegium.people.requests import Request


@require_http_methods(["GET", "HEAD"])
def search(request: Request) -> HttpResponse:
    # A space at the end is kept: it says that the last word is finished.
    words = request.GET.get("q", "")[: fulltext.LONGEST_QUERY].replace("\0", "").lstrip()
    asked = request.GET.get("forum", "")
    # A forum that may not be read is one that is not there.
    forum = (
        Forum.objects.visible_to(request.person).filter(pk=asked).first()
        if asked.isdecimal() and len(asked) < 19  # noqa: PLR2004  # digits of a 64-bit key
        else None
    )
    hits = queries.search(words, request.person, forums=[forum] if forum is not None else None)
    return render(
        request,
        "conversations/search.jinja",
        {
            "words": words.rstrip(),
            "forum": forum,
            "groups": by_forum(hits),
            "can_be_looked_for": bool(fulltext.Query.read(words)),
        },
        block="found",
    )

"""Rivers for programs: Atom, RSS and JSON Feed, and their sources as OPML; of what is public, and by a private address."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collegium.ecology import opml, outgoing
from collegium.ecology.actions.river import hashed
from collegium.ecology.forms.river import narrowing_of
from collegium.ecology.models import FeedAddress
from collegium.ecology.queries import river as queries
from collegium.ecology.queries.river import Narrowing, Scope
from collegium.ecology.views.rivers import (
    FORMS,
    Stream,
    stream_of_ecology,
    stream_of_mine,
    stream_of_person,
    stream_of_tag,
)
from collegium.foundation import feeds

ITEMS = 50
ITEMS_OF_OUTLINES = 500  # the newest of a view: what brought them is on its list of sources
_BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)  # what an empty feed says of itself: it has never changed


@require_http_methods(["GET", "HEAD"])
def of_ecology(request: HttpRequest, ecology_id: int, form: str) -> HttpResponseBase:
    """The same for everybody, signed in or not: what is public."""
    return _public(request, stream_of_ecology(ecology_id, None), form)


@require_http_methods(["GET", "HEAD"])
def of_tag(request: HttpRequest, tag: str, form: str) -> HttpResponseBase:
    return _public(request, stream_of_tag(tag, None), form)


@require_http_methods(["GET", "HEAD"])
def of_person(request: HttpRequest, person_id: int, form: str) -> HttpResponseBase:
    return _public(request, stream_of_person(person_id, None), form)


@require_http_methods(["GET", "HEAD"])
def private(request: HttpRequest, token: str, form: str) -> HttpResponseBase:
    """Whoever has the address reads what its person may see at this moment: it ends with a membership, and with the
    account.
    """
    found = get_object_or_404(
        FeedAddress.objects.filter(
            person__account__is_active=True, person__erased_at__isnull=True
        ).select_related("person__account"),
        token_hash=hashed(token),
    )
    person = found.person
    narrowing = narrowing_of(request.GET).for_everybody()
    with translation.override(person.language or settings.LANGUAGE_CODE):
        stream = stream_of_mine(person)
        if narrowing.ecology is not None:
            # A river that the person may read without belonging to it counts too, and one that they left does not.
            stream = stream_of_ecology(narrowing.ecology, person)
        elif narrowing.tag or narrowing.person is not None:
            stream = replace(stream, scope=Scope(reader=person))
        return _write(
            request, stream, narrowing, form, page=stream.address(narrowing), caching="private, no-cache"
        )


def _public(request: HttpRequest, stream: Stream, form: str) -> HttpResponseBase:
    narrowing = stream.narrowed(request.GET).for_everybody()
    language = settings.LANGUAGE_CODE
    with translation.override(language):
        return _write(
            request, stream, narrowing, form, page=stream.address(narrowing), caching="public, max-age=300"
        )


def _write(
    request: HttpRequest, stream: Stream, narrowing: Narrowing, form: str, *, page: str, caching: str
) -> HttpResponseBase:
    if form not in FORMS:
        raise Http404
    if form == "opml":
        return _outlines(request, stream, narrowing, caching)
    items = queries.river(stream.scope, narrowing, size=ITEMS, goes_out=True).items
    channel = feeds.Channel(
        title=stream.title if stream.title != _("River") else f"{settings.SITE_NAME}: {stream.title}",
        description=_said(stream),
        page_url=settings.SITE_URL + page,
        feed_urls=_siblings(request, narrowing, form),
        opened_at=stream.ecology.opened_at if stream.ecology else _BEGINNING,
        language=settings.LANGUAGE_CODE,
    )
    content = outgoing.write(form, channel, items)
    # Told, but not asked for: what was taken out since is no newer item.
    told = {"Last-Modified": http_date(outgoing.changed_at(channel, items).timestamp())}
    return _answer(request, content, feeds.MEDIA_TYPES[form], caching, told)


def _outlines(request: HttpRequest, stream: Stream, narrowing: Narrowing, caching: str) -> HttpResponseBase:
    sources = queries.sources_in(stream.scope, narrowing, of_items=ITEMS_OF_OUTLINES)
    title = _("Sources of %(title)s") % {"title": stream.title}
    outlines = [
        opml.of_source(feed_url=each.feed_url, page_url=each.page_url, title=str(each), folder="", kept={})
        for each in sources
    ]
    # A list without an outline is none.
    page = {"type": "link", "text": stream.title, "url": settings.SITE_URL + stream.address(narrowing)}
    content = opml.write(head={"title": title}, outlines=outlines or [opml.Outline(page)])
    return _answer(request, content, "text/x-opml", caching, {})


def _answer(
    request: HttpRequest, content: bytes, media_type: str, caching: str, told: dict[str, str]
) -> HttpResponseBase:
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    response = HttpResponse(content, content_type=f"{media_type}; charset=utf-8", headers=told)
    response["ETag"] = etag
    response["Cache-Control"] = caching
    if caching.startswith("public"):
        response["Access-Control-Allow-Origin"] = "*"
    return get_conditional_response(request, etag=etag, response=response) or response


def _siblings(request: HttpRequest, narrowing: Narrowing, form: str) -> dict[str, str]:
    """The address that was asked for, and the same in the other formats."""
    stem = request.path.removesuffix(f".{form}")
    match = request.resolver_match
    fixed = set(match.kwargs) if match is not None else set()
    names = {"tag": "tag", "person_id": "person"}
    asked = narrowing.without(*[names[each] for each in fixed if each in names])
    end = f"?{asked.as_query}" if asked else ""
    return {each: f"{settings.SITE_URL}{stem}.{each}{end}" for each in FORMS}


def _said(stream: Stream) -> str:
    if stream.ecology is not None:
        return _("What flows together in “%(title)s”, from everywhere.") % {"title": stream.ecology.title}
    if stream.person is not None:
        return _("What %(name)s publishes, wherever that is.") % {"name": stream.person.name}
    return _("What flows together here, from everywhere.")

"""Rivers: of all that one belongs to, of an ecology, of a hashtag, of a person; the hub page of an ecology; reading them."""

from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import localtime
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collegium.design.errors import refused
from collegium.design.shortcuts import render, wants_fragment
from collegium.ecology import tags
from collegium.ecology.actions import river as actions
from collegium.ecology.forms.river import narrowing_of
from collegium.ecology.models import Ecology, FeedAddress, Item, Mute, Source
from collegium.ecology.queries import river as queries
from collegium.ecology.queries.choosing import Choices, choices
from collegium.ecology.queries.river import Key, Narrowing, RiverPage, Scope, ShownItem
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.people.models import Audience, Person
from collegium.people.requests import Request, SignedInRequest, signed_in

FORMS = ("atom", "rss", "json", "opml")  # what its items say, and a list of the sources that they came from
MOST_MARKED = 100  # items that are marked as read at once
_HUB_ITEMS = 5
_HUB_HIGHLIGHTS = 3


def reader_of(request: HttpRequest) -> Person | None:
    return cast("Request", request).person


@dataclass(frozen=True)
class Stream:
    """Which river a page shows: where it is, what it is called, and where it goes out again."""

    scope: Scope
    fixed: Narrowing  # what the address itself says
    title: str
    here: str
    feed: str = ""  # the name of the address of its feeds that need no account; empty: private
    feed_arguments: dict[str, Any] = field(default_factory=dict)
    ecology: Ecology | None = None
    parts: tuple[Ecology, ...] = ()
    person: Person | None = None

    def narrowed(self, given: Any) -> Narrowing:
        asked = narrowing_of(given)
        fixed = {name: value for name, value in vars(self.fixed).items() if value}
        return asked.but(**fixed)

    def loose(self, narrowing: Narrowing) -> Narrowing:
        """What may be taken away again."""
        return narrowing.without(*[name for name, value in vars(self.fixed).items() if value])

    def address(self, narrowing: Narrowing) -> str:
        asked = self.loose(narrowing).as_query
        return f"{self.here}?{asked}" if asked else self.here

    def feeds(self, narrowing: Narrowing) -> dict[str, str]:
        """By format; empty where only a private address may be read."""
        if not self.feed:
            return {}
        asked = self.loose(narrowing.for_everybody()).as_query
        end = f"?{asked}" if asked else ""
        found = {
            form: reverse(self.feed, kwargs={**self.feed_arguments, "form": form}) + end for form in FORMS
        }
        if self.ecology is not None and not asked:
            # All that is followed, in its folders, and not only what brought something of late.
            found["opml"] = reverse("ecology:opml", kwargs={"ecology_id": self.ecology.pk})
        return found


# Streams --------------------------------------------------------------------------------------------------------------


def stream_of_mine(person: Person) -> Stream:
    scope = Scope(reader=person, ecologies=tuple(queries.ecologies_of(person)), with_own=True)
    return Stream(scope, Narrowing(), _("River"), reverse("ecology:river"))


def stream_of_ecology(ecology_id: int, reader: Person | None) -> Stream:
    """404 where the reader may not see it."""
    found = queries.ecology_with_parts(ecology_id, reader)
    if found is None:
        raise Http404
    ecology, parts = found
    is_public = ecology.audience == Audience.PUBLIC
    return Stream(
        Scope(reader=reader, ecologies=(ecology, *parts)),
        Narrowing(),
        ecology.title,
        reverse("ecology:stream", kwargs={"ecology_id": ecology.pk}),
        feed="ecology:feed" if is_public else "",
        feed_arguments={"ecology_id": ecology.pk},
        ecology=ecology,
        parts=tuple(parts),
    )


def stream_of_tag(tag: str, reader: Person | None) -> Stream:
    folded = tags.fold(tag)
    if not folded:
        raise Http404
    where = {"tag": folded}
    return Stream(
        Scope(reader=reader),
        Narrowing(tag=folded),
        f"#{folded}",
        reverse("ecology:tag", kwargs=where),
        feed="ecology:tag_feed",
        feed_arguments=where,
    )


def stream_of_person(person_id: int, reader: Person | None) -> Stream:
    found = queries.person_seen(person_id, reader)
    if found is None:
        raise Http404
    person = found
    where = {"person_id": person.pk}
    return Stream(
        Scope(reader=reader),
        Narrowing(person=person.pk),
        person.name,
        reverse("ecology:person_stream", kwargs=where),
        feed="ecology:person_feed" if person.name_audience == Audience.PUBLIC else "",
        feed_arguments=where,
        person=person,
    )


@require_http_methods(["GET", "HEAD"])
@signed_in
def show_mine(request: SignedInRequest) -> HttpResponseBase:
    return _answer(request, stream_of_mine(request.person))


@require_http_methods(["GET", "HEAD"])
def show_stream(request: HttpRequest, ecology_id: int) -> HttpResponse:
    return _answer(request, stream_of_ecology(ecology_id, reader_of(request)))


@require_http_methods(["GET", "HEAD"])
def show_tag(request: HttpRequest, tag: str) -> HttpResponse:
    return _answer(request, stream_of_tag(tag, reader_of(request)))


@require_http_methods(["GET", "HEAD"])
def show_person(request: HttpRequest, person_id: int) -> HttpResponse:
    return _answer(request, stream_of_person(person_id, reader_of(request)))


def _answer(request: HttpRequest, stream: Stream) -> HttpResponse:
    narrowing = stream.narrowed(request.GET)
    newest = Key.read(request.GET.get("newer"))
    if newest is not None and wants_fragment(request):
        number = queries.newer_than(stream.scope, narrowing, newest)
        context = {
            "newer": number,
            "most": queries.MOST_NEW,
            "here": stream.address(narrowing),
            "newest": newest,
        }
        return render(request, "ecology/river_newer.jinja", context)
    after = Key.read(request.GET.get("after"))
    page = queries.river(stream.scope, narrowing, after=after)
    offered = choices(stream.scope)
    return render(
        request,
        "ecology/river.jinja",
        {
            "stream": stream,
            "narrowing": narrowing,
            "loose": stream.loose(narrowing),
            "page": page,
            "days": by_day(page.items),
            "is_first": after is None,
            "chips": _chips(stream, narrowing, page, offered),
            "kinds": Item.Kind.choices,
            "languages": [(code, language_title(code)) for code in offered.languages],
            "offered": offered,
            "chosen_person": _person_named(stream.loose(narrowing), page, offered),
            "tabs": _tabs(stream, narrowing),
            "feeds": stream.feeds(narrowing),
            "private_feed": _private_feed(stream, narrowing),
            "muted": _muted(page, narrowing),
            "edited": edited_in(stream.scope),
            "may_add": stream.ecology is not None and _may_add(stream.ecology),
            "may_mark": stream.scope.ecologies is not None and reader_of(request) is not None,
        },
    )


def by_day(items: list[ShownItem]) -> list[tuple[date, list[ShownItem]]]:
    days = groupby(items, key=lambda each: localtime(each.item.flows_at).date())
    return [(day, list(those)) for day, those in days]


def _may_add(ecology: Ecology) -> bool:
    """As ``rules.may_add``, of what was read already."""
    return bool(getattr(ecology, "is_member", False)) and ecology.closed_at is None


def edited_in(scope: Scope) -> set[int]:
    """Keys of the ecologies that the reader edits."""
    return {each.pk for each in scope.ecologies or () if getattr(each, "is_editor", False)}


def _tabs(stream: Stream, narrowing: Narrowing) -> list[dict[str, Any]]:
    own = {"unread": _("Unread"), "saved": _("Saved")} if stream.scope.reader is not None else {}
    plain = narrowing.without("unread", "saved", "highlighted", "hidden")
    shown = {"": _("All"), **own, "highlighted": _("Highlighted")}
    if stream.ecology is not None and stream.ecology.pk in edited_in(stream.scope):
        shown["hidden"] = _("Taken out")
    return [
        {
            "title": title,
            "href": stream.address(plain.but(**{name: True}) if name else plain),
            "current": bool(getattr(narrowing, name)) if name else narrowing == plain,
        }
        for name, title in shown.items()
    ]


def _chips(stream: Stream, narrowing: Narrowing, page: RiverPage, offered: Choices) -> list[tuple[str, str]]:
    """What it is narrowed to, each with the address without it."""
    loose = stream.loose(narrowing)
    said: list[tuple[str, str]] = []
    if loose.ecology is not None:
        titles = {each.pk: each.title for each in stream.scope.ecologies or ()}
        said.append((titles.get(loose.ecology, _("one ecology")), "ecology"))
    if loose.source is not None:
        # The source's name is told only where one of its items is seen.
        known = next(
            (each.source for each in page.items if each.source and each.source.pk == loose.source), None
        )
        said.append((str(known) if known else _("one source"), "source"))
    if loose.person is not None:
        said.append((_person_named(loose, page, offered), "person"))
    if loose.tag:
        said.append((f"#{loose.tag}", "tag"))
    if loose.kind:
        said.append((str(Item.Kind(loose.kind).label), "kind"))
    if loose.language:
        said.append((language_title(loose.language), "language"))
    if loose.since:
        said.append((_("from %(day)s") % {"day": loose.since.isoformat()}, "since"))
    if loose.until:
        said.append((_("to %(day)s") % {"day": loose.until.isoformat()}, "until"))
    if loose.words:
        said.append((f"“{loose.words}”", "words"))
    return [(words, stream.address(narrowing.without(name))) for words, name in said]


def _person_named(loose: Narrowing, page: RiverPage, offered: Choices) -> str:
    """As far as this reader may know whose items these are."""
    if loose.person is None:
        return ""
    known = next((each.item for each in page.items if each.opens_author), None)
    named = known.author.name if known and known.author else ""
    return named or dict(offered.people).get(loose.person) or _("one person")


def _muted(page: RiverPage, narrowing: Narrowing) -> bool:
    return bool(page.mutes) and not (narrowing.saved or narrowing.hidden)


def _private_feed(stream: Stream, narrowing: Narrowing) -> str:
    """The page that tells how a feed reader reads this view with the reader's own eyes."""
    if stream.scope.reader is None:
        return ""
    asked = narrowing
    if stream.ecology is not None and asked.ecology is None:
        asked = asked.but(ecology=stream.ecology.pk)
    query = asked.for_everybody().as_query
    return reverse("ecology:feeds") + (f"?{query}" if query else "")


def language_title(code: str) -> str:
    try:
        return str(get_language_info(code.lower())["name_translated"])
    except KeyError:
        return code


# The hub --------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD"])
def show_hub(request: HttpRequest, ecology_id: int) -> HttpResponse:
    """What an ecology is, and how one takes part: what is linked from elsewhere."""
    reader = reader_of(request)
    stream = stream_of_ecology(ecology_id, reader)
    ecology = cast("Ecology", stream.ecology)
    newest, chosen = queries.front(ecology, stream.scope, newest=_HUB_ITEMS, highlights=_HUB_HIGHLIGHTS)
    sources, number = queries.followed_in(ecology)
    people = [each for each in queries.publishers(ecology) if queries.opens(each, reader)]
    return render(
        request,
        "ecology/ecology.jinja",
        {
            "stream": stream,
            "ecology": ecology,
            "newest": newest,
            "highlighted": chosen,
            "sources": sources,
            "number_of_sources": number,
            "most_counted": queries.MOST_COUNTED,
            "people": people,
            "feeds": stream.feeds(Narrowing()),
            "private_feed": _private_feed(stream, Narrowing()),
            "edited": edited_in(stream.scope),
            "may_add": _may_add(ecology),
            "is_member": getattr(ecology, "is_member", False) or getattr(ecology, "is_editor", False),
        },
    )


# Reading --------------------------------------------------------------------------------------------------------------


def number_of(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 19 else None  # noqa: PLR2004  # digits of a key


def back_to(request: HttpRequest, otherwise: str) -> str:
    """Where the form stood; an address of this site, or the other one."""
    asked = request.POST.get("next", "")
    return asked if asked.startswith("/") and url_has_allowed_host_and_scheme(asked, None) else otherwise


@require_http_methods(["POST"])
@signed_in
def mark_read(request: SignedInRequest) -> HttpResponseBase:
    """``items`` that were read; of those that the reader may see."""
    given = [number for typed in request.POST.getlist("items")[:MOST_MARKED] if (number := number_of(typed))]
    items = Item.objects.visible_to(request.person).filter(pk__in=given)
    actions.mark_read(person=request.person, items=items)
    if wants_fragment(request) or request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=204)
    return redirect(back_to(request, reverse("ecology:river")))


@require_http_methods(["POST"])
@signed_in
def read_to_here(request: SignedInRequest) -> HttpResponseBase:
    """All that is not newer than ``key``, in ``ecology`` or in all rivers that the reader belongs to."""
    key = Key.read(request.POST.get("key"))
    where = back_to(request, reverse("ecology:river"))
    if key is None:
        return refused(request, _("It was not said up to where. Try again from the river."), back=where)
    asked = number_of(request.POST.get("ecology", ""))
    if asked is not None:
        found = queries.ecology_with_parts(asked, request.person)
        if found is None:
            raise Http404
        wanted = [found[0], *found[1]]
    else:
        wanted = queries.ecologies_of(request.person)
    actions.read_through(person=request.person, ecologies=wanted, moment=key.flows_at)
    messages.success(request, _("All is read to here."))
    return redirect(where)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def mutes(request: SignedInRequest) -> HttpResponseBase:
    """What one does not want to see: the list, and one more on it (``source`` or ``tag``)."""
    if request.method != "POST":
        return render(request, "ecology/river_mutes.jinja", {"mutes": queries.mutes_of(request.person)})
    where = back_to(request, reverse("ecology:mutes"))
    source = None
    if request.POST.get("source"):
        pk = number_of(request.POST["source"])
        source = get_object_or_404(Source.objects.visible_to(request.person), pk=pk or 0)
    try:
        muted = actions.mute(person=request.person, source=source, tag=request.POST.get("tag", ""))
    except Refusal as refusal:
        return refused(request, str(refusal), back=where)
    named = str(muted.source) if muted.source else f"#{muted.tag}"
    messages.success(
        request, _("You do not see “%(named)s” any more. Under “Muted” you can undo it.") % {"named": named}
    )
    return redirect(where)


@require_http_methods(["POST"])
@signed_in
def unmute(request: SignedInRequest, mute_id: int) -> HttpResponseBase:
    muted = get_object_or_404(Mute.objects.filter(person=request.person).select_related("source"), pk=mute_id)
    named = str(muted.source) if muted.source else f"#{muted.tag}"
    actions.unmute(mute=muted)
    messages.success(request, _("“%(named)s” is in your rivers again.") % {"named": named})
    return redirect("ecology:mutes")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def feeds(request: SignedInRequest) -> HttpResponseBase:
    """One's own private address for feed readers. It is shown once, on the page that made it: only its hash is kept."""
    narrowing = narrowing_of(request.GET).for_everybody()
    where = reverse("ecology:feeds") + (f"?{narrowing.as_query}" if narrowing else "")
    if request.method == "POST" and request.POST.get("do") == "end":
        actions.end_feed(person=request.person)
        messages.success(request, _("The address is switched off: readers that had it get nothing any more."))
        return redirect(where)
    addresses: dict[str, str] = {}
    if request.method == "POST":
        token = actions.feed_token(person=request.person)
        end = f"?{narrowing.as_query}" if narrowing else ""
        addresses = {
            form: settings.SITE_URL
            + reverse("ecology:private_feed", kwargs={"token": token, "form": form})
            + end
            for form in FORMS
        }
    return render(
        request,
        "ecology/river_feeds.jinja",
        {
            "addresses": addresses,
            "feed": FeedAddress.objects.filter(person=request.person).first(),
            "narrowing": narrowing,
            "where": where,
            "now": clock.now(),
        },
    )

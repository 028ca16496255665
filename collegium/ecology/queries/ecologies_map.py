"""What the map of an ecology shows: its places, what flowed between them over some time, and who is not heard."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collegium.conversations.models import Post, Thread
from collegium.ecology import flows
from collegium.ecology.flows import Look, Place, Stage, Stream, Told
from collegium.ecology.models import Claim, Ecology, Following, Item, Resource, Source
from collegium.ecology.queries import river, volumes
from collegium.ecology.queries.volumes import Brought
from collegium.people.models import Audience, CircleMember, Person

NAMED = 5  # sources that stand on the map by their own name
LISTED = 12  # names in a list of those who are not heard
_ICONS = {
    Source.Kind.BLOG: "rss",
    Source.Kind.POST: "file-text",
    Source.Kind.CHANNEL: "film",
    Source.Kind.PROFILE: "circle-user",
    Source.Kind.PODCAST: "mic",
    Source.Kind.CALENDAR: "calendar",
    Source.Kind.LIBRARY: "book-marked",
}


@dataclass(frozen=True)
class Quiet:
    """A source that brought nothing in the time, or never yet."""

    pk: int
    title: str
    changed_at: datetime | None  # None: never yet


@dataclass(frozen=True)
class Named:
    """Somebody who is not heard, or a thread that waits."""

    pk: int
    title: str
    by: str = ""  # who began the thread


@dataclass(frozen=True)
class Unheard:
    """Who is not heard. Names only for those who look after the ecology; numbers for everybody who sees it."""

    sources: int  # that have never brought anything
    silent: int  # that brought nothing in the time, but did before
    members: flows.Volume  # who have published nothing and said nothing
    waiting: flows.Volume  # who began to talk, and nobody answered
    named_sources: tuple[Quiet, ...] = ()
    named_members: tuple[Named, ...] = ()
    named_waiting: tuple[Named, ...] = ()


@dataclass(frozen=True)
class Chart:
    look: Look
    told: Told
    unheard: Unheard

    @property
    def busy(self) -> list[Place]:
        """Where most came together; not the river, in which all of it does."""
        found = [each for each in self.told.places if each.volume.number and each.stage != Stage.RIVER]
        return sorted(found, key=lambda each: -each.volume.number)[:3]

    @property
    def silent(self) -> list[Place]:
        return [each for each in self.told.places if each.is_silent]

    @property
    def is_empty(self) -> bool:
        return not any(each.volume.number for each in self.told.places)


@dataclass(frozen=True)
class _Followed:
    pk: int
    kind: str
    title: str
    changed_at: datetime | None


def ecology_to_draw(ecology_id: int, reader: Person | None) -> tuple[Ecology, list[Ecology]] | None:
    """With its parts, its forum and what was counted of it. One query."""
    found = list(
        river.ecologies(reader)
        .filter(Q(pk=ecology_id) | Q(within=ecology_id))
        .select_related("forum", "tally")
    )
    whole = next((each for each in found if each.pk == ecology_id), None)
    if whole is None:
        return None
    return whole, sorted(
        (each for each in found if each.pk != ecology_id),
        key=lambda each: (each.begins_at or each.opened_at, each.pk),
    )


def chart(look: Look) -> Chart:
    """Three queries, whatever the size, and one for each room that asks for names of its own; one more for editors."""
    brought = volumes.by_source(look.ecology, look.period)
    followed = _followed(look)
    own = [*_sources(look, followed, brought), *_river(look, brought), *_talk(look), *_library(look)]
    silent_members, waiting = _silent_members(look), _waiting(look)
    told = flows.told_of(look, own, {"members": silent_members, "waiting": waiting})
    never = [each for each in followed if each.changed_at is None and each.pk not in brought]
    quiet = [each for each in followed if each.changed_at is not None and each.pk not in brought]
    unheard = Unheard(
        sources=len(never),
        silent=len(quiet),
        members=told.numbers["members"],
        waiting=told.numbers["waiting"],
    )
    if look.is_editor:
        listed = [*never, *sorted(quiet, key=lambda each: (str(each.changed_at), each.pk))][:LISTED]
        members, threads = _names(silent_members, waiting)
        unheard = replace(
            unheard,
            named_sources=tuple(Quiet(each.pk, each.title, each.changed_at) for each in listed),
            named_members=members,
            named_waiting=threads,
        )
    return Chart(look, told, unheard)


# Sources ----------------------------------------------------------------------------------------------------------------


def _followed(look: Look) -> list[_Followed]:
    """What is followed here: in a week, what its course follows too, where the reader may see that."""
    where = Q(ecology=look.ecology.pk)
    if look.ecology.within_id is not None:
        where |= Q(ecology=look.ecology.within_id, ecology__in=Ecology.objects.visible_to(look.reader))
    rows = (
        Following.objects.running()
        .filter(where)
        .order_by("source__title", "source")
        .values_list("source", "source__kind", "source__title", "source__page_url", "source__changed_at")
    )
    found = {
        pk: _Followed(
            pk, kind, title or page_url.partition("://")[2] or _("A source without a name"), changed_at
        )
        for pk, kind, title, page_url, changed_at in rows
    }
    return list(found.values())


def _sources(
    look: Look, followed: list[_Followed], brought: dict[int | None, Brought]
) -> Iterator[Place | Stream]:
    """The largest by name, the others as a group of their kind; and what nobody follows any more."""
    nothing = Brought()
    largest = sorted(
        (each for each in followed if each.pk in brought), key=lambda each: (-brought[each.pk].items, each.pk)
    )
    named = {each.pk for each in (largest[:NAMED] if len(followed) > NAMED + 1 else followed)}
    tag = look.ecology.hashtag
    groups: dict[str, list[_Followed]] = defaultdict(list)
    for each in followed:
        if each.pk not in named:
            groups[each.kind].append(each)
    # One alone is no group.
    named |= {those[0].pk for those in groups.values() if len(those) == 1}
    groups = {kind: those for kind, those in groups.items() if len(those) > 1}
    for each in sorted(
        (one for one in followed if one.pk in named), key=lambda one: -brought.get(one.pk, nothing).items
    ):
        url = reverse("ecology:source", kwargs={"source_id": each.pk})
        icon = _ICONS.get(Source.Kind(each.kind), "rss")
        place = _publishing(f"source-{each.pk}", each.title, icon, url)
        yield from _source(place, brought.get(each.pk, nothing), tag)
    sources_page = reverse("ecology:sources", kwargs={"ecology_id": look.ecology.pk})
    for kind in Source.Kind:
        those = groups.get(kind)
        if not those:
            continue
        volume = _sum(brought.get(each.pk, nothing) for each in those)
        is_rest = any(each.kind == kind and each.pk in named for each in followed)
        title = _group(kind, len(those), is_rest=is_rest)
        yield from _source(_publishing(f"kind-{kind}", title, _ICONS[kind], sources_page), volume, tag)
    known = {each.pk for each in followed}
    former = _sum(volume for key, volume in brought.items() if key is not None and key not in known)
    if former.items:
        yield from _source(_publishing("former", _("Sources of former times"), "history"), former, tag)
    by_hand = brought.get(None)
    if by_hand is not None:
        yield from _source(_publishing("by-hand", _("Put in by hand"), "hand-helping"), by_hand, tag)


def _group(kind: Source.Kind, number: int, *, is_rest: bool) -> str:
    titles = {
        Source.Kind.BLOG: (
            ngettext("%(num)s blog or site", "%(num)s blogs and sites", number),
            ngettext("%(num)s more blog or site", "%(num)s more blogs and sites", number),
        ),
        Source.Kind.POST: (
            ngettext("%(num)s single post", "%(num)s single posts", number),
            ngettext("%(num)s more single post", "%(num)s more single posts", number),
        ),
        Source.Kind.CHANNEL: (
            ngettext("%(num)s video channel", "%(num)s video channels", number),
            ngettext("%(num)s more video channel", "%(num)s more video channels", number),
        ),
        Source.Kind.PROFILE: (
            ngettext("%(num)s profile", "%(num)s profiles", number),
            ngettext("%(num)s more profile", "%(num)s more profiles", number),
        ),
        Source.Kind.PODCAST: (
            ngettext("%(num)s podcast", "%(num)s podcasts", number),
            ngettext("%(num)s more podcast", "%(num)s more podcasts", number),
        ),
        Source.Kind.CALENDAR: (
            ngettext("%(num)s calendar", "%(num)s calendars", number),
            ngettext("%(num)s more calendar", "%(num)s more calendars", number),
        ),
        Source.Kind.LIBRARY: (
            ngettext("%(num)s library elsewhere", "%(num)s libraries elsewhere", number),
            ngettext("%(num)s more library elsewhere", "%(num)s more libraries elsewhere", number),
        ),
    }
    return titles[kind][is_rest] % {"num": flows.written(number)}


def _source(place: Place, brought: Brought, tag: str) -> Iterator[Place | Stream]:
    """A place where people publish, and what comes from there: by the hashtag what bears it, the rest straight."""
    yield replace(place, rows=brought.items)
    if tag and brought.marked:
        yield Stream(place.key, "hashtag", brought.marked, flows.items, "published")
    unmarked = max(0, brought.items - brought.marked)
    if unmarked or not brought.items or not tag:
        yield Stream(place.key, "river", unmarked, flows.items, "published")


def _publishing(key: str, title: str, icon: str, url: str = "") -> Place:
    return Place(key, title, icon, Stage.PUBLISHED, 0, flows.items, url)


def _sum(those: Any) -> Brought:
    found = list(those)
    return Brought(sum(each.items for each in found), sum(each.marked for each in found))


# The river and what is taken up -----------------------------------------------------------------------------------------


def _river(look: Look, brought: dict[int | None, Brought]) -> Iterator[Place | Stream]:
    all_of_it = _sum(brought.values())
    where = {"ecology_id": look.ecology.pk}
    if look.ecology.hashtag:
        tag = look.ecology.hashtag
        url = reverse("ecology:tag", kwargs={"tag": tag})
        yield Place("hashtag", f"#{tag}", "tag", Stage.MARKED, all_of_it.marked, flows.items, url)
        yield Stream("hashtag", "river", all_of_it.marked, flows.items, "published")
    url = reverse("ecology:stream", kwargs=where)
    yield Place("river", _("The river"), "waves", Stage.RIVER, all_of_it.items, flows.items, url)


def _talk(look: Look) -> Iterator[Place | Stream]:
    forum = look.ecology.forum
    if forum is None or not _reads(look, forum.audience):
        return
    posts = Post.objects.standing().filter(
        look.within("posted_at"), thread__forum=forum.pk, thread__hidden_at__isnull=True
    )
    about_items = Q(thread__about_kind=Item._meta.label_lower)
    yield Place(
        "people",
        _("Members, writing here"),
        "users",
        Stage.PUBLISHED,
        posts.exclude(about_items),
        flows.posts,
    )
    yield Place(
        "conversation", _("Conversations"), "message-circle", Stage.TAKEN_UP, posts, flows.posts, forum.path
    )
    yield Stream("people", "conversation", posts.exclude(about_items), flows.posts, "talk")
    yield Stream("river", "conversation", posts.filter(about_items), _about_items, "talk")


def _about_items(number: int, written: str) -> str:
    return ngettext("%(num)s post about its items", "%(num)s posts about its items", number) % {
        "num": written
    }


def _reads(look: Look, audience: str) -> bool:
    """Whether the reader may read a forum of that audience; its circles are the ecology's."""
    if audience == Audience.PUBLIC:
        return True
    if audience == Audience.SIGNED_IN:
        return look.reader is not None
    return look.is_member or look.is_editor


def _library(look: Look) -> Iterator[Place | Stream]:
    kept = Resource.objects.filter(look.within("added_at"), ecology=look.ecology.pk, removed_at__isnull=True)
    url = reverse("ecology:library", kwargs={"ecology_id": look.ecology.pk})
    yield Place("library", _("Library"), "library", Stage.TAKEN_UP, kept, _resources, url)
    yield Stream("river", "library", kept.filter(item__isnull=False), _resources, "taken")


def _resources(number: int, written: str) -> str:
    return ngettext("%(num)s resource", "%(num)s resources", number) % {"num": written}


# Who is not heard -------------------------------------------------------------------------------------------------------


def _silent_members(look: Look) -> "QuerySet[Person]":
    """Members who have no source that is known to be theirs and brought something, and never said a word in the forum."""
    found = Person.objects.filter(
        pk__in=CircleMember.objects.filter(circle=look.ecology.members_id).values("person"),
        erased_at__isnull=True,
    ).exclude(
        Exists(
            Claim.objects.filter(
                person=OuterRef("pk"), verified_at__isnull=False, source__changed_at__isnull=False
            )
        )
    )
    if look.ecology.forum_id is not None:
        found = found.exclude(
            Exists(Post.objects.filter(author=OuterRef("pk"), thread__forum=look.ecology.forum_id))
        )
    return found


def _waiting(look: Look) -> "QuerySet[Thread]":
    """What was begun in the time and nobody answered yet."""
    forum = look.ecology.forum
    if forum is None or not _reads(look, forum.audience):
        return Thread.objects.none()
    return Thread.objects.filter(
        look.within("started_at"),
        forum=forum.pk,
        first_answer_at__isnull=True,
        wants_answer=True,
        hidden_at__isnull=True,
        closed_at__isnull=True,
        started_by__isnull=False,
    ).exclude(post_count=0)


def _names(
    members: "QuerySet[Person]", threads: "QuerySet[Thread]"
) -> tuple[tuple[Named, ...], tuple[Named, ...]]:
    """Of both the first few, in one query."""
    pieces: list[str] = []
    params: list[Any] = []
    for rows in (
        members.order_by("name", "pk").values_list(Value("member"), "pk", "name", Value(""))[:LISTED],
        threads.order_by("started_at", "pk").values_list(Value("thread"), "pk", "title", "started_by__name")[
            :LISTED
        ],
    ):
        try:
            sql, values = rows.query.sql_with_params()
        except EmptyResultSet:
            continue
        pieces.append(f"SELECT * FROM ({sql}) AS named_{len(pieces)}")  # noqa: S608  # Django's own SQL
        params += values
    found: dict[str, list[Named]] = {"member": [], "thread": []}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(pieces), params)
        for kind, pk, title, by in cursor.fetchall():
            found[kind].append(Named(pk, title, by or ""))
    return tuple(found["member"]), tuple(found["thread"])

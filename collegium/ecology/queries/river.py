"""One page of a river: by key, newest first, whatever is asked of it at once.

Where the page begins decides how it is walked. A river itself is a walk of ``Flow``'s index for each of its ecologies; what
somebody saved, one source, what words find, is looked up first and then asked whether it flows there. So a page costs the
same in a river of a thousand items and of a million.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import EmptyResultSet
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.utils.timezone import get_current_timezone

from collegium.conversations.models import Thread
from collegium.ecology.models import (
    Appearance,
    Ecology,
    Enclosure,
    Flow,
    Following,
    Item,
    Mark,
    Mute,
    Reading,
    Source,
    Tag,
)
from collegium.ecology.words import ITEMS
from collegium.foundation import fulltext
from collegium.foundation.listed import CountedUpTo, Listed
from collegium.foundation.prepared import padded, partly, prepared, prepared_by_shape
from collegium.people.models import Audience, CircleMember, Person

ITEMS_A_PAGE = 30
MOST_COUNTED = 999  # sources
MOST_BESIDE = 24  # people, or sources
_NEWEST = 300  # items that say who publishes here now
MOST_NEW = 20  # beyond this, "more than twenty" is enough
_LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)  # says "there is one" in a way that every index understands
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
_DIGITS = 18


# What is asked for ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Narrowing:
    """What of a river is wanted; everything that is given must be so."""

    ecology: int | None = None  # one of those of the scope: a week of a course, one of one's own communities
    person: int | None = None
    source: int | None = None
    tag: str = ""  # folded
    kind: str = ""
    language: str = ""
    since: date | None = None
    until: date | None = None  # that day too
    unread: bool = False
    saved: bool = False
    highlighted: bool = False
    hidden: bool = False  # for editors: what was taken out
    words: str = ""

    def __bool__(self) -> bool:
        return self != Narrowing()

    def without(self, *names: str) -> "Narrowing":
        plain = Narrowing()
        return replace(self, **{name: getattr(plain, name) for name in names})

    def but(self, **changes: Any) -> "Narrowing":
        return replace(self, **changes)

    def for_everybody(self) -> "Narrowing":
        """Without what is one reader's own."""
        return self.without("unread", "saved", "hidden")

    @property
    def as_query(self) -> str:
        """For an address: "tag=cmalt&unread=1", in an order that stays."""
        given = {each.name: getattr(self, each.name) for each in fields(self)}
        return urlencode(
            {
                name: "1" if value is True else value.isoformat() if isinstance(value, date) else value
                for name, value in given.items()
                if value
            }
        )


@dataclass(frozen=True)
class Scope:
    """Whose river it is. ``ecologies`` None: wherever the reader may look; else these, which the reader may see."""

    reader: Person | None
    ecologies: tuple[Ecology, ...] | None = None
    with_own: bool = False  # also what the reader's own sources bring, wherever it flows

    @property
    def tops(self) -> list[Ecology]:
        """Without those that lie within another one of them, whose items flow there too."""
        ids = {each.pk for each in self.ecologies or ()}
        return [each for each in self.ecologies or () if each.within_id not in ids]


@dataclass(frozen=True)
class Key:
    """Where an item stands in every river."""

    flows_at: datetime
    item: int

    @classmethod
    def of(cls, item: Item) -> "Key":
        return cls(item.flows_at, item.pk)

    @classmethod
    def read(cls, typed: str | None) -> "Key | None":
        """None for what is no key."""
        at, _dash, item = (typed or "").partition("-")
        if not all(each.isascii() and each.isdecimal() and len(each) <= _DIGITS for each in (at, item)):
            return None
        try:
            return cls(_EPOCH + int(at) * _MICRO, int(item))
        except OverflowError:
            return None

    def __str__(self) -> str:
        return f"{(self.flows_at - _EPOCH) // _MICRO}-{self.item}"


# What is shown --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Talk:
    """What is said about an item in threads that the reader may see."""

    posts: int = 0
    threads: tuple[Thread, ...] = ()


@dataclass(frozen=True, slots=True)
class FlowSeen:
    """What a river tells of a ``Flow``; ecology, source and person are partly read, and one for all flows that lead to them."""

    pk: int
    item_id: int
    ecology_id: int
    ecology: Ecology
    source: Source | None
    words: str
    highlighted_at: datetime | None
    highlighted_by: Person | None


@dataclass(frozen=True)
class ShownItem:
    item: Item
    flows: list[Flow] | list[FlowSeen]  # where the reader may see it flow
    source: Source | None
    talk: Talk
    highlight: Flow | FlowSeen | None = None
    is_read: bool = True
    is_saved: bool = False
    is_own: bool = False
    opens_author: bool = False  # whether the reader may know whose account it is

    @property
    def pk(self) -> int:
        return self.item.pk

    @property
    def key(self) -> str:
        return str(Key.of(self.item))


@dataclass(frozen=True)
class RiverPage:
    items: list[ShownItem]
    after: str | None  # the key with which it goes on
    mutes: tuple[Mute, ...] = field(default=())
    is_limited: bool = False  # words were looked for among so many that only the newest hits were

    @property
    def newest(self) -> str:
        return self.items[0].key if self.items else ""


# Ecologies ------------------------------------------------------------------------------------------------------------


def ecologies(person: Person | None) -> "QuerySet[Ecology, Any]":
    """What the person may see, each with ``is_member``, ``is_editor``, ``may_talk`` and ``read_through``.

    Whether somebody who belongs to the forum has been asked to pause, the action says.
    """
    found: QuerySet[Ecology, Any] = Ecology.objects.visible_to(person).select_related("forum")
    if person is None:
        return found
    mine = CircleMember.objects.filter(person=person)
    through = Reading.objects.filter(person=person, ecology=OuterRef("pk")).values("read_through")[:1]
    return found.annotate(
        is_member=Exists(mine.filter(circle=OuterRef("members"))),
        is_editor=Exists(mine.filter(circle=OuterRef("editors"))),
        may_talk=Exists(
            mine.filter(Q(circle=OuterRef("forum__members")) | Q(circle=OuterRef("forum__moderators")))
        )
        & Q(forum__closed_at__isnull=True, forum__isnull=False),
        read_through=Subquery(through),
    ).distinct()


def ecologies_of(person: Person) -> list[Ecology]:
    """Those that the person belongs to, in the order of their titles; parts stand after what they lie within."""
    found = [each for each in _ecologies_seen(person.pk) if each.is_member or each.is_editor]
    return sorted(found, key=lambda each: (each.title.casefold(), each.pk))


def ecology_with_parts(ecology_id: int, person: Person | None) -> tuple[Ecology, list[Ecology]] | None:
    """An ecology that the person may see, with those of its parts that they may see. One query."""
    found = _with_parts(person.pk, ecology_id) if person is not None else _with_parts_for_all(ecology_id)
    whole = next((each for each in found if each.pk == ecology_id), None)
    if whole is None:
        return None
    parts = [each for each in found if each.pk != ecology_id]
    return whole, sorted(parts, key=lambda each: (each.begins_at or each.opened_at, each.pk))


@prepared
def _ecologies_seen(person: int) -> "QuerySet[Ecology, Any]":
    return ecologies(Person(pk=person))


@prepared
def _with_parts(person: int, ecology: int) -> "QuerySet[Ecology, Any]":
    return ecologies(Person(pk=person)).filter(Q(pk=ecology) | Q(within=ecology))


@prepared
def _with_parts_for_all(ecology: int) -> "QuerySet[Ecology, Any]":
    return ecologies(None).filter(Q(pk=ecology) | Q(within=ecology))


# The page -------------------------------------------------------------------------------------------------------------


def river(
    scope: Scope,
    narrowing: Narrowing,
    *,
    after: Key | None = None,
    size: int = ITEMS_A_PAGE,
    goes_out: bool = False,
) -> RiverPage:
    """Four queries with a reader, three without; one to three more where words are looked for. What ``goes_out`` has the
    whole text of each item with it, and not what is said about it here: a query less.
    """
    mutes = mutes_of(scope.reader)
    asked = _asked(scope, narrowing, mutes, after=after)
    if asked is None:
        return RiverPage([], None, mutes)
    wanted = size + 1, goes_out
    rows = unfolded(_found(asked, wanted) if asked.found is None else _whole_of(asked, wanted))
    page = rows[:size]
    return RiverPage(
        items=shown(page, scope, with_talk=not goes_out),
        after=str(Key.of(page[-1])) if len(rows) > size else None,
        mutes=mutes,
        is_limited=asked.is_limited,
    )


def newer_than(scope: Scope, narrowing: Narrowing, key: Key) -> int:
    """How many items came since, up to a few; what came with an older date is not told."""
    asked = _asked(scope, narrowing, mutes_of(scope.reader), newer=key)
    if asked is None:
        return 0
    return len(_newer(asked, MOST_NEW + 1) if asked.found is None else _keys_of(asked, MOST_NEW + 1))


def sources_in(scope: Scope, narrowing: Narrowing, *, of_items: int) -> list[Source]:
    """What brought the newest items of a view to where the reader may see them, by their titles. Two queries."""
    asked = _asked(scope, narrowing, ())
    if asked is None:
        return []
    items = [pk for (pk,) in _keys_of(asked, of_items)]
    there = Flow.objects.filter(
        item__in=items,
        hidden_at__isnull=True,
        ecology__in=Ecology.objects.visible_to(scope.reader).values("pk"),
    )
    found = Source.objects.filter(pk__in=there.values("source"))
    return sorted(found, key=lambda each: (str(each).casefold(), each.pk))


def mutes_of(person: Person | None) -> tuple[Mute, ...]:
    return tuple(_mutes(person.pk)) if person is not None else ()


@prepared
def _mutes(person: int) -> QuerySet[Mute]:
    return Mute.objects.filter(person=person).select_related("source").order_by("-muted_at", "-pk")


@dataclass(frozen=True)
class _River:
    """An ecology, as it is walked."""

    pk: int
    is_top: bool = True  # does not lie within another one that is walked, where its items flow too
    is_editor: bool = False  # of the reader; said where it matters
    read_through: datetime | None = None  # as above


@dataclass(frozen=True)
class _Walk:
    """Rows that are walked in the order of the river. ``ref`` names the item in them, ``to_item`` leads to its columns."""

    rows: "QuerySet[Any, Any]"
    ref: str = "pk"
    to_item: str = ""
    in_scope: bool = False  # whatever it walks flows where it is asked for
    with_flow: bool = False  # has kind and language itself


@dataclass(frozen=True)
class _Asked:
    """All that the query of a page is made of: see ``prepared_by_shape``. Each part is a value, or is not asked for."""

    reader: int | None
    rivers: tuple[_River, ...] | None
    with_own: bool
    person: int | None
    source: int | None
    tag: str
    kind: str
    language: str
    unread: bool
    saved: bool
    highlighted: bool
    hidden: bool
    since: datetime | None
    before: datetime | None
    older_than: Key | None
    newer_than: Key | None
    muted_tags: tuple[str, ...]
    muted_sources: tuple[int, ...]
    found: tuple[int, ...] | None = None  # by words: so many that this is never prepared
    is_limited: bool = False

    def items(self, size: int) -> "QuerySet[Item, Any]":
        """One query: the first rows of each walk together, each item once."""
        pieces: list[str] = []
        params: list[Any] = []
        for number, walk in enumerate(self._walks()):
            rows = self._narrowed(walk)
            order = "-pk" if walk.ref == "pk" else "-item_id"
            # An order of its own, so that a walk of one index gives the page's rows and stops.
            rows = rows.order_by("-flows_at", order).values_list(walk.ref, flat=True)[:size]
            try:
                sql, values = rows.query.sql_with_params()
            except EmptyResultSet:
                continue
            pieces.append(f"SELECT * FROM ({sql}) AS walk_{number}")  # noqa: S608  # Django's own SQL
            params += values
        if not pieces:
            return Item.objects.none()
        union = RawSQL(" UNION ALL ".join(pieces), params)  # noqa: S611  # as above; what was typed is a parameter
        return Item.objects.filter(pk__in=union).order_by("-flows_at", "-pk")[:size]

    # Where to begin

    def _walks(self) -> Iterator[_Walk]:
        looked_up = list(self._looked_up())
        if looked_up:
            items = Item.objects.all()
            for each in looked_up:
                items = items.filter(pk__in=each)
            yield _Walk(items)
        elif self.person is not None:
            yield _Walk(Item.objects.filter(author=self.person))
        elif self.tag:
            yield _Walk(Tag.objects.filter(name=self.tag), "item_id", "item__")
        elif self.rivers is None:
            yield _Walk(Item.objects.all())
        else:
            yield from self._rivers(self.rivers)

    def _rivers(self, rivers: Iterable[_River]) -> Iterator[_Walk]:
        # What is lit in a week only, or taken out of it, is so there, and not in the river of its course.
        each_apart = self.highlighted or self.hidden
        for river in rivers:
            if self.hidden:
                yield from self._taken_out(river)
                continue
            if not (river.is_top or each_apart):
                continue
            flows = Flow.objects.filter(ecology=river.pk, hidden_at__isnull=True)
            if self.highlighted:
                flows = flows.filter(highlighted_at__isnull=False)
            if river.read_through is not None:
                flows = flows.filter(flows_at__gt=river.read_through)
            yield _Walk(flows, "item_id", "item__", in_scope=True, with_flow=True)
        if self.with_own and self.reader is not None and not each_apart:
            yield _Walk(Item.objects.filter(author=self.reader), in_scope=True)

    def _taken_out(self, river: _River) -> Iterator[_Walk]:
        """Of a river that the reader edits."""
        if river.is_editor:
            flows = Flow.objects.filter(ecology=river.pk, hidden_at__isnull=False)
            yield _Walk(flows, "item_id", "item__", in_scope=True, with_flow=True)

    @property
    def _walks_flows(self) -> bool:
        """Nothing but what stands in the rows of rivers themselves is asked for."""
        return (
            self.rivers is not None
            and not (self.saved or self.tag)
            and not (self.hidden and self.highlighted)
            and self.source is None
            and self.person is None
            and self.found is None
        )

    def _looked_up(self) -> Iterator[Any]:
        """What is few of all, whatever the size of the river."""
        if self.found is not None:
            yield self.found
        if self.saved and self.reader is not None:
            marks = Mark.objects.filter(person=self.reader, saved_at__gt=_LONG_AGO)
            yield marks.values("item")
        if self.highlighted and not self._walks_flows:
            yield self._among(Flow.objects.filter(highlighted_at__gt=_LONG_AGO)).values("item")
        if self.hidden and not self._walks_flows:
            edited = [river.pk for river in self.rivers or () if river.is_editor]
            yield Flow.objects.filter(hidden_at__gt=_LONG_AGO, ecology__in=edited).values("item")
        if self.source is not None:
            yield Appearance.objects.filter(source=self.source).values("item")

    # What must be so

    def _among(self, flows: "QuerySet[Flow]") -> "QuerySet[Flow]":
        if self.rivers is None:
            there = Ecology.objects.visible_to(_reader(self.reader))
            return flows.filter(ecology__in=there.values("pk"))
        return flows.filter(ecology__in=[river.pk for river in self.rivers])

    def flows_here(self, walk: _Walk) -> Q:
        here = self._among(Flow.objects.filter(item=OuterRef(walk.ref), hidden_at__isnull=True))
        found = Q(Exists(here))
        if self.reader is not None and (self.with_own or self.rivers is None):
            found |= Q(**{f"{walk.to_item}author": self.reader})
        return found

    def _narrowed(self, walk: _Walk) -> "QuerySet[Any, Any]":
        rows = self._in_time(walk)
        if not walk.in_scope and not self.hidden:
            rows = rows.filter(self.flows_here(walk))
        own = "" if walk.with_flow else walk.to_item
        if self.kind:
            rows = rows.filter(**{f"{own}kind": self.kind})
        if self.language:
            rows = rows.filter(**{f"{own}language": self.language})
        if self.person is not None:
            rows = rows.filter(**{f"{walk.to_item}author": self.person})
        if self.tag and walk.rows.model is not Tag:
            rows = rows.filter(Exists(Tag.objects.filter(item=OuterRef(walk.ref), name=self.tag)))
        if self.unread and self.reader is not None:
            is_theirs = Q(**{f"{walk.to_item}author": self.reader, f"{walk.to_item}author__isnull": False})
            rows = rows.filter(~_is_read(self.reader, walk.ref), ~is_theirs)
        return self._unmuted(rows, walk.ref)

    def _in_time(self, walk: _Walk) -> "QuerySet[Any, Any]":
        rows, older, newer = walk.rows, self.older_than, self.newer_than
        if older is not None:
            rows = rows.filter(flows_at__lte=older.flows_at).filter(
                Q(flows_at__lt=older.flows_at) | Q(**{f"{walk.ref}__lt": older.item})
            )
        if newer is not None:
            rows = rows.filter(flows_at__gte=newer.flows_at).filter(
                Q(flows_at__gt=newer.flows_at) | Q(**{f"{walk.ref}__gt": newer.item})
            )
        if self.since is not None:
            rows = rows.filter(flows_at__gte=self.since)
        if self.before is not None:
            rows = rows.filter(flows_at__lt=self.before)
        return rows

    def _unmuted(self, rows: "QuerySet[Any, Any]", ref: str) -> "QuerySet[Any, Any]":
        """An item that also came by a source that is not muted is shown."""
        if self.muted_tags:
            rows = rows.exclude(Exists(Tag.objects.filter(item=OuterRef(ref), name__in=self.muted_tags)))
        if self.muted_sources:
            seen, sources = Appearance.objects.filter(item=OuterRef(ref)), self.muted_sources
            rows = rows.exclude(
                Q(Exists(seen.filter(source__in=sources))) & ~Q(Exists(seen.exclude(source__in=sources)))
            )
        return rows


def _asked(
    scope: Scope,
    narrowing: Narrowing,
    mutes: Sequence[Mute],
    *,
    after: Key | None = None,
    newer: Key | None = None,
) -> _Asked | None:
    """None where nothing can be found."""
    if scope.ecologies is not None and narrowing.ecology is not None:
        chosen = tuple(each for each in scope.ecologies if each.pk == narrowing.ecology)
        scope = replace(scope, ecologies=chosen, with_own=False)
    reader = scope.reader.pk if scope.reader is not None else None
    if reader is None and (narrowing.unread or narrowing.saved or narrowing.hidden):
        return None
    if scope.ecologies is not None and not scope.ecologies and not scope.with_own:
        return None
    tags, sources = _kept_back(narrowing, mutes)
    until = narrowing.until
    asked = _Asked(
        reader=reader,
        rivers=_rivers(scope, narrowing),
        with_own=scope.with_own,
        person=narrowing.person,
        source=narrowing.source,
        tag=narrowing.tag,
        kind=narrowing.kind,
        language=narrowing.language,
        unread=narrowing.unread,
        saved=narrowing.saved,
        highlighted=narrowing.highlighted,
        hidden=narrowing.hidden,
        since=_midnight(narrowing.since) if narrowing.since is not None else None,
        before=_midnight(until + timedelta(days=1)) if until is not None and until < date.max else None,
        older_than=after,
        newer_than=newer,
        muted_tags=tags,
        muted_sources=sources,
    )
    return _looked_for(asked, narrowing.words) if narrowing.words else asked


def _rivers(scope: Scope, narrowing: Narrowing) -> tuple[_River, ...] | None:
    if scope.ecologies is None:
        return None
    tops = {each.pk for each in scope.tops}
    return tuple(
        _River(
            each.pk,
            is_top=each.pk in tops,
            is_editor=narrowing.hidden and bool(getattr(each, "is_editor", False)),
            read_through=getattr(each, "read_through", None) if narrowing.unread else None,
        )
        for each in scope.ecologies
    )


def _kept_back(narrowing: Narrowing, mutes: Sequence[Mute]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Hashtags and sources that are muted here; what was asked for by name is not kept back."""
    if narrowing.saved or narrowing.hidden:
        return (), ()
    tags = [each.tag for each in mutes if each.tag and each.tag != narrowing.tag]
    sources = [each.source_id for each in mutes if each.source_id and each.source_id != narrowing.source]
    return tuple(padded(tags)), tuple(padded(sources))


def _looked_for(asked: _Asked, words: str) -> _Asked | None:
    query = fulltext.Query.read(words)
    if not query:
        return None
    here = Item.objects.filter(asked.flows_here(_Walk(Item.objects.none())))
    hits = ITEMS.find(query, here, limit=fulltext.CANDIDATES)
    if not hits:
        return None
    return replace(asked, found=tuple(hit.key for hit in hits), is_limited=len(hits) >= fulltext.CANDIDATES)


def _whole_of(asked: _Asked, wanted: tuple[int, bool]) -> "QuerySet[Any, Any]":
    """``wanted``: how many, and whether with their texts."""
    size, with_html = wanted
    return whole(asked.items(size), _reader(asked.reader), with_html=with_html)


def _keys_of(asked: _Asked, size: int) -> "QuerySet[Any, tuple[int]]":
    return asked.items(size).values_list("pk")


_found = prepared_by_shape(_whole_of)
_newer = prepared_by_shape(_keys_of)


def _reader(key: int | None) -> Person | None:
    return Person(pk=key) if key is not None else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=get_current_timezone())


def _is_read(person: int, ref: str) -> Q:
    """Marked as read, or older than how far the person has read in one of its rivers."""
    marked = Mark.objects.filter(person=person, item=OuterRef(ref), read_at__isnull=False)
    passed = Reading.objects.filter(
        person=person, ecology__flows__item=OuterRef(ref), read_through__gte=OuterRef("flows_at")
    )
    return Q(Exists(marked)) | Q(Exists(passed))


_OF_TAG = ("id", "name", "said")
_OF_ENCLOSURE = ("id", "url", "media_type", "size", "seconds", "title", "position")


def whole(
    items: "QuerySet[Item, Any]", reader: Person | None, *, with_html: bool = True
) -> "QuerySet[Any, Any]":
    """With all that one reader's page shows of them; what belongs to them is there once they are ``unfolded``. A list shows
    their summaries, and is not to read all of their texts.
    """
    of_it = {"item": OuterRef("pk")}
    unread = [] if with_html else ["html"]
    found = items.defer("fingerprint", "content_sha256", *unread).annotate(
        of_author=F("author__name"),
        shown_to=F("author__name_audience"),
        author_erased_at=F("author__erased_at"),
        listed_tags=Listed(Tag.objects.filter(**of_it).order_by("pk").values(*_OF_TAG)),
        listed_enclosures=Listed(
            Enclosure.objects.filter(**of_it).order_by("position", "pk").values(*_OF_ENCLOSURE)
        ),
    )
    if reader is None:
        return found
    saved = Mark.objects.filter(person=reader.pk, item=OuterRef("pk"), saved_at__isnull=False)
    return found.annotate(was_read=_is_read(reader.pk, "pk"), was_saved=Exists(saved))


def unfolded(items: Iterable[Any]) -> list[Any]:
    """Items of ``whole``: their hashtags and enclosures came in columns, and are read from there as if prefetched."""
    found = list(items)
    new_tag, new_enclosure, new_person = _makers()
    author = Item._meta.get_field("author")
    authors: dict[int, Person] = {}
    for item in found:
        if item.author_id is not None:
            if item.author_id not in authors:
                authors[item.author_id] = new_person(
                    item.author_id, item.of_author, item.shown_to, item.author_erased_at
                )
            author.set_cached_value(item, authors[item.author_id])
        tags = [new_tag(item.pk, item.flows_at, *row) for row in item.listed_tags or ()]
        enclosures = [new_enclosure(item.pk, *row) for row in item.listed_enclosures or ()]
        item._prefetched_objects_cache = {"tags": tags, "enclosures": enclosures}  # noqa: SLF001  # where Django looks first
    return found


@lru_cache(maxsize=1)
def _makers() -> tuple[Callable[..., Tag], Callable[..., Enclosure], Callable[..., Person]]:
    return (
        partly(Tag, "item_id", "flows_at", *_OF_TAG),
        partly(Enclosure, "item_id", *_OF_ENCLOSURE),
        partly(Person, "id", "name", "name_audience", "erased_at"),
    )


def shown(
    items: Sequence[Item],
    scope: Scope,
    *,
    flows: dict[int, list[Flow]] | dict[int, list[FlowSeen]] | None = None,
    with_talk: bool = True,
) -> list[ShownItem]:
    """What stands around them, as this reader sees it. Two queries; one where the flows are known."""
    if not items:
        return []
    ids = [item.pk for item in items]
    flows = flows_seen(ids, scope.reader) if flows is None else flows
    talks = talks_about(ids, scope.reader) if with_talk else {}
    mine = {each.pk for each in scope.ecologies or ()}
    return [
        _shown(item, flows.get(item.pk, []), talks.get(item.pk, Talk()), scope.reader, mine) for item in items
    ]


def _shown(item: Any, flows: list[Any], talk: Talk, reader: Person | None, mine: set[int]) -> ShownItem:
    flows = sorted(flows, key=lambda flow: (flow.ecology_id not in mine, flow.pk))
    is_own = reader is not None and item.author_id == reader.pk
    return ShownItem(
        item=item,
        flows=flows,
        source=next((flow.source for flow in flows if flow.source is not None), None),
        talk=talk,
        highlight=next(
            (flow for flow in flows if flow.highlighted_at and (not mine or flow.ecology_id in mine)), None
        ),
        is_read=is_own or bool(getattr(item, "was_read", reader is None)),
        is_saved=bool(getattr(item, "was_saved", False)),
        is_own=is_own,
        opens_author=item.author is not None and opens(item.author, reader),
    )


def opens(author: Person, reader: Person | None) -> bool:
    """Whether it may be said whose account a source belongs to: those who show their name to this reader's kind."""
    if author.erased_at is not None:
        return False
    if reader is None:
        return author.name_audience == Audience.PUBLIC
    return author.pk == reader.pk or author.name_audience in {Audience.PUBLIC, Audience.SIGNED_IN}


def person_seen(person_id: int, reader: Person | None) -> Person | None:
    """Whose stream it is, if the reader may see that person."""
    found = _person_seen(reader.pk, person_id) if reader is not None else _person_seen_by_all(person_id)
    return next(iter(found), None)


@prepared
def _person_seen(reader: int, person: int) -> "QuerySet[Person]":
    return Person.objects.visible_to(Person(pk=reader)).filter(pk=person)


@prepared
def _person_seen_by_all(person: int) -> "QuerySet[Person]":
    return Person.objects.visible_to(None).filter(pk=person)


def flows_seen(item_ids: Sequence[int], reader: Person | None) -> dict[int, list[FlowSeen]]:
    """Where each of them flows, as far as the reader may see. One query."""
    if not item_ids:
        return {}
    keys = padded(item_ids)
    rows = _flows_seen(reader.pk, *keys) if reader is not None else _flows_for_all(*keys)
    new_ecology, new_source, new_person = _makers_of_flows()
    ecologies: dict[int, Ecology] = {}
    sources: dict[int, Source] = {}
    found: dict[int, list[FlowSeen]] = {}
    for pk, item, ecology, title, source, *of_source, words, lit_at, lit_by, name in rows:
        if ecology not in ecologies:
            ecologies[ecology] = new_ecology(ecology, title)
        if source is not None and source not in sources:
            sources[source] = new_source(source, *of_source)
        found.setdefault(item, []).append(
            FlowSeen(
                pk=pk,
                item_id=item,
                ecology_id=ecology,
                ecology=ecologies[ecology],
                source=sources[source] if source is not None else None,
                words=words,
                highlighted_at=lit_at,
                highlighted_by=new_person(lit_by, name) if lit_by is not None else None,
            )
        )
    return found


@lru_cache(maxsize=1)
def _makers_of_flows() -> tuple[Callable[..., Ecology], Callable[..., Source], Callable[..., Person]]:
    return partly(Ecology, "id", "title"), partly(Source, "id", *_OF_SOURCE), partly(Person, "id", "name")


_OF_SOURCE = ("title", "page_url", "feed_url", "rights")


@prepared
def _flows_seen(reader: int, *items: int) -> "QuerySet[Flow, Any]":
    return _standing_flows(Person(pk=reader), items)


@prepared
def _flows_for_all(*items: int) -> "QuerySet[Flow, Any]":
    return _standing_flows(None, items)


def _standing_flows(reader: Person | None, items: Sequence[int]) -> "QuerySet[Flow, Any]":
    there = Ecology.objects.visible_to(reader).values("pk")
    flows = Flow.objects.filter(item__in=items, hidden_at__isnull=True, ecology__in=there)
    return flows.order_by("pk").values_list(
        "pk",
        "item_id",
        "ecology_id",
        "ecology__title",
        "source_id",
        *[f"source__{name}" for name in _OF_SOURCE],
        "words",
        "highlighted_at",
        "highlighted_by_id",
        "highlighted_by__name",
    )


def talks_about(item_ids: Sequence[int], reader: Person | None) -> dict[int, Talk]:
    """Threads of the forums that the reader may read. One query."""
    if not item_ids:
        return {}
    keys = [str(each) for each in padded(item_ids)]
    found: dict[int, list[Thread]] = {}
    for thread in _talks_seen(reader.pk, *keys) if reader is not None else _talks_for_all(*keys):
        found.setdefault(int(thread.about_id), []).append(thread)
    return {
        item: Talk(sum(thread.post_count for thread in those), tuple(those)) for item, those in found.items()
    }


@prepared
def _talks_seen(reader: int, *items: str) -> QuerySet[Thread]:
    return _threads_about(Person(pk=reader), items)


@prepared
def _talks_for_all(*items: str) -> QuerySet[Thread]:
    return _threads_about(None, items)


def _threads_about(reader: Person | None, items: Sequence[str]) -> QuerySet[Thread]:
    threads = Thread.objects.visible_to(reader).filter(about_kind=Item._meta.label_lower, about_id__in=items)
    return threads.select_related("forum").order_by("-last_posted_at", "-pk").distinct()


def publishers(ecology: Ecology, *, limit: int = 12) -> list[Any]:
    """Whose items came last, each with ``published_at``. Of the newest items only, so that it is soon said in any river."""
    return _publishers(ecology.pk)[:limit]


@prepared
def _publishers(ecology: int) -> "QuerySet[Person, Any]":
    people: QuerySet[Person, Any] = Person.objects.filter(
        items__in=_newest(ecology).values("item"), erased_at__isnull=True
    )
    people = people.annotate(published_at=Max("items__flows_at")).select_related("photo")
    return people.order_by("-published_at", "name")[:MOST_BESIDE]


def followed_in(ecology: Ecology, *, limit: int = 12) -> tuple[list[Any], int]:
    """The sources that brought something last, among those of the newest items and those that were added last; and how
    many there are in all, up to ``MOST_COUNTED`` and one more. One query.
    """
    sources = _followed_in(ecology.pk)[:limit]
    return sources, sources[0].of_all if sources else 0


@prepared
def _followed_in(ecology: int) -> "QuerySet[Source, Any]":
    running = Following.objects.running().filter(ecology=ecology)
    added = running.order_by("-pk").values("source")[:MOST_BESIDE]
    brought = _newest(ecology).values("source")
    found: QuerySet[Source, Any] = (
        Source.objects.filter(Q(pk__in=added) | Q(pk__in=brought))
        .filter(Exists(running.filter(source=OuterRef("pk"))))
        .annotate(of_all=CountedUpTo(running.order_by().values("pk")[: MOST_COUNTED + 1]))
    )
    return found.order_by(F("changed_at").desc(nulls_last=True), "title", "pk")[:MOST_BESIDE]


def _newest(ecology: int) -> "QuerySet[Flow]":
    flows = Flow.objects.filter(ecology=ecology, hidden_at__isnull=True)
    return flows.order_by("-flows_at", "-item_id")[:_NEWEST]


def front(
    ecology: Ecology, scope: Scope, *, newest: int, highlights: int
) -> tuple[list[ShownItem], list[ShownItem]]:
    """Of one river the newest items, and those that were highlighted last: the same for every reader. Three queries."""
    for_all, for_reader = _fronts(newest, highlights)
    reader = scope.reader
    items = for_reader(ecology.pk, reader.pk) if reader is not None else for_all(ecology.pk)
    found = shown(unfolded(items), replace(scope, ecologies=(ecology,)))
    lit = [each for each in found if each.highlight is not None]
    lit.sort(key=lambda each: each.highlight.highlighted_at if each.highlight else None, reverse=True)  # type: ignore[arg-type,return-value]  # it was highlighted at some time
    lit = lit[:highlights]
    ids = {each.pk for each in lit}
    return [each for each in found if each.pk not in ids][:newest], lit


@lru_cache(maxsize=8)
def _fronts(
    newest: int, highlights: int
) -> tuple[Callable[[int], list[Any]], Callable[[int, int], list[Any]]]:
    """How many of each are in the SQL: each pair of numbers is asked for by a query of its own."""

    @prepared
    def for_all(ecology: int) -> "QuerySet[Any, Any]":
        return whole(_of_front(ecology, newest, highlights), None, with_html=False)

    @prepared
    def for_reader(ecology: int, reader: int) -> "QuerySet[Any, Any]":
        return whole(_of_front(ecology, newest, highlights), Person(pk=reader), with_html=False)

    return for_all, for_reader


def _of_front(ecology: int, newest: int, highlights: int) -> "QuerySet[Item]":
    flows = Flow.objects.filter(ecology=ecology, hidden_at__isnull=True)
    pieces: list[str] = []
    params: list[Any] = []
    for rows in (
        flows.order_by("-flows_at", "-item_id")[: newest + highlights],
        flows.filter(highlighted_at__gt=_LONG_AGO).order_by("-highlighted_at")[:highlights],
    ):
        sql, values = rows.values_list("item_id", flat=True).query.sql_with_params()
        pieces.append(f"SELECT * FROM ({sql}) AS walk_{len(pieces)}")  # noqa: S608  # Django's own SQL
        params += values
    union = RawSQL(" UNION ALL ".join(pieces), params)  # noqa: S611  # as above
    return Item.objects.filter(pk__in=union).order_by("-flows_at", "-pk")

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
from django.db import connection
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
from collegium.foundation.prepared import padded, prepared
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


@dataclass(frozen=True)
class ShownItem:
    item: Item
    flows: list[Flow]  # where the reader may see it flow
    source: Source | None
    talk: Talk
    highlight: Flow | None = None
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


def languages_in(scope: Scope) -> list[str]:
    """Of what flows there. From one to the next in the index: as long as there are languages, however much flows."""
    if not scope.ecologies:
        return []
    flow, ecology = Flow._meta.db_table, Ecology._meta.db_table
    places = ", ".join(["%s"] * len(scope.tops))
    statement = f"""
        WITH RECURSIVE said(ecology, language) AS (
            SELECT id, CAST('' AS text) FROM {ecology} WHERE id IN ({places})
            UNION ALL
            SELECT said.ecology, (
                SELECT MIN(language) FROM {flow}
                WHERE ecology_id = said.ecology AND hidden_at IS NULL AND language > said.language
            ) FROM said WHERE said.language IS NOT NULL
        )
        SELECT DISTINCT language FROM said WHERE language <> ''
    """  # noqa: S608  # names of our own tables
    with connection.cursor() as cursor:
        cursor.execute(statement, [each.pk for each in scope.tops])
        return sorted(language for (language,) in cursor.fetchall())


# The page -------------------------------------------------------------------------------------------------------------


def river(
    scope: Scope, narrowing: Narrowing, *, after: Key | None = None, size: int = ITEMS_A_PAGE
) -> RiverPage:
    """Four queries with a reader, three without; one to three more where words are looked for."""
    mutes = mutes_of(scope.reader)
    asked = _Asked(scope, narrowing, mutes)
    if asked.finds_nothing:
        return RiverPage([], None, mutes)
    rows = unfolded(whole(asked.items(size + 1, older_than=after), scope.reader))
    page = rows[:size]
    return RiverPage(
        items=shown(page, scope),
        after=str(Key.of(page[-1])) if len(rows) > size else None,
        mutes=mutes,
        is_limited=asked.is_limited,
    )


def newer_than(scope: Scope, narrowing: Narrowing, key: Key) -> int:
    """How many items came since, up to a few; what came with an older date is not told."""
    asked = _Asked(scope, narrowing, mutes_of(scope.reader))
    return 0 if asked.finds_nothing else len(asked.items(MOST_NEW + 1, newer_than=key).values_list("pk"))


def sources_in(scope: Scope, narrowing: Narrowing, *, of_items: int) -> list[Source]:
    """What brought the newest items of a view to where the reader may see them, by their titles. Two queries."""
    asked = _Asked(scope, narrowing, ())
    if asked.finds_nothing:
        return []
    items = [item.pk for item in asked.items(of_items).only("pk")]
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
class _Walk:
    """Rows that are walked in the order of the river. ``ref`` names the item in them, ``to_item`` leads to its columns."""

    rows: "QuerySet[Any, Any]"
    ref: str = "pk"
    to_item: str = ""
    in_scope: bool = False  # whatever it walks flows where it is asked for
    with_flow: bool = False  # has kind and language itself


class _Asked:
    def __init__(self, scope: Scope, narrowing: Narrowing, mutes: Sequence[Mute]) -> None:
        self.scope, self.narrowing, self.mutes = scope, narrowing, mutes
        self.reader = scope.reader
        self.found: list[int] | None = None
        self.is_limited = False
        if scope.ecologies is not None and narrowing.ecology is not None:
            chosen = tuple(each for each in scope.ecologies if each.pk == narrowing.ecology)
            self.scope = replace(scope, ecologies=chosen, with_own=False)
        if narrowing.words:
            self._look_for(narrowing.words)

    @property
    def finds_nothing(self) -> bool:
        if self.found is not None and not self.found:
            return True
        scope, narrowing = self.scope, self.narrowing
        if self.reader is None and (narrowing.unread or narrowing.saved or narrowing.hidden):
            return True
        return scope.ecologies is not None and not scope.ecologies and not scope.with_own

    def items(
        self, size: int, *, older_than: Key | None = None, newer_than: Key | None = None
    ) -> "QuerySet[Item, Any]":
        """One query: the first rows of each walk together, each item once."""
        pieces: list[str] = []
        params: list[Any] = []
        for number, walk in enumerate(self._walks()):
            rows = self._narrowed(walk, older_than, newer_than)
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
        narrowing = self.narrowing
        looked_up = list(self._looked_up())
        if looked_up:
            items = Item.objects.all()
            for each in looked_up:
                items = items.filter(pk__in=each)
            yield _Walk(items)
        elif narrowing.person is not None:
            yield _Walk(Item.objects.filter(author=narrowing.person))
        elif narrowing.tag:
            yield _Walk(Tag.objects.filter(name=narrowing.tag), "item_id", "item__")
        elif self.scope.ecologies is None:
            yield _Walk(Item.objects.all())
        else:
            yield from self._rivers()

    def _rivers(self) -> Iterator[_Walk]:
        narrowing = self.narrowing
        # What is lit in a week only, or taken out of it, is so there, and not in the river of its course.
        each_apart = narrowing.highlighted or narrowing.hidden
        for ecology in (self.scope.ecologies or ()) if each_apart else self.scope.tops:
            if narrowing.hidden:
                yield from self._taken_out(ecology)
                continue
            flows = Flow.objects.filter(ecology=ecology.pk, hidden_at__isnull=True)
            if narrowing.highlighted:
                flows = flows.filter(highlighted_at__isnull=False)
            through = getattr(ecology, "read_through", None)
            if narrowing.unread and through is not None:
                flows = flows.filter(flows_at__gt=through)
            yield _Walk(flows, "item_id", "item__", in_scope=True, with_flow=True)
        if self.scope.with_own and self.reader is not None and not each_apart:
            yield _Walk(Item.objects.filter(author=self.reader.pk), in_scope=True)

    def _taken_out(self, ecology: Ecology) -> Iterator[_Walk]:
        """Of a river that the reader edits."""
        if getattr(ecology, "is_editor", False):
            flows = Flow.objects.filter(ecology=ecology.pk, hidden_at__isnull=False)
            yield _Walk(flows, "item_id", "item__", in_scope=True, with_flow=True)

    @property
    def _walks_flows(self) -> bool:
        """Nothing but what stands in the rows of rivers themselves is asked for."""
        narrowing = self.narrowing
        return (
            self.scope.ecologies is not None
            and not (narrowing.saved or narrowing.tag)
            and not (narrowing.hidden and narrowing.highlighted)
            and narrowing.source is None
            and narrowing.person is None
            and self.found is None
        )

    def _looked_up(self) -> Iterator[Any]:
        """What is few of all, whatever the size of the river."""
        narrowing = self.narrowing
        if self.found is not None:
            yield self.found
        if narrowing.saved and self.reader is not None:
            marks = Mark.objects.filter(person=self.reader.pk, saved_at__gt=_LONG_AGO)
            yield marks.values("item")
        if narrowing.highlighted and not self._walks_flows:
            yield self._among(Flow.objects.filter(highlighted_at__gt=_LONG_AGO)).values("item")
        if narrowing.hidden and not self._walks_flows:
            edited = [each.pk for each in self.scope.ecologies or () if getattr(each, "is_editor", False)]
            yield Flow.objects.filter(hidden_at__gt=_LONG_AGO, ecology__in=edited).values("item")
        if narrowing.source is not None:
            yield Appearance.objects.filter(source=narrowing.source).values("item")

    def _look_for(self, words: str) -> None:
        query = fulltext.Query.read(words)
        self.found = []
        if query:
            hits = ITEMS.find(
                query,
                Item.objects.filter(self._flows_here(_Walk(Item.objects.none()))),
                limit=fulltext.CANDIDATES,
            )
            self.found = [hit.key for hit in hits]
            self.is_limited = len(hits) >= fulltext.CANDIDATES

    # What must be so

    def _among(self, flows: "QuerySet[Flow]") -> "QuerySet[Flow]":
        if self.scope.ecologies is None:
            return flows.filter(ecology__in=Ecology.objects.visible_to(self.reader).values("pk"))
        return flows.filter(ecology__in=[each.pk for each in self.scope.ecologies])

    def _flows_here(self, walk: _Walk) -> Q:
        here = self._among(Flow.objects.filter(item=OuterRef(walk.ref), hidden_at__isnull=True))
        found = Q(Exists(here))
        if self.reader is not None and (self.scope.with_own or self.scope.ecologies is None):
            found |= Q(**{f"{walk.to_item}author": self.reader.pk})
        return found

    def _narrowed(self, walk: _Walk, older_than: Key | None, newer_than: Key | None) -> "QuerySet[Any, Any]":
        narrowing = self.narrowing
        rows = self._in_time(walk, older_than, newer_than)
        if not walk.in_scope and not narrowing.hidden:
            rows = rows.filter(self._flows_here(walk))
        own = "" if walk.with_flow else walk.to_item
        if narrowing.kind:
            rows = rows.filter(**{f"{own}kind": narrowing.kind})
        if narrowing.language:
            rows = rows.filter(**{f"{own}language": narrowing.language})
        if narrowing.person is not None:
            rows = rows.filter(**{f"{walk.to_item}author": narrowing.person})
        if narrowing.tag and walk.rows.model is not Tag:
            rows = rows.filter(Exists(Tag.objects.filter(item=OuterRef(walk.ref), name=narrowing.tag)))
        if narrowing.unread and self.reader is not None:
            is_theirs = Q(**{f"{walk.to_item}author": self.reader.pk, f"{walk.to_item}author__isnull": False})
            rows = rows.filter(~_is_read(self.reader, walk.ref), ~is_theirs)
        return self._unmuted(rows, walk.ref)

    def _in_time(self, walk: _Walk, older_than: Key | None, newer_than: Key | None) -> "QuerySet[Any, Any]":
        rows = walk.rows
        if older_than is not None:
            rows = rows.filter(flows_at__lte=older_than.flows_at).filter(
                Q(flows_at__lt=older_than.flows_at) | Q(**{f"{walk.ref}__lt": older_than.item})
            )
        if newer_than is not None:
            rows = rows.filter(flows_at__gte=newer_than.flows_at).filter(
                Q(flows_at__gt=newer_than.flows_at) | Q(**{f"{walk.ref}__gt": newer_than.item})
            )
        if self.narrowing.since is not None:
            rows = rows.filter(flows_at__gte=_midnight(self.narrowing.since))
        if self.narrowing.until is not None and self.narrowing.until < date.max:
            rows = rows.filter(flows_at__lt=_midnight(self.narrowing.until + timedelta(days=1)))
        return rows

    def _unmuted(self, rows: "QuerySet[Any, Any]", ref: str) -> "QuerySet[Any, Any]":
        """An item that also came by a source that is not muted is shown; what was asked for by name is not kept back."""
        narrowing = self.narrowing
        if narrowing.saved or narrowing.hidden:
            return rows
        tags = [each.tag for each in self.mutes if each.tag and each.tag != narrowing.tag]
        sources = [each.source_id for each in self.mutes if each.source_id]
        sources = [each for each in sources if each != narrowing.source]
        if tags:
            rows = rows.exclude(Exists(Tag.objects.filter(item=OuterRef(ref), name__in=tags)))
        if sources:
            seen = Appearance.objects.filter(item=OuterRef(ref))
            rows = rows.exclude(
                Q(Exists(seen.filter(source__in=sources))) & ~Q(Exists(seen.exclude(source__in=sources)))
            )
        return rows


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=get_current_timezone())


def _is_read(person: Person, ref: str) -> Q:
    """Marked as read, or older than how far the person has read in one of its rivers."""
    marked = Mark.objects.filter(person=person.pk, item=OuterRef(ref), read_at__isnull=False)
    passed = Reading.objects.filter(
        person=person.pk, ecology__flows__item=OuterRef(ref), read_through__gte=OuterRef("flows_at")
    )
    return Q(Exists(marked)) | Q(Exists(passed))


_OF_TAG = ("id", "name", "said")
_OF_ENCLOSURE = ("id", "url", "media_type", "size", "seconds", "title", "position")


def whole(items: "QuerySet[Item, Any]", reader: Person | None) -> "QuerySet[Any, Any]":
    """With all that one reader's page shows of them; what belongs to them is there once they are ``unfolded``."""
    found = items.select_related("author").defer("author__biography", "author__links", "fingerprint")
    of_it = {"item": OuterRef("pk")}
    found = found.annotate(
        listed_tags=Listed(Tag.objects.filter(**of_it).order_by("pk").values(*_OF_TAG)),
        listed_enclosures=Listed(
            Enclosure.objects.filter(**of_it).order_by("position", "pk").values(*_OF_ENCLOSURE)
        ),
    )
    if reader is None:
        return found
    saved = Mark.objects.filter(person=reader.pk, item=OuterRef("pk"), saved_at__isnull=False)
    return found.annotate(was_read=_is_read(reader, "pk"), was_saved=Exists(saved))


def unfolded(items: Iterable[Any]) -> list[Any]:
    """Items of ``whole``: their hashtags and enclosures came in columns, and are read from there as if prefetched."""
    found = list(items)
    for item in found:
        tags = [
            Tag(item=item, flows_at=item.flows_at, **dict(zip(_OF_TAG, row, strict=True)))
            for row in item.listed_tags or ()
        ]
        enclosures = [
            Enclosure(item=item, **dict(zip(_OF_ENCLOSURE, row, strict=True)))
            for row in item.listed_enclosures or ()
        ]
        item._prefetched_objects_cache = {"tags": tags, "enclosures": enclosures}  # noqa: SLF001  # where Django looks first
    return found


def shown(
    items: Sequence[Item], scope: Scope, *, flows: dict[int, list[Flow]] | None = None
) -> list[ShownItem]:
    """What stands around them, as this reader sees it. Two queries; one where the flows are known."""
    if not items:
        return []
    ids = [item.pk for item in items]
    flows = flows_seen(ids, scope.reader) if flows is None else flows
    talks = talks_about(ids, scope.reader)
    mine = {each.pk for each in scope.ecologies or ()}
    return [
        _shown(item, flows.get(item.pk, []), talks.get(item.pk, Talk()), scope.reader, mine) for item in items
    ]


def _shown(item: Any, flows: list[Flow], talk: Talk, reader: Person | None, mine: set[int]) -> ShownItem:
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


def flows_seen(item_ids: Sequence[int], reader: Person | None) -> dict[int, list[Flow]]:
    """Where each of them flows, as far as the reader may see. One query."""
    if not item_ids:
        return {}
    keys = padded(item_ids)
    found: dict[int, list[Flow]] = {}
    for flow in _flows_seen(reader.pk, *keys) if reader is not None else _flows_for_all(*keys):
        found.setdefault(flow.item_id, []).append(flow)
    return found


@prepared
def _flows_seen(reader: int, *items: int) -> QuerySet[Flow]:
    return _standing_flows(Person(pk=reader), items)


@prepared
def _flows_for_all(*items: int) -> QuerySet[Flow]:
    return _standing_flows(None, items)


def _standing_flows(reader: Person | None, items: Sequence[int]) -> QuerySet[Flow]:
    there = Ecology.objects.visible_to(reader).values("pk")
    flows = Flow.objects.filter(item__in=items, hidden_at__isnull=True, ecology__in=there)
    return flows.select_related("ecology", "source", "highlighted_by").order_by("pk")


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
        return whole(_of_front(ecology, newest, highlights), None)

    @prepared
    def for_reader(ecology: int, reader: int) -> "QuerySet[Any, Any]":
        return whole(_of_front(ecology, newest, highlights), Person(pk=reader))

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

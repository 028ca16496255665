"""Taking in what a source says: one thing is one item, wherever and however often it was seen.

How an entry is known again, in this order: by its feed's guid (unless the guid now stands for another thing), by its address
without accidents, by other addresses that it names (if the words agree). What is merely like something is offered to people.
Whose words are shown: those of the site that the item's address belongs to; else those that came first.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from html import unescape
from urllib.parse import urlsplit

from django.db import IntegrityError, OperationalError, models, transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.activity.actions import record
from collegium.activity.verbs import verb
from collegium.conversations.models import Thread
from collegium.ecology import identity, likeness, tags, words
from collegium.ecology.actions.verbs import BROUGHT
from collegium.ecology.models import (
    Appearance,
    Ecology,
    Enclosure,
    Flow,
    Following,
    FormerItem,
    Item,
    ItemKey,
    Mark,
    NearCopy,
    Resource,
    Source,
    Tag,
    Trait,
    Unindexed,
    Version,
)
from collegium.ecology.reading import ReadEntry, ReadFeed
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.people.models import Person

JOINED = verb(
    "item.joined", history=gettext_lazy("%(actor)s joined “%(other)s” with “%(title)s”: the same thing")
)
APART = verb("item.kept_apart", history=gettext_lazy("%(actor)s keeps “%(other)s” and “%(title)s” apart"))

BATCH = 200  # entries in one transaction
_ATTEMPTS = 4
_SEEN_AGAIN = timedelta(hours=6)  # when it was last seen is known no better than this
_MOST_VERSIONS = 50  # a feed that says another thing each time does not fill the disk
_NEAR_IN_TIME = timedelta(days=180)
_MOST_CANDIDATES = 2000  # of a batch
_MOST_COMPARED = 5  # of one item
_MOST_OFFERED = 3
_TAG = re.compile(r"<[^>]*>")
_WORDS_OF_ITEM = (
    "title", "url", "kind", "author_name", "author", "language", "summary", "html", "licence_url", "picture_url",
    "published_at", "edited_at", "begins_at", "ends_at", "place", "content_sha256", "fingerprint",
)  # fmt: skip


@dataclass(frozen=True)
class Taken:
    new: int = 0
    changed: int = 0
    copies: int = 0  # seen before in another source

    def __add__(self, other: "Taken") -> "Taken":
        return Taken(self.new + other.new, self.changed + other.changed, self.copies + other.copies)


def take_in(*, source: Source, feed: ReadFeed, at: datetime) -> Taken:
    """One transaction a batch of entries, so a process that dies leaves whole batches; safe to repeat.

    Two workers that bring the same thing meet at its keys: whoever comes second begins its batch again, and finds it.
    """
    coming = _coming(source, feed)
    rivers = _rivers(source)
    taken = Taken()
    batches = [coming[start : start + BATCH] for start in range(0, len(coming), BATCH)]
    for number, batch in enumerate(batches, 1):
        batch_taken = Taken()
        if not _is_known(source, batch, rivers, at):
            for each in batch:
                _ = each.sha, each.traits, each.tags  # thought out before anybody has to wait for us
            batch_taken = _again_if_late(
                _Batch(source, feed, batch, rivers, at), taken if number == len(batches) else None
            )
        elif number == len(batches) and taken.new:
            _record(source, taken)
        taken += batch_taken
    return taken


def _again_if_late(batch: "_Batch", earlier: Taken | None) -> Taken:
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with transaction.atomic():
                taken = batch.take()
                if earlier is not None and (earlier + taken).new:
                    _record(batch.source, earlier + taken)
                return taken
        except (IntegrityError, OperationalError):  # another worker brought the same thing meanwhile
            if attempt == _ATTEMPTS:
                raise
    raise AssertionError


@transaction.atomic
def _record(source: Source, taken: Taken) -> None:
    record(BROUGHT, by=None, about=source, data={"new": taken.new, "changed": taken.changed})


# What comes -------------------------------------------------------------------------------------------------------------


@dataclass
class _Coming:
    """An entry with all that it may be known by."""

    entry: ReadEntry
    place: int
    guid_key: str  # of the guid, or of what stands in for one
    strict_key: str  # of guid and address together: for feeds that give one guid to several things
    guid_is_shared: bool
    address_key: str  # empty: the address says nothing of what it is
    other_keys: tuple[str, ...]
    is_home: bool  # it came from the site that its address belongs to

    @cached_property
    def text(self) -> str:
        return _text(self.entry.title, self.entry.html or self.entry.summary)

    @cached_property
    def sha(self) -> str:
        said = [
            self.text,
            *(str(each or "") for each in (self.entry.begins_at, self.entry.ends_at, self.entry.place)),
        ]
        return hashlib.sha256("\n".join(said).encode("utf-8", "surrogatepass")).hexdigest()

    @cached_property
    def fingerprint(self) -> int | None:
        return likeness.fingerprint(self.text)

    @cached_property
    def traits(self) -> list[int]:
        if self.fingerprint is None:
            return []
        return likeness.traits(self.fingerprint, self.entry.title, self.text)

    @cached_property
    def tags(self) -> dict[str, str]:
        found = {tags.fold(word)[:80]: word[:120] for word in self.entry.tags}
        found.pop("", None)
        return found


def _text(title: str, html: str) -> str:
    return " ".join(f"{title}\n{unescape(_TAG.sub(' ', html))}".split())


def _coming(source: Source, feed: ReadFeed) -> list[_Coming]:
    addresses = [identity.address_key(entry.url) for entry in feed.entries]
    guids = Counter(entry.guid for entry in feed.entries if entry.guid)
    # An address that several entries have in common, or that is the feed's own page, says nothing of any of them.
    shared = {key for key, times in Counter(_distinct(feed, addresses)).items() if times > 1}
    if feed.format != "page":
        shared |= {
            identity.address_key(url)
            for url in (feed.page_url, feed.self_url, source.feed_url, source.page_url)
            if url
        }
    home = {_host(source.page_url), _host(source.feed_url)} - {""}
    coming: list[_Coming] = []
    seen: set[str] = set()
    for place, (entry, key) in enumerate(zip(feed.entries, addresses, strict=True)):
        address = (identity.fragment_key(entry.url) if key in shared else key) or ""
        stands_in = entry.guid or entry.url or f"{entry.title}\n{entry.published_at}\n{entry.summary}"
        one = _Coming(
            entry=entry,
            place=place,
            guid_key=identity.guid_key(source, stands_in),
            strict_key=identity.guid_key(source, f"{stands_in}\n{key}"),
            guid_is_shared=guids[entry.guid] > 1 and bool(key),
            address_key=address,
            other_keys=tuple(
                dict.fromkeys(
                    other
                    for url in entry.also_at
                    if (other := identity.address_key(url)) and other not in shared and other != key
                )
            ),
            is_home=_host(entry.url) in home,
        )
        if one.guid_is_shared:
            one.guid_key = one.strict_key
        known_by = f"{one.guid_key} {one.address_key}"
        if known_by not in seen:  # some feeds say the same twice
            seen.add(known_by)
            coming.append(one)
    return coming


def _distinct(feed: ReadFeed, addresses: Sequence[str]) -> Iterable[str]:
    """The address of each entry, once for all entries that are the same but for their place."""
    found = {
        (key, entry.guid or entry.title) for entry, key in zip(feed.entries, addresses, strict=True) if key
    }
    return (key for key, _guid in found)


def _host(url: str) -> str:
    try:
        host = (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
    return host.removeprefix("www.")


# Where it flows ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _River:
    ecology_id: int
    only_tags: frozenset[str]
    begins_at: datetime | None
    ends_at: datetime | None

    def takes(self, names: Iterable[str], flows_at: datetime) -> bool:
        if self.only_tags and not self.only_tags.intersection(names):
            return False
        return (self.begins_at is None or self.begins_at <= flows_at) and (
            self.ends_at is None or flows_at < self.ends_at
        )


@dataclass(frozen=True)
class _Rivers:
    all: tuple[_River, ...]
    since: datetime | None  # when the latest of them began to follow

    def of(self, names: Iterable[str], flows_at: datetime) -> set[int]:
        return {river.ecology_id for river in self.all if river.takes(names, flows_at)}


def _rivers(source: Source) -> _Rivers:
    """Of the ecologies that follow; of what they lie within; and of their parts that have a time of their own."""
    followings = [
        each
        for each in Following.objects.running().filter(source=source).select_related("ecology")
        if each.ecology.closed_at is None
    ]
    ids = {each.ecology_id for each in followings}
    kin: list[Ecology] = []
    if ids:
        kin = list(
            Ecology.objects.filter(closed_at__isnull=True).filter(
                Q(pk__in=Ecology.objects.filter(pk__in=ids).values("within"))
                | Q(pk__in=Ecology.objects.filter(parts__parts__in=ids).values("pk"))
                | Q(within__in=ids, begins_at__isnull=False)
            )
        )
    by_id = {each.pk: each for each in kin}
    found: set[_River] = set()
    for each in followings:
        ecology, only = each.ecology, frozenset(each.only_tags)
        found.add(_River(ecology.pk, only, ecology.begins_at, ecology.ends_at))
        above = ecology.within_id
        while above is not None and (parent := by_id.get(above)) is not None:
            found.add(_River(parent.pk, only, ecology.begins_at, ecology.ends_at))
            above = parent.within_id
        found |= {
            _River(part.pk, only, part.begins_at, part.ends_at)
            for part in kin
            if part.within_id == ecology.pk and part.begins_at
        }
    return _Rivers(tuple(found), max((each.added_at for each in followings), default=None))


# Whether anything is to be done -----------------------------------------------------------------------------------------


def _is_known(source: Source, batch: Sequence[_Coming], rivers: _Rivers, at: datetime) -> bool:
    """Nothing in it is new or changed: most looks at most sources end here, after one query."""
    known = {
        key: (sha, url, seen)
        for key, sha, url, seen in Appearance.objects.filter(
            source=source, guid_key__in=[key for each in batch for key in {each.guid_key, each.strict_key}]
        ).values_list("guid_key", "content_sha256", "url", "last_seen_at")
    }
    floor = at - _SEEN_AGAIN
    if rivers.since is not None and rivers.since > floor:
        floor = rivers.since
    for each in batch:
        found = known.get(each.strict_key) or known.get(each.guid_key)
        if found is None or found[:2] != (each.sha, each.entry.url) or found[2] < floor:
            return False
    return True


# Taking in --------------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class _Thing:
    """An item that is there, or is about to be."""

    item: Item
    appearances: list[Appearance]
    is_new: bool = False
    is_changed: bool = False
    is_authored: bool = False  # it is known only now whose it is
    version: Version | None = None
    keys: set[str] = field(default_factory=set)
    coming: list[_Coming] = field(default_factory=list)
    words_of: _Coming | None = None  # whose words it has since this batch

    @property
    def text(self) -> str:
        if self.words_of is not None:
            return self.words_of.text
        return _text(self.item.title, self.item.html or self.item.summary)

    @property
    def traits(self) -> list[int]:
        return [] if self.words_of is None else self.words_of.traits

    @property
    def is_at_home(self) -> bool:
        """Its words came from the site that its address belongs to."""
        return any(
            each.content_sha256 == self.item.content_sha256 and _is_home(each) for each in self.appearances
        )


def _is_home(appearance: Appearance) -> bool:
    host = _host(appearance.url)
    return bool(host) and host in {_host(appearance.source.page_url), _host(appearance.source.feed_url)}


def _are_alike(thing: _Thing, coming: _Coming) -> bool:
    title = coming.entry.title.casefold()
    if title and title == thing.item.title.casefold():
        return True
    return (
        likeness.per_cent(thing.text, coming.text) >= likeness.ALIKE
        or likeness.contains(coming.text, thing.text) >= likeness.NEAR
        or likeness.contains(thing.text, coming.text) >= likeness.NEAR
    )


def _said(appearance: Appearance) -> tuple[str, ...]:
    return appearance.guid, appearance.guid_key, appearance.url, appearance.content_sha256


class _Batch:
    def __init__(
        self, source: Source, feed: ReadFeed, batch: Sequence[_Coming], rivers: _Rivers, at: datetime
    ) -> None:
        self.source = source
        self.feed = feed
        self.batch = batch
        self.rivers = rivers
        self.at = at

    def take(self) -> Taken:
        self._begin()
        copies = sum(self._take(each) for each in self.batch)
        touched = [each for each in self.things.values() if each.coming]
        new = [each for each in touched if each.is_new]
        changed = [each for each in touched if each.is_changed]
        self._write(touched, new, changed)
        return Taken(len(new), len(changed), copies)

    def _begin(self) -> None:
        self.things: dict[int, _Thing] = {}  # by the identity of their item's object
        self.by_guid: dict[str, tuple[_Thing, Appearance]] = {}
        self.by_key: dict[str, _Thing] = {}
        self.new_appearances: list[Appearance] = []
        self.old_appearances: list[Appearance] = []
        self.claimed: list[tuple[_Thing, _Thing]] = []
        guid_keys = {key for each in self.batch for key in (each.guid_key, each.strict_key)}
        keys = {key for each in self.batch for key in (each.address_key, *each.other_keys) if key}
        nameless = {each.sha for each in self.batch if not each.address_key}
        by_content = Q(source=self.source, content_sha256__in=nameless) if nameless else Q(pk__in=[])
        known = list(ItemKey.objects.filter(key__in=keys).values_list("key", "item"))
        self._stored = {key for key, _item in known}
        found = list(
            Appearance.objects.filter(
                Q(source=self.source, guid_key__in=guid_keys)
                | by_content
                | Q(item__in={item for _key, item in known})
            ).select_related("item", "source")
        )
        self._said = {each.pk: _said(each) for each in found}
        items: dict[int, _Thing] = {}
        for each in found:
            thing = items.get(each.item_id)
            if thing is None:
                thing = items[each.item_id] = self._remember(_Thing(each.item, []))
            each.item = thing.item
            thing.appearances.append(each)
            if each.source_id == self.source.pk:
                self.by_guid[each.guid_key] = (thing, each)
        for item in Item.objects.filter(pk__in={item for _key, item in known} - set(items)) if known else ():
            items[item.pk] = self._remember(_Thing(item, []))  # nothing that it was seen in is left
        for key, item_id in known:
            if item_id in items:
                self.by_key[key] = items[item_id]
                items[item_id].keys.add(key)
        claim = self.source.claims.filter(verified_at__isnull=False).values_list("person", flat=True).first()
        self.author_id = claim

    def _remember(self, thing: _Thing) -> _Thing:
        self.things[id(thing.item)] = thing
        return thing

    def _take(self, coming: _Coming) -> bool:
        """Whether it is a copy of what was known from elsewhere."""
        thing, appearance = self._by_guid(coming)
        if thing is None:
            thing, appearance = self._by_address(coming)
        if thing is None:
            thing = self._new(coming)
        is_copy = False
        if appearance is None:
            is_copy = not thing.is_new
            appearance = self._appear(thing, coming)
            if is_copy:
                self._copied(thing, coming)
        elif appearance.content_sha256 != coming.sha:
            was_shown = thing.item.content_sha256 == appearance.content_sha256
            appearance.content_sha256 = coming.sha
            if was_shown or not thing.appearances:
                self._change(thing, coming)
        self._again(appearance, coming)
        self._keyed(thing, coming)
        thing.coming.append(coming)
        if self.author_id and thing.item.author_id is None and coming.is_home:
            thing.item.author_id = self.author_id
            thing.is_authored = True
        return is_copy

    def _by_guid(self, coming: _Coming) -> tuple[_Thing | None, Appearance | None]:
        if found := self.by_guid.get(coming.strict_key):
            return found
        found = self.by_guid.get(coming.guid_key)
        if found is None or self._stands_for_another(found[0], found[1], coming):
            if found is not None:
                coming.guid_key = coming.strict_key
            return None, None
        return found

    def _stands_for_another(self, thing: _Thing, appearance: Appearance, coming: _Coming) -> bool:
        """The feed gives a guid that it has used before to another thing."""
        if appearance.content_sha256 == coming.sha:
            return False
        if coming.address_key and self.by_key.get(coming.address_key) is thing:
            return False
        same_path = urlsplit(appearance.url).path == urlsplit(coming.entry.url).path
        if (
            same_path
            and urlsplit(appearance.url).query == urlsplit(coming.entry.url).query
            and coming.entry.url
        ):
            return urlsplit(appearance.url).path in {"", "/"} and not _are_alike(thing, coming)
        moved_in_time = thing.item.published_at != coming.entry.published_at
        return (moved_in_time or bool(coming.address_key)) and not _are_alike(thing, coming)

    def _by_address(self, coming: _Coming) -> tuple[_Thing | None, Appearance | None]:
        thing = self.by_key.get(coming.address_key) if coming.address_key else None
        if thing is None:
            for key in coming.other_keys:
                other = self.by_key.get(key)
                if other is None:
                    continue
                # Anybody may say of what they wrote that it also stands elsewhere: so the words must agree.
                if _are_alike(other, coming):
                    thing = other
                    break
        if thing is None and not coming.address_key:
            return self._by_content(coming)
        if thing is None:
            return None, None
        mine = next((each for each in thing.appearances if each.source_id == self.source.pk), None)
        if mine is not None and mine.guid_key not in {coming.guid_key, coming.strict_key}:
            if coming.entry.guid and mine.guid and not _are_alike(thing, coming):
                # Guid, title and words are others: the address is one where things come and go.
                coming.address_key = ""
                return None, None
            mine.guid_key = coming.guid_key
        return thing, mine

    def _by_content(self, coming: _Coming) -> tuple[_Thing | None, Appearance | None]:
        """Without an address, and with another guid each time: the very same words at the same time."""
        for thing, appearance in self.by_guid.values():
            if (
                appearance.content_sha256 == coming.sha
                and thing.item.published_at == coming.entry.published_at
            ):
                appearance.guid_key = coming.guid_key
                return thing, appearance
        return None, None

    def _new(self, coming: _Coming) -> _Thing:
        item = Item(seen_at=self.at, flows_at=self._flows_at(coming))
        self._fill(item, coming)
        thing = self._remember(_Thing(item, [], is_new=True, words_of=coming))
        for key in coming.other_keys:
            if (other := self.by_key.get(key)) is not None:
                self.claimed.append((thing, other))
        return thing

    def _flows_at(self, coming: _Coming) -> datetime:
        published = coming.entry.published_at
        if published is not None and published <= self.at:
            return published
        return self.at - timedelta(milliseconds=coming.place)  # the first of a feed is its newest

    def _fill(self, item: Item, coming: _Coming) -> None:
        entry = coming.entry
        item.title = entry.title[:500]
        item.url = entry.url[:2000]
        item.kind = entry.kind
        item.author_name = (entry.author_name or self.feed.author_name or self.source.author_name)[:200]
        item.language = (entry.language or self.feed.language or self.source.language)[:20]
        item.summary, item.html = entry.summary[:600], entry.html
        licence = entry.licence_url or self.feed.licence_url or self.source.licence_url
        item.licence_url = licence if len(licence) <= 500 else ""  # noqa: PLR2004 -- the column
        item.picture_url = entry.picture_url
        item.published_at, item.edited_at = entry.published_at, entry.edited_at
        item.begins_at, item.ends_at, item.place = entry.begins_at, entry.ends_at, entry.place[:300]
        item.content_sha256 = coming.sha
        item.fingerprint = coming.fingerprint

    def _appear(self, thing: _Thing, coming: _Coming) -> Appearance:
        appearance = Appearance(
            item=thing.item,
            source=self.source,
            guid=coming.entry.guid[:500],
            guid_key=coming.guid_key,
            url=coming.entry.url,
            content_sha256=coming.sha,
            first_seen_at=self.at,
            last_seen_at=self.at,
        )
        self.new_appearances.append(appearance)
        thing.appearances.append(appearance)
        self.by_guid[coming.guid_key] = (thing, appearance)
        return appearance

    def _again(self, appearance: Appearance, coming: _Coming) -> None:
        if appearance.pk is None:
            return
        appearance.guid, appearance.url = coming.entry.guid[:500], coming.entry.url
        appearance.last_seen_at = self.at
        self.by_guid[appearance.guid_key] = (self.things[id(appearance.item)], appearance)
        self.old_appearances.append(appearance)

    def _keyed(self, thing: _Thing, coming: _Coming) -> None:
        own = [coming.address_key] if coming.address_key else []
        alike = [key for key in coming.other_keys if key not in self.by_key]
        for key in [*own, *alike]:
            if key not in self.by_key:
                self.by_key[key] = thing
                thing.keys.add(key)

    def _copied(self, thing: _Thing, coming: _Coming) -> None:
        """A second place where it was seen: are its words the better ones?"""
        at_home = thing.is_at_home
        if (coming.is_home and not at_home) or (
            (coming.is_home or not at_home)
            and len(coming.text) > 2 * len(thing.text)
            and likeness.contains(coming.text, thing.text) >= likeness.NEAR
        ):
            self._change(thing, coming)

    def _change(self, thing: _Thing, coming: _Coming) -> None:
        item = thing.item
        if not thing.is_new and item.content_sha256 != coming.sha:
            thing.version = thing.version or Version(
                item=item,
                title=item.title,
                summary=item.summary,
                html=item.html,
                content_sha256=item.content_sha256,
                until=self.at,
            )
            thing.is_changed = True
        self._fill(item, coming)
        thing.words_of = coming

    # Writing ----------------------------------------------------------------------------------------------------------

    def _write(self, touched: list[_Thing], new: list[_Thing], changed: list[_Thing]) -> None:
        before = [each for each in touched if not each.is_new]
        Item.objects.bulk_create([each.item for each in new])
        # In one order everywhere, so that two workers never wait for each other in a circle.
        fresh = {key: each.item for each in touched for key in each.keys if key not in self._stored}
        ItemKey.objects.bulk_create([ItemKey(key=key, item=fresh[key]) for key in sorted(fresh)])
        Appearance.objects.bulk_create(self.new_appearances)
        self._write_appearances()
        if before:
            self._write_changes([each for each in before if each.is_changed or each.is_authored])
        self._write_parts(touched, new, changed)
        self._write_flows(touched)
        if new or changed:
            self._find_near(new)
            Unindexed.objects.bulk_create(Unindexed(item_id=each.item.pk) for each in [*new, *changed])

    def _write_appearances(self) -> None:
        """Most are only seen again."""
        again = {each.pk: each for each in self.old_appearances if each.pk is not None}
        other = [each for each in again.values() if self._said.get(each.pk) != _said(each)]
        if other:
            Appearance.objects.bulk_update(other, ["guid", "guid_key", "url", "content_sha256"])
        if again:
            Appearance.objects.filter(pk__in=again).update(last_seen_at=self.at)

    def _write_changes(self, changed: list[_Thing]) -> None:
        edited = [each for each in changed if each.version is not None]
        if edited:
            full = set(
                Item.objects.filter(pk__in=[each.item.pk for each in edited])
                .annotate(number=Count("versions"))
                .filter(number__gte=_MOST_VERSIONS)
                .values_list("pk", flat=True)
            )
            Version.objects.bulk_create(
                [each.version for each in edited if each.version and each.item.pk not in full]
            )
        if changed:
            Item.objects.bulk_update([each.item for each in changed], _WORDS_OF_ITEM)

    def _write_parts(self, touched: list[_Thing], new: list[_Thing], changed: list[_Thing]) -> None:
        alone = [each.item.pk for each in changed if len(each.appearances) == 1]
        if changed:
            # What an edit took out, an item that is in this source alone has no longer.
            Tag.objects.filter(item__in=alone).delete()
            Enclosure.objects.filter(item__in=[each.item.pk for each in changed]).delete()
            Trait.objects.filter(item__in=[each.item.pk for each in changed]).delete()
            Flow.objects.filter(item__in=[each.item.pk for each in changed]).update(
                kind=models.Subquery(Item.objects.filter(pk=models.OuterRef("item")).values("kind")[:1]),
                language=models.Subquery(
                    Item.objects.filter(pk=models.OuterRef("item")).values("language")[:1]
                ),
            )
        Tag.objects.bulk_create(
            [
                Tag(item=each.item, name=name, said=said, flows_at=each.item.flows_at)
                for each in touched
                for name, said in {
                    name: said for coming in each.coming for name, said in coming.tags.items()
                }.items()
            ],
            ignore_conflicts=True,
        )
        Enclosure.objects.bulk_create(
            Enclosure(
                item=each.item,
                url=one.url,
                media_type=one.media_type[:120],
                size=one.size,
                seconds=one.seconds,
                title=one.title[:300],
                position=position,
            )
            for each in [*new, *changed]
            for position, one in enumerate(each.coming[-1].entry.enclosures)
        )
        Trait.objects.bulk_create(
            Trait(item=each.item, value=value) for each in [*new, *changed] for value in each.traits
        )

    def _write_flows(self, touched: list[_Thing]) -> None:
        flows = {
            (ecology_id, each.item.pk): Flow(
                ecology_id=ecology_id,
                item=each.item,
                source=self.source,
                flows_at=each.item.flows_at,
                kind=each.item.kind,
                language=each.item.language,
            )
            for each in touched
            for ecology_id in self.rivers.of(
                {name for coming in each.coming for name in coming.tags}, each.item.flows_at
            )
        }
        Flow.objects.bulk_create([flows[key] for key in sorted(flows)], ignore_conflicts=True)

    # Near copies ------------------------------------------------------------------------------------------------------

    def _find_near(self, new: list[_Thing]) -> None:
        """What shares a trait, is near in time and has a like fingerprint; what is really like is offered."""
        claimed = {
            (one.item.pk, other.item.pk) for one, other in self.claimed if one.item.pk != other.item.pk
        }
        apart = self._candidates(new) | dict.fromkeys(claimed, 0)
        if not apart:
            return
        near: dict[int, list[int]] = {}  # by item: the nearest first
        for item_id, other in sorted(apart, key=lambda pair: apart[pair]):
            if len(near.setdefault(item_id, [])) < _MOST_COMPARED:
                near[item_id].append(other)
        others = {
            each.pk: _text(each.title, each.html or each.summary)
            for each in Item.objects.only("title", "summary", "html").filter(
                pk__in={other for found in near.values() for other in found}
            )
        }
        offered: list[NearCopy] = []
        for thing in new:
            item_id = thing.item.pk
            compared = [
                NearCopy(
                    item_id=item_id,
                    other_id=other,
                    likeness=likeness.per_cent(thing.text, others[other]),
                    found_at=self.at,
                )
                for other in near.get(item_id, ())
                if other in others
            ]
            kept = [
                each
                for each in compared
                if each.likeness >= likeness.NEAR or (item_id, each.other_id) in claimed
            ]
            offered += sorted(kept, key=lambda each: -each.likeness)[:_MOST_OFFERED]
        NearCopy.objects.bulk_create(offered, ignore_conflicts=True)

    @staticmethod
    def _candidates(new: list[_Thing]) -> dict[tuple[int, int], int]:
        """Pairs of a new item and an older one that are worth a comparison, with how many bits lie between them."""
        mine: dict[int, list[_Thing]] = {}  # by trait
        for each in new:
            for value in each.traits:
                mine.setdefault(value, []).append(each)
        if not mine:
            return {}
        times = [each.item.flows_at for each in new]
        found = (
            Trait.objects.filter(
                value__in=mine,
                item__flows_at__gte=min(times) - _NEAR_IN_TIME,
                item__flows_at__lte=max(times) + _NEAR_IN_TIME,
            )
            .order_by("-item")
            .values_list("value", "item", "item__fingerprint")[:_MOST_CANDIDATES]
        )
        return {
            (each.item.pk, other): likeness.bits_apart(each.item.fingerprint or 0, fingerprint or 0)
            for value, other, fingerprint in found
            for each in mine[value]
            if other < each.item.pk and likeness.may_be_near(value, each.item.fingerprint, fingerprint)
        }


# Afterwards -------------------------------------------------------------------------------------------------------------


@transaction.atomic
def pour(*, following: Following) -> int:
    """What its source brought before it was followed flows into the ecology too; safe to repeat. Says how many flows there are."""
    source, batch = following.source, []
    rivers = _rivers(source)
    for appearance in (
        source.appearances.select_related("item").prefetch_related("item__tags").iterator(chunk_size=500)
    ):
        item = appearance.item
        batch += [
            Flow(
                ecology_id=ecology_id,
                item=item,
                source=source,
                flows_at=item.flows_at,
                kind=item.kind,
                language=item.language,
            )
            for ecology_id in rivers.of({tag.name for tag in item.tags.all()}, item.flows_at)
        ]
    Flow.objects.bulk_create(
        sorted(batch, key=lambda flow: (flow.ecology_id, flow.item_id)), ignore_conflicts=True, batch_size=500
    )
    return len(batch)


@transaction.atomic
def join_items(*, item: Item, other: Item, by: Person) -> Item:
    """They are the same thing: all that belongs to ``other`` belongs to ``item`` from now on, and its address leads there."""
    if item.pk == other.pk:
        raise Refusal(_("An item cannot be joined with itself."))
    locked = {
        each.pk: each
        for each in Item.objects.select_for_update().filter(pk__in=[item.pk, other.pk]).order_by("pk")
    }
    if len(locked) < 2:  # noqa: PLR2004 -- both
        raise Refusal(_("One of the two is no longer there: somebody was quicker."))
    item, other = locked[item.pk], locked[other.pk]
    title = str(other)
    _join_flows(item, other)
    _join_marks(item, other)
    Tag.objects.bulk_create(
        [Tag(item=item, name=tag.name, said=tag.said, flows_at=item.flows_at) for tag in other.tags.all()],
        ignore_conflicts=True,
    )
    if other.content_sha256 != item.content_sha256:
        Version.objects.create(
            item=item,
            title=other.title,
            summary=other.summary,
            html=other.html,
            content_sha256=other.content_sha256,
        )
    for rows in (other.keys, other.appearances, other.versions, other.former):
        rows.update(item=item)
    if not item.enclosures.exists():
        other.enclosures.update(item=item)
    Resource.objects.filter(item=other).update(item=item)
    # What is said under it is talked about together.
    Thread.objects.filter(about_kind=Item._meta.label_lower, about_id=str(other.pk)).update(
        about_id=str(item.pk)
    )
    if item.author_id is None and other.author_id is not None:
        item.author_id = other.author_id
        item.save(update_fields=["author"])
    former = other.pk
    other.delete()
    FormerItem.objects.create(number=former, item=item)
    words.index_items([item.pk, former])
    record(JOINED, by=by, about=item, data={"title": str(item)[:200], "other": title[:200]})
    return item


def _join_flows(item: Item, other: Item) -> None:
    mine = {flow.ecology_id: flow for flow in item.flows.all()}
    for flow in other.flows.all():
        kept = mine.get(flow.ecology_id)
        if kept is None:
            flow.item, flow.flows_at, flow.kind, flow.language = item, item.flows_at, item.kind, item.language
            flow.save(update_fields=["item", "flows_at", "kind", "language"])
        elif kept.highlighted_at is None and flow.highlighted_at is not None:
            kept.highlighted_at, kept.highlighted_by = flow.highlighted_at, flow.highlighted_by
            kept.words = flow.words
            kept.save(update_fields=["highlighted_at", "highlighted_by", "words"])
    # Hidden is hidden only where both were.
    shown = other.flows.filter(hidden_at__isnull=True).values("ecology")
    item.flows.filter(
        hidden_at__isnull=False, ecology__in=list(shown.values_list("ecology", flat=True))
    ).update(hidden_at=None, hidden_by=None)


def _join_marks(item: Item, other: Item) -> None:
    mine = {mark.person_id: mark for mark in item.marks.all()}
    for mark in other.marks.all():
        kept = mine.get(mark.person_id)
        if kept is None:
            Mark.objects.filter(pk=mark.pk).update(item=item)
        else:
            kept.read_at = kept.read_at or mark.read_at
            kept.saved_at = kept.saved_at or mark.saved_at
            kept.save(update_fields=["read_at", "saved_at"])


@transaction.atomic
def keep_apart(*, near_copy: NearCopy, by: Person) -> NearCopy:
    """They are two things, however like: not offered again."""
    near_copy = NearCopy.objects.select_for_update().select_related("item", "other").get(pk=near_copy.pk)
    if near_copy.settled_at is not None:
        raise Refusal(_("That has been settled already."))
    near_copy.settled_at, near_copy.settled_by = clock.now(), by
    near_copy.save(update_fields=["settled_at", "settled_by"])
    record(
        APART,
        by=by,
        about=near_copy.item,
        data={"title": str(near_copy.item)[:200], "other": str(near_copy.other)[:200]},
    )
    return near_copy

"""The search of the whole house: the best of all that the reader may see, and how many there are of each kind.

What is asked of the database, whatever is found: where the reader may look; the newest hits of every kind at once; people,
who have their own rules for what is read of them; and what the hits that are shown are made of. PostgreSQL may be asked
for hits up to three times: see decision 8.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import get_language_info, gettext

from collegium.communities.models import Community
from collegium.conversations.models import Forum
from collegium.ecology.models import Ecology
from collegium.foundation import clock, fulltext
from collegium.foundation.addresses import address
from collegium.foundation.listed import PreparedTogether
from collegium.foundation.prepared import padded, prepared
from collegium.home.findable import BY_KEY, KINDS, PEOPLE, Asked, Hit, Kind
from collegium.people import words as people_words
from collegium.people.models import CircleMember, Person
from collegium.people.queries import faces, found_as
from collegium.portfolios.words import places_of

LONGEST_QUERY = 100
SHORTEST_QUERY = 2
COUNTED = 50  # hits of a kind; more are "more than 50"
BEST = 20  # of all kinds
OF_ONE_KIND = 8  # of them
A_PAGE = 30  # of one kind
WEIGHED = 120  # of the kind that is looked at
QUICK = 8  # while one types
QUICK_WEIGHED = 12
MOST_COMMUNITIES = 50
NOT_BY_ITS_WORDS = 1.0  # the weight of a hit that none of the words that are weighed has
OF_FEW = frozenset({"portfolios", "sections", "evidence"})  # mostly nobody's but their owners'
BY_NAME = 2  # people, as ``found_as`` says
BY_NAME_WEIGHS, BY_THEIR_WORDS_WEIGHS = 14.0, 4.0
TIMES = {"week": 7, "month": 31, "year": 366}  # days


def times() -> list[tuple[str, str]]:
    return [
        ("week", gettext("The last seven days")),
        ("month", gettext("The last month")),
        ("year", gettext("The last year")),
    ]


def languages() -> list[tuple[str, str]]:
    """Those of which words are stemmed, by their names in the reader's language."""
    codes = [code for code in fulltext.STEMMERS if code != "no"]
    return sorted(
        ((code, get_language_info(code)["name_translated"]) for code in codes), key=lambda each: each[1]
    )


@dataclass(frozen=True)
class Wanted:
    """What was typed and chosen. Anything may be typed; what is no word is not looked for."""

    words: str = ""
    kind: str = ""
    community: str = ""  # slug
    language: str = ""
    time: str = ""
    newest: bool = False  # all of one kind, by age
    before: int | None = None  # of these, those that are older than this key

    @property
    def is_narrowed(self) -> bool:
        return bool(self.community or self.language or self.time)

    @property
    def narrowings(self) -> frozenset[str]:
        given = {"community": self.community, "language": self.language, "since": self.time}
        return frozenset(name for name, value in given.items() if value)

    def query(self, **changes: Any) -> str:
        """The address of the page with these changes."""
        from_now_on = {} if {"newest", "before"} & changes.keys() else {"newest": False, "before": None}
        said = replace(self, **(from_now_on | changes))
        given = {
            "q": said.words.strip(),
            "kind": said.kind,
            "community": said.community,
            "language": said.language,
            "time": said.time,
            "order": "newest" if said.newest else "",
            "before": said.before,
        }
        return f"{reverse('home:search')}?{_urlencoded(given)}"


def _urlencoded(given: Mapping[str, Any]) -> str:
    return urlencode({name: value for name, value in given.items() if value})


@dataclass(frozen=True)
class Facet:
    key: str
    title: str
    icon: str
    number: int
    is_more: bool = False  # than that
    href: str = ""


@dataclass(frozen=True)
class Found:
    wanted: Wanted
    hits: list[Hit] = field(default_factory=list)
    facets: list[Facet] = field(default_factory=list)
    communities: list[tuple[str, str]] = field(default_factory=list)  # slug, title: of the reader's own
    can_be_looked_for: bool = False
    older: str = ""  # the address of the next page
    has_more: bool = False  # of this kind than are shown as the best

    @property
    def number(self) -> int:
        return sum(facet.number for facet in self.facets)

    @property
    def is_more(self) -> bool:
        return any(facet.is_more for facet in self.facets)


@dataclass(frozen=True)
class _Candidate:
    kind: str
    key: int
    score: float


# Where the reader may look ---------------------------------------------------------------------------------------------


def _where(shape: Any, *values: Any) -> Sequence["QuerySet[Any, Any]"]:
    is_stranger, has_community = shape
    reader = None if is_stranger else Person(pk=values[0])
    few = (
        fulltext.MOST_SCOPES + 1
    )  # one more than the index looks for by itself is enough to know that they are many
    seen = Community.objects.visible_to(reader)
    asked: list[QuerySet[Any, Any]] = [
        Forum.objects.visible_to(reader).order_by("pk").values_list("pk")[:few],
        Ecology.objects.visible_to(reader).order_by("pk").values_list("pk")[:few],
    ]
    if reader is not None:
        asked.append(
            CircleMember.objects.filter(person=reader).order_by("circle").values_list("circle")[:few]
        )
        mine = Community.objects.filter(circle__memberships__person=reader)
        asked.append(mine.order_by("title", "pk").values_list("slug", "title")[:MOST_COMMUNITIES])
    if has_community:
        asked.append(seen.filter(slug=values[-1]).values_list("pk", "forum", "ecology", "slug", "title")[:1])
    return asked


_places = PreparedTogether(_where)


@dataclass(frozen=True)
class _Places:
    scopes: dict[str, list[int] | None]
    communities: list[tuple[str, str]]
    community: int | None = None


def _look_up(wanted: Wanted, reader: Person | None) -> _Places | None:
    """None: in a community that is not there for this reader."""
    values: list[Any] = [] if reader is None else [reader.pk]
    if wanted.community:
        values.append(wanted.community)
    found = _places((reader is None, bool(wanted.community)), *values)
    forums, ecologies = ([row[0] for row in rows] for rows in found[:2])
    circles = [row[0] for row in found[2]] if reader is not None else []
    mine = [(slug, title) for slug, title in found[3]] if reader is not None else []
    if wanted.community:
        if not found[-1]:
            return None
        community, forum, ecology, slug, title = found[-1][0]
        if (slug, title) not in mine:
            mine.append((slug, title))
        return _Places({"posts": [forum], "resources": [ecology]}, mine, community)
    written = places_of(reader, circles)
    scopes = {"posts": forums, "resources": ecologies, "portfolios": written, "sections": written}
    if reader is not None:
        scopes["evidence"] = [reader.pk]
    few = fulltext.MOST_SCOPES
    return _Places({key: some if len(some) <= few else None for key, some in scopes.items()}, mine)


# Hits of every kind ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Shape:
    """All that the SQL depends on. How a kind with an index is asked is PostgreSQL's matter: near, or within two keys."""

    kinds: tuple[tuple[str, int, bool], ...]  # key, how many, whether near
    is_stranger: bool
    narrowings: frozenset[str]
    before: bool


def _matching(shape: _Shape, *values: Any) -> Sequence["QuerySet[Any, Any]"]:
    given = iter(values)
    asked = Asked(
        reader=None if shape.is_stranger else Person(pk=next(given)),
        now=next(given),
        community=next(given) if "community" in shape.narrowings else None,
        language=next(given) if "language" in shape.narrowings else None,
        since=next(given) if "since" in shape.narrowings else None,
        before=next(given) if shape.before else None,
    )
    found = []
    for key, limit, near in shape.kinds:
        kind = BY_KEY[key]
        match = next(given)
        within = None if near or connection.vendor == "sqlite" else (next(given), next(given))
        rows = kind.index.rows_that_match(match, kind.among(asked), near=near, within=within, also=kind.also)
        found.append(rows[:limit])
    return found


_matches = PreparedTogether(_matching)
_Rows = list[list[Any]]


@dataclass(frozen=True)
class _Search:
    query: fulltext.Query
    wanted: Wanted
    reader: Person | None
    places: _Places
    called: people_words.Wanted

    def rows_of(self, limits: Mapping[str, int]) -> dict[str, _Rows]:
        """Of each of these kinds as many of the newest that match."""
        asked = {key: limit for key, limit in limits.items() if self._may_match(BY_KEY[key])}
        if not asked:
            return {}
        if connection.vendor == "sqlite":
            return self._ask_whole_words_first(asked)
        # As an index alone does it: among the newest rows first, and as far back as the hits there say.
        before = self.wanted.before
        if before is not None:
            reach = {key: 0 if self._is_few(key) else max(0, before - fulltext.NEAR * 5) for key in asked}
            found = self._ask(asked, reach=reach)
        else:
            found = self._ask(asked, near=True)
            few = [key for key in asked if not self._is_few(key) and len(found[key]) < asked[key]]
            reach = dict.fromkeys(few, 0)
            for key in few:
                if len(rows := found[key]) >= fulltext.ENOUGH_TO_TELL:
                    reach[key] = max(0, rows[0][0] - fulltext.NEAR * 2 * asked[key] // len(rows))
            if reach:
                found |= self._ask({key: asked[key] for key in reach}, reach=reach)
        last = {key: 0 for key, back in reach.items() if back and len(found[key]) < asked[key]}
        return found | self._ask({key: asked[key] for key in last}, reach=last) if last else found

    def _ask_whole_words_first(self, asked: Mapping[str, int]) -> dict[str, _Rows]:
        """Where they find enough, nobody waits for all the words that begin like the last one."""
        if not self.query.is_dear:
            return self._ask(asked)
        whole = replace(self, query=self.query.finished())
        found = whole._ask(asked)  # noqa: SLF001  # its own kind
        # Names are always found by beginnings.
        few = [key for key, rows in found.items() if not BY_KEY[key].by_names and len(rows) < asked[key]]
        return found | self._ask({key: asked[key] for key in few}) if few else found

    def _may_match(self, kind: Kind) -> bool:
        if kind.for_members and self.reader is None:
            return False
        if self.places.scopes.get(kind.key) == []:
            return False
        return self.wanted.narrowings <= set(kind.narrows)

    def _ask(
        self, asked: Mapping[str, int], *, near: bool = False, reach: Mapping[str, int] | None = None
    ) -> dict[str, _Rows]:
        wanted = self.wanted
        kinds = tuple((key, limit, near and not self._is_few(key)) for key, limit in asked.items())
        shape = _Shape(kinds, self.reader is None, wanted.narrowings, wanted.before is not None)
        now = clock.now()
        values: list[Any] = [now] if self.reader is None else [self.reader.pk, now]
        if wanted.community:
            values.append(self.places.community)
        if wanted.language:
            values.append(wanted.language)
        if wanted.time:
            values.append(now - timedelta(days=TIMES[wanted.time]))
        if wanted.before is not None:
            values.append(wanted.before)
        for key, _limit, is_near in kinds:
            # Of a person, what is unwanted is looked at where this reader can see it.
            query = self.called.somewhere if key == PEOPLE else self.query_of(BY_KEY[key])
            values.append(BY_KEY[key].index.match(query, self.places.scopes.get(key)))
            if connection.vendor != "sqlite" and not is_near:
                values += [(reach or {}).get(key, 0), fulltext.LAST_KEY]
        return dict(zip(asked, _matches(shape, *values), strict=True))

    def query_of(self, kind: Kind) -> fulltext.Query:
        return self.called.query if kind.by_names else self.query

    def _is_few(self, key: str) -> bool:
        """Whether all of it that may be this reader's is so little that nobody need look among the newest first."""
        return key in OF_FEW and self.places.scopes.get(key) is not None

    # Weighing

    def weighed(self, found: Mapping[str, _Rows]) -> list[_Candidate]:
        weighing = fulltext.Scales(self.query), fulltext.Scales(self.called.query)
        candidates = []
        for key, rows in found.items():
            kind = BY_KEY[key]
            weigh = weighing[kind.by_names]
            for place, (pk, title, body, *read) in enumerate(rows):
                if key == PEOPLE:
                    score = self._of_person(pk, title, read)
                else:
                    score = weigh(title, body) or NOT_BY_ITS_WORDS
                if score:
                    newness = 1 + fulltext.NEWEST_BONUS * (1 - place / len(rows))
                    candidates.append(_Candidate(key, pk, score * newness * kind.weight))
        return candidates

    def _of_person(self, key: int, name: str, read: Sequence[Any]) -> float:
        found = found_as(self.called, self.reader, key, name, read)
        if found != BY_NAME:
            return BY_THEIR_WORDS_WEIGHS * found
        words = set(name.split())
        is_whole = all(word in words for term in self.query.wanted for word in term.words)
        return BY_NAME_WEIGHS * (1.2 if is_whole else 1)


# What is shown ---------------------------------------------------------------------------------------------------------


def _showing(shape: Any, *values: Any) -> Sequence["QuerySet[Any, Any]"]:
    given = iter(values)
    return [
        BY_KEY[key].shown(
            BY_KEY[key].model._default_manager.filter(pk__in=[next(given) for _ in range(size)])
        )
        for key, size in shape
    ]


_shown = PreparedTogether(_showing)


@prepared
def _persons(*keys: int) -> "QuerySet[Person]":
    return Person.objects.filter(pk__in=keys).for_display()


def _hits(chosen: Sequence[_Candidate], asked: _Search) -> list[Hit]:
    reader = asked.reader
    keys: dict[str, list[int]] = {}
    for each in chosen:
        keys.setdefault(each.kind, []).append(each.key)
    made: dict[tuple[str, int], Hit] = {}
    if called := keys.pop(PEOPLE, []):
        people = _persons(*padded(called))
        pictures = faces(people, reader)
        query = asked.query_of(BY_KEY[PEOPLE])
        made = {(PEOPLE, person.pk): _person(person, pictures.get(person.pk), query) for person in people}
    if keys:
        # Made few in shape: as many as may be shown of a kind, the last one again and again.
        sizes = {key: (OF_ONE_KIND if len(some) <= OF_ONE_KIND else A_PAGE) for key, some in keys.items()}
        given = [each for key, some in keys.items() for each in some + some[-1:] * (sizes[key] - len(some))]
        rows = _shown(tuple(sizes.items()), *given)
        for key, of_kind in zip(keys, rows, strict=True):
            query = asked.query_of(BY_KEY[key])
            made |= {(key, row[0]): _hit(BY_KEY[key], row, query, reader) for row in of_kind}
    return [made[each.kind, each.key] for each in chosen if (each.kind, each.key) in made]


def _person(person: Person, face: str | None, query: fulltext.Query) -> Hit:
    return Hit(
        kind=PEOPLE,
        kind_title=str(BY_KEY[PEOPLE].one),
        title=fulltext.marked(person.name, query),
        address=person.get_absolute_url(),
        icon=BY_KEY[PEOPLE].icon,
        name=person.name,
        face=face,
        key=person.pk,
    )


# Where a kind's page needs nothing but the key.
_ADDRESSES = {
    "posts": ("conversations:post", "post_id"),
    "items": ("ecology:item", "item_id"),
    "resources": ("ecology:resource", "resource_id"),
    "events": ("events:event", "event_id"),
    "portfolios": ("portfolios:portfolio", "portfolio_id"),
    "evidence": ("evidence:evidence", "evidence_id"),
}


def _hit(kind: Kind, row: Sequence[Any], query: fulltext.Query, reader: Person | None) -> Hit:
    facts = kind.hit(query, row)
    on_the_web = facts.pop("on_the_web", "")
    if on_the_web and reader is None:
        facts["address"] = on_the_web
    if "address" not in facts:
        name, argument = _ADDRESSES[kind.key]
        facts["address"] = address(name, **{argument: row[0]})
    return Hit(kind=kind.key, kind_title=str(kind.one), icon=kind.icon, key=row[0], **facts)


def _chosen(candidates: Iterable[_Candidate], limit: int, of_one_kind: int) -> list[_Candidate]:
    """The best, and not all of them of one kind while there are others."""
    chosen: list[_Candidate] = []
    counted: dict[str, int] = {}
    for each in sorted(candidates, key=lambda each: (-each.score, each.kind, -each.key)):
        if counted.get(each.kind, 0) < of_one_kind:
            counted[each.kind] = counted.get(each.kind, 0) + 1
            chosen.append(each)
            if len(chosen) == limit:
                break
    return chosen


def _asked_for(query: fulltext.Query, wanted: Wanted, reader: Person | None, places: _Places) -> _Search:
    called = people_words.Wanted.read(wanted.words)
    return _Search(query, wanted, reader, places, called)


# The searches ----------------------------------------------------------------------------------------------------------


def search(wanted: Wanted, reader: Person | None) -> Found:
    """The best of all kinds, or a page of one kind."""
    query = _read(wanted)
    if not query:
        # The form offers the reader's communities before anything is typed.
        known = None if reader is None else _look_up(Wanted(), reader)
        return Found(wanted, communities=known.communities if known else [], can_be_looked_for=False)
    places = _look_up(wanted, reader)
    if places is None:
        return Found(wanted, can_be_looked_for=True)
    asked = _asked_for(query, wanted, reader, places)
    if wanted.kind and wanted.newest:
        return _by_age(asked)
    limits = {kind.key: WEIGHED if kind.key == wanted.kind else COUNTED + 1 for kind in KINDS}
    candidates = asked.weighed(asked.rows_of(limits))
    if wanted.kind:
        of_kind = [each for each in candidates if each.kind == wanted.kind]
        chosen = _chosen(of_kind, A_PAGE, A_PAGE)
        has_more = len(of_kind) > len(chosen)
    else:
        chosen, has_more = _chosen(candidates, BEST, OF_ONE_KIND), False
    return Found(
        wanted,
        hits=_hits(chosen, asked),
        facets=_facets(wanted, candidates),
        communities=places.communities,
        can_be_looked_for=True,
        has_more=has_more,
    )


def _by_age(asked: _Search) -> Found:
    """All of one kind, by key."""
    wanted = asked.wanted
    rows = asked.rows_of({wanted.kind: A_PAGE + 1}).get(wanted.kind, [])
    page = rows[:A_PAGE]
    # Of people not all are found by what this reader may read: a page of them may be shorter.
    found = sorted(asked.weighed({wanted.kind: page}), key=lambda each: -each.key)
    return Found(
        wanted,
        hits=_hits(found, asked),
        communities=asked.places.communities,
        can_be_looked_for=True,
        older=wanted.query(newest=True, before=page[-1][0]) if len(rows) > A_PAGE else "",
    )


def candidates(wanted: Wanted, reader: Person | None, limits: Mapping[str, int]) -> dict[str, _Rows]:
    """The rows of these kinds that would be weighed: for measuring."""
    query = _read(wanted)
    places = _look_up(wanted, reader)
    return _asked_for(query, wanted, reader, places).rows_of(limits) if query and places else {}


def quick(words: str, reader: Person | None) -> Found:
    """A few of the best, while somebody types."""
    wanted = Wanted(words=words)
    query = _read(wanted)
    places = _look_up(wanted, reader) if query else None
    if places is None:
        return Found(wanted)
    asked = _asked_for(query, wanted, reader, places)
    candidates = asked.weighed(asked.rows_of({kind.key: QUICK_WEIGHED for kind in KINDS}))
    chosen = _chosen(candidates, QUICK, OF_ONE_KIND // 2)
    return Found(wanted, hits=_hits(chosen, asked), can_be_looked_for=True)


def _read(wanted: Wanted) -> fulltext.Query:
    if len(wanted.words.strip()) < SHORTEST_QUERY:
        return fulltext.Query()
    query = fulltext.Query.read(wanted.words)
    if wanted.language:
        # What is written in a language is looked for by its stems, whatever the reader's own is.
        query = fulltext.Query.read(wanted.words, language=wanted.language)
    return query


def title_of(kind: str) -> str:
    return str(BY_KEY[kind].title) if kind in BY_KEY else ""


def _facets(wanted: Wanted, candidates: Iterable[_Candidate]) -> list[Facet]:
    counted: dict[str, int] = {}
    for each in candidates:
        counted[each.kind] = counted.get(each.kind, 0) + 1
    return [
        Facet(
            kind.key,
            str(kind.title),
            kind.icon,
            min(counted[kind.key], COUNTED),
            is_more=counted[kind.key] > COUNTED,
            href=wanted.query(kind=kind.key),
        )
        for kind in KINDS
        if kind.key in counted
    ]

"""Full-text search: one small interface, the same answers on SQLite (FTS5) and on PostgreSQL (``tsvector``).

    POSTS = Index("conversations_post_words", rows=…)         # once; ``MakeIndex(…)`` in a migration makes its table
    POSTS.put(Entry(key=post.pk, title=…, body=…, scope=forum.pk))
    POSTS.remove([post.pk])
    query = Query.read('"open badges" portfol -draft')         # any text at all: nothing in it is an error
    hits = POSTS.find(query, Post.objects.…what the reader may see…, scopes=[forum ids] or None)
    excerpt(plain_text, query)                                 # safe HTML with <mark>

Words are taken apart, folded and stemmed here and not by the databases: so both find the same, accents do not matter on
either, a language has its stemmer on both, and what is marked in an excerpt is what was matched. The databases keep the
lists of where which word stands, which is what they are good at.

Nothing here decides who may see what. ``find`` takes the rows that the reader may see as a queryset and joins the index
to it, so that the newest ``CANDIDATES`` hits that it ranks are hits among those rows. See decision 8 for what was measured.
"""

import functools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any, TypeVar

import snowballstemmer
from django.conf import settings
from django.db import connection, migrations, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Model, QuerySet
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

# As many hits, the newest, are ranked: so what a common word costs does not grow with the house.
CANDIDATES = 300
NEAR = 2000  # rows: among the newest so many PostgreSQL is asked first
LAST_KEY = 2**63 - 1
ENOUGH_TO_TELL = 5  # hits among them tell how common a word is
MOST_SCOPES = 40  # up to so many are looked for in the index itself; more are left to the join
MOST_WORDS = 16_000  # of one entry; PostgreSQL counts positions up to 16,383
LONGEST_WORD = 60
LONGEST_QUERY = 200
MOST_TERMS = 10
SHORTEST_PREFIX = 2  # letters of an unfinished last word
LISTED_PREFIXES = (2, 3, 4)  # SQLite keeps lists of the beginnings that are this long

# Snowball's name for each language that it knows and that somebody here may write in.
STEMMERS = {
    "ar": "arabic",
    "ca": "catalan",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hu": "hungarian",
    "it": "italian",
    "lt": "lithuanian",
    "nb": "norwegian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "tr": "turkish",
}

# Words ----------------------------------------------------------------------------------------------------------------

# Scripts without spaces are matched sign by sign, and what is typed in them as a phrase.
_SIGN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_WORD = re.compile(f"[{_SIGN}]|[^\\W_{_SIGN}](?:[^\\W_{_SIGN}]|[\u0300-\u036f]|['’](?=[^\\W_]))*")


@functools.lru_cache(maxsize=200_000)
def fold(word: str) -> str:
    """The word as it is compared: small letters, no accents, no apostrophes. May be empty."""
    apart = unicodedata.normalize("NFKD", word.casefold())
    letters = (char for char in apart if not unicodedata.combining(char))
    kept = "".join(char for char in letters if char.isalnum())
    return unicodedata.normalize("NFC", kept)[:LONGEST_WORD]


def words_of(text: str) -> list[str]:
    return [folded for match in _WORD.finditer(text) if (folded := fold(match[0]))]


@functools.lru_cache(maxsize=200_000)
def stem(word: str, language: str) -> str:
    """The stem of a folded word, or the word itself where the language has no stemmer."""
    name = STEMMERS.get(language.partition("-")[0].lower())
    if name is None or word.isdigit():
        return word
    # A stemmer keeps what it works on in itself: one for each call, or two threads would share it.
    return fold(snowballstemmer.stemmer(name).stemWord(word))


def _languages(language: str) -> tuple[str, ...]:
    """The language, or where nobody said which: all that the house speaks."""
    return (language,) if language else tuple(code for code, _name in settings.LANGUAGES)


# What is looked for ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Term:
    """One word with its stems, the beginning of one, or several words in a row."""

    words: tuple[str, ...]
    stems: frozenset[str] = frozenset()
    is_prefix: bool = False

    def fits(self, word: str, languages: tuple[str, ...]) -> bool:
        """Whether a folded word is one of those that a term of one word finds."""
        wanted = self.words[0]
        if word == wanted or (self.is_prefix and word.startswith(wanted)):
            return True
        return bool(self.stems) and any(stem(word, language) in self.stems for language in languages)


_ITEM = re.compile(r'(?P<no>(?<!\S)[-\u2212])?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})


@dataclass(frozen=True)
class Query:
    """What somebody looks for. False where nothing in it can be looked for."""

    wanted: tuple[Term, ...] = ()
    unwanted: tuple[Term, ...] = ()
    languages: tuple[str, ...] = field(default=(), compare=False)

    def __bool__(self) -> bool:
        return bool(self.wanted)

    @property
    def is_dear(self) -> bool:
        """Whether it ends in a beginning that is longer than those that SQLite has lists of: it must gather them first."""
        return any(term.is_prefix and len(term.words[0]) > LISTED_PREFIXES[-1] for term in self.wanted)

    def finished(self) -> "Query":
        """The same with its last word as it stands."""
        return replace(self, wanted=tuple(replace(term, is_prefix=False) for term in self.wanted))

    @classmethod
    def read(cls, typed: str, *, language: str | None = None) -> "Query":
        """Words must all be there; "in quotes" in a row; -not. The last word may be the beginning of one, unless a space
        follows it.

        Never an error: what is no word is left out. ``language`` stems; by default it is the reader's.
        """
        spoken = language if language is not None else (get_language() or "")
        languages = _languages(spoken)
        typed = typed[:LONGEST_QUERY].replace("\0", " ").translate(_QUOTES)
        wanted: list[Term] = []
        unwanted: list[Term] = []
        items = list(_ITEM.finditer(typed))[: MOST_TERMS * 2]
        is_finished = typed[-1:].isspace()
        for item in items:
            words = tuple(words_of(item["phrase"] or item["word"] or ""))
            if not words:
                continue
            is_last = item is items[-1] and item["word"] is not None and not item["no"] and not is_finished
            term = _term(words, languages, may_grow=is_last, is_quoted=item["phrase"] is not None)
            (unwanted if item["no"] else wanted).append(term)
        return cls(
            tuple(dict.fromkeys(wanted))[:MOST_TERMS], tuple(dict.fromkeys(unwanted))[:MOST_TERMS], languages
        )


def _term(words: tuple[str, ...], languages: tuple[str, ...], *, may_grow: bool, is_quoted: bool) -> Term:
    if len(words) > 1 or is_quoted:
        return Term(words)
    word = words[0]
    is_prefix = may_grow and len(word) >= SHORTEST_PREFIX
    return Term(words, frozenset(stem(word, language) for language in languages), is_prefix)


# The index ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """What is found of one row. ``scope`` is where it stands (a forum, a course): it makes a search in few places quick.
    What stands in several places at once is also found in all the others.
    """

    key: int
    title: str
    body: str
    language: str = ""
    scope: int = 0
    also_in: tuple[int, ...] = ()

    @property
    def scopes(self) -> tuple[int, ...]:
        return (self.scope, *self.also_in)


@dataclass(frozen=True)
class Hit:
    key: int
    score: float


T = TypeVar("T")
_Row = tuple[int, str, str]
INDEXES: dict[str, "Index"] = {}


class Index:
    """The words of one kind of thing. Its table is ``name``; its keys are those of the things.

    ``rows(after)`` gives the entries of the next rows by key, for writing the index anew: together with the last key
    that was looked at, and None once there are no more.
    """

    def __init__(
        self, name: str, *, rows: Callable[[int], tuple[Sequence[Entry], int | None]] | None = None
    ) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_]{1,50}", name):
            raise ValueError(f"{name!r} is no name for a table.")
        self.name = name
        self.rows = rows
        INDEXES[name] = self

    # Writing

    def put(self, *entries: Entry) -> None:
        """Write or replace the words of these rows."""
        with transaction.atomic(), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.executemany(
                    f"INSERT INTO {self.name} (rowid, scope, title, body, words) VALUES (%s, %s, %s, %s, %s::tsvector)"  # noqa: S608  # the name is checked when it is declared
                    " ON CONFLICT (rowid) DO UPDATE SET scope = EXCLUDED.scope, title = EXCLUDED.title,"
                    " body = EXCLUDED.body, words = EXCLUDED.words",
                    [_for_postgresql(entry) for entry in entries],
                )
                return
            cursor.executemany(
                f"DELETE FROM {self.name} WHERE rowid = %s",  # noqa: S608  # as above
                [(entry.key,) for entry in entries],
            )
            cursor.executemany(
                f"INSERT INTO {self.name} (rowid, scope, title, body, stems) VALUES (%s, %s, %s, %s, %s)",  # noqa: S608  # as above
                [_for_sqlite(entry) for entry in entries],
            )

    def remove(self, keys: Iterable[int]) -> None:
        """Forget these rows; those that are not there are no matter."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(
                f"DELETE FROM {self.name} WHERE rowid = %s",  # noqa: S608  # as above
                [(key,) for key in keys],
            )

    def rebuild(self) -> Iterator[int]:
        """Write everything anew, in batches; yields how many entries are done. Searches go on meanwhile."""
        if self.rows is None:
            return
        done, after = 0, 0
        upto: int | None = 0
        while upto is not None:
            entries, upto = self.rows(after)
            with transaction.atomic():
                self._forget_between(after, upto)
                self.put(*entries)
            done += len(entries)
            after = upto or after
            yield done

    def _forget_between(self, after: int, upto: int | None) -> None:
        end = "" if upto is None else f" AND rowid <= {int(upto)}"
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {self.name} WHERE rowid > %s{end}", [after])  # noqa: S608  # a number

    # Finding

    def find(
        self,
        query: Query,
        among: "QuerySet[Any, Any]",
        *,
        scopes: Sequence[int] | None = None,
        limit: int = 30,
    ) -> list[Hit]:
        """The best of the newest ``CANDIDATES`` rows of ``among`` that fit, best first. One or two queries; on PostgreSQL
        three for a word that is neither rare nor common.

        ``among`` is what the reader may see; conditions on it that are joins rather than subqueries over many rows keep
        it quick. ``scopes``, where they are few, are looked for in the index: a small forum in a house of a million posts
        is searched as quickly as a small house. They narrow, and never widen, what ``among`` says.
        """
        if not query or (scopes is not None and not scopes):
            return []
        if query.is_dear and connection.vendor == "sqlite":
            # Where whole words already find enough, nobody waits for all the words that begin like the last one.
            hits = self._best(query.finished(), among, scopes, limit)
            if len(hits) >= limit:
                return hits
        return self._best(query, among, scopes, limit)

    def newest(self, query: Query, among: "QuerySet[Any, T]") -> list[T]:
        """The newest ``CANDIDATES`` rows of ``among`` that fit, themselves and not weighed; one query. For a caller that
        looks at each of them anyway.
        """
        return list(self._fitting(self.match(query), among, by_hits=True)[:CANDIDATES]) if query else []

    def _best(
        self, query: Query, among: "QuerySet[Any, Any]", scopes: Sequence[int] | None, limit: int
    ) -> list[Hit]:
        narrow = scopes if scopes is not None and len(scopes) <= MOST_SCOPES else None
        found = self._candidates(query, among, narrow)
        weigh = Scales(query)
        hits = [
            Hit(key, weigh(title, body) * (1 + NEWEST_BONUS * (1 - place / len(found))))
            for place, (key, title, body) in enumerate(found)
        ]
        return sorted(hits, key=lambda hit: (-hit.score, -hit.key))[:limit]

    def _candidates(
        self, query: Query, among: "QuerySet[Any, Any]", scopes: Sequence[int] | None
    ) -> list[_Row]:
        """The newest ``CANDIDATES`` rows that fit: key, words of the title, words of the body."""
        if connection.vendor == "sqlite":
            return self._ask(query, among, scopes)  # FTS5 walks its lists from the newest on, and stops
        # PostgreSQL would walk either all rows from the newest on, which is slow for a rare word, or all hits, which is
        # slow for a common one; and its guess which of them this word is may be wrong by thousands. So: look among the
        # newest rows, and from how many hits are there tell how far back enough of them reach.
        near = self._ask(query, among, scopes, between=self._near())
        if len(near) >= CANDIDATES:
            return near
        if len(near) >= ENOUGH_TO_TELL:
            back = near[0][0] - NEAR * 2 * CANDIDATES // len(near)
            far = (
                self._ask(query, among, scopes, between=f"{back} AND {near[0][0]}", by_hits=True)
                if back > 0
                else []
            )
            if len(far) >= CANDIDATES:
                return far
        return self._ask(query, among, scopes, by_hits=True)

    def _ask(
        self,
        query: Query,
        among: "QuerySet[Any, Any]",
        scopes: Sequence[int] | None,
        *,
        between: str = "",
        by_hits: bool = False,
    ) -> list[_Row]:
        rows = self._fitting(self.match(query, scopes), among, between=between, by_hits=by_hits)
        return list(self._with_words(rows)[:CANDIDATES])

    def match(self, query: Query, scopes: Sequence[int] | None = None) -> str:
        """What this database is asked for: a parameter for ``rows_that_match``."""
        if connection.vendor == "postgresql":
            wanted = _tsquery(query)
            if scopes is not None:
                # In the vector, so that the one index looks for the rarer of both: a condition on the column of its own
                # makes it read all of a large forum for a word that stands there once.
                wanted = f"({wanted}) & ({' | '.join(_scope_lexeme(scope) for scope in scopes)})"
            return wanted
        match = _fts5(query)
        if scopes is not None:
            match = f"({match}) AND scope : ({' OR '.join(_scope_word(scope) for scope in scopes)})"
        return match

    def rows_that_match(
        self,
        match: str,
        among: "QuerySet[Any, Any]",
        *,
        near: bool = False,
        within: tuple[int, int] | None = None,
        also: Sequence[str] = (),
    ) -> "QuerySet[Any, Any]":
        """Keys with the words of the title and of the body, and ``also`` columns of the rows, newest first: to be cut
        off, and asked together with those of other indexes.

        On PostgreSQL either ``near``, among the newest ``NEAR`` rows, or ``within`` two keys, by hits: as ``find`` does,
        which asks in turns. On SQLite there is nothing to choose.
        """
        if connection.vendor == "sqlite":
            rows = self._fitting(match, among)
        elif near:
            rows = self._fitting(match, among, between=self._near())
        else:
            rows = self._fitting(
                match, among, between="%s AND %s", ends=within or (0, LAST_KEY), by_hits=True
            )
        return self._with_words(rows, also)

    def _near(self) -> str:
        newest = f"(SELECT max(rowid) FROM {self.name})"  # noqa: S608  # the name is checked
        return f"{newest} - {NEAR} AND {newest}"

    def _with_words(self, rows: "QuerySet[Any, Any]", also: Sequence[str] = ()) -> "QuerySet[Any, Any]":
        columns = {f"words_in_{part}": f'"{self.name}"."{part}"' for part in ("title", "body")}
        return rows.extra(select=columns).values_list("pk", *columns, *also)  # noqa: S610  # our own names

    def _fitting(
        self,
        match: str,
        among: "QuerySet[Any, T]",
        *,
        between: str = "",
        ends: Sequence[int] = (),
        by_hits: bool = False,
    ) -> "QuerySet[Any, T]":
        """Newest first."""
        is_sqlite = connection.vendor == "sqlite"
        condition = f'"{self.name}" MATCH %s' if is_sqlite else f'"{self.name}"."words" @@ %s::tsquery'
        if between and not by_hits:
            condition = f"({condition}) IS TRUE"  # which no index of words answers: these few rows are walked
        model: type[Model] = among.model
        key = f'"{model._meta.db_table}"."{model._meta.pk.column}"'
        # A plus keeps SQLite from asking the index about one row at a time (it must lead, not follow), and PostgreSQL
        # from walking by key where it is to go by hits.
        where = [f'{"+" if is_sqlite else ""}"{self.name}"."rowid" = {key}', condition]
        if between:  # with both ends, or PostgreSQL expects a third of all rows and makes ready for them
            where.append(f'"{self.name}"."rowid" BETWEEN {between}')
        newness = {"newness": f'"{self.name}"."rowid"{" + 0" if by_hits else ""}'}
        # A join with a table that is no model, and that on SQLite is no table either: nothing else in Django can say it.
        return among.order_by().extra(  # noqa: S610  # our own names; what was typed stands in the parameters
            select=newness,
            tables=[self.name],
            where=where,
            params=[match, *ends],
            order_by=["-newness"],
        )


def _stems(words: Iterable[str], language: str) -> set[str]:
    languages = _languages(language)
    return {stem(word, each) for word in set(words) for each in languages}


def _scope_word(scope: int) -> str:
    return f"in{int(scope)}"


# SQLite: a word is a quoted string of letters and digits, so nothing that is typed is ever read as FTS5's own language.


def _for_sqlite(entry: Entry) -> tuple[Any, ...]:
    title, body = words_of(entry.title), words_of(entry.body)[:MOST_WORDS]
    stems = sorted(_stems([*title, *body], entry.language))
    scopes = " ".join(map(_scope_word, entry.scopes))
    return entry.key, scopes, " ".join(title), " ".join(body), " ".join(stems)


def _fts5(query: Query) -> str:
    match = " AND ".join(_fts5_term(term) for term in query.wanted)
    for term in query.unwanted:
        match = f"({match}) NOT {_fts5_term(term)}"
    return match


def _fts5_term(term: Term) -> str:
    words = '"' + " ".join(term.words) + '"' + ("*" if term.is_prefix else "")
    found = f"{{title body}} : {words}"
    if term.stems:
        found += " OR stems : (" + " OR ".join(f'"{each}"' for each in sorted(term.stems)) + ")"
    return f"({found})"


# PostgreSQL: vector and query are written out, so that its own parser and dictionaries have no say. ~ begins a stem, @ a
# scope; a word has neither.


def _scope_lexeme(scope: int) -> str:
    return f"'@{int(scope)}'"


def _for_postgresql(entry: Entry) -> tuple[Any, ...]:
    title, body = words_of(entry.title), words_of(entry.body)[:MOST_WORDS]
    places: defaultdict[str, list[str]] = defaultdict(list)
    for place, word in enumerate(title, 1):
        places[word].append(f"{place}A")
    for place, word in enumerate(
        body, len(title) + 2
    ):  # a gap, so that no phrase reaches from one into the other
        places[word].append(str(place))
    vector = [f"'{word}':{','.join(where[:250])}" for word, where in places.items()]
    vector += [f"'~{each}'" for each in _stems(places, entry.language)]
    vector += map(_scope_lexeme, entry.scopes)
    return entry.key, entry.scope, " ".join(title), " ".join(body), " ".join(vector)


def _tsquery(query: Query) -> str:
    parts = [_tsquery_term(term) for term in query.wanted]
    parts += [f"!{_tsquery_term(term)}" for term in query.unwanted]
    return " & ".join(parts)


def _tsquery_term(term: Term) -> str:
    words = " <-> ".join(f"'{word}'" for word in term.words) + (":*" if term.is_prefix else "")
    return "(" + " | ".join([words, *(f"'~{each}'" for each in sorted(term.stems))]) + ")"


# Ranking --------------------------------------------------------------------------------------------------------------

IN_TITLE, IN_BODY = 8.0, 2.0
AGAIN = 0.5  # each further time, of
MOST_TIMES = 5
NOT_QUITE = 0.6  # another form of the word, or a longer word that begins so
NEWEST_BONUS = 0.3
SHORT = 120  # words: a hit in so few says more than one in many


class Scales:
    """What an entry weighs: titles before bodies, the very word before its other forms, a little for often and short."""

    def __init__(self, query: Query) -> None:
        self.weighers = [_weigher(term, query.languages) for term in query.wanted]

    def __call__(self, title: str, body: str) -> float:
        """Of the words that ``words_of`` makes, with spaces between them."""
        weight = 0.0
        for weigher in self.weighers:
            if title:
                weight += weigher(title) * IN_TITLE
            if body:
                weight += weigher(body) * IN_BODY
        return weight * (1 + SHORT / (SHORT + len(body) / 6))


def _weigher(term: Term, languages: tuple[str, ...]) -> Callable[[str], float]:
    find = _pattern(term).findall
    steps = [1 + AGAIN * (times - 1) / MOST_TIMES for times in range(MOST_TIMES + 1)]
    steps[0] = 0
    if len(term.words) > 1 or not (term.stems or term.is_prefix):
        return lambda text: steps[min(len(find(text)), MOST_TIMES)]
    wanted = term.words[0]
    known: dict[str, bool] = {}  # a few forms of one word, in hundreds of texts

    def weigh(text: str) -> float:
        times, best = 0, NOT_QUITE
        for word in find(text):
            fits = known.get(word)
            if fits is None:
                fits = known[word] = term.fits(word, languages)
            if fits:
                times += 1
                if word == wanted:
                    best = 1.0
        return best * steps[min(times, MOST_TIMES)]

    return weigh


def _pattern(term: Term) -> "re.Pattern[str]":
    """Finds the term, and more words than it means: those that share its first letters, which ``fits`` looks at."""
    if len(term.words) > 1 or not (term.stems or term.is_prefix):
        return re.compile(r"(?<!\S)" + " ".join(map(re.escape, term.words)) + r"(?!\S)")
    return re.compile(r"\b" + re.escape(term.words[0][:3]) + r"\w*")


# Excerpts -------------------------------------------------------------------------------------------------------------

EXCERPT = 240  # characters
BEFORE = 60  # of them, before the first word that was found


def excerpt(text: str, query: Query, *, length: int = EXCERPT) -> SafeString:
    """The passage of a plain text where most of the query stands together, escaped, with its words in <mark>."""
    text = " ".join(text.split())
    marks = _marks(text, query)
    start = _best_start(marks, length)
    start = max(0, start - BEFORE)
    if start:
        start = text.find(" ", start) + 1 or start
    end = min(len(text), start + length)
    if end < len(text):
        end = max(text.rfind(" ", start, end), start + 1) if " " in text[start:end] else end
    out = ["… "] if start else []
    at = start
    for begins, ends, _which in marks:
        if begins >= start and ends <= end:
            out += [escape(text[at:begins]), "<mark>", escape(text[begins:ends]), "</mark>"]
            at = ends
    out += [escape(text[at:end]), " …" if end < len(text) else ""]
    return mark_safe("".join(out))  # noqa: S308  # each piece of the text is escaped


def marked(text: str, query: Query) -> SafeString:
    """A whole short text, such as a title, escaped, with the words that were found in <mark>."""
    return excerpt(text, query, length=len(text) + 1)


def _marks(text: str, query: Query) -> list[tuple[int, int, int]]:
    """Where the terms stand: (beginning, end, number of the term), in order and not overlapping."""
    tokens = [(match.start(), match.end(), fold(match[0])) for match in _WORD.finditer(text)]
    tokens = [token for token in tokens if token[2]]
    words = [token[2] for token in tokens]
    found: dict[int, tuple[int, int, int]] = {}
    for number, term in enumerate(query.wanted):
        size = len(term.words)
        fitting = (
            {word for word in set(words) if term.fits(word, query.languages)} if size == 1 else term.words[:1]
        )
        for place, word in enumerate(words):
            if word not in fitting or (size > 1 and tuple(words[place : place + size]) != term.words):
                continue
            if not any(each in found for each in range(place, place + size)):
                found.update(
                    (place + step, (tokens[place][0], tokens[place + size - 1][1], number))
                    for step in range(size)
                )
    return sorted(set(found.values()))


def _best_start(marks: Sequence[tuple[int, int, int]], length: int) -> int:
    best, most = 0, 0
    for begins, _ends, _which in marks[:200]:
        inside = {
            which for other, ends, which in marks if other >= begins and ends <= begins + length - BEFORE
        }
        if len(inside) > most:
            best, most = begins, len(inside)
    return best


# The tables -----------------------------------------------------------------------------------------------------------

_MADE = {
    "sqlite": [
        """CREATE VIRTUAL TABLE IF NOT EXISTS {name} USING fts5(title, body, stems, scope,
        tokenize = "unicode61 remove_diacritics 0 categories 'L* N* M* Co'", prefix = '{prefixes}', columnsize = 0)"""
    ],
    "postgresql": [
        """CREATE TABLE IF NOT EXISTS {name} (rowid bigint PRIMARY KEY, scope bigint NOT NULL, title text NOT NULL,
        body text NOT NULL, words tsvector NOT NULL)""",
        "CREATE INDEX IF NOT EXISTS {name}_gin ON {name} USING gin (words)",
    ],
}


def _filled(statement: str, name: str) -> str:
    return statement.format(name=name, prefixes=" ".join(map(str, LISTED_PREFIXES)))


def make_missing() -> None:
    """Make the tables that are not there: for a database that was made from the models and not by migrations."""
    with connection.cursor() as cursor:
        for name in INDEXES:
            for statement in _MADE[connection.vendor]:
                cursor.execute(_filled(statement, name))


class PutScopesInVectors(migrations.RunPython):
    """For an index that was made when its scopes stood in a column alone. Nothing to do on SQLite."""

    def __init__(self, name: str) -> None:
        lexeme = "quote_literal('@' || scope)"

        def put(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
            if schema_editor.connection.vendor == "postgresql":
                schema_editor.execute(
                    f"UPDATE {name} SET words = words || {lexeme}::tsvector WHERE NOT words @@ {lexeme}::tsquery"  # noqa: S608  # the name of an index
                )
                schema_editor.execute(f"DROP INDEX IF EXISTS {name}_scope")

        super().__init__(put, migrations.RunPython.noop)


class MakeIndex(migrations.operations.base.Operation):
    """Makes the table of an index. It is empty then: ``collegium search`` fills it from what stands already."""

    reversible = True

    def __init__(self, name: str) -> None:
        self.name = name

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Django's models know nothing of it."""

    def database_forwards(
        self,
        app_label: str,  # noqa: ARG002  # Django's signature
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: Any,  # noqa: ARG002
        to_state: Any,  # noqa: ARG002
    ) -> None:
        for statement in _MADE[schema_editor.connection.vendor]:
            schema_editor.execute(_filled(statement, self.name))

    def database_backwards(
        self,
        app_label: str,  # noqa: ARG002  # Django's signature
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: Any,  # noqa: ARG002
        to_state: Any,  # noqa: ARG002
    ) -> None:
        schema_editor.execute(f"DROP TABLE IF EXISTS {self.name}")

    def describe(self) -> str:
        return f"Make the full-text index {self.name}"

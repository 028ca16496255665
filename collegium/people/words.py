"""People found by words: by their names, and by what they say of themselves as far as the reader may see it.

The index knows what anybody but the person may see. Whether this reader may is asked of each row that it finds: nobody is
found, and nobody is left out by a ``-word``, for something that the reader could not read on their page.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet

from collegium.foundation import fulltext
from collegium.people import names
from collegium.people.models import Audience, Person

BATCH = 500
# By the audience that each has: (its audience's name, what is read of the person).
FIELDS = (
    ("role", ("role",)),
    ("specialisms", ("specialisms",)),
    ("place", ("town",)),
    ("biography", ("biography",)),
)
OF_OTHERS = frozenset({Audience.PUBLIC, Audience.SIGNED_IN, Audience.CIRCLE})


def texts(person: Any, seen: Iterable[str]) -> list[str]:
    """What the person says of themself to these audiences."""
    found: list[str] = []
    for name, columns in FIELDS:
        if person.field_audiences.get(name, Audience.PRIVATE) not in seen:
            continue
        for column in columns:
            value = getattr(person, column)
            found += value if isinstance(value, list) else [value]
    return [text for text in found if text]


def names_of(person: Any) -> list[str]:
    """The name, and as somebody might look for it who has another keyboard or leaves the O’ out."""
    return list(dict.fromkeys([person.name, names.plainer(person.name)]))


def entry(person: Any) -> fulltext.Entry:
    return fulltext.Entry(
        key=person.pk, title=" ".join(names_of(person)), body=" ".join(texts(person, OF_OTHERS))
    )


def entries(persons: "QuerySet[Any]", after: int) -> tuple[list[fulltext.Entry], int | None]:
    """Of the next ones by key, with the last key that was looked at, and None once there are no more."""
    rows = list(persons.filter(pk__gt=after).order_by("pk")[:BATCH])
    written = [entry(each) for each in rows if each.erased_at is None]
    return written, rows[-1].pk if len(rows) == BATCH else None


WORDS = fulltext.Index("people_person_words", rows=lambda after: entries(Person.objects.all(), after))


Follower = Callable[[Person], None]
_followers: list[Follower] = []


def names_stand_in(follower: Follower) -> Follower:
    """A room above whose own things are found by their people's names: called whenever somebody's may have changed."""
    _followers.append(follower)
    return follower


def write(person: Person) -> None:
    """Bring the index in step with the person as they are now."""
    if person.erased_at is None:
        WORDS.put(entry(person))
    else:
        WORDS.remove([person.pk])
    for follower in _followers:
        follower(person)


@dataclass(frozen=True)
class Wanted:
    """What somebody typed to find people: each word may be the beginning of one."""

    query: fulltext.Query

    @classmethod
    def read(cls, typed: str) -> "Wanted":
        query = fulltext.Query.read(typed)
        grown = tuple(
            replace(term, is_prefix=True)
            if term.stems and len(term.words[0]) >= fulltext.SHORTEST_PREFIX
            else term
            for term in query.wanted
        )
        return cls(replace(query, wanted=grown))

    def __bool__(self) -> bool:
        return bool(self.query)

    def among(self, persons: "QuerySet[Person]") -> list[Person]:
        """Those of whom some text has all these words, the newest few hundred; whether the reader may see it is asked
        with ``fits``.
        """
        return WORDS.newest(self.somewhere, persons)

    @property
    def somewhere(self) -> fulltext.Query:
        """For the index. What is unwanted is looked at where it can be seen, or it would tell of what cannot."""
        return replace(self.query, unwanted=())

    def fits(self, *texts: str) -> bool:
        # An empty word between them, so that no phrase reaches from one into the next.
        words = [word for text in texts for word in (*fulltext.words_of(text), "")]
        return all(self._stands(term, words) for term in self.query.wanted) and not any(
            self._stands(term, words) for term in self.query.unwanted
        )

    def _stands(self, term: fulltext.Term, words: list[str]) -> bool:
        size = len(term.words)
        if size == 1:
            return any(term.fits(word, self.query.languages) for word in words)
        return any(tuple(words[place : place + size]) == term.words for place in range(len(words) - size + 1))

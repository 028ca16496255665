"""The public register: whoever asks, finds a name by any of its words, at the same cost however long it is."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q, QuerySet

from collegium.credentials import names
from collegium.credentials.models import Award, RegisterName
from collegium.foundation.prepared import prepared
from collegium.people.territories import country_name
from collegium.schemes.models import Pathway

PAGE_LENGTH = 30
LAST_PAGE = 200


@dataclass(frozen=True)
class Wanted:
    """What was asked for. Empty is everything that is listed."""

    name: str = ""
    scheme: int | None = None
    pathway: str = ""  # key, in whatever version of the scheme
    country: str = ""
    page: int = 1

    @property
    def is_narrowed(self) -> bool:
        return bool(names.folded(self.name) or self.scheme is not None or self.country)


@dataclass(frozen=True)
class Found:
    awards: list[Award]
    has_next: bool


def find(wanted: Wanted) -> Found:
    """One page, in one query."""
    start = (wanted.page - 1) * PAGE_LENGTH
    if names.folded(wanted.name):
        # The scheme's documents are long, and a list does not read them.
        rows = named(wanted).select_related("award__scheme", "award__pathway")
        awards = [row.award for row in rows[start : start + PAGE_LENGTH + 1]]
    else:
        awards = list(
            Award.objects.filter(_narrowed(wanted))
            .for_list()
            .order_by("sort_name", "id")[start : start + PAGE_LENGTH + 1]
        )
    # Two words of one name may begin alike.
    return Found(
        list({award.pk: award for award in awards[:PAGE_LENGTH]}.values()), len(awards) > PAGE_LENGTH
    )


def named(wanted: Wanted) -> QuerySet[RegisterName]:
    """The awards of whom a name was asked for, by that name; one whose two words begin alike comes twice."""
    words = sorted(names.folded(wanted.name).split(), key=len, reverse=True)
    if not words:
        return RegisterName.objects.none()
    return by_words(words).filter(_narrowed(wanted, "award__")).order_by("text", "award_id")


def by_words(words: Sequence[str]) -> QuerySet[RegisterName]:
    """Those that are listed by folded words, of which the first should be the longest; in no order."""
    rows = RegisterName.objects.filter(_begins_with(words[0]), award__listed=True)
    for word in words[1:]:
        rows = rows.filter(award__sort_name__contains=word)
    return rows


def _begins_with(word: str) -> Q:
    if connection.vendor == "sqlite":  # whose LIKE does not use an index
        return Q(text__gte=word, text__lt=f"{word}\U0010ffff")
    return Q(text__startswith=word)


def _narrowed(wanted: Wanted, path: str = "") -> Q:
    narrowed = Q(**{f"{path}listed": True})
    if wanted.country:
        narrowed &= Q(**{f"{path}holder_country": wanted.country})
    if wanted.scheme is not None:
        narrowed &= Q(**{f"{path}scheme": wanted.scheme})
    if wanted.pathway:
        narrowed &= Q(**{f"{path}pathway_key": wanted.pathway})
    return narrowed


# Each country once, by one look into the index for each and not by reading every award.
_COUNTRIES = """
    WITH RECURSIVE country(code) AS (
        SELECT MIN(holder_country) FROM credentials_award WHERE listed AND holder_country > ''
        UNION ALL
        SELECT (SELECT MIN(holder_country) FROM credentials_award WHERE listed AND holder_country > country.code)
        FROM country WHERE country.code IS NOT NULL
    )
    SELECT code FROM country WHERE code IS NOT NULL
"""


def countries() -> list[tuple[str, str]]:
    """The countries of the register, by their names in the reader's language."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTRIES)
        codes = [row[0] for row in cursor.fetchall()]
    return sorted(((code, country_name(code)) for code in codes), key=lambda pair: names.folded(pair[1]))


@dataclass(frozen=True)
class Choice:
    """An award that can be looked for."""

    scheme: int
    scheme_key: str
    scheme_title: str
    pathway: str
    title: str


def choices() -> list[Choice]:
    return [Choice(*row) for row in _choices()]


@prepared
def _choices() -> "QuerySet[Pathway, tuple[int, str, str, str, str]]":
    return (
        Pathway.objects.filter(scheme_version__is_current=True)
        .order_by("scheme_version__scheme__title", "position")
        .values_list(
            "scheme_version__scheme",
            "scheme_version__scheme__key",
            "scheme_version__scheme__title",
            "key",
            "title",
        )
    )

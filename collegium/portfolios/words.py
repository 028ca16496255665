"""The words of portfolios and of their sections, for whoever may read them.

A portfolio is found by its title, its pathway and its writer; a section by what is written in it, so that one who may read
a single section finds that one. With the words stands whom they are meant for (``places_of``), so that what somebody looks
for is looked for among what may be theirs, however much others write. It says no more than that: whether this reader may
read it is asked of the rows at each search.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from collegium.foundation import fulltext, richtext
from collegium.people.models import Audience, Person
from collegium.portfolios.models import Portfolio, Section

BATCH = 200
EVERYBODY, SIGNED_IN = 0, 1


def _of_person(key: int) -> int:
    return 2 * key + 2


def _of_circle(key: int) -> int:
    return 2 * key + 3


def places_of(reader: Person | None, circles: Iterable[int]) -> list[int]:
    """Where all stands that this reader might read: the scopes to look in. ``circles`` are the keys of theirs."""
    if reader is None:
        return [EVERYBODY]
    return [EVERYBODY, SIGNED_IN, _of_person(reader.pk), *map(_of_circle, circles)]


# Whom they are meant for ----------------------------------------------------------------------------------------------

_FOR = ("pk", "audience", "circle_id", "owner_id", "mentor_id", "group_id")
_Places = dict[int, set[int]]


def _places(portfolios: "QuerySet[Any]") -> tuple[_Places, _Places]:
    """Of each portfolio; and of sections that are shared one by one, those of their own."""
    whole: _Places = {}
    single: _Places = defaultdict(set)
    for key, audience, circle, owner, mentor, group in portfolios.values_list(*_FOR):
        found = {_of_person(owner) if group is None else _of_circle(group)}
        if mentor is not None:
            found.add(_of_person(mentor))
        if circle is not None:
            found.add(_of_circle(circle))
        if audience == Audience.PUBLIC:
            found.add(EVERYBODY)
        if audience == Audience.SIGNED_IN:
            found.add(SIGNED_IN)
        whole[key] = found
    standing = portfolios.filter(shares__ended_at__isnull=True, shares__token_hash="")  # no link
    for key, section, person, circle in standing.values_list(
        "pk", "shares__section", "shares__person", "shares__circle"
    ):
        if person is None and circle is None:
            continue  # no share
        place = _of_circle(circle) if person is None else _of_person(person)
        (whole[key] if section is None else single[section]).add(place)
    return whole, single


# The entries ----------------------------------------------------------------------------------------------------------


def portfolio_entries(portfolios: "QuerySet[Any]") -> list[fulltext.Entry]:
    places, _single = _places(portfolios)
    rows = portfolios.values_list("pk", "title", "pathway__title", "owner__name")
    return [_entry(places[key], key, title, f"{pathway}\n{owner}") for key, title, pathway, owner in rows]


def section_entries(sections: "QuerySet[Any]", portfolios: "QuerySet[Any]") -> list[fulltext.Entry]:
    """Of the sections that say something; ``portfolios`` are all portfolios."""
    facts = list(sections.values_list("pk", "portfolio", "title", "node__code", "node__title"))
    whole, single = _places(portfolios.filter(pk__in={portfolio for _key, portfolio, *_rest in facts}))
    written: defaultdict[int, list[str]] = defaultdict(list)
    rows = sections.filter(pk__in=[key for key, *_rest in facts]).order_by("parts__pk")
    for key, html in rows.values_list("pk", "parts__html"):
        if html:
            written[key].append(richtext.beginning(html, len(html)))
    entries = []
    for key, portfolio, own, code, asked in facts:
        body = "\n".join(written[key])
        if own or body:
            # A code without a digit is a name for the file, which nobody says.
            said = [own, code if any(sign.isdigit() for sign in code) else "", asked]
            entries.append(_entry(whole[portfolio] | single[key], key, " ".join(said), body))
    return entries


def _entry(places: Iterable[int], key: int, title: str, body: str) -> fulltext.Entry:
    first, *others = sorted(places)
    return fulltext.Entry(key=key, title=title, body=body, scope=first, also_in=tuple(others))


def batch(rows: "QuerySet[Any]", after: int) -> tuple["QuerySet[Any]", int | None]:
    """The next by key, with the last key, and None once there are no more."""
    keys = list(rows.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH])
    return rows.filter(pk__in=keys), keys[-1] if len(keys) == BATCH else None


def _portfolios(after: int) -> tuple[list[fulltext.Entry], int | None]:
    rows, upto = batch(Portfolio.objects.order_by("pk"), after)
    return portfolio_entries(rows), upto


def _sections(after: int) -> tuple[list[fulltext.Entry], int | None]:
    rows, upto = batch(Section.objects.order_by("pk"), after)
    return section_entries(rows, Portfolio.objects.all()), upto


PORTFOLIOS = fulltext.Index("portfolios_portfolio_words", rows=_portfolios)
SECTIONS = fulltext.Index("portfolios_section_words", rows=_sections)


# Keeping them in step -------------------------------------------------------------------------------------------------


def index_portfolios(portfolio_ids: Iterable[int]) -> None:
    """Bring the index in step with these portfolios and all their sections as they are now. Safe to repeat."""
    wanted = sorted(set(portfolio_ids))
    found = portfolio_entries(Portfolio.objects.filter(pk__in=wanted).order_by("pk"))
    PORTFOLIOS.put(*found)
    PORTFOLIOS.remove(sorted(set(wanted) - {each.key for each in found}))
    index_sections(Section.objects.filter(portfolio__in=wanted).values_list("pk", flat=True))


def index_titles(portfolios: "QuerySet[Portfolio]") -> None:
    """Of portfolios of which nothing else changed."""
    PORTFOLIOS.put(*portfolio_entries(portfolios.order_by("pk")))


def index_sections(section_ids: Iterable[int]) -> None:
    """Bring the index in step with these sections as they are now; those that say nothing, or are gone, leave it."""
    wanted = sorted(set(section_ids))
    for start in range(0, len(wanted), BATCH):
        keys = wanted[start : start + BATCH]
        found = section_entries(Section.objects.filter(pk__in=keys).order_by("pk"), Portfolio.objects.all())
        SECTIONS.put(*found)
        SECTIONS.remove(sorted(set(keys) - {each.key for each in found}))


def forget(portfolios: "QuerySet[Portfolio]") -> None:
    """Before these are deleted, with all their sections."""
    keys = list(portfolios.values_list("pk", flat=True))
    forget_sections(Section.objects.filter(portfolio__in=keys))
    PORTFOLIOS.remove(keys)


def forget_sections(sections: "QuerySet[Section]") -> None:
    """Before they are deleted."""
    SECTIONS.remove(list(sections.values_list("pk", flat=True)))

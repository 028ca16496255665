"""Lists of portfolios."""

from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum

from collegium.foundation.prepared import prepared
from collegium.people.models import Audience, Person
from collegium.portfolios.models import WHOLE_DOCUMENTS, Portfolio, Revision, Section, Share
from collegium.portfolios.queries.plans import newest_answer


def begun(person: Person) -> QuerySet[Portfolio]:
    """One's own, the last edited first."""
    found: QuerySet[Portfolio] = (
        Portfolio.objects.own()
        .filter(owner=person)
        .for_display()
        .annotate(total_words=Sum("sections__parts__words"))
        .order_by("-edited_at", "-pk")
    )
    return found


def at_hand(person: Person) -> tuple[Portfolio | None, list[Portfolio]]:
    """The one that a person is most likely to go on with, and the drafts that they are most likely asked about as a
    mentor: one query.
    """
    found: list[Any] = _at_hand(person.pk)
    own = [portfolio for portfolio in found if portfolio.owner_id == person.pk]
    for portfolio in own:
        portfolio.owner = person
    return next(iter(own), None), [portfolio for portfolio in found if portfolio.owner_id != person.pk]


@prepared
def _at_hand(person: int) -> "QuerySet[Portfolio]":
    newest = Portfolio.objects.order_by("-edited_at", "-pk").values("pk")
    own = Portfolio.objects.own().order_by("-edited_at", "-pk").values("pk").filter(owner=person)[:1]
    others = newest.filter(mentor=person).exclude(owner=person)[:3]
    rows = Portfolio.objects.filter(Q(pk__in=own) | Q(pk__in=others)).select_related(
        "owner",
        "declaration",
        "pathway__scheme_version__scheme",
        "pathway__scheme_version__framework",
    )
    answer = Subquery(newest_answer(OuterRef("pathway__scheme_version")))
    found: QuerySet[Portfolio] = rows.defer(*WHOLE_DOCUMENTS).annotate(newest_answer=answer)
    return found.order_by("-edited_at", "-pk")


def mentored(person: Person) -> list[Portfolio]:
    """The drafts that a mentor is most likely asked about."""
    return _mentored(person.pk)


@prepared
def _mentored(mentor: int) -> "QuerySet[Portfolio]":
    return Portfolio.objects.filter(mentor=mentor).for_display().order_by("-edited_at", "-pk")[:3]


def frameworks_of(person: Person) -> list[int]:
    """The ids of those that one's portfolios are begun in."""
    return _frameworks_of(person.pk)


@prepared
def _frameworks_of(owner: int) -> "QuerySet[Portfolio, int]":
    rows = Portfolio.objects.filter(owner=owner)
    return rows.values_list("pathway__scheme_version__framework", flat=True).distinct()


def published_at(slug: str) -> Portfolio | None:
    """Read by everybody on the web at this address; no longer, if its audience was narrowed since."""
    return next(iter(_published_at(slug)), None)


@prepared
def _published_at(slug: str) -> "QuerySet[Portfolio]":
    rows = Portfolio.objects.filter(audience=Audience.PUBLIC, published_at__isnull=False, slug=slug)
    found: QuerySet[Portfolio] = rows.for_display()
    return found


def shared_with(person: Person) -> QuerySet[Portfolio]:
    """Whole portfolios that others let this person read: by name, by a circle, or as their mentor."""
    whole = Share.objects.reaching(person).filter(section__isnull=True)
    return (
        Portfolio.objects.filter(Q(mentor=person) | Q(pk__in=whole.values("portfolio")))
        .exclude(owner=person, group__isnull=True)
        .for_display()
        .select_related("owner__photo")
        .order_by("-edited_at", "-pk")
    )


def sections_shared_with(person: Person) -> QuerySet[Section]:
    """Single sections that others let this person read."""
    single = Share.objects.reaching(person).filter(section__isnull=False)
    return (
        Section.objects.filter(pk__in=single.values("section"))
        .exclude(portfolio__owner=person)
        .select_related("node", "portfolio__owner__photo")
        .order_by("-portfolio__edited_at", "pk")
    )


def revisions_of(portfolio: Portfolio) -> list[dict[str, object]]:
    """Every kept version of every part, for its owner to take along."""
    return [
        {
            "section": revision.part.section.key,
            "part": revision.part.component,
            "saved_at": revision.saved_at.isoformat(),
            "words": revision.words,
            "html": revision.html,
        }
        for revision in Revision.objects.filter(part__section__portfolio=portfolio)
        .select_related("part__section__node")
        .order_by("part", "number")
    ]

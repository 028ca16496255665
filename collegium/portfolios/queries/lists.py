"""Lists of portfolios."""

from django.db.models import Exists, Q, QuerySet, Sum

from collegium.foundation.prepared import prepared
from collegium.people.models import Audience, Person
from collegium.portfolios.models import Portfolio, Revision, Section, Share


def begun(person: Person) -> QuerySet[Portfolio]:
    """One's own, the last edited first."""
    found: QuerySet[Portfolio] = (
        Portfolio.objects.filter(owner=person)
        .for_display()
        .annotate(total_words=Sum("sections__parts__words"))
        .order_by("-edited_at", "-pk")
    )
    return found


def latest(person: Person) -> Portfolio | None:
    """The one that a person is most likely to go on with; ``owner_mentors`` says whether they mentor others too."""
    return next(iter(_latest(person.pk)), None)


@prepared
def _latest(owner: int) -> "QuerySet[Portfolio]":
    mentored = Portfolio.objects.filter(mentor=owner)
    rows: QuerySet[Portfolio] = Portfolio.objects.filter(owner=owner).for_display()
    return rows.annotate(owner_mentors=Exists(mentored)).order_by("-edited_at", "-pk")[:1]


def frameworks_of(person: Person) -> list[int]:
    """The ids of those that one's portfolios are begun in."""
    return _frameworks_of(person.pk)


@prepared
def _frameworks_of(owner: int) -> "QuerySet[Portfolio, int]":
    rows = Portfolio.objects.filter(owner=owner)
    return rows.values_list("pathway__scheme_version__framework", flat=True).distinct()


def mentored(person: Person) -> list[Portfolio]:
    """The drafts that a mentor is most likely asked about."""
    return _mentored(person.pk)


@prepared
def _mentored(mentor: int) -> "QuerySet[Portfolio]":
    return Portfolio.objects.filter(mentor=mentor).for_display().order_by("-edited_at", "-pk")[:3]


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
        .exclude(owner=person)
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

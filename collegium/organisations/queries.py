"""Organisations with their people, as one viewer may see them."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from collegium.organisations import rules
from collegium.organisations.models import Membership, Organisation
from collegium.people.models import Audience, Person

MEMBERS = 60  # on one page


@dataclass(frozen=True)
class Members:
    shown: list[Membership]  # a page of them
    total: int
    hidden: int  # belong to it, and do not show that to this viewer
    shows_all: bool
    start: int = 0
    has_more: bool = False


def organisations_of(person: Person) -> list[Organisation]:
    return list(Organisation.objects.filter(memberships__person=person).order_by("name"))


def memberships_of(person: Person) -> list[Membership]:
    return list(
        Membership.objects.filter(person=person).select_related("organisation").order_by("organisation__name")
    )


def same_organisation(person: Person, other: Person) -> list[Organisation]:
    """Those to which both belong: empty means that neither has a colleague's interest in the other."""
    return list(
        Organisation.objects.filter(memberships__person=person)
        .filter(memberships__person=other)
        .order_by("name")
    )


def found_by(words: str, country: str = "") -> QuerySet[Organisation]:
    """Organisations whose name has all these words, with ``member_count``."""
    wanted = Organisation.objects.annotate(member_count=Count("memberships"))
    for word in words.split():
        wanted = wanted.filter(Q(name__icontains=word) | Q(email_domains__domain__iexact=word))
    if country:
        wanted = wanted.filter(country=country)
    return wanted.order_by("name")


def membership_in(organisation: Organisation, person: Person | None) -> Membership | None:
    """The reader's standing, read once a page: the rules are told."""
    membership = (
        Membership.objects.filter(organisation=organisation, person=person).first()
        if person is not None
        else None
    )
    rules.know(organisation, person, membership)
    return membership


def members(organisation: Organisation, viewer: Person | None, *, start: int = 0) -> Members:
    """A page: members see all members; others see those who show their organisations to them, and how many more there
    are.
    """
    seen = organisation.memberships.select_related("person__photo").order_by(
        "-is_coordinator", "person__name", "pk"
    )
    total = seen.count()
    shows_all = viewer is not None and rules.may_see_members(viewer, organisation)
    if not shows_all:
        open_to = [Audience.PUBLIC] if viewer is None else [Audience.PUBLIC, Audience.SIGNED_IN]
        seen = seen.filter(
            person__field_audiences__organisations__in=open_to,
            person__in=Person.objects.visible_to(viewer),
        )
    page = list(seen[start : start + MEMBERS + 1])
    return Members(
        shown=page[:MEMBERS],
        total=total,
        hidden=0 if shows_all else total - seen.count(),
        shows_all=shows_all,
        start=start,
        has_more=len(page) > MEMBERS,
    )

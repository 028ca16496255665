"""Organisations with their people, as one viewer may see them."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from collegium.organisations import rules
from collegium.organisations.models import Membership, Organisation
from collegium.people.models import Audience, Person


@dataclass(frozen=True)
class Members:
    shown: list[Membership]
    hidden: int  # belong to it, and do not show that to this viewer
    shows_all: bool


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


def members(organisation: Organisation, viewer: Person | None) -> Members:
    """Members see all members; others see those who show their organisations to them, and how many more there are."""
    everybody = organisation.memberships.select_related("person__photo").order_by(
        "-is_coordinator", "person__name"
    )
    total = everybody.count()
    if viewer is not None and rules.may_see_members(viewer, organisation):
        return Members(shown=list(everybody), hidden=0, shows_all=True)
    open_to = [Audience.PUBLIC] if viewer is None else [Audience.PUBLIC, Audience.SIGNED_IN]
    shown = list(
        everybody.filter(
            person__field_audiences__organisations__in=open_to,
            person__in=Person.objects.visible_to(viewer),
        )
    )
    return Members(shown=shown, hidden=total - len(shown), shows_all=False)

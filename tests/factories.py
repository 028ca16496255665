"""One factory a model: a valid row with as few words as possible. Each takes any field by name."""

from itertools import count
from typing import Any

from collegium.evidence.models import Evidence
from collegium.evidence.words import index_evidence
from collegium.organisations.models import Membership, Organisation
from collegium.organisations.words import index_organisations
from collegium.people import words
from collegium.people.models import Account, Circle, CircleMember, Person
from collegium.portfolios.models import Portfolio
from collegium.portfolios.words import index_portfolios
from collegium.schemes.models import Pathway, RoleHolding

_numbers = count(1)


def make_account(*, email: str = "", **fields: Any) -> Account:
    return Account.objects.create_user(
        email or f"person{next(_numbers)}@example.org", "a long password", **fields
    )


def make_person(
    *, name: str = "", email: str = "", verified: bool = True, is_staff: bool = False, **fields: Any
) -> Person:
    from allauth.account.models import EmailAddress

    account = make_account(email=email, is_staff=is_staff)
    EmailAddress.objects.create(user=account, email=account.email, verified=verified, primary=True)
    person = Person.objects.create(account=account, name=name or f"Person {next(_numbers)}", **fields)
    words.write(person)
    return person


def make_circle(*members: Person, name: str = "A circle") -> Circle:
    circle = Circle.objects.create(name=name)
    CircleMember.objects.bulk_create(CircleMember(circle=circle, person=person) for person in members)
    return circle


def make_organisation(*members: Person, coordinators: tuple[Person, ...] = (), **fields: Any) -> Organisation:
    number = next(_numbers)
    circle = make_circle(*members, *coordinators, name=f"Organisation {number}")
    organisation = Organisation.objects.create(
        **{
            "name": f"Organisation {number}",
            "slug": f"organisation-{number}",
            "country": "GB",
            "circle": circle,
            **fields,
        }
    )
    index_organisations([organisation.pk])
    for person in (*members, *coordinators):
        Membership.objects.create(
            organisation=organisation,
            person=person,
            is_coordinator=person in coordinators,
            way=Membership.Way.FOUNDER,
        )
    return organisation


def make_evidence(owner: Person, **fields: Any) -> Evidence:
    evidence = Evidence.objects.create(
        **{
            "owner": owner,
            "title": f"Evidence {next(_numbers)}",
            "kind": Evidence.Kind.NOTE,
            "body": "<p>A note.</p>",
            **fields,
        }
    )
    index_evidence([evidence.pk])
    return evidence


def make_portfolio(owner: Person, pathway: Pathway, **fields: Any) -> Portfolio:
    portfolio = Portfolio.objects.create(
        **{"owner": owner, "pathway": pathway, "title": "My portfolio", **fields}
    )
    index_portfolios([portfolio.pk])
    return portfolio


def make_coordinator(person: Person, scheme: Any) -> RoleHolding:
    return RoleHolding.objects.create(scheme=scheme, person=person, kind=RoleHolding.Kind.COORDINATOR)


def make_assessor(person: Person, scheme: Any, **fields: Any) -> RoleHolding:
    return RoleHolding.objects.create(scheme=scheme, person=person, kind=RoleHolding.Kind.ASSESSOR, **fields)

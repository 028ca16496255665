"""What happens once somebody has proved that an e-mail address is theirs: higher rooms ask to be told.

@address_verified
def join(person, email): …          # in a ``panels.py``; runs in the transaction that verifies
"""

from collections.abc import Callable

from allauth.account.models import EmailAddress

from collegium.people.models import Person

Told = Callable[[Person, str], None]
_told: dict[str, Told] = {}


def address_verified(function: Told) -> Told:
    _told[f"{function.__module__}.{function.__qualname__}"] = function
    return function


def tell(person: Person, email: str) -> None:
    for function in _told.values():
        function(person, email)


def verified_addresses(person: Person) -> list[str]:
    if person.account_id is None:
        return []
    return list(
        EmailAddress.objects.filter(user_id=person.account_id, verified=True).values_list("email", flat=True)
    )


def people_with_verified_address_at(domain: str) -> list[Person]:
    return list(
        Person.objects.filter(
            erased_at__isnull=True,
            account__is_active=True,
            account__emailaddress__verified=True,
            account__emailaddress__email__iendswith=f"@{domain}",
        ).distinct()
    )

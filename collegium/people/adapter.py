"""What allauth asks of us."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from collegium.people.models import Account, Person


def display(account: Account) -> str:
    person = Person.objects.filter(account=account).only("name").first()
    return person.name if person else account.email


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    def save_user(self, request: HttpRequest, user: Account, form: Any, commit: bool = True) -> Account:  # noqa: FBT001, FBT002  # allauth's signature
        user = super().save_user(request, user, form, commit=commit)
        return user

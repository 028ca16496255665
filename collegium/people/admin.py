"""Accounts and persons, for site administrators. Nothing that somebody keeps to themself is among the columns."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from collegium.people.administration import LookOnly
from collegium.people.models import Account, Person


@admin.register(Account)
class AccountAdmin(LookOnly[Account]):
    """Closing an account, and naming a site administrator, are done here."""

    changeable = ("is_active", "is_staff")
    list_display = ("email", "person_name", "is_active", "is_staff", "date_joined", "last_login")
    list_filter = ("is_active", "is_staff")
    list_select_related = ("person",)
    search_fields = ("email", "person__name")
    fields = ("email", "is_active", "is_staff", "date_joined", "last_login")

    @admin.display(description=_("person"))
    def person_name(self, account: Account) -> str:
        return account.person.name if hasattr(account, "person") else "—"


@admin.register(Person)
class PersonAdmin(LookOnly[Person]):
    list_display = ("name", "joined_at", "erased_at")
    search_fields = ("name",)
    fields = ("name", "joined_at", "erased_at", "time_zone", "language")

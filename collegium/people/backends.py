from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import QuerySet

from collegium.foundation.prepared import prepared
from collegium.people.models import Account


class PersonBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth is untyped
    """allauth's, reading the person and their photo along with the account: every page needs both, in one query."""

    def get_user(self, user_id: Any) -> Account | None:
        found = _account(int(user_id))
        return found[0] if found and self.user_can_authenticate(found[0]) else None


@prepared
def _account(key: int) -> "QuerySet[Account]":
    return Account.objects.select_related("person__photo").filter(pk=key)

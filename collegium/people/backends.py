from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from collegium.people.models import Account


class PersonBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth is untyped
    """allauth's, reading the person and their photo along with the account: every page needs both, in one query."""

    def get_user(self, user_id: Any) -> Account | None:
        account = Account.objects.select_related("person__photo").filter(pk=user_id).first()
        return account if account is not None and self.user_can_authenticate(account) else None

"""What allauth asks of us: a person for each account, our own letters, our own words."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from collegium.foundation import letters
from collegium.people import actions
from collegium.people.models import Account, Person

# What allauth says after a step, by the name of its template; None says nothing where the page shows it already.
WORDS: dict[str, str | Promise | None] = {
    "account/messages/logged_in.txt": None,
    "account/messages/logged_out.txt": _("You are signed out."),
    "account/messages/login_code_sent.txt": None,
    "account/messages/email_confirmation_sent.txt": _("We have sent a code to %(email)s."),
    "account/messages/email_confirmed.txt": _("%(email)s is yours: thank you for showing it."),
    "account/messages/email_confirmation_failed.txt": _("%(email)s belongs to another account."),
    "account/messages/email_deleted.txt": _("%(email)s is taken off your account."),
    "account/messages/primary_email_set.txt": _("Letters go to this address from now on."),
    "account/messages/unverified_primary_email.txt": _("Show first that this address is yours."),
    "account/messages/cannot_delete_primary_email.txt": _(
        "Letters go to %(email)s: choose another address for them first."
    ),
    "account/messages/password_changed.txt": _("Your password is changed."),
    "account/messages/password_set.txt": _("Your password is set."),
    "mfa/messages/totp_activated.txt": _("The second step is on: your app gives you the codes."),
    "mfa/messages/totp_deactivated.txt": _("The app is no longer asked for."),
    "mfa/messages/recovery_codes_generated.txt": _("Here are new recovery codes; the old ones are void."),
    "mfa/messages/webauthn_added.txt": _("The key is added."),
    "mfa/messages/webauthn_removed.txt": _("The key is removed."),
    "usersessions/messages/sessions_logged_out.txt": _("You are signed out everywhere else."),
}


def display(account: Account) -> str:
    person = Person.objects.filter(account=account).only("name").first()
    return person.name if person else account.email


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account is closed."),
        "cannot_remove_primary_email": _("Letters go to this address: choose another one for them first."),
        "duplicate_email": _("This address is on your account already."),
        "email_password_mismatch": _("Address and password do not go together."),
        "email_taken": _("There is an account with this address already."),
        "enter_current_password": _("That is not your present password."),
        "incorrect_code": _("That is not the code."),
        "incorrect_password": _("That is not your password."),
        "too_many_login_attempts": _("That was tried too often. Wait a few minutes, then try again."),
        "same_as_current": _("That is the one you have now."),
        "rate_limited": _("One moment: that was asked for several times in a row."),
    }

    def save_user(self, request: HttpRequest, user: Account, form: Any, commit: bool = True) -> Account:  # noqa: FBT001, FBT002  # allauth's signature
        """An account never stands without its person: both are made together."""
        with transaction.atomic():
            account: Account = super().save_user(request, user, form, commit=commit)
            if commit:
                actions.introduce(
                    account=account,
                    name=form.cleaned_data["name"],
                    language=translation.get_language() or "",
                    time_zone=form.cleaned_data.get("time_zone") or settings.TIME_ZONE,
                )
        return account

    def confirm_email(self, request: HttpRequest, email_address: Any) -> bool:
        """The proof and what follows from it, joining an organisation, are one transaction."""
        with transaction.atomic():
            confirmed = bool(super().confirm_email(request, email_address))
            person = Person.objects.filter(account=email_address.user).first() if confirmed else None
            if person is not None:
                actions.verify_address(person=person, email=email_address.email)
        return confirmed

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        letters.send(to=email, template=template_prefix, context={"email": email, **context})

    def add_message(  # noqa: PLR0917  # allauth’s signature
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        if message is None and message_template in WORDS:
            words = WORDS[message_template]
            if words is None:
                return
            message = str(words) % (message_context or {}) if message_context else str(words)
        super().add_message(request, level, message_template, message_context, extra_tags, message)

"""allauth's flows in our pages: sign-up, code, password, second step; and that every page of its comes in our frame."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.urls import urlpatterns as allauth_patterns
from django.core import mail
from django.test import Client
from django.urls import get_resolver, reverse

from collegium.foundation import clock
from collegium.organisations.models import EmailDomain, Membership
from collegium.people.models import Account, Person
from tests.factories import make_organisation, make_person

pytestmark = pytest.mark.django_db

PASSWORD = "a long password"  # what the factories give


def code_in(letter) -> str:
    return re.search(r'<p class="code">([^<]+)</p>', letter.alternatives[0].content).group(1)


def totp_code(secret) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return f"{hotp_value(secret, counter):06d}"


# Signing up -----------------------------------------------------------------------------------------------------------


def sign_up(client, **changes):
    return client.post(
        "/account/signup/",
        {
            "name": "New Person",
            "email": "new@calderbeck.example",
            "password1": "",
            "time_zone": "Europe/Dublin",
            **changes,
        },
    )


def test_from_sign_up_by_a_code_to_the_organisation_of_ones_address(client):
    organisation = make_organisation(name="Calderbeck")
    EmailDomain.objects.create(
        organisation=organisation, domain="calderbeck.example", verified_at=clock.now()
    )
    answer = sign_up(client)
    assert (answer.status_code, answer["Location"]) == (302, "/account/confirm-email/")
    person = Person.objects.get()
    assert (person.name, person.time_zone, person.account.email) == (
        "New Person",
        "Europe/Dublin",
        "new@calderbeck.example",
    )
    assert not person.account.has_usable_password()
    assert Membership.objects.count() == 0  # an address that nobody has shown to be theirs opens nothing

    letter = mail.outbox[0]
    assert (letter.subject, letter.to) == ("Welcome: your code", ["new@calderbeck.example"])
    assert code_in(letter) in letter.body
    page = client.get("/account/confirm-email/").content.decode()
    assert "new@calderbeck.example" in page
    assert client.post("/account/confirm-email/", {"code": "WRONG1"}).status_code == 200
    answer = client.post("/account/confirm-email/", {"code": code_in(letter)})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert EmailAddress.objects.get().verified
    membership = Membership.objects.get()
    assert (membership.person, membership.organisation, membership.way) == (person, organisation, "domain")
    assert organisation.circle.members.get() == person
    assert "New Person" in client.get("/").content.decode()


def test_a_password_is_checked_if_one_is_given(client):
    answer = sign_up(client, password1="short")
    assert answer.status_code == 200
    assert "at least 10 characters" in answer.content.decode()
    assert Account.objects.count() == 0
    sign_up(client, password1="correct horse battery")
    assert Account.objects.get().check_password("correct horse battery")


@pytest.mark.parametrize("name", ["", "   ", "\u202e"])
def test_sign_up_asks_for_a_name(client, name):
    assert sign_up(client, name=name).status_code == 200
    assert Account.objects.count() == 0


def test_nobody_learns_from_sign_up_who_has_an_account(client, ada):
    answer = sign_up(client, email="ada@example.org")
    assert (answer.status_code, answer["Location"]) == (302, "/account/confirm-email/")
    assert Account.objects.count() == 1
    assert [letter.subject for letter in mail.outbox] == ["You have an account already"]


def test_a_zone_that_does_not_exist_is_not_taken(client):
    sign_up(client, time_zone="Mars/Olympus")
    assert Person.objects.get().time_zone == "UTC"


# Signing in -----------------------------------------------------------------------------------------------------------


def test_signing_in_by_a_code(client, ada):
    answer = client.post("/account/login/code/", {"email": "ada@example.org"})
    assert (answer.status_code, answer["Location"]) == (302, "/account/login/code/confirm/")
    assert "ada@example.org" in client.get(answer["Location"]).content.decode()
    assert mail.outbox[0].subject == "Your code for signing in"
    answer = client.post("/account/login/code/confirm/", {"code": code_in(mail.outbox[0])})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(ada.account.pk)


def test_an_address_without_account_gets_a_letter_that_says_so(client, db):
    answer = client.post("/account/login/code/", {"email": "nobody@example.org"})
    assert (answer.status_code, answer["Location"]) == (302, "/account/login/code/confirm/")
    assert [letter.subject for letter in mail.outbox] == ["No account with this address"]


def test_signing_in_by_a_password_and_back_to_where_one_was_going(client, ada):
    page = client.get("/account/login/?next=/profile/").content.decode()
    assert 'name="next" value="/profile/"' in page
    answer = client.post(
        "/account/login/", {"login": "ada@example.org", "password": PASSWORD, "next": "/profile/"}
    )
    assert (answer.status_code, answer["Location"]) == (302, "/profile/")


def test_a_wrong_password_is_said_without_saying_which_part_is_wrong(client, ada):
    for login in ("ada@example.org", "nobody@example.org"):
        page = client.post("/account/login/", {"login": login, "password": "wrong"}).content.decode()
        assert "Address and password do not go together." in page


def test_guessing_is_slowed_down(client, ada):
    for _each in range(5):
        client.post("/account/login/", {"login": "ada@example.org", "password": "wrong"})
    answer = client.post("/account/login/", {"login": "ada@example.org", "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    assert "tried too often" in answer.content.decode()


def test_too_many_requests_get_a_page_of_ours(client, db):
    answers = [client.post("/account/password/reset/", {"email": "a@example.org"}) for _each in range(7)]
    assert answers[-1].status_code == 429
    assert "One moment, please" in answers[-1].content.decode()


def test_a_closed_account_cannot_be_signed_in_to(client, ada):
    Account.objects.filter(pk=ada.account.pk).update(is_active=False)
    client.post("/account/login/", {"login": "ada@example.org", "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    assert "closed" in client.get("/account/inactive/").content.decode()


def test_a_new_password_by_a_code(client, ada):
    client.post("/account/password/reset/", {"email": "ada@example.org"})
    assert "code for a new password" in client.get("/account/password/reset/confirm/").content.decode()
    client.post("/account/password/reset/confirm/", {"code": code_in(mail.outbox[0])})
    assert "New password" in client.get("/account/password/reset/complete/").content.decode()
    client.post(
        "/account/password/reset/complete/",
        {"password1": "another long one", "password2": "another long one"},
    )
    ada.account.refresh_from_db()
    assert ada.account.check_password("another long one")
    assert mail.outbox[-1].subject == "Your password was set anew"
    assert "set" in client.get("/account/password/reset/done/").content.decode()


def test_the_second_step(client, ada):
    secret = generate_totp_secret()
    TOTP.activate(ada.account, secret)
    client.post("/account/login/", {"login": "ada@example.org", "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    page = client.get("/account/2fa/authenticate/").content.decode()
    assert "The second step" in page
    client.post("/account/2fa/authenticate/", {"code": totp_code(secret)})
    assert client.session["_auth_user_id"] == str(ada.account.pk)


def test_signing_out_is_a_post(client_of, ada):
    client = client_of(ada)
    assert "Sign out?" in client.get("/account/logout/").content.decode()
    assert "_auth_user_id" in client.session
    client.post("/account/logout/")
    assert "_auth_user_id" not in client.session


def test_a_second_address_joins_its_organisation_once_it_is_shown(client_of, ada):
    organisation = make_organisation()
    EmailDomain.objects.create(organisation=organisation, domain="work.example", verified_at=clock.now())
    client = client_of(ada)
    client.post("/account/email/", {"action_add": "1", "email": "ada@work.example"})
    assert Membership.objects.count() == 0
    client.post("/account/confirm-email/", {"code": code_in(mail.outbox[-1])})
    assert Membership.objects.get().person == ada
    page = client.get("/account/email/").content.decode()
    assert "ada@work.example" in page
    client.post("/account/email/", {"action_primary": "1", "email": "ada@work.example"})
    ada.account.refresh_from_db()
    assert ada.account.email == "ada@work.example"
    client.post("/account/email/", {"action_remove": "1", "email": "ada@example.org"})
    assert EmailAddress.objects.filter(user=ada.account).count() == 1


# Every page of allauth's ----------------------------------------------------------------------------------------------


def ours(answer) -> bool:
    page = answer.content.decode()
    return (
        answer.status_code == 200
        and "design/tokens.css" in page
        and "wordmark" in page
        and "page · " not in page
    )


@pytest.fixture
def keyed(ada):
    """Ada with an app, recovery codes and a key, on a session that has just shown that it is hers."""
    secret = generate_totp_secret()
    TOTP.activate(ada.account, secret)
    RecoveryCodes.activate(ada.account)
    key = Authenticator.objects.create(
        user=ada.account,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "Blue key", "credential": {"clientExtensionResults": {"credProps": {"rk": True}}}},
    )
    return key, secret


def test_every_page_of_allauth_comes_in_our_frame(client, client_of, ada, keyed):
    key, secret = keyed
    signed_in = client_of(ada)
    seen = set()

    def look(who, name, *args, follow=False):
        answer = who.get(reverse(name, args=args), follow=follow)
        assert ours(answer), f"{name}: {answer.status_code} {answer.get('Location')}"
        seen.add(name)

    for name in (
        "account_login",
        "account_signup",
        "account_request_login_code",
        "account_reset_password",
        "account_inactive",
        "account_password_reset_completed",
    ):
        look(client, name)
    client.post("/account/login/code/", {"email": "ada@example.org"})
    look(client, "account_confirm_login_code")

    other = Client()
    sign_up(other, email="fresh@example.org")
    look(other, "account_email_verification_sent")

    forgetful = Client()
    forgetful.post("/account/password/reset/", {"email": "ada@example.org"})
    look(forgetful, "account_confirm_password_reset_code")
    forgetful.post("/account/password/reset/confirm/", {"code": code_in(mail.outbox[-1])})
    look(forgetful, "account_complete_password_reset")

    for name in ("account_logout", "account_email", "account_change_password", "usersessions_list"):
        look(signed_in, name)
    for name in ("mfa_index", "mfa_list_webauthn", "account_reauthenticate", "mfa_reauthenticate"):
        look(signed_in, name)
    signed_in.post("/account/reauthenticate/", {"password": PASSWORD})
    for name in ("mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes"):
        look(signed_in, name)
    look(signed_in, "mfa_edit_webauthn", key.pk)
    look(signed_in, "mfa_remove_webauthn", key.pk)
    assert signed_in.get("/account/2fa/recovery-codes/download/").status_code == 200
    seen.add("mfa_download_recovery_codes")
    key.delete()
    look(signed_in, "mfa_add_webauthn")
    Authenticator.objects.filter(type=Authenticator.Type.TOTP).delete()
    look(signed_in, "mfa_activate_totp")

    # A key of the same kind as the browser would bring is made by the browser test; here, that the page stands.
    TOTP.activate(ada.account, secret)
    halfway = Client()
    halfway.post("/account/login/", {"login": "ada@example.org", "password": PASSWORD})
    look(halfway, "mfa_authenticate")

    passwordless = make_person(email="codes@example.org")
    passwordless.account.set_unusable_password()
    passwordless.account.save()
    look(client_of(passwordless), "account_set_password")

    no_page_of_its_own = {"mfa_login_webauthn", "mfa_reauthenticate_webauthn"}  # the browser test opens these
    known = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    allauths = {name for name in known if name.startswith(("account_", "mfa_", "usersessions_"))}
    assert allauths - no_page_of_its_own == seen
    assert allauth_patterns


def test_a_page_that_is_closed_for_sign_up_comes_in_our_frame(client, db, monkeypatch):
    monkeypatch.setattr(
        "collegium.people.adapter.AccountAdapter.is_open_for_signup", lambda self, request: False
    )
    assert ours(client.get("/account/signup/"))


LETTERS = {
    "account/email/login_code": {"code": "ABC123"},
    "account/email/email_confirmation": {"code": "ABC123"},
    "account/email/email_confirmation_signup": {"code": "ABC123"},
    "account/email/password_reset_code": {"code": "ABC123"},
    "account/email/password_reset_key": {"password_reset_url": "https://example.org/x"},
    "account/email/unknown_account": {"signup_url": "https://example.org/x"},
    "account/email/account_already_exists": {},
    **{
        f"account/email/{name}": {"from_email": "a@x.org", "to_email": "b@x.org", "deleted_email": "c@x.org"}
        for name in (
            "password_changed",
            "password_set",
            "password_reset",
            "email_changed",
            "email_confirm",
            "email_deleted",
        )
    },
    **{
        f"mfa/email/{name}": {}
        for name in (
            "totp_activated",
            "totp_deactivated",
            "recovery_codes_generated",
            "webauthn_added",
            "webauthn_removed",
        )
    },
}


def test_every_letter_of_allauth_is_ours():
    from pathlib import Path

    import allauth

    theirs = {
        str(path.relative_to(Path(allauth.__file__).parent / "templates")).removesuffix("_subject.txt")
        for path in (Path(allauth.__file__).parent / "templates").glob("*/email/*_subject.txt")
    }
    assert {name for name in theirs if name.startswith(("account/", "mfa/"))} == set(LETTERS)


@pytest.mark.parametrize(("prefix", "context"), LETTERS.items(), ids=list(LETTERS))
def test_every_letter_can_be_written(prefix, context, ada):
    from collegium.people.adapter import AccountAdapter

    change = {"ip": "192.0.2.7", "user_agent": "A <b>browser</b>", "timestamp": clock.now()}
    AccountAdapter().send_mail(prefix, "a&b@example.org", {**change, **context})
    letter = mail.outbox[0]
    assert letter.subject
    assert letter.to == ["a&b@example.org"]
    html = letter.alternatives[0].content
    assert "<b>browser" not in html
    assert "&amp;" not in letter.body
    assert "None" not in letter.body

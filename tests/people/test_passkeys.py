"""A passkey from adding it to signing in, in a real browser with an authenticator made of software."""

import re

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def authenticator(browser_page):
    """The browser thinks that somebody has a telephone with a fingerprint reader, and always says yes."""
    protocol = browser_page.context.new_cdp_session(browser_page)
    protocol.send("WebAuthn.enable")
    protocol.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return protocol


def test_a_passkey_is_added_and_signs_in_by_itself(browser_page, authenticator, ada, sign_in_browser, axe):
    page = browser_page
    sign_in_browser(page, ada)
    page.goto("/account/2fa/webauthn/add/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Is it you?")
    page.fill("input[name=password]", "a long password")
    page.click("button:has-text('Go on')")
    page.wait_for_selector("input[name=name]")
    assert axe(page) == []
    page.fill("input[name=name]", "Blue telephone")
    page.check("input[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(re.compile(r"/account/2fa/(?!webauthn/add)"))
    page.wait_for_selector("text=Recovery codes")
    assert axe(page) == []
    assert Authenticator.objects.filter(user=ada.account, type="webauthn").count() == 1

    page.goto("/account/2fa/webauthn/")
    assert "Blue telephone" in page.inner_text("main")
    assert "Passkey" in page.inner_text("main")
    assert axe(page) == []

    page.goto("/account/2fa/webauthn/reauthenticate/")
    assert axe(page) == []

    page.context.clear_cookies()
    page.goto("/account/login/")
    assert axe(page) == []
    page.click("#passkey_login")
    page.wait_for_selector(".bar__tool--me")
    expect(page.get_by_role("heading", level=1)).to_have_text("What next?")


def test_a_refused_key_is_said_in_words(browser_page, authenticator, db):
    page = browser_page
    page.goto("/account/login/")
    page.click("#passkey_login")  # the authenticator has no key for this place
    page.wait_for_selector("[data-passkey-trouble]:not([hidden])")
    expect(page.locator("[data-passkey-trouble]")).to_contain_text("was not used")


def test_where_the_browser_knows_no_passkeys_none_is_offered(browser_page, db):
    page = browser_page
    page.add_init_script("delete window.PublicKeyCredential")
    page.goto("/account/login/")
    expect(page.locator("#passkey_login")).to_be_hidden()
    expect(page.get_by_role("button", name="Send me a code")).to_be_visible()

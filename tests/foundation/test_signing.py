from datetime import UTC, datetime, timedelta

import pytest

from collegium.foundation import clock, crypto, signing

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_link_opens_what_it_was_made_for_until_it_expires():
    with clock.moved_to(NOON):
        token = signing.make("share", 7, NOON + timedelta(days=1))
        assert signing.read("share", token) == "7"
        clock.advance(timedelta(hours=23, minutes=59))
        assert signing.read("share", token) == "7"
        clock.advance(timedelta(minutes=1))
        with pytest.raises(signing.LinkExpired) as caught:
            signing.read("share", token)
    assert caught.value.expired_at == NOON + timedelta(days=1)


@pytest.mark.parametrize(
    "broken",
    [lambda token: token[:-1], lambda token: "x" + token, lambda _: "", lambda _: "a:b", lambda _: "é:\x00"],
)
def test_a_changed_link_opens_nothing(broken):
    token = signing.make("share", "7", clock.now() + timedelta(days=1))
    with pytest.raises(signing.LinkInvalid):
        signing.read("share", broken(token))


def test_a_link_for_one_purpose_does_not_open_another():
    token = signing.make("share", "7", clock.now() + timedelta(days=1))
    with pytest.raises(signing.LinkInvalid):
        signing.read("referee", token)


def test_a_secret_comes_back_only_for_its_purpose():
    sealed = crypto.encrypt(b"private key", purpose="issuer-key")
    assert b"private" not in sealed.encode()
    assert crypto.decrypt(sealed, purpose="issuer-key") == b"private key"
    assert sealed != crypto.encrypt(b"private key", purpose="issuer-key")
    with pytest.raises(crypto.SecretUnreadable):
        crypto.decrypt(sealed, purpose="another")


def test_a_changed_secret_is_unreadable():
    sealed = crypto.encrypt(b"private key", purpose="issuer-key")
    flipped = ("B" if sealed[30] != "B" else "C").join([sealed[:30], sealed[31:]])
    for bad in (flipped, sealed[:-4], "", "not base64 at all é", sealed[:8]):
        with pytest.raises(crypto.SecretUnreadable):
            crypto.decrypt(bad, purpose="issuer-key")


def test_secrets_survive_a_change_of_the_secret_key(settings):
    settings.COLLEGIUM_KEY_SECRET = ""
    settings.SECRET_KEY = "the old one" * 5
    sealed = crypto.encrypt(b"private key", purpose="issuer-key")
    settings.SECRET_KEY = "the new one" * 5
    with pytest.raises(crypto.SecretUnreadable):
        crypto.decrypt(sealed, purpose="issuer-key")
    settings.SECRET_KEY_FALLBACKS = ["the old one" * 5]
    assert crypto.decrypt(sealed, purpose="issuer-key") == b"private key"


def test_a_token_is_kept_as_its_hash():
    token = signing.new_token()
    assert len(token) == 43  # what an address and a line of a letter bear
    assert token != signing.new_token()
    assert signing.hashed("a token") == "e3316e2bafebb6103a3418e8778c0adc960d40213a03a7e7f4fcd3426ed807bf"

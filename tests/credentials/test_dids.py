import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from collegium.credentials import dids
from collegium.foundation import http
from tests.credentials.made import KEY, METHOD, SITE, did_document, web

PUBLIC = KEY.public_key()
ADDRESS = "https://recognise.example/.well-known/did.json"


@pytest.mark.parametrize("content", [b"", b"\0", b"\0\0a", b"hello", bytes(range(64))])
def test_base58_there_and_back(content):
    assert dids.base58_decode(dids.base58_encode(content)) == content


def test_a_key_keeps_itself_in_a_multikey():
    assert dids.from_multikey(dids.multikey(PUBLIC)).public_bytes_raw() == PUBLIC.public_bytes_raw()


@pytest.mark.parametrize("text", [None, "", "z", "zzz", "u7QE", "z" + "2" * 500, "z0OIl", {"a": 1}])
def test_what_is_no_ed25519_multikey_is_refused(text):
    with pytest.raises(dids.Unresolvable):
        dids.from_multikey(text)


@pytest.mark.parametrize(
    ("site", "did", "address"),
    [
        ("https://recognise.example", SITE, ADDRESS),
        ("http://127.0.0.1:8000", "did:web:127.0.0.1%3A8000", "https://127.0.0.1:8000/.well-known/did.json"),
        ("https://uni.example/badges", "did:web:uni.example:badges", "https://uni.example/badges/did.json"),
    ],
)
def test_a_site_and_its_name(site, did, address):
    assert (dids.did_web(site), dids.did_web_address(did)) == (did, address)


@pytest.mark.parametrize(
    "did",
    [
        "did:web:",
        "did:web:a/b",
        "did:web:user@host",
        "did:web:host%2Fpath",
        "did:web:host:..",
        "did:web:host:%2e%2e",
        "did:web:a?b",
    ],
)
def test_a_name_that_leads_astray_is_refused(did):
    with pytest.raises(dids.Unresolvable):
        dids.did_web_address(did)


def resolve(document, method=METHOD):
    return dids.signing_key(method, fetch=web({ADDRESS: json.dumps(document).encode()}))


def test_a_key_that_the_site_publishes():
    found = resolve(did_document())
    assert (found.controller, found.revoked) == (SITE, "")
    assert found.key.public_bytes_raw() == PUBLIC.public_bytes_raw()


def test_a_key_by_its_name_alone():
    method = dids.did_key_method(PUBLIC)
    found = dids.signing_key(method, fetch=web({}))
    assert (found.controller, isinstance(found.key, Ed25519PublicKey)) == (dids.did_key(PUBLIC), True)


def test_a_key_may_be_named_relatively_or_stand_within():
    document = did_document()
    document["assertionMethod"] = ["#key-1"]
    document["verificationMethod"][0]["id"] = "#key-1"
    assert resolve(document).controller == SITE
    document = did_document()
    document["assertionMethod"] = document.pop("verificationMethod")
    assert resolve(document).controller == SITE


def without(*terms, **changes):
    return {term: held for term, held in {**did_document(), **changes}.items() if term not in terms}


@pytest.mark.parametrize(
    "document",
    [
        without(id="did:web:evil.example"),
        without("assertionMethod"),
        without(assertionMethod=[f"{SITE}#key-2"]),
        without("verificationMethod"),
        without(verificationMethod="none"),
        without(
            verificationMethod=[{"id": METHOD, "type": "Multikey", "controller": "did:web:evil.example"}]
        ),
        without(verificationMethod=[{"id": METHOD, "type": "JsonWebKey", "controller": SITE}]),
        [],
    ],
)
def test_a_key_that_may_not_sign_is_refused(document):
    with pytest.raises(dids.Unresolvable):
        resolve(document)


def test_a_site_that_does_not_answer_is_unreachable_and_not_wrong():
    with pytest.raises(http.Unreachable):
        dids.signing_key(METHOD, fetch=web({}))


@pytest.mark.parametrize("method", [SITE, "did:example:1#k", "https://vc.example/issuer#k", "x"])
def test_other_names_lead_to_no_key(method):
    with pytest.raises(dids.Unresolvable):
        dids.signing_key(method, fetch=web({}))

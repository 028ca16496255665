"""Signatures: the published example of the standard, and what a proof must not let through."""

import contextlib
import copy
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collegium.credentials import contexts, dids, linkeddata, proofs
from tests.credentials.made import KEY, METHOD, OTHER_KEY, SIGNED, badge, issued


def test_the_example_of_the_standard_is_signed_as_it_says(monkeypatch):
    """W3C, Data Integrity EdDSA Cryptosuites 1.0, appendix: representation eddsa-rdfc-2022."""
    examples = "https://www.w3.org/ns/credentials/examples/v2"
    known = contexts.document
    vocabulary = {"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}}
    monkeypatch.setattr(
        contexts, "document", lambda address: vocabulary if address == examples else known(address)
    )
    secret = dids.from_multibase("z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq")
    key = Ed25519PrivateKey.from_private_bytes(secret[2:])
    public = dids.multikey(key.public_key())
    document = {
        "@context": [contexts.CREDENTIALS_V2, examples],
        "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "type": ["VerifiableCredential", "AlumniCredential"],
        "name": "Alumni Credential",
        "description": "A minimum viable example of an Alumni Credential.",
        "issuer": "https://vc.example/issuers/5678",
        "validFrom": "2023-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
    }
    signed = proofs.sign(
        document,
        key=key,
        method=f"https://vc.example/issuers/5678#{public}",
        created=datetime(2023, 2, 24, 23, 36, 38, tzinfo=UTC),
    )
    assert public == "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
    assert signed["proof"][0]["proofValue"] == (
        "z21EVs3eXERqTn4acNHT9viboqgzUaQ3kTmhPT3eA8qrVPE7CrQq78WkzctnMX5W4CrzcKnHw8V6dvy5pgWYCU5e9"
    )


def test_what_was_signed_holds_and_only_with_its_key():
    proof = proofs.read(issued())
    assert (proof.holds(KEY.public_key()), proof.holds(OTHER_KEY.public_key())) == (True, False)


def _places(value, path=()):
    if isinstance(value, dict):
        for term, held in value.items():
            yield from _places(held, (*path, term))
    elif isinstance(value, list):
        for number, held in enumerate(value):
            yield from _places(held, (*path, number))
    elif isinstance(value, str):
        yield path


@pytest.mark.parametrize(
    "path", [path for path in _places(issued()) if path[0] not in {"@context", "proof"}], ids=str
)
def test_no_word_can_be_changed(path):
    document = copy.deepcopy(issued())
    part = document
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] += "x"
    with contextlib.suppress(linkeddata.Unsound):  # a type that is no longer one
        assert not proofs.read(document).holds(KEY.public_key())


@pytest.mark.parametrize("fact", ["created", "verificationMethod"])
def test_the_facts_of_the_proof_are_signed_too(fact):
    document = issued()
    document["proof"][0][fact] = {
        "created": "2030-01-01T00:00:00Z",
        "verificationMethod": "did:web:evil.example#k",
    }[fact]
    assert not proofs.read(document).holds(KEY.public_key())


def test_signing_refuses_what_it_would_not_cover():
    with pytest.raises(linkeddata.UndefinedTerm):
        proofs.sign({**badge(), "grade": "A"}, key=KEY, method=METHOD, created=SIGNED)
    with pytest.raises(linkeddata.Unsound):
        proofs.sign(issued(), key=KEY, method=METHOD, created=SIGNED)


def broken(**facts):
    document = issued()
    document["proof"] = {**document["proof"][0], **facts}
    return document


@pytest.mark.parametrize(
    "document",
    [
        badge(),
        {**badge(), "proof": []},
        {**badge(), "proof": "yes"},
        broken(type="Ed25519Signature2020"),
        broken(cryptosuite="ecdsa-rdfc-2019"),
        broken(proofPurpose="authentication"),
        broken(verificationMethod={"id": METHOD}),
        broken(proofValue="z123"),
        broken(proofValue="u123"),
        broken(proofValue="z" + "1" * 10_000),
        broken(proofValue=None),
        broken(created=["2025-01-01T00:00:00Z"]),
        broken(**{"@context": ["https://www.w3.org/ns/credentials/examples/v2"]}),
    ],
)
def test_a_proof_that_cannot_be_read_says_so(document):
    with pytest.raises(proofs.NoProof):
        proofs.read(document)


def test_a_proof_with_the_documents_own_contexts_is_read():
    document = issued()
    document["proof"] = {**document["proof"][0], "@context": document["@context"]}
    assert proofs.read(document).holds(KEY.public_key())

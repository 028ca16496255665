"""What is said of a credential that somebody shows: each point in its own sentence."""

import copy
import json
from datetime import UTC, datetime

import pytest

from collegium.credentials import badges, baking, contexts, dids, proofs, statuslists, verification
from tests.credentials.made import (
    KEY,
    LIST,
    METHOD,
    OTHER_KEY,
    SIGNED,
    SITE,
    badge,
    did_document,
    issued,
    status_list,
    web,
)

AT = datetime(2026, 6, 1, tzinfo=UTC)
DID = "https://recognise.example/.well-known/did.json"


def published(revoked=(), **changes):
    """What the issuer publishes, with some of it changed or (None) missing."""
    documents = {DID: did_document(), LIST: status_list(revoked), **changes}
    return web(
        {address: json.dumps(held).encode() for address, held in documents.items() if held is not None}
    )


def said(given, fetch=None, at=AT):
    report = verification.verify(given, fetch=fetch or published(), at=at)
    return report, {finding.code: finding.holds for finding in report.findings}


def signed(key=KEY, method=METHOD, **changes):
    return proofs.sign({**badge(), **changes}, key=key, method=method, created=SIGNED)


ALL_WELL = {"readable": True, "terms": True, "signed": True, "issuer": True, "dates": True, "in-force": True}


def test_a_genuine_credential():
    report, codes = said(issued())
    assert (report.holds, codes) == (True, ALL_WELL)
    assert report.summary == "This credential is genuine and in force."
    assert [finding.sentence for finding in report.findings] == [
        "It is a credential, read from JSON.",
        "Every term in it has a known meaning, so the signature covers all of it.",
        "The signature fits: nothing was changed since it was signed on 1 March 2025.",
        "The site recognise.example publishes this key as its own, so it is the issuer.",
        "It is valid today, and until 29 February 2028.",
        "It is not revoked: its issuer's list says so.",
    ]


def test_what_it_says_is_read_beside_it():
    claim = said(issued())[0].claim
    assert (claim.title, claim.holder, claim.issuer_name) == ("Certified Member", "Ada Ünsal", "Recognise")
    assert claim.results == (
        ("1a Constraints and benefits", "Strong"),
        ("5 Specialist area", "Adequate"),
        ("5 Specialist area", "Adequate"),
    )
    assert claim.evidence == (("My portfolio", "https://recognise.example/p/ada"),)
    assert claim.holder_email_hashed


BADGE = badges.Badge(seed="x", letters="CM", title="Certified Member", partner="Guild")


@pytest.mark.parametrize(
    ("form", "given"),
    [
        ("json", json.dumps(issued())),
        ("json", b"\xef\xbb\xbf" + json.dumps(issued()).encode()),
        ("json", json.dumps([issued()])),
        ("json", json.dumps({"type": "VerifiablePresentation", "verifiableCredential": [issued()]})),
        ("png", baking.bake_png(badges.png(BADGE, 64), contexts.write(issued()))),
        ("svg", baking.bake_svg(badges.svg(BADGE), contexts.write(issued()))),
        (
            "svg",
            ("<?xml version='1.0'?>" + baking.bake_svg(badges.svg(BADGE), contexts.write(issued()))).encode(),
        ),
    ],
)
def test_each_form_that_it_comes_in(form, given):
    report, codes = said(given)
    assert (report.form, codes) == (form, ALL_WELL)


def altered(change):
    document = copy.deepcopy(issued())
    change(document)
    return document


def test_tampered():
    report, codes = said(altered(lambda d: d["credentialSubject"]["achievement"].update(name="Fellow")))
    assert codes == {
        "readable": True,
        "terms": True,
        "altered": False,
        "unproved": None,
        "dates": True,
        "in-force": True,
    }
    assert (
        report.summary
        == "Do not rely on this: it was changed after it was signed, or signed by somebody else."
    )


def test_signed_by_a_key_that_is_not_the_issuers():
    _report, codes = said(signed(key=OTHER_KEY))
    assert codes["altered"] is False


def test_signed_by_somebody_who_names_another_as_issuer():
    stranger = dids.did_key_method(OTHER_KEY.public_key())
    report, codes = said(signed(key=OTHER_KEY, method=stranger))
    assert (codes["signed"], codes["stranger"]) == (True, False)
    assert report.summary == "Do not rely on this: whoever signed it is not who it names as issuer."


def test_an_issuer_that_is_only_a_key_proves_no_name():
    did, method = dids.did_key(OTHER_KEY.public_key()), dids.did_key_method(OTHER_KEY.public_key())
    document = signed(
        key=OTHER_KEY,
        method=method,
        issuer={"id": did, "type": ["Profile"], "name": "Harvard"},
        credentialStatus=[],
    )
    report, codes = said(document)
    assert (codes["signed"], codes["nameless"], report.holds) == (True, None, None)


def test_an_issuer_that_does_not_answer():
    report, codes = said(issued(), published(**{DID: None}))
    assert codes == {
        "readable": True,
        "terms": True,
        "unchecked": None,
        "unreachable": None,
        "dates": True,
        "list-unreachable": None,
    }
    assert report.summary == "It could not be checked, so it is neither confirmed nor refuted."
    assert "The issuer cannot be reached just now to ask for its key. Try again later." in [
        finding.sentence for finding in report.findings
    ]


def test_a_key_that_the_issuer_does_not_know():
    document = did_document()
    document["assertionMethod"] = []
    _report, codes = said(issued(), published(**{DID: document}))
    assert codes["no-key"] is False


def test_a_key_that_the_issuer_has_disowned():
    document = did_document()
    document["verificationMethod"][0]["revoked"] = "2026-01-01T00:00:00Z"
    report, codes = said(issued(), published(**{DID: document}))
    assert codes["key-revoked"] is False
    assert report.summary == "Do not rely on this: its issuer no longer trusts the key that signed it."


# Dates ----------------------------------------------------------------------------------------------------------------


def test_expired():
    report, codes = said(issued(), at=datetime(2030, 1, 1, tzinfo=UTC))
    assert (codes["expired"], codes["signed"]) == (False, True)
    assert report.summary == "This credential is genuine, and has expired."
    assert "It has expired: it was valid until 29 February 2028." in [f.sentence for f in report.findings]


def test_not_yet_valid():
    report, codes = said(issued(), at=datetime(2025, 1, 1, tzinfo=UTC))
    assert codes["not-yet-valid"] is False
    assert report.summary == "This credential is genuine, and not in force yet."


def test_expired_and_unchecked_is_not_called_genuine():
    report, _codes = said(issued(), published(**{DID: None}), at=datetime(2030, 1, 1, tzinfo=UTC))
    assert "genuine" not in report.summary


@pytest.mark.parametrize(
    "value", ["tomorrow", "2028-13-01T00:00:00Z", "2028-01-01", 7, ["2028-01-01T00:00:00Z"]]
)
def test_a_date_that_cannot_be_read(value):
    document = issued()
    document["validUntil"] = value
    assert said(document)[1]["dates-unreadable"] is False


def test_an_expiry_cannot_be_carried_off_to_where_nobody_looks():
    document = issued()
    document["https://www.w3.org/2018/credentials#validUntil"] = document.pop("validUntil")
    assert said(document, at=datetime(2030, 1, 1, tzinfo=UTC))[0].holds is False
    document = issued()
    document["evidence"].append(
        {"id": document["id"], "type": ["Evidence"], "credentialStatus": document.pop("credentialStatus")}
    )
    assert said(document)[0].holds is False


# Status ---------------------------------------------------------------------------------------------------------------


def test_revoked():
    report, codes = said(issued(index=7), published(revoked=[7]))
    assert (codes["revoked"], codes["signed"], codes["dates"]) == (False, True, True)
    assert report.summary == "This credential was genuine, and its issuer has revoked it."


def test_suspended():
    status = statuslists.entry(address=LIST, index=7, purpose="suspension")
    report, codes = said(
        signed(credentialStatus=status), published(**{LIST: status_list([7], purpose="suspension")})
    )
    assert codes["suspended"] is False
    assert report.summary == "This credential is genuine, and its issuer has suspended it for now."


def test_a_list_that_does_not_answer():
    report, codes = said(issued(), published(**{LIST: None}))
    assert (codes["list-unreachable"], codes["signed"], report.holds) == (None, True, None)
    assert report.summary == "The signature is good, but not everything about it could be checked."


def listed(**changes):
    """A list with something wrong, signed by the issuer all the same."""
    plain = statuslists.published(
        statuslists.marked([]), address=LIST, issuer=SITE, purpose="revocation", valid_from=SIGNED
    )
    plain["credentialSubject"] |= changes.pop("subject", {})
    return proofs.sign({**plain, **changes}, key=KEY, method=METHOD, created=SIGNED)


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        ({"a": 1}, "The status list that it names is not one of its issuer's."),
        ([], "What stands at the address of the status list is not one."),
        (listed(issuer="did:web:other.example"), "The status list that it names is not one of its issuer's."),
        (status_list(key=OTHER_KEY), "The issuer's status list was changed by somebody else."),
        (listed(validUntil="2026-01-01T00:00:00Z"), "The issuer's status list is out of date."),
        (
            listed(subject={"statusPurpose": "suspension"}),
            "The status list that it names serves another purpose.",
        ),
        (listed(subject={"encodedList": "uAAAA"}), "The issuer's status list is damaged."),
        ({**listed(), "proof": []}, "The issuer's status list is not signed in a way that can be checked."),
    ],
)
def test_a_list_that_cannot_be_believed(found, sentence):
    report, codes = said(issued(), published(**{LIST: found}))
    assert codes["list-unknown"] is None
    assert f"{sentence} So whether it was revoked is not known." in [f.sentence for f in report.findings]


@pytest.mark.parametrize(
    "status",
    [
        {"id": "https://x.example/1", "type": "1EdTechRevocationList"},
        {**statuslists.entry(address=LIST, index=1), "statusListIndex": "minus one"},
        {**statuslists.entry(address=LIST, index=1), "statusListIndex": "99999999"},
        {**statuslists.entry(address=LIST, index=1), "statusPurpose": "message"},
        {**statuslists.entry(address=LIST, index=1), "statusListCredential": "urn:x"},
    ],
)
def test_a_status_that_is_kept_in_an_unknown_way(status):
    plain = {**badge(), "credentialStatus": status}
    plain["@context"] = [*plain["@context"], "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"]
    document = proofs.sign(plain, key=KEY, method=METHOD, created=SIGNED)
    report, codes = said(document)
    assert (codes["signed"], codes["unknown-status"], report.holds) == (True, None, None)


def test_without_a_list_nothing_could_revoke_it():
    plain = badge()
    del plain["credentialStatus"]
    document = proofs.sign(plain, key=KEY, method=METHOD, created=SIGNED)
    report, codes = said(document)
    assert (codes["no-status"], report.holds) == (True, True)


# Not a credential -----------------------------------------------------------------------------------------------------

JWT = "eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJkaWQ6d2ViOngifQ.c2lnbmF0dXJlc2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (b"", "unreadable"),
        ("  ", "unreadable"),
        ("hello", "unreadable"),
        (b"\x00\xff\x00", "unreadable"),
        ("{}", "unreadable"),
        ("[]", "unreadable"),
        ("7", "unreadable"),
        ('{"type": "Person"}', "unreadable"),
        (badges.png(BADGE, 64), "unreadable"),
        (badges.svg(BADGE), "unreadable"),
        (b"x" * 10_000_001, "unreadable"),
        ("[" * 200_000, "unreadable"),
        (json.dumps({"verifiableCredential": [issued(), issued()]}), "unreadable"),
        (JWT, "unsupported"),
        (baking.bake_png(badges.png(BADGE, 64), JWT), "unsupported"),
        (json.dumps({"type": "Assertion", "badge": "https://old.example/"}), "unsupported"),
    ],
)
def test_what_is_no_credential_that_can_be_checked(given, code):
    report, codes = said(given)
    assert (codes, report.holds) == ({code: False}, False)


def test_unsigned_and_signed_in_another_way():
    assert said(badge())[1]["unsigned"] is False
    assert said({**badge(), "proof": {"type": "Ed25519Signature2020"}})[1]["unsupported"] is False


def test_words_of_its_own():
    document = issued()
    document["@context"].append("https://evil.example/context")
    report, codes = said(document)
    assert (codes["unknown-context"], codes["unchecked"], report.holds) == (None, None, None)
    report, codes = said({**issued(), "grade": "A"})
    assert (codes["undefined-term"], report.holds) == (False, False)


HOSTILE = [
    None,
    True,
    7,
    1.5,
    "x",
    [],
    {},
    [None],
    [[]],
    {"id": None},
    {"id": 7},
    [{"id": []}],
    {"@value": 7},
]


@pytest.mark.parametrize("value", HOSTILE, ids=repr)
@pytest.mark.parametrize("term", sorted(issued()))
def test_whatever_stands_in_a_term_nothing_breaks(term, value):
    document = {**issued(), term: value}
    said(document)
    said(
        {
            **issued(),
            "credentialSubject": {
                **issued()["credentialSubject"],
                "achievement": value,
                "identifier": value,
                "result": value,
            },
        }
    )

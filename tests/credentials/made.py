"""An issuer, its key, and a badge, made without a database: the same on every run."""

from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collegium.credentials import dids, openbadges, proofs, statuslists
from collegium.foundation import http

SITE = "did:web:recognise.example"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
METHOD = f"{SITE}#key-1"
LIST = "https://recognise.example/status/1"
SIGNED = datetime(2025, 3, 1, 12, tzinfo=UTC)
UNTIL = datetime(2028, 2, 29, 23, 59, 59, tzinfo=UTC)
ISSUER = openbadges.Issuer(SITE, "Recognise", "https://recognise.example/")


def badge(index: int = 7, address: str = "https://recognise.example/credentials/1"):
    achievement = openbadges.Achievement(
        address="https://recognise.example/schemes/craft/member",
        name="Certified Member",
        description="Peers read a portfolio of practice and found it sound.",
        criteria="A portfolio with a description, evidence and a reflection for each area.",
        criteria_address="https://recognise.example/schemes/craft",
        framework="Craft of teaching",
        version="2019",
        language="en-GB",
        image="https://recognise.example/badges/member.png",
        image_caption="A round badge with the letters CM.",
        levels=[
            openbadges.Level("inadequate", "Inadequate", suffices=False),
            openbadges.Level("adequate", "Adequate", suffices=True),
            openbadges.Level("strong", "Strong", suffices=True),
        ],
    )
    return openbadges.credential(
        address=address,
        issuer=ISSUER,
        achievement=achievement,
        holder=openbadges.Holder("Ada Ünsal", "ada@example.org", salt="pepper"),
        sections=[
            openbadges.AssessedSection("1a", "1a", "Constraints and benefits", "strong"),
            openbadges.AssessedSection("5", "5", "Specialist area", "adequate"),
            openbadges.AssessedSection("5#2", "5", "Specialist area", "adequate"),
        ],
        evidence=[openbadges.EvidenceLink("https://recognise.example/p/ada", "My portfolio", "Portfolio")],
        awarded_at=SIGNED,
        valid_from=SIGNED,
        valid_until=UNTIL,
        status=statuslists.entry(address=LIST, index=index),
    )


def issued(index: int = 7):
    return proofs.sign(badge(index), key=KEY, method=METHOD, created=SIGNED)


def did_document():
    return dids.document(SITE, [dids.PublishedKey(METHOD, dids.multikey(KEY.public_key()))])


def status_list(revoked=(), *, key=KEY, purpose="revocation"):
    plain = statuslists.published(
        statuslists.marked(revoked), address=LIST, issuer=SITE, purpose=purpose, valid_from=SIGNED
    )
    return proofs.sign(plain, key=key, method=METHOD, created=SIGNED)


def web(documents):
    """A web in which only these addresses answer."""

    def fetch(address: str) -> bytes:
        try:
            return documents[address]
        except KeyError:
            raise http.Unreachable("The site cannot be reached.") from None

    return fetch

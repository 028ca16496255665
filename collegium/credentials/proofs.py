"""Data Integrity proofs of the form ``eddsa-rdfc-2022`` (W3C Verifiable Credential Data Integrity, EdDSA suites)."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.utils.translation import gettext as _

from collegium.credentials import dids, linkeddata

TYPE: Final = "DataIntegrityProof"
SUITE: Final = "eddsa-rdfc-2022"
PURPOSE: Final = "assertionMethod"
SIGNATURE_LENGTH: Final = 64


class NoProof(ValueError):  # noqa: N818 -- an answer about a document
    """There is nothing to check, or not in a form that is checked here; the message says why."""


def stamp(moment: datetime) -> str:
    """A time as credentials write it: UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _digest(document: dict[str, Any], options: dict[str, Any]) -> bytes:
    """What is signed: the hash of the proof's own facts, then the hash of the document."""
    configuration = {"@context": document["@context"], **options}
    return b"".join(
        hashlib.sha256(linkeddata.canonicalise(part).encode()).digest() for part in (configuration, document)
    )


def sign(
    document: dict[str, Any], *, key: Ed25519PrivateKey, method: str, created: datetime
) -> dict[str, Any]:
    """A copy of ``document`` with a proof. Refuses (``linkeddata.Unsound``) what the proof would not wholly cover.

    The proof stands in a list, as Open Badges' own schema asks and Verifiable Credentials allow.
    """
    if "proof" in document:
        raise linkeddata.Unsound(_("The document already has a proof."))
    options = {
        "type": TYPE,
        "cryptosuite": SUITE,
        "created": stamp(created),
        "verificationMethod": method,
        "proofPurpose": PURPOSE,
    }
    signature = key.sign(_digest(document, options))
    return {**document, "proof": [{**options, "proofValue": dids.multibase(signature)}]}


@dataclass(frozen=True)
class Proof:
    """The one proof of a document, in the form that can be checked here."""

    document: dict[str, Any]
    options: dict[str, Any]
    method: str
    created: str
    expires: str
    signature: bytes

    def holds(self, key: Ed25519PublicKey) -> bool:
        """Whether ``key`` signed this very document. Raises ``linkeddata.Unsound`` where not all of it is covered."""
        digest = _digest(self.document, self.options)
        try:
            key.verify(self.signature, digest)
        except InvalidSignature:
            return False
        return True


def read(secured: dict[str, Any]) -> Proof:
    """Take the proof off a secured document. Raises NoProof, in words."""
    found = secured.get("proof")
    proofs = found if isinstance(found, list) else [found] if found else []
    if not proofs:
        raise NoProof(_("It is not signed at all."))
    usable = [
        proof
        for proof in proofs
        if isinstance(proof, dict) and proof.get("type") == TYPE and proof.get("cryptosuite") == SUITE
    ]
    if not usable:
        first = proofs[0] if isinstance(proofs[0], dict) else {}
        form = first.get("cryptosuite") or first.get("type") or "?"
        raise NoProof(
            _("Its proof is of the form “%(form)s”. Only “%(ours)s” can be checked here.")
            % {"form": str(form)[:60], "ours": SUITE}
        )
    options = dict(usable[0])
    value, method, purpose = (
        options.pop("proofValue", None),
        options.get("verificationMethod"),
        options.get("proofPurpose"),
    )
    if purpose != PURPOSE:
        raise NoProof(_("Its proof was made for another purpose than to state a fact."))
    if not isinstance(method, str):
        raise NoProof(_("The proof does not say which of the issuer's keys made it."))
    document = {term: held for term, held in secured.items() if term != "proof"}
    # A proof may carry its own contexts: then they are the beginning of the document's, and what was signed.
    own = options.pop("@context", None)
    if own is not None:
        own = own if isinstance(own, list) else [own]
        named = document.get("@context")
        if not isinstance(named, list) or named[: len(own)] != own:
            raise NoProof(_("The proof was made with other contexts than the document names."))
        document["@context"] = own
    try:
        signature = dids.from_multibase(value) if isinstance(value, str) else b""
    except ValueError:
        signature = b""
    if len(signature) != SIGNATURE_LENGTH:
        raise NoProof(_("Its proof is damaged: the signature is not of the right length."))
    created, expires = options.get("created", ""), options.get("expires", "")
    if not isinstance(created, str) or not isinstance(expires, str):
        raise NoProof(_("Its proof is damaged: the time of signing is not readable."))
    return Proof(document, options, method, created, expires, signature)

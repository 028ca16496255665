"""Keys and the names of those who hold them: Multikey, ``did:key`` and ``did:web``."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.utils.translation import gettext as _

from collegium.credentials import contexts, linkeddata
from collegium.foundation import http

BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_DIGITS: Final = {letter: digit for digit, letter in enumerate(BASE58)}
_MAX_BASE58: Final = 200
ED25519: Final = b"\xed\x01"  # multicodec of an Ed25519 public key
ED25519_LENGTH: Final = 32
_DOMAIN: Final = re.compile(r"^[A-Za-z0-9.-]+(%3[Aa][0-9]{1,5})?$")
_PATH: Final = re.compile(r"^[A-Za-z0-9._~%-]+$")

Fetch = Callable[[str], bytes]
"""Given an address, what is there; raises ``http.Unreachable``. ``fetched`` is one, a folder of files is another."""


class Unresolvable(ValueError):  # noqa: N818 -- an answer about a name
    """A name that leads to no key; the message says why, and may be shown."""


def fetched(address: str) -> bytes:
    """What is at a public address, by the safe client of the house."""
    answer = http.get(
        address, max_bytes=linkeddata.MAX_BYTES, timeout=10, headers={"accept": "application/json"}
    )
    if answer.status != HTTPStatus.OK:
        raise http.Unreachable(
            _("The site answers, but not with what was asked for (status %(status)s).")
            % {"status": answer.status}
        )
    return answer.body


# Multibase and Multikey -----------------------------------------------------------------------------------------------


def base58_encode(content: bytes) -> str:
    number = int.from_bytes(content)
    letters = ""
    while number:
        number, digit = divmod(number, 58)
        letters = BASE58[digit] + letters
    zeros = len(content) - len(content.lstrip(b"\0"))
    return "1" * zeros + letters


def base58_decode(text: str) -> bytes:
    """Bounded, because the work grows with the square of the length."""
    if len(text) > _MAX_BASE58:
        raise ValueError("too long")
    number = 0
    for letter in text:
        try:
            number = number * 58 + _DIGITS[letter]
        except KeyError:
            raise ValueError("not base58") from None
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)


def multibase(content: bytes) -> str:
    return "z" + base58_encode(content)


def from_multibase(text: str) -> bytes:
    """Only base58btc (z), the one that Multikey and eddsa-rdfc-2022 allow."""
    if not text.startswith("z"):
        raise ValueError("not base58btc")
    return base58_decode(text[1:])


def multikey(key: Ed25519PublicKey) -> str:
    return multibase(ED25519 + key.public_bytes_raw())


def from_multikey(text: Any) -> Ed25519PublicKey:
    try:
        content = from_multibase(text) if isinstance(text, str) else b""
    except ValueError:
        content = b""
    if content[:2] != ED25519 or len(content) != len(ED25519) + ED25519_LENGTH:
        raise Unresolvable(
            _("The issuer's key is not an Ed25519 Multikey, the only kind this proof form uses.")
        )
    return Ed25519PublicKey.from_public_bytes(content[2:])


# did:key --------------------------------------------------------------------------------------------------------------


def did_key(key: Ed25519PublicKey) -> str:
    return f"did:key:{multikey(key)}"


def did_key_method(key: Ed25519PublicKey) -> str:
    """The verification method of a ``did:key``: its only one."""
    return f"{did_key(key)}#{multikey(key)}"


def _did_key_document(did: str) -> dict[str, Any]:
    name = did.removeprefix("did:key:")
    from_multikey(name)
    return document(did, [PublishedKey(f"{did}#{name}", name)])


# did:web --------------------------------------------------------------------------------------------------------------


def did_web(site_url: str) -> str:
    """The name of a site: ``https://recognise.example`` is ``did:web:recognise.example``."""
    parts = urlsplit(site_url)
    path = "".join(f":{quote(part, safe='')}" for part in parts.path.split("/") if part)
    return f"did:web:{quote(parts.netloc, safe='')}{path}"


def did_web_address(did: str) -> str:
    """Where the document of a ``did:web`` is published; always https."""
    domain, *path = did.removeprefix("did:web:").split(":")
    if not _DOMAIN.match(domain) or not all(
        _PATH.match(part) and unquote(part) not in {".", ".."} for part in path
    ):
        raise Unresolvable(_("“%(name)s” is not the name of a site.") % {"name": did[:120]})
    where = "/".join(path) if path else ".well-known"
    return f"https://{unquote(domain)}/{where}/did.json"


@dataclass(frozen=True)
class PublishedKey:
    """A verification method: its whole name and its Multikey. A revoked key stays, for it signed something."""

    name: str
    multikey: str
    revoked: str = ""
    """When it ceased to be trusted (a time in ISO 8601); empty for a key that was only retired."""


def document(did: str, keys: Iterable[PublishedKey], *, also_known_as: Iterable[str] = ()) -> dict[str, Any]:
    """The document to publish: each key, and which of them may sign for ``did``."""
    methods = []
    for key in keys:
        method = {"id": key.name, "type": "Multikey", "controller": did, "publicKeyMultibase": key.multikey}
        if key.revoked:
            method["revoked"] = key.revoked
        methods.append(method)
    others = list(also_known_as)
    return {
        "@context": [contexts.DID, contexts.MULTIKEY],
        "id": did,
        **({"alsoKnownAs": others} if others else {}),
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


# Resolving ------------------------------------------------------------------------------------------------------------


def resolve(did: str, *, fetch: Fetch) -> dict[str, Any]:
    """The document of ``did``. Raises http.Unreachable (try again) or Unresolvable (never will)."""
    if did.startswith("did:key:"):
        return _did_key_document(did)
    if not did.startswith("did:web:"):
        raise Unresolvable(
            _("The issuer is named by “%(name)s”. Only did:web and did:key names lead to a key here.")
            % {"name": did[:120]}
        )
    try:
        found = linkeddata.parse(fetch(did_web_address(did)))
    except linkeddata.Unsound as problem:
        raise Unresolvable(_("The issuer's site publishes no readable list of keys.")) from problem
    if not isinstance(found, dict) or found.get("id") != did:
        raise Unresolvable(_("The document at the issuer's site is about somebody else."))
    return found


@dataclass(frozen=True)
class SigningKey:
    """A key that a DID's document names for signing."""

    key: Ed25519PublicKey
    controller: str
    revoked: str
    expires: str


def signing_key(method: str, *, fetch: Fetch) -> SigningKey:
    """The public key called ``method``, only where its controller's own document lets it sign (assertionMethod)."""
    did, mark, _fragment = method.partition("#")
    if not mark:
        raise Unresolvable(_("The proof does not say which of the issuer's keys made it."))
    found = resolve(did, fetch=fetch)
    allowed = found.get("assertionMethod", [])
    allowed = allowed if isinstance(allowed, list) else [allowed]
    absolute = {method, f"#{_fragment}"}  # a document may name its own parts relatively
    embedded = [entry for entry in allowed if isinstance(entry, dict) and entry.get("id") in absolute]
    if not embedded and not any(isinstance(entry, str) and entry in absolute for entry in allowed):
        raise Unresolvable(_("The issuer does not name this key among those that may sign for it."))
    methods = found.get("verificationMethod", [])
    listed = [entry for entry in methods if isinstance(entry, dict)] if isinstance(methods, list) else []
    for entry in [*embedded, *listed]:
        if entry.get("id") not in absolute:
            continue
        if entry.get("type") != "Multikey" or entry.get("controller") != did:
            raise Unresolvable(
                _("The issuer's key is not an Ed25519 Multikey, the only kind this proof form uses.")
            )
        key = from_multikey(entry.get("publicKeyMultibase"))
        return SigningKey(key, did, _text(entry.get("revoked")), _text(entry.get("expires")))
    raise Unresolvable(_("The issuer does not publish this key."))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""

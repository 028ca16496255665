"""Small secrets at rest, such as the issuer's private keys: AES-256-GCM under a key derived from the operator's secret."""

import base64
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_VERSION = b"\x01"
_NONCE_BYTES = 12


class SecretUnreadable(Exception):  # noqa: N818 -- says what happened
    """It was encrypted under another secret or for another purpose, or was changed."""


def encrypt(plain: bytes, *, purpose: str) -> str:
    """Text that only this house can read back, and only for the same purpose."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = AESGCM(_key(_secrets()[0], purpose)).encrypt(nonce, plain, purpose.encode())
    return base64.urlsafe_b64encode(_VERSION + nonce + sealed).decode()


def decrypt(text: str, *, purpose: str) -> bytes:
    """What was encrypted; keys derived from ``SECRET_KEY_FALLBACKS`` are tried too."""
    try:
        raw = base64.urlsafe_b64decode(text.encode())
    except ValueError as fault:
        raise SecretUnreadable("not an encrypted secret") from fault
    if raw[:1] != _VERSION:
        raise SecretUnreadable("not an encrypted secret")
    nonce, sealed = raw[1 : 1 + _NONCE_BYTES], raw[1 + _NONCE_BYTES :]
    for secret in _secrets():
        try:
            return AESGCM(_key(secret, purpose)).decrypt(nonce, sealed, purpose.encode())
        except (InvalidTag, ValueError):
            continue
    raise SecretUnreadable("encrypted under another secret, or changed")


def _secrets() -> list[str]:
    own = getattr(settings, "COLLEGIUM_KEY_SECRET", "")
    return [*([own] if own else []), *map(str, [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS])]


def _key(secret: str, purpose: str) -> bytes:
    # HKDF suits secrets of high entropy; the settings say that the secret must be one.
    derive = HKDF(algorithm=SHA256(), length=32, salt=b"collegium", info=purpose.encode())
    return derive.derive(secret.encode())

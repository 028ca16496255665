"""Bitstring Status Lists (W3C): one bit a credential, in a list long enough that nobody's bit stands out."""

import base64
import binascii
import gzip
import zlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from collegium.credentials import contexts, proofs

MINIMUM: Final = 131_072  # entries; the W3C's floor, for the sake of privacy
MAX_ENTRIES: Final = 8 * 1024 * 1024
MAX_ENCODED: Final = 2_000_000
PURPOSES: Final = ("revocation", "suspension")


class UnreadableList(ValueError):  # noqa: N818 -- an answer about a document
    """A status list that tells nothing; the message says why, and may be shown."""


class Bits:
    """A list of so many bits, the first on the left."""

    def __init__(self, length: int = MINIMUM, *, content: bytes | None = None) -> None:
        self._content = bytearray(content if content is not None else (length + 7) // 8)

    def __len__(self) -> int:
        return len(self._content) * 8

    def __getitem__(self, index: int) -> bool:
        if not 0 <= index < len(self):
            raise IndexError(index)
        return bool(self._content[index // 8] & (0x80 >> index % 8))

    def set(self, index: int) -> None:
        if not 0 <= index < len(self):
            raise IndexError(index)
        self._content[index // 8] |= 0x80 >> index % 8

    @property
    def content(self) -> bytes:
        return bytes(self._content)

    def encoded(self) -> str:
        """GZIP (always the same for the same bits), then base64url with the multibase letter u."""
        packed = gzip.compress(bytes(self._content), mtime=0)
        return "u" + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def marked(indices: Iterable[int], *, length: int = MINIMUM) -> Bits:
    """A list of at least the standard's length with the bits at ``indices`` set."""
    bits = Bits(max(length, MINIMUM))
    for index in indices:
        bits.set(index)
    return bits


def decode(text: Any) -> Bits:
    """Bounded while it unpacks, so that a small file cannot become a large one. Raises UnreadableList."""
    if not isinstance(text, str) or not text or len(text) > MAX_ENCODED:
        raise UnreadableList(_("The issuer's status list is missing or too large."))
    # Lists written before the Recommendation lack the multibase letter; GZIP in base64 begins with H4s.
    letters = text.removeprefix("u")
    try:
        packed = base64.b64decode(letters + "=" * (-len(letters) % 4), altchars=b"-_", validate=True)
        unpacker = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
        content = unpacker.decompress(packed, MAX_ENTRIES // 8)
    except (binascii.Error, zlib.error, ValueError):
        raise UnreadableList(_("The issuer's status list is damaged.")) from None
    if not unpacker.eof:
        raise UnreadableList(_("The issuer's status list is damaged or far too long."))
    if len(content) * 8 < MINIMUM:
        raise UnreadableList(_("The issuer's status list is shorter than the standard allows."))
    return Bits(content=content)


def entry(*, address: str, index: int, purpose: str = "revocation") -> dict[str, Any]:
    """What a credential says about where its status stands."""
    return {
        "id": f"{address}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": str(index),
        "statusListCredential": address,
    }


def published(bits: Bits, *, address: str, issuer: str, purpose: str, valid_from: datetime) -> dict[str, Any]:
    """The credential that publishes a list, without its proof."""
    return {
        "@context": [contexts.CREDENTIALS_V2],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": proofs.stamp(valid_from),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": bits.encoded(),
        },
    }

"""The JSON-LD contexts that this house knows, kept in the package with their hashes.

A context decides what a signed word means, so it is never fetched: a host that served another definition tomorrow
would change what was signed yesterday. What is not in this list is refused, in words.
"""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any, Final

CREDENTIALS_V1: Final = "https://www.w3.org/2018/credentials/v1"
CREDENTIALS_V2: Final = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES: Final = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
DATA_INTEGRITY: Final = "https://w3id.org/security/data-integrity/v2"
MULTIKEY: Final = "https://w3id.org/security/multikey/v1"
DID: Final = "https://www.w3.org/ns/did/v1"

# Address: (file, SHA-256 of the file). NOTICE beside this file says whose they are and where the hashes are published.
KNOWN: Final[dict[str, tuple[str, str]]] = {
    CREDENTIALS_V2: (
        "credentials-v2.json",
        "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734",
    ),
    OPEN_BADGES: (
        "open-badges-3.0.3.json",
        "3d34f4d4ef1bce691106e63798beb5e7b862ba841423f5ee1e53ab7ddf3bca84",
    ),
    DATA_INTEGRITY: (
        "data-integrity-v2.json",
        "67f21e6e33a6c14e5ccfd2fc7865f7474fb71a04af7e94136cb399dfac8ae8f4",
    ),
    MULTIKEY: (
        "multikey-v1.json",
        "ba2c182de2d92f7e47184bcca8fcf0beaee6d3986c527bf664c195bbc7c58597",
    ),
    DID: (
        "did-v1.json",
        "62c1054bf404d6dd3a4b26b64f830fd72095f6a26edc4469908c94351352ce5f",
    ),
    # What other issuers of Open Badges 3.0 use.
    CREDENTIALS_V1: (
        "credentials-v1.json",
        "00d7dd6d3ad8b920e3e550dd3a3d9090bffcac84cdbf943da6924b3e0a5c8bb8",
    ),
    "https://purl.imsglobal.org/spec/ob/v3p0/context.json": (
        "open-badges-3.0.3.json",
        "3d34f4d4ef1bce691106e63798beb5e7b862ba841423f5ee1e53ab7ddf3bca84",
    ),
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json": (
        "open-badges-3.0.1.json",
        "5f3d9dd6288ef437ff8286cf95ffbff609c748a66f24a1e9450c45ca64be1571",
    ),
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json": (
        "open-badges-3.0.2.json",
        "00666ad080ba407687ed1846b7f5e7495f5019042b202a727de47c48a1755c53",
    ),
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json": (
        "open-badges-extensions.json",
        "87c06c81bc2317663bf288d740d94fddd2818c4342b186270ff6371dfaa63f93",
    ),
}


class UnknownContext(LookupError):  # noqa: N818 -- an answer about a document
    """A document speaks by a context that is not kept here."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


class AlteredContext(RuntimeError):  # noqa: N818 -- an answer about a document
    """A file of this folder is not the one that was put here: nothing may be signed or believed with it."""


@cache
def document(address: str) -> dict[str, Any]:
    """The context at ``address``, from this package and from nowhere else."""
    try:
        name, digest = KNOWN[address]
    except KeyError:
        raise UnknownContext(address) from None
    content = (Path(__file__).parent / name).read_bytes()
    if hashlib.sha256(content).hexdigest() != digest:
        raise AlteredContext(name)
    context: dict[str, Any] = json.loads(content)
    return context


def load(address: str, _options: dict[str, Any]) -> dict[str, Any]:
    """The document loader that PyLD asks."""
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": address,
        "document": document(address),
    }


def write(document: dict[str, Any]) -> str:
    """A document as it is kept, sent and put into files: readable, and the same each time."""
    return json.dumps(document, ensure_ascii=False, indent=2)


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))

"""The issuer: its name, its keys, and what it publishes for others to check."""

import uuid
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.http import Http404
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from collegium.credentials import contexts, dids, openbadges
from collegium.credentials.models import CourseBadge, Credential, IssuerKey, StatusList
from collegium.foundation import crypto, http

PURPOSE = "credentials.issuer-key"


def did() -> str:
    return dids.did_web(settings.SITE_URL)


def absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def issuer() -> openbadges.Issuer:
    return openbadges.Issuer(did=did(), name=settings.SITE_NAME, url=f"{settings.SITE_URL}/")


def method(key: IssuerKey) -> str:
    """The whole name of a key, as proofs give it."""
    return f"{did()}#{key.name}"


def key_in_use() -> IssuerKey | None:
    return IssuerKey.objects.filter(retired_at__isnull=True).first()


def private_key(key: IssuerKey) -> Ed25519PrivateKey:
    sealed = bytes(key.private_encrypted).decode()
    return Ed25519PrivateKey.from_private_bytes(crypto.decrypt(sealed, purpose=PURPOSE))


def did_document() -> dict[str, Any]:
    """Every key that ever signed: retired ones stay, or older credentials could not be verified."""
    keys = list(IssuerKey.objects.order_by("made_at", "id"))
    published = [dids.PublishedKey(method(key), key.public_multibase) for key in keys]
    current = [key for key in keys if key.retired_at is None]
    return dids.document(
        did(), published, also_known_as=[f"did:key:{key.public_multibase}" for key in current]
    )


def signed_at(public_id: uuid.UUID) -> Credential | CourseBadge | None:
    """What was signed for this address: the credential of an award, or the badge of a course."""
    credential = Credential.objects.select_related("award").filter(public_id=public_id).first()
    return credential or CourseBadge.objects.filter(credential_id=public_id).first()


def fetch(address: str) -> bytes:
    """What is at an address; our own are answered here, so that a site can check itself, also before it is on the web."""
    ours = _ours(address)
    return ours if ours is not None else dids.fetched(address)


def _ours(address: str) -> bytes | None:
    parts, site = urlsplit(address), urlsplit(settings.SITE_URL)
    if parts.netloc != site.netloc or not parts.path.startswith(site.path):
        return None
    try:
        found = resolve(parts.path.removeprefix(site.path))
    except (Resolver404, Http404):
        return None
    document: dict[str, Any] | None = None
    match found.view_name:
        case "credentials:did":
            document = did_document()
        case "credentials:status":
            row = StatusList.objects.filter(number=found.kwargs["number"]).first()
            document = row.document if row else None
        case "credentials:credential":
            credential = signed_at(found.kwargs["public_id"])
            document = credential.document if credential else None
        case _:
            return None
    if document is None:
        raise http.Unreachable(_("The site answers, but there is no page at this address."))
    return contexts.write(document).encode()


def every_key() -> list[IssuerKey]:
    return list(IssuerKey.objects.order_by("-made_at", "-id"))

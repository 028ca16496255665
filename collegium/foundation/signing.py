"""Links that open something. Those that prove themselves and expire need no row: one purpose each, see ``make``.

Others are opened by a secret that is given away once, in a letter or on one page; the row keeps its hash, so that whoever
reads the database opens nothing: ``token = new_token()``, and ``hashed(token)`` is what is kept and looked for.
"""

import hashlib
import secrets
from datetime import datetime

from django.core import signing

from collegium.foundation import clock


class LinkInvalid(Exception):  # noqa: N818 -- an answer about a link
    """The link was not made here for this purpose, or was changed."""


class LinkExpired(LinkInvalid):
    """The link was good once."""

    def __init__(self, expired_at: datetime) -> None:
        super().__init__(f"expired at {expired_at:%Y-%m-%d %H:%M}")
        self.expired_at = expired_at


def make(purpose: str, subject: str | int, expires: datetime) -> str:
    """A token for an address. ``purpose`` keeps a link made for one thing from opening another."""
    return signing.dumps([str(subject), int(expires.timestamp())], salt=_salt(purpose), compress=False)


def read(purpose: str, token: str) -> str:
    """The subject that the token was made for; LinkExpired or LinkInvalid otherwise."""
    try:
        subject, until = signing.loads(token, salt=_salt(purpose))
    except (signing.BadSignature, ValueError, TypeError) as fault:
        raise LinkInvalid("not a link of this house") from fault
    expires = datetime.fromtimestamp(until, tz=clock.now().tzinfo)
    if clock.now() >= expires:
        raise LinkExpired(expires)
    return str(subject)


def new_token() -> str:
    """A secret that fits into an address."""
    return secrets.token_urlsafe(32)


def hashed(secret: str) -> str:
    """64 hex digits. Without salt, so that a row is found by it: only for what nobody can guess, or nobody hides."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _salt(purpose: str) -> str:
    return f"collegium.link.{purpose}"

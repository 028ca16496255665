"""Links that prove themselves and expire: no row, no password, one purpose each."""

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


def _salt(purpose: str) -> str:
    return f"collegium.link.{purpose}"

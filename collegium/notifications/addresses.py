"""Addresses and names that letters carry: where a reply goes, where a letter that cannot be delivered goes, what a post is called.

``reply+7.1k3.f5x2…@reply.example.org``: whose, in which thread, and a signature. No row stands behind it; whether the person
may still post there is asked when a letter comes.
"""

import base64
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from collegium.foundation import clock, signing
from collegium.people.models import Person

SIGNATURE = (
    14  # letters of base32, of five bits each: out of reach of guessing, and short enough to be read out
)
LOCAL_PART_MOST = 64  # RFC 5321
STOP = "notifications.stop"
STOP_LASTS = timedelta(days=365)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_REPLY = re.compile(r"(reply|list)\+([0-9a-z]{1,13})\.([0-9a-z]{1,13})\.([a-z2-7]{14})")
_BOUNCE = re.compile(r"bounce\+([a-z2-7]{14})\.(.+)=([^=]+)")
_POST = re.compile(r"<post-([1-9][0-9]{0,17})@([^<>@\s]+)>")


@dataclass(frozen=True)
class ReplyTo:
    """A reply in a thread, or a new thread in a forum."""

    kind: Literal["reply", "list"]
    person_id: int
    thing_id: int


@dataclass(frozen=True)
class CameBack:
    address: str


def host() -> str:
    """Of names that stay the same for good: Message-ID and List-Id."""
    return settings.SITE_URL.partition("://")[2].partition("/")[0].partition(":")[0] or "localhost"


def reply_address(kind: Literal["reply", "list"], person_id: int, thing_id: int) -> str:
    """Empty where no mail comes in."""
    if not settings.REPLY_DOMAIN:
        return ""
    facts = f"{_in_letters(person_id)}.{_in_letters(thing_id)}"
    return f"{kind}+{facts}.{_signature(kind, facts)}@{settings.REPLY_DOMAIN}"


def return_path(address: str) -> str:
    """Empty where no mail comes in, or where the address is too long to be put into another."""
    local, _at, domain = address.lower().rpartition("@")
    if not settings.REPLY_DOMAIN or not local or not address.isascii():
        return ""
    made = f"bounce+{_signature('bounce', address.lower())}.{local}={domain}"
    return f"{made}@{settings.REPLY_DOMAIN}" if len(made) <= LOCAL_PART_MOST else ""


def read(recipient: str) -> ReplyTo | CameBack | None:
    """What a letter to this address is; None if the address was not made here."""
    local, _at, domain = recipient.strip().strip("<>").lower().rpartition("@")
    if not settings.REPLY_DOMAIN or domain != settings.REPLY_DOMAIN:
        return None
    if found := _REPLY.fullmatch(local):
        kind, person, thing, signature = found.groups()
        if not constant_time_compare(signature, _signature(kind, f"{person}.{thing}")):
            return None
        return ReplyTo("reply" if kind == "reply" else "list", int(person, 36), int(thing, 36))
    if found := _BOUNCE.fullmatch(local):
        signature, name, at = found.groups()
        if constant_time_compare(signature, _signature("bounce", f"{name}@{at}")):
            return CameBack(f"{name}@{at}")
    return None


def is_ours(recipient: str) -> bool:
    return recipient.strip().strip("<>").lower().endswith(f"@{settings.REPLY_DOMAIN or '?'}")


def post_name(post_id: int) -> str:
    """The Message-ID of a post, in whosever letter."""
    return f"<post-{post_id}@{host()}>"


def posts_named(header: str) -> list[int]:
    """The posts that In-Reply-To or References name, in their order."""
    return [int(post) for post, at in _POST.findall(header) if at.lower() == host().lower()]


def list_id(forum_id: int) -> str:
    return f"forum-{forum_id}.{host()}"


# Links at the foot ----------------------------------------------------------------------------------------------------


def site(path: str) -> str:
    return settings.SITE_URL + path


def stop_token(person: Person, what: str) -> str:
    """``what``: a kind, or "thread 7", or "forum 3"."""
    return signing.make(STOP, f"{person.pk} {what}", clock.now() + STOP_LASTS)


def read_stop_token(token: str) -> tuple[int, str]:
    """Whose, and what. ``signing.LinkInvalid`` otherwise."""
    person_id, _space, what = signing.read(STOP, token).partition(" ")
    return int(person_id), what


def one_click(stop: str) -> dict[str, str]:
    return {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


# Inside ---------------------------------------------------------------------------------------------------------------


def _in_letters(number: int) -> str:
    written = ""
    while number:
        number, digit = divmod(number, 36)
        written = _DIGITS[digit] + written
    return written or "0"


def _signature(purpose: str, facts: str) -> str:
    signed = salted_hmac(f"collegium.mail.{purpose}", facts, algorithm="sha256").digest()
    return base64.b32encode(signed).decode().lower()[:SIGNATURE]

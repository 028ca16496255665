"""WebSub (W3C Recommendation, 23 January 2018), as a subscriber: the hub brings what is new.

SHA-1 is accepted as a signature's method beside SHA-256, 384 and 512: the Recommendation names all four, hubs in use
send it still, and an HMAC does not fall with the collisions that broke the hash (RFC 6151 and 6194 say so of HMAC).
"""

import hashlib
import hmac
import logging
import secrets
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from collegium.ecology import actions, reading
from collegium.ecology.models import Fetch, Hub, Source
from collegium.foundation import clock, http

log = logging.getLogger(__name__)

LEASE = timedelta(days=10)  # asked for; the hub says what it grants
SHORTEST_LEASE = timedelta(minutes=5)
LONGEST_LEASE = timedelta(days=90)
RENEW_BEFORE = timedelta(days=1)
ASK_AGAIN = timedelta(days=7)  # a hub that denied, or never verified
MOST_BYTES = 5_000_000
_MOST_DIGITS = 9
_METHODS = {
    "sha1": hashlib.sha1,
    "sha256": hashlib.sha256,
    "sha384": hashlib.sha384,
    "sha512": hashlib.sha512,
}


def subscribe(source: Source, hub_url: str, topic_url: str) -> Hub | None:
    """Ask the hub. It asks back before anything holds; None where it cannot be asked."""
    if urlsplit(hub_url).scheme not in {"http", "https"} or len(hub_url) > 2000 or len(topic_url) > 2000:  # noqa: PLR2004
        return None
    standing = Hub.objects.filter(source=source).first()
    if standing is not None and standing.hub_url == hub_url and standing.topic_url == topic_url:
        if not _wants_asking(standing):
            return standing
        hub = standing
        # A renewal keeps its address and secret, so that nothing that comes meanwhile is lost.
        Hub.objects.filter(pk=hub.pk).update(asked_at=clock.now())
    else:
        with transaction.atomic():
            Hub.objects.filter(source=source).delete()
            hub = Hub.objects.create(
                source=source,
                hub_url=hub_url,
                topic_url=topic_url,
                callback=secrets.token_urlsafe(32),
                secret=secrets.token_hex(32),
            )
    _ask(hub, "subscribe")
    return hub


def unsubscribe(hub: Hub) -> None:
    Hub.objects.filter(pk=hub.pk).update(state=Hub.State.ENDED)
    _ask(hub, "unsubscribe")


def _wants_asking(hub: Hub) -> bool:
    now = clock.now()
    if hub.state == Hub.State.VERIFIED:
        return hub.lease_ends_at is None or hub.lease_ends_at - RENEW_BEFORE <= now
    return hub.asked_at + ASK_AGAIN <= now


def due_for_renewal() -> list[Hub]:
    """Leases that run out soon, of sources that somebody still follows."""
    return list(
        Hub.objects.filter(
            state=Hub.State.VERIFIED,
            lease_ends_at__lte=clock.now() + RENEW_BEFORE,
            source__state__in=[Source.State.FOLLOWED, Source.State.FAILING],
        ).select_related("source")[:500]
    )


def _ask(hub: Hub, mode: str) -> None:
    fields = {
        "hub.callback": callback_url(hub),
        "hub.mode": mode,
        "hub.topic": hub.topic_url,
        "hub.secret": hub.secret,
        "hub.lease_seconds": str(int(LEASE.total_seconds())),
    }
    try:
        answer = http.post(hub.hub_url, fields)
    except http.Unreachable as fault:
        log.info("The hub %s could not be asked: %s", hub.hub_url, fault)
        return
    if mode == "subscribe" and not 200 <= answer.status < 300:  # noqa: PLR2004
        reason = answer.body[:300].decode("utf-8", "replace").replace("\x00", "")
        denied(hub, f"HTTP {answer.status} {reason}")


def callback_url(hub: Hub) -> str:
    return settings.SITE_URL.rstrip("/") + reverse("ecology:websub", kwargs={"callback": hub.callback})


# What the hub sends ---------------------------------------------------------------------------------------------------


def confirms(hub: Hub, *, mode: str, topic: str, lease_seconds: str) -> bool:
    """Whether this is what we asked for; a subscription holds from now on."""
    if topic != hub.topic_url:
        return False
    if mode == "unsubscribe":
        return hub.state == Hub.State.ENDED
    if mode != "subscribe" or hub.state == Hub.State.ENDED:
        return False
    granted = lease_seconds[:_MOST_DIGITS]
    asked = timedelta(seconds=int(granted)) if granted.isascii() and granted.isdigit() else LEASE
    lease = min(max(asked, SHORTEST_LEASE), LONGEST_LEASE)
    Hub.objects.filter(pk=hub.pk).update(
        state=Hub.State.VERIFIED, lease_ends_at=clock.now() + lease, reason=""
    )
    return True


def denied(hub: Hub, reason: str) -> None:
    """It is polled as if there were no hub."""
    Hub.objects.filter(pk=hub.pk).exclude(state=Hub.State.ENDED).update(
        state=Hub.State.DENIED, reason=reason[:300], lease_ends_at=None
    )
    Source.objects.filter(hub=hub, next_at__gt=clock.now() + timedelta(hours=1)).update(
        next_at=clock.now() + timedelta(hours=1)
    )


def is_signed(hub: Hub, body: bytes, signature: str) -> bool:
    """``method=hexadecimal``, of the whole body with our secret."""
    name, _equals, digest = signature.partition("=")
    method = _METHODS.get(name.strip().lower())
    if method is None or not digest.isascii():
        return False
    ours = hmac.new(hub.secret.encode(), body, method).hexdigest()
    return hmac.compare_digest(ours, digest.strip().lower())


def take_in(hub: Hub, *, body: bytes, content_type: str) -> actions.Looked | None:
    """What was pushed, as if it had been fetched; None where it cannot be read: then it is fetched soon."""
    source = hub.source
    try:
        feed = reading.read(body, content_type=content_type, url=source.feed_url)
    except reading.Unreadable:
        Source.objects.filter(pk=source.pk).update(next_at=clock.now())
        return None
    taken = actions.take_in(source=source, feed=feed, at=clock.now())
    with transaction.atomic():
        Fetch.objects.create(
            source=source, size=len(body), new=taken.new, changed=taken.changed, was_pushed=True
        )
        if taken.new or taken.changed:
            Source.objects.filter(pk=source.pk).update(changed_at=clock.now())
    return actions.Looked(size=len(body), new=taken.new, changed=taken.changed)

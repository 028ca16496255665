"""Links of subscriptions. They prove themselves, so no secret is kept: one confirms and runs out, one ends and lasts."""

from datetime import timedelta

from collegium.foundation import clock, signing
from collegium.newsletters.models import Subscription

CONFIRM = "newsletters.confirm"
END = "newsletters.end"
CONFIRM_LASTS = timedelta(days=7)
END_LASTS = timedelta(days=5 * 365)  # as long as somebody may keep a letter and want no more of them


def to_confirm(subscription: Subscription) -> str:
    return signing.make(CONFIRM, subscription.pk, clock.now() + CONFIRM_LASTS)


def to_end(subscription: Subscription) -> str:
    return signing.make(END, subscription.pk, clock.now() + END_LASTS)


def read_to_confirm(token: str) -> Subscription:
    """``signing.LinkInvalid`` (or ``LinkExpired``) where it is none, or its subscription has been deleted."""
    return _row(signing.read(CONFIRM, token))


def read_to_end(token: str) -> Subscription:
    return _row(signing.read(END, token))


def _row(number: str) -> Subscription:
    found = Subscription.objects.select_related("newsletter", "person").filter(pk=int(number)).first()
    if found is None:
        raise signing.LinkInvalid("its subscription is not there any more")
    return found

"""Letters of an issue: each claimed before it is sent, so that it goes once; and an issue that is withdrawn."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from collegium.activity.actions import record
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.newsletters import rules
from collegium.newsletters.actions import held, verbs
from collegium.newsletters.models import Delivery, Issue
from collegium.notifications import actions as notifications
from collegium.people.models import Person

CLAIM = timedelta(minutes=10)
TRIES = 12
FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=6)
State = Delivery.State


@transaction.atomic
def claim_deliveries(*, issue_id: int, most: int) -> list[Delivery]:
    """The next that the caller must now send; not those sent, held by somebody else, or not due.

    The claim is committed before the mail server is asked; it runs out after ten minutes, if whoever holds it died.
    """
    moment = clock.wall()
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=moment)
    owed = Delivery.objects.filter(
        free, issue=issue_id, state=State.OWED, next_try_at__lte=clock.now(), issue__withdrawn_at__isnull=True
    )
    ids = list(
        owed.order_by("next_try_at", "pk")
        .select_for_update(of=("self",), skip_locked=_skips())
        .values_list("pk", flat=True)[:most]
    )
    Delivery.objects.filter(pk__in=ids).update(claimed_until=moment + CLAIM, tries=F("tries") + 1)
    claimed = Delivery.objects.filter(pk__in=ids).order_by("pk")
    return list(claimed.select_related("subscription__person__account"))


def _skips() -> bool:
    return bool(transaction.get_connection().features.has_select_for_update_skip_locked)


@transaction.atomic
def delivery_sent(*, delivery: Delivery) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(state=State.SENT, sent_at=clock.now(), claimed_until=None)


@transaction.atomic
def deliveries_failed(*, deliveries: Iterable[Delivery]) -> None:
    """The mail server did not take them for now: tried again later and later, and given up after some days."""
    now = clock.now()
    still = Delivery.objects.filter(pk__in=[each.pk for each in deliveries], state=State.OWED)
    for delivery in still:
        pause = min(FIRST_PAUSE * 2 ** max(delivery.tries - 1, 0), LONGEST_PAUSE)
        delivery.claimed_until, delivery.next_try_at = None, now + pause
        if delivery.tries >= TRIES:
            delivery.state = State.FAILED
        delivery.save(update_fields=["claimed_until", "next_try_at", "state"])


@transaction.atomic
def deliveries_let_go(*, deliveries: Iterable[Delivery]) -> None:
    """Claimed, and not tried: somebody else may."""
    Delivery.objects.filter(pk__in=[each.pk for each in deliveries], state=State.OWED).update(
        claimed_until=None, tries=F("tries") - 1
    )


@transaction.atomic
def delivery_refused(*, delivery: Delivery, permanent: bool, reason: str) -> None:
    """The mail server would not have this reader: as if the letter had come back."""
    notifications.note_return(address=delivery.subscription.email, permanent=permanent, reason=reason)
    if permanent:
        Delivery.objects.filter(pk=delivery.pk).update(state=State.BOUNCED, claimed_until=None)
    else:
        deliveries_failed(deliveries=[delivery])


@transaction.atomic
def not_wanted(*, delivery: Delivery) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(state=State.NOT_WANTED, claimed_until=None)


@transaction.atomic
def finish_sending(*, issue_id: int) -> bool:
    """Once each letter was tried: the few that a mail server put off are tried on, and the issue counts as sent."""
    issue = Issue.objects.select_for_update(of=("self",)).select_related("newsletter").get(pk=issue_id)
    untried = issue.deliveries.filter(state=State.OWED).filter(Q(tries=0) | Q(claimed_until__isnull=False))
    if issue.state != Issue.State.SENDING or untried.exists():
        return False
    issue.state, issue.sent_at = Issue.State.SENT, clock.now()
    issue.save(update_fields=["state", "sent_at"])
    record(verbs.SENT, by=None, about=issue, data=held.facts(issue))
    return True


@transaction.atomic
def withdraw(*, issue: Issue, by: Person, because: str) -> Issue:
    """From the pages, where the reason stands instead; letters that have gone cannot be called back, the others do not go."""
    issue = held.looked_up(issue)
    if not rules.may_withdraw(by, issue):
        raise Refusal(_("Only an issue that went out can be withdrawn, by its editors."))
    because = " ".join(because.split())[:300]
    if not because:
        raise Refusal(_("Say why: it stands where the issue was."), code="because")
    issue.state, issue.withdrawn_at = Issue.State.WITHDRAWN, clock.now()
    issue.withdrawn_by, issue.withdrawn_because = by, because
    issue.save(update_fields=["state", "withdrawn_at", "withdrawn_by", "withdrawn_because"])
    issue.deliveries.filter(state=State.OWED).update(state=State.NOT_WANTED, claimed_until=None)
    record(
        verbs.WITHDRAWN,
        by=by,
        about=issue,
        concerns=held.editors(issue.newsletter),
        data=held.facts(issue, because=because),
    )
    return issue

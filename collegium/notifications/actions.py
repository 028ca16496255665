"""Telling, reading, choosing, and the claim that makes a letter go once."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q

from collegium.activity.models import Activity
from collegium.foundation import clock
from collegium.notifications import queries
from collegium.notifications.models import Notification, Preference
from collegium.people.models import Person

CLAIM = timedelta(minutes=10)


@transaction.atomic
def tell(*, activity: Activity) -> list[Notification]:
    """A notification for each person whom it concerns; returns those for whom a letter is due. Safe to repeat."""
    due = []
    for concern in activity.concerns.select_related("person__account"):
        says = queries.told(activity, concern.role)
        if says is None or concern.person.account is None:
            continue
        has_letter = queries.wants_letter(concern.person, activity.verb, says)
        notification, is_new = Notification.objects.get_or_create(
            person=concern.person,
            activity=activity,
            defaults={
                "role": concern.role,
                "made_at": clock.now(),
                "letter_due_at": clock.now() if has_letter else None,
            },
        )
        if is_new and has_letter:
            due.append(notification)
    return due


@transaction.atomic
def read(*, person: Person, notification: Notification | None = None) -> int:
    """Mark one as read, or all of them; returns how many were not."""
    wanted = Notification.objects.visible_to(person).unread()
    if notification is not None:
        wanted = wanted.filter(pk=notification.pk)
    return wanted.update(read_at=clock.now())


@transaction.atomic
def unread(*, person: Person, notification: Notification) -> None:
    Notification.objects.visible_to(person).filter(pk=notification.pk).update(read_at=None)


@transaction.atomic
def choose(*, person: Person, by_email: dict[str, bool]) -> None:
    """``{"submission.received": False}``: which verbs come by e-mail. A letter that is already due still goes."""
    for verb, wanted in by_email.items():
        Preference.objects.update_or_create(person=person, verb=verb, defaults={"by_email": wanted})


@transaction.atomic
def claim_letter(*, notification_id: int) -> Notification | None:
    """The notification whose letter the caller must now send; None if it is sent, held by somebody else, or not due.

    The claim is committed before the mail server is asked; it runs out after ten minutes, if whoever holds it died.
    """
    moment = clock.wall()
    free = Q(letter_claimed_until__isnull=True) | Q(letter_claimed_until__lt=moment)
    claimed = Notification.objects.filter(
        free, pk=notification_id, letter_due_at__isnull=False, letter_sent_at__isnull=True
    ).update(letter_claimed_until=moment + CLAIM, letter_attempts=F("letter_attempts") + 1)
    if not claimed:
        return None
    return Notification.objects.select_related("person__account", "activity__actor").get(pk=notification_id)


@transaction.atomic
def letter_sent(*, notification: Notification) -> None:
    Notification.objects.filter(pk=notification.pk).update(
        letter_sent_at=clock.now(), letter_claimed_until=None
    )


@transaction.atomic
def letter_failed(*, notification: Notification) -> None:
    """Give the claim back, so that the next attempt need not wait for it to run out."""
    Notification.objects.filter(pk=notification.pk).update(letter_claimed_until=None)


@transaction.atomic
def no_letter(*, notification: Notification) -> None:
    """Nobody is there any more to read it."""
    Notification.objects.filter(pk=notification.pk).update(letter_due_at=None, letter_claimed_until=None)

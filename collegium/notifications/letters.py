"""The letter of a notification: written and sent in the background, once, tried again when the mail server fails."""

import re
from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from collegium.foundation import background, clock, letters, signing
from collegium.notifications import actions, queries
from collegium.notifications.models import Notification

STOP = "notifications.stop"
STOP_LASTS = timedelta(days=365)
GIVE_UP_AFTER = 12  # attempts, over several days
UNDECIDED = timedelta(minutes=15)
# Short enough a beginning is no sentence but a title: “Dr. Ada Candidate has …”.
FIRST_SENTENCE = re.compile(r"(.{20,}?)([.!?]) +(\S.*)", re.DOTALL)


@background.task(retries=6)
def send(notification_id: int) -> None:
    """Safe to repeat: a letter that was sent is not sent again, and two workers cannot both send it."""
    notification = actions.claim_letter(notification_id=notification_id)
    if notification is None:
        return
    try:
        _send(notification)
    except Exception:
        actions.letter_failed(notification=notification)
        raise


def _send(notification: Notification) -> None:
    person = notification.person
    if person.account is None or not person.account.is_active:
        actions.no_letter(notification=notification)
        return
    with translation.override(person.language or settings.LANGUAGE_CODE):
        line = queries.line(notification)
        first, rest = subject_and_rest(line.sentence)
        stop = settings.SITE_URL + reverse("notifications:stop", kwargs={"token": stop_token(notification)})
        letters.send(
            to=person.account.email,
            template="notifications/letter",
            subject=first,
            context={
                "line": line,
                "first": first,
                "rest": rest,
                "person": person,
                "address": settings.SITE_URL
                + reverse("notifications:open", kwargs={"notification_id": notification.pk}),
                "stop": stop,
                "preferences": settings.SITE_URL + reverse("notifications:preferences"),
            },
            headers={
                # The same each time: where a crash between sending and noting it sends twice, mail readers show it once.
                "Message-ID": f"<notification-{notification.pk}@{_host()}>",
                "List-Unsubscribe": f"<{stop}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                "Auto-Submitted": "auto-generated",
            },
        )
    actions.letter_sent(notification=notification)


def subject_and_rest(sentence: str) -> tuple[str, str]:
    """What a list of letters can show, and what is left for the letter: several sentences are no subject."""
    found = FIRST_SENTENCE.fullmatch(sentence)
    if found is None:
        return sentence, ""
    first, end, rest = found.groups()
    return first if end == "." else first + end, rest


def stop_token(notification: Notification) -> str:
    subject = f"{notification.person_id} {notification.activity.verb}"
    return signing.make(STOP, subject, clock.now() + STOP_LASTS)


def read_stop_token(token: str) -> tuple[int, str]:
    """Whose, and which verb. ``signing.LinkInvalid`` otherwise."""
    person_id, _space, verb = signing.read(STOP, token).partition(" ")
    return int(person_id), verb


@background.periodic(minutes=10)
def send_what_was_left() -> None:
    """Letters that a crash left between claim and sending, or whose task gave up while the mail server was away."""
    left = Notification.objects.filter(
        letter_due_at__lt=clock.now() - UNDECIDED,
        letter_sent_at__isnull=True,
        letter_attempts__lt=GIVE_UP_AFTER,
    ).order_by("letter_due_at")
    for notification_id in left.values_list("pk", flat=True)[:500]:
        send.later(notification_id)


def _host() -> str:
    return settings.SITE_URL.partition("://")[2].partition("/")[0].partition(":")[0] or "localhost"

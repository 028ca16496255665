"""Telling crowds, and sending letters: in the background, each once, tried again when the mail server fails."""

from collections.abc import Collection, Iterable
from datetime import timedelta

from django.conf import settings
from django.db.models import F
from django.utils import translation

from collegium.foundation import background, clock, letters
from collegium.notifications import actions, addresses, crowds, queries, sight, writing
from collegium.notifications.models import Notification, Telling, Way

GIVE_UP_AFTER = 12  # attempts, over several days
UNDECIDED = timedelta(minutes=15)
A_JOB = 100  # letters that one worker sends after another, over one connection
A_CLAIM = 20  # of them claimed at once: as many wait longer, if the worker dies
MOST_LEFT = 500

letters.returns(to=addresses.return_path, stopped=lambda address: bool(queries.stopped_among([address])))


# Crowds ---------------------------------------------------------------------------------------------------------------


@background.task(retries=12)
def tell_crowd(activity_id: int) -> None:
    """Everybody who follows, batch by batch; after a crash from where it stopped. Two workers at once tell each once."""
    telling = (
        Telling.objects.select_related("activity__actor")
        .filter(activity=activity_id, finished_at__isnull=True)
        .first()
    )
    if telling is None:
        return
    stages = crowds.CROWDS[telling.activity.verb](telling.activity)
    for number, stage in enumerate(stages):
        if number < telling.stage:
            continue
        after = telling.after if number == telling.stage else 0
        for people in stage.batches(after):
            send_later(actions.tell_batch(telling=telling, stage=number, role=stage.role, people=people))
    actions.finish_telling(telling=telling)


def send_later(notification_ids: Collection[int]) -> None:
    """Owe these letters, several to a job: a job for each would cost more than the rows themselves."""
    ids = list(notification_ids)
    for start in range(0, len(ids), A_JOB):
        send_many.later(ids[start : start + A_JOB])


# Letters --------------------------------------------------------------------------------------------------------------

Sheets = dict[tuple[int, str, str], writing.Sheet]  # by activity, role and language


@background.task(retries=6)
def send_many(notification_ids: list[int]) -> None:
    """One after another; what the mail server did not take is tried again by itself."""
    if len(notification_ids) == 1:
        send(notification_ids[0])
        return
    sheets: Sheets = {}
    with letters.one_connection():
        for start in range(0, len(notification_ids), A_CLAIM):
            some = notification_ids[start : start + A_CLAIM]
            try:
                _send(some, sheets)
            except OSError:  # of a mail server, all of smtplib's among them
                for notification_id in some:
                    send.later(notification_id)  # nothing, for those that were sent


@background.task(retries=6)
def send(notification_id: int) -> None:
    """Safe to repeat: a letter that was sent is not sent again, and two workers cannot both send it."""
    _send([notification_id], {})


def _send(notification_ids: Collection[int], sheets: Sheets) -> None:
    """The first that fails leaves the others unclaimed."""
    held = actions.claim_letters(notification_ids=notification_ids)
    try:
        for notification, to in _still_wanted(held):
            _sheet(notification, sheets).send(notification, to=to)
            actions.letter_sent(notification=notification)
    except Exception:
        actions.letters_failed(notifications=held)
        raise


def _still_wanted(held: list[Notification]) -> Iterable[tuple[Notification, str]]:
    """Those whose reader is here, has an address that letters reach, and may still see what it is about."""
    stopped = queries.stopped_among(each.person.account.email for each in held if each.person.account)
    activities = {each.activity_id: each.activity for each in held}
    seen = {
        pk: sight.who_may(activity, [each.person_id for each in held if each.activity_id == pk])
        for pk, activity in activities.items()
    }
    for notification in held:
        account = notification.person.account
        if account is None or not account.is_active or account.email.lower() in stopped:
            actions.no_letter(notification=notification)
        elif notification.person_id not in seen[notification.activity_id]:
            actions.no_letter(notification=notification, seen=False)
        else:
            yield notification, account.email


def _sheet(notification: Notification, sheets: Sheets) -> writing.Sheet:
    language = notification.person.language or settings.LANGUAGE_CODE
    key = notification.activity_id, notification.role, language
    if key not in sheets:
        with translation.override(language):
            sheets[key] = writing.sheet_of(notification)
    return sheets[key]


# What was left --------------------------------------------------------------------------------------------------------


@background.periodic(minutes=2)
def send_what_waited() -> None:
    """Letters whose quiet hours have ended."""
    moment = clock.now()
    due = Notification.objects.owed().filter(way=Way.AT_ONCE, letter_due_at__lte=moment, letter_attempts=0)
    waited = due.filter(letter_due_at__gte=moment - UNDECIDED).filter(
        letter_due_at__gt=F("made_at")  # those due from the start have a job of their own
    )
    send_later(waited.order_by("letter_due_at").values_list("pk", flat=True)[: 10 * MOST_LEFT])


@background.periodic(minutes=10)
def send_what_was_left() -> None:
    """Letters that a crash left between claim and sending, or whose task gave up while the mail server was away."""
    left = (
        Notification.objects.owed()
        .filter(
            way=Way.AT_ONCE,
            letter_due_at__lt=clock.now() - UNDECIDED,
            letter_attempts__lt=GIVE_UP_AFTER,
        )
        .order_by("letter_due_at")
    )
    for notification_id in left.values_list("pk", flat=True)[:MOST_LEFT]:
        send.later(notification_id)


@background.periodic(minutes=10)
def tell_who_was_left() -> None:
    """Crowds whose worker died, or whose task was lost."""
    left = Telling.objects.filter(finished_at__isnull=True, begun_at__lt=clock.now() - UNDECIDED)
    for activity_id in left.order_by("begun_at").values_list("activity", flat=True)[:MOST_LEFT]:
        tell_crowd.later(activity_id)

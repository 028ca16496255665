"""Drafting by the rhythm, sending at the hour, letters that ask for a confirmation; and what was left by a crash."""

from collegium.foundation import background, clock
from collegium.newsletters import actions, sending, words
from collegium.newsletters.actions.issues import hold_back_empty
from collegium.newsletters.models import Delivery, Issue, Newsletter, Subscription
from collegium.people.models import Person

A_JOB = 25  # claims, of a few letters each, after which another worker may go on
ROUNDS = 5  # to write an issue again that was edited while it was written
MOST = 100


# By themselves --------------------------------------------------------------------------------------------------------


@background.periodic(minutes=5)
def draft_due() -> None:
    due = Newsletter.objects.open().filter(next_draft_at__lte=clock.now()).order_by("next_draft_at")
    for newsletter in due[:MOST]:
        actions.draft_by_rhythm(newsletter=newsletter)


@background.periodic(minutes=1)
def send_due() -> None:
    """Issues whose hour has come."""
    due = Issue.objects.filter(state=Issue.State.SCHEDULED, scheduled_for__lte=clock.now())
    for issue_id in due.order_by("scheduled_for").values_list("pk", flat=True)[:MOST]:
        begin(issue_id)


@background.periodic(minutes=5)
def send_what_was_left() -> None:
    """Letters that a crash left between claim and sending, that a mail server put off, or whose task was lost."""
    owed = Delivery.objects.filter(state=Delivery.State.OWED, next_try_at__lte=clock.now())
    for issue_id in list(owed.order_by().values_list("issue", flat=True).distinct()[:MOST]):
        send.later(issue_id)
    stuck = Issue.objects.filter(state=Issue.State.SENDING).exclude(deliveries__state=Delivery.State.OWED)
    for issue_id in stuck.values_list("pk", flat=True)[:MOST]:
        actions.finish_sending(issue_id=issue_id)


@background.periodic(minutes=10)
def end_what_came_back() -> None:
    actions.end_returned()


@background.periodic(minutes=60)
def forget_unconfirmed() -> None:
    actions.forget_unconfirmed()


# Sending --------------------------------------------------------------------------------------------------------------


@background.task(retries=6)
def begin(issue_id: int) -> None:
    """Writes the issue, freezes it and owes its letters; nothing, if that was done or is not to be done any more."""
    for _round in range(ROUNDS):
        issue = Issue.objects.select_related("newsletter__ecology").filter(pk=issue_id).first()
        if issue is None or issue.state != Issue.State.SCHEDULED or not is_due(issue):
            return
        written = sending.frozen(issue)
        if written is None:
            hold_back_empty(issue=issue)
            return
        if actions.begin_sending(issue=issue, frozen=written):
            return


def is_due(issue: Issue) -> bool:
    return issue.scheduled_for is not None and issue.scheduled_for <= clock.now()


@background.task(retries=6)
def send(issue_id: int) -> None:
    """One letter after another, over one connection for each claim; hands on to a further job where there are many."""
    issue = Issue.objects.select_related("newsletter__ecology").filter(pk=issue_id).first()
    if issue is None or not issue.is_frozen or issue.state == Issue.State.WITHDRAWN:
        return
    for _round in range(A_JOB):
        if not sending.send_some(issue):
            actions.finish_sending(issue_id=issue_id)
            return
    send.later(issue_id)


@background.task(retries=4)
def send_trial(issue_id: int, person_id: int) -> None:
    issue = Issue.objects.select_related("newsletter__ecology").filter(pk=issue_id).first()
    to = Person.objects.select_related("account").filter(pk=person_id, erased_at__isnull=True).first()
    if issue is not None and to is not None:
        sending.send_trial(issue, to)


@background.task(retries=6)
def ask_to_confirm(subscription_id: int) -> None:
    subscription = Subscription.objects.select_related("newsletter").filter(pk=subscription_id).first()
    if subscription is not None:
        sending.ask_to_confirm(subscription)


@background.task(retries=6)
def index(issue_id: int) -> None:
    words.index_issues([issue_id])

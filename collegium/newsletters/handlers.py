"""What follows from what is done with newsletters."""

from collegium.activity.models import Activity
from collegium.activity.outbox import on
from collegium.newsletters import tasks


@on("newsletter.scheduled")
def begin_if_due(activity: Activity) -> None:
    """Sent now: nobody waits for the next look at the clock. One for later finds that it is not due, and does nothing."""
    tasks.begin.later(int(activity.about_id))


@on("newsletter.begun")
def send_letters(activity: Activity) -> None:
    tasks.send.later(int(activity.about_id))


@on("newsletter.begun", "newsletter.withdrawn")
def index_words(activity: Activity) -> None:
    tasks.index.later(int(activity.about_id))


@on("newsletter.tried")
def send_trial(activity: Activity) -> None:
    if activity.actor_id is not None:
        tasks.send_trial.later(int(activity.about_id), activity.actor_id)


@on("newsletter.asked")
def ask_to_confirm(activity: Activity) -> None:
    tasks.ask_to_confirm.later(int(activity.about_id))

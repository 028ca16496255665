"""Every activity is told to whom it concerns."""

from collegium.activity.models import Activity
from collegium.activity.outbox import EVERYTHING, on
from collegium.notifications import actions, letters


@on(EVERYTHING)
def tell(activity: Activity) -> None:
    for notification in actions.tell(activity=activity):
        letters.send.later(notification.pk)

"""Every activity is told to whom it concerns, here; and to the crowd that follows, in the background."""

from collegium.activity.models import Activity
from collegium.activity.outbox import EVERYTHING, on
from collegium.notifications import actions, letters


@on(EVERYTHING)
def tell(activity: Activity) -> None:
    letters.send_later(actions.tell(activity=activity))
    if actions.begin_telling(activity=activity):
        letters.tell_crowd.later(activity.pk)

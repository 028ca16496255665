"""What follows from a post, once it is there."""

from collegium.activity.models import Activity
from collegium.activity.outbox import on
from collegium.conversations import tasks


@on("thread.split")
def carry_readings(activity: Activity) -> None:
    tasks.carry_readings.later(int(activity.about_id))

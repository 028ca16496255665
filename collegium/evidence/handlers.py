from collegium.activity.models import Activity
from collegium.activity.outbox import on
from collegium.evidence import tasks


@on("evidence.captured", "evidence.edited")
def look_at_link(activity: Activity) -> None:
    if activity.data.get("has_link"):
        tasks.check_link.later(int(activity.about_id))

from collegium.activity.models import Activity
from collegium.activity.outbox import on
from collegium.evidence import tasks


@on("evidence.captured", "evidence.edited")
def look_at_link(activity: Activity) -> None:
    if activity.data.get("has_link"):
        tasks.check_link.later(int(activity.about_id))


@on("evidence.captured", "evidence.edited")
def draw_small(activity: Activity) -> None:
    if activity.data.get("has_file"):
        tasks.make_thumbnails.later(int(activity.about_id))

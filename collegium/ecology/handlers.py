"""What follows from what is done in an ecology."""

from collegium.activity.models import Activity
from collegium.activity.outbox import on
from collegium.ecology import tasks


@on("resource.kept", "resource.described")
def look_at_link(activity: Activity) -> None:
    tasks.look_at_resource.later(int(activity.about_id))

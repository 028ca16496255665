"""What follows from an activity, after its commit: background work is owed, and answers of a coordinator take effect."""

from collegium.accreditation import actions, tasks
from collegium.accreditation.models import Registration
from collegium.activity.models import Activity
from collegium.activity.outbox import on


@on("submission.received")
def screen(activity: Activity) -> None:
    tasks.screen_by_machine.later(int(activity.about_id))


@on("referee.named", "referee.asked_again")
def write_to_referee(activity: Activity) -> None:
    tasks.write_to_referee.later(activity.data["referee"])


@on("scheme.rule_answered")
def date_registrations(activity: Activity) -> None:
    """Registrations that were made while the scheme had not said how long they are valid get their day."""
    if not activity.data.get("path", "").endswith("registration validity"):
        return
    for registration in Registration.objects.filter(
        pathway__scheme_version__scheme=int(activity.about_id),
        pathway__scheme_version__version=activity.data["version"],
        valid_until__isnull=True,
        ended_at__isnull=True,
    ).for_display():
        actions.set_validity(registration=registration)

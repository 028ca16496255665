from django.contrib import admin

from collegium.notifications.models import Notification
from collegium.people.administration import LookOnly


@admin.register(Notification)
class NotificationAdmin(LookOnly[Notification]):
    """Whether letters go out: what they say is between the house and their reader."""

    list_display = ("person", "verb", "made_at", "letter_due_at", "letter_sent_at", "letter_attempts")
    list_select_related = ("person", "activity")
    fields = (
        "person",
        "made_at",
        "letter_due_at",
        "letter_sent_at",
        "letter_claimed_until",
        "letter_attempts",
    )

    @admin.display()
    def verb(self, notification: Notification) -> str:
        return notification.activity.verb

from django.contrib import admin

from collegium.notifications.models import Bounce, InboundMail, Notification
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


@admin.register(InboundMail)
class InboundMailAdmin(LookOnly[InboundMail]):
    """What became of letters that came in."""

    list_display = ("received_at", "outcome", "reason", "sender", "recipient")
    list_filter = ("outcome",)
    search_fields = ("sender", "message_id")


@admin.register(Bounce)
class BounceAdmin(LookOnly[Bounce]):
    """Addresses from which letters came back."""

    list_display = ("address", "count", "reason", "last_at", "stopped_at")
    search_fields = ("address",)

"""A notification: one activity told to one person, in the app and by e-mail."""

from typing import Self

from django.db import models
from django.db.models import Q

from collegium.activity.models import Activity
from collegium.foundation import clock
from collegium.people.models import Person


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, person: Person | None) -> Self:
        return self.none() if person is None else self.filter(person=person)

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)


class Notification(models.Model):
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notifications")
    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="notifications")
    role = models.CharField(max_length=30)  # as what it concerns them: decides the sentence
    made_at = models.DateTimeField(default=clock.now)
    read_at = models.DateTimeField(null=True, blank=True)
    # None: no letter is due. Whoever sends it first claims it, so that it goes once; a claim runs out on the wall clock,
    # for somebody who died holding it. No transaction stays open while a mail server is talked to.
    letter_due_at = models.DateTimeField(null=True, blank=True)
    letter_claimed_until = models.DateTimeField(null=True, blank=True)
    letter_sent_at = models.DateTimeField(null=True, blank=True)
    letter_attempts = models.PositiveSmallIntegerField(default=0)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["person", "activity"], name="notifications_notification_once")
        ]
        indexes = [
            models.Index(fields=["person", "-id"], name="notifications_of_person"),
            models.Index(
                fields=["letter_due_at"],
                condition=Q(letter_due_at__isnull=False, letter_sent_at__isnull=True),
                name="notifications_letters_due",
            ),
            models.Index(fields=["person"], condition=Q(read_at__isnull=True), name="notifications_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.activity} to {self.person}"


class Preference(models.Model):
    """By which way a person hears of a verb. No row: in the app and by e-mail."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notification_preferences")
    verb = models.CharField(max_length=60)
    by_email = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "verb"], name="notifications_preference_once")
        ]

    def __str__(self) -> str:
        return self.verb

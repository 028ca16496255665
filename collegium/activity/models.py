"""Activity and whom it concerns."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from collegium.foundation import clock
from collegium.people.models import Person


class ActivityQuerySet(models.QuerySet["Activity"]):
    def visible_to(self, person: Person | None) -> Self:
        """What a person did, and what concerns them. A public page shows history through its own queries."""
        if person is None:
            return self.none()
        return self.filter(
            Q(actor=person) | Q(pk__in=Concern.objects.filter(person=person).values("activity"))
        )

    def about(self, thing: models.Model) -> Self:
        return self.filter(about_kind=thing._meta.label_lower, about_id=str(thing.pk))


class Activity(models.Model):
    verb = models.CharField(max_length=60)
    actor = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="activities"
    )  # None: the machine
    about_kind = models.CharField(max_length=60)  # "accreditation.submission"
    about_id = models.CharField(max_length=40)
    at = models.DateTimeField(_("when"), default=clock.now)
    data = models.JSONField(default=dict, blank=True)  # facts that the sentence needs; never a draft's words
    handed_over_at = models.DateTimeField(null=True, blank=True)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["about_kind", "about_id", "-id"], name="activity_about"),
            models.Index(
                fields=["id"], condition=Q(handed_over_at__isnull=True), name="activity_not_handed_over"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.about_kind} {self.about_id}"


class Concern(models.Model):
    """Whom an activity concerns, and as what ("candidate", "assessor", "coordinator"): decides what they are told."""

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="concerns")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="concerns")
    role = models.CharField(max_length=30)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["activity", "person"], name="activity_concern_once")]

    def __str__(self) -> str:
        return f"{self.person} as {self.role}"


class Handling(models.Model):
    """One handler has dealt with one activity: what makes handing over safe to repeat."""

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="handlings")
    handler = models.CharField(max_length=120)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["activity", "handler"], name="activity_handling_once")]

    def __str__(self) -> str:
        return self.handler

"""Ecology: what one community, course or week gathers from everywhere."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from collegium.conversations.models import Forum
from collegium.foundation import clock
from collegium.people.models import Audience, Circle, CircleMember, Person


class EcologyQuerySet(models.QuerySet["Ecology"]):
    def visible_to(self, person: Person | None) -> Self:
        if person is None:
            return self.filter(audience=Audience.PUBLIC)
        circles = CircleMember.objects.filter(person=person).values("circle")
        return self.filter(
            Q(audience__in=[Audience.PUBLIC, Audience.SIGNED_IN])
            | Q(members__in=circles)
            | Q(editors__in=circles)
        )


class Ecology(models.Model):
    """One river, one library, one map. The room that opened it keeps ``members``, ``editors``, ``audience``, ``forum`` and
    ``path`` in step.
    """

    title = models.CharField(max_length=200)
    path = models.CharField(
        max_length=300
    )  # where its owner's page is: a room above knows, this one does not
    # Who may read: PUBLIC, SIGNED_IN, or CIRCLE for the members alone. Who may add: members; who highlights: editors.
    audience = models.CharField(max_length=12, choices=Audience, default=Audience.CIRCLE)
    members = models.ForeignKey(Circle, on_delete=models.PROTECT, related_name="ecologies")
    editors = models.ForeignKey(Circle, on_delete=models.PROTECT, related_name="edited_ecologies")
    forum = models.ForeignKey(
        Forum, null=True, blank=True, on_delete=models.SET_NULL, related_name="ecologies"
    )  # where its items are talked about
    # A course's weeks lie within the course's ecology: an item of a week flows in the course's river too.
    within = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts")
    hashtag = models.CharField(
        _("hashtag"), max_length=80, blank=True
    )  # without #, folded: see ``tags.fold``
    begins_at = models.DateTimeField(
        null=True, blank=True
    )  # of a week: what was published in between flows in
    ends_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True, blank=True)  # readable; nothing is fetched for it any more

    objects = EcologyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="ecology_never_private", condition=~Q(audience=Audience.PRIVATE))
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return self.path

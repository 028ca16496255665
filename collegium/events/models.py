"""Event and its occurrences, answers and attendance, calendar feeds and reminders that went out."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from collegium.communities.models import Community
from collegium.foundation import clock
from collegium.foundation.addresses import address
from collegium.people.models import Audience, Circle, Person


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, person: Person | None) -> Self:
        """Those of one's circles, one's own, and open ones.

        An event of communities is as open as the most open of them, and its host sees it as one of their members: so a
        community made private, or somebody removed from it, counts here at once.
        """
        open_to = [Audience.PUBLIC] if person is None else [Audience.PUBLIC, Audience.SIGNED_IN]
        of_communities = Community.objects.filter(events=OuterRef("pk"))
        is_nobodys = ~Exists(of_communities)
        is_open = Q(audience__in=open_to) & (is_nobodys | Exists(of_communities.filter(audience__in=open_to)))
        if person is None:
            return self.filter(is_open)
        of_circles = Circle.objects.filter(events=OuterRef("pk"), memberships__person=person)
        return self.filter(is_open | (Q(host=person) & is_nobodys) | Exists(of_circles))

    def for_display(self) -> Self:
        return self.select_related("host__photo")


class Event(models.Model):
    class Repeats(models.TextChoices):
        NEVER = "never", _("Once")
        WEEKLY = "weekly", _("Every week")
        FORTNIGHTLY = "fortnightly", _("Every second week")
        MONTHLY = "monthly", _("Every month, on the same weekday")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # of its calendar entries
    title = models.CharField(_("title"), max_length=200)
    agenda = models.TextField(_("agenda"), blank=True)  # safe HTML
    host = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="hosted_events")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")  # in which it is planned
    first_starts_at = models.DateTimeField(_("starts"))
    minutes = models.PositiveSmallIntegerField(_("lasts, in minutes"), default=60)
    repeats = models.CharField(_("repeats"), max_length=12, choices=Repeats, default=Repeats.NEVER)
    times = models.PositiveSmallIntegerField(_("how many times"), default=1)
    meeting_url = models.URLField(_("meeting address"), max_length=2000, blank=True)  # for those who may come
    place = models.CharField(_("place"), max_length=200, blank=True)
    capacity = models.PositiveIntegerField(_("room for"), null=True, blank=True)  # None: for everyone
    # PUBLIC, SIGNED_IN, or CIRCLE: whoever is in one of the circles (of its communities, of its iteration).
    audience = models.CharField(max_length=12, choices=Audience, default=Audience.CIRCLE)
    circles: models.ManyToManyField[Circle, Event] = models.ManyToManyField(
        Circle, blank=True, related_name="events"
    )
    communities: models.ManyToManyField[Community, Event] = models.ManyToManyField(
        Community, blank=True, related_name="events"
    )
    made_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)
    sequence = models.PositiveIntegerField(
        default=0
    )  # RFC 5545: grows with each change that calendars must know
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_because = models.CharField(max_length=300, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["first_starts_at", "id"]
        constraints = [
            models.CheckConstraint(name="events_event_has_audience", condition=~Q(audience=Audience.PRIVATE)),
            models.CheckConstraint(name="events_event_lasts", condition=Q(minutes__gt=0, times__gt=0)),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("events:event", event_id=self.pk)

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_at is not None

    @property
    def is_series(self) -> bool:
        return self.times > 1


class OccurrenceQuerySet(models.QuerySet["Occurrence"]):
    def visible_to(self, person: Person | None) -> Self:
        # Asked of each that is looked at, not of all events there are.
        return self.filter(Exists(Event.objects.visible_to(person).filter(pk=OuterRef("event_id"))))

    def ahead(self, now: datetime | None = None) -> Self:
        return self.filter(
            ends_at__gt=now or clock.now(), cancelled_at__isnull=True, event__cancelled_at__isnull=True
        )

    def for_display(self) -> Self:
        return self.select_related("event__host__photo").order_by("starts_at", "id")


class Occurrence(models.Model):
    """One of an event's times; made for all of them when the event is saved."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="occurrences")
    number = models.PositiveSmallIntegerField(default=1)
    planned_at = models.DateTimeField()  # as the rule says: RECURRENCE-ID of a moved one
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    sequence = models.PositiveIntegerField(default=0)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_because = models.CharField(max_length=300, blank=True)
    recording_url = models.URLField(_("recording"), max_length=2000, blank=True)
    notes = models.TextField(_("notes"), blank=True)  # safe HTML
    code = models.CharField(
        max_length=12, unique=True
    )  # of checking oneself in: shown in the room, typed or scanned
    code_open_until = models.DateTimeField(
        null=True, blank=True
    )  # None: from a quarter before until an hour after

    objects = OccurrenceQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["event", "number"], name="events_occurrence_once"),
            models.CheckConstraint(name="events_occurrence_lasts", condition=Q(ends_at__gt=F("starts_at"))),
        ]
        indexes = [models.Index(fields=["starts_at"], name="events_occurrence_when")]

    def __str__(self) -> str:
        return f"{self.event}, {self.starts_at:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        return address("events:occurrence", occurrence_id=self.pk)

    @property
    def is_cancelled(self) -> bool:
        """Itself, or with its event: that cancels what had not ended then."""
        gone_at = self.event.cancelled_at
        return self.cancelled_at is not None or (gone_at is not None and self.ends_at > gone_at)

    @property
    def because(self) -> str:
        return self.cancelled_because or self.event.cancelled_because

    @property
    def is_over(self) -> bool:
        return self.ends_at <= clock.now()

    @property
    def is_moved(self) -> bool:
        return self.starts_at != self.planned_at

    @property
    def revision(self) -> int:
        """SEQUENCE of its calendar entry: grows with each change of the event, and of this one time of it."""
        return self.event.sequence + self.sequence


class Answer(models.Model):
    """Whether somebody comes. Beyond the capacity they wait, in the order of ``answered_at``."""

    class Coming(models.TextChoices):
        YES = "yes", _("I come")
        MAYBE = "maybe", _("Perhaps")
        NO = "no", _("I can’t come")
        WAITING = "waiting", _("Waiting for a place")

    occurrence = models.ForeignKey(Occurrence, on_delete=models.CASCADE, related_name="answers")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="event_answers")
    coming = models.CharField(max_length=8, choices=Coming)
    answered_at = models.DateTimeField(default=clock.now)
    sent_sequence = models.IntegerField(
        default=-1
    )  # of the .ics that was last sent to this person; -1: none yet
    sent_as = models.CharField(max_length=8, blank=True)  # "request" or "cancel": what that .ics said
    claimed_until = models.DateTimeField(null=True, blank=True)  # while a worker writes the next one

    class Meta:
        constraints = [models.UniqueConstraint(fields=["occurrence", "person"], name="events_answer_once")]
        indexes = [
            models.Index(fields=["occurrence", "coming", "answered_at"], name="events_answer_in_order")
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.coming}"


class Attendance(models.Model):
    class Way(models.TextChoices):
        CODE = "code", _("checked in with the code")
        LIST = "list", _("on the host’s list")

    occurrence = models.ForeignKey(Occurrence, on_delete=models.CASCADE, related_name="attendances")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="attendances")
    way = models.CharField(max_length=8, choices=Way)
    noted_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["occurrence", "person"], name="events_attendance_once")
        ]

    def __str__(self) -> str:
        return f"{self.person} at {self.occurrence}"


class CalendarFeed(models.Model):
    """A person's private feed address: whoever has it reads it, so it can be made anew. The token is kept as a hash."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="calendar_feed")
    token_hash = models.CharField(max_length=64, unique=True)  # sha256 hex
    made_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return str(self.person)


class WithoutLetters(models.Model):
    """Somebody to whose calendar no letters go: it subscribes to their address, or they keep it by hand.

    They are told of changes in an ordinary letter instead, where others get one for their calendar.
    """

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="without_calendar_letters")
    since = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return str(self.person)


class Reminder(models.Model):
    """A reminder that went out, so that it goes once."""

    occurrence = models.ForeignKey(Occurrence, on_delete=models.CASCADE, related_name="reminders")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8)  # "day": the day before; "soon": shortly before it starts
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["occurrence", "person", "kind"], name="events_reminder_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.occurrence}"

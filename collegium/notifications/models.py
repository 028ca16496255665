"""Who is told of what, by which way; digests; each post by letter; letters that came in, and addresses that letters come back from."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from collegium.activity.models import Activity
from collegium.conversations.models import Forum, Post
from collegium.foundation import clock
from collegium.people.models import Person


class Way(models.TextChoices):
    """How somebody hears of a kind of thing. All but the last also stand in the app."""

    AT_ONCE = "at_once", _("By e-mail, at once")
    DAILY = "daily", _("By e-mail, in a letter a day")
    WEEKLY = "weekly", _("By e-mail, in a letter a week")
    IN_APP = "in_app", _("Here only")
    NOTHING = "nothing", _("Not at all")


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, person: Person | None) -> Self:
        return self.none() if person is None else self.filter(person=person)

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)

    def owed(self) -> Self:
        """A letter is to go for these, now or later."""
        return self.filter(letter_due_at__isnull=False, letter_sent_at__isnull=True)


class Notification(models.Model):
    """One activity told to one person."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notifications")
    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="notifications")
    role = models.CharField(max_length=30)  # as what it concerns them: decides the sentence
    way = models.CharField(max_length=8, choices=Way, default=Way.AT_ONCE)  # as it was when it was told
    made_at = models.DateTimeField(default=clock.now)
    read_at = models.DateTimeField(null=True, blank=True)
    # None: no letter is due. Whoever sends it first claims it, so that it goes once; a claim runs out on the wall clock,
    # for somebody who died holding it. No transaction stays open while a mail server is talked to.
    # Later than now: the next digest of this person, or the end of their quiet hours.
    letter_due_at = models.DateTimeField(null=True, blank=True)
    letter_claimed_until = models.DateTimeField(null=True, blank=True)
    letter_sent_at = models.DateTimeField(null=True, blank=True)
    letter_attempts = models.PositiveSmallIntegerField(default=0)
    digest = models.ForeignKey(
        "notifications.Digest", null=True, blank=True, on_delete=models.SET_NULL, related_name="notifications"
    )

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


class Digest(models.Model):
    """One letter of several notifications. Made, with what belongs in it, before it is sent: so that it stays the same
    letter, under the same name, however often sending it is tried.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="digests")
    way = models.CharField(max_length=8, choices=Way)
    due_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "way", "due_at"], name="notifications_digest_once")
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(sent_at__isnull=True), name="notifications_digests_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.way} of {self.due_at:%Y-%m-%d} for {self.person}"


class Preference(models.Model):
    """By which way a person hears of a kind of thing. No row: as the kind's own default says."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notification_preferences")
    kind = models.CharField(max_length=60)
    way = models.CharField(max_length=8, choices=Way)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], name="notifications_preference_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.way}"


class Hours(models.Model):
    """When letters come to somebody, in their own time zone. No row: all as the defaults say."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="letter_hours")
    digest_hour = models.PositiveSmallIntegerField(_("hour of digests"), default=7)
    digest_weekday = models.PositiveSmallIntegerField(_("day of the weekly digest"), default=0)  # 0: Monday
    # Both or neither. From 22 until 6 goes past midnight.
    quiet_from = models.PositiveSmallIntegerField(_("quiet from"), null=True, blank=True)
    quiet_until = models.PositiveSmallIntegerField(_("until"), null=True, blank=True)
    confirms_replies = models.BooleanField(_("confirm each post that came by e-mail"), default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="notifications_hours_of_a_day",
                condition=Q(digest_hour__lt=24)
                & Q(digest_weekday__lt=7)
                & (
                    Q(quiet_from__isnull=True, quiet_until__isnull=True)
                    | (Q(quiet_from__lt=24, quiet_until__lt=24) & ~Q(quiet_from=F("quiet_until")))
                ),
            )
        ]

    def __str__(self) -> str:
        return str(self.person)


class MailingList(models.Model):
    """Somebody has each post of a forum as a letter of its own, as from a mailing list."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="mailing_lists")
    forum = models.ForeignKey(Forum, on_delete=models.CASCADE, related_name="mailing_lists")
    since = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["forum", "person"], name="notifications_mailing_list_once")
        ]

    def __str__(self) -> str:
        return f"{self.forum} to {self.person}"


class Telling(models.Model):
    """How far a crowd has been told of an activity: where a worker died, the next one goes on."""

    activity = models.OneToOneField(Activity, on_delete=models.CASCADE, related_name="telling")
    stage = models.PositiveSmallIntegerField(default=0)
    after = models.PositiveBigIntegerField(default=0)  # of that stage, everyone up to this person is told
    told = models.PositiveIntegerField(default=0)
    begun_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["begun_at"], condition=Q(finished_at__isnull=True), name="notifications_tellings_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.activity} to {self.told}"


class Bounce(models.Model):
    """Letters to an address come back. Once ``stopped_at`` is set, nothing is written to it but what was just asked for."""

    address = models.CharField(max_length=254, unique=True)  # in small letters
    count = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=300, blank=True)  # as the other mail server said it
    first_at = models.DateTimeField(default=clock.now)
    last_at = models.DateTimeField(default=clock.now)
    stopped_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.address


class InboundMail(models.Model):
    """A letter that came in, and what became of it. Its words are not kept here."""

    class Outcome(models.TextChoices):
        POSTED = "posted", _("Posted")
        REFUSED = "refused", _("Refused, and the sender told why")
        DROPPED = "dropped", _("Passed over")
        BOUNCED = "bounced", _("A letter that came back")

    message_id = models.CharField(max_length=300)
    recipient = models.CharField(max_length=320)
    sender = models.CharField(max_length=320, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome)
    reason = models.CharField(max_length=500, blank=True)
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    post = models.ForeignKey(Post, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    received_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["message_id", "recipient"], name="notifications_inbound_mail_once"
            )
        ]
        indexes = [models.Index(fields=["received_at"], name="notifications_inbound_when")]

    def __str__(self) -> str:
        return f"{self.outcome}: {self.message_id}"

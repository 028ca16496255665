"""Newsletter and its issues; what is nominated; who subscribed; which letter went to whom."""

from __future__ import annotations

from datetime import time
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from collegium.conversations.models import Thread
from collegium.credentials.models import Award
from collegium.ecology.models import Ecology, Item, Resource
from collegium.events.models import Occurrence
from collegium.foundation import clock
from collegium.people.models import Audience, Circle, CircleMember, Person


class NewsletterQuerySet(models.QuerySet["Newsletter"]):
    def visible_to(self, person: Person | None) -> Self:
        if person is None:
            return self.filter(audience=Audience.PUBLIC)
        circles = CircleMember.objects.filter(person=person).values("circle")
        return self.filter(
            Q(audience__in=[Audience.PUBLIC, Audience.SIGNED_IN])
            | Q(members__in=circles)
            | Q(editors__in=circles)
        )

    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)


class Newsletter(models.Model):
    class Rhythm(models.TextChoices):
        WEEKLY = "weekly", _("Every week")
        FORTNIGHTLY = "fortnightly", _("Every second week")
        MONTHLY = "monthly", _("Every month")
        BY_HAND = "by_hand", _("When its editors begin one")

    title = models.CharField(_("title"), max_length=120)
    slug = models.SlugField(max_length=80, unique=True)
    about = models.TextField(_("about it"), blank=True)  # safe HTML
    # What it draws from, with the forum of it; None: the whole house, of which it takes only what its audience may see.
    ecology = models.ForeignKey(
        Ecology, null=True, blank=True, on_delete=models.PROTECT, related_name="newsletters"
    )
    editors = models.ForeignKey(Circle, on_delete=models.PROTECT, related_name="edited_newsletters")
    # Who may read and subscribe: PUBLIC, SIGNED_IN, or CIRCLE for the members alone.
    audience = models.CharField(
        _("who can read it"), max_length=12, choices=Audience, default=Audience.PUBLIC
    )
    members = models.ForeignKey(
        Circle, null=True, blank=True, on_delete=models.PROTECT, related_name="newsletters"
    )
    rhythm = models.CharField(_("rhythm"), max_length=12, choices=Rhythm, default=Rhythm.WEEKLY)
    sends_on = models.PositiveSmallIntegerField(_("day of the week"), default=4)  # 0: Monday
    sends_at = models.TimeField(_("time of day"), default=time(9))
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    # An issue is drafted so many days before it is due, for its editors to work on. Nothing is sent without them.
    days_to_edit = models.PositiveSmallIntegerField(_("days to edit it"), default=2)
    next_draft_at = models.DateTimeField(null=True, blank=True)  # None: by hand, or closed
    language = models.CharField(_("language"), max_length=10, default="en-gb")
    made_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    opened_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True, blank=True)  # its archive stays

    objects = NewsletterQuerySet.as_manager()

    class Meta:
        ordering = ["title", "id"]
        constraints = [
            models.CheckConstraint(
                name="newsletters_circle_with_audience",
                condition=Q(audience=Audience.CIRCLE, members__isnull=False)
                | Q(audience__in=[Audience.PUBLIC, Audience.SIGNED_IN], members__isnull=True),
            ),
            models.CheckConstraint(name="newsletters_day_of_week", condition=Q(sends_on__lt=7)),
        ]
        indexes = [
            models.Index(
                fields=["next_draft_at"], condition=Q(next_draft_at__isnull=False), name="newsletters_due"
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("newsletters:newsletter", kwargs={"slug": self.slug})


class IssueQuerySet(models.QuerySet["Issue"]):
    def visible_to(self, person: Person | None) -> Self:
        """Those that went out, for whoever may read the newsletter; drafts for its editors alone."""
        shown = Q(state__in=Issue.OUT, newsletter__in=Newsletter.objects.visible_to(person).values("pk"))
        if person is not None:
            edited = CircleMember.objects.filter(person=person).values("circle")
            shown |= Q(newsletter__editors__in=edited)
        return self.filter(shown)

    def out(self) -> Self:
        """In the archive: sent, or being sent; a withdrawn one is not listed, though its address says what became of it."""
        return self.filter(state__in=[Issue.State.SENDING, Issue.State.SENT])

    def in_hand(self) -> Self:
        """Being edited, or waiting for its hour."""
        return self.filter(state__in=[Issue.State.DRAFT, Issue.State.SCHEDULED])


class Issue(models.Model):
    """From the moment that it is sent it does not change: see ``sha256``. It can be withdrawn from the pages."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SCHEDULED = "scheduled", _("Scheduled")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    OUT = (State.SENDING, State.SENT, State.WITHDRAWN)

    newsletter = models.ForeignKey(Newsletter, on_delete=models.PROTECT, related_name="issues")
    number = models.PositiveIntegerField()
    title = models.CharField(_("title"), max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    covers_from = models.DateTimeField()
    covers_to = models.DateTimeField()
    made_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # None: drafted by itself
    made_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)
    scheduled_for = models.DateTimeField(null=True, blank=True)
    begun_at = models.DateTimeField(null=True, blank=True)  # frozen since
    sent_at = models.DateTimeField(null=True, blank=True)  # to the last of its readers
    letters = models.PositiveIntegerField(default=0)  # that were owed when sending began
    # The letter as it went out, and where each reader's own words stand in it: {name: what stands in its place}.
    html = models.TextField(blank=True)
    text = models.TextField(blank=True)
    blanks = models.JSONField(default=dict, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)  # of title, html and text: see ``sending.seal``
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    withdrawn_because = models.CharField(_("why"), max_length=300, blank=True)

    objects = IssueQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["newsletter", "number"], name="newsletters_issue_once"),
            models.CheckConstraint(
                name="newsletters_issue_frozen",
                condition=Q(state__in=["draft", "scheduled"], sha256="", begun_at__isnull=True)
                | (
                    Q(state__in=["sending", "sent", "withdrawn"], begun_at__isnull=False)
                    & ~Q(html="")
                    & ~Q(text="")
                    & ~Q(sha256="")
                ),
            ),
            models.CheckConstraint(
                name="newsletters_issue_has_hour",
                condition=~Q(state="scheduled") | Q(scheduled_for__isnull=False),
            ),
            models.CheckConstraint(
                name="newsletters_issue_covers", condition=Q(covers_to__gte=F("covers_from"))
            ),
            models.CheckConstraint(
                name="newsletters_issue_withdrawn",
                condition=Q(state="withdrawn", withdrawn_at__isnull=False)
                | (~Q(state="withdrawn") & Q(withdrawn_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["scheduled_for"], condition=Q(state="scheduled"), name="newsletters_issue_due"
            ),
            models.Index(fields=["begun_at"], condition=Q(state="sending"), name="newsletters_issue_sending"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("newsletters:issue", kwargs={"slug": self.newsletter.slug, "number": self.number})

    @property
    def is_frozen(self) -> bool:
        return self.state in self.OUT


class Section(models.Model):
    """Written by editors, or gathered from the period. A gathered one that editors took out stays, so that it can come back."""

    class Kind(models.TextChoices):
        FROM_EDITORS = "from_editors", _("From the editors")
        FEATURE = "feature", _("Feature article")
        CASE_STUDY = "case_study", _("Case study")
        PROJECT_UPDATE = "project_update", _("Project update")
        RIVER = "river", _("From the river")
        CONVERSATIONS = "conversations", _("Conversations")
        UNANSWERED = "unanswered", _("Who can help?")
        EVENTS = "events", _("Events")
        LIBRARY = "library", _("New in the library")
        NEW_MEMBERS = "new_members", _("Welcome")
        NEW_HOLDERS = "new_holders", _("New holders")

    WRITTEN = (Kind.FROM_EDITORS, Kind.FEATURE, Kind.CASE_STUDY, Kind.PROJECT_UPDATE)
    GATHERED = (
        Kind.RIVER,
        Kind.CONVERSATIONS,
        Kind.UNANSWERED,
        Kind.EVENTS,
        Kind.LIBRARY,
        Kind.NEW_MEMBERS,
        Kind.NEW_HOLDERS,
    )

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="sections")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    title = models.CharField(_("title"), max_length=200)
    position = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(_("words"), blank=True)  # safe HTML
    by_line = models.CharField(_("by"), max_length=200, blank=True)  # who wrote it, as it is to be read
    is_cut = models.BooleanField(default=False)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["issue", "kind"],
                condition=Q(
                    kind__in=[
                        "river",
                        "conversations",
                        "unanswered",
                        "events",
                        "library",
                        "new_members",
                        "new_holders",
                    ]
                ),
                name="newsletters_gathered_once",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_written(self) -> bool:
        return self.kind in self.WRITTEN


class EntryQuerySet(models.QuerySet["Entry"]):
    def kept(self) -> Self:
        return self.filter(is_cut=False)


class Entry(models.Model):
    """One thing in a section. Its words are its own: what they were taken from may change, and the issue does not."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="entries")  # the section's
    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="entries")
    position = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(_("title"), max_length=300)
    url = models.CharField(_("address"), max_length=2000, blank=True)  # whole, or a path of this site
    words = models.CharField(_("words"), max_length=600, blank=True)  # plain text
    author_name = models.CharField(_("by"), max_length=200, blank=True)
    source_name = models.CharField(_("from"), max_length=300, blank=True)
    licence_url = models.URLField(_("licence"), max_length=500, blank=True)
    happens_at = models.DateTimeField(_("when"), null=True, blank=True)  # of an event
    # What it was taken from, by one key in an issue ("item 7"), so that drafting again brings nothing twice; "" for
    # what an editor put in by hand.
    known_by = models.CharField(max_length=80, blank=True)
    item = models.ForeignKey(Item, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    thread = models.ForeignKey(Thread, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    occurrence = models.ForeignKey(
        Occurrence, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    resource = models.ForeignKey(Resource, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="newsletter_entries"
    )  # whom it welcomes
    award = models.ForeignKey(Award, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    is_cut = models.BooleanField(default=False)
    changed_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField(null=True, blank=True)  # by an editor; None: as it was gathered

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["issue", "known_by"], condition=~Q(known_by=""), name="newsletters_entry_once"
            )
        ]

    def __str__(self) -> str:
        return self.title


class NominationQuerySet(models.QuerySet["Nomination"]):
    def waiting(self) -> Self:
        return self.filter(settled_at__isnull=True)


class Nomination(models.Model):
    """Somebody proposes something for the next issue: a thing of this house, or an address elsewhere."""

    newsletter = models.ForeignKey(Newsletter, on_delete=models.CASCADE, related_name="nominations")
    known_by = models.CharField(max_length=80)  # as ``Entry.known_by``; of an address, its hash
    item = models.ForeignKey(Item, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    thread = models.ForeignKey(Thread, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    occurrence = models.ForeignKey(
        Occurrence, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    resource = models.ForeignKey(Resource, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    url = models.CharField(_("address"), max_length=2000, blank=True)
    title = models.CharField(_("title"), max_length=300)
    why = models.CharField(_("why"), max_length=600, blank=True)  # plain text
    nominated_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="nominations")
    nominated_at = models.DateTimeField(default=clock.now)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    entry = models.ForeignKey(
        Entry, null=True, blank=True, on_delete=models.SET_NULL, related_name="nominations"
    )  # None once settled: it was declined
    declined_because = models.CharField(max_length=300, blank=True)

    objects = NominationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["newsletter", "known_by", "nominated_by"], name="newsletters_nomination_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["newsletter", "-id"],
                condition=Q(settled_at__isnull=True),
                name="newsletters_nominations",
            )
        ]

    def __str__(self) -> str:
        return self.title


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def running(self) -> Self:
        return self.filter(state=Subscription.State.CONFIRMED)

    def visible_to(self, person: Person | None) -> Self:
        """One's own. Editors see how many there are, and who with an account: see ``rules.may_see_subscribers``."""
        return self.none() if person is None else self.filter(person=person)


class Subscription(models.Model):
    """An address that the issues go to. Its links prove themselves (``tokens``), so that no secret stands here."""

    class State(models.TextChoices):
        ASKED = "asked", _("Not confirmed yet")
        CONFIRMED = "confirmed", _("Confirmed")
        ENDED = "ended", _("Ended")

    class How(models.TextChoices):
        LINK = "link", _("by the link in a letter")
        PAGE = "page", _("on the page")
        BOUNCED = "bounced", _("letters came back")
        NOT_SEEN = "not_seen", _("may not read it any more")
        EXPIRED = "expired", _("never confirmed")
        EDITOR = "editor", _("by an editor")

    newsletter = models.ForeignKey(Newsletter, on_delete=models.CASCADE, related_name="subscriptions")
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.CASCADE, related_name="newsletter_subscriptions"
    )
    email = models.EmailField(_("e-mail address"), max_length=254)
    language = models.CharField(max_length=10, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField(default=clock.now)
    # Of the letters that ask for a confirmation: not more than a few go to an address that says nothing.
    letters_asked = models.PositiveSmallIntegerField(default=0)
    letter_asked_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_how = models.CharField(max_length=10, choices=How, blank=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                "newsletter",
                Lower("email"),
                condition=~Q(state="ended"),
                name="newsletters_subscription_once",
            ),
            models.CheckConstraint(
                name="newsletters_subscription_stands",
                condition=Q(state="asked", confirmed_at__isnull=True, ended_at__isnull=True)
                | Q(state="confirmed", confirmed_at__isnull=False, ended_at__isnull=True)
                | (Q(state="ended", ended_at__isnull=False) & ~Q(ended_how="")),
            ),
        ]
        indexes = [
            models.Index(Lower("email"), name="newsletters_by_address"),
            models.Index(
                fields=["newsletter", "id"], condition=Q(state="confirmed"), name="newsletters_readers"
            ),
            models.Index(fields=["asked_at"], condition=Q(state="asked"), name="newsletters_unconfirmed"),
        ]

    def __str__(self) -> str:
        return f"{self.newsletter} to {self.person or self.email}"


class Delivery(models.Model):
    """One issue to one subscription. Whoever sends it claims it first, so that it goes once."""

    class State(models.TextChoices):
        OWED = "owed", _("Owed")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Could not be sent")  # given up
        BOUNCED = "bounced", _("Came back")
        NOT_WANTED = "not_wanted", _("Ended before it was sent")

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="deliveries")
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=10, choices=State, default=State.OWED)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=clock.now)
    claimed_until = models.DateTimeField(null=True, blank=True)  # on the wall clock
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issue", "subscription"], name="newsletters_delivery_once"),
            models.CheckConstraint(
                name="newsletters_delivery_sent_when",
                condition=~Q(state="sent") | Q(sent_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["issue", "next_try_at", "id"],
                condition=Q(state="owed"),
                name="newsletters_deliveries_owed",
            )
        ]

    def __str__(self) -> str:
        return f"{self.issue} to {self.subscription}"

"""Sources: what is followed, in which ecologies, whose it is, and how fetching it goes."""

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from collegium.ecology.models.ecologies import Ecology
from collegium.foundation import clock
from collegium.foundation.addresses import address
from collegium.people.models import Person


class SourceQuerySet(models.QuerySet["Source"]):
    def visible_to(self, person: Person | None) -> Self:
        """Sources of the ecologies that the person may see, and the person's own."""
        there = Ecology.objects.visible_to(person).filter(pk=OuterRef("ecology"))
        shown = Q(Exists(Following.objects.running().filter(source=OuterRef("pk")).filter(Exists(there))))
        if person is not None:
            shown |= Q(Exists(Claim.objects.filter(source=OuterRef("pk"), person=person)))
        return self.filter(shown)

    def due(self) -> Self:
        """Those that a worker may take up now: due, wanted by somebody, and in nobody's hands."""
        return self.filter(
            next_at__lte=clock.now(), state__in=[Source.State.FOLLOWED, Source.State.FAILING]
        ).filter(Q(taken_until__isnull=True) | Q(taken_until__lt=clock.wall()))


class Source(models.Model):
    """One feed, once, whoever follows it."""

    class Kind(models.TextChoices):
        BLOG = "blog", _("Blog or site")
        POST = "post", _("Single post")
        CHANNEL = "channel", _("Video channel")
        PROFILE = "profile", _("Profile")
        PODCAST = "podcast", _("Podcast")
        CALENDAR = "calendar", _("Calendar")
        LIBRARY = "library", _("Library of references")

    class Format(models.TextChoices):
        FEED = "feed", _("Feed (RSS, Atom or JSON)")
        CALENDAR = "calendar", _("Calendar (iCalendar)")
        PAGE = "page", _("Single page")  # no feed: the page itself is the one item

    class State(models.TextChoices):
        FOLLOWED = "followed", _("Followed")
        FAILING = "failing", _("Something is wrong")
        PAUSED = "paused", _("Paused")
        GONE = "gone", _("Gone")  # 410, or nobody follows it any more

    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.BLOG)
    format = models.CharField(max_length=12, choices=Format, default=Format.FEED)
    feed_url = models.URLField(max_length=2000)  # what is fetched
    feed_key = models.CharField(max_length=64, unique=True)  # sha256 hex of the address without its accidents
    page_url = models.URLField(max_length=2000, blank=True)  # what people read
    host = models.CharField(max_length=255)  # of feed_url: politeness counts by it
    title = models.CharField(_("title"), max_length=300, blank=True)
    description = models.TextField(blank=True)  # plain text
    language = models.CharField(max_length=20, blank=True)
    author_name = models.CharField(max_length=200, blank=True)
    rights = models.CharField(max_length=300, blank=True)  # what the feed says of copyright
    licence_url = models.URLField(max_length=500, blank=True)  # of all items that name none of their own
    picture_url = models.URLField(max_length=2000, blank=True)
    made_at = models.DateTimeField(default=clock.now)

    # How fetching goes
    state = models.CharField(max_length=10, choices=State, default=State.FOLLOWED)
    etag = models.CharField(max_length=500, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)  # as the server wrote it
    body_sha256 = models.CharField(max_length=64, blank=True)  # the same bytes again need no reading
    fetched_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)  # when it last brought something new
    next_at = models.DateTimeField(default=clock.now)
    interval = models.PositiveIntegerField(default=3600)  # seconds; follows how often it really changes
    failures = models.PositiveSmallIntegerField(default=0)  # in a row
    failing_since = models.DateTimeField(null=True, blank=True)
    finding = models.CharField(max_length=40, blank=True)  # a key of ``doctor.findings``; empty: all is well
    finding_detail = models.CharField(max_length=300, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)  # its people have been told of the present failure
    # A worker has it in hand until then, by the real clock; a moment longer than it has, so that its host may rest.
    taken_until = models.DateTimeField(null=True, blank=True)
    taken_by = models.CharField(max_length=60, blank=True)
    # Where it says that it has moved to for good; believed once it has said so for a while.
    moving_to = models.URLField(max_length=2000, blank=True)
    moving_since = models.DateTimeField(null=True, blank=True)
    moving_seen = models.PositiveSmallIntegerField(default=0)  # times in a row

    objects = SourceQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["next_at"], condition=Q(state__in=["followed", "failing"]), name="ecology_source_due"
            ),
            models.Index(fields=["host", "taken_until"], name="ecology_source_host"),
        ]

    def __str__(self) -> str:
        return self.title or self.page_url or self.feed_url

    def get_absolute_url(self) -> str:
        return address("ecology:source", source_id=self.pk)


class FollowingQuerySet(models.QuerySet["Following"]):
    def running(self) -> Self:
        return self.filter(ended_at__isnull=True)


class Following(models.Model):
    """A source in an ecology."""

    ecology = models.ForeignKey(Ecology, on_delete=models.CASCADE, related_name="followings")
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="followings")
    # Only items with one of these hashtags flow in (folded, without #); empty: all.
    only_tags = models.JSONField(default=list, blank=True)
    folder = models.CharField(
        max_length=300, blank=True
    )  # of OPML, "Teaching/Assessment": kept for the way out
    opml = models.JSONField(default=dict, blank=True)  # attributes of its outline that we have no word for
    added_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    added_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = FollowingQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ecology", "source"], name="ecology_following_once")]
        indexes = [
            models.Index(
                fields=["source"], condition=Q(ended_at__isnull=True), name="ecology_following_running"
            ),
            models.Index(
                fields=["ecology", "-id"], condition=Q(ended_at__isnull=True), name="ecology_following_latest"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} in {self.ecology}"


class Claim(models.Model):
    """Somebody says that a source is theirs; verified once the source says so too."""

    class How(models.TextChoices):
        REL_ME = "rel_me", _("the page links back with rel=“me”")
        TOKEN = "token", _("a token was placed on the page")
        EDITOR = "editor", _("an editor vouched for it")

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="claims")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="claims")
    token = models.CharField(max_length=40, unique=True)  # to be placed on the page: not a secret
    made_at = models.DateTimeField(default=clock.now)
    verified_at = models.DateTimeField(null=True, blank=True)  # None: shown as unverified
    how = models.CharField(max_length=10, choices=How, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "person"], name="ecology_claim_once"),
            models.UniqueConstraint(
                fields=["source"], condition=Q(verified_at__isnull=False), name="ecology_one_verified_claim"
            ),
            models.CheckConstraint(
                name="ecology_claim_verified_how",
                condition=Q(verified_at__isnull=True, how="") | (Q(verified_at__isnull=False) & ~Q(how="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} claims {self.source}"


class Move(models.Model):
    """A source said that it has moved for good; its old address leads to the new one for whoever types it."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="moves")
    from_url = models.URLField(max_length=2000)
    from_key = models.CharField(max_length=64, unique=True)  # as Source.feed_key
    to_url = models.URLField(max_length=2000)
    at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.from_url} to {self.to_url}"


class Fetch(models.Model):
    """One look at a source. The last fifty of each are kept."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="fetches")
    at = models.DateTimeField(default=clock.now)
    status = models.PositiveSmallIntegerField(null=True, blank=True)  # of HTTP; None: no answer, or pushed
    finding = models.CharField(max_length=40, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    size = models.PositiveIntegerField(default=0)  # bytes, after decompression
    milliseconds = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    was_pushed = models.BooleanField(default=False)  # it came by WebSub

    class Meta:
        indexes = [models.Index(fields=["source", "-id"], name="ecology_fetch_latest")]

    def __str__(self) -> str:
        return f"{self.source} {self.at}"


class Hub(models.Model):
    """A WebSub subscription (W3C Recommendation, 2018): the hub brings what is new, so it is fetched seldom."""

    class State(models.TextChoices):
        ASKED = "asked", _("asked for")
        VERIFIED = "verified", _("verified")
        DENIED = "denied", _("denied")
        ENDED = "ended", _("ended")

    source = models.OneToOneField(Source, on_delete=models.CASCADE, related_name="hub")
    hub_url = models.URLField(max_length=2000)
    topic_url = models.URLField(max_length=2000)
    callback = models.CharField(max_length=64, unique=True)  # the unguessable end of our address for it
    secret = models.CharField(
        max_length=64
    )  # what the hub signs with; worth no more than one feed's contents
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField(default=clock.now)
    lease_ends_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)  # of a denial

    class Meta:
        indexes = [models.Index(fields=["state", "lease_ends_at"], name="ecology_hub_lease")]

    def __str__(self) -> str:
        return f"{self.hub_url} for {self.source}"


class Look(models.Model):
    """An address that somebody has looked at: done in the background, kept for a day."""

    ecology = models.ForeignKey(Ecology, on_delete=models.CASCADE, related_name="looks")
    by = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    asked = models.CharField(max_length=2000)  # as it was typed
    at = models.DateTimeField(default=clock.now)
    found = models.JSONField(null=True, blank=True)  # see ``doctor.Examination.as_json``; None: not done yet
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["at"], name="ecology_look_at")]
        constraints = [
            models.CheckConstraint(
                name="ecology_look_found",
                condition=Q(finished_at__isnull=True, found__isnull=True)
                | Q(finished_at__isnull=False, found__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.asked} for {self.ecology}"


class OutlineImport(models.Model):
    """A list of sources that somebody brought as OPML: worked off in the background, and kept for the way out."""

    ecology = models.ForeignKey(Ecology, on_delete=models.CASCADE, related_name="imports")
    by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=clock.now)
    head = models.JSONField(default=dict, blank=True)  # of the file, as it was
    outlines = models.JSONField(default=list)  # see ``opml.Outline``; those that are no feeds too
    done = models.PositiveIntegerField(default=0)  # how many of them have been worked off
    followed = models.PositiveIntegerField(default=0)  # were not followed here before
    refused = models.JSONField(default=list, blank=True)  # [{"title", "url", "why"}]
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{len(self.outlines)} outlines for {self.ecology}"

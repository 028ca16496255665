"""Items: one thing that was published, once, with every place where it was seen; and the rivers that it flows in."""

from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from collegium.ecology.models.ecologies import Ecology
from collegium.ecology.models.sources import Claim, Source
from collegium.foundation import clock
from collegium.foundation.addresses import address
from collegium.people.models import Person


class ItemQuerySet(models.QuerySet["Item"]):
    def visible_to(self, person: Person | None) -> Self:
        """Items that flow, unhidden, in an ecology that the person may see; and those of the person's own sources."""
        # Asked of each item that is looked at: a list of all that flow would be a million long.
        there = Ecology.objects.visible_to(person).filter(pk=OuterRef("ecology"))
        flows = Flow.objects.filter(item=OuterRef("pk"), hidden_at__isnull=True).filter(Exists(there))
        seen = Q(Exists(flows))
        if person is not None:
            own = Claim.objects.filter(person=person, verified_at__isnull=False).values("source")
            seen |= Q(Exists(Appearance.objects.filter(item=OuterRef("pk"), source__in=own)))
        return self.filter(seen)


class Item(models.Model):
    class Kind(models.TextChoices):
        POST = "post", _("Post")
        NOTE = "note", _("Short note")  # no title of its own, as on a microblog
        VIDEO = "video", _("Video")
        AUDIO = "audio", _("Audio")
        IMAGE = "image", _("Image")
        EVENT = "event", _("Event")
        REFERENCE = "reference", _("Reference")

    title = models.CharField(max_length=500, blank=True)  # plain text
    url = models.URLField(
        max_length=2000, blank=True
    )  # where people read it: the first address that it was seen by
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.POST)
    author_name = models.CharField(max_length=200, blank=True)  # as its source says
    # Whose source it came from, where that is verified; kept in step when a claim is verified or lost.
    author = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="items")
    language = models.CharField(max_length=20, blank=True)
    summary = models.TextField(blank=True)  # plain text, at most 600 characters
    html = models.TextField(blank=True)  # safe HTML, whole; shown only where ``may_show_whole``
    licence_url = models.URLField(max_length=500, blank=True)  # of the item, or of its source
    picture_url = models.URLField(max_length=2000, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)  # as it says, in UTC
    edited_at = models.DateTimeField(null=True, blank=True)  # as it says
    seen_at = models.DateTimeField(default=clock.now)  # when it first came
    # Where it stands in a river: published_at, or seen_at where it has none or one that lies ahead.
    flows_at = models.DateTimeField(default=clock.now)
    begins_at = models.DateTimeField(null=True, blank=True)  # of an event
    ends_at = models.DateTimeField(null=True, blank=True)
    place = models.CharField(max_length=300, blank=True)
    content_sha256 = models.CharField(max_length=64)  # of title and words: whether a copy is another version
    fingerprint = models.BigIntegerField(
        null=True, blank=True
    )  # of the words: see ``likeness``; None: too few

    objects = ItemQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-flows_at", "-id"], name="ecology_item_latest"),
            models.Index(
                fields=["author", "-flows_at", "-id"],
                condition=Q(author__isnull=False),
                name="ecology_item_of",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.summary[:80]

    def get_absolute_url(self) -> str:
        return address("ecology:item", item_id=self.pk)


class ItemKey(models.Model):
    """By what an item is known again: an address without its accidents, a syndicated address, or a feed's own guid.

    One row a key, for the whole house: two workers that bring the same thing meet here.
    """

    key = models.CharField(max_length=64, unique=True)  # sha256 hex of kind and value: see ``identity``
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="keys")

    def __str__(self) -> str:
        return self.key


class FormerItem(models.Model):
    """The number of an item that was joined with another, so that its address still leads somewhere."""

    number = models.BigIntegerField(unique=True)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="former")

    def __str__(self) -> str:
        return f"{self.number}, now {self.item}"


class Trait(models.Model):
    """What near copies share: see ``likeness.traits``."""

    value = models.BigIntegerField()
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="traits", db_index=False)

    class Meta:
        indexes = [
            models.Index(fields=["value", "-item"], name="ecology_trait_value"),
            models.Index(fields=["item"], name="ecology_trait_of_item"),
        ]

    def __str__(self) -> str:
        return f"{self.value:x} of {self.item}"


class Unindexed(models.Model):
    """An item that is new or was changed, and whose words are still to be written into the index: see ``words``.

    A row for each time, written with the change itself: so nothing is forgotten when a worker dies, and nothing that is
    changed while it is being indexed.
    """

    item_id = models.BigIntegerField()  # no foreign key: it may be gone by then

    def __str__(self) -> str:
        return str(self.item_id)


class Appearance(models.Model):
    """An item in a source."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="appearances")
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="appearances")
    guid = models.CharField(max_length=500, blank=True)  # as the feed has it
    guid_key = models.CharField(max_length=64)  # sha256 hex of the guid, or of what stands in for one
    url = models.URLField(max_length=2000, blank=True)  # as the feed has it
    content_sha256 = models.CharField(max_length=64)  # of what this source last said
    first_seen_at = models.DateTimeField(default=clock.now)
    last_seen_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "guid_key"], name="ecology_appearance_once")]
        indexes = [models.Index(fields=["source", "-first_seen_at"], name="ecology_appearance_latest")]

    def __str__(self) -> str:
        return f"{self.item} in {self.source}"


class Version(models.Model):
    """What an item said before it was edited; the present words stand in the item."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="versions")
    title = models.CharField(max_length=500, blank=True)
    summary = models.TextField(blank=True)
    html = models.TextField(blank=True)
    content_sha256 = models.CharField(max_length=64)
    until = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.item} until {self.until}"


class Tag(models.Model):
    """A hashtag or category of an item."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=80)  # folded: see ``tags.fold``
    said = models.CharField(max_length=120)  # as it was written
    flows_at = models.DateTimeField()  # the item's, so that a tag's river is read by one index

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "name"], name="ecology_tag_once")]
        indexes = [models.Index(fields=["name", "-flows_at", "-item"], name="ecology_tag_river")]

    def __str__(self) -> str:
        return f"#{self.said}"


class Enclosure(models.Model):
    """A recording, picture or file that belongs to an item; never fetched, only linked."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="enclosures")
    url = models.URLField(max_length=2000)
    media_type = models.CharField(max_length=120, blank=True)
    size = models.PositiveBigIntegerField(null=True, blank=True)  # bytes, as the feed says
    seconds = models.PositiveIntegerField(null=True, blank=True)
    title = models.CharField(max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.url


class NearCopy(models.Model):
    """Two items whose words are nearly the same: offered to editors, never merged in silence."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="near_copies")  # the later one
    other = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="+")
    likeness = models.PositiveSmallIntegerField()  # per cent
    found_at = models.DateTimeField(default=clock.now)
    settled_at = models.DateTimeField(
        null=True, blank=True
    )  # said to be different things (the same: merged, gone)
    settled_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "other"], name="ecology_near_copy_once"),
            models.CheckConstraint(name="ecology_near_copy_of_another", condition=~Q(item=F("other"))),
        ]

    def __str__(self) -> str:
        return f"{self.item} like {self.other}"


class Flow(models.Model):
    """An item in an ecology's river. Written when the item comes, so that a page of the river is one walk of an index."""

    ecology = models.ForeignKey(Ecology, on_delete=models.CASCADE, related_name="flows")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="flows")
    source = models.ForeignKey(
        Source, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # that brought it here first; None: somebody put it in by hand
    flows_at = models.DateTimeField()  # the item's
    kind = models.CharField(max_length=10)  # the item's
    language = models.CharField(max_length=20, blank=True)  # the item's
    highlighted_at = models.DateTimeField(null=True, blank=True)
    highlighted_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    words = models.CharField(max_length=500, blank=True)  # why it is highlighted
    hidden_at = models.DateTimeField(null=True, blank=True)  # an editor took it out of this river
    hidden_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ecology", "item"], name="ecology_flow_once")]
        indexes = [
            models.Index(
                fields=["ecology", "-flows_at", "-item"],
                condition=Q(hidden_at__isnull=True),
                name="ecology_river",
            ),
            models.Index(
                fields=["ecology", "-highlighted_at"],
                condition=Q(highlighted_at__isnull=False),
                name="ecology_highlights",
            ),
            models.Index(
                fields=["ecology", "-flows_at", "-item"],
                condition=Q(hidden_at__isnull=True, highlighted_at__isnull=False),
                name="ecology_river_highlighted",
            ),
            # Videos, or what is in one language, may be one in ten thousand of a river.
            models.Index(
                fields=["ecology", "kind", "-flows_at", "-item"],
                condition=Q(hidden_at__isnull=True),
                name="ecology_river_of_a_kind",
            ),
            models.Index(
                fields=["ecology", "language", "-flows_at", "-item"],
                condition=Q(hidden_at__isnull=True),
                name="ecology_river_in_a_language",
            ),
            models.Index(
                fields=["ecology", "-flows_at", "-item"],
                condition=Q(hidden_at__isnull=False),
                name="ecology_river_taken_out",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} in {self.ecology}"


class Mark(models.Model):
    """What one person did with an item: private to that person."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="marks")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="marks")
    read_at = models.DateTimeField(null=True, blank=True)
    saved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "item"], name="ecology_mark_once")]
        indexes = [
            models.Index(
                fields=["person", "-saved_at"], condition=Q(saved_at__isnull=False), name="ecology_saved"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} and {self.item}"


class Reading(models.Model):
    """How far a person has read a river: what is older counts as read. One row a person and river."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    ecology = models.ForeignKey(Ecology, on_delete=models.CASCADE, related_name="+")
    read_through = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "ecology"], name="ecology_reading_once")]

    def __str__(self) -> str:
        return f"{self.person} has read {self.ecology} until {self.read_through}"


class Mute(models.Model):
    """A source or a hashtag that one person does not want to see in any river: private to that person."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="mutes")
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    tag = models.CharField(max_length=80, blank=True)  # folded
    muted_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="ecology_mute_one_thing",
                condition=Q(source__isnull=False, tag="") | (Q(source__isnull=True) & ~Q(tag="")),
            ),
            models.UniqueConstraint(
                fields=["person", "source"],
                condition=Q(source__isnull=False),
                name="ecology_mute_source_once",
            ),
            models.UniqueConstraint(
                fields=["person", "tag"], condition=~Q(tag=""), name="ecology_mute_tag_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} mutes {self.source or self.tag}"


class FlowOfMonth(models.Model):
    """How many items a source brought into a large river in a month that is over, so that the map need not count a million.

    Counted anew each night (``queries.volumes``); what has come into such a month since then is counted when it is asked for.
    """

    ecology = models.ForeignKey(Ecology, on_delete=models.CASCADE, related_name="+", db_index=False)
    source = models.ForeignKey(
        Source, null=True, on_delete=models.CASCADE, related_name="+"
    )  # None: put in by hand
    month = models.DateTimeField()  # its first moment, in UTC
    items = models.PositiveIntegerField()  # that are not hidden
    marked = models.PositiveIntegerField(default=0)  # of them, with the ecology's hashtag

    class Meta:
        # All that is asked of a row, so that an index alone answers.
        indexes = [
            models.Index(
                fields=["ecology", "month", "source", "items", "marked"], name="ecology_flow_of_month"
            )
        ]

    def __str__(self) -> str:
        return f"{self.items} in {self.month:%Y-%m}"


class Tally(models.Model):
    """Up to where the months of a river have been counted."""

    ecology = models.OneToOneField(Ecology, on_delete=models.CASCADE, related_name="tally")
    since = models.DateTimeField()  # the first moment of the first month
    before = models.DateTimeField()  # the first moment of the first month that was not over
    hashtag = models.CharField(max_length=80, blank=True)  # the ecology's, then
    through = models.BigIntegerField()  # the last flow that was there
    counted_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.ecology} before {self.before:%Y-%m}"

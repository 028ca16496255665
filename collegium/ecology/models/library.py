"""The library of an ecology: resources worth keeping, who recommended them and why, and reading lists of them."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from collegium.conversations.models import Thread
from collegium.ecology.models.ecologies import Ecology
from collegium.ecology.models.items import Item
from collegium.foundation import clock
from collegium.foundation.addresses import address
from collegium.foundation.models import Blob
from collegium.people.models import Person
from collegium.schemes.models import Node


class ResourceQuerySet(models.QuerySet["Resource"]):
    def visible_to(self, person: Person | None) -> Self:
        return self.filter(
            removed_at__isnull=True, ecology__in=Ecology.objects.visible_to(person).values("pk")
        )


class Resource(models.Model):
    """``csl`` is the description, as CSL-JSON 1.0.2; the other columns are taken from it to be found and sorted by."""

    ecology = models.ForeignKey(Ecology, on_delete=models.CASCADE, related_name="resources")
    csl = models.JSONField()  # one item of CSL-JSON, without "id"; checked against its schema
    # What an imported entry said beyond CSL-JSON, by format ("bibtex": {...}), so that it goes out again as it came.
    beyond = models.JSONField(default=dict, blank=True)
    cite_key = models.CharField(max_length=120)  # "salmon2019", unique in its library
    title = models.CharField(_("title"), max_length=500)
    authors = models.CharField(
        max_length=500, blank=True
    )  # "Salmon, G.; Conole, G.": to be shown and sorted by
    year = models.SmallIntegerField(null=True, blank=True)
    doi = models.CharField(_("DOI"), max_length=300, blank=True)  # lower case, without its resolver
    url = models.URLField(_("address"), max_length=2000, blank=True)
    known_by = models.CharField(
        max_length=64
    )  # sha256 hex of the DOI, else of the address, else of title and year
    blob = models.ForeignKey(Blob, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200, blank=True)
    licence_url = models.URLField(_("licence"), max_length=500, blank=True)
    rights = models.CharField(_("in your words"), max_length=300, blank=True)  # "with leave of its author"
    language = models.CharField(max_length=20, blank=True)
    abstract = models.TextField(blank=True)  # plain text
    item = models.ForeignKey(Item, null=True, blank=True, on_delete=models.SET_NULL, related_name="resources")
    # The conversation that somebody kept it from.
    thread = models.ForeignKey(Thread, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    added_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    added_at = models.DateTimeField(default=clock.now)
    edited_at = models.DateTimeField(default=clock.now)
    removed_at = models.DateTimeField(null=True, blank=True)
    # Whether the link still leads somewhere, and what stood there when it was kept.
    link_checked_at = models.DateTimeField(null=True, blank=True)
    link_answers = models.BooleanField(null=True)  # None: not asked yet
    link_finding = models.CharField(max_length=300, blank=True)
    link_failures = models.PositiveSmallIntegerField(default=0)  # one after the other, up to now
    link_failing_since = models.DateTimeField(null=True, blank=True)  # it is held to be rotten
    frozen_html = models.TextField(blank=True)  # safe HTML
    frozen_sha256 = models.CharField(max_length=64, blank=True)
    frozen_at = models.DateTimeField(null=True, blank=True)

    objects = ResourceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ecology", "known_by"],
                condition=Q(removed_at__isnull=True),
                name="ecology_resource_once",
            ),
            models.UniqueConstraint(
                fields=["ecology", "cite_key"],
                condition=Q(removed_at__isnull=True),
                name="ecology_cite_key_once",
            ),
        ]
        indexes = [models.Index(fields=["ecology", "-added_at", "-id"], name="ecology_resource_latest")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("ecology:resource", resource_id=self.pk)


class Recommendation(models.Model):
    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="recommendations")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="recommendations")
    why = models.TextField(_("why"), blank=True)  # plain text
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["resource", "person"], name="ecology_recommendation_once")
        ]

    def __str__(self) -> str:
        return f"{self.person} recommends {self.resource}"


class ResourceTag(models.Model):
    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=80)  # folded
    said = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["resource", "name"], name="ecology_resource_tag_once")]

    def __str__(self) -> str:
        return self.said


class Relevance(models.Model):
    """What criterion a resource helps with, and how strongly (strengths as in ALT's ocTEL map, 2013)."""

    class Strength(models.IntegerChoices):
        MAY_ALSO = 1, _("may also be relevant")
        PRIMARILY = 2, _("primarily relevant")
        DIRECTLY = 3, _("directly relevant")

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="relevances")
    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="+")
    strength = models.PositiveSmallIntegerField(choices=Strength, default=Strength.PRIMARILY)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["resource", "node"], name="ecology_relevance_once")]

    def __str__(self) -> str:
        return f"{self.resource} for {self.node}"


class ReadingList(models.Model):
    """For a section (``node``), or for something of a room above (``about``): a week."""

    ecology = models.ForeignKey(Ecology, on_delete=models.CASCADE, related_name="reading_lists")
    title = models.CharField(_("title"), max_length=200)
    words = models.TextField(_("a word before it"), blank=True)  # safe HTML
    node = models.ForeignKey(Node, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    about_kind = models.CharField(max_length=60, blank=True)
    about_id = models.CharField(max_length=40, blank=True)
    made_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["about_kind", "about_id"], name="ecology_reading_list_about")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("ecology:reading_list", list_id=self.pk)


class Entry(models.Model):
    """A resource on a reading list."""

    reading_list = models.ForeignKey(ReadingList, on_delete=models.CASCADE, related_name="entries")
    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="entries")
    position = models.PositiveSmallIntegerField(default=0)
    is_core = models.BooleanField(_("to be read by all"), default=False)
    words = models.CharField(_("why, or which part"), max_length=500, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["reading_list", "resource"], name="ecology_entry_once")
        ]

    def __str__(self) -> str:
        return f"{self.resource} on {self.reading_list}"


class ReferenceFile(models.Model):
    """References that somebody read from a file and has looked at, but not brought yet. Gone when they are, or after a day."""

    ecology = models.ForeignKey(Ecology, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=clock.now)
    name = models.CharField(max_length=200)
    references = models.JSONField()  # list of ``csl.Reference`` as objects

    def __str__(self) -> str:
        return self.name

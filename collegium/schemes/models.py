"""What was loaded from a scheme's files, who holds which role in it, and what its coordinator answered.

A framework and a scheme version never change once loaded: the document is kept as read, with its hash, and the rows of
nodes, principles and pathways are there to be pointed at.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from collegium.foundation import clock
from collegium.foundation.addresses import address
from collegium.foundation.fields import DocumentField
from collegium.people.models import Person

if TYPE_CHECKING:
    from collegium.schemes.documents import FrameworkDocument, PathwayDocument, SchemeDocument


class Framework(models.Model):
    """One version of a framework, as loaded."""

    key = models.SlugField(max_length=60)
    version = models.CharField(max_length=30)
    title = models.CharField(max_length=200)
    document = DocumentField()
    sha256 = models.CharField(max_length=64)
    loaded_at = models.DateTimeField(default=clock.now)
    loaded_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="schemes_framework_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.version})"

    @cached_property
    def read(self) -> FrameworkDocument:
        # Late, because documents read files and a plain query of rows should not load a YAML parser.
        from collegium.schemes.documents import memory

        return memory.framework(lambda: self.document, sha256=self.sha256)


class Node(models.Model):
    """A section, criterion or dimension of a framework: what evidence is aligned to and a portfolio is written for."""

    framework = models.ForeignKey(Framework, on_delete=models.CASCADE, related_name="nodes")
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="children"
    )
    code = models.CharField(max_length=30)
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=30)  # as in the file: section, criterion, dimension, statement, group
    assessed = models.BooleanField()
    position = models.PositiveIntegerField()  # reading order over the whole tree

    class Meta:
        ordering = ["framework", "position"]
        constraints = [models.UniqueConstraint(fields=["framework", "code"], name="schemes_node_code_once")]

    def __str__(self) -> str:
        # As in the document: a code without a digit ("plans") is a name for the file, which nobody says.
        return f"{self.code} {self.title}" if any(sign.isdigit() for sign in self.code) else self.title


class Principle(models.Model):
    """Cuts across every section of a framework."""

    framework = models.ForeignKey(Framework, on_delete=models.CASCADE, related_name="principles")
    code = models.CharField(max_length=30)
    title = models.CharField(max_length=300)
    position = models.PositiveIntegerField()

    class Meta:
        ordering = ["framework", "position"]
        constraints = [
            models.UniqueConstraint(fields=["framework", "code"], name="schemes_principle_code_once")
        ]

    def __str__(self) -> str:
        return self.title


class Scheme(models.Model):
    """The scheme that goes on while its versions follow each other: roles belong to it."""

    key = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=200)

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("schemes:scheme", key=self.key)


class SchemeVersion(models.Model):
    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="versions")
    framework = models.ForeignKey(Framework, on_delete=models.PROTECT, related_name="scheme_versions")
    version = models.CharField(max_length=30)
    title = models.CharField(max_length=200)
    document = DocumentField()
    sha256 = models.CharField(max_length=64)
    loaded_at = models.DateTimeField(default=clock.now)
    loaded_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    is_current = models.BooleanField(default=True)  # new registrations and portfolios take this version

    class Meta:
        ordering = ["scheme", "-loaded_at"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "version"], name="schemes_schemeversion_once"),
            models.UniqueConstraint(
                fields=["scheme"], condition=Q(is_current=True), name="schemes_schemeversion_one_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.version})"

    @cached_property
    def read(self) -> SchemeDocument:
        """As published; what the coordinator answered is in ``queries.in_force``."""
        from collegium.schemes.documents import memory  # late: see Framework.read

        return memory.scheme(lambda: self.document, sha256=self.sha256)


class PathwayQuerySet(models.QuerySet["Pathway"]):
    def current(self) -> Self:
        return self.filter(scheme_version__is_current=True)

    def for_display(self) -> Self:
        return self.select_related("scheme_version__scheme", "scheme_version__framework")


class Pathway(models.Model):
    scheme_version = models.ForeignKey(SchemeVersion, on_delete=models.CASCADE, related_name="pathways")
    key = models.SlugField(max_length=60)
    title = models.CharField(max_length=200)
    post_nominals = models.CharField(max_length=40, blank=True)
    position = models.PositiveIntegerField()

    objects = PathwayQuerySet.as_manager()

    class Meta:
        ordering = ["scheme_version", "position"]
        constraints = [models.UniqueConstraint(fields=["scheme_version", "key"], name="schemes_pathway_once")]

    def __str__(self) -> str:
        return self.title

    @cached_property
    def read(self) -> PathwayDocument:
        return self.scheme_version.read.pathway(self.key)


class UnsetAnswer(models.Model):
    """What the coordinator decided where the scheme has published no rule. The newest answer for a path holds."""

    scheme_version = models.ForeignKey(SchemeVersion, on_delete=models.CASCADE, related_name="unset_answers")
    path = models.CharField(max_length=200)  # "pathways.associate.requirement"
    answer = models.JSONField()
    reason = models.TextField()
    answered_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    answered_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-answered_at", "-id"]

    def __str__(self) -> str:
        return self.path


class RoleHolding(models.Model):
    """A person's role in a scheme, from when to when."""

    class Kind(models.TextChoices):
        COORDINATOR = "coordinator", _("Scheme coordinator")
        ASSESSOR = "assessor", _("Assessor")

    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="role_holdings")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="scheme_roles")
    kind = models.CharField(max_length=12, choices=Kind)
    # For an assessor whose award was made elsewhere: the pathway that they hold. Awards made here are found by themselves.
    holds_pathway = models.SlugField(max_length=60, blank=True)
    # Assessments done as second assessor before the scheme came here: counts towards being lead.
    earlier_assessments = models.PositiveIntegerField(default=0)
    granted_at = models.DateTimeField(default=clock.now)
    granted_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "person", "kind"],
                condition=Q(withdrawn_at__isnull=True),
                name="schemes_roleholding_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.kind} of {self.scheme}"

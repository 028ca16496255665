"""Evidence, the people shown in it, and its alignment to criteria and principles."""

from functools import lru_cache

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from collegium.foundation import clock
from collegium.foundation.addresses import address
from collegium.foundation.models import Blob
from collegium.people.models import Audienced, AudiencedQuerySet, Person
from collegium.schemes.models import Node, Principle


class EvidenceQuerySet(AudiencedQuerySet):
    pass


class SourceKind(models.TextChoices):
    """From where on this site evidence can be kept in one step."""

    POST = "post", _("Post")
    PROJECT = "project", _("Project")
    ATTENDANCE = "attendance", _("Attendance of an event")
    ITEM = "item", _("Item of the river")


class Evidence(Audienced):
    class Kind(models.TextChoices):
        DOCUMENT = "document", _("Document")
        IMAGE = "image", _("Image")
        AUDIO = "audio", _("Audio")
        VIDEO = "video", _("Video")
        LINK = "link", _("Link")
        NOTE = "note", _("Note")
        TESTIMONIAL = "testimonial", _("Testimonial")
        DATA = "data", _("Data")

    owner = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="evidence")
    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    happened_on = models.DateField(_("when it happened"), null=True, blank=True)
    description = models.TextField(_("what it is"), blank=True)  # plain text
    impact = models.TextField(_("impact"), blank=True)  # plain text: what changed, for whom
    body = models.TextField(_("note"), blank=True)  # safe HTML: the words of a note or testimonial
    said_by = models.CharField(_("said by"), max_length=200, blank=True)  # of a testimonial
    url = models.URLField(_("address"), max_length=2000, blank=True)
    access = models.CharField(_("how to get in"), max_length=300, blank=True)  # of a link behind a password
    blob = models.ForeignKey(Blob, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200, blank=True)
    alt_text = models.CharField(_("text alternative"), max_length=1000, blank=True)  # of an image
    link_checked_at = models.DateTimeField(null=True, blank=True)
    link_answers = models.BooleanField(null=True)  # None: not asked yet
    link_finding = models.CharField(max_length=300, blank=True)  # a sentence
    captured_at = models.DateTimeField(default=clock.now)
    edited_at = models.DateTimeField(default=clock.now)
    # Where it comes from, if it was kept from a place of this site, and what stood there then: see ``provenance``.
    source_kind = models.CharField(max_length=12, choices=SourceKind, blank=True)
    source_id = models.PositiveBigIntegerField(null=True, blank=True)
    source_url = models.URLField(max_length=2000, blank=True)
    source_title = models.CharField(max_length=200, blank=True)  # of the thread, the project, the event
    source_author = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    source_name = models.CharField(
        max_length=120, blank=True
    )  # the author's, as it was; empty once they left
    source_at = models.DateTimeField(null=True, blank=True)  # when it was posted, made, attended
    frozen_html = models.TextField(blank=True)  # safe HTML; of somebody else's words an excerpt
    frozen_sha256 = models.CharField(max_length=64, blank=True)
    frozen_at = models.DateTimeField(null=True, blank=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta(Audienced.Meta):
        indexes = [models.Index(fields=["owner", "-id"], name="evidence_of_owner")]
        constraints = [
            *Audienced.Meta.constraints,
            models.UniqueConstraint(
                fields=["owner", "source_kind", "source_id"],
                condition=~Q(source_kind=""),
                name="evidence_source_once",
            ),
            models.CheckConstraint(
                name="evidence_source_is_whole",
                condition=Q(source_kind="", source_id__isnull=True)
                | (~Q(source_kind="") & Q(source_id__isnull=False, frozen_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("evidence:evidence", evidence_id=self.pk)

    def get_kind_display(self) -> str:  # type: ignore[no-redef]  # of Django's making
        # Django's own translates all labels to find one, which a list of cards feels.
        return _kind_title(self.kind, get_language())


@lru_cache(maxsize=256)
def _kind_title(kind: str, language: str | None) -> str:  # noqa: ARG001  what it is translated to
    return str(_KINDS.get(kind, kind))


_KINDS = {kind.value: kind.label for kind in Evidence.Kind}


class PersonShown(models.Model):
    """Somebody to be seen or heard in a piece of evidence, and whether they agreed."""

    class Permission(models.TextChoices):
        AGREED = "agreed", _("They agreed")
        ANONYMISED = "anonymised", _("They can't be recognised")
        ASKED = "asked", _("Asked, no answer yet")
        UNASKED = "unasked", _("Not asked yet")

    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="people_shown")
    who = models.CharField(_("who"), max_length=200)  # a name, or "my students of 2025"
    permission = models.CharField(max_length=12, choices=Permission, default=Permission.UNASKED)
    note = models.CharField(_("how and when they agreed"), max_length=300, blank=True)

    def __str__(self) -> str:
        return self.who


class Alignment(models.Model):
    """What a piece of evidence speaks for, and how strongly (strengths as in ALT's ocTEL map, 2013)."""

    class Strength(models.IntegerChoices):
        MAY_ALSO = 1, _("may also be relevant")
        PRIMARILY = 2, _("primarily relevant")
        DIRECTLY = 3, _("directly relevant")

    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="alignments")
    node = models.ForeignKey(Node, null=True, blank=True, on_delete=models.CASCADE, related_name="alignments")
    principle = models.ForeignKey(
        Principle, null=True, blank=True, on_delete=models.CASCADE, related_name="alignments"
    )
    strength = models.PositiveSmallIntegerField(choices=Strength, default=Strength.PRIMARILY)
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="evidence_alignment_to_one", condition=Q(node__isnull=False) ^ Q(principle__isnull=False)
            ),
            models.UniqueConstraint(fields=["evidence", "node"], name="evidence_alignment_node_once"),
            models.UniqueConstraint(
                fields=["evidence", "principle"], name="evidence_alignment_principle_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.evidence} for {self.node or self.principle}"

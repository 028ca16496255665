"""Portfolio, its sections and parts with their revisions, and who else may read them."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from collegium.evidence.models import Evidence
from collegium.foundation import clock
from collegium.foundation.addresses import address
from collegium.foundation.models import Blob
from collegium.people.models import Audienced, AudiencedQuerySet, Circle, CircleMember, Person
from collegium.schemes.models import Node, Pathway, Scheme

# Tens of kilobytes each, and asked for only when a plan is not in memory (queries.plans).
WHOLE_DOCUMENTS = ("pathway__scheme_version__document", "pathway__scheme_version__framework__document")


class PortfolioQuerySet(AudiencedQuerySet):
    def visible_to(self, person: Person | None) -> Self:
        """Whole portfolios: one's own, a mentor's, of an audience that one belongs to, or shared with one as a whole."""
        open_to_all = super().visible_to(person)
        if person is None:
            return open_to_all
        whole = Share.objects.reaching(person).filter(section__isnull=True)
        return open_to_all | self.filter(Q(mentor=person) | Q(pk__in=whole.values("portfolio")))

    def for_display(self) -> Self:
        return self.select_related(
            "owner",
            "mentor",
            "circle",
            "declaration",
            "pathway__scheme_version__scheme",
            "pathway__scheme_version__framework",
        ).defer(*WHOLE_DOCUMENTS)


class Portfolio(Audienced):
    """On one pathway, and so pinned to the version of the scheme that it was begun with."""

    class Licence(models.TextChoices):
        ALL_RIGHTS = "all-rights-reserved", _("All rights reserved")
        CC_BY = "CC-BY-4.0", _("Creative Commons: attribution")
        CC_BY_SA = "CC-BY-SA-4.0", _("Creative Commons: attribution, share alike")
        CC_BY_NC = "CC-BY-NC-4.0", _("Creative Commons: attribution, non-commercial")
        CC_BY_NC_SA = "CC-BY-NC-SA-4.0", _("Creative Commons: attribution, non-commercial, share alike")
        CC_BY_ND = "CC-BY-ND-4.0", _("Creative Commons: attribution, no derivatives")
        CC0 = "CC0-1.0", _("No rights reserved (CC0)")

    owner = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="portfolios")
    pathway = models.ForeignKey(Pathway, on_delete=models.PROTECT, related_name="portfolios")
    title = models.CharField(_("title"), max_length=200)
    begun_at = models.DateTimeField(default=clock.now)
    edited_at = models.DateTimeField(default=clock.now)
    target_date = models.DateField(_("you hope to submit by"), null=True, blank=True)
    mentor = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="mentored_portfolios"
    )
    slug = models.SlugField(
        max_length=80, unique=True, null=True, blank=True
    )  # its readable address once published
    licence = models.CharField(_("licence"), max_length=24, choices=Licence, default=Licence.ALL_RIGHTS)
    published_at = models.DateTimeField(null=True, blank=True)
    # Codes of sections that may be edited; None: all. Set while a submission is with the assessors, or on a referral.
    open_codes = models.JSONField(null=True, blank=True)
    # A portfolio made elsewhere: an address or a file, with one Whereabouts for each section.
    made_elsewhere = models.BooleanField(default=False)
    elsewhere_url = models.URLField(max_length=2000, blank=True)
    elsewhere_access = models.CharField(max_length=300, blank=True)
    elsewhere_blob = models.ForeignKey(
        Blob, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    elsewhere_name = models.CharField(max_length=200, blank=True)
    elsewhere_checked_at = models.DateTimeField(null=True, blank=True)
    elsewhere_answers = models.BooleanField(null=True)  # None: not asked yet
    elsewhere_finding = models.CharField(max_length=300, blank=True)  # a sentence

    objects = PortfolioQuerySet.as_manager()

    class Meta(Audienced.Meta):
        indexes = [models.Index(fields=["owner", "-id"], name="portfolios_of_owner")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("portfolios:portfolio", portfolio_id=self.pk)

    @property
    def scheme(self) -> Scheme:
        return self.pathway.scheme_version.scheme

    @property
    def is_published(self) -> bool:
        return self.published_at is not None

    @property
    def is_locked(self) -> bool:
        """Nothing of it may be changed at present."""
        return self.open_codes == []

    @property
    def is_free(self) -> bool:
        """All of it may be changed, its arrangement too."""
        return self.open_codes is None

    @property
    def signed(self) -> Declaration | None:
        """The declaration, or None where there is none yet."""
        return getattr(self, "declaration", None)


class SectionQuerySet(models.QuerySet["Section"]):
    def visible_to(self, person: Person | None) -> Self:
        """Sections of portfolios that the person may read, and those shared with them one by one."""
        of_portfolios = Q(portfolio__in=Portfolio.objects.visible_to(person).values("pk"))
        if person is None:
            return self.filter(of_portfolios)
        single = Share.objects.reaching(person).filter(section__isnull=False)
        return self.filter(of_portfolios | Q(pk__in=single.values("section")))


class Section(models.Model):
    """One instance of a node in one portfolio: two specialist areas are two sections of one node."""

    portfolio = models.ForeignKey(Portfolio, on_delete=models.CASCADE, related_name="sections")
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+")
    instance = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(_("your own title"), max_length=200, blank=True)
    # For frameworks whose dimensions are tagged many-to-many: what this section also speaks for.
    dimensions: models.ManyToManyField[Node, Section] = models.ManyToManyField(
        Node, blank=True, related_name="+"
    )
    where_elsewhere = models.CharField(
        _("where it is"), max_length=500, blank=True
    )  # page, heading or address in a portfolio made elsewhere

    objects = SectionQuerySet.as_manager()

    class Meta:
        ordering = ["portfolio", "node__position", "instance"]
        constraints = [
            models.UniqueConstraint(fields=["portfolio", "node", "instance"], name="portfolios_section_once")
        ]

    def __str__(self) -> str:
        return self.title or str(self.node)

    def get_absolute_url(self) -> str:
        return address("portfolios:section", portfolio_id=self.portfolio_id, section_id=self.pk)

    @property
    def key(self) -> str:
        """``5`` for the first instance, ``5#2`` for the second: what judgements and referrals name."""
        return self.node.code if self.instance == 1 else f"{self.node.code}#{self.instance}"

    @property
    def name(self) -> str:
        """What its writer calls it, or what the framework does."""
        return self.title or self.node.title

    @property
    def is_open(self) -> bool:
        codes = self.portfolio.open_codes
        return codes is None or self.key in codes


class Part(models.Model):
    """One component (description, evidence, reflection, impact…) of a section: safe HTML, with its revision number."""

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="parts")
    component = models.CharField(max_length=30)
    html = models.TextField(blank=True)
    words = models.PositiveIntegerField(default=0)
    marks = models.JSONField(default=dict, blank=True)  # {principle code: words marked with it}
    revision = models.PositiveIntegerField(default=0)  # a save names the revision that it was written on
    saved_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["section", "component"], name="portfolios_part_once")]

    def __str__(self) -> str:
        return f"{self.section}: {self.component}"


class Revision(models.Model):
    """What a part said. Saves within ten minutes of one sitting share a row."""

    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    html = models.TextField(blank=True)
    words = models.PositiveIntegerField(default=0)
    saved_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    begun_at = models.DateTimeField(default=clock.now)  # the first save that this row stands for
    saved_at = models.DateTimeField(default=clock.now)  # the last one

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["part", "number"], name="portfolios_revision_once")]

    def __str__(self) -> str:
        return f"{self.part}, {self.number}"


class Placement(models.Model):
    """Evidence used in a section: put beside it, or embedded in its words."""

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="placements")
    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="placements")
    embedded = models.BooleanField(default=False)
    placed_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["section", "evidence"], name="portfolios_placement_once")
        ]

    def __str__(self) -> str:
        return f"{self.evidence} in {self.section}"


class Declaration(models.Model):
    """Own work, collaborators credited, evidence anonymised or with permission: as signed, with the words that were signed."""

    portfolio = models.OneToOneField(Portfolio, on_delete=models.CASCADE, related_name="declaration")
    statements = models.JSONField()  # list[str], the sentences agreed to
    collaborators = models.TextField(_("who worked on it with you"), blank=True)
    nominated_assessor = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    signed_name = models.CharField(max_length=120)
    signed_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.signed_name}, {self.signed_at:%Y-%m-%d}"


class ShareQuerySet(models.QuerySet["Share"]):
    def open(self) -> Self:
        return self.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=clock.now()), ended_at__isnull=True)

    def reaching(self, person: Person) -> Self:
        """Open ones with this person, or with a circle that they are in; links are for whoever holds them."""
        circles = CircleMember.objects.filter(person=person).values("circle")
        return self.open().filter(Q(person=person) | Q(circle__in=circles))


class Share(models.Model):
    """Lets a person, a circle or whoever has the link read a portfolio, or one section of it, until a day."""

    portfolio = models.ForeignKey(Portfolio, on_delete=models.CASCADE, related_name="shares")
    section = models.ForeignKey(
        Section, null=True, blank=True, on_delete=models.CASCADE, related_name="shares"
    )
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.CASCADE, related_name="shares_received"
    )
    circle = models.ForeignKey(Circle, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    token_hash = models.CharField(
        max_length=64, blank=True
    )  # sha256 hex of a link's token; the token itself is shown once
    label = models.CharField(_("for whom"), max_length=120, blank=True)
    made_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ShareQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="portfolios_share_with_one",
                condition=Q(person__isnull=False, circle__isnull=True, token_hash="")
                | Q(person__isnull=True, circle__isnull=False, token_hash="")
                | (Q(person__isnull=True, circle__isnull=True, expires_at__isnull=False) & ~Q(token_hash="")),
            ),
            models.UniqueConstraint(
                fields=["token_hash"], condition=~Q(token_hash=""), name="portfolios_share_token_once"
            ),
        ]

    def __str__(self) -> str:
        return self.label or str(self.pk)

    @property
    def is_link(self) -> bool:
        return bool(self.token_hash)

    @property
    def is_open(self) -> bool:
        return self.ended_at is None and (self.expires_at is None or self.expires_at > clock.now())

"""Portfolio, its sections and parts with their revisions, and who else may read them."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from collegium.evidence.models import Evidence
from collegium.foundation import clock
from collegium.foundation.addresses import address
from collegium.foundation.models import Blob
from collegium.people.models import Audience, Audienced, AudiencedQuerySet, Circle, CircleMember, Person
from collegium.schemes.models import Node, Pathway, Scheme

# Tens of kilobytes each, and asked for only when a plan is not in memory (queries.plans).
WHOLE_DOCUMENTS = ("pathway__scheme_version__document", "pathway__scheme_version__framework__document")


class PortfolioQuerySet(AudiencedQuerySet):
    def visible_to(self, person: Person | None, *, at: dt.datetime | None = None) -> Self:
        """Whole portfolios: one's own, a mentor's, of an audience that one belongs to, or shared with one as a whole.

        That of a group is its members', and nobody's who has left it, be it they who began it. ``at`` is for a query that
        is prepared, as with ``Share.objects.open``.
        """
        if person is None:
            return super().visible_to(None)
        circles = CircleMember.objects.filter(person=person).values("circle")
        whole = Share.objects.reaching(person, at=at).filter(section__isnull=True)
        return self.filter(
            Q(audience__in=[Audience.PUBLIC, Audience.SIGNED_IN])
            | Q(owner=person, group__isnull=True)
            | Q(audience=Audience.CIRCLE, circle__in=circles)
            | Q(group__in=circles)
            | Q(mentor=person)
            | Q(pk__in=whole.values("portfolio"))
        )

    def own(self) -> Self:
        """Those that one person writes, and may hand in: all but those of groups."""
        return self.filter(group__isnull=True)

    def of_groups(self, person: Person) -> Self:
        """Those that the person writes with others at present."""
        return self.filter(group__in=CircleMember.objects.filter(person=person).values("circle"))

    def for_display(self) -> Self:
        return self.select_related(
            "owner",
            "mentor",
            "circle",
            "group",
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
    # Whose it is, if several write it: ``owner`` then only keeps it. Who writes and reads follows the circle at once.
    group = models.ForeignKey(
        Circle, null=True, blank=True, on_delete=models.PROTECT, related_name="group_portfolios"
    )
    # These may see the gap board, titles of examples and no words, whatever else they may read.
    board_circle = models.ForeignKey(
        Circle, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    slug = models.SlugField(
        max_length=80, unique=True, null=True, blank=True
    )  # its readable address once published
    licence = models.CharField(_("licence"), max_length=24, choices=Licence, default=Licence.ALL_RIGHTS)
    published_at = models.DateTimeField(null=True, blank=True)
    # Codes of sections that may be edited; None: all. Set while a submission is with the assessors, or on a referral.
    open_codes = models.JSONField(null=True, blank=True)
    # The style of the bibliography at its end (``ecology.citations.STYLES``); empty: it has none.
    bibliography = models.CharField(max_length=20, blank=True)
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
    # In the portfolio of a group: whose own page it is. None: everybody's, one at a time.
    writer = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.CASCADE, related_name="own_sections"
    )
    # Who else wrote what was taken over from the portfolio of a group; shown wherever the section is.
    credit = models.CharField(_("written with"), max_length=1000, blank=True)

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
    # Words that came and went since the version before; reckoned in the portfolios of groups, for their ledger.
    added = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
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
    def open(self, *, at: dt.datetime | None = None) -> Self:
        """At a moment, which a query that is prepared must be given each time; now, if none is said."""
        running = Q(expires_at__isnull=True) | Q(expires_at__gt=at or clock.now())
        return self.filter(running, ended_at__isnull=True)

    def reaching(self, person: Person, *, at: dt.datetime | None = None) -> Self:
        """Open ones with this person, or with a circle that they are in; links are for whoever holds them."""
        circles = CircleMember.objects.filter(person=person).values("circle")
        return self.open(at=at).filter(Q(person=person) | Q(circle__in=circles))


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


# Several who write one portfolio ---------------------------------------------------------------------------------------


class Turn(models.Model):
    """Whose turn it is to write in a shared section. It lapses after a silence, and somebody else may take it then."""

    SILENCE = dt.timedelta(minutes=15)

    section = models.OneToOneField(Section, on_delete=models.CASCADE, related_name="turn")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    taken_at = models.DateTimeField(default=clock.now)
    heard_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.person} in {self.section}"

    @property
    def lapses_at(self) -> dt.datetime:
        return self.heard_at + self.SILENCE

    @property
    def holds(self) -> bool:
        return self.lapses_at > clock.now()


class SetAside(models.Model):
    """Words that came when it was somebody else's turn: kept for their writer, until they are brought in or let go."""

    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="set_aside")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    html = models.TextField()
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["part", "person"], name="portfolios_setaside_once")]

    def __str__(self) -> str:
        return f"{self.person}, {self.part}"


# Reading drafts: comments on a passage, feedback asked for and given ----------------------------------------------------


class CommentQuerySet(models.QuerySet["Comment"]):
    def for_display(self) -> Self:
        return self.select_related("by__photo", "resolved_by", "part")


class Comment(models.Model):
    """What a reader says of a passage of a part, or what somebody replies to that.

    The passage is kept as it is in the words now (``exact`` with what stands before and after it), and as it was when it
    was commented on (``passage``). It is looked for again at each save; ``is_lost`` when it is not there any more.
    """

    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="comments")
    reply_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="replies"
    )
    by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    words = models.TextField(
        _("your comment")
    )  # plain text; empty: taken back, and there only for its replies
    passage = models.TextField(blank=True)
    exact = models.TextField(blank=True)
    prefix = models.CharField(max_length=80, blank=True)
    suffix = models.CharField(max_length=80, blank=True)
    start = models.PositiveIntegerField(default=0)
    is_lost = models.BooleanField(default=False)
    made_at = models.DateTimeField(default=clock.now)
    edited_at = models.DateTimeField(null=True, blank=True)  # its words, after it was sent
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="portfolios_comment_on_passage_or_reply",
                condition=(Q(reply_to__isnull=True) & ~Q(exact=""))
                | Q(reply_to__isnull=False, exact="", passage=""),
            )
        ]
        indexes = [models.Index(fields=["part", "id"], name="portfolios_comments_of_part")]

    def __str__(self) -> str:
        return self.words

    @property
    def is_resolved(self) -> bool:
        return self.resolved_at is not None


class CommentVersion(models.Model):
    """What a comment said before its words were changed."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="versions")
    words = models.TextField()
    replaced_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.words


class FeedbackRequestQuerySet(models.QuerySet["FeedbackRequest"]):
    def open(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def asked_of(self, person: Person) -> Self:
        """Of them by name, or of a circle that they are in; not what they asked themselves."""
        circles = CircleMember.objects.filter(person=person).values("circle")
        return self.filter(Q(person=person) | Q(circle__in=circles)).exclude(by=person)

    def for_display(self) -> Self:
        return self.select_related(
            "by__photo", "person__photo", "circle", "section__node", "section__portfolio__owner"
        )


class FeedbackRequest(models.Model):
    """A writer asks a person or a circle to read a section, until a day."""

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="feedback_requests")
    by = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.CASCADE, related_name="feedback_asked"
    )
    circle = models.ForeignKey(Circle, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    until = models.DateField(_("by when"), null=True, blank=True)
    words = models.TextField(_("what you want to know"), blank=True)  # plain text
    asked_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)  # the writer has what they need

    objects = FeedbackRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="portfolios_feedbackrequest_of_one",
                condition=Q(person__isnull=False, circle__isnull=True)
                | Q(person__isnull=True, circle__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["section", "person"],
                condition=Q(person__isnull=False, ended_at__isnull=True),
                name="portfolios_feedbackrequest_person_once",
            ),
            models.UniqueConstraint(
                fields=["section", "circle"],
                condition=Q(circle__isnull=False, ended_at__isnull=True),
                name="portfolios_feedbackrequest_circle_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.section}: {self.asked}"

    @property
    def asked(self) -> Person | Circle | None:
        return self.person or self.circle

    @property
    def is_over(self) -> bool:
        return self.until is not None and self.until < clock.today()


class Feedback(models.Model):
    """What one reader says of the section as a whole, on being asked; their comments stand beside the words."""

    request = models.ForeignKey(FeedbackRequest, on_delete=models.CASCADE, related_name="given")
    by = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="feedback_given")
    words = models.TextField(_("what you want to say"))  # plain text
    given_at = models.DateTimeField(default=clock.now)
    thanked_at = models.DateTimeField(null=True, blank=True)
    thanks = models.CharField(_("a word of thanks"), max_length=500, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["request", "by"], name="portfolios_feedback_once")]

    def __str__(self) -> str:
        return f"{self.by}: {self.request}"


# The gap board ----------------------------------------------------------------------------------------------------------


class Example(models.Model):
    """The title of something that a section could be about: a card of the gap board."""

    portfolio = models.ForeignKey(Portfolio, on_delete=models.CASCADE, related_name="examples")
    node = models.ForeignKey(
        Node, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # None: left over
    title = models.CharField(_("an example from your practice"), max_length=200)
    evidence = models.ForeignKey(
        Evidence, null=True, blank=True, on_delete=models.SET_NULL, related_name="examples"
    )
    position = models.PositiveIntegerField(default=0)  # within its column, from 0
    by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["position", "id"]
        indexes = [
            models.Index(fields=["portfolio", "node", "position"], name="portfolios_examples_of_board")
        ]

    def __str__(self) -> str:
        return self.title

"""Community, membership, ways in, repertoire and its pages, links between communities, the map, who takes care of whom."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from collegium.conversations.models import Forum, Post, Thread
from collegium.ecology.models import Ecology
from collegium.foundation import clock
from collegium.foundation.addresses import address
from collegium.foundation.models import Blob
from collegium.people.models import Audience, Circle, CircleMember, Person


class CommunityQuerySet(models.QuerySet["Community"]):
    def visible_to(self, person: Person | None) -> Self:
        """Public ones, those open to everyone signed in, and one's own. A private one is not even named to others."""
        if person is None:
            return self.filter(audience=Audience.PUBLIC)
        circles = CircleMember.objects.filter(person=person).values("circle")
        return self.filter(Q(audience__in=[Audience.PUBLIC, Audience.SIGNED_IN]) | Q(circle__in=circles))


class Community(models.Model):
    """Wenger's three: a domain that people care for, the community of those who do, the practice that they share."""

    class Joining(models.TextChoices):
        OPEN = "open", _("Anyone may join")
        REQUEST = "request", _("One asks to join")
        INVITATION = "invitation", _("One is invited")

    title = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(max_length=80, unique=True)
    domain = models.TextField(_("domain: what you care about"))  # plain text
    people = models.TextField(_("community: who you are to each other"), blank=True)  # plain text
    practice = models.TextField(_("practice: what you do and make"), blank=True)  # plain text
    joining = models.CharField(_("how one joins"), max_length=12, choices=Joining, default=Joining.OPEN)
    # PUBLIC, SIGNED_IN, or CIRCLE: the members alone, who are then also the only ones that know of it.
    audience = models.CharField(_("who can see it"), max_length=12, choices=Audience, default=Audience.CIRCLE)
    circle = models.OneToOneField(Circle, on_delete=models.PROTECT, related_name="community")
    facilitators = models.OneToOneField(
        Circle, on_delete=models.PROTECT, related_name="facilitated_community"
    )
    forum = models.OneToOneField(Forum, on_delete=models.PROTECT, related_name="community")
    ecology = models.OneToOneField(Ecology, on_delete=models.PROTECT, related_name="community")
    picture = models.ForeignKey(Blob, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    picture_alt = models.CharField(_("what can be seen on it"), max_length=300, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    welcome = models.TextField(_("welcome"), blank=True)  # safe HTML, shown and sent to whoever joins
    first_steps = models.JSONField(default=list, blank=True)  # list[str], what a newcomer may do first
    asks_silent_after_days = models.PositiveSmallIntegerField(default=21)  # of those who agreed to be asked
    code = models.CharField(max_length=12, unique=True)  # of the short link /j/<code> and its QR code
    code_closed_at = models.DateTimeField(null=True, blank=True)  # a poster that is taken down
    made_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    member_count = models.PositiveIntegerField(default=0)  # kept in step by joining and leaving

    objects = CommunityQuerySet.as_manager()

    class Meta:
        ordering = ["title"]
        constraints = [
            models.CheckConstraint(
                name="communities_community_has_audience", condition=~Q(audience=Audience.PRIVATE)
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("communities:community", slug=self.slug)

    def picture_address(self, size: int = 1024) -> str | None:
        """None: it has none. The hash makes a new picture a new address, so that a browser may keep the old one."""
        if self.picture_id is None:
            return None
        kept = reverse("communities:picture", kwargs={"slug": self.slug, "size": size})
        return f"{kept}?v={self.picture_id[:12]}"


class Membership(models.Model):
    """There while somebody is a member. The circles are kept in step in the same transaction."""

    class Role(models.TextChoices):
        MEMBER = "member", _("Member")
        FACILITATOR = "facilitator", _("Facilitator")
        CONVENER = "convener", _("Convener")

    class Way(models.TextChoices):
        OPEN = "open", _("by the open door")
        CODE = "code", _("by a short link")
        REQUEST = "request", _("on request")
        INVITATION = "invitation", _("by invitation")
        FOUNDER = "founder", _("as its founder")
        COURSE = "course", _("by taking part in a course")

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="community_memberships")
    role = models.CharField(max_length=12, choices=Role, default=Role.MEMBER)
    way = models.CharField(max_length=12, choices=Way, default=Way.OPEN)
    joined_at = models.DateTimeField(default=clock.now)
    in_directory = models.BooleanField(_("listed in the directory of members"), default=True)
    may_be_asked = models.BooleanField(_("may be asked how it goes after a silence"), default=False)
    helps_out = models.BooleanField(_("helps so that nobody stays unanswered"), default=False)
    steps_done = models.JSONField(
        default=list, blank=True
    )  # list[int], places among the community's first steps

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "person"], name="communities_membership_once")
        ]
        indexes = [
            # Who leads, and who came last, without reading a hundred thousand members.
            models.Index(fields=["community", "role", "-joined_at"], name="communities_member_by_role")
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.community}"


class JoinRequest(models.Model):
    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="join_requests")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="join_requests")
    words = models.TextField(_("what brings you here"), blank=True)
    made_at = models.DateTimeField(default=clock.now)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    accepted = models.BooleanField(null=True)
    answer = models.TextField(blank=True)  # said to the person where it was not

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["community", "person"],
                condition=Q(settled_at__isnull=True),
                name="communities_joinrequest_one_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} to {self.community}"


class CommunityInvitationQuerySet(
    models.QuerySet["Invitation"]
):  # organisations have an InvitationQuerySet too
    def open(self) -> Self:
        return self.filter(accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=clock.now())


class Invitation(models.Model):
    """To an address; whoever opens its link signed in takes it up. Pending ones are listed and can be taken back."""

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    token_hash = models.CharField(max_length=64, unique=True)  # sha256 hex; the token is only in the letter
    words = models.TextField(_("a word with it"), blank=True)
    invited_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    invited_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = CommunityInvitationQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.email} to {self.community}"


class RepertoireItem(models.Model):
    """What a community keeps: a post, a thread, a file or a link, with why it is worth it."""

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="repertoire")
    title = models.CharField(_("title"), max_length=200)
    why = models.TextField(_("why it is worth keeping"), blank=True)
    url = models.URLField(_("address"), max_length=2000, blank=True)
    blob = models.ForeignKey(Blob, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200, blank=True)
    post = models.ForeignKey(Post, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveIntegerField(default=0)
    added_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    added_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.title


class Page(models.Model):
    """A page that members write together, with its history."""

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="pages")
    title = models.CharField(_("title"), max_length=200)
    slug = models.SlugField(max_length=80)
    html = models.TextField(blank=True)  # safe HTML
    revision = models.PositiveIntegerField(default=0)  # a save names the revision that it was written on

    class Meta:
        ordering = ["title"]
        constraints = [models.UniqueConstraint(fields=["community", "slug"], name="communities_page_once")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("communities:page", slug=self.community.slug, page_slug=self.slug)


class PageRevision(models.Model):
    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    html = models.TextField(blank=True)
    saved_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    saved_at = models.DateTimeField(default=clock.now)
    note = models.CharField(_("what you changed"), max_length=200, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["page", "number"], name="communities_pagerevision_once")
        ]

    def __str__(self) -> str:
        return f"{self.page}, {self.number}"


class CommunityLink(models.Model):
    """One community points to another and says why; the network is drawn from these and from shared members."""

    source = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="links_out")
    target = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="links_in")
    words = models.CharField(_("what connects you"), max_length=200, blank=True)
    made_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "target"], name="communities_link_once"),
            models.CheckConstraint(
                name="communities_link_to_another", condition=~Q(source=models.F("target"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} to {self.target}"


class MapPlace(models.Model):
    """Where somebody chose to stand on a community's map: a town or a country, never an address."""

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="map_places")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="map_places")
    country = models.CharField(_("country"), max_length=2)  # ISO 3166-1 alpha-2
    town = models.CharField(_("town"), max_length=120, blank=True)
    latitude = models.FloatField()  # degrees: of the town, or of the middle of the country
    longitude = models.FloatField()
    placed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["community", "person"], name="communities_mapplace_once")
        ]

    def __str__(self) -> str:
        return self.town or self.country


class Care(models.Model):
    """Somebody has taken it on to answer a thread, or to ask a silent member how it goes."""

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="cares")
    taken_by = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="cares")
    thread = models.ForeignKey(Thread, null=True, blank=True, on_delete=models.CASCADE, related_name="cares")
    member = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.CASCADE, related_name="cared_for"
    )
    taken_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(null=True, blank=True)
    let_go_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="communities_care_for_one", condition=Q(thread__isnull=False) ^ Q(member__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["thread"],
                condition=Q(thread__isnull=False, done_at__isnull=True, let_go_at__isnull=True),
                name="communities_care_one_for_thread",
            ),
            models.UniqueConstraint(
                fields=["community", "member"],
                condition=Q(member__isnull=False, done_at__isnull=True, let_go_at__isnull=True),
                name="communities_care_one_for_member",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.taken_by}: {self.thread or self.member}"

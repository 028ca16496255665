"""Organisation, who is in it, and how they came in."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from collegium.foundation import clock
from collegium.foundation.addresses import address
from collegium.people.models import Circle, Person


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def visible_to(self, person: Person | None) -> Self:  # noqa: ARG002  # an institution is public; its members are not
        return self

    def coordinated_by(self, person: Person) -> Self:
        return self.filter(memberships__person=person, memberships__is_coordinator=True)


class Organisation(models.Model):
    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(max_length=80, unique=True)
    country = models.CharField(_("country"), max_length=2)  # ISO 3166-1 alpha-2
    ror_id = models.CharField(
        _("ROR id"), max_length=9, blank=True
    )  # the nine characters after https://ror.org/
    website = models.URLField(_("website"), blank=True)
    circle = models.OneToOneField(Circle, on_delete=models.PROTECT, related_name="organisation")
    made_at = models.DateTimeField(default=clock.now)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["ror_id"], condition=~Q(ror_id=""), name="organisations_organisation_one_per_ror_id"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address("organisations:organisation", slug=self.slug)


class EmailDomain(models.Model):
    """A domain of an organisation. Once verified, people with a verified address in it join by themselves."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="email_domains")
    domain = models.CharField(_("e-mail domain"), max_length=253)
    verified_at = models.DateTimeField(null=True, blank=True)
    verified_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # The code that was sent to a mailbox of whoever runs the domain; empty once it is used up.
    code_hash = models.CharField(
        max_length=64, blank=True
    )  # sha256 hex; the code itself is only in the letter
    code_sent_to = models.EmailField(blank=True)
    code_expires_at = models.DateTimeField(null=True, blank=True)
    code_attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint("organisation", Lower("domain"), name="organisations_emaildomain_once"),
            models.UniqueConstraint(
                Lower("domain"),
                condition=Q(verified_at__isnull=False),
                name="organisations_emaildomain_verified_for_one",
            ),
        ]

    def __str__(self) -> str:
        return self.domain


class Membership(models.Model):
    class Way(models.TextChoices):
        DOMAIN = "domain", _("by a verified e-mail address")
        INVITATION = "invitation", _("by invitation")
        FOUNDER = "founder", _("as its founder")

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    is_coordinator = models.BooleanField(_("coordinator"), default=False)
    way = models.CharField(max_length=12, choices=Way)
    joined_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "person"], name="organisations_membership_once")
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.organisation}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> Self:
        return self.filter(accepted_at__isnull=True, expires_at__gt=clock.now())


class Invitation(models.Model):
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    as_coordinator = models.BooleanField(default=False)
    token_hash = models.CharField(
        max_length=64, unique=True
    )  # sha256 hex; the token itself is only in the letter
    invited_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    invited_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = InvitationQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.email} to {self.organisation}"

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.expires_at > clock.now()

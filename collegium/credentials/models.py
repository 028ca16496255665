"""Award, its status history, the credentials issued for it, and the keys and lists that prove them."""

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from collegium.accreditation.models import Submission
from collegium.courses.models import Iteration
from collegium.evidence.models import Evidence
from collegium.foundation import clock
from collegium.people.models import Person
from collegium.schemes.models import Pathway, Scheme


class IssuerKey(models.Model):
    """An Ed25519 key of the issuer. Retired keys stay public, or older credentials could not be verified."""

    name = models.CharField(max_length=40, unique=True)  # the fragment of its verification method
    public_multibase = models.CharField(max_length=80)
    private_encrypted = models.BinaryField()
    made_at = models.DateTimeField(default=clock.now)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            # ``name`` is only there because a unique constraint needs a column: one key is in use at a time.
            models.UniqueConstraint(
                models.Value(1), condition=Q(retired_at__isnull=True), name="credentials_issuerkey_one_in_use"
            )
        ]

    def __str__(self) -> str:
        return self.name


class StatusList(models.Model):
    """One Bitstring Status List: 131,072 places handed out in shuffled order, so that a place tells nothing of its age.

    ``document`` is the list as published, signed whenever a bit changes: asking for it costs one row.
    """

    number = models.PositiveIntegerField(unique=True)
    bits = models.BinaryField()  # 16,384 bytes, most significant bit first
    seed = models.CharField(max_length=64)  # of the shuffle
    taken = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(default=clock.now)
    document = models.JSONField(default=dict)

    def __str__(self) -> str:
        return str(self.number)

    def get_absolute_url(self) -> str:
        return reverse("credentials:status", kwargs={"number": self.number})


class AwardQuerySet(models.QuerySet["Award"]):
    def visible_to(self, person: Person | None) -> Self:  # noqa: ARG002  # the same for everybody
        """An award is public by its address, which nobody can guess; the register lists only ``listed`` ones."""
        return self

    def listed(self) -> Self:
        return self.filter(listed=True)

    def in_force(self) -> Self:
        return self.filter(state=Award.State.ACTIVE).filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=clock.today())
        )

    def for_display(self) -> Self:
        return self.select_related(
            "scheme",
            "pathway__scheme_version__scheme",
            "pathway__scheme_version__framework",
            "person__account",
            "renews",
            "submission__portfolio",
        ).defer(  # long: read when a credential is signed, or once a process
            "submission__content",
            "pathway__scheme_version__document",
            "pathway__scheme_version__framework__document",
        )

    def for_list(self) -> Self:
        """Without the scheme's documents, which a list does not read and which are long."""
        return self.select_related("scheme", "pathway")


class Award(models.Model):
    """Stays on the register when its holder's account is gone: so it keeps the name that it was given to."""

    class State(models.TextChoices):
        ACTIVE = "active", _("In force")
        SUSPENDED = "suspended", _("Suspended")
        REVOKED = "revoked", _("Revoked")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="awards")
    submission = models.OneToOneField(
        Submission, null=True, blank=True, on_delete=models.SET_NULL, related_name="award"
    )
    pathway = models.ForeignKey(Pathway, on_delete=models.PROTECT, related_name="awards")
    # These two follow from the pathway; here too, because the register is searched by them, over all versions.
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="awards")
    pathway_key = models.SlugField(max_length=60, db_index=False)
    title = models.CharField(max_length=200)  # as awarded: "Certified Member of ALT"
    holder_name = models.CharField(max_length=120)
    sort_name = models.CharField(max_length=300)  # see ``names.folded``; the register's order
    holder_country = models.CharField(max_length=2, blank=True)
    post_nominals = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    granted_at = models.DateTimeField(default=clock.now)
    valid_from = models.DateField(default=clock.today)
    valid_until = models.DateField(null=True, blank=True)  # None: the scheme sets no end
    renews = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="renewed_by"
    )
    listed = models.BooleanField(_("listed on the register"), default=True)

    objects = AwardQuerySet.as_manager()

    class Meta:
        # For the register: partial, because SQLite can't look up a truth value in an index, only in its condition.
        indexes = [
            models.Index(
                fields=["sort_name", "id"], condition=Q(listed=True), name="credentials_award_register"
            ),
            models.Index(
                fields=["holder_country", "sort_name", "id"],
                condition=Q(listed=True),
                name="credentials_award_country",
            ),
            models.Index(
                fields=["scheme", "sort_name", "id"],
                condition=Q(listed=True),
                name="credentials_award_scheme",
            ),
            models.Index(
                fields=["scheme", "pathway_key", "sort_name", "id"],
                condition=Q(listed=True),
                name="credentials_award_pathway",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder_name}, {self.pathway}"

    def get_absolute_url(self) -> str:
        return reverse("credentials:award", kwargs={"public_id": self.public_id})

    @property
    def has_run_out(self) -> bool:
        return self.valid_until is not None and self.valid_until < clock.today()

    @property
    def is_in_force(self) -> bool:
        return self.state == Award.State.ACTIVE and not self.has_run_out


class RegisterName(models.Model):
    """A name as it may be looked up: once beginning with each of its words. Found by an index, however long the register."""

    award = models.ForeignKey(Award, on_delete=models.CASCADE, related_name="register_names")
    text = models.CharField(max_length=300)

    class Meta:
        # PostgreSQL looks up a beginning only with this class of operators; SQLite has none and passes over it.
        indexes = [
            models.Index(
                fields=["text", "award"],
                opclasses=["varchar_pattern_ops", "int8_ops"],
                name="credentials_registername_text",
            )
        ]

    def __str__(self) -> str:
        return self.text


class AwardStatus(models.Model):
    """One line of an award's history: public, so its reason is written for the public."""

    award = models.ForeignKey(Award, on_delete=models.CASCADE, related_name="history")
    state = models.CharField(max_length=10, choices=Award.State)
    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.award}: {self.state}"


class ChosenEvidence(models.Model):
    """Evidence that the holder lets the credential name. The address is frozen with the credential."""

    award = models.ForeignKey(Award, on_delete=models.CASCADE, related_name="chosen_evidence")
    evidence = models.ForeignKey(Evidence, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    title = models.CharField(max_length=200)
    url = models.URLField(max_length=2000)

    def __str__(self) -> str:
        return self.title


class Credential(models.Model):
    """A signed OpenBadgeCredential. A new one replaces it when the holder chooses other evidence; the old is superseded."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    award = models.ForeignKey(Award, on_delete=models.CASCADE, related_name="credentials")
    key = models.ForeignKey(IssuerKey, on_delete=models.PROTECT, related_name="+")
    document = models.JSONField()
    status_list = models.ForeignKey(StatusList, on_delete=models.PROTECT, related_name="credentials")
    status_index = models.PositiveIntegerField()
    issued_at = models.DateTimeField(default=clock.now)
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["status_list", "status_index"], name="credentials_credential_place_once"
            ),
            models.UniqueConstraint(
                fields=["award"],
                condition=Q(superseded_at__isnull=True),
                name="credentials_credential_one_current",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    def get_absolute_url(self) -> str:
        return reverse("credentials:credential", kwargs={"public_id": self.public_id})


class CourseBadgeQuerySet(models.QuerySet["CourseBadge"]):
    def visible_to(self, person: Person | None) -> Self:  # noqa: ARG002  # the same for everybody
        """Public by its address, which nobody can guess; no list shows it but its holder's own."""
        return self

    def for_display(self) -> Self:
        return self.select_related("iteration__course", "person__account", "key", "status_list")


class CourseBadge(models.Model):
    """For having taken part in a course, or completed it. Nobody judged anything: so it is no ``Award``, has no end, and
    stands on no register. It is one signed credential, which never changes; with its holder's account it goes.
    """

    class Kind(models.TextChoices):
        TOOK_PART = "took_part", _("Took part")
        COMPLETED = "completed", _("Completed")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # of its page
    # Of the credential itself: another one, so that whoever is shown the page has not got the credential.
    credential_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="course_badges")
    iteration = models.ForeignKey(Iteration, on_delete=models.PROTECT, related_name="badges")
    kind = models.CharField(max_length=12, choices=Kind)
    title = models.CharField(max_length=300)  # as issued
    holder_name = models.CharField(max_length=120)
    criteria = models.TextField()  # as issued, in words
    weeks = models.PositiveSmallIntegerField()  # contributed to when it was issued
    weeks_in_all = models.PositiveSmallIntegerField()
    granted_at = models.DateTimeField(default=clock.now)
    key = models.ForeignKey(IssuerKey, on_delete=models.PROTECT, related_name="+")
    document = models.JSONField()
    status_list = models.ForeignKey(StatusList, on_delete=models.PROTECT, related_name="course_badges")
    status_index = models.PositiveIntegerField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    revoked_because = models.TextField(blank=True)

    objects = CourseBadgeQuerySet.as_manager()

    class Meta:
        ordering = ["-granted_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "iteration", "kind"], name="credentials_coursebadge_once"
            ),
            models.UniqueConstraint(
                fields=["status_list", "status_index"], name="credentials_coursebadge_place_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder_name}, {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("credentials:course_badge", kwargs={"public_id": self.public_id})

    def credential_address(self) -> str:
        return reverse("credentials:credential", kwargs={"public_id": self.credential_id})

"""Registration, submission, screening, assignment, judgement, outcome."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from collegium.foundation import clock
from collegium.foundation.addresses import address
from collegium.foundation.models import Blob
from collegium.people.models import Person
from collegium.portfolios.models import Portfolio
from collegium.schemes.models import Pathway, RoleHolding, Scheme


def _coordinated(person: Person) -> models.QuerySet[RoleHolding]:
    return RoleHolding.objects.filter(
        person=person, kind=RoleHolding.Kind.COORDINATOR, withdrawn_at__isnull=True
    )


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def visible_to(self, person: Person | None) -> Self:
        if person is None:
            return self.none()
        return self.filter(
            Q(person=person) | Q(pathway__scheme_version__scheme__in=_coordinated(person).values("scheme"))
        )

    def for_display(self) -> Self:
        return self.select_related(
            "person__photo", "pathway__scheme_version__scheme", "pathway__scheme_version__framework"
        )

    def for_list(self) -> Self:
        return self.select_related("person__photo", "pathway__scheme_version__scheme").defer(
            "pathway__scheme_version__document"
        )


class Registration(models.Model):
    """A candidate's intention to be accredited on a pathway. Validity is the scheme's; None where that is unset."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="registrations")
    pathway = models.ForeignKey(Pathway, on_delete=models.PROTECT, related_name="registrations")
    registered_at = models.DateTimeField(default=clock.now)
    valid_until = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)  # decided, withdrawn or run out

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "pathway"],
                condition=Q(ended_at__isnull=True),
                name="accreditation_registration_one_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.pathway}"

    def get_absolute_url(self) -> str:
        return address("accreditation:registration", registration_id=self.pk)

    @property
    def scheme(self) -> Scheme:
        return self.pathway.scheme_version.scheme

    @property
    def candidate_id(self) -> int:
        return self.person_id

    @property
    def is_open(self) -> bool:
        return self.ended_at is None

    @property
    def has_run_out(self) -> bool:
        return self.valid_until is not None and self.valid_until < clock.today()


class Extension(models.Model):
    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="extensions")
    asked_at = models.DateTimeField(default=clock.now)
    reason = models.TextField(_("reason"))  # may be personal: candidate and coordinator only
    until = models.DateField(_("until"))
    granted_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["registration"],
                condition=Q(granted_at__isnull=True, refused_at__isnull=True),
                name="accreditation_extension_one_open",
            ),
            models.CheckConstraint(
                name="accreditation_extension_one_answer",
                condition=Q(granted_at__isnull=True) | Q(refused_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.registration} until {self.until}"

    @property
    def scheme(self) -> Scheme:
        return self.registration.scheme

    @property
    def candidate_id(self) -> int:
        return self.registration.person_id

    @property
    def is_open(self) -> bool:
        return self.granted_at is None and self.refused_at is None


class Referee(models.Model):
    """Where a scheme asks for them: somebody who has read the near-final draft and says so, by a signed link, without an account."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="referees")
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail address"))
    position = models.CharField(_("position and organisation"), max_length=200, blank=True)
    # Whoever here has this address, so that being a referee is known as a conflict of interest.
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    portfolio = models.ForeignKey(Portfolio, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    statement = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["registration", "email"], name="accreditation_referee_once")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def scheme(self) -> Scheme:
        return self.registration.scheme

    @property
    def candidate_id(self) -> int:
        return self.registration.person_id

    @property
    def is_waiting(self) -> bool:
        return self.answered_at is None and self.declined_at is None


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def visible_to(self, person: Person | None) -> Self:
        """Its candidate; coordinators of its scheme; assessors who are invited to it or have accepted it."""
        if person is None:
            return self.none()
        asked = Assignment.objects.filter(
            assessor=person, state__in=[Assignment.State.INVITED, Assignment.State.ACCEPTED]
        )
        return self.filter(
            Q(registration__person=person)
            | Q(registration__pathway__scheme_version__scheme__in=_coordinated(person).values("scheme"))
            | Q(pk__in=asked.values("submission"))
        )

    def for_display(self) -> Self:
        return self.select_related(
            "registration__person__photo",
            "registration__pathway__scheme_version__scheme",
            "registration__pathway__scheme_version__framework",
        )

    def for_list(self) -> Self:
        """Without the snapshot and the scheme's documents, which a list does not read and which are long."""
        return self.select_related(
            "registration__person__photo", "registration__pathway__scheme_version__scheme"
        ).defer("content", "registration__pathway__scheme_version__document")

    def locked(self) -> Self:
        """For an action that decides by what it reads: whoever comes second sees what the first one did."""
        return self.select_for_update(of=("self",))


class Submission(models.Model):
    """What was handed in: never changes. ``content`` is the whole snapshot; ``sha256`` its hash over canonical JSON."""

    class Kind(models.TextChoices):
        FIRST = "first", _("First submission")
        RESUBMISSION = "resubmission", _("Resubmission")
        RENEWAL = "renewal", _("Renewal")
        UPGRADE = "upgrade", _("Upgrade")

    class State(models.TextChoices):
        RECEIVED = "received", _("Received, waiting for screening")
        RETURNED = "returned", _("Returned before assessment")
        ACCEPTED = "accepted", _("Accepted, assessors being found")
        ASSESSING = "assessing", _("With the assessors")
        RECONCILING = "reconciling", _("Assessors are agreeing on the outcome")
        REFERRED = "referred", _("Referred")
        PASSED = "passed", _("Passed")
        FAILED = "failed", _("Not passed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="submissions")
    portfolio = models.ForeignKey(Portfolio, null=True, on_delete=models.SET_NULL, related_name="submissions")
    kind = models.CharField(max_length=14, choices=Kind, default=Kind.FIRST)
    attempt = models.PositiveSmallIntegerField(default=1)
    previous = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="following"
    )
    state = models.CharField(max_length=12, choices=State, default=State.RECEIVED)
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    access = models.CharField(_("how to get in"), max_length=300, blank=True)
    nominated_assessor = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    submitted_at = models.DateTimeField(default=clock.now)
    due_on = models.DateField(
        null=True, blank=True
    )  # of the step that it is in; None where the scheme sets none
    decided_at = models.DateTimeField(null=True, blank=True)
    # Places beyond the scheme's number of assessors: a third one, where the first two could not agree.
    extra_places = models.PositiveSmallIntegerField(default=0)
    # The candidate has deleted their account: the words are gone, what was decided stays.
    erased_at = models.DateTimeField(null=True, blank=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        constraints = [
            # Submitting twice is one submission: one undecided submission for a registration.
            models.UniqueConstraint(
                fields=["registration"],
                condition=Q(state__in=["received", "accepted", "assessing", "reconciling"]),
                name="accreditation_submission_one_undecided",
            ),
            models.CheckConstraint(
                name="accreditation_submission_decided_has_a_day",
                condition=~Q(state__in=["referred", "passed", "failed"]) | Q(decided_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"], name="accreditation_submission_queue")]

    def __str__(self) -> str:
        return f"{self.registration}, {self.get_kind_display()}"

    def get_absolute_url(self) -> str:
        return address("accreditation:submission", submission_id=self.pk)

    @property
    def scheme(self) -> Scheme:
        return self.registration.scheme

    @property
    def pathway(self) -> Pathway:
        return self.registration.pathway

    @property
    def candidate(self) -> Person:
        return self.registration.person

    @property
    def candidate_id(self) -> int:
        return self.registration.person_id

    @property
    def is_undecided(self) -> bool:
        return self.state in UNDECIDED

    @property
    def is_opened(self) -> bool:
        """Every judgement is sealed, so those who gave them and the coordinator may see them."""
        return self.state in OPENED


UNDECIDED = frozenset(
    {
        Submission.State.RECEIVED,
        Submission.State.ACCEPTED,
        Submission.State.ASSESSING,
        Submission.State.RECONCILING,
    }
)
# The states in which judgements are given; from RECONCILING on they are open to those who gave them.
JUDGED_IN = frozenset({Submission.State.ACCEPTED, Submission.State.ASSESSING})
OPENED = frozenset(
    {
        Submission.State.RECONCILING,
        Submission.State.REFERRED,
        Submission.State.PASSED,
        Submission.State.FAILED,
    }
)
DECIDED = OPENED - {Submission.State.RECONCILING}


class SubmittedFile(models.Model):
    """A file of the snapshot: kept as long as the submission, whatever happens to the evidence."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="files")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    evidence_id = models.BigIntegerField(
        null=True, blank=True
    )  # as numbered in the snapshot; the evidence itself may be gone

    def __str__(self) -> str:
        return self.name


class Screening(models.Model):
    """Completeness and link check by the machine, and what the coordinator made of it."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        RETURNED = "returned", _("Returned")

    submission = models.OneToOneField(Submission, on_delete=models.CASCADE, related_name="screening")
    findings = models.JSONField(default=list)  # [{"code", "sentence", "where", "holds"}]
    checked_at = models.DateTimeField(null=True, blank=True)  # None: the machine has not finished
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    reasons = models.TextField(blank=True)
    decided_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.submission)


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def active(self) -> Self:
        return self.filter(state__in=[Assignment.State.INVITED, Assignment.State.ACCEPTED])

    def accepted(self) -> Self:
        return self.filter(state=Assignment.State.ACCEPTED)

    def for_display(self) -> Self:
        return self.select_related(
            "assessor__photo",
            "judgement",
            "submission__registration__person__photo",
            "submission__registration__pathway__scheme_version__scheme",
            "submission__registration__pathway__scheme_version__framework",
        )

    def for_list(self) -> Self:
        return self.select_related(
            "assessor__photo",
            "judgement",
            "submission__registration__person__photo",
            "submission__registration__pathway__scheme_version__scheme",
        ).defer("submission__content", "submission__registration__pathway__scheme_version__document")


class Assignment(models.Model):
    """One assessor asked to judge one submission."""

    class Role(models.TextChoices):
        LEAD = "lead", _("Lead assessor")
        SECOND = "second", _("Second assessor")

    class State(models.TextChoices):
        INVITED = "invited", _("Asked")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        RELEASED = "released", _("Released")

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="assignments")
    assessor = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="assignments")
    role = models.CharField(max_length=8, choices=Role)
    state = models.CharField(max_length=10, choices=State, default=State.INVITED)
    conflicts = models.JSONField(default=list)  # the sentences that the coordinator saw when allotting
    invited_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    invited_at = models.DateTimeField(default=clock.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)  # of declining or releasing
    due_on = models.DateField(null=True, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "assessor"],
                condition=Q(state__in=["invited", "accepted"]),
                name="accreditation_assignment_once",
            ),
            models.UniqueConstraint(
                fields=["submission"],
                condition=Q(state__in=["invited", "accepted"], role="lead"),
                name="accreditation_assignment_one_lead",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assessor}, {self.get_role_display()}"

    def get_absolute_url(self) -> str:
        return address("accreditation:assignment", assignment_id=self.pk)

    @property
    def scheme(self) -> Scheme:
        return self.submission.scheme

    @property
    def candidate_id(self) -> int:
        return self.submission.candidate_id

    @property
    def is_active(self) -> bool:
        return self.state in {self.State.INVITED, self.State.ACCEPTED}

    @property
    def has_sealed(self) -> bool:
        judgement = getattr(self, "judgement", None)
        return judgement is not None and judgement.sealed_at is not None


class Judgement(models.Model):
    """One assessor's judgement. Nobody else sees it until every assessor of the submission has sealed theirs."""

    assignment = models.OneToOneField(Assignment, on_delete=models.CASCADE, related_name="judgement")
    overall = models.TextField(_("overall comment"), blank=True)
    saved_at = models.DateTimeField(default=clock.now)
    sealed_at = models.DateTimeField(null=True, blank=True)  # None: a draft

    def __str__(self) -> str:
        return str(self.assignment)

    @property
    def scheme(self) -> Scheme:
        return self.assignment.scheme

    @property
    def is_sealed(self) -> bool:
        return self.sealed_at is not None


class Mark(models.Model):
    """A level of the scheme's scale and a comment, for one section (``Section.key``) or dimension."""

    judgement = models.ForeignKey(Judgement, on_delete=models.CASCADE, related_name="marks")
    section_key = models.CharField(max_length=40)
    level = models.CharField(max_length=40, blank=True)  # key of the scheme's scale; blank only in a draft
    comment = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["judgement", "section_key"], name="accreditation_mark_once")
        ]

    def __str__(self) -> str:
        return f"{self.section_key}: {self.level}"


class JointJudgement(models.Model):
    """What the assessors agreed on, written by the lead: the outcome that the candidate gets."""

    class Outcome(models.TextChoices):
        PASS = "pass", _("Pass")
        REFER = "refer", _("Referral")
        FAIL = "fail", _("Fail")

    submission = models.OneToOneField(Submission, on_delete=models.CASCADE, related_name="joint_judgement")
    written_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    outcome = models.CharField(max_length=6, choices=Outcome, blank=True)
    feedback = models.TextField(_("feedback to the candidate"), blank=True)
    note = models.TextField(
        _("how the differences were settled"), blank=True
    )  # for assessors and coordinator
    referred_sections = models.JSONField(default=list, blank=True)  # list[Section.key]
    resubmit_by = models.DateField(null=True, blank=True)
    saved_at = models.DateTimeField(default=clock.now)
    given_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.submission}: {self.outcome}"


class JointMark(models.Model):
    joint_judgement = models.ForeignKey(JointJudgement, on_delete=models.CASCADE, related_name="marks")
    section_key = models.CharField(max_length=40)
    level = models.CharField(max_length=40, blank=True)
    comment = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["joint_judgement", "section_key"], name="accreditation_jointmark_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.section_key}: {self.level}"

"""Lists by role: the coordinator's queue, the assessor's desk, the candidate's own."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import (
    Count,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
)
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from collegium.accreditation.models import (
    JUDGED_IN,
    UNDECIDED,
    Assignment,
    Extension,
    JointJudgement,
    Registration,
    Submission,
)
from collegium.accreditation.queries.counting import number_of
from collegium.accreditation.queries.words import Progress, candidate_words, with_progress
from collegium.foundation import clock
from collegium.foundation.prepared import prepared
from collegium.people.models import Person
from collegium.portfolios.models import Portfolio
from collegium.schemes.documents.schemes import SchemeDocument
from collegium.schemes.documents.values import UNSET
from collegium.schemes.models import RoleHolding, Scheme, SchemeVersion
from collegium.schemes.queries import in_force

State = Submission.State
SIZE = 40  # rows of a board
LONGEST_NUMBER = 18  # digits of a key

STEPS = {
    "screening": (gettext_lazy("To screen"), (State.RECEIVED,)),
    "allocation": (gettext_lazy("Finding assessors"), (State.ACCEPTED,)),
    "judging": (gettext_lazy("Being judged"), (State.ASSESSING,)),
    "reconciling": (gettext_lazy("Being reconciled"), (State.RECONCILING,)),
    "candidate": (gettext_lazy("With the candidate"), (State.REFERRED, State.RETURNED)),
    "decided": (gettext_lazy("Decided"), (State.PASSED, State.FAILED)),
}
OPEN_STEPS = (*UNDECIDED, State.REFERRED, State.RETURNED)


def coordinated_schemes(person: Person) -> QuerySet[Scheme]:
    return Scheme.objects.filter(
        role_holdings__person=person,
        role_holdings__kind=RoleHolding.Kind.COORDINATOR,
        role_holdings__withdrawn_at__isnull=True,
    )


def documents(schemes: Iterable[Scheme]) -> dict[int, SchemeDocument]:
    """Every version of these schemes with its coordinator's answers, by the version's id: two queries."""
    versions = SchemeVersion.objects.filter(scheme__in=list(schemes)).prefetch_related("unset_answers")
    return {version.pk: in_force(version) for version in versions}


# The coordinator's board ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Waiting:
    """One submission in the queue, and what it waits for."""

    submission: Submission
    waits_for: str
    is_yours: bool  # it waits for the coordinator, and not for somebody else
    assignments: list[Assignment] = field(default_factory=list)

    @property
    def is_late(self) -> bool:
        due = self.submission.due_on
        return due is not None and due < clock.today() and self.submission.state in OPEN_STEPS


@dataclass(frozen=True)
class Page:
    rows: list[Waiting]
    next_after: str  # key of the last row, if there are more; else empty
    counts: Mapping[str, int]


def queue(
    person: Person,
    *,
    schemes: Collection[Scheme] | None = None,
    step: str = "",
    after: str = "",
    size: int = SIZE,
) -> Page:
    """The submissions of the schemes that the person coordinates, what is due first; never their own."""
    schemes = list(coordinated_schemes(person)) if schemes is None else list(schemes)
    base = Submission.objects.filter(
        registration__pathway__scheme_version__scheme__in=schemes, following__isnull=True
    ).exclude(registration__person=person)
    by_state = Counter(dict(base.values_list("state").annotate(number=Count("pk"))))
    counts = {key: sum(by_state[state] for state in states) for key, (_title, states) in STEPS.items()}
    counts[""] = sum(by_state[state] for state in OPEN_STEPS)
    states = STEPS[step][1] if step in STEPS else OPEN_STEPS
    found = (
        base.filter(state__in=states)
        .for_list()
        .prefetch_related(
            Prefetch(
                "assignments",
                Assignment.objects.active()
                .select_related("assessor__photo", "judgement")
                .order_by("role", "pk"),
                to_attr="at_work",
            )
        )
    )
    rows = list(found.filter(_after(after)).order_by(F("due_on").asc(nulls_last=True), "pk")[: size + 1])
    answered = documents(schemes)
    page = [_waiting(row, answered) for row in rows[:size]]
    last = page[-1].submission if len(rows) > size else None
    return Page(
        rows=page,
        next_after=f"{last.due_on.isoformat() if last.due_on else ''}.{last.pk}" if last else "",
        counts=counts,
    )


def _after(key: str) -> Q:
    """What comes after the row with this key: "2026-06-10.7", or ".7" where no day is set, which comes last."""
    day, _dot, number = key.partition(".")
    if not number.isdecimal() or len(number) > LONGEST_NUMBER:
        return Q()
    pk = int(number)
    if not day:
        return Q(due_on__isnull=True, pk__gt=pk)
    try:
        due = dt.date.fromisoformat(day)
    except ValueError:
        return Q()
    return Q(due_on__isnull=True) | Q(due_on__gt=due) | Q(due_on=due, pk__gt=pk)


def _waiting(submission: Submission, answered: Mapping[int, SchemeDocument]) -> Waiting:
    at_work: list[Assignment] = list(getattr(submission, "at_work", ()))
    words, is_yours = _waits_for(submission, at_work, answered)
    return Waiting(submission, words, is_yours, at_work)


def _waits_for(
    submission: Submission, at_work: list[Assignment], answered: Mapping[int, SchemeDocument]
) -> tuple[str, bool]:
    """In words, and whether it is the coordinator."""
    match submission.state:
        case State.RECEIVED:
            return _("You: look whether everything is there"), True
        case State.ACCEPTED:
            return _assessors_lacking(submission, at_work, answered) or (_assessors_working(at_work), False)
        case State.ASSESSING:
            return _assessors_working(at_work), False
        case State.RECONCILING:
            return _lead_working(at_work)
        case State.REFERRED | State.RETURNED:
            return _candidate_working(submission, answered)
    return "", False


def _lead_working(at_work: list[Assignment]) -> tuple[str, bool]:
    lead = next((row.assessor.name for row in at_work if row.role == Assignment.Role.LEAD), None)
    if lead is None:
        return _("You: name a lead assessor"), True
    return _("%(name)s: bring the judgements together") % {"name": lead}, False


def _candidate_working(submission: Submission, answered: Mapping[int, SchemeDocument]) -> tuple[str, bool]:
    if submission.state == State.RETURNED:
        return _("%(name)s: put it right and submit again") % {"name": submission.candidate.name}, False
    pathway = submission.pathway
    deadline = answered[pathway.scheme_version_id].pathway(pathway.key).rules.referral_deadline
    if submission.due_on is None and deadline.value is UNSET:
        return _("You: say by when the portfolio comes back"), True
    return _("%(name)s: revise and submit again") % {"name": submission.candidate.name}, False


def _assessors_lacking(
    submission: Submission, at_work: list[Assignment], answered: Mapping[int, SchemeDocument]
) -> tuple[str, bool] | None:
    pathway = submission.pathway
    number = answered[pathway.scheme_version_id].pathway(pathway.key).rules.assessors.value
    if number is UNSET:
        return _("You: say how many assessors judge, since the scheme has not"), True
    lacking = number + submission.extra_places - len(at_work)
    if lacking <= 0:
        return None
    words = ngettext("You: ask %(count)d more assessor", "You: ask %(count)d more assessors", lacking)
    return words % {"count": lacking}, True


def _assessors_working(at_work: list[Assignment]) -> str:
    invited = [row.assessor.name for row in at_work if row.state == Assignment.State.INVITED]
    if invited:
        return _("%(names)s: answer the invitation") % {"names": _and(invited)}
    judging = [row.assessor.name for row in at_work if not row.has_sealed]
    return _("%(names)s: judge and seal") % {"names": _and(judging)}


def _and(names: list[str]) -> str:
    if len(names) < 2:  # noqa: PLR2004
        return "".join(names)
    return _("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


def extensions_to_answer(person: Person, schemes: Collection[Scheme]) -> list[Extension]:
    return list(
        _open_extensions()
        .filter(registration__pathway__scheme_version__scheme__in=list(schemes))
        .exclude(registration__person=person)
        .select_related("registration__person__photo", "registration__pathway__scheme_version__scheme")
        .defer("registration__pathway__scheme_version__document")
        .order_by("asked_at")
    )


@dataclass(frozen=True)
class InHand:
    """What the bar and home show: whether somebody assesses or coordinates, and how much waits for them.

    ``is_candidate`` says whether they ever registered.
    """

    is_candidate: bool = False
    assesses: bool = False
    to_assess: int = 0
    coordinates: bool = False
    to_manage: int = 0


def in_hand(person: Person) -> InHand:
    """One query, since every page asks."""
    found = _in_hand(person.pk)
    return as_in_hand(found[0]) if found else InHand()


def as_in_hand(row: Sequence[Any]) -> InHand:
    """Of what ``in_hand_expressions`` came to, in their order."""
    is_candidate, coordinates, is_assessor, is_asked, to_assess, to_screen, to_extend = row
    return InHand(
        is_candidate=is_candidate,
        assesses=is_assessor or is_asked,
        to_assess=to_assess,
        coordinates=coordinates,
        to_manage=to_screen + to_extend,
    )


@prepared
def _in_hand(person: int) -> "QuerySet[Person, tuple[bool, bool, bool, bool, int, int, int]]":
    asked = in_hand_expressions(person)
    return Person.objects.filter(pk=person).annotate(**asked).values_list(*asked)


def in_hand_expressions(person: int) -> dict[str, Any]:
    """To be asked within another query."""
    roles = RoleHolding.objects.filter(person=person, withdrawn_at__isnull=True)
    coordinating = RoleHolding.objects.filter(
        person=person, kind=RoleHolding.Kind.COORDINATOR, withdrawn_at__isnull=True
    )
    coordinated = Q(registration__pathway__scheme_version__scheme__in=coordinating.values("scheme"))
    asked = Assignment.objects.filter(assessor=person).exclude(state=Assignment.State.DECLINED)
    to_screen = _waiting_for_coordinator().filter(coordinated).exclude(registration__person=person)
    to_extend = _open_extensions().filter(coordinated).exclude(registration__person=person)
    return {
        "is_candidate": Exists(Registration.objects.filter(person=person)),
        "coordinates": Exists(roles.filter(kind=RoleHolding.Kind.COORDINATOR)),
        "is_assessor": Exists(roles.filter(kind=RoleHolding.Kind.ASSESSOR)),
        "is_asked": Exists(asked),
        "to_assess": number_of(_waiting_for_assessor().filter(assessor=person)),
        "to_screen": number_of(to_screen),
        "to_extend": number_of(to_extend),
    }


def _waiting_for_assessor() -> QuerySet[Assignment]:
    """To answer, to judge, to bring together."""
    return Assignment.objects.filter(
        Q(state=Assignment.State.INVITED, submission__state__in=UNDECIDED)
        | Q(
            state=Assignment.State.ACCEPTED,
            submission__state__in=JUDGED_IN,
            judgement__sealed_at__isnull=True,
        )
        | Q(
            state=Assignment.State.ACCEPTED,
            role=Assignment.Role.LEAD,
            submission__state=State.RECONCILING,
        )
    )


def _waiting_for_coordinator() -> QuerySet[Submission]:
    """To screen, or lacking assessors. Without the scheme's documents, two assessors count as enough."""
    fully_asked = (
        Assignment.objects.active()
        .values("submission")
        .annotate(number=Count("pk"))
        .filter(number__gte=2)
        .values("submission")
    )
    return Submission.objects.filter(
        Q(state=State.RECEIVED) | (Q(state=State.ACCEPTED) & ~Q(pk__in=fully_asked))
    )


def _open_extensions() -> QuerySet[Extension]:
    return Extension.objects.filter(granted_at__isnull=True, refused_at__isnull=True)


# The assessor's desk --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Desk:
    to_answer: list[Assignment]
    to_judge: list[Assignment]
    waiting: list[Assignment]  # sealed; others are still judging
    to_reconcile: list[Assignment]
    reconciling: list[Assignment]  # another one leads
    done: list[Assignment]

    @property
    def is_empty(self) -> bool:
        return not any(
            (self.to_answer, self.to_judge, self.waiting, self.to_reconcile, self.reconciling, self.done)
        )

    @property
    def in_hand(self) -> int:
        return len(self.to_answer) + len(self.to_judge) + len(self.to_reconcile)


DONE_SHOWN = 60


def desk(person: Person, *, with_done: bool = True) -> Desk:
    """All assignments of an assessor, by what is to be done with them: two queries, however many there are.

    ``with_done=False`` takes one, and leaves out what is done.
    """
    open_rows = list(
        Assignment.objects.active()
        .filter(assessor=person, submission__state__in=UNDECIDED)
        .for_list()
        .order_by("due_on", "pk")
    )
    done = (
        list(
            Assignment.objects.accepted()
            .filter(assessor=person)
            .exclude(submission__state__in=UNDECIDED)
            .for_list()
            .order_by("-submission__decided_at", "-pk")[:DONE_SHOWN]
        )
        if with_done
        else []
    )
    accepted = [row for row in open_rows if row.state == Assignment.State.ACCEPTED]
    reconciling = [row for row in accepted if row.submission.state == State.RECONCILING]
    judging = [row for row in accepted if row.submission.state != State.RECONCILING]
    return Desk(
        to_answer=[row for row in open_rows if row.state == Assignment.State.INVITED],
        to_judge=[row for row in judging if not row.has_sealed],
        waiting=[row for row in judging if row.has_sealed],
        to_reconcile=[row for row in reconciling if row.role == Assignment.Role.LEAD],
        reconciling=[row for row in reconciling if row.role != Assignment.Role.LEAD],
        done=done,
    )


# The candidate's own --------------------------------------------------------------------------------------------------


def registrations_of(person: Person) -> list[Registration]:
    """Newest first, each with its submissions as ``handed_in``, newest first too."""
    return list(
        Registration.objects.filter(person=person)
        .for_list()
        .prefetch_related(
            Prefetch(
                "submissions",
                with_progress(Submission.objects.defer("content")).order_by("-submitted_at", "-pk"),
                to_attr="handed_in",
            )
        )
        .order_by("-registered_at", "-pk")
    )


def latest_submission(registration: Registration) -> Submission | None:
    return next(iter(submissions_of(registration)), None)


def submissions_of(registration: Registration) -> list[Submission]:
    """Newest first, without their words."""
    rows = Submission.objects.filter(registration=registration).defer("content")
    return list(with_progress(rows).order_by("-submitted_at", "-pk"))


@dataclass(frozen=True)
class Standing:
    """A registration with the newest submission, if there is one, and where that stands in words."""

    registration: Registration
    submission: Submission | None
    words: str


# Of a submission, what is said of it beside its registration; in the order of its columns, as it is made of a row.
_OF_SUBMISSION = ("id", "registration_id", "attempt", "state", "submitted_at", "due_on")


def standings(person: Person, pathway: int | None = None) -> list[Standing]:
    """Newest first: one query, in which a registration has a row for each of its submissions."""
    rows: Any = Registration.objects.filter(person=person).for_list()
    if pathway is not None:
        rows = rows.filter(pathway=pathway)
    accepted = Assignment.objects.accepted().filter(submission=OuterRef("submissions__pk"))
    read = rows.annotate(
        **{f"of_{name}": F(f"submissions__{name}") for name in _OF_SUBMISSION},
        accepted_number=number_of(accepted),
        sealed_number=number_of(accepted.filter(judgement__sealed_at__isnull=False)),
        screened_at=F("submissions__screening__decided_at"),
        joint_pk=F("submissions__joint_judgement__pk"),
        given_at=F("submissions__joint_judgement__given_at"),
        resubmit_by=F("submissions__joint_judgement__resubmit_by"),
        following_pk=F("submissions__following__pk"),
    ).order_by("-registered_at", "-pk", "-of_submitted_at", "-of_id")
    found: dict[int, Standing] = {}
    for row in read:
        if row.pk not in found:
            found[row.pk] = _standing(row)
    return list(found.values())


def _standing(row: Any) -> Standing:
    if row.of_id is None:
        return Standing(row, None, "")
    submission = Submission.from_db(
        DEFAULT_DB_ALIAS, _OF_SUBMISSION, [getattr(row, f"of_{name}") for name in _OF_SUBMISSION]
    )
    submission.registration = row
    joint = (
        JointJudgement(pk=row.joint_pk, given_at=row.given_at, resubmit_by=row.resubmit_by)
        if row.given_at is not None
        else None
    )
    known = Progress(
        accepted=row.accepted_number,
        sealed=row.sealed_number,
        screened_at=row.screened_at,
        joint=joint,
        followed_by=row.following_pk is not None,
    )
    return Standing(row, submission, candidate_words(submission, known))


def portfolio_for(registration: Registration) -> Portfolio | None:
    """The portfolio that a registration is about: the one on its pathway that was worked on last."""
    return (
        Portfolio.objects.own()
        .filter(owner=registration.person_id, pathway=registration.pathway_id)
        .for_display()
        .order_by("-edited_at", "-pk")
        .first()
    )

"""Who may do what between registration and outcome.

Nobody has a hand in their own accreditation: every rule for coordinators and assessors leaves the candidate out, even one
who coordinates the scheme. Nobody sees another's judgement before every judgement of the submission is sealed.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from collegium.accreditation.models import (
    JUDGED_IN,
    Assignment,
    Extension,
    Judgement,
    Referee,
    Registration,
    Submission,
)
from collegium.accreditation.terms import terms_of
from collegium.foundation.rulebook import Role, rule
from collegium.people.models import Person
from collegium.people.rules import ANYONE_SIGNED_IN
from collegium.schemes.documents.values import Split
from collegium.schemes.models import Pathway, RoleHolding, Scheme
from collegium.schemes.rules import COORDINATOR

# Roles ----------------------------------------------------------------------------------------------------------------


def _is_candidate(person: Person, thing: Any) -> bool:
    return getattr(thing, "candidate_id", None) == person.pk


def _assignments(person: Person, thing: Any, *states: str) -> bool:
    if isinstance(thing, Assignment):
        return thing.assessor_id == person.pk and thing.state in states
    if isinstance(thing, Judgement):
        thing = thing.assignment.submission
    if not isinstance(thing, Submission):
        return False
    if (known := assignments_known(thing)) is not None:
        return any(row.assessor_id == person.pk and row.state in states for row in known)
    return Assignment.objects.filter(submission=thing, assessor=person, state__in=states).exists()


def assignments_known(submission: Submission) -> list[Assignment] | None:
    """All of its assignments, where the page has read them already; else None."""
    kept = getattr(submission, "_prefetched_objects_cache", {})
    return list(kept["assignments"]) if "assignments" in kept else None


CANDIDATE = Role(
    key="candidate",
    title=_("Candidate"),
    description=_("Whose registration and portfolio it is."),
    held_by=_is_candidate,
)
INVITED = Role(
    key="invited",
    title=_("Invited assessor"),
    description=_("Has been asked to judge a submission and has not answered yet."),
    held_by=lambda person, thing: _assignments(person, thing, Assignment.State.INVITED),
)
ASSIGNED = Role(
    key="assigned",
    title=_("Assigned assessor"),
    description=_("Has agreed to judge a submission."),
    held_by=lambda person, thing: _assignments(person, thing, Assignment.State.ACCEPTED),
)

# Who holds which award ------------------------------------------------------------------------------------------------

# Asked with the ids of some persons and a scheme: the keys of the pathways that each holds a valid award of.
Holdings = Callable[[Collection[int], Scheme], Mapping[int, Collection[str]]]
_holdings: list[Holdings] = []


def register_holding(asked: Holdings) -> Holdings:
    """Where awards are made, one says here who holds them; one call for many persons, so that lists stay quick."""
    _holdings.append(asked)
    return asked


def held_by(
    persons: Collection[int], scheme: Scheme, noted: Iterable[tuple[int, str]] | None = None
) -> dict[int, set[str]]:
    """The pathways of the scheme that each person holds, by an award made here or noted with their role.

    ``noted`` is what stands with their roles, by person, where that was read already.
    """
    found: dict[int, set[str]] = {person: set() for person in persons}
    if noted is None:
        noted = RoleHolding.objects.filter(
            scheme=scheme, person__in=persons, withdrawn_at__isnull=True
        ).values_list("person_id", "holds_pathway")
    for person, key in noted:
        if key and person in found:
            found[person].add(key)
    for asked in _holdings:
        for person, keys in asked(persons, scheme).items():
            found.setdefault(person, set()).update(keys)
    return found


def holds(person: Person, pathway_keys: Collection[str], scheme: Scheme) -> bool:
    """Whether the person holds an award of any of these pathways."""
    return not held_by([person.pk], scheme)[person.pk].isdisjoint(pathway_keys)


# Registration ---------------------------------------------------------------------------------------------------------


@rule(ANYONE_SIGNED_IN, says=_("register on a pathway"))
def may_register(person: Person, pathway: Pathway) -> bool:  # noqa: ARG001  # open to all; what a scheme asks is said when registering
    return True


@rule(CANDIDATE, COORDINATOR, says=_("see a registration, its dates and its referees"))
def may_see_registration(person: Person, registration: Registration) -> bool:  # noqa: ARG001  # the roles settle it
    return True


@rule(CANDIDATE, says=_("ask for more time, with a reason"))
def may_ask_extension(person: Person, registration: Registration) -> bool:  # noqa: ARG001
    return registration.is_open


@rule(COORDINATOR, says=_("grant or refuse more time"))
def may_answer_extension(person: Person, extension: Extension) -> bool:
    return extension.is_open and extension.candidate_id != person.pk


@rule(CANDIDATE, says=_("name referees and ask them again"))
def may_name_referee(person: Person, registration: Registration) -> bool:  # noqa: ARG001
    return registration.is_open


@rule(CANDIDATE, says=_("take back the naming of a referee who has not answered"))
def may_drop_referee(person: Person, referee: Referee) -> bool:  # noqa: ARG001
    return referee.answered_at is None and referee.registration.is_open


@rule(CANDIDATE, says=_("submit a portfolio, and again after a referral"))
def may_submit(person: Person, registration: Registration) -> bool:  # noqa: ARG001
    return registration.is_open


# Submission -----------------------------------------------------------------------------------------------------------


@rule(
    CANDIDATE, INVITED, ASSIGNED, COORDINATOR, says=_("see that there is a submission, and where it stands")
)
def may_see(person: Person, submission: Submission | Assignment) -> bool:  # noqa: ARG001  # the roles settle it
    return True


@rule(CANDIDATE, COORDINATOR, ASSIGNED, says=_("read a submission, with its files"))
def may_read(person: Person, submission: Submission) -> bool:  # noqa: ARG001  # the roles settle it
    return True


@rule(CANDIDATE, says=_("withdraw a submission that is not decided yet"))
def may_withdraw(person: Person, submission: Submission) -> bool:  # noqa: ARG001
    return submission.is_undecided


@rule(COORDINATOR, says=_("see what a submission waits for, and from whom; never their own"))
def may_manage(person: Person, submission: Submission) -> bool:
    return submission.candidate_id != person.pk


@rule(COORDINATOR, says=_("accept a submission for assessment, or return it with reasons"))
def may_screen(person: Person, submission: Submission) -> bool:
    return submission.candidate_id != person.pk and submission.state == Submission.State.RECEIVED


@rule(COORDINATOR, says=_("ask assessors to judge a submission"))
def may_allot(person: Person, submission: Submission) -> bool:
    return submission.candidate_id != person.pk and submission.state in JUDGED_IN


@rule(COORDINATOR, says=_("open a further place for an assessor when the others can't agree"))
def may_add_place(person: Person, submission: Submission) -> bool:
    return submission.candidate_id != person.pk and submission.state == Submission.State.RECONCILING


@rule(COORDINATOR, says=_("set or move the day by which a referred portfolio comes back"))
def may_set_resubmission_date(person: Person, submission: Submission) -> bool:
    return submission.candidate_id != person.pk and submission.state == Submission.State.REFERRED


# Assessors ------------------------------------------------------------------------------------------------------------


@rule(INVITED, says=_("accept or decline to judge"))
def may_answer_invitation(person: Person, assignment: Assignment) -> bool:  # noqa: ARG001
    return assignment.state == Assignment.State.INVITED and assignment.submission.is_undecided


@rule(COORDINATOR, says=_("release an assessor, so that another one can be asked"))
def may_release(person: Person, assignment: Assignment) -> bool:
    return (
        assignment.candidate_id != person.pk and assignment.is_active and assignment.submission.is_undecided
    )


@rule(ASSIGNED, says=_("step back before sealing"))
def may_step_back(person: Person, assignment: Assignment) -> bool:  # noqa: ARG001
    return assignment.submission.state in JUDGED_IN and not assignment.has_sealed


@rule(COORDINATOR, says=_("hand the lead to another of the assessors"))
def may_change_lead(person: Person, assignment: Assignment) -> bool:
    return (
        assignment.candidate_id != person.pk
        and assignment.is_active
        and assignment.role != Assignment.Role.LEAD
        and assignment.submission.is_undecided
    )


@rule(ASSIGNED, says=_("judge each section, keep a draft, and seal it"))
def may_judge(person: Person, assignment: Assignment) -> bool:  # noqa: ARG001
    return assignment.submission.state in JUDGED_IN and not assignment.has_sealed


@rule(ASSIGNED, COORDINATOR, says=_("see all judgements once every one is sealed; until then only their own"))
def may_see_judgement(person: Person, judgement: Judgement) -> bool:
    if judgement.assignment.assessor_id == person.pk:
        return True
    submission = judgement.assignment.submission
    return submission.is_opened and judgement.is_sealed and submission.candidate_id != person.pk


@rule(ASSIGNED, COORDINATOR, says=_("compare the judgements once every one is sealed"))
def may_compare(person: Person, submission: Submission) -> bool:
    return submission.is_opened and submission.candidate_id != person.pk


@rule(
    ASSIGNED,
    COORDINATOR,
    says=_("write the joint judgement and give the outcome: the lead, or whom the scheme says"),
)
def may_reconcile(person: Person, submission: Submission) -> bool:
    if submission.state != Submission.State.RECONCILING or submission.candidate_id == person.pk:
        return False
    if _leads(person, submission):
        return True
    return terms_of(
        submission.pathway
    ).rules.split_decision.value is Split.COORDINATOR and COORDINATOR.held_by(person, submission)


def _leads(person: Person, submission: Submission) -> bool:
    known = assignments_known(submission)
    accepted, lead = Assignment.State.ACCEPTED, Assignment.Role.LEAD
    if known is None:
        return submission.assignments.filter(assessor=person, role=lead, state=accepted).exists()
    return any(row.assessor_id == person.pk and row.role == lead and row.state == accepted for row in known)


@rule(CANDIDATE, COORDINATOR, ASSIGNED, says=_("read the outcome and its feedback"))
def may_see_outcome(person: Person, submission: Submission) -> bool:  # noqa: ARG001
    return submission.state in {
        Submission.State.REFERRED,
        Submission.State.PASSED,
        Submission.State.FAILED,
    }

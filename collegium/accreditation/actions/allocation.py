"""Finding assessors: asking, answering, releasing."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.accreditation.actions.submissions import PAGE
from collegium.accreditation.models import JUDGED_IN, Assignment, Submission
from collegium.accreditation.queries import Candidate, candidates_for, places
from collegium.accreditation.terms import Terms, decided, terms_of
from collegium.activity.actions import record
from collegium.activity.verbs import Told, verb
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.people.models import Person
from collegium.schemes.queries import coordinators

ASKED = verb(
    "assignment.made",
    history=gettext_lazy("%(actor)s asked %(assessor)s to judge it"),
    tells={
        "assessor": Told(
            gettext_lazy(
                "You are asked to judge a portfolio for %(pathway)s. Please look whether you can, and whether you are free to."
            ),
            PAGE,
        )
    },
)
AGREED = verb(
    "assignment.answered",
    history=gettext_lazy("%(actor)s agreed to judge it"),
    tells={
        "coordinator": Told(
            gettext_lazy("%(actor)s has agreed to judge a portfolio for %(pathway)s."), PAGE, by_email=False
        )
    },
)
DECLINED = verb(
    "assignment.declined",
    history=gettext_lazy("%(actor)s could not judge it"),
    tells={
        "coordinator": Told(
            gettext_lazy("%(actor)s can't judge a portfolio for %(pathway)s: somebody else is needed."), PAGE
        )
    },
)
RELEASED = verb(
    "assignment.released",
    history=gettext_lazy("%(assessor)s was released"),
    tells={
        "assessor": Told(
            gettext_lazy(
                "You are released from judging a portfolio for %(pathway)s. Thank you for your time."
            ),
            PAGE,
        ),
        "coordinator": Told(
            gettext_lazy("%(actor)s has stepped back from judging a portfolio for %(pathway)s."), PAGE
        ),
    },
)
LEAD_CHANGED = verb(
    "assignment.lead_changed",
    history=gettext_lazy("%(actor)s handed the lead to %(assessor)s"),
    tells={
        "assessor": Told(gettext_lazy("You are now lead assessor of a portfolio for %(pathway)s."), PAGE),
        "second": Told(gettext_lazy("Another assessor now leads on a portfolio for %(pathway)s."), PAGE),
    },
)
ASSESSING = verb(
    "submission.assessing",
    history=gettext_lazy("All assessors are found"),
    tells={
        "candidate": Told(
            gettext_lazy(
                "Your portfolio for %(pathway)s is with its assessors now. They take their time to read."
            ),
            PAGE,
            by_email=False,
        )
    },
)
PLACE_ADDED = verb(
    "submission.place_added",
    history=gettext_lazy("%(actor)s opened a place for one more assessor"),
    tells={
        "assessor": Told(
            gettext_lazy(
                "One more assessor is asked about a portfolio for %(pathway)s that you have judged."
            ),
            PAGE,
        )
    },
)


@transaction.atomic
def allot(
    *,
    submission: Submission,
    assessor: Person,
    role: str,
    by: Person,
    due_on: dt.date | None = None,
    reason: str = "",
) -> Assignment:
    """Ask somebody. ``due_on`` is the submission's own if not given.

    ``reason`` is asked for where there is a conflict of interest of a kind on which the scheme has published no rule.
    """
    submission = Submission.objects.locked().get(pk=submission.pk)
    if submission.state not in JUDGED_IN:
        raise Refusal(_("Assessors are asked after screening, and until the judgements are in."))
    terms = terms_of(submission.pathway)
    _refuse_if_no_place(submission, role, terms)
    candidate = next(iter(candidates_for(submission, only=[assessor], terms=terms)), None)
    if candidate is None:
        raise Refusal(
            _("%(name)s is not an assessor of this scheme.") % {"name": assessor.name}, code="not-an-assessor"
        )
    _refuse_person(candidate, role, terms, reason)
    sentences = list(candidate.conflicts)
    if reason.strip():
        sentences.append(_("Asked all the same, because: %(reason)s") % {"reason": reason.strip()})
    assignment = Assignment.objects.create(
        submission=submission,
        assessor=assessor,
        role=role,
        conflicts=sentences,
        invited_by=by,
        due_on=due_on or submission.due_on,
    )
    record(
        ASKED,
        by=by,
        about=submission,
        concerns=[(assessor, "assessor")],
        data={"pathway": submission.pathway.title, "assessor": assessor.name, "role": role},
    )
    return assignment


def _refuse_if_no_place(submission: Submission, role: str, terms: Terms) -> None:
    number = places(submission, terms)
    taken = list(submission.assignments.active().values_list("role", flat=True))
    if len(taken) >= number:
        raise Refusal(_("Every place is taken: nobody else is needed now."), code="full")
    has_lead = Assignment.Role.LEAD in taken
    if role == Assignment.Role.LEAD and has_lead:
        raise Refusal(_("There is a lead assessor already."), code="lead-taken")
    if role == Assignment.Role.SECOND and not has_lead and number - len(taken) == 1:
        raise Refusal(_("The last place is for a lead assessor: somebody has to lead."), code="lead-needed")


def _refuse_person(candidate: Candidate, role: str, terms: Terms, reason: str) -> None:
    name = candidate.person.name
    if candidate.forbidden:
        raise Refusal(candidate.why, code="conflict")
    decided(terms.pathway.assessed_by)
    if not candidate.eligible:
        raise Refusal(
            _("%(name)s can't be asked. %(why)s") % {"name": name, "why": candidate.why}, code="not-eligible"
        )
    if candidate.asked is not None and candidate.asked.is_active:
        raise Refusal(_("%(name)s has been asked already.") % {"name": name}, code="asked")
    if role == Assignment.Role.LEAD:
        needed = decided(terms.rules.lead_after)
        if not candidate.may_lead:
            raise Refusal(
                _(
                    "%(name)s can't lead yet: %(done)d of the %(needed)d assessments as second assessor are done."
                )
                % {"name": name, "done": candidate.done, "needed": needed or 0},
                code="not-a-lead",
            )
    unsettled = [conflict.sentence for conflict in candidate.found if conflict.forbids is None]
    if unsettled and not reason.strip():
        raise Refusal(
            _(
                "The scheme has not said whether this rules %(name)s out: %(conflicts)s "
                "Say why you ask them all the same; it is kept."
            )
            % {"name": name, "conflicts": " ".join(unsettled)},
            code="reason",
        )


@transaction.atomic
def answer_invitation(*, assignment: Assignment, by: Person, accepts: bool, reason: str = "") -> None:
    submission = Submission.objects.locked().get(pk=assignment.submission_id)
    assignment = submission.assignments.select_for_update(of=("self",)).get(pk=assignment.pk)
    if assignment.state != Assignment.State.INVITED:
        raise Refusal(_("This has been answered already."))
    if not submission.is_undecided:
        raise Refusal(_("Nothing is left to do here. Thank you all the same."))
    if not accepts and not reason.strip():
        raise Refusal(_("Say in a few words why, so that the coordinator asks the right person next."))
    assignment.state = Assignment.State.ACCEPTED if accepts else Assignment.State.DECLINED
    assignment.answered_at = clock.now()
    assignment.reason = "" if accepts else reason.strip()
    assignment.save(update_fields=["state", "answered_at", "reason"])
    told = {person.pk: person for person in coordinators(submission.scheme)}
    if assignment.invited_by is not None:
        told.setdefault(assignment.invited_by.pk, assignment.invited_by)
    data = {"pathway": submission.pathway.title}
    record(
        AGREED if accepts else DECLINED,
        by=by,
        about=submission,
        concerns=[(person, "coordinator") for person in told.values()],
        data=data,
    )
    if accepts:
        settle_state(submission)


def settle_state(submission: Submission) -> None:
    """With the assessors once every place is taken by somebody who agreed; back to being found if one falls out."""
    if submission.state not in JUDGED_IN:
        return
    number = places(submission)
    agreed = submission.assignments.accepted().count()
    if agreed >= number and submission.state == Submission.State.ACCEPTED:
        submission.state = Submission.State.ASSESSING
        submission.save(update_fields=["state"])
        record(
            ASSESSING,
            by=None,
            about=submission,
            concerns=[(submission.candidate, "candidate")],
            data={"pathway": submission.pathway.title},
        )
    elif agreed < number and submission.state == Submission.State.ASSESSING:
        submission.state = Submission.State.ACCEPTED
        submission.save(update_fields=["state"])


@transaction.atomic
def release(*, assignment: Assignment, by: Person, reason: str) -> None:
    """By the coordinator, or by the assessors themselves. What they wrote is kept and counts for nothing; the place is
    free again, also when all had sealed.
    """
    submission = Submission.objects.locked().get(pk=assignment.submission_id)
    assignment = submission.assignments.select_for_update(of=("self",)).get(pk=assignment.pk)
    if not assignment.is_active or not submission.is_undecided:
        raise Refusal(_("There is nothing to release here any more."))
    if not reason.strip():
        raise Refusal(_("Say in a few words why."))
    assignment.state, assignment.reason, assignment.answered_at = (
        Assignment.State.RELEASED,
        reason.strip(),
        clock.now(),
    )
    assignment.save(update_fields=["state", "reason", "answered_at"])
    if submission.state == Submission.State.RECONCILING:
        submission.state = Submission.State.ACCEPTED
        submission.save(update_fields=["state"])
    settle_state(submission)
    concerns = [(assignment.assessor, "assessor")]
    concerns += [(person, "coordinator") for person in coordinators(submission.scheme)]
    record(
        RELEASED,
        by=by,
        about=submission,
        concerns=concerns if by.pk == assignment.assessor_id else concerns[:1],
        data={"pathway": submission.pathway.title, "assessor": assignment.assessor.name},
    )


@transaction.atomic
def change_lead(*, assignment: Assignment, by: Person) -> None:
    """Hand the lead to this assessor; who led before becomes a second one."""
    submission = Submission.objects.locked().get(pk=assignment.submission_id)
    assignment = submission.assignments.select_related("assessor").get(pk=assignment.pk)
    if not assignment.is_active or not submission.is_undecided:
        raise Refusal(_("They are not an assessor of this submission any more."))
    if assignment.role == Assignment.Role.LEAD:
        return
    terms = terms_of(submission.pathway)
    candidate = next(iter(candidates_for(submission, only=[assignment.assessor], terms=terms)), None)
    needed = decided(terms.rules.lead_after)
    if candidate is None or not candidate.may_lead:
        raise Refusal(
            _("%(name)s can't lead yet: the scheme asks for %(needed)d assessments as second assessor first.")
            % {"name": assignment.assessor.name, "needed": needed or 0}
        )
    others = list(submission.assignments.active().exclude(pk=assignment.pk).select_related("assessor"))
    submission.assignments.active().filter(role=Assignment.Role.LEAD).update(role=Assignment.Role.SECOND)
    assignment.role = Assignment.Role.LEAD
    assignment.save(update_fields=["role"])
    record(
        LEAD_CHANGED,
        by=by,
        about=submission,
        concerns=[(assignment.assessor, "assessor"), *((row.assessor, "second") for row in others)],
        data={"pathway": submission.pathway.title, "assessor": assignment.assessor.name},
    )


@transaction.atomic
def add_place(*, submission: Submission, by: Person) -> None:
    """One more assessor, who judges without seeing the others; the sealed judgements stay as they are."""
    submission = Submission.objects.locked().get(pk=submission.pk)
    if submission.state != Submission.State.RECONCILING:
        raise Refusal(_("A further assessor is asked when the judgements are in and differ."))
    submission.extra_places += 1
    submission.state = Submission.State.ACCEPTED
    submission.save(update_fields=["extra_places", "state"])
    record(
        PLACE_ADDED,
        by=by,
        about=submission,
        concerns=[
            (row.assessor, "assessor")
            for row in submission.assignments.accepted().select_related("assessor").order_by("pk")
        ],
        data={"pathway": submission.pathway.title},
    )

"""One joint judgement, one outcome."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.accreditation.actions.registrations import day_for
from collegium.accreditation.actions.submissions import PAGE
from collegium.accreditation.models import Assignment, JointJudgement, JointMark, Submission
from collegium.accreditation.queries import (
    Area,
    Comparison,
    allowed_outcomes,
    areas_to_judge,
    comparison,
    is_split,
    joint_draft,
    joint_of,
    places,
    proposal,
    sections_behind,
)
from collegium.accreditation.terms import Terms, decided, terms_of
from collegium.activity.actions import record
from collegium.activity.verbs import Told, Verb, verb
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.people.models import Person
from collegium.portfolios import actions as portfolios
from collegium.schemes.documents.values import UNSET, Split
from collegium.schemes.queries import coordinators
from collegium.schemes.rules import COORDINATOR

Outcome = JointJudgement.Outcome

GIVEN = verb(
    "submission.outcome_given",
    history=gettext_lazy("%(actor)s gave the outcome: %(outcome)s"),
    tells={
        "coordinator": Told(
            gettext_lazy("An outcome was given on a portfolio for %(pathway)s: %(outcome)s."),
            PAGE,
            by_email=False,
        ),
        "assessor": Told(
            gettext_lazy(
                "The outcome on a portfolio for %(pathway)s that you judged was given: %(outcome)s. Thank you for your work."
            ),
            PAGE,
        ),
    },
)
# By nobody in the log: a candidate is not told who their assessors are.
PASSED = verb(
    "submission.passed",
    history=gettext_lazy("The outcome was given: passed"),
    tells={
        "candidate": Told(
            gettext_lazy(
                "Congratulations: you have passed %(pathway)s. What your assessors say about your portfolio is there to read."
            ),
            PAGE,
        ),
    },
)
REFERRED = verb(
    "submission.referred",
    history=gettext_lazy("The outcome was given: referred"),
    tells={
        "candidate": Told(
            gettext_lazy(
                "Your assessors have read your portfolio for %(pathway)s. You are nearly there: they ask for a little more, "
                "and say where and why. Only those parts are open for you to revise; the rest stands."
            ),
            PAGE,
        ),
    },
)
FAILED = verb(
    "submission.failed",
    history=gettext_lazy("The outcome was given: not passed"),
    tells={
        "candidate": Told(
            gettext_lazy(
                "Your assessors have read your portfolio for %(pathway)s. It is not a pass this time. "
                "They say why, and what they valued; the coordinator is there for your questions."
            ),
            PAGE,
        ),
    },
)
DATE_SET = verb(
    "submission.date_set",
    history=gettext_lazy("%(actor)s set %(day)s as the day to submit again"),
    tells={
        "candidate": Told(
            gettext_lazy("Please submit your revised portfolio for %(pathway)s by %(day)s."), PAGE
        )
    },
)
DRAFTED = verb("submission.outcome_drafted", history=gettext_lazy("The joint judgement was begun"))


@transaction.atomic
def save_joint(
    *,
    submission: Submission,
    by: Person,
    outcome: str = "",
    feedback: str = "",
    note: str = "",
    referred_sections: Sequence[str] = (),
    marks: Mapping[str, tuple[str, str]],
) -> JointJudgement:
    """A draft of the joint judgement; ``give_outcome`` checks it against the scheme's rules."""
    submission = Submission.objects.locked().get(pk=submission.pk)
    _refuse_if_not_reconciling(submission)
    terms = terms_of(submission.pathway)
    levels = {level.key for level in decided(terms.scale)}
    areas = areas_to_judge(submission, terms)
    keys = {area.key for area in areas}
    unknown = (set(marks) | set(referred_sections)) - keys
    if unknown:
        raise Refusal(_("There is no area “%(key)s” here.") % {"key": min(unknown)})
    if any(level and level not in levels for level, _comment in marks.values()):
        raise Refusal(_("The scheme's scale has no such level."))
    if outcome and outcome not in Outcome.values:
        raise Refusal(_("That is not an outcome."))
    joint, is_new = JointJudgement.objects.get_or_create(submission=submission, defaults={"written_by": by})
    joint.written_by, joint.outcome, joint.feedback, joint.note = by, outcome, feedback.strip(), note.strip()
    joint.referred_sections = list(dict.fromkeys(referred_sections)) if outcome == Outcome.REFER else []
    joint.saved_at = clock.now()
    joint.save()
    JointMark.objects.bulk_create(
        [
            JointMark(joint_judgement=joint, section_key=key, level=level, comment=comment.strip())
            for key, (level, comment) in marks.items()
        ],
        update_conflicts=True,
        unique_fields=["joint_judgement", "section_key"],
        update_fields=["level", "comment"],
    )
    if is_new:  # once: saving as one types is not an event
        record(DRAFTED, by=by, about=submission)
    return joint


def _refuse_if_not_reconciling(submission: Submission) -> None:
    if submission.state != Submission.State.RECONCILING:
        raise Refusal(
            _("An outcome is given when every judgement is sealed, and once."), code="not-reconciling"
        )


@transaction.atomic
def give_outcome(*, submission: Submission, by: Person) -> None:
    """For good: what the joint judgement says, if the scheme's rules bear it."""
    submission = Submission.objects.locked().get(pk=submission.pk)
    _refuse_if_not_reconciling(submission)
    terms = terms_of(submission.pathway)
    joint = joint_of(submission)
    if joint is None:
        raise Refusal(_("Write the joint judgement first."))
    areas = areas_to_judge(submission, terms)
    compared = comparison(submission, terms, areas)
    if compared is None:
        raise Refusal(_("Not every judgement is sealed yet."))
    _refuse_if_incomplete(joint, areas)
    _refuse_against_rules(submission, terms, joint, areas)
    _settle_split(submission, terms, joint, compared, by)
    now = clock.now()
    joint.given_at, joint.written_by = now, by
    submission.decided_at = now
    if joint.outcome == Outcome.REFER:
        joint.resubmit_by = _resubmit_by(terms)
        submission.state, submission.due_on = Submission.State.REFERRED, joint.resubmit_by
    else:
        submission.state = (
            Submission.State.PASSED if joint.outcome == Outcome.PASS else Submission.State.FAILED
        )
        submission.due_on = None
        submission.registration.ended_at = now
        submission.registration.save(update_fields=["ended_at"])
    joint.save()
    submission.save(update_fields=["state", "due_on", "decided_at"])
    if submission.portfolio is not None:
        portfolios.lock(
            portfolio=submission.portfolio,
            by=None,
            open_codes=sections_behind(submission, joint.referred_sections)
            if joint.outcome == Outcome.REFER
            else None,
        )
    _tell(submission, terms, joint, by)


def _refuse_if_incomplete(joint: JointJudgement, areas: Sequence[Area]) -> None:
    draft = joint_draft(joint)
    lacking = [
        _("%(area)s: a joint level") % {"area": area.label}
        for area in areas
        if not draft.get(area.key, ("", ""))[0]
    ]
    lacking += [
        _("%(area)s: a comment that says what is asked for") % {"area": area.label}
        for area in areas
        if area.key in joint.referred_sections and not draft.get(area.key, ("", ""))[1]
    ]
    if not joint.outcome:
        lacking.append(_("The outcome"))
    if not joint.feedback:
        lacking.append(_("Feedback to the candidate"))
    if joint.outcome == Outcome.REFER and not joint.referred_sections:
        lacking.append(_("Which areas are referred"))
    if lacking:
        raise Refusal(_("The joint judgement is not complete yet."), code="incomplete", details=lacking)


def _refuse_against_rules(
    submission: Submission, terms: Terms, joint: JointJudgement, areas: Sequence[Area]
) -> None:
    decided(terms.rules.decision)
    if joint.outcome != Outcome.PASS:
        decided(terms.rules.attempts)
    allowed = allowed_outcomes(submission, terms)
    if joint.outcome not in allowed:
        raise Refusal(
            _("At this attempt the scheme knows these outcomes: %(outcomes)s.")
            % {"outcomes": ", ".join(allowed.values())},
            code="outcome",
        )
    levels = {key: level for key, (level, _comment) in joint_draft(joint).items()}
    found = proposal(submission, terms, areas, levels)
    if joint.outcome == Outcome.PASS and found.outcome != Outcome.PASS:
        raise Refusal(found.sentence, code="not-a-pass", details=[area.label for area in found.not_met])
    if joint.outcome != Outcome.PASS and found.outcome == Outcome.PASS:
        raise Refusal(
            _("By the joint levels this is a pass. Change the levels, or the outcome."), code="a-pass"
        )
    forgotten = [area.label for area in found.not_met if area.key not in joint.referred_sections]
    if joint.outcome == Outcome.REFER and forgotten:
        raise Refusal(
            _("These are not met, so the candidate must be able to revise them: %(areas)s.")
            % {"areas": "; ".join(forgotten)},
            code="not-referred",
        )


def _settle_split(
    submission: Submission, terms: Terms, joint: JointJudgement, compared: Comparison, by: Person
) -> None:
    """Where assessors came to different conclusions: the scheme's way, or, where it has published none, one's own with
    the reason kept.
    """
    if not is_split(submission, terms, compared):
        return
    way = terms.rules.split_decision.value
    leads = submission.assignments.accepted().filter(assessor=by, role=Assignment.Role.LEAD).exists()
    if way is Split.COORDINATOR and not COORDINATOR.held_by(by, submission):
        raise Refusal(
            _("The assessors differ on the outcome. In this scheme the coordinator decides then."),
            code="split-coordinator",
        )
    if way is not Split.COORDINATOR and not leads:
        raise Refusal(_("The lead assessor gives the outcome."), code="split-lead")
    if way is Split.THIRD and len(compared.overall) <= places(submission, terms) - submission.extra_places:
        raise Refusal(
            _(
                "The assessors differ on the outcome. In this scheme a third assessor is asked then, by the coordinator."
            ),
            code="split-third",
        )
    if not joint.note:
        raise Refusal(
            _(
                "The assessors differ on the outcome, and the scheme has not published how that is settled. Say how you settled it, and why; it is kept."
            )
            if way is UNSET
            else _("The assessors differ on the outcome. Say how you settled it; it is kept."),
            code="split-note",
        )


def _resubmit_by(terms: Terms) -> dt.date | None:
    """None where the scheme sets no day, and where it has not said: then the coordinator is asked for one."""
    deadline = terms.rules.referral_deadline.value
    return deadline.after(clock.today()) if deadline is not UNSET and deadline is not None else None


def _tell(submission: Submission, terms: Terms, joint: JointJudgement, by: Person) -> None:
    verbs: dict[str, Verb] = {Outcome.PASS: PASSED, Outcome.REFER: REFERRED, Outcome.FAIL: FAILED}
    concerns: list[tuple[Person, str]] = [
        (row.assessor, "assessor") for row in submission.assignments.accepted().select_related("assessor")
    ]
    concerns += [(person, "coordinator") for person in coordinators(submission.scheme)]
    data: dict[str, Any] = {
        "pathway": submission.pathway.title,
        "outcome": allowed_outcomes(submission, terms).get(joint.outcome, joint.get_outcome_display()),
        "attempt": submission.attempt,
    }
    record(GIVEN, by=by, about=submission, concerns=concerns, data=data)
    record(
        verbs[joint.outcome],
        by=None,
        about=submission,
        concerns=[(submission.candidate, "candidate")],
        data=data,
    )


@transaction.atomic
def set_resubmission_date(*, submission: Submission, by: Person, until: dt.date) -> None:
    """Where the scheme sets no day, or the candidate needs another one."""
    submission = Submission.objects.locked().get(pk=submission.pk)
    joint = joint_of(submission)
    if submission.state != Submission.State.REFERRED or joint is None:
        raise Refusal(_("There is no referral to set a day for."))
    if until <= clock.today():
        raise Refusal(_("Choose a day to come."))
    joint.resubmit_by = submission.due_on = until
    joint.save(update_fields=["resubmit_by"])
    submission.save(update_fields=["due_on"])
    record(
        DATE_SET,
        by=by,
        about=submission,
        concerns=[(submission.candidate, "candidate")],
        data={"pathway": submission.pathway.title, "day": day_for(submission.candidate, until)},
    )

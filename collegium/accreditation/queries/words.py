"""What is said to a candidate at each moment, and to whoever waits with them: in words, with a day where there is one.

A candidate is never told who judges, nor anything of a judgement before the outcome.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collegium.accreditation.models import Assignment, JointJudgement, Registration, Submission
from collegium.accreditation.queries.areas import Area
from collegium.accreditation.queries.counting import number_of
from collegium.accreditation.terms import Terms
from collegium.design.filters import day_in_words
from collegium.foundation import clock
from collegium.schemes.requirements import number_in_words

State = Submission.State


@dataclass(frozen=True)
class Progress:
    """The facts that the sentences need, read once."""

    accepted: int = 0
    sealed: int = 0
    screened_at: dt.datetime | None = None
    returned_because: str = ""
    joint: JointJudgement | None = None
    followed_by: bool = False


def with_progress(rows: QuerySet[Submission]) -> QuerySet[Submission]:
    """What the sentences need, read along with each submission: then a list asks no more for three than for one."""
    accepted = Assignment.objects.accepted().filter(submission=OuterRef("pk"))
    return (
        rows.select_related("screening", "joint_judgement", "following")
        .defer("following__content")
        .annotate(
            accepted_number=number_of(accepted),
            sealed_number=number_of(accepted.filter(judgement__sealed_at__isnull=False)),
        )
    )


def progress(submission: Submission) -> Progress:
    """One query, and none for a submission that was read ``with_progress``."""
    read: Any = submission
    if not hasattr(read, "accepted_number"):
        read = with_progress(Submission.objects.defer("content")).get(pk=submission.pk)
    screening = getattr(read, "screening", None)
    joint = getattr(read, "joint_judgement", None)
    return Progress(
        accepted=read.accepted_number,
        sealed=read.sealed_number,
        screened_at=screening.decided_at if screening else None,
        returned_because=screening.reasons if screening else "",
        joint=joint if joint is not None and joint.given_at is not None else None,
        followed_by=hasattr(read, "following"),
    )


def candidate_words(submission: Submission, found: Progress | None = None) -> str:
    """Where it stands, said to the candidate."""
    found = found or progress(submission)
    match submission.state:
        case State.RECEIVED:
            words = _("We have your portfolio. The coordinator looks first whether everything is there")
        case State.RETURNED:
            return _(
                "It came back to you before assessment: something was missing. Your portfolio is open again."
            )
        case State.ACCEPTED if found.accepted:
            words = ngettext(
                "Everything is there. %(count)s assessor has agreed to read, and another is being found",
                "Everything is there. %(count)s assessors have agreed to read, and another is being found",
                found.accepted,
            ) % {"count": number_in_words(found.accepted).capitalize()}
        case State.ACCEPTED:
            words = _("Everything is there. Assessors are being found")
        case State.ASSESSING:
            words = ngettext(
                "%(count)s assessor is reading", "%(count)s assessors are reading", found.accepted
            ) % {"count": number_in_words(found.accepted).capitalize()}
        case State.RECONCILING:
            words = (
                _("Your assessors have read everything and are agreeing on what to say to you")
                if found.accepted > 1
                else _("Your assessor has read everything and is writing to you")
            )
        case State.REFERRED:
            return _referred_words(found)
        case State.PASSED:
            return _("You have passed. Congratulations!")
        case State.FAILED:
            return _("You have not passed this time. What your assessors say is there for you to read.")
        case _:
            return _("You withdrew this submission. Your portfolio is open again.")
    return f"{words}{_due(submission.due_on)}"


def _due(day: dt.date | None) -> str:
    if day is None:
        return _(". The scheme has not published how long this takes.")
    if day < clock.today():
        return _("; expected by %(day)s. It is taking longer than planned: we are sorry.") % {
            "day": day_in_words(day)
        }
    return _("; expected by %(day)s.") % {"day": day_in_words(day)}


def _referred_words(found: Progress) -> str:
    if found.followed_by:
        return _("Your assessors asked for more, and you have submitted again.")
    if found.joint is None or found.joint.resubmit_by is None:
        return _("You are nearly there: your assessors ask for more in the areas that they name.")
    return _(
        "You are nearly there: your assessors ask for more in the areas that they name. Submit again by %(day)s."
    ) % {"day": day_in_words(found.joint.resubmit_by)}


# The way, step by step ------------------------------------------------------------------------------------------------


def steps(
    registration: Registration, submission: Submission | None, terms: Terms, found: Progress | None = None
) -> list[dict[str, Any]]:
    """The whole way for ``ui.steps``: what is done, what is now, what comes."""
    found = found or (progress(submission) if submission is not None else Progress())
    state = submission.state if submission is not None else ""
    order = ["", State.RECEIVED, State.ACCEPTED, State.ASSESSING, State.RECONCILING]
    if state in {State.REFERRED, State.PASSED, State.FAILED}:
        at = len(order)
    elif state in {State.RETURNED, State.WITHDRAWN}:
        at = 0
    else:
        at = order.index(state)
    decided = submission is not None and at == len(order)
    again = submission is not None and submission.attempt > 1

    def standing(index: int) -> str:
        return "done" if index < at else "now" if index == at else "next"

    attempts = terms.rules.attempts
    return [
        {"title": _("You registered"), "state": "done", "when": day_in_words(registration.registered_at)},
        {
            "title": _submitted_title(again=again, done=at > 0),
            "state": standing(0),
            "when": day_in_words(submission.submitted_at) if submission and at > 0 else "",
            "note": "" if at > 0 else _("Your portfolio, as it is that day. It is locked while it is read."),
        },
        {
            "title": _("The coordinator looks whether everything is there"),
            "state": standing(1),
            "when": day_in_words(found.screened_at) if found.screened_at and at > 1 else "",
        },
        {
            "title": _("Assessors are found") if _number(terms) != 1 else _("An assessor is found"),
            "state": standing(2),
            "note": _("People who hold the award themselves, and have nothing to do with you.")
            if at <= 2  # noqa: PLR2004  not found yet
            else "",
        },
        {
            "title": _("They read, each for themselves") if _number(terms) != 1 else _("They read"),
            "state": standing(3),
            "note": _("Neither sees what the other thinks before both are done.")
            if _number(terms) != 1 and at <= 3  # noqa: PLR2004  not done yet
            else "",
        },
        {
            "title": _("They agree on one answer") if _number(terms) != 1 else _("They write to you"),
            "state": standing(4),
        },
        {
            "title": _outcome_title(state, decided=decided),
            "state": "done" if decided else "next",
            "when": day_in_words(submission.decided_at)
            if submission is not None and submission.decided_at
            else day_in_words(submission.due_on)
            if submission is not None and submission.due_on and at > 0
            else "",
            "note": ""
            if decided or not attempts.is_set or again
            else _("A pass; or what to add, and where. Then only that is read again."),
        },
    ]


def _submitted_title(*, again: bool, done: bool) -> str:
    if done:
        return _("You submitted again") if again else _("You submitted")
    return _("You submit again") if again else _("You submit")


def _number(terms: Terms) -> int | None:
    rule = terms.rules.assessors
    return rule.value if isinstance(rule.value, int) else None


def _outcome_title(state: str, *, decided: bool) -> str:
    if not decided:
        return _("You hear from them")
    if state == State.PASSED:
        return _("Passed")
    if state == State.REFERRED:
        return _("Referred: a little more is asked")
    return _("Not passed")


def outcome_areas(joint: JointJudgement, areas: tuple[Area, ...], terms: Terms) -> list[dict[str, Any]]:
    """The joint judgement by area, for whoever may see the outcome."""
    from_marks = {mark.section_key: mark for mark in joint.marks.all()}
    met = {level.key: level.met for level in terms.scale.required()} if terms.scale.is_set else {}
    rows = []
    for area in areas:
        mark = from_marks.get(area.key)
        rows.append(
            {
                "area": area,
                "level": terms.level_title(mark.level) if mark and mark.level else "",
                "met": met.get(mark.level, False) if mark else False,
                "comment": mark.comment if mark else "",
                "referred": area.key in joint.referred_sections,
            }
        )
    return rows

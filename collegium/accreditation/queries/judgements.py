"""Judgements: one's own while they are sealed, all of them side by side afterwards.

The one place that reads somebody else's marks is ``comparison``; it gives none before every judgement is sealed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from collegium.accreditation.models import Assignment, JointJudgement, Judgement, Submission
from collegium.accreditation.queries.areas import Area, areas_to_judge, levels_of_before
from collegium.accreditation.rules import assignments_known
from collegium.accreditation.terms import Terms
from collegium.foundation.prepared import keep_related
from collegium.schemes.documents.values import UNSET


@dataclass(frozen=True)
class Given:
    """What one assessor said of one area."""

    assignment: Assignment
    level: str
    level_title: str
    met: bool
    comment: str


@dataclass(frozen=True)
class Compared:
    area: Area
    given: tuple[Given, ...]

    @property
    def agree(self) -> bool:
        return len({each.level for each in self.given}) <= 1

    @property
    def differ_on_met(self) -> bool:
        """They differ on whether it is good enough, and not only by a shade."""
        return len({each.met for each in self.given}) > 1


@dataclass(frozen=True)
class Comparison:
    rows: tuple[Compared, ...]
    overall: tuple[tuple[Assignment, str], ...]

    @property
    def agreed(self) -> int:
        return sum(row.agree for row in self.rows)

    @property
    def share(self) -> int:
        """Per cent of the areas on which all gave the same level."""
        return round(100 * self.agreed / len(self.rows)) if self.rows else 100

    @property
    def differences(self) -> list[Compared]:
        return [row for row in self.rows if not row.agree]

    def in_words(self) -> str:
        if len(self.overall) < 2:  # noqa: PLR2004  there is nothing to compare
            return _("There is one judgement, so nothing to bring together.")
        if not self.differences:
            return _("You gave the same level everywhere.")
        words = _("You gave the same level in %(agreed)d of %(all)d areas (%(share)d%%).") % {
            "agreed": self.agreed,
            "all": len(self.rows),
            "share": self.share,
        }
        graver = [row.area.label for row in self.differences if row.differ_on_met]
        if graver:
            return (
                words
                + " "
                + _("You differ on whether these are met: %(areas)s.") % {"areas": "; ".join(graver)}
            )
        return words + " " + _("Nowhere do you differ on whether an area is met.")


def assignments_of(submission: Submission) -> list[Assignment]:
    """All of them with their assessors and judgements, the lead first; kept with the submission, for a page that shows
    them and asks rules about them.
    """
    known = assignments_known(submission)
    if known is None:
        known = _assignments(submission)
        keep_related(submission, "assignments", known)
    return known


def _assignments(submission: Submission) -> list[Assignment]:
    rows = submission.assignments.select_related("assessor__photo", "judgement", "invited_by")
    return list(rows.order_by("role", "pk"))


def draft_of(assignment: Assignment) -> dict[str, tuple[str, str]]:
    """An assessor's own marks so far: level and comment by area."""
    return {
        key: (level, comment)
        for key, level, comment in Judgement.objects.filter(
            assignment=assignment, marks__isnull=False
        ).values_list("marks__section_key", "marks__level", "marks__comment")
    }


def missing(areas: Sequence[Area], draft: Mapping[str, tuple[str, str]], overall: str) -> list[str]:
    """What a judgement still lacks before it can be sealed, in words."""
    lacking = []
    for area in areas:
        level, comment = draft.get(area.key, ("", ""))
        if not level and not comment.strip():
            lacking.append(_("%(area)s: a level and a comment") % {"area": area.label})
        elif not level:
            lacking.append(_("%(area)s: a level") % {"area": area.label})
        elif not comment.strip():
            lacking.append(_("%(area)s: a comment") % {"area": area.label})
    if not overall.strip():
        lacking.append(_("The overall comment"))
    return lacking


def comparison(
    submission: Submission, terms: Terms, areas: Sequence[Area] | None = None
) -> Comparison | None:
    """All judgements side by side; None until every one is sealed, whoever asks."""
    if not submission.is_opened:
        return None
    areas = areas if areas is not None else areas_to_judge(submission, terms)
    judgements = [
        row.judgement
        for row in assignments_known(submission) or _assignments(submission)
        if row.state == Assignment.State.ACCEPTED and row.has_sealed
    ]
    prefetch_related_objects(judgements, "marks")
    met = {level.key: level.met for level in terms.scale.value} if terms.scale.value is not UNSET else {}
    marks = {
        judgement.pk: {mark.section_key: mark for mark in judgement.marks.all()} for judgement in judgements
    }
    rows = []
    for area in areas:
        given = tuple(
            Given(
                assignment=judgement.assignment,
                level=mark.level,
                level_title=terms.level_title(mark.level),
                met=met.get(mark.level, False),
                comment=mark.comment,
            )
            for judgement in judgements
            if (mark := marks[judgement.pk].get(area.key)) is not None
        )
        rows.append(Compared(area, given))
    return Comparison(
        rows=tuple(rows),
        overall=tuple((judgement.assignment, judgement.overall) for judgement in judgements),
    )


def asked_for(before: Submission | None) -> dict[str, str]:
    """What a referral said of each area that it named: the comments that the candidate has answered since."""
    if before is None:
        return {}
    joint = before.joint_judgement
    return {
        mark.section_key: mark.comment
        for mark in joint.marks.all()
        if mark.section_key in joint.referred_sections and mark.comment
    }


def joint_of(submission: Submission) -> JointJudgement | None:
    return JointJudgement.objects.filter(submission=submission).prefetch_related("marks").first()


def joint_read_along(submission: Submission) -> JointJudgement | None:
    """The same for a page that has just read it with the submission: only its marks are asked for."""
    joint: JointJudgement | None = getattr(submission, "joint_judgement", None)
    if joint is not None:
        prefetch_related_objects([joint], "marks")
    return joint


def joint_draft(joint: JointJudgement | None) -> dict[str, tuple[str, str]]:
    if joint is None:
        return {}
    return {mark.section_key: (mark.level, mark.comment) for mark in joint.marks.all()}


# The decision ---------------------------------------------------------------------------------------------------------


def is_split(
    submission: Submission, terms: Terms, compared: Comparison, kept: Mapping[str, str] | None = None
) -> bool | None:
    """Whether the assessors, each for themselves, come to different conclusions; None where no rule says what a pass is.

    ``kept`` are the levels of before, where they are known already.
    """
    rule = terms.rules.decision.value
    if rule is UNSET:
        return None
    if kept is None:
        kept = levels_of_before(submission, [row.area for row in compared.rows])
    conclusions = set()
    for assignment, _overall in compared.overall:
        levels = {
            row.area.key: next((each.level for each in row.given if each.assignment == assignment), "")
            for row in compared.rows
        }
        conclusions.add(rule.passes({**kept, **levels}))
    return len(conclusions) > 1


@dataclass(frozen=True)
class Proposal:
    """What the scheme's decision rule makes of the joint levels."""

    outcome: str  # "" where the rule is unset or levels are missing
    sentence: str
    not_met: tuple[Area, ...] = ()


def proposal(
    submission: Submission,
    terms: Terms,
    areas: Sequence[Area],
    levels: Mapping[str, str],
    kept: Mapping[str, str] | None = None,
) -> Proposal:
    """``levels`` are the joint ones of the areas judged this time; what was decided before is added here."""
    rule = terms.rules.decision.value
    if rule is UNSET:
        return Proposal("", _("The scheme has not published what makes a pass."))
    open_areas = [area for area in areas if not levels.get(area.key)]
    if open_areas:
        return Proposal(
            "",
            _("Still without a joint level: %(areas)s.")
            % {"areas": "; ".join(area.label for area in open_areas)},
        )
    if kept is None:
        kept = levels_of_before(submission, areas)
    not_met = tuple(area for area in areas if levels[area.key] not in rule.levels)
    if rule.passes({**kept, **levels}):
        return Proposal(
            JointJudgement.Outcome.PASS, _("By the scheme's rule, this is a pass."), not_met=not_met
        )
    outcomes = allowed_outcomes(submission, terms)
    outcome = (
        JointJudgement.Outcome.REFER
        if JointJudgement.Outcome.REFER in outcomes
        else JointJudgement.Outcome.FAIL
        if JointJudgement.Outcome.FAIL in outcomes
        else ""
    )
    return Proposal(
        outcome,
        _("By the scheme's rule, this is not a pass yet. Not met: %(areas)s.")
        % {"areas": "; ".join(area.label for area in not_met)},
        not_met=not_met,
    )


def allowed_outcomes(submission: Submission, terms: Terms) -> dict[str, str]:
    """The outcomes that this attempt may end in, with the scheme's names for them; a pass alone where that is unset."""
    attempts = terms.rules.attempts.value
    names = {
        "pass": JointJudgement.Outcome.PASS,
        "referral": JointJudgement.Outcome.REFER,
        "fail": JointJudgement.Outcome.FAIL,
    }
    if attempts is UNSET:
        return {JointJudgement.Outcome.PASS: _("Pass")}
    attempt = attempts[min(submission.attempt, len(attempts)) - 1]
    return {names[kind.value]: title for kind, title in attempt.outcomes.items()}

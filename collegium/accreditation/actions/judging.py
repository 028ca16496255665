"""Judging, each for themselves, until the judgement is sealed."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.accreditation.actions.submissions import PAGE
from collegium.accreditation.models import JUDGED_IN, Assignment, Judgement, Mark, Submission
from collegium.accreditation.queries import areas_to_judge, draft_of, missing, places
from collegium.accreditation.terms import decided, terms_of
from collegium.activity.actions import record
from collegium.activity.verbs import Told, verb
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.people.models import Person
from collegium.schemes.queries import coordinators

# Not a word of what was judged in any of these: who reads them may not have sealed yet.
SEALED = verb(
    "judgement.sealed",
    history=gettext_lazy("%(actor)s sealed a judgement"),
    tells={
        "coordinator": Told(
            gettext_lazy("%(actor)s has sealed a judgement on a portfolio for %(pathway)s."),
            PAGE,
            by_email=False,
        )
    },
)
RECONCILING = verb(
    "submission.reconciling",
    history=gettext_lazy("Every judgement is sealed"),
    tells={
        "lead": Told(
            gettext_lazy(
                "Every judgement on a portfolio for %(pathway)s is in. You lead: bring them together and write to the candidate."
            ),
            PAGE,
        ),
        "second": Told(
            gettext_lazy(
                "Every judgement on a portfolio for %(pathway)s is in. You can compare them now; the lead will talk to you."
            ),
            PAGE,
        ),
        "candidate": Told(
            gettext_lazy(
                "Your assessors for %(pathway)s have read everything and are agreeing on what to say to you."
            ),
            PAGE,
            by_email=False,
        ),
    },
)


@transaction.atomic
def save_judgement(
    *,
    assignment: Assignment,
    by: Person,  # noqa: ARG001  # whose it is; a draft leaves no line in the log, when one works on it is one's own
    overall: str | None = None,
    marks: Mapping[str, tuple[str, str]],
) -> Judgement:
    """Save a draft: only the areas that ``marks`` names, and the overall comment if given. Refused once it is sealed."""
    submission = Submission.objects.locked().get(pk=assignment.submission_id)
    assignment = submission.assignments.get(pk=assignment.pk)
    judgement = _open_judgement(submission, assignment)
    terms = terms_of(submission.pathway)
    levels = {level.key for level in decided(terms.scale)}
    keys = {area.key for area in areas_to_judge(submission, terms)}
    for key, (level, _comment) in marks.items():
        if key not in keys:
            raise Refusal(_("There is no area “%(key)s” to judge here.") % {"key": key})
        if level and level not in levels:
            raise Refusal(_("The scheme's scale has no level “%(level)s”.") % {"level": level})
    Mark.objects.bulk_create(
        [
            Mark(judgement=judgement, section_key=key, level=level, comment=comment.strip())
            for key, (level, comment) in marks.items()
        ],
        update_conflicts=True,
        unique_fields=["judgement", "section_key"],
        update_fields=["level", "comment"],
    )
    if overall is not None:
        judgement.overall = overall.strip()
    judgement.saved_at = clock.now()
    judgement.save(update_fields=["overall", "saved_at"])
    return judgement


def _open_judgement(submission: Submission, assignment: Assignment) -> Judgement:
    if assignment.state != Assignment.State.ACCEPTED:
        raise Refusal(_("You are not an assessor of this submission, or not any more."), code="not-assigned")
    judgement, _made = Judgement.objects.get_or_create(assignment=assignment)
    if judgement.is_sealed:
        raise Refusal(_("Your judgement is sealed and does not change any more."), code="sealed")
    if submission.state not in JUDGED_IN:
        raise Refusal(
            _("This submission is not being judged now. What you wrote is kept."), code="not-judged"
        )
    return judgement


@transaction.atomic
def seal_judgement(*, assignment: Assignment, by: Person) -> None:
    """For good. With the last one all are opened to those who gave them, and the lead brings them together."""
    submission = Submission.objects.locked().get(pk=assignment.submission_id)
    assignment = submission.assignments.get(pk=assignment.pk)
    judgement = _open_judgement(submission, assignment)
    terms = terms_of(submission.pathway)
    lacking = missing(areas_to_judge(submission, terms), draft_of(assignment), judgement.overall)
    if lacking:
        raise Refusal(_("Not everything is judged yet."), code="incomplete", details=lacking)
    judgement.sealed_at = judgement.saved_at = clock.now()
    judgement.save(update_fields=["sealed_at", "saved_at"])
    data = {"pathway": submission.pathway.title}
    record(
        SEALED,
        by=by,
        about=submission,
        concerns=[(person, "coordinator") for person in coordinators(submission.scheme)],
        data=data,
    )
    at_work = list(submission.assignments.accepted().select_related("assessor", "judgement"))
    if len(at_work) < places(submission, terms) or not all(row.has_sealed for row in at_work):
        return
    submission.state = Submission.State.RECONCILING
    submission.save(update_fields=["state"])
    record(
        RECONCILING,
        by=None,
        about=submission,
        concerns=[
            *((row.assessor, "lead" if row.role == Assignment.Role.LEAD else "second") for row in at_work),
            (submission.candidate, "candidate"),
        ],
        data=data,
    )

"""When a candidate deletes their account: the words go, what was decided stays."""

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from collegium.accreditation.actions.allocation import release
from collegium.accreditation.actions.submissions import withdraw
from collegium.accreditation.models import (
    UNDECIDED,
    Assignment,
    Extension,
    JointJudgement,
    JointMark,
    Judgement,
    Mark,
    Referee,
    Registration,
    Screening,
    Submission,
    SubmittedFile,
)
from collegium.accreditation.queries import is_written
from collegium.activity.models import Activity
from collegium.foundation import clock
from collegium.people.models import Person


@transaction.atomic
def forget(*, person: Person) -> None:
    """Part of ``people.actions.erase``. Levels, dates and hashes stay, so that a scheme can still account for itself.

    What is in hand is given back first: as a candidate by withdrawing, as an assessor by stepping back. A sealed
    judgement stays, since somebody's outcome rests on it.
    """
    for assignment in Assignment.objects.active().filter(
        assessor=person, submission__state__in=UNDECIDED, judgement__sealed_at__isnull=True
    ):
        release(assignment=assignment, by=person, reason=_("They have left."))
    for submission in Submission.objects.filter(registration__person=person, state__in=UNDECIDED):
        withdraw(submission=submission, by=person)
    own = Submission.objects.filter(registration__person=person)
    now = clock.now()
    SubmittedFile.objects.filter(submission__in=own).delete()
    Judgement.objects.filter(assignment__submission__in=own).update(overall="")
    Mark.objects.filter(judgement__assignment__submission__in=own).update(comment="")
    JointJudgement.objects.filter(submission__in=own).update(feedback="", note="")
    JointMark.objects.filter(joint_judgement__submission__in=own).update(comment="")
    Screening.objects.filter(submission__in=own).update(reasons="", findings=[])
    Assignment.objects.filter(submission__in=own).update(conflicts=[], reason="")
    for submission in own:
        submission.content = _bones(submission.content)
        submission.access, submission.erased_at = "", now
        submission.save(update_fields=["content", "access", "erased_at"])
    registrations = Registration.objects.filter(person=person)
    Referee.objects.filter(registration__in=registrations).delete()
    Extension.objects.filter(registration__in=registrations).update(reason="", answer="")
    registrations.filter(ended_at__isnull=True).update(ended_at=now)
    _forget_in_log(person)


def _bones(content: dict[str, Any]) -> dict[str, Any]:
    """Which sections there were, by the framework's titles: what levels are read by."""
    return {
        "sections": [
            {
                **section,
                "own_title": "",
                "components": [{**part, "html": "", "words": 0} for part in section["components"]],
                "evidence": [],
                "words": 0,
                # Not empty where there was something, so that it still counts as an area that was judged.
                "where_elsewhere": _("Erased by its author.") if is_written(section) else "",
            }
            for section in content.get("sections", ())
        ],
        "evidence": [],
        "pathway": content.get("pathway", {}),
    }


def _forget_in_log(person: Person) -> None:
    """The log names assessors in its facts, so that a sentence can: there the name goes as well."""
    for activity in Activity.objects.filter(
        Q(concerns__person=person) | Q(actor=person),
        about_kind=Submission._meta.label_lower,
        data__assessor=person.name,
    ).distinct():
        activity.data["assessor"] = _("An assessor")
        activity.save(update_fields=["data"])

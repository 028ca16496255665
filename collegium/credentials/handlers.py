"""What follows elsewhere: a pass makes an award, and an answered rule lets waiting awards go."""

from collegium.accreditation.models import Submission
from collegium.activity.models import Activity
from collegium.activity.outbox import on
from collegium.credentials import actions, tasks
from collegium.foundation.refusal import Refusal
from collegium.schemes.models import Scheme


@on("submission.passed")
def award(activity: Activity) -> None:
    submission = Submission.objects.filter(pk=activity.about_id).first()
    if submission is not None and submission.state == Submission.State.PASSED:
        _grant(submission, tell=True)


@on("scheme.rule_answered")
def award_what_waited(activity: Activity) -> None:
    """The answer may be about how long an award is valid, which some awards have waited for."""
    scheme = (
        Scheme.objects.filter(pk=activity.about_id).first()
        if activity.about_kind == "schemes.scheme"
        else None
    )
    waiting = Submission.objects.filter(state=Submission.State.PASSED, award__isnull=True)
    if scheme is not None:
        waiting = waiting.filter(registration__pathway__scheme_version__scheme=scheme)
    for submission in waiting.order_by("pk"):
        _grant(submission, tell=False)


def _grant(submission: Submission, *, tell: bool) -> None:
    try:
        actions.grant(submission=submission)
    except Refusal as refusal:
        if refusal.code != "unset":
            raise
        if tell:
            actions.note_waiting(submission=submission)


@on("enrolment.took_part", "enrolment.completed")
def badge_for_a_course(activity: Activity) -> None:
    """In the background: signing takes its time, and whoever posted something waits for nothing of it."""
    tasks.issue_course_badge.later(int(activity.about_id), activity.verb.removeprefix("enrolment."))

"""Is everything there? The machine says what it finds, the coordinator decides."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.accreditation.actions.submissions import PAGE, open_portfolio
from collegium.accreditation.models import Screening, Submission
from collegium.activity.actions import record
from collegium.activity.verbs import Told, verb
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.people.models import Person

CHECKED = verb("submission.checked", history=gettext_lazy("The links and the rules were checked"))
ACCEPTED = verb(
    "submission.accepted",
    history=gettext_lazy("%(actor)s accepted it for assessment"),
    tells={
        "candidate": Told(
            gettext_lazy(
                "Everything is there: your portfolio for %(pathway)s goes to assessment. Assessors are being found now."
            ),
            PAGE,
        )
    },
)
RETURNED = verb(
    "submission.returned",
    history=gettext_lazy("%(actor)s returned it before assessment"),
    tells={
        "candidate": Told(
            gettext_lazy(
                "Something is missing in your portfolio for %(pathway)s before it can be assessed. "
                "The coordinator says what; your portfolio is open again, and this uses up no attempt."
            ),
            PAGE,
        )
    },
)

LINK_FINDINGS = frozenset({"link", "link-silent"})  # as the readiness check calls them


@transaction.atomic
def note_check(*, submission: Submission, findings: Sequence[dict[str, Any]]) -> None:
    """What the machine found about links, added to what it found at submission. Noting it twice changes nothing.

    What an earlier look at links had found, when the evidence was captured, gives way to it.
    """
    screening = Screening.objects.select_for_update().get(submission=submission)
    if screening.checked_at is not None:
        return
    earlier = [found for found in screening.findings if found["code"] not in LINK_FINDINGS]
    screening.findings = [*earlier, *findings]
    screening.checked_at = clock.now()
    screening.save(update_fields=["findings", "checked_at"])
    record(CHECKED, by=None, about=submission)


@transaction.atomic
def accept(*, submission: Submission, by: Person, note: str = "") -> None:
    submission = _received(submission)
    _decide(submission, Screening.Outcome.ACCEPTED, note, by)
    submission.state = Submission.State.ACCEPTED
    submission.save(update_fields=["state"])
    record(
        ACCEPTED,
        by=by,
        about=submission,
        concerns=[(submission.candidate, "candidate")],
        data={"pathway": submission.pathway.title},
    )


@transaction.atomic
def send_back(*, submission: Submission, by: Person, reasons: str) -> None:
    """The portfolio opens again, in what was open before: all of it, or what a referral had named."""
    submission = _received(submission)
    if not reasons.strip():
        raise Refusal(_("Say what is missing, so that the candidate can put it right."))
    _decide(submission, Screening.Outcome.RETURNED, reasons, by)
    submission.state, submission.due_on = Submission.State.RETURNED, None
    submission.save(update_fields=["state", "due_on"])
    open_portfolio(submission, by=by)
    record(
        RETURNED,
        by=by,
        about=submission,
        concerns=[(submission.candidate, "candidate")],
        data={"pathway": submission.pathway.title},
    )


def _received(submission: Submission) -> Submission:
    held = Submission.objects.locked().get(pk=submission.pk)
    if held.state != Submission.State.RECEIVED:
        raise Refusal(_("Somebody has screened this already, or it was withdrawn."))
    return held


def _decide(submission: Submission, outcome: str, words: str, by: Person) -> None:
    Screening.objects.filter(submission=submission).update(
        outcome=outcome, reasons=words.strip(), decided_by=by, decided_at=clock.now()
    )

"""Handing in, and taking back: a snapshot that never changes."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from collegium.accreditation.models import (
    UNDECIDED,
    Assignment,
    JointJudgement,
    Registration,
    Screening,
    Submission,
    SubmittedFile,
)
from collegium.accreditation.queries import open_sections
from collegium.accreditation.terms import Terms, decided, terms_of
from collegium.activity.actions import record
from collegium.activity.verbs import Told, verb
from collegium.design.filters import day_in_words
from collegium.foundation import clock
from collegium.foundation.models import Blob
from collegium.foundation.refusal import Refusal
from collegium.people.models import Person
from collegium.portfolios import actions as portfolios
from collegium.portfolios import queries as portfolio_queries
from collegium.portfolios.models import Portfolio
from collegium.schemes.documents.values import UNSET
from collegium.schemes.queries import coordinators

PAGE = "accreditation:submission"

RECEIVED = verb(
    "submission.received",
    history=gettext_lazy("%(actor)s submitted the portfolio (attempt %(attempt)s)"),
    tells={
        "coordinator": Told(
            gettext_lazy("%(actor)s has submitted a portfolio for %(pathway)s. It waits for screening."), PAGE
        )
    },
)
RECEIPT = verb(
    "submission.receipt",
    history=gettext_lazy("A receipt was sent"),
    tells={
        "candidate": Told(
            gettext_lazy(
                "We have your portfolio for %(pathway)s, as it was when you submitted it. Well done for getting here. "
                "Next the coordinator looks whether everything is there; you need to do nothing. "
                "Your receipt: %(receipt)s"
            ),
            PAGE,
        )
    },
)
WITHDRAWN = verb(
    "submission.withdrawn",
    history=gettext_lazy("%(actor)s withdrew the submission"),
    tells={
        "coordinator": Told(gettext_lazy("%(actor)s has withdrawn the submission for %(pathway)s."), PAGE),
        "assessor": Told(
            gettext_lazy(
                "A submission for %(pathway)s that you had in hand was withdrawn. Nothing is left to do."
            ),
            PAGE,
        ),
    },
)


def canonical(content: Mapping[str, Any]) -> bytes:
    """The bytes that are hashed: sorted keys, no spaces, UTF-8. The same whatever database the content came from."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def hash_of(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(content)).hexdigest()


@transaction.atomic
def declare_and_submit(
    *,
    registration: Registration,
    portfolio: Portfolio,
    by: Person,
    statements: list[str],
    signed_name: str,
    collaborators: str = "",
    nominated_assessor: Person | None = None,
    access: str = "",
) -> Submission:
    """The declaration is signed with each submission; the rest is ``submit``."""
    standing = _undecided(registration)
    if standing is not None:
        return standing
    portfolios.declare(
        portfolio=portfolio,
        by=by,
        statements=statements,
        signed_name=signed_name,
        collaborators=collaborators,
        nominated_assessor=nominated_assessor,
    )
    return submit(registration=registration, portfolio=portfolio, by=by, access=access)


@transaction.atomic
def submit(*, registration: Registration, portfolio: Portfolio, by: Person, access: str = "") -> Submission:
    """Freezes the portfolio as it is. Submitting twice gives the one submission that there is.

    After a referral this is the next attempt; after a return or a withdrawal it is the same attempt again.
    """
    registration = Registration.objects.select_for_update().get(pk=registration.pk)
    standing = _undecided(registration)
    if standing is not None:
        return standing
    terms = terms_of(registration.pathway)
    last = registration.submissions.order_by("-submitted_at", "-pk").first()
    again = last is not None and last.state == Submission.State.REFERRED
    attempt = 1 if last is None else last.attempt + 1 if again else last.attempt
    _refuse_if_not_now(registration, portfolio, terms, attempt)
    # As it is now, whatever the caller had in hand; locked before it is read, so that nothing is written meanwhile.
    portfolio = Portfolio.objects.for_display().get(pk=portfolio.pk)
    declaration = portfolio.signed
    if declaration is None:
        raise Refusal(_("Sign the declaration first."), code="declaration")
    findings = [
        {
            "code": finding.code,
            "sentence": finding.sentence,
            "where": finding.section_key or "",
            "holds": finding.holds,
        }
        for finding in portfolio_queries.readiness(portfolio).findings
        if finding.holds or finding.hinders  # a mere remark is nothing that a candidate could put right
    ]
    portfolios.lock(portfolio=portfolio, by=by, open_codes=[])
    content = _content(registration, portfolio)
    try:
        with transaction.atomic():
            submission = Submission.objects.create(
                registration=registration,
                portfolio=portfolio,
                kind=Submission.Kind.RESUBMISSION if attempt > 1 else Submission.Kind.FIRST,
                attempt=attempt,
                previous=last,
                content=content,
                sha256=hash_of(content),
                access=access.strip(),
                nominated_assessor=declaration.nominated_assessor,
                due_on=_due(terms),
            )
    except IntegrityError:  # the same moment, from another tab
        standing = _undecided(registration)
        if standing is None:
            raise
        return standing
    _keep_files(submission, portfolio)
    Screening.objects.create(submission=submission, findings=findings)
    data = {"pathway": registration.pathway.title, "attempt": attempt}
    record(
        RECEIVED,
        by=by,
        about=submission,
        concerns=[(person, "coordinator") for person in coordinators(registration.scheme)],
        data=data,
    )
    record(
        RECEIPT,
        by=None,
        about=submission,
        concerns=[(registration.person, "candidate")],
        data={**data, "receipt": receipt(submission)},
    )
    return submission


def receipt(submission: Submission) -> str:
    """What a candidate can name a submission by: its number, and the beginning of the hash of all it holds."""
    return f"{submission.pk}-{submission.sha256[:12]}"


def _undecided(registration: Registration) -> Submission | None:
    return Submission.objects.filter(registration=registration.pk, state__in=UNDECIDED).first()


def _due(terms: Terms) -> Any:
    time = terms.rules.time_to_outcome.value
    return time.after(clock.today()) if time is not UNSET and time is not None else None


def _refuse_if_not_now(registration: Registration, portfolio: Portfolio, terms: Terms, attempt: int) -> None:
    if not registration.is_open:
        raise Refusal(_("This registration has ended. Register again to submit once more."))
    if portfolio.group_id is not None:
        raise Refusal(
            _(
                "A group portfolio is not submitted by one for all: take what you wrote into a portfolio of your own."
            )
        )
    if portfolio.owner_id != registration.person_id or portfolio.pathway_id != registration.pathway_id:
        raise Refusal(_("This portfolio is not on the pathway that you are registered for."))
    attempts = terms.rules.attempts.value
    if attempts is not UNSET and attempt > len(attempts):
        raise Refusal(_("The scheme gives no further attempt on this registration."))
    if attempt > 1:
        _refuse_if_too_late(registration, attempt)
    else:
        _refuse_if_closed(registration, terms)
    lacking = references_lacking(registration, terms)
    if lacking:
        raise Refusal(
            ngettext(
                "The statement of %(count)d referee is still missing.",
                "The statements of %(count)d referees are still missing.",
                lacking,
            )
            % {"count": lacking},
            code="referees",
        )


def _refuse_if_too_late(registration: Registration, attempt: int) -> None:
    by = (
        JointJudgement.objects.filter(
            submission__registration=registration,
            submission__attempt=attempt - 1,
            submission__state=Submission.State.REFERRED,
        )
        .values_list("resubmit_by", flat=True)
        .first()
    )
    if by is not None and by < clock.today():
        raise Refusal(
            _("The day to submit again was %(day)s. Ask the coordinator for another one: they can move it.")
            % {"day": day_in_words(by)}
        )


def _refuse_if_closed(registration: Registration, terms: Terms) -> None:
    if registration.has_run_out and registration.valid_until is not None:
        raise Refusal(
            _("Your registration was valid until %(day)s. Ask for more time, and submit then.")
            % {"day": day_in_words(registration.valid_until)}
        )
    windows = decided(terms.rules.submission)
    if not windows.is_open(clock.today()):
        raise Refusal(
            _("Portfolios are taken in at certain times only: %(windows)s. Yours is safe here until then.")
            % {"windows": "; ".join(f"{window.opens} – {window.closes}" for window in windows.windows)}
        )


def references_lacking(registration: Registration, terms: Terms) -> int:
    """How many statements of referees are still missing; a Refusal where the scheme has not said how many it asks."""
    asked_for = decided(terms.rules.referees)
    if asked_for is None:
        return 0
    return max(asked_for.number - registration.referees.filter(answered_at__isnull=False).count(), 0)


def _content(registration: Registration, portfolio: Portfolio) -> dict[str, Any]:
    content = dict(portfolio_queries.snapshot(portfolio))
    references = [
        {
            "name": referee.name,
            "position": referee.position,
            "statement": referee.statement,
            "answered_at": referee.answered_at.isoformat() if referee.answered_at else "",
        }
        for referee in registration.referees.filter(answered_at__isnull=False).order_by("answered_at", "pk")
    ]
    if references:
        content["references"] = references
    # As it will be read back, so that the hash is of what is stored.
    plain: dict[str, Any] = json.loads(json.dumps(content))
    return plain


def _keep_files(submission: Submission, portfolio: Portfolio) -> None:
    kept = [
        SubmittedFile(
            submission=submission,
            blob_id=item["sha256"],
            name=item.get("file_name") or item["title"][:200],
            evidence_id=item["id"],
        )
        for item in submission.content.get("evidence", ())
        if item.get("sha256")
    ]
    if portfolio.elsewhere_blob_id:
        kept.append(
            SubmittedFile(
                submission=submission, blob_id=portfolio.elsewhere_blob_id, name=portfolio.elsewhere_name
            )
        )
    # Brought again, in a way: from now on they are kept for the submission, too.
    Blob.objects.filter(pk__in=[row.blob_id for row in kept]).update(kept_since=clock.wall())
    SubmittedFile.objects.bulk_create(kept)


@transaction.atomic
def withdraw(*, submission: Submission, by: Person) -> None:
    """The portfolio is open again; assessors are told that nothing is left to do. No attempt is used up."""
    submission = Submission.objects.locked().get(pk=submission.pk)
    if not submission.is_undecided:
        raise Refusal(_("This is decided already, so it can't be withdrawn."))
    at_work = list(submission.assignments.active().select_related("assessor"))
    submission.state, submission.due_on = Submission.State.WITHDRAWN, None
    submission.save(update_fields=["state", "due_on"])
    submission.assignments.active().update(
        state=Assignment.State.RELEASED,
        answered_at=clock.now(),
        reason=_("The candidate withdrew the submission."),
    )
    open_portfolio(submission, by=by)
    record(
        WITHDRAWN,
        by=by,
        about=submission,
        concerns=[
            *((row.assessor, "assessor") for row in at_work),
            *((person, "coordinator") for person in coordinators(submission.scheme)),
        ],
        data={"pathway": submission.pathway.title},
    )


def open_portfolio(submission: Submission, *, by: Person | None) -> None:
    """Gives the portfolio back, as far as it was open before: all of it, or what the referral before had named."""
    if submission.portfolio is not None:  # it may have been deleted meanwhile
        portfolios.lock(portfolio=submission.portfolio, by=by, open_codes=open_sections(submission))

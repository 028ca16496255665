"""Accreditation in the bar, on home, beside a portfolio and a pathway; in everything of mine; and what stays of it."""

from collections.abc import Iterable
from typing import Any, cast

from django.db.models import Count, Q
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from collegium.accreditation import actions, queries
from collegium.accreditation.models import (
    UNDECIDED,
    Judgement,
    Referee,
    Registration,
    Submission,
    SubmittedFile,
)
from collegium.accreditation.queries.groups import outcomes
from collegium.courses.models import Enrolment, Iteration
from collegium.courses.reports import Part, of, report_part
from collegium.design.places import bar_item, panel
from collegium.foundation.files import holds_blobs
from collegium.people.erasure import erases, goes, stays
from collegium.people.export import File, exports
from collegium.people.models import Person
from collegium.people.requests import Request
from collegium.people.waiting import is_noted, waiting_for, waits
from collegium.portfolios.models import Portfolio
from collegium.portfolios.queries import Readiness
from collegium.schemes.models import Pathway


def _person(request: HttpRequest) -> Person | None:
    return cast("Request", request).person


def _in_hand(request: HttpRequest) -> queries.InHand:
    """Asked by two items of the bar and by home: read once a request."""
    kept: queries.InHand | None = getattr(request, "accreditation_in_hand", None)
    if kept is None:
        person = _person(request)
        if person is None:
            kept = queries.InHand()
        elif is_noted(request):  # home has asked already
            kept = queries.as_in_hand([waiting_for(request, name) for name in IN_HAND])
        else:
            kept = queries.in_hand(person)
        request.accreditation_in_hand = kept  # type: ignore[attr-defined]  # ours, for this request only
    return kept


IN_HAND = tuple(queries.in_hand_expressions(0))
for _name in IN_HAND:
    waits(_name, lambda person, _now, name=_name: queries.in_hand_expressions(person)[name])  # type: ignore[misc]

bar_item(
    key="assess",
    title=gettext_lazy("Assess"),
    url="accreditation:assess",
    icon="scale",
    order=70,
    shown_to=lambda request: _in_hand(request).assesses,
    count=lambda request: _in_hand(request).to_assess,
)
bar_item(
    key="manage",
    title=gettext_lazy("Manage"),
    url="accreditation:manage",
    icon="list",
    order=80,
    shown_to=lambda request: _in_hand(request).coordinates,
    count=lambda request: _in_hand(request).to_manage,
)


# Places ---------------------------------------------------------------------------------------------------------------


@panel("home.next", order=6)
def what_waits(request: HttpRequest) -> str | None:
    """Invitations, judgements, the queue: others wait for it."""
    person = _person(request)
    if person is None:
        return None
    hand = _in_hand(request)
    desk = queries.desk(person, with_done=False) if hand.assesses else None
    if not hand.to_manage and (desk is None or not desk.in_hand):
        return None
    context: dict[str, Any] = {"desk": desk, "hand": hand, "own": [], "part": "duties"}
    return render_to_string("accreditation/next.jinja", context, request)


@panel("home.next", order=32)
def where_it_stands(request: HttpRequest) -> str | None:
    """For a candidate: their registration, and what becomes of their submission."""
    person = _person(request)
    if person is None:
        return None
    hand = _in_hand(request)
    own = [
        each
        for each in (queries.standings(person) if hand.is_candidate else [])
        if each.registration.is_open or (each.submission and not each.submission.is_undecided)
    ][:3]
    if not own:
        return None
    return render_to_string(
        "accreditation/next.jinja",
        {
            "desk": None,
            "hand": queries.InHand(),
            "part": "own",
            "own": [(each.registration, each.submission, each.words) for each in own],
        },
        request,
    )


@report_part("submissions", order=40)
def submissions_in_report(iteration: Iteration) -> Part | None:
    """How many of a writing group handed in, and with what outcome: numbers, for outcomes are their owners' to tell."""
    if iteration.pathway is None:
        return None
    handed_in = Submission.objects.filter(
        registration__pathway__scheme_version__scheme=iteration.pathway.scheme_version.scheme_id,
        registration__person__in=Enrolment.objects.filter(
            iteration=iteration, role=Enrolment.Role.PARTICIPANT
        ).values("person"),
        submitted_at__date__gte=iteration.starts_on,
    ).exclude(state=Submission.State.WITHDRAWN)
    counted = handed_in.aggregate(
        all=Count("pk"), passed=Count("pk", filter=Q(state=Submission.State.PASSED))
    )
    if not counted["all"]:
        return None
    return Part(
        _("Submissions"),
        [_("What"), _("How many")],
        [
            [_("Handed in"), counted["all"]],
            [_("Passed so far"), counted["passed"]],
        ],
    )


@report_part("outcomes", order=41, kept=False)
def outcomes_in_report(iteration: Iteration) -> Part | None:
    """By name, of those who gave leave for it; asked anew each time, so that it is gone once they take it back."""
    found = outcomes(iteration)
    if not found:
        return None
    return Part(
        _("How submissions ended"),
        [_("Member"), _("Outcome")],
        [[of(person), said] for person, said in found],
        note=_("Of members who want it told."),
    )


@panel("portfolio.overview", order=20)
def of_portfolio(request: HttpRequest, *, portfolio: Portfolio) -> str | None:
    """Register, submit, or where the submission stands: for the portfolio's owner alone."""
    person = _person(request)
    if person is None or portfolio.owner_id != person.pk or portfolio.group_id is not None:
        return None
    standing = next(iter(queries.standings(person, portfolio.pathway_id)), None)
    return render_to_string(
        "accreditation/of_portfolio.jinja",
        {
            "portfolio": portfolio,
            "registration": standing.registration if standing else None,
            "submission": standing.submission if standing else None,
            "words": standing.words if standing else "",
        },
        request,
    )


@panel("portfolio.readiness", order=20)
def when_ready(request: HttpRequest, *, portfolio: Portfolio, readiness: Readiness) -> str | None:
    """What comes after everything is there."""
    return of_portfolio(request, portfolio=portfolio) if readiness.is_ready else None


@panel("pathway.actions", order=20)
def register_here(request: HttpRequest, *, pathway: Pathway) -> str | None:
    if not pathway.scheme_version.is_current:
        return None
    return render_to_string("accreditation/register_here.jinja", {"pathway": pathway}, request)


# Files ----------------------------------------------------------------------------------------------------------------


@holds_blobs
def submitted_files() -> Iterable[str]:
    return SubmittedFile.objects.values_list("blob_id", flat=True).distinct()


# Everything of mine ---------------------------------------------------------------------------------------------------


@exports("accreditation", title=gettext_lazy("Accreditation"))
def my_accreditation(person: Person) -> tuple[Any, Iterable[File]]:
    """As a candidate everything that was said to them; as an assessor what they wrote themselves."""
    kept: list[File] = []
    registrations = []
    for registration in Registration.objects.filter(person=person).for_list().order_by("pk"):
        submissions = []
        for submission in (
            registration.submissions.select_related("joint_judgement", "screening")
            .prefetch_related("files__blob", "joint_judgement__marks")
            .order_by("pk")
        ):
            kept += [
                (f"{submission.pk}/{row.pk} {row.name}", row.blob.path) for row in submission.files.all()
            ]
            submissions.append(_facts_of(submission))
        registrations.append(
            {
                "pathway": registration.pathway.title,
                "registered_at": registration.registered_at,
                "valid_until": registration.valid_until,
                "ended_at": registration.ended_at,
                "extensions": list(
                    registration.extensions.values(
                        "asked_at", "reason", "until", "granted_at", "refused_at", "answer"
                    )
                ),
                "referees": list(
                    registration.referees.values(
                        "name", "email", "position", "asked_at", "answered_at", "statement"
                    )
                ),
                "submissions": submissions,
            }
        )
    return {"registrations": registrations, "judgements": _judgements_by(person)}, kept


def _facts_of(submission: Submission) -> dict[str, Any]:
    joint = getattr(submission, "joint_judgement", None)
    screening = getattr(submission, "screening", None)
    return {
        "receipt": actions.receipt(submission),
        "sha256": submission.sha256,
        "state": submission.get_state_display(),
        "attempt": submission.attempt,
        "submitted_at": submission.submitted_at,
        "decided_at": submission.decided_at,
        "returned_because": screening.reasons if screening and screening.outcome == "returned" else "",
        "content": submission.content,
        "outcome": {
            "outcome": joint.get_outcome_display(),
            "feedback": joint.feedback,
            "areas": [
                {"area": mark.section_key, "level": mark.level, "comment": mark.comment}
                for mark in joint.marks.all()
            ],
        }
        if joint is not None and joint.given_at is not None
        else None,
    }


def _judgements_by(person: Person) -> list[dict[str, Any]]:
    return [
        {
            "pathway": judgement.assignment.submission.pathway.title,
            "role": judgement.assignment.get_role_display(),
            "sealed_at": judgement.sealed_at,
            "overall": judgement.overall,
            "areas": [
                {"area": mark.section_key, "level": mark.level, "comment": mark.comment}
                for mark in judgement.marks.all()
            ],
        }
        for judgement in Judgement.objects.filter(assignment__assessor=person)
        .select_related("assignment__submission__registration__pathway")
        .defer("assignment__submission__content")
        .prefetch_related("marks")
        .order_by("pk")
    ]


# Going ----------------------------------------------------------------------------------------------------------------


@goes
def what_goes(person: Person) -> Iterable[str]:
    undecided = Submission.objects.filter(registration__person=person, state__in=UNDECIDED).count()
    if undecided:
        yield ngettext(
            "%(number)d submission that is not decided yet: it is withdrawn",
            "%(number)d submissions that are not decided yet: they are withdrawn",
            undecided,
        ) % {"number": undecided}
    if Submission.objects.filter(registration__person=person).exists():
        yield _("The words and files of everything you submitted, and what your assessors wrote about it")
    if Referee.objects.filter(registration__person=person).exists():
        yield _("Your referees, and what they wrote")


@stays
def what_stays(person: Person) -> Iterable[str]:
    decided = Submission.objects.filter(registration__person=person, decided_at__isnull=False).count()
    if decided:
        yield ngettext(
            "That there was %(number)d submission, its dates, its outcome and its levels, without your name or a word of it",
            "That there were %(number)d submissions, their dates, outcomes and levels, without your name or a word of them",
            decided,
        ) % {"number": decided}
    judged = Judgement.objects.filter(assignment__assessor=person, sealed_at__isnull=False).count()
    if judged:
        yield ngettext(
            "The %(number)d judgement that you gave, without your name: somebody's outcome rests on it",
            "The %(number)d judgements that you gave, without your name: somebody's outcome rests on them",
            judged,
        ) % {"number": judged}


@erases(order=20)
def erase(person: Person) -> None:
    actions.forget(person=person)

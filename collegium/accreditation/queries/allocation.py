"""Who could judge a submission: eligibility, load, and each conflict of interest in words."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from collegium.accreditation import rules
from collegium.accreditation.models import UNDECIDED, Assignment, Referee, Submission
from collegium.accreditation.queries.counting import number_of
from collegium.accreditation.terms import Terms, decided, terms_of
from collegium.organisations.models import Membership
from collegium.people.models import Person
from collegium.portfolios.models import Share
from collegium.schemes.documents.values import UNSET, Relation
from collegium.schemes.models import RoleHolding


@dataclass(frozen=True)
class Conflict:
    relation: Relation
    sentence: str
    forbids: bool | None  # None: the scheme has not said


@dataclass
class Candidate:
    """A candidate for the task of judging, not for the award."""

    person: Person
    eligible: bool  # holds an award that the scheme asks for
    may_lead: bool | None  # None: the scheme has not said after how many assessments
    load: int  # submissions that they have in hand now
    done: int  # assessments as second assessor, earlier ones included
    found: list[Conflict] = field(default_factory=list)
    why: str = ""  # why they can't be asked; empty if they can
    judged_before: bool = False  # an earlier attempt of the same candidate
    asked: Assignment | None = None  # their newest assignment to this submission

    @property
    def conflicts(self) -> list[str]:
        return [conflict.sentence for conflict in self.found]

    @property
    def forbidden(self) -> bool:
        return any(conflict.forbids for conflict in self.found)

    @property
    def may_be_asked(self) -> bool:
        return not self.why and not (self.asked is not None and self.asked.is_active)


def places(submission: Submission, terms: Terms | None = None) -> int:
    """How many assessors judge it; a Refusal where the scheme has not said."""
    terms = terms or terms_of(submission.pathway)
    return decided(terms.rules.assessors) + submission.extra_places


def places_known(submission: Submission, terms: Terms) -> int | None:
    """The same for a page, which shows where nobody has said."""
    number = terms.rules.assessors.value
    return None if number is UNSET else number + submission.extra_places


def candidates_for(
    submission: Submission,
    *,
    only: Collection[Person] | None = None,
    terms: Terms | None = None,
    former: Collection[Assignment] | None = None,
) -> list[Candidate]:
    """All assessors of the scheme, those who can be asked first: who judged it before, then who has least in hand.

    The same number of queries for one assessor and for three hundred. ``former`` is what ``judged_before`` gives.
    """
    terms = terms or terms_of(submission.pathway)
    holdings = _holdings(submission)
    if only is not None:
        holdings = holdings.filter(person__in=only)
    kept = list(holdings)
    rows = [
        holding
        for holding in kept
        if holding.kind == RoleHolding.Kind.ASSESSOR and holding.person.erased_at is None
    ]
    persons = [holding.person for holding in rows]
    noted = [(holding.person_id, holding.holds_pathway) for holding in kept]
    held = rules.held_by([person.pk for person in persons], submission.scheme, noted)
    conflicts = _conflicts(submission, rows, terms)
    before = {row.assessor_id for row in (judged_before(submission) if former is None else former)}
    known = rules.assignments_known(submission)
    assignments = submission.assignments.all() if known is None else known
    asked = {row.assessor_id: row for row in sorted(assignments, key=lambda each: (each.invited_at, each.pk))}
    found = [
        _candidate(
            holding,
            terms=terms,
            held=held[holding.person_id],
            load=holding.load,
            done=holding.done + holding.earlier_assessments,
            conflicts=conflicts[holding.person_id],
            judged_before=holding.person_id in before,
            asked=asked.get(holding.person_id),
        )
        for holding in rows
    ]
    return sorted(
        found,
        key=lambda each: (
            bool(each.why),
            not each.judged_before,
            len(each.found),
            each.load,
            each.person.name.casefold(),
        ),
    )


def _holdings(submission: Submission) -> QuerySet[Any]:
    """Roles in the scheme, each with what is counted of the person and what they are to the candidate."""
    theirs = Assignment.objects.filter(assessor=OuterRef("person"))
    load = theirs.active().filter(submission__state__in=UNDECIDED, judgement__sealed_at__isnull=True)
    done = theirs.accepted().filter(
        role=Assignment.Role.SECOND,
        judgement__sealed_at__isnull=False,
        submission__registration__pathway__scheme_version__scheme=submission.scheme,
    )
    vouching = Referee.objects.filter(registration=submission.registration_id).filter(
        Q(person=OuterRef("person")) | Q(email__iexact=OuterRef("person__account__email"))
    )
    # To whom the draft was given to read, whether or not that has ended since.
    reading = Share.objects.filter(portfolio=submission.portfolio_id, person=OuterRef("person"))
    return (
        RoleHolding.objects.filter(scheme=submission.scheme, withdrawn_at__isnull=True)
        .select_related("person__photo")
        .annotate(
            load=number_of(load),
            done=number_of(done),
            is_referee=Exists(vouching),
            has_read=Exists(reading),
        )
    )


def _candidate(
    holding: Any,
    *,
    terms: Terms,
    held: set[str],
    load: int,
    done: int,
    conflicts: list[Conflict],
    judged_before: bool,
    asked: Assignment | None,
) -> Candidate:
    asked_for = terms.pathway.assessed_by.value
    lead_after = terms.rules.lead_after.value
    eligible = asked_for is not UNSET and not held.isdisjoint(asked_for)
    may_lead = None if lead_after is UNSET else lead_after is None or done >= lead_after
    forbidding = [conflict.sentence for conflict in conflicts if conflict.forbids]
    if asked_for is UNSET:
        why = _("The scheme has not said holders of which award may assess this pathway.")
    elif not eligible:
        titles = [pathway.title for pathway in terms.scheme.pathways if pathway.key in asked_for]
        why = _("Holds none of the awards that the scheme asks of assessors here: %(awards)s.") % {
            "awards": ", ".join(titles) or ", ".join(asked_for)
        }
    elif forbidding:
        why = _("The scheme rules this out. %(conflict)s") % {"conflict": " ".join(forbidding)}
    else:
        why = ""
    return Candidate(
        person=holding.person,
        eligible=eligible,
        may_lead=may_lead,
        load=load,
        done=done,
        found=conflicts,
        why=why,
        judged_before=judged_before,
        asked=asked,
    )


def _conflicts(submission: Submission, holdings: list[Any], terms: Terms) -> defaultdict[int, list[Conflict]]:
    found: defaultdict[int, list[Conflict]] = defaultdict(list)
    together = _organisations_shared(submission, [holding.person for holding in holdings])
    mentor = submission.portfolio.mentor_id if submission.portfolio is not None else None
    for holding in holdings:
        person = holding.person
        relations = {
            Relation.SELF: (person.pk == submission.candidate_id, _("Is the candidate.")),
            Relation.SAME_ORGANISATION: (
                person.pk in together,
                _("Belongs to the same organisation as the candidate: %(organisation)s.")
                % {"organisation": together.get(person.pk, "")},
            ),
            Relation.MENTOR: (person.pk == mentor, _("Is the mentor of this portfolio.")),
            Relation.REFEREE: (holding.is_referee, _("Is a referee of the candidate.")),
            Relation.CRITICAL_FRIEND: (
                holding.has_read and person.pk != mentor,
                _("Was given the draft to read, as a critical friend."),
            ),
            Relation.NOMINATED: (
                person.pk == submission.nominated_assessor_id,
                _("Was nominated by the candidate."),
            ),
        }
        found[person.pk] = [
            Conflict(relation, sentence, _forbids(relation, terms))
            for relation, (holds, sentence) in relations.items()
            if holds
        ]
    return found


def _organisations_shared(submission: Submission, persons: list[Person]) -> dict[int, str]:
    """The names of the organisations that somebody is in together with the candidate, by person."""
    candidate = submission.candidate_id
    names: defaultdict[int, list[str]] = defaultdict(list)
    for row in (
        Membership.objects.filter(
            person__in=persons,
            organisation__in=Membership.objects.filter(person=candidate).values("organisation"),
        )
        .exclude(person=candidate)
        .select_related("organisation")
    ):
        names[row.person_id].append(row.organisation.name)
    return {person: ", ".join(sorted(found)) for person, found in names.items()}


def _forbids(relation: Relation, terms: Terms) -> bool | None:
    if relation is Relation.SELF:
        return True  # in every scheme: nobody judges their own portfolio
    ruled_out = terms.rules.may_not_assess.value
    if ruled_out is UNSET:
        # A scheme that lets a candidate nominate somebody has said that those may judge.
        nominates = relation is Relation.NOMINATED and terms.rules.nominated_assessor.value is True
        return False if nominates else None
    return ruled_out is not None and relation in ruled_out


def judged_before(submission: Submission) -> list[Assignment]:
    """Who judged earlier attempts of the same candidate."""
    if submission.attempt == 1:
        return []
    return list(
        Assignment.objects.accepted()
        .filter(
            submission__registration=submission.registration_id, submission__attempt__lt=submission.attempt
        )
        .select_related("assessor__photo", "submission")
        .defer("submission__content")
        .order_by("role", "pk")
    )


def former_assessors(
    submission: Submission, before: Collection[Assignment] | None = None
) -> list[Assignment]:
    """Who judged the attempt that was referred, so that the same ones can be asked again."""
    rows = judged_before(submission) if before is None else before
    return [
        row
        for row in rows
        if row.submission.attempt == submission.attempt - 1
        and row.submission.state != Submission.State.RETURNED
    ]

"""Written portfolios, and a stage with everybody on it."""

import hashlib
import json
from dataclasses import dataclass, field

from collegium.accreditation import actions, queries
from collegium.accreditation.models import Assignment, Registration, Submission
from collegium.accreditation.terms import terms_of
from collegium.people.models import Person
from collegium.portfolios import actions as portfolios
from collegium.portfolios.models import Part, Portfolio, Section
from collegium.schemes import queries as schemes
from collegium.schemes.models import Pathway, Scheme, SchemeVersion

WORDS = "<p>" + "I tried it with my second-year group and wrote down what changed. " * 8 + "</p>"


def make_written_portfolio(owner: Person, pathway: Pathway) -> Portfolio:
    """Every section has words in every part, and the declaration is signed."""
    portfolio = portfolios.begin(by=owner, pathway=pathway)
    write_all(portfolio)
    sign(portfolio)
    return Portfolio.objects.for_display().get(pk=portfolio.pk)


def write_all(portfolio: Portfolio, html: str = WORDS) -> None:
    Part.objects.filter(section__portfolio=portfolio).update(html=html, words=100)


def sign(portfolio: Portfolio) -> None:
    portfolios.declare(
        portfolio=portfolio,
        by=portfolio.owner,
        statements=list(schemes.plan(portfolio.pathway).declaration),
        signed_name=portfolio.owner.name,
    )


@dataclass
class Stage:
    pathway: Pathway
    scheme: Scheme
    candidate: Person
    coordinator: Person
    lead: Person
    second: Person
    registration: Registration
    portfolio: Portfolio
    others: list[Person] = field(default_factory=list)

    def submit(self, **more) -> Submission:
        return actions.submit(
            registration=self.registration, portfolio=self.portfolio_now, by=self.candidate, **more
        )

    @property
    def portfolio_now(self) -> Portfolio:
        return Portfolio.objects.for_display().get(pk=self.portfolio.pk)

    def section(self, key: str) -> Section:
        return next(section for section in self.portfolio_now.sections.all() if section.key == key)

    def assignment(self, submission: Submission, person: Person) -> Assignment:
        return submission.assignments.active().get(assessor=person)

    def answer(
        self, submission: Submission, person: Person, *, accepts: bool = True, reason: str = ""
    ) -> None:
        actions.answer_invitation(
            assignment=self.assignment(submission, person), by=person, accepts=accepts, reason=reason
        )

    def areas(self, submission: Submission) -> list[queries.Area]:
        return list(queries.areas_to_judge(submission, terms_of(submission.pathway)))

    def judge(
        self, submission: Submission, person: Person, *, weak: tuple[str, ...] = (), level: str = "adequate"
    ):
        """Every area at ``level``, the weak ones inadequate; sealed."""
        assignment = self.assignment(submission, person)
        actions.save_judgement(
            assignment=assignment,
            by=person,
            overall=f"Overall words of {person.name}",
            marks={
                area.key: ("inadequate" if area.key in weak else level, f"{person.name} on {area.key}")
                for area in self.areas(submission)
            },
        )
        actions.seal_judgement(assignment=assignment, by=person)

    def reconcile(
        self,
        submission: Submission,
        *,
        outcome: str,
        weak: tuple[str, ...] = (),
        note: str = "",
        by: Person | None = None,
        referred: tuple[str, ...] | None = None,
    ) -> None:
        by = by or self.lead
        actions.save_joint(
            submission=submission,
            by=by,
            outcome=outcome,
            feedback="You write well about your learners.",
            note=note,
            referred_sections=weak if referred is None else referred,
            marks={
                area.key: ("inadequate" if area.key in weak else "adequate", f"Joint on {area.key}")
                for area in self.areas(submission)
            },
        )
        actions.give_outcome(submission=submission, by=by)


def set_rule(stage: Stage, name: str, value) -> None:
    """The scheme as if it had published another rule."""
    version = SchemeVersion.objects.get(pk=stage.pathway.scheme_version_id)
    version.document["rules"][name] = value
    version.sha256 = hashlib.sha256(json.dumps(version.document).encode()).hexdigest()
    version.save()
    stage.pathway = Pathway.objects.for_display().get(pk=stage.pathway.pk)
    stage.registration = Registration.objects.for_display().get(pk=stage.registration.pk)

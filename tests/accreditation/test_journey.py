"""From registration to outcome by the actions alone."""

import pytest

from collegium.accreditation import actions, queries
from collegium.accreditation.models import Submission
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from collegium.portfolios import actions as portfolios
from collegium.schemes.actions import answer_unset_rule
from collegium.schemes.documents.values import Duration, Unit
from collegium.schemes.models import Pathway
from tests.accreditation.factories import Stage, make_written_portfolio
from tests.factories import make_assessor, make_coordinator, make_person

pytestmark = pytest.mark.django_db

State = Submission.State


def test_a_pass_at_the_first_attempt(stage, assessing):
    stage.judge(assessing, stage.lead)
    stage.judge(assessing, stage.second, level="strong")
    assessing.refresh_from_db()
    assert assessing.state == State.RECONCILING

    stage.reconcile(assessing, outcome="pass")
    assessing.refresh_from_db()
    stage.registration.refresh_from_db()
    assert assessing.state == State.PASSED
    assert stage.registration.ended_at is not None
    assert stage.portfolio_now.open_codes is None
    assert queries.candidate_words(assessing) == "You have passed. Congratulations!"


def test_a_referral_opens_only_what_it_names_and_the_second_judgement_is_final(stage, assessing):
    stage.judge(assessing, stage.lead, weak=("1a",))
    stage.judge(assessing, stage.second, weak=("1a",))
    stage.reconcile(assessing, outcome="refer", weak=("1a",))
    assessing.refresh_from_db()
    assert assessing.state == State.REFERRED
    assert stage.portfolio_now.open_codes == ["1a"]
    with pytest.raises(Refusal):
        portfolios.write(
            section=stage.section("2a"),
            component="reflection",
            html="<p>no</p>",
            on_revision=0,
            by=stage.candidate,
        )

    portfolios.write(
        section=stage.section("1a"),
        component="reflection",
        html="<p>Now I say what I learnt.</p>",
        on_revision=0,
        by=stage.candidate,
    )
    again = stage.submit()
    assert (again.kind, again.attempt, again.previous) == (Submission.Kind.RESUBMISSION, 2, assessing)
    assert [area.key for area in stage.areas(again)] == ["1a"]

    actions.accept(submission=again, by=stage.coordinator)
    again.refresh_from_db()
    assert [row.assessor for row in queries.former_assessors(again)] == [stage.lead, stage.second]
    for person, role in ((stage.lead, "lead"), (stage.second, "second")):
        actions.allot(submission=again, assessor=person, role=role, by=stage.coordinator)
        stage.answer(again, person)
        stage.judge(again, person)
    with pytest.raises(Refusal, match="At this attempt the scheme knows these outcomes: Pass, Fail"):
        stage.reconcile(again, outcome="refer", weak=("1a",))
    stage.reconcile(again, outcome="pass")
    again.refresh_from_db()
    assert again.state == State.PASSED


def test_a_second_attempt_that_is_not_enough_fails(stage, assessing):
    for person in (stage.lead, stage.second):
        stage.judge(assessing, person, weak=("2a",))
    stage.reconcile(assessing, outcome="refer", weak=("2a",))
    again = stage.submit()
    actions.accept(submission=again, by=stage.coordinator)
    for person, role in ((stage.lead, "lead"), (stage.second, "second")):
        actions.allot(submission=again, assessor=person, role=role, by=stage.coordinator)
        stage.answer(again, person)
        stage.judge(again, person, weak=("2a",))
    stage.reconcile(again, outcome="fail", weak=("2a",), referred=())
    again.refresh_from_db()
    assert again.state == State.FAILED
    assert stage.portfolio_now.open_codes is None
    with pytest.raises(Refusal, match="registration has ended"):
        stage.submit()


# Another scheme by the same engine -----------------------------------------------------------------------------------


@pytest.fixture
def fellowship(load, ada, bo, cy):
    """Advance HE: criteria over the whole instead of sections, referees, and much that nobody has published."""
    version = load("advance-he-fellowship.yaml")
    pathway = Pathway.objects.for_display().get(scheme_version=version, key="fellow")
    di = make_person(name="Di Assessor", email="di@example.org")
    make_coordinator(cy, version.scheme)
    for person in (bo, di):
        make_assessor(person, version.scheme, holds_pathway="senior-fellow")
    registration = actions.register(person=ada, pathway=pathway, by=ada)
    return Stage(
        pathway=pathway,
        scheme=version.scheme,
        candidate=ada,
        coordinator=cy,
        lead=bo,
        second=di,
        registration=registration,
        portfolio=make_written_portfolio(ada, pathway),
    )


def test_criteria_are_judged_over_the_whole_and_what_is_unset_is_answered_on_the_way(fellowship):
    stage = fellowship
    for number in (1, 2):
        referee = actions.name_referee(
            registration=stage.registration, name="Tova", email=f"t{number}@example.net", by=stage.candidate
        )
        actions.give_reference(referee=referee, statement="She is careful.")
    submission = stage.submit()
    actions.accept(submission=submission, by=stage.coordinator)
    assert [area.key for area in stage.areas(submission)] == ["D2.1", "D2.2", "D2.3"]

    def answer(path, given):
        answer_unset_rule(
            scheme_version=stage.pathway.scheme_version,
            path=path,
            answer=given,
            reason="As we do it.",
            by=stage.coordinator,
        )

    answer("pathways/fellow/assessed by", ["fellow", "senior-fellow", "principal-fellow"])
    with pytest.raises(Refusal) as refusal:
        actions.allot(submission=submission, assessor=stage.lead, role="lead", by=stage.coordinator)
    assert (refusal.value.code, refusal.value.details) == ("unset", ("rules/lead after",))
    answer("rules/lead after", "none")
    for person, role in ((stage.lead, "lead"), (stage.second, "second")):
        actions.allot(submission=submission, assessor=person, role=role, by=stage.coordinator)
        stage.answer(submission, person)
        judge(stage, submission, person, met=("D2.1", "D2.2"))
    actions.save_joint(
        submission=submission,
        by=stage.lead,
        outcome="refer",
        feedback="Nearly there.",
        referred_sections=["D2.3"],
        marks={
            "D2.1": ("met", "Yes."),
            "D2.2": ("met", "Yes."),
            "D2.3": ("not-yet-met", "Say how you know that it works."),
        },
    )
    actions.give_outcome(submission=submission, by=stage.lead)
    submission.refresh_from_db()
    assert submission.state == State.REFERRED
    assert submission.due_on == Duration(1, Unit.MONTH).after(clock.today())
    everything = [section.key for section in stage.portfolio_now.sections.all()]
    assert stage.portfolio_now.open_codes == everything, "nobody can know where a criterion is answered"
    again = stage.submit()
    assert [area.key for area in stage.areas(again)] == ["D2.3"]


def judge(stage, submission, person, met):
    assignment = stage.assignment(submission, person)
    actions.save_judgement(
        assignment=assignment,
        by=person,
        overall="Read with care.",
        marks={
            area.key: ("met" if area.key in met else "not-yet-met", "As it stands.")
            for area in stage.areas(submission)
        },
    )
    actions.seal_judgement(assignment=assignment, by=person)

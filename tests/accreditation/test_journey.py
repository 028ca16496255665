"""From registration to outcome by the actions alone."""

import pytest

from collegium.accreditation import actions, queries
from collegium.accreditation.models import Submission
from collegium.foundation.refusal import Refusal
from collegium.portfolios import actions as portfolios

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

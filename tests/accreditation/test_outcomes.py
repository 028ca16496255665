import datetime as dt

import pytest

from collegium.accreditation import actions, queries
from collegium.accreditation.models import Assignment, JointJudgement, Submission
from collegium.accreditation.terms import terms_of
from collegium.activity.models import Activity, Concern
from collegium.foundation import clock
from collegium.foundation.refusal import Refusal
from tests.accreditation.factories import set_rule
from tests.factories import make_assessor, make_person

pytestmark = pytest.mark.django_db

State = Submission.State


@pytest.fixture
def judged(stage, assessing):
    """``judged(lead=(...), second=(...))``: sealed, with these areas weak."""

    def do(lead=(), second=()):
        stage.judge(assessing, stage.lead, weak=lead)
        stage.judge(assessing, stage.second, weak=second)
        return fresh(assessing)

    return do


def fresh(submission):
    return Submission.objects.for_display().get(pk=submission.pk)


# Agreement ------------------------------------------------------------------------------------------------------------


def test_agreement_is_shown_by_area_and_as_a_share_in_words(stage, assessing):
    stage.judge(assessing, stage.lead, weak=("1a", "3a"))
    stage.judge(assessing, stage.second, weak=("3a",))
    compared = queries.comparison(fresh(assessing), terms_of(stage.pathway))
    assert [row.area.key for row in compared.differences] == ["1a"]
    assert (compared.agreed, len(compared.rows), compared.share) == (8, 9, 89)
    assert compared.in_words() == (
        "You gave the same level in 8 of 9 areas (89%). You differ on whether these are met: "
        "1a Constraints and benefits of different technologies."
    )


def test_differing_by_a_shade_is_not_differing_on_whether_it_is_met(stage, assessing):
    stage.judge(assessing, stage.lead, level="strong")
    stage.judge(assessing, stage.second)
    compared = queries.comparison(fresh(assessing), terms_of(stage.pathway))
    assert compared.share == 0
    assert compared.in_words().endswith("Nowhere do you differ on whether an area is met.")


# The decision rule ----------------------------------------------------------------------------------------------------


def test_no_pass_while_an_area_is_not_met(stage, judged):
    submission = judged(lead=("1a",), second=("1a",))
    with pytest.raises(Refusal, match="not a pass yet"):
        stage.reconcile(submission, outcome="pass", weak=("1a",), referred=())
    assert fresh(submission).state == State.RECONCILING


def test_no_referral_of_what_is_a_pass(stage, judged):
    submission = judged()
    actions.save_joint(
        submission=submission,
        by=stage.lead,
        outcome="refer",
        feedback="More.",
        referred_sections=["1a"],
        marks={area.key: ("adequate", "Fine.") for area in stage.areas(submission)},
    )
    with pytest.raises(Refusal, match="this is a pass"):
        actions.give_outcome(submission=submission, by=stage.lead)


def test_everything_that_is_not_met_is_referred(stage, judged):
    submission = judged(lead=("1a", "2a"), second=("1a", "2a"))
    with pytest.raises(Refusal, match="must be able to revise them: 2a"):
        stage.reconcile(submission, outcome="refer", weak=("1a", "2a"), referred=("1a",))


def test_the_first_attempt_does_not_fail(stage, judged):
    submission = judged(lead=("1a",), second=("1a",))
    with pytest.raises(Refusal, match="At this attempt the scheme knows these outcomes: Pass, Referral"):
        stage.reconcile(submission, outcome="fail", weak=("1a",), referred=())


def test_an_outcome_lacks_nothing(stage, judged):
    submission = judged()
    actions.save_joint(submission=submission, by=stage.lead, marks={"1a": ("adequate", "")})
    with pytest.raises(Refusal) as refusal:
        actions.give_outcome(submission=submission, by=stage.lead)
    details = [str(each) for each in refusal.value.details]
    assert "Feedback to the candidate" in details
    assert "The outcome" in details
    assert len(details) == 8 + 2


@pytest.mark.parametrize("rule", ["decision", "attempts", "scale"])
def test_where_the_rule_is_unset_the_coordinator_is_asked_and_nothing_is_assumed(stage, judged, rule):
    submission = judged(lead=("1a",), second=("1a",))
    if rule == "scale":
        version = stage.pathway.scheme_version
        version.document["scale"], version.sha256 = "unset", "0" * 64
        version.save()
    else:
        set_rule(stage, rule, "unset")
    with pytest.raises(Refusal) as refusal:
        stage.reconcile(fresh(submission), outcome="refer", weak=("1a",))
    assert refusal.value.code == "unset"


def test_the_rule_proposes(stage, judged):
    submission = judged(lead=("1a",), second=("1a",))
    terms = terms_of(submission.pathway)
    areas = stage.areas(submission)
    good = {area.key: "adequate" for area in areas}
    assert queries.proposal(submission, terms, areas, good).outcome == "pass"
    assert queries.proposal(submission, terms, areas, {**good, "1a": "inadequate"}).outcome == "refer"
    unfinished = queries.proposal(submission, terms, areas, {**good, "1a": ""})
    assert (unfinished.outcome, unfinished.sentence) == (
        "",
        "Still without a joint level: 1a Constraints and benefits of different technologies.",
    )


# Split decisions ------------------------------------------------------------------------------------------------------


def test_a_split_without_a_published_rule_asks_how_and_why_and_keeps_it(stage, judged):
    submission = judged(lead=("1a",))
    assert queries.is_split(
        submission, terms_of(submission.pathway), queries.comparison(submission, terms_of(submission.pathway))
    )
    with pytest.raises(Refusal) as refusal:
        stage.reconcile(submission, outcome="refer", weak=("1a",))
    assert refusal.value.code == "split-note"
    assert "has not published how that is settled" in str(refusal.value)
    stage.reconcile(submission, outcome="refer", weak=("1a",), note="We read it again together and agreed.")
    assert JointJudgement.objects.get().note == "We read it again together and agreed."


def test_where_the_coordinator_decides_a_split_the_lead_does_not(stage, judged):
    submission = judged(lead=("1a",))
    set_rule(stage, "split decision", "coordinator decides")
    submission = fresh(submission)
    with pytest.raises(Refusal) as refusal:
        stage.reconcile(submission, outcome="refer", weak=("1a",), note="n")
    assert refusal.value.code == "split-coordinator"
    stage.reconcile(submission, outcome="refer", weak=("1a",), note="I read it too.", by=stage.coordinator)
    assert fresh(submission).state == State.REFERRED


def test_where_a_third_assessor_is_asked_the_outcome_waits_for_them(stage, judged):
    submission = judged(lead=("1a",))
    set_rule(stage, "split decision", "third assessor")
    submission = fresh(submission)
    with pytest.raises(Refusal) as refusal:
        stage.reconcile(submission, outcome="refer", weak=("1a",), note="n")
    assert refusal.value.code == "split-third"
    actions.add_place(submission=submission, by=stage.coordinator)
    third = make_person(name="Hana")
    make_assessor(third, stage.scheme, holds_pathway="cmalt")
    actions.allot(submission=submission, assessor=third, role=Assignment.Role.SECOND, by=stage.coordinator)
    stage.answer(submission, third)
    assert queries.comparison(fresh(submission), terms_of(submission.pathway)) is None, (
        "sealed again for the third"
    )
    stage.judge(submission, third, weak=("1a",))
    stage.reconcile(fresh(submission), outcome="refer", weak=("1a",), note="Two of three.")
    assert fresh(submission).state == State.REFERRED


# After the outcome ----------------------------------------------------------------------------------------------------


def test_an_outcome_is_given_once(stage, judged):
    submission = judged()
    stage.reconcile(submission, outcome="pass")
    with pytest.raises(Refusal, match="and once"):
        actions.give_outcome(submission=submission, by=stage.lead)
    with pytest.raises(Refusal, match="and once"):
        actions.save_joint(submission=submission, by=stage.lead, outcome="fail", marks={})
    assert Activity.objects.filter(verb="submission.passed").count() == 1


def test_everybody_is_told_and_the_candidate_not_by_whom(stage, judged):
    submission = judged()
    stage.reconcile(submission, outcome="pass")
    told = {
        (concern.person, concern.role, concern.activity.actor)
        for concern in Concern.objects.filter(
            activity__verb__in=["submission.passed", "submission.outcome_given"]
        ).select_related("person", "activity__actor")
    }
    assert told == {
        (stage.candidate, "candidate", None),
        (stage.second, "assessor", stage.lead),
        (stage.coordinator, "coordinator", stage.lead),
    }


def test_the_day_to_come_back_is_the_schemes(stage, judged):
    set_rule(stage, "referral deadline", "1 month")
    submission = judged(lead=("1a",), second=("1a",))
    with clock.moved_to(dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC)):
        stage.reconcile(submission, outcome="refer", weak=("1a",))
    submission = fresh(submission)
    assert submission.due_on == dt.date(2026, 12, 30)
    assert queries.candidate_words(submission).endswith("Submit again by 30 December 2026.")
    with (
        clock.moved_to(dt.datetime(2026, 12, 31, 12, tzinfo=dt.UTC)),
        pytest.raises(Refusal, match="was 30 December"),
    ):
        stage.submit()


def test_where_the_scheme_sets_no_day_the_coordinator_is_asked_and_sets_one(stage, judged):
    submission = judged(lead=("1a",), second=("1a",))
    stage.reconcile(submission, outcome="refer", weak=("1a",))
    submission = fresh(submission)
    assert submission.due_on is None
    waiting = queries.queue(stage.coordinator).rows[0]
    assert (waiting.waits_for, waiting.is_yours) == ("You: say by when the portfolio comes back", True)
    until = clock.today() + dt.timedelta(days=40)
    actions.set_resubmission_date(submission=submission, by=stage.coordinator, until=until)
    assert fresh(submission).due_on == until
    assert Concern.objects.filter(activity__verb="submission.date_set", person=stage.candidate).exists()
    with pytest.raises(Refusal, match="a day to come"):
        actions.set_resubmission_date(submission=submission, by=stage.coordinator, until=clock.today())


def test_what_stood_before_counts_with_what_is_judged_again(stage, judged):
    submission = judged(lead=("1a",), second=("1a",))
    stage.reconcile(submission, outcome="refer", weak=("1a",))
    again = stage.submit()
    areas = stage.areas(again)
    kept = queries.levels_of_before(again, areas)
    assert [area.key for area in areas] == ["1a"]
    assert len(kept) == 8
    assert set(kept.values()) == {"adequate"}


def test_a_criterion_opens_the_sections_that_speak_for_it():
    content = {
        "sections": [
            {"key": "account", "dimensions": [{"code": "V3", "title": "V3"}]},
            {"key": "account#2", "dimensions": [{"code": "K1", "title": "K1"}]},
        ]
    }
    submission = Submission(content=content)
    assert queries.sections_behind(submission, ["V3"]) == ["account"]
    assert queries.sections_behind(submission, ["account#2", "V3"]) == ["account#2", "account"]
    assert queries.sections_behind(submission, ["D3.1"]) == ["account", "account#2"]

import threading

import pytest
from django.db import connections

from collegium.accreditation import actions, queries, rules
from collegium.accreditation.models import Assignment, Submission
from collegium.foundation.refusal import Refusal
from collegium.portfolios import actions as portfolios
from collegium.schemes.actions import answer_unset_rule
from tests.accreditation.factories import set_rule
from tests.factories import make_assessor, make_coordinator, make_organisation, make_person

Role = Assignment.Role


@pytest.fixture
def accepted(stage, submitted):
    actions.accept(submission=submitted, by=stage.coordinator)
    submitted.refresh_from_db()
    return submitted


def found(submission, person):
    return next(each for each in queries.candidates_for(submission) if each.person == person)


def allot(stage, submission, person, role=Role.SECOND, **more):
    return actions.allot(submission=submission, assessor=person, role=role, by=stage.coordinator, **more)


# Eligibility ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_who_holds_the_award_is_eligible_and_who_does_not_is_told_why(stage, accepted):
    outsider = make_person(name="Gus")
    make_assessor(outsider, stage.scheme)
    assert found(accepted, stage.lead).eligible
    assert found(accepted, stage.second).eligible  # Senior CMALT may assess CMALT, too
    candidate = found(accepted, outsider)
    assert (candidate.eligible, candidate.why) == (
        False,
        "Holds none of the awards that the scheme asks of assessors here: CMALT, Senior CMALT.",
    )
    with pytest.raises(Refusal, match="Gus can't be asked"):
        allot(stage, accepted, outsider)


@pytest.mark.django_db
def test_an_award_made_elsewhere_in_this_house_counts(stage, accepted, monkeypatch):
    newcomer = make_person(name="Nia")
    make_assessor(newcomer, stage.scheme)
    asked = []

    def holdings(persons, scheme):
        asked.append((set(persons), scheme))
        return {newcomer.pk: {"cmalt"}}

    monkeypatch.setattr(rules, "_holdings", [holdings])
    assert found(accepted, newcomer).eligible
    assert len(asked) == 1, "one question for all of them"
    assert rules.holds(newcomer, ["cmalt"], stage.scheme)


@pytest.mark.django_db
def test_only_an_assessor_of_the_scheme_can_be_asked(stage, accepted, eve):
    with pytest.raises(Refusal, match="not an assessor of this scheme"):
        allot(stage, accepted, eve)


@pytest.mark.django_db
def test_leading_comes_after_so_many_assessments_as_second(stage, accepted):
    assert not found(accepted, stage.second).may_lead
    with pytest.raises(Refusal, match="0 of the 3 assessments as second assessor are done"):
        allot(stage, accepted, stage.second, Role.LEAD)
    allot(stage, accepted, stage.lead, Role.LEAD)


@pytest.mark.django_db
def test_where_the_scheme_has_not_said_who_may_assess_the_coordinator_is_asked(stage, load, ada, cy):
    from collegium.schemes.models import Pathway
    from tests.accreditation.factories import make_written_portfolio

    version = load("advance-he-fellowship.yaml")
    set_rule_of(version, "referees", "none")
    pathway = Pathway.objects.for_display().get(scheme_version=version, key="senior-fellow")
    scheme = version.scheme
    make_coordinator(cy, scheme)
    assessor = make_person(name="Vi")
    make_assessor(assessor, scheme, holds_pathway="senior-fellow")
    registration = actions.register(person=ada, pathway=pathway, by=ada)
    submission = actions.submit(
        registration=registration, portfolio=make_written_portfolio(ada, pathway), by=ada
    )
    actions.accept(submission=submission, by=cy)
    submission = Submission.objects.for_display().get(pk=submission.pk)
    with pytest.raises(Refusal) as refusal:
        actions.allot(submission=submission, assessor=assessor, role=Role.SECOND, by=cy)
    assert refusal.value.code == "unset"
    answer_unset_rule(
        scheme_version=version,
        path="pathways/senior-fellow/assessed by",
        answer=["senior-fellow", "principal-fellow"],
        reason="As in the handbook.",
        by=cy,
    )
    submission = Submission.objects.for_display().get(pk=submission.pk)
    actions.allot(submission=submission, assessor=assessor, role=Role.SECOND, by=cy)


def set_rule_of(version, name, value):
    import hashlib
    import json

    version.document["rules"][name] = value
    version.sha256 = hashlib.sha256(json.dumps(version.document).encode()).hexdigest()
    version.save()


# Load -----------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_load_is_what_somebody_has_in_hand_now(stage, assessing):
    assert found(assessing, stage.lead).load == 1
    stage.judge(assessing, stage.lead)
    assert found(assessing, stage.lead).load == 0
    assert found(assessing, stage.second).load == 1


@pytest.mark.django_db
def test_assessments_as_second_are_counted(stage, assessing):
    stage.judge(assessing, stage.lead)
    stage.judge(assessing, stage.second)
    assert found(assessing, stage.second).done == 1
    assert found(assessing, stage.lead).done == 3  # those noted with the role; leading does not count


# Conflicts ------------------------------------------------------------------------------------------------------------


def _self(stage, submission):
    make_assessor(stage.candidate, stage.scheme, holds_pathway="cmalt")
    return stage.candidate


def _same_organisation(stage, submission):
    make_organisation(stage.candidate, stage.second, name="University of Leeds")
    return stage.second


def _mentor(stage, submission):
    portfolios.set_mentor(portfolio=stage.portfolio_now, mentor=stage.second, by=stage.candidate)
    return stage.second


def _critical_friend(stage, submission):
    portfolios.share_with_person(portfolio=stage.portfolio_now, person=stage.second, by=stage.candidate)
    return stage.second


def _nominated(stage, submission):
    Submission.objects.filter(pk=submission.pk).update(nominated_assessor=stage.second)
    return stage.second


def _referee(stage, submission):
    submission.registration.referees.create(name="Di", email="DI@example.org")
    return stage.second


CONFLICTS = [
    (_self, "self", "Is the candidate."),
    (
        _same_organisation,
        "same organisation",
        "Belongs to the same organisation as the candidate: University of Leeds.",
    ),
    (_mentor, "mentor", "Is the mentor of this portfolio."),
    (_critical_friend, "critical friend", "Was given the draft to read, as a critical friend."),
    (_nominated, "nominated", "Was nominated by the candidate."),
    (_referee, "referee", "Is a referee of the candidate."),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("arrange", "relation", "sentence"), CONFLICTS, ids=[each[1] for each in CONFLICTS])
def test_each_conflict_is_said_and_refused_where_the_scheme_forbids_it(
    stage, accepted, arrange, relation, sentence
):
    person = arrange(stage, accepted)
    set_rule(stage, "may not assess", [relation])
    submission = Submission.objects.for_display().get(pk=accepted.pk)
    candidate = found(submission, person)
    assert candidate.conflicts == [sentence]
    assert candidate.forbidden
    assert sentence in candidate.why
    with pytest.raises(Refusal) as refusal:
        allot(stage, submission, person)
    assert refusal.value.code == "conflict"


@pytest.mark.django_db
@pytest.mark.parametrize("rule", ["none", "unset", ["mentor"]])
def test_nobody_judges_their_own_whatever_the_scheme_says(stage, accepted, rule):
    set_rule(stage, "may not assess", rule)
    person = _self(stage, accepted)
    submission = Submission.objects.for_display().get(pk=accepted.pk)
    assert found(submission, person).forbidden
    with pytest.raises(Refusal):
        allot(stage, submission, person)


@pytest.mark.django_db
def test_a_conflict_that_the_scheme_allows_is_said_and_kept(stage, accepted):
    set_rule(stage, "may not assess", ["mentor"])
    person = _nominated(stage, accepted)
    submission = Submission.objects.for_display().get(pk=accepted.pk)
    assert not found(submission, person).forbidden
    assert allot(stage, submission, person).conflicts == ["Was nominated by the candidate."]


@pytest.mark.django_db
def test_who_may_be_nominated_may_judge_unless_the_scheme_says_otherwise(stage, accepted):
    set_rule(stage, "may not assess", "unset")
    set_rule(stage, "nominated assessor", True)
    person = _nominated(stage, accepted)
    submission = Submission.objects.for_display().get(pk=accepted.pk)
    assert [conflict.forbids for conflict in found(submission, person).found] == [False]
    assert allot(stage, submission, person).conflicts == ["Was nominated by the candidate."]


@pytest.mark.django_db
def test_a_conflict_on_which_the_scheme_is_silent_needs_a_reason_that_is_kept(stage, accepted):
    set_rule(stage, "may not assess", "unset")
    person = _same_organisation(stage, accepted)
    submission = Submission.objects.for_display().get(pk=accepted.pk)
    with pytest.raises(Refusal) as refusal:
        allot(stage, submission, person)
    assert refusal.value.code == "reason"
    assignment = allot(stage, submission, person, reason="Another faculty; they have never met.")
    assert assignment.conflicts[-1].endswith("Another faculty; they have never met.")


# Places ---------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_scheme_says_how_many(stage, assessing):
    third = make_person(name="Hana")
    make_assessor(third, stage.scheme, holds_pathway="cmalt", earlier_assessments=9)
    with pytest.raises(Refusal, match="Every place is taken"):
        allot(stage, assessing, third)


@pytest.mark.django_db
def test_where_the_scheme_has_not_said_how_many_the_coordinator_is_asked(stage, accepted):
    set_rule(stage, "assessors", "unset")
    submission = Submission.objects.for_display().get(pk=accepted.pk)
    with pytest.raises(Refusal, match="“Number of assessors”"):
        allot(stage, submission, stage.second)


@pytest.mark.django_db
def test_the_last_place_is_for_a_lead(stage, accepted):
    third = make_person(name="Hana")
    make_assessor(third, stage.scheme, holds_pathway="cmalt")
    allot(stage, accepted, stage.second)
    with pytest.raises(Refusal, match="somebody has to lead"):
        allot(stage, accepted, third)
    allot(stage, accepted, stage.lead, Role.LEAD)


@pytest.mark.django_db
def test_one_lead(stage, accepted):
    third = make_person(name="Hana")
    make_assessor(third, stage.scheme, holds_pathway="cmalt", earlier_assessments=9)
    allot(stage, accepted, stage.lead, Role.LEAD)
    with pytest.raises(Refusal, match="a lead assessor already"):
        allot(stage, accepted, third, Role.LEAD)


@pytest.mark.django_db
def test_nobody_is_asked_twice(stage, accepted):
    allot(stage, accepted, stage.lead, Role.LEAD)
    with pytest.raises(Refusal, match="has been asked already"):
        allot(stage, accepted, stage.lead)


@pytest.mark.django_db
def test_nobody_is_asked_before_screening(stage, submitted):
    with pytest.raises(Refusal, match="after screening"):
        allot(stage, submitted, stage.lead, Role.LEAD)


@pytest.mark.django_db(transaction=True)
def test_two_coordinators_allot_the_last_place_at_once_and_one_is_refused(stage, submitted):
    actions.accept(submission=submitted, by=stage.coordinator)
    allot(stage, submitted, stage.lead, Role.LEAD)
    third = make_person(name="Hana")
    make_assessor(third, stage.scheme, holds_pathway="cmalt")
    barrier = threading.Barrier(2)
    answers = []

    def coordinator(assessor):
        try:
            barrier.wait(10)
            allot(stage, submitted, assessor)
            answers.append("asked")
        except Refusal as refusal:
            answers.append(refusal.code)
        except Exception as fault:  # noqa: BLE001 -- a thread's fault would be silent
            answers.append(repr(fault))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=coordinator, args=[person]) for person in (stage.second, third)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    assert sorted(answers) == ["asked", "full"]
    assert submitted.assignments.active().count() == 2


# Answers --------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_with_the_assessors_once_all_have_agreed(stage, accepted):
    allot(stage, accepted, stage.lead, Role.LEAD)
    allot(stage, accepted, stage.second)
    stage.answer(accepted, stage.lead)
    accepted.refresh_from_db()
    assert accepted.state == Submission.State.ACCEPTED
    assert queries.candidate_words(accepted).startswith(
        "Everything is there. One assessor has agreed to read, and another is being found"
    )
    stage.answer(accepted, stage.second)
    accepted.refresh_from_db()
    assert accepted.state == Submission.State.ASSESSING
    assert queries.candidate_words(accepted).startswith("Two assessors are reading; expected by ")


@pytest.mark.django_db
def test_who_declines_says_why_and_is_replaced(stage, accepted):
    allot(stage, accepted, stage.lead, Role.LEAD)
    with pytest.raises(Refusal, match="a few words why"):
        stage.answer(accepted, stage.lead, accepts=False)
    stage.answer(accepted, stage.lead, accepts=False, reason="I know her well.")
    third = make_person(name="Hana")
    make_assessor(third, stage.scheme, holds_pathway="cmalt", earlier_assessments=9)
    allot(stage, accepted, third, Role.LEAD)
    assert found(accepted, stage.lead).asked.reason == "I know her well."


@pytest.mark.django_db
def test_an_answer_is_given_once(stage, accepted):
    assignment = allot(stage, accepted, stage.lead, Role.LEAD)
    stage.answer(accepted, stage.lead)
    with pytest.raises(Refusal, match="answered already"):
        actions.answer_invitation(assignment=assignment, by=stage.lead, accepts=False, reason="No.")


@pytest.mark.django_db
def test_a_released_assessor_is_replaced_and_what_they_wrote_counts_for_nothing(stage, assessing):
    stage.judge(assessing, stage.second)
    actions.release(
        assignment=stage.assignment(assessing, stage.second),
        by=stage.coordinator,
        reason="A conflict came up.",
    )
    assessing.refresh_from_db()
    assert assessing.state == Submission.State.ACCEPTED
    third = make_person(name="Hana")
    make_assessor(third, stage.scheme, holds_pathway="cmalt")
    allot(stage, assessing, third)
    stage.answer(assessing, third)
    stage.judge(assessing, stage.lead)
    assessing.refresh_from_db()
    assert assessing.state == Submission.State.ASSESSING, (
        "the released judgement does not stand in for the new one"
    )
    stage.judge(assessing, third)
    assessing.refresh_from_db()
    assert assessing.state == Submission.State.RECONCILING
    from collegium.accreditation.terms import terms_of

    compared = queries.comparison(assessing, terms_of(assessing.pathway))
    assert {assignment.assessor for assignment, _ in compared.overall} == {stage.lead, third}


@pytest.mark.django_db
def test_the_lead_can_be_handed_on(stage, assessing):
    third = make_person(name="Hana")
    make_assessor(third, stage.scheme, holds_pathway="cmalt", earlier_assessments=9)
    with pytest.raises(Refusal, match="can't lead yet"):
        actions.change_lead(assignment=stage.assignment(assessing, stage.second), by=stage.coordinator)
    actions.release(assignment=stage.assignment(assessing, stage.second), by=stage.coordinator, reason="Ill.")
    allot(stage, assessing, third)
    stage.answer(assessing, third)
    actions.change_lead(assignment=stage.assignment(assessing, third), by=stage.coordinator)
    roles = {row.assessor: row.role for row in assessing.assignments.active()}
    assert roles == {third: Role.LEAD, stage.lead: Role.SECOND}


@pytest.mark.django_db
def test_withdrawn_it_leaves_nobody_at_work(stage, assessing):
    actions.withdraw(submission=assessing, by=stage.candidate)
    assert not assessing.assignments.active().exists()
    assert queries.desk(stage.lead).in_hand == 0


@pytest.mark.django_db
def test_the_same_number_of_queries_for_one_and_for_many(stage, accepted, django_assert_num_queries):
    submission = Submission.objects.for_display().get(pk=accepted.pk)
    with django_assert_num_queries(6):
        list(queries.candidates_for(submission))
    for _ in range(3):
        person = make_person()
        make_assessor(person, stage.scheme, holds_pathway="cmalt")
        make_organisation(person, stage.candidate)
    submission = Submission.objects.for_display().get(pk=accepted.pk)
    with django_assert_num_queries(6):
        list(queries.candidates_for(submission))

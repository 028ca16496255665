"""Taking one's things along, and leaving."""

import json

import pytest

from collegium.accreditation import actions, queries
from collegium.accreditation.models import Assignment, JointMark, Mark, Referee, Submission
from collegium.accreditation.terms import terms_of
from collegium.activity.models import Activity
from collegium.evidence import actions as evidence_actions
from collegium.foundation import files
from collegium.people import erasure
from collegium.people.actions import erase
from collegium.people.export import EXPORTS
from collegium.portfolios import actions as portfolios

pytestmark = pytest.mark.django_db


@pytest.fixture
def passed(stage, assessing):
    stage.judge(assessing, stage.lead)
    stage.judge(assessing, stage.second)
    stage.reconcile(assessing, outcome="pass")
    return Submission.objects.for_display().get(pk=assessing.pk)


def test_everything_that_was_said_to_a_candidate_is_theirs_to_take(stage, passed):
    facts, _kept = EXPORTS["accreditation"].hand_over(stage.candidate)
    said = json.dumps(facts, default=str)
    assert "You write well about your learners." in said
    assert "I tried it with my second-year group" in said
    assert passed.sha256 in said
    assert "Overall words of Bo" not in said


def test_an_assessor_takes_along_what_they_wrote_and_nobody_elses(stage, passed):
    facts, _kept = EXPORTS["accreditation"].hand_over(stage.lead)
    said = json.dumps(facts, default=str)
    assert "Overall words of Bo Assessor" in said
    assert "Di Assessor" not in said
    assert "second-year group" not in said


def test_files_are_taken_along(stage):
    evidence = evidence_actions.capture(by=stage.candidate, title="Plan", body="<p>x</p>")
    evidence.blob, evidence.file_name = files.store_bytes(b"%PDF-1.4 plan", name="plan.pdf"), "plan.pdf"
    evidence.save()
    portfolios.place(section=stage.section("1a"), evidence=evidence, by=stage.candidate)
    submission = stage.submit()
    _facts, kept = EXPORTS["accreditation"].hand_over(stage.candidate)
    ((name, path),) = kept
    assert name == f"{submission.pk}/{submission.files.get().pk} plan.pdf"
    assert path.read_bytes() == b"%PDF-1.4 plan"


def test_leaving_takes_every_word_and_leaves_what_was_decided(stage, passed):
    terms = terms_of(passed.pathway)
    before = [area.key for area in queries.areas(passed, terms)]
    assert any("without your name" in sentence for sentence in erasure.what_stays(stage.candidate))
    erase(person=stage.candidate, by=stage.candidate)
    gone = Submission.objects.for_display().get(pk=passed.pk)
    assert gone.erased_at is not None
    assert gone.sha256 == passed.sha256
    assert gone.state == Submission.State.PASSED
    everything = json.dumps(
        [
            gone.content,
            list(Mark.objects.values()),
            list(JointMark.objects.values()),
            list(gone.assignments.values("reason", "conflicts")),
        ]
    )
    for word in ("second-year group", "Ada", "Joint on", "on 1a"):
        assert word not in everything, word
    assert set(JointMark.objects.values_list("level", flat=True)) == {"adequate"}
    assert [area.key for area in queries.areas(gone, terms)] == before


def test_pages_stand_when_a_candidate_has_left(stage, passed, client_of):
    erase(person=stage.candidate, by=stage.candidate)
    coordinator = client_of(stage.coordinator)
    for name in ("managed", "read", "reconciliation"):
        from django.urls import reverse

        page = coordinator.get(reverse(f"accreditation:{name}", kwargs={"submission_id": passed.pk}))
        assert page.status_code == 200, name
        assert "Ada Candidate" not in page.content.decode()


def test_a_candidate_who_leaves_in_the_middle_withdraws(stage, assessing):
    assert any("it is withdrawn" in sentence for sentence in erasure.what_goes(stage.candidate))
    erase(person=stage.candidate, by=stage.candidate)
    assessing.refresh_from_db()
    assert assessing.state == Submission.State.WITHDRAWN
    assert not assessing.assignments.active().exists()


def test_an_assessor_who_leaves_in_the_middle_frees_the_place_and_their_name_goes(stage, assessing):
    erase(person=stage.second, by=stage.second)
    assignment = assessing.assignments.get(assessor=stage.second)
    assert assignment.state == Assignment.State.RELEASED
    assessing.refresh_from_db()
    assert assessing.state == Submission.State.ACCEPTED
    assert "Di Assessor" not in json.dumps(list(Activity.objects.values_list("data", flat=True)))


def test_what_an_assessor_judged_stays_without_their_name(stage, passed, client_of):
    erase(person=stage.second, by=stage.second)
    assert Mark.objects.filter(judgement__assignment__assessor=stage.second).exists()


def test_referees_go_with_their_candidate(stage):
    Referee.objects.create(
        registration=stage.registration, name="Tova", email="tova@example.net", statement="x"
    )
    erase(person=stage.candidate, by=stage.candidate)
    assert not Referee.objects.exists()


def test_leaving_twice_changes_nothing_more(stage, passed):
    actions.forget(person=stage.candidate)
    actions.forget(person=stage.candidate)
    assert Submission.objects.get(pk=passed.pk).erased_at is not None

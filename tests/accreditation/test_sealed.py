"""Nobody sees another's judgement before every judgement is sealed: no page, query, sentence, letter or refusal says it.

The judgement of the lead has words and a level that stand nowhere else; they are looked for wherever the others look.
"""

import json

import pytest
from django.urls import reverse

from collegium.accreditation import actions, queries, rules
from collegium.accreditation.models import Assignment, Judgement, Submission
from collegium.accreditation.terms import terms_of
from collegium.activity.models import Activity
from collegium.activity.queries import history
from collegium.foundation.refusal import Refusal
from collegium.notifications import queries as notifications
from collegium.people.export import EXPORTS
from tests.factories import make_coordinator, make_person

pytestmark = pytest.mark.django_db

SECRET = "velvet-hippopotamus"
TITLE = "Inadequate"


@pytest.fixture
def half(stage, assessing, django_capture_on_commit_callbacks):
    """The lead has sealed, with words and a level to look for; the second has not begun."""
    with django_capture_on_commit_callbacks(execute=True):
        assignment = stage.assignment(assessing, stage.lead)
        actions.save_judgement(
            assignment=assignment,
            by=stage.lead,
            overall=SECRET,
            marks={area.key: ("inadequate", SECRET) for area in stage.areas(assessing)},
        )
        actions.seal_judgement(assignment=assignment, by=stage.lead)
    assessing.refresh_from_db()
    return assessing


def everybody_else(stage):
    return [
        stage.second,
        stage.coordinator,
        stage.candidate,
        make_person(name="Stranger", email="stranger@example.org"),
    ]


def pages(submission):
    found = [
        reverse(f"accreditation:{name}", kwargs={"submission_id": submission.pk})
        for name in (
            "submission",
            "read",
            "managed",
            "screening",
            "allocation",
            "reconciliation",
            "outcome",
            "resubmission_date",
        )
    ]
    for assignment in submission.assignments.all():
        found += [
            reverse(f"accreditation:{name}", kwargs={"assignment_id": assignment.pk})
            for name in ("assignment", "seal", "release")
        ]
    found.append(submission.registration.get_absolute_url())
    found += [reverse(f"accreditation:{name}") for name in ("mine", "assess", "manage")]
    found += [reverse("notifications:list"), reverse("home:start")]
    if submission.portfolio_id:
        found.append(reverse("portfolios:portfolio", kwargs={"portfolio_id": submission.portfolio_id}))
    return found


def test_no_page_says_it(stage, half, client_of):
    opened = 0
    for person in everybody_else(stage):
        client = client_of(person)
        for address in pages(half):
            answer = client.get(address, follow=True)
            opened += answer.status_code == 200
            assert SECRET not in answer.content.decode(), f"{address} for {person}"
    assert opened > 25, "the pages were really there"


def test_the_level_is_said_on_no_page_of_the_others_where_it_is_not_merely_a_choice(stage, half, client_of):
    for person in (stage.coordinator, stage.candidate):
        for address in pages(half):
            assert TITLE not in client_of(person).get(address, follow=True).content.decode(), address
    # The second assessor's own form offers every level of the scale; none of them is chosen.
    own = stage.assignment(half, stage.second)
    assert "checked" not in client_of(stage.second).get(own.get_absolute_url()).content.decode()


def test_the_page_of_another_ones_judgement_is_not_there(stage, half, client_of):
    theirs = stage.assignment(half, stage.lead)
    for person in everybody_else(stage):
        client = client_of(person)
        assert client.get(theirs.get_absolute_url()).status_code == 404
        for name in ("judgement", "seal", "answer"):
            address = reverse(f"accreditation:{name}", kwargs={"assignment_id": theirs.pk})
            assert client.post(address, {"do": "save", "comment_0": "mine"}).status_code == 404
    assert Judgement.objects.get(assignment=theirs).marks.first().comment == SECRET


def test_no_query_gives_it(stage, half):
    terms = terms_of(half.pathway)
    assert queries.comparison(half, terms) is None
    judgement = Judgement.objects.get(assignment__assessor=stage.lead)
    for person in everybody_else(stage):
        assert not rules.may_see_judgement(person, judgement)
        assert not rules.may_compare(person, half)
    assert rules.may_see_judgement(stage.lead, judgement)
    said = repr(
        [
            queries.candidate_words(half),
            queries.progress(half),
            queries.steps(half.registration, half, terms),
            queries.queue(stage.coordinator),
            queries.desk(stage.second),
            queries.candidates_for(half),
        ]
    )
    assert SECRET not in said
    assert TITLE.lower() not in said.lower()


def test_no_sentence_of_the_log_and_no_fact_in_it_says_it(half):
    everything = json.dumps(list(Activity.objects.values_list("data", flat=True)))
    sentences = " ".join(line.sentence for line in history(half))
    for said in (everything, sentences):
        assert SECRET not in said
        assert TITLE.lower() not in said.lower()


def test_no_notification_and_no_letter_says_it(stage, half, mailoutbox):
    for person in everybody_else(stage):
        for line in notifications.lines(person):
            assert SECRET not in line.sentence
            assert TITLE.lower() not in line.sentence.lower()
    for letter in mailoutbox:
        assert SECRET not in letter.subject + letter.body + str(letter.alternatives)


def test_no_refusal_says_it(stage, half):
    refusals = []
    own = stage.assignment(half, stage.second)
    attempts = [
        lambda: actions.seal_judgement(assignment=own, by=stage.second),
        lambda: actions.save_judgement(assignment=own, by=stage.second, marks={"9z": ("strong", "x")}),
        lambda: actions.save_judgement(assignment=own, by=stage.second, marks={"1a": ("best", "x")}),
        lambda: actions.save_joint(submission=half, by=stage.second, marks={}),
        lambda: actions.give_outcome(submission=half, by=stage.second),
        lambda: actions.add_place(submission=half, by=stage.coordinator),
        lambda: actions.allot(
            submission=half, assessor=stage.lead, role=Assignment.Role.SECOND, by=stage.coordinator
        ),
    ]
    for attempt in attempts:
        with pytest.raises(Refusal) as refusal:
            attempt()
        refusals.append(f"{refusal.value} {refusal.value.details}")
    assert SECRET not in " ".join(refusals)
    assert TITLE.lower() not in " ".join(refusals).lower()


def test_nobodys_export_has_it_but_their_own(stage, half):
    facts = {
        person.name: str(EXPORTS["accreditation"].hand_over(person)[0])
        for person in (stage.lead, stage.second, stage.candidate, stage.coordinator)
    }
    assert [name for name, said in facts.items() if SECRET in said] == [stage.lead.name]


def test_it_opens_to_those_who_judged_and_the_coordinator_once_all_are_sealed(stage, half, client_of):
    stage.judge(half, stage.second)
    half.refresh_from_db()
    address = reverse("accreditation:reconciliation", kwargs={"submission_id": half.pk})
    for person in (stage.lead, stage.second, stage.coordinator):
        assert SECRET in client_of(person).get(address).content.decode()
    candidate = client_of(stage.candidate)
    assert candidate.get(address).status_code == 403
    for page in pages(half):
        assert SECRET not in candidate.get(page, follow=True).content.decode()


def test_the_candidate_never_sees_single_judgements_nor_the_note_nor_who_judged(stage, half, client_of):
    stage.judge(half, stage.second, weak=tuple(area.key for area in stage.areas(half)))
    weak = tuple(area.key for area in stage.areas(half))
    stage.reconcile(half, outcome="refer", weak=weak, note="A note between assessors")
    half.refresh_from_db()
    candidate = client_of(stage.candidate)
    for page in pages(half):
        said = candidate.get(page, follow=True).content.decode()
        for word in (SECRET, "A note between assessors", stage.lead.name, stage.second.name):
            assert word not in said, f"{word} at {page}"
    assert "You write well about your learners." in candidate.get(half.get_absolute_url()).content.decode()


def test_a_coordinator_who_is_the_candidate_sees_no_more_than_a_candidate(stage, half, client_of):
    make_coordinator(stage.candidate, stage.scheme)
    stage.judge(half, stage.second)
    half.refresh_from_db()
    client = client_of(stage.candidate)
    for page in pages(half):
        said = client.get(page, follow=True).content.decode()
        assert SECRET not in said
    assert not rules.may_compare(stage.candidate, half)
    assert not rules.may_manage(stage.candidate, half)


def test_a_sealed_judgement_does_not_change(stage, half, client_of):
    assignment = stage.assignment(half, stage.lead)
    with pytest.raises(Refusal, match="sealed and does not change"):
        actions.save_judgement(assignment=assignment, by=stage.lead, marks={"1a": ("strong", "better")})
    with pytest.raises(Refusal, match="sealed and does not change"):
        actions.seal_judgement(assignment=assignment, by=stage.lead)
    address = reverse("accreditation:judgement", kwargs={"assignment_id": assignment.pk})
    answer = client_of(stage.lead).post(address, {"level_0": "strong", "comment_0": "better", "do": "save"})
    assert answer.status_code == 403
    assert set(Judgement.objects.get(assignment=assignment).marks.values_list("level", flat=True)) == {
        "inadequate"
    }


def test_sealing_needs_a_level_and_a_comment_everywhere_and_an_overall_comment(stage, assessing):
    assignment = stage.assignment(assessing, stage.lead)
    actions.save_judgement(assignment=assignment, by=stage.lead, marks={"1a": ("strong", "")})
    with pytest.raises(Refusal) as refusal:
        actions.seal_judgement(assignment=assignment, by=stage.lead)
    details = [str(each) for each in refusal.value.details]
    assert "1a Constraints and benefits of different technologies: a comment" in details
    assert details[-1] == "The overall comment"
    assert len(details) == len(stage.areas(assessing)) + 1
    assert Submission.objects.get(pk=assessing.pk).state == Submission.State.ASSESSING


def test_saving_what_was_touched_leaves_the_rest(stage, assessing, client_of):
    assignment = stage.assignment(assessing, stage.lead)
    address = reverse("accreditation:judgement", kwargs={"assignment_id": assignment.pk})
    client = client_of(stage.lead)
    headers = {"Accept": "application/json"}
    first = client.post(address, {"level_0": "strong", "comment_0": "Good."}, headers=headers).json()
    second = client.post(address, {"level_1": "adequate", "comment_1": ""}, headers=headers).json()
    third = client.post(address, {"overall": "On the whole."}, headers=headers).json()
    assert (first["judged"], second["judged"], third["judged"]) == (1, 2, 2)
    draft = queries.draft_of(assignment)
    keys = [area.key for area in stage.areas(assessing)]
    assert (draft[keys[0]], draft[keys[1]]) == (("strong", "Good."), ("adequate", ""))
    assert Judgement.objects.get(assignment=assignment).overall == "On the whole."
    refused = client.post(address, {"level_0": "best"}, headers=headers)
    assert refused.status_code == 409
    assert "refused" in refused.json()


def test_whoever_writes_on_is_told_that_the_judgement_is_sealed(stage, assessing, client_of):
    stage.judge(assessing, stage.lead)
    address = reverse(
        "accreditation:judgement", kwargs={"assignment_id": stage.assignment(assessing, stage.lead).pk}
    )
    answer = client_of(stage.lead).post(
        address, {"comment_0": "Too late."}, headers={"Accept": "application/json"}
    )
    assert answer.status_code == 403
    assert "sealed" in answer.json()["refused"]

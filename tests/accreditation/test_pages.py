"""Each page as its reader meets it: what it says, what it costs, and that it works by its buttons alone."""

import datetime as dt

import pytest
from django.urls import reverse

from collegium.accreditation import actions, queries
from collegium.accreditation.models import Assignment, Extension, Registration, Submission
from collegium.evidence import actions as evidence_actions
from collegium.foundation import clock, files
from collegium.portfolios import actions as portfolios
from collegium.schemes import queries as schemes
from tests.accreditation.factories import make_written_portfolio, sign
from tests.factories import make_assessor, make_person

pytestmark = pytest.mark.django_db

State = Submission.State


def url(name, **kwargs):
    return reverse(f"accreditation:{name}", kwargs=kwargs)


def text(answer):
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


# A whole journey by pages ---------------------------------------------------------------------------------------------


def test_from_registering_to_passing_by_the_buttons_of_the_pages(pathway, ada, bo, cy, client_of):
    from tests.factories import make_coordinator

    scheme = pathway.scheme_version.scheme
    di = make_person(name="Di Assessor", email="di@example.org")
    make_coordinator(cy, scheme)
    make_assessor(bo, scheme, holds_pathway="cmalt", earlier_assessments=3)
    make_assessor(di, scheme, holds_pathway="senior")
    candidate, coordinator = client_of(ada), client_of(cy)

    assert "2 years" in text(candidate.get(url("register", pathway_id=pathway.pk)))
    answer = candidate.post(url("register", pathway_id=pathway.pk))
    registration = Registration.objects.get()
    assert answer.url == registration.get_absolute_url()
    make_written_portfolio(ada, pathway)
    page = text(candidate.get(url("submit", registration_id=registration.pk)))
    assert "What happens then" in page
    statements = list(schemes.plan(pathway).declaration)
    given = {"statements": statements, "signed_name": "Ada Candidate", "all_the_same": "on"}
    assert (
        candidate.post(url("submit", registration_id=registration.pk), {"signed_name": "A"}).status_code
        == 400
    )
    submission = Submission.objects.first()
    assert submission is None
    answer = candidate.post(url("submit", registration_id=registration.pk), given)
    submission = Submission.objects.get()
    assert answer.url == submission.get_absolute_url()
    assert candidate.post(url("submit", registration_id=registration.pk), given).url == answer.url
    assert "We have your portfolio" in text(candidate.get(submission.get_absolute_url()))

    assert "You: look whether everything is there" in text(coordinator.get(url("manage")))
    coordinator.post(url("screening", submission_id=submission.pk), {"outcome": "accept", "words": ""})
    allocation = url("allocation", submission_id=submission.pk)
    assert "may lead" in text(coordinator.get(allocation))
    assert coordinator.post(allocation, {"assessor": di.pk, "role": "lead"}).status_code == 400
    coordinator.post(allocation, {"assessor": bo.pk, "role": "lead"})
    coordinator.post(allocation, {"assessor": di.pk, "role": "second", "due_on": "2027-01-31"})
    assert Assignment.objects.get(assessor=di).due_on == dt.date(2027, 1, 31)

    for person in (bo, di):
        assessor = client_of(person)
        assignment = Assignment.objects.get(assessor=person)
        assert "Can you?" in text(assessor.get(url("assess")))
        assert "Are you free to?" in text(assessor.get(assignment.get_absolute_url()))
        assert "I tried it" not in text(assessor.get(assignment.get_absolute_url())), "not before agreeing"
        answer_page = url("answer", assignment_id=assignment.pk)
        assert assessor.post(answer_page, {"answer": "decline"}).status_code == 400
        assessor.post(answer_page, {"answer": "accept"})
        assert "I tried it" in text(assessor.get(assignment.get_absolute_url()))
    for person in (bo, di):
        assessor = client_of(person)
        assignment = Assignment.objects.get(assessor=person)
        areas = queries.areas_to_judge(submission, terms(submission))
        data = {f"level_{index}": "adequate" for index in range(len(areas))}
        data |= {f"comment_{index}": "Clear and honest." for index in range(len(areas))}
        judgement = url("judgement", assignment_id=assignment.pk)
        assessor.post(judgement, {**data, "overall": "", "do": "save"})
        seal = url("seal", assignment_id=assignment.pk)
        assert "The overall comment" in text(assessor.get(seal))
        assert assessor.post(seal).status_code == 409
        assert assessor.post(judgement, {**data, "overall": "Well done.", "do": "seal"}).url == seal
        assessor.post(seal)
    submission.refresh_from_db()
    assert submission.state == State.RECONCILING

    lead, second = client_of(bo), client_of(di)
    reconciliation = url("reconciliation", submission_id=submission.pk)
    page = text(lead.get(reconciliation))
    assert "You gave the same level everywhere." in page
    assert "By the scheme&#39;s rule, this is a pass." in page
    assert second.post(reconciliation, {"outcome": "pass"}).status_code == 403
    data = {f"level_{index}": "adequate" for index in range(len(areas))}
    give = url("outcome", submission_id=submission.pk)
    assert (
        lead.post(reconciliation, {**data, "outcome": "pass", "feedback": "A joy to read.", "do": "give"}).url
        == give
    )
    assert "A joy to read." in text(lead.get(give))
    lead.post(give)
    submission.refresh_from_db()
    assert submission.state == State.PASSED
    page = text(candidate.get(submission.get_absolute_url()))
    assert "A joy to read." in page
    assert "You have passed" in page


def terms(submission):
    from collegium.accreditation.terms import terms_of

    return terms_of(submission.pathway)


# Submitting -----------------------------------------------------------------------------------------------------------


def test_what_is_open_is_said_with_a_way_to_its_place_and_submitting_all_the_same_is_a_choice(
    stage, client_of
):
    portfolios.write(
        section=stage.section("1a"), component="reflection", html="", on_revision=0, by=stage.candidate
    )
    client = client_of(stage.candidate)
    address = url("submit", registration_id=stage.registration.pk)
    page = text(client.get(address))
    assert "Reflection is missing in 1a" in page
    assert stage.section("1a").get_absolute_url() in page
    given = {"statements": list(schemes.plan(stage.pathway).declaration), "signed_name": "Ada"}
    assert client.post(address, given).status_code == 400
    assert client.post(address, {**given, "all_the_same": "on"}).status_code == 302


def test_a_nomination_and_access_go_with_it(stage, client_of):
    client = client_of(stage.candidate)
    given = {
        "statements": list(schemes.plan(stage.pathway).declaration),
        "signed_name": "Ada",
        "all_the_same": "on",
        "nominated_assessor": stage.lead.pk,
        "access": "Guest key otter-42",
    }
    client.post(url("submit", registration_id=stage.registration.pk), given)
    submission = Submission.objects.get()
    assert (submission.nominated_assessor, submission.access) == (stage.lead, "Guest key otter-42")


def test_a_refusal_stands_on_the_page_and_what_was_typed_is_kept(stage, client_of):
    Registration.objects.update(valid_until=clock.today() - dt.timedelta(days=1))
    client = client_of(stage.candidate)
    given = {
        "statements": list(schemes.plan(stage.pathway).declaration),
        "signed_name": "Ada the First",
        "all_the_same": "on",
    }
    answer = client.post(url("submit", registration_id=stage.registration.pk), given)
    assert answer.status_code == 400
    assert "Ask for more time, and submit then." in answer.content.decode()
    assert "Ada the First" in answer.content.decode()


# Files ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def with_file(stage):
    evidence = evidence_actions.capture(by=stage.candidate, title="Plan", body="<p>x</p>")
    evidence.blob, evidence.file_name = files.store_bytes(b"%PDF-1.4 plan", name="plan.pdf"), "plan.pdf"
    evidence.save()
    portfolios.place(section=stage.section("1a"), evidence=evidence, by=stage.candidate)
    return stage.submit()


def test_files_of_a_submission_are_for_those_who_may_read_it(stage, with_file, client_of, eve):
    kept = with_file.files.get()
    address = url("file", submission_id=with_file.pk, file_id=kept.pk)
    actions.accept(submission=with_file, by=stage.coordinator)
    actions.allot(submission=with_file, assessor=stage.lead, role="lead", by=stage.coordinator)
    expected = {stage.candidate: 200, stage.coordinator: 200, stage.lead: 403, stage.second: 404, eve: 404}
    for person, status in expected.items():
        assert client_of(person).get(address).status_code == status, person
    stage.answer(with_file, stage.lead)
    answer = client_of(stage.lead).get(address)
    assert b"".join(answer.streaming_content) == b"%PDF-1.4 plan"
    assert "plan.pdf" in answer["Content-Disposition"]
    assert client_of(None).get(address).status_code == 302


def test_a_file_is_found_only_in_its_own_submission(stage, with_file, client_of):
    actions.withdraw(submission=with_file, by=stage.candidate)
    again = stage.submit()
    other = with_file.files.get()
    answer = client_of(stage.candidate).get(url("file", submission_id=again.pk, file_id=other.pk))
    assert answer.status_code == 404


def test_an_assessor_reads_files_of_the_submission_and_not_of_the_evidence(stage, with_file, client_of):
    actions.accept(submission=with_file, by=stage.coordinator)
    actions.allot(submission=with_file, assessor=stage.lead, role="lead", by=stage.coordinator)
    stage.answer(with_file, stage.lead)
    page = text(client_of(stage.lead).get(stage.assignment(with_file, stage.lead).get_absolute_url()))
    assert url("file", submission_id=with_file.pk, file_id=with_file.files.get().pk) in page
    evidence = with_file.files.get().evidence_id
    assert f"/evidence/{evidence}" not in page


# Resubmission ---------------------------------------------------------------------------------------------------------


def test_assessors_see_what_changed_and_judge_only_that(stage, assessing, client_of):
    for person in (stage.lead, stage.second):
        stage.judge(assessing, person, weak=("3a",))
    stage.reconcile(assessing, outcome="refer", weak=("3a",))
    portfolios.write(
        section=stage.section("3a"),
        component="reflection",
        html="<p>Now I say what the law changed in my practice.</p>",
        on_revision=0,
        by=stage.candidate,
    )
    sign(stage.portfolio_now)
    again = stage.submit()
    actions.accept(submission=again, by=stage.coordinator)
    page = text(client_of(stage.coordinator).get(url("allocation", submission_id=again.pk)))
    assert page.count("Judged the first submission") == 2
    actions.allot(submission=again, assessor=stage.lead, role="lead", by=stage.coordinator)
    assignment = stage.assignment(again, stage.lead)
    lead = client_of(stage.lead)
    assert "You judged the first submission." in text(lead.get(assignment.get_absolute_url()))
    stage.answer(again, stage.lead)
    page = text(lead.get(assignment.get_absolute_url()))
    assert "<ins>Now I say what the law changed in my practice.</ins>" in page
    assert page.count('name="comment_') == 1


# The board ------------------------------------------------------------------------------------------------------------


def more_submissions(stage, number, **fields):
    """Rows made directly: the board does not care how they came about."""
    content = Submission.objects.first().content
    made = []
    for _ in range(number):
        registration = Registration.objects.create(person=make_person(), pathway=stage.pathway)
        made.append(
            Submission.objects.create(registration=registration, content=content, sha256="0" * 64, **fields)
        )
    return made


def test_the_board_costs_the_same_for_one_and_for_three(
    stage, submitted, client_of, django_assert_num_queries
):
    client = client_of(stage.coordinator)
    client.get(url("manage"))
    with django_assert_num_queries(11):
        text(client.get(url("manage")))
    for each in more_submissions(stage, 2, state=State.ACCEPTED):
        Assignment.objects.create(submission=each, assessor=stage.lead, role="lead", state="accepted")
    with django_assert_num_queries(11):
        text(client.get(url("manage")))


def test_three_hundred_are_paged_by_key_with_none_twice_and_none_left_out(stage, submitted):
    submitted.due_on = None
    submitted.save()
    more_submissions(stage, 150, due_on=dt.date(2026, 5, 1))
    more_submissions(stage, 100, due_on=dt.date(2026, 4, 1))
    more_submissions(stage, 49)
    seen, after, pages = [], "", 0
    while True:
        page = queries.queue(stage.coordinator, after=after)
        seen += [row.submission for row in page.rows]
        pages += 1
        after = page.next_after
        if not after:
            break
    assert (len(seen), len({each.pk for each in seen}), pages) == (300, 300, 8)
    days = [each.due_on for each in seen]
    assert days == [dt.date(2026, 4, 1)] * 100 + [dt.date(2026, 5, 1)] * 150 + [None] * 50
    assert page.counts[""] == 300


@pytest.mark.parametrize("key", ["x", "2026-99-99.3", ".", "2026-01-01.x", "9" * 40 + ".1"])
def test_a_broken_key_begins_at_the_beginning(stage, submitted, client_of, key):
    assert submitted.candidate.name in text(client_of(stage.coordinator).get(url("manage"), {"after": key}))


def test_the_board_by_step_and_by_scheme(stage, submitted, client_of):
    client = client_of(stage.coordinator)
    assert submitted.candidate.name in text(client.get(url("manage"), {"step": "screening"}))
    assert submitted.candidate.name not in text(client.get(url("manage"), {"step": "judging"}))
    assert submitted.candidate.name in text(
        client.get(url("manage"), {"scheme": stage.scheme.key, "step": "no"})
    )


def test_what_waits_for_whom_is_said_at_each_step(stage, submitted):
    def words():
        row = queries.queue(stage.coordinator).rows[0]
        return row.waits_for, row.is_yours

    assert words() == ("You: look whether everything is there", True)
    actions.accept(submission=submitted, by=stage.coordinator)
    assert words() == ("You: ask 2 more assessors", True)
    for person, role in ((stage.lead, "lead"), (stage.second, "second")):
        actions.allot(submission=submitted, assessor=person, role=role, by=stage.coordinator)
    assert words() == ("Bo Assessor and Di Assessor: answer the invitation", False)
    stage.answer(submitted, stage.lead)
    stage.answer(submitted, stage.second)
    assert words() == ("Bo Assessor and Di Assessor: judge and seal", False)
    stage.judge(submitted, stage.lead, weak=("1a",))
    assert words() == ("Di Assessor: judge and seal", False)
    stage.judge(submitted, stage.second, weak=("1a",))
    assert words() == ("Bo Assessor: bring the judgements together", False)
    stage.reconcile(submitted, outcome="refer", weak=("1a",))
    assert words() == ("You: say by when the portfolio comes back", True)
    actions.set_resubmission_date(
        submission=submitted, by=stage.coordinator, until=clock.today() + dt.timedelta(days=30)
    )
    assert words() == ("Ada Candidate: revise and submit again", False)


def test_the_assessors_list_costs_the_same_for_one_and_for_three(
    stage, assessing, client_of, django_assert_num_queries
):
    client = client_of(stage.lead)
    client.get(url("assess"))
    with django_assert_num_queries(7):
        text(client.get(url("assess")))
    for each in more_submissions(stage, 2, state=State.ASSESSING):
        Assignment.objects.create(submission=each, assessor=stage.lead, role="lead", state="accepted")
    with django_assert_num_queries(7):
        text(client.get(url("assess")))


def test_the_pages_behind_the_bar_are_for_those_who_have_the_role(stage, client_of, eve):
    client = client_of(eve)
    assert client.get(url("assess")).status_code == 403
    assert client.get(url("manage")).status_code == 403
    bar = text(client.get(url("mine")))
    assert url("manage") not in bar
    assert url("assess") not in bar
    assert url("manage") in text(client_of(stage.coordinator).get(url("mine")))
    assert url("assess") in text(client_of(stage.lead).get(url("mine")))


# Panels ---------------------------------------------------------------------------------------------------------------


def test_beside_a_portfolio_stands_what_comes_next(stage, client_of, eve):
    address = stage.portfolio.get_absolute_url()
    client = client_of(stage.candidate)
    assert url("submit", registration_id=stage.registration.pk) in text(client.get(address))
    submission = stage.submit()
    page = text(client.get(address))
    assert "We have your portfolio" in page
    assert submission.get_absolute_url() in page


def test_home_says_what_waits(stage, submitted, client_of):
    assert "1 thing waits for you as coordinator" in text(client_of(stage.coordinator).get("/"))
    actions.accept(submission=submitted, by=stage.coordinator)
    actions.allot(submission=submitted, assessor=stage.lead, role="lead", by=stage.coordinator)
    assert "Can you judge a portfolio for CMALT?" in text(client_of(stage.lead).get("/"))
    assert "Assessors are being found" in text(client_of(stage.candidate).get("/"))


# Small pages ----------------------------------------------------------------------------------------------------------


def test_more_time_by_pages(stage, client_of, eve):
    until = stage.registration.valid_until + dt.timedelta(days=100)
    candidate, coordinator = client_of(stage.candidate), client_of(stage.coordinator)
    address = url("ask_extension", registration_id=stage.registration.pk)
    assert candidate.post(address, {"until": "", "reason": ""}).status_code == 400
    candidate.post(address, {"until": until.isoformat(), "reason": "Parental leave."})
    extension = Extension.objects.get()
    answer = url("answer_extension", extension_id=extension.pk)
    assert client_of(eve).get(answer).status_code == 404
    assert candidate.get(answer).status_code == 403
    assert "Parental leave." in text(coordinator.get(answer))
    assert coordinator.post(answer, {"answer": "refuse", "words": ""}).status_code == 400
    coordinator.post(answer, {"answer": "grant", "until": until.isoformat()})
    stage.registration.refresh_from_db()
    assert stage.registration.valid_until == until
    assert coordinator.get(answer).status_code == 403
    assert "Granted" in text(candidate.get(stage.registration.get_absolute_url()))


def test_stepping_back_by_the_page(stage, assessing, client_of):
    assignment = stage.assignment(assessing, stage.second)
    client = client_of(stage.second)
    address = url("release", assignment_id=assignment.pk)
    assert "Step back from this?" in text(client.get(address))
    assert client_of(stage.lead).get(address).status_code == 403
    client.post(address, {"reason": "Ill."})
    assignment.refresh_from_db()
    assert assignment.state == Assignment.State.RELEASED
    assert client.get(assessing.get_absolute_url()).url == url("assess")


def test_script_in_what_is_typed_is_inert(stage, assessing, client_of):
    evil = "<script>alert(1)</script>"
    assignment = stage.assignment(assessing, stage.lead)
    actions.save_judgement(
        assignment=assignment,
        by=stage.lead,
        overall=evil,
        marks={area.key: ("adequate", evil) for area in stage.areas(assessing)},
    )
    actions.seal_judgement(assignment=assignment, by=stage.lead)
    stage.judge(assessing, stage.second)
    for person in (stage.lead, stage.second, stage.coordinator):
        assert evil not in text(client_of(person).get(url("reconciliation", submission_id=assessing.pk)))

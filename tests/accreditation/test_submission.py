import datetime as dt
import hashlib
import json
import threading

import pytest
from django.db import connection, connections

from collegium.accreditation import actions, queries
from collegium.accreditation.models import Screening, Submission
from collegium.activity.models import Activity, Concern
from collegium.evidence import actions as evidence_actions
from collegium.foundation import clock, files
from collegium.foundation.refusal import Refusal
from collegium.portfolios import actions as portfolios
from tests.accreditation.factories import make_written_portfolio, set_rule
from tests.factories import make_circle

State = Submission.State


@pytest.mark.django_db
def test_the_hash_is_over_canonical_json_and_can_be_checked_by_anybody(stage):
    submission = stage.submit()
    submission.refresh_from_db()
    plain = json.dumps(submission.content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert submission.sha256 == hashlib.sha256(plain.encode()).hexdigest()


@pytest.mark.django_db
def test_a_snapshot_stays_when_the_portfolio_and_its_evidence_change(stage):
    evidence = evidence_actions.capture(by=stage.candidate, title="Plan", body="<p>Before</p>")
    evidence.blob = files.store_bytes(b"%PDF-1.4 a plan", name="plan.pdf")
    evidence.file_name = "plan.pdf"
    evidence.save()
    portfolios.place(section=stage.section("1a"), evidence=evidence, by=stage.candidate)
    submission = stage.submit()
    before = submission.content
    kept = submission.files.get()
    assert (kept.name, kept.blob_id, kept.evidence_id) == ("plan.pdf", evidence.blob_id, evidence.pk)

    actions.withdraw(submission=submission, by=stage.candidate)
    evidence_actions.edit(evidence=evidence, by=stage.candidate, title="Other")
    evidence_actions.remove(evidence=evidence, by=stage.candidate)
    portfolios.write(
        section=stage.section("1a"),
        component="description",
        html="<p>New</p>",
        on_revision=0,
        by=stage.candidate,
    )
    submission.refresh_from_db()
    assert submission.content == before
    assert submission.sha256 == actions.hash_of(submission.content)
    files.collect_garbage(grace=dt.timedelta(0))
    assert submission.files.get().blob.read() == b"%PDF-1.4 a plan"


@pytest.mark.django_db
def test_submitting_twice_is_one_submission(stage):
    first = stage.submit()
    assert stage.submit() == first
    assert Submission.objects.count() == 1
    assert Screening.objects.count() == 1
    assert Activity.objects.filter(verb="submission.received").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_the_same_moment_are_one_submission(stage):
    barrier = threading.Barrier(2)
    given, faults = [], []

    def tab():
        try:
            barrier.wait(10)
            given.append(stage.submit().pk)
        except Exception as fault:  # noqa: BLE001 -- a thread's fault would be silent
            faults.append(fault)
        finally:
            connections.close_all()

    tabs = [threading.Thread(target=tab) for _ in range(2)]
    for each in tabs:
        each.start()
    for each in tabs:
        each.join(30)
    assert faults == []
    assert len(set(given)) == 1
    assert Submission.objects.count() == 1


@pytest.mark.django_db
def test_the_portfolio_is_locked_and_given_back_when_withdrawn(stage):
    submission = stage.submit()
    assert stage.portfolio_now.open_codes == []
    actions.withdraw(submission=submission, by=stage.candidate)
    assert stage.portfolio_now.open_codes is None
    again = stage.submit()
    assert (again.attempt, again.kind, again.previous) == (1, Submission.Kind.FIRST, submission)


@pytest.mark.django_db
def test_the_receipt_goes_to_the_candidate_and_the_news_to_the_coordinator(stage):
    submission = stage.submit()
    told = set(
        Concern.objects.filter(activity__about_id=submission.pk).values_list("person__name", "activity__verb")
    )
    assert (stage.candidate.name, "submission.receipt") in told
    assert (stage.coordinator.name, "submission.received") in told
    receipt = Activity.objects.get(verb="submission.receipt")
    assert receipt.data["receipt"] == f"{submission.pk}-{submission.sha256[:12]}"


@pytest.mark.django_db
def test_the_receipt_comes_by_e_mail(stage, django_capture_on_commit_callbacks, mailoutbox):
    with django_capture_on_commit_callbacks(execute=True):
        submission = stage.submit()
    letter = next(each for each in mailoutbox if each.to == ["ada@example.org"])
    assert actions.receipt(submission) in letter.subject + letter.body


@pytest.mark.django_db
def test_the_due_day_is_the_schemes(stage):
    with clock.moved_to(dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)):
        submission = stage.submit()
        assert submission.due_on == dt.date(2026, 6, 10)
        assert queries.candidate_words(submission) == (
            "We have your portfolio. The coordinator looks first whether everything is there; expected by 10 June 2026."
        )


@pytest.mark.django_db
def test_not_without_a_declaration(stage):
    stage.portfolio.declaration.delete()
    with pytest.raises(Refusal, match="Sign the declaration first"):
        stage.submit()


@pytest.mark.django_db
def test_not_after_the_registration_has_run_out(stage):
    with (
        clock.moved_to(clock.now() + dt.timedelta(days=800)),
        pytest.raises(Refusal, match="Ask for more time"),
    ):
        stage.submit()


@pytest.mark.django_db
def test_not_another_ones_portfolio_nor_on_another_pathway(stage, eve):
    others = make_written_portfolio(eve, stage.pathway)
    with pytest.raises(Refusal, match="not on the pathway that you are registered for"):
        actions.submit(registration=stage.registration, portfolio=others, by=stage.candidate)


@pytest.mark.django_db
def test_a_group_portfolio_is_not_submitted_by_one_for_all(stage, bo):
    together = portfolios.begin_for_group(
        by=stage.candidate, pathway=stage.pathway, group=make_circle(stage.candidate, bo)
    )
    with pytest.raises(Refusal, match="not submitted by one for all"):
        actions.submit(registration=stage.registration, portfolio=together, by=stage.candidate)
    assert queries.portfolio_for(stage.registration) == stage.portfolio


@pytest.mark.django_db
def test_outside_a_window_nothing_is_taken_in(stage):
    set_rule(stage, "submission", {"windows": [{"opens": "01-15", "closes": "01-31"}]})
    with (
        clock.moved_to(dt.datetime(2027, 2, 1, tzinfo=dt.UTC)),
        pytest.raises(Refusal, match="at certain times only: 01-15 – 01-31"),
    ):
        stage.submit()
    with clock.moved_to(dt.datetime(2027, 1, 20, tzinfo=dt.UTC)):
        stage.submit()


@pytest.mark.django_db
def test_the_database_itself_knows_one_undecided_submission(stage):
    from django.db import IntegrityError, transaction

    first = stage.submit()
    with pytest.raises(IntegrityError), transaction.atomic():
        Submission.objects.create(registration=first.registration, content={}, sha256="0" * 64)


@pytest.mark.django_db
def test_a_decided_submission_has_a_day(stage):
    from django.db import IntegrityError, transaction

    submission = stage.submit()
    submission.state = State.PASSED
    with pytest.raises(IntegrityError), transaction.atomic():
        submission.save()


# Screening ------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_machine_follows_the_links(stage, django_capture_on_commit_callbacks):
    evidence = evidence_actions.capture(
        by=stage.candidate, title="The module site", url="http://127.0.0.1:9/module", kind="link"
    )
    portfolios.place(section=stage.section("1a"), evidence=evidence, by=stage.candidate)
    with django_capture_on_commit_callbacks(execute=True):
        submission = stage.submit()
    screening = Screening.objects.get(submission=submission)
    assert screening.checked_at is not None
    link = next(each for each in screening.findings if each["code"] == "link")
    assert link["holds"] is False
    assert link["where"] == "1a"
    assert "“The module site” does not answer" in link["sentence"]
    assert sum("The module site" in each["sentence"] for each in screening.findings) == 1


@pytest.mark.django_db
def test_the_machine_says_once_what_it_found(stage):
    submission = stage.submit()
    for _ in range(2):
        actions.note_check(
            submission=submission, findings=[{"code": "link", "sentence": "x", "where": "", "holds": True}]
        )
    findings = Screening.objects.get(submission=submission).findings
    assert [each["code"] for each in findings].count("link") == 1


@pytest.mark.django_db
def test_what_is_not_ready_is_seen_by_the_coordinator(stage):
    portfolios.write(
        section=stage.section("1a"), component="reflection", html="", on_revision=0, by=stage.candidate
    )
    submission = stage.submit()
    open_findings = [each for each in submission.screening.findings if not each["holds"]]
    assert any(each["where"] == "1a" and "eflection" in each["sentence"] for each in open_findings)


@pytest.mark.django_db
def test_returned_with_reasons_it_is_open_again_and_no_attempt_is_used(stage, submitted):
    with pytest.raises(Refusal, match="Say what is missing"):
        actions.send_back(submission=submitted, by=stage.coordinator, reasons=" ")
    actions.send_back(submission=submitted, by=stage.coordinator, reasons="The link asks for a password.")
    submitted.refresh_from_db()
    assert submitted.state == State.RETURNED
    assert stage.portfolio_now.open_codes is None
    assert stage.submit().attempt == 1
    with pytest.raises(Refusal, match="screened this already"):
        actions.accept(submission=submitted, by=stage.coordinator)


@pytest.mark.django_db
def test_a_returned_resubmission_opens_only_what_was_referred(stage, assessing):
    for person in (stage.lead, stage.second):
        stage.judge(assessing, person, weak=("3a",))
    stage.reconcile(assessing, outcome="refer", weak=("3a",))
    again = stage.submit()
    actions.send_back(submission=again, by=stage.coordinator, reasons="A file is missing.")
    assert stage.portfolio_now.open_codes == ["3a"]
    third = stage.submit()
    assert (third.attempt, third.previous) == (2, again)
    assert [area.key for area in stage.areas(third)] == ["3a"]


@pytest.mark.django_db
def test_after_a_power_cut_the_screening_goes_on(stage):
    """The submission is committed and nobody handed it over: the sweep of the log does."""
    from collegium.activity import outbox

    with connection.cursor():
        submission = (
            stage.submit()
        )  # on_commit never runs inside the test's transaction: as if the power went
    assert Screening.objects.get(submission=submission).checked_at is None
    for activity in Activity.objects.filter(handed_over_at__isnull=True):
        outbox.hand_over(activity.pk)
    from collegium.accreditation import tasks

    tasks.screen_by_machine(submission.pk)
    assert Screening.objects.get(submission=submission).checked_at is not None

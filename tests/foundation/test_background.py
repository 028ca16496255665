import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.db.models import F

from collegium.foundation import background, clock
from collegium.foundation.models import Beat, Job

LONG_AGO = datetime(2015, 5, 4, tzinfo=UTC)


@pytest.fixture
def done():
    return []


@pytest.fixture
def note(done, monkeypatch):
    monkeypatch.setattr(background, "TASKS", {})
    monkeypatch.setattr(background, "PERIODIC", {})

    @background.task(retries=2)
    def note(*words, **more):
        done.append((words, more, clock.moved()))

    return note


@pytest.fixture
def queued(settings, monkeypatch):
    """The queue in use, with nobody listening; the list of jobs for which a worker was woken."""
    settings.BACKGROUND = "queue"
    woken = []
    monkeypatch.setattr(background, "_wake", woken.append)
    return woken


# In the same thread, as in tests and small installations --------------------------------------------------------------


def test_called_directly_it_is_an_ordinary_function(note, done):
    note(1, two=2)
    assert done == [((1,), {"two": 2}, None)]


@pytest.mark.django_db
def test_immediate_work_waits_for_the_commit(note, done, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        note.later("x", n=1)
        assert done == []
    assert done == [(("x",), {"n": 1}, None)]


@pytest.mark.django_db
def test_work_of_a_transaction_that_is_rolled_back_is_not_done(
    note, done, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        note.later("x")
        transaction.set_rollback(True)
    assert done == []


@pytest.mark.django_db
def test_work_sees_the_clock_of_whoever_wanted_it(note, done, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), clock.moved_to(LONG_AGO):
        note.later("x")
        clock.advance(timedelta(days=1))
    assert done == [(("x",), {}, LONG_AGO)]


def test_arguments_are_plain_values(note):
    with pytest.raises(TypeError, match="not JSON serializable"):
        note.later(object())


# In the queue ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_queued_work_is_written_down_in_the_transaction_that_wants_it(
    note, done, queued, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True), clock.moved_to(LONG_AGO):
        note.later("x")
        job = Job.objects.get()
        assert queued == []
    assert queued == [job.pk]
    assert (job.task, job.arguments, job.clock_moved_to) == (note.name, [["x"], {}], LONG_AGO)
    assert background.work_off() == 1
    assert done == [(("x",), {}, LONG_AGO)]
    assert not Job.objects.exists()


@pytest.mark.django_db
def test_work_rolled_back_is_not_owed(note, queued):
    with transaction.atomic():
        note.later("x")
        transaction.set_rollback(True)
    assert not Job.objects.exists()
    assert queued == []


@pytest.mark.django_db
def test_a_job_is_done_by_one_worker(note, done, queued):
    note.later("x")
    job = Job.objects.get()
    Job.objects.update(claimed_until=clock.wall() + background.LEASE)
    assert background._do(job.pk) is False
    assert background.work_off() == 0
    assert done == []


@pytest.mark.django_db
def test_a_job_whose_worker_died_is_done_again(note, done, queued):
    note.later("x")
    Job.objects.update(claimed_until=clock.wall() - timedelta(seconds=1), attempts=1)
    assert background.work_off() == 1
    assert len(done) == 1


@pytest.mark.django_db
def test_a_job_that_nobody_took_up_is_put_into_the_queue_again(note, queued):
    note.later("x")
    job = Job.objects.get()
    assert background.queue_what_is_due() == 0  # it has just been queued
    Job.objects.update(queued_at=F("queued_at") - timedelta(minutes=2))
    assert background.queue_what_is_due() == 1
    assert queued == [job.pk]
    assert background.queue_what_is_due() == 0


@pytest.mark.django_db
def test_failures_are_tried_again_with_growing_pauses_and_then_kept_to_be_seen(queued, monkeypatch):
    monkeypatch.setattr(background, "TASKS", {})
    attempts = []

    @background.task(retries=2)
    def fail():
        attempts.append(1)
        raise ValueError("no luck")

    fail.later()
    pauses = []
    for _ in range(4):
        before = clock.wall()
        background.work_off()
        job = Job.objects.get()
        pauses.append(round((job.due_at - before).total_seconds()))
        Job.objects.update(due_at=clock.wall() - timedelta(seconds=1))
    assert len(attempts) == 3
    assert pauses[:2] == [10, 40]
    assert job.failed_at is not None
    assert job.error == "ValueError: no luck"
    assert background.queue_what_is_due() == 0


@pytest.mark.django_db
def test_a_failure_that_passes_is_no_failure(queued, monkeypatch):
    monkeypatch.setattr(background, "TASKS", {})
    attempts = []

    @background.task()
    def once_bad():
        attempts.append(1)
        if len(attempts) == 1:
            raise ValueError

    once_bad.later()
    background.work_off()
    Job.objects.update(due_at=clock.wall())
    background.work_off()
    assert len(attempts) == 2
    assert not Job.objects.exists()


@pytest.mark.django_db
def test_a_job_of_a_task_that_is_gone_stays_to_be_seen(queued, monkeypatch):
    monkeypatch.setattr(background, "TASKS", {})
    Job.objects.create(task="no.such.task", arguments=[[], {}], attempts=4)
    background.work_off()
    job = Job.objects.get()
    assert job.failed_at is not None
    assert job.error.startswith("KeyError")


@pytest.mark.django_db
def test_a_queue_that_is_down_loses_nothing(note, settings, monkeypatch, django_capture_on_commit_callbacks):
    settings.BACKGROUND = "queue"
    monkeypatch.setattr(background, "_queue", lambda: (_ for _ in ()).throw(ConnectionError("no Redis")))
    with django_capture_on_commit_callbacks(execute=True):
        note.later("x")
    assert background.work_off() == 1


# The consumer ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_periodic_work_is_started_once_each_period_by_however_many_consumers(queued, monkeypatch):
    monkeypatch.setattr(background, "TASKS", {})
    monkeypatch.setattr(background, "PERIODIC", {})
    done = []

    @background.periodic(minutes=60)
    def tidy():
        done.append(1)

    for _consumer in range(3):
        background.beat()
    assert background.work_off() == 1
    Beat.objects.filter(name=tidy.name).update(at=clock.wall() - timedelta(minutes=59))
    background.beat()
    assert background.work_off() == 0
    Beat.objects.filter(name=tidy.name).update(at=clock.wall() - timedelta(minutes=61))
    background.beat()
    assert background.work_off() == 1
    assert len(done) == 2


@pytest.mark.django_db
def test_the_heart_beats_and_keeps_the_claims_on_work_in_hand(note, queued, monkeypatch):
    assert background.last_heartbeat() is None
    note.later("long work")
    note.later("of somebody else")
    mine, theirs = Job.objects.order_by("pk")
    Job.objects.update(claimed_until=LONG_AGO)
    monkeypatch.setattr(background, "_in_hand", {mine.pk})
    background.beat()
    assert clock.wall() - background.last_heartbeat() < timedelta(seconds=5)
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert mine.claimed_until > clock.wall()
    assert theirs.claimed_until == LONG_AGO


def test_work_survives_a_cut_after_the_commit_and_another_in_the_middle_of_it(tmp_path):
    """Three processes: one dies owing work, one dies doing it, the third does it."""

    def run(part: str) -> subprocess.CompletedProcess[str]:
        script = Path(__file__).with_name("consumer_process.py")
        return subprocess.run(
            [sys.executable, "-W", "ignore", str(script), str(tmp_path), part],
            capture_output=True, text=True, timeout=60, check=False, cwd=Path(__file__).parents[2],
            env={"PYTHONPATH": str(Path(__file__).parents[2])},
        )  # fmt: skip

    assert run("owe").returncode == 9
    assert not (tmp_path / "done").exists()
    assert run("slow").returncode == 9
    last = run("work")
    assert last.returncode == 0, last.stderr
    assert (tmp_path / "done").read_text().splitlines() == [f"hello {clock.now():%Y}"] * 2
    assert last.stdout == "0 owed, heart beat True\n"

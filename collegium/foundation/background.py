"""Background work: written down in the same transaction that wants it, done after commit, at least once.

``@task()`` makes a function a task. ``send_receipt.later(submission_id=7)`` owes the work; ``send_receipt(…)`` does it
here and now. Arguments are plain JSON values (ids, not rows). A task may run twice: make it idempotent.

huey carries the wake-up calls to the workers (SQLite file, or Redis when REDIS_URL is set). What is owed stands in the
``Job`` table, so that work survives a crash between commit and queue, a lost queue, and a worker killed half-way.
"""

import functools
import json
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Generic, ParamSpec

from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import DatabaseError, connections, transaction
from django.db.models import F, Q
from huey import Huey, RedisHuey, SqliteHuey
from huey.consumer import Consumer

from collegium.foundation import clock
from collegium.foundation.models import Beat, Job, last_beat

log = logging.getLogger(__name__)

P = ParamSpec("P")

LEASE = timedelta(
    seconds=60
)  # a worker that has not said for so long that it is still at it is taken for dead
QUEUE_PATIENCE = timedelta(seconds=60)  # a job that no worker took up for so long is put into the queue again
FIRST_PAUSE = timedelta(seconds=10)  # before the first retry; four times as long before each further one
LONGEST_PAUSE = timedelta(hours=1)
HEARTBEAT_EVERY = 10.0  # seconds
LOOK_EVERY = 1.0  # seconds between looks for work that is due
HEARTBEAT = "heartbeat"
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(eq=False)  # not frozen: it takes the name and docstring of its function
class Task(Generic[P]):
    """A function that can be run later."""

    name: str
    function: Callable[P, None]
    retries: int

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Do it here and now."""
        self.function(*args, **kwargs)

    def later(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Do it once the present transaction is committed, and never if it is rolled back."""
        arguments = json.loads(json.dumps([list(args), kwargs]))  # what a worker would get, also in tests
        if settings.BACKGROUND == "immediate":
            moment = clock.moved()
            transaction.on_commit(lambda: _run(self.name, arguments, moment))
            return
        job = Job.objects.create(
            task=self.name, arguments=arguments, clock_moved_to=clock.moved(), queued_at=clock.wall()
        )
        transaction.on_commit(functools.partial(_wake, job.pk))


@dataclass(frozen=True)
class _Periodic:
    task: Task[[]]
    every: timedelta


TASKS: dict[str, Task[Any]] = {}
PERIODIC: dict[str, _Periodic] = {}


def task(*, retries: int = 4) -> Callable[[Callable[P, None]], Task[P]]:
    """Make the function a task; after an exception it is tried again ``retries`` times with growing pauses."""

    def decorate(function: Callable[P, None]) -> Task[P]:
        made = Task(name=f"{function.__module__}.{function.__qualname__}", function=function, retries=retries)
        functools.update_wrapper(made, function, updated=())
        TASKS[made.name] = made
        return made

    return decorate


def periodic(*, minutes: int, retries: int = 0) -> Callable[[Callable[[], None]], Task[[]]]:
    """Make the function a task that a consumer starts every so many minutes, however many consumers there are.

    If none was running when it was due, it is started as soon as one is.
    """

    def decorate(function: Callable[[], None]) -> Task[[]]:
        made = task(retries=retries)(function)
        PERIODIC[made.name] = _Periodic(made, timedelta(minutes=minutes))
        return made

    return decorate


def last_heartbeat() -> datetime | None:
    """When a consumer last said that it lives."""
    return last_beat(HEARTBEAT)


# The queue ------------------------------------------------------------------------------------------------------------


@functools.cache
def _queue() -> Huey:
    options: dict[str, Any] = {"name": "collegium", "results": False}
    redis = getattr(settings, "REDIS_URL", "")
    if redis:
        queue = RedisHuey(url=redis, **options)
    else:
        path = Path(settings.DATA_DIRECTORY) / "background.sqlite3"
        path.parent.mkdir(parents=True, exist_ok=True)
        queue = SqliteHuey(filename=str(path), **options)
    queue.do_job = queue.task(name="do_job")(do_job)
    return queue


def _wake(job_id: int) -> None:
    try:
        _queue().do_job(job_id)
    except Exception:  # the work is written down: a consumer finds it without being woken
        log.exception("Job %s could not be put into the queue; it will be found later.", job_id)


# Doing the work -------------------------------------------------------------------------------------------------------

_in_hand: set[int] = set()  # jobs that this process is doing now, whose claims it renews


def _run(name: str, arguments: list[Any], moment: datetime | None) -> None:
    function = TASKS[name].function
    args, kwargs = arguments
    if moment is None:
        function(*args, **kwargs)
    else:
        with clock.moved_to(moment):
            function(*args, **kwargs)


def do_job(job_id: int) -> None:
    """Do one job in a worker's thread, and leave no connection open behind it."""
    request_started.send(
        sender=do_job
    )  # as at a request's start: resets query logs, drops broken connections
    try:
        _do(job_id)
    except DatabaseError:
        log.exception("Job %s could not be taken up or put away; it stays owed.", job_id)
    finally:
        request_finished.send(sender=do_job)
        connections.close_all()


def work_off() -> int:
    """Do here and now all jobs that are due; returns how many were taken up. For tests and for the command line."""
    done = 0
    while job_ids := list(_owed(clock.wall()).order_by("due_at", "pk").values_list("pk", flat=True)):
        done += sum(_do(job_id) for job_id in job_ids)
    return done


def _owed(moment: datetime) -> Any:
    unclaimed = Q(claimed_until=None) | Q(claimed_until__lt=moment)
    return Job.objects.filter(unclaimed, failed_at=None, due_at__lte=moment)


def _do(job_id: int) -> bool:
    """Claim the job and do it; False if somebody else has it, or it is done."""
    moment = clock.wall()
    claimed = _owed(moment).filter(pk=job_id).update(claimed_until=moment + LEASE, attempts=F("attempts") + 1)
    if not claimed:
        return False
    job = Job.objects.get(pk=job_id)
    _in_hand.add(job_id)
    try:
        _run(job.task, job.arguments, job.clock_moved_to)
    except Exception as fault:
        log.exception("Background work failed: %s, attempt %s", job, job.attempts)
        _put_off(job, fault)
    else:
        job.delete()
    finally:
        _in_hand.discard(job_id)
    return True


def _put_off(job: Job, fault: Exception) -> None:
    """Plan the next attempt, or give up and keep the job with its error for the administrator to see."""
    job.error = f"{type(fault).__name__}: {fault}"[:2000]
    job.claimed_until = job.queued_at = None
    known = TASKS.get(job.task)
    if job.attempts > (known.retries if known else 4):
        job.failed_at = clock.wall()
    else:
        job.due_at = clock.wall() + min(FIRST_PAUSE * 4 ** (job.attempts - 1), LONGEST_PAUSE)
    job.save()


# The consumer ---------------------------------------------------------------------------------------------------------


class _QuietConsumer(Consumer):  # type: ignore[misc]  # huey is untyped
    """huey's worker threads without its signal handlers: the supervisor's are the only ones."""

    def _set_signal_handlers(self) -> None:
        pass


def run_consumer(stop: threading.Event, *, workers: int = 2) -> None:
    """Do background work until ``stop`` is set; returns when the work in hand is done.

    Runs equally in a process of its own and in a thread beside the web server.
    """
    consumer = _QuietConsumer(_queue(), workers=workers, periodic=False, max_delay=0.5, scheduler_interval=60)
    consumer.start()
    try:
        _watch(stop)
    finally:
        consumer.stop(graceful=True)
        connections.close_all()


def _watch(stop: threading.Event) -> None:
    since_heartbeat = HEARTBEAT_EVERY
    while True:
        try:
            if since_heartbeat >= HEARTBEAT_EVERY:
                since_heartbeat = 0.0
                beat()
            queue_what_is_due()
        except DatabaseError:
            log.exception("The database did not answer; background work waits.")
            connections.close_all()
        if stop.wait(LOOK_EVERY):
            return
        since_heartbeat += LOOK_EVERY


def beat() -> None:
    """Say that this consumer lives, keep its claims on the jobs in hand, and start periodic tasks that are due."""
    moment = clock.wall()
    Beat.objects.update_or_create(name=HEARTBEAT, defaults={"at": moment})
    if _in_hand:
        Job.objects.filter(pk__in=list(_in_hand)).update(claimed_until=moment + LEASE)
    for name, periodic_task in PERIODIC.items():
        with transaction.atomic():
            Beat.objects.get_or_create(name=name, defaults={"at": LONG_AGO})
            if Beat.objects.filter(name=name, at__lte=moment - periodic_task.every).update(at=moment):
                periodic_task.task.later()


def queue_what_is_due() -> int:
    """Wake the workers for jobs that are due and that nobody was woken for, or whose worker died."""
    moment = clock.wall()
    forgotten = Q(queued_at=None) | Q(queued_at__lt=moment - QUEUE_PATIENCE)
    job_ids = list(
        _owed(moment).filter(forgotten).order_by("due_at", "pk").values_list("pk", flat=True)[:500]
    )
    if job_ids:
        Job.objects.filter(pk__in=job_ids).update(queued_at=moment)
    for job_id in job_ids:
        _wake(job_id)
    return len(job_ids)

"""Run in a process of its own by ``bench`` after the load: tells a crowd of the last posts and sends letters, as a worker does."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import django

POSTS = 5
LETTERS = 500  # at most: a sample of those that are owed


def main(thread_id: int) -> None:
    with mail_server() as box:
        django.setup()
        print(json.dumps({**told(thread_id), **sent(box)}))


@contextlib.contextmanager
def mail_server() -> Iterator["subprocess.Popen[str]"]:
    """One on loopback, in a process of its own; it says how many letters it took when its input ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "bench.mailbox", str(port)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603  # ourselves
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdout.readline()
    os.environ["EMAIL_URL"] = f"smtp://127.0.0.1:{port}"
    try:
        yield process
    finally:
        process.stdin.close()
        process.wait(30)


def told(thread_id: int) -> dict[str, str]:
    from collegium.activity.models import Activity  # models, which are there only after setup
    from collegium.activity.outbox import hand_over
    from collegium.conversations.models import Post
    from collegium.foundation import background
    from collegium.foundation.models import Job
    from collegium.notifications.letters import tell_crowd
    from collegium.notifications.models import Notification

    posts = [
        str(key)
        for key in Post.objects.filter(thread=thread_id).order_by("-pk").values_list("pk", flat=True)[:POSTS]
    ]
    Job.objects.all().delete()  # of the other posts: they would be told first
    before = Notification.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    for activity_id in Activity.objects.filter(
        verb="post.made", about_kind="conversations.post", about_id__in=posts
    ).values_list("pk", flat=True):
        hand_over.later(activity_id)
    begun = time.perf_counter()
    for name in (hand_over.name, tell_crowd.name):
        for job_id in Job.objects.filter(task=name).values_list("pk", flat=True):
            background.do_job(job_id)
    seconds = time.perf_counter() - begun
    number = Notification.objects.filter(pk__gt=before).count()
    return {"told": str(number), "told_per_second": str(number / seconds)}


def sent(box: "subprocess.Popen[str]") -> dict[str, str]:
    """Of the letters that came of it; counted by the mail server, which knows one that comes twice."""
    from django.urls import get_resolver

    from collegium.foundation import background
    from collegium.foundation.models import Job
    from collegium.notifications.letters import send_many
    from collegium.notifications.models import Notification

    assert box.stdin is not None
    assert box.stdout is not None
    _ = get_resolver().url_patterns  # a worker has read them long ago
    noted = Notification.objects.filter(letter_sent_at__isnull=False)
    before = noted.count()
    begun = time.perf_counter()
    for job_id in Job.objects.filter(task=send_many.name).order_by("pk").values_list("pk", flat=True):
        if noted.count() - before >= LETTERS:
            break
        background.do_job(job_id)
    seconds = time.perf_counter() - begun
    box.stdin.close()
    taken, different = (int(number) for number in box.stdout.read().split())
    assert taken == different == noted.count() - before, "a letter went twice, or was lost"
    return {"letters": str(taken), "letters_per_second": str(taken / seconds)}


main(int(sys.argv[1]))

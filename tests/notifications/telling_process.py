"""A process of its own for the tests of crashes: ``python telling_process.py FOLDER begin|die-telling|die-sending|work``.

``begin`` makes a forum with followers and posts in it; the two that die are killed in the middle of it, as by a power cut;
``work`` does what is owed. A letter that was sent is a line in ``sent``.
"""

import os
import signal
import sys
from pathlib import Path

FOLDER, PART = Path(sys.argv[1]), sys.argv[2]
os.environ.update(
    COLLEGIUM_MODE="rehearsal",
    COLLEGIUM_DATA=str(FOLDER),
    COLLEGIUM_LOG_LEVEL="CRITICAL",
    DATABASE_URL="",
    REDIS_URL="",
    DJANGO_SETTINGS_MODULE="collegium.config.settings",
)

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.core.mail.backends.base import BaseEmailBackend  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from collegium.conversations.models import Following, Level  # noqa: E402
from collegium.foundation import background  # noqa: E402
from collegium.foundation.fulltext import make_missing  # noqa: E402
from collegium.foundation.models import Job  # noqa: E402
from collegium.notifications import actions, crowds, letters  # noqa: E402
from collegium.notifications.models import Notification, Telling  # noqa: E402
from collegium.people.models import CircleMember  # noqa: E402
from tests.conversations.factories import make_forum, make_thread  # noqa: E402
from tests.factories import make_person  # noqa: E402

settings.BACKGROUND = "queue"
settings.EMAIL_BACKEND = "__main__.Lines"
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
background._wake = lambda _job_id: None
crowds.A_BATCH = 10
FOLLOWERS = 35


def power_cut() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Lines(BaseEmailBackend):
    """A mail server: takes a letter, or sees the power go before it has."""

    def send_messages(self, messages):
        for message in messages:
            sent = FOLDER / "sent"
            if PART == "die-sending" and sent.exists() and len(sent.read_text().splitlines()) == 12:
                power_cut()
            with (FOLDER / "sent").open("a") as file:
                file.write(f"{message.to[0]}\n")
        return len(messages)


def begin() -> None:
    call_command("migrate", run_syncdb=True, verbosity=0)
    make_missing()
    writer = make_person(email="writer@example.org")
    followers = [make_person() for _each in range(FOLLOWERS)]
    forum = make_forum(writer)
    CircleMember.objects.bulk_create(CircleMember(circle=forum.members, person=each) for each in followers)
    Following.objects.bulk_create(
        Following(person=each, forum=forum, level=Level.EVERYTHING) for each in followers
    )
    make_thread(forum, writer)


def free_what_the_dead_held() -> None:
    """As time would: their claims run out."""
    Job.objects.update(claimed_until=None)
    Notification.objects.filter(letter_sent_at__isnull=True).update(letter_claimed_until=None)


if PART == "begin":
    begin()
else:
    free_what_the_dead_held()
    if PART == "die-telling":
        whole = actions.Notification.objects.bulk_create

        def dying(rows, **options):
            made = whole(rows, **options)
            if Telling.objects.get().told == 20:
                power_cut()  # the rows are written, and not committed
            return made

        actions.Notification.objects.bulk_create = dying
    background.work_off()
    letters.tell_who_was_left()
    background.work_off()
    connection.close()

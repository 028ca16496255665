"""A process of its own for the tests of crashes: ``python sending_process.py FOLDER begin|die-freezing|die-sending|work``.

``begin`` makes an issue that is due, and its readers; the two that die are killed in the middle, as by a power cut; ``work``
does what is owed. A letter that was sent is a line in ``sent``.
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

from collegium.foundation import background, clock  # noqa: E402
from collegium.foundation.fulltext import make_missing  # noqa: E402
from collegium.foundation.models import Job  # noqa: E402
from collegium.newsletters import actions, sending, tasks  # noqa: E402
from collegium.newsletters.models import Delivery, Subscription  # noqa: E402
from tests.factories import make_person  # noqa: E402
from tests.newsletters.factories import make_issue, make_newsletter  # noqa: E402

settings.BACKGROUND = "queue"
settings.EMAIL_BACKEND = "__main__.Lines"
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
background._wake = lambda _job_id: None
sending.A_CLAIM = 5
READERS = 35


def power_cut() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Lines(BaseEmailBackend):
    """A mail server: takes a letter, or sees the power go before it has."""

    def send_messages(self, messages):
        for message in messages:
            sent = FOLDER / "sent"
            if PART == "die-sending" and sent.exists() and len(sent.read_text().splitlines()) == 12:
                power_cut()
            with sent.open("a") as file:
                file.write(f"{message.to[0]}\n")
        return len(messages)


def begin() -> None:
    call_command("migrate", run_syncdb=True, verbosity=0)
    make_missing()
    editor = make_person(email="editor@example.org")
    newsletter = make_newsletter(None, editor)
    Subscription.objects.bulk_create(
        Subscription(
            newsletter=newsletter,
            email=f"reader{number}@example.org",
            state=Subscription.State.CONFIRMED,
            confirmed_at=clock.now(),
        )
        for number in range(READERS)
    )
    actions.send_now(issue=make_issue(newsletter, editor, words="Hello."), by=editor)


def free_what_the_dead_held() -> None:
    """As time would: their claims run out."""
    Job.objects.update(claimed_until=None)
    Delivery.objects.filter(state=Delivery.State.OWED).update(claimed_until=None)


if PART == "begin":
    begin()
else:
    free_what_the_dead_held()
    if PART == "die-freezing":
        whole = Delivery.objects.bulk_create

        def dying(rows, **options):
            whole(rows, **options)
            power_cut()  # the rows are written, and not committed

        Delivery.objects.bulk_create = dying
    background.work_off()
    tasks.send_due()
    tasks.send_what_was_left()
    background.work_off()
    connection.close()

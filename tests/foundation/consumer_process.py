"""A process of its own for the tests of background work: ``python consumer_process.py FOLDER owe|work|slow``.

``owe`` writes down one piece of work and dies between commit and queue; ``slow`` dies in the middle of doing it;
``work`` does what is owed, as a consumer does.
"""

import os
import sys
import threading
from datetime import timedelta
from pathlib import Path

import django
from django.conf import settings

FOLDER, PART = Path(sys.argv[1]), sys.argv[2]
settings.configure(
    SECRET_KEY="a secret for this process only",
    INSTALLED_APPS=["collegium.foundation"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": FOLDER / "db.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL;",
            },
        }
    },
    USE_TZ=True,
    BACKGROUND="queue",
    DATA_DIRECTORY=FOLDER,
    MEDIA_ROOT=FOLDER / "media",
)
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402

from collegium.foundation import background, clock  # noqa: E402
from collegium.foundation.models import Job  # noqa: E402

call_command("migrate", verbosity=0)
# A consumer's first heartbeat owes periodic work too (throwing unused files away). Whether that is done before "work" has
# done its own and stops is anybody's guess, and it rightly stays owed if not: here it would only blur what is counted.
background.PERIODIC.clear()
stop = threading.Event()


@background.task(retries=2)
def note(word: str) -> None:
    with (FOLDER / "done").open("a") as file:
        file.write(f"{word} {clock.now():%Y}\n")
    if PART == "slow":
        os._exit(9)  # as a power cut would
    stop.set()


if PART == "owe":
    background._wake = lambda _job_id: os._exit(9)
    with transaction.atomic():
        note.later("hello")
elif PART == "slow":
    background.LEASE = timedelta(seconds=1)
    background.QUEUE_PATIENCE = timedelta(0)
    background.run_consumer(stop)
else:
    background.QUEUE_PATIENCE = timedelta(0)
    threading.Timer(20, stop.set).start()
    background.run_consumer(stop)
    sys.stdout.write(f"{Job.objects.count()} owed, heart beat {background.last_heartbeat() is not None}\n")
    sys.stdout.flush()
    os._exit(0)

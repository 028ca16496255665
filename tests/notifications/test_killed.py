"""Workers that are killed, in earnest: nobody goes without a letter, and nobody has it twice."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path


def test_a_killed_worker_loses_nothing_and_sends_nothing_twice(tmp_path):
    root = Path(__file__).parents[2]

    def run(part: str) -> int:
        done = subprocess.run(
            [
                sys.executable,
                "-W",
                "ignore",
                str(Path(__file__).with_name("telling_process.py")),
                str(tmp_path),
                part,
            ],
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
            cwd=root,
            env={"PYTHONPATH": str(root), "PATH": os.environ["PATH"]},
        )
        assert done.returncode in {0, -signal.SIGKILL}, done.stderr
        return done.returncode

    def told() -> int:
        with sqlite3.connect(tmp_path / "collegium.sqlite3") as database:
            return database.execute("SELECT count(*) FROM notifications_notification").fetchone()[0]

    assert run("begin") == 0
    assert told() == 0
    assert run("die-telling") == -signal.SIGKILL
    assert told() == 20
    assert run("die-sending") == -signal.SIGKILL
    assert run("work") == 0
    sent = (tmp_path / "sent").read_text().splitlines()
    assert told() == 35
    assert len(sent) == len(set(sent)) == 35

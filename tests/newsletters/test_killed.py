"""Workers that are killed, in earnest: no reader goes without a letter, and none has it twice."""

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
                str(Path(__file__).with_name("sending_process.py")),
                str(tmp_path),
                part,
            ],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            cwd=root,
            env={"PYTHONPATH": str(root), "PATH": os.environ["PATH"]},
        )
        assert done.returncode in {0, -signal.SIGKILL}, done.stderr
        return done.returncode

    def read(question: str):
        with sqlite3.connect(tmp_path / "collegium.sqlite3") as database:
            return database.execute(question).fetchone()

    assert run("begin") == 0
    assert run("die-freezing") == -signal.SIGKILL
    assert read("SELECT count(*) FROM newsletters_delivery") == (0,)
    assert read("SELECT state, sha256 FROM newsletters_issue") == ("scheduled", "")
    assert run("die-sending") == -signal.SIGKILL
    assert read("SELECT state, letters FROM newsletters_issue") == ("sending", 35)
    assert run("work") == 0
    sent = (tmp_path / "sent").read_text().splitlines()
    assert len(sent) == len(set(sent)) == 35
    assert read("SELECT state FROM newsletters_issue") == ("sent",)
    assert read("SELECT count(*) FROM newsletters_delivery WHERE state = 'sent'") == (35,)
    assert run("work") == 0
    assert len((tmp_path / "sent").read_text().splitlines()) == 35

"""The command line as an operator meets it: real processes, a data folder of their own, a real server."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from collegium.config import cli
from collegium.home.blogs.serving import Blogs

ROOT = Path(__file__).parents[2]


@pytest.fixture
def environment(tmp_path):
    port = _free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COLLEGIUM_")}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    return {
        **kept,
        "DATABASE_URL": "",
        "COLLEGIUM_MODE": "production",
        "COLLEGIUM_DATA": str(tmp_path / "data"),
        "COLLEGIUM_SITE_URL": f"http://127.0.0.1:{port}",
        "PORT": str(port),
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(environment, *words, code=0):
    done = subprocess.run(
        [sys.executable, "-m", "collegium.config", *words],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,  # the first start makes a hundred tables on a machine that may be busy
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_help_names_each_command_without_starting_django(environment):
    told = run({**environment, "DATABASE_URL": "nonsense"}, "--help")
    for command in (
        "serve",
        "demo",
        "scheme",
        "rehearse",
        "verify",
        "createadmin",
        "register",
        "keys",
        "migrate",
    ):
        assert f"\n  {command} " in told
    assert "\n  consume " not in told


def test_a_site_administrator_is_made_once(environment):
    run(environment, "migrate")
    told = run(environment, "createadmin", "--email", "root@example.org", "--name", "Root")
    assert told.strip().endswith("Root is a site administrator, and signs in as root@example.org.")
    assert "Root is a site administrator" in run(
        environment, "createadmin", "--email", "root@example.org", "--name", "Somebody else"
    )


def test_a_scheme_is_loaded_listed_and_refused_with_its_line(environment, tmp_path):
    run(environment, "migrate")
    assert "is loaded" in run(environment, "scheme", "load", "schemes/cmalt.yaml")
    assert "* cmalt " in run(environment, "scheme", "list")
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("key: x\nversion: [\n")
    assert "wrong.yaml:3: " in run(environment, "scheme", "check", str(wrong), code=1)


def test_settings_that_make_no_sense_are_said(environment):
    assert "DATABASE_URL" in run({**environment, "DATABASE_URL": "mysql://x"}, "migrate", code=1)
    assert "COLLEGIUM_MODE" in run({**environment, "COLLEGIUM_MODE": "fast"}, "migrate", code=1)


def _ready(site):
    try:
        with urllib.request.urlopen(f"{site}/readyz", timeout=5) as answer:
            return json.load(answer)["ready"]
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def _until(what, seconds=300):
    for _ in range(seconds * 5):
        if what():
            return True
        time.sleep(0.2)  # another process is starting or stopping: there is nothing here to wait on
    return False


def test_serving_starts_both_replaces_what_falls_over_and_stops_in_peace(environment):
    site = environment["COLLEGIUM_SITE_URL"]
    server = subprocess.Popen(
        [sys.executable, "-m", "collegium.config", "serve", "--port", environment["PORT"], "--workers", "1"],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert _until(lambda: _ready(site))
        started = {pid: _words(pid) for pid in _children(server.pid)}
        consumer = next(pid for pid, words in started.items() if "consume" in words)
        os.kill(consumer, signal.SIGKILL)
        assert _until(
            lambda: any("consume" in _words(pid) for pid in _children(server.pid) if pid != consumer)
        )
        server.send_signal(signal.SIGTERM)
        assert server.wait(60) == 0
        assert not _ready(site)
        assert all(not Path(f"/proc/{pid}").exists() for pid in started if pid != consumer)
    finally:
        if server.poll() is None:
            server.kill()
            server.wait()


def _children(pid):
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in listed if Path(f"/proc/{child}/cmdline").exists()]


def _words(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    except FileNotFoundError:
        return []


def test_a_demo_says_when_its_credentials_carry_another_address(tmp_path, capsys):
    blogs = Blogs.of(tmp_path, near=_free_port())
    cli._greet("http://127.0.0.1:8000", blogs, made_at="http://127.0.0.1:8000")
    assert "was made at" not in capsys.readouterr().out
    cli._greet("http://127.0.0.1:8000", blogs, made_at="http://127.0.0.1:8200")
    assert "This world was made at http://127.0.0.1:8200" in capsys.readouterr().out

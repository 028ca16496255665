"""``collegium mail``: the door for letters as a process of its own."""

import os
import signal
import smtplib
import socket
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner
from django.core.exceptions import ImproperlyConfigured

from collegium.config.cli import main
from collegium.notifications import inbound


def test_it_says_what_it_needs_to_know(monkeypatch):
    monkeypatch.delenv("COLLEGIUM_LMTP_LISTEN", raising=False)
    monkeypatch.delenv("COLLEGIUM_REPLY_DOMAIN", raising=False)
    assert "Say where to listen" in CliRunner().invoke(main, ["mail"]).output
    assert "which domain" in CliRunner().invoke(main, ["mail", "--listen", "127.0.0.1:1"]).output


@pytest.mark.parametrize("listen", ["8024", "localhost", "host:", ":x"])
def test_where_is_a_host_and_a_port(listen):
    with pytest.raises(ImproperlyConfigured):
        inbound.where(listen)


def test_hosts_of_either_kind():
    assert inbound.where("127.0.0.1:8024") == ("127.0.0.1", 8024)
    assert inbound.where("[::1]:8024") == ("::1", 8024)


def test_it_listens_refuses_what_is_not_its_own_and_stops_in_peace(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "collegium.config", "mail"],
        env={
            **os.environ,
            "COLLEGIUM_MODE": "development",
            "COLLEGIUM_DATA": str(tmp_path),
            "COLLEGIUM_LMTP_LISTEN": f"127.0.0.1:{port}",
            "COLLEGIUM_REPLY_DOMAIN": "reply.example.org",
            "DATABASE_URL": "",
        },
    )
    try:
        server = _connected(port)
        assert server.ehlo_or_helo_if_needed() is None
        server.mail("bo@example.org")
        assert server.rcpt("anybody@reply.example.org") == (550, b"5.1.1 There is no such address here")
        server.close()
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def _connected(port: int) -> smtplib.LMTP:
    until = time.monotonic() + 60
    while True:
        try:
            return smtplib.LMTP("127.0.0.1", port)
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)

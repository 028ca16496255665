"""A Postfix of the tests' own: its own configuration, queue and ports, on loopback."""

import os
import shutil
import socket
import subprocess
import tempfile
import threading
from pathlib import Path

MAIN = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
maillog_file = {home}/log
maillog_file_prefixes = {home}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.test
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
local_recipient_maps =
disable_dns_lookups = yes
smtpd_peername_lookup = no
smtpd_recipient_restrictions = permit_mynetworks, reject
virtual_mailbox_domains = {reply_domain}
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
relay_domains = {outside}
transport_maps = inline:{{ {outside}=lmtp:inet:127.0.0.1:{sink} }}
lmtp_tls_security_level = none
smtp_tls_security_level = none
smtpd_tls_security_level = none
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
lmtp_connect_timeout = 5s
transport_retry_time = 1s
"""
MASTER = """
127.0.0.1:{smtp} inet n - n - - smtpd
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
"""
PATIENCE = 60


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Postfix:
    """Letters for ``reply_domain`` go to the LMTP port ``lmtp``, those for ``outside`` to the port ``sink``."""

    def __init__(self, *, reply_domain: str, outside: str) -> None:
        self.smtp, self.lmtp, self.sink = free_port(), free_port(), free_port()
        self.home = Path(tempfile.mkdtemp(prefix="collegium-postfix-"))
        self.home.chmod(0o755)
        daemons = next(
            path for path in ("/usr/lib/postfix/sbin", "/usr/libexec/postfix") if Path(path).is_dir()
        )
        for name in ("config", "queue", "data"):
            (self.home / name).mkdir()
        shutil.chown(self.home / "data", "postfix")
        facts = {
            "home": self.home,
            "daemons": daemons,
            "reply_domain": reply_domain,
            "outside": outside,
            "smtp": self.smtp,
            "lmtp": self.lmtp,
            "sink": self.sink,
        }
        (self.home / "config" / "main.cf").write_text(MAIN.format(**facts))
        (self.home / "config" / "master.cf").write_text(MASTER.format(**facts))

    def start(self) -> None:
        self._tell("start")
        with socket.create_connection(("127.0.0.1", self.smtp), timeout=PATIENCE) as hello:
            assert hello.recv(3) == b"220", self.log()

    def stop(self) -> None:
        self._tell("abort", check=False)
        shutil.rmtree(self.home, ignore_errors=True)

    def flush(self) -> None:
        """Try again at once what could not be delivered."""
        self._tell("flush", check=False)

    def log(self) -> str:
        path = self.home / "log"
        return path.read_text() if path.exists() else "(nothing was logged)"

    def _tell(self, what: str, *, check: bool = True) -> None:
        done = subprocess.run(
            ["/usr/sbin/postfix", "-c", str(self.home / "config"), what],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            env={**os.environ, "LC_ALL": "C"},
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(f"postfix {what}: {done.stdout}{done.stderr}{self.log()}")


def in_background(target, *arguments) -> threading.Thread:
    thread = threading.Thread(target=target, args=arguments, daemon=True)
    thread.start()
    return thread

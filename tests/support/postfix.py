"""A real Postfix on loopback with folders of its own: takes mail, delivers it into Maildirs, sends back what it cannot deliver.

The system's own instance, if there is one, is never touched. Needs root, as Postfix does.
"""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from components import lack

DOMAIN = "mail.test"
_DAEMONS = Path("/usr/lib/postfix/sbin")
_SERVICES = """\
{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class Postfix:
    """A running instance."""

    port: int
    folder: Path

    def maildir(self, name: str) -> Path:
        return self.folder / "mail" / name

    def wait_for(self, name: str, number: int = 1, seconds: float = 30) -> list[Path]:
        """The messages in a mailbox as soon as there are so many."""
        deadline = time.monotonic() + seconds
        while len(found := sorted((self.maildir(name) / "new").glob("*"))) < number:
            assert time.monotonic() < deadline, f"{name} has {len(found)} messages; Postfix says:\n{self.log()}"
            time.sleep(0.05)
        return found

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")


@contextmanager
def run_postfix(mailboxes: tuple[str, ...], certificate: tuple[Path, Path]) -> Iterator[Postfix]:
    """A Postfix that takes mail for everybody at DOMAIN and has mailboxes for these."""
    if not shutil.which("postfix") or os.geteuid() != 0:
        lack("Postfix, run by root")
    # Its daemons give up root and must still reach their folders, which pytest's own folders do not let them.
    folder = Path(tempfile.mkdtemp(prefix="city-digest-postfix-"))
    try:
        folder.chmod(0o755)
        port = _free_port()
        _configure(folder, port, mailboxes, certificate)
        _postfix(folder, "start")
        try:
            _wait_until_it_listens(port, folder)
            yield Postfix(port, folder)
        finally:
            _postfix(folder, "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _configure(folder: Path, port: int, mailboxes: tuple[str, ...], certificate: tuple[Path, Path]) -> None:
    owner = pwd.getpwnam("postfix")
    for name in ("etc", "queue", "data", "mail"):
        (folder / name).mkdir()
    for name in ("data", "mail"):
        os.chown(folder / name, owner.pw_uid, owner.pw_gid)
    (folder / "log").touch()
    settings = {
        "compatibility_level": "3.6",
        "config_directory": folder / "etc",
        "queue_directory": folder / "queue",
        "data_directory": folder / "data",
        "command_directory": "/usr/sbin",
        "daemon_directory": _DAEMONS,
        "mail_owner": "postfix",
        "setgid_group": grp.getgrnam("postdrop").gr_name,
        "inet_interfaces": "127.0.0.1",
        "inet_protocols": "ipv4",
        "myhostname": f"mx.{DOMAIN}",
        "mydestination": "",
        "mynetworks": "127.0.0.0/8",
        "alias_maps": "",
        "local_recipient_maps": "",
        "recipient_delimiter": "+",
        "smtpd_peername_lookup": "no",
        "disable_dns_lookups": "yes",
        # Whoever it is, mail is taken first: what is no mailbox becomes a message that comes back.
        "smtpd_reject_unlisted_recipient": "no",
        "default_transport": f"error:5.1.2 only {DOMAIN} here",
        "virtual_mailbox_domains": DOMAIN,
        "virtual_mailbox_base": folder / "mail",
        "virtual_mailbox_maps": "inline:{ "
        + ", ".join(f"{{ {name}@{DOMAIN} = {name}/ }}" for name in mailboxes)
        + " }",
        "virtual_minimum_uid": "1",
        "virtual_uid_maps": f"static:{owner.pw_uid}",
        "virtual_gid_maps": f"static:{owner.pw_gid}",
        "smtpd_tls_chain_files": f"{folder}/etc/key.pem, {folder}/etc/chain.pem",
        "smtpd_tls_security_level": "may",
        "maillog_file": folder / "log",
        "maillog_file_prefixes": folder,
    }
    chain, key = certificate
    shutil.copy(chain, folder / "etc" / "chain.pem")
    shutil.copy(key, folder / "etc" / "key.pem")
    (folder / "etc" / "key.pem").chmod(0o600)
    (folder / "etc" / "main.cf").write_text("".join(f"{name} = {value}\n" for name, value in settings.items()))
    (folder / "etc" / "master.cf").write_text(_SERVICES.format(port=f"127.0.0.1:{port}"))


def _postfix(folder: Path, action: str) -> None:
    done = subprocess.run(
        ["/usr/sbin/postfix", "-c", str(folder / "etc"), action],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    log = (folder / "log").read_text(errors="replace")
    assert done.returncode == 0, f"postfix {action}: {done.stdout}{done.stderr}{log}"


def _wait_until_it_listens(port: int, folder: Path) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
                assert connection.recv(100).startswith(b"220 ")
                return
        except OSError:
            assert time.monotonic() < deadline, (folder / "log").read_text(errors="replace")
            time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

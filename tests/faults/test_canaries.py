"""Faults P0.14: secrets and readers' addresses, planted and looked for in everything that a workspace says and leaves.

Addresses may stand in the library, in the outbox and in the envelopes; links that act for a reader in letters; secrets in what was set by
a person, and in the file of keys. Nowhere else: not in what any command prints, however it ends, nor in logs, journals, notes, the archive or
the crawler's database.
"""

from __future__ import annotations

import contextlib
import email
import http.client
import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import small_workspace
from mail_servers import Fault, MailServer
from prepared import COMMAND
from processes import ENVIRONMENT, Done, Processes

from pipeline.demo.server import SampleServer

pytestmark = pytest.mark.slow

PASSWORD = "canary-password-51c7"
DATABASE_PASSWORD = "canary-database-90ab"
PING = "canary-ping-3d2e"
USER = "mail-user"
NEW = "sixth.reader@example.org"
# As servers answer that quote whom they refuse.
REFUSALS = {
    small_workspace.READERS[0]: [
        Fault("RCPT", f"550 5.1.1 <{small_workspace.READERS[0]}>: no such user {small_workspace.READERS[0]}")
    ],
    small_workspace.READERS[1]: [Fault("RCPT", f"450 4.2.0 {small_workspace.READERS[1]} is greylisted")] * 9,
    small_workspace.READERS[2]: [Fault("END", f"554 5.7.1 refused for {small_workspace.READERS[2]}")],
}
# What ends in a traceback: faults of our own program, at places where a reader is in hand.
BROKEN = {
    "a message cannot be written": "from pipeline import deliver\ndef fail(*a, **k): raise TypeError('broken')\ndeliver.build_message = fail",
    "the ledger cannot be written": "from pipeline.store.library import Library\ndef fail(*a, **k): raise LookupError('broken')\nLibrary.save_delivery = fail",
    "the channel fails": "from pipeline.deliver.smtp import SmtpChannel\nasync def fail(*a, **k): raise RuntimeError('broken')\nSmtpChannel.send = fail",
    "a reader cannot be stored": "from pipeline.store.database import UtcDateTime\ndef fail(*a, **k): raise ValueError('broken')\nUtcDateTime.process_bind_param = fail",
    "readers cannot be read": "from pipeline.store import register\ndef fail(*a, **k): raise KeyError('broken')\nregister._reader = fail",
}


class Heard:
    """All that was said, and what must not be in it."""

    def __init__(self) -> None:
        self.said: dict[str, str] = {}
        self.secrets: dict[str, str] = {}  # what -> value

    def hear(self, where: str, done: Done) -> None:
        self.said[where] = done.output + done.errors

    def leaks(self) -> list[str]:
        """Which secret stands where; never the secret itself."""
        return [
            f"{what} in {where}"
            for where, text in self.said.items()
            for what, value in self.secrets.items()
            if value in text
        ]


class _Ping(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200 if "/start" in self.path else 500)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def ping() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Ping)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/{PING}"
    server.shutdown()
    server.server_close()


def free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def heard(processes: Processes, web: SampleServer, ping: str, tmp_path_factory: pytest.TempPathFactory) -> Heard:
    folder = tmp_path_factory.mktemp("canaries") / "workspace"
    found, log = Heard(), folder.with_name("log.jsonl")
    port = free_port()
    with MailServer(REFUSALS, login=(USER, PASSWORD)) as server:
        more = small_workspace.smtp(server.port).replace('channel = "smtp"', 'channel = "smtp"\npatience_min = 0')
        small_workspace.install(folder, web, f'{more}user = "{USER}"\n[web]\nbase_url = "http://127.0.0.1:{port}"\n')
        environment = {"CITY_DIGEST_SMTP__PASSWORD": PASSWORD, "CITY_DIGEST_RUN__PING": ping}
        ids = small_workspace.enrol(folder)

        def call(*words: str, before: str = "", where: Path = folder, **more: str) -> Done:
            done = processes.run(
                where, "--log", str(log), *words, environment=environment | more, before=before, timeout=120
            )
            found.hear(f"{len(found.said)}: {' '.join(words[:2])} {before[:60]}", done)
            return done

        for stage in ("crawl", "process", "compose", "render"):
            assert call(stage).code == 0
        for name, before in BROKEN.items():
            broken = call("deliver", before=before, where=small_workspace.copy(folder, folder.with_name("broken")))
            assert broken.code == 1, (name, broken.errors)
            assert "Traceback" in broken.errors, name
        add = ("reader", "add", NEW, "--edition", "ja", "--consent", "on paper")
        for before in ("", BROKEN["a reader cannot be stored"]):
            call(*add, before=before, where=small_workspace.copy(folder, folder.with_name("broken")))
        assert not server.accepted
        assert call("run", "--json").code == 3  # one reader is deferred, one refused
        assert call("--log", "-", "run").code in (0, 3)
        call("deliver", "--json")
        call("preview")
        for words in (
            ("status",), ("status", "--json"), ("doctor",), ("doctor", "--json"), ("config", "show"), ("config", "show", "--json"),
            ("reader", "list"), ("reader", "list", "--json"), ("reader", "show", ids[0]), ("reader", "show", ids[1], "--json"),
            ("reader", "suspend", ids[3]), ("reader", "resume", ids[3]), ("reader", "erase", ids[4]), ("reader", "erase", "0" * 16),
            ("reader", "show", small_workspace.READERS[2]), ("backup",), ("migrate",), ("source", "list"), ("search", small_workspace.READERS[2]),
        ):  # fmt: skip
            call(*words)
        wrong = {"CITY_DIGEST_SMTP__PASSWORD": PASSWORD + "-wrong", "CITY_DIGEST_DELIVER__WINDOW_H": "1"}
        for words in (("deliver", "--force"), ("doctor",)):
            call(*words, **wrong)
        database = f"postgresql://digest:{DATABASE_PASSWORD}@127.0.0.1:1/none"
        for words in (("run",), ("status",), ("doctor", "--json"), ("config", "show"), ("reader", "list"), ("backup",)):
            call(*words, CITY_DIGEST_STORE__LIBRARY=database, CITY_DIGEST_STORE__INBOX=database)
        for words in (("run",), ("config", "show")):
            call(*words, CITY_DIGEST_SMTP__PORT="many", CITY_DIGEST_RUN__PING=f"ftp://{PING}")
        tokens = {
            token
            for one in server.accepted
            for part in (one.message, *_decoded(one.message))
            for token in re.findall(rb"/[us]/([A-Za-z0-9_-]{16,})", part)
        }
    assert len(tokens) >= 4
    found.secrets = {f"address {number}": address for number, address in enumerate((*small_workspace.READERS, NEW))}
    found.secrets |= {f"token {number}": token.decode() for number, token in enumerate(sorted(tokens))}
    found.secrets |= {"password": PASSWORD, "database": DATABASE_PASSWORD, "ping": PING}
    found.secrets |= {f"key {number}": key for number, key in enumerate(_keys(folder / "state" / "keys.json"))}
    found.said |= _visit(folder, port, found.secrets)
    found.said["log"] = log.read_text(encoding="utf-8")
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            found.said[file.relative_to(folder).as_posix()] = file.read_bytes().decode("utf-8", "replace")
    return found


def _decoded(message: bytes) -> list[bytes]:
    """The parts of a message as a mail program reads them."""
    return [part.get_payload(decode=True) or b"" for part in email.message_from_bytes(message).walk()]  # type: ignore[misc]


def _keys(file: Path) -> list[str]:
    return re.findall(r'"([^"]{20,})"', file.read_text(encoding="ascii"))


def _visit(folder: Path, port: int, secrets: dict[str, str]) -> dict[str, str]:
    """What the readers' pages print while somebody uses them, with the right links and with wrong ones."""
    log = folder.with_name("web.jsonl")
    command = [sys.executable, "-P", "-c", COMMAND, "-C", str(folder), "--log", str(log), "web", "--port", str(port)]
    with subprocess.Popen(
        command, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout
        first = running.stdout.readline()
        assert "/subscribe" in first
        token = next(value for what, value in secrets.items() if what.startswith("token"))
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        for method, path, body in (
            ("GET", "/health", ""), ("GET", f"/u/{token}", ""), ("GET", f"/s/{token}", ""), ("GET", f"/u/{token}x", ""),
            ("POST", f"/u/{token}", "List-Unsubscribe=One-Click"), ("GET", "/subscribe", ""),
            ("POST", "/subscribe", f"address={small_workspace.READERS[1]}&edition=en"), ("POST", f"/s/{token}", "cities=x"),
            ("GET", f"/c/{token}", ""), ("PUT", f"/u/{token}", ""),
        ):  # fmt: skip
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
                connection.request(method, path, body, form)
                connection.getresponse().read()
        running.terminate()
        output, errors = running.communicate(timeout=30)
    return {"web": first + output + errors, "log of web": log.read_text(encoding="utf-8") if log.exists() else ""}


# Where what may stand.
LIBRARY = re.compile(r"state/library\.sqlite(-wal|-shm)?$|(^|/)[^/]*\.(tar|zip|tgz|tar\.gz)$|^backups?/")
KEYS = re.compile(r"state/keys\.json$|^backups?/")


def test_secrets_and_addresses_stand_where_they_must_and_nowhere_else(heard: Heard) -> None:
    leaks = [
        leak
        for leak in heard.leaks()
        if not (leak.startswith("address ") and LIBRARY.search(leak.rpartition(" in ")[2]))
        and not (leak.startswith("key ") and KEYS.search(leak.rpartition(" in ")[2]))
    ]
    assert leaks == []


def test_the_search_finds_what_is_there(heard: Heard) -> None:
    """Else it would show nothing."""
    places = {leak.rpartition(" in ")[2] for leak in heard.leaks()}
    assert {"state/library.sqlite", "state/keys.json"} <= places
    assert len(heard.said["log"].splitlines()) > 20
    assert json.loads(heard.said["log"].splitlines()[0])["run"]
    assert heard.said["state/sends.jsonl"]
    assert any("***" in said for where, said in heard.said.items() if "config show" in where)

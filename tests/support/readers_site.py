"""The readers' pages of a workspace, asked over HTTP within the process, with a clock that a test may set."""

from __future__ import annotations

import asyncio
import datetime as dt
import email.parser
import email.policy
import functools
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx

from pipeline.config import Workspace, open_workspace
from pipeline.deliver.journal import read
from pipeline.deliver.keys import Key, Keys, reader_id
from pipeline.deliver.tokens import Purpose, make_token
from pipeline.model import Choices, Consent, Reader, ReaderState
from pipeline.ports import Clock
from pipeline.store.opening import open_register
from pipeline.web.app import make_app
from pipeline.web.desk import Desk

BASE_URL = "https://readers.example.org"
ADDRESS = "canary-desk@city.example.org"
NOW = dt.datetime(2026, 11, 9, 3, tzinfo=dt.UTC)
KEYS = b'{"identity": "%s", "tokens": [{"id": "1", "secret": "%s"}]}' % (b"aWRlbnRpdHk=", b"c2VjcmV0LXNlY3JldA==")
SETTINGS = """
[digest]
base_url = "https://digest.example.org"
[mail]
sender_name = "City desk"
sender_address = "digest@example.org"
postal_address = "1-1 Mihon, Sample City"
contact = "contact@example.org"
unsubscribe = "unsubscribe@example.org"
[web]
base_url = "{base_url}"
{web}
{more}
"""
KOBE, TIANJIN = "geonames:1859171", "geonames:1792947"


@functools.cache
def _library() -> Path:
    """An empty library, made once: bringing one up to its schema takes longer than most tests."""
    folder = Path(tempfile.mkdtemp(prefix="readers-"))
    (folder / "city-digest.toml").write_text("", "utf-8")
    open_register(open_workspace(folder, environment={})).engine.dispose()
    return folder / "state" / "library.sqlite"


class _Timed(Workspace):
    """A workspace whose clock a test sets."""

    now = NOW

    @property
    def clock(self) -> Clock:
        return lambda: self.now


class Site:
    """One workspace and its pages."""

    def __init__(
        self, root: Path, *, web: str = "requests_per_minute = 0", base_url: str = BASE_URL, more: str = ""
    ) -> None:
        root.mkdir(exist_ok=True)
        (root / "city-digest.toml").write_text(SETTINGS.format(web=web, base_url=base_url, more=more), "utf-8")
        opened = open_workspace(root, environment={})
        self.workspace = _Timed(opened.root, opened.settings, opened.origins)
        self.workspace.state.mkdir(exist_ok=True)
        self.log: list[str] = []
        self._app: Any = None
        if not self.library.exists():
            shutil.copy(_library(), self.library)
        if not self.workspace.keys.exists():
            self.workspace.keys.write_bytes(KEYS)

    @property
    def now(self) -> dt.datetime:
        return self.workspace.now

    @now.setter
    def now(self, now: dt.datetime) -> None:
        self.workspace.now = now

    @property
    def library(self) -> Path:
        return self.workspace.state / "library.sqlite"

    @property
    def app(self) -> Any:
        """The application; made at first use, and again after `forget`."""
        if self._app is None:
            self._app = make_app(self.workspace, note=self._note)
        return self._app

    def forget(self) -> None:
        """Lets the application be made anew."""
        self._app = None

    @property
    def desk(self) -> Desk:
        desk: Desk = self.app._pages._desk
        return desk

    @property
    def register(self) -> Any:
        return self.desk.register

    @property
    def keys(self) -> Keys:
        return self.desk.keys

    def _note(self, message: str, **facts: object) -> None:
        self.log.append(f"{message} {facts}")

    # ------------------------------------------------------------------------------------------------------- requests

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        peer = more.pop("peer", "203.0.113.7")

        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app, client=(peer, 40000), raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=BASE_URL, trust_env=False) as client:
                return await client.request(method, path, **more)

        return asyncio.run(asked())

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("GET", path, **more)

    def post(self, path: str, fields: dict[str, Any] | None = None, **more: Any) -> httpx.Response:
        headers = {"Content-Type": "application/x-www-form-urlencoded"} | more.pop("headers", {})
        return self.ask("POST", path, content=urlencode(fields or {}, doseq=True), headers=headers, **more)

    def stamp(self) -> str:
        found = re.search('name="stamp" value="([^"]+)"', self.get("/subscribe").text)
        assert found
        return found[1]

    def subscribe(self, address: str = ADDRESS, edition: str = "en", **more: Any) -> httpx.Response:
        fields = {"address": address, "edition": edition} | more.pop("fields", {})
        fields.setdefault("stamp", self.stamp() if "stamp" not in fields else "")
        return self.post(f"/subscribe?lang={edition}", fields, **more)

    # -------------------------------------------------------------------------------------------------------- readers

    def id(self, address: str = ADDRESS, edition: str = "en") -> str:
        return reader_id(address, edition, self.keys)

    def reader(self, address: str = ADDRESS, edition: str = "en") -> Reader | None:
        found: Reader | None = self.register.get(self.id(address, edition))
        return found

    def add(self, address: str = ADDRESS, edition: str = "en", state: str = "active", **more: Any) -> Reader:
        """Somebody who has subscribed."""
        consent = None if state == "pending" else Consent(origin="web", at=self.now, wording="en-0", token="0a")
        reader = Reader(
            id=self.id(address, edition),
            address=address,
            edition=edition,
            state=ReaderState(state),
            consent=consent,
            choices=more.pop("choices", Choices(cities=(KOBE,))),
            since=self.now,
            changed=self.now,
        )
        self.register.save(reader)
        return reader

    def link(self, purpose: str, reader: Reader, keys: Keys | None = None) -> str:
        extra = f"{self.now:%Y%m%d}" if purpose == "c" else ""
        return f"/{purpose}/{make_token(keys or self.keys, Purpose(purpose), reader.id, extra)}"

    def mails(self) -> list[EmailMessage]:
        """What was sent, oldest first."""
        files = sorted(self.workspace.outbox.glob("*.eml"))
        parse = email.parser.BytesParser(EmailMessage, policy=email.policy.default).parsebytes
        return [parse(file.read_bytes()) for file in files]

    def confirm_path(self, mail: EmailMessage) -> str:
        """Where the mail's link leads."""
        body = mail.get_body(("plain",))
        assert body
        found = re.search(
            rf"^{re.escape(self.workspace.settings.web.base_url)}(/c/\S+)\r?$", body.get_content(), re.MULTILINE
        )
        assert found, body.get_content()
        return found[1]

    def journal(self) -> list[tuple[str, str]]:
        """The lines of who left and who came back: reader and state."""
        return [(row["reader"], row["state"]) for row in read(self.workspace.opt_outs)]


OTHER_KEYS = Keys(identity=b"identity", tokens=(Key(id="1", secret=b"another secret"),))


@contextmanager
def serve(root: Path, *, port: int = 0, log: Path | None = None) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """`city-digest web` in a process of its own: the address it says it listens on, and the process."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CITY_DIGEST_")}
    options = ["--log", str(log)] if log else []
    words = [sys.executable, "-P", "-W", "error", "-c", "from pipeline.cli import main; main()"]
    process = subprocess.Popen(
        [*words, "-C", str(root), *options, "web", "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    try:
        assert process.stdout
        line = process.stdout.readline()
        if not line:
            raise AssertionError(process.communicate()[1])
        yield line.partition("/subscribe")[0], process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def free_port() -> int:
    """One that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port

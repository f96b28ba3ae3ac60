"""What a run tells those who watch over it: a health check on the web, and `status`."""

from __future__ import annotations

import datetime as dt
import json
import threading
from pathlib import Path
from typing import Any

from pipeline.cli.log import Log
from pipeline.config import Workspace
from pipeline.errors import WorkspaceError
from pipeline.files import replace_file

PING_S = 5.0  # all of one ping; a stopped run has ten seconds in all, of which the crawler may take seven
LAST_PING_S = 2.0
BODY_CHARS = 4_000  # of the summary that a ping carries; a whole one has a tenth


class Watch:
    """One run, as told to the watchers."""

    def __init__(self, workspace: Workspace, log: Log) -> None:
        self._workspace = workspace
        self._log = log
        self._began = workspace.clock()

    def begin(self) -> None:
        """Tells that the run has begun."""
        self._keep({})
        self._ping("start", "", PING_S)

    def end(self, code: int, text: str, *, stopped: bool = False) -> None:
        """Tells how it ended: the exit code, and a few lines without anything of a reader."""
        self._keep({"ended": self._workspace.clock(), "exit_code": code, "said": text[:BODY_CHARS]})
        self._ping(str(code), text[:BODY_CHARS], LAST_PING_S if stopped else PING_S)

    def _keep(self, end: dict[str, Any]) -> None:
        facts = {"run": self._log.run, "began": self._began, **end}
        body = json.dumps(facts, ensure_ascii=False, default=str).encode() + b"\n"
        try:
            replace_file(last_run_file(self._workspace), body, staging=self._workspace.staging, durable=False)
        except WorkspaceError as error:  # on a full disk the run itself has more to say
            self._log.write("the last run could not be noted", level="WARNING", error=str(error))

    def _ping(self, what: str, body: str, within_s: float) -> None:
        address = self._workspace.settings.run.ping
        if not address:
            return
        # In a thread, as a server that sends a byte now and then keeps every read within its own limit.
        problem = ["no answer in time"]
        asker = threading.Thread(
            target=_ask, args=(f"{address.rstrip('/')}/{what}", body, within_s, problem), daemon=True
        )
        asker.start()
        asker.join(within_s)
        if problem:
            self._log.write("the health check could not be told", level="WARNING", ping=what, error=problem[0])


def last_run_file(workspace: Workspace) -> Path:
    return workspace.state / "last-run.json"


def read_last_run(workspace: Workspace) -> dict[str, Any]:
    """What the last run left: `run`, `began` and, once it has ended, `ended`, `exit_code` and `said`; empty without one."""
    try:
        found = json.loads(last_run_file(workspace).read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return found | {name: dt.datetime.fromisoformat(found[name]) for name in ("began", "ended") if name in found}


def _ask(address: str, body: str, within_s: float, problem: list[str]) -> None:
    """Empties `problem` if the server took it, else leaves why not there, without the address."""
    import urllib.request  # a tenth of the time that --help takes

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: Any) -> None:
            """Nowhere: the address is the key to the check, and what it is told is for nobody else."""

    request = urllib.request.Request(  # noqa: S310 - config allows http and https alone
        address,
        data=body.encode(),
        headers={"User-Agent": "city-digest", "Content-Type": "text/plain; charset=utf-8"},
    )
    try:
        with urllib.request.build_opener(Stay).open(request, timeout=within_s):
            problem.clear()
    except Exception as error:  # noqa: BLE001 - whatever it is, a run does not fail for its health check
        code = getattr(error, "code", None)
        problem[0] = f"HTTP {code}" if code else type(error).__name__

"""What a run tells its watchers: the log, the health check, the last run (C2, C8)."""

from __future__ import annotations

import datetime as dt
import json
import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pipeline.cli import cli
from pipeline.cli.log import Log
from pipeline.cli.watch import PING_S, Watch, read_last_run
from pipeline.config import Workspace, open_workspace
from pipeline.errors import ConfigurationError, StoreError


class Check(ThreadingHTTPServer):
    """A health check on loopback that answers as it is told, and what it was told."""

    daemon_threads = True
    status = 200
    location = ""
    hangs = False
    trickles = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.told: list[tuple[str, str]] = []
        self.over = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}/key"


class _Handler(BaseHTTPRequestHandler):
    server: Check

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.told.append((self.path, body))
        if self.server.hangs:
            self.server.over.wait(30)
            return
        if self.server.trickles:
            while not self.server.over.wait(0.05):
                self.wfile.write(b"H")
            return
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def check() -> Iterator[Check]:
    server = Check()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.over.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "city-digest.toml").write_text("", encoding="utf-8")
    return tmp_path


def opened(place: Path, check: Check) -> Workspace:
    return open_workspace(place, environment={}, flags={"run.ping": check.url})


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


# ------------------------------------------------------------------------------------------------------------------ ping


def run(place: Path, monkeypatch: pytest.MonkeyPatch, check: Check, end: Any, log: str = "") -> Any:
    """`city-digest run` whose work is `end`: what it gives, or raises."""

    def work(*_: object) -> Any:
        if isinstance(end, BaseException):
            raise end
        return end

    monkeypatch.setattr("pipeline.cli.run.run", work)
    words = ["-C", str(place), "--set", f"run.ping={check.url}", *(["--log", log] if log else []), "run"]
    return CliRunner().invoke(cli, words, standalone_mode=False)


def test_the_check_is_told_of_the_start_and_of_the_exit_code_with_a_summary(
    place: Path, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C8."""
    assert run(place, monkeypatch, check, ({}, "crawl    3 sources", 3)).return_value == 3
    assert check.told == [("/key/start", ""), ("/key/3", "crawl    3 sources")]


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (StoreError("the disk is full"), 75, "the disk is full"),
        (ConfigurationError("crawl.contact is empty"), 78, "crawl.contact is empty"),
        (KeyboardInterrupt(), 130, "stopped"),
        (ValueError("r1@example.org"), 1, "ValueError; standard error has more"),
    ],
)
def test_a_run_that_breaks_off_tells_why_and_nothing_of_a_reader(
    place: Path, check: Check, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, said: str
) -> None:
    """C1, C8; faults P0.14: what an unforeseen error says may hold an address."""
    run(place, monkeypatch, check, error)
    assert check.told == [("/key/start", ""), (f"/key/{code}", said)]
    last = read_last_run(open_workspace(place))
    assert (last["exit_code"], last["said"]) == (code, said)


@pytest.mark.parametrize("status", [404, 500, 503])
def test_a_check_that_refuses_fails_no_run_and_is_in_the_log(
    place: Path, check: Check, monkeypatch: pytest.MonkeyPatch, status: int, tmp_path: Path
) -> None:
    check.status = status
    done = run(place, monkeypatch, check, ({}, "", 0), log=str(tmp_path / "log"))
    assert (done.return_value, done.stderr) == (0, "")
    told = [line for line in lines(tmp_path / "log") if line["message"] == "the health check could not be told"]
    assert [(line["ping"], line["error"]) for line in told] == [("start", f"HTTP {status}"), ("0", f"HTTP {status}")]


@pytest.mark.parametrize("way", ["hangs", "trickles"])
def test_a_check_that_never_answers_costs_a_few_seconds(
    place: Path, check: Check, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """The time is limited as a whole: a byte now and then does not prolong it."""
    setattr(check, way, True)
    monkeypatch.setattr("pipeline.cli.watch.PING_S", 0.3)
    began = time.monotonic()
    assert run(place, monkeypatch, check, ({}, "", 0)).return_value == 0
    assert time.monotonic() - began < 5  # the check itself would take half a minute, or for ever


def test_both_pings_and_the_stop_of_a_crawler_fit_into_ten_seconds() -> None:
    """C11."""
    from pipeline.cli.child import _PATIENCE_S
    from pipeline.cli.watch import LAST_PING_S

    assert _PATIENCE_S + LAST_PING_S < 10
    assert PING_S <= 5


def test_no_redirect_is_followed(place: Path, check: Check, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The address is the key to the check: it goes nowhere else."""
    elsewhere = Check()
    check.status, check.location = 302, elsewhere.url
    run(place, monkeypatch, check, ({}, "", 0), log=str(tmp_path / "log"))
    elsewhere.server_close()
    assert elsewhere.told == []
    assert [line["error"] for line in lines(tmp_path / "log") if "ping" in line] == ["HTTP 302", "HTTP 302"]


def test_a_check_that_is_not_there_and_its_address_are_not_told_to_anybody(
    place: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Faults P0.14."""
    gone = Check()
    gone.server_close()
    done = run(place, monkeypatch, gone, ({}, "", 0), log=str(tmp_path / "log"))
    assert (done.return_value, done.stderr) == (0, "")
    assert "key" not in (tmp_path / "log").read_text(encoding="utf-8").replace("health check", "")


def test_a_dry_run_pings_nobody(place: Path, check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    """C5."""
    monkeypatch.setattr("pipeline.cli.run.plan", lambda *_: ({}, "", 0))
    CliRunner().invoke(cli, ["-C", str(place), "--set", f"run.ping={check.url}", "run", "--dry-run"])
    assert check.told == []
    assert read_last_run(open_workspace(place)) == {}


# -------------------------------------------------------------------------------------------------------------- last run


def test_a_run_that_is_killed_leaves_its_beginning(place: Path, check: Check) -> None:
    workspace, log = opened(place, check), Log()
    Watch(workspace, log).begin()
    last = read_last_run(workspace)
    assert last.keys() == {"run", "began"}
    assert last["run"] == log.run
    assert abs(last["began"] - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff"])
def test_a_note_that_cannot_be_read_is_none(place: Path, body: bytes) -> None:
    (place / "state").mkdir()
    (place / "state" / "last-run.json").write_bytes(body)
    assert read_last_run(open_workspace(place)) == {}


# ------------------------------------------------------------------------------------------------------------------- log


def call(place: Path, *words: str) -> Any:
    return CliRunner().invoke(cli, ["-C", str(place), *words], standalone_mode=False)


def test_every_command_leaves_a_line_with_its_run_and_exit_code(place: Path, tmp_path: Path) -> None:
    """C2."""
    file = tmp_path / "log.jsonl"
    for words in (("compose",), ("config", "show"), ("crawl",), ("status", "--source", "none")):
        call(place, "--log", str(file), *words)
    found = lines(file)
    assert [(line["command"], line["exit_code"], line["level"]) for line in found] == [
        ("compose", 0, "INFO"),
        ("config", 0, "INFO"),
        ("crawl", 78, "ERROR"),
        ("status", 2, "ERROR"),
    ]
    assert "crawl.contact" in found[2]["error"]
    assert len({line["run"] for line in found}) == 4
    assert all(re.fullmatch(r"[0-9a-f]{12}", line["run"]) for line in found)
    assert all(dt.datetime.fromisoformat(line["at"]).tzinfo for line in found)


def test_the_log_goes_to_standard_error_where_a_service_manager_reads_it(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CITY_DIGEST_LOG", "-")
    done = call(place, "compose")
    assert [json.loads(line)["message"] for line in done.stderr.splitlines()] == ["ended"]
    assert done.stdout == ""


def test_without_a_place_there_is_no_log(place: Path) -> None:
    assert call(place, "compose").stderr == ""


def test_a_log_that_cannot_be_written_is_told_before_the_work(place: Path, tmp_path: Path) -> None:
    done = call(place, "--log", str(tmp_path / "no" / "log"), "compose")
    assert isinstance(done.exception, ConfigurationError)


def test_a_full_disk_ends_the_log_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = Log(str(tmp_path / "log"))

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.write", full)
    log.write("stage")
    log.keep("{}")


def test_help_is_no_run(place: Path, tmp_path: Path) -> None:
    call(place, "--log", str(tmp_path / "log"), "run", "--help")
    assert [line["exit_code"] for line in lines(tmp_path / "log")] == [0]

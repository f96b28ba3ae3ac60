"""What an operator relies on: a log of one id, a backup that never mails twice, and a stop in the middle of a delivery."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mail_servers import HANG_AFTER_ACCEPTING, MailServer
from sample_runs import run, run_and_stop

from pipeline.config import open_workspace
from pipeline.deliver.opt_outs import opt_out
from pipeline.demo.server import SampleServer
from pipeline.model import ReaderState, SuppressionReason
from pipeline.store.opening import open_register


@pytest.fixture
def undelivered(undisturbed: Path, tmp_path: Path) -> Path:
    """A workspace that did everything but deliver."""
    workspace = Path(shutil.copytree(undisturbed, tmp_path / "workspace"))
    shutil.rmtree(workspace / "outbox")
    (workspace / "state" / "sends.jsonl").unlink()
    library = sqlite3.connect(workspace / "state" / "library.sqlite", isolation_level=None)
    library.execute("DELETE FROM delivery")
    library.close()
    return workspace


def log_of(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_every_line_of_a_run_has_its_id_also_those_of_the_crawler(
    undelivered: Path, sample_server: SampleServer, tmp_path: Path
) -> None:
    """C2; faults P0.14: and none has an address of a reader."""
    source = undelivered / "sources.d" / "gone.toml"
    model = (undelivered / "sources.d" / "kobe_city.toml").read_text(encoding="utf-8").replace("kobe_city", "gone")
    start = next(line for line in model.splitlines() if line.startswith("start"))
    source.write_text(model.replace(start, 'start = ["http://gone.example/feed"]'), encoding="utf-8")
    report = run(undelivered, sample_server, "--log", str(tmp_path / "log"), "run", code=3)
    lines = log_of(tmp_path / "log")
    assert len({line["run"] for line in lines}) == 1
    assert lines[0]["run"] == json.loads((undelivered / "state" / "last-run.json").read_text())["run"]
    assert [line["stage"] for line in lines if line["message"] == "stage"] == [
        *("crawl", "process", "compose", "render", "purge", "deliver"),
    ]
    counts = {line["stage"]: line["counts"] for line in lines if line["message"] == "stage"}
    assert counts["crawl"]["sources_failed"] == 1
    assert counts["deliver"]["sent"] == report["deliver"]["sent"] == 2
    assert [line["logger"] for line in lines if "gone" in line["message"]] == ["crawler"]
    assert (lines[-1]["message"], lines[-1]["command"], lines[-1]["exit_code"]) == ("ended", "run", 3)
    assert all(line["at"] for line in lines)
    text = (tmp_path / "log").read_text(encoding="utf-8")
    readers = open_register(open_workspace(undelivered)).readers()
    assert len(readers) == 2
    assert [reader.id for reader in readers if reader.address in text] == []


def test_an_old_backup_mails_nobody_twice_and_nobody_who_left_since(
    undelivered: Path, sample_server: SampleServer, tmp_path: Path
) -> None:
    """M13: the journals outside the database know what was sent and who left."""
    backup = str(tmp_path / "old.tar.gz")
    run(undelivered, sample_server, "backup", backup)
    assert run(undelivered, sample_server, "deliver")["sent"] == 2
    sent = sorted(file.name for file in (undelivered / "outbox").iterdir())
    workspace = open_workspace(undelivered)
    register = open_register(workspace)
    leaver = register.readers()[0]
    opt_out(register, workspace.opt_outs, leaver.id, SuppressionReason.LEFT, workspace.clock())
    register.engine.dispose()

    run(undelivered, sample_server, "restore", backup, "--force")
    register = open_register(workspace)
    assert {reader.state for reader in register.readers()} == {ReaderState.ACTIVE}, "the database knows nothing of it"
    assert run(undelivered, sample_server, "deliver")["sent"] == 0
    assert sorted(file.name for file in (undelivered / "outbox").iterdir()) == sent
    assert run(undelivered, sample_server, "deliver", "--issue", "2026-W44", "--force")["sent"] == 1
    states = {reader.id: reader.state for reader in register.readers()}
    assert states.pop(leaver.id) is ReaderState.LEFT
    assert set(states.values()) == {ReaderState.ACTIVE}
    register.engine.dispose()


@pytest.mark.slow
def test_a_backup_restored_elsewhere_goes_on_as_the_first_would(
    undisturbed: Path, sample_server: SampleServer, tmp_path: Path
) -> None:
    """C10: the archive is made again, with the same bytes."""
    run(undisturbed, sample_server, "backup", str(tmp_path / "b.tar.gz"))
    run(tmp_path / "new", sample_server, "restore", str(tmp_path / "b.tar.gz"))
    report = run(tmp_path / "new", sample_server, "run")
    assert (report["process"].get("pages", 0), report["deliver"].get("sent", 0)) == (0, 0)
    first, second = ({f.relative_to(w): f.read_bytes() for f in (w / "archive").rglob("*") if f.is_file()} for w in (undisturbed, tmp_path / "new"))  # fmt: skip
    assert first == second


@pytest.mark.slow
def test_a_stop_in_the_middle_of_a_delivery_ends_soon_and_sends_nothing_twice_but_what_is_unknown(
    undelivered: Path, sample_server: SampleServer
) -> None:
    """C11, M7: the server took the message and never said so."""
    with MailServer(always=[HANG_AFTER_ACCEPTING]) as server:
        flags = smtp(server)
        code, seconds = run_and_stop(
            undelivered, sample_server, *flags, "run", number=signal.SIGTERM, when=_reached(server, "DATA")
        )
        server.wait_until_idle()
    assert (code, seconds < 10) == (130, True)
    assert json.loads((undelivered / "state" / "last-run.json").read_text())["exit_code"] == 130
    unknown = len(server.accepted)
    with MailServer() as server:
        report = run(undelivered, sample_server, *smtp(server), "deliver")
        assert run(undelivered, sample_server, *smtp(server), "deliver")["sent"] == 0
    assert report["sent"] == 2
    assert len(server.accepted) == 2
    assert unknown <= 2


def smtp(server: MailServer) -> tuple[str, ...]:
    settings = {
        "deliver.channel": "smtp",
        "deliver.first_retry_s": "0",
        "smtp.host": server.host,
        "smtp.port": server.port,
        "smtp.security": "none",
    }
    return tuple(word for key, value in settings.items() for word in ("--set", f"{key}={value}"))


def _reached(server: MailServer, verb: str) -> Callable[[], bool]:
    return lambda: server.commands[verb] > 0

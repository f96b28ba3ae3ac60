"""`city-digest deliver`: what it says, and how it ends (C1, C2, M7, M8)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from mail_servers import DROP_AFTER_ACCEPTING, GREYLISTED, NO_SUCH_USER, Fault, MailServer
from subscribed import a_reader

from pipeline.cli import cli
from pipeline.config import open_workspace
from pipeline.errors import ChannelAway, DeliveryError
from pipeline.model import Issue, IssueStatus
from pipeline.store.opening import open_library, open_register

SETTINGS = """
[digest]
now = "2026-11-09T06:00:00+09:00"

[mail]
sender_name = "Digest"
sender_address = "digest@example.org"
postal_address = "1-1 Example"
contact = "contact@example.org"
unsubscribe = "leave@example.org"

[deliver]
first_retry_s = 0.0
patience_min = 0.01
"""
QUIET = Issue(
    week="2026-W45",
    number=1,
    first_day=dt.date(2026, 11, 2),
    last_day=dt.date(2026, 11, 8),
    zone="Asia/Tokyo",
    status=IssueStatus.QUIET,
)
READERS = [a_reader(1, "ja"), a_reader(2, "en")]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A workspace with one issue and two readers."""
    (tmp_path / "city-digest.toml").write_text(SETTINGS, encoding="utf-8")
    workspace = open_workspace(tmp_path, environment={})
    library, register = open_library(workspace), open_register(workspace)
    library.save_issue(QUIET, ())
    for reader in READERS:
        register.add(reader)
    library.engine.dispose()
    register.engine.dispose()
    return tmp_path


@pytest.fixture
def deliver(place: Path) -> Callable[..., Result]:
    """Runs the command, by way of a server where one is given; --force because there is nothing to read in the issue."""

    def delivered(*words: str, server: MailServer | None = None) -> Result:
        settings = {"deliver.channel": "smtp", "smtp.host": "127.0.0.1", "smtp.security": "none"} if server else {}
        if server:
            settings["smtp.port"] = str(server.port)
        flags = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
        return CliRunner().invoke(cli, ["-C", str(place), *flags, "deliver", "--force", *words], standalone_mode=False)

    return delivered


Deliver = Callable[..., Result]


def data_of(result: Result) -> dict[str, Any]:
    """What is not as it is where nothing happened."""
    found = json.loads(result.stdout)
    return {key: value for key, value in found.items() if value not in (0, False, [])}


def test_letters_go_out_once_and_nothing_is_said_where_nobody_looks(deliver: Deliver) -> None:
    """C2"""
    first = deliver()
    assert (first.return_value, first.output) == (0, "")
    assert data_of(deliver("--json")) == {"already_sent": 2}


def test_a_rehearsal_counts_and_measures(deliver: Deliver, place: Path) -> None:
    """C5, M15"""
    planned = data_of(deliver("--json", "--dry-run"))
    assert (planned["sent"], planned["dry_run"]) == (2, True)
    assert planned["bytes"] > planned["largest"] > 1000
    assert not (place / "outbox").exists()


@pytest.mark.parametrize(
    ("faults", "counts", "said"),
    [
        ([NO_SUCH_USER], {"sent": 1, "failed": 1, "suspended": 1}, "1 failed (1 of them suspended"),
        ([GREYLISTED] * 99, {"sent": 1, "deferred": 1}, "1 deferred (run it again later)"),
        ([DROP_AFTER_ACCEPTING] * 99, {"sent": 1, "unknown": 1}, "1 unknown (nobody knows whether they arrived"),
    ],
)
def test_somebody_without_their_letter_is_told_to_cron_and_ends_with_3(
    deliver: Deliver, faults: list[Fault], counts: dict[str, int], said: str
) -> None:
    """C1"""
    with MailServer({READERS[0].address: faults}) as server:
        result = deliver("--json", server=server)
    assert (result.return_value, data_of(result)) == (3, counts)
    assert said in result.stderr
    assert "@" not in result.stderr


def test_an_unknown_one_is_repeated_or_held(deliver: Deliver) -> None:
    """M7"""
    with MailServer({READERS[0].address: [DROP_AFTER_ACCEPTING]}) as server:
        held = data_of(deliver("--json", "--on-unknown", "hold", server=server))
        assert held == {"sent": 1, "unknown": 1}
        assert data_of(deliver("--json", "--on-unknown", "hold", server=server)) == {"already_sent": 1, "unknown": 1}
        assert data_of(deliver("--json", server=server)) == {"sent": 1, "already_sent": 1}
    assert sorted(server.accepted_ids().values()) == [1, 2]


def test_a_server_that_is_away_ends_it_with_75_and_one_that_refuses_us_with_3(deliver: Deliver) -> None:
    """C1, M8"""
    with MailServer() as server:
        pass
    away = deliver(server=server)
    assert isinstance(away.exception, ChannelAway)
    assert away.exception.exit_code == 75
    with MailServer(always=[Fault("MAIL", "550 5.7.1 No")]) as server:
        refused = deliver(server=server)
    assert type(refused.exception) is DeliveryError
    assert refused.exception.exit_code == 3
    assert data_of(deliver("--json")) == {"sent": 2}

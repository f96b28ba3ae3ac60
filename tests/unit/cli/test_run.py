"""`city-digest run`: what its exit code says, and what it does besides (C1, C4)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pipeline.cli import cli
from pipeline.config import open_workspace
from pipeline.errors import ChannelAway, CityDigestError, ConfigurationError, CrawlError, DeliveryError, StoreError
from pipeline.model import Reader, ReaderState
from pipeline.store.opening import open_register
from pipeline.weekly import DeliverReport

CRAWLED = {"total": {"sources": 1, "not_modified": 0, "pages": 0, "links_new": 0, "sources_not_due": 0, "failures": {}, "sources_failed": 0}}  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "city-digest.toml").write_text('[group]\nembedder = "none"\n', encoding="utf-8")
    return tmp_path


def run(place: Path, monkeypatch: pytest.MonkeyPatch, *, crawl: Any = False, deliver: Any = None) -> Any:
    """A run whose crawl and delivery end like this: an error, or what they report; what is between is as always."""

    def end(with_: Any) -> Any:
        if isinstance(with_, BaseException):
            raise with_
        return with_

    crawled = crawl if isinstance(crawl, BaseException) else CRAWLED | {"partial": crawl}
    monkeypatch.setattr("pipeline.cli.run.crawl", lambda *_: end(crawled))
    monkeypatch.setattr("pipeline.cli.run.deliver", lambda *_: end(deliver or DeliverReport()))
    return CliRunner().invoke(cli, ["-C", str(place), "run"], standalone_mode=False)


@pytest.mark.parametrize(
    ("crawl", "deliver", "code"),
    [
        (False, DeliverReport(sent=3), 0),
        (True, DeliverReport(sent=3), 3),
        (False, DeliverReport(sent=2, failed=1), 3),
        (False, DeliverReport(sent=2, deferred=1), 3),
        (False, DeliverReport(sent=2, unknown=1), 3),
        (False, DeliverReport(late=("2026-W40",)), 0),
        (CrawlError("no source could be read"), DeliverReport(), 1),
        (CrawlError("no source could be read"), DeliverReport(failed=1), 1),
    ],
)
def test_the_exit_code_says_who_lacks_something(
    place: Path, monkeypatch: pytest.MonkeyPatch, crawl: Any, deliver: Any, code: int
) -> None:
    """C1."""
    done = run(place, monkeypatch, crawl=crawl, deliver=deliver)
    assert done.return_value == code
    assert done.stdout == ""  # C2
    assert bool(done.stderr) == isinstance(crawl, CrawlError)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ChannelAway("mail.example.org:587 does not answer"), 75),
        (DeliveryError("the login was refused"), 3),
        (ConfigurationError("mail.contact is empty"), 78),
        (StoreError("the disk is full"), 75),
    ],
)
def test_a_delivery_that_cannot_begin_ends_with_its_own_code(
    place: Path, monkeypatch: pytest.MonkeyPatch, error: CityDigestError, code: int
) -> None:
    """C1."""
    done = run(place, monkeypatch, deliver=error)
    assert done.exception is error
    assert error.exit_code == code


def test_who_asked_and_never_confirmed_is_forgotten_in_time(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """M11: after web.confirm_days."""
    now = dt.datetime.now(dt.UTC)
    register = open_register(open_workspace(place))
    for number, (days, state) in enumerate(
        ((8, ReaderState.PENDING), (6, ReaderState.PENDING), (80, ReaderState.ACTIVE))
    ):
        at = now - dt.timedelta(days=days)
        register.add(
            Reader(
                id=f"{number:016x}",
                address=f"r{number}@example.org",
                edition="ja",
                state=state,
                consent=None,
                since=at,
                changed=at,
            )
        )
    run(place, monkeypatch)
    assert {reader.id[-1] for reader in register.readers()} == {"1", "2"}
    register.engine.dispose()

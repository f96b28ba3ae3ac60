"""The run over the inbox: only what is new, changed or due is derived; a second run does nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.engines import SerialEngine
from pipeline.errors import Reason, Retry, Skip
from pipeline.flow import ProcessReport, process
from pipeline.model import FetchHints, RawPage, SourceSpec
from pipeline.store.database import open_engine
from pipeline.store.inbox import Inbox
from pipeline.store.library import Library
from pipeline.store.schema import prepare

NOW = dt.datetime(2026, 11, 9, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture
def stores(tmp_path: Path, source: SourceSpec) -> Iterator[tuple[Inbox, Library]]:
    engines = [open_engine(f"sqlite:///{tmp_path / name}.sqlite") for name in ("inbox", "library")]
    prepare(engines[0], "inbox")
    prepare(engines[1], "library")
    inbox = Inbox(engines[0])
    inbox.save_source(source, source.start)
    yield inbox, Library(engines[1])
    for engine in engines:
        engine.dispose()


def run(stores: tuple[Inbox, Library], now: dt.datetime = NOW, retention: dt.timedelta = 90 * DAY) -> ProcessReport:
    return process(*stores, SerialEngine(), None, now=now, retention=retention)


def test_a_page_is_derived_grouped_and_then_left_alone(stores: Any, rules: Any, page: RawPage) -> None:
    stores[0].save_page(page)
    assert run(stores) == ProcessReport(pages=1, kept={"news": 1}, stories=1)
    rules.calls.clear()
    assert run(stores) == ProcessReport()
    assert rules.calls == []


def test_progress_is_told_from_nothing_to_everything(stores: Any, rules: Any, page: RawPage) -> None:
    stores[0].save_page(page)
    told: list[tuple[int, int]] = []
    process(*stores, SerialEngine(), None, now=NOW, retention=DAY, progress=lambda *at: told.append(at))
    assert told == [(0, 1), (1, 1)]


def test_what_is_set_aside_is_counted_with_its_reason(stores: Any, rules: Any, page: RawPage) -> None:
    rules.answers["extract"] = lambda _: Skip(reason=Reason.TOO_SHORT)
    stores[0].save_page(page)
    assert run(stores) == ProcessReport(pages=1, set_back={"skip:too_short": 1})
    assert stores[1].outcome_counts() == [("kobe", "extract", "skip", "too_short", 1)]


def test_a_crash_of_one_page_leaves_the_others_alone(stores: Any, rules: Any, page: RawPage) -> None:
    extract = rules.answers["extract"]
    rules.answers["extract"] = lambda raw: 1 / 0 if raw.body == b"bad" else extract(raw)
    stores[0].save_page(msgspec.structs.replace(page, id="0" * 16, url="https://kobe.example/0", body=b"bad"))
    stores[0].save_page(page)
    assert run(stores) == ProcessReport(pages=2, kept={"news": 1}, set_back={"quarantine:crashed": 1}, stories=1)


def test_a_changed_rule_derives_old_pages_again_from_that_stage_on(stores: Any, rules: Any, page: RawPage) -> None:
    stores[0].save_page(page)
    run(stores)
    rules.calls.clear()
    rules.versions["tag"] = "2"
    assert run(stores).pages == 1
    assert rules.calls == ["tag"]


def test_a_changed_body_or_source_derives_the_page_again(
    stores: Any, rules: Any, page: RawPage, source: SourceSpec
) -> None:
    stores[0].save_page(page)
    run(stores)
    stores[0].save_page(msgspec.structs.replace(page, body=b"<p>Mayors met again.</p>"))
    assert run(stores).pages == 1
    stores[0].save_source(msgspec.structs.replace(source, zone="Asia/Tokyo"), source.start)
    assert run(stores).pages == 1
    assert run(stores).pages == 0


def test_changed_hints_derive_the_page_again(stores: Any, rules: Any, page: RawPage) -> None:
    stores[0].save_page(page)
    run(stores)
    stores[0].save_page(msgspec.structs.replace(page, hints=FetchHints(published="2026-11-05")))
    assert run(stores).pages == 1


def test_a_retry_waits_for_its_time(stores: Any, rules: Any, page: RawPage) -> None:
    rules.answers["identify"] = lambda _: Retry(reason=Reason.TIMEOUT, not_before=NOW + DAY)
    stores[0].save_page(page)
    assert run(stores).set_back == {"retry:timeout": 1}
    assert run(stores, now=NOW + DAY - dt.timedelta(seconds=1)).pages == 0
    assert run(stores, now=NOW + DAY).pages == 1


def test_old_pages_leave_the_inbox_and_stay_in_the_library(stores: Any, rules: Any, page: RawPage) -> None:
    stores[0].save_page(page)
    assert run(stores, now=NOW + 2 * DAY, retention=DAY).pruned == 1
    assert stores[0].page_hashes() == {}
    assert stores[1].article_counts() == {"news": 1}
    rules.calls.clear()
    rules.versions["tag"] = "2"
    assert run(stores, now=NOW + 2 * DAY).kept == {"news": 1}
    assert rules.calls == ["tag"]


def test_an_article_that_new_rules_drop_leaves_its_story(stores: Any, rules: Any, page: RawPage) -> None:
    stores[0].save_page(page)
    run(stores)
    rules.versions["tag"], rules.answers["tag"] = "2", lambda _: Skip(reason=Reason.NOINDEX)
    run(stores)
    assert (stores[1].stories(), stores[1].article_counts()) == ([], {})

"""One page through the stages: what is known is not derived again, what fails is kept with its reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from pipeline.errors import Quarantine, Reason, Retry, Skip
from pipeline.flow import PageTask, abandon, derive
from pipeline.model import FetchHints, RawPage, SourceSpec, TaggedArticle
from pipeline.store.library import Derivation

NOW = dt.datetime(2026, 11, 9, tzinfo=dt.UTC)
Task = Callable[..., PageTask]


@pytest.fixture
def task(page: RawPage, source: SourceSpec) -> Task:
    def tasked(before: Derivation | None = None, **changes: Any) -> PageTask:
        known = {result.stage: result for result in before.results} if before else {}
        fields = {
            "page_id": page.id,
            "source_id": "kobe",
            "page_hash": "b",
            "page": page,
            "source": source,
            "known": known,
        }
        return PageTask(**(fields | changes))

    return tasked


def test_a_new_page_goes_through_all_stages(rules: Any, task: Task) -> None:
    made = derive(task())
    assert rules.calls == ["extract", "identify", "tag"]
    assert [(result.stage, result.outcome) for result in made.results] == [("extract", "value"), ("identify", "value"), ("tag", "value")]  # fmt: skip
    assert made.tagged is not None
    assert made.tagged.article.text == "<p>Mayors met.</p>"
    assert msgspec.json.decode(made.results[-1].value, type=TaggedArticle) == made.tagged


def test_what_is_stored_is_not_derived_again(rules: Any, task: Task) -> None:
    first = derive(task())
    rules.calls.clear()
    assert derive(task(first)) == first
    assert rules.calls == []


@pytest.mark.parametrize(
    ("changed", "called"),
    [("extract", ["extract"]), ("identify", ["identify"]), ("tag", ["tag"])],
)
def test_a_changed_rule_with_the_same_result_derives_its_own_stage_only(
    rules: Any, task: Task, changed: str, called: list[str]
) -> None:
    first = derive(task())
    rules.calls.clear()
    rules.versions[changed] = "2"
    second = derive(task(first))
    assert rules.calls == called
    assert second.tagged == first.tagged
    assert second.rules != first.rules


def test_a_changed_rule_with_another_result_derives_everything_after_it(rules: Any, task: Task) -> None:
    identify = rules.answers["identify"]
    first = derive(task())
    rules.calls.clear()
    rules.versions["identify"] = "2"
    rules.answers["identify"] = lambda found: msgspec.structs.replace(identify(found), language="fr")
    second = derive(task(first))
    assert rules.calls == ["identify", "tag"]
    assert second.tagged is not None
    assert second.tagged.article.language == "fr"


@pytest.mark.parametrize(
    ("what", "changes"),
    [("page", {"body": b"other"}), ("page", {"hints": FetchHints(title="told")}), ("source", {"zone": "Asia/Tokyo"})],
)
def test_another_body_hint_or_source_is_another_input(
    rules: Any, task: Task, page: RawPage, source: SourceSpec, what: str, changes: dict[str, Any]
) -> None:
    first = derive(task())
    rules.calls.clear()
    changed = msgspec.structs.replace({"page": page, "source": source}[what], **changes)
    derive(task(first, **{what: changed, "page_hash": "other" if what == "page" else "b"}))
    assert rules.calls[0] == "extract"


def test_a_pruned_page_keeps_its_document_and_gets_new_rules_after_it(rules: Any, task: Task) -> None:
    first = derive(task())
    rules.calls.clear()
    rules.versions |= {"extract": "2", "tag": "2"}
    second = derive(task(first, page=None))
    assert rules.calls == ["tag"]
    assert second.results[0] == first.results[0]
    assert second.tagged == first.tagged


def test_a_pruned_page_that_was_no_article_stays_none(rules: Any, task: Task) -> None:
    rules.answers["extract"] = lambda _: Skip(reason=Reason.NO_BODY)
    first = derive(task())
    rules.versions["extract"] = "2"
    assert derive(task(first, page=None)).results == first.results


@pytest.mark.parametrize(
    ("setback", "outcome"),
    [
        (Skip(reason=Reason.TOO_SHORT, detail="12"), "skip"),
        (Quarantine(reason=Reason.UNREADABLE), "quarantine"),
        (Retry(reason=Reason.TIMEOUT, not_before=NOW), "retry"),
    ],
)
def test_a_setback_ends_the_page_with_its_reason(rules: Any, task: Task, setback: Any, outcome: str) -> None:
    rules.answers["identify"] = lambda _: setback
    made = derive(task())
    last = made.results[-1]
    assert rules.calls == ["extract", "identify"]
    assert (last.stage, last.outcome, last.reason, last.detail) == (
        "identify",
        outcome,
        setback.reason.value,
        setback.detail,
    )
    assert (last.not_before, made.tagged) == (NOW if outcome == "retry" else None, None)


def test_only_a_retry_is_tried_again_under_the_same_rules(rules: Any, task: Task) -> None:
    rules.answers["identify"] = lambda _: Retry(reason=Reason.TIMEOUT, not_before=NOW)
    waiting = derive(task())
    rules.answers["identify"] = lambda _: Skip(reason=Reason.INDEX_PAGE)
    rules.calls.clear()
    skipped = derive(task(waiting))
    assert (rules.calls, skipped.results[-1].outcome) == (["identify"], "skip")
    rules.calls.clear()
    assert derive(task(skipped)).results == skipped.results
    assert rules.calls == []


def test_a_stage_that_crashes_ends_in_quarantine_with_the_error(rules: Any, task: Task) -> None:
    def crash(_: object) -> None:
        raise ValueError("no such luck")

    tag, rules.answers["tag"] = rules.answers["tag"], crash
    made = derive(task())
    last = made.results[-1]
    assert (last.stage, last.outcome, last.reason, last.detail) == (
        "tag",
        "quarantine",
        "crashed",
        "ValueError: no such luck",
    )
    assert made.tagged is None
    rules.answers["tag"], rules.versions["tag"] = tag, "2"
    assert derive(task(made)).tagged is not None


@pytest.mark.parametrize(("error", "reason"), [(TimeoutError(), "too_slow"), (RuntimeError("x"), "crashed")])
def test_a_page_whose_worker_was_lost_is_quarantined_until_the_rules_change(
    rules: Any, task: Task, error: BaseException, reason: str
) -> None:
    made = abandon(task(), error)
    assert [(result.outcome, result.reason) for result in made.results] == [("quarantine", reason)]
    assert (made.rules, made.page_hash, made.tagged) == (derive(task()).rules, "b", None)
    rules.versions["extract"] = "2"
    assert derive(task(made)).tagged is not None


def test_a_source_that_went_through_another_process_is_the_same_source(
    rules: Any, task: Task, source: SourceSpec
) -> None:
    copy = msgspec.json.decode(msgspec.json.encode(source), type=SourceSpec)
    assert derive(task(source=copy)) == derive(task())


def test_a_pruned_page_whose_worker_was_lost_keeps_its_document(rules: Any, task: Task) -> None:
    first = derive(task())
    assert abandon(task(first, page=None), TimeoutError()).results[0] == first.results[0]


def test_the_error_of_a_crash_can_be_stored_whatever_it_quotes(rules: Any, task: Task) -> None:
    def crash(_: object) -> None:
        raise ValueError("bad text: \ud800\x00")

    rules.answers["tag"] = crash
    detail = derive(task()).results[-1].detail
    detail.encode("utf-8")
    assert "\x00" not in detail

"""One page through the stages: what is known is not derived again, what fails is kept with its reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from pipeline import flow
from pipeline.errors import Quarantine, Reason, Retry, Skip
from pipeline.flow import PageTask, Stage, abandon, derive
from pipeline.model import (
    Article,
    ArticleClass,
    Block,
    BlockKind,
    Document,
    FetchHints,
    Kind,
    RawPage,
    Relevance,
    SourceSpec,
    TaggedArticle,
)
from pipeline.store.library import Derivation

NOW = dt.datetime(2026, 11, 9, tzinfo=dt.UTC)
SOURCE = SourceSpec(
    id="kobe", names={"en": "Kobe"}, home="https://kobe.example/", country="JP", languages=("ja",), kind=Kind.FEED,
    start=("https://kobe.example/feed",),
)  # fmt: skip
PAGE = RawPage(
    id="00000000000000aa", source_id="kobe", url="https://kobe.example/1", final_url="https://kobe.example/1",
    fetched_at=NOW, status=200, headers=(), body=b"<p>Mayors met.</p>",
)  # fmt: skip


class Rules:
    """Three stages that note their calls, each with a version and an answer that a test may change."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.versions = {"extract": "1", "identify": "1", "tag": "1"}
        self.answers: dict[str, Callable[[Any], Any]] = {
            "extract": lambda page: document(page.body.decode()),
            "identify": article,
            "tag": tagged,
        }

    def stages(self) -> tuple[Stage, ...]:
        makes = {"extract": Document, "identify": Article, "tag": TaggedArticle}
        return tuple(Stage(name, self.versions[name], made, self._caller(name)) for name, made in makes.items())

    def _caller(self, name: str) -> Callable[[Any, PageTask], Any]:
        def call(value: Any, _: PageTask) -> Any:
            self.calls.append(name)
            return self.answers[name](value)

        return call


def document(text: str) -> Document:
    return Document(
        page_id=PAGE.id, source_id="kobe", url=PAGE.url, canonical_url=PAGE.url, title="T",
        blocks=(Block(kind=BlockKind.PARAGRAPH, text=text),), fetched_at=NOW, extractor="hand",
    )  # fmt: skip


def article(found: Document) -> Article:
    return Article(
        id="1" * 16, page_id=PAGE.id, source_id="kobe", url=PAGE.url, title=found.title, blocks=found.blocks,
        language="en", language_confidence=1.0, first_seen=NOW, fingerprint="0" * 16,
    )  # fmt: skip


def tagged(found: Article) -> TaggedArticle:
    return TaggedArticle(
        article=found, tags=(), relevance=Relevance(score=1, article_class=ArticleClass.NEWS, reasons={})
    )


@pytest.fixture
def rules(monkeypatch: pytest.MonkeyPatch) -> Rules:
    rules = Rules()
    monkeypatch.setattr(flow, "page_stages", rules.stages)
    return rules


def task(before: Derivation | None = None, **changes: Any) -> PageTask:
    known = {result.stage: result for result in before.results} if before else {}
    fields = {"page_id": PAGE.id, "source_id": "kobe", "body_hash": "b", "page": PAGE, "source": SOURCE, "known": known}
    return PageTask(**(fields | changes))


def test_a_new_page_goes_through_all_stages(rules: Rules) -> None:
    made = derive(task())
    assert rules.calls == ["extract", "identify", "tag"]
    assert [(result.stage, result.outcome) for result in made.results] == [("extract", "value"), ("identify", "value"), ("tag", "value")]  # fmt: skip
    assert made.tagged is not None
    assert made.tagged.article.text == "<p>Mayors met.</p>"
    assert msgspec.json.decode(made.results[-1].value, type=TaggedArticle) == made.tagged


def test_what_is_stored_is_not_derived_again(rules: Rules) -> None:
    first = derive(task())
    rules.calls.clear()
    assert derive(task(first)) == first
    assert rules.calls == []


@pytest.mark.parametrize(
    ("changed", "called"),
    [("extract", ["extract"]), ("identify", ["identify"]), ("tag", ["tag"])],
)
def test_a_changed_rule_with_the_same_result_derives_its_own_stage_only(
    rules: Rules, changed: str, called: list[str]
) -> None:
    first = derive(task())
    rules.calls.clear()
    rules.versions[changed] = "2"
    second = derive(task(first))
    assert rules.calls == called
    assert second.tagged == first.tagged
    assert second.rules != first.rules


def test_a_changed_rule_with_another_result_derives_everything_after_it(rules: Rules) -> None:
    first = derive(task())
    rules.calls.clear()
    rules.versions["identify"] = "2"
    rules.answers["identify"] = lambda found: msgspec.structs.replace(article(found), language="fr")
    second = derive(task(first))
    assert rules.calls == ["identify", "tag"]
    assert second.tagged is not None
    assert second.tagged.article.language == "fr"


@pytest.mark.parametrize(
    "changes",
    [
        {"body_hash": "other", "page": msgspec.structs.replace(PAGE, body=b"other")},
        {"page": msgspec.structs.replace(PAGE, hints=FetchHints(title="told"))},
        {"source": msgspec.structs.replace(SOURCE, zone="Asia/Tokyo")},
    ],
)
def test_another_body_hint_or_source_is_another_input(rules: Rules, changes: dict[str, Any]) -> None:
    first = derive(task())
    rules.calls.clear()
    derive(task(first, **changes))
    assert rules.calls[0] == "extract"


def test_a_pruned_page_keeps_its_document_and_gets_new_rules_after_it(rules: Rules) -> None:
    first = derive(task())
    rules.calls.clear()
    rules.versions |= {"extract": "2", "tag": "2"}
    second = derive(task(first, page=None))
    assert rules.calls == ["tag"]
    assert second.results[0] == first.results[0]
    assert second.tagged == first.tagged


def test_a_pruned_page_that_was_no_article_stays_none(rules: Rules) -> None:
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
def test_a_setback_ends_the_page_with_its_reason(rules: Rules, setback: Any, outcome: str) -> None:
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


def test_only_a_retry_is_tried_again_under_the_same_rules(rules: Rules) -> None:
    rules.answers["identify"] = lambda _: Retry(reason=Reason.TIMEOUT, not_before=NOW)
    waiting = derive(task())
    rules.answers["identify"] = lambda _: Skip(reason=Reason.INDEX_PAGE)
    rules.calls.clear()
    skipped = derive(task(waiting))
    assert (rules.calls, skipped.results[-1].outcome) == (["identify"], "skip")
    rules.calls.clear()
    assert derive(task(skipped)).results == skipped.results
    assert rules.calls == []


def test_a_stage_that_crashes_ends_in_quarantine_with_the_error(rules: Rules) -> None:
    def crash(_: object) -> None:
        raise ValueError("no such luck")

    rules.answers["tag"] = crash
    made = derive(task())
    last = made.results[-1]
    assert (last.stage, last.outcome, last.reason, last.detail) == (
        "tag",
        "quarantine",
        "crashed",
        "ValueError: no such luck",
    )
    assert made.tagged is None
    rules.answers["tag"], rules.versions["tag"] = tagged, "2"
    assert derive(task(made)).tagged is not None


@pytest.mark.parametrize(("error", "reason"), [(TimeoutError(), "too_slow"), (RuntimeError("x"), "crashed")])
def test_a_page_whose_worker_was_lost_is_quarantined_until_the_rules_change(
    rules: Rules, error: BaseException, reason: str
) -> None:
    made = abandon(task(), error)
    assert [(result.outcome, result.reason) for result in made.results] == [("quarantine", reason)]
    assert (made.rules, made.body_hash, made.tagged) == (derive(task()).rules, "b", None)
    rules.versions["extract"] = "2"
    assert derive(task(made)).tagged is not None


def test_a_source_that_went_through_another_process_is_the_same_source(rules: Rules) -> None:
    copy = msgspec.json.decode(msgspec.json.encode(SOURCE), type=SourceSpec)
    assert derive(task(source=copy)) == derive(task())

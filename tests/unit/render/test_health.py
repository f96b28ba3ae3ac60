"""How sources fare, in the words of both editions: in an issue, in its letter, on the page of sources."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

import lxml.html
import msgspec
import pytest

from pipeline.knowledge.editions import load_edition
from pipeline.model import Issue, Shelf, SourceHealth, SourceSpec, SourceState
from pipeline.render import render_letter
from pipeline.render.dates import format_rhythm

OCTOBER = dt.datetime(2026, 10, 2, 6, 0, tzinfo=dt.UTC)
Build = Callable[..., dict[str, bytes]]


@pytest.mark.parametrize(
    ("hours", "english", "japanese"),
    [
        (12.0, "twice a day or more", "1日2回以上"),
        (24.0, "every day", "毎日"),
        (48.0, "every 2 days", "2日ごと"),
        (165.0, "every week", "毎週"),
        (240.0, "every 10 days", "10日ごと"),
        (14 * 24.0, "every 2 weeks", "2週間ごと"),
        (31 * 24.0, "every 4 weeks", "4週間ごと"),
        (90 * 24.0, "every 3 months", "3か月ごと"),
    ],
)
def test_a_rhythm_in_words(hours: float, english: str, japanese: str) -> None:
    assert format_rhythm(hours, load_edition("en")) == english
    assert format_rhythm(hours, load_edition("ja")) == japanese


def colophon(build: Build, sample: ModuleType, *health: SourceHealth, code: str = "en") -> dict[str, list[str]]:
    """Heading -> the lines below it, of the section on sources."""
    shelf = msgspec.structs.replace(
        sample.SHELF, issues=(msgspec.structs.replace(sample.FIRST, health=health),), health=()
    )
    page = lxml.html.fromstring(build(shelf)[f"issues/2026-W42/{code}.html"])
    found: dict[str, list[str]] = {}
    for heading in page.get_element_by_id("sources").iter("h3"):
        following = heading.getnext()
        found[heading.text_content()] = [" ".join(item.text_content().split()) for item in following.iter("li")]
    return found


def test_an_issue_tells_who_failed_from_who_answered_with_nothing_new(build: Build, sample: ModuleType) -> None:
    health = (
        SourceHealth(source_id="kobe_intl", last_ok=OCTOBER),
        SourceHealth(source_id="tianjin_daily", last_ok=OCTOBER, failures=4, refusals=3, problem="access_refused"),
        SourceHealth(source_id="cites_fr", problem="no_browser"),
        SourceHealth(source_id="east_wire", newest=OCTOBER, rhythm_h=24.0, problem="stale"),
        SourceHealth(source_id="busan_news", empties=3, problem="empty"),
        SourceHealth(source_id="minato_press", problem="flood"),
    )
    assert colophon(build, sample, *health) == {
        "Sources that failed": [
            "Tianjin Window access refused (3 times in a row) last read 2 Oct 2026",
            "Cités en dialogue needs a browser, which is switched off",
        ],
        "Sources that answered, but need a look": [
            "East Wire nothing new for longer than usual (since 2 Oct 2026, usually every day)",
            "Busan Harbour News without a single item (3 times in a row)",
            "Minato Press with far more items than it should have",
        ],
    }
    japanese = colophon(build, sample, *health, code="ja")
    assert list(japanese) == ["読み取れなかった情報源", "応答はあるものの、確認が必要な情報源"]
    assert japanese["応答はあるものの、確認が必要な情報源"][1].endswith("記事が一件もなし（連続3回）")


def test_a_stale_source_without_dates_tells_what_was_new_last(build: Build, sample: ModuleType) -> None:
    def line(**about: Any) -> str:
        lines = colophon(build, sample, SourceHealth(source_id="east_wire", problem="stale", **about))
        return lines["Sources that answered, but need a look"][0]

    assert line(last_new=OCTOBER) == "East Wire nothing new for longer than usual (since 2 Oct 2026)"
    assert line() == "East Wire nothing new for longer than usual"


def test_an_issue_of_an_earlier_version_reads_as_it_did(build: Build, sample: ModuleType) -> None:
    """Its sources' health has no more than a reason and a count; issues are frozen."""
    stored = (
        b'[{"source_id":"tianjin_daily","last_ok":"2026-10-18T06:00:00Z","failures":3,"problem":"timeout","pages":12}]'
    )
    health = msgspec.json.decode(stored, type=tuple[SourceHealth, ...])
    assert colophon(build, sample, *health) == {
        "Sources that failed": ["Tianjin Window timed out (3 times in a row) last read 18 Oct 2026"]
    }


def test_the_letter_names_both_kinds_in_both_parts(sample: ModuleType) -> None:
    health = (
        SourceHealth(source_id="tianjin_daily", failures=2, problem="timeout"),
        SourceHealth(source_id="busan_news", empties=3, problem="empty"),
    )
    issue: Issue = msgspec.structs.replace(sample.FIRST, health=health)
    letter = render_letter(
        issue, sample.SHELF, sample.LEXICON, load_edition("en"), base_url="https://digest.example", sender=sample.SENDER
    )
    for part in (letter.text, letter.html):
        assert "Busan Harbour News: without a single item" in " ".join(part.split())
        assert "Tianjin Window: timed out" in " ".join(part.split())


def page_of_sources(build: Build, sources: Iterable[SourceSpec], *health: SourceHealth) -> dict[str, dict[str, str]]:
    """Source id -> heading -> cell."""
    shelf = Shelf(issues=(), cards=(), sources={spec.id: spec for spec in sources}, health=health)
    page = lxml.html.fromstring(build(shelf)["sources/en.html"])
    headings = [cell.text_content() for cell in page.findall(".//thead//th")]
    return {
        row.get("id").removeprefix("source-"): dict(
            zip(headings, (" ".join(cell.text_content().split()) for cell in row), strict=True)
        )
        for row in page.iterfind(".//tbody/tr")
    }


def test_the_page_of_sources_shows_the_newest_item_the_rhythm_and_the_state(build: Build, sample: ModuleType) -> None:
    active = [
        msgspec.structs.replace(sample.SOURCES[name], state=SourceState.ACTIVE)
        for name in ("kobe_intl", "east_wire", "tianjin_daily", "minato_press")
    ]
    health = (
        SourceHealth(
            source_id="kobe_intl", last_ok=OCTOBER, newest=OCTOBER, rhythm_h=48.0, moved_to="https://kobe.example/rss"
        ),
        SourceHealth(source_id="east_wire", last_ok=OCTOBER, newest=OCTOBER, rhythm_h=12.0, problem="stale"),
        SourceHealth(source_id="tianjin_daily", last_ok=OCTOBER, failures=2, problem="timeout"),
    )
    table = page_of_sources(build, active, *health)
    told = {name: (row["Newest item"], row["Rhythm"], row["State"]) for name, row in table.items()}
    assert told == {
        "kobe_intl": ("2 Oct 2026", "every 2 days", "answers has moved to a new address"),
        "east_wire": (
            "2 Oct 2026",
            "twice a day or more",
            "answers, but nothing new for longer than usual (since 2 Oct 2026, usually twice a day or more)",
        ),
        "tianjin_daily": ("–", "–", "not readable: timed out (2 times in a row) last read 2 Oct 2026"),
        "minato_press": ("–", "–", "not read yet"),
    }
    assert table["kobe_intl"]["Kind"] == "feed"


def test_a_source_that_was_given_up_says_so_where_it_is_still_quoted(build: Build, sample: ModuleType) -> None:
    dead = {
        name: msgspec.structs.replace(spec, state=SourceState.DEAD if name == "tianjin_daily" else spec.state)
        for name, spec in sample.SOURCES.items()
    }
    shelf = msgspec.structs.replace(sample.SHELF, sources=dead, health=())
    page = lxml.html.fromstring(build(shelf)["sources/en.html"])
    assert "given up, since it no longer answers" in page.get_element_by_id("source-tianjin_daily").text_content()


def test_the_page_of_sources_says_that_it_holds_for_this_installation_only(build: Build, sample: ModuleType) -> None:
    pages = build(sample.SHELF)
    assert "what this installation sees" in pages["sources/en.html"].decode()
    assert "このサイトを作っている環境から見たもの" in pages["sources/ja.html"].decode()

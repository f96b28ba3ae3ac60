"""Seconds and memory of rendering an archive of ten years: 520 issues and 12,480 invented stories, in both editions.

    python -m bench.speed.archive [--weeks N] [--stories N] [--json] [--check] [--profile FILE] [--keep FOLDER]

The shelf is made by bench.speed.shelf and handed over as a file. A process of its own reads it and renders it into an empty
folder, as `city-digest render` does; its seconds count from its start to its end. Then two more at once: one renders the same
shelf over what the first wrote and must not write a single file, one renders it into another folder and must leave the same
bytes; both with another seed of hashes. `--check` exits 1 if that fails, or if the first took more than the goals: 60 seconds and
500 MB. Of the seconds a smaller archive has its share, and a fifth for what every rendering does: it shows what became twice as slow,
whatever the machine.
"""

from __future__ import annotations

import argparse
import contextlib
import cProfile
import filecmp
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from bench.speed.process import peak_kib

ROOT = Path(__file__).resolve().parents[2]
GOAL_S, GOAL_MB, GOAL_STORIES = 60.0, 500.0, 12_480
SHARE_OF_ANY_SIZE = 0.2
SHELF = "shelf.msgpack"
CONFIGURATION = '[digest]\nbase_url = "https://digest.example/archive"\nnow = "2026-11-09T06:00:00+09:00"\n'

Row = dict[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weeks", type=int, default=520)
    parser.add_argument("--stories", type=int, default=GOAL_STORIES)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--check", action="store_true", help="exit 1 if a goal is missed")
    parser.add_argument("--profile", help="write what cProfile saw of the first rendering here; times are longer then")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="render here, and leave it there")
    parser.add_argument("--render", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.render:
        print(json.dumps(render(options.render, options.profile)))
        return 0
    with tempfile.TemporaryDirectory(prefix="bench-archive-") as folder:
        result = measure(options.keep or Path(folder), options)
    print(json.dumps(result, indent=1) if options.json else report(result))
    missed = misses(result)
    if options.check and missed:
        print("; ".join(missed), file=sys.stderr)
        return 1
    return 0


def measure(folder: Path, options: argparse.Namespace) -> Row:
    """Makes the shelf and renders it three times."""
    one, other = (make_workspace(folder / name) for name in ("one", "other"))
    write_shelf(folder / SHELF, options.weeks, options.stories)
    first = finish(start(one, seed=1, profile=options.profile))
    again, elsewhere = (finish(process) for process in (start(one, seed=2), start(other, seed=3)))
    return {
        "weeks": options.weeks,
        "stories": options.stories,
        "files": first["files"],
        "mb": round(sum(file.stat().st_size for file in (one / "archive").rglob("*") if file.is_file()) / 1e6, 1),
        "seconds": first["seconds"],
        "peak_mb": first["peak_mb"],
        "written_again": again["written"],
        "seconds_again": again["seconds"],
        "files_elsewhere": elsewhere["files"],
        "differing": differing(one / "archive", other / "archive"),
    }


def make_workspace(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "city-digest.toml").write_text(CONFIGURATION, "utf-8")
    return folder


def write_shelf(file: Path, weeks: int, stories: int) -> None:
    import msgspec

    from bench.speed.shelf import make_shelf
    from pipeline.knowledge.lexicon import load_lexicon

    file.write_bytes(msgspec.msgpack.encode(make_shelf(weeks, stories, load_lexicon())))


def start(workspace: Path, *, seed: int, profile: str | None = None) -> tuple[float, subprocess.Popen[str]]:
    """A process that renders the shelf beside the workspace into it, and when it was started."""
    command = [sys.executable, "-m", "bench.speed.archive", "--render", str(workspace)]
    command += ["--profile", profile] if profile else []
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CITY_DIGEST_")}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment | {"PYTHONHASHSEED": str(seed)}
    )
    return time.monotonic(), process


def finish(started: tuple[float, subprocess.Popen[str]]) -> Row:
    """What a rendering says of itself, with its seconds. Raises CalledProcessError if it failed."""
    since, process = started
    out, _ = process.communicate()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    found: Row = json.loads(out.splitlines()[-1])
    return found | {"seconds": round(time.monotonic() - since, 1)}


def render(folder: Path, profile: str | None) -> Row:
    """Renders the shelf into the workspace `folder`: files, files written, peak memory of this process."""
    import msgspec

    from pipeline.config import open_workspace
    from pipeline.model import Shelf
    from pipeline.weekly import render_workspace, share_cards

    shelf = msgspec.msgpack.decode((folder.parent / SHELF).read_bytes(), type=Shelf)
    shelf = msgspec.structs.replace(shelf, cards=tuple(share_cards(shelf.cards, shelf.issues)))  # as `fill_shelf` does
    profiler, ended, held = cProfile.Profile(), threading.Event(), dict[str, int]()
    threading.Thread(target=watch_children, args=(ended, held), daemon=True).start()
    if profile:
        profiler.enable()
    done = render_workspace(open_workspace(folder), shelf)
    profiler.disable()
    ended.set()
    if profile:
        profiler.dump_stats(profile)
    peak = peak_kib() + sum(held.values())
    return {"files": done.files, "written": done.written, "peak_mb": round(peak * 1024 / 1e6)}


def watch_children(ended: threading.Event, held: dict[str, int]) -> None:
    """Notes the largest resident set of every process that this one starts, KiB by process id; nothing outside Linux."""
    while not ended.wait(0.2):
        for task in Path("/proc/self/task").glob("*/children"):
            for child in task.read_text().split():
                with contextlib.suppress(OSError):
                    held[child] = peak_kib(child)


def differing(one: Path, other: Path) -> list[str]:
    """Paths of files that only one of the folders has, or both with different bytes."""
    trees = [{str(file.relative_to(root)) for file in root.rglob("*") if file.is_file()} for root in (one, other)]
    lonely = trees[0] ^ trees[1]
    return sorted(lonely | {name for name in trees[0] & trees[1] if not filecmp.cmp(one / name, other / name, False)})


def goal_s(stories: int) -> float:
    """Seconds that the rendering of so many stories may take."""
    return GOAL_S * min(1.0, SHARE_OF_ANY_SIZE + (1 - SHARE_OF_ANY_SIZE) * stories / GOAL_STORIES)


def misses(result: Row) -> list[str]:
    """The goals that were missed, in words."""
    found = []
    if result["seconds"] > goal_s(result["stories"]):
        found.append(f"{result['seconds']} s are more than {goal_s(result['stories']):.0f}")
    if result["peak_mb"] > GOAL_MB:
        found.append(f"{result['peak_mb']} MB are more than {GOAL_MB:.0f}")
    if result["written_again"]:
        found.append(f"{result['written_again']} files were written again though nothing had changed")
    if result["differing"]:
        found.append(f"{len(result['differing'])} files differ between two renderings: {result['differing'][0]}")
    return found


def report(result: Row) -> str:
    lines = [
        f"{result['weeks']} issues, {result['stories']} stories: {result['files']} files, {result['mb']} MB",
        f"{'first':12}{result['seconds']:>9.1f} s of {goal_s(result['stories']):.0f}",
        f"{'peak':12}{result['peak_mb']:>9} MB of {GOAL_MB:.0f}",
        f"{'again':12}{result['seconds_again']:>9.1f} s, {result['written_again']} files written",
        f"{'elsewhere':12}{len(result['differing']):>9} files differ",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())

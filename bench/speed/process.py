"""Pages per second and core of extraction and of the whole process path (extract, identify, tag), beside plain trafilatura.

    python -m bench.speed.process [--pages N] [--rounds N] [--json] [--check | --write]

The baseline is `trafilatura.bare_extraction(html, with_metadata=True)` on the same bytes. The three take turns page by page, so
that all see the same machine; figures are CPU time. Each one's peak memory is that of a process of its own that does nothing
else. `--check` exits 1 below the floors of floors.json, `--write` raises them.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from trafilatura.meta import reset_caches

from bench.material import Sample, eval_data, gold_pages, sample_pages

FLOORS = Path(__file__).with_name("floors.json")
# Between runs on one busy machine the ratio of the fastest times moved by less than this share.
NOISE = 0.1
EXTRACT, PROCESS, BASELINE = "extract", "process", "trafilatura"
OURS = (EXTRACT, PROCESS)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=0, help="most pages, evenly spread; 0 for all")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--check", action="store_true", help="exit 1 if a ratio is below its floor")
    parser.add_argument("--write", action="store_true", help="raise the floors to what was measured, less noise")
    parser.add_argument("--alone", choices=(*OURS, BASELINE), help=argparse.SUPPRESS)
    options = parser.parse_args()
    name, samples = load(options.pages)
    if options.alone:
        print(run_alone(options.alone, samples))
        return 0
    result = {"pages_of": name, "pages": len(samples), "rounds": options.rounds, **measure(samples, options.rounds)}
    result["peak_mib"] = {who: peak(who, options.pages) for who in CONTESTANTS}
    floors = json.loads(FLOORS.read_text("utf-8"))
    least = floors.get(name, {})
    print(json.dumps(result, indent=1) if options.json else report(result, least))
    ratios = result["ratio_best"]
    assert isinstance(ratios, dict)
    if options.write:
        kept = {who: max(least.get(who, 0.0), round(ratio * (1 - NOISE), 2)) for who, ratio in ratios.items()}
        FLOORS.write_text(json.dumps(floors | {name: kept}, indent=1, sort_keys=True) + "\n", "utf-8")
    below = [f"{who} {ratio:.2f} < {least[who]:.2f}" for who, ratio in ratios.items() if ratio < least.get(who, 0.0)]
    if options.check and below:
        print("below the floor:", ", ".join(below), file=sys.stderr)
        return 1
    return 0


def load(limit: int) -> tuple[str, list[Sample]]:
    """The name of the set of pages, and the pages."""
    data = eval_data()
    name, samples = ("evaluation", list(gold_pages(data))) if data else ("sample web", list(sample_pages()))
    step = max(1, -(-len(samples) // limit)) if limit else 1
    return name, samples[::step]


def make_process() -> Callable[[Sample], object]:
    from bench.material import process
    from pipeline.knowledge.lexicon import load_lexicon

    lexicon = load_lexicon()
    return lambda sample: process(sample, lexicon)


def make_extract() -> Callable[[Sample], object]:
    from pipeline.extract import extract

    return lambda sample: extract(sample.page)


def make_baseline() -> Callable[[Sample], object]:
    import trafilatura

    return lambda sample: trafilatura.bare_extraction(sample.page.body, url=sample.page.url, with_metadata=True)


CONTESTANTS = {EXTRACT: make_extract, PROCESS: make_process, BASELINE: make_baseline}


def measure(samples: list[Sample], rounds: int) -> dict[str, object]:
    """Pages per second of CPU: of the fastest time of every page, and of the median round."""
    runners = {who: make() for who, make in CONTESTANTS.items()}
    for run in runners.values():
        run(samples[0])
    times: dict[str, list[list[float]]] = {who: [] for who in runners}
    for number in range(rounds):
        for row in times.values():
            row.append([])
        gc.collect()
        reset_caches()  # trafilatura's and htmldate's: in a crawl no page comes twice
        for position, sample in enumerate(samples):
            turn = (number + position) % len(runners)
            order = [*runners][turn:] + [*runners][:turn]
            for who in order:
                start = time.process_time()
                runners[who](sample)
                times[who][-1].append(time.process_time() - start)
    best = {who: len(samples) / sum(map(min, zip(*rows, strict=True))) for who, rows in times.items()}
    median = {who: len(samples) / statistics.median(map(sum, rows)) for who, rows in times.items()}
    return {
        "pages_per_s_best": {who: round(value, 1) for who, value in best.items()},
        "pages_per_s_median": {who: round(value, 1) for who, value in median.items()},
        "ratio_best": {who: round(best[who] / best[BASELINE], 3) for who in OURS},
        "ratio_median": {who: round(median[who] / median[BASELINE], 3) for who in OURS},
        "slowest_ms": {who: round(max(map(max, rows)) * 1000) for who, rows in times.items()},
    }


def run_alone(who: str, samples: list[Sample]) -> float:
    """Runs one contestant over all pages; the peak resident memory of this process in MiB."""
    run = CONTESTANTS[who]()
    for sample in samples:
        run(sample)
    return round(peak_kib() / 1024, 1)


def peak_kib(process: str = "self") -> int:
    """The largest resident set of a process. Linux counts what its parent held before exec into ru_maxrss, but not into VmHWM."""
    status = Path(f"/proc/{process}/status")
    if status.parent.parent.exists():
        return next((int(row.split()[1]) for row in status.read_text().splitlines() if row.startswith("VmHWM")), 0)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most // 1024 if sys.platform == "darwin" else most


def peak(who: str, pages: int) -> float:
    """The peak memory in MiB of a new process in which only `who` runs."""
    command = [sys.executable, "-m", "bench.speed.process", "--alone", who, "--pages", str(pages)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    return float(done.stdout.split()[-1])


def report(result: dict[str, object], least: Mapping[str, float]) -> str:
    lines = [f"{result['pages']} pages of {result['pages_of']}, {result['rounds']} rounds"]
    lines.append(f"{'':16}{EXTRACT:>12}{PROCESS:>12}{BASELINE:>14}")
    shown = (
        ("best pages/s", "pages_per_s_best"),
        ("median pages/s", "pages_per_s_median"),
        ("slowest page ms", "slowest_ms"),
        ("peak MiB", "peak_mib"),
        ("best ratio", "ratio_best"),
        ("median ratio", "ratio_median"),
    )
    for label, key in shown:
        values = result[key]
        assert isinstance(values, dict)
        lines.append(
            f"{label:16}" + "".join(f"{values.get(who, ''):>12}" for who in OURS) + f"{values.get(BASELINE, ''):>14}"
        )
    lines.append(f"{'floor of ratio':16}" + "".join(f"{least.get(who, ''):>12}" for who in OURS))
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())

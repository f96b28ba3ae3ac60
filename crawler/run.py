"""One crawl from start to exit code.

Exit codes: 0 every source that was asked was read; 1 none was, or something unforeseen happened; 3 some sources failed; 75 stopped early or
another crawl is running; 78 the configuration is wrong. Standard output gets one JSON object; warnings and errors go to standard error as
JSON lines.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import logging
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import filelock
import msgspec

from crawler.archives import read_archives
from crawler.catalogue import Entry, choose, lacks_rules, load_catalogue, pages_of_links
from crawler.errands import Errand
from crawler.health import MOST_ITEMS, Observation, address_to_ask, due_after, is_due, judge
from crawler.javascript import missing
from crawler.job import Job
from crawler.logs import json_log
from crawler.rounds import crawl_network
from crawler.shard import peak_mib
from crawler.shards import number_of_shards
from crawler.tally import COUNTS, Tally, exit_code
from pipeline.config import Workspace, check_contact, open_workspace
from pipeline.errors import CityDigestError, Reason, WorkspaceBusy
from pipeline.model import Kind, SourceHealth, SourceSpec, SourceState
from pipeline.store.database import open_engine
from pipeline.store.inbox import HttpState, Inbox, body_hash
from pipeline.store.schema import prepare

logger = logging.getLogger("crawler")

LOCK_WAIT_S = 10.0  # a crawl whose parent was killed ends within this time


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one crawl; returns the exit code."""
    options = _parser().parse_args(arguments)
    with json_log(options.log_level, options.run_id):
        try:
            workspace = open_workspace(options.workspace)
            return _crawl(workspace, options)
        except CityDigestError as error:
            sys.stderr.write(f"{error}\n")
            return error.exit_code
        except KeyboardInterrupt:
            return 75


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m crawler", description="Fetches what is new from the active sources."
    )
    parser.add_argument("--workspace", type=Path, required=True, metavar="DIR")
    parser.add_argument("--source", action="append", default=[], metavar="ID", help="only this source; may be repeated")
    parser.add_argument("--all", action="store_true", help="also sources that are not due")
    parser.add_argument("--dry-run", action="store_true", help="tell what would be asked and ask nothing")
    parser.add_argument("--progress", action="store_true", help="one JSON line on standard error for every page")
    parser.add_argument("--attached", action="store_true", help="end when standard input closes: with the parent")
    parser.add_argument("--run-id", default="", metavar="ID", help="stands in every log line")
    parser.add_argument("--log-level", default="WARNING", choices=["DEBUG", "INFO", "WARNING", "ERROR"])
    return parser


def _crawl(workspace: Workspace, options: argparse.Namespace) -> int:
    check_contact(workspace)
    catalogue = load_catalogue(workspace.sources)
    active = choose(catalogue, options.source)
    workspace.state.mkdir(parents=True, exist_ok=True)
    with only_one_crawl(workspace):
        engine = open_engine(workspace.inbox_url)
        prepare(engine, "inbox")
        inbox = Inbox(engine)
        known = {health.source_id: health for health in inbox.health()}
        revivals = [] if options.source else _revivals(workspace, catalogue, known)
        job = Job(workspace, inbox, [*active, *revivals], progress=options.progress)
        job.known = frozenset(
            key for key, spec in job.specs.items() if inbox.http_state(_read_key(key)) == _read_by(spec)
        )
        asked = {key for key in job.specs if options.source or options.all or _is_due(known.get(key), workspace)}
        if options.dry_run:
            sys.stdout.write(msgspec.json.encode(_plan(job, asked)).decode() + "\n")
            return 0
        started = time.monotonic()
        for spec in job.specs.values():
            job.inbox.save_source(spec, pages_of_links(spec))
        job.tell("start", sources=len(asked))
        read_archives(job, asked)
        most = _ask_network(job, asked, options)
        if not options.source:
            job.inbox.forget_health(job.specs.keys() | _dead(catalogue))
        _save_health(job, asked, known)
        counted = {
            key: tally
            for key, tally in job.tallies.items()
            if tally.touched and job.specs[key].state is not SourceState.DEAD
        }
        others = 0 if options.source else len(active) - len(counted)
        code = exit_code(counted, unexpected=job.unexpected, stopped=bool(job.stopped), others=others)
        report = _report(job, asked, code, time.monotonic() - started, max(most, peak_mib()))
        engine.dispose()
    sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
    return code


def _ask_network(job: Job, asked: set[str], options: argparse.Namespace) -> int:
    """Asks what is due; returns the most memory of one process, in MiB."""
    errands = first_errands(job, asked)
    if not errands:
        return 0
    number = number_of_shards(job.crawl.shards, len({errand.source_id for errand in errands}), os.cpu_count() or 1)
    passed = [
        "--run-id",
        options.run_id,
        "--log-level",
        options.log_level,
        *(["--progress"] if options.progress else []),
    ]
    return crawl_network(job, errands, number, attached=options.attached, options=passed)


def first_errands(job: Job, asked: set[str]) -> list[Errand]:
    """The pages of links of the sources that are asked, then the pages that wait from earlier crawls."""
    specs = _readable_here(job, asked)
    active = [key for key, spec in specs.items() if spec.state is not SourceState.DEAD]
    owners = {page: key for key in active for page in pages_of_links(specs[key])}
    errands: dict[str, Errand] = {}
    for source_id, spec in specs.items():
        for start in pages_of_links(spec) if source_id in asked else ():
            url = address_to_ask(job.inbox.http_state(start), start)
            owner = owners.setdefault(url, source_id)
            if owner == source_id:
                errands.setdefault(url, Errand(url=url, source_id=source_id, start=start if start != url else ""))
            else:
                _note_shared(job, source_id, start, url, owner)
    read = {errand.source_id for errand in errands.values()}
    for source_id in asked - read:
        if Reason.SAME_PAGE.value in job.tallies[source_id].failures:
            job.tallies[source_id].problem = Reason.SAME_PAGE.value
    waiting = job.inbox.pending(active, job.clock(), job.max_attempts)
    return [*errands.values(), *(Errand(url=link.url, source_id=link.source_id, link=link) for link in waiting)]


def _note_shared(job: Job, source_id: str, start: str, url: str, owner: str) -> None:
    """A page is asked once. That a start of one source leads to the page of another shows only after it has moved there."""
    moved = f"{start} moved to {url}, which" if start != url else url
    job.tallies[source_id].fail(Reason.SAME_PAGE)
    job.problems.setdefault(source_id, f"{moved} is read by source {owner!r} already; keep one of them active")


def _readable_here(job: Job, asked: set[str]) -> dict[str, SourceSpec]:
    """The sources on the network without those that need a browser where there is none: these fail."""
    lacking = missing(job.workspace.settings)
    without = [key for key, spec in job.network_specs.items() if spec.javascript and lacking]
    for source_id in without:
        if source_id in asked:
            job.tallies[source_id].fail(Reason.NO_BROWSER)
            job.tallies[source_id].problem = Reason.NO_BROWSER.value
            job.problems[source_id] = lacking
    return {key: spec for key, spec in job.network_specs.items() if key not in without}


def _dead(catalogue: Mapping[str, Entry]) -> set[str]:
    return {key for key, entry in catalogue.items() if entry.spec.state is SourceState.DEAD}


def _revivals(workspace: Workspace, catalogue: Mapping[str, Entry], known: Mapping[str, SourceHealth]) -> list[Entry]:
    """Sources that died here, that is by a file of the operator's, and whose turn it is to be asked whether they answer again."""
    if not workspace.settings.crawl.revival_days:
        return []
    now = workspace.clock()
    return [
        catalogue[key]
        for key in sorted(_dead(catalogue))
        if _is_readable(catalogue[key].spec)
        and (workspace.sources / f"{key}.toml").exists()
        and is_due(known.get(key), now)
    ]


def _is_due(health: SourceHealth | None, workspace: Workspace) -> bool:
    """True also for every source in the first crawl of a week: the issue of the week before is made from what that one finds."""
    now = workspace.clock()
    local = now.astimezone(ZoneInfo(workspace.settings.digest.zone))
    week_began = dt.datetime.combine(local.date() - dt.timedelta(days=local.weekday()), dt.time(), local.tzinfo)
    first_of_week = health is None or health.last_asked is None or health.last_asked < week_began
    return first_of_week or is_due(health, now)


def _is_readable(spec: SourceSpec) -> bool:
    """False for archives, which never die, and for what was given up before anybody knew how to read it."""
    return spec.kind is not Kind.ARCHIVE and not lacks_rules(spec)


def _plan(job: Job, asked: set[str]) -> dict[str, Any]:
    """What a crawl would begin with: each source's pages of links, and how many pages wait from earlier crawls."""
    waiting = Counter(link.source_id for link in job.inbox.pending(job.specs, job.clock(), job.max_attempts))
    return {
        "dry_run": True,
        "sources": {
            key: {"start": spec.start if key in asked else (), "waiting": waiting[key]}
            for key, spec in job.specs.items()
            if key in asked or waiting[key]
        },
    }


@contextlib.contextmanager
def only_one_crawl(workspace: Workspace) -> Iterator[None]:
    """Two crawls at once would ask every host twice as often as promised: raises WorkspaceBusy while another one runs."""
    lock = filelock.FileLock(workspace.state / "crawl.lock")
    try:
        lock.acquire(timeout=LOCK_WAIT_S)
    except filelock.Timeout as error:
        raise WorkspaceBusy(
            f"Another crawl of {workspace.root} is running. Wait until it ends, then run again."
        ) from error
    try:
        yield
    finally:
        lock.release()


# ---------------------------------------------------------------------------------------------------------------- report


def _read_by(spec: SourceSpec) -> HttpState:
    """What the inbox keeps of a source that was read to its end by these rules; other rules have another tag, and find other links."""
    rules = (
        spec.kind,
        spec.start,
        spec.selectors,
        spec.fields,
        spec.javascript,
        spec.include,
        spec.exclude,
        spec.max_items,
    )
    return HttpState(url=_read_key(spec.id), etag=body_hash(msgspec.json.encode(rules)))


def _read_key(source_id: str) -> str:
    return f"urn:city-digest:read:{source_id}"


def _is_read_to_its_end(job: Job, source_id: str) -> bool:
    """False if a page of links may still hold what was never listed: more than crawl.flood_cap of that is no flood."""
    tally = job.tallies[source_id]
    whole = tally.seeds and not tally.problem and not tally.unread and not job.stopped
    return bool(whole) and job.specs[source_id].state is not SourceState.DEAD


def _save_health(job: Job, asked: set[str], known: Mapping[str, SourceHealth]) -> None:
    now = job.clock()
    for source_id in sorted(asked):
        tally, spec = job.tallies[source_id], job.specs[source_id]
        if not tally.seeds and not tally.problem:
            continue  # not asked after all: the crawl was stopped
        health = judge(known.get(source_id), _observe(job, source_id, tally), spec, now)
        job.inbox.save_health(msgspec.structs.replace(health, due=due_after(health, spec, now, job.crawl)))
        if _is_read_to_its_end(job, source_id):
            job.inbox.save_http_state(_read_by(spec))
        if tally.failed and spec.state is not SourceState.DEAD:
            logger.warning(
                "source %s: %s: %s", source_id, tally.worst, job.problems.get(source_id, "no page could be fetched")
            )


def _observe(job: Job, source_id: str, tally: Tally) -> Observation:
    return Observation(
        asked=job.clock(),
        problem=tally.worst,
        items=tally.items,
        times=tuple(tally.dates),
        discovered=tuple(job.inbox.item_dates(source_id, MOST_ITEMS)),
        new_pages=tally.pages_new,
        flooded=Reason.FLOOD.value in tally.failures,
        moved_to=tally.moved_to,
    )


def _report(job: Job, asked: set[str], code: int, seconds: float, most_mib: int) -> dict[str, Any]:
    told = {key: tally for key, tally in job.tallies.items() if key in asked or tally.touched}
    total: dict[str, Any] = {name: sum(getattr(tally, name) for tally in told.values()) for name in COUNTS}
    total["seconds"] = round(total["seconds"], 3)
    failures = sum((Counter(tally.failures) for tally in told.values()), start=Counter[str]())
    total["failures"] = dict(sorted(failures.items()))
    total["sources"] = len(asked)
    total["sources_not_due"] = len(job.specs) - len(asked)
    total["sources_failed"] = sum(
        tally.failed for key, tally in told.items() if job.specs[key].state is not SourceState.DEAD
    )
    return {
        "exit_code": code,
        "stopped": job.stopped,
        "seconds": round(seconds, 3),
        "peak_mib": most_mib,
        "total": total,
        "problems": dict(sorted(job.problems.items())),
        "sources": {key: _tally_facts(tally) for key, tally in told.items()},
    }


def _tally_facts(tally: Tally) -> dict[str, Any]:
    facts: dict[str, Any] = {name: getattr(tally, name) for name in COUNTS}
    facts["seconds"] = round(tally.seconds, 3)
    return facts | {
        "failures": dict(sorted(tally.failures.items())),
        "problem": tally.problem,
        "moved_to": tally.moved_to,
    }

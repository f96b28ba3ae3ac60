"""One crawl from start to exit code: the only place where a reactor starts.

Exit codes: 0 every source was read; 1 none was, or something unforeseen happened; 3 some sources failed; 75 stopped early or another crawl
is running; 78 the configuration is wrong. Standard output gets one JSON object; warnings and errors go to standard error as JSON lines.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import filelock
import msgspec

from crawler.catalogue import Entry, choose, load_catalogue
from crawler.hosts import Hosts
from crawler.spiders.archive import archive_files, fingerprint, read_archive
from crawler.spiders.reading import Unreadable
from crawler.tally import Tally, exit_code
from pipeline.config import Workspace, open_workspace
from pipeline.errors import CityDigestError, ConfigurationError, CrawlError, WorkspaceBusy
from pipeline.model import Kind
from pipeline.store.database import open_engine
from pipeline.store.inbox import HttpState, Inbox
from pipeline.store.schema import prepare
from pipeline.text.urls import host

logger = logging.getLogger("crawler")

LOCK_WAIT_S = 10.0  # a crawl whose parent was killed ends within this time
STOP_S = 6.0  # after a signal, requests under way have so long; the whole command promises ten


class Job:
    """What one crawl works with and on."""

    def __init__(self, workspace: Workspace, inbox: Inbox, entries: Sequence[Entry], *, progress: bool = False) -> None:
        self.workspace = workspace
        self.inbox = inbox
        self.entries = entries
        self.clock = workspace.clock
        self.max_attempts = workspace.settings.crawl.max_attempts
        self.hosts = Hosts(workspace.settings.crawl, workspace.settings.rehearsal)
        self.specs = {entry.spec.id: entry.spec for entry in entries}
        self.network_specs = {key: spec for key, spec in self.specs.items() if spec.kind is not Kind.ARCHIVE}
        self.unverified_hosts = frozenset(
            host(url) for spec in self.network_specs.values() if not spec.verify_tls for url in spec.start
        )
        self.tallies = {key: Tally() for key in self.specs}
        self.problems: dict[str, str] = {}  # source id -> the sentence behind its tally's problem
        self.unexpected = 0
        self.stopped = ""  # what ended the crawl early
        self._progress = progress

    def tell(self, event: str, **facts: Any) -> None:
        """A line of progress for the parent command, if it asked for any."""
        if self._progress:
            _write_line({"event": event} | facts)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one crawl; returns the exit code."""
    options = _parser().parse_args(arguments)
    with _json_log(options.log_level, options.run_id):
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
    parser.add_argument("--dry-run", action="store_true", help="tell what would be asked and ask nothing")
    parser.add_argument("--progress", action="store_true", help="one JSON line on standard error for every page")
    parser.add_argument("--attached", action="store_true", help="end when standard input closes: with the parent")
    parser.add_argument("--run-id", default="", metavar="ID", help="stands in every log line")
    parser.add_argument("--log-level", default="WARNING", choices=["DEBUG", "INFO", "WARNING", "ERROR"])
    return parser


def _crawl(workspace: Workspace, options: argparse.Namespace) -> int:
    _check_contact(workspace)
    entries = choose(load_catalogue(workspace.sources), options.source)
    workspace.state.mkdir(parents=True, exist_ok=True)
    with _only_one(workspace):
        engine = open_engine(workspace.inbox_url)
        prepare(engine, "inbox")
        job = Job(workspace, Inbox(engine), entries, progress=options.progress)
        if options.dry_run:
            sys.stdout.write(msgspec.json.encode(_plan(job)).decode() + "\n")
            return 0
        started = time.monotonic()
        for spec in job.specs.values():
            job.inbox.save_source(spec)
        job.tell("start", sources=len(job.specs))
        read_archives(job)
        if job.network_specs:
            _run_spider(job, attached=options.attached)
        if not options.source:
            job.inbox.forget_health(job.specs)
        _save_health(job)
        code = exit_code(job.tallies, unexpected=job.unexpected, stopped=bool(job.stopped))
        report = _report(job, code, time.monotonic() - started)
        engine.dispose()
    sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
    return code


def _plan(job: Job) -> dict[str, Any]:
    """What a crawl would begin with: each source's pages of links, and how many pages wait from earlier crawls."""
    waiting = Counter(link.source_id for link in job.inbox.pending(job.specs, job.clock(), job.max_attempts))
    return {
        "dry_run": True,
        "sources": {key: {"start": spec.start, "waiting": waiting[key]} for key, spec in job.specs.items()},
    }


def _check_contact(workspace: Workspace) -> None:
    contact = workspace.settings.crawl.contact
    parts = urlsplit(contact)
    if not (parts.scheme in ("http", "https") and parts.netloc) and not (
        parts.scheme == "mailto" and "@" in parts.path
    ):
        raise ConfigurationError(
            f"crawl.contact is {contact!r}: tell the servers who is asking. Write a page's address (https://...) or "
            "mailto:you@example.org into city-digest.toml under [crawl]."
        )
    if not contact.isascii() or not contact.isprintable() or " " in contact:
        raise ConfigurationError("crawl.contact goes into the User-Agent header, so it must be ASCII without spaces.")


@contextlib.contextmanager
def _only_one(workspace: Workspace) -> Iterator[None]:
    """Two crawls at once would ask every host twice as often as promised."""
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


# -------------------------------------------------------------------------------------------------------------- archives


def read_archives(job: Job) -> None:
    """Takes the pages of every archive whose files changed since they were last read."""
    for entry in job.entries:
        if entry.spec.kind is Kind.ARCHIVE:
            started = time.monotonic()
            for start in entry.spec.start:
                _read_start(job, entry, start)
            job.tallies[entry.spec.id].seconds += time.monotonic() - started


def _read_start(job: Job, entry: Entry, start: str) -> None:
    spec, tally = entry.spec, job.tallies[entry.spec.id]
    tally.seeds += 1
    try:
        files = archive_files(start, entry.file)
    except Unreadable as error:
        _blame(job, spec.id, error)
        return
    whole = True
    for file, name in files:
        key, mark = f"urn:city-digest:file:{spec.id}:{start}:{name}", fingerprint(file, spec)
        state = job.inbox.http_state(key)
        if state and state.etag == mark:
            tally.not_modified += 1
            continue
        try:
            _read_file(job, entry, file, name)
        except Unreadable as error:
            whole = False
            _blame(job, spec.id, error)
        else:
            # Only now: a crawl that is killed in the middle of a file reads it again.
            job.inbox.save_http_state(HttpState(url=key, etag=mark))
    tally.answered += whole


def _read_file(job: Job, entry: Entry, file: Path, name: str) -> None:
    spec, tally = entry.spec, job.tallies[entry.spec.id]
    max_bytes = job.workspace.settings.crawl.max_body_mib * 1024 * 1024
    for page in read_archive(file, name, spec, job.clock(), max_bytes):
        new = job.inbox.save_page(page)
        tally.links_new += new
        tally.pages_new += new
        tally.pages += 1
        tally.bytes += len(page.body)
        job.tell("page", source=spec.id, url=page.url, bytes=len(page.body))


def _blame(job: Job, source_id: str, error: Unreadable) -> None:
    tally = job.tallies[source_id]
    tally.fail(error.reason)
    if not tally.problem:
        tally.problem = error.reason.value
        job.problems[source_id] = error.detail


# --------------------------------------------------------------------------------------------------------------- network


def _run_spider(job: Job, *, attached: bool) -> None:
    # Here, because archives need neither: Scrapy and Twisted take half a second to import.
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import Settings

    from crawler import settings as ours
    from crawler.spiders.sources import SourcesSpider
    from crawler.stopping import stop_on_signals

    settings = Settings()
    settings.setmodule(ours, priority="project")
    settings.setdict(ours.build(job.workspace), priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(SourcesSpider)
    process.crawl(crawler, job=job)
    stop_on_signals(process, job, within_s=STOP_S, attached=attached)
    process.start(install_signal_handlers=False)
    try:
        stats = crawler.stats.get_stats()
    except RuntimeError as error:
        raise CrawlError("The crawl did not start; the lines above say why.") from error
    if isinstance(crawler.spider, SourcesSpider):
        crawler.spider.count_held()
    job.unexpected += stats.get("spider_exceptions/count", 0)
    ended = stats.get("finish_reason", "not finished")
    if not job.stopped and ended != "finished":
        job.stopped = ended
    if ended == "start_error":
        job.unexpected += 1


# ---------------------------------------------------------------------------------------------------------------- report


def _save_health(job: Job) -> None:
    now = job.clock()
    for source_id, tally in job.tallies.items():
        if job.stopped and not tally.seeds:
            continue  # not asked: nothing is known of it
        job.inbox.save_health(source_id, not tally.failed, tally.pages_new > 0, tally.worst, now)
        if tally.failed:
            logger.warning(
                "source %s: %s: %s", source_id, tally.worst, job.problems.get(source_id, "no page could be fetched")
            )


def _report(job: Job, code: int, seconds: float) -> dict[str, Any]:
    sources = {key: msgspec.to_builtins(tally) for key, tally in job.tallies.items()}
    for tally in sources.values():
        tally["seconds"] = round(tally["seconds"], 3)
        tally["failures"] = dict(sorted(tally["failures"].items()))
    names = ("seeds", "answered", "not_modified", "links_new", "pages", "pages_new", "held", "bytes")
    total: dict[str, Any] = {name: sum(tally[name] for tally in sources.values()) for name in names}
    total["failures"] = dict(
        sorted(sum((tally.failures for tally in job.tallies.values()), start=Tally().failures).items())
    )
    total["sources"] = len(sources)
    total["sources_failed"] = sum(tally.failed for tally in job.tallies.values())
    return {
        "exit_code": code,
        "stopped": job.stopped,
        "seconds": round(seconds, 3),
        "peak_mib": _peak_mib(),
        "total": total,
        "problems": dict(sorted(job.problems.items())),
        "sources": sources,
    }


def _peak_mib() -> int:
    """The most memory that this process held. Linux counts what its parent held before exec into ru_maxrss, but not into VmHWM."""
    status = Path("/proc/self/status")
    if status.exists():
        peak = next(
            (line for line in status.read_text("ascii", "replace").splitlines() if line.startswith("VmHWM")), ""
        )
        if peak:
            return int(peak.split()[1]) // 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most // (1024 * 1024 if sys.platform == "darwin" else 1024)


class _JsonLines(logging.Formatter):
    def __init__(self, run_id: str) -> None:
        super().__init__()
        self.run_id = run_id

    def format(self, record: logging.LogRecord) -> str:
        facts = {
            "event": "log",
            "run": self.run_id,
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            facts["exception"] = self.formatException(record.exc_info)
        return msgspec.json.encode(facts).decode()


@contextlib.contextmanager
def _json_log(level: str, run_id: str) -> Iterator[None]:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines(run_id))
    handler.setLevel(level)
    # Below errors, Scrapy tells of single answers, which we count and store with their reason; and it resets its logger's level.
    handler.addFilter(
        lambda record: level == "DEBUG" or record.levelno >= logging.ERROR or record.name.startswith("crawler")
    )
    handlers, former = logging.root.handlers[:], logging.root.level
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(level)
    try:
        yield
    finally:
        logging.root.handlers[:] = handlers
        logging.root.setLevel(former)


def _write_line(facts: dict[str, Any]) -> None:
    sys.stderr.write(msgspec.json.encode(facts).decode() + "\n")
    sys.stderr.flush()

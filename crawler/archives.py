"""Takes the pages of archives on this machine: no network, no Scrapy."""

from __future__ import annotations

import time
from pathlib import Path

from crawler.catalogue import Entry
from crawler.job import Job
from crawler.spiders.archive import archive_files, fingerprint, read_archive
from crawler.spiders.reading import Unreadable
from pipeline.model import Kind
from pipeline.store.inbox import HttpState


def read_archives(job: Job, asked: set[str]) -> None:
    """Takes the pages of every archive that is asked and whose files changed since they were last read."""
    for entry in job.entries:
        if entry.spec.kind is Kind.ARCHIVE and entry.spec.id in asked:
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

"""`city-digest crawl`: starts the crawler as a process of its own, so that its reactor and its crashes stay there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable
from typing import IO, Any

import click

from pipeline.cli.session import EXIT_PARTIAL, Session, describe_counts, hold, json_option, progress, report
from pipeline.config import Workspace
from pipeline.errors import ConfigurationError, CrawlError

EXIT_STOPPED = 75  # ended early by a limit; the next crawl goes on from there
# A stopped crawler finishes the page it has in hand; what it had not begun waits in the inbox.
_PATIENCE_S = 7


@click.command("crawl")
@click.option("--source", "sources", multiple=True, metavar="ID", help="Only this source; may be repeated.")
@click.option("--all", "every", is_flag=True, help="Also sources that are not due yet.")
@click.option("--dry-run", is_flag=True, help="Names the sources that would be asked and asks none.")
@json_option
@click.pass_obj
def command(session: Session, sources: tuple[str, ...], every: bool, dry_run: bool, as_json: bool) -> int:
    """Asks the active sources that are due for new articles and keeps their pages in the inbox."""
    workspace = session.open()
    with hold(workspace, "crawl"):
        result = crawl(workspace, session.flags, sources, every=every, dry_run=dry_run)
    report(result, describe_plan(result) if dry_run else describe_crawl(result), as_json=as_json)
    return EXIT_PARTIAL if result["partial"] else 0


def crawl(
    workspace: Workspace,
    flags: dict[str, str],
    sources: tuple[str, ...] = (),
    *,
    every: bool = False,
    dry_run: bool = False,
) -> dict[str, Any]:
    """The crawler's own report, with `partial` true if some sources failed; for a dry run its plan.

    Raises:
        ConfigurationError: no contact, no active source, or a source file is wrong.
        CrawlError: the crawler ended without a report, or every source failed.
    """
    from pipeline.store.opening import open_inbox

    open_inbox(workspace).engine.dispose()  # migrations happen here, under the lock
    # --attached: a crawler whose parent was killed ends by itself.
    arguments = [sys.executable, "-P", "-m", "crawler", "--workspace", str(workspace.root), "--progress", "--attached"]
    arguments += ["--run-id", uuid.uuid4().hex[:12]]
    if every:
        arguments.append("--all")
    if dry_run:
        arguments.append("--dry-run")
    for source in sources:
        arguments += ["--source", source]
    # Flags reach the child as environment, which is the next layer below.
    variables = {f"CITY_DIGEST_{key.upper().replace('.', '__')}": value for key, value in flags.items()}
    with (
        progress("crawl") as advance,
        subprocess.Popen(  # noqa: S603  # our own module with our own interpreter
            arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | variables,
        ) as child,
    ):
        messages: list[str] = []
        listener = threading.Thread(target=_listen, args=(child.stderr, advance, messages), daemon=True)
        listener.start()
        try:
            output = child.stdout.read() if child.stdout else ""
            code = child.wait()
        except KeyboardInterrupt:
            _stop(child)
            raise
        listener.join(timeout=1)
    return _read_report(output, code, "\n".join(messages))


def _listen(stream: IO[str], advance: Callable[[int, int | None], None], messages: list[str]) -> None:
    """Splits the crawler's standard error into progress events, which move the bar, and messages, which are passed on."""
    pages = 0
    for line in stream:
        event = _read_object(line)
        if event.get("event") == "page":
            pages += 1
            advance(pages, None)
        elif event.get("event") == "log":
            messages.append(event["message"])
            # Programs read log lines, people sentences.
            click.echo(event["message"] if sys.stderr.isatty() else line.rstrip(), err=True)
        elif not event:
            messages.append(line.rstrip())  # what it says last before it ends: part of our own error


def _read_object(text: str) -> dict[str, Any]:
    """The JSON object in `text`, empty if there is none."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _stop(child: subprocess.Popen[str]) -> None:
    child.send_signal(signal.SIGTERM)
    try:
        child.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        child.kill()


def _read_report(output: str, code: int, messages: str) -> dict[str, Any]:
    found = _read_object(output)
    if code == ConfigurationError.exit_code:
        raise ConfigurationError(messages or "the crawler refused its configuration")
    if not found:
        raise CrawlError(f"the crawler ended with code {code} and no report: {messages[-500:] or 'no message'}")
    if code not in (0, EXIT_PARTIAL, EXIT_STOPPED):
        problems = "; ".join(f"{source}: {problem}" for source, problem in found["problems"].items())
        raise CrawlError(f"no source could be read. {problems or messages[-500:]}")
    return found | {"partial": code != 0}


def describe_crawl(result: dict[str, Any]) -> str:
    """One line for people."""
    total = result["total"]
    line = (
        f"{total['sources']} sources asked, {total['not_modified']} answers unchanged, {total['pages']} pages fetched, "
        f"{total['links_new']} new links"
    )
    if total["sources_not_due"]:
        line += f"; {total['sources_not_due']} sources are not due yet"
    if total["failures"]:
        line += f"; not fetched: {describe_counts(total['failures'])}"
    if total["sources_failed"]:
        line += f"; {total['sources_failed']} sources failed ('city-digest status' says how)"
    return line


def describe_plan(plan: dict[str, Any]) -> str:
    """One line per source for people."""
    lines = []
    for source_id, source in plan["sources"].items():
        line = f"would ask {source_id}: {', '.join(source['start']) or 'not due, only for pages that wait'}"
        lines.append(line + (f"; {source['waiting']} pages wait" if source["waiting"] else ""))
    return "\n".join(lines) or "no source is due ('city-digest crawl --all' asks all of them)"

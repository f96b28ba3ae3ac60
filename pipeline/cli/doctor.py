"""`city-digest doctor`: whether everything that a run needs is there, before it needs it."""

from __future__ import annotations

import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.session import EXIT_PARTIAL, Session, json_option, print_json
from pipeline.config import FILE_NAME, SECRET_KEYS, Settings, Workspace, check_contact
from pipeline.errors import CityDigestError, WorkspaceBusy
from pipeline.model import Finding, FindingState

if TYPE_CHECKING:
    from pipeline.store.register import Register

# A migration and a backup copy each database once, and an archive is written anew beside the old one.
_COPIES = 2
_LEAST_FREE = 200 << 20  # bytes: the inbox of a large week is half of that
_LEAST_FILES = 20_000  # an archive of a year has 10,000
_CLOCK_SLACK_S = 300  # what clocks of machines that are kept in time never differ by
# Senders whose mail comes back this often are soon refused everywhere (the large providers' rules for bulk senders).
_SUSPENDED_SHARE = 0.05
_MARKS = {FindingState.OK: "ok", FindingState.WARNING: "WARNING", FindingState.FAILED: "FAILED"}


@click.command("doctor")
@click.option("--offline", is_flag=True, help="Asks neither the mail server nor DNS.")
@json_option
@click.pass_obj
def command(session: Session, offline: bool, as_json: bool) -> int:
    """Looks at settings, databases, disk, clock, templates, keys, readers, mail server and DNS, and changes nothing.

    No mail is sent. What is wrong is told with what to do. Exit code 3 if anything failed; a warning alone is 0.
    """
    findings = list(examine(session, offline=offline))
    worst = any(finding.state is FindingState.FAILED for finding in findings)
    if as_json:
        rows = {f.name: {"state": f.state.value, "text": f.text, "remedy": f.remedy} for f in findings}
        print_json({"workspace": str(session.root.resolve()), "ok": not worst, "checks": rows})
    else:
        _print(findings)
    return EXIT_PARTIAL if worst else 0


def examine(session: Session, *, offline: bool) -> Iterator[Finding]:
    """Every check that can be made, however broken the workspace is."""
    workspace, settings_finding = _open(session)
    yield settings_finding
    places: list[Callable[[Workspace], Finding]] = [_package, _disk, _clock, _lock, _inbox, _library, _keys]
    # The rest depends on settings; with wrong ones there is nothing to say.
    settled: list[Callable[[Workspace], Finding]] = [_contact, _templates, _embedder, _readers, _sender, _list, _web]
    for check in places + (settled if settings_finding.state is not FindingState.FAILED else []):
        yield _guarded(check, workspace)
    if settings_finding.state is not FindingState.FAILED:
        yield from _mail(workspace, offline=offline)


def _open(session: Session) -> tuple[Workspace, Finding]:
    try:
        workspace = session.open()
    except CityDigestError as error:
        stand_in = Workspace(session.root.resolve(), Settings(), {})
        return stand_in, _failed(
            "settings", str(error), "Correct that first; some checks need the settings and are left out."
        )
    origins = {workspace.origins.get(key) for key in SECRET_KEYS}
    if open_files := [
        name for name in (FILE_NAME, ".env") if name in origins and _others_may_read(workspace.root / name)
    ]:
        text = f"{' and '.join(open_files)} holds a secret and can be read by others on this machine"
        return workspace, _warning("settings", text, f"chmod 600 {' '.join(open_files)}")
    return workspace, _ok("settings", f"{workspace.root / FILE_NAME} is right")


def _guarded(check: Callable[[Workspace], Finding], workspace: Workspace) -> Finding:
    """The check's finding, or that it could not be made."""
    try:
        return check(workspace)
    except CityDigestError as error:
        return _failed(check.__name__.strip("_"), str(error), "Do what it says, then ask again.")
    except OSError as error:
        return _failed(check.__name__.strip("_"), f"{error.filename}: {error.strerror}", "Mend the permissions.")


# --------------------------------------------------------------------------------------------------------------- machine


def _package(workspace: Workspace) -> Finding:
    """Our packages have common names: another distribution may have put files into them."""
    del workspace
    from importlib.metadata import packages_distributions

    owners = packages_distributions()
    shared = {
        name: sorted({*owners.get(name, ())}) for name in ("pipeline", "crawler") if len({*owners.get(name, ())}) > 1
    }
    if shared:
        name, those = next(iter(shared.items()))
        return _failed(
            "package",
            f"the package {name!r} belongs to {' and '.join(those)}, one of which overwrote files of the other",
            "Install city-digest into a virtual environment of its own.",
        )
    version = ".".join(map(str, sys.version_info[:3]))
    return _ok("package", f"city-digest alone owns its packages, Python {version}")


def _disk(workspace: Workspace) -> Finding:
    root = workspace.root
    if not root.is_dir():
        return _failed(
            "disk", f"{root} is no folder", "Make one: city-digest init FOLDER; or name yours with --workspace."
        )
    if locked := [
        str(path) for path in (root, workspace.state, workspace.archive) if path.exists() and not _is_writable(path)
    ]:
        return _failed("disk", f"{', '.join(locked)} cannot be written", "Mend the permissions, or run as the owner.")
    free, used = shutil.disk_usage(root).free, sum(file.stat().st_size for file in workspace.state.glob("*.sqlite"))
    system = os.statvfs(root)
    text = f"{free >> 20:,} MiB are free, the databases have {used >> 20:,}"
    if free < _LEAST_FREE:
        return _failed("disk", text, "Free space: a run would stop half-way.")
    if free < _LEAST_FREE + _COPIES * used:
        return _warning("disk", text, "Free space: backups and migrations copy the databases.")
    if system.f_files and system.f_favail < _LEAST_FILES:
        return _warning(
            "disk", f"only {system.f_favail:,} more files can be made", "Free inodes: an archive has many files."
        )
    return _ok("disk", text)


def _clock(workspace: Workspace) -> Finding:
    from pipeline.cli.watch import read_last_run

    now = workspace.clock()
    if workspace.settings.digest.now:
        return _warning(
            "clock", f"stands still at {now:%Y-%m-%d %H:%M} UTC", "Remove digest.now, which is for rehearsals."
        )
    last = max(
        (moment for moment in (read_last_run(workspace).get("began"), _newest_change(workspace)) if moment), default=now
    )
    if (last - now).total_seconds() > _CLOCK_SLACK_S:
        return _failed(
            "clock",
            f"it is {now:%Y-%m-%d %H:%M} UTC, but files here are from {last:%Y-%m-%d %H:%M}",
            "Set the clock and keep it in time (timedatectl set-ntp true): weeks are counted by it.",
        )
    return _ok(
        "clock", f"{now.astimezone(workspace.zone):%Y-%m-%d %H:%M %Z}; weeks begin on Monday 00:00 {workspace.zone.key}"
    )


def _newest_change(workspace: Workspace) -> Any:
    import datetime as dt

    files = [
        file for file in (workspace.sends, workspace.opt_outs, *workspace.state.glob("*.sqlite")) if file.is_file()
    ]
    return dt.datetime.fromtimestamp(max(file.stat().st_mtime for file in files), dt.UTC) if files else None


def _lock(workspace: Workspace) -> Finding:
    from pipeline.cli.session import hold

    if not workspace.state.is_dir():
        return _ok("lock", "nothing has run here yet")
    try:
        with hold(workspace, "doctor"):
            return _ok("lock", "no command works here now")
    except WorkspaceBusy as error:
        return _ok("lock", str(error))


# ------------------------------------------------------------------------------------------------------------- databases


def _inbox(workspace: Workspace) -> Finding:
    return _database("inbox", workspace.inbox_url)


def _library(workspace: Workspace) -> Finding:
    return _database("library", workspace.library_url)


def _database(name: Any, url: str) -> Finding:
    from pipeline.store.copies import damage_of, file_of, revision_in
    from pipeline.store.database import open_engine
    from pipeline.store.schema import newest_revision, revision_of

    file, wanted = file_of(url), newest_revision(name)
    if file is not None and not file.is_file():
        return _ok(name, f"{file} is not there yet; the first run makes it")
    if file is not None and (damage := damage_of(file)):
        return _failed(name, f"{file} is damaged: {damage}", "Restore a backup: city-digest restore FILE --force.")
    if file is None:
        engine = open_engine(url)
        present = revision_of(engine, name)
        engine.dispose()
    else:
        present = revision_in(file, name)
    place = str(file or "PostgreSQL")
    if present > wanted:
        return _failed(
            name, f"{place} has schema {present}, this version knows {wanted}", "Install the newer version again."
        )
    if present < wanted:
        return _warning(
            name,
            f"{place} has schema {present}, this version {wanted}",
            "The next command migrates it; or: city-digest migrate.",
        )
    return _ok(name, f"{place} has schema {present}{' and is whole' if file else ''}")


# -------------------------------------------------------------------------------------------------------------- settings


def _contact(workspace: Workspace) -> Finding:
    check_contact(workspace)
    return _ok("contact", f"servers are told {workspace.settings.crawl.contact}")


def _templates(workspace: Workspace) -> Finding:
    from pipeline import weekly

    weekly.open_templates(workspace)
    editions = [edition.code for edition in weekly.open_editions(workspace)]
    return _ok("templates", f"all can be filled; editions {', '.join(editions)}")


def _embedder(workspace: Workspace) -> Finding:
    from pipeline.embed import open_embedder

    open_embedder(workspace.settings.group.embedder)
    return _ok("embedder", f"{workspace.settings.group.embedder} is installed")


# --------------------------------------------------------------------------------------------------------------- readers


def _keys(workspace: Workspace) -> Finding:
    from pipeline.deliver.keys import check_keys, open_keys

    file = workspace.keys
    if not file.is_file():
        journals = [path.name for path in (workspace.sends, workspace.opt_outs) if path.is_file()]
        if journals:
            text = f"{file} is gone, though there is {journals[0]}: no link in a mail that was sent works"
            return _failed("keys", text, "Put it back from a backup.")
        return _ok("keys", "not there yet; made with the first reader")
    keys = open_keys(file)
    if register := _register(workspace):
        check_keys(file, keys, register.readers()[:1])
        register.engine.dispose()
    if file.stat().st_mode & 0o077:
        return _failed("keys", f"{file} can be read by others", f"chmod 600 {file}")
    return _ok("keys", f"{file} is whole and its owner's alone")


def _readers(workspace: Workspace) -> Finding:
    register = _register(workspace)
    if register is None:
        return _ok("readers", "none yet")
    readers = register.readers()
    register.engine.dispose()
    states = Counter(reader.state.value for reader in readers)
    text = ", ".join(
        f"{states[state]} {state}" for state in ("active", "pending", "suspended", "left") if states[state]
    )
    if states["suspended"] > _SUSPENDED_SHARE * (states["active"] + states["suspended"]):
        return _warning("readers", text, "Mail to many comes back: see why with city-digest reader list.")
    return _ok("readers", text or "none yet")


def _register(workspace: Workspace) -> Register | None:
    """The register where there is one at our schema; nothing is made or migrated here."""
    from pipeline.store.copies import file_of, revision_in
    from pipeline.store.opening import open_register
    from pipeline.store.schema import newest_revision

    file = file_of(workspace.library_url)
    if file is not None and (not file.is_file() or revision_in(file, "library") != newest_revision("library")):
        return None
    return open_register(workspace)


def _sender(workspace: Workspace) -> Finding:
    from pipeline import weekly

    try:
        weekly.check_sender(workspace.settings.mail)
    except CityDigestError as error:
        remedy = "Fill in [mail] in city-digest.toml."
        register = _register(workspace)
        if register is not None and register.readers():
            return _failed("sender", str(error), remedy)
        return _warning("sender", "not told yet who sends; nothing can be mailed", remedy)
    return _ok("sender", workspace.settings.mail.sender_address)


def _list(workspace: Workspace) -> Finding:
    file = workspace.root / "readers.csv"
    if file.is_file() and len(file.read_bytes().splitlines()) > 1:
        remedy = "Import them once: city-digest reader import readers.csv; then remove the file."
        return _warning("list", f"{file} is of an earlier version and not read any more", remedy)
    return _ok("list", "no list of an earlier version is left")


def _web(workspace: Workspace) -> Finding:
    from importlib.util import find_spec

    base_url = workspace.settings.web.base_url
    if not base_url:
        return _ok("web", "there are no readers' pages; who leaves writes a mail")
    if find_spec("starlette") is None or find_spec("uvicorn") is None:
        return _failed(
            "web", "web.base_url is set, and the readers' pages are not installed", "pip install 'city-digest[web]'"
        )
    if not base_url.startswith("https://"):
        return _warning(
            "web", f"{base_url} is for this machine alone", "Put a proxy with TLS before it and name its address."
        )
    return _ok("web", f"readers reach {base_url}")


def _mail(workspace: Workspace, *, offline: bool) -> Iterator[Finding]:
    from pipeline.deliver.inspection import inspect_domain, inspect_server
    from pipeline.deliver.signing import open_signer

    settings = workspace.settings
    try:
        signer = open_signer(workspace)
    except CityDigestError as error:
        yield _failed("DKIM key", str(error), "Correct [dkim], or leave dkim.selector empty.")
        return
    if settings.deliver.channel != "smtp":
        yield _ok("mail server", f"none is asked: letters go to {settings.deliver.channel!r}")
        return
    if offline:
        yield _warning("mail server", "not asked, as --offline says", "Ask again without it.")
        yield _warning("DNS", "not asked, as --offline says", "Ask again without it.")
        return
    yield inspect_server(settings.smtp)
    if settings.mail.sender_address:
        yield from inspect_domain(settings, signer)


# ---------------------------------------------------------------------------------------------------------------- output


def _ok(name: str, text: str) -> Finding:
    return Finding(name=name, state=FindingState.OK, text=text)


def _warning(name: str, text: str, remedy: str) -> Finding:
    return Finding(name=name, state=FindingState.WARNING, text=text, remedy=remedy)


def _failed(name: str, text: str, remedy: str) -> Finding:
    return Finding(name=name, state=FindingState.FAILED, text=text, remedy=remedy)


def _print(findings: list[Finding]) -> None:
    width = max(len(finding.name) for finding in findings)
    for finding in findings:
        click.echo(f"{_MARKS[finding.state]:<8} {finding.name:<{width}}  {finding.text}")
        if finding.remedy:
            click.echo(f"{'':<8} {'':<{width}}  -> {finding.remedy}")


def _is_writable(path: Path) -> bool:
    return os.access(path, os.W_OK | os.X_OK)


def _others_may_read(file: Path) -> bool:
    return file.is_file() and bool(file.stat().st_mode & 0o077)

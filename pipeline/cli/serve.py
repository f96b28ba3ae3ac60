"""`city-digest serve`: the archive in a browser, rendered again when something changes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.session import Session, hold
from pipeline.config import FILE_NAME, Workspace
from pipeline.errors import CityDigestError, ConfigurationError, WorkspaceBusy

if TYPE_CHECKING:
    from pipeline.cli.archive_server import ArchiveServer

PORT = 8765
PAUSE_S = 1.0  # between two looks at the files: as long as a person takes from the editor to the browser

Snapshot = frozenset[tuple[str, int, int]]


@click.command("serve")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, metavar="N", help="0: any that is free."
)
@click.option("--open", "opens", is_flag=True, help="Opens it in the browser.")
@click.pass_obj
def command(session: Session, port: int, opens: bool) -> None:
    """Shows the archive in a browser on this machine, and again whenever it changes.

    Templates, words of editions, overrides, settings and the library are watched; the open page reloads by itself, or says
    what is wrong with the file that was just saved. Ctrl-C ends it. Nobody but this machine can reach it: to publish the
    archive, copy its folder to a web server.
    """
    from pipeline.cli.archive_server import ArchiveServer

    workspace = session.open()
    watch = Watch(session, workspace)
    try:
        watch.render()
    except WorkspaceBusy as error:
        click.echo(f"city-digest: {error} The archive is shown as it is.", err=True)
    try:
        server = ArchiveServer(workspace.archive, port)
    except OSError as error:
        raise ConfigurationError(
            f"port {port} cannot be used: {error.strerror}. Choose another with --port, or --port 0 for any that is free."
        ) from error
    threading.Thread(target=server.serve_forever, daemon=True).start()
    click.echo(f"{server.url} (Ctrl-C ends it)")
    if opens:
        click.launch(server.url)
    try:
        while True:
            time.sleep(PAUSE_S)
            watch.look(server)
    except KeyboardInterrupt:
        click.echo("")


class Watch:
    """Renders when what the archive is made from has changed since the last time."""

    def __init__(self, session: Session, workspace: Workspace) -> None:
        self._session = session
        self._workspace = workspace
        self._seen: Snapshot = frozenset()
        self._is_wrong = False  # what was saved last, and the pages say so

    def render(self) -> int:
        """Brings the archive up to date; returns how many files were written.

        Raises:
            WorkspaceBusy: another command works here; what it changes will be seen.
            CityDigestError: a file of the workspace is wrong.
        """
        from pipeline.cli.render import render

        # Rendering opens the databases, which touches their files: what it leaves behind is no change. What a person saves
        # meanwhile is one, so their files are looked at before.
        files = _look_at(self._files())
        try:
            self._workspace = self._session.open()
            with hold(self._workspace, "serve"):
                return render(self._workspace).written
        finally:
            self._seen = files | _look_at(self._databases())

    def look(self, server: ArchiveServer) -> None:
        """Renders if something changed, and tells the pages."""
        if _look_at(self._files()) | _look_at(self._databases()) == self._seen:
            return
        try:
            if self.render() or self._is_wrong:
                server.announce_rendered()
            self._is_wrong = False
        except WorkspaceBusy:
            self._seen = frozenset()  # again when that command has ended
        except CityDigestError as error:
            self._is_wrong = True
            click.echo(f"city-digest: {error}", err=True)
            server.announce_failed(str(error))

    def _files(self) -> Iterator[Path]:
        workspace = self._workspace
        yield workspace.root / FILE_NAME
        yield workspace.root / ".env"
        yield workspace.overrides
        yield from workspace.templates.rglob("*")

    def _databases(self) -> Iterator[Path]:
        for name in ("library.sqlite", "library.sqlite-wal", "inbox.sqlite", "inbox.sqlite-wal"):
            yield self._workspace.state / name


def _look_at(files: Iterator[Path]) -> Snapshot:
    found = set()
    for file in files:
        try:
            status = file.stat()
        except OSError:  # not there, or gone just now
            continue
        found.add((str(file), status.st_mtime_ns, status.st_size))
    return frozenset(found)

"""The outbox: a folder of .eml files, for demo, tests, dry runs, and whoever sends by other means."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from pipeline.config import Workspace
from pipeline.errors import DeliveryError, WorkspaceError
from pipeline.files import replace_file
from pipeline.model import Answer, DeliveryState, Envelope


class Outbox:
    """Writes one file per message, named by issue, edition and reader; the same message again is the same file."""

    name = "outbox"
    width = 1

    def __init__(self, folder: Path, staging: Path) -> None:
        self.folder = folder
        self.staging = staging

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    async def send(self, envelope: Envelope, *, committing: Callable[[], None]) -> Answer:
        """Sent. Raises DeliveryError if the file cannot be written."""
        row = envelope.delivery
        committing()
        try:
            replace_file(
                self.folder / f"{row.week}-{row.edition}-{row.reader}.eml", envelope.message, staging=self.staging
            )
        except WorkspaceError as error:
            raise DeliveryError(str(error)) from None
        return Answer(state=DeliveryState.SENT)


def make(workspace: Workspace) -> Outbox:
    """The workspace's own outbox."""
    return Outbox(workspace.outbox, workspace.staging)


def remove_letters(workspace: Workspace, reader_id: str) -> None:
    """Removes what the outbox has for this reader."""
    for file in workspace.outbox.glob(f"*-{reader_id}.eml"):
        file.unlink(missing_ok=True)

"""The outbox: a folder of .eml files, for demo, tests, dry runs, and whoever sends by other means."""

from __future__ import annotations

from pathlib import Path

from pipeline.config import Workspace
from pipeline.files import replace_file
from pipeline.model import Delivery


class Outbox:
    """Writes one file per message, named by issue, edition and reader; the same message again is the same file."""

    name = "outbox"

    def __init__(self, folder: Path, staging: Path) -> None:
        self.folder = folder
        self.staging = staging

    def send(self, message: bytes, *, sender: str, recipient: str, delivery: Delivery) -> None:
        """Raises WorkspaceError if the file cannot be written."""
        del sender, recipient  # both stand in the message
        name = f"{delivery.week}-{delivery.edition}-{delivery.reader}.eml"
        replace_file(self.folder / name, message, staging=self.staging)


def make(workspace: Workspace) -> Outbox:
    """The workspace's own outbox."""
    return Outbox(workspace.outbox, workspace.staging)

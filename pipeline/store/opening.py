"""Opens a workspace's databases, ready to use."""

from __future__ import annotations

from sqlalchemy import Engine

from pipeline.config import Workspace
from pipeline.errors import StoreError
from pipeline.store.copies import file_of
from pipeline.store.database import open_engine
from pipeline.store.inbox import Inbox
from pipeline.store.library import Library
from pipeline.store.register import Register
from pipeline.store.schema import prepare, revision_of


def open_library(workspace: Workspace) -> Library:
    """The library at our schema. Raises StoreError, SchemaTooNew, ConfigurationError."""
    return Library(_open_library(workspace))


def open_inbox(workspace: Workspace) -> Inbox:
    """The inbox at our schema. Raises StoreError, SchemaTooNew, ConfigurationError."""
    engine = open_engine(workspace.inbox_url)
    prepare(engine, "inbox")
    return Inbox(engine)


def open_register(workspace: Workspace) -> Register:
    """The readers, who are kept in the library. Raises StoreError, SchemaTooNew, ConfigurationError."""
    return Register(_open_library(workspace))


def _open_library(workspace: Workspace) -> Engine:
    engine, file = open_engine(workspace.library_url), file_of(workspace.library_url)
    # A new one would have no readers: nobody would be mailed any more, without a word.
    if workspace.sends.exists() and not (file.exists() if file else revision_of(engine, "library")):
        place = engine.url.render_as_string(hide_password=True)
        raise StoreError(
            f"{place} is missing or empty, though letters were sent from it. Put a backup in its place with 'city-digest restore'; "
            f"to begin anew without readers, move {workspace.sends} away."
        )
    prepare(engine, "library")
    return engine

"""Opens a workspace's databases, ready to use."""

from __future__ import annotations

from pipeline.config import Workspace
from pipeline.store.database import open_engine
from pipeline.store.inbox import Inbox
from pipeline.store.library import Library
from pipeline.store.schema import prepare


def open_library(workspace: Workspace) -> Library:
    """The library at our schema. Raises StoreError, SchemaTooNew, ConfigurationError."""
    engine = open_engine(workspace.library_url)
    prepare(engine, "library")
    return Library(engine)


def open_inbox(workspace: Workspace) -> Inbox:
    """The inbox at our schema. Raises StoreError, SchemaTooNew, ConfigurationError."""
    engine = open_engine(workspace.inbox_url)
    prepare(engine, "inbox")
    return Inbox(engine)

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# Test modules are imported by path (import-mode importlib), so their helpers must be found by name.
sys.path.insert(0, str(Path(__file__).parent))

import small_workspace
from processes import Processes, waiting

from pipeline.demo.server import SampleServer


@pytest.fixture(scope="session")
def web() -> Iterator[SampleServer]:
    """The small web, served on loopback."""
    with small_workspace.serving() as server:
        yield server


@pytest.fixture(scope="session")
def processes(web: SampleServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    """Commands that cost little."""
    folder = tmp_path_factory.mktemp("warm") / "workspace"
    small_workspace.install(folder, web)
    with waiting() as made:
        crawled = made.run(folder, "crawl")
        assert crawled.code == 0, crawled.errors
        made.warm(folder)
        yield made

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

# Test modules are imported by path (import-mode importlib), so their helpers must be found by name.
sys.path.insert(0, str(Path(__file__).parent))

from badserver import BadServer, serving
from place import Place


@pytest.fixture(scope="module")
def server() -> Iterator[BadServer]:
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def make_place(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Place]:
    return lambda name: Place(tmp_path_factory.mktemp(name) / "workspace")

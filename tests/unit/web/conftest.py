"""The readers' pages of an empty workspace."""

from __future__ import annotations

from pathlib import Path

import pytest
from readers_site import Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "workspace")

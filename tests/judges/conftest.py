"""What the judges look at, and where their tools are.

Java runs the Nu Html Checker; Node runs Lighthouse; axe runs in the browser. Their packages are those of package-lock.json here,
installed by `npm ci --ignore-scripts` into this folder or, if CITY_DIGEST_TEST_NODE_MODULES names it, elsewhere.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from archives import collect_sample_web, invented, invented_shelf, write_archive
from chromium import open_chromium
from components import lack

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NODE_MODULES = Path(
    os.environ.get("CITY_DIGEST_TEST_NODE_MODULES") or Path(__file__).resolve().with_name("node_modules")
)


@pytest.fixture(scope="session")
def sample_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a run on the sample web leaves."""
    return collect_sample_web(tmp_path_factory.mktemp("judged"))


@pytest.fixture(scope="session")
def invented_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A full, a quiet and a failed week, conflicts, copies, moved stories."""
    return write_archive(tmp_path_factory.mktemp("invented"), invented_shelf(), invented().LEXICON)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with open_chromium() as chromium:
        yield chromium


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The folder with the judges' packages."""
    if not (NODE_MODULES / ".package-lock.json").is_file():
        lack("the judges' npm packages (npm ci --ignore-scripts in tests/judges)")
    return NODE_MODULES

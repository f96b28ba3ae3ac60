"""What the judges look at, and where their tools are.

Java runs the Nu Html Checker; Node runs Lighthouse; axe runs in the browser. Their packages are those of package-lock.json here,
installed by `npm ci --ignore-scripts` into this folder or, if CITY_DIGEST_TEST_NODE_MODULES names it, elsewhere.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from archives import BASE_URL, collect_sample_web, invented, invented_shelf, write_archive
from chromium import open_chromium
from components import lack

from pipeline.knowledge.editions import load_edition
from pipeline.model import Shelf
from pipeline.render import render_letter

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
    """Weeks in every state, conflicts, copies, stories that moved, were withdrawn, edited, left out."""
    return write_archive(tmp_path_factory.mktemp("invented"), invented_shelf(), invented().ATLAS)


@pytest.fixture(scope="session")
def new_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a workspace publishes before its first run: no issue, no story, no source."""
    return write_archive(tmp_path_factory.mktemp("new"), Shelf(issues=(), cards=(), sources={}), invented().LEXICON)


@pytest.fixture(scope="session")
def letters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The HTML parts of the mail of an issue with every section, of one whose collection failed, and of an empty one."""
    folder, sample = tmp_path_factory.mktemp("letters"), invented()
    for issue, code in itertools.product((sample.MARKED, sample.FAILED, sample.EMPTY), ("ja", "en")):
        address = {"base_url": BASE_URL, "sender": sample.SENDER}
        letter = render_letter(issue, invented_shelf(), sample.ATLAS, load_edition(code), **address)
        (folder / f"{issue.week}-{code}.html").write_text(letter.html, "utf-8")
    return folder


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

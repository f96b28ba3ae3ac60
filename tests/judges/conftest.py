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
from readers_pages import write_readers_pages

from pipeline.deliver.links import Links
from pipeline.deliver.message import put_in_links
from pipeline.knowledge.editions import load_edition
from pipeline.model import Choices, Shelf
from pipeline.render import render_letter
from pipeline.render.letter import NO_CHOICES

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


LINKS = Links(
    leave="https://digest.example/u/k1abc?lang=ja",
    settings="https://digest.example/s/k1abc?lang=ja",
    leave_mail="mailto:leave@digest.example?subject=unsubscribe%20k1abc",
)


@pytest.fixture(scope="session")
def letters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The HTML parts of the mail of an issue with every section, of one whose collection failed, and of an empty one.

    Of the first also that of its correction to readers who chose much, and of the last that to readers who chose.
    """
    folder, sample = tmp_path_factory.mktemp("letters"), invented()
    much = Choices(cities=tuple(sample.ATLAS.cities), networks=("sco",), themes=("peace", "youth-exchange"))
    variants = (
        (sample.MARKED, NO_CHOICES, 0),
        (sample.MARKED, much, 1),
        (sample.FAILED, NO_CHOICES, 0),
        (sample.EMPTY, NO_CHOICES, 0),
        (sample.EMPTY, much, 0),
    )
    for (number, (issue, choices, revision)), code in itertools.product(enumerate(variants), ("ja", "en")):
        own = {"base_url": BASE_URL, "sender": sample.SENDER, "choices": choices, "revision": revision}
        letter = render_letter(issue, invented_shelf(), sample.ATLAS, load_edition(code), **own)
        (folder / f"{issue.week}-{number}-{code}.html").write_text(
            put_in_links(letter.html, LINKS, in_html=True), "utf-8"
        )
    return folder


@pytest.fixture(scope="session")
def readers_pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The readers' pages in every state and both languages."""
    return write_readers_pages(tmp_path_factory.mktemp("readers"))


# No longer than a module: while Playwright runs, no other test of this process can start an event loop.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_chromium() as chromium:
        yield chromium


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The folder with the judges' packages."""
    if not (NODE_MODULES / ".package-lock.json").is_file():
        lack("the judges' npm packages (npm ci --ignore-scripts in tests/judges)")
    return NODE_MODULES

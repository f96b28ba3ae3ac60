"""The invented shelf of sample.py and what is rendered from it."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from pipeline.knowledge.editions import Edition, load_edition
from pipeline.model import Shelf
from pipeline.render import render_archive

Build = Callable[..., dict[str, bytes]]

BASE = "https://digest.example/archive"


@pytest.fixture(scope="session")
def sample() -> ModuleType:
    spec = importlib.util.spec_from_file_location("render_sample", Path(__file__).with_name("sample.py"))
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def editions() -> list[Edition]:
    return [load_edition("ja"), load_edition("en")]


@pytest.fixture(scope="session")
def build(sample: ModuleType, editions: list[Edition]):
    def render(shelf: Shelf | None = None, base_url: str = "") -> dict[str, bytes]:
        files = render_archive(
            sample.SHELF if shelf is None else shelf,
            sample.LEXICON,
            editions,
            base_url=base_url,
            version="0.1.0",
            contact="editors@example.org",
        )
        tree: dict[str, bytes] = {}
        for file in files:
            assert file.path not in tree, f"{file.path} is rendered twice"
            tree[file.path] = file.body
        return tree

    return render


@pytest.fixture(scope="session")
def tree(build: Build) -> dict[str, bytes]:
    return build()


@pytest.fixture(scope="session")
def published(build: Build) -> dict[str, bytes]:
    return build(base_url=BASE)

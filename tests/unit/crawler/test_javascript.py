"""When sources with `javascript = true` can be read, and what the crawl then gets."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Any

import pytest

from crawler import javascript, settings
from pipeline.config import Crawl, Rehearsal, Settings, Workspace
from pipeline.model import Kind, SourceSpec


@pytest.fixture(autouse=True)
def _installed_and_ordinary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)


@pytest.fixture
def program(tmp_path: Path) -> str:
    file = tmp_path / "chromium"
    file.touch(0o755)
    return str(file)


def wishes(browser: str, *, loopback: bool = False) -> Settings:
    return Settings(crawl=Crawl(browser=browser), rehearsal=Rehearsal(allow_loopback=loopback))


def spec(**more: Any) -> SourceSpec:
    return SourceSpec(
        id="a", names={"en": "a"}, home="https://a.example/", country="JP", languages=("ja",), kind=Kind.LISTING,
        start=("https://a.example/",), **more,
    )  # fmt: skip


def test_nothing_is_missing_with_the_extra_and_a_program(program: str) -> None:
    assert javascript.missing(wishes(program)) == ""


def test_without_the_extra_the_sentence_names_it(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert "city-digest[javascript]" in javascript.missing(wishes(program))


def test_without_a_setting_the_sentence_names_it() -> None:
    assert "set crawl.browser" in javascript.missing(wishes(""))


@pytest.mark.parametrize("kind", ["absent", "folder", "no program"])
def test_what_cannot_be_run_is_named(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "it"
    if kind == "folder":
        path.mkdir()
    elif kind == "no program":
        path.touch(0o644)
    assert str(path) in javascript.missing(wishes(str(path)))


def test_root_runs_strangers_scripts_only_in_a_rehearsal(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert "ordinary user" in javascript.missing(wishes(program))
    assert javascript.missing(wishes(program, loopback=True)) == ""


@pytest.mark.parametrize("user", [0, 1000])
def test_the_sandbox_is_on_for_everybody_but_root(program: str, monkeypatch: pytest.MonkeyPatch, user: int) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)
    workspace = Workspace(Path(), wishes(program, loopback=True), {})
    options = javascript.browser_settings(workspace, [spec(javascript=True)])["PLAYWRIGHT_LAUNCH_OPTIONS"]
    assert options == {"executable_path": program, "chromium_sandbox": user != 0}


def test_the_crawl_changes_only_where_a_source_wants_a_browser_and_there_is_one(program: str) -> None:
    with_browser, without = Workspace(Path(), wishes(program), {}), Workspace(Path(), wishes(""), {})
    assert javascript.browser_settings(with_browser, [spec()]) == {}
    assert javascript.browser_settings(without, [spec(javascript=True)]) == {}
    added = javascript.browser_settings(with_browser, [spec(), spec(javascript=True)])
    assert added["DOWNLOADER_MIDDLEWARES"].items() > settings.DOWNLOADER_MIDDLEWARES.items()


def test_only_requests_of_such_sources_are_marked() -> None:
    assert javascript.request_meta(spec()) == {}
    reader = {"locale": "ja", "timezone_id": "Asia/Tokyo"}
    assert javascript.request_meta(spec(javascript=True, zone="Asia/Tokyo")) == {javascript.KEY: reader}

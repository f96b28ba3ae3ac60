"""The archive in a real browser, from the file system: no sideways scroll, no error, no request to anywhere else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from components import lack
from sample_runs import run

from pipeline.demo.sample import install_workspace
from pipeline.demo.server import serve_sample_web
from pipeline.demo.web import SampleWeb

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = Path(os.environ.get("CITY_DIGEST_TEST_CHROMIUM", "/usr/bin/chromium"))
# Chromium's own background traffic has nothing to do with our pages and is refused on machines without a network.
QUIET = (
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import datetime as dt

    workspace = tmp_path_factory.mktemp("browser")
    install_workspace(workspace)
    with serve_sample_web(SampleWeb.load(dt.datetime(2026, 11, 8, 21, tzinfo=dt.UTC))) as server:
        run(workspace, server, "run")
    return workspace / "archive"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.is_file():
        lack("Chromium (CITY_DIGEST_TEST_CHROMIUM)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", *QUIET])
        yield chromium
        chromium.close()


def pages_of(archive: Path) -> list[Path]:
    """Every kind of page once, in both editions, and all issues."""
    chosen: dict[tuple[str, str], Path] = {}
    for file in sorted(archive.rglob("*.html")):
        parts = file.relative_to(archive).parts
        kind = "/".join(parts[:2]) if parts[0] == "issues" else parts[0]
        chosen.setdefault((kind, file.name), file)
    return list(chosen.values())


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_every_kind_of_page_fits_and_asks_nobody(archive: Path, browser: Browser, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    troubles: list[str] = []
    page.on(
        "console", lambda message: troubles.append(f"{page.url}: {message.text}") if message.type == "error" else None
    )
    page.on(
        "request", lambda request: None if request.url.startswith(("file:", "data:")) else troubles.append(request.url)
    )
    page.on("requestfailed", lambda request: troubles.append(f"{page.url}: {request.url} failed"))
    for file in pages_of(archive):
        page.goto(file.as_uri())
        wide = page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth")
        if wide > 0:
            troubles.append(f"{file.relative_to(archive)} is {wide} px too wide at {width} px")
        if page.locator("h1").count() != 1:
            troubles.append(f"{file.relative_to(archive)} has {page.locator('h1').count()} h1")
    context.close()
    assert not troubles

"""The machine's own Chromium, for tests that look at pages as readers do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from components import lack

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = Path(os.environ.get("CITY_DIGEST_TEST_CHROMIUM", "/usr/bin/chromium"))
# Chromium's own background traffic has nothing to do with our pages and is refused on machines without a network; its sandbox
# needs rights that a container does not give.
FLAGS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def open_chromium() -> Iterator[Browser]:
    """A browser for one test or many; without one the test is skipped."""
    if not CHROMIUM.is_file():
        lack("Chromium (CITY_DIGEST_TEST_CHROMIUM)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=[*FLAGS])
        yield chromium
        chromium.close()

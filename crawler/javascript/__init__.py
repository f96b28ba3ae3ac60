"""Whether pages that need JavaScript can be read here, and what the crawl then needs. The browser itself is in crawler/javascript/browser.py."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler import settings as ours

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.config import Settings, Workspace
    from pipeline.model import SourceSpec

KEY = "javascript"
"""In a request's meta: its page is to be read after its scripts ran, in a browser with these settings."""

EXTRA = "scrapy_playwright"
# After redirects (600) and decompression (590) of the answer: what a browser shows is the final page, unpacked.
MIDDLEWARE = {"crawler.javascript.browser.Rendering": 580}


def missing(settings: Settings) -> str:
    """What is to be done before sources with `javascript = true` can be read, as a sentence; "" if nothing is."""
    browser = settings.crawl.browser
    if importlib.util.find_spec(EXTRA) is None:
        return "Its pages need JavaScript: pip install 'city-digest[javascript]', then set crawl.browser."
    if not browser:
        return 'Its pages need JavaScript: install Chromium and set crawl.browser, such as "/usr/bin/chromium".'
    if not os.access(browser, os.X_OK) or not Path(browser).is_file():
        return f"Its pages need JavaScript, and crawl.browser = {browser!r} is not a program that can be run here."
    if not sandboxed() and not settings.rehearsal.allow_loopback:
        return (
            "Its pages need JavaScript, and Chromium has no sandbox under root: run the crawl as an ordinary user. "
            "Scripts of strangers are not run without one."
        )
    return ""


def sandboxed() -> bool:
    """True if Chromium can lock its processes in; it refuses to as root."""
    return os.geteuid() != 0


def browser_settings(workspace: Workspace, specs: Iterable[SourceSpec]) -> dict[str, Any]:
    """What Scrapy's settings need beyond those of crawler.settings.build to read these sources; empty unless one wants a browser."""
    settings = workspace.settings
    if missing(settings) or not any(spec.javascript for spec in specs):
        return {}
    return {
        "DOWNLOADER_MIDDLEWARES": ours.DOWNLOADER_MIDDLEWARES | MIDDLEWARE,
        "PLAYWRIGHT_LAUNCH_OPTIONS": {
            "executable_path": settings.crawl.browser,
            "chromium_sandbox": sandboxed(),
        },
    }


def request_meta(spec: SourceSpec) -> dict[str, Any]:
    """What a request for a page of this source carries in its meta: the language and the zone in which scripts write for readers."""
    if not spec.javascript:
        return {}
    return {KEY: {"locale": next(iter(spec.languages), "en"), "timezone_id": spec.zone}}

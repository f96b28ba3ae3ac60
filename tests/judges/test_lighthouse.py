"""Lighthouse on the pages that readers land on, served on loopback, as a telephone with a slow network: every category (W9)."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from archives import invented, invented_shelf, names_of, richest_pages, write_archive
from chromium import CHROMIUM, FLAGS
from components import lack

pytestmark = [pytest.mark.slow, pytest.mark.browser]

CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
LEAST = 0.95


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the base class's name
        """Says nothing."""


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """The folder on a loopback port of its own; gives its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def judge(address: str, node_modules: Path, report: Path) -> tuple[dict[str, float], list[str]]:
    """The score of each category, and the audits that cost something."""
    node = shutil.which("node")
    if node is None:
        lack("Node")
    assert node
    if not CHROMIUM.is_file():
        lack("Chromium (CITY_DIGEST_TEST_CHROMIUM)")
    command = [node, str(node_modules / "lighthouse" / "cli" / "index.js"), address, "--quiet", "--output=json"]
    command += [f"--output-path={report}", f"--only-categories={','.join(CATEGORIES)}", "--no-enable-error-reporting"]
    done = subprocess.run(
        [*command, f"--chrome-flags=--headless=new {' '.join(FLAGS)}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=os.environ | {"CHROME_PATH": str(CHROMIUM)},
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(report.read_text("utf-8"))
    weights = {one["id"] for category in found["categories"].values() for one in category["auditRefs"] if one["weight"]}
    failed = [
        f"{name}: {audit['title']} {audit.get('displayValue', '')}"
        for name, audit in found["audits"].items()
        if name in weights and audit["score"] is not None and audit["score"] < 1
    ]
    return {name: found["categories"][name]["score"] or 0.0 for name in CATEGORIES}, failed


def test_the_pages_that_readers_land_on_score_high(node_modules: Path, tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    archive.mkdir()
    with serve(
        archive
    ) as address:  # published where it is served, so that what needs an absolute address is judged too
        write_archive(archive, invented_shelf(), invented().ATLAS, address)
        assert _poor(address, archive, node_modules, tmp_path / "report.json") == {}


def _poor(address: str, archive: Path, node_modules: Path, report: Path) -> dict[str, Any]:
    """Pages that fall short, with their scores and why."""
    names = names_of(archive, richest_pages(archive))
    landings = [
        "index.html",
        *(name for name in names if name.startswith("issues/")),
        *(name for name in names if name.startswith(("stories/", "search/")) and name.endswith("ja.html")),
    ]
    assert len(landings) >= 4
    poor: dict[str, Any] = {}
    for name in landings:
        scores, failed = judge(f"{address}/{name}", node_modules, report)
        if min(scores.values()) < LEAST:
            poor[name] = (scores, failed)
    return poor


def test_lighthouse_marks_a_poor_page_down_in_every_category(node_modules: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text(
        "<html><head><meta name=robots content=noindex><script src=gone.js></script></head><body><p>Late</p>"
        "<img src=gone.png width=10 height=40><button></button><a href='javascript:void(0)'>click here</a>"
        "<script>const end = Date.now() + 4000; while (Date.now() < end); document.write('<p>later</p>');"
        "setTimeout(() => { document.body.prepend(Object.assign(document.createElement('h1'), {innerHTML: '<br>'.repeat(40)})) }, 300);"
        "</script></body></html>",
        "utf-8",
    )
    with serve(site) as address:
        scores, _ = judge(address, node_modules, tmp_path / "report.json")
    assert max(scores.values()) < LEAST, scores

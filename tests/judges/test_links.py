"""LinkChecker follows every link of an archive from its front page, as files: none is broken, and every page is reached (W1)."""

from __future__ import annotations

import csv
import importlib.util
import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from components import lack

pytestmark = pytest.mark.slow

# As root it becomes "nobody", who may not read a test's folder.
CHECKER = (
    "import linkcheck.command.linkchecker as checker; checker.drop_privileges = lambda: None; checker.linkchecker()"
)


def check(front: Path) -> tuple[list[str], set[str]]:
    """What is wrong with any link, and the files of the archive that were reached."""
    if importlib.util.find_spec("linkcheck") is None:
        lack("LinkChecker")
    # Without --check-extern it takes every file outside the first one's folder for foreign and looks at none of them.
    options = ["--no-status", "--check-extern", "--ignore-url=^https?://", "--ignore-url=^mailto:", "--threads=2"]
    done = subprocess.run(
        [sys.executable, "-c", CHECKER, *options, "--verbose", "--output=csv", front.as_uri()],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    rows = [line for line in done.stdout.splitlines() if line and not line.startswith("#")]
    links = list(csv.DictReader(io.StringIO("\n".join(rows)), delimiter=";"))
    assert links, done.stderr
    wrong = [
        f"{row['parentname']}: {row['urlname']}: {row['result']} {row['warningstring']}"
        for row in links
        if row["valid"] != "True" or row["warningstring"]
    ]
    root = front.parent.as_uri()
    return wrong, {re.sub("[#?].*", "", row["url"]).removeprefix(f"{root}/") for row in links if row["url"]}


@pytest.mark.parametrize("archive", ["sample_archive", "invented_archive"])
def test_no_link_is_broken_and_every_page_is_reached(archive: str, request: pytest.FixtureRequest) -> None:
    """Only the page for wrong addresses, and those that send readers on, are linked from nowhere."""
    folder: Path = request.getfixturevalue(archive)
    wrong, reached = check(folder / "index.html")
    pages = {str(page.relative_to(folder)) for page in folder.rglob("*.html")}
    assert wrong == []
    assert {page for page in pages - reached if "/b" not in page.replace("s0000000000b", "/b")} == {"404.html"}


def test_the_checker_sees_a_page_that_is_missing(invented_archive: Path, tmp_path: Path) -> None:
    for name in ("index.html", "about/en.html", "about/ja.html", "assets/style.css", "assets/favicon.svg"):
        target = tmp_path / name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes((invented_archive / name).read_bytes())
    wrong, reached = check(tmp_path / "index.html")
    assert any("about/en.html: ../weeks/en.html" in line or "weeks/en.html" in line for line in wrong)
    assert "about/en.html" in reached

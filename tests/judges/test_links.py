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
from archives import invented_shelf
from components import lack

pytestmark = pytest.mark.slow

# As root it becomes "nobody", who may not read a test's folder.
CHECKER = (
    "import linkcheck.command.linkchecker as checker; checker.drop_privileges = lambda: None; checker.linkchecker()"
)


def check(front: Path, *others: str) -> tuple[list[str], set[str]]:
    """What is wrong with any link, and the files of the archive that were reached.

    Args:
        others: pages to begin at as well.
    """
    if importlib.util.find_spec("linkcheck") is None:
        lack("LinkChecker")
    # Without --check-extern it takes every file outside the first one's folder for foreign and looks at none of them.
    options = ["--no-status", "--check-extern", "--ignore-url=^https?://", "--ignore-url=^mailto:", "--threads=2"]
    starts = [front.as_uri(), *((front.parent / name).as_uri() for name in others)]
    done = subprocess.run(
        [sys.executable, "-c", CHECKER, *options, "--verbose", "--output=csv", *starts],
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


@pytest.mark.parametrize("archive", ["sample_archive", "invented_archive", "new_archive"])
def test_no_link_is_broken_and_every_page_is_reached(archive: str, request: pytest.FixtureRequest) -> None:
    """Only the page for wrong addresses, and those that stand at a story's former address, are linked from nowhere."""
    folder: Path = request.getfixturevalue(archive)
    pages = {str(page.relative_to(folder)) for page in folder.rglob("*.html")}
    former = {page for page in pages if page.split("/")[1:2] and page.split("/")[1] in invented_shelf().redirects}
    wrong, reached = check(folder / "index.html")
    assert wrong == []
    assert pages - reached == {"404.html", *former}
    wrong, _ = check(folder / "404.html", *sorted(former))
    assert wrong == []


def test_the_checker_sees_a_page_that_is_missing(invented_archive: Path, tmp_path: Path) -> None:
    for name in ("index.html", "about/en.html", "about/ja.html", "assets/style.css", "assets/favicon.svg"):
        target = tmp_path / name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes((invented_archive / name).read_bytes())
    wrong, reached = check(tmp_path / "index.html")
    assert any("about/en.html: ../weeks/en.html" in line or "weeks/en.html" in line for line in wrong)
    assert "about/en.html" in reached

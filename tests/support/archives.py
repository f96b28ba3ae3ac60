"""Archives for judges that look at whole sites: what the sample web gives, and an invented shelf with every state of an issue."""

from __future__ import annotations

import datetime as dt
import functools
import importlib.util
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

import msgspec
from sample_runs import run

from pipeline.demo.sample import install_workspace
from pipeline.demo.server import serve_sample_web
from pipeline.demo.web import SampleWeb
from pipeline.knowledge.editions import load_edition
from pipeline.knowledge.lexicon import Lexicon
from pipeline.model import Shelf
from pipeline.render import render_archive
from pipeline.render.environment import SHIPPED, Templates

BASE_URL = "https://digest.example/archive"
SHELVES = Path(__file__).parents[1] / "unit" / "render" / "sample.py"


def collect_sample_web(workspace: Path) -> Path:
    """The archive that a whole run on the sample web leaves in the workspace; it is published nowhere."""
    install_workspace(workspace)
    with serve_sample_web(SampleWeb.load(dt.datetime(2026, 11, 8, 21, tzinfo=dt.UTC))) as server:
        run(workspace, server, "run")
    return workspace / "archive"


@functools.cache
def invented() -> ModuleType:
    """The module with the invented shelf, tests/unit/render/sample.py."""
    spec = importlib.util.spec_from_file_location("render_sample", SHELVES)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def invented_shelf() -> Shelf:
    """All that shelf has, and after it a week whose collection failed."""
    sample = invented()
    shelf: Shelf = sample.SHELF
    return msgspec.structs.replace(shelf, issues=(*shelf.issues, sample.FAILED))


def write_archive(
    folder: Path, shelf: Shelf, lexicon: Lexicon, base_url: str = BASE_URL, templates: Templates = SHIPPED
) -> Path:
    """Renders a shelf in both editions into the folder."""
    editions = [load_edition(code) for code in ("ja", "en")]
    files = render_archive(
        shelf,
        lexicon,
        editions,
        base_url=base_url,
        version="0.1.0",
        contact="editors@example.org",
        home="JP",
        templates=templates,
    )
    for file in files:
        target = folder / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.body)
    return folder


def richest_pages(archive: Path, code: str = "*") -> list[Path]:
    """Of every type of page the largest one of each edition, or of this one: what can go wrong is most likely on it."""
    chosen: dict[tuple[str, int, str], Path] = {}
    for file in sorted(archive.rglob("*.html")):
        parts = file.relative_to(archive).parts
        key = (parts[0], len(parts), file.name)
        if key not in chosen or file.stat().st_size > chosen[key].stat().st_size:
            chosen[key] = file
    return [file for file in chosen.values() if code == "*" or file.name in (f"{code}.html", "index.html", "404.html")]


def names_of(archive: Path, pages: Iterable[Path]) -> list[str]:
    """Paths as the archive has them."""
    return [str(page.relative_to(archive)) for page in pages]

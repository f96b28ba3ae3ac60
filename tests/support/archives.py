"""Archives for judges that look at whole sites: what the sample web gives, and an invented shelf with every state of an issue."""

from __future__ import annotations

import datetime as dt
import functools
import importlib.util
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

import lxml.html
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
Trait = tuple[str, ...]
SHELVES = Path(__file__).parents[1] / "unit" / "render" / "sample.py"
# Template -> pages of the invented archive that it makes, in every state that they can be in; without the edition.
TYPES = {
    "about": ("about",),
    "agreements": ("agreements",),
    "anniversaries": ("anniversaries",),
    "calendar": ("calendar",),
    "corrections": ("corrections",),
    "data": ("data",),
    "index": ("index.html",),
    "issue": ("issues/2026-W42", "issues/2026-W43", "issues/2026-W44", "issues/2026-W45", "issues/2026-W46"),
    "missing": ("404.html",),
    "moved": ("stories/s0000000000b1",),
    "names": ("names",),
    "search": ("search",),
    "sources": ("sources",),
    "story": ("stories/s0000000000a1", "stories/s0000000000c1", "stories/s0000000000c3", "stories/s0000000000c4"),
    "topic": (
        "cities/geonames-1859171",
        "networks/sco",
        "pairs/geonames-1792947--geonames-1859171",
        "themes/digital-smart-city",
    ),
    "topics": ("cities", "networks", "themes"),
    "weeks": ("weeks",),
    "withdrawn": ("stories/s0000000000b3", "stories/s0000000000c2"),
}


def every_type(template: str = "") -> list[str]:
    """Pages of the invented archive in both editions: those of a template, or of all."""
    pages = TYPES[template] if template else [page for pages in TYPES.values() for page in pages]
    return [name for page in pages for name in ([page] if "." in page else [f"{page}/ja.html", f"{page}/en.html"])]


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
    """Weeks in every state, the last with every section and every mark of the editors; stories that moved and were withdrawn."""
    shelf: Shelf = invented().WHOLE
    return shelf


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


def telling_pages(archive: Path) -> list[Path]:
    """Pages that together have whatever any page has: each element with its classes and attributes, in each place that it has.

    Each edition by itself, as words of one may be wider than those of another.
    """
    traits: dict[Path, frozenset[Trait]] = {file: _traits(file) for file in sorted(archive.rglob("*.html"))}
    chosen: list[Path] = []
    for name in sorted({file.name for file in traits}):
        left = {file: those for file, those in traits.items() if file.name == name}
        seen: set[Trait] = set()
        while richest := max(
            (file for file in left if left[file] - seen), key=lambda f: len(left[f] - seen), default=None
        ):
            chosen.append(richest)
            seen |= left[richest]
    return chosen


def _traits(file: Path) -> frozenset[Trait]:
    page = lxml.html.document_fromstring(file.read_bytes().decode("utf-8"))
    return frozenset((*_kind(parent), *_kind(child)) for parent in page.iter("*") for child in parent.iterchildren("*"))


def _kind(element: lxml.html.HtmlElement) -> Trait:
    """What a rule of a style sheet or of a checker may ask for: neither words nor addresses."""
    return (element.tag, *sorted(element.get("class", "").split()), *sorted(f"[{name}]" for name in element.attrib))


def names_of(archive: Path, pages: Iterable[Path]) -> list[str]:
    """Paths as the archive has them."""
    return [str(page.relative_to(archive)) for page in pages]

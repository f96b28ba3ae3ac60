"""axe-core on every type of page, at two widths, in both colour schemes and both editions (W8)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from archives import richest_pages

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.slow, pytest.mark.browser]

LEAST_TYPES = 10  # pages to judge per edition, or the test has lost them
RUN = "() => axe.run(document, {resultTypes: ['violations']})"


def violations(
    browser: Browser, pages: list[Path], axe: Path, *, width: int, scheme: str, root: Path
) -> dict[str, list[str]]:
    """Page -> the rules it breaks, with every element that does; all rules that axe has, not only those of WCAG."""
    # The pages let no foreign script run, so the judge has to be let in.
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    tab = context.new_page()
    found: dict[str, list[str]] = {}
    for page in pages:
        tab.goto(page.as_uri())
        tab.add_script_tag(path=axe)
        result: dict[str, Any] = tab.evaluate(RUN)
        broken = [
            f"{one['id']}: {node['html']} {node['failureSummary']}"
            for one in result["violations"]
            for node in one["nodes"]
        ]
        if broken:
            found[str(page.relative_to(root))] = broken
    context.close()
    return found


@pytest.fixture(scope="module")
def axe(node_modules: Path) -> Path:
    return node_modules / "axe-core" / "axe.min.js"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_no_type_of_page_breaks_a_rule(
    sample_archive: Path, browser: Browser, axe: Path, width: int, scheme: str
) -> None:
    pages = richest_pages(sample_archive)
    for code in ("ja", "en"):
        assert len([page for page in pages if page.name == f"{code}.html"]) >= LEAST_TYPES
    assert violations(browser, pages, axe, width=width, scheme=scheme, root=sample_archive) == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_state_of_an_issue_breaks_a_rule(invented_archive: Path, browser: Browser, axe: Path, scheme: str) -> None:
    """Full, quiet and failed weeks, and the story with every mark."""
    pages = sorted(invented_archive.glob("issues/*/*.html")) + sorted(invented_archive.glob("stories/*a1/*.html"))
    assert len(pages) == 8
    assert violations(browser, pages, axe, width=320, scheme=scheme, root=invented_archive) == {}


SEEDED = """<style>
@media (prefers-color-scheme: dark) { #dim { color: #555; background: #444 } }
@media (max-width: 400px) { #small { color: #ccc; background: #ddd } }
</style><p id="dim">Hard to read in the dark</p><p id="small">Hard to read on a telephone</p><img src="data:,">"""


@pytest.mark.parametrize(
    ("width", "scheme", "expected"),
    [
        (1280, "light", {"image-alt"}),
        (1280, "dark", {"image-alt", "#dim"}),
        (320, "light", {"image-alt", "#small"}),
    ],
)
def test_axe_sees_what_only_one_scheme_or_width_shows(
    invented_archive: Path,
    browser: Browser,
    axe: Path,
    tmp_path: Path,
    width: int,
    scheme: str,
    expected: set[str],
) -> None:
    page = tmp_path / "about" / "en.html"
    page.parent.mkdir()
    original = (invented_archive / "about" / "en.html").read_text("utf-8")
    page.write_text(original.replace("</main>", f"{SEEDED}</main>", 1), "utf-8")
    found = violations(browser, [page], axe, width=width, scheme=scheme, root=tmp_path)["about/en.html"]
    text = "\n".join(found)
    assert {name for name in ("image-alt", "#dim", "#small") if name.removeprefix("#") in text} == expected

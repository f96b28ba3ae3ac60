"""axe-core on every type of page, at two widths, in both colour schemes and both editions (W8)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from archives import BASE_URL, every_type, richest_pages, telling_pages

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

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
        _hold(tab, page, root)
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


def _hold(tab: Page, page: Path, root: Path) -> None:
    """Keeps a page that sends readers on from doing so, and has the archive lie where it is published."""

    def answer(route: Route) -> None:
        request = route.request
        if request.url.startswith(f"{BASE_URL}/"):  # the page for wrong addresses asks for its style there
            route.fulfill(path=root / request.url.removeprefix(f"{BASE_URL}/"))
        elif request.is_navigation_request() and request.url != page.as_uri():
            route.fulfill(status=204)
        else:
            route.continue_()

    tab.unroute_all()
    tab.route("**/*", answer)


@pytest.fixture(scope="module")
def axe(node_modules: Path) -> Path:
    return node_modules / "axe-core" / "axe.min.js"


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1280, "light")])
def test_no_page_of_the_sample_web_breaks_a_rule(
    sample_archive: Path, browser: Browser, axe: Path, width: int, scheme: str
) -> None:
    """Of every type the richest."""
    pages = richest_pages(sample_archive)
    for code in ("ja", "en"):
        assert len([page for page in pages if page.name == f"{code}.html"]) >= LEAST_TYPES
    assert violations(browser, pages, axe, width=width, scheme=scheme, root=sample_archive) == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_no_type_of_page_breaks_a_rule_in_any_state(
    invented_archive: Path, browser: Browser, axe: Path, width: int, scheme: str
) -> None:
    """A page of every template, weeks in every state, and whatever element stands anywhere else."""
    stated = [invented_archive / name for name in every_type()]
    pages = list(dict.fromkeys([*stated, *telling_pages(invented_archive)]))
    assert violations(browser, pages, axe, width=width, scheme=scheme, root=invented_archive) == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_an_archive_without_an_issue_breaks_a_rule(
    new_archive: Path, browser: Browser, axe: Path, scheme: str
) -> None:
    pages = telling_pages(new_archive)
    assert violations(browser, pages, axe, width=320, scheme=scheme, root=new_archive) == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_no_mail_breaks_a_rule(letters: Path, browser: Browser, axe: Path, width: int, scheme: str) -> None:
    """M12."""
    mails = sorted(letters.iterdir())
    assert len(mails) == 10
    assert violations(browser, mails, axe, width=width, scheme=scheme, root=letters) == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_of_the_readers_breaks_a_rule(
    readers_pages: Path, browser: Browser, axe: Path, width: int, scheme: str
) -> None:
    """W8: forms, their errors, and what is said after them."""
    pages = telling_pages(readers_pages)
    assert len(pages) >= LEAST_TYPES
    assert violations(browser, pages, axe, width=width, scheme=scheme, root=readers_pages) == {}


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

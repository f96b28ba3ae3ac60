"""Pictures of ten types of pages, in both editions and both colour schemes, on a telephone and on a desk.

    python scripts/take_screenshots.py [ARCHIVE]

Without an archive it makes that of the demonstration. Needs Chromium: /usr/bin/chromium, or what CITY_DIGEST_TEST_CHROMIUM names.
The pictures in docs/images/pages are replaced; docs/reference/pages.md shows them.
"""

from __future__ import annotations

import base64
import itertools
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "images" / "pages"
# Of several pages of a type the largest shows most of what it can hold.
TYPES = {
    "front": "index.html",
    "issue": "issues/*/{code}.html",
    "story": "stories/*/{code}.html",
    "city": "cities/*/{code}.html",
    "pair": "pairs/*/{code}.html",
    "network": "networks/*/{code}.html",
    "theme": "themes/*/{code}.html",
    "weeks": "weeks/{code}.html",
    "calendar": "calendar/{code}.html",
    "agreements": "agreements/{code}.html",
    "search": "search/{code}.html?q={word}",
    "sources": "sources/{code}.html",
}
WORDS = {"ja": "神戸", "en": "Kobe"}  # edition -> what is searched for in its pictures
SIZES = ((320, 640), (1280, 800))
MOST_BYTES = 4_000_000  # of all pictures: a checkout should not grow by more with each new look
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
# WebP at this quality keeps small text clean at half the size of PNG.
QUALITY = 82


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="screenshots-") as folder:
        archive = Path(sys.argv[1]) if len(sys.argv) > 1 else make_archive(Path(folder))
        TARGET.mkdir(parents=True, exist_ok=True)
        for old in TARGET.glob("*.webp"):
            old.unlink()
        total = take_all(archive)
    print(f"{len([*TARGET.glob('*.webp')])} pictures, {total / 1e6:.1f} MB")
    return int(total > MOST_BYTES)


def make_archive(folder: Path) -> Path:
    """The archive of the demonstration."""
    subprocess.run([Path(sys.executable).with_name("city-digest"), "demo", folder], check=True, stdout=subprocess.PIPE)
    return folder / "archive"


def take_all(archive: Path) -> int:
    """Every type in every look; returns the bytes of all pictures."""
    from playwright.sync_api import sync_playwright

    chromium = os.environ.get("CITY_DIGEST_TEST_CHROMIUM", "/usr/bin/chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--hide-scrollbars"])
        looks = itertools.product(SIZES, ("light", "dark"))
        total = sum(take(browser, archive, size, scheme) for size, scheme in looks)
        browser.close()
    return total


def take(browser: Browser, archive: Path, size: tuple[int, int], scheme: str) -> int:
    """Every type in both editions in one look."""
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
    tab = context.new_page()
    camera = context.new_cdp_session(tab)
    total = 0
    for name, pattern in TYPES.items():
        folder, _, query = pattern.partition("?")
        for code, page in find_pages(archive, folder).items():
            tab.goto(f"{page.as_uri()}?{query.format(word=WORDS[code])}" if query else page.as_uri())
            if query:
                tab.wait_for_selector("#search-list li")
            tab.evaluate(PAINTED)  # what has no frame yet cannot be captured
            shot = camera.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
            total += (TARGET / f"{name}-{code}-{scheme}-{width}.webp").write_bytes(base64.b64decode(shot["data"]))
    context.close()
    return total


def find_pages(archive: Path, pattern: str) -> dict[str, Path]:
    """The page in each edition; the front page is one for both."""
    first, *others = WORDS
    page = max(archive.glob(pattern.format(code=first)), key=lambda file: (file.stat().st_size, file), default=None)
    if page is None:
        raise SystemExit(f"{archive} has no page {pattern.format(code=first)}")
    twins = {code: page.with_name(f"{code}.html") for code in others} if page.stem == first else {}
    return {first: page, **twins}


if __name__ == "__main__":
    sys.exit(main())

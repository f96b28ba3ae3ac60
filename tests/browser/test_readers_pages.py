"""A reader's whole way through their pages in a real browser, by keyboard, with a real server behind it (M10, M11)."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from email.message import EmailMessage
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from chromium import open_chromium
from readers_site import ADDRESS, KOBE, Site, free_port, serve

from pipeline.knowledge.editions import load_edition
from pipeline.model import ReaderState, SuppressionReason

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = [pytest.mark.slow, pytest.mark.browser]

MOST_STOPS = 60  # presses of Tab to any control of a page whose networks are folded


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_chromium() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    root, port = tmp_path_factory.mktemp("served") / "workspace", free_port()
    site = Site(root, base_url=f"http://127.0.0.1:{port}")
    with serve(root, port=port):
        yield site


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """A page whose browser runs no script, asks nobody but us, keeps no cookie and tells nobody where it was."""
    troubles: list[str] = []
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    ours = urlsplit(site.workspace.settings.web.base_url).netloc

    def look(request: object) -> None:
        url, headers = request.url, request.headers  # type: ignore[attr-defined]
        if urlsplit(url).netloc != ours or headers.get("referer") or "cookie" in headers:
            troubles.append(f"{url} {headers}")

    page.on("request", look)
    # That an answer is a 404 or a 422 the browser says itself.
    page.on("console", lambda said: None if "responded with a status of 4" in said.text else troubles.append(said.text))
    yield page
    assert context.cookies() == []
    context.close()
    assert troubles == []


def tab_to(page: Page, control: Locator) -> None:
    """Presses Tab until the control has the focus."""
    for _ in range(MOST_STOPS):
        if control.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"no way by keyboard to {control}")


def press(page: Page, control: Locator, key: str = "Enter") -> None:
    tab_to(page, control)
    page.keyboard.press(key)


def wait_for_mail(site: Site, address: str) -> EmailMessage:
    """What is sent when the page has been answered already."""
    end = time.monotonic() + 20
    while not (mails := [mail for mail in site.mails() if mail["To"] == address]):
        assert time.monotonic() < end, "no mail"
        time.sleep(0.05)
    return mails[0]


@pytest.mark.parametrize("code", ["ja", "en"])
def test_from_asking_to_leaving_by_keyboard(page: Page, site: Site, code: str) -> None:
    """Subscribe, the mail's link, confirm, choose, take the data away, leave: nothing but Tab, Space, Enter and letters."""
    from playwright.sync_api import expect

    say, address = load_edition(code).say, f"{code}-{ADDRESS}"
    page.goto(f"{site.workspace.settings.web.base_url}/subscribe?lang={code}")
    tab_to(page, page.get_by_label(say("web.form.address")))
    page.keyboard.type(address)
    press(page, page.get_by_text(say("web.form.interests"), exact=True))
    tab_to(page, page.get_by_label(say("web.form.cities_more")))
    page.keyboard.type("Nowhere at all\nKobe")
    press(page, page.get_by_role("button", name=say("web.subscribe.submit")))
    expect(page.get_by_role("alert")).to_contain_text("Nowhere at all")
    field = page.get_by_label(say("web.form.cities_more"))
    expect(field).to_have_attribute("aria-invalid", "true")
    press(page, page.get_by_role("alert").get_by_role("link"))
    tab_to(page, field)
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    press(page, page.get_by_label(theme_name(code)), "Space")
    press(page, page.get_by_role("button", name=say("web.subscribe.submit")))
    expect(page.get_by_role("heading", level=1)).to_have_text(say("web.said.asked_title"))

    mail = wait_for_mail(site, address)
    assert site.reader(address, code).state is ReaderState.PENDING  # type: ignore[union-attr]
    page.goto(f"{site.workspace.settings.web.base_url}{site.confirm_path(mail)}")
    expect(page.get_by_role("heading", level=1)).to_have_text(say("web.confirm.title"))
    press(page, page.get_by_role("button", name=say("web.confirm.submit")))
    expect(page.get_by_role("heading", level=1)).to_have_text(say("web.said.confirmed_title"))
    reader = site.reader(address, code)
    assert reader
    assert (reader.state, reader.choices.cities) == (ReaderState.ACTIVE, (KOBE,))

    press(page, page.get_by_role("link", name=say("web.settings.title")))
    expect(page.get_by_role("heading", level=1)).to_have_text(say("web.settings.title"))
    press(page, page.locator(f'input[name="city"][value="{KOBE}"]'), "Space")
    press(page, page.locator('input[value="health"]'), "Space")
    press(page, page.get_by_role("button", name=say("web.settings.save")))
    expect(page.get_by_role("status")).to_have_text(say("web.settings.saved"))
    changed = site.reader(address, code)
    assert changed
    assert (changed.choices.cities, "health" in changed.choices.themes) == ((), True)
    with page.expect_download() as download:
        press(page, page.get_by_role("button", name=say("web.settings.export")))
    assert json.loads(download.value.path().read_text("utf-8"))["address"] == address
    press(page, page.get_by_role("button", name=say("web.leave.submit")))
    expect(page.get_by_role("heading", level=1)).to_have_text(say("web.said.left_title"))
    assert site.register.suppressed()[reader.id].reason is SuppressionReason.LEFT


def theme_name(code: str) -> str:
    """The theme that is ticked on the way."""
    from pipeline.knowledge.lexicon import load_lexicon

    return load_lexicon().themes["peace"].names[code]


def test_erasing_asks_for_a_tick_first(page: Page, site: Site) -> None:
    from playwright.sync_api import expect

    say, reader = load_edition("en").say, site.add("erased@city.example.org")
    page.goto(f"{site.workspace.settings.web.base_url}{site.link('s', reader)}")
    button = page.get_by_role("button", name=say("web.settings.erase_submit"), exact=True)
    button.click()  # the browser itself says that the box is required
    assert site.register.get(reader.id) == reader
    press(page, page.get_by_label(say("web.settings.sure")), "Space")
    press(page, button)
    expect(page.get_by_role("heading", level=1)).to_have_text(say("web.said.erased_title"))
    assert site.register.get(reader.id) is None


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("code", ["ja", "en"])
def test_no_page_is_wider_than_its_window(page: Page, site: Site, width: int, code: str) -> None:
    """Also with the longest names of networks and an address as long as they get, and zoomed to 400 % (WCAG 2.2, 1.4.10)."""
    page.set_viewport_size({"width": width, "height": 900})
    from pipeline.knowledge.lexicon import load_lexicon
    from pipeline.model import Choices

    longest = sorted(load_lexicon().networks.values(), key=lambda term: -len(term.names[code]))[:5]
    reader = site.add(
        f"{'x' * 60}@{'long-' * 12}name.example.org",
        code,
        choices=Choices(cities=(KOBE,), networks=tuple(term.id for term in longest)),
    )
    base = site.workspace.settings.web.base_url
    for path in ("/subscribe", "/privacy", site.link("s", reader), site.link("u", reader), "/nowhere"):
        page.goto(f"{base}{path}?lang={code}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path

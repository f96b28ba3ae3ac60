"""Pages after their scripts ran, in one Chromium that is as harmless as the plain crawler.

The page itself is fetched as any other: same guard, robots rules, delays, limits, redirects. The browser is given that answer and never
asks for a page itself. What the page's scripts ask for beyond it is judged twice: here, where only scripts and data of the page's own site
pass that its robots.txt allows, and by the gate (crawler/javascript/gate.py), which is the browser's only way out.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import resource
import signal
from typing import TYPE_CHECKING

from playwright.async_api import Error as PlaywrightError
from scrapy import Request, signals
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError, IgnoreRequest
from scrapy.http import Headers, HtmlResponse, Response
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler  # type: ignore[import-untyped]  # ships no types
from scrapy_playwright.provider import PlaywrightBrowserProvider  # type: ignore[import-untyped]  # the same

from crawler.javascript import KEY
from crawler.javascript.gate import Gate
from crawler.middlewares.guard import ALLOW_LOOPBACK
from crawler.middlewares.manners import Manners
from crawler.middlewares.refusal import Refused
from crawler.middlewares.rehearsal import PROXY
from crawler.middlewares.robots import StrictRobots
from crawler.shards import registrable_domain
from pipeline.errors import Reason
from pipeline.text.urls import host

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from playwright.async_api import Browser, BrowserContext, CDPSession, Page, Route
    from playwright.async_api import Request as BrowserRequest
    from playwright.async_api import Response as BrowserResponse
    from scrapy import Spider
    from scrapy.crawler import Crawler
    from scrapy_playwright.handler import Config

logger = logging.getLogger(__name__)

MAX_REQUESTS = 100  # of one page's scripts; news pages that are built by scripts make 20 to 60
FLOOD = 1_000  # requests, refused ones included; then the page is given up: judging them would fill our memory
QUIET_S = 0.5  # a page that has loaded and asks for nothing for so long is as it is meant to be seen
QUIET_SHARE = 0.75  # of a page's time: if it still loads or asks for things then, what is there is taken
POLL_S = 0.1
GATE_BODIES = 4  # one connection brings a site's scripts together: so many times the largest body
CLOSE_S = 5.0  # a page that does not close within this time takes the whole browser with it
LAUNCH_S = 30.0
MAX_MEMORY = 2 * 1024**3  # bytes of one process of the browser

# No way to the network but the gate, no names looked up, nothing asked on Chromium's own account, no other protocol.
SWITCHES = (
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--dns-prefetch-disable",
    "--no-pings",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--blink-settings=imagesEnabled=false",
    "--disable-gpu",
    "--mute-audio",
    "--no-first-run",
    "--js-flags=--max-old-space-size=256",  # MiB; a script that wants more loses its page, not the machine
)
# Playwright's own, for tests of one's own pages: they take away what protects a browser from others'.
UNWANTED = ["--disable-ipc-flooding-protection", "--disable-popup-blocking"]
# Added to the page's own policy (both hold): no WebSocket, worker, frame, plug-in or form, and, of a sandbox's powers, neither windows nor
# downloads, which would be asked past the route.
POLICY = (
    "connect-src http: https: data: blob:; worker-src 'none'; frame-src 'none'; object-src 'none'; form-action 'none'; "
    "sandbox allow-scripts allow-same-origin"
)
_PASSED_TYPES = ("script", "xhr", "fetch")
# Of the body as it came; cookies are not kept, and validators are those of a page without its scripts' work.
_DROPPED = ("content-encoding", "content-length", "transfer-encoding", "set-cookie", "etag", "last-modified")

_COMPLETE = "document.readyState === 'complete'"
# Measured before it is sent.
_CONTENT = "(most => {{ const text = document.documentElement?.outerHTML ?? ''; return text.length > most ? null : text }})({})"


class Rendering:
    """Downloader middleware; gives pages of sources that need it as they are after their scripts ran. One page at a time."""

    def __init__(self, crawler: Crawler) -> None:
        self._pages = Pages(crawler)
        self._turn = asyncio.Lock()
        crawler.signals.connect(self._close, signal=signals.engine_stopped)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Rendering:
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Response:
        """Raises Refused if there is no browser or the page breaks it, DownloadTimeoutError and DownloadCancelledError beyond the limits."""
        reader = request.meta.get(KEY)
        if not reader or response.status != 200 or not isinstance(response, HtmlResponse):
            return response
        async with self._turn:
            try:
                return await self._pages.render(response, reader)
            finally:
                self._pages.note_asked(host(response.url))

    async def _close(self) -> None:
        """A browser that does not close ends with this process."""
        with contextlib.suppress(PlaywrightError, TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await self._pages.close()


class Pages(ScrapyPlaywrightDownloadHandler):  # type: ignore[misc]  # ships no types
    """scrapy-playwright's browser, contexts and pages; each page in a context of its own, which ends with it."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._robots: StrictRobots | None = None
        self._unverified_hosts: frozenset[str] = crawler.spider.job.unverified_hosts  # type: ignore[union-attr]  # our one spider has a job
        self._user_agent: str = crawler.settings["USER_AGENT"]
        self._max_bytes = crawler.settings.getint("DOWNLOAD_MAXSIZE")
        self._timeout_s = crawler.settings.getfloat("DOWNLOAD_TIMEOUT")
        self._site = ""  # registrable domain of the page that is open now
        self._opened = 0
        self._requests = 0
        self._asked: set[str] = set()  # hosts that the page's scripts asked
        self.gate = Gate(
            admits=lambda name: bool(self._site) and registrable_domain(name) == self._site,
            allow_loopback=crawler.settings.getbool(ALLOW_LOOPBACK),
            max_bytes=GATE_BODIES * self._max_bytes,
            lifetime_s=self._timeout_s,
            upstream=crawler.settings.get(PROXY) or "",
        )
        self.browser_provider_cls = self._provide
        self.config.target_closed_max_retries = 0  # a page that breaks the browser is not given a second one

    def _provide(self, config: Config) -> Chromium:
        return Chromium(config, self.gate)

    async def render(self, answer: HtmlResponse, reader: Mapping[str, str]) -> HtmlResponse:
        """The page of an answer after its scripts ran, in UTF-8.

        Args:
            reader: the browser's `locale` and `timezone_id`.
        """
        self._opened += 1
        visit = Request(
            answer.url,
            meta={
                "playwright_context": str(self._opened),
                "playwright_context_kwargs": {
                    **reader,
                    "user_agent": self._user_agent,
                    "accept_downloads": False,
                    "service_workers": "block",
                    "permissions": [],
                    "ignore_https_errors": host(answer.url) in self._unverified_hosts,
                },
                "playwright_include_page": True,  # the context is closed, and its pages with it
                "answer": answer,
            },
            dont_filter=True,
        )
        if hasattr(self, "browser") and not self.browser.is_connected():
            del self.browser
        await self._maybe_launch_browser()  # its time is not the page's
        self._site, self._requests = registrable_domain(host(answer.url)), 0
        try:
            async with asyncio.timeout(self._timeout_s):
                rendered: HtmlResponse = await self._download_request(visit)
        except TimeoutError as error:
            raise DownloadTimeoutError("the page's scripts did not end within crawl.timeout_s") from error
        except PlaywrightError as error:
            raise Refused(Reason.CRASHED, f"the page broke the browser: {_first_line(error)}") from error
        finally:
            self._site = ""
            await self._end()
        return rendered

    async def _end(self) -> None:
        """Closes every context, also of a page that was given up half made; a browser that does not obey is killed."""
        browser: Browser | None = getattr(self, "browser", None)
        if browser is None:
            return
        try:
            async with asyncio.timeout(CLOSE_S):
                for context in browser.contexts:
                    await context.close()
        except (PlaywrightError, TimeoutError):
            self.kill()
        self.context_wrappers.clear()

    def kill(self) -> None:
        """Ends the browser at once; the next page gets a new one."""
        if hasattr(self, "browser") and self.browser.is_connected():
            logger.info("the browser is killed with its page")
            self.browser_provider.kill()
            del self.browser

    async def _browser_disconnected_callback(self) -> None:
        """Not scrapy-playwright's, which closes whatever is open: that may be another browser's by now."""

    async def _download_request_with_page(self, request: Request, page: Page, _: Spider) -> HtmlResponse:
        """Instead of scrapy-playwright's: the page is not asked for again, and its content is measured before it is taken."""
        answer: HtmlResponse = request.meta["answer"]
        clock = asyncio.get_running_loop().time
        until = clock() + QUIET_SHARE * self._timeout_s
        door = _Door(self, answer)
        page.on("crash", _give_up)
        await page.unroute("**")
        await door.guard(page.context)  # the whole context: windows that scripts open too
        try:
            # Not "load": Chromium does not tell it of a page whose script tried to leave meanwhile.
            await page.goto(request.url, wait_until="commit", timeout=0)  # `render` limits the time
            world = await _World.of(page)
            while clock() < until and not (door.quiet_s > QUIET_S and await world.evaluate(_COMPLETE)):  # noqa: ASYNC110 - there is no event to wait for
                await asyncio.sleep(POLL_S)
            text = await world.evaluate(_CONTENT.format(self._max_bytes))
        except PlaywrightError as error:
            raise (door.refusal or error) from None
        if door.refusal:
            raise door.refusal
        body = text.encode("utf-8", "replace") if isinstance(text, str) else None
        if body is None or len(body) > self._max_bytes:
            raise DownloadCancelledError("larger than crawl.max_body_mib after its scripts ran")
        headers = _kept(answer)
        headers["Content-Type"] = "text/html; charset=utf-8"
        return answer.replace(body=body, headers=headers, encoding="utf-8")

    async def allows(self, url: str) -> bool:
        """True for an address that the page's scripts may ask: of its own site, and not forbidden by robots.txt."""
        self._requests += 1
        if self._requests > MAX_REQUESTS or registrable_domain(host(url)) != self._site:
            return False
        self._robots = self._robots or self._crawler.get_downloader_middleware(StrictRobots)
        assert self._robots, "every crawl has it"
        try:
            await self._robots.process_request(Request(url))
        except IgnoreRequest:
            return False
        self._asked.add(host(url))
        return True

    def note_asked(self, name: str) -> None:
        """The delays of a page's host and of those that its scripts asked count from now, not from when the page itself had come."""
        manners = self._crawler.get_downloader_middleware(Manners)
        assert manners, "every crawl has it"
        for asked in (name, *self._asked):
            manners.note_asked(asked)
        self._asked.clear()

    def heed(self, url: str, status: int, retry_after: str) -> Refused | None:
        """Leaves a host alone that asks for it in answer to a script, as if it had answered us."""
        manners = self._crawler.get_downloader_middleware(Manners)
        assert manners, "every crawl has it"
        headers = {"Retry-After": retry_after} if retry_after else {}
        try:
            manners.process_response(Request(url), Response(url, status=status, headers=headers))
        except Refused as refusal:
            return refusal
        return None


class _World:
    """Where we look at a page: a world of its own, in which the page's scripts cannot change what is found."""

    def __init__(self, session: CDPSession, context: int) -> None:
        self._session = session
        self._context = context

    @classmethod
    async def of(cls, page: Page) -> _World:
        session = await page.context.new_cdp_session(page)
        frame = (await session.send("Page.getFrameTree"))["frameTree"]["frame"]["id"]
        made = await session.send("Page.createIsolatedWorld", {"frameId": frame})
        return cls(session, made["executionContextId"])

    async def evaluate(self, expression: str) -> object:
        """What an expression gives, as JSON has it. Waits for as long as the page's scripts keep the page busy."""
        told = await self._session.send(
            "Runtime.evaluate", {"contextId": self._context, "expression": expression, "returnByValue": True}
        )
        return told["result"].get("value")


class _Door:
    """Judges what one page asks for, and knows since when it asks for nothing."""

    def __init__(self, pages: Pages, answer: HtmlResponse) -> None:
        self._pages = pages
        self._answer = answer
        self._given = False
        self._under_way: set[BrowserRequest] = set()
        self._last = self._clock()
        self._asked = 0
        self.refusal: Refused | None = None  # why the page is not taken

    async def guard(self, context: BrowserContext) -> None:
        context.on("requestfinished", self._end)
        context.on("requestfailed", self._end)
        context.on("response", self._hear)
        await context.route("**", self._answer_route)

    @property
    def quiet_s(self) -> float:
        """Seconds since the page's last request ended."""
        return 0.0 if self._under_way else self._clock() - self._last

    @staticmethod
    def _clock() -> float:
        return asyncio.get_running_loop().time()

    def _end(self, asked: BrowserRequest) -> None:
        if asked in self._under_way:
            self._under_way.discard(asked)
            self._last = self._clock()

    async def _hear(self, told: BrowserResponse) -> None:
        if told.status in (429, 503):
            with contextlib.suppress(PlaywrightError):
                asked = await told.header_value("retry-after")
                self.refusal = self._pages.heed(told.url, told.status, asked or "") or self.refusal

    async def _answer_route(self, route: Route) -> None:
        asked = route.request
        self._asked += 1
        try:
            if self._asked > FLOOD:
                self._give_up()
            elif asked.is_navigation_request():
                await self._navigate(route)
            elif self._is_wanted(asked):
                self._under_way.add(asked)
                await self._pass(route)
            else:
                await self._abort(route, "blockedbyclient")
        except PlaywrightError:
            pass  # the page was closed meanwhile

    def _give_up(self) -> None:
        if self._asked == FLOOD + 1:  # the rest stays without an answer
            self.refusal = Refused(Reason.CRASHED, f"the page's scripts asked for more than {FLOOD} things")
            self._pages.kill()

    async def _pass(self, route: Route) -> None:
        if await self._pages.allows(route.request.url):
            await route.continue_()
        else:
            await self._abort(route, "blockedbyclient")

    @staticmethod
    async def _abort(route: Route, code: str) -> None:
        logger.info("aborted: %s %s", route.request.resource_type, route.request.url[:200])
        await route.abort(code)

    async def _navigate(self, route: Route) -> None:
        """The first is the page itself; others would leave it, or fetch a page that nobody asked robots.txt about."""
        if self._given:
            await self._abort(route, "aborted")
            return
        self._given = True
        headers = _kept(self._answer)
        headers.appendlist("Content-Security-Policy", POLICY)
        await route.fulfill(
            status=200,
            headers={str(key): value for key, value in headers.to_unicode_dict().items()},
            body=self._answer.body,
        )

    @staticmethod
    def _is_wanted(asked: BrowserRequest) -> bool:
        return asked.method in ("GET", "HEAD") and asked.resource_type in _PASSED_TYPES


class Chromium(PlaywrightBrowserProvider):  # type: ignore[misc]  # ships no types
    """Starts with the first page that needs it, behind the gate."""

    def __init__(self, config: Config, gate: Gate) -> None:
        super().__init__(config)
        self._gate = gate
        self._complaint = ""
        self._pid = 0

    async def start(self) -> None:
        """Nothing yet: Node.js and Chromium take 200 MiB."""

    async def launch_browser(self) -> Browser:
        """Raises Refused if it does not start; then it is not tried again."""
        if self._complaint:
            raise Refused(Reason.NO_BROWSER, self._complaint)
        try:
            if not self.playwright:
                address = await self._gate.open()
                self.config.launch_options |= {
                    "args": [f"--proxy-server={address}", *SWITCHES],
                    "ignore_default_args": UNWANTED,
                    "timeout": LAUNCH_S * 1000,
                    "handle_sigint": False,  # the crawl ends politely, and the browser with it
                    "handle_sigterm": False,
                    "handle_sighup": False,
                }
                with _limited_memory():
                    await super().start()
            browser: Browser = await super().launch_browser()
            session = await browser.new_browser_cdp_session()
            told = (await session.send("SystemInfo.getProcessInfo"))["processInfo"]
            self._pid = next(process["id"] for process in told if process["type"] == "browser")
        except (PlaywrightError, OSError) as error:
            self._complaint = f"{self.config.launch_options['executable_path']} did not start: {_first_line(error)}"
            raise Refused(Reason.NO_BROWSER, self._complaint) from error
        return browser

    def kill(self) -> None:
        """Ends the browser that was launched last, which must still be connected."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)

    async def close(self) -> None:
        if self.playwright:
            await super().close()
        await self._gate.close()


@contextlib.contextmanager
def _limited_memory() -> Iterator[None]:
    """Programs started meanwhile, and those that they start, hold at most MAX_MEMORY each. Linux keeps to it; macOS does not."""
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    known = [limit for limit in (MAX_MEMORY, soft, hard) if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_DATA, (min(known), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


async def _give_up(page: Page) -> None:
    """Ends every wait for a page that crashed; it would answer nothing any more."""
    await page.context.close()


def _kept(answer: HtmlResponse) -> Headers:
    headers = answer.headers.copy()
    for name in _DROPPED:
        headers.pop(name, None)
    return headers


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]

"""Asks single addresses as politely as a crawl does: with the same guard, robots rules, delays and limits."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from crawler.javascript import browser_settings, request_meta
from crawler.shard import STOP_S
from crawler.spiders.failure import Failure, explain, judge_status
from pipeline.errors import CrawlError, Reason
from pipeline.model import Frozen, SourceSpec

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response

    from crawler.job import Job

T = TypeVar("T")


class Answer(Frozen, frozen=True, kw_only=True):
    """What an address gave, or why it gave nothing."""

    url: str  # after redirects
    body: bytes = b""
    content_type: str = ""
    links: tuple[str, ...] = ()  # values of its Link headers
    failure: Failure | None = None


class Asker:
    """Asks for addresses, one after the other."""

    def __init__(self, job: Job, crawler: Any, most: int) -> None:
        self.job = job
        self._crawler = crawler
        self._left = most

    async def fetch(self, url: str, spec: SourceSpec | None = None) -> Response:
        """The answer as Scrapy has it, asked for as the source wants it. Raises what the downloader raises."""
        from scrapy import Request

        self.job.tell("ask", url=url)
        meta = {"delay_s": spec.delay_s} | request_meta(spec) if spec else {}
        request = Request(url, meta=meta, dont_filter=True)
        response: Response = await self._crawler.engine.download_async(request)
        return response

    async def ask(self, url: str, spec: SourceSpec | None = None) -> Answer:
        """What an address gives. Refuses politely once more addresses were asked than this errand may."""
        if not self._left:
            return Answer(url=url, failure=Failure(reason=Reason.FLOOD, detail="not asked: enough for one errand"))
        if why := self.job.denied.reason_for(url):
            return Answer(url=url, failure=Failure(reason=Reason.DENIED_HOST, detail=why, final=True))
        self._left -= 1
        try:
            response = await self.fetch(url, spec)
        except Exception as error:  # noqa: BLE001 - whatever the downloader raises has a reason
            return Answer(url=url, failure=explain(error, url))
        return Answer(
            url=response.url,
            body=response.body,
            content_type=_header(response, "Content-Type"),
            links=tuple(value.decode("latin-1") for value in response.headers.getlist("Link")),
            failure=judge_status(response.status, _header(response, "Location")),
        )

    async def sitemaps(self, url: str) -> tuple[str, ...]:
        """What the robots.txt that governs `url` names as sitemaps; it was read before `url` was asked, and is not asked again."""
        from scrapy import Request

        from crawler.middlewares.robots import StrictRobots

        robots = self._crawler.get_downloader_middleware(StrictRobots)
        try:
            parser = await robots.robot_parser(Request(url))
        except Exception:  # noqa: BLE001 - it forbids all, so it names nothing
            return ()
        return tuple(str(found).strip() for found in parser.rp.sitemaps)


def run(job: Job, errand: Callable[[Asker], Awaitable[T]], *, most: int, attached: bool) -> T:
    """What an errand comes back with. Starts the reactor, so a process can do it once.

    Args:
        most: addresses that it may ask; robots.txt and redirects are not counted.
        attached: give up when standard input closes, as it does when the parent is gone.

    Raises:
        CrawlError: it was stopped, or failed in a way that no reason explains.
    """
    from scrapy import Spider
    from scrapy.crawler import AsyncCrawlerProcess
    from scrapy.settings import Settings

    from crawler import settings as ours
    from crawler.stopping import stop_on_signals

    found: list[T] = []
    faults: list[Exception] = []

    class Visit(Spider):
        name = "visit"

        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            self.job = job

        async def start(self) -> AsyncIterator[Request]:
            try:
                found.append(await errand(Asker(job, self.crawler, most)))
            except Exception as error:  # noqa: BLE001 - raised again outside of the reactor, which would only log it
                faults.append(error)
            return
            yield

    settings = Settings()
    settings.setmodule(ours, priority="project")
    built = ours.build(job.workspace) | browser_settings(job.workspace, job.network_specs.values())
    settings.setdict(built, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    process.crawl(process.create_crawler(Visit))
    stop_on_signals(process, job, within_s=STOP_S, attached=attached)
    process.start(install_signal_handlers=False)
    if faults:
        raise faults[0]
    if not found:
        raise CrawlError(
            f"Stopped ({job.stopped}) before the answers had come. Run the same command again."
            if job.stopped
            else "The request did not start; the lines above say why."
        )
    return found[0]


def _header(response: Response, name: str) -> str:
    return (response.headers.get(name) or b"").decode("latin-1")

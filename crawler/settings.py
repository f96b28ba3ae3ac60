"""Scrapy's settings. Every one that differs from Scrapy 2.19's default says why; tests/unit/crawler/test_settings.py reads them back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.version import __version__

if TYPE_CHECKING:
    from pipeline.config import Workspace

BOT_NAME = "city-digest"
SPIDER_MODULES = ["crawler.spiders.sources"]

# --- nothing that lets others into this process -------------------------------------------------------------------------
REMOTE_CONTROL_ENABLED = False  # new in 2.19 and on by default: a local HTTP server that runs Python sent to it
TELNETCONSOLE_ENABLED = False  # the same risk, older
# Switched off they would be loaded still, with a web server and a terminal: a quarter of the time that a crawl takes to start.
EXTENSIONS = {
    "scrapy.extensions.remote_control.RemoteControl": None,
    "scrapy.extensions.telnet.TelnetConsole": None,
    "scrapy.extensions.feedexport.FeedExporter": None,  # there are no items
    "scrapy.extensions.memdebug.MemoryDebugger": None,
    "scrapy.extensions.spiderstate.SpiderState": None,  # the inbox is our state
    "scrapy.extensions.throttle.AutoThrottle": None,  # crawler.middlewares.manners
}

# --- what may be fetched ------------------------------------------------------------------------------------------------
# A feed's link to file:///etc/passwd would be read; ftp and s3 know none of our limits.
DOWNLOAD_HANDLERS = {
    "file": None,
    "data": None,
    "ftp": None,
    "s3": None,
    "http": "crawler.wire.Handler",
    "https": "crawler.wire.Handler",
}
DOWNLOAD_VERIFY_CERTIFICATES = True  # the default accepts expired and self-signed ones
DOWNLOAD_MAXSIZE = (
    8 * 1024 * 1024
)  # the default, 1 GiB, lets a gzip bomb of 1 MB take 2.1 GB of memory; with this, 85 MB
DOWNLOAD_WARNSIZE = 0  # size is a reason of its own, not a warning
DOWNLOAD_TIMEOUT = 20  # headers and body together: ends slow headers, dripping and silence; the default is 180
METAREFRESH_ENABLED = False  # followed to loopback by default; articles need none
REDIRECT_MAX_TIMES = 5  # browsers allow 20; more than five is a loop
TWISTED_DNS_RESOLVER = "crawler.middlewares.guard.GuardedResolver"  # names that mean private addresses
# Names are looked up in threads, and a name server that keeps silent holds its thread longer than the request that gave up on it. With
# Scrapy's 10 threads, ten such names make every other host time out; so there are two for every request under way.
REACTOR_THREADPOOL_MAXSIZE = 128
HTTPPROXY_ENABLED = False  # a proxy from the environment would look names up itself, past the guard
HTTPERROR_ALLOW_ALL = True  # the spider turns every status into a reason

# --- manners ------------------------------------------------------------------------------------------------------------
ROBOTSTXT_OBEY = True  # the default disobeys
ROBOTSTXT_USER_AGENT = "city-digest"  # the product token (RFC 9309, 2.2.1), not the whole header
USER_AGENT = f"city-digest/{__version__}"  # with the contact added by `build`
CONCURRENT_REQUESTS = 64  # over all hosts; one per host below
CONCURRENT_REQUESTS_PER_DOMAIN = 1  # one connection per host
CONCURRENT_ITEMS = 1  # Scrapy makes so many tasks for every answer; ours gives a few requests and no items
DOWNLOAD_DELAY = 5.0  # per host; crawler.middlewares.manners raises it where a host or source asks for more
DOWNLOAD_DELAY_JITTER = 0.0  # the default of 0.5 would wait half the delay at times; ours is a floor
COOKIES_ENABLED = False  # nobody is to recognise the crawler from one visit to the next
REFERRER_POLICY = "no-referrer"  # servers are not told where we found a link
RETRY_TIMES = 1  # within one crawl; the inbox remembers, and later crawls try again
RETRY_HTTP_CODES = [
    500,
    502,
    503,
    504,
    522,
    524,
    408,
]  # not 429: Retry-After is answered by stopping, which Scrapy never does
RETRY_GIVE_UP_LOG_LEVEL = "INFO"  # failures are counted and stored, not logged one by one

# --- last resorts -------------------------------------------------------------------------------------------------------
CLOSESPIDER_TIMEOUT = 120 * 60  # a crawl that hangs must not meet the next one; 0 by default
MEMUSAGE_LIMIT_MB = 1024  # ends the crawl before the machine does; 0 by default
MEMUSAGE_CHECK_INTERVAL_SECONDS = 10.0  # 60 by default: long enough to fill the memory

# --- ours ---------------------------------------------------------------------------------------------------------------
# The order: guard and deny list before robots (100), so that no robots.txt of a private or denied address is asked; the rehearsal's
# proxy before both are sent; conditions after redirects (600) are made; manners last, next to the wire, where 429 must be seen before
# retries (550).
DOWNLOADER_MIDDLEWARES = {
    "crawler.middlewares.guard.Guard": 10,
    "crawler.middlewares.denial.Denial": 12,
    "crawler.middlewares.owner.Owner": 15,
    "crawler.middlewares.rehearsal.RehearsalProxy": 20,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawler.middlewares.robots.StrictRobots": 100,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "crawler.middlewares.unpacking.Unpacking": 590,
    "crawler.middlewares.conditional.Conditional": 650,
    "crawler.middlewares.manners.Manners": 870,
}
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"  # the inbox knows what was fetched
STATS_DUMP = False  # the tally is our report
LOG_INSTALL_ROOT_HANDLER = False  # crawler.run writes JSON lines instead


def build(workspace: Workspace) -> dict[str, Any]:
    """What a workspace changes: the name told to servers, limits, delays and the rehearsal."""
    crawl, rehearsal = workspace.settings.crawl, workspace.settings.rehearsal
    return {
        "USER_AGENT": f"{USER_AGENT} (+{crawl.contact})",
        "DOWNLOAD_MAXSIZE": crawl.max_body_mib * 1024 * 1024,
        "DOWNLOAD_TIMEOUT": crawl.timeout_s,
        "DOWNLOAD_DELAY": crawl.delay_s,
        "CLOSESPIDER_TIMEOUT": crawl.max_minutes * 60,
        "CITY_DIGEST_ALLOW_LOOPBACK": rehearsal.allow_loopback,
        "CITY_DIGEST_REHEARSAL_PROXY": rehearsal.proxy,
    }

"""Others that read the same feeds and fetch the same pages as our crawler: one a process, told apart by name.

    PYTHON contestants.py scrapy|newspaper4k|news-please FEED...

Needs nothing of the project, so that it runs under an interpreter with other packages. Every one keeps one connection per host
and waits for nothing; none obeys robots.txt or keeps what it fetched. Prints {"pages": N}.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def run_scrapy(feeds: list[str]) -> int:
    """A spider as its tutorial teaches it."""
    import scrapy
    from scrapy.crawler import CrawlerProcess

    class Plain(scrapy.Spider):
        name = "plain"
        start_urls = feeds
        pages = 0

        def parse(self, response: Any) -> Iterator[Any]:
            for link in response.xpath("//item/link/text()").getall():
                yield scrapy.Request(link, callback=self.take)

        def take(self, response: Any) -> Iterator[Any]:
            Plain.pages += response.status == 200
            yield {"url": response.url, "bytes": len(response.body)}

    process = CrawlerProcess(
        {
            "CONCURRENT_REQUESTS": 64,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
            "DOWNLOAD_DELAY": 0,
            "ROBOTSTXT_OBEY": False,
            "LOG_LEVEL": "ERROR",
            "TELNETCONSOLE_ENABLED": False,
            "REMOTE_CONTROL_ENABLED": False,
        }
    )
    process.crawl(Plain)
    process.start()
    return Plain.pages


def run_newspaper4k(feeds: list[str]) -> int:
    """Downloads alone, without what it makes of a page afterwards; a thread for each host."""
    import feedparser
    import newspaper  # type: ignore[import-not-found]  # not among our packages

    def read(feed: str) -> int:
        articles = [newspaper.Article(entry.link) for entry in feedparser.parse(feed).entries]
        return sum(bool(article.download().html) for article in articles)

    with ThreadPoolExecutor(len(feeds)) as pool:
        return sum(pool.map(read, feeds))


def run_news_please(feeds: list[str]) -> int:
    """Downloads and extraction: it offers no downloads alone; a thread for each host."""
    import feedparser
    from newsplease import NewsPlease  # type: ignore[import-not-found]  # as above

    def read(feed: str) -> int:
        articles = (NewsPlease.from_url(entry.link) for entry in feedparser.parse(feed).entries)
        return sum(bool(article.title) for article in articles)

    with ThreadPoolExecutor(len(feeds)) as pool:
        return sum(pool.map(read, feeds))


CONTESTANTS: dict[str, Callable[[list[str]], int]] = {
    "scrapy": run_scrapy,
    "newspaper4k": run_newspaper4k,
    "news-please": run_news_please,
}

if __name__ == "__main__":
    print(json.dumps({"pages": CONTESTANTS[sys.argv[1]](sys.argv[2:])}))

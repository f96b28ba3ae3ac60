"""The download handler: Scrapy's own, with certificates checked for every host but those whose source says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy.core.downloader.contextfactory import _ScrapyClientContextFactory
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer  # type: ignore[import-untyped]  # ships no types

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


@implementer(IPolicyForHTTPS)
class _PerHost:
    def __init__(self, strict: Any, lenient: Any, hosts: frozenset[str]) -> None:
        self._strict = strict
        self._lenient = lenient
        self._hosts = hosts

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:  # noqa: N802 - Twisted's name
        chosen = self._lenient if hostname.decode("ascii").lower() in self._hosts else self._strict
        return chosen.creatorForNetloc(hostname, port)


class Handler(HTTP11DownloadHandler):
    """HTTP/1.1 over TCP and TLS."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        hosts = crawler.spider.job.unverified_hosts  # type: ignore[union-attr]  # our one spider has a job
        if hosts:
            lenient = _ScrapyClientContextFactory(verify_certificates=False)
            self._contextFactory = _PerHost(self._contextFactory, lenient, hosts)  # type: ignore[assignment]  # zope's implementer is untyped

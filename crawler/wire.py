"""The download handler: Scrapy's own, with certificates checked for every host but those whose source says otherwise, and with an end to
what a server may send before the body."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from scrapy.core.downloader.contextfactory import _ScrapyClientContextFactory
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.exceptions import DownloadCancelledError, DownloadFailedError
from twisted.internet.error import ConnectionAborted
from twisted.python.failure import Failure
from twisted.web._newclient import BODY, DONE
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer  # type: ignore[import-untyped]  # ships no types

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.internet.interfaces import IAddress
    from twisted.web._newclient import Request as TwistedRequest

# Status lines and headers of one answer, those of informational answers (1xx) before it included. Browsers and servers stop at 256 KiB or
# less; Twisted limits the single line only, so that headers without end take what memory there is.
MAX_HEAD = 256 * 1024


class HeadTooLarge(ConnectionAborted):
    """A server sent more than MAX_HEAD bytes before the body."""


class _Protocol(_LenientHTTP11ClientProtocol):
    """Counts the bytes before the body."""

    _head = 0

    def request(self, request: TwistedRequest) -> Any:
        self._head = 0
        return super().request(request)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        super().dataReceived(data)  # type: ignore[no-untyped-call]
        if self._parser is None or self._parser.state in (BODY, DONE):
            return
        self._head += len(data)
        if self._head > MAX_HEAD:
            self._disconnectParser(Failure(HeadTooLarge()))  # type: ignore[no-untyped-call]
            self.transport.abortConnection()  # type: ignore[union-attr]  # not loseConnection(): that reads on


class _Factory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: IAddress | None) -> _Protocol:  # noqa: ARG002, N802 - Twisted's names
        return _Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


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
        self._pool._factory = _Factory  # noqa: SLF001 - as Scrapy does
        hosts = crawler.spider.job.unverified_hosts  # type: ignore[union-attr]  # our one spider has a job
        if hosts:
            lenient = _ScrapyClientContextFactory(verify_certificates=False)
            self._contextFactory = _PerHost(self._contextFactory, lenient, hosts)  # type: ignore[assignment]  # zope's implementer is untyped

    async def download_request(self, request: Request) -> Response:
        try:
            return await super().download_request(request)
        except DownloadFailedError as error:
            # Not tried again, as Scrapy would try a connection that broke.
            if any(reason.check(HeadTooLarge) for reason in getattr(error.__cause__, "reasons", ())):
                raise DownloadCancelledError(f"more than {MAX_HEAD} bytes before the body") from error
            raise
        finally:
            # Scrapy counts the delay from when it began to connect, which is before the server sees anything. We count from the end, so
            # that no two requests reach it sooner one after the other than the delay says.
            slots = self._crawler.engine.downloader.slots
            slot = slots.get(request.meta.get("download_slot", ""))
            if slot:
                slot.lastseen = time.monotonic()

"""Why a request was not sent or its answer not taken."""

from __future__ import annotations

from scrapy.exceptions import IgnoreRequest

from crawler.hosts import Stop
from pipeline.errors import Reason


class HandedOver(IgnoreRequest):
    """A request to a host that another process of this crawl asks; its errand is given to that one."""


class Refused(IgnoreRequest):
    """A request that we do not make.

    `host` is set where the refusal concerns everything on that host for the rest of this crawl; then the link is not to blame.
    """

    def __init__(self, reason: Reason, detail: str, host: str = "") -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.host = host

    @classmethod
    def of(cls, stop: Stop) -> Refused:
        """The refusal of anything on a host that is left alone."""
        return cls(stop.reason, stop.detail, host=stop.host)

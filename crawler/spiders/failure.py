"""From what went wrong to a reason that is stored and counted."""

from __future__ import annotations

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)

from crawler.middlewares.guard import refused_names
from crawler.middlewares.refusal import Refused
from pipeline.errors import Reason
from pipeline.model import Frozen
from pipeline.text.clean import clean_text
from pipeline.text.urls import host

DETAIL_CHARS = 300
_FINAL = (
    Reason.ROBOTS_DISALLOWED,
    Reason.BLOCKED_ADDRESS,
    Reason.DENIED_HOST,
    Reason.TOO_LARGE,
)  # of one address: asking again gives the same


class Failure(Frozen, frozen=True, kw_only=True):
    """Why an address gave nothing."""

    reason: Reason
    detail: str
    final: bool = False  # asking again gives the same
    of_host: bool = False  # says more of the host than of the page
    stopped_host: str = ""  # the host is left alone for this crawl: the address itself is not to blame


def explain(error: BaseException, url: str) -> Failure:
    """The reason behind a request without an answer."""
    if isinstance(error, Refused):
        final = not error.host and error.reason in _FINAL
        return _failure(error.reason, error.detail, final=final, stopped_host=error.host)
    if isinstance(error, IgnoreRequest):
        return _failure(Reason.HTTP_ERROR, str(error))
    if isinstance(error, DownloadTimeoutError):
        return _failure(Reason.TIMEOUT, "no complete answer within crawl.timeout_s", of_host=True)
    if isinstance(error, DownloadCancelledError):
        return _failure(Reason.TOO_LARGE, "larger than crawl.max_body_mib", final=True)
    if isinstance(error, ResponseDataLossError):
        return _failure(Reason.CONNECTION_FAILED, "the connection broke before the answer was complete", of_host=True)
    if isinstance(
        error, ValueError
    ):  # a redirect to what is no address: Scrapy, w3lib and urllib raise nothing more precise
        return _failure(Reason.BLOCKED_ADDRESS, f"redirects to what is no address: {error}", final=True)
    if isinstance(error, CannotResolveHostError) and host(url) in refused_names:
        # Not final: a name server that lies for a day must not cost every link.
        address = refused_names[host(url)]
        return _failure(Reason.BLOCKED_ADDRESS, f"{host(url)} is {address}, not a public address", of_host=True)
    return _failure(Reason.CONNECTION_FAILED, _sentence(error), of_host=True)


def _sentence(error: BaseException) -> str:
    """What Twisted says beneath the wrappings: "Connection was refused by other side" and the like."""
    reasons = getattr(error.__cause__, "reasons", None)
    return reasons[-1].getErrorMessage() if reasons else f"{type(error).__name__}: {error}"


def judge_status(status: int, location: str = "") -> Failure | None:
    """The failure behind an answer's status, None for 200 to 299."""
    if 200 <= status < 300:
        return None
    if status in (404, 410):
        return _failure(Reason.GONE, f"HTTP {status}", final=True)
    if 300 <= status < 400 and location:  # redirects to http and https were followed
        return _failure(Reason.BLOCKED_ADDRESS, f"HTTP {status} to {location[:80]!r}", final=True)
    if status in (401, 403, 451):  # depends on who asks from where, so it may change
        return _failure(Reason.ACCESS_REFUSED, f"HTTP {status}")
    return _failure(Reason.HTTP_ERROR, f"HTTP {status}", of_host=status >= 500)


def _failure(
    reason: Reason, detail: str, *, final: bool = False, of_host: bool = False, stopped_host: str = ""
) -> Failure:
    return Failure(
        reason=reason,
        detail=clean_text(detail, limit=DETAIL_CHARS),
        final=final,
        of_host=of_host,
        stopped_host=stopped_host,
    )

"""What can go wrong, drawn as a tree, and the three ways a stage may end without a value.

    CityDigestError              anything a person can act on; the command line prints its sentence and exits
      ConfigurationError         a setting, a source file or a vocabulary is wrong            (exit 78)
      WorkspaceError             the folder is missing, not ours, or not writable             (exit 78)
        WorkspaceBusy            another run holds the lock                                   (exit 75)
        WorkspaceFull            its disk is full                                             (exit 75)
      StoreError                 a database cannot be read or written                         (exit 75)
        SchemaTooNew             the database was written by a newer version                  (exit 78)
      CrawlError                 the crawler process did not do its work                      (exit 1)
      ServiceError               a service on the web gave no usable answer                   (exit 75)
      RenderError                a template or a label is wrong                               (exit 1)
        TemplateError            it is one of the workspace's own                             (exit 78)
      DeliveryError              the channel refused, before or instead of any reader         (exit 3)
        ChannelAway              it cannot be reached, or takes nothing for now               (exit 75)

A stage's outcome is its value, or one of Skip, Retry, Quarantine. They are not errors: they are stored with a Reason and
counted per source, so that nothing disappears silently.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from pipeline.model import Frozen


class CityDigestError(Exception):
    """A sentence for the person running the command: what was tried, on what, what to do next."""

    exit_code = 1


class ConfigurationError(CityDigestError):
    exit_code = 78


class WorkspaceError(CityDigestError):
    exit_code = 78


class WorkspaceBusy(WorkspaceError):  # noqa: N818  # reads as what it says: the workspace is busy
    exit_code = 75


class WorkspaceFull(WorkspaceError):  # noqa: N818  # likewise
    exit_code = 75


class StoreError(CityDigestError):
    exit_code = 75


class SchemaTooNew(StoreError):  # noqa: N818  # likewise
    exit_code = 78


class CrawlError(CityDigestError):
    exit_code = 1


class ServiceError(CityDigestError):
    exit_code = 75


class RenderError(CityDigestError):
    exit_code = 1


class TemplateError(RenderError):
    exit_code = 78


class DeliveryError(CityDigestError):
    exit_code = 3


class ChannelAway(DeliveryError):  # noqa: N818  # likewise
    exit_code = 75


class Reason(StrEnum):
    """Why something has no value. Each is explained in docs/reference/reasons.md."""

    # fetching
    ROBOTS_DISALLOWED = "robots_disallowed"
    BLOCKED_ADDRESS = "blocked_address"
    HTTP_ERROR = "http_error"
    TIMEOUT = "timeout"
    CONNECTION_FAILED = "connection_failed"
    TOO_LARGE = "too_large"
    BAD_FEED = "bad_feed"
    BAD_LISTING = "bad_listing"
    BAD_FILE = "bad_file"
    GONE = "gone"
    RATE_LIMITED = "rate_limited"
    ACCESS_REFUSED = "access_refused"
    DENIED_HOST = "denied_host"
    STALE = "stale"
    EMPTY = "empty"
    FLOOD = "flood"
    NO_BROWSER = "no_browser"
    SAME_PAGE = "same_page"
    # extract
    NOT_TEXT = "not_text"
    NO_BODY = "no_body"
    TOO_SHORT = "too_short"
    NO_TITLE = "no_title"
    INDEX_PAGE = "index_page"
    GALLERY = "gallery"
    CONSENT_WALL = "consent_wall"
    ERROR_PAGE = "error_page"
    UNREADABLE = "unreadable"
    TOO_SLOW = "too_slow"
    CRASHED = "crashed"


READ_ALL_THE_SAME = frozenset({Reason.STALE, Reason.EMPTY, Reason.FLOOD})
"""What is wrong with a source that answers: what it gave was read."""
NOT_ASKED = frozenset({Reason.DENIED_HOST, Reason.NO_BROWSER, Reason.SAME_PAGE})
"""Why a source is not even asked."""


class Skip(Frozen, frozen=True, kw_only=True, tag=True):
    """Not an article, or not for us: final, and no fault."""

    reason: Reason
    detail: str = ""


class Retry(Frozen, frozen=True, kw_only=True, tag=True):
    """May work later."""

    reason: Reason
    not_before: dt.datetime
    detail: str = ""


class Quarantine(Frozen, frozen=True, kw_only=True, tag=True):
    """Should have worked and did not: kept for a person to look at."""

    reason: Reason
    detail: str = ""


Setback = Skip | Retry | Quarantine

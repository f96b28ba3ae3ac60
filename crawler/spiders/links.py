"""Reads a page of links by the rules of its source, whatever its kind, and bounds what the page can do to its reader."""

from __future__ import annotations

from crawler.deadline import within
from crawler.spiders.feed import read_feed
from crawler.spiders.json_api import read_json_api
from crawler.spiders.listing import read_listing
from crawler.spiders.reading import Reading, Unreadable
from crawler.spiders.sitemap import read_sitemap
from crawler.spiders.wordpress import read_wordpress
from pipeline.errors import Reason
from pipeline.model import Kind, SourceSpec

READING_S = 5.0  # processor time for one page of links; 2,000 full items take 1 s


def read_links(body: bytes, url: str, spec: SourceSpec, content_type: str = "") -> Reading:
    """What a source's rules find in an answer to its start.

    Raises:
        Unreadable: it is not what the source says it is, the source lacks rules, or reading it takes too long.
    """
    try:
        with within(READING_S):
            return _read(body, url, spec, content_type)
    except Unreadable:
        raise
    except TimeoutError as error:
        raise Unreadable(Reason.TOO_SLOW, f"reading {error}") from error
    except Exception as error:  # whatever a page does to its reader is that page's result
        raise Unreadable(Reason.CRASHED, f"{type(error).__name__}: {error}") from error


def _read(body: bytes, url: str, spec: SourceSpec, content_type: str) -> Reading:
    match spec.kind:
        case Kind.FEED:
            return read_feed(body, content_type)
        case Kind.SITEMAP:
            return read_sitemap(body, content_type)
        case Kind.WORDPRESS:
            return read_wordpress(body, url, content_type)
        case Kind.JSON_API if spec.fields:
            return read_json_api(body, url, spec.fields, content_type)
        case Kind.LISTING if spec.selectors:
            return read_listing(body, url, spec.selectors, content_type, spec.zone)
        case _:
            raise Unreadable(Reason.BAD_LISTING, f"a source of kind {spec.kind} without rules to read it by")

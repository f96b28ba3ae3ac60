"""Where every page of the archive lies, how pages point at each other, and which foreign addresses become links."""

from __future__ import annotations

import datetime as dt
import functools
import re
from urllib.parse import urlsplit

from pipeline.text.urls import is_web

_UNSAFE = re.compile(r"[^a-z0-9_-]+")
# White space, control characters, quotes and backslash have no place in an address (RFC 3986 section 2); browsers repair
# some of them, each in its own way.
_NOT_IN_ADDRESS = re.compile(r"[\x00-\x20\x7f-\x9f<>\"\\^`{|}\u2028\u2029]")

# Nearly every address: one that needs no second look, which takes eight times as long.
_PLAIN = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9.-]*(?:/[A-Za-z0-9/._~%+=&?,;:@!$'()*#-]*)?")

# The dot-atom form of RFC 5322, section 3.4.1, without the characters that mean something in an address of the web.
_MAIL = re.compile(r"[A-Za-z0-9._+~-]+@[A-Za-z0-9.-]+")

SLUGS_KEPT = 4_096  # those of the cities and outlets come on thousands of pages, that of a story five times in a row

STYLE = "assets/style.css"
SHIPPED_STYLE = "assets/shipped.css"  # beside a workspace's own style, which may begin with @import "shipped.css";
ICON = "assets/favicon.svg"
SCRIPT = "assets/search.js"  # of the page of search, and nowhere else


@functools.lru_cache(maxsize=SLUGS_KEPT)
def slug(identifier: str) -> str:
    """An id as one part of a path: "geonames:1792947" -> "geonames-1792947"."""
    return _UNSAFE.sub("-", identifier.lower()).strip("-") or "unknown"


def issue_path(week: str, edition: str) -> str:
    return f"issues/{week}/{edition}.html"


def story_path(story_id: str, edition: str) -> str:
    return f"stories/{slug(story_id)}/{edition}.html"


def city_path(city_id: str, edition: str) -> str:
    return f"cities/{slug(city_id)}/{edition}.html"


def network_path(network_id: str, edition: str) -> str:
    return f"networks/{slug(network_id)}/{edition}.html"


def theme_path(theme_id: str, edition: str) -> str:
    return f"themes/{slug(theme_id)}/{edition}.html"


def pair_path(a: str, b: str, edition: str) -> str:
    """The two cities stand in the order of their ids, so a pair has one page."""
    first, second = sorted((a, b))
    return f"pairs/{slug(first)}--{slug(second)}/{edition}.html"


def list_path(name: str, edition: str) -> str:
    """A page that there is once per edition: "weeks", "calendar", "cities", ..."""
    return f"{name}/{edition}.html"


def calendar_path(page: str) -> str:
    """The calendar file beside a page: "cities/x/ja.html" -> "cities/x/ja.ics"."""
    return f"{page.removesuffix('.html')}.ics"


def entry_path(story_id: str, told_as: dt.date, edition: str, *, is_call: bool) -> str:
    """The calendar file of one date of a story, named by the day as which it was first told."""
    kind = "-deadline" if is_call else ""
    return f"stories/{slug(story_id)}/{told_as.isoformat()}{kind}-{edition}.ics"


def feed_path(edition: str) -> str:
    return f"feeds/{edition}.atom"


def json_feed_path(edition: str) -> str:
    return f"feeds/{edition}.json"


def topic_feed_path(page: str) -> str:
    """The feed beside the page of a city, network or theme: "cities/x/ja.html" -> "cities/x/ja.atom"."""
    return f"{page.removesuffix('.html')}.atom"


def data_path(week: str) -> str:
    return f"data/{week}.json"


def table_path(name: str) -> str:
    return f"data/{name}.csv"


def relative(target: str, origin: str) -> str:
    """`target` as seen from the page `origin`; both are paths in the archive, a fragment is kept.

    Always by way of the archive's root, so that what is printed on one page reads the same on every other as deep.
    """
    return "../" * origin.count("/") + target


def absolute(path: str, base_url: str) -> str:
    """The published address of a page, "" if nothing is published."""
    return f"{base_url.rstrip('/')}/{path}" if base_url else ""


def safe_url(url: str) -> str:
    """The address if it may become a link, else "". Only http and https, with a host and without user names."""
    if _PLAIN.fullmatch(url):
        return url
    if not is_web(url) or _NOT_IN_ADDRESS.search(url):
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.hostname and not parts.username and not parts.password else ""


def mail_link(address: str) -> str:
    """`mailto:` and the address (RFC 6068), "" for what is not a plain mail address."""
    return f"mailto:{address}" if _MAIL.fullmatch(address) else ""

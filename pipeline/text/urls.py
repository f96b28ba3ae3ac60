"""Addresses: one normal form, so that one page is one row."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import urlsplit

from w3lib.url import canonicalize_url, url_query_cleaner

# Parameters that say where a reader came from, not what the page is. From the public lists of miniflux, Brave and
# ClearURLs, those that occur in news addresses.
TRACKING = (
    "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id", "utm_name", "utm_reader",
    "fbclid", "gclid", "dclid", "msclkid", "yclid", "igshid", "mc_cid", "mc_eid", "_hsenc", "_hsmi", "mkt_tok",
    "spm", "ref_src", "ref_url", "ncid", "cmpid", "ocid", "xtor", "at_medium", "at_campaign", "wt_mc", "s_cid",
)  # fmt: skip
_SESSION = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)
_DEFAULT_PORT = re.compile(r"^(http://[^/?#]*):80(?=[/?#]|$)|^(https://[^/?#]*):443(?=[/?#]|$)", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")
MAX_CHARS = 2_000


def normalise_url(url: str) -> str:
    """The address without fragment, tracking parameters or session, host in lower case without its default port, parameters sorted.

    Returns "" for anything but http and https, for addresses with user names or hosts that cannot be, and for longer than MAX_CHARS.
    """
    url = url.strip()
    if len(url) > MAX_CHARS:
        return ""
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
            return ""
        _ = parts.port  # raises where it is no number
        plain = _DEFAULT_PORT.sub(r"\1\2", _SESSION.sub("", url))
        cleaned = url_query_cleaner(plain, TRACKING, remove=True, unique=False, keep_fragments=False)
        canonical = canonicalize_url(cleaned)
    except ValueError:
        return ""
    return canonical if _HOST.fullmatch(host(canonical)) else ""


def host(url: str) -> str:
    """The host in lower case without port and without the dot that may end it, "" if there is none."""
    try:
        return (urlsplit(url).hostname or "").lower().rstrip(".")
    except ValueError:
        return ""


def is_web(url: str) -> bool:
    """True for http and https addresses, the only ones ever shown as a link."""
    return url.startswith(("https://", "http://"))


def address_id(url: str) -> str:
    """16 hex digits of SHA-256 of an address: the id of its page or article."""
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()[:16]

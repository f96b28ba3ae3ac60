"""Who may send a form, from where, and how often."""

from __future__ import annotations

import datetime as dt
import hmac
import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

from pipeline.deliver.keys import Keys
from pipeline.errors import ConfigurationError

_CLIENTS = 10_000  # remembered at one time, some 2 MB; those who sent nothing for longest are forgotten first
_STAMP_HOURS = 24  # a page may stay open overnight
_IPV6_PREFIX = 64  # what one customer is given, at least (RFC 6177, 2)

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Limiter:
    """So many a minute for each client, all at once if they like; the next ones when time has passed."""

    def __init__(
        self, per_minute: float, *, at_once: float | None = None, timer: Callable[[], float] = time.monotonic
    ) -> None:
        """
        Args:
            per_minute: 0 for no limit.
            at_once: for who has sent nothing for a while; as many as in a minute, if it is not given.
        """
        self._per_minute = per_minute
        self._most = per_minute if at_once is None else at_once
        self._timer = timer
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # client -> what is left, and when that was

    def takes(self, client: str, weight: float = 1.0) -> bool:
        """False for one too many, which does not count."""
        if not self._per_minute:
            return True
        now = self._timer()
        left, then = self._left.pop(client, (self._most, now))
        left = min(self._most, left + (now - then) * self._per_minute / 60)
        is_taken = left >= min(weight, self._most)
        self._left[client] = (left - min(weight, self._most) if is_taken else left, now)
        if len(self._left) > _CLIENTS:
            self._left.popitem(last=False)
        return is_taken


class Proxies:
    """Those in front of us, whose word for who asks is believed."""

    def __init__(self, networks: Sequence[str]) -> None:
        """Raises ConfigurationError for what is no address or network."""
        try:
            self._networks: tuple[Network, ...] = tuple(ipaddress.ip_network(text, strict=False) for text in networks)
        except ValueError as error:
            raise ConfigurationError(f"web.proxies: {error}; write addresses or networks such as 10.0.0.0/8") from None

    def client(self, peer: str, forwarded: Sequence[str]) -> str:
        """Who asks, as one that can be counted.

        Args:
            peer: who is connected to us.
            forwarded: the X-Forwarded-For headers. Each proxy adds at the end whom it heard, so the last one that is no proxy
                of ours is the client; what stands before it anybody could have written.
        """
        heard = [part.strip() for line in forwarded for part in line.split(",")]
        client = _address(peer)
        while client is not None and heard and self._is_ours(client):
            client = _address(heard.pop())
        if client is None:
            return "unknown"
        if isinstance(client, ipaddress.IPv6Address):
            return str(ipaddress.ip_network((client, _IPV6_PREFIX), strict=False))
        return str(client)

    def _is_ours(self, client: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
        return any(client.version == network.version and client in network for network in self._networks)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address):
        return found.ipv4_mapped or found
    return found


def is_from_here(headers: Mapping[str, str], base_url: str) -> bool:
    """False if a browser says that another site's page sent the form.

    Browsers that say so by Sec-Fetch-Site are all of today's. Of older ones Origin is asked; as our pages send no referrer, it may
    be "null" (Fetch, "append a request Origin header").
    """
    if site := headers.get("sec-fetch-site"):
        return site in ("same-origin", "none")
    origin = headers.get("origin", "null")
    return origin == "null" or origin == origin_of(base_url)


def origin_of(url: str) -> str:
    """Scheme, host and port as browsers write them, without the port that the scheme has anyway."""
    parts = urlsplit(url)
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    port = f":{parts.port}" if parts.port and parts.port != usual else ""
    return f"{parts.scheme}://{parts.hostname}{port}"


class Stamps:
    """Marks of forms that we made ourselves, not long ago; they name nobody."""

    def __init__(self, keys: Callable[[], Keys], clock: Callable[[], dt.datetime]) -> None:
        self._keys = keys
        self._clock = clock

    def make(self) -> str:
        moment = f"{self._clock().timestamp():.0f}"
        return f"{moment}.{_sign(self._keys().tokens[0].secret, moment)}"

    def is_fresh(self, stamp: str) -> bool:
        """True for one of ours that is not too old; never raises."""
        moment, _, signature = stamp.partition(".")
        if not (stamp.isascii() and moment.isdigit() and len(moment) < 12):
            return False
        signed = [hmac.compare_digest(signature, _sign(key.secret, moment)) for key in self._keys().tokens]
        age = self._clock().timestamp() - int(moment)
        return any(signed) and -60 <= age <= _STAMP_HOURS * 3600


def _sign(secret: bytes, moment: str) -> str:
    return hmac.digest(secret, f"form\n{moment}".encode(), "sha256").hex()[:32]

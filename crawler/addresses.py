"""Which addresses may be asked: http and https on public hosts. Pure; the middleware and the resolver in middlewares/guard.py use it."""

from __future__ import annotations

import ipaddress
import re
import socket
import unicodedata
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# Blocks that no website of the public network is in, listed here because what Python's own `is_global` says depends on its patch level:
# those of IANA's special-purpose registries (RFC 6890; iana.org/assignments/iana-ipv4-special-registry and -ipv6-), multicast, and all of
# IPv6 but 2000::/3, the one block that global unicast addresses are given from. Loopback and IPv4 inside IPv6 are judged before.
_REFUSED = tuple(
    ipaddress.ip_network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments; clouds serve metadata in it
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # multicast and reserved
        "168.63.129.16/32",  # not IANA's: what Azure's machines ask for their own configuration
        "::/3",
        "2001::/23",  # Teredo among them
        "2001:db8::/32",
        "2620:4f:8000::/48",
        "3fff::/20",
        "4000::/2",
        "8000::/1",
    )
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+", re.IGNORECASE)


def judge_url(url: str, *, allow_loopback: bool) -> str:
    """Why an address must not be requested, "" if it may be as far as the address alone tells."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "not an address"
    if parts.scheme not in ("http", "https"):
        return f"the scheme {parts.scheme[:20]!r} is not http or https"
    if "@" in parts.netloc:
        return "addresses with user names are not followed"
    # Compatibility forms (full-width digits, ideographic full stops) become plain ones on the way to the socket.
    plain = unicodedata.normalize("NFKC", host).replace("\u3002", ".").rstrip(".")
    try:
        plain = plain.encode("idna").decode() if not plain.isascii() else plain
    except UnicodeError:
        return "the host is not a valid name"
    if not _HOST.fullmatch(plain):
        return "the host is not a valid name"
    literal = read_literal(plain)
    if literal and not is_allowed(literal, allow_loopback=allow_loopback):
        return f"{literal} is not a public address"
    return ""


def read_literal(host: str) -> Address | None:
    """The address that a host written as numbers means: dotted, short, decimal, hexadecimal, octal, IPv6; None for a name."""
    if ":" in host:
        try:
            return ipaddress.IPv6Address(host)
        except ValueError:
            return ipaddress.IPv6Address(
                0
            )  # no name has a colon; what cannot be read is treated as unspecified, thus refused
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def is_allowed(address: Address, *, allow_loopback: bool) -> bool:
    """True for public unicast addresses, and for loopback where that is allowed. IPv4 inside IPv6 is judged as IPv4."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner:
            return is_allowed(inner, allow_loopback=allow_loopback)
    if address.is_loopback:
        return allow_loopback
    return not any(address in block for block in _REFUSED)

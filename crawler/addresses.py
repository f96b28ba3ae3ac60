"""Which addresses may be asked: http and https on public hosts. Pure; the middleware and the resolver in middlewares/guard.py use it."""

from __future__ import annotations

import ipaddress
import re
import socket
import unicodedata
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
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
        if address.is_site_local:  # fec0::/10, deprecated by RFC 3879, but private where it is still used
            return False
    if address.is_loopback:
        return allow_loopback
    return address.is_global and not address.is_multicast and not address.is_reserved

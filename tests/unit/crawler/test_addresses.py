"""The guard: no spelling of a private address passes, whatever names resolve to."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.resolver import CachingThreadedResolver
from twisted.internet import defer
from twisted.internet._resolver import SimpleResolverComplexifier
from twisted.internet.endpoints import HostnameEndpoint
from twisted.internet.error import DNSLookupError
from twisted.internet.interfaces import IReactorPluggableNameResolver
from twisted.internet.protocol import Factory
from twisted.internet.testing import MemoryReactorClock
from zope.interface import directlyProvides, providedBy

from crawler.addresses import is_allowed, judge_url, read_literal
from crawler.middlewares.guard import GuardedResolver

FORBIDDEN = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://127.0.0.1./",
    "http://１２７.０.０.１/",
    "http://127。0。0。1/",
    "http://%31%32%37.0.0.1/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[fe80::1%25eth0]/",
    "http://[fd00::1]/",
    "http://[fec0::1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b:1::7f00:1]/",
    "http://[2001:0:7f00:1:0:0:80ff:fffe]/",
    "http://[ff02::1]/",
    "http://①②⑦.⓪.⓪.①/",
    "http://0.0.0.0/",
    "http://10.1.2.3/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://user@www.city.example/",
    "http://user:secret@www.city.example/",
    "http://@www.city.example/",
    "file:///etc/passwd",
    "ftp://www.city.example/",
    "data:text/html,hello",
    "gopher://www.city.example/",
    "http:///path",
    "http://www.city.example:port/",
    "http://www city.example/",
]


@pytest.mark.parametrize("url", FORBIDDEN)
def test_forbidden_addresses_are_refused(url: str) -> None:
    assert judge_url(url, allow_loopback=False)


# First and last address of every block that is not the public network's, and the nearest public ones. Written out: what Python knows of
# them changes with its patch level.
EDGES = [
    ("0.0.0.0", "0.255.255.255", "1.0.0.0"),
    ("10.0.0.0", "10.255.255.255", "9.255.255.255 11.0.0.0"),
    ("100.64.0.0", "100.127.255.255", "100.63.255.255 100.128.0.0"),
    ("127.0.0.0", "127.255.255.255", "126.255.255.255 128.0.0.0"),
    ("168.63.129.16", "168.63.129.16", "168.63.129.15 168.63.129.17"),
    ("169.254.0.0", "169.254.255.255", "169.253.255.255 169.255.0.0"),
    ("172.16.0.0", "172.31.255.255", "172.15.255.255 172.32.0.0"),
    ("192.0.0.0", "192.0.0.255", "191.255.255.255 192.0.1.0"),
    ("192.0.2.0", "192.0.2.255", "192.0.1.255 192.0.3.0"),
    ("192.31.196.0", "192.31.196.255", "192.31.195.255 192.31.197.0"),
    ("192.52.193.0", "192.52.193.255", "192.52.192.255 192.52.194.0"),
    ("192.88.99.0", "192.88.99.255", "192.88.98.255 192.88.100.0"),
    ("192.168.0.0", "192.168.255.255", "192.167.255.255 192.169.0.0"),
    ("192.175.48.0", "192.175.48.255", "192.175.47.255 192.175.49.0"),
    ("198.18.0.0", "198.19.255.255", "198.17.255.255 198.20.0.0"),
    ("198.51.100.0", "198.51.100.255", "198.51.99.255 198.51.101.0"),
    ("203.0.113.0", "203.0.113.255", "203.0.112.255 203.0.114.0"),
    ("224.0.0.0", "255.255.255.255", "223.255.255.255"),
    ("::", "::ffff:ffff", ""),
    ("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", ""),
    ("100::", "100:0:0:1:ffff:ffff:ffff:ffff", ""),
    ("::1:0:0:0", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2000::"),
    ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2000:ffff:: 2001:200::"),
    ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db7:: 2001:db9::"),
    ("2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff", "2620:4f:7fff:: 2620:4f:8001::"),
    ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "3ffe:ffff:: 3fff:1000::"),
    ("4000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:ffff::"),
    ("5f00::", "fc00::", ""),
    ("fe80::", "fec0::", ""),
]


@pytest.mark.parametrize(("first", "last", "public"), EDGES)
def test_the_blocks_that_are_refused_end_where_the_public_network_begins(first: str, last: str, public: str) -> None:
    for text in (first, last):
        assert not is_allowed(ipaddress.ip_address(text), allow_loopback=False), text
    for text in public.split():
        assert is_allowed(ipaddress.ip_address(text), allow_loopback=False), text


@pytest.mark.parametrize(
    "host", ["192.0.0.192", "0xc00000c0", "[::ffff:192.0.0.192]", "[64:ff9b::c000:c0]", "[2002:c000:c0::]"]
)
def test_metadata_services_of_clouds_are_refused_in_every_spelling(host: str) -> None:
    assert judge_url(f"http://{host}/opc/v2/instance/", allow_loopback=True)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.city.example/news?id=1",
        "http://8.8.8.8/",
        "https://見本市.example/",
        "http://[2001:4860:4860::8888]/",
        "http://city_news.example:8080/",
    ],
)
def test_public_addresses_pass(url: str) -> None:
    assert judge_url(url, allow_loopback=False) == ""


def test_leave_for_loopback_lets_only_loopback_through() -> None:
    passed = {url for url in FORBIDDEN if not judge_url(url, allow_loopback=True)}
    assert "http://127.0.0.1/" in passed
    assert "http://[::1]/" in passed
    assert passed <= {
        url
        for url in FORBIDDEN
        if any(part in url for part in ("127", "7f", "2130706433", "0177", "[::1]", "１２７", "①②⑦"))
    }


@given(st.integers(min_value=0, max_value=2**32 - 1))
def test_every_spelling_of_an_ipv4_address_is_judged_alike(number: int) -> None:
    address = ipaddress.IPv4Address(number)
    a, b, c, d = address.packed
    spellings = [
        str(address),
        str(number),
        hex(number),
        f"0{number:o}",
        f"{a}.{number & 0xFFFFFF}",
        f"{a:#x}.{b:#x}.{c:#x}.{d:#x}",
    ]
    assert {read_literal(spelling) for spelling in spellings} == {address}
    mapped = ipaddress.IPv6Address(f"::ffff:{address}")
    assert is_allowed(mapped, allow_loopback=False) == is_allowed(address, allow_loopback=False)
    if address.is_private or address.is_multicast:
        assert not is_allowed(address, allow_loopback=False)


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> tuple[GuardedResolver, list[str]]:
    answers: list[str] = []
    monkeypatch.setattr(
        CachingThreadedResolver, "getHostByName", lambda *_args, **_options: defer.succeed(answers.pop(0))
    )
    return GuardedResolver(reactor=None, cache_size=0, timeout=1.0), answers  # type: ignore[arg-type]


def outcome(deferred: defer.Deferred[str]) -> Any:
    results: list[Any] = []
    deferred.addBoth(results.append)
    return results[0]


def test_a_name_that_changes_its_answer_is_judged_by_the_answer_that_is_used(
    resolver: tuple[GuardedResolver, list[str]],
) -> None:
    guarded, answers = resolver
    answers += ["93.184.216.34", "169.254.169.254", "127.0.0.1", "10.0.0.5"]
    assert outcome(guarded.getHostByName("rebinding.example")) == "93.184.216.34"
    for _ in range(3):
        assert outcome(guarded.getHostByName("rebinding.example")).check(DNSLookupError)


def test_the_address_that_is_judged_is_the_one_that_is_connected_to(
    resolver: tuple[GuardedResolver, list[str]],
) -> None:
    """As Scrapy connects: by an endpoint that asks the reactor's resolver."""

    guarded, answers = resolver
    reactor = MemoryReactorClock()
    reactor.nameResolver = SimpleResolverComplexifier(guarded)
    directlyProvides(reactor, [*providedBy(reactor), IReactorPluggableNameResolver])
    answers += ["93.184.216.34", "10.0.0.5", "93.184.216.35", "127.0.0.1"]
    failures: list[Any] = []
    for _ in range(len(answers)):
        endpoint = HostnameEndpoint(reactor, b"rebinding.example", 80)
        endpoint.connect(Factory()).addErrback(failures.append)
        reactor.advance(0)
    assert [client[0] for client in reactor.tcpClients] == ["93.184.216.34", "93.184.216.35"]
    assert len(failures) == 2
    assert all(failure.check(DNSLookupError) for failure in failures)
    assert answers == []


def test_leave_for_loopback_holds_for_names_too(resolver: tuple[GuardedResolver, list[str]]) -> None:
    guarded, answers = resolver
    guarded.allow_loopback = True
    answers += ["127.0.0.1", "192.168.0.1"]
    assert outcome(guarded.getHostByName("localhost")) == "127.0.0.1"
    assert outcome(guarded.getHostByName("router.example")).check(DNSLookupError)

"""Which shard asks which host."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crawler.shards import SOURCES_PER_SHARD, Shards, number_of_shards, registrable_domain

HOSTS = st.from_regex(r"[a-z]{1,8}(\.[a-z]{1,8}){1,3}", fullmatch=True)


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.example.org", "example.org"),
        ("a.b.example.co.uk", "example.co.uk"),
        ("www.city.kobe.jp", "city.kobe.jp"),  # cities hold their names themselves
        ("www.pref.example.lg.jp", "example.lg.jp"),
        ("localhost", "localhost"),
        ("127.0.0.3", "127.0.0.3"),
        ("::1", "::1"),
        ("co.uk", "co.uk"),
    ],
)
def test_the_registrable_domain_of_a_host(host: str, domain: str) -> None:
    assert registrable_domain(host) == domain


@given(HOSTS, st.integers(1, 16))
def test_a_host_and_its_subdomains_belong_to_one_shard(host: str, number: int) -> None:
    shards = Shards(number)
    owner = shards.owner(f"http://{host}/a")
    assert 0 <= owner < number
    domain = registrable_domain(host)
    assume(registrable_domain(f"www.{domain}") == domain)  # not so for what is itself a public suffix, such as gov.np
    assert shards.owner(f"https://www.{domain}:8443/b?c=d") == owner


@given(st.lists(st.tuples(HOSTS, HOSTS), max_size=6), st.integers(2, 8))
def test_joined_hosts_belong_to_one_shard_however_they_were_joined(pairs: list[tuple[str, str]], number: int) -> None:
    shards = Shards(number)
    for one, other in pairs:
        shards.join(one, other)
    again = Shards(number, shards.joined)
    for one, other in pairs:
        assert shards.owner(f"http://{one}/") == shards.owner(f"http://{other}/") == again.owner(f"http://{other}/")


def test_the_owner_is_the_same_in_every_crawl() -> None:
    """A constant, not Python's hash, which differs from process to process."""
    assert [Shards(4).owner(f"http://{name}.example/") for name in "abcdef"] == [0, 1, 2, 3, 0, 1]


@pytest.mark.parametrize(
    ("wanted", "sources", "processors", "number"),
    [(0, 5, 8, 1), (0, SOURCES_PER_SHARD * 3, 8, 3), (0, 1_000, 2, 2), (0, 0, 1, 1), (5, 1, 1, 5)],
)
def test_as_many_shards_as_pay_off(wanted: int, sources: int, processors: int, number: int) -> None:
    assert number_of_shards(wanted, sources, processors) == number

"""Manners: how long hosts are left in peace."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from scrapy import Request

from crawler.hosts import MAX_FAILURES, Hosts
from crawler.middlewares.manners import Manners, read_retry_after, robots_url
from pipeline.config import Crawl, Rehearsal
from pipeline.errors import Reason

NOW = dt.datetime(2026, 11, 8, 21, 0, tzinfo=dt.UTC)


def test_delays_are_at_least_the_configured_ones_and_longer_where_asked() -> None:
    hosts = Hosts(Crawl(), Rehearsal())
    assert hosts.delay("www.city.example") == 5.0
    assert hosts.delay("www.city.sample.lg.jp") == 10.0
    assert hosts.delay("notlg.jp") == 5.0
    hosts.ask_delay("www.city.example", 2.0)
    assert hosts.delay("www.city.example") == 5.0
    hosts.ask_delay("www.city.example", 30.0)
    hosts.ask_delay("www.city.example", 20.0)
    assert hosts.delay("www.city.example") == 30.0


def test_a_rehearsal_shortens_delays_only_for_loopback_or_behind_its_proxy() -> None:
    direct = Hosts(Crawl(), Rehearsal(allow_loopback=True, delay_s=0.1))
    assert direct.delay("127.0.0.1") == direct.delay("localhost") == 0.1
    assert direct.delay("www.city.example") == 5.0
    proxied = Hosts(Crawl(), Rehearsal(allow_loopback=True, delay_s=0.1, proxy="http://127.0.0.1:1"))
    proxied.ask_delay("www.city.example", 3600.0)
    assert proxied.delay("www.city.example") == 0.1
    assert proxied.stopped("www.city.example") is None


def test_a_host_is_left_alone_after_failures_in_a_row_only() -> None:
    hosts = Hosts(Crawl(), Rehearsal())
    for _ in range(MAX_FAILURES - 1):
        hosts.failed("a.example", Reason.TIMEOUT)
    hosts.answered("a.example")
    for _ in range(MAX_FAILURES - 1):
        hosts.failed("a.example", Reason.TIMEOUT)
    assert hosts.stopped("a.example") is None
    hosts.failed("a.example", Reason.TIMEOUT)
    stop = hosts.stopped("a.example")
    assert stop is not None
    assert stop.reason is Reason.TIMEOUT
    assert hosts.stopped("b.example") is None


def test_an_absurd_crawl_delay_leaves_the_host_alone() -> None:
    hosts = Hosts(Crawl(), Rehearsal())
    hosts.ask_delay("slow.example", 86_400.0)
    stop = hosts.stopped("slow.example")
    assert stop is not None
    assert stop.reason is Reason.RATE_LIMITED


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("120", dt.timedelta(minutes=2)),
        ("0", dt.timedelta(0)),
        ("Sun, 08 Nov 2026 21:30:00 GMT", dt.timedelta(minutes=30)),
        ("Sun, 08 Nov 2026 20:30:00 GMT", dt.timedelta(0)),
        ("Sun, 08 Nov 2099 20:30:00 GMT", dt.timedelta(hours=24)),
        ("99999999999999999999", dt.timedelta(hours=24)),
        ("-5", dt.timedelta(hours=1)),
        ("soon", dt.timedelta(hours=1)),
        ("", dt.timedelta(hours=1)),
        ("١٢٣", dt.timedelta(hours=1)),
    ],
)
def test_retry_after_is_read_and_capped(value: str, wait: dt.timedelta) -> None:
    assert read_retry_after(value, NOW) == wait


def test_what_a_host_says_is_kept_with_its_robots_txt() -> None:
    assert robots_url("HTTPS://City.example:8443/a?b=http://x/") == "HTTPS://city.example:8443/robots.txt"
    assert robots_url("http://city.example?b") == "http://city.example/robots.txt"


def test_a_host_that_another_process_asked_a_moment_ago_is_left_its_delay() -> None:
    downloader = SimpleNamespace(per_slot_settings={}, slots={})
    hosts = Hosts(Crawl(), Rehearsal())
    job = SimpleNamespace(hosts=hosts, asked_at={"www.city.example": 1_234.5})
    manners = Manners(
        SimpleNamespace(spider=SimpleNamespace(job=job), engine=SimpleNamespace(downloader=downloader))  # type: ignore[arg-type]
    )
    manners.process_request(Request("http://www.city.example/a"))
    manners.process_request(Request("http://www.other.example/a"))
    assert {name: (slot.lastseen, slot.delay) for name, slot in downloader.slots.items()} == {
        "www.city.example": (1_234.5, 5.0),
        "www.other.example": (0.0, 5.0),
    }

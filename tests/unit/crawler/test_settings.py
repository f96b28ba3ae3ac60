"""The settings that Scrapy ends up with, read back as Scrapy reads them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from scrapy.settings import Settings
from scrapy.utils.conf import build_component_list

from crawler import settings as ours
from pipeline.config import Settings as WorkspaceSettings
from pipeline.config import Workspace


@pytest.fixture
def settings() -> Settings:
    made = Settings()
    made.setmodule(ours, priority="project")
    workspace = Workspace(Path(), WorkspaceSettings(), {})
    made.setdict(ours.build(workspace), priority="cmdline")
    return made


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REMOTE_CONTROL_ENABLED", False),
        ("TELNETCONSOLE_ENABLED", False),
        ("DOWNLOAD_VERIFY_CERTIFICATES", True),
        ("DOWNLOAD_MAXSIZE", 8 * 1024 * 1024),
        ("DOWNLOAD_TIMEOUT", 20.0),
        ("METAREFRESH_ENABLED", False),
        ("REDIRECT_MAX_TIMES", 5),
        ("ROBOTSTXT_OBEY", True),
        ("ROBOTSTXT_USER_AGENT", "city-digest"),
        ("COOKIES_ENABLED", False),
        ("REFERRER_POLICY", "no-referrer"),
        ("HTTPPROXY_ENABLED", False),
        ("DOWNLOAD_DELAY", 5.0),
        ("DOWNLOAD_DELAY_JITTER", 0.0),
        ("CONCURRENT_REQUESTS_PER_DOMAIN", 1),
        ("CLOSESPIDER_TIMEOUT", 7200),
        ("CITY_DIGEST_ALLOW_LOOPBACK", False),
        ("REACTOR_THREADPOOL_MAXSIZE", 128),
    ],
)
def test_pinned(settings: Settings, name: str, value: object) -> None:
    assert settings[name] == value


def test_what_lets_others_in_or_has_no_work_is_not_even_loaded(settings: Settings) -> None:
    paths = build_component_list(settings.get_component_priority_dict_with_base("EXTENSIONS"))
    assert [str(path).rpartition(".")[2] for path in paths] == [
        "CoreStats",
        "LogCount",
        "MemoryUsage",
        "CloseSpider",
        "LogStats",
    ]


def test_a_crawl_starts_without_what_only_others_need() -> None:
    """An HTTP client for the list of suffixes, where one process asks all hosts; PostgreSQL, where the store is SQLite."""
    script = "import sys, crawler.run; print([name for name in ('requests', 'sqlalchemy.dialects.postgresql') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n"


def test_only_web_schemes_have_handlers(settings: Settings) -> None:
    handlers = settings.getwithbase("DOWNLOAD_HANDLERS")
    assert {scheme for scheme, handler in handlers.items() if handler} == {"http", "https"}


def test_limits_of_last_resort_are_set(settings: Settings) -> None:
    assert settings.getint("MEMUSAGE_LIMIT_MB") > 0
    assert 429 not in [int(code) for code in settings.getlist("RETRY_HTTP_CODES")]


def test_the_guard_stands_before_robots_and_manners_next_to_the_wire(settings: Settings) -> None:
    names = [
        str(path).rpartition(".")[2]
        for path in build_component_list(settings.get_component_priority_dict_with_base("DOWNLOADER_MIDDLEWARES"))
    ]
    assert names[0] == "Guard"
    assert names[-1] in ("Manners", "HttpCacheMiddleware")
    assert "RobotsTxtMiddleware" not in names
    assert "HttpCompressionMiddleware" not in names
    order = [
        "Guard",
        "Denial",
        "Owner",
        "RehearsalProxy",
        "StrictRobots",
        "RetryMiddleware",
        "Unpacking",
        "RedirectMiddleware",
        "Conditional",
        "Manners",
    ]
    assert [name for name in names if name in order] == order

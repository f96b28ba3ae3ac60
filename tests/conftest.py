"""What every test shares: no network but loopback, no settings from outside, and components that are either there or say why not."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from components import lack
from hypothesis import HealthCheck, settings

from pipeline.store.database import open_engine
from pipeline.store.tables import inbox, library

POSTGRESQL = os.environ.get("CITY_DIGEST_TEST_POSTGRESQL", "")
EVALUATION_DATA = Path(
    os.environ.get("CITY_DIGEST_EVAL_DATA") or Path(__file__).resolve().parents[1].parent / "shared" / "data"
)

# Hypothesis looks at the clock on the wall, which says nothing on a busy machine; tests that promise a time measure the processor's.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """`make test` leaves the slow judges to `make judge`."""
    if not config.option.markexpr:
        slow = [item for item in items if item.get_closest_marker("slow")]
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests that passed have to tell: how much they swept, measured."""
    for report in terminalreporter.stats.get("passed", []):
        for name, value in report.user_properties:
            if name == "told":
                terminalreporter.write_line(str(value))


@pytest.fixture(autouse=True, scope="session")
def _environment() -> None:
    """No setting of the machine reaches a test."""
    for name in list(os.environ):
        if name.startswith("CITY_DIGEST_") and "__" in name:
            del os.environ[name]
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        os.environ.pop(name, None)


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that asks for another machine fails at once."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not ipaddress.ip_address(address[0]).is_loopback:
            pytest.fail(f"a test may only talk to loopback, not to {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture
def evaluation_data() -> Path:
    """The folder with labelled data that is not part of the project."""
    if not EVALUATION_DATA.is_dir():
        pytest.skip(f"no evaluation data in {EVALUATION_DATA} (CITY_DIGEST_EVAL_DATA)")
    return EVALUATION_DATA


@pytest.fixture(scope="session")
def postgresql_of_worker() -> Iterator[str]:
    """A PostgreSQL database that no other process of this test run uses, "" where there is none."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if not POSTGRESQL or not worker:
        yield POSTGRESQL
        return
    import psycopg

    parts = urlsplit(POSTGRESQL)
    name = f"{parts.path.strip('/')}_{worker}"
    with psycopg.connect(POSTGRESQL, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
        connection.execute(f'CREATE DATABASE "{name}"')
        yield parts._replace(path=f"/{name}").geturl()
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def postgresql_url(postgresql_of_worker: str) -> Iterator[str]:
    """An empty PostgreSQL database."""
    if not postgresql_of_worker:
        lack("PostgreSQL (CITY_DIGEST_TEST_POSTGRESQL)")
    engine = open_engine(postgresql_of_worker)
    _empty(engine)
    yield postgresql_of_worker
    _empty(engine)
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind that the store supports."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.sqlite'}"
    url: str = request.getfixturevalue("postgresql_url")
    return url


def _empty(engine: Any) -> None:
    with engine.begin() as connection:
        inbox.drop_all(connection)
        library.drop_all(connection)
        for table in ("search_entry", "inbox_version", "library_version"):
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}")

"""The sample web, served, and a workspace after one undisturbed run on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from sample_runs import run

from pipeline.demo.sample import install_workspace
from pipeline.demo.server import SampleServer, serve_sample_web
from pipeline.demo.web import SampleWeb


@pytest.fixture(scope="session")
def sample_server() -> Iterator[SampleServer]:
    with serve_sample_web(SampleWeb.load(dt.datetime(2026, 11, 8, 21, tzinfo=dt.UTC))) as server:
        yield server


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, sample_server: SampleServer) -> Path:
    """A workspace after one undisturbed run."""
    workspace = tmp_path_factory.mktemp("undisturbed")
    install_workspace(workspace)
    run(workspace, sample_server, "run", whole=True)
    return workspace

"""The whole job on hundreds of real pages of every kind, among which the sample web's articles must be found."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from real_pages import RealPages
from sample_runs import rows_of, run

from pipeline.demo.sample import install_workspace
from pipeline.demo.server import serve_sample_web
from pipeline.demo.web import Response, SampleWeb

NOW = dt.datetime(2026, 11, 8, 21, tzinfo=dt.UTC)


class Both:
    """Two sites on one server."""

    def __init__(self, first: SampleWeb, second: RealPages) -> None:
        self.sites = (first, second)

    def respond(self, host: str, path: str) -> Response | None:
        return next((answer for site in self.sites if (answer := site.respond(host, path))), None)


@pytest.mark.slow
def test_one_run_turns_a_mixed_web_into_issues_and_the_next_writes_nothing(
    evaluation_data: Path, tmp_path: Path
) -> None:
    install_workspace(tmp_path)
    real = RealPages(evaluation_data, dt.datetime(2026, 11, 2, tzinfo=dt.UTC))
    real.write_sources(tmp_path / "sources.d")
    with serve_sample_web(Both(SampleWeb.load(NOW), real)) as server:
        report = run(tmp_path, server, "run")
        assert report["crawl"]["total"]["pages"] >= len(real.pages) + 40
        assert report["compose"]["made"] == ["2026-W43", "2026-W44", "2026-W45"]
        # None of the real pages is about city diplomacy, so none may stand beside the sample's stories.
        for page in (tmp_path / "archive").glob("issues/*/*.html"):
            assert ".pages.example/article" not in page.read_text(encoding="utf-8"), page
        assert "kobe-city.example" in (tmp_path / "archive/issues/2026-W45/ja.html").read_text(encoding="utf-8")
        rows = rows_of(tmp_path)
        server.counts.clear()
        again = run(tmp_path, server, "run")
        assert not server.counts  # no source is due
        run(tmp_path, server, "crawl", "--all")
        assert set(server.counts) == {304}
        assert again["process"].get("pages", 0) == again["render"]["written"] == 0
        assert rows_of(tmp_path) == rows

"""The workspace of the demonstration."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

from crawler.catalogue import load_catalogue
from pipeline.config import open_workspace
from pipeline.demo.sample import install_workspace
from pipeline.demo.web import IndexKind, SampleWeb
from pipeline.model import Kind, SourceState
from pipeline.text.weeks import next_week, week_of

NOW = dt.datetime(2026, 11, 8, 21, tzinfo=dt.UTC)
KINDS = {IndexKind.SITEMAP: Kind.SITEMAP, IndexKind.LISTING: Kind.LISTING}


def test_installing_twice_changes_nothing_the_second_time(tmp_path: Path):
    first = install_workspace(tmp_path / "demo")
    assert Path("city-digest.toml") in first
    assert install_workspace(tmp_path / "demo") == ()


def test_installing_again_restores_a_changed_file_and_leaves_others_alone(tmp_path: Path):
    install_workspace(tmp_path)
    (tmp_path / "readers.csv").write_text("changed", encoding="utf-8")
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    assert install_workspace(tmp_path) == (Path("readers.csv"),)
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "mine"


def test_the_configuration_opens_and_its_clock_stands_after_the_third_week(tmp_path: Path):
    install_workspace(tmp_path)
    workspace = open_workspace(tmp_path, environment={})
    settings = workspace.settings
    assert workspace.clock() == NOW
    assert week_of(NOW, workspace.zone) == next_week(next_week(next_week(settings.digest.first_week)))
    assert settings.rehearsal.allow_loopback
    assert settings.crawl.contact
    assert all(getattr(settings.mail, field) for field in settings.mail.__struct_fields__)


def test_there_is_a_reader_of_each_edition_and_none_is_real(tmp_path: Path):
    install_workspace(tmp_path)
    workspace = open_workspace(tmp_path, environment={})
    rows = list(csv.DictReader(workspace.readers.read_text(encoding="utf-8").splitlines()))
    assert {row["edition"] for row in rows} == set(workspace.settings.digest.editions)
    assert all(row["address"].endswith("@example.org") and row["consent"] for row in rows)


def test_the_catalogue_accepts_every_source_and_each_fits_its_host(tmp_path: Path):
    install_workspace(tmp_path)
    entries = load_catalogue(tmp_path / "sources.d", shipped=tmp_path / "none")
    web = SampleWeb.load(NOW)
    assert len(entries) == len(web.hosts)
    for key, host in web.hosts.items():
        spec = entries[key.replace("-", "_")].spec
        assert spec.state is SourceState.ACTIVE
        assert spec.start == (host.address(host.index_path),)
        assert spec.home == host.address("/")
        assert spec.languages == (host.language,)
        assert spec.zone == host.zone
        assert spec.kind is KINDS.get(host.index, Kind.FEED)
        assert {"en", "ja", host.language} <= set(spec.names)
        assert "sample" in spec.names["en"].lower(), "names say that it is a sample"
    assert any(not entry.spec.labels for entry in entries.values()), "one source without a label shows what that means"

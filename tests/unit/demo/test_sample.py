"""The workspace of the demonstration."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from crawler.catalogue import load_catalogue
from pipeline.config import open_workspace
from pipeline.deliver.keys import open_keys
from pipeline.demo.sample import install_workspace
from pipeline.demo.web import IndexKind, SampleWeb
from pipeline.model import Kind, ReaderState, SourceState
from pipeline.store.opening import open_register
from pipeline.text.weeks import next_week, week_of

NOW = dt.datetime(2026, 11, 8, 21, tzinfo=dt.UTC)
KINDS = {IndexKind.SITEMAP: Kind.SITEMAP, IndexKind.LISTING: Kind.LISTING}


def test_installing_twice_changes_nothing_the_second_time(tmp_path: Path):
    first = install_workspace(tmp_path / "demo")
    assert Path("city-digest.toml") in first
    assert install_workspace(tmp_path / "demo") == ()


def test_the_keys_are_their_owners_alone_as_doctor_wants_it(tmp_path: Path):
    install_workspace(tmp_path)
    assert (tmp_path / "state" / "keys.json").stat().st_mode & 0o077 == 0


def test_installing_again_restores_a_changed_file_and_leaves_others_alone(tmp_path: Path):
    install_workspace(tmp_path)
    (tmp_path / "city-digest.toml").write_text("changed", encoding="utf-8")
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    assert install_workspace(tmp_path) == (Path("city-digest.toml"),)
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
    readers = open_register(workspace).readers(states=(ReaderState.ACTIVE,))
    assert sorted(reader.edition for reader in readers) == sorted(workspace.settings.digest.editions)
    assert all(reader.address.endswith("@example.org") for reader in readers)
    assert all(reader.consent and "sample" in reader.consent.origin for reader in readers)


def test_readers_and_keys_are_the_same_in_every_demonstration(tmp_path: Path):
    """Message-IDs and links are made of them, and the same input gives the same bytes."""
    for name in ("one", "other", "one"):
        install_workspace(tmp_path / name)
    one, other = (open_workspace(tmp_path / name, environment={}) for name in ("one", "other"))
    assert open_register(one).readers() == open_register(other).readers()
    assert open_keys(one.keys) == open_keys(other.keys)
    assert one.keys.stat().st_mode & 0o077 == 0
    assert "protect nobody" in one.keys.read_text(encoding="utf-8")


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

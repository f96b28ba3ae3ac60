"""The operator's own files: what is written into them, and what survives."""

from __future__ import annotations

import datetime as dt
import os
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.catalogue import SHIPPED, load_catalogue
from crawler.curation.overlay import origin_of, table_of, write_source, write_state
from pipeline.errors import ConfigurationError, WorkspaceError
from pipeline.model import (
    EvidenceKind,
    Expect,
    Fields,
    Kind,
    Label,
    Scope,
    Selectors,
    SourceEvidence,
    SourceSpec,
    SourceState,
    Terms,
)

MINE = """\
# Looked at on Monday.
id = "tokyo"   # the metropolis
delay_s = 20.0
labels = [
  "official",  # a public body
]

[terms]
# read by me
show = "title_only"
"""

FULL = SourceSpec(
    id="sample",
    names={"en": 'Sample "City"', "ja": "見本市", "zh-Hant": "樣本市"},
    home="https://city.example/",
    country="JP",
    languages=("ja", "en"),
    kind=Kind.LISTING,
    start=("https://city.example/news/", "https://city.example/press/"),
    zone="Asia/Tokyo",
    state=SourceState.DECLINED,
    family="city",
    labels=(Label.OFFICIAL, Label.NETWORK),
    scope=Scope.TOPICAL,
    note="A sample.\nWith two lines.",
    evidence=SourceEvidence(kind=EvidenceKind.ANSWERED, note="asked", seen_on=dt.date(2026, 7, 28)),
    selectors=Selectors(item="li.news", date="time::attr(datetime)", date_pattern=r"\d+\.\d+", max_pages=3),
    fields=Fields(items="data[?url]"),
    javascript=True,
    include=r"/\d{4}/",
    delay_s=12.5,
    verify_tls=False,
    terms=Terms(show="title_only", note="§ 3"),
    expect=Expect(articles_per_week=(1, 20)),
)


def test_a_shipped_source_is_switched_on_by_a_file_of_two_lines(tmp_path: Path) -> None:
    file = write_state(tmp_path / "sources.d", "tokyo", SourceState.ACTIVE)
    assert file == tmp_path / "sources.d" / "tokyo.toml"
    assert file.read_text(encoding="utf-8") == 'id = "tokyo"\nstate = "active"\n'
    assert load_catalogue(tmp_path / "sources.d")["tokyo"].spec.state is SourceState.ACTIVE


def test_switching_keeps_the_operators_comments_keys_and_way_of_writing(tmp_path: Path) -> None:
    file = tmp_path / "tokyo.toml"
    file.write_text(MINE, encoding="utf-8")
    write_state(tmp_path, "tokyo", SourceState.ACTIVE)
    lines = file.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line != 'state = "active"'] == MINE.splitlines()
    assert lines.index('state = "active"') < lines.index("[terms]")  # below it, it would be a key of that table
    write_state(tmp_path, "tokyo", SourceState.DECLINED)
    assert file.read_text(encoding="utf-8").splitlines() == [line.replace("active", "declined") for line in lines]


def test_nothing_is_rewritten_where_nothing_changes(tmp_path: Path) -> None:
    (tmp_path / "tokyo.toml").write_text("state='active' # yes\nid = 'tokyo'\n", encoding="utf-8")
    write_state(tmp_path, "tokyo", SourceState.ACTIVE)
    assert (tmp_path / "tokyo.toml").read_text(encoding="utf-8") == "state='active' # yes\nid = 'tokyo'\n"


def test_a_new_source_is_written_whole_and_reads_back_as_it_was(tmp_path: Path) -> None:
    file = write_source(tmp_path, FULL, comment="Proposed by a probe.\nRead the terms first.")
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# Proposed by a probe.\n# Read the terms first.\n")
    assert "見本市" in text
    assert "seen_on = 2026-07-28" in text
    assert load_catalogue(tmp_path, tmp_path / "none")["sample"].spec == FULL


def test_every_shipped_source_survives_being_written_again(tmp_path: Path) -> None:
    shipped = load_catalogue(tmp_path)
    for entry in shipped.values():
        write_source(tmp_path / "copy", entry.spec)
    copies = load_catalogue(tmp_path / "copy", tmp_path / "none")
    assert {key: entry.spec for key, entry in copies.items()} == {key: entry.spec for key, entry in shipped.items()}


def test_only_what_is_no_default_is_written_besides_the_state() -> None:
    plain = SourceSpec(
        id="plain",
        names={"en": "Plain"},
        home="https://city.example/",
        country="JP",
        languages=("ja",),
        kind=Kind.FEED,
        start=("https://city.example/feed",),
    )
    assert list(table_of(plain)) == ["id", "names", "home", "country", "languages", "kind", "start", "state"]


def test_writing_a_source_over_a_file_replaces_the_keys_it_names_also_in_tables(tmp_path: Path) -> None:
    (tmp_path / "tokyo.toml").write_text(MINE, encoding="utf-8")
    write_source(tmp_path, {"id": "tokyo", "delay_s": 30.0, "terms": {"note": "by letter"}}, comment="not for this one")
    text = (tmp_path / "tokyo.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text) == {
        "id": "tokyo",
        "delay_s": 30.0,
        "labels": ["official"],
        "terms": {"show": "title_only", "note": "by letter"},
    }
    for comment in ("# Looked at on Monday.", "# the metropolis", "# a public body", "# read by me"):
        assert comment in text
    assert "not for this one" not in text


def test_selectors_are_written_as_a_whole_since_they_describe_one_page(tmp_path: Path) -> None:
    text = 'id = "tokyo"\n\n[selectors]\n# found by hand\nitem = "li"\ndate = "time"\n'
    (tmp_path / "tokyo.toml").write_text(text, encoding="utf-8")
    write_source(tmp_path, {"id": "tokyo", "selectors": {"item": "article", "title": "h3"}})
    text = (tmp_path / "tokyo.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text)["selectors"] == {"item": "article", "title": "h3"}
    assert "# found by hand" in text


def test_a_file_that_cannot_be_read_is_told_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "tokyo.toml").write_text("state = ", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"tokyo\.toml cannot be read as TOML"):
        write_state(tmp_path, "tokyo", SourceState.ACTIVE)
    assert (tmp_path / "tokyo.toml").read_text(encoding="utf-8") == "state = "


@pytest.mark.parametrize("source_id", ["../tokyo", "Tokyo", "to kyo", "", "denied", "/etc/x", "a.b"])
def test_an_id_that_is_none_never_becomes_a_file(tmp_path: Path, source_id: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot be a source's id"):
        write_state(tmp_path / "sources.d", source_id, SourceState.ACTIVE)
    assert list(tmp_path.rglob("*")) == []


def test_a_crash_while_writing_leaves_the_old_file_and_no_second_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "tokyo.toml"
    file.write_text(MINE, encoding="utf-8")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WorkspaceError, match="No space left"):
        write_state(tmp_path, "tokyo", SourceState.ACTIVE)
    assert file.read_text(encoding="utf-8") == MINE
    assert list(tmp_path.glob("*.toml")) == [file]


def test_permissions_and_links_survive(tmp_path: Path) -> None:
    shared = tmp_path / "shared.toml"
    shared.write_text('id = "tokyo"\n', encoding="utf-8")
    shared.chmod(0o640)
    (tmp_path / "sources.d").mkdir()
    (tmp_path / "sources.d" / "tokyo.toml").symlink_to(shared)
    write_state(tmp_path / "sources.d", "tokyo", SourceState.ACTIVE)
    assert (tmp_path / "sources.d" / "tokyo.toml").is_symlink()
    assert tomllib.loads(shared.read_text(encoding="utf-8"))["state"] == "active"
    assert shared.stat().st_mode & 0o777 == 0o640


def test_the_origin_of_each_key_is_the_file_that_states_it(tmp_path: Path) -> None:
    file = write_state(tmp_path, "tokyo", SourceState.ACTIVE)
    origins = origin_of(load_catalogue(tmp_path)["tokyo"])
    assert list(origins) == list(SourceSpec.__struct_fields__)
    assert origins["state"] == file
    assert origins["start"] == SHIPPED / "jp" / "tokyo.toml"
    assert origins["delay_s"] is None


# Anything that a person or a page may put into a text: quotes, backslashes, line ends, controls, other scripts.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(title=TEXTS, note=TEXTS, comment=TEXTS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_a_page_calls_itself_the_file_stays_readable(
    tmp_path: Path, title: str, note: str, comment: str
) -> None:
    (tmp_path / "sample.toml").unlink(missing_ok=True)
    file = write_source(tmp_path, {"id": "sample", "names": {"en": title}, "note": note}, comment=comment)
    assert tomllib.loads(file.read_bytes().decode("utf-8")) == {"id": "sample", "names": {"en": title}, "note": note}

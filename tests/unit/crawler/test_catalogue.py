"""The catalogue: shipped files, the operator's overlay, and what is said of mistakes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.catalogue import SHIPPED, choose, load_catalogue
from pipeline.errors import ConfigurationError
from pipeline.model import Kind, SourceState

FEED = """
names = { en = "Sample City" }
home = "https://city.example/"
country = "JP"
languages = ["ja"]
kind = "feed"
start = ["https://city.example/feed.xml"]
state = "active"
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    def write_file(name: str, text: str) -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return tmp_path

    return write_file


def test_every_shipped_file_is_valid_and_only_a_candidate(tmp_path: Path) -> None:
    catalogue = load_catalogue(tmp_path)
    assert len(catalogue) >= 6
    for entry in catalogue.values():
        assert entry.spec.state is SourceState.CANDIDATE  # none was probed from here
        assert entry.file.parent.name == entry.spec.country.lower()
        assert entry.spec.family
        assert entry.spec.labels
    assert {Kind.FEED, Kind.SITEMAP} <= {entry.spec.kind for entry in catalogue.values()}


def test_an_overlay_replaces_the_keys_that_it_names_and_keeps_the_rest(
    write: Callable[[str, str], Path], tmp_path: Path
) -> None:
    shipped = SHIPPED / "jp" / "tokyo.toml"
    write("tokyo.toml", 'id = "tokyo"\nstate = "active"\n')
    entry = load_catalogue(tmp_path)["tokyo"]
    assert entry.spec.state is SourceState.ACTIVE
    assert entry.spec.start == ("https://www.metro.tokyo.lg.jp/rss/index.rdf",)
    assert entry.file == shipped
    assert [chosen.spec.id for chosen in choose(load_catalogue(tmp_path), [])] == ["tokyo"]


def test_the_operators_own_source_needs_no_id(write: Callable[[str, str], Path], tmp_path: Path) -> None:
    write("sample_city.toml", FEED)
    assert load_catalogue(tmp_path)["sample_city"].spec.id == "sample_city"


@pytest.mark.parametrize(
    ("change", "sentences"),
    [
        (("kind =", "knd ="), ("there is no key knd", "Did you mean kind?")),
        (('kind = "feed"', 'kind = "feeds"'), ("kind", "feeds")),
        (('"active"', '"active"\n[terms]\nshow = "everything"'), ("terms.show", "title_only")),
        (('"JP"', '"Japan"'), ("country", "ISO 3166-1")),
        (("{ en =", "{ ja ="), ("names", "English")),
        (('["https://city.example/feed.xml"]', '["ftp://city.example/feed.xml"]'), ("start", "http")),
        (('["https://city.example/feed.xml"]', "[]"), ("start", "at least one")),
        (('"active"', '"active"\ninclude = "(["'), ("include", "regular expression")),
        (('"active"', '"active"\nzone = "Asia/Tokio"'), ("zone", "Did you mean Asia/Tokyo?")),
        (('"active"', '"active"\ndelay_s = 3600.0'), ("delay_s", "120")),
        (('"feed"', '"listing"'), ("selectors", "[selectors]")),
        (('"active"', '"active"\n[selectors]\nitem = "li["'), ("selectors.item", "CSS")),
        (('"active"', '"active"\n[selectors]\nitem = "li"\nmax_pages = 21'), ("selectors.max_pages", "20")),
        (('"active"', '"active"\n[selectors]\nitems = "li"'), ("selectors.items", "Did you mean item?")),
        (('"active"', '"active"\nid = "other"'), ("id", "they must agree")),
        (('"active"', '"active'), ("cannot be read as TOML",)),
    ],
)
def test_a_mistake_is_told_with_file_key_and_remedy(
    write: Callable[[str, str], Path], tmp_path: Path, change: tuple[str, str], sentences: tuple[str, ...]
) -> None:
    text = FEED.replace(*change)
    assert text != FEED
    write("sample_city.toml", text)
    with pytest.raises(ConfigurationError) as caught:
        load_catalogue(tmp_path)
    for sentence in ("sample_city.toml", *sentences):
        assert sentence in str(caught.value)


def test_two_shipped_files_of_one_name_are_refused(write: Callable[[str, str], Path], tmp_path: Path) -> None:
    write("shipped/jp/same.toml", FEED)
    write("shipped/kr/same.toml", FEED)
    with pytest.raises(ConfigurationError, match="same name"):
        load_catalogue(tmp_path / "none", tmp_path / "shipped")


def test_two_active_sources_may_not_read_one_page(write: Callable[[str, str], Path], tmp_path: Path) -> None:
    write("one.toml", FEED)
    write("two.toml", FEED.replace("/feed.xml", "/feed.xml#top"))
    with pytest.raises(ConfigurationError, match="read by source 'one' already"):
        choose(load_catalogue(tmp_path), [])
    assert len(choose(load_catalogue(tmp_path), ["two"])) == 1

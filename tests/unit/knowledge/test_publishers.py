"""Publisher families: every name and host belongs to one of them, and credits find it however they spell it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from pipeline.errors import ConfigurationError
from pipeline.knowledge.publishers import Publisher, Publishers, load_publishers
from pipeline.model import Kind, Label, SourceSpec
from pipeline.text.clean import fold
from pipeline.text.urls import host

SOURCES = Path(__file__).parents[3] / "crawler" / "sources"


@pytest.fixture(scope="module")
def publishers() -> Publishers:
    return load_publishers()


@pytest.fixture(scope="module")
def catalogue() -> list[dict[str, object]]:
    return [tomllib.loads(file.read_text("utf-8")) for file in sorted(SOURCES.rglob("*.toml"))]


def test_ids_are_well_formed_and_every_family_has_names_and_hosts(publishers: Publishers) -> None:
    assert len(publishers.families) >= 100
    for key, family in publishers.families.items():
        assert re.fullmatch(r"[a-z0-9]+(?:_[a-z0-9]+)*", key), key
        assert family.names.get("en"), key
        assert family.hosts, key
        assert all(
            re.fullmatch(r"(?:[a-z0-9-]+\.)+[a-z]{2,}", name) and not name.startswith("www.") for name in family.hosts
        ), key
        assert all(fold(name) for name in family.spellings), key


@pytest.mark.parametrize(
    "twice", [{"names": {"en": "Mihon News"}}, {"names": {"en": "B"}, "hosts": ("mihon.example",)}]
)
def test_a_name_or_host_of_two_families_is_refused(twice: dict[str, object]) -> None:
    first = Publisher(id="a", names={"en": "Mihon news"}, hosts=("mihon.example",))
    with pytest.raises(ConfigurationError, match="belongs to a and to b"):
        Publishers([first, Publisher(id="b", **twice)])  # type: ignore[arg-type]  # a table of them


def test_families_of_our_sources_are_spelt_the_same(publishers: Publishers, catalogue: list[dict[str, object]]) -> None:
    """A source on the host or under the name of a known family belongs to that family."""
    for source in catalogue:
        names = source["names"]
        assert isinstance(names, dict)
        known = {publishers.of_host(host(str(source["home"]))), *(publishers.find(name) for name in names.values())}
        assert known <= {"", source["family"]}, source["id"]


@pytest.mark.parametrize(
    ("credit", "family"),
    [
        ("Xinhua", "xinhua"), ("新华社", "xinhua"), ("新華社", "xinhua"), ("新华网", "xinhua"), ("Синьхуа", "xinhua"), ("Agence Xinhua", "xinhua"), ("Xinhua News Agency", "xinhua"), ("신화통신", "xinhua"),
        ("共同通信", "kyodo"), ("共同", "kyodo"), ("時事通信社", "jiji"), ("ロイター", "reuters"), ("연합뉴스", "yonhap"), ("聯合ニュース", "yonhap"), ("ТАСС", "tass"), ("中国日报网", "chinadaily"), ("人民網日本語版", "people"),
        ("The Associated Press", "ap"), ("l'AFP", "afp"), ("Agencia EFE", "efe"), ("Agência Lusa", "lusa"), ("CGTN", "cmg"), ("chinanews", "cns"), ("新华社记者样本", ""), ("新华社/时间", "xinhua"), ("China Daily/Mihon", "chinadaily"),
        ("China Daily via TV BRICS", "chinadaily"), ("TV BRICS", "tvbrics"), ("AFP/dpa", "afp"), ("cn.chinadaily.com.cn", "chinadaily"), ("https://www.xinhuanet.com/a.htm", "xinhua"), ("XINHUA", "xinhua"),
        ("Mihon News", ""), ("", ""), ("Reuters Institute", ""), ("Apnews Mihon", ""), ("notxinhuanet.com", ""),
    ],
)  # fmt: skip
def test_a_credit_finds_its_family(publishers: Publishers, credit: str, family: str) -> None:
    assert publishers.find(credit) == family


@pytest.mark.parametrize(
    "credit", ["PR Newswire", "美通社", "Yahoo!ニュース", "MSN", "Business Wire", "PR TIMES", "搜狐"]
)
def test_who_hands_on_is_known_and_names_no_origin(publishers: Publishers, credit: str) -> None:
    (family,) = publishers.find_all(credit)
    assert publishers.is_distributor(family)
    assert publishers.find(credit) == ""
    assert publishers.find(f"{credit} / Xinhua") == "xinhua"


@pytest.mark.parametrize(
    ("words", "name", "at_end"),
    [
        ("新华社天津7月9日电", "新华社", False), ("新华社记者样本", "新华社", False), ("ベルリン共同", "共同", True), ("ベルリン共同", "", False), ("AFP/dpa", "AFP/dpa", False),
        ("قناة المدينة", "", True), ("Кабардинка", "", False), ("유럽연합", "", True), ("カンタス", "", True), ("中国网信网", "", False), ("연합뉴스 기자", "연합뉴스", False),
        ("市長の共同記者会見", "", True), ("新华社区中心", "", True), ("見本市", "", True), ("Mihon", "", True), ("", "", True),
    ],
)  # fmt: skip
def test_place_and_date_may_stand_beside_a_name(publishers: Publishers, words: str, name: str, *, at_end: bool) -> None:
    assert publishers.spelt_in(words, at_end=at_end) == name


def test_sources_of_an_installation_add_their_names_and_change_none(publishers: Publishers) -> None:
    def source(key: str, names: dict[str, str], home: str, *labels: Label) -> SourceSpec:
        return SourceSpec(id=key, names=names, home=home, country="JP", languages=("ja",), kind=Kind.FEED, start=(), family="mihon", labels=labels)  # fmt: skip

    known = publishers.with_sources(
        [
            source("a", {"en": "Mihon Times, World", "ja": "見本新聞"}, "https://www.mihon.example/", Label.PRESS),
            source("b", {"en": "Xinhua"}, "https://b.example/"),
            source("c", {"en": "Search"}, "https://search.example/", Label.QUERY),
        ]
    )
    assert [known.find(credit) for credit in ("Mihon Times", "見本新聞", "news.mihon.example", "Xinhua", "Search")] == ["mihon", "mihon", "mihon", "xinhua", ""]  # fmt: skip
    assert publishers.find("Mihon Times") == ""
    assert known.name("mihon", "ja") == "見本新聞"


def test_names_are_shown_in_the_language_or_in_english(publishers: Publishers) -> None:
    assert [publishers.name("xinhua", code) for code in ("ja", "zh-Hans", "de")] == ["新華社", "新华社", "Xinhua"]
    assert publishers.name("mihon", "ja") == "mihon"

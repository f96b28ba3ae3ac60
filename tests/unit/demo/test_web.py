"""What the sample web holds, and that it is as well-formed, and as awkward, as the real one."""

from __future__ import annotations

import datetime as dt
import email.utils
import re
import tomllib
import urllib.robotparser
import zoneinfo
from collections import Counter

import feedparser
import lxml.etree
import pytest
from parsel import Selector

from pipeline.demo.web import FILES, ArticleKind, IndexKind, SampleArticle, SampleHost, SampleWeb
from pipeline.knowledge.lexicon import load_lexicon
from pipeline.model import ArticleClass
from pipeline.text.weeks import week_of

NOW = dt.datetime(2026, 11, 9, 6, tzinfo=zoneinfo.ZoneInfo("Asia/Tokyo"))
WEB = SampleWeb.load(NOW)
HOSTS = sorted(WEB.hosts)
FEED_KINDS = (IndexKind.RSS, IndexKind.RDF, IndexKind.ATOM)
WEEKS = ("2026-W43", "2026-W44", "2026-W45")


def readable(web: SampleWeb = WEB) -> list[SampleArticle]:
    """The articles that a polite crawler gets."""
    return [article for article in web.articles if not article.gone and not article.forbidden]


def of_host(key: str) -> list[SampleArticle]:
    return [article for article in WEB.articles if article.host_key == key]


def family(host_key: str) -> str:
    file = FILES / "sources" / f"{host_key.replace('-', '_')}.toml"
    return str(tomllib.loads(file.read_text(encoding="utf-8"))["family"])


def page(host: SampleHost, path: str) -> str:
    answer = WEB.respond(host.host, path)
    assert answer is not None
    assert answer.status == 200
    return answer.body.decode(host.charset)


def name_of(article: SampleArticle) -> str:
    return article.id


# --------------------------------------------------------------------------------------------------------------- content


def test_the_web_is_large_enough_for_three_full_issues():
    assert len(WEB.hosts) >= 12
    assert len({family(key) for key in WEB.hosts}) >= 9
    assert len(readable()) >= 56
    zone = zoneinfo.ZoneInfo("Asia/Tokyo")
    news = Counter(
        week_of(article.published, zone)
        for article in readable()
        if article.expected.article_class is ArticleClass.NEWS
    )
    assert set(news) == set(WEEKS)
    assert min(news.values()) >= 14


def test_it_speaks_seven_languages():
    languages = Counter(WEB.hosts[article.host_key].language for article in readable())
    least = {"ja": 20, "en": 12, "zh-Hans": 9, "zh-Hant": 3, "ko": 7, "fr": 6, "es": 3}
    assert {language for language, count in least.items() if languages[language] < count} == set()


def test_it_holds_what_a_pipeline_must_tell_apart():
    articles = readable()
    kinds = Counter(article.kind for article in articles)
    assert kinds[ArticleKind.NOISE] >= 6
    assert kinds[ArticleKind.NEGATIVE] >= 6
    assert sum(article.expected.article_class is ArticleClass.BACKGROUND for article in articles) in (1, 2)
    assert sum(article.expected.agreement for article in articles) >= 6
    assert sum("suspension-termination" in article.expected.event_types for article in articles) == 1
    assert sum(any(day > NOW.date() for day in article.expected.coming) for article in articles) >= 8


def test_two_events_are_told_in_four_languages_by_independent_publishers():
    told: dict[str, set[str]] = {}
    tellers: dict[str, set[str]] = {}
    for article in readable():
        told.setdefault(article.event, set()).add(WEB.hosts[article.host_key].language)
        tellers.setdefault(article.event, set()).add(family(article.host_key))
    assert sum(len(told[event]) >= 4 and len(tellers[event]) >= 4 for event in told if event) >= 2
    assert sum(len(told[event]) >= 2 for event in told if event) >= 6


def test_one_text_is_copied_to_three_sites_of_other_publishers_once_cut_short():
    by_id = {article.id: article for article in WEB.articles}
    copies = [article for article in readable() if article.copy_of]
    assert len({family(copy.host_key) for copy in copies} | {family(by_id[copies[0].copy_of].host_key)}) == 4
    lengths = []
    for copy in copies:
        original = by_id[copy.copy_of]
        shared = set(original.paragraphs) & set(copy.paragraphs)
        assert len(shared) >= 2, copy.id
        assert "City Networks Wire" in copy.text or "City Networks Wire" in copy.authors
        assert copy.published > original.published
        lengths.append(len(copy.text) / len(original.text))
    assert min(lengths) < 0.7
    assert max(lengths) > 0.9


@pytest.mark.parametrize("article", WEB.articles, ids=name_of)
def test_an_article_is_long_enough_to_be_one(article: SampleArticle):
    language = WEB.hosts[article.host_key].language
    if language[:2] in ("ja", "zh", "ko"):
        assert 250 <= len(article.text) <= 900
    else:
        assert 120 <= len(article.text.split()) <= 350


def test_expectations_use_the_words_of_the_lexicon():
    lexicon = load_lexicon()
    cities = {f"{city.names['en']}|{city.country}" for city in lexicon.cities.values()}
    for article in WEB.articles:
        assert set(article.expected.cities) <= cities, article.id
        assert set(article.expected.event_types) <= set(lexicon.events), article.id
        assert set(article.expected.networks) <= set(lexicon.networks), article.id
        assert article.expected.article_class is not ArticleClass.OFF_TOPIC or not article.expected.cities


def test_the_news_comes_from_every_part_of_the_world():
    lexicon = load_lexicon()
    countries = {city.partition("|")[2] for article in readable() for city in article.expected.cities}
    assert len({lexicon.region_of(country) for country in countries}) >= 6


# ----------------------------------------------------------------------------------------------------------------- pages


@pytest.mark.parametrize("article", readable(), ids=name_of)
def test_a_page_decodes_in_its_charset_to_its_title_and_text(article: SampleArticle):
    host = WEB.hosts[article.host_key]
    selector = Selector(page(host, article.path))
    text = "\n".join(selector.xpath("//body//text()").getall())
    assert article.title in text
    assert all(paragraph in text for paragraph in article.paragraphs)
    declared = " ".join(selector.xpath("//meta/@charset | //meta/@content[contains(., 'charset')]").getall())
    assert host.declared in declared


@pytest.mark.parametrize("article", readable(), ids=name_of)
def test_a_page_says_that_it_is_a_sample_outside_the_article(article: SampleArticle):
    host = WEB.hosts[article.host_key]
    assert page(host, article.path).count(host.notice) >= 2
    assert host.notice not in article.text


@pytest.mark.parametrize(
    ("key", "declared"), [("shimonoseki-city", "Shift_JIS"), ("busan-city", "EUC-KR"), ("tianjin-fao", "gb2312")]
)
def test_three_hosts_serve_old_charsets(key: str, declared: str):
    host = WEB.hosts[key]
    assert host.declared == declared
    for article in of_host(key):
        answer = WEB.respond(host.host, article.path)
        assert answer is not None
        with pytest.raises(UnicodeDecodeError):
            answer.body.decode("utf-8")


def test_no_template_is_left_unfilled():
    for key, host in WEB.hosts.items():
        for path in WEB.paths(key):
            answer = WEB.respond(host.host, path)
            assert answer is not None
            assert not re.search(rb"\$\{?[a-z_]+", answer.body), (key, path)


def test_dates_are_shown_as_each_country_writes_them():
    shown = {key: page(WEB.hosts[key], of_host(key)[0].path) for key in HOSTS}
    assert "掲載日：令和8年10月24日" in shown["shimonoseki-city"]
    assert "最終更新日：2026年10月19日" in shown["kobe-city"]
    assert "中華民國115年10月22日" in shown["kaohsiung-city"]
    assert "Publié le 20 octobre 2026" in shown["lyon-ville"]
    assert "22 de octubre de 2026" in shown["ciudades-sur"]
    assert "2026.10.25" in shown["busan-city"]


def test_a_host_has_only_the_metadata_of_its_kind():
    with_json_ld = {key for key in HOSTS if "application/ld+json" in page(WEB.hosts[key], of_host(key)[0].path)}
    assert with_json_ld == {"minato-shimbun", "minato-times", "city-networks", "gyeonbon-ilbo"}
    plain = page(WEB.hosts["shimonoseki-city"], of_host("shimonoseki-city")[0].path)
    assert "og:" not in plain
    assert "datetime=" not in plain


# ---------------------------------------------------------------------------------------------------- feeds and listings


@pytest.mark.parametrize("key", [key for key in HOSTS if WEB.hosts[key].index in FEED_KINDS])
@pytest.mark.parametrize("with_headers", [True, False])
def test_a_feed_parses_cleanly_and_names_every_article(key: str, with_headers: bool):
    host = WEB.hosts[key]
    answer = WEB.respond(host.host, host.index_path)
    assert answer is not None
    headers = {"content-type": answer.header("Content-Type")} if with_headers else {}
    feed = feedparser.parse(answer.body, response_headers=headers)
    assert feed.bozo == 0
    expected = [(WEB.address(article), article.title) for article in reversed(of_host(key))]
    assert [(entry.link, entry.title.replace("\u00a0", " ")) for entry in feed.entries] == expected
    version = {IndexKind.RSS: "rss20", IndexKind.RDF: "rss10", IndexKind.ATOM: "atom10"}
    assert feed.version == version[host.index]


@pytest.mark.parametrize("key", [key for key in HOSTS if WEB.hosts[key].index is IndexKind.SITEMAP])
def test_a_sitemap_names_every_article_and_robots_txt_names_it(key: str):
    host = WEB.hosts[key]
    answer = WEB.respond(host.host, host.index_path)
    assert answer is not None
    found = lxml.etree.fromstring(answer.body).xpath("//*[local-name()='loc']/text()")
    assert found == [WEB.address(article) for article in reversed(of_host(key))]
    assert f"Sitemap: {host.address(host.index_path)}" in host.robots


@pytest.mark.parametrize("key", [key for key in HOSTS if WEB.hosts[key].index is IndexKind.LISTING])
def test_a_listing_leads_to_every_article_by_the_selectors_of_its_source(key: str):
    host = WEB.hosts[key]
    source = tomllib.loads((FILES / "sources" / f"{key.replace('-', '_')}.toml").read_text(encoding="utf-8"))
    css = source["selectors"]
    path, found, dates = host.index_path, [], []
    while path:
        selector = Selector(page(host, path))
        for item in selector.css(css["item"]):
            found.append((item.css(css["link"]).get(), item.css(css["title"]).get()))
            dates.append(item.css(css["date"]).get())
        path = selector.css(css["next_page"]).get() if "next_page" in css else None
    assert found == [(article.path, article.title) for article in reversed(of_host(key))]
    pattern = {
        "shimonoseki-city": r"R8\.1[01]\.\d+",
        "hiroshima-city": r"1[01]月\d+日",
        "tianjin-fao": r"\[1[01]-\d\d\]",
    }
    assert all(re.fullmatch(pattern[key], date or "") for date in dates)


def test_one_listing_has_several_pages():
    assert sum("/index_" in path for path in WEB.paths("hiroshima-city")) >= 1


# --------------------------------------------------------------------------------------------------- manners and answers


def robots(key: str) -> urllib.robotparser.RobotFileParser:
    parser = urllib.robotparser.RobotFileParser()
    answer = WEB.respond(WEB.hosts[key].host, "/robots.txt")
    assert answer is not None
    parser.parse(answer.body.decode().splitlines())
    return parser


def test_robots_txt_forbids_exactly_the_articles_marked_so():
    forbidden = [
        article.id for article in WEB.articles if not robots(article.host_key).can_fetch("*", WEB.address(article))
    ]
    assert forbidden == [article.id for article in WEB.articles if article.forbidden]
    assert len(forbidden) == 1


def test_one_host_asks_for_a_crawl_delay():
    assert {key: robots(key).crawl_delay("*") for key in HOSTS if robots(key).crawl_delay("*")} == {"southern-post": 1}


def test_a_gone_article_is_announced_but_not_there():
    (gone,) = [article for article in WEB.articles if article.gone]
    host = WEB.hosts[gone.host_key]
    answer = WEB.respond(host.host, gone.path)
    assert answer is not None
    assert answer.status == 404
    assert gone.path in page(host, host.index_path)


def test_an_unknown_path_is_404_and_an_unknown_host_has_no_answer():
    answer = WEB.respond("kobe-city.example", "/nothing")
    assert answer is not None
    assert answer.status == 404
    assert WEB.respond("nowhere.example", "/") is None


def test_every_page_carries_both_validators_and_the_date_of_its_newest_article():
    for key, host in WEB.hosts.items():
        newest = max(article.published for article in of_host(key))
        for path in WEB.paths(key):
            answer = WEB.respond(host.host, path)
            assert answer is not None
            assert re.fullmatch(r'"[0-9a-f]{16}"', answer.header("ETag"))
            assert email.utils.parsedate_to_datetime(answer.header("Last-Modified")) <= newest
        index = WEB.respond(host.host, host.index_path)
        assert index is not None
        assert email.utils.parsedate_to_datetime(index.header("last-modified")) == newest.replace(microsecond=0)


def test_hosts_are_of_the_reserved_domain():
    """RFC 2606, section 2."""
    assert all(re.fullmatch(r"[a-z-]+\.example", host.host) for host in WEB.hosts.values())


def test_two_loads_give_the_same_bytes():
    again = SampleWeb.load(NOW)
    for key, host in WEB.hosts.items():
        assert again.paths(key) == WEB.paths(key)
        assert all(again.respond(host.host, path) == WEB.respond(host.host, path) for path in WEB.paths(key))


def test_an_earlier_web_lacks_what_came_later_and_has_the_same_pages_otherwise():
    before = SampleWeb.load(dt.datetime(2026, 11, 1, 15, tzinfo=dt.UTC))
    known = {article.id for article in before.articles}
    assert 0 < len(known) < len(WEB.articles)
    for article in readable():
        host = WEB.hosts[article.host_key]
        answer = before.respond(host.host, article.path)
        assert answer is not None
        if article.id in known:
            assert answer == WEB.respond(host.host, article.path)
        else:
            assert answer.status == 404

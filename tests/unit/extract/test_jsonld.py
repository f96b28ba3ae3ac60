"""JSON-LD in the shapes that publishers really use, broken ones included."""

import json
import time

import pytest

from pipeline.extract.jsonld import Described, read_jsonld

ARTICLE = {
    "@type": "NewsArticle",
    "headline": "市長が訪問",
    "datePublished": "2025-10-20T10:00:00+09:00",
    "author": {"@type": "Person", "name": "見本 花子"},
    "publisher": {"@type": "Organization", "name": "見本新聞"},
    "inLanguage": "ja",
}
BROKEN = (
    '{"@type": "NewsArticle", "headline": "市長が\\u300c訪問\\u300d", "datePublished": "2025-10-20", '
    '"articleBody": "市長は "歓迎" を受けた", "author": [{"@type": "Person", "name": "見本 花子"}, {"@type": "Person", "name": "見本 太郎"}], '
    '"publisher": {"@type": "Organization", "name": "見本新聞"}, "isAccessibleForFree": "False"}'
)
CRUMBS = '{"@type": "BreadcrumbList", "itemListElement": []}'


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ("見本 花子", ("見本 花子",)),
        (["見本 花子", "見本 太郎"], ("見本 花子", "見本 太郎")),
        ({"@type": "Person", "name": ["見本 花子", "見本 太郎"]}, ("見本 花子", "見本 太郎")),
        ({"@type": "Person", "name": {"@language": "ja", "@value": "見本 花子"}}, ("見本 花子",)),
        ({"@type": "Person", "givenName": "Ann", "familyName": "Mihon"}, ("Ann Mihon",)),
        ([{"@type": "Person", "name": "見本 花子"}, {"@type": "Person", "name": "見本 花子"}], ("見本 花子",)),
        ({"@id": "#p1"}, ("見本 次郎",)),
        ([{"@id": "#p1"}, {"@id": "#unknown"}], ("見本 次郎",)),
        ({"@type": "Person", "url": "https://mihon.example.jp/a"}, ()),
        (7, ()),
        (None, ()),
    ],
)
def test_authors_are_read_in_any_shape(author: object, names: tuple[str, ...]) -> None:
    person = {"@type": "Person", "@id": "#p1", "name": "見本 次郎"}
    assert read_jsonld([json.dumps({"@graph": [{**ARTICLE, "author": author}, person]})]).authors == names


def test_a_list_of_other_articles_lends_none_of_its_fields() -> None:
    other = {"@type": "NewsArticle", "headline": "別の記事", "author": {"name": "別人"}, "datePublished": "2020-01-01"}
    own = {"@type": "NewsArticle", "headline": "市長が訪問", "datePublished": "2025-10-20"}
    described = read_jsonld([json.dumps([own, other])])
    assert (described.headline, described.authors) == ("市長が訪問", ())


def test_two_nodes_of_the_same_article_complete_each_other() -> None:
    own = {"@type": "NewsArticle", "headline": "市長が訪問", "datePublished": "2025-10-20"}
    twin = {"@type": "Article", "headline": "市長が訪問", "author": "見本 花子"}
    assert read_jsonld([json.dumps(own), json.dumps(twin)]).authors == ("見本 花子",)


@pytest.mark.parametrize(
    "text",
    [
        "<!--" + json.dumps(ARTICLE) + "-->",
        "//<![CDATA[\n" + json.dumps(ARTICLE) + "\n//]]>",
        json.dumps(ARTICLE) + ";",
        json.dumps(ARTICLE)[:-1] + ",}",
        json.dumps(ARTICLE, ensure_ascii=False).replace("市長が訪問", "市長が訪問\t"),
        json.dumps(ARTICLE).replace('"', "&quot;"),
        CRUMBS + "\n" + json.dumps(ARTICLE),
    ],
)
def test_json_with_slips_is_mended(text: str) -> None:
    described = read_jsonld([text])
    assert described.headline.strip() == "市長が訪問"
    assert described.authors == ("見本 花子",)
    assert described.publisher == "見本新聞"
    assert described.language == "ja"  # which is not among the fields that are salvaged


@pytest.mark.parametrize("scripts", [[BROKEN], [CRUMBS, BROKEN], [BROKEN[:-30]]])
def test_fields_are_salvaged_from_json_that_no_parser_takes(scripts: list[str]) -> None:
    described = read_jsonld(scripts)
    assert described.is_article
    assert described.headline == "市長が「訪問」"
    assert described.published == "2025-10-20"
    assert described.authors == ("見本 花子", "見本 太郎")
    assert described.publisher == "見本新聞"


@pytest.mark.parametrize(
    ("fields", "paid"),
    [
        ({}, None),
        ({"isAccessibleForFree": True}, False),
        ({"isAccessibleForFree": False}, True),
        ({"isAccessibleForFree": "False"}, True),
        ({"isAccessibleForFree": "http://schema.org/False"}, True),
        ({"isAccessibleForFree": "yes"}, None),
        ({"hasPart": {"@type": "WebPageElement", "isAccessibleForFree": False}}, True),
        ({"hasPart": [{"@type": "WebPageElement", "isAccessibleForFree": "False"}]}, True),
        ({"isAccessibleForFree": True, "hasPart": {"isAccessibleForFree": False}}, False),
    ],
)
def test_whether_the_article_is_paid_is_known_where_it_says_so(fields: dict[str, object], paid: bool | None) -> None:
    assert read_jsonld([json.dumps({**ARTICLE, **fields})]).paid is paid


def test_a_paid_article_is_known_from_broken_json_too() -> None:
    assert read_jsonld([BROKEN]).paid is True


@pytest.mark.parametrize(
    "text",
    [
        '{"@type":"NewsArticle","articleBody":"' + 'quoted "text" {with} [brackets]\n' * 50_000 + '"}',
        '{"headline":"' + "\\" * 1_600_000,
        '{"a":1' + " " * 1_600_000 + "x",
        "{" + ", " * 800_000,
        "[" * 1_600_000,
        '{"@graph":' * 160_000,
        '"author": ' * 160_000,
        "&quot;" * 250_000,
    ],
    ids=["quotes", "backslashes", "spaces", "commas", "brackets", "nesting", "names", "entities"],
)
def test_a_megabyte_of_malformed_json_costs_little(text: str) -> None:
    started = time.process_time()
    read_jsonld([text])
    assert time.process_time() - started < 1  # 0.07 s at most when written; other readers took 3.8 s


def test_nothing_is_described_by_no_script() -> None:
    assert read_jsonld([]) == Described()

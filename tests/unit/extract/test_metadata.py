"""What a page says of itself, in every shape that publishers use."""

import json

import pytest

from pipeline.extract.authors import clean_authors, read_authors
from pipeline.extract.datefinds import find_dates, near_heading
from pipeline.extract.jsonld import Described, read_jsonld
from pipeline.extract.metadata import (
    page_directives,
    read_canonical,
    read_language,
    read_paid,
    read_site_names,
    read_title,
)
from pipeline.extract.page import Page, index, parse
from pipeline.model import Origin

URL = "https://www.mihon-shimbun.example.jp/news/a1.html"


def page(head: str = "", body: str = "", url: str = URL, attributes: str = "") -> Page:
    tree = parse(f"<html {attributes}><head>{head}</head><body>{body}<p>本文の一行目です。</p></body></html>")
    assert tree is not None
    return index(tree, url)


def title_of(given: Page) -> str:
    described = read_jsonld(given.scripts)
    return read_title(given, described, names_of_site(given)).text


def names_of_site(given: Page) -> tuple[str, ...]:
    return tuple(name.text for name in read_site_names(given, read_jsonld(given.scripts)))


def authors_of(given: Page) -> tuple[str, ...]:
    described = read_jsonld(given.scripts)
    names = names_of_site(given)
    title = title_of(given)
    return read_authors(given, described, names, near_heading(given, title), title).names


def dates_of(given: Page) -> list[tuple[str, Origin]]:
    described = read_jsonld(given.scripts)
    return [(date.raw, date.origin) for date in find_dates(given, described, near_heading(given, title_of(given)))]


def ld(value: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(value, ensure_ascii=False)}</script>'


# ----------------------------------------------------------------------------------------------------------------- JSON-LD

ARTICLE = {
    "@type": "NewsArticle",
    "headline": "市長が訪問",
    "datePublished": "2025-10-20T10:00:00+09:00",
    "author": {"@type": "Person", "name": "見本 花子"},
}
SITE = {"@type": "Organization", "@id": "#org", "name": "見本新聞"}


@pytest.mark.parametrize(
    "value",
    [
        ARTICLE,
        [SITE, ARTICLE],
        {"@context": "https://schema.org", "@graph": [SITE, {"@type": "WebPage", "name": "x"}, ARTICLE]},
        {"@type": "WebPage", "mainEntity": ARTICLE},
        {**ARTICLE, "@type": ["NewsArticle", "Article"]},
        {**ARTICLE, "author": [{"name": "見本 花子"}]},
        {**ARTICLE, "author": "見本 花子"},
        {**ARTICLE, "author": {"@type": "Person", "name": ["見本 花子"]}},
    ],
)
def test_the_article_is_found_in_any_shape(value: object) -> None:
    described = read_jsonld([json.dumps(value)])
    assert (described.headline, described.published, described.authors) == (
        "市長が訪問",
        ARTICLE["datePublished"],
        ("見本 花子",),
    )
    assert described.is_article


def test_an_author_by_reference_is_found() -> None:
    graph = [
        {**ARTICLE, "author": {"@id": "#p"}, "publisher": {"@id": "#org"}},
        {"@type": "Person", "@id": "#p", "name": "見本 花子"},
        SITE,
    ]
    described = read_jsonld([json.dumps({"@graph": graph})])
    assert described.authors == ("見本 花子",)
    assert described.publisher == "見本新聞"


@pytest.mark.parametrize(
    "text",
    [
        '<!-- {"@type":"NewsArticle","headline":"市長が訪問"} -->',
        '//<![CDATA[\n{"@type":"NewsArticle","headline":"市長が訪問"}\n//]]>',
        '{"@type":"NewsArticle","headline":"市長が訪問",}',
        '{"@type":"NewsArticle","headline":"市長が訪問","articleBody":"a\nb"}',
        '{"@type":"NewsArticle","headline":"市長が訪問","description":"he said "no"" }',
        '{"@type":"NewsArticle","headline":"市長が訪問"};',
    ],
)
def test_broken_json_still_gives_its_headline(text: str) -> None:
    described = read_jsonld([text])
    assert described.headline == "市長が訪問"
    assert described.is_article


@pytest.mark.parametrize("text", ["", "null", "[]", "12", '"x"', "[" * 50_000, '{"@graph":' * 5_000, "{" * 300_000])
def test_nonsense_says_nothing(text: str) -> None:
    assert read_jsonld([text]) == Described()


# ------------------------------------------------------------------------------------------------------------------ titles


@pytest.mark.parametrize(
    "head",
    [
        "<title>市長が姉妹都市を訪問：見本新聞</title><meta property='og:site_name' content='見本新聞'>",
        "<title>市長が姉妹都市を訪問 | 見本新聞</title><meta property='og:site_name' content='見本新聞'>",
        "<title>市長が姉妹都市を訪問 - 国際 - 見本新聞デジタル</title><meta property='og:title' content='市長が姉妹都市を訪問'>",
        "<meta property='og:title' content='【見本新聞】市長が姉妹都市を訪問'><title>市長が姉妹都市を訪問</title>"
        + ld({"@type": "NewsArticle", "headline": "市長が姉妹都市を訪問"}),
        "<title>見本新聞 | 市長が姉妹都市を訪問</title><meta property='og:site_name' content='見本新聞'>",
        "<title>市長が姉妹都市を訪問_见本网</title><meta property='og:site_name' content='见本网'>",
    ],
)
def test_the_site_name_is_off_the_title(head: str) -> None:
    assert title_of(page(head)) == "市長が姉妹都市を訪問"


def test_a_colon_inside_a_title_stays() -> None:
    assert (
        title_of(page("<title>Sister cities: sixty years of exchange</title>"))
        == "Sister cities: sixty years of exchange"
    )


def test_the_logo_is_no_title_though_it_is_a_heading() -> None:
    logo = '<h1><a href="/">見本新聞</a></h1><p>市長が姉妹都市を訪問</p>'
    assert title_of(page("<title>市長が姉妹都市を訪問 - 見本新聞</title>", logo)) == "市長が姉妹都市を訪問"


def test_what_two_sources_say_beats_what_one_says() -> None:
    given = page(
        "<title>市長が姉妹都市を訪問</title>" + ld({"@type": "Article", "headline": "Top"}),
        "<h1>市長が姉妹都市を訪問</h1>",
    )
    assert title_of(given) == "市長が姉妹都市を訪問"


HEADLINE = "The mayor visits the sister city of Lyon after sixty years"


@pytest.mark.parametrize(
    ("window", "shared", "headline", "chosen", "origin"),
    [
        # one for search engines, which the window repeats, and one for readers
        ("Sister city Lyon: the mayor's visit | Mihon", "The mayor is welcomed in Lyon", "Sister city Lyon: the mayor's visit", "The mayor is welcomed in Lyon", Origin.META),
        ("Sister city Lyon: the mayor's visit", "Sister city Lyon: the mayor's visit", "The mayor is welcomed in Lyon", "The mayor is welcomed in Lyon", Origin.JSON_LD),
        # a title of another page is none
        (HEADLINE, "Welcome to our portal", HEADLINE, HEADLINE, Origin.JSON_LD),
        (HEADLINE, HEADLINE, "Top", HEADLINE, Origin.META),
        # the same with a site's name before it
        (HEADLINE, f"[Mihon] {HEADLINE}", HEADLINE, HEADLINE, Origin.JSON_LD),
    ],
)  # fmt: skip
def test_of_two_titles_for_machines_the_one_not_for_search_engines_counts(
    window: str, shared: str, headline: str, chosen: str, origin: Origin
) -> None:
    head = f'<title>{window}</title><meta property="og:title" content="{shared}"><meta property="og:site_name" content="Mihon">'
    given = page(head + ld({"@type": "NewsArticle", "headline": headline}), f"<h1>{HEADLINE}</h1>")
    found = read_title(given, read_jsonld(given.scripts), names_of_site(given))
    assert (found.text, found.origin) == (chosen, origin)


@pytest.mark.parametrize(
    "cut",
    [HEADLINE[:40] + "…", HEADLINE[:40] + "...", HEADLINE[:43], "市長が姉妹都市を訪問し記念式典…"],
)
def test_a_title_cut_off_is_replaced_by_the_whole_one(cut: str) -> None:
    whole = HEADLINE if cut.startswith("The") else "市長が姉妹都市を訪問し記念式典に出席、覚書に署名"
    head = f'<title>{cut} | Mihon</title><meta property="og:title" content="{cut}"><meta property="og:site_name" content="Mihon">'
    assert title_of(page(head, f"<h1>{whole}</h1>")) == whole


@pytest.mark.parametrize(
    ("window", "title"),
    [
        ("市長が姉妹都市を訪問 - 東京都", "市長が姉妹都市を訪問"),
        ("市長が姉妹都市を訪問｜見本市公式ホームページ", "市長が姉妹都市を訪問"),
        ("市長が姉妹都市を訪問 | 見本市役所", "市長が姉妹都市を訪問"),
        ("市長が姉妹都市を訪問：見本新聞デジタル", "市長が姉妹都市を訪問"),
        ("市長が姉妹都市を訪問：60年の歩み", "市長が姉妹都市を訪問：60年の歩み"),
        ("見本市 | 姉妹都市との交流", "姉妹都市との交流"),
        ("見本市 - リヨン市の友好都市提携", "見本市 - リヨン市の友好都市提携"),
        ("姉妹都市の市長が来庁 - 広がる友好都市", "姉妹都市の市長が来庁 - 広がる友好都市"),
        ("市长访问友好城市_样本网", "市长访问友好城市"),
        ("市长访问友好城市——两市签署合作备忘录_样本市人民政府", "市长访问友好城市——两市签署合作备忘录"),
        ("시장이 자매도시를 방문 - 견본일보", "시장이 자매도시를 방문"),
        ("The mayor visits the sister city | Official Website", "The mayor visits the sister city"),
        ("The mayor visits the sister city - mihon.com", "The mayor visits the sister city"),
        ("The mayor visits a smart-city website", "The mayor visits a smart-city website"),
        ("- 样本网", ""),
    ],
)
def test_what_reads_like_a_site_is_off_the_windows_title_though_nothing_names_it(window: str, title: str) -> None:
    assert title_of(page(f"<title>{window}</title>")) == title


def test_a_heading_is_whole_though_the_window_goes_on() -> None:
    head = "<title>姉妹都市提携六十周年記念式典のお知らせ</title>"
    assert title_of(page(head, "<h1>姉妹都市提携六十周年記念式典</h1>")) == "姉妹都市提携六十周年記念式典"


def test_a_sections_heading_yields_to_what_tells_more() -> None:
    sections = "<h1>報道発表資料</h1><h1>市長が姉妹都市を訪問</h1>"
    assert title_of(page("<title>報道発表資料</title>", sections)) == "市長が姉妹都市を訪問"
    assert title_of(page("<title>報道発表資料</title>", "<h1>報道発表資料</h1>")) == "報道発表資料"


def test_a_window_with_the_sites_name_only_yields_to_the_heading() -> None:
    assert title_of(page("<title>-样本网</title>", "<h1>市长访问友好城市</h1>")) == "市长访问友好城市"


def test_the_logo_names_the_site_that_ends_the_window_after_a_space() -> None:
    logo = '<h1><a href="/">样本江网</a></h1>'
    assert title_of(page("<title>市长访问友好城市 样本江网</title>", logo)) == "市长访问友好城市"


def test_the_logo_names_the_site_that_ends_a_shared_title() -> None:
    head = "<meta property='og:title' content='The mayor visits Lyon - Sample Gazette'>"
    assert title_of(page(head, '<h1><a href="/">Sample Gazette</a></h1>')) == "The mayor visits Lyon"


def test_a_subtitle_after_a_double_dash_stays_though_it_stands_on_a_line_of_its_own() -> None:
    head = "<title>市长率团访问友好城市——两市签署备忘录</title>"
    assert (
        title_of(page(head, "<p>市长率团访问友好城市</p><p>——两市签署备忘录</p>"))
        == "市长率团访问友好城市——两市签署备忘录"
    )


def test_a_section_that_both_declared_titles_carry_stays_and_one_in_the_window_goes() -> None:
    both = '<meta property="og:title" content="市長が姉妹都市を訪問 - 写真特集">' + ld(
        {"@type": "Article", "headline": "市長が姉妹都市を訪問 - 写真特集"}
    )
    assert title_of(page(both, "<h1>市長が姉妹都市を訪問</h1>")) == "市長が姉妹都市を訪問 - 写真特集"
    assert (
        title_of(page("<title>市長が姉妹都市を訪問 - 写真特集</title>", "<h1>市長が姉妹都市を訪問</h1>"))
        == "市長が姉妹都市を訪問"
    )


@pytest.mark.parametrize(
    ("headline", "title"),
    [
        ("The mayor&amp;#039;s visit to Lyon", "The mayor's visit to Lyon"),
        ("The mayor\u2019s <em>second</em> visit", "The mayor\u2019s second visit"),
        ("Freund\u00adschafts\u00advertrag mit Lyon", "Freundschaftsvertrag mit Lyon"),
        ("Cafe\u0301 de Lyon", "Caf\u00e9 de Lyon"),
        ("ﾘﾖﾝ市長が来訪", "ﾘﾖﾝ市長が来訪"),
    ],
)
def test_a_title_is_plain_text_in_its_own_spelling(headline: str, title: str) -> None:
    assert title_of(page(ld({"@type": "Article", "headline": headline}))) == title


# -------------------------------------------------------------------------------------------------------- origins, payment


def test_the_first_name_of_the_site_says_where_it_was_read() -> None:
    declared = page(
        "<meta property='og:site_name' content='見本新聞'>" + ld({"@type": "WebSite", "name": "見本新聞電子版"})
    )
    described = read_jsonld(declared.scripts)
    assert [*read_site_names(declared, described)][:2] == [
        ("見本新聞", Origin.META),
        ("見本新聞電子版", Origin.JSON_LD),
    ]
    assert read_site_names(page(), Described())[0] == ("mihon-shimbun.example.jp", Origin.URL)


@pytest.mark.parametrize(
    ("head", "paid"),
    [
        ("", None),
        ("<meta property='article:content_tier' content='locked'>", True),
        ("<meta property='article:content_tier' content='metered'>", True),
        ("<meta property='article:content_tier' content='free'>", False),
        ("<meta property='article:content_tier' content='free'>" + ld({**ARTICLE, "isAccessibleForFree": False}), True),
    ],
)
def test_whether_only_subscribers_may_read_it_is_declared(head: str, paid: bool | None) -> None:
    given = page(head)
    assert read_paid(given, read_jsonld(given.scripts)) is paid


# ----------------------------------------------------------------------------------------------------------------- authors


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (page(ld(ARTICLE)), ("見本 花子",)),
        (page("<meta name='author' content='By Ann Mihon and Bob Sample'>"), ("Ann Mihon", "Bob Sample")),
        (page("<meta name='author' content='見本新聞'><meta property='og:site_name' content='見本新聞'>"), ()),
        (page("<meta property='article:author' content='https://www.facebook.com/mihon'>"), ()),
        (page("<title>市长访问友好城市</title>", "<h1>市长访问友好城市</h1><p>2025年7月8日 作者：样本名</p>"), ("样本名",)),
        (page("<title>市长访问友好城市</title>", "<h1>市长访问友好城市</h1><p>本报记者 样本甲 样本乙</p>"), ("样本甲", "样本乙")),
        (page("<title>시장 자매도시 방문</title>", "<h1>시장 자매도시 방문</h1><p>견본이 기자</p>"), ("견본이",)),
        (page("<title>市长访问友好城市</title>", "<h1>市长访问友好城市</h1><p>市长昨日访问。</p><p>（责任编辑：样本甲）</p>"), ("样本甲",)),
        (page("<title>市長が姉妹都市を訪問</title>", "<h1>市長が姉妹都市を訪問</h1><p>市長は記者に「交流を続ける」と述べた。</p>"), ()),
    ],
)  # fmt: skip
def test_authors_are_people_and_none_rather_than_wrong(given: Page, names: tuple[str, ...]) -> None:
    assert authors_of(given) == names


@pytest.mark.parametrize(
    "raw",
    ["admin", "編集部", "https://example.jp/a", "a@example.jp", "2025", "見本株式会社", "", 'size="20"', "x" * 400],
)
def test_what_is_no_name_is_no_author(raw: str) -> None:
    assert clean_authors([raw], ()) == ()


# ------------------------------------------------------------------------------------------------------------------- dates


def test_dates_come_with_their_origin_the_most_reliable_first() -> None:
    given = page(
        ld(ARTICLE)
        + "<meta property='article:published_time' content='2025-10-20'><meta property='article:modified_time' content='2025-10-22'>",
        "<h1>市長が訪問</h1><time datetime='2025-10-20T10:00'>10月20日</time><p>掲載日：2025年10月20日</p><meta itemprop='datePublished' content='2025/10/20'>",
        url="https://mihon.example.jp/2025/10/20/a.html",
    )
    assert [origin for _, origin in dates_of(given)] == [
        Origin.JSON_LD, Origin.META, Origin.ITEMPROP, Origin.TIME, Origin.URL, Origin.VISIBLE, Origin.META,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "raw"),
    [
        ("掲載日：2025年10月20日", "2025年10月20日"),
        ("最終更新日 2025年10月20日", "2025年10月20日"),
        ("令和７年１０月２０日", "令和７年１０月２０日"),
        ("R7.10.20", "R7.10.20"),
        ("发布时间：2025-10-20 10:20 来源：样本日报", "2025-10-20 10:20"),
        ("입력 2025.10.20 18:30", "2025.10.20 18:30"),
        ("中華民國114年", None),
        ("民國114年10月20日", "民國114年10月20日"),
        ("October 20, 2025", "October 20, 2025"),
        ("© 2019-2025", None),
    ],
)
def test_a_date_is_seen_near_the_heading(line: str, raw: str | None) -> None:
    dates = dates_of(page("<title>市長が姉妹都市を訪問</title>", f"<h1>市長が姉妹都市を訪問</h1><p>{line}</p>"))
    assert [text.strip() for text, _ in dates] == ([raw] if raw else [])


def test_a_date_of_change_comes_after_one_of_publication() -> None:
    body = "<h1>市長が姉妹都市を訪問</h1><p>更新日：2025年10月22日</p><p>公開日：2025年10月20日</p>"
    assert [raw for raw, _ in dates_of(page("<title>市長が姉妹都市を訪問</title>", body))] == [
        "2025年10月20日",
        "2025年10月22日",
    ]


def test_without_a_heading_the_date_alone_above_the_first_paragraph_counts() -> None:
    menu = "".join(f"<a>項目{number}</a>" for number in range(40))
    text = "<p>両市は長年にわたって学生の派遣や文化の紹介、技術の協力など、さまざまな分野で交流を重ねてきた。市長は来年の春に訪問団を送る考えを示し、議会も賛成した。</p>"
    links = "<a>2025-10-01 ほかの記事</a>"
    assert dates_of(page("", f"{menu}<p>2025-10-20 10:20:30</p>{text}{links}")) == [
        ("2025-10-20 10:20:30", Origin.VISIBLE)
    ]
    assert dates_of(page("", f"{menu}<p>更新 2025-10-20</p>{text}{links}")) == []
    assert dates_of(page("", f"{menu}{text}{links}")) == []


def test_the_date_of_a_translations_original_is_not_its_own() -> None:
    body = "<h1>市長が姉妹都市を訪問</h1><p>原文(投稿日：2025/10/16)へのリンク</p><p>2025年10月20日</p>"
    assert [raw for raw, _ in dates_of(page("<title>市長が姉妹都市を訪問</title>", body))] == ["2025年10月20日"]


def test_a_date_inside_a_sentence_is_the_storys_own() -> None:
    sentence = "両市は1965年10月20日に姉妹都市提携を結び、それ以来、学生の派遣や文化の紹介、技術の協力など、さまざまな分野で交流を重ねてきたという長い歴史がある。"
    assert (
        dates_of(page("<title>市長が姉妹都市を訪問</title>", f"<h1>市長が姉妹都市を訪問</h1><p>{sentence}</p>")) == []
    )


def test_times_of_other_articles_do_not_count() -> None:
    body = "<h1>市長が姉妹都市を訪問</h1><aside><time datetime='2025-01-01'>x</time></aside><ul class='related'><li><time datetime='2025-01-02'>y</time></li></ul>"
    assert dates_of(page("<title>市長が姉妹都市を訪問</title>", body)) == []


@pytest.mark.parametrize(
    ("path", "raw"),
    [("2025/07/08/a", "2025-07-08"), ("20250708/a", "2025-07-08"), ("a-2025-7-8.html", "2025-07-08"), ("202507/08/a", "2025-07-08"), ("2025-07/08/c_1.htm", "2025-07-08"),
     ("2025/a", None), ("id/1234567890", None), ("20251408", None)],
)  # fmt: skip
def test_a_day_in_the_address_is_found(path: str, raw: str | None) -> None:
    dates = dates_of(page(url=f"https://mihon.example.jp/{path}"))
    assert dates == ([(raw, Origin.URL)] if raw else [])


# ------------------------------------------------------------------------------------------------- address, language, rules


@pytest.mark.parametrize(
    ("href", "canonical"),
    [
        ("https://www.mihon-shimbun.example.jp/news/a1", "https://www.mihon-shimbun.example.jp/news/a1"),
        ("/news/a2.html?utm_source=x#top", "https://www.mihon-shimbun.example.jp/news/a2.html"),
        ("https://m.mihon-shimbun.example.jp/news/a1", "https://m.mihon-shimbun.example.jp/news/a1"),
        ("https://elsewhere.example.com/news/a1", URL),
        ("https://www.mihon-shimbun.example.jp/", URL),
        ("javascript:alert(1)", URL),
        ("http://[broken", URL),
    ],
)
def test_a_canonical_address_counts_on_the_same_site_only(href: str, canonical: str) -> None:
    assert read_canonical(page(f'<link rel="canonical" href="{href}">')).text == canonical


def test_the_declared_language_is_the_html_elements_first() -> None:
    assert (
        read_language(page("<meta property='og:locale' content='en_US'>", attributes='lang="ja-JP"'), Described()).text
        == "ja-JP"
    )
    assert read_language(page("<meta property='og:locale' content='en_US'>"), Described()).text == "en_US"


@pytest.mark.parametrize(
    ("content", "header", "name"),
    [
        ("noindex", "", "noindex"),
        ("none", "", "noindex"),
        ("", "noindex, nofollow", "noindex"),
        ("nosnippet", "", "nosnippet"),
        ("max-snippet: 0", "", "nosnippet"),
        ("noai", "", "noai"),
        ("", "noimageai", "noai"),
    ],
)
def test_what_a_page_forbids_is_read(content: str, header: str, name: str) -> None:
    directives = page_directives(page(f'<meta name="robots" content="{content}">'), header, "")
    assert getattr(directives, name)
    assert directives.title_only


def test_what_a_page_allows_is_not_forbidden() -> None:
    directives = page_directives(
        page(
            '<meta name="robots" content="index, follow, max-snippet:-1, max-image-preview:large"><meta name="tdm-reservation" content="0">'
        ),
        "",
        "0",
    )
    assert not directives.title_only


def test_a_tdm_reservation_counts_from_meta_and_header() -> None:
    assert page_directives(page('<meta name="tdm-reservation" content="1">'), "", "").tdm_reserved
    assert page_directives(page(), "", "1").tdm_reserved

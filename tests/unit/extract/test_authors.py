"""Who wrote a page, in every place that pages say so; none rather than wrong."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.authors import Authors, read_authors
from pipeline.extract.datefinds import near_heading
from pipeline.extract.jsonld import read_jsonld
from pipeline.extract.metadata import read_site_names, read_title
from pipeline.extract.names import is_full_name, sort_names
from pipeline.extract.page import index, parse
from pipeline.model import Origin

URL = "https://www.mihon-shimbun.example.jp/news/a1.html"
TEXT = "<p>The mayor spoke of sixty years of exchange between the two cities, and of what is still to come.</p>"


def authors_of(head: str = "", body: str = "", title: str = "The mayor visits the sister city") -> Authors:
    tree = parse(f"<html><head><title>{title}</title>{head}</head><body><h1>{title}</h1>{body}</body></html>")
    assert tree is not None
    page = index(tree, URL)
    described = read_jsonld(page.scripts)
    names = tuple(name.text for name in read_site_names(page, described))
    found = read_title(page, described, names).text
    return read_authors(page, described, names, near_heading(page, found), found)


def ld(author: object, publisher: str = "Mihon Shimbun") -> str:
    article = {"@type": "NewsArticle", "headline": "The mayor visits", "datePublished": "2025-10-20", "author": author}
    return f'<script type="application/ld+json">{json.dumps({**article, "publisher": {"name": publisher}})}</script>'


def meta(name: str, content: str) -> str:
    return f'<meta name="{name}" content="{content}">'


# ------------------------------------------------------------------------------------------------------------- declared


@pytest.mark.parametrize(
    ("head", "names", "origin"),
    [
        (ld({"name": "Ann Mihon"}) + meta("author", "Bob Sample"), ("Ann Mihon",), Origin.JSON_LD),
        (ld("By Ann Mihon and Bob Sample"), ("Ann Mihon", "Bob Sample"), Origin.JSON_LD),
        (ld("Ann Mihon, Bob Sample und Eve Muster"), ("Ann Mihon", "Bob Sample", "Eve Muster"), Origin.JSON_LD),
        (ld("見本花子、見本太郎"), ("見本花子", "見本太郎"), Origin.JSON_LD),
        (ld("Ann Mihon (avec Bob Sample)"), ("Ann Mihon",), Origin.JSON_LD),
        (ld("Ann Mihon, professor of law at the University of Lyon"), ("Ann Mihon",), Origin.JSON_LD),
        (ld("Ann Mihon / Journalist"), ("Ann Mihon",), Origin.JSON_LD),
        (ld("Ann Mihon reports from Lyon"), ("Ann Mihon",), Origin.JSON_LD),
        (ld("견본이 기자"), ("견본이",), Origin.JSON_LD),
        (ld("E.P."), ("E.P",), Origin.JSON_LD),
        (ld("Ann Mihon, dpa"), ("Ann Mihon", "dpa"), Origin.JSON_LD),
        (ld([{"name": "Ann Mihon"}, {"name": "SDA"}, {"name": "Mihon Shimbun"}]), ("Ann Mihon", "SDA"), Origin.JSON_LD),
        (ld("Ludwig van der Muster"), ("Ludwig van der Muster",), Origin.JSON_LD),
        (ld({"name": "Mihon Shimbun"}) + meta("article:author", "Ann Mihon"), ("Ann Mihon",), Origin.META),
        (meta("article:author", "Ann Mihon") + meta("author", "Mihon Systems Inc"), ("Ann Mihon",), Origin.META),
        (meta("article:author", "https://social.example.com/mihon") + meta("byl", "By Ann Mihon"), ("Ann Mihon",), Origin.META),
        (meta("cXenseParse:author", "見本 花子"), ("見本 花子",), Origin.META),
        (meta("articleAuthor", "Ann Mihon"), ("Ann Mihon",), Origin.META),
        (meta("parsely-author", "ann-mihon") + meta("sailthru.author", "Ann Mihon"), ("Ann Mihon",), Origin.META),
        ("<meta name='author' value='見本 花子'>", ("見本 花子",), Origin.META),
        (meta("twitter:label1", "Written by") + meta("twitter:data1", "Ann Mihon"), ("Ann Mihon",), Origin.META),
        (meta("twitter:label1", "Est. reading time") + meta("twitter:data1", "Ten minutes"), (), None),
        (meta("citation_author", "赵 样本") + meta("author", "样本出版社"), ("赵 样本",), Origin.META),
    ],
)  # fmt: skip
def test_declared_names_are_read_and_made_bare(head: str, names: tuple[str, ...], origin: Origin | None) -> None:
    assert authors_of(head, TEXT) == Authors(names, origin)


def test_an_outlet_that_declares_itself_is_the_author_if_no_person_is_found() -> None:
    outlet = ld({"@type": "Organization", "name": "Mihon Shimbun"})
    assert authors_of(outlet, TEXT) == Authors(("Mihon Shimbun",), Origin.JSON_LD)
    assert authors_of(outlet, f"<p>By Ann Mihon</p>{TEXT}") == Authors(("Ann Mihon",), Origin.VISIBLE)


@pytest.mark.parametrize(
    "head",
    [
        meta("author", "Mihon Shimbun") + meta("og:site_name", "Mihon Shimbun"),
        meta("author", "Mihon Systems Inc"),
        meta("author", "样本科技有限公司"),
        meta("author", "admin"),
        meta("author", "Nachrichten"),
        meta("author", "a.mihon@example.jp"),
        meta("author", "@mihon"),
        meta("author", "a-mihon"),
        meta("author", "一亿人的家园！"),
        meta("twitter:creator", "@mihon"),
    ],
)
def test_site_names_makers_and_addresses_are_no_authors(head: str) -> None:
    assert authors_of(head, TEXT) == Authors()


# --------------------------------------------------------------------------------------------------------------- marked


@pytest.mark.parametrize(
    ("body", "names", "origin"),
    [
        ("<span itemprop='author' itemscope><b>By</b> <a itemprop='name'>Ann Mihon</a> <i>Follow</i></span>", ("Ann Mihon",), Origin.ITEMPROP),
        ("<a rel='author' href='/a'>Ann Mihon</a>", ("Ann Mihon",), Origin.VISIBLE),
        ("<div class='byline'>By <span>Ann Mihon</span><span>Reporter</span><span>18:56, 21 Oct 2025</span></div>", ("Ann Mihon",), Origin.VISIBLE),
        ("<div class='author'><span>様本子</span><span>2025-10-20 14:27</span></div>", ("様本子",), Origin.VISIBLE),
        ("<li class='p-post-AssistAuthor'>見本ひらり</li>", ("見本ひらり",), Origin.VISIBLE),
        ("<div id='byline'>[見本花子]</div>", ("見本花子",), Origin.VISIBLE),
        ("<ul class='authors'><li class='author'>Ann Mihon</li><li class='author'>Bob Sample</li></ul>", ("Ann Mihon", "Bob Sample"), Origin.VISIBLE),
        ("".join(f"<li class='author'>{name} Mihon</li>" for name in ("Ann", "Bob", "Eve", "Kim")), ("Ann Mihon", "Bob Mihon", "Eve Mihon", "Kim Mihon"), Origin.VISIBLE),
        ("<p class='author'>Mihon Press Staff</p>", ("Mihon Press Staff",), Origin.VISIBLE),
        ("<a href='/author/17/ann-mihon'>Ann Mihon</a>", ("Ann Mihon",), Origin.VISIBLE),
    ],
)  # fmt: skip
def test_names_in_marked_elements_are_read(body: str, names: tuple[str, ...], origin: Origin) -> None:
    assert authors_of("", body + TEXT) == Authors(names, origin)


@pytest.mark.parametrize(
    "body",
    [
        f"{TEXT}<div class='comments'><span class='comment-author'>Ann Mihon</span></div>",
        f"{TEXT}<div id='comments'><p><span itemprop='author'>Ann Mihon</span></p></div>",
        f"{TEXT}<aside class='related'><a rel='author' href='/b'>Ann Mihon</a></aside>",
        TEXT * 40 + "<p>By</p><p>Ann Mihon</p>",
        TEXT * 40 + "".join(f"<div><p class='author'>{name} Mihon</p><p>x</p></div>" for name in ("Ann", "Bob", "Eve", "Kim")),
        TEXT + "".join(f"<a href='/author/{name}'>{name} Mihon</a>" for name in ("Ann", "Bob", "Eve")),
        "<div class='author-bio'></div>" + TEXT,
    ],
)  # fmt: skip
def test_names_of_readers_and_of_other_articles_do_not_count(body: str) -> None:
    assert authors_of("", body) == Authors()


# ----------------------------------------------------------------------------------------------------------------- seen


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("<p>By Ann Mihon and Bob Sample</p>", ("Ann Mihon", "Bob Sample")),
        ("<p><span>By</span> <b>Ann Mihon</b></p>", ("Ann Mihon",)),
        ("<p>Von Ann Mihon, Lyon</p>", ("Ann Mihon",)),
        ("<p>Par Ann Mihon</p>", ("Ann Mihon",)),
        ("<p>Text: Ann Mihon, Fotos: Bob Sample</p>", ("Ann Mihon",)),
        ("<p>Autorin/Autor</p><p>Ann Mihon</p>", ("Ann Mihon",)),
        ("<p>Por Ann Mihon y Bob Sample</p>", ("Ann Mihon", "Bob Sample")),
        ("<p>Skrevet av Ann Mihon</p>", ("Ann Mihon",)),
        ("<p>Автор: Анна Образец</p>", ("Анна Образец",)),
        ("<p>Yazar: Ann Mihon</p>", ("Ann Mihon",)),
        ("<p>作者：样本名</p>", ("样本名",)),
        ("<p>本报记者 样本甲 样本乙</p>", ("样本甲", "样本乙")),
        ("<p>本报实习生</p><p>样本甲</p><p>本报记者</p><p>样本乙 样本丙</p><p>2025-10-20 样本晚报讯</p>", ("样本甲", "样本乙", "样本丙")),
        ("<p>样本社北京10月20日电（记者样本甲、样本乙）市长访问友好城市。</p>", ("样本甲", "样本乙")),
        ("<p>样本商报记者样本甲/文受访者供图</p>", ("样本甲",)),
        ("<p>〔記者樣本甲／台北報導〕市長訪問友好城市。</p>", ("樣本甲",)),
        ("<p>（樣本社記者樣本甲台北20日電）市長訪問友好城市。</p>", ("樣本甲",)),
        ("<p>文／樣本甲</p>", ("樣本甲",)),
        ("<p>견본이 기자</p>", ("견본이",)),
        ("<p>[견본신문 견본이 기자] 시장이 방문했다.</p>", ("견본이",)),
        ("<p>取材・文＝見本花子</p>", ("見本花子",)),
        ("<p>文＝見本 花子</p><p>これは本文です。</p>", ("見本 花子",)),
        ("<p>国際部　見本花子</p><p>本文です。</p>", ("見本花子",)),
        ("<p>見本花子記者</p><p>本文です。</p>", ("見本花子",)),
    ],
)  # fmt: skip
def test_names_after_labels_around_the_heading_are_read(line: str, names: tuple[str, ...]) -> None:
    assert authors_of("", line + TEXT) == Authors(names, Origin.VISIBLE)


LONG_ZH = "<p>市长昨日率团访问友好城市，双方就港口、教育和环境方面的合作举行了会谈，并签署了备忘录。</p>" * 12
LONG_JA = (
    "<p>市長は友好都市を訪れ、港湾と教育、環境での協力について会談し、覚書に署名した。市民の交流も続ける。</p>" * 12
)


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (LONG_ZH + "<p>市长表示感谢。(样报记者 样本甲)</p>", ("样本甲",)),
        (LONG_ZH + "<p>（总台记者 样本甲）</p>", ("样本甲",)),
        (LONG_ZH + "<p>市长表示感谢。（张样）</p>", ("张样",)),
        (LONG_ZH + "<p>（责任编辑：样本甲）</p>", ("样本甲",)),
        (LONG_ZH + "<p>文：样本甲</p>", ("样本甲",)),
        ("<p>张样本、李样例</p>" + LONG_ZH, ("张样本", "李样例")),
        ("<dl><dt>发文机关：</dt><dd>样本市人民政府</dd></dl>" + LONG_ZH, ("样本市人民政府",)),
        (LONG_JA + "<p>市長が謝意を示した。【見本花子】</p>", ("見本花子",)),
        (LONG_JA + "<p>市長が謝意を示した。（リヨン支局・見本花子）</p>", ("見本花子",)),
        (LONG_JA + "<p>市長が謝意を示した。（写真は共同）</p>", ()),
        (LONG_JA + "<p>市長が謝意を示した。【随時掲載】</p>", ()),
        (LONG_JA + "<p>市長は記者に「交流を続ける」と述べた。（敬称略）</p>", ()),
        (LONG_ZH + "<p>市长表示感谢。（完）</p>", ()),
        (LONG_ZH + "<p>市长来自江南水乡。（江苏）</p>", ()),
        ("<p>高清</p>" + LONG_ZH, ()),
        ("<p>张样本</p><p>首页</p><p>新闻</p>" + LONG_ZH, ()),
        (LONG_ZH + "<p>市长对记者说，明年继续。</p>", ()),
    ],
)
def test_names_at_either_end_of_the_text_are_read(body: str, names: tuple[str, ...]) -> None:
    assert (
        authors_of("", body, title="市長が友好都市を訪問" if body.endswith(LONG_JA) else "市长访问友好城市").names
        == names
    )


def test_a_name_alone_on_the_right_below_the_text_signs_it() -> None:
    signature = "<p style='text-align:right'><strong>Ann Mihon</strong></p>"
    assert authors_of("", TEXT * 30 + signature) == Authors(("Ann Mihon",), Origin.VISIBLE)


@pytest.mark.parametrize(
    "line",
    [
        "<p>By the river, two cities meet.</p>",
        "<p>Von Berlin nach Lyon</p>",
        "<p>Por la mañana llegó la alcaldesa.</p>",
        "<p>Text to speech</p>",
        "<p>Text</p><p>Font Size</p>",
        "<p>Text Size Large</p>",
        "<p>Author Guidelines Page</p>",
        "<p>New York</p><p>20 October 2025</p>",
        "<p>市長は記者に「交流を続ける」と述べた。</p>",
        "<p>담당 기자</p>",
        "<p>워싱턴 특파원</p>",
    ],
)
def test_sentences_and_places_are_no_bylines(line: str) -> None:
    assert authors_of("", line + TEXT) == Authors()


# ---------------------------------------------------------------------------------------------------------- single names


@pytest.mark.parametrize(
    ("text", "people", "organisations"),
    [
        ("Reuters", (), ("Reuters",)),
        ("Reuters, Washington", (), ("Reuters",)),
        ("Mihon et AFP", ("Mihon", "AFP"), ()),
        ("REUTERS 19 NOV 2019", (), ("REUTERS",)),
        ("Ann Mihon and Bob Sample Monday, November 18, 2019", ("Ann Mihon", "Bob Sample"), ()),
        ("「見本マガジン」編集部", (), ("「見本マガジン」編集部",)),
        ("《KT》", ("KT",), ()),
        ("责编：样本甲 PN269", ("样本甲",), ()),
        ("样本日报", (), ("样本日报",)),
        ("The Sample and Example ministries", (), ("The Sample and Example ministries",)),
        ("<b>Ann</b> Mihon", ("Ann Mihon",), ()),
        ("Staff writer", (), ()),
        ("Mihon, Ann", ("Ann Mihon",), ()),
        ("Mihon, Ann K.", ("Ann K. Mihon",), ()),
        ("x" * 400, (), ()),
    ],
)
def test_a_field_holds_people_or_organisations(
    text: str, people: tuple[str, ...], organisations: tuple[str, ...]
) -> None:
    named = sort_names([text], ())
    assert (named.people, named.organisations) == (people, organisations)


@given(
    st.lists(
        st.sampled_from(["Ann Mihon", "見本花子", "dpa", "and", "von", "、", ", ", ";", "/", " ", "2025-10-20", "A."]),
        max_size=8,
    ).map(" ".join)
)
def test_names_keep_the_spelling_of_the_page(text: str) -> None:
    named = sort_names([text], ())
    whole = " ".join(text.split())
    for name in named.people + named.organisations:
        assert name in whole, (name, whole)
        assert name == name.strip()


@pytest.mark.parametrize(
    ("text", "full"),
    [("Ann Mihon", True), ("ANN MIHON", True), ("Lê Mẫu", True), ("Ludwig van der Muster", True), ("Ann", False),
     ("Ann visits Lyon", False), ("Ann 2 Mihon", False), ("Read More", False), ("", False)],
)  # fmt: skip
def test_a_full_name_is_told_from_other_words(text: str, full: bool) -> None:
    assert is_full_name(text) is full

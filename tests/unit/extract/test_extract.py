"""The stage as a whole: pages of every shape in, a document or a reason out."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import Quarantine, Reason, Retry, Skip
from pipeline.extract import extract
from pipeline.model import BlockKind, Document, FetchHints, Media, Origin, RawPage

FETCHED = dt.datetime(2025, 10, 25, 3, 0, tzinfo=dt.UTC)
URL = "https://www.mihon.example.jp/kokusai/2025/1020.html"

SENTENCES = (
    "見本市とリヨン市は1965年に姉妹都市提携を結び、今年で60周年を迎えます。",
    "市長は11月4日から7日までリヨン市を訪れ、市長会談のほか、脱炭素分野の覚書に署名する予定です。",
    "会談では、若者の相互派遣や観光の振興についても意見を交わし、今後の協力の進め方を確認します。",
)
BODY = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
ENGLISH = "".join(f"<p>The mayor of Mihon met a delegation of the sister city on day {day} and both sides agreed to work together on water, waste and youth exchange.</p>" for day in range(1, 5))  # fmt: skip


def html(body: str, head: str = "<title>見本市長がリヨンを訪問｜見本市</title>", lang: str = "ja") -> bytes:
    return f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">{head}</head><body>{body}</body></html>'.encode()


def raw(
    body: bytes,
    content_type: str = "text/html; charset=utf-8",
    url: str = URL,
    status: int = 200,
    headers: tuple[tuple[str, str], ...] = (),
    hints: FetchHints = FetchHints(),  # noqa: B008 - frozen
) -> RawPage:
    typed = (("content-type", content_type),) if content_type else ()
    return RawPage(
        id="0" * 16,
        source_id="mihon_city",
        url=url,
        final_url=url,
        fetched_at=FETCHED,
        status=status,
        headers=(*typed, *headers),
        body=body,
        hints=hints,
    )


def document(body: bytes, **options: object) -> Document:
    found = extract(raw(body, **options))  # type: ignore[arg-type]
    assert isinstance(found, Document), found
    return found


# ---------------------------------------------------------------------------------------------------------------- articles


def test_a_municipal_page_gives_its_text_and_nothing_of_its_furniture() -> None:
    page = html(
        '<div id="path"><a href="/">トップページ</a> &gt; <a href="/kokusai/">国際局</a></div><p>ここから本文です。</p>'
        "<h1>見本市長が姉妹都市リヨンを訪問します</h1><p>最終更新日 2025年10月21日</p>"
        f"<div><p>記者発表資料</p><p>令和７年１０月２０日</p></div>{BODY}"
        '<h2>添付ファイル</h2><p><a href="a.pdf">資料(PDF:512KB)</a></p>'
        "<p>PDF形式のファイルを開くには、別途PDFリーダーが必要な場合があります。</p>"
        "<h2>お問い合わせ</h2><p>国際局国際連携課</p><p>電話番号:000-000-0000</p><p>ファクス:000-000-0001</p><p>ページID:000-000</p>"
    )
    found = document(page)
    assert found.title == "見本市長が姉妹都市リヨンを訪問します"
    assert all(sentence in found.text for sentence in SENTENCES)
    for furniture in ("お問い合わせ", "電話番号", "ファクス", "PDF", "ページID", "ここから本文", "最終更新日", "添付"):
        assert furniture not in found.text
    assert [(date.raw, date.origin) for date in found.dates] == [
        ("2025-10-20", Origin.URL),
        ("令和７年１０月２０日", Origin.VISIBLE),
        ("2025年10月21日", Origin.VISIBLE),
    ]
    assert found.declared_language == "ja"
    assert (found.page_id, found.source_id, found.fetched_at) == ("0" * 16, "mihon_city", FETCHED)
    assert found.extractor.startswith("trafilatura ")


def test_headings_and_items_stay_what_they_are() -> None:
    page = html(
        f"<article><h1>見本市長がリヨンを訪問</h1>{BODY}<h2>訪問の日程について</h2><p>{SENTENCES[0]}日程は次のとおりです。</p><ul><li>歓迎式典と市長会談を行います</li><li>大学を訪れて学生と話します</li></ul></article>"
    )
    kinds = {block.text: block.kind for block in document(page).blocks}
    assert kinds["訪問の日程について"] is BlockKind.HEADING
    assert kinds["歓迎式典と市長会談を行います"] is BlockKind.ITEM
    assert kinds[SENTENCES[1]] is BlockKind.PARAGRAPH


def test_lines_broken_in_the_page_are_blocks_without_line_breaks() -> None:
    page = html(f"<article><h1>見本市長がリヨンを訪問</h1><p>{'<br>'.join(SENTENCES)}</p></article>")
    found = document(page)
    assert [block.text for block in found.blocks] == list(SENTENCES)
    assert all("\n" not in block.text for block in found.blocks)


@pytest.mark.parametrize(
    ("encoding", "label"), [("cp932", "Shift_JIS"), ("euc_jp", "EUC-JP"), ("cp932", "utf-8"), ("euc_jp", "")]
)
def test_old_charsets_are_read_even_when_declared_wrongly(encoding: str, label: str) -> None:
    declared = f'<meta charset="{label}">' if label else ""
    body = f"<html><head>{declared}<title>見本市長がリヨンを訪問</title></head><body><article>{BODY}</article></body></html>"
    found = document(body.encode(encoding), content_type="text/html")
    assert found.title == "見本市長がリヨンを訪問"
    assert SENTENCES[0] in found.text


def test_the_title_of_the_feed_serves_where_the_page_has_none() -> None:
    hints = FetchHints(title="見本市長、リヨンへ", published="2025-10-20", published_from="feed")
    found = document(html(f"<article>{BODY}</article>", head=""), hints=hints)
    assert found.title == "見本市長、リヨンへ"
    assert found.hints == hints


def test_a_deeply_nested_page_is_read() -> None:
    found = document(html("<div>" * 400 + f"<article>{ENGLISH}</article>" + "</div>" * 400))
    assert "sister city" in found.text


def test_directives_come_from_metas_and_headers() -> None:
    page = html(
        f"<article>{BODY}</article>",
        head='<title>見本市長がリヨンを訪問</title><meta name="robots" content="max-snippet:0, noai">',
    )
    found = document(page, headers=(("x-robots-tag", "googlebot: noindex"), ("tdm-reservation", "1")))
    assert found.directives.nosnippet
    assert found.directives.noai
    assert found.directives.noindex
    assert found.directives.tdm_reserved


def test_origins_that_the_text_credits_are_references() -> None:
    page = html(
        f"<article><h1>見本市長がリヨンを訪問</h1>{BODY}<p>市の国際局によると、訪問団は二十人になる見通しだという。（見本通信）</p><h2>参考リンク</h2><ul><li>リヨン市の発表</li></ul></article>"
    )
    found = document(page)
    assert found.references == ("見本通信", "リヨン市の発表")
    assert "参考リンク" not in found.text


@pytest.mark.parametrize(
    ("head", "beside", "after"),
    [
        ("", '<p class="info"><span>2025-10-21 08:47</span> <span>Source:</span> <a href="/x">China Daily</a></p>', ""),
        ("", '<p class="info">(<a href="/x">China Daily</a>) 08:47, October 21, 2025</p>', ""),
        ("", '<p class="byline">By China Daily</p>', ""),
        ("", "", '<div class="credit">Source: China Daily</div>'),
        ('<meta name="source" content="Source: China Daily">', "", ""),
        ('<script type="application/ld+json">{"@type": "NewsArticle", "author": {"@type": "Organization", "name": "China Daily"}}</script>', "", ""),
    ],
)  # fmt: skip
def test_credits_beside_the_text_and_in_metadata_are_references(head: str, beside: str, after: str) -> None:
    title = "<title>Mihon meets its sister city</title>"
    page = html(f"<main><h1>Mihon meets its sister city</h1>{beside}<article>{ENGLISH}</article>{after}</main>", head=title + head, lang="en")  # fmt: skip
    assert document(page).references == ("China Daily",)


def test_the_site_itself_and_other_articles_are_no_references() -> None:
    head = '<title>Mihon meets its sister city</title><meta property="og:site_name" content="Kyodo News"><meta name="author" content="Kyodo News">'
    more = "".join(f"<li>Story number {number} of the day</li>" for number in range(20))
    page = html(f"<main><h1>Mihon meets its sister city</h1><p>Source: Kyodo News</p><article>{ENGLISH}</article></main><aside><ul>{more}<li>Source: Reuters</li></ul></aside>", head=head, lang="en")  # fmt: skip
    assert document(page).references == ()


def test_a_text_says_what_it_was_translated_from() -> None:
    page = html(f"<article><h1>見本市長がリヨンを訪問</h1>{BODY}<p>（原文はフランス語）</p></article>")
    assert document(page).translated_from == "fr"
    assert document(html(f"<article>{BODY}</article>")).translated_from == ""


# ------------------------------------------------------------------------------------------------------------- plain texts


def test_a_text_file_gives_its_first_line_as_title_and_the_rest_as_blocks() -> None:
    text = "\n".join(
        ["MENU", "", "   都市協力で新たな連携 見本市で市長対話 video poster", "", "× 全画面画像", "", SENTENCES[0], "分野の一覧", "- 生態環境の保護", f"• {SENTENCES[1]}",
         SENTENCES[2], "Reference(s):", "Mihon official: cities lay foundation", "mihon-news.example", "", "  • URLをコピーしました!", "コメントする", "目次"]
    )  # fmt: skip
    found = document(text.encode(), content_type="text/plain", url="urn:city-digest:a")
    assert found.title == "都市協力で新たな連携 見本市で市長対話"
    assert [(block.kind, block.text) for block in found.blocks] == [
        (BlockKind.PARAGRAPH, SENTENCES[0]),
        (BlockKind.HEADING, "分野の一覧"),
        (BlockKind.ITEM, "生態環境の保護"),
        (BlockKind.ITEM, SENTENCES[1]),
        (BlockKind.PARAGRAPH, SENTENCES[2]),
    ]
    assert found.references == ("Mihon official: cities lay foundation", "mihon-news.example")
    assert found.canonical_url == "urn:city-digest:a"


def test_a_text_that_begins_with_a_paragraph_takes_its_title_from_the_sidecar() -> None:
    found = document(
        "\n".join(SENTENCES).encode(), content_type="text/plain", hints=FetchHints(title="訪問のお知らせです")
    )
    assert found.title == "訪問のお知らせです"
    assert len(found.blocks) == 3


def test_markup_sent_as_plain_text_is_still_markup() -> None:
    found = document(html(f"<article><h1>見本市長がリヨンを訪問</h1>{BODY}</article>"), content_type="text/plain")
    assert "<p>" not in found.text


# ------------------------------------------------------------------------------------------------------------- no articles

LINKS = "".join(
    f'<li><a href="/n/{number}">見本市と姉妹都市の交流についてのお知らせ その{number}</a> (10月{number}日)</li>'
    for number in range(1, 20)
)

SKIPPED = [
    ("an error sent as 200", html("<h1>404 Not Found</h1><p>The page you asked for is not here any more.</p>", "<title>404 Not Found</title>"), Reason.ERROR_PAGE),
    ("a Japanese error", html("<h1>ページが見つかりません</h1><p>お探しのページは移動または削除された可能性があります。</p>", "<title>ページが見つかりません | 見本市</title>"), Reason.ERROR_PAGE),
    ("a Chinese error", html("<p>您访问的页面不存在</p>", "<title>页面不存在</title>"), Reason.ERROR_PAGE),
    ("a robot check", html("<p>Checking your browser before you go on.</p>", "<title>Just a moment...</title>"), Reason.ERROR_PAGE),
    ("a consent wall", html("<h1>We value your privacy</h1><p>We and our partners use cookies. You may accept all cookies or change your cookie settings at any time in the centre.</p>", "<title>We value your privacy</title>"), Reason.CONSENT_WALL),
    ("a list of links", html(f"<h1>お知らせ一覧です</h1><ul>{LINKS}</ul>", "<title>お知らせ一覧です</title>"), Reason.INDEX_PAGE),
    ("a caption", html("<h1>写真の紹介です</h1><p>式典の様子</p>", "<title>写真の紹介です</title>"), Reason.TOO_SHORT),
    ("an empty body", html("", "<title>何もありません</title>"), Reason.NO_BODY),
    ("a gallery", html("<main><h1>写真で見る姉妹都市の交流</h1>" + '<figure><img src="a.jpg"><figcaption>式典</figcaption></figure>' * 30 + f"<p>{SENTENCES[0]}</p></main>"), Reason.GALLERY),
]  # fmt: skip


@pytest.mark.parametrize(("body", "reason"), [row[1:] for row in SKIPPED], ids=[row[0] for row in SKIPPED])
def test_a_page_that_is_no_article_is_skipped_with_its_reason(body: bytes, reason: Reason) -> None:
    found = extract(raw(body))
    assert isinstance(found, Skip)
    assert found.reason in {reason, Reason.NO_BODY} if reason is Reason.TOO_SHORT else found.reason is reason


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"\x89PNG\r\n", ""),
        (b"{}", "application/json"),
        (b"PK\x03\x04", ""),
    ],
)
def test_what_is_no_text_is_skipped(body: bytes, content_type: str) -> None:
    found = extract(raw(body, content_type))
    assert isinstance(found, Skip)
    assert found.reason is Reason.NOT_TEXT


PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("body", "content_type", "media"),
    [
        (b"", PDF, Media.PDF),
        (b"", "Application/PDF; charset=binary", Media.PDF),
        (b"%PDF-1.7 ...", PDF, Media.PDF),
        (b"\n%PDF-1.7 ...", "text/html", Media.PDF),
        (b"PK\x03\x04", DOCX, Media.WORD),
        (b"", "application/vnd.ms-excel", Media.EXCEL),
        (b"", "application/vnd.ms-powerpoint", Media.POWERPOINT),
    ],
)
def test_a_document_is_what_the_page_that_links_to_it_says(body: bytes, content_type: str, media: Media) -> None:
    hints = FetchHints(
        title="天津市代表団が市長を表敬訪問しました（PDF：210KB）", published="10月3日", published_from="listing"
    )
    found = extract(raw(body, content_type, hints=hints))
    assert isinstance(found, Document)
    assert (found.title, found.blocks, found.media) == ("天津市代表団が市長を表敬訪問しました", (), media)
    assert (found.extractor, found.hints, found.origins["title"]) == ("document", hints, "hints")


@pytest.mark.parametrize("title", ["", " ", "（PDF：210KB）"])
def test_a_document_that_nothing_names_is_skipped(title: str) -> None:
    found = extract(raw(b"", PDF, hints=FetchHints(title=title)))
    assert isinstance(found, Skip)
    assert found.reason is Reason.NO_TITLE


@pytest.mark.parametrize(
    ("listed", "title"),
    [
        ("訪問団の派遣について [PDFファイル／1.2MB]", "訪問団の派遣について"),
        ("訪問団の派遣について（ワード形式 34キロバイト）", "訪問団の派遣について"),
        ("訪問団の派遣について（512KB）", "訪問団の派遣について"),
        ("Memorandum of understanding (PDF, 1.2 MB)", "Memorandum of understanding"),
        ("关于友好城市的通知【PDF】", "关于友好城市的通知"),
        ("姉妹都市提携（60周年）", "姉妹都市提携（60周年）"),
        ("How to read a PDF", "How to read a PDF"),
        ("Report (Excellence programme)", "Report (Excellence programme)"),
    ],
)
def test_notes_on_the_file_leave_its_title(listed: str, title: str) -> None:
    found = extract(raw(b"", PDF, hints=FetchHints(title=listed)))
    assert isinstance(found, Document)
    assert found.title == title


def test_what_forbids_a_document_is_read_from_its_headers() -> None:
    found = extract(raw(b"", PDF, headers=(("x-robots-tag", "noindex"),), hints=FetchHints(title="覚書")))
    assert isinstance(found, Document)
    assert found.directives.noindex


def test_an_error_status_is_an_error_page() -> None:
    found = extract(raw(html(f"<article>{BODY}</article>"), status=410))
    assert isinstance(found, Skip)
    assert found.reason is Reason.ERROR_PAGE


def test_an_article_about_errors_is_an_article() -> None:
    page = html(
        f"<article><h1>見本市のサイトでページが見つからない障害</h1>{BODY}<p>市によると、20日朝から「404 Not Found」と表示される状態が続いた。</p></article>"
    )
    assert isinstance(extract(raw(page)), Document)


def test_noise_is_quarantined() -> None:
    found = extract(raw(bytes(range(256)) * 40, ""))
    assert isinstance(found, Quarantine)
    assert found.reason is Reason.UNREADABLE


# ---------------------------------------------------------------------------------------------------------------- the laws

SEED = html(
    '<article><h1 class="title">見本市長がリヨンを訪問</h1><time datetime="2025-10-20T10:00:00+09:00">10月20日</time>'
    f'<span class="author">作者：見本</span>{BODY}<table><tr><td>a</td><td>b</td></tr></table></article>',
    '<title>見本市長がリヨンを訪問｜見本市</title><script type="application/ld+json">{"@graph":[{"@type":"NewsArticle","headline":"見本",'
    '"author":[{"name":"a"},"b"],"datePublished":"2025-10-20"}]}</script><link rel="canonical" href="/x"><meta property="og:title" content="見本">',
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    cuts=st.lists(st.tuples(st.integers(0, len(SEED)), st.integers(0, 60), st.binary(max_size=12)), max_size=8),
    content_type=st.sampled_from(["text/html", "text/html; charset=big5", "text/plain", "", "x"]),
)
def test_no_change_of_bytes_makes_it_raise(cuts: list[tuple[int, int, bytes]], content_type: str) -> None:
    body = SEED
    for place, length, inserted in cuts:
        body = body[:place] + inserted + body[place + length :]
    found = extract(raw(body, content_type))
    assert isinstance(found, (Document, Skip, Retry, Quarantine))
    assert not (isinstance(found, Quarantine) and found.reason is Reason.CRASHED), found


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["<p>", "</div>", "<table><tr>", "<h1>", "<time datetime='", "'>", "&#xD800;", "&#0;", "\x00", "<script type='application/ld+json'>", '{"a":[', "</script>", "<svg><title>", "見本市", "2025年", "<meta name=author content=", "<base href='http://[x'>", "<link rel=canonical href='http://[::'>", "\ud7ff", "<!--", "]]>", "<a href='//[' >"]), max_size=60))  # fmt: skip
def test_no_soup_of_tags_makes_it_raise(parts: list[str]) -> None:
    found = extract(raw("".join(parts).encode("utf-8", "replace")))
    assert not (isinstance(found, Quarantine) and found.reason is Reason.CRASHED), found


def test_the_same_page_gives_the_same_document_whatever_came_before() -> None:
    first = extract(raw(SEED))
    extract(raw(html(f"<article>{ENGLISH * 3}</article>")))
    assert extract(raw(SEED)) == first

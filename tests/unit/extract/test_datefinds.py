"""Where a page's date stands: by its heading, in metadata, in its address; and what is no date of the page."""

import pytest

from pipeline.extract.datefinds import find_dates, near_heading
from pipeline.extract.jsonld import Described
from pipeline.extract.page import Page, index, parse
from pipeline.model import Origin

TITLE = "市長が姉妹都市リヨンを訪問しました"
BODY = "<p>市長は現地の市役所で記念式典に出席し、今後の交流について話し合いました。多くの市民が集まりました。</p>"


def page(body: str, head: str = "", url: str = "https://mihon.example.jp/news/1.html") -> Page:
    tree = parse(f"<html><head>{head}</head><body>{body}</body></html>")
    assert tree is not None
    return index(tree, url)


def dates_of(given: Page, title: str = TITLE) -> list[str]:
    return [date.raw for date in find_dates(given, Described(), near_heading(given, title))]


def under_heading(line: str) -> list[str]:
    return dates_of(page(f"<h1>{TITLE}</h1><p>{line}</p>{BODY}"))


@pytest.mark.parametrize(
    ("line", "raw"),
    [
        ("2025年10月20日", "2025年10月20日"),
        ("掲載日：2025年10月20日", "2025年10月20日"),
        ("令和7年10月20日（月曜日）", "令和7年10月20日"),
        ("令和七年十月二十日", "令和七年十月二十日"),
        ("Ｒ７．１０．２０", "Ｒ７．１０．２０"),
        ("R元.10.20", "R元.10.20"),
        ("發布日期：114-10-20", "114-10-20"),
        ("114年10月20日", "114年10月20日"),
        ("民國114年10月20日", "民國114年10月20日"),
        ("发布时间：2025-10-20 18:30 来源：市政府办公室", "2025-10-20 18:30"),
        ("2025年10月20日 星期一 18:30", "2025年10月20日 星期一 18:30"),
        ("입력 2025.10.20. 오후 6:30", "2025.10.20"),
        ("등록일 2025-10-20 (월) 18:30", "2025-10-20 (월) 18:30"),
        ("20 жовтня 2025", "20 жовтня 2025"),
        ("20 ตุลาคม 2568", "20 ตุลาคม 2568"),
        ("Datum 20.10.2025", "20.10.2025"),
        ("Von der Redaktion der Partnerstadt | 20. Oktober 2025, 18:30 Uhr", "20. Oktober 2025"),
        ("By the Editors of the Mihon City Review, October 20, 2025", "October 20, 2025"),
    ],
)
def test_a_stamp_under_the_heading_is_found(line: str, raw: str) -> None:
    found = under_heading(line)
    assert found
    assert found[0].startswith(raw)


@pytest.mark.parametrize(
    "line",
    [
        "写真は姉妹都市の市役所で行われた記念の植樹の様子です、2023年4月24日",
        "The delegation in front of the town hall of Lyon, April 24, 2023",
        "今天是2025年10月20日",
        "原文は2025年10月20日に公開",
        "© 2025",
        "© 2019-2025 見本市",
        "市の人口 2025",
        "IP 114.10.20.5",
        "電話 03-2025-1020",
    ],
)
def test_what_speaks_of_a_picture_of_today_or_of_nothing_is_not_found(line: str) -> None:
    assert under_heading(line) == []


def test_a_page_that_only_says_when_it_changed_is_dated_by_that_last() -> None:
    given = page(f"<h1>{TITLE}</h1><p>最終更新日：2025年10月22日</p><p>掲載日：2025年10月20日</p>{BODY}")
    assert dates_of(given) == ["2025年10月20日", "2025年10月22日"]
    assert under_heading("Güncelleme : 22.10.2025") == ["22.10.2025"]


def test_the_heading_is_the_place_of_the_title_that_has_a_date_by_it() -> None:
    filler = "".join(f"<p>お知らせの一覧の{number}番目</p>" for number in range(40))
    given = page(f"<p>{TITLE}</p>{filler}<h1>{TITLE}</h1><p>2025年10月20日</p>{BODY}")
    assert dates_of(given) == ["2025年10月20日"]


def test_a_labelled_date_anywhere_serves_where_none_stands_by_the_heading() -> None:
    filler = f"{BODY}" * 40
    given = page(f"<h1>{TITLE}</h1>{filler}<p>Datum</p><p>20.10.2025</p><p>24.10.2025</p>")
    assert dates_of(given) == ["20.10.2025"]


@pytest.mark.parametrize(
    ("name", "attribute"),
    [("article:published_time", "property"), ("PubDate", "name"), ("pubtime", "name"), ("og:regDate", "property"), ("DCTERMS.available", "name")],
)  # fmt: skip
def test_metadata_of_publication_comes_before_what_is_seen(name: str, attribute: str) -> None:
    given = page(
        f"<h1>{TITLE}</h1><p>2025年10月21日</p>{BODY}", f"<meta {attribute}='{name}' content='2025-10-20 10:00'>"
    )
    found = find_dates(given, Described(), near_heading(given, TITLE))
    assert [(date.raw, date.origin) for date in found] == [
        ("2025-10-20 10:00", Origin.META),
        ("2025年10月21日", Origin.VISIBLE),
    ]


@pytest.mark.parametrize(
    ("path", "raw"),
    [("/2025/10/20/a.html", "2025-10-20"), ("/news/20251020/a", "2025-10-20"), ("/2025-10/20/content_1.htm", "2025-10-20"), ("/2025/99/20", ""), ("/202510201234567", "")],
)  # fmt: skip
def test_a_day_in_the_address_is_found(path: str, raw: str) -> None:
    given = page(f"<h1>{TITLE}</h1>{BODY}", url=f"https://mihon.example.jp{path}")
    assert dates_of(given) == ([raw] if raw else [])

"""From a document to an article: identity, language, date."""

import datetime as dt
from zoneinfo import ZoneInfo

import msgspec
import pytest

from pipeline.identify import fingerprint, identify
from pipeline.identify.languages import detect_language, normalise_language
from pipeline.identify.publication import read_published
from pipeline.model import (
    Article,
    Block,
    BlockKind,
    DateCandidate,
    Document,
    FetchHints,
    FuzzyDate,
    Kind,
    Media,
    Origin,
    Precision,
    SourceSpec,
)
from pipeline.text.urls import address_id

FETCHED = dt.datetime(2025, 10, 25, 3, 0, tzinfo=dt.UTC)
TOKYO = ZoneInfo("Asia/Tokyo")
BODY = (
    "見本市とリヨン市は姉妹都市提携を結び、今年で60周年を迎えます。市長は11月にリヨン市を訪れ、覚書に署名する予定です。"
)

SOURCE = SourceSpec(
    id="mihon_city",
    names={"en": "Mihon City"},
    home="https://mihon.example.jp/",
    country="JP",
    languages=("ja",),
    kind=Kind.FEED,
    start=("https://mihon.example.jp/feed",),
    zone="Asia/Tokyo",
)


def document(
    *dates: tuple[str, Origin], text: str = BODY, title: str = "見本市長がリヨンを訪問", hints: FetchHints | None = None
) -> Document:
    return Document(
        page_id="0" * 16,
        source_id="mihon_city",
        url="https://mihon.example.jp/a?utm_source=x",
        canonical_url="https://mihon.example.jp/a",
        title=title,
        blocks=(Block(kind=BlockKind.PARAGRAPH, text=text),),
        dates=tuple(DateCandidate(raw=raw, origin=origin) for raw, origin in dates),
        hints=hints or FetchHints(),
        fetched_at=FETCHED,
        extractor="test",
    )


def article(given: Document, source: SourceSpec | None = SOURCE) -> Article:
    found = identify(given, source)
    assert isinstance(found, Article)
    return found


def published(*dates: tuple[str, Origin], feed: str = "", source: str = "feed") -> FuzzyDate | None:
    hints = FetchHints(published=feed, published_from=source) if feed else FetchHints()
    return read_published(document(*dates, hints=hints), TOKYO)


def test_an_article_is_its_canonical_address() -> None:
    found = article(document())
    assert found.id == address_id("https://mihon.example.jp/a")
    assert found.url == "https://mihon.example.jp/a"
    assert (found.page_id, found.first_seen, found.language) == ("0" * 16, FETCHED, "ja")


def test_two_addresses_of_one_canonical_page_are_one_article() -> None:
    other = msgspec.structs.replace(document(), url="https://mihon.example.jp/a?from=top")
    assert article(other).id == article(document()).id


def test_texts_that_differ_in_spaces_marks_and_width_share_a_fingerprint() -> None:
    assert fingerprint("見本市（2025年）、ABC") == fingerprint("見本市 ２０２５年 abc。")
    assert fingerprint("見本市") != fingerprint("見本町")
    assert len(fingerprint("")) == 16


@pytest.mark.parametrize("text", ["", "――"])
def test_documents_that_were_never_opened_are_not_equal(text: str) -> None:
    one = msgspec.structs.replace(document(text=text), media=Media.PDF)
    other = msgspec.structs.replace(one, canonical_url="https://mihon.example.jp/b.pdf")
    assert article(one).media is Media.PDF
    assert article(one).fingerprint != article(other).fingerprint
    assert article(one).fingerprint == article(one).fingerprint


def test_authors_of_the_feed_serve_where_the_page_names_none() -> None:
    assert article(document(hints=FetchHints(authors=("見本",)))).authors == ("見本",)


def test_a_page_of_no_source_is_read_in_utc() -> None:
    found = article(document(("2025-10-20 10:00", Origin.META)), None)
    assert found.published is not None
    assert found.published.value == dt.datetime(2025, 10, 20, 10, 0, tzinfo=dt.UTC)
    assert not found.published.zone_stated


# ------------------------------------------------------------------------------------------------------------------- dates


def test_without_any_date_there_is_none() -> None:
    assert published() is None
    assert published(("about 2025", Origin.META)) is None


def test_the_feed_is_believed() -> None:
    date = published(("2025-10-20", Origin.VISIBLE), feed="Mon, 20 Oct 2025 10:00:00 +0900")
    assert date is not None
    assert (date.origin, date.value.isoformat()) == (Origin.FEED, "2025-10-20T10:00:00+09:00")


def test_a_feed_that_dates_everything_anew_is_not() -> None:
    date = published(("2025-10-01T10:00:00+09:00", Origin.JSON_LD), feed="Fri, 24 Oct 2025 00:01:00 +0900")
    assert date is not None
    assert (date.origin, date.day) == (Origin.JSON_LD, dt.date(2025, 10, 1))


def test_a_page_changed_after_the_feed_keeps_the_feeds_date() -> None:
    date = published(("2025-10-24", Origin.META), feed="2025-10-20T10:00:00+09:00")
    assert date is not None
    assert date.origin is Origin.FEED


def test_a_sitemaps_date_is_the_last_to_be_believed() -> None:
    seen = published(("2025年10月20日", Origin.VISIBLE), feed="2025-10-24", source="sitemap")
    alone = published(feed="2025-10-24", source="sitemap")
    assert seen is not None
    assert alone is not None
    assert (seen.origin, alone.origin) == (Origin.VISIBLE, Origin.SITEMAP)


def test_the_minute_is_taken_from_whoever_knows_it_on_the_same_day() -> None:
    date = published(("2025-10-20", Origin.META), ("2025年10月20日 18時30分", Origin.VISIBLE))
    assert date is not None
    assert (date.value.hour, date.precision) == (18, Precision.MINUTE)


@pytest.mark.parametrize("raw", ["2025-10-27T10:00:00+09:00", "1994-12-31", "2099-01-01", "1970-01-01T00:00:00Z"])
def test_a_date_that_cannot_be_is_passed_over(raw: str) -> None:
    date = published((raw, Origin.JSON_LD), ("2025年10月20日", Origin.VISIBLE))
    assert date is not None
    assert date.day == dt.date(2025, 10, 20)
    assert published((raw, Origin.JSON_LD)) is None


def test_a_listings_day_without_year_is_resolved_against_the_fetch() -> None:
    date = published(feed="12月20日", source="listing")
    assert date is not None
    assert (date.day, date.origin) == (dt.date(2024, 12, 20), Origin.LISTING)


@pytest.mark.parametrize(
    ("listed", "fetched", "day"),
    [
        ("12月28日", "2026-01-05", "2025-12-28"),
        ("[12-31]", "2026-01-01", "2025-12-31"),
        ("1月4日", "2026-01-05", "2026-01-04"),
        ("1月1日", "2025-12-31", "2026-01-01"),
        ("2월 29일", "2026-01-05", "2024-02-29"),
    ],
)
def test_days_without_year_are_the_last_such_days_also_across_new_year(listed: str, fetched: str, day: str) -> None:
    hints = FetchHints(published=listed, published_from="listing")
    moment = dt.datetime.fromisoformat(f"{fetched}T02:00+00:00")
    date = read_published(msgspec.structs.replace(document(hints=hints), fetched_at=moment), TOKYO)
    assert date is not None
    assert date.day == dt.date.fromisoformat(day)


def test_the_date_of_a_sites_interface_is_believed_as_a_feeds_is() -> None:
    date = published(("2025-10-24", Origin.META), feed="2025-10-20T01:00:00Z", source="api")
    assert date is not None
    assert (date.origin, date.value) == (Origin.API, dt.datetime(2025, 10, 20, 1, tzinfo=dt.UTC))
    republished = published(("2025-10-01", Origin.JSON_LD), feed="2025-10-20T01:00:00Z", source="api")
    assert republished is not None
    assert republished.origin is Origin.JSON_LD


# --------------------------------------------------------------------------------------------------------------- languages


@pytest.mark.parametrize(
    ("title", "language"),
    [
        ("見本市長、姉妹都市を訪問", "ja"),
        ("姉妹都市提携六十周年記念式典開催", "ja"),
        ("友好都市青少年交流団来訪", "ja"),
        ("都市間協力協定締結式挙行", "ja"),
        ("样本市长访问友好城市", "zh-Hans"),
        ("国际友城合作发展论坛开幕", "zh-Hans"),
        ("樣本市長訪問姊妹市並簽署備忘錄", "zh-Hant"),
        ("城市論壇圓滿落幕", "zh-Hant"),
        ("견본시장, 자매도시 방문", "ko"),
        ("Le maire signe un accord de jumelage avec la ville de Lyon", "fr"),
        ("Der Bürgermeister unterzeichnet eine Vereinbarung mit der Partnerstadt", "de"),
        ("The mayor signs an agreement with the sister city", "en"),
        ("El alcalde firma un acuerdo de hermanamiento con la ciudad", "es"),
        ("Мэр подписал соглашение с городом-побратимом", "ru"),
    ],
)
def test_titles_alone_are_enough_and_always_give_the_same_answer(title: str, language: str) -> None:
    answers = {detect_language(title, "") for _ in range(5)}
    assert {answer.code for answer in answers} == {language}
    assert len(answers) == 1


def test_a_wrong_declaration_does_not_change_the_language_of_a_body() -> None:
    body = "The mayor met the delegation of the sister city and signed an agreement on water and waste. " * 5
    assert detect_language("Mayor signs", body, "ja", ("ja",)).code == "en"
    assert detect_language("市長が訪問", BODY * 5, "zh-CN").code == "ja"


def test_a_language_that_the_detector_does_not_know_is_believed_from_the_page() -> None:
    body = "Borgarstjóri tók á móti sendinefnd frá vinabæ borgarinnar og undirritaði samning um vatn og úrgang. " * 5
    assert detect_language("Borgarstjóri undirritar samning", body, "is").code == "is"


def test_a_declaration_breaks_a_tie_of_han_characters() -> None:
    assert detect_language("天津", "", "ja").code == "ja"
    assert detect_language("天津", "", "zh-TW").code == "zh-Hant"
    assert detect_language("天津", "", "", ("zh-Hans",)).code == "zh-Hans"


@pytest.mark.parametrize("text", ["", "2025 10 20", "https://example.jp/", "🎉🎉"])
def test_a_text_without_words_has_no_language(text: str) -> None:
    found = detect_language(text, "")
    assert (found.code, found.confidence) == ("und", 0.0)


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        ("ja_JP", "ja"),
        ("zh-TW", "zh-Hant"),
        ("zh-Hant-HK", "zh-Hant"),
        ("zh", "zh-Hans"),
        ("KR", "ko"),
        ("EN-us", "en"),
        ("", ""),
        ("日本語", ""),
        ("nb-NO", "no"),
        ("in", "id"),
        ("cn-TW", "zh-Hant"),
        ("x", ""),
    ],
)
def test_declared_languages_are_written_our_way(declared: str, code: str) -> None:
    assert normalise_language(declared) == code


def test_a_publisher_does_not_credit_itself() -> None:
    credited = msgspec.structs.replace(
        document(), references=("Xinhua", "新华社", "Mihon City", "China Daily via TV BRICS")
    )
    own = msgspec.structs.replace(SOURCE, family="xinhua")
    relay = msgspec.structs.replace(SOURCE, family="tvbrics")

    def references(source: SourceSpec | None) -> tuple[str, ...]:
        made = identify(credited, source)
        assert isinstance(made, Article)
        return made.references

    assert references(own) == ("China Daily via TV BRICS",)
    assert references(relay) == ("Xinhua", "新华社", "China Daily via TV BRICS")  # it hands on what China Daily wrote
    assert references(None) == credited.references


def test_a_publisher_does_not_credit_its_own_site() -> None:
    own = msgspec.structs.replace(SOURCE, home="https://www.mihon-note.example/", family="")
    made = identify(msgspec.structs.replace(document(), references=("mihon-note.example", "lyon-note.example")), own)
    assert isinstance(made, Article)
    assert made.references == ("lyon-note.example",)


@pytest.mark.parametrize(("stated", "kept"), [("zh", "zh"), ("und", "und"), ("ja", ""), ("", "")])
def test_nothing_is_translated_into_its_own_language(stated: str, kept: str) -> None:
    made = identify(msgspec.structs.replace(document(), translated_from=stated), SOURCE)
    assert isinstance(made, Article)
    assert (made.language, made.translated_from) == ("ja", kept)

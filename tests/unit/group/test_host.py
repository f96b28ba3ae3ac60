"""Where a story takes place, as its articles say it. All texts are invented; the cities are real."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from pipeline.group import find_host
from pipeline.knowledge.lexicon import load_lexicon
from pipeline.model import Article, Block, BlockKind, Directives, Tag, TaggedArticle, TagKind
from pipeline.tag.stage import tag

KOBE, HIROSHIMA = "geonames:1859171", "geonames:1862415"
OPENS = "The Asia-Pacific Mayors' Dialogue opened in Kobe on Wednesday with mayors from 26 cities of the region."


def told(title: str, *paragraphs: str, language: str = "en") -> TaggedArticle:
    blocks = tuple(Block(kind=BlockKind.PARAGRAPH, text=text) for text in paragraphs)
    article = Article(
        id=title, page_id="p", source_id="s", url="https://minato.example/1", title=title, blocks=blocks, language=language,
        language_confidence=1.0, first_seen=dt.datetime(2026, 10, 1, tzinfo=dt.UTC), directives=Directives(), fingerprint="0" * 16,
    )  # fmt: skip
    return tag(article, load_lexicon())


def test_the_host_is_the_city_where_title_or_lead_say_that_it_is_held() -> None:
    assert find_host([told("Mayors from 26 cities meet", OPENS)]) == KOBE


def test_the_place_of_the_next_meeting_is_not_that_of_this_one() -> None:
    later = "The next general conference will be held in Hiroshima in August 2027."
    assert (
        find_host([told("Mayors adopt a plan for young people", "Cities agreed to give young people a vote.", later)])
        == ""
    )
    assert find_host([told("Mayors from 26 cities meet", OPENS, later)]) == KOBE


def test_where_articles_differ_nobody_is_the_host() -> None:
    other = told("Mayors meet", "The Asia-Pacific Mayors' Dialogue opened in Hiroshima on Wednesday with 26 cities.")
    assert find_host([other]) == HIROSHIMA
    assert find_host([other, told("Mayors from 26 cities meet", OPENS)]) == ""


def visit(title: str, text: str, language: str, kind: str = "delegation-visit") -> TaggedArticle:
    """An article whose first kind of event is given, as the words that tell of it are not what is tested here."""
    tagged = told(title, text, language=language)
    tags = tuple(tag for tag in tagged.tags if tag.kind is not TagKind.EVENT)
    return msgspec.structs.replace(tagged, tags=(Tag(kind=TagKind.EVENT, id=kind, score=1.0, evidence=()), *tags))


@pytest.mark.parametrize(
    ("language", "title", "text", "host"),
    [
        ("en", "Tianjin delegation in Japan", "A delegation from Tianjin visited Japan's port city of Kobe on Monday.", "Kobe"),
        ("en", "A welcome", "Kobe welcomed a 20-member delegation from Tianjin on Monday.", "Kobe"),
        ("en", "Students arrive", "Students from Riga arrived in Kobe, and Kobe received the Riga delegation.", "Kobe"),
        ("ja", "代表団の訪問", "天津市の友好代表団が神戸市を表敬訪問した。", "Kobe"),
        ("ja", "リガ市を訪れている神戸市の訪問団", "神戸市の訪問団は27日、市長と会談した。", "Riga"),
        ("ja", "ナンシー市の訪問団が金沢へ", "来年1月にやって来ます。", "Kanazawa"),
        ("ja", "訪問団を迎えました", "神戸市は、天津市の訪問団20人を11月18日から20日まで受け入れました。", "Kobe"),
        ("zh-Hans", "天津代表团访问日本神户", "天津市代表团23日访问神户市。", "Kobe"),
        ("ko", "부산시장, 가오슝시 방문", "부산시장은 가오슝시를 공식 방문했다.", "Kaohsiung"),
        ("fr", "Une délégation de Kobe est reçue à Lyon", "Lyon reçoit une délégation de Kobe.", "Lyon"),
        ("es", "Visita", "Una delegación de Kobe visitó la ciudad de Barcelona.", "Barcelona"),
        ("de", "Besuch", "Eine Delegation aus Kobe besuchte die Stadt Hamburg.", "Hamburg"),
        ("ru", "Делегация", "Делегация Кобе посетила город Рига.", "Riga"),
    ],
)  # fmt: skip
def test_of_a_visit_the_host_is_the_city_to_which_the_guests_come(
    language: str, title: str, text: str, host: str
) -> None:
    found = find_host([visit(title, text, language)])
    assert found
    assert load_lexicon().name(TagKind.CITY, found, "en") == host


@pytest.mark.parametrize(
    ("language", "title", "text"),
    [
        ("en", "Delegation visits", "The Kobe delegation met the mayor of Tianjin."),
        ("en", "Visits", "Mayors visited Kobe on Monday. Others visited Tianjin."),
        ("ja", "訪問団", "神戸市と天津市の訪問団が会談した。"),
        ("ja", "相互訪問", "神戸市と天津市は相互訪問を続ける。"),
        ("ja", "報告会", "神戸市訪問団の報告会を開く。"),
        ("ko", "방문단", "부산 방문단이 시장을 만났다."),
        ("zh-Hans", "互访", "天津与神户代表团互访。"),
    ],
)
def test_who_went_to_whom_is_not_guessed(language: str, title: str, text: str) -> None:
    assert find_host([visit(title, text, language)]) == ""


def test_a_visit_told_in_passing_says_nothing_of_where_something_else_was() -> None:
    text = "A delegation from Tianjin visited Kobe on Monday."
    assert find_host([visit("Port memorandum", text, "en", kind="mou-cooperation")]) == ""
    assert find_host([visit("Guests", text, "en"), told("Mayors meet", OPENS)]) == KOBE

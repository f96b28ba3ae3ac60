"""The same words are furniture above the first sentence or below the last, and text in between."""

import time

import pytest

from pipeline.extract.boilerplate import clean_blocks
from pipeline.model import Block, BlockKind

FIRST = (
    "The mayor of Mihon met a delegation of the sister city on Monday and both sides agreed to work together on water."
)
LAST = (
    "Both cities will report on the first results of the exchange next spring, the city said in a statement on Monday."
)
TITLE = "Mihon and its sister city agree on water"


def cleaned(*lines: str, title: str = "", headings: tuple[str, ...] = ()) -> list[str]:
    blocks = [
        Block(kind=BlockKind.HEADING if line.startswith("## ") else BlockKind.PARAGRAPH, text=line.removeprefix("## "))
        for line in lines
    ]
    return [block.text for block in clean_blocks(blocks, title, headings).blocks]


@pytest.mark.parametrize(
    "line",
    [
        "Publié le 3 novembre 2025", "Par la rédaction | Publié le 3 novembre 2025 à 7h45", "Mihon | Mise à jour le 3 novembre 2025", "Von der Redaktion | 3. November 2025",
        "發布日期：2025-11-03", "發布單位：國際處", "發布日期：2025-11-03　發布單位：國際處", "2025-11-03 10:20:30 来源：样本日报", "来源：样本日报 2025-11-03 10:20", "样本日报记者 王某某 张某",
        "入力日：2025.11.03", "입력 2025.11.03 18:30 | 수정 2025.11.03 19:00", "견본일 기자 외 1명", "담당부서: 국제협력과", "조회수: 1234", "2025-11-03 (월)",
        "最終更新日 2025年11月3日", "市長室国際部国際課", "国际合作办公室", "報道発表", "Actualités", "Pressemitteilung", "18.05.2025", "05.08.2025, 20:59 Uhr", "Published on 3 November 2025 at 10:20",
    ],
)  # fmt: skip
def test_stamps_bylines_offices_and_kickers_above_the_text_go(line: str) -> None:
    assert cleaned(line, FIRST, LAST) == [FIRST, LAST]


@pytest.mark.parametrize(
    "line",
    [
        "日時：2025年11月3日 午後2時", "日期：2025年11月3日", "会期 2025年11月3日から5日まで", "Venue: Mihon City Hall", "李市長、雨の中で握手", "Two cities, one river",
        "2025年11月3日 調印式", "対象：市民", "Date: 3 November 2025", "Le 3 novembre 2025, deux villes et un fleuve", "A mayor speaks by candlelight",
    ],
)  # fmt: skip
def test_subtitles_and_facts_of_an_event_above_the_text_stay(line: str) -> None:
    assert cleaned(line, FIRST, LAST) == [line, FIRST, LAST]


@pytest.mark.parametrize("line", ["Publié le 3 novembre 2025", "國際合作辦公室", "Nachrichten", "By Another Name"])
def test_the_same_line_between_sentences_stays(line: str) -> None:
    assert cleaned(FIRST, line, LAST) == [FIRST, line, LAST]


def test_the_title_goes_with_a_kicker_before_it_and_in_the_words_of_the_pages_heading() -> None:
    assert cleaned(f"Water and rivers: {TITLE}", FIRST, title=TITLE) == [FIRST]
    assert cleaned("Sisters agree", FIRST, title=TITLE, headings=("Sisters agree",)) == [FIRST]
    assert cleaned(FIRST, "Sisters agree", LAST, headings=("Sisters agree",)) == [FIRST, "Sisters agree", LAST]
    assert cleaned("Water", FIRST, title="Fire and Water") == ["Water", FIRST]


@pytest.mark.parametrize(
    "line",
    [
        "이 페이지에서 제공하는 정보에 만족하십니까?", "본 저작물은 공공누리 제1유형에 따라 이용할 수 있습니다.", "【纠错】 责任编辑：国际部", "【打印】【关闭】", "（样某某）",
        "Il vous reste deux articles à lire : abonnez-vous dès 1 euro.", "Cette page vous a-t-elle été utile ?", "Was this page helpful?", "Sign up for our newsletter and never miss a story.",
        "Fehler gefunden? Jetzt melden.", "(abc/def)", "(Quelle: Muster/apa)", "(Reporting by two persons; Editing by a third)", "Text: Creative Commons CC BY 4.0",
    ],
)  # fmt: skip
def test_feedback_licences_subscriptions_and_signatures_below_the_text_go(line: str) -> None:
    assert cleaned(FIRST, LAST, line) == [FIRST, LAST]


@pytest.mark.parametrize(
    "line",
    [
        "The two mayors will sign up for the network in May.", "Residents can subscribe in both cities.", "Source: Mihon News Agency", "市民の満足度は高い。", "두 도시는 만족했다.",
        "Les deux maires se sont abonnés au même journal.", "（別表参照）",
    ],
)  # fmt: skip
def test_a_last_sentence_stays(line: str) -> None:
    assert cleaned(FIRST, line) == [FIRST, line]


@pytest.mark.parametrize(
    "box",
    [
        ("## Contact", "Direction des relations internationales", "Téléphone : 00 00 00 00 00"),
        ("お問い合わせ", "市長室国際課", "電話：000-000-0000（直通）"),
        ("## Media contact", "International Office", "press@mihon.example"),
        ("문의처", "국제협력과", "전화: 000-000-0000"),
        ("联系方式", "国际处", "电话：000-0000"),
    ],
)
def test_a_contact_box_goes_whole_and_what_follows_stays(box: tuple[str, ...]) -> None:
    assert cleaned(FIRST, *box, LAST) == [FIRST, LAST]
    assert cleaned(FIRST, *box) == [FIRST]


def test_a_heading_that_says_contact_without_a_number_below_is_a_heading() -> None:
    assert cleaned(FIRST, "## Contact", "Two towns and a bridge", LAST) == [
        FIRST,
        "Contact",
        "Two towns and a bridge",
        LAST,
    ]


def test_a_long_list_of_short_lines_is_read_in_linear_time() -> None:
    started = time.process_time()
    cleaned(*(f"Par {'A ' * 50}| {number}" for number in range(5_000)), *(["(" + "a" * 290] * 2_000))
    assert time.process_time() - started < 2

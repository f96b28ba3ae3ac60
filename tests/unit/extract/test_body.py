"""The body: trafilatura's where it is beyond doubt, else what most readers bear out, and always within bounds."""

import datetime as dt
import json
import time

import pytest

from pipeline.errors import Quarantine, Skip
from pipeline.extract import extract
from pipeline.extract.agreement import Reading, choose, overlap, trim
from pipeline.extract.boilerplate import Cleaned
from pipeline.extract.page import parse
from pipeline.extract.paragraphs import read_paragraphs
from pipeline.model import Block, BlockKind, Document, RawPage

SENTENCES = (
    "見本市とリヨン市は1965年に姉妹都市提携を結び、今年で60周年を迎えます。",
    "市長は11月4日から7日までリヨン市を訪れ、市長会談のほか、脱炭素分野の覚書に署名する予定です。",
    "会談では、若者の相互派遣や観光の振興についても意見を交わし、今後の協力の進め方を確認します。",
)
ENGLISH = tuple(
    f"The mayor of Mihon met delegation number {number} of the sister city, and both sides agreed to work together on water, waste and youth exchange in year {number}."
    for number in range(1, 25)
)


def paragraphs(*lines: str) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


def raw(body: str, head: str = "<title>Mihon and Lyon agree on water</title>") -> RawPage:
    return RawPage(
        id="0" * 16,
        source_id="mihon",
        url="https://www.mihon.example/news/1.html",
        final_url="https://www.mihon.example/news/1.html",
        fetched_at=dt.datetime(2025, 10, 25, tzinfo=dt.UTC),
        status=200,
        headers=(("content-type", "text/html; charset=utf-8"),),
        body=f'<!doctype html><html><head><meta charset="utf-8">{head}</head><body>{body}</body></html>'.encode(),
    )


def document(body: str, head: str = "<title>Mihon and Lyon agree on water</title>") -> Document:
    found = extract(raw(body, head))
    assert isinstance(found, Document), found
    return found


# ------------------------------------------------------------------------------------------------------------- agreement


def reading(name: str, *lines: str, prior: float = 0.0) -> Reading:
    return Reading(name, Cleaned(tuple(Block(kind=BlockKind.PARAGRAPH, text=line) for line in lines), ()), prior)


def test_overlap_is_one_for_the_same_text_in_other_lines_and_zero_for_another_text() -> None:
    assert overlap(reading("a", *ENGLISH[:4]), reading("b", " ".join(ENGLISH[:4]))) == 1.0
    assert overlap(reading("a", SENTENCES[0]), reading("b", ENGLISH[0])) == 0.0
    assert overlap(reading("a"), reading("b")) == 1.0
    assert overlap(reading("a"), reading("b", ENGLISH[0])) == 0.0


def test_overlap_falls_with_what_one_reading_lacks_and_is_symmetric() -> None:
    whole, half = reading("a", *ENGLISH[:8]), reading("b", *ENGLISH[:4])
    assert 0.6 < overlap(whole, half) < 0.7
    assert overlap(whole, half) == overlap(half, whole)


def test_the_reading_that_the_others_bear_out_is_chosen() -> None:
    lonely = reading("lonely", *SENTENCES, prior=0.03)
    chosen, agreement = choose([lonely, reading("a", *ENGLISH[:4]), reading("b", *ENGLISH[:5])])
    assert chosen.name in {"a", "b"}
    assert 0.4 < agreement < 0.5
    assert choose([lonely])[0] is lonely


def test_ends_that_no_other_reading_has_are_cut_and_gaps_are_not() -> None:
    chosen = reading("chosen", "Menu", *ENGLISH[:2], "A line between.", *ENGLISH[2:4], "Imprint")
    other = reading("other", *ENGLISH[:4])
    assert [block.text for block in trim(chosen, [other]).blocks] == [*ENGLISH[:2], "A line between.", *ENGLISH[2:4]]
    assert trim(chosen, [reading("stranger", *SENTENCES)]) == chosen.cleaned


# ------------------------------------------------------------------------------------------------------------ paragraphs


def lines_of(body: str) -> list[str]:
    tree = parse(f"<html><body>{body}</body></html>")
    assert tree is not None
    return [block.text for block in read_paragraphs(tree).blocks]


def test_an_article_spread_over_containers_is_read_whole() -> None:
    body = f"<div><section>{paragraphs(*ENGLISH[:3])}</section><section>{paragraphs(*ENGLISH[3:6])}</section></div>"
    assert lines_of(f"<main>{body}</main><footer>{paragraphs(*ENGLISH[6:8])}</footer>") == list(ENGLISH[:6])


def test_links_hidden_parts_and_furniture_by_name_are_left_out() -> None:
    body = (
        f"<div>{paragraphs(*ENGLISH[:3])}<p><a href='/x'>Another article that is nothing but a link, and a long one.</a></p>"
        f"<div class='related-news'>{paragraphs(ENGLISH[8])}</div><div style='display: none'>{paragraphs(ENGLISH[9])}</div>{paragraphs(*ENGLISH[3:5])}</div>"
    )
    assert lines_of(body) == list(ENGLISH[:5])


def test_a_container_named_like_furniture_that_holds_the_article_is_read() -> None:
    assert lines_of(f"<div class='has-sidebar sidebar'>{paragraphs(*ENGLISH[:4])}</div>") == list(ENGLISH[:4])


def test_readings_over_ruby_are_dropped_and_those_in_parentheses_stay() -> None:
    ruby = "<ruby>見本<rp>（</rp><rt>みほん</rt><rp>）</rp></ruby>市の市長は、尹錫悦（ユンソンニョル）氏と会談し、水の管理について協力することを確認した。"
    found = document(
        f"<article><h1>市長が会談</h1>{paragraphs(ruby, *SENTENCES)}</article>", "<title>市長が会談</title>"
    )
    assert "見本市の市長は、尹錫悦（ユンソンニョル）氏と会談" in found.text
    assert "みほん" not in found.text


# ------------------------------------------------------------------------------------------------------------- the whole


def test_a_plain_article_needs_one_reader_only() -> None:
    found = document(f"<article><h1>Mihon and Lyon agree on water</h1>{paragraphs(*ENGLISH[:8])}</article>")
    assert found.agreement == 1.0
    assert found.extractor.startswith("trafilatura ")
    assert found.extractor.endswith(" precision fast")


def test_an_article_of_which_one_container_is_found_only_is_made_whole_by_the_others() -> None:
    parts = "".join(f"<div class='chunk'><div class='article-body'>{paragraphs(*ENGLISH[n : n + 6])}</div></div><div class='slot'></div>" for n in range(0, 24, 6))  # fmt: skip
    found = document(f"<main><h1>Mihon and Lyon agree on water</h1>{parts}</main>")
    assert all(sentence in found.text for sentence in ENGLISH)
    assert 0 < found.agreement <= 1


def test_a_text_that_is_only_in_script_data_is_found() -> None:
    text = "\n".join(ENGLISH[:8])
    data = json.dumps({"@type": "NewsArticle", "headline": "Mihon and Lyon agree on water", "articleBody": text})
    head = f'<title>Mihon and Lyon agree on water</title><script type="application/ld+json">{data}</script>'
    found = document("<div id='root'></div><div class='footer'>Mihon Daily</div>", head)
    assert all(sentence in found.text for sentence in ENGLISH[:8])
    assert found.extractor == "city-digest json-ld"


def test_the_next_article_of_a_page_without_end_is_not_part_of_this_one() -> None:
    first = f"<article><h1>Mihon and Lyon agree on water</h1>{paragraphs(*ENGLISH[:8])}</article>"
    following = f"<article><h1>Another council meets</h1>{paragraphs(*ENGLISH[12:20])}</article>"
    found = document(f"<main>{first}{following}</main>")
    assert ENGLISH[7] in found.text
    assert ENGLISH[12] not in found.text


def test_lines_inside_the_text_that_are_nothing_but_links_go() -> None:
    links = "".join(
        f'<li><a href="/{n}">City number {n}: an agreement on waste and on water</a></li>' for n in range(5)
    )
    body = f"{paragraphs(*ENGLISH[:4])}<ul>{links}</ul><p>As <a href='/x'>the city</a> said, the work goes on in both cities next year.</p>{paragraphs(*ENGLISH[4:6])}"
    found = document(f"<article><h1>Mihon and Lyon agree on water</h1><div>{body}</div></article>")
    assert "City number" not in found.text
    assert "As the city said, the work goes on" in found.text
    assert found.text.endswith(ENGLISH[5])


def test_a_municipal_page_without_sentences_at_its_end_keeps_its_list() -> None:
    items = "".join(f"<li>第{number}分科会 水の管理と若者の交流</li>" for number in range(1, 7))
    found = document(f"<main><h1>市長会議</h1>{paragraphs(*SENTENCES)}<h2>分科会</h2><ul>{items}</ul></main>", "<title>市長会議</title>")  # fmt: skip
    assert "第6分科会" in found.text


# ---------------------------------------------------------------------------------------------------------------- bounds

BROKEN_JSON = (
    '<script type="application/ld+json">{"@type":"NewsArticle","articleBody":"' + 'a\\"b, ' * 320_000 + "</script>"
)
PATHOLOGIES = {
    "a 100 kB table": "<table>" + "".join(f"<tr><td>{n}</td><td>city {n}</td><td>{n * 7}</td></tr>" for n in range(2_600)) + "</table>",
    "a 400 kB table": "<table>" + "".join(f"<tr><td>{n}</td><td>city {n}</td><td>{n * 7}</td></tr>" for n in range(10_000)) + "</table>",
    "nested div": "<div>" * 5_000 + ENGLISH[0] + "</div>" * 5_000,
    "400 kB of nested div": "<div>a" * 40_000 + "</div>" * 40_000,
    "nested inline elements": "<p>" + "<span>a " * 3_000 + "</span>" * 3_000 + "</p>",
    "400 kB of b": "<p>" + "<b>ab</b> " * 40_000 + "</p>",
    "5,900 b": "<p>" + "<b>a, b.</b> " * 5_800 + "</p>",
    "5,900 paragraphs": paragraphs(*(f"{number} short" for number in range(5_800))),
    "broken JSON-LD of 1.6 MB": BROKEN_JSON + paragraphs(*ENGLISH[:4]),
    "links only": "".join(f'<a href="/{number}">A headline of another article, number {number}</a> ' for number in range(5_800)),
    "one line of 1 MB": "<p>" + "市長 " * 330_000 + "</p>",
    "nested lists": "<ul><li>a" * 1_500 + "</li></ul>" * 1_500,
}  # fmt: skip


@pytest.mark.parametrize("name", PATHOLOGIES)
def test_a_pathological_page_is_read_or_set_aside_in_time(name: str) -> None:
    started = time.process_time()
    found = extract(raw(f"<main><h1>Mihon and Lyon agree on water</h1>{PATHOLOGIES[name]}</main>"))
    assert time.process_time() - started < 10
    assert isinstance(found, (Document, Skip, Quarantine))
    assert not (isinstance(found, Quarantine) and found.reason.value == "crashed"), found


def test_control_characters_crash_no_reader() -> None:
    found = extract(raw(f"<article>{paragraphs(*SENTENCES)}<p>\x01\x0b&#1;&#xFFFF;{SENTENCES[0]}</p></article>"))
    assert isinstance(found, Document)

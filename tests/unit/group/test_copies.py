"""Copies: which articles are the same text, and how."""

import random
import time
from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pytest
from msgspec.structs import replace

from pipeline.group.copies import (
    MAX_HOLDERS,
    Body,
    are_strangers,
    candidates_among,
    compare,
    drop_hopeless,
    find_copies,
)
from pipeline.group.sketch import Sketch, make_sketch
from pipeline.model import CopyKind, Evidence, Person, Tag, TaggedArticle, TagKind

Make = Callable[..., TaggedArticle]

EN = (
    "The mayor of Lyon welcomed a delegation from Yokohama at the town hall to open a week of joint work on river flooding. "
    "Engineers of both cities will visit three pumping stations and compare how residents are warned by telephone and siren. "
    "The two cities have been partners since 1959, and the programme was agreed last spring after storms in both regions. "
    "A report with recommendations for smaller towns is to be presented to both councils before the end of the year."
)
JA = (
    "横浜市の代表団がリヨン市役所を訪れ、河川の氾濫対策を学ぶ一週間の共同研修が始まった。"
    "両市の技術者は三か所の排水機場を視察し、電話とサイレンによる住民への警報の出し方を比べる。"
    "両市は長年の提携都市で、昨春の豪雨を受けて研修の実施に合意していた。年内に小規模自治体向けの提言をまとめ、両市の議会に報告する予定だ。"
)
ZH = (
    "横滨市代表团访问里昂市政厅,为期一周的防洪联合培训正式开始。两市工程师将考察三座排水泵站,"
    "比较以电话和警报器向居民发出预警的做法。两市多年来结为友好城市,去年春天暴雨之后商定举办此次培训。"
    "年内将为小型城镇提出建议,并向两市议会报告。"
)
OTHER = (
    "Residents of the harbour district gathered on Saturday to plant two hundred trees along the new tram line. "
    "The city council said that the line will open in spring and that tickets will cost the same as on the bus. "
    "Shopkeepers hope that visitors from the ferry terminal will stay longer in the old streets around the market."
)
CHROME = (
    "Home News Culture Sport Weather. Subscribe to our letter every Friday morning. All rights reserved, no reprint."
)


def kind(make: Make, original: str, copy: str) -> CopyKind | None:
    found = compare(Body(make("a2", "Second title", copy)), Body(make("a1", "First title", original)))
    return found and found.kind


def pairs(articles: Iterable[TaggedArticle], others: Iterable[TaggedArticle] = ()) -> list[tuple[str, str]]:
    """What is found among articles by their sketches."""
    new, old = {one.article.id: one for one in articles}, {one.article.id: one for one in others}
    sketches = {one: make_sketch(tagged.article) for one, tagged in {**new, **old}.items()}
    candidates = candidates_among(sketches)
    return [(a, b) for a, b, _ in find_copies(new, old, {one: candidates[one] for one in new})]


def naming(
    tagged: TaggedArticle, cities: Mapping[str, str] | None = None, persons: Iterable[str] = ()
) -> TaggedArticle:
    """The article with tags as the tagger gives them: where the words stand."""
    article = tagged.article
    evidence = {
        city: tuple(
            Evidence(field=field, start=text.index(word), end=text.index(word) + len(word), surface=word, rule="hand")
            for field, text in (("title", article.title), ("text", article.text))
            if word in text
        )
        for city, word in (cities or {}).items()
    }
    tags = tuple(Tag(kind=TagKind.CITY, id=city, score=0.9, evidence=found) for city, found in evidence.items())
    return replace(tagged, tags=tags, persons=tuple(Person(name=name) for name in persons))


# ------------------------------------------------------------------------------------------------------------ two texts


@pytest.mark.parametrize("text", [EN, JA, ZH])
def test_equal_texts_under_other_titles_are_identical(make: Make, text: str):
    assert kind(make, text, text) is CopyKind.IDENTICAL


@pytest.mark.parametrize(
    ("text", "edited"),
    [
        (EN, "LYON - " + EN.replace("before the end of the year", "in December").replace("welcomed", "received")),
        (EN, EN.replace("1959", "around 1960") + " Our reporter could not reach the town hall for comment on Sunday."),
        (EN, EN.replace(" Engineers of both cities will visit three pumping stations", " Engineers")),
        (JA, "【共同】" + JA.replace("予定だ", "方針").replace("昨春の豪雨", "昨春の大雨")),
        (ZH, "本社横滨十日电 " + ZH.replace("正式开始", "日前启动").replace("考察", "走访")),
    ],
)
def test_an_edited_text_is_a_syndicated_copy(make: Make, text: str, edited: str):
    assert kind(make, text, edited) is CopyKind.SYNDICATED


@pytest.mark.parametrize("text", [EN, JA, ZH])
def test_a_text_in_what_a_site_leaves_around_it_is_a_syndicated_copy(make: Make, text: str):
    assert kind(make, text, f"{CHROME}\n{text}\n{CHROME[::-1]}") is CopyKind.SYNDICATED


@pytest.mark.parametrize("text", [EN, JA, ZH])
def test_a_text_cut_to_a_third_is_a_truncated_copy(make: Make, text: str):
    assert kind(make, text, text[: len(text) // 3]) is CopyKind.TRUNCATED


def test_a_longer_version_of_an_earlier_text_is_syndicated_not_truncated(make: Make):
    assert kind(make, EN[: len(EN) // 2], EN) is CopyKind.SYNDICATED


@pytest.mark.parametrize("paragraphs", [EN.replace(". ", ".\n"), EN.replace(", ", " — ").upper()])
def test_paragraphs_marks_and_case_make_no_difference(make: Make, paragraphs: str):
    left, right = Body(make("a1", "Title", EN)), Body(make("a2", "Title", paragraphs))
    assert np.array_equal(left.shingles, right.shingles)


def test_full_and_half_width_make_no_difference(make: Make):
    wide = make("a1", "Ｔｉｔｌｅ", "ｓｃｏ 都市協力 天津で対話")
    narrow = make("a2", "title!", "SCO都市協力、天津で対話。")
    assert compare(Body(wide), Body(narrow)) is not None


@pytest.mark.parametrize("other", [OTHER, JA])
def test_another_text_is_no_copy(make: Make, other: str):
    assert kind(make, EN, other) is None
    assert are_strangers(Body(make("a1", "Title", EN)), Body(make("a2", "Title", other)))


def test_an_item_quoted_in_a_long_round_up_is_not_its_copy(make: Make):
    item = EN[:118]
    assert kind(make, f"{item} {OTHER} {OTHER[::-1]} {JA} {ZH} {CHROME}", item) is None


@pytest.mark.parametrize("line", ["See the attached file.", "詳しくは添付資料をご覧ください。"])
def test_a_sentence_is_a_copy_only_under_the_same_title(make: Make, line: str):
    other = make("a2", "Road closed", line)
    assert pairs([make("a1", "Call for interns", line), other]) == []
    assert pairs([make("a1", "Call for interns", line), other, make("a3", "CALL for interns", line)]) == [("a1", "a3")]


# -------------------------------------------------------------------------------------------------------- many articles


def test_copies_of_every_kind_are_found_by_their_sketches(make: Make):
    texts = {
        "a1": EN,
        "a2": EN,
        "a3": "LYON - " + EN.replace("welcomed", "received"),
        "a4": EN[: len(EN) // 3],
        "b1": JA,
        "b2": f"【共同】{JA[:100]}",
        "c1": OTHER,
    }
    found = pairs([make(one, f"Title {one}", text) for one, text in texts.items()])
    assert found == [("a1", "a2"), ("a1", "a3"), ("a1", "a4"), ("a3", "a4"), ("b1", "b2")]


def test_known_articles_are_not_compared_with_each_other(make: Make):
    known = [make("a1", "Title", EN), make("a2", "Title", EN + " Updated.")]
    new = make("b1", "Title", "LYON - " + EN)
    assert pairs([new], known) == [("a1", "b1"), ("a2", "b1")]


def test_the_order_of_arguments_makes_no_difference(make: Make):
    articles = [make(f"a{n}", "Title", text) for n, text in enumerate((EN, EN, "LYON - " + EN, EN[:200], JA, JA[:90]))]
    new = {one.article.id: one for one in articles}
    backwards = dict(reversed(new.items()))
    candidates = {one: [other for other in new if other != one] for one in new}
    assert find_copies(new, {}, candidates) == find_copies(backwards, {}, dict(reversed(candidates.items())))


def test_equal_texts_need_no_candidates(make: Make):
    new = {name: make(name, "Title", EN) for name in ("a1", "a3")}
    assert find_copies(new, {"a2": make("a2", "Title", EN)}, {}) == [("a1", "a2", 1.0), ("a2", "a3", 1.0)]


def test_candidates_that_are_gone_are_passed_over(make: Make):
    assert find_copies({"a1": make("a1", "Title", EN)}, {}, {"a1": ["a2"], "a9": ["a1"]}) == []


def test_a_band_of_very_many_articles_is_boilerplate(make: Make):
    value = make_sketch(make("a", "Title", EN).article).value
    few = {f"a{n:04}": Sketch(value=value, keys=(7,)) for n in range(MAX_HOLDERS)}
    assert candidates_among(few)["a0000"] == few.keys() - {"a0000"}
    assert not any(candidates_among({**few, "b": Sketch(value=value, keys=(7, 8))}).values())


def test_what_cannot_be_a_copy_is_dropped_before_it_is_compared(make: Make):
    texts = {"a": EN, "b": EN[:250], "c": OTHER, "d": f"{EN[:90]} {OTHER} {OTHER[::-1]}"}
    values = {one: make_sketch(make(one, "Title", text).article).value for one, text in texts.items()}
    assert drop_hopeless({"a": {"b", "c", "d", "unknown"}}, values) == {"a": {"b", "unknown"}}


# ---------------------------------------------------------------------------------------------------------------- forms

FORM = (
    "A delegation from {city} paid a courtesy call on the mayor of Kobe on {day}. After the welcome in the council chamber the "
    "guests signed the golden book of the city and exchanged gifts. The conversation turned to further exchange between citizens. "
    "The visit ended with a tour of the port for all {n} guests. For questions please contact the international office."
)


def fill(make: Make, name: str, city: str, day: str = "3 May", n: int = 12, site: str = "", **keywords: object):
    text = FORM.format(city=city, day=day, n=n)
    filled = naming(make(name, "Courtesy call", text, **keywords), {city: city, "Kobe": "Kobe"})
    url = f"https://{site or name}.example/{name}"
    return replace(filled, article=replace(filled.article, url=url))


def test_one_form_filled_in_for_other_cities_is_no_copy(make: Make):
    first, second = fill(make, "a1", "Riga"), fill(make, "a2", "Tianjin")
    assert compare(Body(second), Body(first)) is not None
    assert are_strangers(Body(second), Body(first))
    assert pairs([first, second]) == []


def test_a_city_that_only_one_of_two_texts_was_tagged_with_makes_no_form(make: Make):
    second = naming(
        make("a2", "Courtesy call", "KOBE - " + FORM.format(city="Riga", day="3 May", n=12)), {"Kobe": "Kobe"}
    )
    assert pairs([fill(make, "a1", "Riga"), second]) == [("a1", "a2")]


def test_one_notice_for_two_dates_is_no_copy(make: Make):
    texts = {day: f"The lounge opens on {day} at nine. {EN}" for day in ("21 October", "1 October")}
    notices = [
        make(f"a{n}", "Lounge", text, dates=(f"2026-10-{n}1",)) for n, text in enumerate(texts.values(), start=1)
    ]
    dated = [
        replace(notice, events=tuple(replace(event, evidence=day) for event in notice.events))
        for notice, day in zip(notices, texts, strict=True)
    ]
    assert pairs(dated) == []
    assert pairs(notices) == [("a1", "a2")]  # dates that the text does not state make no form


def test_a_copy_may_lose_one_city_and_gain_another_elsewhere(make: Make):
    original = naming(make("a1", "Lyon", EN), {"lyon": "Lyon", "yokohama": "Yokohama"})
    edited = EN.replace("a delegation from Yokohama", "a delegation").replace("both councils", "councils in Nantes")
    assert pairs([original, naming(make("a2", "Lyon", edited), {"lyon": "Lyon", "nantes": "Nantes"})]) == [("a1", "a2")]


def test_one_form_for_two_office_holders_is_no_copy(make: Make):
    names = ("Consul Nemo", "Consul Nobody")
    texts = [f"The mayor received {name} at the town hall. {OTHER}" for name in names]
    articles = [make(f"a{n}", "Call", text) for n, text in enumerate(texts)]
    assert pairs(articles) == [("a0", "a1")]
    assert pairs(naming(one, persons=[name]) for one, name in zip(articles, names, strict=True)) == []


def test_tables_of_figures_are_compared_in_a_moment(make: Make):
    chance = random.Random(1)
    words = ["".join(chance.choices("abcdefghijk", k=9)) for _ in range(9_000)]
    tables = [[f"{row} {chance.randrange(10**6)}" for row in some] for some in (words[:1500], words[1500:3000])]
    articles = [
        make(f"a{n}", "Table", " ".join((*words[3000:], *table, words[-1 - n]))) for n, table in enumerate(tables)
    ]
    same = [replace(one, article=replace(one.article, url=f"https://a.example/{one.article.id}")) for one in articles]
    started = time.process_time()
    assert pairs(same) == [("a0", "a1")]
    assert time.process_time() - started < 2.0


def test_other_figures_make_a_form_within_one_publisher_only(make: Make):
    assert pairs([fill(make, "a1", "Riga", n=12), fill(make, "a2", "Riga", n=35)]) == [("a1", "a2")]
    assert pairs([fill(make, "a1", "Riga", n=12, site="kobe"), fill(make, "a2", "Riga", n=35, site="kobe")]) == []

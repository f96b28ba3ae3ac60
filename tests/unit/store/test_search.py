"""Search finds every word of every script and nothing else (W11)."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.model import ArticleClass
from pipeline.store.library import SEARCHED_CHARS, Library

Save = Callable[..., str]


def texts_found(library: Library, query: str) -> set[str]:
    return {hit.article_id for hit in library.search(query, limit=100)}


HITS = [
    ("都市", "首都の都市計画"),
    ("杭州", "パリと杭州が提携"),
    ("都", "新しい首都。"),  # one character at the end of a run
    ("都", "都市の計画"),
    ("都", "都"),
    ("SCO都市協力", "初のSCO都市協力フォーラム"),
    ("SCO都市協力", "ＳＣＯ都市協力"),
    ("ｳﾗｼﾞｵｽﾄｸ", "ウラジオストク市の代表団"),
    ("ウラジオストク", "ｳﾗｼﾞｵｽﾄｸ"),
    ("首都SCO", "首都SCO会議"),
    ("都SCO", "首都SCO会議"),
    ("SCO都", "SCO都市"),
    ("sao paulo", "O prefeito de São Paulo"),
    ("São", "o prefeito de sao paulo"),
    ("мэры", "Мэры городов"),
    ("йошкар", "Йошкар-Ола"),
    ("부산", "부산시는 대표단을"),
    ("시는", "부산시는 대표단을"),
    ("sister-city", "a sister-city tie"),
    ("神戸 天津", "神戸市長が天津を訪問"),
    ("神戸\u3000天津", "神戸市長が天津を訪問"),
    ("2026", "in 2026, 2027"),
]


def test_a_word_finds_the_text_that_holds_it(library: Library, save: Save) -> None:
    save("00000000000000bb", "Nothing of that kind. 関係のない話")
    for query, text in HITS:
        found = save("00000000000000aa", text)
        assert texts_found(library, query) == {found}, (query, text)


MISSES = [
    ("都市", "都と市"),
    ("京都市", "京都の都市"),  # both of its pairs, apart
    ("SCO都市", "SCO会議と都市"),
    ("sister", "sisterhood"),
    ("神戸 杭州", "神戸市長が天津を訪問"),
    ("パリ", "バリ島"),
    ("", "anything"),
    ("、。", "、。"),
]


def test_a_near_miss_is_not_found(library: Library, save: Save) -> None:
    for query, text in MISSES:
        save("00000000000000aa", text)
        assert texts_found(library, query) == set(), (query, text)


def test_words_that_are_query_operators_elsewhere_are_words_here(library: Library, save: Save) -> None:
    found = save("00000000000000aa", "to be or not to be & (near) 'quoted' col:umn")
    for query in ("or NOT", "& | !", "near(be", "col:umn", "'quoted"):
        assert texts_found(library, query) <= {found}
    assert texts_found(library, "col:umn") == {found}


def test_the_title_is_searched_and_off_topic_articles_are_not(library: Library, save: Save) -> None:
    found = save("00000000000000aa", "text", title="天津で市長対話")
    save("00000000000000bb", "天津", article_class=ArticleClass.OFF_TOPIC)
    assert texts_found(library, "天津") == {found}


def test_the_end_of_the_searched_text_is_found_in_both_databases(library: Library, save: Save) -> None:
    """PostgreSQL keeps no word positions above 16,383, so more text must not be indexed than that."""
    filler = "".join(chr(0x4E00 + number % 5_000) for number in range(SEARCHED_CHARS - 3))
    found = save("00000000000000aa", filler + "杭州市" + "広州市")
    assert texts_found(library, "杭州市") == {found}
    assert texts_found(library, "広州市") == set()


def test_a_changed_article_is_found_by_its_new_words_only(library: Library, save: Save) -> None:
    found = save("00000000000000aa", "神戸の話")
    save("00000000000000aa", "天津の話")
    assert (texts_found(library, "神戸"), texts_found(library, "天津")) == (set(), {found})


def test_an_article_that_becomes_off_topic_is_forgotten_and_may_come_back(library: Library, save: Save) -> None:
    found = save("00000000000000aa", "神戸の話")
    save("00000000000000aa", "神戸の話", article_class=ArticleClass.OFF_TOPIC)
    assert texts_found(library, "神戸") == set()
    save("00000000000000aa", "神戸の話")
    assert texts_found(library, "神戸") == {found}


def test_a_page_that_is_no_article_any_more_is_forgotten_and_may_come_back(library: Library, save: Save) -> None:
    found = save("00000000000000aa", "神戸の話")
    save("00000000000000aa", None)
    assert texts_found(library, "神戸") == set()
    save("00000000000000aa", "天津の話")
    assert (texts_found(library, "神戸"), texts_found(library, "天津")) == (set(), {found})


def test_filters_and_order(library: Library, save: Save) -> None:
    old = save("00000000000000aa", "mayors", day="2026-10-01", language="zh-Hans", cities=("geonames:1",))
    new = save("00000000000000bb", "mayors", day="2026-10-02", language="en")
    assert [hit.article_id for hit in library.search("mayors")] == [new, old]
    assert [hit.article_id for hit in library.search("mayors", limit=1)] == [new]
    assert [hit.article_id for hit in library.search("mayors", language="zh")] == [old]
    assert [hit.article_id for hit in library.search("mayors", city="geonames:1")] == [old]
    assert library.search("mayors", city="geonames:2") == []


letters = st.text(st.sampled_from("都市協力京神戸天津ガがバリSCOéй부산・ー々"), min_size=2, max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=letters)
def test_every_pair_of_an_unspaced_text_finds_it(library: Library, save: Save, text: str) -> None:
    """Law: whatever two neighbouring characters of a Japanese, Chinese or Korean text are asked for, it is found."""
    found = save("00000000000000aa", text, title="-")
    for at in range(len(text) - 1):
        pair = text[at : at + 2]
        if not any(character.isascii() or character in "éй" for character in pair):
            assert texts_found(library, pair) == {found}, pair
    assert texts_found(library, text) == {found}

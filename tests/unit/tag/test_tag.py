"""What the stage says of short invented articles: places, networks, themes, event types, relevance, dates, persons."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import NOW, make_article

from pipeline.knowledge.lexicon import load_lexicon
from pipeline.model import TaggedArticle, TagKind
from pipeline.tag import tag
from pipeline.tag.folding import fold

LEXICON = load_lexicon()


def read(language: str, title: str, *paragraphs: str) -> TaggedArticle:
    return tag(make_article(language, title, *paragraphs, published=NOW), LEXICON)


def cities(language: str, *texts: str) -> set[str]:
    return {LEXICON.name(TagKind.CITY, identity, "en") for identity in read(language, *texts).ids(TagKind.CITY)}


# ------------------------------------------------------------------------------------------------------------------ places


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        # boundaries
        ("ja", "エネルギーコストのポートフォリオを見直す会議が開かれた。", set()),
        ("ja", "神戸市とリガ市が友好都市の記念式典を開いた。", {"Kobe", "Riga"}),
        ("ja", "東京都の職員が視察した。", {"Tokyo"}),
        ("ja", "堺市の職員が大連市を訪れた。", {"Sakai", "Dalian"}),
        ("en", "The nice reading room was mobile and split in two.", set()),
        ("en", "Romeo met the Parisian ambassador near the Berliner Ensemble.", set()),
        ("ko", "부산시 대표단이 상하이를 방문했다.", {"Busan", "Shanghai"}),
        ("ko", "부산물 처리와 파리채 판매가 늘었다.", set()),
        ("ru", "Мэр Казани встретился с делегацией Тяньцзиня.", {"Kazan", "Tianjin"}),
        ("ru", "Римский стиль и казанский плов.", set()),
        # masks
        ("ja", "上海協力機構と京都議定書、パリ協定について講演があった。", set()),
        ("ja", "西湖のほとりで杭州市の式典が開かれた。", {"Hangzhou"}),
        ("en", "The Paris Agreement and the Kyoto Protocol were on the agenda in Quito.", {"Quito"}),
        ("en", "Manchester City beat Leicester City on Sunday.", set()),
        ("zh-Hans", "巴黎协定履约工作由里昂市牵头。", {"Lyon"}),
        ("zh-Hans", "天安门附近的中山路今日封闭。", set()),
        # persons and institutions that bear a city's name
        ("ja", "広島大学の福山さんが講演した。", set()),
        ("en", "Austin Powers and Charlotte Church sang in Vienna.", {"Vienna"}),
        ("en", "The Tianjin Restaurant in Leipzig reopened.", {"Leipzig"}),
        # which of several cities
        ("en", "Vancouver, Washington is not Vancouver in Canada.", {"Vancouver"}),
        ("en", "A delegation from Portland, Maine visited Archangel.", {"Portland"}),
        ("ja", "アメリカ・ニュージャージー州の姉妹都市から使節団が札幌に着いた。", {"Sapporo"}),
        # written differently
        ("zh-Hant", "橫濱市與溫哥華簽署備忘錄。", {"Yokohama", "Vancouver"}),
        ("ja", "横浜市とヴァンクーヴァー市が協定を結んだ。", {"Yokohama", "Vancouver"}),
        ("fr", "Le maire de Genève a reçu la délégation de Kyoto.", {"Geneva", "Kyoto"}),
        ("en", "St. Petersburg and Gdansk", {"Saint Petersburg", "Gdansk"}),
    ],
)
def test_cities_are_found_where_they_are_meant(language: str, text: str, expected: set[str]) -> None:
    assert cities(language, "", text) == expected


def test_an_explicit_state_decides_between_cities_of_a_name() -> None:
    tagged = read("en", "", "Birmingham, Alabama and Birmingham, England compared notes.")
    assert {LEXICON.cities[identity].country for identity in tagged.ids(TagKind.CITY)} == {"US", "GB"}


def test_a_city_named_once_deep_in_a_long_text_is_no_tag_without_a_cue() -> None:
    filler = "Council members spoke about the programme and its many partners at length. " * 20
    assert "Rotterdam" not in cities("en", "Programme", filler, filler + "Ideas came from Rotterdam as well.")
    assert "Rotterdam" in cities("en", "Programme", filler, filler + "Ideas came from the city of Rotterdam as well.")
    assert "Rotterdam" in cities("en", "Programme", filler, filler + "Rotterdam helped. Later Rotterdam paid.")


def test_a_club_hides_the_bare_name_of_its_city() -> None:
    assert cities("ja", "名古屋グランパスが勝利", "J1の名古屋は逆転勝ちした。") == set()
    assert cities("ja", "名古屋グランパスの選手、市を訪問", "選手らは名古屋市を訪れた。") == {"Nagoya"}


def test_a_city_gives_its_country_a_lower_score_than_naming_it() -> None:
    tagged = read("en", "Lyon", "Lyon and Japan")
    scores = {t.id: t.score for t in tagged.tags if t.kind is TagKind.COUNTRY}
    lyon = next(t.score for t in tagged.tags if t.kind is TagKind.CITY)
    assert scores["FR"] == pytest.approx(0.8 * lyon, abs=0.01)
    assert "JP" in scores


def test_words_made_of_a_countrys_name_do_not_name_it() -> None:
    assert read("ja", "日本語ガイド付きの訪日ツアー", "フランス料理とインド洋の話。").ids(TagKind.COUNTRY) == ()


# ---------------------------------------------------------------------------------------------------------------- networks


def test_an_ambiguous_acronym_needs_its_context() -> None:
    assert read("en", "TPO roofing prices rise", "TPO membranes are sold by the metre.").ids(TagKind.NETWORK) == ()
    assert read("en", "TPO general assembly", "Mayors of TPO member cities met.").ids(TagKind.NETWORK) == ("tpo",)


def test_an_acronym_is_compared_with_its_case() -> None:
    assert read("en", "A cuf on the sleeve", "The near city was quiet.").ids(TagKind.NETWORK) == ()


def test_the_longest_name_of_a_network_wins() -> None:
    tagged = read("en", "Cities join the Global Covenant of Mayors", "The Global Covenant of Mayors grows.")
    assert tagged.ids(TagKind.NETWORK) == ("gcom",)


# ------------------------------------------------------------------------------------------------------ themes, event types


def test_a_word_that_only_hints_makes_no_theme() -> None:
    assert "culture-tourism" not in read("ja", "お知らせ", "お茶の時間を設けます。").ids(TagKind.THEME)


def test_a_passing_word_in_a_long_text_is_no_theme() -> None:
    filler = "The council read the minutes of the last session and voted on the order of the day. " * 60
    assert "water-waste" not in read("en", "Council session", filler + "Someone mentioned sewage.").ids(TagKind.THEME)


def test_generic_mention_of_twinning_is_no_new_agreement() -> None:
    assert "sister-city-agreement" not in read("ja", "交流", "姉妹都市提携や観光を通じて人の往来を広げる。").ids(
        TagKind.EVENT
    )
    assert "sister-city-agreement" in read("ja", "交流", "両市は姉妹都市提携を締結した。").ids(TagKind.EVENT)
    assert "sister-city-agreement" in read("en", "Two ports", "The mayors signed a sister city agreement.").ids(
        TagKind.EVENT
    )


# --------------------------------------------------------------------------------------------------------- dates, persons


@pytest.mark.parametrize(
    ("language", "text", "start", "end"),
    [
        ("ja", "式典は12月3日から5日まで開かれる。", "2026-12-03", "2026-12-05"),
        ("ja", "令和8年１２月２８日～１月３日に休む。", "2026-12-28", "2027-01-03"),
        ("ja", "市は14日、発表した。", "2026-11-14", None),
        ("ja", "来年4月に訪問団を送る。", "2027-04-01", "2027-04-30"),
        ("zh-Hans", "论坛将于11月18日至20日举行。", "2026-11-18", "2026-11-20"),
        ("zh-Hant", "民國115年12月3日舉行。", "2026-12-03", None),
        ("ko", "행사는 11월 25일부터 27일까지 열린다.", "2026-11-25", "2026-11-27"),
        ("en", "The forum runs 6–9 December.", "2026-12-06", "2026-12-09"),
        ("en", "The forum runs from 30 November to 2 December 2026.", "2026-11-30", "2026-12-02"),
        ("en", "Signed on December 3, 2026.", "2026-12-03", None),
        ("fr", "Le forum aura lieu du 3 au 5 décembre.", "2026-12-03", "2026-12-05"),
        ("es", "El foro será el 4 de diciembre de 2026.", "2026-12-04", None),
        ("de", "Das Forum findet vom 3. bis 5. Dezember statt.", "2026-12-03", "2026-12-05"),
        ("ru", "Форум пройдёт 3–5 декабря.", "2026-12-03", "2026-12-05"),
    ],
)
def test_dates_in_the_text_are_read_with_their_ranges(language: str, text: str, start: str, end: str | None) -> None:
    (event,) = read(language, "", text).events
    assert (event.start.isoformat(), event.end and event.end.isoformat()) == (start, end)
    assert event.evidence in text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "It may 5 times repeat. Founded on 3 May 1979."),
        ("ja", "10日間の日程。13月45日。"),
        ("en", "Version 2.12.2024.7 scored 3-1."),
    ],
)
def test_what_is_no_date_near_the_article_gives_none(language: str, text: str) -> None:
    assert read(language, "", text).events == ()


def test_without_a_publication_date_the_texts_own_full_date_is_the_anchor() -> None:
    text = "今年7月に対話が開かれた。2025年7月8日、市長が話した。8月2日にも会合があった。"
    events = tag(make_article("ja", "", text), LEXICON).events
    assert [event.start.isoformat() for event in events] == ["2025-07-08", "2025-08-02"]


def test_persons_come_with_their_office() -> None:
    persons = read("ja", "", "アンナ・シュミット市長が会見した。").persons
    assert [(person.name, person.role) for person in persons] == [("アンナ・シュミット", "市長")]
    assert read("en", "", "The Mayor of Leeds spoke.").persons == ()


@pytest.mark.parametrize(
    ("language", "text", "name", "role"),
    [
        ("zh-Hans", "天津市副市长王某伟率团访问神户。", "王某伟", "副市长"),
        ("zh-Hant", "高雄市市長陳某表示，兩市將合作。", "陳某", "市長"),
        ("zh-Hans", "上海市市长欧阳某会见了代表团。", "欧阳某", "市长"),
        ("ko", "박모준 부산시장은 고베시를 방문했다.", "박모준", "부산시장"),
        ("ko", "남궁모준 부산시장이 서명했다. 부산시와 고베시가 협력한다.", "남궁모준", "부산시장"),
        ("ja", "神戸市の見本太郎副市長が訪れた。", "見本太郎", "副市長"),
    ],
)
def test_a_name_beside_an_office_begins_with_a_surname(language: str, text: str, name: str, role: str) -> None:
    assert [(person.name, person.role) for person in read(language, "", text).persons] == [(name, role)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh-Hans", "神户市市长举行了会谈。副市长率代表团访问。天津市市长表示，两市将合作。市长应邀在天津市会见。"),
        ("zh-Hans", "天津市市长任期在明年结束。天津市市长马拉松在周日举行。天津市市长王某也表示。"),
        ("zh-Hant", "高雄市副市長指出，高雄市市長論壇在此舉行。高雄市市長白天在市府。"),
        ("ko", "회의를 주재한 고베시장은 말했다. 최근까지 부산시장 자리는 비었다. 정치인 부산시장이 왔다."),
        ("ko", "박모준 남대문시장은 붐볐다."),
        ("ja", "神戸市の姉妹都市市長が集まった。神戸市の歴代各市長が出席した。"),
    ],
)
def test_verbs_markets_and_words_of_the_town_hall_are_no_names(language: str, text: str) -> None:
    assert read(language, "", text).persons == ()


# -------------------------------------------------------------------------------------------------------------------- laws

_WORDS = [
    "天津市",
    "パリ",
    "Paris",
    "São Paulo",
    "Владивостоке",
    "부산시",
    "姉妹都市",
    "12月3日",
    "ＡＩ",
    "UCLG",
    "\n",
    " ",
    "、",
    "ﾊﾟﾘ",
    "é",
    "𠮷野家",
]


@settings(max_examples=60, deadline=None)
@given(
    title=st.lists(st.sampled_from(_WORDS), max_size=6).map("".join),
    text=st.one_of(st.text(max_size=200), st.lists(st.sampled_from(_WORDS), max_size=30).map("".join)),
    language=st.sampled_from(["ja", "en", "zh-Hans", "ko", "ru", "fr", "sw", "und"]),
)
def test_every_span_is_where_its_surface_stands_and_the_result_is_the_same_twice(
    title: str, text: str, language: str
) -> None:
    source = make_article(language, title, text, published=NOW)
    tagged = tag(source, LEXICON)
    fields = {"title": source.title, "text": source.text}
    for found in tagged.tags:
        assert 0.0 <= found.score <= 1.0
        assert found.evidence
        for evidence in found.evidence:
            assert fields[evidence.field][evidence.start : evidence.end] == evidence.surface
    assert 0.0 <= tagged.relevance.score <= 1.0
    assert len(tagged.ids(TagKind.THEME)) <= 7
    assert tag(source, LEXICON) == tagged


@given(st.text())
def test_folding_keeps_the_length_and_is_stable(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)


def test_a_long_text_without_spaces_is_tagged_in_bounded_time() -> None:
    started = time.process_time()
    read("ja", "長文", "市" * 100_000 + "1" * 50_000)
    read("en", "Long", "a" * 100_000 + " signed" * 10_000 + "1" * 50_000)
    # Measured: below one second for both; the bound allows for a slow machine and catches anything quadratic.
    assert time.process_time() - started < 20

"""Which names in running text are those of cities, and which city a name means: invented sentences, by kinds."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import make_article

from pipeline.knowledge.lexicon import load_lexicon
from pipeline.model import Tag, TagKind
from pipeline.tag import tag
from pipeline.tag.names import city_spellings

LEXICON = load_lexicon()


def tags(language: str, text: str, title: str = "") -> list[Tag]:
    return [found for found in tag(make_article(language, title, text), LEXICON).tags if found.kind is TagKind.CITY]


def cities(language: str, text: str, title: str = "") -> set[str]:
    return {f"{LEXICON.cities[t.id].names['en']}|{LEXICON.cities[t.id].country}" for t in tags(language, text, title)}


def places(language: str, text: str) -> set[str]:
    """Japanese cities with their prefecture, to tell namesakes apart."""
    return {LEXICON.cities[t.id].admin1 + LEXICON.cities[t.id].names["ja"] for t in tags(language, text)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("北海道伊達市の訪問団が出発した。", {"北海道伊達"}),
        ("福島県伊達市の訪問団が出発した。", {"福島県伊達"}),
        ("東京都府中市と広島県府中市の職員が会った。", {"東京都府中", "広島県府中"}),
        ("福島県の合宿で、選手は伊達市に泊まった。", {"福島県伊達"}),
        ("大分県九重町と宮城県七ヶ宿町の子どもが会った。", {"大分県九重町", "宮城県七ヶ宿町"}),
        ("長野・飯田の人形劇祭に、隣県から見物客が来た。", {"長野県飯田"}),
    ],
)
def test_the_prefecture_says_which_municipality_of_a_name(text: str, expected: set[str]) -> None:
    assert places("ja", text) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("ja", "横浜市鶴見区の港で式典があった。", {"Yokohama|JP"}),
        ("ja", "名古屋市港区の倉庫を視察した。", {"Nagoya|JP"}),
        ("ja", "東京都港区の職員が視察した。", {"Tokyo|JP", "Minato|JP"}),
    ],
)
def test_a_ward_is_its_citys(language: str, text: str, expected: set[str]) -> None:
    assert cities(language, text) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        # states and provinces
        ("ja", "オンタリオ州のロンドン市から職員が来た。", {"London|CA"}),
        ("ja", "サンパウロ州議会が可決した。", set()),
        ("en", "The state of New York and Washington state passed laws.", set()),
        ("en", "Ontario and Florida passed laws on housing.", set()),
        ("zh-Hant", "紐約州州長簽署法案。", set()),
        ("ko", "워싱턴주 의회가 법안을 통과시켰다.", set()),
        ("en", "A choir from Salem in Tamil Nadu sang.", {"Salem|IN"}),
        # countries beside the name
        ("de", "Eine Gruppe aus dem italienischen Lodi kam an.", {"Lodi|IT"}),
        ("fr", "La ville italienne de Lodi a envoyé une chorale.", {"Lodi|IT"}),
        ("ru", "Делегация прибыла из итальянского города Лоди.", {"Lodi|IT"}),
        ("ja", "米ニューポート市の一行が着いた。", {"Newport|US"}),
        # persons
        ("en", "Marco Rubio spoke. Rubio said nothing new. Rubio left.", set()),
        ("en", "The Mayor of London Sadiq Khan opened the talks.", {"London|GB"}),
        ("zh-Hans", "研究员哈蒙德说，结果令人满意。哈蒙德随后离开。", set()),
        ("ru", "Концерт из произведений Чайковского прошёл вчера.", set()),
        ("ja", "和田市長はあいさつで感謝を述べた。", set()),
        # bodies, treaties, works, food
        ("en", "Scholars at the University of Oxford read the Sendai Framework.", set()),
        ("ja", "ローマ字とローマ教皇、東京ディズニーランドの話。", set()),
        ("ja", "映画「カサブランカ」が上映された。", set()),
        ("en", "They ate Dijon mustard and Peking duck.", set()),
        ("zh-Hans", "北京烤鸭和扬州炒饭很受欢迎。", set()),
        ("zh-Hans", "金山高中的学生参观了维也纳爱乐的排练。", set()),
        # governments
        ("en", "Washington and Beijing traded accusations.", set()),
        ("ru", "Москва и Вашингтон обвинили друг друга.", set()),
        ("en", "Mayors from Copenhagen and Quito want more.", {"Copenhagen|DK", "Quito|EC"}),
        # prefectures and islands, teams
        ("ja", "台風が沖縄に近づいた。", set()),
        ("ja", "沖縄市の職員が出席した。", {"Okinawa|JP"}),
        ("ja", "J2の金沢は町田に勝ち、長野と並んだ。", set()),
        ("ja", "J1の選手が金沢市を訪れた。", {"Kanazawa|JP"}),
        ("es", "El equipo ganó al Sevilla en la final.", set()),
    ],
)
def test_a_name_is_no_city_where_it_is_part_of_something_else(language: str, text: str, expected: set[str]) -> None:
    assert cities(language, text) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "A youth orchestra played in Graz and in Essen.", {"Graz|AT", "Essen|DE"}),
        ("de", "In der Lage waren viele Länder und ihre Waren.", set()),
        ("de", "Der Nürnberger Stadtrat stimmte zu.", {"Nuremberg|DE"}),
        ("de", "Die Nürnberger feierten.", set()),
        ("fr", "Le maire du Havre et celui du Mans étaient présents.", {"Le Havre|FR", "Le Mans|FR"}),
        ("fr", "Une chorale d'Amiens a chanté à Limoges.", {"Amiens|FR", "Limoges|FR"}),
        ("ko", "경주에서 회의가 열렸다.", {"Gyeongju|KR"}),
        ("ko", "선수들이 경주를 마치고 쉬었다.", set()),
        ("ko", "여름에는 파리가 많다.", set()),
        ("ko", "대표단은 파리를 방문했다.", {"Paris|FR"}),
        ("zh-Hans", "记者在敦煌采访了学者。", {"Dunhuang|CN"}),
        ("zh-Hans", "韩国东海市的客人来访，东海渔业是话题。", {"Donghae|KR"}),
        ("zh-Hans", "桃园结义的故事改编成了戏剧。", set()),
        ("ru", "Форум прошёл в Нижнем Новгороде и Великом Новгороде.", {"Nizhny Novgorod|RU", "Veliky Novgorod|RU"}),
        ("ja", "米フォートウェーン市の一行が着いた。", {"Fort Wayne|US"}),
        ("en", "Kyōto and Ōsaka were in the programme.", {"Kyoto|JP", "Osaka|JP"}),
    ],
)
def test_grammar_beside_a_name_decides(language: str, text: str, expected: set[str]) -> None:
    assert cities(language, text) == expected


def test_a_doubtful_name_counts_beside_a_partner_in_an_article_about_ties() -> None:
    assert cities("en", "Hull keeps its sister city link with Reykjavik.") == {"Hull|GB", "Reykjavik|IS"}
    assert cities("en", "Hull was repainted in a dock of Reykjavik.") == {"Reykjavik|IS"}


def test_no_ward_has_a_spelling_of_its_own() -> None:
    wards = [city for city in LEXICON.cities.values() if city.ward]
    assert wards
    assert [city.id for city in wards if city_spellings(city)] == []


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(c.id for c in LEXICON.cities.values() if c.country == "JP" and not c.ward)))
def test_every_japanese_municipality_is_found_by_its_full_name_after_its_prefecture(identity: str) -> None:
    city = LEXICON.cities[identity]
    name = (
        city.names["ja"]
        if city.needs_suffix or city.names["ja"] == "津市"
        else city.names["ja"].removesuffix("市") + "市"
    )
    if city.capital:
        return
    assert identity in {found.id for found in tags("ja", f"{city.admin1}{name}の職員が海外の都市を訪れた。")}


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        # a dot after 市 joins two cities
        ("ja", "新潟市・ガルベストン市の学生が歌を披露した。", {"Niigata|JP", "Galveston|US"}),
        # a club, a street, an office, a shopping arcade
        ("ja", "ボストン・セルティックスの選手が函館市を訪れた。", {"Hakodate|JP"}),
        ("ja", "市は「ミュンヘン通り」の街路樹を植え替える。", set()),
        ("fr", "La rue de Lisbonne sera fermée en mai.", set()),
        # the prefecture of that name
        ("ja", "東京都の調布市が講演会を開く。", {"Chofu|JP"}),
        # capitals that stand for governments
        ("zh-Hans", "巴黎方面表示将继续谈判。", set()),
        # a country before the name excludes its namesakes abroad
        ("zh-Hans", "洛阳市与英国布里市举行视频会议。", {"Luoyang|CN", "Bury|GB"}),
        # a province's last character is no part of the next name
        ("zh-Hans", "云南瑞丽市举办边境贸易洽谈会。", {"Ruili|CN"}),
        # what names the place stands after it
        ("en", "San José, the Costa Rican capital, hosts a seminar.", {"San José|CR"}),
        ("de", "Delegationen aus Groß-Gerau und Lemberg trafen sich.", {"Groß-Gerau|DE", "Lviv|UA"}),
        ("ko", "중국 셴닝시 대표단이 용인시를 방문했다.", {"Xianning|CN", "Yongin|KR"}),
        ("es", "Granada firma un acuerdo con Marrakech.", {"Granada|ES", "Marrakesh|MA"}),
        ("ru", "Делегация Астаны посетила Сайгон.", {"Astana|KZ", "Ho Chi Minh City|VN"}),
    ],
)
def test_names_beside_signs_offices_and_countries(language: str, text: str, expected: set[str]) -> None:
    assert cities(language, text) == expected

"""Sixty invented stories in six languages and what forty queries must find in them (conventions W11).

Cities and networks are real, everything told of them is invented. Some stories are traps: they hold all pairs of characters of a
query, or all its words, but never together.
"""

from __future__ import annotations

import datetime as dt

from pipeline.knowledge.lexicon import City, Country, Lexicon, Term
from pipeline.model import ArticleClass, Card, CardSource, DatedEvent, Label, Person, Shelf, Words

NOON = dt.time(12, tzinfo=dt.UTC)

_CITIES = {
    "kobe": ("JP", "神戸", "Kobe", "神户", "고베", "Кобе", "Kobe"),
    "tianjin": ("CN", "天津", "Tianjin", "天津", "톈진", "Тяньцзинь", "Tianjin"),
    "hangzhou": ("CN", "杭州", "Hangzhou", "杭州", "항저우", "Ханчжоу", "Hangzhou"),
    "tokyo": ("JP", "東京", "Tokyo", "东京", "도쿄", "Токио", "Tokyo"),
    "kyoto": ("JP", "京都", "Kyoto", "京都", "교토", "Киото", "Kyoto"),
    "nagasaki": ("JP", "長崎", "Nagasaki", "长崎", "나가사키", "Нагасаки", "Nagasaki"),
    "busan": ("KR", "釜山", "Busan", "釜山", "부산", "Пусан", "Busan"),
    "marseille": ("FR", "マルセイユ", "Marseille", "马赛", "마르세유", "Марсель", "Marseille"),
    "liege": ("BE", "リエージュ", "Liège", "列日", "리에주", "Льеж", "Liège"),
    "montreal": ("CA", "モントリオール", "Montreal", "蒙特利尔", "몬트리올", "Монреаль", "Montréal"),
    "kazan": ("RU", "カザン", "Kazan", "喀山", "카잔", "Казань", "Kazan"),
    "malmo": ("SE", "マルメ", "Malmö", "马尔默", "말뫼", "Мальмё", "Malmö"),
}
_COUNTRIES = {
    "JP": ("日本", "Japan"),
    "CN": ("中国", "China"),
    "KR": ("韓国", "South Korea"),
    "FR": ("フランス", "France"),
    "BE": ("ベルギー", "Belgium"),
    "CA": ("カナダ", "Canada"),
    "RU": ("ロシア", "Russia"),
    "SE": ("スウェーデン", "Sweden"),
}
_NETWORKS = {
    "sco": ("上海協力機構", "Shanghai Cooperation Organisation", "上海合作组织", ("SCO",)),
    "mayors-for-peace": ("平和首長会議", "Mayors for Peace", "和平市长会议", ()),
}
_THEMES = {
    "climate": ("気候・環境", "Environment & climate", "生态环境与气候"),
    "culture": ("文化・観光", "Culture & tourism", "文化和旅游"),
    "transport": ("交通・物流", "Transport & logistics", "交通与物流"),
}

LEXICON = Lexicon(
    digest="0" * 16,
    cities={
        key: City(
            id=key,
            names=dict(zip(("ja", "en", "zh", "ko", "ru", "fr"), names, strict=True)),
            country=country,
            admin1="",
            latitude=0.0,
            longitude=0.0,
            population=1_000_000,
        )
        for key, (country, *names) in _CITIES.items()
    },
    countries={
        key: Country(id=key, names={"ja": ja, "en": en}, region="world") for key, (ja, en) in _COUNTRIES.items()
    },
    regions={},
    networks={
        key: Term(id=key, names={"ja": ja, "en": en, "zh": zh}, acronyms=acronyms)
        for key, (ja, en, zh, acronyms) in _NETWORKS.items()
    },
    themes={key: Term(id=key, names={"ja": ja, "en": en, "zh": zh}) for key, (ja, en, zh) in _THEMES.items()},
    events={},
    rules={},
)

# number: (cities, network, theme, Japanese headline, English headline, language and title of its source, further source or "")
STORIES: dict[int, tuple[str, str, str, str, str, str, str]] = {
    1: ("kobe tianjin", "sco", "climate", "神戸市と天津市が市長対話", "Mayors of Kobe and Tianjin in dialogue", "ja SCO都市協力で港の脱炭素を議論", ""),
    2: ("tianjin", "sco", "transport", "天津市で都市フォーラム", "City forum in Tianjin", "zh-Hans 天津举行上合组织城市论坛", "ru Тяньцзинь принял форум городов"),
    3: ("tianjin kazan", "sco", "culture", "天津市とカザン市の文化交流", "Tianjin and Kazan in cultural exchange", "ru Казань и Тяньцзинь: выставка каллиграфии", ""),
    4: ("hangzhou", "", "culture", "杭州市で国際都市対話", "International city dialogue in Hangzhou", "zh-Hans 杭州举行国际城市对话", "en Hangzhou hosts partners from eight countries"),
    5: ("hangzhou marseille", "", "transport", "杭州市とマルセイユ市が港湾協定", "Port agreement between Hangzhou and Marseille", "fr Marseille et Hangzhou signent un accord portuaire", ""),
    6: ("tokyo kyoto", "", "culture", "東京と京都の国際課が意見交換", "Offices of Tokyo and Kyoto compare notes", "en Tokyo and Kyoto officials talk tourism", ""),
    7: ("tokyo", "", "climate", "東京都が気候行動で都市間連携", "Tokyo joins cities on climate action", "ja 東京都、海外五都市と気候行動の覚書", ""),
    8: ("kyoto", "", "culture", "京都市で姉妹都市の集い", "Sister cities gather in Kyoto", "ja 京都市の姉妹都市が一堂に", "en Sister cities of Kyoto gather for a week"),
    9: ("kyoto liege", "", "culture", "京都市とリエージュ市が姉妹都市提携", "Sister-city agreement between Kyoto and Liège", "fr Liège et Kyoto deviennent villes jumelles", ""),
    10: ("nagasaki", "mayors-for-peace", "", "長崎市で平和首長会議の総会", "Mayors for Peace assembly in Nagasaki", "ja 平和首長会議、長崎で総会", "en Mayors for Peace meets in Nagasaki"),
    11: ("nagasaki busan", "", "culture", "長崎市と釜山市の高校生交流", "Students of Nagasaki and Busan in exchange", "ko 부산과 나가사키 고교생 교류 재개", ""),
    12: ("busan", "", "transport", "釜山市で港湾都市会議", "Port cities meet in Busan", "ko 부산에서 항만도시 회의", "ja 釜山で港湾都市会議、港の電化が議題"),
    13: ("busan marseille", "", "transport", "釜山市とマルセイユ市が航路の協議", "Busan and Marseille discuss a sea route", "ko 부산시, 마르세유와 항로 협의", ""),
    14: ("montreal", "", "climate", "モントリオール市で都市気候会議", "Cities’ climate conference in Montreal", "fr Montréal accueille la conférence climat des villes", ""),
    15: ("montreal hangzhou", "", "culture", "モントリオール市と杭州市の映画祭", "Film festival of Montreal and Hangzhou", "fr Un festival de cinéma entre Montréal et Hangzhou", ""),
    16: ("malmo", "", "climate", "マルメ市が環境都市の視察を受け入れ", "Malmö receives a study visit", "en Malmö shows its harbour to visiting mayors", ""),
    17: ("malmo kobe", "", "climate", "マルメ市と神戸市が水素の共同研究", "Malmö and Kobe study hydrogen", "ja 神戸市、マルメ市と水素の共同研究へ", ""),
    18: ("kazan", "sco", "", "カザン市で若者サミット", "Youth summit in Kazan", "ru Казань: саммит молодёжи городов", "en Kazan youth summit closes"),
    19: ("kobe", "", "culture", "神戸市で都市外交の講座", "A course on city diplomacy in Kobe", "ja 都市外交を学ぶ市民講座", ""),
    20: ("kobe", "", "", "神戸市、都市外の拠点で外交儀礼の研修", "Training outside the city for Kobe", "ja 都市外での研修、外交儀礼も", ""),
    21: ("tokyo", "", "transport", "東京港とロングビーチ港が友好協定の更新", "Ports renew their friendship agreement", "en Ports of Tokyo and Long Beach renew ties", ""),
    22: ("kobe tianjin", "", "transport", "神戸港と天津港の友好五十年", "Fifty years of friendship between two ports", "zh-Hans 神户港与天津港友好五十周年", ""),
    23: ("kazan liege", "", "culture", "カザン市とリエージュ市の音楽交流", "Kazan and Liège in musical exchange", "fr Liège invite l’orchestre de Kazan", ""),
    24: ("kyoto", "", "climate", "京都市がSDGs先進度の調査に協力", "Kyoto helps a survey of the SDGs", "ja 京都市、ＳＤＧｓ先進度調査に協力", ""),
    25: ("nagasaki", "", "culture", "長崎市で橋の保存を語る集い", "Preserving bridges: a meeting in Nagasaki", "ja 石橋の保存、海外都市と語る", ""),
    26: ("marseille", "", "culture", "マルセイユ市で地中海都市の会合", "Mediterranean cities meet in Marseille", "fr Les villes de la Méditerranée à Marseille", "ja ﾏﾙｾｲﾕで地中海都市会合"),
    27: ("tokyo", "", "", "東京都庁で総領事の表敬", "A consul general visits Tokyo", "ja 総領事が東京都庁を表敬", ""),
    28: ("hangzhou kobe", "", "", "杭州市の代表団が神戸市を訪問", "Hangzhou delegation in Kobe", "zh-Hans 杭州代表团访问神户", "ja 杭州市代表団が来神"),
    29: ("tianjin", "", "climate", "天津市の生態都市を各国が視察", "Visitors at Tianjin’s eco-city", "en Tianjin eco-city welcomes visitors", ""),
    30: ("busan kobe", "", "transport", "釜山市と神戸市がクルーズの協力", "Busan and Kobe cooperate on cruises", "ko 부산·고베 크루즈 협력", ""),
    31: ("liege", "", "", "リエージュ市が難民支援で連帯", "Liège in solidarity with refugees", "fr Liège, ville solidaire", ""),
    32: ("montreal malmo", "", "climate", "モントリオール市とマルメ市が除雪の知見を共有", "Montreal and Malmö share how to clear snow", "en Snow, shared: two winter cities", ""),
    33: ("kazan tianjin", "sco", "transport", "カザン市で物流会議", "Logistics conference in Kazan", "zh-Hans 喀山举行物流会议", ""),
    34: ("tokyo montreal", "", "culture", "東京でモントリオール週間", "Montreal week in Tokyo", "en Montreal comes to Tokyo for a week", ""),
    35: ("nagasaki marseille", "mayors-for-peace", "", "マルセイユ市が平和首長会議に加盟", "Marseille joins Mayors for Peace", "fr Marseille rejoint les Maires pour la paix", ""),
    36: ("kyoto hangzhou", "", "culture", "京都市と杭州市の茶の交流", "Kyoto and Hangzhou: tea", "zh-Hans 京都与杭州以茶会友", ""),
    37: ("kobe", "", "climate", "神戸市、脱炭素の国際賞", "An international award for Kobe", "ja 神戸市に脱炭素の国際賞", ""),
    38: ("busan", "", "", "釜山市の国際諮問会議", "Advisory board meets in Busan", "en Busan’s board of advisers meets", ""),
    39: ("malmo liege", "", "culture", "マルメ市とリエージュ市の図書館協力", "Libraries of Malmö and Liège cooperate", "fr Bibliothèques: Liège et Malmö coopèrent", ""),
    40: ("tokyo", "", "transport", "東京で高速鉄道の都市会議", "Rail cities meet in Tokyo", "en Rail cities meet", ""),
    41: ("hangzhou", "", "transport", "杭州市の運河都市会議", "Canal cities in Hangzhou", "zh-Hans 运河城市会议在杭州召开", ""),
    42: ("kazan", "", "culture", "カザン市が姉妹都市を募る", "Kazan looks for partners", "ru Казань ищет города-побратимы", ""),
    43: ("nagasaki", "", "", "長崎市と市民団体の署名", "Signatures in Nagasaki", "ja 市民団体が署名を提出", ""),
    44: ("marseille montreal", "", "transport", "マルセイユ市とモントリオール市の港が提携", "Ports of Marseille and Montreal become partners", "fr Les ports de Marseille et de Montréal s’allient", ""),
    45: ("kyoto", "", "", "京都市の市章を語る", "The emblem of Kyoto", "ja 都市の市章", ""),
    46: ("kobe busan", "", "culture", "神戸市と釜山市の子ども絵画展", "Children’s paintings from Kobe and Busan", "ja 子ども絵画展、釜山と神戸で", ""),
    47: ("liege kyoto", "", "transport", "リエージュ市の路面電車を京都市が視察", "Kyoto looks at the trams of Liège", "fr Kyoto visite le tram de Liège", ""),
    48: ("tianjin busan", "", "transport", "天津市と釜山市の航路再開", "Sea route between Tianjin and Busan reopens", "ko 톈진·부산 항로 재개", ""),
    49: ("hangzhou malmo", "", "climate", "杭州市とマルメ市の水辺再生", "Waterfronts of Hangzhou and Malmö", "en Two cities and their waterfronts", ""),
    50: ("tokyo kazan", "", "", "東京とカザン市の学生討論", "Students of Tokyo and Kazan debate", "ru Студенты Токио и Казани", ""),
    51: ("kobe", "", "", "神戸市で姉のような都市、妹のような都市の絵本展", "Picture books in Kobe", "ja 姉妹の絵本と都市", "en The sister, the cities and the sea"),
    52: ("nagasaki", "", "transport", "長崎港の国際ターミナル", "A terminal for Nagasaki", "ja 長崎港に国際ターミナル", ""),
    53: ("montreal", "", "", "モントリオール市が多文化都市の賞", "An award for Montreal", "fr Montréal primée pour sa diversité", ""),
    54: ("busan", "", "climate", "釜山市の海面上昇対策", "Busan and the rising sea", "ko 부산의 해수면 상승 대책", ""),
    55: ("malmo", "", "transport", "マルメ市の橋と国境を越える通勤", "Malmö’s bridge and its commuters", "en The bridge that made one city of two", ""),
    56: ("kazan", "", "climate", "カザン市の緑化計画", "Green plans of Kazan", "ru Зелёные планы Казани", ""),
    57: ("marseille", "", "", "マルセイユ市の学校給食", "School meals in Marseille", "fr Cantines: Marseille partage ses recettes", ""),
    58: ("tianjin", "", "", "天津市の国際課が多言語窓口", "Counters in many languages in Tianjin", "zh-Hans 天津开设多语种窗口", ""),
    59: ("hangzhou", "", "", "杭州市のデジタル市役所を各国が見学", "Hangzhou’s digital town hall", "en Visitors at Hangzhou’s digital town hall", ""),
    60: ("liege", "", "climate", "リエージュ市の洪水対策", "Liège and its floods", "fr Liège face aux crues: un réseau de villes", ""),
}  # fmt: skip

SENTENCES = {
    "ja": {19: "都市外交の基礎を五回で学ぶ。", 37: "港の電化が評価された。", 42: "友好都市の候補はまだない。"},
    "en": {
        19: "Five evenings on the basics.",
        37: "The jury praised the port’s grid.",
        42: "No sister city is in sight.",
    },
}
PERSON = {38: Person(name="諮問会議議長", role="釜山市"), 27: Person(name="総領事", role="在京都国総領事館")}

# Query on the Japanese page -> numbers of the stories that hold it, worked out by hand from the table above.
QUERIES: dict[str, set[int]] = {
    # words of two characters
    "杭州": {4, 5, 15, 28, 36, 41, 49, 59},
    "神戸": {1, 17, 19, 20, 22, 28, 30, 37, 46, 51},
    "港湾": {5, 12},
    "洪水": {60},
    "提携": {9, 44},
    # one character
    "橋": {25, 55},
    "茶": {36},
    "雪": {32},
    # compounds, with traps that hold their pairs apart
    "都市外交": {19},
    "東京都": {7, 27},
    "姉妹都市": {8, 9, 42},
    "姉妹都市提携": {9},
    "脱炭素": {1, 37},
    "平和首長会議": {10, 35},
    "市民団体": {43},
    "高校生交流": {11},
    "都市の市章": {45},
    # mixed scripts
    "SCO都市協力": {1},
    "ＳＣＯ都市協力": {1},
    "sco 天津": {1, 2, 3, 33},
    # full and half width, katakana
    "SDGs": {24},
    "ｓｄｇｓ": {24},
    "マルセイユ": {5, 13, 26, 35, 44, 57},
    "ﾏﾙｾｲﾕ": {5, 13, 26, 35, 44, 57},
    "クルーズ": {30},
    "ターミナル": {52},
    "ﾀｰﾐﾅﾙ": {52},
    "ｸﾙｰｽﾞ": {30},
    "タミナル": set(),
    "ＫＹＯＴＯ": {6, 8, 9, 24, 36, 45, 47},
    "\ufa19戸": {1, 17, 19, 20, 22, 28, 30, 37, 46, 51},
    # diacritics and case
    "liege": {9, 23, 31, 39, 47, 60},
    "LIÈGE": {9, 23, 31, 39, 47, 60},
    "malmo": {16, 17, 32, 39, 49, 55},
    "Montréal": {14, 15, 32, 34, 44, 53},
    "méditerranée": {26},
    # other languages
    "부산": {11, 12, 13, 30, 38, 46, 48, 54},
    "Тяньцзинь": {1, 2, 3, 22, 29, 33, 48, 58},
    "молодежи": {18},
    "上海合作组织": {1, 2, 3, 18, 33},
    "villes jumelles": {9},
    # several words, phrases
    "神戸 釜山": {30, 46},
    "京都市 杭州市": {36},
    "都市 外交": {19, 20},
    "国際ターミナル": {52},
    "ターミナル国際": set(),
    "天津　カザン": {3, 33},
    '"sister cities"': {8},
    "「国際ターミナル」": {52},
    '"Shanghai Cooperation Organisation" 物流': {2, 33},
    # facets of words: a country, a theme, a person's office
    "ベルギー": {9, 23, 31, 39, 47, 60},
    "諮問会議議長": {38},
    # nothing
    "存在しない都市": set(),
    "constructor": set(),
}


def make_shelf() -> Shelf:
    """The stories on a shelf, one a day, the highest number newest."""
    return Shelf(issues=(), cards=tuple(_card(number) for number in sorted(STORIES, reverse=True)), sources={})


def story_id(number: int) -> str:
    return f"s{number:012x}"


def _card(number: int) -> Card:
    cities, network, theme, ja, en, *titles = STORIES[number]
    day = dt.date(2026, 8, 31) + dt.timedelta(days=number)
    places = tuple(cities.split())
    sources = tuple(_source(number, place, text) for place, text in enumerate(titles) if text)
    return Card(
        story_id=story_id(number),
        article_class=ArticleClass.NEWS,
        words={
            code: Words(headline=headline, sentences=_sentences(code, number), engine="tags")
            for code, headline in (("ja", ja), ("en", en))
        },
        lead={},
        published=None,
        first_seen=dt.datetime.combine(day, NOON),
        event=DatedEvent(start=day),
        cities=places,
        countries=tuple(dict.fromkeys(_CITIES[city][0] for city in places)),
        networks=(network,) if network else (),
        themes=(theme,) if theme else (),
        pair=tuple(sorted(places)) if len(places) == 2 else None,  # type: ignore[arg-type]
        persons=(PERSON[number],) if number in PERSON else (),
        sources=sources,
        languages=tuple(sorted({source.language for source in sources})),
    )


def _sentences(code: str, number: int) -> tuple[str, ...]:
    return (SENTENCES[code][number],) if number in SENTENCES[code] else ()


def _source(number: int, place: int, text: str) -> CardSource:
    language, title = text.split(" ", 1)
    return CardSource(
        article_id=f"a{number:014x}{place}",
        url=f"https://outlet-{place}.example/{number}",
        title=title,
        language=language,
        source_id=f"outlet_{place}",
        family=f"outlet_{place}",
        labels=(Label.PRESS,),
    )

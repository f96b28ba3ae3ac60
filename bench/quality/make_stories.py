"""Writes events.jsonl: reports of invented events in eight languages over ten weeks, hard to tell apart, from phrases of ours.

    python -m bench.quality.make_stories

The cities and networks exist, the events do not. Every report words its event in its own way: titles and leads of several
kinds, facts left out, figures rounded, one city not named, a title that says nothing, a date or none. Events come in chains
whose members must stay apart (CHAINS). A chain is wholly of one half; the half `blind` has wordings and topics that `fit` has
not, and thresholds are fitted to `fit` alone.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

Row = dict[str, Any]

HERE = Path(__file__).parent
OUT = HERE / "events.jsonl"
LANGUAGES = ("en", "ja", "zh", "ko", "fr", "es", "de", "ru")
PHRASES: Mapping[str, Row] = {
    language: tomllib.loads((HERE / "phrases" / f"{language}.toml").read_text("utf-8")) for language in LANGUAGES
}
HALVES = ("fit", "blind")
EVENTS = 400  # of both halves; a chain is never cut short
FIRST_DAY, DAYS = dt.date(2026, 8, 3), 70

# Country, the languages its papers write in first, and its name (in English the adjective) in all languages but Russian.
COUNTRIES = {
    "JP": ("ja", ("Japanese", "日本", "日本", "일본", "Japon", "Japón", "Japan")),
    "KR": ("ko", ("Korean", "韓国", "韩国", "한국", "Corée du Sud", "Corea del Sur", "Südkorea")),
    "CN": ("zh", ("Chinese", "中国", "中国", "중국", "Chine", "China", "China")),
    "FR": ("fr", ("French", "フランス", "法国", "프랑스", "France", "Francia", "Frankreich")),
    "BE": ("fr", ("Belgian", "ベルギー", "比利时", "벨기에", "Belgique", "Bélgica", "Belgien")),
    "ES": ("es", ("Spanish", "スペイン", "西班牙", "스페인", "Espagne", "España", "Spanien")),
    "MX": ("es", ("Mexican", "メキシコ", "墨西哥", "멕시코", "Mexique", "México", "Mexiko")),
    "DE": ("de", ("German", "ドイツ", "德国", "독일", "Allemagne", "Alemania", "Deutschland")),
    "AT": ("de", ("Austrian", "オーストリア", "奥地利", "오스트리아", "Autriche", "Austria", "Österreich")),
    "KZ": ("ru", ("Kazakh", "カザフスタン", "哈萨克斯坦", "카자흐스탄", "Kazakhstan", "Kazajistán", "Kasachstan")),
    "RU": ("ru", ("Russian", "ロシア", "俄罗斯", "러시아", "Russie", "Rusia", "Russland")),
    "US": ("en", ("American", "米国", "美国", "미국", "États-Unis", "Estados Unidos", "USA")),
    "GB": ("en", ("British", "英国", "英国", "영국", "Royaume-Uni", "Reino Unido", "Großbritannien")),
    "AU": ("en", ("Australian", "オーストラリア", "澳大利亚", "호주", "Australie", "Australia", "Australien")),
    "VN": ("", ("Vietnamese", "ベトナム", "越南", "베트남", "Vietnam", "Vietnam", "Vietnam")),
    "LV": ("ru", ("Latvian", "ラトビア", "拉脱维亚", "라트비아", "Lettonie", "Letonia", "Lettland")),
    "PT": ("", ("Portuguese", "ポルトガル", "葡萄牙", "포르투갈", "Portugal", "Portugal", "Portugal")),
    "IT": ("", ("Italian", "イタリア", "意大利", "이탈리아", "Italie", "Italia", "Italien")),
    "FI": ("", ("Finnish", "フィンランド", "芬兰", "핀란드", "Finlande", "Finlandia", "Finnland")),
    "PL": ("", ("Polish", "ポーランド", "波兰", "폴란드", "Pologne", "Polonia", "Polen")),
}
# Country, then how each language writes the city, in several ways where it does.
CITIES = {
    "kobe": ("JP", "Kobe", "神戸", "神户", "고베", "Kobe|Kobé", "Kobe", "Kobe|Kōbe", "Кобе"),
    "niigata": ("JP", "Niigata", "新潟", "新潟", "니가타", "Niigata", "Niigata", "Niigata", "Ниигата"),
    "nagoya": ("JP", "Nagoya", "名古屋", "名古屋", "나고야", "Nagoya", "Nagoya", "Nagoya", "Нагоя"),
    "fukuoka": ("JP", "Fukuoka", "福岡", "福冈", "후쿠오카", "Fukuoka", "Fukuoka", "Fukuoka", "Фукуока"),
    "sapporo": ("JP", "Sapporo", "札幌", "札幌", "삿포로", "Sapporo", "Sapporo", "Sapporo", "Саппоро"),
    "kyoto": ("JP", "Kyoto", "京都", "京都", "교토", "Kyoto", "Kioto", "Kyoto|Kyōto", "Киото"),
    "kanazawa": ("JP", "Kanazawa", "金沢", "金泽", "가나자와", "Kanazawa", "Kanazawa", "Kanazawa", "Канадзава"),
    "busan": ("KR", "Busan|Pusan", "釜山", "釜山", "부산", "Busan|Pusan", "Busan", "Busan", "Пусан"),
    "daegu": ("KR", "Daegu", "大邱", "大邱", "대구", "Daegu", "Daegu", "Daegu", "Тэгу"),
    "gwangju": ("KR", "Gwangju", "光州", "光州", "광주", "Gwangju", "Gwangju", "Gwangju", "Кванджу"),
    "incheon": ("KR", "Incheon", "仁川", "仁川", "인천", "Incheon", "Incheon", "Incheon", "Инчхон"),
    "tianjin": ("CN", "Tianjin", "天津", "天津", "톈진", "Tianjin", "Tianjin", "Tianjin", "Тяньцзинь"),
    "guangzhou": ("CN", "Guangzhou", "広州", "广州", "광저우", "Canton|Guangzhou", "Cantón|Guangzhou", "Guangzhou|Kanton", "Гуанчжоу"),
    "chengdu": ("CN", "Chengdu", "成都", "成都", "청두", "Chengdu", "Chengdu", "Chengdu", "Чэнду"),
    "xian": ("CN", "Xi'an", "西安", "西安", "시안", "Xi'an", "Xi'an", "Xi'an", "Сиань"),
    "qingdao": ("CN", "Qingdao", "青島", "青岛", "칭다오", "Qingdao", "Qingdao", "Qingdao|Tsingtau", "Циндао"),
    "lyon": ("FR", "Lyon|Lyons", "リヨン", "里昂", "리옹", "Lyon", "Lyon", "Lyon", "Лион"),
    "nantes": ("FR", "Nantes", "ナント", "南特", "낭트", "Nantes", "Nantes", "Nantes", "Нант"),
    "strasbourg": ("FR", "Strasbourg", "ストラスブール", "斯特拉斯堡", "스트라스부르", "Strasbourg", "Estrasburgo", "Straßburg", "Страсбург"),
    "brussels": ("BE", "Brussels", "ブリュッセル", "布鲁塞尔", "브뤼셀", "Bruxelles", "Bruselas", "Brüssel", "Брюссель"),
    "bilbao": ("ES", "Bilbao", "ビルバオ", "毕尔巴鄂", "빌바오", "Bilbao", "Bilbao", "Bilbao", "Бильбао"),
    "valencia": ("ES", "Valencia", "バレンシア", "巴伦西亚", "발렌시아", "Valence|Valencia", "Valencia|València", "Valencia", "Валенсия"),
    "guadalajara": ("MX", "Guadalajara", "グアダラハラ", "瓜达拉哈拉", "과달라하라", "Guadalajara", "Guadalajara", "Guadalajara", "Гвадалахара"),
    "hamburg": ("DE", "Hamburg", "ハンブルク", "汉堡", "함부르크", "Hambourg", "Hamburgo", "Hamburg", "Гамбург"),
    "dresden": ("DE", "Dresden", "ドレスデン", "德累斯顿", "드레스덴", "Dresde", "Dresde", "Dresden", "Дрезден"),
    "cologne": ("DE", "Cologne", "ケルン", "科隆", "쾰른", "Cologne", "Colonia", "Köln", "Кёльн"),
    "graz": ("AT", "Graz", "グラーツ", "格拉茨", "그라츠", "Graz", "Graz", "Graz", "Грац"),
    "almaty": ("KZ", "Almaty", "アルマトイ", "阿拉木图", "알마티", "Almaty", "Almatý|Almaty", "Almaty", "Алматы"),
    "kazan": ("RU", "Kazan", "カザン", "喀山", "카잔", "Kazan", "Kazán", "Kasan", "Казань"),
    "riga": ("LV", "Riga", "リガ", "里加", "리가", "Riga", "Riga", "Riga", "Рига"),
    "porto": ("PT", "Porto|Oporto", "ポルト", "波尔图", "포르투", "Porto", "Oporto", "Porto", "Порту"),
    "turin": ("IT", "Turin", "トリノ", "都灵", "토리노", "Turin", "Turín", "Turin", "Турин"),
    "tampere": ("FI", "Tampere", "タンペレ", "坦佩雷", "탐페레", "Tampere", "Tampere", "Tampere", "Тампере"),
    "krakow": ("PL", "Krakow|Cracow", "クラクフ", "克拉科夫", "크라쿠프", "Cracovie", "Cracovia", "Krakau", "Краков"),
    "hanoi": ("VN", "Hanoi", "ハノイ", "河内", "하노이", "Hanoï", "Hanói|Hanoi", "Hanoi", "Ханой"),
    "danang": ("VN", "Da Nang", "ダナン", "岘港", "다낭", "Da Nang", "Da Nang", "Da Nang", "Дананг"),
    "seattle": ("US", "Seattle", "シアトル", "西雅图", "시애틀", "Seattle", "Seattle", "Seattle", "Сиэтл"),
    "pittsburgh": ("US", "Pittsburgh", "ピッツバーグ", "匹兹堡", "피츠버그", "Pittsburgh", "Pittsburgh", "Pittsburgh", "Питтсбург"),
    "leeds": ("GB", "Leeds", "リーズ", "利兹", "리즈", "Leeds", "Leeds", "Leeds", "Лидс"),
    "melbourne": ("AU", "Melbourne", "メルボルン", "墨尔本", "멜버른", "Melbourne", "Melbourne", "Melbourne", "Мельбурн"),
}  # fmt: skip
NETWORKS = {
    "c40": ("C40", "世界大都市気候先導グループ(C40)", "C40城市气候领导联盟", "C40 도시기후리더십그룹", "C40", "C40", "C40", "C40"),
    "iclei": ("ICLEI", "イクレイ(ICLEI)", "宜可城(ICLEI)", "이클레이(ICLEI)", "ICLEI", "ICLEI", "ICLEI", "ICLEI"),
    "uclg": ("UCLG|United Cities and Local Governments", "都市・自治体連合(UCLG)", "世界城地组织(UCLG)", "세계지방정부연합(UCLG)", "CGLU|Cités et gouvernements locaux unis", "CGLU|Ciudades y Gobiernos Locales Unidos", "UCLG", "ОГМВ"),
    "peace": ("Mayors for Peace", "平和首長会議", "和平市长会议", "평화시장회의", "Maires pour la paix", "Alcaldes por la Paz", "Mayors for Peace", "«Мэры за мир»"),
    "citynet": ("CityNet", "シティネット", "CityNet", "시티넷", "CityNet", "CityNet", "CityNet", "CityNet"),
    "eurocities": ("Eurocities", "ユーロシティーズ", "欧洲城市组织Eurocities", "유로시티", "Eurocities", "Eurocities", "Eurocities", "Eurocities"),
}  # fmt: skip
# July to November.
MONTHS = {
    "en": ("July", "August", "September", "October", "November"),
    "fr": ("juillet", "août", "septembre", "octobre", "novembre"),
    "es": ("julio", "agosto", "septiembre", "octubre", "noviembre"),
    "de": ("Juli", "August", "September", "Oktober", "November"),
    "ru": ("июля", "августа", "сентября", "октября", "ноября"),
}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
KINDS = ("signing", "mou", "visit", "anniversary", "youth", "festival", "termination", "aid")

# Reports per event: most are told once or twice, a few by everybody.
SIZES = ((1, 35), (2, 20), (3, 13), (4, 10), (5, 7), (6, 5), (8, 4), (10, 3), (12, 3))
DELAYS = ((0, 38), (1, 30), (2, 14), (3, 8), (4, 4), (5, 3), (6, 3))
# Of the reports so many name one city only, have a title that says nothing, state no day of publication, copy an earlier one,
# round the figures, put a fact or a quotation before the news.
UNNAMED, VAGUE, UNDATED, COPIED, ROUNDED, NEWS_LATER = 0.15, 0.07, 0.04, 0.1, 0.2, 0.3


class Event(NamedTuple):
    """What happens; reports say part of it."""

    kind: str
    a: str  # city that receives
    b: str
    day: dt.date
    topic: str
    network: str
    n: int
    m: int
    years: int
    quotes: tuple[int, int]


class Half(NamedTuple):
    """What the events of one half are made of."""

    name: str
    topics: Sequence[str]
    wordings: tuple[int, ...]  # titles and leads, by their place in the list of their kind


def main() -> None:
    lines = (json.dumps(row, ensure_ascii=False) for row in make_rows())
    OUT.write_text("\n".join(lines) + "\n", "utf-8")


def make_rows() -> list[Row]:
    """Reports with the event they are of, by half."""
    topics = [*PHRASES["en"]["topics"]]
    halves = Half("fit", topics[:7], (0, 1)), Half("blind", topics[3:], (1, 2))
    rows: list[Row] = []
    for half in halves:
        chance = random.Random(f"events {half.name}")
        for number, event in enumerate(make_events(half, chance)):
            rows += tell(f"{half.name}-{number:03}", event, half, chance)
    return [{"id": f"report-{number:04}", **row} for number, row in enumerate(rows)]


# ------------------------------------------------------------------------------------------------------------------- events


def make_events(half: Half, chance: random.Random) -> list[Event]:
    """Chains of events; no pair of cities is in two chains."""
    events: list[Event] = []
    paired: set[frozenset[str]] = set()
    while len(events) < EVENTS // len(HALVES):
        pair = draw_pair(chance, paired)
        chain = chance.choice(CHAINS)
        for event in chain(draw_event(chance.choice(KINDS), pair, half, chance), half, chance):
            paired.add(frozenset((event.a, event.b)))
            if event.day < FIRST_DAY + dt.timedelta(DAYS):
                events.append(event)
    return events


def draw_pair(chance: random.Random, paired: set[frozenset[str]], a: str = "") -> tuple[str, str]:
    """Two cities of two countries that have not met yet."""
    while True:
        first = a or chance.choice(sorted(CITIES))
        second = chance.choice(sorted(CITIES))
        if CITIES[first][0] != CITIES[second][0] and frozenset((first, second)) not in paired:
            return first, second


def draw_event(kind: str, pair: tuple[str, str], half: Half, chance: random.Random) -> Event:
    return Event(
        kind=kind,
        a=pair[0],
        b=pair[1],
        day=FIRST_DAY + dt.timedelta(chance.randrange(DAYS)),
        topic=chance.choice(half.topics),
        network=chance.choice(sorted(NETWORKS)),
        n=chance.randint(21, 98),
        m=chance.randint(3, 19),
        years=chance.choice((5, 10, 15, 20, 25, 30, 35, 40, 50, 60)),
        quotes=(chance.randrange(4), chance.randrange(4)),
    )


def another(event: Event, half: Half, chance: random.Random, *, kind: str, days: int, b: str = "") -> Event:
    """An event of the same host: of another kind, so many days later, on another topic and with other figures."""
    made = draw_event(kind, (event.a, b or event.b), half, chance)
    topics = [topic for topic in half.topics if topic != event.topic]
    return made._replace(day=event.day + dt.timedelta(days), topic=chance.choice(topics))


def alone(event: Event, _half: Half, _chance: random.Random) -> Iterator[Event]:
    yield event


def meet_again(event: Event, half: Half, chance: random.Random) -> Iterator[Event]:
    """The same two cities three weeks later, for something else."""
    yield event
    kind = chance.choice([kind for kind in KINDS if kind != event.kind])
    yield another(event, half, chance, kind=kind, days=chance.randint(17, 26))


def repeat_on_another_topic(event: Event, half: Half, chance: random.Random) -> Iterator[Event]:
    """The same two cities and the same kind of event, two weeks later, on another topic."""
    kind = chance.choice(("mou", "visit", "youth"))
    yield event._replace(kind=kind)
    yield another(event, half, chance, kind=kind, days=chance.randint(12, 20))


def same_day(event: Event, half: Half, chance: random.Random) -> Iterator[Event]:
    """Two events in one city on one day, with guests from two places."""
    yield event
    kind = chance.choice((event.kind, *KINDS))
    other = draw_pair(chance, {frozenset((event.a, event.b))}, event.a)[1]
    yield another(event, half, chance, kind=kind, days=chance.choice((0, 0, 1)), b=other)


def anniversary_and_signing(event: Event, half: Half, chance: random.Random) -> Iterator[Event]:
    """An anniversary; days before or after it the two sign something new, and the host signs with somebody else."""
    yield event._replace(kind="anniversary")
    yield another(event, half, chance, kind="mou", days=chance.choice((-9, -6, 6, 9)))
    other = draw_pair(chance, {frozenset((event.a, event.b))}, event.a)[1]
    yield another(event, half, chance, kind="signing", days=chance.randint(1, 8), b=other)


def announce_sign_follow(event: Event, half: Half, chance: random.Random) -> Iterator[Event]:
    """What is announced, then signed, then carried out: three pieces of news on one topic."""
    signing = event._replace(kind=chance.choice(("signing", "mou")))
    before, after = chance.randint(10, 24), chance.randint(8, 20)
    yield another(event, half, chance, kind="announcement", days=-before)._replace(topic=event.topic, n=event.n)
    yield signing
    yield another(event, half, chance, kind="followup", days=after)._replace(topic=event.topic)


def next_summit(event: Event, half: Half, chance: random.Random) -> Iterator[Event]:
    """Two meetings of one network in two cities, weeks apart, and a visit in the first host during the first."""
    first = event._replace(kind="summit")
    yield first
    second = draw_pair(chance, set())
    yield draw_event("summit", second, half, chance)._replace(
        day=event.day + dt.timedelta(chance.randint(9, 30)), network=event.network
    )
    other = draw_pair(chance, {frozenset((event.a, event.b))}, event.a)[1]
    yield another(event, half, chance, kind="visit", days=1, b=other)


def with_background(event: Event, half: Half, chance: random.Random) -> Iterator[Event]:
    """An event, and days later a piece about the partnerships of its host."""
    yield event
    yield another(event, half, chance, kind="background", days=chance.randint(0, 10))


CHAINS = (
    alone,
    meet_again,
    repeat_on_another_topic,
    same_day,
    anniversary_and_signing,
    announce_sign_follow,
    next_summit,
    with_background,
)


# ------------------------------------------------------------------------------------------------------------------ reports


def tell(name: str, event: Event, half: Half, chance: random.Random) -> list[Row]:
    """The reports of an event, in the order they came out."""
    size = 1 if event.kind == "background" else draw(SIZES, chance)
    languages = draw_languages(event, min(size, chance.choice((1, 2, 2, 3, 3, 4, 5))), chance)
    rows: list[Row] = []
    for number in range(size):
        language = languages[number] if number < len(languages) else chance.choice(languages)
        earlier = [row for row in rows if row["lang"] == language]
        if earlier and chance.random() < COPIED:
            told = copy(chance.choice(earlier), chance)
        else:
            told = write(event, language, half, chance)
        time = event.day + dt.timedelta(draw(DELAYS, chance))
        row = {"event": name, "half": half.name, "kind": event.kind, "lang": language}
        row |= {"source": f"{language}-{chance.randrange(12)}"}
        row |= {"time": time.isoformat()} if chance.random() >= UNDATED else {}
        seen = dt.datetime.combine(time, dt.time(chance.randrange(24)), dt.UTC) + dt.timedelta(chance.choice((0, 1, 1)))
        rows.append(row | {"seen": seen.isoformat()} | told)
    return rows


def draw(weighted: Sequence[tuple[int, int]], chance: random.Random) -> int:
    return chance.choices([value for value, _ in weighted], [weight for _, weight in weighted])[0]


def draw_languages(event: Event, count: int, chance: random.Random) -> list[str]:
    """Those of the two countries and English before others."""
    near = [COUNTRIES[CITIES[city][0]][0] for city in (event.a, event.b)] + ["en"]
    first = sorted({language for language in near if language}, key=near.index)
    others = [language for language in LANGUAGES if language not in first]
    ranked = [*chance.sample(first, len(first)), *chance.sample(others, len(others))]
    return ranked[:count]


def copy(row: Row, chance: random.Random) -> Row:
    """The same text, whole or cut."""
    lines = row["text"].split("\n")
    kept = lines if chance.random() < 0.5 else lines[: max(1, len(lines) - 1)]
    return {"title": row["title"], "text": "\n".join(kept)}


def write(event: Event, language: str, half: Half, chance: random.Random) -> Row:
    """A title and a text of a few paragraphs."""
    phrases = PHRASES[language]
    kind = phrases["types"][event.kind]
    topic = phrases["topics"][event.topic]
    values = fill_in(event, language, chance)

    def say(phrase: str) -> str:
        return finish(choose(phrase, chance).format(**values), language)

    wording = [chance.choice(half.wordings) for _ in range(2)]
    title = chance.choice(phrases["vague"]) if chance.random() < VAGUE else kind["titles"][wording[0]]
    lead = say(kind["leads"][wording[1]])
    facts = [say(fact) for fact in topic["facts"] if chance.random() < 0.6] if event.kind != "background" else []
    quotes = [say(phrases["quotes"][number]) for number in sorted({*event.quotes}) if chance.random() < 0.4]
    chance.shuffle(facts)
    closings = [say(one) for one in chance.sample(phrases["closings"], chance.randint(0, 3))]
    details = [*facts, *quotes]
    opening = [details.pop(0)] if details and chance.random() < NEWS_LATER else []
    glue = "" if language in ("ja", "zh") else " "
    paragraphs = [glue.join([*opening, lead]), glue.join(details), glue.join(closings)]
    return {"title": say(title), "text": "\n".join(part for part in paragraphs if part)}


def fill_in(event: Event, language: str, chance: random.Random) -> dict[str, object]:
    """What the placeholders of a phrase stand for in one report."""
    phrases = PHRASES[language]
    names = {"a": name_city(event.a, language, chance), "b": name_city(event.b, language, chance)}
    if chance.random() < UNNAMED and event.kind not in ("background", "summit"):
        letter = chance.choice("abb")
        country = COUNTRIES[CITIES[event.b if letter == "b" else event.a][0]][1]
        at = chance.randrange(len(phrases["partner"]))
        names[letter] = phrases["partner"][at].format(c=country[LANGUAGES.index(language)] if language != "ru" else "")
        if language == "ru":
            names |= {f"{letter}2": phrases["partner2"][at], f"{letter}6": phrases["partner6"][at]}
    if language == "ru":
        for letter in "ab":
            names.setdefault(f"{letter}2", decline(names[letter], 2))
            names.setdefault(f"{letter}6", decline(names[letter], 6))
    rounded = chance.random() < ROUNDED
    return {
        **names,
        "n": round(event.n, -1) if rounded else event.n,
        "m": event.m,
        "y": event.years,
        "d": write_day(event.day, language, chance),
        "t": phrases["topics"][event.topic]["np"],
        "w": chance.choice(NETWORKS[event.network][LANGUAGES.index(language)].split("|")),
    }


def name_city(city: str, language: str, chance: random.Random) -> str:
    name = chance.choice(CITIES[city][1 + LANGUAGES.index(language)].split("|"))
    # Particles of the Korean phrases follow the vowel of 시.
    if language == "ko" or (language in ("ja", "zh") and chance.random() < 0.6):
        return name + ("시" if language == "ko" else "市")
    return name


def decline(name: str, case: int) -> str:
    """The genitive (2) or prepositional (6) of a Russian name of a city."""
    if name == "Казань":  # the only feminine one
        return "Казани"
    endings = {"а": ("ы", "е"), "я": ("и", "е"), "ь": ("я", "е"), "й": ("я", "е")}
    if name[-1] in endings:
        ends = endings[name[-1]]
        if name.endswith("ия"):
            ends = ("и", "и")
        elif name[-2] in "гкхжчшщ":
            ends = ("и", "е")
        return name[:-1] + ends[case == 6]
    if name[-1] in "еиоуыэю":
        return name
    return name + ("а", "е")[case == 6]


def write_day(day: dt.date, language: str, chance: random.Random) -> str:
    month = MONTHS[language][day.month - 7] if language in MONTHS else ""
    ways = {
        "en": (f"{day.day} {month}", f"{month} {day.day}", WEEKDAYS[day.weekday()]),
        "ja": (f"{day.day}日", f"{day.month}月{day.day}日"),
        "zh": (f"{day.month}月{day.day}日", f"{day.day}日"),
        "ko": (f"{day.day}일", f"{day.month}월 {day.day}일"),
        "fr": (f"{day.day} {month}", f"{day.day} {month} {day.year}"),
        "es": (f"{day.day} de {month}",),
        "de": (f"{day.day}. {month}",),
        "ru": (f"{day.day} {month}",),
    }
    return chance.choice(ways[language])


def choose(phrase: str, chance: random.Random) -> str:
    """One of the alternatives of every [x|y]."""
    return re.sub(r"\[([^\[\]]*)\]", lambda match: chance.choice(match[1].split("|")), phrase)


def finish(text: str, language: str) -> str:
    """Elisions, single spaces, a capital at the beginning of every sentence."""
    text = re.sub(r"\s+", " ", text).strip()
    if language == "fr":
        text = re.sub(r"\b([Dd])e (?=[AEIOUÉÈHaeiouéè])", r"\1'", text)
        text = re.sub(r"\bde les\b", "des", text)
    if language == "es":
        text = re.sub(r"\bde el\b", "del", text)
    return re.sub(r"(^|[.!?] )([^\W\d_])", lambda match: match[1] + match[2].upper(), text)


if __name__ == "__main__":
    main()

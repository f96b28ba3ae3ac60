"""Writes our own labelled sets: leads.jsonl, stories.jsonl and copies.jsonl, from templates of ours and a fixed seed.

    python -m bench.quality.make_sets

Everything in them is invented: the cities exist, the events do not. They are small and clean; what they cannot show, real pages
must. Run again after changing a template and look at the difference.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from pathlib import Path
from typing import Any

Row = dict[str, Any]

HERE = Path(__file__).parent
LANGUAGES = ("en", "ja", "zh", "ko", "fr")

# Name and country as the lexicon gives them, then how each language writes it.
CITIES = {
    "Kobe|JP": ("Kobe", "神戸", "神户", "고베", "Kobe"),
    "Niigata|JP": ("Niigata", "新潟", "新潟", "니가타", "Niigata"),
    "Nagoya|JP": ("Nagoya", "名古屋", "名古屋", "나고야", "Nagoya"),
    "Fukuoka|JP": ("Fukuoka", "福岡", "福冈", "후쿠오카", "Fukuoka"),
    "Busan|KR": ("Busan", "釜山", "釜山", "부산", "Busan"),
    "Daegu|KR": ("Daegu", "大邱", "大邱", "대구", "Daegu"),
    "Tianjin|CN": ("Tianjin", "天津", "天津", "톈진", "Tianjin"),
    "Guangzhou|CN": ("Guangzhou", "広州", "广州", "광저우", "Canton"),
    "Riga|LV": ("Riga", "リガ", "里加", "리가", "Riga"),
    "Lyon|FR": ("Lyon", "リヨン", "里昂", "리옹", "Lyon"),
    "Nantes|FR": ("Nantes", "ナント", "南特", "낭트", "Nantes"),
    "Porto|PT": ("Porto", "ポルト", "波尔图", "포르투", "Porto"),
    "Hamburg|DE": ("Hamburg", "ハンブルク", "汉堡", "함부르크", "Hambourg"),
    "Hanoi|VN": ("Hanoi", "ハノイ", "河内", "하노이", "Hanoï"),
    "Melbourne|AU": ("Melbourne", "メルボルン", "墨尔本", "멜버른", "Melbourne"),
    "Seattle|US": ("Seattle", "シアトル", "西雅图", "시애틀", "Seattle"),
}

# {a} hosts, {b} is the other city, {n} a figure. Per event type and language: title, text.
TEMPLATES: dict[str, dict[str, tuple[str, str]]] = {
    "sister-city-agreement": {
        "en": (
            "{a} and {b} sign sister-city agreement",
            "The mayors of {a} and {b} signed a sister-city agreement at {a} town hall, promising exchanges of {n} pupils a year and joint work on trade.",
        ),
        "ja": (
            "{a}市と{b}市、姉妹都市提携に調印",
            "{a}市と{b}市の両市長は{a}市役所で姉妹都市提携の協定書に調印した。毎年{n}人の生徒を相互に派遣し、貿易でも協力する。",
        ),
        "zh": (
            "{a}与{b}缔结友好城市关系",
            "{a}市长与{b}市长在{a}签署友好城市协议,双方将每年互派{n}名学生,并推动经贸合作。",
        ),
        "ko": (
            "{a}시·{b}시 자매결연 체결",
            "{a}시와 {b}시는 {a}시청에서 자매도시 협정을 체결하고 해마다 학생 {n}명을 교류하며 통상 협력도 넓히기로 했다.",
        ),
        "fr": (
            "{a} et {b} signent un accord de jumelage",
            "Les maires de {a} et de {b} ont signé un accord de jumelage à l'hôtel de ville de {a} ; {n} élèves partiront chaque année et le commerce sera soutenu.",
        ),
    },
    "mou-cooperation": {
        "en": (
            "{a}, {b} agree to share know-how on water supply",
            "{a} and {b} signed a memorandum of understanding on water supply and waste water. Engineers of {b} will train {n} colleagues from {a}.",
        ),
        "ja": (
            "{a}市、{b}市と水道分野の協力覚書を締結",
            "{a}市は{b}市と上下水道分野の協力に関する覚書を締結した。{b}市の技術者が{a}市の職員{n}人を指導する。",
        ),
        "zh": (
            "{a}与{b}签署供水合作备忘录",
            "{a}市与{b}市签署供水和污水处理合作备忘录,{b}市技术人员将培训{a}市{n}名职员。",
        ),
        "ko": (
            "{a}시, {b}시와 상하수도 업무협약",
            "{a}시는 {b}시와 상하수도 분야 협력 양해각서를 체결했다. {b}시 기술자가 {a}시 직원 {n}명을 교육한다.",
        ),
        "fr": (
            "Eau : {a} et {b} signent un protocole d'accord",
            "{a} et {b} ont signé un protocole d'accord sur l'eau et l'assainissement. Des ingénieurs de {b} formeront {n} agents de {a}.",
        ),
    },
    "delegation-visit": {
        "en": (
            "Delegation from {b} visits {a} port",
            "A delegation of {n} led by the deputy mayor of {b} is visiting its partner city {a} to study hydrogen handling in the port.",
        ),
        "ja": (
            "{b}市の代表団が{a}市を訪問、港を視察",
            "{b}市の副市長を団長とする代表団{n}人が友好都市の{a}市を訪れ、港の水素設備を視察した。",
        ),
        "zh": (
            "{b}市代表团访问{a}考察港口",
            "由{b}市副市长率领的{n}人代表团访问友好城市{a},考察港口氢能设施。",
        ),
        "ko": (
            "{b}시 대표단 {a}시 방문, 항만 시찰",
            "{b}시 부시장을 단장으로 한 대표단 {n}명이 자매도시 {a}시를 방문해 항만 수소 시설을 둘러봤다.",
        ),
        "fr": (
            "Une délégation de {b} en visite au port de {a}",
            "Une délégation de {n} personnes conduite par l'adjoint au maire de {b} visite {a}, sa ville jumelle, pour étudier l'hydrogène dans le port.",
        ),
    },
    "anniversary": {
        "en": (
            "{a} and {b} mark {n} years as sister cities",
            "{a} and {b} celebrated the {n}th anniversary of their sister-city ties with a concert and an exhibition of crafts in {a}.",
        ),
        "ja": (
            "{a}・{b}姉妹都市{n}周年で記念式典",
            "{a}市と{b}市の姉妹都市提携{n}周年を祝う式典が{a}市で開かれ、演奏会と工芸展が行われた。",
        ),
        "zh": (
            "{a}与{b}庆祝结好{n}周年",
            "{a}与{b}结为友好城市{n}周年纪念活动在{a}举行,举办了音乐会和工艺展。",
        ),
        "ko": (
            "{a}·{b} 자매결연 {n}주년 기념행사",
            "{a}시와 {b}시의 자매결연 {n}주년을 기념하는 음악회와 공예전이 {a}시에서 열렸다.",
        ),
        "fr": (
            "{a} et {b} fêtent {n} ans de jumelage",
            "{a} et {b} ont célébré le {n}e anniversaire de leur jumelage par un concert et une exposition d'artisanat à {a}.",
        ),
    },
    "suspension-termination": {
        "en": (
            "{a} council ends sister-city ties with {b}",
            "Councillors in {a} voted {n} to 3 to terminate the sister-city agreement with {b} after a dispute over human rights.",
        ),
        "ja": (
            "{a}市議会、{b}市との姉妹都市提携を解消",
            "{a}市議会は人権をめぐる対立から、{b}市との姉妹都市提携の解消を賛成{n}、反対3で決めた。",
        ),
        "zh": (
            "{a}市议会终止与{b}的友好城市关系",
            "因人权分歧,{a}市议会以{n}比3表决终止与{b}市的友好城市协议。",
        ),
        "ko": (
            "{a}시의회, {b}시와 자매결연 파기",
            "{a}시의회는 인권 문제를 이유로 {b}시와의 자매결연을 찬성 {n}, 반대 3으로 파기하기로 했다.",
        ),
        "fr": (
            "{a} met fin à son jumelage avec {b}",
            "Le conseil municipal de {a} a voté par {n} voix contre 3 la fin du jumelage avec {b}, après un différend sur les droits humains.",
        ),
    },
    "festival-exchange": {
        "en": (
            "Dancers from {b} join {a} summer festival",
            "A troupe of {n} young dancers from sister city {b} will perform at the {a} summer festival and stay with families.",
        ),
        "ja": (
            "{a}の夏祭りに姉妹都市{b}の踊り手",
            "姉妹都市の{b}市から若い踊り手{n}人が{a}市の夏祭りに参加し、市民の家庭に滞在する。",
        ),
        "zh": (
            "友城{b}舞者将亮相{a}夏日节",
            "来自友好城市{b}的{n}名青年舞者将参加{a}夏日节演出,并入住市民家庭。",
        ),
        "ko": (
            "{a} 여름축제에 자매도시 {b} 무용단",
            "자매도시 {b}시의 젊은 무용수 {n}명이 {a}시 여름축제에서 공연하고 시민 가정에 머문다.",
        ),
        "fr": (
            "Des danseurs de {b} au festival d'été de {a}",
            "Une troupe de {n} jeunes danseurs de {b}, ville jumelle, se produira au festival d'été de {a} et logera chez l'habitant.",
        ),
    },
}

# Uses the field's words for something else.
NEGATIVES: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (
        ("{a} beat {b} in friendly", "{a} won 3-1 against {b} in a friendly match before a crowd of {n},000."),
        (
            "Hotel offers twin rooms in {a}",
            "The {n}-storey hotel near {a} station has twin rooms and a spa for city breaks.",
        ),
    ),
    "ja": (
        ("{a}、{b}との親善試合に勝利", "サッカーの親善試合で{a}は{b}に3対1で勝ち、若手が2得点を挙げた。"),
        ("{a}市長選、現職と新人の争い", "任期満了に伴う{a}市長選が告示され、子育て支援と財政再建が争点となる。"),
    ),
    "zh": (
        ("友谊赛{a}队战胜{b}队", "在一场足球友谊赛中,{a}队以3比1战胜{b}队,{n}000名球迷到场观战。"),
        ("{a}地铁新线开工", "{a}地铁新线昨日开工,全长{n}公里,预计五年后通车。"),
    ),
    "ko": (
        ("{a}, {b}와 친선경기 승리", "축구 친선경기에서 {a}가 {b}를 3대1로 이겼다."),
        ("{a} 시장 선거 후보 등록", "{a} 시장 선거 후보 등록이 시작됐다. 주거와 재정이 쟁점이다."),
    ),
    "fr": (
        ("Match amical : {a} bat {b}", "{a} s'est imposé 3-1 face à {b} en match amical devant {n} 000 spectateurs."),
        (
            "Naissance de jumelles au zoo de {a}",
            "Le zoo de {a} annonce la naissance de deux pandas roux, visibles dans {n} jours.",
        ),
    ),
}

# What a longer report adds, so that texts are long enough to be copied.
DETAILS: dict[str, tuple[str, ...]] = {
    "en": (
        "The programme was agreed last spring and is paid for by both councils in equal parts.",
        "Shops near the harbour will show products of the guests until the end of the month.",
        "A report with recommendations for smaller towns is to be presented before winter.",
        "Schools of both places have exchanged letters for years and now want to meet more often.",
        "Residents may register for guided walks at the information desk of the library.",
    ),
    "ja": (
        "事業は昨春に合意され、費用は両市が半分ずつ負担する。",
        "港に近い商店街では月末まで相手の街の特産品を並べる。",
        "小さな町に向けた提言をまとめ、冬までに公表する予定だ。",
        "学校どうしは長年手紙を交わしており、訪ね合う機会を増やしたいという。",
        "市民向けの街歩きは図書館の案内所で申し込みを受け付ける。",
    ),
    "zh": (
        "该项目去年春天商定,费用由双方各承担一半。",
        "港口附近的商店将展销对方特产至月底。",
        "面向小城镇的建议报告计划在入冬前公布。",
        "两地学校多年通信,希望今后更多互访。",
        "市民可在图书馆服务台报名参加导览步行活动。",
    ),
    "ko": (
        "사업은 지난봄 합의됐으며 비용은 양측이 절반씩 부담한다.",
        "항구 근처 상점가는 월말까지 상대 도시의 특산품을 선보인다.",
        "작은 도시를 위한 제안을 담은 보고서가 겨울 전에 나올 예정이다.",
        "두 지역 학교는 오랫동안 편지를 주고받았고 더 자주 만나기를 바란다.",
        "시민 대상 거리 산책은 도서관 안내대에서 신청할 수 있다.",
    ),
    "fr": (
        "Le programme a été décidé au printemps et financé à parts égales par les deux conseils.",
        "Les boutiques du port présenteront les produits des invités jusqu'à la fin du mois.",
        "Un rapport destiné aux petites communes doit paraître avant l'hiver.",
        "Les écoles s'écrivent depuis des années et souhaitent se rencontrer plus souvent.",
        "Les habitants peuvent s'inscrire aux promenades à l'accueil de la bibliothèque.",
    ),
}


def main() -> None:
    write("leads.jsonl", leads(random.Random("leads")))
    write("stories.jsonl", stories(random.Random("stories")))
    write("copies.jsonl", copies(random.Random("copies")))


def write(name: str, rows: list[Row]) -> None:
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    (HERE / name).write_text("\n".join(lines) + "\n", "utf-8")


def fill(language: str, template: tuple[str, str], pair: tuple[str, str], figure: int) -> Row:
    column = LANGUAGES.index(language)
    values = {"a": CITIES[pair[0]][column], "b": CITIES[pair[1]][column], "n": figure}
    return {"lang": language, "title": template[0].format(**values), "text": template[1].format(**values)}


def draw_pair(chance: random.Random) -> tuple[str, str]:
    """Two cities of two countries."""
    while True:
        first, second = chance.sample(sorted(CITIES), 2)
        if first[-2:] != second[-2:]:
            return first, second


def leads(chance: random.Random) -> list[Row]:
    """40 leads: six kinds of events in five languages, and two texts a language that only sound like it."""
    rows = []
    for kind, by_language in TEMPLATES.items():
        for language, template in by_language.items():
            pair = draw_pair(chance)
            filled = fill(language, template, pair, chance.randint(11, 60))
            rows.append({**filled, "relevant": True, "cities": sorted(pair), "event_types": [kind]})
    for language, templates in NEGATIVES.items():
        for template in templates:
            filled = fill(language, template, draw_pair(chance), chance.randint(11, 60))
            rows.append({**filled, "relevant": False})
    return [{"id": f"lead-{number:02}", **row} for number, row in enumerate(rows)]


def stories(chance: random.Random) -> list[Row]:
    """A dense month: 48 events, each in one to four languages over three days, with near namesakes.

    Every third event has the same pair as the one before it, with another kind of event a few days later; every other third
    shares one city and the kind of event with it on the same day.
    """
    rows: list[Row] = []
    told: set[tuple[str, ...]] = set()  # one pair does not sign twice in a month
    pair, kind, day = draw_pair(chance), next(iter(TEMPLATES)), dt.date(2026, 9, 1)
    for number in range(48):
        kinds = [other for other in TEMPLATES if other != kind]
        if number % 3 == 1:
            kind, day = chance.choice(kinds), day + dt.timedelta(days=chance.randint(5, 12))
        elif number % 3 == 2:
            strangers = [
                c for c in sorted(CITIES) if c[-2:] != pair[0][-2:] and (kind, *sorted((pair[0], c))) not in told
            ]
            pair = pair[0], chance.choice(strangers)
        else:
            pair, kind = draw_pair(chance), chance.choice(kinds)
            while any({*pair} == {*other[1:]} for other in told):
                pair = draw_pair(chance)
            day = dt.date(2026, 9, 1) + dt.timedelta(days=chance.randint(0, 28))
        told.add((kind, *sorted(pair)))
        figure = chance.randint(11, 60)
        for language in chance.sample(LANGUAGES, chance.choice((1, 2, 2, 3, 4))):
            filled = fill(language, TEMPLATES[kind][language], pair, figure)
            # Reports of one event seldom give the same details.
            details = chance.sample(DETAILS[language], chance.randint(0, 2))
            filled["text"] += ("" if language in ("ja", "zh") else " ").join(["", *details])
            if language not in ("ja", "zh") and chance.random() < 0.3:
                filled["text"] = (
                    filled["text"].replace(str(figure), "several", 1) if language == "en" else filled["text"]
                )
            time = (day + dt.timedelta(days=chance.choice((0, 0, 1, 1, 2)))).isoformat()
            rows.append({"id": f"story-{len(rows):03}", "cluster": f"event-{number:02}", "time": time, **filled})
    return rows


def copies(chance: random.Random) -> list[Row]:
    """12 texts, each with an equal, an edited and a cut copy, and the same form filled in for other cities."""
    rows: list[Row] = []
    kinds = list(TEMPLATES)
    for number in range(12):
        language, kind = LANGUAGES[number % len(LANGUAGES)], kinds[number % len(kinds)]
        pair, figure = draw_pair(chance), chance.randint(11, 60)
        glue = "" if language in ("ja", "zh") else " "
        details = chance.sample(DETAILS[language], 4)
        own = fill(language, TEMPLATES[kind][language], pair, figure)
        whole = glue.join([own["text"], *details])
        other = fill(language, TEMPLATES[kind][language], draw_pair(chance), figure + 1)
        edited = glue.join(
            [own["text"], *details[:3], DETAILS[language][(DETAILS[language].index(details[3]) + 1) % 5]]
        )
        texts = (
            (own["title"], whole, number, None),
            (own["title"], whole, number, "identical"),
            (own["title"], edited, number, "syndicated"),
            (own["title"], whole[: int(len(whole) * 0.4)], number, "truncated"),
            (other["title"], glue.join([other["text"], *details]), number + 100, None),
        )
        for offset, (title, text, group, copy_kind) in enumerate(texts):
            row = {"id": f"copy-{len(rows):02}", "dup": f"text-{group}", "copy_kind": copy_kind, "lang": language}
            rows.append({**row, "time": f"2026-09-{10 + offset}", "title": title, "text": text})
    return rows


if __name__ == "__main__":
    main()

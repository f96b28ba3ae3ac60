"""What the editions say, whole: fact sets and the sentences that a reader gets of them, in both languages.

Each is read as it stands: a headline, one to three sentences, and after "why:" why it matters. Nothing that is not in the facts.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import msgspec
import pytest

from pipeline.knowledge.editions import load_edition
from pipeline.knowledge.lexicon import Lexicon
from pipeline.knowledge.ties import Ties
from pipeline.model import Account, AgreementStatus, DatedEvent, Person, Tie, TieKind, Words
from pipeline.words.facts import Facts
from pipeline.words.sentences import MOST_SENTENCES, build_words

KOBE, TIANJIN, BUSAN, PARIS = "geonames:1859171", "geonames:1792947", "geonames:1838524", "geonames:2988507"
SINGAPORE, LYON, NAIROBI, HANGZHOU = "geonames:1880252", "geonames:2996944", "geonames:184745", "geonames:1808926"
HIROSHIMA, NAGASAKI, SEATTLE, NISEKO = "geonames:1862415", "geonames:1856177", "geonames:5809844", "geonames:11776771"
OSAKA, SAN_FRANCISCO = "geonames:1853909", "geonames:5391959"
SISTER, MOU, END = "sister-city-agreement", "mou-cooperation", "suspension-termination"
EDITIONS = ("ja", "en")
REPORTED = dt.date(2026, 11, 6)  # a Friday


def tie(a: str, b: str, kind: TieKind, since: str, until: str = "") -> Tie:
    a, b = sorted((a, b))
    day = dt.date(2026, 11, 1)
    return Tie(a=a, b=b, kind=kind, since=since, until=until, source="https://example.org/ties", retrieved=day)


TIES = Ties().with_rows(
    (
        tie(KOBE, TIANJIN, TieKind.FRIENDSHIP, "1973-06-24"),
        tie(OSAKA, SAN_FRANCISCO, TieKind.SISTER, "1957-10-07", "2018-10"),
        tie(KOBE, SEATTLE, TieKind.SISTER, "1957"),
        tie(KOBE, BUSAN, TieKind.MOU, "2010"),
    )
)


def on(first: str, last: str | None = None) -> DatedEvent:
    return DatedEvent(start=dt.date.fromisoformat(first), end=dt.date.fromisoformat(last) if last else None)


def due(day: str) -> DatedEvent:
    return DatedEvent(start=dt.date.fromisoformat(day), deadline=True)


def pair(a: str, b: str) -> dict[str, Any]:
    return {"cities": (a, b), "pair": tuple(sorted((a, b)))}


def say(edition: str, lexicon: Lexicon, **known: Any) -> Words:
    none: dict[str, Any] = {"cities": (), "countries": (), "networks": (), "themes": (), "event_types": (), "dates": (), "persons": ()}  # fmt: skip
    about = {key: known.pop(key) for key in ("families", "languages", "background") if key in known}
    facts = Facts(**(none | {"pair": None, "event": None, "years": None, "reported": REPORTED} | known))
    return build_words(facts, load_edition(edition), lexicon, TIES, **({"families": 1, "languages": ("en",)} | about))


def lines(words: Words) -> list[str]:
    return [words.headline, *words.sentences, *([f"why: {words.why}"] if words.why else [])]


PAIR, FAR = pair(KOBE, TIANJIN), pair(BUSAN, LYON)

# name, facts, English, Japanese
CASES: list[tuple[str, dict[str, Any], list[str], list[str]]] = [
    (
        "pair signed sister",
        dict(
            **PAIR,
            event_types=(SISTER,),
            form="sister",
            event=on("2026-11-06"),
            themes=("youth-exchange", "sports-exchange"),
        ),
        [
            "Kobe and Tianjin become sister cities",
            "Kobe in Japan and Tianjin in China signed a sister-city agreement on Friday 6 November, looking to youth exchange and sport.",
            "why: Tianjin has been Kobe’s friendship city since 1973.",
        ],
        [
            "神戸と天津が姉妹都市に",
            "神戸市と中国の天津市が11月6日（金）に姉妹都市提携を結んだ。青少年交流とスポーツが話題の中心。",
            "why: 天津市は1973年から神戸市の友好都市。",
        ],
    ),
    (
        "pair signed friendship",
        dict(**PAIR, event_types=(SISTER,), form="friendship", event=on("2026-11-06")),
        [
            "Kobe and Tianjin become friendship cities",
            "Kobe in Japan and Tianjin in China signed a friendship-city agreement on Friday 6 November.",
            "why: Tianjin has been Kobe’s friendship city since 1973.",
        ],
        [
            "神戸と天津が友好都市に",
            "神戸市と中国の天津市が11月6日（金）に友好都市提携を結んだ。",
            "why: 天津市は1973年から神戸市の友好都市。",
        ],
    ),
    (
        "pair signed, neither word",
        dict(**PAIR, event_types=(SISTER,), event=on("2026-11-06")),
        [
            "Kobe and Tianjin sign city partnership agreement",
            "Kobe in Japan and Tianjin in China signed a city partnership agreement on Friday 6 November.",
            "why: Tianjin has been Kobe’s friendship city since 1973.",
        ],
        [
            "神戸と天津、姉妹・友好都市提携",
            "神戸市と中国の天津市が11月6日（金）に姉妹・友好都市提携を結んだ。",
            "why: 天津市は1973年から神戸市の友好都市。",
        ],
    ),
    (
        "pair to sign",
        dict(**PAIR, event_types=(SISTER,), form="sister", event=on("2026-11-20")),
        [
            "Kobe and Tianjin to become sister cities",
            "Kobe in Japan and Tianjin in China are to sign a sister-city agreement on Friday 20 November.",
            "why: Tianjin has been Kobe’s friendship city since 1973.",
        ],
        [
            "神戸と天津、姉妹都市へ",
            "神戸市と中国の天津市が11月20日（金）に姉妹都市提携を結ぶ。",
            "why: 天津市は1973年から神戸市の友好都市。",
        ],
    ),
    (
        "pair planned",
        dict(**PAIR, event_types=(SISTER,), form="sister", agreement=AgreementStatus.PLANNED),
        [
            "Kobe and Tianjin consider becoming sister cities",
            "Kobe in Japan and Tianjin in China are considering a sister-city agreement; the reports tell of no signing yet.",
            "why: Tianjin has been Kobe’s friendship city since 1973.",
        ],
        [
            "神戸と天津、姉妹都市提携を検討",
            "神戸市と中国の天津市の間で姉妹都市提携が検討されている。署名はまだ伝えられていない。",
            "why: 天津市は1973年から神戸市の友好都市。",
        ],
    ),
    (
        "pair undated",
        dict(**PAIR, event_types=(SISTER,), form="sister"),
        [
            "Kobe and Tianjin: sister-city agreement",
            "The reports tell of a sister-city agreement between Kobe in Japan and Tianjin in China.",
            "why: Tianjin has been Kobe’s friendship city since 1973.",
        ],
        [
            "神戸と天津、姉妹都市提携",
            "神戸市と中国の天津市の姉妹都市提携が伝えられた。",
            "why: 天津市は1973年から神戸市の友好都市。",
        ],
    ),
    (
        "signed, day not known",
        dict(**PAIR, event_types=(SISTER,), form="friendship", agreement=AgreementStatus.SIGNED),
        [
            "Kobe and Tianjin become friendship cities",
            "Kobe in Japan and Tianjin in China signed a friendship-city agreement.",
            "why: Tianjin has been Kobe’s friendship city since 1973.",
        ],
        [
            "神戸と天津が友好都市に",
            "神戸市と中国の天津市が友好都市提携を結んだ。",
            "why: 天津市は1973年から神戸市の友好都市。",
        ],
    ),
    (
        "a signed memorandum",
        dict(**FAR, event_types=(MOU,), form="memorandum", event=on("2026-11-05"), themes=("water-waste",)),
        [
            "Busan and Lyon sign memorandum on water and waste",
            "Busan in South Korea and Lyon in France signed a memorandum of understanding on water and waste on Thursday 5 November.",
        ],
        [
            "釜山とリヨン、水・廃棄物対策で協力の覚書",
            "韓国の釜山市とフランスのリヨンが11月5日（木）に水・廃棄物対策に関する協力の覚書を交わした。",
        ],
    ),
    (
        "a letter of intent",
        dict(
            **FAR,
            event_types=(MOU,),
            form="letter",
            event=on("2026-11-05"),
            themes=("disaster-resilience", "education-talent"),
        ),
        [
            "Busan and Lyon sign letter of intent on disaster preparedness",
            "Busan in South Korea and Lyon in France signed a letter of intent on disaster preparedness and education on Thursday 5 November.",
        ],
        [
            "釜山とリヨン、防災で協力の意向書",
            "韓国の釜山市とフランスのリヨンが11月5日（木）に防災と教育に関する協力の意向書に署名した。",
        ],
    ),
    (
        "a renewal",
        dict(
            **FAR,
            event_types=(MOU,),
            form="renewal",
            event=on("2026-11-05"),
            themes=("culture-tourism", "food-agriculture", "health"),
        ),
        [
            "Busan and Lyon renew cooperation agreement on culture and tourism",
            "Busan in South Korea and Lyon in France renewed their cooperation agreement on culture and tourism as well as food and farming on Thursday 5 November.",
        ],
        [
            "釜山とリヨン、文化・観光で協力協定を更新",
            "韓国の釜山市とフランスのリヨンが11月5日（木）に文化・観光、食・農業、医療・福祉に関する協力協定を更新した。",
        ],
    ),
    (
        "an agreement ahead",
        dict(**FAR, event_types=(MOU,), event=on("2026-12-01"), themes=("trade-investment",)),
        [
            "Busan and Lyon to sign cooperation agreement on trade and investment",
            "Busan in South Korea and Lyon in France are to sign a cooperation agreement on trade and investment on Tuesday 1 December.",
        ],
        [
            "釜山とリヨン、経済で協力協定へ",
            "韓国の釜山市とフランスのリヨンが12月1日（火）に経済に関する協力協定を結ぶ。",
        ],
    ),
    (
        "an agreement announced",
        dict(**FAR, event_types=(MOU,), agreement=AgreementStatus.ANNOUNCED),
        [
            "Busan and Lyon to sign cooperation agreement",
            "Busan in South Korea and Lyon in France are to sign a cooperation agreement.",
        ],
        ["釜山とリヨン、協力協定へ", "韓国の釜山市とフランスのリヨンが協力協定を結ぶ。"],
    ),
    (
        "an agreement with a disputed day",
        dict(**FAR, event_types=(MOU,), form="memorandum", event=on("2026-11-05"), disputed=True),
        [
            "Busan and Lyon sign memorandum",
            "Busan in South Korea and Lyon in France signed a memorandum of understanding.",
            "Sources differ on the date.",
        ],
        [
            "釜山とリヨン、協力の覚書",
            "韓国の釜山市とフランスのリヨンが協力の覚書を交わした。",
            "日付は情報源によって異なる。",
        ],
    ),
    (
        "a memorandum of three cities",
        {"cities": (KOBE, BUSAN, PARIS), "event_types": (MOU,), "form": "memorandum", "event": on("2026-11-05")},
        [
            "New memorandum: Kobe, Busan and other cities",
            "The reports tell of a memorandum of understanding involving Kobe, Busan and Paris, concluded on Thursday 5 November.",
            "why: Kobe and Busan have worked together under a memorandum since 2010.",
        ],
        [
            "協力の覚書：神戸、釜山など",
            "神戸市、釜山市、パリが関わる協力の覚書が11月5日（木）に成立した。",
            "why: 神戸市と釜山市は2010年に結んだ覚書のもとで協力している。",
        ],
    ),
    (
        "an anniversary without years",
        dict(**FAR, event_types=("anniversary",)),
        [
            "Busan and Lyon mark anniversary of their ties",
            "Busan in South Korea and Lyon in France are marking an anniversary of their ties.",
        ],
        ["釜山とリヨン、交流の節目", "韓国の釜山市とフランスのリヨンが交流の節目を迎えた。"],
    ),
    (
        "an anniversary of years",
        dict(**FAR, event_types=("anniversary",), years=50),
        [
            "Busan and Lyon mark anniversary of their ties",
            "Busan in South Korea and Lyon in France are marking an anniversary of their ties.",
        ],
        ["釜山とリヨン、交流の節目", "韓国の釜山市とフランスのリヨンが交流の節目を迎えた。"],
    ),
    (
        "years of a claimed tie",
        dict(**FAR, event_types=("anniversary",), years=50, claimed=frozenset({tuple(sorted((BUSAN, LYON)))})),
        [
            "Busan and Lyon mark 50 years of ties",
            "Busan in South Korea and Lyon in France are marking 50 years of ties.",
        ],
        ["釜山とリヨン、提携50周年", "韓国の釜山市とフランスのリヨンが提携50周年を迎えた。"],
    ),
    (
        "years that the table knows",
        dict(**PAIR, event_types=("anniversary",), years=53, themes=("people-to-people",)),
        [
            "Kobe and Tianjin mark 53 years as friendship cities",
            "Kobe in Japan and Tianjin in China are marking 53 years as friendship cities, with citizens’ exchange to the fore.",
            "why: Tianjin has been Kobe’s friendship city since 1973.",
        ],
        [
            "神戸と天津、友好都市53周年",
            "神戸市と中国の天津市が友好都市提携53周年を迎えた。話題の中心は市民交流。",
            "why: 天津市は1973年から神戸市の友好都市。",
        ],
    ),
    (
        "an anniversary by its words",
        dict(**FAR, event_types=("anniversary",), form="sister", years=60),
        [
            "Busan and Lyon mark 60 years as sister cities",
            "Busan in South Korea and Lyon in France are marking 60 years as sister cities.",
        ],
        ["釜山とリヨン、姉妹都市60周年", "韓国の釜山市とフランスのリヨンが姉妹都市提携60周年を迎えた。"],
    ),
    (
        "a forum with its host",
        {
            "cities": (BUSAN, KOBE, LYON),
            "host": BUSAN,
            "event_types": ("summit-forum",),
            "event": on("2026-11-25", "2026-11-27"),
            "themes": ("transport-connectivity",),
        },
        [
            "Busan to host international forum on transport",
            "Busan in South Korea is to host an international forum of cities from Wednesday 25 to Friday 27 November, with transport at the centre.",
            "The reports also name Kobe and Lyon.",
            "why: Kobe and Busan have worked together under a memorandum since 2010.",
        ],
        [
            "釜山で交通・物流の国際会議開催へ",
            "都市の国際会議が11月25日（水）から27日（金）まで、韓国の釜山市で交通・物流をテーマに開かれる。",
            "記事にはほかに神戸とリヨンの名も挙がる。",
            "why: 神戸市と釜山市は2010年に結んだ覚書のもとで協力している。",
        ],
    ),
    (
        "a forum under way",
        {"cities": (BUSAN,), "host": BUSAN, "event_types": ("summit-forum",), "event": on("2026-11-06", "2026-11-08")},
        [
            "International forum in Busan",
            "An international forum of cities opened in Busan in South Korea on Friday 6 November and runs until Sunday 8 November.",
        ],
        ["釜山で国際会議", "都市の国際会議が11月6日（金）に韓国の釜山市で始まった。会期は8日（日）まで。"],
    ),
    (
        "a forum that was",
        {
            "cities": (KOBE,),
            "host": KOBE,
            "event_types": ("summit-forum",),
            "event": on("2026-10-30", "2026-11-01"),
            "figures": (
                Account(value="900", article_ids=(), counted="participants"),
                Account(value="26", article_ids=(), counted="cities"),
            ),
        },
        [
            "Kobe hosts international forum",
            "An international forum of cities was held in Kobe in Japan from Friday 30 October to Sunday 1 November.",
            "The sources speak of 900 participants and 26 cities.",
        ],
        [
            "神戸で国際会議",
            "都市の国際会議が10月30日（金）から11月1日（日）まで神戸市で開かれた。",
            "規模は、出典によると参加者900人と26都市。",
        ],
    ),
    (
        "a forum over New Year",
        {"cities": (KOBE,), "host": KOBE, "event_types": ("summit-forum",), "event": on("2026-12-30", "2027-01-02")},
        [
            "Kobe to host international forum",
            "Kobe in Japan is to host an international forum of cities from Wednesday 30 December 2026 to Saturday 2 January 2027.",
        ],
        ["神戸で国際会議開催へ", "都市の国際会議が12月30日（水）から2027年1月2日（土）まで神戸市で開かれる。"],
    ),
    (
        "a network's meeting",
        {
            "cities": (NAIROBI,),
            "host": NAIROBI,
            "networks": ("uclg",),
            "event_types": ("summit-forum",),
            "event": on("2026-12-03", "2026-12-05"),
        },
        [
            "UCLG cities to meet in Nairobi",
            "UCLG cities are to meet in Nairobi in Kenya from Thursday 3 to Saturday 5 December.",
        ],
        [
            "都市・自治体連合、ナイロビで会議へ",
            "都市・自治体連合の会議が12月3日（木）から5日（土）までケニアのナイロビで開かれる。",
        ],
    ),
    (
        "a network's meeting, no host",
        {
            "cities": (NAIROBI,),
            "networks": ("uclg",),
            "event_types": ("summit-forum",),
            "event": on("2026-12-03", "2026-12-05"),
            "themes": ("governance-sdgs",),
        },
        [
            "UCLG forum: Nairobi",
            "UCLG cities are to meet from Thursday 3 to Saturday 5 December, with local government at the centre; the reports name Nairobi in Kenya.",
        ],
        [
            "都市・自治体連合の会議：ナイロビ",
            "ケニアのナイロビが関わる都市・自治体連合の会議が12月3日（木）から5日（土）まで、自治体運営をテーマに開かれる。",
        ],
    ),
    (
        "a dialogue of two",
        dict(**PAIR, event_types=("mayors-dialogue",), event=on("2026-11-05")),
        [
            "Mayors of Kobe and Tianjin in dialogue",
            "A mayors’ dialogue between Kobe in Japan and Tianjin in China took place on Thursday 5 November.",
            "why: Tianjin has been Kobe’s friendship city since 1973.",
        ],
        [
            "神戸と天津が市長対話",
            "神戸市と中国の天津市の市長対話が11月5日（木）に行われた。",
            "why: 天津市は1973年から神戸市の友好都市。",
        ],
    ),
    (
        "a dialogue without a day",
        dict(**PAIR, event_types=("mayors-dialogue",)),
        [
            "Mayors of Kobe and Tianjin in dialogue",
            "The reports tell of a mayors’ dialogue between Kobe in Japan and Tianjin in China.",
            "why: Tianjin has been Kobe’s friendship city since 1973.",
        ],
        [
            "神戸と天津が市長対話",
            "神戸市と中国の天津市の市長対話が伝えられた。",
            "why: 天津市は1973年から神戸市の友好都市。",
        ],
    ),
    (
        "a disputed dialogue",
        {
            "cities": (KOBE, TIANJIN, BUSAN),
            "host": KOBE,
            "event_types": ("mayors-dialogue",),
            "event": on("2026-10-28", "2026-10-30"),
            "disputed": True,
            "families": 5,
            "languages": ("en", "ja", "ko", "zh-Hans"),
        },
        [
            "Kobe hosts mayors’ dialogue",
            "Kobe in Japan hosted a mayors’ dialogue.",
            "Sources differ on the date.",
            "The reports also name Tianjin and Busan.",
            "why: Tianjin has been Kobe’s friendship city since 1973.",
        ],
        [
            "神戸で市長対話",
            "市長対話が神戸市で開かれた。",
            "日付は情報源によって異なる。",
            "記事にはほかに天津と釜山の名も挙がる。",
            "why: 天津市は1973年から神戸市の友好都市。",
        ],
    ),
    (
        "a visit with its host",
        dict(**PAIR, host=KOBE, event_types=("delegation-visit",), event=on("2026-11-05"), themes=("heritage",)),
        [
            "Tianjin delegation visits Kobe",
            "A delegation from Tianjin in China visited Kobe in Japan on Thursday 5 November, with heritage in focus.",
            "why: Tianjin has been Kobe’s friendship city since 1973.",
        ],
        [
            "天津の代表団が神戸を訪問",
            "中国の天津市の代表団が11月5日（木）に神戸市を訪れた。主な話題は歴史遺産。",
            "why: 天津市は1973年から神戸市の友好都市。",
        ],
    ),
    (
        "a visit ahead",
        dict(**PAIR, host=TIANJIN, event_types=("delegation-visit",), event=on("2026-11-18", "2026-11-20")),
        [
            "Kobe delegation to visit Tianjin",
            "A delegation from Kobe in Japan is to visit Tianjin in China from Wednesday 18 to Friday 20 November.",
            "why: Tianjin has been Kobe’s friendship city since 1973.",
        ],
        [
            "神戸の代表団、天津訪問へ",
            "神戸市の代表団が11月18日（水）から20日（金）まで中国の天津市を訪れる。",
            "why: 天津市は1973年から神戸市の友好都市。",
        ],
    ),
    (
        "a visit, who to whom unknown",
        dict(**FAR, event_types=("delegation-visit",), event=on("2026-11-03")),
        [
            "Delegation visit brings Busan and Lyon together",
            "A delegation visit brought Busan in South Korea and Lyon in France together on Tuesday 3 November.",
        ],
        [
            "釜山とリヨン、代表団の訪問で交流",
            "韓国の釜山市とフランスのリヨンの間で11月3日（火）に代表団の訪問があった。",
        ],
    ),
    (
        "a visit under way",
        dict(**FAR, event_types=("delegation-visit",), event=on("2026-11-05", "2026-11-08")),
        [
            "Busan and Lyon: delegation visit",
            "A delegation visit between Busan in South Korea and Lyon in France began on Thursday 5 November and runs until Sunday 8 November.",
        ],
        [
            "釜山とリヨン、代表団の訪問",
            "韓国の釜山市とフランスのリヨンの間で11月5日（木）に代表団の訪問が始まった。日程は8日（日）まで。",
        ],
    ),
    (
        "students who visit",
        dict(**PAIR, host=KOBE, event_types=("delegation-visit",), form="students", event=on("2026-11-05")),
        [
            "Tianjin students visit Kobe",
            "Students from Tianjin in China visited Kobe in Japan on Thursday 5 November.",
            "why: Tianjin has been Kobe’s friendship city since 1973.",
        ],
        [
            "天津の学生・生徒が神戸を訪問",
            "中国の天津市の学生・生徒が11月5日（木）に神戸市を訪れた。",
            "why: 天津市は1973年から神戸市の友好都市。",
        ],
    ),
    (
        "a visit called off",
        dict(**FAR, event_types=("delegation-visit",), called_off=True),
        [
            "Busan and Lyon: delegation visit (called off or postponed)",
            "The reports tell of a delegation visit between Busan in South Korea and Lyon in France.",
            "It has since been called off or put off.",
        ],
        [
            "釜山とリヨン、代表団の訪問（中止または延期）",
            "韓国の釜山市とフランスのリヨンの間の代表団の訪問が伝えられた。",
            "その後、中止または延期が伝えられた。",
        ],
    ),
    (
        "an online meeting",
        dict(**FAR, event_types=("webinar-online",), event=on("2026-11-02"), themes=("youth-exchange",)),
        [
            "Busan and Lyon meet online",
            "Busan in South Korea and Lyon in France met online on Monday 2 November, with youth exchange as the theme.",
        ],
        [
            "釜山とリヨンがオンラインで交流",
            "韓国の釜山市とフランスのリヨンを結ぶオンラインの催しが11月2日（月）に開かれた。テーマは青少年交流。",
        ],
    ),
    (
        "a festival",
        {
            "cities": (LYON,),
            "host": LYON,
            "event_types": ("festival-exchange",),
            "event": on("2026-12-05", "2026-12-08"),
        },
        [
            "Lyon to hold international festival",
            "Lyon in France is to hold a cultural event with an international side from Saturday 5 to Tuesday 8 December.",
        ],
        ["リヨンで国際交流の催しを予定", "国際交流の催しが12月5日（土）から8日（火）までフランスのリヨンで開かれる。"],
    ),
    (
        "homestays",
        dict(**FAR, event_types=("training-program",), form="homestay"),
        ["Homestays link Busan and Lyon", "Homestays link Busan in South Korea and Lyon in France."],
        ["釜山とリヨン、ホームステイで交流", "韓国の釜山市とフランスのリヨンがホームステイで交流する。"],
    ),
    (
        "a joint project",
        dict(**PAIR, event_types=("joint-project",), themes=("climate-environment",)),
        [
            "Kobe and Tianjin team up on the environment",
            "Kobe in Japan and Tianjin in China are working on a joint project covering the environment.",
            "why: Tianjin has been Kobe’s friendship city since 1973.",
        ],
        [
            "神戸と天津、環境で共同事業",
            "神戸市と中国の天津市が環境の共同事業に取り組む。",
            "why: 天津市は1973年から神戸市の友好都市。",
        ],
    ),
    (
        "a declaration of a network",
        {
            "cities": (PARIS,),
            "networks": ("c40",),
            "event_types": ("declaration-award",),
            "form": "declaration",
            "event": on("2026-11-05"),
            "themes": ("climate-environment",),
        },
        [
            "C40 Cities issue declaration on the environment",
            "C40 Cities issued a declaration on the environment on Thursday 5 November; the reports name Paris in France.",
        ],
        [
            "C40の都市、環境の宣言",
            "C40の都市が11月5日（木）に環境をめぐる宣言を発表した。フランスのパリが関わっている。",
        ],
    ),
    (
        "a declaration or award",
        {"cities": (PARIS,), "event_types": ("declaration-award",)},
        ["Declaration or award: Paris", "The reports tell of a declaration or award involving Paris in France."],
        ["宣言・表彰：パリ", "フランスのパリが関わる宣言・表彰があった。"],
    ),
    (
        "relief",
        dict(**FAR, event_types=("aid-relief",)),
        ["Busan and Lyon joined by relief effort", "A relief effort links Busan in South Korea and Lyon in France."],
        ["釜山とリヨン、支援の動き", "韓国の釜山市とフランスのリヨンを結ぶ支援の動きが伝えられた。"],
    ),
    (
        "a suspension",
        dict(**FAR, event_types=(END,), agreement=AgreementStatus.SUSPENDED, themes=("youth-exchange",)),
        [
            "Exchange between Busan and Lyon suspended",
            "Exchange between Busan in South Korea and Lyon in France has been suspended.",
        ],
        ["釜山とリヨンの交流、一時停止", "韓国の釜山市とフランスのリヨンの交流が一時停止となった。"],
    ),
    (
        "an end",
        dict(**FAR, event_types=(END,), agreement=AgreementStatus.ENDED),
        ["Ties between Busan and Lyon ended", "Ties between Busan in South Korea and Lyon in France have been ended."],
        ["釜山とリヨンの提携、終了", "韓国の釜山市とフランスのリヨンの提携が終了した。"],
    ),
    (
        "an end considered",
        dict(**FAR, event_types=(END,), agreement=AgreementStatus.PLANNED),
        [
            "Busan and Lyon: halt of exchange considered",
            "A pause or end of the exchange between Busan in South Korea and Lyon in France is being considered, by the reports.",
        ],
        ["釜山とリヨンの交流、停止を検討", "韓国の釜山市とフランスのリヨンの交流の停止または終了が検討されている。"],
    ),
    (
        "suspended or ended",
        dict(**FAR, event_types=(END,)),
        [
            "Busan and Lyon: exchange on hold",
            "Exchange between Busan in South Korea and Lyon in France has been put on hold or stopped.",
        ],
        ["釜山とリヨンの交流、停止または終了", "韓国の釜山市とフランスのリヨンの交流の停止または終了が伝えられた。"],
    ),
    (
        "a membership",
        {"cities": (KOBE,), "networks": ("iclei",), "event_types": ("network-accession",)},
        ["ICLEI gains a member: Kobe", "The reports tell of a new membership in ICLEI involving Kobe in Japan."],
        ["ICLEIに新たな参加：神戸", "神戸市が関わるICLEIへの参加が伝えられた。"],
    ),
    (
        "a network's plan",
        {
            "cities": (HIROSHIMA,),
            "networks": ("mayors-for-peace",),
            "event_types": ("policy-strategy",),
            "themes": ("peace",),
            "families": 3,
            "languages": ("en",),
        },
        [
            "Mayors for Peace sets out plan on peace",
            "Mayors for Peace has set out a plan on peace; the reports name Hiroshima in Japan.",
            "Reported independently by 3 publishers.",
        ],
        [
            "平和首長会議、平和の計画",
            "平和首長会議が平和の計画を打ち出した。広島市が関わる。",
            "独立した発行元3系統が伝えた。",
        ],
    ),
    (
        "a call of a network",
        {"networks": ("clair",), "event": due("2026-12-12"), "themes": ("people-to-people",)},
        [
            "CLAIR opens call on citizens’ exchange",
            "CLAIR has a call open until Saturday 12 December, covering citizens’ exchange.",
        ],
        [
            "自治体国際化協会が市民交流の募集",
            "自治体国際化協会が募集を行っている。締め切りは12月12日（土）。テーマは市民交流。",
        ],
    ),
    (
        "a call of two cities",
        dict(**FAR, event=due("2027-01-08"), event_types=("training-program",)),
        [
            "Busan and Lyon: open call",
            "A call is open until Friday 8 January 2027 in the exchange between Busan in South Korea and Lyon in France.",
        ],
        [
            "釜山とリヨンの交流で募集",
            "韓国の釜山市とフランスのリヨンの交流で募集が行われている。締め切りは2027年1月8日（金）。",
        ],
    ),
    (
        "a deadline of an agreement",
        dict(**FAR, event=due("2026-11-20"), event_types=(MOU,), form="memorandum"),
        [
            "Busan and Lyon: memorandum",
            "The reports tell of a memorandum of understanding between Busan in South Korea and Lyon in France.",
            "Applications or registrations close on Friday 20 November.",
        ],
        [
            "釜山とリヨン、協力の覚書",
            "韓国の釜山市とフランスのリヨンの協力の覚書が伝えられた。",
            "締め切りは11月20日（金）。",
        ],
    ),
    (
        "a city that is its country",
        dict(**pair(SINGAPORE, KOBE), event_types=("joint-project",)),
        ["Singapore and Kobe team up", "Singapore and Kobe in Japan are working on a joint project."],
        ["シンガポールと神戸、共同事業", "シンガポールと神戸市が共同事業に取り組む。"],
    ),
    (
        "cities of one country",
        {"cities": (HIROSHIMA, NAGASAKI), "event_types": ("joint-project",)},
        [
            "Joint project: Hiroshima and Nagasaki",
            "The reports tell of a joint project involving Hiroshima and Nagasaki in Japan.",
        ],
        ["共同事業：広島と長崎", "広島市と長崎市が関わる共同事業が伝えられた。"],
    ),
    (
        "cities of one country abroad",
        {"cities": (LYON, PARIS), "event_types": ("joint-project",)},
        ["Joint project: Lyon and Paris", "The reports tell of a joint project involving Lyon and Paris in France."],
        ["共同事業：リヨンとパリ", "フランスのリヨンとパリが関わる共同事業が伝えられた。"],
    ),
    (
        "a country with an article",
        dict(**pair(SEATTLE, KOBE), event_types=("delegation-visit",)),
        [
            "Seattle and Kobe: delegation visit",
            "The reports tell of a delegation visit between Seattle in the United States and Kobe in Japan.",
            "why: Seattle has been Kobe’s sister city since 1957.",
        ],
        [
            "シアトルと神戸、代表団の訪問",
            "アメリカのシアトルと神戸市の間の代表団の訪問が伝えられた。",
            "why: シアトルは1957年から神戸市の姉妹都市。",
        ],
    ),
    (
        "countries alone",
        {"countries": ("JP", "US"), "event_types": ("delegation-visit",)},
        [
            "Delegation visit: Japan and the United States",
            "The reports tell of a delegation visit involving Japan and the United States.",
        ],
        ["代表団の訪問：日本とアメリカ", "日本とアメリカが関わる代表団の訪問が伝えられた。"],
    ),
    (
        "a network alone",
        {"networks": ("clair",)},
        ["CLAIR: exchange between cities", "The reports tell of contacts between cities in CLAIR."],
        ["自治体国際化協会での都市間交流", "自治体国際化協会での都市間交流が伝えられた。"],
    ),
    (
        "a town and a village",
        {"cities": (NISEKO,), "event_types": ("festival-exchange",)},
        ["Festival and culture: Niseko", "The reports tell of cultural exchange involving Niseko in Japan."],
        ["文化・市民交流：ニセコ町", "ニセコ町が関わる文化・市民交流の催しが伝えられた。"],
    ),
    (
        "nothing at all",
        {},
        ["Exchange between cities", "The reports tell of contacts between cities."],
        ["都市間の交流", "都市間の交流が伝えられた。"],
    ),
    (
        "persons in both scripts",
        dict(
            **PAIR,
            event_types=("mayors-dialogue",),
            event=on("2026-11-05"),
            named=(
                (Person(name="見本 太郎", role="神戸市長", role_id="mayor"), "ja"),
                (Person(name="Sample Person", role="Mayor of Kobe", role_id="mayor"), "en"),
                (Person(name="样本", role="市长", role_id="mayor"), "zh-Hans"),
            ),
        ),
        [
            "Mayors of Kobe and Tianjin in dialogue",
            "A mayors’ dialogue between Kobe in Japan and Tianjin in China took place on Thursday 5 November.",
            "The reports name Sample Person (Mayor of Kobe).",
            "why: Tianjin has been Kobe’s friendship city since 1973.",
        ],
        [
            "神戸と天津が市長対話",
            "神戸市と中国の天津市の市長対話が11月5日（木）に行われた。",
            "記事には神戸市長の見本太郎氏の名が挙がる。",
            "why: 天津市は1973年から神戸市の友好都市。",
        ],
    ),
    (
        "a person named in a third language",
        dict(
            **FAR,
            event_types=("webinar-online",),
            event=on("2026-11-02"),
            named=((Person(name="Exemple Personne", role="maire de Lyon", role_id="mayor"), "fr"),),
        ),
        [
            "Busan and Lyon meet online",
            "Busan in South Korea and Lyon in France met online on Monday 2 November.",
            "The reports name Exemple Personne (mayor).",
        ],
        [
            "釜山とリヨンがオンラインで交流",
            "韓国の釜山市とフランスのリヨンを結ぶオンラインの催しが11月2日（月）に開かれた。",
        ],
    ),
    (
        "five languages",
        dict(**PAIR, event_types=("joint-project",), families=5, languages=("en", "ja", "ko", "zh-Hans", "fr", "de")),
        [
            "Kobe and Tianjin team up",
            "Kobe in Japan and Tianjin in China are working on a joint project.",
            "Reported independently by 5 publishers.",
            "why: Tianjin has been Kobe’s friendship city since 1973.",
        ],
        [
            "神戸と天津、共同事業",
            "神戸市と中国の天津市が共同事業に取り組む。",
            "独立した発行元5系統が伝えた。",
            "why: 天津市は1973年から神戸市の友好都市。",
        ],
    ),
    (
        "an explainer",
        {"cities": (HANGZHOU, PARIS), "countries": ("CN", "FR"), "themes": ("culture-tourism",), "background": True},
        [
            "Background: the city ties of Hangzhou and Paris",
            "An explainer on ties between cities, with culture and tourism in focus.",
        ],
        ["背景・解説：杭州とパリの都市間交流", "都市間交流の解説。文化・観光を中心に扱う。"],
    ),
    (
        "an explainer without cities",
        {"countries": ("CN",), "background": True},
        ["Background: how ties between cities work", "An explainer on ties between cities."],
        ["背景・解説：都市間交流のしくみ", "都市間交流の解説。"],
    ),
    (
        "an ended tie",
        dict(**pair(OSAKA, SAN_FRANCISCO), event_types=("delegation-visit",)),
        [
            "Osaka and San Francisco: delegation visit",
            "The reports tell of a delegation visit between Osaka in Japan and San Francisco in the United States.",
            "why: The tie between Osaka and San Francisco ended in 2018.",
        ],
        [
            "大阪とサンフランシスコ、代表団の訪問",
            "大阪市とアメリカのサンフランシスコの間の代表団の訪問が伝えられた。",
            "why: 大阪市とサンフランシスコの提携は2018年に終わっている。",
        ],
    ),
]


@pytest.mark.parametrize(
    ("known", "english", "japanese"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_a_reader_gets_whole_sentences(
    lexicon: Lexicon, known: dict[str, Any], english: list[str], japanese: list[str]
) -> None:
    assert lines(say("en", lexicon, **known)) == english
    assert lines(say("ja", lexicon, **known)) == japanese


# ------------------------------------------------------------------------------------------------------- completeness


def keys(edition: str) -> set[str]:
    return {re.sub(r"\.(one|other)$", "", key) for key in load_edition(edition).messages if key.startswith("words.")}


def test_both_editions_have_the_same_words() -> None:
    assert keys("ja") == keys("en")


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_theme_and_event_type_of_the_lexicon_can_be_said(lexicon: Lexicon, edition: str) -> None:
    themes = {key.split(".")[2] for key in keys(edition) if key.startswith("words.theme.")}
    sections = {key.split(".")[2] for key in keys(edition) if key.startswith("words.event.")}
    assert themes == set(lexicon.themes)
    assert {*lexicon.events} - {SISTER, MOU} | {"paper", "none", "call"} <= sections


def test_every_sort_of_event_has_its_words(lexicon: Lexicon) -> None:
    sections = {key.split(".")[2] for key in keys("en") if key.startswith("words.event.")}
    papers = {key.split(".")[2] for key in keys("en") if key.startswith("words.paper.")}
    for kind, sorts in lexicon.rules["wording"].items():
        for sort in sorts:
            assert f"{kind}_{sort}" in sections or sort in papers, (kind, sort)


STATES = [None, *AgreementStatus]
DATES = [None, on("2026-11-05"), on("2026-11-05", "2026-11-09"), on("2026-12-01", "2026-12-02"), due("2026-12-01")]


@pytest.mark.parametrize("edition", EDITIONS)
def test_whatever_is_known_every_sentence_is_whole(lexicon: Lexicon, edition: str) -> None:
    """Every event type with every sort, status, date and kind of place: no gap, no doubled word, no figure that is not a fact's."""
    places: tuple[dict[str, Any], ...] = (
        PAIR, {**PAIR, "host": KOBE}, {"cities": (KOBE,)}, {"cities": (KOBE,), "host": KOBE, "networks": ("uclg",)},
        {"cities": (KOBE,), "networks": ("uclg",)}, {"countries": ("JP",)}, {"networks": ("uclg",)}, {},
    )  # fmt: skip
    for kind in ("", *lexicon.events):
        for form in ("", *lexicon.rules["wording"].get(kind, {})):
            for event in DATES:
                for place in places:
                    for state in STATES if kind in (SISTER, MOU, END) else [None]:
                        for themes in ((), ("peace",)):
                            known = {"event": event, "form": form, "agreement": state, "themes": themes, **place}
                            check(say(edition, lexicon, event_types=(kind,) if kind else (), **known), edition)


def check(said: Words, edition: str) -> None:
    stop = {"ja": "。", "en": "."}[edition]
    assert 1 <= len(said.sentences) <= MOST_SENTENCES
    for text in filter(None, (said.headline, *said.sentences, said.why)):
        assert text == text.strip()
        assert not re.search(r"[{}]|  | ,|,,|、、|、。|。。|\.\.|、が|にに|でで|まで(?:に|、$)", text), text
        assert text[0] == text[0].upper()
        assert set(re.findall(r"\d+", text)) <= {"2026", "11", "12", "1", "2", "5", "9", "1973"}, text
    assert not said.headline.endswith(stop)
    assert all(sentence.endswith(stop) for sentence in said.sentences)


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("end", [None, "2026-11-05"])
def test_no_sentence_picks_a_day_where_accounts_differ(lexicon: Lexicon, edition: str, end: str | None) -> None:
    for kind in lexicon.events:
        said = say(edition, lexicon, **PAIR, event_types=(kind,), event=on("2026-11-03", end), disputed=True)
        assert "11月" not in "".join(said.sentences)
        assert "November" not in " ".join(said.sentences)


def test_a_background_piece_claims_no_event(lexicon: Lexicon) -> None:
    words = say("en", lexicon, background=True, cities=(KOBE, TIANJIN), event_types=(MOU,), event=on("2026-11-05"))
    assert words.sentences == ("An explainer on ties between cities.",)
    assert words.why == ""


def test_a_tie_that_the_story_itself_tells_of_is_no_reason(lexicon: Lexicon) -> None:
    ties = Ties().with_rows((tie(KOBE, LYON, TieKind.SISTER, "2026-11-05"),))
    facts = Facts(
        **pair(KOBE, LYON), countries=(), networks=(), themes=(), event_types=(SISTER,), dates=(), persons=(), years=None,
        event=on("2026-11-05"), reported=REPORTED,
    )  # fmt: skip
    edition = load_edition("en")
    assert build_words(facts, edition, lexicon, ties, families=1, languages=("en",)).why == ""
    later = msgspec.structs.replace(facts, reported=dt.date(2027, 5, 1))
    assert build_words(later, edition, lexicon, ties, families=1, languages=("en",)).why == "Lyon has been Kobe’s sister city since 2026."  # fmt: skip

"""What the editions say: correct sentences in both languages, and nothing that is not in the facts."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest

from pipeline.knowledge.editions import load_edition
from pipeline.knowledge.lexicon import Lexicon
from pipeline.model import DatedEvent, Words
from pipeline.words.facts import Facts
from pipeline.words.sentences import build_words

KOBE, TIANJIN, BUSAN, PARIS, SINGAPORE = "geonames:1859171", "geonames:1792947", "geonames:1838524", "geonames:2988507", "geonames:1880252"  # fmt: skip
EDITIONS = ("ja", "en")


def on(first: str, last: str | None = None) -> DatedEvent:
    return DatedEvent(start=dt.date.fromisoformat(first), end=dt.date.fromisoformat(last) if last else None)


def facts(**known: Any) -> Facts:
    none: dict[str, Any] = {"cities": (), "countries": (), "networks": (), "themes": (), "event_types": (), "dates": (), "persons": ()}  # fmt: skip
    return Facts(**(none | {"pair": None, "event": None, "years": None} | known))


def say(
    edition: str,
    lexicon: Lexicon,
    families: int = 1,
    languages: tuple[str, ...] = ("en",),
    *,
    background: bool = False,
    **known: Any,
) -> Words:
    return build_words(
        facts(**known),
        load_edition(edition),
        lexicon,
        families=families,
        languages=languages,
        background=background,
    )


PAIR = {"cities": (KOBE, TIANJIN), "countries": ("JP", "CN"), "pair": (TIANJIN, KOBE)}


REPORTED = dt.date(2026, 11, 6)


@pytest.mark.parametrize(
    ("edition", "known", "headline", "sentence"),
    [
        ("en", {**PAIR, "event_types": ("delegation-visit",), "event": on("2026-11-05")}, "Delegation visit between Kobe and Tianjin", "A delegation visit between Kobe (Japan) and Tianjin (China) took place on 5 November."),
        ("ja", {**PAIR, "event_types": ("delegation-visit",), "event": on("2026-11-05")}, "神戸・天津間で代表団訪問", "11月5日、神戸（日本）と天津（中国）のあいだで代表団の訪問があった。"),
        ("en", {**PAIR, "event_types": ("mayors-dialogue",)}, "Mayors of Kobe and Tianjin in dialogue", "A mayors’ dialogue between Kobe (Japan) and Tianjin (China) has been announced."),
        ("ja", {**PAIR, "event_types": ("mayors-dialogue",)}, "神戸と天津の市長が対話", "神戸（日本）と天津（中国）の市長対話について発表があった。"),
        ("en", {"cities": (KOBE,), "countries": ("JP",), "event_types": ("summit-forum",), "event": on("2026-11-05", "2026-11-07")}, "International forum: Kobe", "An international conference or forum with Kobe (Japan) began on 5 November and was set to run until 7 November."),
        ("ja", {"cities": (KOBE,), "countries": ("JP",), "event_types": ("summit-forum",), "event": on("2026-11-05", "2026-11-07")}, "国際会議・フォーラム：神戸", "11月5日、神戸（日本）が関わる国際会議・フォーラムが始まった。日程は11月7日まで。"),
        ("en", {"cities": (KOBE,), "event_types": ("summit-forum",), "event": on("2026-11-08", "2026-11-09")}, "International forum: Kobe", "An international conference or forum with Kobe (Japan) is planned for 8–9 November."),
        ("ja", {"cities": (KOBE,), "event_types": ("summit-forum",), "event": on("2026-11-08", "2026-11-09")}, "国際会議・フォーラム：神戸", "11月8日から9日まで、神戸（日本）が関わる国際会議・フォーラムが予定されている。"),
        ("en", {**PAIR, "event_types": ("mou-cooperation",), "event": on("2026-11-05")}, "Cooperation agreement between Kobe and Tianjin", "A cooperation agreement or memorandum between Kobe (Japan) and Tianjin (China) was reached on 5 November."),
        ("ja", {**PAIR, "event_types": ("sister-city-agreement",), "event": on("2026-11-05")}, "神戸と天津の姉妹・友好都市提携", "11月5日、神戸（日本）と天津（中国）の姉妹・友好都市提携が結ばれた。"),
        ("en", {"cities": (KOBE, BUSAN, PARIS), "event_types": ("joint-project",)}, "Joint project: Kobe, Busan and others", "A joint project involving Kobe (Japan), Busan (South Korea) and Paris (France) has been announced."),
        ("ja", {"cities": (KOBE, BUSAN, PARIS), "event_types": ("joint-project",)}, "神戸、釜山ほかの共同事業", "神戸（日本）、釜山（韓国）、パリ（フランス）の共同事業が明らかになった。"),
        ("en", {"countries": ("JP", "FR")}, "City-to-city exchange: Japan and France", "City-to-city exchange involving Japan and France is in the news."),
        ("ja", {"countries": ("JP", "FR")}, "日本、フランスの都市間交流", "日本、フランスが関わる都市間交流の動きが伝えられた。"),
        ("en", {"networks": ("clair",)}, "City-to-city exchange – CLAIR", "City-to-city exchange involving CLAIR is in the news."),
        ("en", {"event_types": ("policy-strategy",), "event": on("2026-11-05")}, "City diplomacy policy", "An international or city-diplomacy policy has been announced."),
        ("ja", {}, "都市間交流の話題", "都市間交流の動きが伝えられた。"),
    ],
)  # fmt: skip
def test_headline_and_first_sentence(lexicon: Lexicon, edition: str, known: dict[str, Any], headline: str, sentence: str) -> None:  # fmt: skip
    said = say(edition, lexicon, reported=REPORTED, **known)
    assert (said.headline, said.sentences) == (headline, (sentence,))


@pytest.mark.parametrize(
    ("date", "reported", "en", "ja"),
    [
        (on("2026-11-05", "2026-11-05"), "2027-01-04", "5 November 2026", "2026年11月5日"),
        (on("2026-11-05", "2026-11-05"), "2026-12-04", "5 November", "11月5日"),
        (on("2026-11-05", "2026-11-07"), "2027-01-04", "5–7 November 2026", "2026年11月5日から7日まで"),
        (on("2026-11-05", "2026-11-07"), "2026-12-04", "5–7 November", "11月5日から7日まで"),
        (on("2026-11-30", "2026-12-02"), "2026-12-04", "30 November – 2 December", "11月30日から12月2日まで"),
        (on("2026-12-30", "2027-01-02"), "2027-01-04", "30 December 2026 – 2 January 2027", "2026年12月30日から2027年1月2日まで"),
    ],
)  # fmt: skip
def test_a_range_names_month_and_year_once_and_not_the_year_of_the_reports(
    lexicon: Lexicon, date: DatedEvent, reported: str, en: str, ja: str
) -> None:
    known = {"event": date, "event_types": ("webinar-online",), "reported": dt.date.fromisoformat(reported)}
    assert say("en", lexicon, **known).sentences[0] == f"An online meeting between cities took place on {en}."
    assert say("ja", lexicon, **known).sentences[0] == f"{ja}、都市間のオンライン会合が開かれた。"


def test_with_nothing_but_a_deadline_the_news_is_a_call(lexicon: Lexicon) -> None:
    event = DatedEvent(start=dt.date(2026, 11, 20), deadline=True)
    known = {**PAIR, "event": event, "event_types": ("webinar-online",), "reported": REPORTED}
    assert say("en", lexicon, **known).headline == "Open call: Kobe and Tianjin"
    assert say("ja", lexicon, **known).headline == "神戸と天津の交流で募集"
    agreed = known | {"event_types": ("mou-cooperation",)}
    assert say("en", lexicon, **agreed).headline == "Cooperation agreement between Kobe and Tianjin"


@pytest.mark.parametrize("kind", ["delegation-visit", "mou-cooperation", "training-program", "anniversary"])
def test_nothing_takes_place_on_a_deadline(lexicon: Lexicon, kind: str) -> None:
    event = DatedEvent(start=dt.date(2026, 11, 20), deadline=True)
    known = {**PAIR, "event": event, "event_types": (kind,), "reported": REPORTED}
    en, ja = (say(edition, lexicon, **known).sentences for edition in ("en", "ja"))
    assert "20" not in en[0] + ja[0]
    assert en[1] == "The deadline for applications or registration is 20 November."
    assert ja[1] == "応募などの締め切りは11月20日。"


def test_an_anniversary_says_its_years_and_not_of_what(lexicon: Lexicon) -> None:
    known = {**PAIR, "event_types": ("anniversary",), "years": 50}
    assert say("en", lexicon, **known).headline == "Kobe and Tianjin: 50-year anniversary"
    assert say("ja", lexicon, **known).headline == "神戸と天津、50周年の節目"
    assert (
        say("en", lexicon, **known).sentences[0]
        == "Kobe (Japan) and Tianjin (China) are marking a 50-year anniversary."
    )
    assert "50" not in say("en", lexicon, **(known | {"event_types": ("delegation-visit",)})).headline


def test_the_city_with_more_weight_stands_first(lexicon: Lexicon) -> None:
    known = {"cities": (TIANJIN, KOBE), "pair": (TIANJIN, KOBE), "event_types": ("webinar-online",)}
    assert say("en", lexicon, **known).headline == "Tianjin and Kobe meet online"


def test_a_city_that_is_its_country_is_named_once(lexicon: Lexicon) -> None:
    assert (
        say("en", lexicon, cities=(SINGAPORE,)).sentences[0]
        == "City-to-city exchange involving Singapore is in the news."
    )


def test_the_first_network_stands_in_the_headline_by_its_acronym_if_its_name_is_long(lexicon: Lexicon) -> None:
    known = {**PAIR, "event_types": ("mayors-dialogue",), "networks": ("sco", "uclg")}
    assert say("en", lexicon, **known).headline == "Mayors of Kobe and Tianjin in dialogue – SCO"
    assert say("ja", lexicon, **known).headline == "神戸と天津の市長が対話（上海協力機構）"


@pytest.mark.parametrize(
    ("themes", "en", "ja"),
    [
        (("youth-exchange",), "The main theme is youth exchange.", "主なテーマは青少年交流。"),
        (("youth-exchange", "heritage"), "The main themes are youth exchange and heritage.", None),
        (("youth-exchange", "heritage", "peace", "health"), "The main themes are youth exchange, heritage and peace & human rights.", None),
    ],
)  # fmt: skip
def test_up_to_three_themes_are_named(lexicon: Lexicon, themes: tuple[str, ...], en: str, ja: str | None) -> None:
    assert say("en", lexicon, themes=themes).sentences[1] == en
    if ja:
        assert say("ja", lexicon, themes=themes).sentences[1] == ja


def test_several_families_are_counted_with_their_languages(lexicon: Lexicon) -> None:
    languages = ("en", "ja", "zh-Hans", "zh-Hant", "tlh", "und")
    assert say("en", lexicon, families=3, languages=languages).sentences[-1] == "Reported by 3 independent publishers in English, Japanese, Chinese and another language."  # fmt: skip
    assert say("ja", lexicon, families=3, languages=languages).sentences[-1] == "独立した発行元3系統が英語、日本語、中国語、その他の言語で伝えている。"  # fmt: skip
    assert len(say("en", lexicon, families=1, languages=languages).sentences) == 1


# ------------------------------------------------------------------------------------------------------- completeness


def keys(edition: str) -> set[str]:
    return {re.sub(r"\.(one|other)$", "", key) for key in load_edition(edition).messages if key.startswith("words.")}


def test_both_editions_have_the_same_words() -> None:
    assert keys("ja") == keys("en")


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_event_type_of_the_lexicon_can_be_said(lexicon: Lexicon, edition: str) -> None:
    known = {key.split(".")[2] for key in keys(edition) if key.startswith("words.event.")}
    assert known == {*lexicon.events, "none", "call"}


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("dated", [True, False])
@pytest.mark.parametrize("kind", ["", *sorted(p.removeprefix("words.event.").removesuffix(".noun") for p in keys("en") if p.endswith(".noun") and ".none." not in p and ".call." not in p)])  # fmt: skip
def test_whatever_is_known_every_sentence_is_whole(lexicon: Lexicon, edition: str, dated: bool, kind: str) -> None:
    event = on("2026-11-05") if dated else None
    types = (kind,) if kind else ()
    for places in (PAIR, {"cities": (KOBE,)}, {"countries": ("JP",)}, {}):
        said = say(edition, lexicon, event_types=types, event=event, **places)
        assert len(said.sentences) == 1
        for text in (said.headline, *said.sentences):
            assert text == text.strip()
            assert "{" not in text
            assert "  " not in text
            assert text[0] == text[0].upper()
        assert said.sentences[0].endswith({"ja": "。", "en": "."}[edition])
        # Nothing that is not in the facts: no figure but those of the date, no place but those given.
        figures = set(re.findall(r"\d+", said.headline + said.sentences[0]))
        assert figures <= ({"2026", "11", "5"} if dated else set())
        names = {"ja": ("神戸", "天津"), "en": ("Kobe", "Tianjin")}[edition]
        mentioned = [name in said.headline and name in said.sentences[0] for name in names]
        assert mentioned == [KOBE in places.get("cities", ()), TIANJIN in places.get("cities", ())]


def test_a_background_piece_claims_no_event(lexicon: Lexicon) -> None:
    words = say("en", lexicon, background=True, cities=(KOBE, TIANJIN), event_types=("mou-cooperation",))
    assert words.headline == "Background: city ties of Kobe and Tianjin"
    assert words.sentences == ()
    assert say("ja", lexicon, background=True).headline == "背景・解説：都市間交流のしくみ"

"""How far an agreement has come, and what is called off, by the words of an article. All texts are invented; the cities are real."""

from __future__ import annotations

import datetime as dt
import re
import time

import msgspec
import pytest

from pipeline.knowledge.lexicon import load_lexicon
from pipeline.model import (
    AgreementStatus,
    Article,
    Block,
    BlockKind,
    Directives,
    Evidence,
    Tag,
    TaggedArticle,
    TagKind,
)
from pipeline.tag.folding import fold_pattern
from pipeline.tag.outcomes import find_agreement, is_called_off
from pipeline.tag.reading import Reading, read
from pipeline.tag.stage import tag

LEXICON = load_lexicon()
SIGNED, ANNOUNCED, PLANNED, SUSPENDED, ENDED = (
    AgreementStatus.SIGNED,
    AgreementStatus.ANNOUNCED,
    AgreementStatus.PLANNED,
    AgreementStatus.SUSPENDED,
    AgreementStatus.ENDED,
)


def article(language: str, title: str, text: str = "") -> Article:
    return Article(
        id="a",
        page_id="p",
        source_id="s",
        url="https://minato.example/1",
        title=title,
        blocks=(Block(kind=BlockKind.PARAGRAPH, text=text),) if text else (),
        language=language,
        language_confidence=1.0,
        first_seen=dt.datetime(2026, 10, 1, tzinfo=dt.UTC),
        directives=Directives(),
        fingerprint="0" * 16,
    )


def tagged(language: str, title: str, text: str = "") -> TaggedArticle:
    return tag(article(language, title, text), LEXICON)


@pytest.mark.parametrize(
    ("language", "title", "text", "status"),
    [
        # ja
        ("ja", "神戸市とリヨン市が協力覚書を締結", "神戸市とリヨン市は5日、水道事業の協力覚書を締結した。", SIGNED),
        ("ja", "高松市とトゥール市、姉妹都市提携の盟約書に調印", "両市長が盟約書に調印した。", SIGNED),
        ("ja", "福岡市、ボルドー市と協力協定締結へ", "福岡市は仏ボルドー市と来年2月に協力協定を締結する。", ANNOUNCED),
        ("ja", "姉妹都市提携の調印式を来月開催 札幌市とタリン市", "札幌市とタリン市は来月、姉妹都市提携の調印式を行う。", ANNOUNCED),
        ("ja", "長崎市、リスボン市との姉妹都市提携を検討", "長崎市は、リスボン市との姉妹都市提携に向けて検討を始める。", PLANNED),
        ("ja", "京都市とパリ市、新たな連携協定を目指す", "京都市はパリ市と新たな連携協定の締結を目指す方針を示した。", PLANNED),
        ("ja", "新潟市、ハバロフスク市との交流を当面停止", "新潟市は姉妹都市のハバロフスク市との交流を当面停止すると発表した。", SUSPENDED),
        ("ja", "釧路市、友好都市提携を解消 ロシアの都市と", "釧路市は友好都市提携を解消したと発表した。", ENDED),
        ("ja", "那覇市、姉妹都市提携の解消を検討", "那覇市は姉妹都市提携の解消を検討している。", PLANNED),
        # en
        ("en", "Kobe and Lyon sign cooperation agreement", "The cities of Kobe and Lyon signed a cooperation agreement on water.", SIGNED),
        ("en", "Leeds and Lille become sister cities", "Leeds and Lille formally became sister cities on Monday.", SIGNED),
        ("en", "Kobe, Lyon to sign memorandum of understanding", "Kobe and Lyon will sign a memorandum of understanding in March.", ANNOUNCED),
        ("en", "Council approves sister city agreement with Kyoto", "Boston City Council voted to become a sister city of Kyoto.", ANNOUNCED),
        ("en", "Boston and Kyoto plan a sister city agreement", "Boston and Kyoto are considering a sister city agreement, the mayors said.", PLANNED),
        ("en", "Osaka in talks with Hamburg on a cooperation agreement", "Osaka hopes to conclude a cooperation agreement with Hamburg.", PLANNED),
        ("en", "Oslo suspends sister-city exchange with Murmansk", "Oslo has suspended exchanges with its sister city Murmansk.", SUSPENDED),
        ("en", "Gdansk ends partnership with Kaliningrad", "The council of Gdansk terminated its partnership agreement with Kaliningrad.", ENDED),
        ("en", "Turku considers ending twinning with St Petersburg", "Turku is considering ending its twinning with St Petersburg.", PLANNED),
        # zh
        ("zh-Hans", "成都市与里昂市签署合作备忘录", "成都市与法国里昂市签署合作备忘录，双方将在交通领域合作。", SIGNED),
        ("zh-Hans", "青岛市与釜山市将签署友好合作协议", "青岛市与韩国釜山市将于下月签署友好合作协议。", ANNOUNCED),
        ("zh-Hans", "苏州市拟与大阪市缔结友好城市", "苏州市计划与日本大阪市缔结友好城市关系。", PLANNED),
        ("zh-Hans", "布拉格市暂停与上海市的友好城市交流", "布拉格市宣布暂停与上海市的友好城市交流。", SUSPENDED),
        ("zh-Hans", "布拉格市解除与北京市的友好城市关系", "布拉格市议会决定解除与北京市的友好城市关系。", ENDED),
        # ko
        ("ko", "부산시-리옹시 업무협약 체결", "부산시와 프랑스 리옹시가 업무협약을 체결했다.", SIGNED),
        ("ko", "부산시, 리옹시와 우호협력 협약 체결하기로", "부산시는 리옹시와 다음 달 우호협력 협약을 체결할 예정이다.", ANNOUNCED),
        ("ko", "부산시, 리옹시와 자매도시 체결 추진", "부산시는 프랑스 리옹시와 자매도시 체결을 추진한다고 밝혔다.", PLANNED),
        ("ko", "서울시, 모스크바시와 교류 잠정 중단", "서울시는 자매도시 모스크바시와의 교류를 잠정 중단한다고 밝혔다.", SUSPENDED),
        ("ko", "대전시, 노보시비르스크시와 자매결연 해지", "대전시는 노보시비르스크시와의 자매결연을 해지했다.", ENDED),
        # fr
        ("fr", "Lyon et Kobe signent un accord de coopération", "Lyon et Kobe ont signé un accord de coopération.", SIGNED),
        ("fr", "Nantes et Niigata signeront une convention de coopération", "Nantes et Niigata signeront en mars une convention de coopération.", ANNOUNCED),
        ("fr", "Nantes envisage un accord de jumelage avec Niigata", "La ville de Nantes souhaite conclure un accord de jumelage avec Niigata.", PLANNED),
        ("fr", "Nice suspend son jumelage avec Yalta", "La ville de Nice a suspendu son jumelage avec Yalta.", SUSPENDED),
        ("fr", "Strasbourg rompt son jumelage avec Vologda", "Strasbourg met fin à son jumelage avec Vologda.", ENDED),
        # es
        ("es", "Granada y Marsella firman un convenio de cooperación", "Las ciudades firmaron un convenio de cooperación.", SIGNED),
        ("es", "Sevilla y Kioto firmarán un acuerdo de cooperación", "Sevilla y Kioto firmarán en mayo un acuerdo de cooperación.", ANNOUNCED),
        ("es", "Sevilla estudia un hermanamiento con Kioto", "El alcalde de Sevilla propone un acuerdo de hermanamiento con Kioto.", PLANNED),
        ("es", "Barcelona suspende sus relaciones de hermanamiento con San Petersburgo", "Barcelona suspende el hermanamiento.", SUSPENDED),
        ("es", "Málaga pone fin al hermanamiento con Vladivostok", "Málaga rompe el acuerdo de hermanamiento.", ENDED),
        # de
        ("de", "Leipzig und Kiew unterzeichnen Kooperationsvereinbarung", "Die Städte unterzeichneten die Vereinbarung.", SIGNED),
        ("de", "Städtepartnerschaft von Köln und Danzig wird im Mai besiegelt", "Köln und Danzig werden die Urkunde unterzeichnen.", ANNOUNCED),
        ("de", "Bonn plant eine neue Städtepartnerschaft mit Hanoi", "Die Stadt Bonn erwägt, eine neue Städtepartnerschaft zu schließen.", PLANNED),
        ("de", "Hamburg legt Städtepartnerschaft mit St. Petersburg auf Eis", "Die Städtepartnerschaft wird ausgesetzt.", SUSPENDED),
        ("de", "Kassel beendet Städtepartnerschaft mit Jaroslawl", "Der Rat hat die Städtepartnerschaft gekündigt.", ENDED),
        # ru
        ("ru", "Минск и Улан-Батор подписали соглашение о сотрудничестве", "Мэры подписали соглашение о сотрудничестве.", SIGNED),
        ("ru", "Казань и Стамбул подпишут соглашение о сотрудничестве", "Города подпишут соглашение о сотрудничестве.", ANNOUNCED),
        ("ru", "Казань и Стамбул планируют соглашение о побратимстве", "Мэры обсудили соглашение о побратимстве.", PLANNED),
    ],
)  # fmt: skip
def test_the_words_of_an_article_say_how_far_its_agreement_has_come(
    language: str, title: str, text: str, status: AgreementStatus
) -> None:
    """product.md, section 4: signed, announced, planned, suspended, ended; in ja en zh ko fr es de ru."""
    assert tagged(language, title, text).agreement is status


@pytest.mark.parametrize(
    ("language", "title", "text"),
    [
        ("ja", "札幌市、中断していた交流を再開", "札幌市は、姉妹都市との中断していた派遣交流を3年ぶりに再開した。"),
        ("en", "Leeds resumes twinning exchange with Lille after pause", "Leeds resumed the exchange with Lille that had been suspended."),
    ],
)  # fmt: skip
def test_what_was_stopped_and_goes_on_is_not_told_as_suspended(language: str, title: str, text: str) -> None:
    assert tagged(language, title, text).agreement is SIGNED


def test_words_that_refuse_to_resume_do_not_lift_a_suspension() -> None:
    words = "Councillors in Leeds voted not to resume exchanges with Perm, suspended since 2022."
    assert tagged("en", "Leeds keeps sister-city link with Perm frozen", words).agreement is SUSPENDED


def test_an_article_without_an_agreement_says_nothing_of_one() -> None:
    assert tagged("en", "Mayors of Kobe and Lyon meet", "The mayors of Kobe and Lyon met on Monday.").agreement is None


def test_a_language_without_a_vocabulary_says_nothing() -> None:
    """The dates decide then."""
    assert tagged("sw", "Nairobi na Kobe wasaini MoU", "Miji ya Nairobi na Kobe imesaini memorandum.").agreement is None


@pytest.mark.parametrize(
    ("language", "title", "text"),
    [
        ("ja", "神戸・天津の市長会談、延期に", "台風のため延期となった。"),
        ("ja", "日中友好都市フォーラム", "11月5日に予定していたフォーラムは中止する。詳しくは後日。"),
        ("en", "Mayors' forum in Kobe cancelled after typhoon", "Organisers apologised."),
        ("en", "Visit of the Lyon delegation postponed to March", ""),
        ("zh-Hans", "中日友好城市论坛推迟举行", ""),
        ("ko", "한일 도시 포럼 취소", ""),
        ("fr", "Le forum des villes jumelées est reporté", ""),
        ("es", "Aplazada la cumbre: el foro de ciudades hermanas, cancelado", ""),
        ("de", "Partnerstadt-Treffen in Köln abgesagt", ""),
        ("ru", "Форум городов-побратимов отменен", ""),
    ],
)  # fmt: skip
def test_what_is_called_off_is_read_in_the_title_or_the_first_sentence(language: str, title: str, text: str) -> None:
    assert is_called_off(read(article(language, title, text)), LEXICON)


@pytest.mark.parametrize(
    ("language", "title", "text"),
    [
        ("ja", "神戸で市長会談", "神戸市で市長会談が開かれた。昨年は中止となった。"),
        ("ja", "友好都市の式典、雨でも中止せず", "式典は予定どおり行う。"),
        ("en", "Mayors meet in Kobe", "The mayors met in Kobe. Last year's forum was cancelled."),
        ("zh-Hans", "友好城市论坛举行", "论坛在青岛举行。去年的活动曾取消。"),
    ],
)  # fmt: skip
def test_what_was_called_off_another_time_is_no_news(language: str, title: str, text: str) -> None:
    assert not is_called_off(read(article(language, title, text)), LEXICON)


@pytest.mark.parametrize(
    ("language", "title", "text"),
    [
        ("ja", "神戸・天津の市長会談、12月4日に延期", "11月20日に予定していた会談は、台風のため12月4日（金）に延期となった。"),
        ("en", "Kobe forum postponed to 4 December", "The sister-city forum of 20 November has been postponed to Friday, 4 December."),
        ("zh-Hans", "友好城市论坛推迟至12月4日举行", "原定11月20日的论坛推迟至12月4日举行。"),
        ("ko", "한일 도시 포럼 12월 4일로 연기", "11월 20일 열릴 예정이던 포럼이 12월 4일로 연기됐다."),
        ("fr", "Le forum des villes jumelées est reporté au 4 décembre", "Prévu le 20 novembre, il est reporté au 4 décembre."),
        ("es", "El foro de ciudades hermanas, aplazado al 4 de diciembre", "Previsto para el 20 de noviembre."),
        ("de", "Partnerstadt-Treffen auf den 4. Dezember verschoben", "Das Treffen am 20. November wird verschoben."),
        ("ru", "Форум городов-побратимов перенесен на 4 декабря", "Форум был назначен на 20 ноября."),
    ],
)  # fmt: skip
def test_the_day_to_which_something_is_put_off_is_told_from_the_day_it_had(
    language: str, title: str, text: str
) -> None:
    read_at = dt.datetime(2026, 11, 9, tzinfo=dt.UTC)
    found = tag(msgspec.structs.replace(article(language, title, text), first_seen=read_at), LEXICON)
    assert (found.called_off, found.new_day) == (True, dt.date(2026, 12, 4))


def test_what_is_cancelled_has_no_new_day() -> None:
    text = "The forum of 20 November is cancelled. Fees are paid back until 4 December."
    found = tag(article("en", "Kobe forum of 20 November cancelled", text), LEXICON)
    assert (found.called_off, found.new_day) == (True, None)


@pytest.mark.parametrize("meaning", list(LEXICON.rules["outcomes"]))
def test_every_pattern_is_written_in_the_form_that_folded_text_has(meaning: str) -> None:
    """A capital or an accent in a pattern of Latin script would be folded; an escape would not, and never match."""
    for patterns in LEXICON.rules["outcomes"][meaning].values():
        for pattern in patterns:
            re.compile(fold_pattern(pattern))


@pytest.mark.parametrize("language", sorted(LEXICON.rules["outcomes"]["done"]))
def test_a_title_without_end_is_read_in_no_time(language: str) -> None:
    """Repeated beginnings of what the patterns look for, 400,000 characters of them: a hostile page must not hold up the rest."""
    for words in ("cancel visit plan to sign ", "中止提携締結し", "планируют", "обсуд встреч ", "reporte au jumelage "):
        reading = read(article(language, words * (400_000 // len(words)), words * 100))
        started = time.process_time()
        is_called_off(reading, LEXICON)
        find_agreement(reading, [everywhere(reading)], LEXICON)
        assert time.process_time() - started < 1  # measured: 0.05 s at most


def everywhere(reading: Reading) -> Tag:
    """An agreement's tag read in the middle of the title and of the text."""
    spots = [(field.name, len(field.text) // 2) for field in reading.fields]
    evidence = tuple(Evidence(field=name, start=at, end=at + 1, surface="x", rule="r") for name, at in spots)
    return Tag(kind=TagKind.EVENT, id="mou-cooperation", score=1.0, evidence=evidence)

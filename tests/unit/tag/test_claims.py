"""Which ties a sentence claims, and which it does not: invented sentences about real cities."""

from __future__ import annotations

import pytest
from invented import NOW, make_article

from pipeline.knowledge.lexicon import load_lexicon
from pipeline.model import TagKind
from pipeline.tag import tag

LEXICON = load_lexicon()


def claims(language: str, text: str) -> set[frozenset[str]]:
    article = make_article(language, "", text, published=NOW)
    return {
        frozenset(LEXICON.name(TagKind.CITY, city, "en") for city in (claim.a, claim.b))
        for claim in tag(article, LEXICON).claims
    }


def pairs(text: str) -> set[frozenset[str]]:
    return {frozenset(pair.split("–")) for pair in text.split("; ") if pair}


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Hangzhou's friendship cities include Paris, San Francisco and Melbourne.", "Hangzhou–Paris; Hangzhou–San Francisco; Hangzhou–Melbourne"),
        ("en", "Christchurch and Kurashiki have been sister cities since 1973.", "Christchurch–Kurashiki"),
        ("en", "Sapporo and Trondheim, Norway, became sister cities on Friday in a ceremony.", "Sapporo–Trondheim"),
        ("en", "Hannover, a sister city of Hiroshima since 1983, was the host.", "Hanover–Hiroshima"),
        ("en", "Tianjin, Kobe's friendship city since 1973, sent a delegation.", "Tianjin–Kobe"),
        ("en", "Kobe's sister city Riga sent a choir.", "Kobe–Riga"),
        ("en", "Coventry is twinned with Volgograd and Kiel.", "Coventry–Volgograd; Coventry–Kiel"),
        ("en", "Hobart signed a sister-city agreement with Valdivia in 1998.", "Hobart–Valdivia"),
        ("en", "Yokohama counts Lyon, Mumbai and Manila among its sister cities.", "Yokohama–Lyon; Yokohama–Mumbai; Yokohama–Manila"),
        ("en", "The sister-city agreement between Kobe and Seattle dates from 1957.", "Kobe–Seattle"),
        ("en", "Osaka has twin towns on four continents, including Milan and Melbourne.", "Osaka–Milan; Osaka–Melbourne"),
        ("ja", "杭州市はパリ市、メルボルン市と姉妹都市提携を結んでいる。", "Hangzhou–Paris; Hangzhou–Melbourne"),
        ("ja", "杭州は30以上の都市と友好関係を結んでおり、その中にはパリ、サンフランシスコなどの都市も含まれています。", "Hangzhou–Paris; Hangzhou–San Francisco"),
        ("ja", "下関市と韓国・釜山広域市は、昭和51年10月11日に姉妹都市の提携を結びました。", "Shimonoseki–Busan"),
        ("ja", "天津市は神戸市の友好都市である。", "Tianjin–Kobe"),
        ("ja", "神戸市の友好都市・天津市から代表団が訪れた。", "Tianjin–Kobe"),
        ("ja", "広島市と重慶市の友好都市提携40周年を祝った。", "Hiroshima–Chongqing"),
        ("ja", "横浜市の姉妹都市にはリヨン、ムンバイ、マニラがある。", "Yokohama–Lyon; Yokohama–Mumbai; Yokohama–Manila"),
        ("zh-Hans", "天津与仁川1993年结为友好城市。", "Tianjin–Incheon"),
        ("zh-Hans", "杭州的友好城市包括巴黎、旧金山和墨尔本。", "Hangzhou–Paris; Hangzhou–San Francisco; Hangzhou–Melbourne"),
        ("zh-Hans", "神户是天津的第一个友好城市。", "Tianjin–Kobe"),
        ("zh-Hant", "高雄市與釜山市締結姊妹市60週年。", "Kaohsiung–Busan"),
        ("ko", "부산과 가오슝은 1966년 자매결연을 맺었다.", "Busan–Kaohsiung"),
        ("ko", "가오슝은 부산의 첫 번째 자매도시이다.", "Busan–Kaohsiung"),
        ("ko", "부산시는 시모노세키시와 자매도시 결연을 맺었다.", "Busan–Shimonoseki"),
        ("fr", "Lyon est jumelée avec Leipzig, Milan et Yokohama.", "Lyon–Leipzig; Lyon–Milan; Lyon–Yokohama"),
        ("fr", "Les villes jumelles de Lyon sont Francfort, Birmingham et Milan.", "Lyon–Frankfurt am Main; Lyon–Birmingham; Lyon–Milan"),
        ("fr", "Nantes et Cardiff sont jumelées depuis 1964.", "Nantes–Cardiff"),
        ("es", "Quito está hermanada con Madrid y Montevideo.", "Quito–Madrid; Quito–Montevideo"),
        ("es", "Medellín y Montevideo son ciudades hermanas desde 2012.", "Medellín–Montevideo"),
        ("de", "Hannover ist Partnerstadt von Hiroshima.", "Hanover–Hiroshima"),
        ("de", "Leipzig und Lyon sind seit 1981 Partnerstädte.", "Leipzig–Lyon"),
        ("de", "Dresden unterhält eine Städtepartnerschaft mit Coventry und Wrocław.", "Dresden–Coventry; Dresden–Wroclaw"),
        ("ru", "Волгоград и Хиросима — города-побратимы с 1972 года.", "Volgograd–Hiroshima"),
        ("ru", "Города-побратимы Казани: Тяньцзинь и Стамбул.", "Kazan–Tianjin; Kazan–Istanbul"),
    ],
)  # fmt: skip
def test_a_sentence_that_ties_cities_is_a_claim(language: str, text: str, expected: str) -> None:
    assert claims(language, text) == pairs(expected)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        # denied
        ("en", "Kobe and Lyon are not sister cities."),
        ("en", "Paris is no longer twinned with Hangzhou."),
        ("ja", "杭州市はパリ市と姉妹都市提携を結んでいない。"),
        ("ja", "天津市は神戸市の友好都市ではない。"),
        ("zh-Hans", "杭州与巴黎并没有结为友好城市。"),
        ("ko", "부산과 파리는 자매도시가 아니다."),
        ("fr", "Lyon n'est pas jumelée avec Kobe."),
        ("es", "Quito no está hermanada con Lyon."),
        ("de", "Hannover ist nicht Partnerstadt von Kobe."),
        ("ru", "Волгоград и Киото не являются городами-побратимами."),
        # asked
        ("en", "Are Kobe and Lyon sister cities?"),
        ("ja", "天津市は神戸市の友好都市ですか。"),
        ("zh-Hans", "杭州与巴黎是友好城市吗？"),
        # wished for, planned
        ("en", "Kobe wants to become a sister city of Lyon."),
        ("en", "Kobe and Lyon plan to become sister cities next year."),
        ("en", "The council discussed a proposed sister-city agreement between Kobe and Lyon."),
        ("ja", "神戸市はリヨン市と姉妹都市提携を結ぶ方針だ。"),
        ("ja", "神戸市とリヨン市の姉妹都市提携を目指す。"),
        ("zh-Hans", "杭州希望与巴黎结为友好城市。"),
        ("ko", "부산과 파리는 자매결연을 추진하고 있다."),
        ("fr", "Lyon souhaite être jumelée avec Kobe."),
        ("de", "Hannover will Partnerstadt von Kobe werden."),
        ("ru", "Волгоград хочет стать побратимом Киото."),
        # over
        ("en", "Kobe ended its sister-city agreement with Lyon."),
        ("ja", "大阪市はサンフランシスコ市との姉妹都市提携を解消した。"),
        # of a third
        ("en", "The mayor of Kobe met the mayor of Lyon to talk about sister cities."),
        ("en", "Kobe, unlike Lyon, is a sister city of Seattle's neighbours."),
        ("en", "Delegates from Kobe, Lyon and other sister cities of the network met in Quito."),
        ("ja", "神戸市長とリヨン市長は、東京で会談した。姉妹都市の制度が議題になった。"),
        ("zh-Hans", "来自杭州和巴黎的代表参加了友好城市论坛。"),
        # no two cities
        ("en", "Hangzhou has 31 sister cities."),
        ("ja", "杭州市は世界30以上の都市と友好都市提携を結んでいる。"),
    ],
)  # fmt: skip
def test_what_is_denied_asked_wished_for_or_of_others_is_none(language: str, text: str) -> None:
    assert claims(language, text) == set()


def test_a_claim_keeps_its_sentence_and_stands_once() -> None:
    article = make_article(
        "en", "", "Kobe and Riga are sister cities. So Riga, a sister city of Kobe, came.", published=NOW
    )
    (claim,) = tag(article, LEXICON).claims
    assert claim.a < claim.b
    assert claim.evidence == "Kobe and Riga are sister cities."


def test_a_long_line_full_of_cities_takes_no_time() -> None:
    """Tables of hundreds of names without a stop are no sentences, and patterns must not run wild over them."""
    article = make_article("en", "", "sister cities " + "Kobe, Riga and Lyon " * 2_000, published=NOW)
    assert len(tag(article, LEXICON).claims) <= 40


@pytest.mark.parametrize(
    ("language", "text", "kind"),
    [
        ("en", "Kobe and Riga are sister cities.", "sister"),
        ("en", "Coventry is twinned with Volgograd and Kiel.", "sister"),
        ("en", "Hangzhou's friendship cities include Paris and Melbourne.", "friendship"),
        ("en", "Hangzhou and Lyon are partner cities.", ""),
        ("ja", "横浜市の姉妹都市にはリヨン、ムンバイがある。", "sister"),
        ("ja", "天津市は神戸市の友好都市である。", "sister"),
        ("ja", "天津市は神戸市の友好交流都市である。", "friendship"),
        ("ja", "杭州は30以上の都市と友好関係を結んでおり、その中にはパリなどの都市も含まれています。", ""),
        ("ja", "友好都市とは約束です。杭州は多くの都市と友好関係を結んでおり、その中にはパリなどの都市も含まれています。", "sister"),
        ("ja", "姉妹都市の話。\n\n杭州は多くの都市と友好関係を結んでおり、その中にはパリなどの都市も含まれています。", ""),
        ("zh-Hans", "天津与仁川1993年结为友好城市。", "sister"),
        ("zh-Hans", "天津与仁川1993年结为友好交流城市。", "friendship"),
        ("ko", "부산과 가오슝은 1966년 자매결연을 맺었다.", "sister"),
        ("ko", "부산과 가오슝은 1966년 우호도시 결연을 맺었다.", "friendship"),
        ("ko", "부산과 가오슝은 1966년 자매·우호도시 결연을 맺었다.", ""),
        ("fr", "Nantes et Cardiff sont jumelées depuis 1964.", "sister"),
        ("de", "Hannover ist Partnerstadt von Hiroshima.", ""),
        ("ru", "Волгоград и Хиросима — города-побратимы с 1972 года.", "sister"),
    ],
)  # fmt: skip
def test_a_claim_is_of_the_kind_that_its_words_name(language: str, text: str, kind: str) -> None:
    """Words that may mean either leave it open: no list of one kind can contradict these."""
    article = make_article(language, "", text, published=NOW)
    assert {claim.kind or "" for claim in tag(article, LEXICON).claims} == {kind}

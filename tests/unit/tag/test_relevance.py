"""What is about city diplomacy, what is not, and what only explains it; one line for each kind."""

from __future__ import annotations

import pytest
from invented import make_article

from pipeline.knowledge.lexicon import load_lexicon
from pipeline.model import ArticleClass, TaggedArticle
from pipeline.tag import tag

LEXICON = load_lexicon()


def read(language: str, title: str, text: str) -> TaggedArticle:
    return tag(make_article(language, title, text), LEXICON)


@pytest.mark.parametrize(
    ("language", "title", "text"),
    [
        (
            "ja",
            "堺市とバークレー市、提携60周年を祝う",
            "堺市は8日、米国・バークレー市との姉妹都市提携60周年の式典を開いた。",
        ),
        ("ja", "世界冬の都市市長会が開幕", "札幌市で各国の市長が除雪の課題を話し合った。"),
        ("zh-Hans", "宁波市代表团访问亚琛", "宁波市市长率团访问德国亚琛市，双方签署合作协议。"),
        ("ko", "인천시, 호놀룰루와 교류 협약", "인천시는 미국 호놀룰루시와 교류협력 협약을 체결했다."),
        (
            "en",
            "Leeds renews partnership with Dortmund",
            "The city council and the mayor of Dortmund signed a new agreement on exchange.",
        ),
        ("en", "Eurocities opens annual conference", "Members of the network gathered to discuss housing."),
        ("fr", "Brest et Qingdao fêtent leur jumelage", "La maire de Brest a reçu une délégation de Qingdao."),
        (
            "es",
            "Rosario y Bilbao firman un convenio",
            "Los alcaldes de ambas ciudades firmaron un convenio de hermanamiento.",
        ),
        # one kind each: no word of twinning, only what two cities do
        ("ja", "呉市、昌原市へ見舞金", "呉市は大雨の被害を受けた韓国・昌原市に見舞金を届け、市役所に募金箱を置く。"),
        ("ja", "倉敷市、ザンクト・ペルテン市との職員交換を再開", "第1陣の職員が3か月間、街並みの活用を学ぶ。"),
        (
            "ja",
            "町の使節、リトアニアへ",
            "岐阜県八百津町の中学生がリトアニアのクライペイダー市を訪れ、市長を表敬した。",
        ),
        ("ko", "강릉시, 몽골 공무원 연수", "강릉시는 몽골 울란바토르시 공무원을 초청해 상수도 연수를 시작했다."),
        ("fr", "Orvault expédie des fauteuils à Kharkiv", "Un convoi porte des fauteuils offerts par la municipalité."),
        (
            "fr",
            "Angers et Bamako rénovent une maternité",
            "La Ville d'Angers a remis le matériel à la mairie de Bamako.",
        ),
        ("de", "Graz und Lwiw tauschen Stadtplaner aus", "Je drei Fachleute arbeiten im Rathaus der anderen Stadt."),
        ("es", "Bomberos de Arequipa se forman en Valencia", "El curso es parte del acuerdo entre los dos municipios."),
        ("ja", "会津若松市、ユネスコ創造都市ネットワークに加盟申請へ", "市は漆器の分野で加盟を目指す。"),
        (
            "en",
            "Chiang Mai to host UNESCO Creative Cities forum",
            "Twenty members of the network send their craftspeople.",
        ),
        ("ru", "Вологда и Миишкольц: делегация городов-побратимов", "Мэр принял делегацию города-побратима."),
        (
            "de",
            "Dresden empfängt Partnerstadt Breslau",
            "Der Oberbürgermeister begrüßte die Delegation aus der Partnerstadt.",
        ),
    ],
)
def test_news_of_cities_that_deal_with_each_other_is_relevant(language: str, title: str, text: str) -> None:
    relevance = read(language, title, text).relevance
    assert relevance.article_class is ArticleClass.NEWS, relevance.reasons


@pytest.mark.parametrize(
    ("language", "title", "text"),
    [
        ("ja", "国内姉妹都市の物産展、駅前で", "松本市は国内姉妹都市の姫路市と藤沢市の物産展を開く。"),
        ("ja", "新人と現職の争い、市長選告示", "市長選が告示され、2人が立候補した。"),
        ("ja", "日独首脳会談、ベルリンで", "首相はベルリンで独首相と会談し、安全保障の協力で一致した。"),
        ("ja", "ホテルの姉妹店が開業", "ツインルーム中心のホテルが大阪に開業し、台北の姉妹ホテルと提携する。"),
        ("en", "Twin Cities transit fares to rise", "Riders in the Twin Cities will pay more from Monday."),
        ("en", "City derby abandoned", "The derby in Lisbon was abandoned after the goalkeeper was hurt."),
        ("en", "Leaders meet in Samarkand", "Heads of state met in Samarkand to sign a treaty on trade."),
        (
            "en",
            "Factories turn to digital twins",
            "A digital twin of the plant in Stuttgart was shown to visitors from Detroit.",
        ),
        ("en", "Hotel adds twin rooms", "The sister hotel in Prague has forty twin rooms."),
        ("ko", "국내 자매결연 도시와 직거래 장터", "시는 국내 자매결연 도시 농산물 장터를 연다."),
        ("zh-Hans", "市长主持会议部署防汛工作", "市长要求各部门做好值班。"),
        # private parties, sport, business, and cities that only happen to be named together
        ("ja", "老舗旅館、パリのホテルと姉妹館に", "金沢市の老舗旅館はパリの五つ星ホテルと姉妹館の提携を結んだ。"),
        ("ja", "私立校、メルボルンの学園と姉妹校に", "神戸市の私立高校はメルボルンの学園と姉妹校協定を結んだ。"),
        ("ja", "リガ、ナントとの親善試合に勝利", "サッカーの親善試合でリガはナントに3対1で勝った。"),
        ("en", "Airline links Turin and Leeds", "The carrier will offer direct flights and expects revenue to rise."),
        ("en", "Storm hits Genoa and Marseille", "Trains were cancelled and schools closed along the coast."),
        ("de", "Dieb aus Lyon in Basel gefasst", "Die Polizei hat den Mann am Bahnhof festgenommen."),
        ("zh-Hans", "上海与巴黎两家酒店集团合作", "两家酒店集团宣布合作开发新品牌。"),
        ("fr", "Un jumeau numérique pour l'usine", "Les jumeaux numériques réduisent les coûts."),
    ],
)
def test_hard_negatives_are_off_topic(language: str, title: str, text: str) -> None:
    relevance = read(language, title, text).relevance
    assert relevance.article_class is ArticleClass.OFF_TOPIC, relevance.reasons


def test_an_explainer_without_a_dated_event_is_background() -> None:
    text = "この記事では、姉妹都市の仕組みをわかりやすく解説します。姉妹都市とは、文化交流などを目的に結ぶ関係です。"
    assert read("ja", "姉妹都市ってどんなもの?", text).relevance.article_class is ArticleClass.BACKGROUND
    dated = text + "2026年11月8日には札幌市で式典が開かれました。"
    assert read("ja", "姉妹都市ってどんなもの?", dated).relevance.article_class is ArticleClass.NEWS


def test_the_reasons_add_up_to_the_score() -> None:
    relevance = read(
        "en", "Leeds renews partnership with Dortmund", "The mayor of Dortmund signed an agreement."
    ).relevance
    assert relevance.score == pytest.approx(min(1.0, max(0.0, sum(relevance.reasons.values()))), abs=0.01)


@pytest.mark.parametrize(
    ("language", "title", "text"),
    [
        (
            "en",
            "A short history of town twinning",
            "Town twinning spread after 1945 as councils sought friends abroad.",
        ),
        ("fr", "Le jumelage, mode d'emploi", "Comment créer un comité ? Cette fiche pratique répond aux élus."),
        ("ko", "도시외교란? 개념과 역사 한눈에 보기", "도시외교는 지방정부가 해외 도시와 맺는 관계를 뜻한다."),
        ("zh-Hans", "什么是友好城市？", "友好城市是指两国城市之间建立的长期关系。"),
    ],
)
def test_texts_that_explain_are_background_in_many_languages(language: str, title: str, text: str) -> None:
    relevance = read(language, title, text).relevance
    assert relevance.article_class is ArticleClass.BACKGROUND, relevance.reasons


def test_a_mayor_who_explains_is_no_explainer() -> None:
    tagged = read("en", "Leeds and Dortmund renew their ties", "The mayor explained what the sister city pact means.")
    assert tagged.relevance.article_class is ArticleClass.NEWS

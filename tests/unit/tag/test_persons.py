"""Who is a person with an office, in each language that names one; names are those of specimens."""

import time

import pytest
from invented import make_article

from pipeline.knowledge.lexicon import load_lexicon
from pipeline.model import Person
from pipeline.tag.persons import find_persons
from pipeline.tag.reading import read

LEXICON = load_lexicon()


def persons(language: str, text: str, *places: str) -> tuple[Person, ...]:
    return find_persons(read(make_article(language, "", text)), frozenset(places), LEXICON)


@pytest.mark.parametrize(
    ("language", "text", "name", "role", "role_id"),
    [
        ("ja", "山田太郎市長は友好都市を訪れた。", "山田太郎", "市長", "mayor"),
        ("ja", "山田花子都知事が会談した。", "山田花子", "都知事", "governor"),
        ("ja", "長崎市長の山田太郎さんは演説した。", "山田太郎", "長崎市長", "mayor"),
        ("ja", "市長・山田太郎氏が来日した。", "山田太郎", "市長", "mayor"),
        ("ja", "山田太郎氏（元広島市長）が証言した。", "山田太郎", "元広島市長", ""),
        ("ja", "駐日大使を務めたマックス・ムスターマン氏が語った。", "マックス・ムスターマン", "駐日大使", "ambassador"),
        ("ja", "マックス・ムスターマン国連事務総長は強調した。", "マックス・ムスターマン", "国連事務総長", "secretary-general"),
        ("ja", "前橋市長の山田太郎さんは述べた。", "山田太郎", "前橋市長", "mayor"),
        ("zh-Hans", "样本市市长张三丰接见了代表团。", "张三丰", "市长", "mayor"),
        ("zh-Hant", "樣本市副市長張三丰率團訪問。", "張三丰", "副市長", "vice-mayor"),
        ("zh-Hans", "市长马克斯·穆斯特曼一行到访。", "马克斯·穆斯特曼", "市长", "mayor"),
        ("zh-Hant", "東京都知事山田太郎透過影片致意。", "山田太郎", "知事", "governor"),
        ("zh-Hant", "，張三豐市長表示歡迎。", "張三豐", "市長", "mayor"),
        ("ko", "홍길동 총영사는 협약에 서명했다.", "홍길동", "총영사", "consul-general"),
        ("ko", "견본시 홍길동 시장은 말했다.", "홍길동", "시장", "mayor"),
        ("ko", "견본시 야마다 타로 시장과 만났다.", "야마다 타로", "시장", "mayor"),
        ("en", "Specimen City Mayor Jane Doe signed.", "Jane Doe", "Mayor", "mayor"),
        ("en", "Former mayor John Q. Public came.", "John Q. Public", "Former mayor", ""),
        ("en", "The city's mayor, Jane Doe, came.", "Jane Doe", "mayor", "mayor"),
        ("en", "Jane Doe, mayor of Specimen, came.", "Jane Doe", "mayor of Specimen", "mayor"),
        ("en", "Deputy Mayor Jane Doe's visit ended.", "Jane Doe", "Deputy Mayor", "vice-mayor"),
        ("fr", "Le maire de Specimen, Jean Dupont, a signé.", "Jean Dupont", "maire de Specimen", "mayor"),
        ("fr", "La secrétaire générale des villes unies, Jeanne Dupont, est venue.", "Jeanne Dupont", "secrétaire générale des villes unies", "secretary-general"),
        ("es", "El alcalde de Muestra, Juan de la Cruz, firmó.", "Juan de la Cruz", "alcalde de Muestra", "mayor"),
        ("de", "Oberbürgermeisterin Erika Mustermann begrüßte Gäste.", "Erika Mustermann", "Oberbürgermeisterin", "mayor"),
        ("de", "Der Oberbürgermeister Max Mustermann Gästen dankte.", "Max Mustermann", "Oberbürgermeister", "mayor"),
        ("ru", "Мэр Образцова Иван Петров встретился с гостями.", "Иван Петров", "Мэр Образцова", "mayor"),
        ("ru", "Гостей принял мэр Иван Петров.", "Иван Петров", "мэр", "mayor"),
        ("ja", "山田太郎前市長が語った。", "山田太郎", "前市長", ""),
        ("ja", "山田太郎元見本市長が語った。", "山田太郎", "元見本市長", ""),
        ("ja", "見本市の張三市長と会談した。", "張三", "市長", "mayor"),
        ("ja", "張三市長と会談した。", "張三", "市長", "mayor"),
        ("zh-Hant", "時任市長張三豐當時表示支持。", "張三豐", "時任市長", ""),
        ("zh-Hant", "市長張三會面後離開。", "張三", "市長", "mayor"),
        ("zh-Hans", "市委书记张大年、代表团抵达。", "张大年", "市委书记", "party-secretary"),
        ("ko", "마크 무스터만 견본시 부시장이 왔다.", "마크 무스터만", "견본시 부시장", "vice-mayor"),
        ("ko", "마크 무스터만(Mark Mustermann) 유엔 사무총장은 말했다.", "마크 무스터만", "유엔 사무총장", "secretary-general"),
        ("ko", "홍길동 주일본 대사가 왔다.", "홍길동", "주일본 대사", "ambassador"),
        ("en", "Jane Doe, then U.S. ambassador to Japan, came.", "Jane Doe", "ambassador to Japan", "ambassador"),
        ("en", "Jane Doe, who is mayor of Specimen, came.", "Jane Doe", "mayor of Specimen", "mayor"),
        ("en", "Jane Doe was re-elected mayor of Specimen.", "Jane Doe", "mayor of Specimen", "mayor"),
        ("en", "Mayor Jane Banks' office confirmed it.", "Jane Banks", "Mayor", "mayor"),
        ("fr", "M. Jean Dupont, président de la métropole, a signé.", "Jean Dupont", "président", "president"),
        ("fr", "Le maire (sans parti) Jean Dupont a signé.", "Jean Dupont", "maire", "mayor"),
        ("fr", "À Specimen, le maire Jean Dupont a signé.", "Jean Dupont", "maire", "mayor"),
        ("es", "La exalcaldesa Juana Pérez participó.", "Juana Pérez", "exalcaldesa", ""),
        ("it", "L'assessora Anna Rossi e la delegazione.", "Anna Rossi", "assessora", "councillor"),
        ("pt", "O embaixador do Japão, João Ninguém, participou.", "João Ninguém", "embaixador do Japão", "ambassador"),
        ("de", "Altoberbürgermeister Max Mustermann kam.", "Max Mustermann", "Altoberbürgermeister", ""),
    ],
)  # fmt: skip
def test_a_name_beside_an_office_is_found_as_the_text_spells_it(
    language: str, text: str, name: str, role: str, role_id: str
) -> None:
    (person,) = persons(language, text)
    assert (person.name, person.role, person.role_id) == (name, role, role_id)
    assert name in person.evidence
    assert role in person.evidence
    assert person.evidence in text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ja", "市長は「交流を続けたい」と述べた。林市長も出席した。"),
        ("ja", "市長の高い評価を受けた。知事の関与が問われる。"),
        ("ja", "世界都市首長会議の市長が集まった。"),
        ("ja", "原子力委員長と森林議長、岡本市長、小野寺市長が来た。県の国際交流議長も。"),
        ("zh-Hans", "副市长会见了驻沪总领事一行。市长热线开通外语服务。"),
        ("zh-Hans", "市长高度评价合作。市长马上表示欢迎。市长对话·峰会举行。市长王先生表示感谢。"),
        ("ko", "시장은 기자들과 만났다. 남대문 시장이 붐볐다. 이번 주말 시장에서 열린다."),
        ("en", "The mayor signed. The Mayor of Leeds spoke. Mayor Doe came. Mayors of New York City met."),
        ("en", "He met the mayor of Portland. Jane Doe came later. The Governor Hotel Group opened."),
        ("fr", "Le maire a signé. La mairie de Specimen invite."),
        ("es", "El alcalde destacó que el acuerdo beneficia a ambas ciudades."),
        ("de", "Der Bürgermeister dankte. Oberbürgermeister Konferenz"),
        ("ru", "Мэр Образцова выступил. Мэр Нижнего Образцова приехал."),
        ("und", "Mayor Jane Doe"),
        (
            "ja",
            "市の市議会議長と都道府県知事、周辺市長、王国大使が来た。友好都市の小野寺市長も。田中副市長、田中前市長。",
        ),
        ("zh-Hans", "市长安排会见。市长连任。市长全程陪同。市长区别对待。市长应约会谈。市长高建议。"),
        ("ko", "견본시장 선거는 내년이다. 유네스코 본부 사무총장. 국제 도시 위원장이 왔다."),
        ("en", "Mayors Climate Action and Global Network met. Mayors Jane met."),
        ("fr", "À Grenoble, le maire a signé. Selon Specimen, maire."),
    ],
)
def test_offices_without_a_certain_name_give_none(language: str, text: str) -> None:
    assert [person.name for person in persons(language, text)] == []


def test_a_place_between_name_and_office_belongs_to_the_office() -> None:
    (person,) = persons("ja", "山田太郎見本市長が話した。", "见本市")
    assert (person.name, person.role) == ("山田太郎", "見本市長")


def test_a_place_after_an_office_is_not_part_of_the_name() -> None:
    (person,) = persons("en", "Mayor of Specimen Jane Doe signed.", "specimen")
    assert (person.name, person.role) == ("Jane Doe", "Mayor of Specimen")


def test_everyone_whom_an_office_in_the_plural_names_is_found() -> None:
    found = persons("en", "Mayors Jane Doe of Specimen, Joe Bloggs and Max Mustermann of Muster signed.")
    assert [(person.name, person.role) for person in found] == [
        ("Jane Doe", "Mayors"),
        ("Joe Bloggs", "Mayors"),
        ("Max Mustermann", "Mayors"),
    ]


def test_an_office_belongs_to_the_name_after_it_rather_than_before() -> None:
    found = persons("en", "They met Jane Doe, Specimen Mayor Joe Bloggs and others.")
    assert [person.name for person in found] == ["Joe Bloggs"]


def test_a_korean_name_stands_after_the_office_of_a_place_of_the_text() -> None:
    assert [person.name for person in persons("ko", "견본시장 홍길동은 말했다.", "견본")] == ["홍길동"]
    assert persons("ko", "견본시장 홍길동은 말했다.") == ()


def test_a_given_name_that_is_a_place_may_begin_a_name() -> None:
    assert [person.name for person in persons("en", "Mayor Victoria Doe came.", "victoria")] == ["Victoria Doe"]


def test_a_name_that_is_a_place_is_no_person() -> None:
    assert persons("en", "Governor Santa Rosa said", "santa rosa") == ()
    assert persons("ja", "山田長崎市長", "长崎市", "长崎") == ()


def test_every_office_has_a_label_in_both_editions() -> None:
    roles = LEXICON.rules["persons"]["roles"]
    assert {"mayor", "vice-mayor", "governor", "ambassador", "consul-general", "secretary-general", "chair"} <= set(
        roles
    )
    assert all({"ja", "en"} <= set(role["names"]) for role in roles.values())


def test_long_texts_are_read_in_bounded_time() -> None:
    started = time.process_time()
    for language, text in (
        ("ja", "市長" * 20_000),
        ("en", "Mayor Jane " * 9_000),
        ("zh-Hans", "张三" * 20_000),
        ("ko", "홍길동 " * 9_000),
    ):
        persons(language, text)
    # Measured: 0.3 s together; the bound allows for a slow machine and catches anything quadratic.
    assert time.process_time() - started < 5

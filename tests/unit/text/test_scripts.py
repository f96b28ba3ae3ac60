"""What writing systems say of a language by themselves."""

import pytest

from pipeline.text.scripts import count_scripts, gate


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("見本市長が姉妹都市リヨンを訪問します", "ja"),
        ("姉妹都市提携六十周年記念式典開催", "ja"),
        ("市長、友好都市代表団表敬受入", "ja"),
        ("広島市国際交流事業報告会開催", "ja"),
        ("样本市市长访问友好城市", "zh-Hans"),
        ("国际友城合作论坛在样本市举行", "zh-Hans"),
        ("樣本市與里昂市簽署友好合作備忘錄", "zh-Hant"),
        ("亞洲城市論壇圓滿閉幕", "zh-Hant"),
        ("견본시, 자매도시와 교류회의 개최", "ko"),
        ("見本市(견본시) 자매도시 협약 체결", "ko"),
        ("Η πόλη υπέγραψε συμφωνία φιλίας", "el"),
        ("เมืองพี่เมืองน้องลงนามข้อตกลง", "th"),
    ],
)
def test_the_script_decides_where_one_language_uses_it(text: str, language: str) -> None:
    found = gate(text)
    assert found.language == language
    assert found.confidence > 0.5


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("日中友好都市", "ja"), ("中日友好城市", "zh-Hans")),  # whose country stands first
        (("平和首長会議", "ja"), ("和平城市会议", "zh-Hans")),
        (("第五回都市交流", "ja"), ("第五届城市交流", "zh-Hans")),
        (("友好提携四十周年", "ja"), ("締盟四十週年", "zh-Hant")),
        (("高雄市、横浜市訪問", "ja"), ("高雄市訪問橫濱市府", "zh-Hant")),  # the verb ends the Japanese line
        (("佐々木市長", "ja"), ("左木市长", "zh-Hans")),
        (("働き方・辻・峠", "ja"), ("劳动，路口", "zh-Hans")),
    ],
)
def test_small_signs_part_the_languages_of_han_characters(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert gate(one[0]).language == one[1]
    assert gate(other[0]).language == other[1]


def test_one_kana_among_latin_names_makes_a_headline_japanese() -> None:
    assert gate("SpecimenのNew Mode").language == "ja"


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("The mayor visited Lyon", "latin"),
        ("Мэр посетил Лион", "cyrillic"),
        ("زار رئيس البلدية المدينة", "other"),
        ("2025 … !!", ""),
    ],
)
def test_scripts_of_many_languages_decide_nothing(text: str, script: str) -> None:
    found = gate(text)
    assert (found.language, found.script) == ("", script)


def test_a_text_without_hangul_is_never_korean() -> None:
    assert gate("上海協力機構都市対話会議開催決定").language != "ko"


def test_a_japanese_name_in_a_chinese_text_does_not_make_it_japanese() -> None:
    text = "样本市代表团日前访问日本，参观了イオン商场，并与当地市长就两市之间的合作举行了会谈，双方签署了合作备忘录，这是两市友好交流的新起点，也为今后的人员往来打下了基础。"
    assert gate(text).language == "zh-Hans"


def test_letters_are_counted_by_script_and_marks_are_not() -> None:
    found = count_scripts("SCO都市カナ가 Ж ー・!12")
    assert (found.latin, found.han, found.kana, found.hangul, found.cyrillic, found.other) == (3, 2, 2, 1, 1, 0)
    assert found.total == 9


@pytest.mark.parametrize(
    ("headline", "language"),
    [
        ("日本語教室開講、受講生五十人", "ja"),
        ("札幌市長　年頭会見", "ja"),
        ("湖北市场开放", "zh-Hans"),
        ("全市外事工作座谈", "zh-Hans"),
        ("青年大使出訪 市長授旗", "zh-Hant"),
        ("北市志工招募 月底截止", "zh-Hant"),
    ],
)
def test_headlines_that_share_their_characters_are_told_by_words_and_marks(headline: str, language: str) -> None:
    assert gate(headline).language == language

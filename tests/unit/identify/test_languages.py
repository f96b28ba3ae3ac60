"""Languages beyond the usual: headlines full of names, Han characters alone, languages that langdetect does not know."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.identify.languages import detect_language


@pytest.mark.parametrize(
    ("title", "language"),
    [
        # what cities do, in kanji alone
        ("日仏自治体交流会議開催", "ja"),
        ("京都市長西安市訪問", "ja"),
        ("三沢市米国親善大使", "ja"),
        ("世界都市首長誓約署名", "ja"),
        ("国際平和都市宣言", "ja"),
        ("沖縄県福建省友好提携", "ja"),
        ("基隆市長、宮古島訪問", "ja"),
        # simplified, also where every character is common to all
        ("上海大阪友好城市", "zh-Hans"),
        ("大阪市代表一行到访我市", "zh-Hans"),
        ("国家主席会见外国友人", "zh-Hans"),
        ("市人大代表团出访", "zh-Hans"),
        # traditional
        ("基隆市長訪問宮古島", "zh-Hant"),
        ("台日城市高峰會", "zh-Hant"),
        ("姊妹市締盟三十週年", "zh-Hant"),
        ("澳門與里斯本結為姊妹城市", "zh-Hant"),
        # names among few words
        ("Busan and Fukuoka agree joint tourism campaign", "en"),
        ("Mayor under fire over budget deficit", "en"),
        ("Kobe delegation visits Tianjin to deepen ties", "en"),
        ("Derby : City s’impose face à United", "fr"),
        ("Google ChromeのSlow Mode", "ja"),
    ],
)
def test_a_headline_is_told_by_its_words_not_by_its_names(title: str, language: str) -> None:
    assert detect_language(title, "").code == language


UNPROFILED = {
    "zu": "Imeya yedolobha ibonge abantu ngokuthi basebenzisane. Uthe kubalulekile ukuthi amadolobha akhule ngokuhlanganyela, futhi izinkampani zizothola amathuba.",
    "xh": "Usodolophu wesixeko ubulele abantu ngokuba bephathisana. Uthe oorhulumente kunye neenkampani kufuneka basebenze ukuze izixeko zikhule kwaye ziphuhle.",
    "is": "Borgarstjóri sagði að samningurinn hefur ekki áhrif í ár, en það eru þeir sem hafa beðið eftir þessu við höfnina.",
    "eu": "Alkateak esan du bi hiriak elkarrekin lan egiten ari direla, eta hitzarmena sinatu dute. Gero ere izan da bilera bat, baina ez dute akordiorik egin.",
    "gl": "O alcalde dixo que o acordo coa cidade irmá é unha oportunidade moi boa. Tamén haberá unha exposición na casa do concello, e máis actividades polo verán.",
    "ms": "Datuk Bandar berkata majlis perbandaran turut menghantar lawatan ke luar negara kerana kerjasama antarabangsa itu ialah sebahagian daripada rancangan kerajaan.",
}  # fmt: skip


@pytest.mark.parametrize("language", UNPROFILED)
def test_languages_without_a_profile_are_known_by_their_small_words(language: str) -> None:
    assert detect_language("", UNPROFILED[language] * 2).code == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Meya wa jiji alisema kuwa ushirikiano na jiji la dada ni muhimu kwa wananchi. Katika mkutano huo, walitia saini mkataba wa biashara na utalii.", "sw"),
        ("Wali kota mengatakan bahwa kerja sama dengan kota kembar itu penting bagi warga. Pemerintah kota juga akan mengirim pelajar tahun depan.", "id"),
        ("O prefeito disse que a cooperação com a cidade irmã é importante para os moradores. Também haverá uma exposição de fotografias no ano que vem.", "pt"),
        ("Ordføreren sa at samarbeidet med vennskapsbyen er viktig for innbyggerne. Det blir også en fotoutstilling til neste år.", "no"),
        ("El alcalde dijo que la cooperación con la ciudad hermana es importante. También habrá una exposición de fotografías el próximo año.", "es"),
        ("Міський голова сказав, що співпраця з містом-побратимом важлива для мешканців і для економіки.", "uk"),
        ("Кметът каза, че сътрудничеството с побратимения град е важно за жителите и за икономиката на общината.", "bg"),
    ],
)  # fmt: skip
def test_their_neighbours_stay_what_they_are(text: str, language: str) -> None:
    assert detect_language("", text * 2).code == language


def test_a_letter_that_one_language_alone_has_tells_it() -> None:
    assert (
        detect_language("", "Мэр горада сустрэўся з дэлегацыяй і падпісаў пагадненне аб супрацоўніцтве. " * 4).code
        == "be"
    )


def test_the_end_of_a_long_text_does_not_matter() -> None:
    body = "The mayor met the delegation of the sister city and signed an agreement on water and waste. " * 40
    assert detect_language("", body + "市長は姉妹都市を訪問した。") == detect_language("", body)


@given(st.text(max_size=300), st.text(max_size=600), st.sampled_from(["", "ja", "zu", "zh-TW", "??"]))
def test_no_text_makes_it_raise_and_the_answer_is_always_the_same(title: str, body: str, declared: str) -> None:
    found = detect_language(title, body, declared)
    assert found == detect_language(title, body, declared)
    assert 0.0 <= found.confidence <= 0.99

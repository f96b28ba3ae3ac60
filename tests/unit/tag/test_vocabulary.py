"""Themes and event types of short invented texts: what counts, what hides it, what it needs."""

import pytest
from invented import make_article

from pipeline.knowledge.lexicon import Term, load_lexicon
from pipeline.model import Evidence, Tag, TagKind
from pipeline.tag.folding import fold
from pipeline.tag.reading import Field, Reading, read
from pipeline.tag.vocabulary import MAX_THEMES, Vocabulary, tag_vocabulary

LEXICON = load_lexicon()


def reading(language: str, title: str, *paragraphs: str) -> Reading:
    return read(make_article(language, title, *paragraphs))


def ids(kind: TagKind, language: str, title: str, *paragraphs: str, networks: tuple[Tag, ...] = ()) -> set[str]:
    tags = tag_vocabulary(reading(language, title, *paragraphs), LEXICON, networks)
    return {tag.id for tag in tags if tag.kind is kind}


def themes(language: str, title: str, *paragraphs: str, networks: tuple[Tag, ...] = ()) -> set[str]:
    return ids(TagKind.THEME, language, title, *paragraphs, networks=networks)


def events(language: str, title: str, *paragraphs: str) -> set[str]:
    return ids(TagKind.EVENT, language, title, *paragraphs)


def found(term: Term, language: str, text: str) -> list[str]:
    field = Field("text", text, fold(text))
    return [text[hit.start : hit.end] for hit in Vocabulary([term], language).find(field)]


# ---------------------------------------------------------------------------------------------------------------- matching


def test_a_star_stands_for_any_ending_also_inside() -> None:
    term = Term(id="aid", names={}, words={"ru": ("гуманитарн* помощ*",)})
    assert found(term, "ru", "Город отправил гуманитарную помощь.") == ["гуманитарную помощь"]
    assert found(term, "ru", "Гуманитарный вуз просит помощи.") == []


def test_a_mask_hides_the_words_it_touches_and_no_others() -> None:
    term = Term(id="peace", names={}, words={"de": ("frieden*",)}, masks={"de": ("zufrieden*",)})
    assert found(term, "de", "Die Gäste sind zufrieden.") == []
    assert found(term, "de", "Zufriedene Gäste beim Friedensfest") == ["Frieden"]


def test_a_mask_may_be_a_pattern() -> None:
    term = Term(
        id="pact", names={}, patterns={"en": (r"\btwinned\b",)}, mask_patterns={"en": (r"\btwinned since \d{4}",)}
    )
    assert found(term, "en", "Twinned since 1985, now twinned again") == ["twinned"]


def test_an_acronym_is_compared_with_its_case() -> None:
    term = Term(id="digital", names={}, words={"en": ("ICT",)})
    assert found(term, "en", "ICT for all; depict it") == ["ICT"]


# ------------------------------------------------------------------------------------------------------------------ themes


def test_themes_are_at_most_seven_however_much_a_long_text_names() -> None:
    words = [term.words["en"][0].rstrip("*") for term in LEXICON.themes.values()]
    assert len(themes("en", " ".join(words), *[" and ".join(words)] * 12)) == MAX_THEMES


def test_a_short_item_is_about_its_title_and_not_about_every_thing_it_names() -> None:
    text = "The wastewater works and their sewage plant were shown; a tram passed by."
    assert themes("en", "Wastewater and sewage: engineers learn recycling", text) == {"water-waste"}


@pytest.mark.parametrize(
    ("language", "text", "theme"),
    [
        ("ko", "다문화 가정을 위한 상담이 시작됐다.", "culture-tourism"),
        ("zh-Hans", "两市将改善营商环境。", "climate-environment"),
        ("en", "Police opened an investigation into the accident.", "trade-investment"),
        ("de", "Alle Beteiligten zeigten sich zufrieden.", "peace"),
        ("ru", "Портал города открыт; там висит портрет.", "transport-connectivity"),
        ("es", "Es un derecho universal.", "education-talent"),
    ],
)
def test_words_inside_other_words_are_no_theme(language: str, text: str, theme: str) -> None:
    assert theme not in themes(language, "", text)


def test_inside_the_name_of_a_network_a_word_only_hints() -> None:
    text = "Local Governments for Sustainability met."
    name = Evidence(field="text", start=0, end=36, surface=text[:36], rule="network.name")
    network = Tag(kind=TagKind.NETWORK, id="iclei", score=0.5, evidence=(name,))
    assert themes("en", "", text) == {"governance-sdgs"}
    assert themes("en", "", text, networks=(network,)) == set()


def test_where_a_text_names_no_theme_its_event_says_what_it_is_about() -> None:
    assert themes("en", "Two towns mark the 30th anniversary of their twinning", "") == {"people-to-people"}
    assert themes("ja", "", "両市は姉妹都市提携を解消した。") == {"governance-sdgs"}
    assert themes("en", "An explainer", "What twin towns are.") == set()


# ------------------------------------------------------------------------------------------------------------- event types


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ja", "1987年に姉妹都市提携を締結したリガ市から客が来た。"),
        ("en", "Kobe, which signed a sister-city agreement in 1974, sent a choir."),
        ("zh-Hans", "两市于1992年结为友好城市。"),
        ("ko", "1999년 자매결연을 체결한 두 도시가 만났다."),
        ("fr", "Les deux communes, jumelées depuis 1962, ont signé un livre d'or."),
        ("es", "Ciudades que firmaron su hermanamiento en 1988."),
        ("ru", "Города стали побратимами в 1968 году."),
        ("de", "Die Städtepartnerschaft wurde unterzeichnet im Jahr 1971."),
    ],
)
def test_a_tie_of_long_ago_is_no_new_agreement(language: str, text: str) -> None:
    assert "sister-city-agreement" not in events(language, "", text)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ja", "両市は姉妹都市提携協定に調印した。"),
        ("en", "The mayors signed a twinning agreement on Friday."),
        ("zh-Hans", "两市签署缔结友好城市关系协议书。"),
        ("ko", "두 도시는 자매결연 협약을 체결했다."),
        ("fr", "Les maires ont signé une charte de jumelage."),
        ("es", "Los alcaldes firmaron el hermanamiento."),
        ("ru", "Мэры подписали соглашение о побратимстве."),
        ("de", "Die Städtepartnerschaft wurde am Freitag unterzeichnet."),
    ],
)
def test_a_twinning_that_is_signed_is_an_agreement_and_no_memorandum(language: str, text: str) -> None:
    found = events(language, "", text)
    assert "sister-city-agreement" in found
    assert "mou-cooperation" not in found


@pytest.mark.parametrize(
    ("language", "text", "event"),
    [
        ("ja", "市は日程が合わず訪問団の派遣を中止した。", "suspension-termination"),
        ("en", "The city was admitted to the Creative Cities network.", "network-accession"),
        ("zh-Hant", "市府與京都市簽署合作備忘錄。", "mou-cooperation"),
        ("ko", "두 시장은 화상으로 만나 협력을 논의했다.", "webinar-online"),
        ("fr", "Un convoi humanitaire est parti vers la ville partenaire.", "aid-relief"),
        ("es", "Cinco bomberos se forman en la ciudad hermana.", "training-program"),
        ("ru", "Мэр принял делегацию из города-побратима.", "delegation-visit"),
        ("de", "Der Rat beschließt eine Internationalisierungsstrategie.", "policy-strategy"),
        ("en", "The council voted to suspend the twinning with its partner.", "suspension-termination"),
        ("ko", "두 도시는 자매결연 30주년을 맞았다.", "anniversary"),
        ("fr", "Les deux villes fêtent 40 ans de jumelage.", "anniversary"),
        ("de", "Die Stadt tritt dem Netzwerk bei, die Delegation reist morgen.", "delegation-visit"),
        ("ja", "副市長ら4人が来市し、工場を見学した。", "delegation-visit"),
        ("en", "The mayor met her Porto counterpart at the town hall.", "mayors-dialogue"),
        ("es", "El pleno acordó dejar sin efecto el convenio con la ciudad.", "suspension-termination"),
        ("fr", "Les maires du réseau sont réunis à Nantes.", "summit-forum"),
        ("ru", "Город отправил побратимам автобусы и лекарства: передал оборудование больнице.", "aid-relief"),
        ("zh-Hans", "两市续签合作备忘录。", "mou-cooperation"),
    ],
)
def test_event_types_are_read_in_every_language(language: str, text: str, event: str) -> None:
    assert event in events(language, "", text)


@pytest.mark.parametrize(
    ("language", "title", "text"),
    [
        ("ja", "市民訪問団の派遣を中止", "市は秋に予定していた訪問団の派遣とホームステイを見合わせる。"),
        ("en", "City cancels delegation visit", "The delegation was to visit a festival and a training course."),
    ],
)
def test_what_was_to_be_does_not_take_place_where_it_is_called_off(language: str, title: str, text: str) -> None:
    assert events(language, title, text) == {"suspension-termination"}


def test_what_is_told_late_in_a_text_weighs_about_half_of_what_is_told_early() -> None:
    filler = ["The market hall was painted and its roof mended by the works department."] * 20
    early, late = (
        [tag.score for tag in tag_vocabulary(reading("en", "Market hall", *text), LEXICON) if tag.id == "joint-project"]
        for text in (
            [filler[0], filler[0], "The joint project and its pilot scheme, a joint venture, began.", *filler],
            [*filler, "The joint project and its pilot scheme, a joint venture, began."],
        )
    )
    assert len(early) == len(late) == 1
    assert late[0] < 0.6 * early[0]


@pytest.mark.parametrize(
    ("language", "text", "event"),
    [
        ("ja", "防災訓練に児童が参加した。", "training-program"),
        ("ja", "商工会議所が窓口を開いた。", "summit-forum"),
        ("en", "The firms joined forces with a council.", "network-accession"),
        ("en", "The mayor held a press conference.", "summit-forum"),
        ("ja", "申請はオンラインで受け付ける。", "webinar-online"),
        ("zh-Hans", "他获得了奖学金。", "declaration-award"),
    ],
)
def test_everyday_phrases_are_no_events(language: str, text: str, event: str) -> None:
    assert event not in events(language, "", text)

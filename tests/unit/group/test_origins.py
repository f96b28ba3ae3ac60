"""Voices: whose account an article gives. Derivations: who only tells another member's account."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable, Mapping

import msgspec
import pytest

from pipeline.group.origins import Derivation, find_derivations, is_credited, voice_of
from pipeline.knowledge.publishers import Publishers, load_publishers
from pipeline.model import Article, CopyKind, Kind, Label, SourceSpec, TaggedArticle

Make = Callable[..., TaggedArticle]

REPORT = (
    "Mayors of nine cities opened a dialogue on river ports in Mihon on Tuesday. "
    "The deputy secretary of the port league said that cranes without drivers had doubled the yearly freight to 412 thousand containers. "
    "Delegates from Lyon described the floating gardens that shelter 37 families of herons beside the old customs house. "
    "A museum of navigation will lend its model ships to partner towns from next spring. "
    "Speakers urged cheaper ferries for students and a common timetable by 2028."
)
REWORDED = (
    "Nine city mayors opened their river ports dialogue in Mihon this Tuesday! "
    "Driverless cranes doubled yearly freight to 412 thousand containers, the port league deputy secretary said. "
    "Lyon delegates described floating gardens sheltering 37 families of herons near the old customs house. "
    "From next spring the navigation museum will lend model ships to partner towns. "
    "Cheaper ferries for students and one common timetable by 2028 were urged by speakers."
)
OTHER = (
    "River ports were the subject when nine mayors came to Mihon this week. "
    "Fishermen at the eastern quay complained to our reporter that dredging had driven away the smelt they live on. "
    "A citizens' group handed over a petition with 5,300 signatures against the second container terminal. "
    "The vice mayor promised a hearing in October and admitted that the noise survey was late. "
    "Hotels reported a full house, the first since the spring festival."
)
JAPANESE = "見本市で九都市の市長が河川港の対話を始めた。クレーンの自動化で貨物は年412千個に倍増した。リヨンの代表は37家族のサギが住む浮き庭を紹介した。2028年までに共通の時刻表を求める声も出た。"


def alike_by(scores: Mapping[frozenset[str], float] | None = None, default: float = 0.5) -> Callable[[str, str], float]:
    return lambda a, b: (scores or {}).get(frozenset((a, b)), default)


def derived(
    *members: TaggedArticle,
    voices: Mapping[str, str],
    labelled: set[str] | None = None,
    alike: Callable[[str, str], float] | None = None,
) -> dict[str, tuple[str, CopyKind]]:
    own = {key for key, voice in voices.items() if voice} if labelled is None else labelled
    found = find_derivations(members, voices, own, alike or alike_by())
    for order in itertools.islice(itertools.permutations(members), 24):
        assert find_derivations(order, voices, own, alike or alike_by()) == found
    return {key: (one.original, one.kind) for key, one in found.items()}


# ---------------------------------------------------------------------------------------------------------------- voices


def source(*labels: Label, family: str = "mihon") -> SourceSpec:
    return SourceSpec(id="paper", names={"en": "Mihon Times"}, home="https://mihon.example/", country="JP", languages=("en",), kind=Kind.FEED, start=(), family=family, labels=labels)  # fmt: skip


@pytest.fixture(scope="module")
def publishers() -> Publishers:
    return load_publishers()


@pytest.mark.parametrize(
    ("references", "spec", "voice"),
    [
        ((), source(Label.PRESS), "mihon"),
        ((), source(), ""),
        ((), None, ""),
        ((), source(Label.QUERY), ""),
        (("Xinhua",), source(Label.PRESS), "xinhua"),
        (("新华社",), source(), "xinhua"),
        (("新华社",), None, "xinhua"),
        (("China Daily via TV BRICS",), source(), "chinadaily"),
        (("Harbour Gazette",), source(), ""),
        (("Harbour Gazette",), source(Label.PRESS), "mihon"),
        (("Xinhua", "AFP"), source(Label.PRESS), "mihon"),  # among others: its own report
        (("Xinhua", "AFP"), source(), "xinhua"),
        (("Xinhua", "新华网"), source(Label.PRESS), "xinhua"),
        (("River ports of the world", "Annual report 2024", "Xinhua", "A history of Mihon"), source(Label.ACADEMIC), "mihon"),
        (("PR Newswire",), source(), ""),
        (("Yahoo!ニュース",), source(Label.PRESS), "mihon"),
        ((), source(Label.PRESS_RELEASE, family="prnewswire"), ""),
        (("China Daily",), source(Label.PRESS_RELEASE, family="prnewswire"), "chinadaily"),
    ],
)  # fmt: skip
def test_a_voice_is_the_credited_origin_else_the_labelled_source(
    make: Make, publishers: Publishers, references: tuple[str, ...], spec: SourceSpec | None, voice: str
) -> None:
    assert voice_of(make("a1", "Ports", REPORT, references=references).article, spec, publishers) == voice


def test_who_credits_a_voice_credits_the_member_with_its_own_account(make: Make) -> None:
    own, wire, other = (make(key, "Ports", REPORT, references=refs).article for key, refs in (("a1", ()), ("a2", ("Xinhua",)), ("a3", ("Xinhua",))))  # fmt: skip
    voices = {"a1": "xinhua", "a2": "xinhua", "a3": "xinhua"}
    assert is_credited(own, wire, voices)
    assert not is_credited(wire, own, voices)
    assert not is_credited(wire, other, voices)
    assert not is_credited(own, wire, {"a1": "", "a2": ""})


def test_a_site_without_voice_is_credited_by_its_host_or_id(make: Make) -> None:
    copy = make("a1", "Ports", REPORT, references=("www.a2.example",)).article
    assert is_credited(make("a2", "Ports", REPORT).article, copy, {})
    assert not is_credited(make("a3", "Ports", REPORT).article, copy, {})


# ----------------------------------------------------------------------------------------------------------- derivations


def test_a_report_that_credits_a_member_and_says_the_same_is_its_rewriting(make: Make) -> None:
    original, copy = make("a1", "Ports", REPORT), make("a2", "Ports again", REWORDED, references=("Xinhua",))
    voices = {"a1": "xinhua", "a2": "xinhua"}
    assert derived(original, copy, voices=voices) == {"a2": ("a1", CopyKind.REWRITTEN)}
    assert derived(original, copy, voices=voices, labelled={"a1"}) == {"a2": ("a1", CopyKind.REWRITTEN)}


def test_a_report_that_credits_a_member_and_says_something_else_has_only_its_voice(make: Make) -> None:
    original, other = make("a1", "Ports", REPORT), make("a2", "Fishermen", OTHER, references=("Xinhua",))
    assert derived(original, other, voices={"a1": "xinhua", "a2": "xinhua"}) == {}


def test_without_a_label_a_credited_report_that_is_alike_as_a_whole_is_a_rewriting(make: Make) -> None:
    shared = REPORT.split(". ", 1)[0] + ". " + OTHER
    original, copy = make("a1", "Ports", REPORT), make("a2", "Fishermen", shared, references=("Xinhua",))
    voices = {"a1": "xinhua", "a2": "xinhua"}
    assert derived(original, copy, voices=voices, labelled={"a1"}, alike=alike_by(default=0.8)) == {
        "a2": ("a1", CopyKind.REWRITTEN)
    }
    assert derived(original, copy, voices=voices, labelled={"a1", "a2"}, alike=alike_by(default=0.8)) == {}


def test_a_labelled_report_that_credits_nobody_never_derives(make: Make) -> None:
    original, copy = make("a1", "Ports", REPORT), make("a2", "Ports again", REWORDED)
    assert derived(original, copy, voices={"a1": "xinhua", "a2": "mihon"}) == {}


def test_a_labelled_report_that_cites_an_agency_among_others_never_derives(make: Make) -> None:
    original, own = make("a1", "Ports", REPORT), make("a2", "Ports again", REWORDED, references=("Xinhua", "AFP"))
    assert derived(original, own, voices={"a1": "xinhua", "a2": "mihon"}) == {}


def test_without_label_and_credit_the_text_has_to_be_repeated_nearly_sentence_for_sentence(make: Make) -> None:
    original, mill = make("a1", "Ports", REPORT), make("a2", "Ports!", REWORDED)
    own_words = make("a3", "Fishermen", OTHER)
    voices = {"a1": "xinhua"}
    assert derived(original, mill, own_words, voices=voices) == {"a2": ("a1", CopyKind.REWRITTEN)}


def test_a_caption_of_the_event_is_no_rewriting(make: Make) -> None:
    original, caption = make("a1", "Ports", REPORT), make("a2", "Ports", REPORT.split(". ")[0] + ".")
    assert derived(original, caption, voices={"a1": "xinhua"}) == {}


def test_what_is_clearly_older_is_no_rewriting_of_the_newer(make: Make) -> None:
    original, older = make("a1", "Ports", REPORT, day="2026-10-20"), make("a2", "Ports!", REWORDED, day="2026-10-17")
    assert derived(original, older, voices={"a1": "xinhua"}) == {}


def test_a_page_may_be_dated_up_to_a_day_before_what_it_repeats(make: Make) -> None:
    original, mill = make("a1", "Ports", REPORT, day="2026-10-20"), make("a2", "Ports!", REWORDED, day="2026-10-19")
    assert derived(original, mill, voices={"a1": "xinhua"}) == {"a2": ("a1", CopyKind.REWRITTEN)}


def test_of_two_anonymous_pages_the_later_is_the_rewriting(make: Make) -> None:
    first, second = make("a2", "Ports", REPORT, day="2026-10-18"), make("a1", "Ports!", REWORDED, day="2026-10-20")
    assert derived(first, second, voices={}) == {"a1": ("a2", CopyKind.REWRITTEN)}


def test_a_report_in_another_language_that_credits_a_member_is_a_translation(make: Make) -> None:
    original, japanese = make("a1", "Ports", REPORT), make("a2", "港", JAPANESE, language="ja", references=("新華社",))
    voices = {"a1": "xinhua", "a2": "xinhua"}
    assert derived(original, japanese, voices=voices) == {"a2": ("a1", CopyKind.TRANSLATED)}
    assert derived(original, japanese, voices=voices, alike=alike_by(default=0.1)) == {}


def test_a_translation_belongs_to_the_member_in_the_language_it_names(make: Make) -> None:
    english, chinese = make("a1", "Ports", REPORT), make("a2", "港口", JAPANESE, language="zh-Hans")
    japanese = make("a3", "港", JAPANESE, language="ja", references=("新華社",))
    stated = msgspec.structs.replace(japanese, article=msgspec.structs.replace(japanese.article, translated_from="en"))
    voices = dict.fromkeys(("a1", "a2", "a3"), "xinhua")
    nearer = alike_by({frozenset(("a2", "a3")): 0.9})
    assert derived(english, chinese, japanese, voices=voices, alike=nearer) == {"a3": ("a2", CopyKind.TRANSLATED)}
    assert derived(english, chinese, stated, voices=voices, alike=nearer) == {"a3": ("a1", CopyKind.TRANSLATED)}


def test_two_translations_of_an_absent_report_do_not_derive_from_each_other(make: Make) -> None:
    english = make("a1", "Ports", REPORT, references=("Xinhua",))
    japanese = make("a2", "港", JAPANESE, language="ja", references=("新華社",))
    assert derived(english, japanese, voices={"a1": "xinhua", "a2": "xinhua"}, alike=alike_by(default=0.9)) == {}


def test_an_anonymous_page_in_another_language_is_a_translation_if_it_keeps_the_figures(make: Make) -> None:
    original, japanese = make("a1", "Ports", REPORT), make("a2", "港", JAPANESE, language="ja")
    without = make("a3", "港", "見本市で市長の対話が始まった。", language="ja")
    voices = {"a1": "xinhua"}
    assert derived(original, japanese, without, voices=voices, alike=alike_by(default=0.7)) == {
        "a2": ("a1", CopyKind.TRANSLATED)
    }
    assert derived(original, japanese, voices=voices) == {}  # too little alike


def test_figures_in_other_digits_are_the_same_figures(make: Make) -> None:
    arabic = make("a2", "ميناء", "٤١٢ ألف حاوية و٣٧ عائلة وجدول زمني بحلول ٢٠٢٨.", language="ar")
    found = derived(make("a1", "Ports", REPORT), arabic, voices={"a1": "xinhua"}, alike=alike_by(default=0.7))
    assert found == {"a2": ("a1", CopyKind.TRANSLATED)}


def test_very_long_texts_are_compared_in_a_moment(make: Make) -> None:
    chance = random.Random(1)
    words = ["".join(chance.choices("abcdefghijk", k=7)) for _ in range(1_000)]
    texts = [
        "\n".join(" ".join(chance.choices(words, k=14)).capitalize() + "." for _ in range(2_000)) for _ in range(2)
    ]
    started = time.process_time()
    assert derived(*(make(f"a{n}", "Ports", text) for n, text in enumerate(texts)), voices={"a0": "xinhua"}) == {}
    assert time.process_time() - started < 2.0


def test_dot_leaders_are_read_in_a_moment(make: Make) -> None:
    leaders = "Contents" + ". " * 15_000
    started = time.process_time()
    derived(make("a1", "Ports", REPORT), make("a2", "Ports!", f"{REWORDED} {leaders}"), voices={"a1": "xinhua"})
    assert time.process_time() - started < 2.0


def test_a_rewriting_of_a_translation_is_folded_under_the_translation(make: Make) -> None:
    original = make("a1", "港", JAPANESE, language="ja", day="2026-10-18")
    english = make("a2", "Ports", REPORT, references=("Kyodo",), day="2026-10-19")
    mill = make("a3", "Ports!", REWORDED)
    voices = {"a1": "kyodo", "a2": "kyodo"}
    assert derived(original, english, mill, voices=voices) == {
        "a2": ("a1", CopyKind.TRANSLATED),
        "a3": ("a2", CopyKind.REWRITTEN),
    }


def test_similarities_have_four_digits(make: Make) -> None:
    found = find_derivations(
        [make("a1", "Ports", REPORT), make("a2", "Ports!", REWORDED)], {"a1": "xinhua"}, {"a1"}, alike_by()
    )
    assert isinstance(found["a2"], Derivation)
    assert found["a2"].similarity == round(found["a2"].similarity, 4)
    assert found["a2"].similarity >= 0.7


def test_articles_without_text_derive_from_nobody(make: Make) -> None:
    def emptied(one: TaggedArticle) -> TaggedArticle:
        article: Article = msgspec.structs.replace(one.article, title="", blocks=())
        return msgspec.structs.replace(one, article=article)

    assert derived(make("a1", "Ports", REPORT), emptied(make("a2", "x")), voices={"a1": "xinhua"}) == {}


def test_a_report_that_credits_unknown_ones_does_not_derive_from_its_own_family(make: Make) -> None:
    """Its voice is its own, and what it credits is nobody's here: so it tells an account, whatever its family told before."""
    earlier = make("a1", "Ports", REPORT)
    japanese = make("a2", "港", JAPANESE, language="ja", references=("Mihon Port Annals", "Harbour Gazette"))
    voices, alike = {"a1": "mihon", "a2": "mihon"}, alike_by(default=0.7)
    assert find_derivations([earlier, japanese], voices, {"a1", "a2"}, alike, {"a1", "a2"}) == {}
    assert "a2" in find_derivations([earlier, japanese], voices, {"a1", "a2"}, alike, {"a1"}), "where it credits them"


def test_figures_in_threes_are_the_same_however_they_are_parted(make: Make) -> None:
    report = REPORT.replace("412 thousand", "412,500")
    french = make(
        "a2", "Ports", "412 500 conteneurs, 37 familles de hérons, un horaire commun d'ici 2028.", language="fr"
    )
    found = derived(make("a1", "Ports", report), french, voices={"a1": "xinhua"}, alike=alike_by(default=0.7))
    assert found == {"a2": ("a1", CopyKind.TRANSLATED)}

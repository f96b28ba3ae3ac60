"""What makes two articles alike, one cause at a time."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from pipeline.group.similarity import profile_all, similarity
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
    about_lima = make("b", "T", cities=("lima",), language="fr")
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

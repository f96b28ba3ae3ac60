"""Scores every stage on labelled sets and holds the scores against floors that only rise.

    python -m bench.quality.gate [--only NAME ...] [--json] [--write] [--lower] [--show]

Our own sets (the sample web, leads, stories, copies) are always there. Evaluation data is looked for in CITY_DIGEST_EVAL_DATA
(default: ../shared/data from the project's root) and scored with the scorers beside it; what is absent is skipped with the
reason. `--write` raises floors, `--lower` also lowers them. Exit 1 if a score is below its floor.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import trafilatura
from msgspec.structs import replace

from bench.material import (
    Row,
    Sample,
    eval_data,
    gold_pages,
    identify_page,
    make_page,
    read_rows,
    sample_pages,
    scorer,
    tag_rows,
)
from bench.quality import copies, feeds, grouping, written
from pipeline.group.stories import group_at_once
from pipeline.knowledge.lexicon import load_lexicon
from pipeline.model import Document, TaggedArticle, TagKind
from pipeline.tag import tag

HERE = Path(__file__).parent
FLOORS = HERE / "floors.json"
# Floors are kept to this many digits; a fall smaller than half of the last one is none.
DIGITS = 3
# Tags from this score on are what an article is about.
MAIN = 0.5
Scores = dict[str, float]
KINDS = {
    "cities": TagKind.CITY,
    "networks": TagKind.NETWORK,
    "themes": TagKind.THEME,
    "event_types": TagKind.EVENT,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", metavar="NAME", help=f"of {', '.join(TASKS)}")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", action="store_true", help="raise floors to what was measured")
    parser.add_argument("--lower", action="store_true", help="with --write: lower floors too")
    parser.add_argument("--show", action="store_true", help="print what is wrong")
    options = parser.parse_args()
    data = eval_data()
    scores: Scores = {}
    for name, (score, needs_data) in TASKS.items():
        if name not in (options.only or TASKS.keys() - SLOW):
            continue
        if needs_data and data is None:
            print(f"skipped {name}: no evaluation data (set CITY_DIGEST_EVAL_DATA)", file=sys.stderr)
            continue
        faults: list[str] = []
        scores |= {f"{name}.{key}": round(value, DIGITS) for key, value in score(data or HERE, faults).items()}
        if options.show:
            print(*(f"{name}: {fault}" for fault in faults), sep="\n", file=sys.stderr)
    floors: Scores = json.loads(FLOORS.read_text("utf-8"))
    below = [key for key, value in scores.items() if value < floors.get(key, value)]
    print(json.dumps(scores, indent=1) if options.json else table(scores, floors))
    if options.write:
        kept = {key: value for key, value in scores.items() if options.lower or value > floors.get(key, -1.0)}
        FLOORS.write_text(json.dumps(dict(sorted((floors | kept).items())), indent=1) + "\n", "utf-8")
    if options.write and options.lower:
        return 0
    if below:
        print("below the floor:", ", ".join(below), file=sys.stderr)
    return int(bool(below))


def table(scores: Scores, floors: Scores) -> str:
    width = max(map(len, scores), default=0)
    lines = [f"{'':{width}} {'score':>7} {'floor':>7} {'change':>7}"]
    for key, value in scores.items():
        floor = floors.get(key)
        change = "new" if floor is None else f"{value - floor:+.3f}" if value != floor else "="
        lines.append(f"{key:{width}} {value:7.3f} {floor if floor is not None else '':>7} {change:>7}")
    return "\n".join(lines)


# ------------------------------------------------------------------------------------------------------------ our own sets


def sample_web(_: Path, faults: list[str]) -> Scores:
    """The sample web from its pages on: everything that the demonstration shows."""
    samples = list(sample_pages())
    counts: Counter[str] = Counter()
    tagged: list[tuple[Row, TaggedArticle]] = []
    text_f1 = 0.0
    for sample in samples:
        document, article = identify_page(sample)
        gold = sample.gold
        if article is None or document is None:
            faults.append(f"{sample.id} gave no article")
            continue
        right = {
            "title": article.title == gold["title"],
            "text_equal": letters(article.text) == letters(gold["text"]),
            "date": article.published is not None and article.published.day.isoformat() == gold["date"][:10],
            "language": same_language(article.language, gold["lang"]),
        }
        counts.update(key for key, value in right.items() if value)
        text_f1 += shingle_f1(article.text, gold["text"])
        faults += [f"{sample.id} {key}" for key, value in right.items() if not value]
        tagged.append((gold, tag(article, load_lexicon())))
    scores = {key: counts[key] / len(samples) for key in ("title", "text_equal", "date", "language")}
    scores["text_f1"] = text_f1 / len(samples)
    scores |= understanding([(gold, main_tags(one)) for gold, one in tagged], faults)
    on_topic = [(gold, grouping.as_news(one)) for gold, one in tagged if gold["relevant"]]
    embedder = grouping.open_installed(grouping.DEFAULT)
    clusters = grouping.clusters(on_topic, "cluster", faults, embedder)
    return scores | {f"stories_{key}": value for key, value in clusters.items()}


def own_leads(_: Path, faults: list[str]) -> Scores:
    return understanding(tag_rows(read_rows(HERE / "leads.jsonl")), faults)


def own_copies(_: Path, faults: list[str]) -> Scores:
    """Pairs of copies found, and their kinds."""
    rows = grouping.tag_news(read_rows(HERE / "copies.jsonl"))
    members = {m.article_id: m for s in group_at_once([one for _, one in rows]).stories for m in s.members}
    text_of = {one.article.id: members[one.article.id].copy_of or one.article.id for _, one in rows}
    pairs = Counter[str]()
    for number, (gold, one) in enumerate(rows):
        for other_gold, other in rows[:number]:
            same = text_of[one.article.id] == text_of[other.article.id]
            pairs[f"{gold['dup'] == other_gold['dup']} {same}"] += 1
        kind = members[one.article.id].copy_kind
        pairs["kind"] += kind == gold["copy_kind"]
        if kind != gold["copy_kind"]:
            faults.append(f"{gold['id']} is {gold['copy_kind']}, said {kind}")
    found, missed, wrong = pairs["True True"], pairs["True False"], pairs["False True"]
    return {
        "precision": found / max(1, found + wrong),
        "recall": found / max(1, found + missed),
        "kind": pairs["kind"] / len(rows),
    }


# --------------------------------------------------------------------------------------------------------- evaluation data


def extraction(data: Path, faults: list[str]) -> Scores:
    """Real pages, ours and beside plain trafilatura: all, languages with ten pages or more, and Chinese, Japanese and Korean together."""
    score = scorer(data, "extraction")
    samples = list(gold_pages(data))
    gold = [sample.gold for sample in samples]
    ours = score.rows_of(gold, list(map(extracted, samples)))
    theirs = score.rows_of(gold, list(map(extracted_plainly, samples)))
    faults += [
        f"{row['id']} {key}"
        for row in ours
        for key in ("title_exact", "date_acc", "lang_acc", "author_f1")
        if row.get(key) == 0
    ]
    return {
        f"{group}.{key}": value
        for group, languages in language_groups(row["lang"] for row in ours).items()
        for key, value in compared(*(score.agg([r for r in rows if r["lang"] in languages]) for rows in (ours, theirs)))
    }


_CJK = frozenset({"zh", "ja", "ko"})
_FIELDS = {
    "F1": "text_f1",
    "title_ok": "title",
    "title_exact": "title_exact",
    "date_acc": "date",
    "author_f1": "authors",
    "prefix": "opening",
}


def language_groups(languages: Iterable[str]) -> dict[str, frozenset[str]]:
    counts = Counter(languages)
    groups = {"all": frozenset(counts), "cjk": _CJK}
    return groups | {language: frozenset({language}) for language, n in sorted(counts.items()) if n >= 10}


def compared(ours: Row, theirs: Row) -> Iterator[tuple[str, float]]:
    """Our figures; each field's lead over plain trafilatura; the share of its wrong dates that we avoid."""
    if "lang_acc" in ours:
        yield "language", ours["lang_acc"]
    for key, name in _FIELDS.items():
        if key in ours:
            yield name, ours[key]
            yield f"{name}_lead", ours[key] - theirs[key]
    if theirs.get("date_wrong"):
        yield "wrong_dates_avoided", 1 - ours["date_wrong"] / theirs["date_wrong"]


def seeds(data: Path, faults: list[str]) -> Scores:
    """The two articles that the project began with: 1 / (1 + complaints)."""
    gold = data / "tagging" / "seeds_gold.json"
    answers = []
    for file in sorted((data / "seeds").glob("*.txt")):
        page = make_page(f"https://bench.example/{file.name}", file.read_bytes(), "bench", "text/plain; charset=utf-8")
        _, article = identify_page(Sample(id=file.stem, page=page, source=None, gold={}))
        if article is not None:
            answers.append(answer({"id": file.stem}, tag(article, load_lexicon())))
    lines = run_scorer(data, "seeds", gold, answers, [])
    complaints = [line for line in lines if not line.startswith("both seeds")]
    faults += complaints
    return {"agreement": 1 / (1 + len(complaints))}


def leads(data: Path, faults: list[str]) -> Scores:
    return understood(data, "leads", faults)


def passages(data: Path, faults: list[str]) -> Scores:
    return understood(data, "city_passages", faults)


def titles(data: Path, faults: list[str]) -> Scores:
    """Languages of titles of a few ideographs."""
    return understood(data, "cjk_titles", faults)


def understood(data: Path, name: str, faults: list[str]) -> Scores:
    gold = data / "tagging" / f"{name}.jsonl"
    answers = [answer(row, one) for row, one in tag_rows(read_rows(gold))]
    lines = run_scorer(data, "understanding", gold, answers, faults)
    pairs = (line.split() for line in lines)
    return {pair[0]: float(pair[1]) for pair in pairs if len(pair) == 2 and is_number(pair[1])}


def run_scorer(data: Path, name: str, gold: Path, answers: Iterable[Row], faults: list[str]) -> list[str]:
    """What a scorer prints of the answers; its `--show` lines go to `faults`."""
    module = scorer(data, name)
    shows = ["relevance", "cities", "themes", "event_types", "networks", "language"] if name == "understanding" else []
    with tempfile.TemporaryDirectory() as folder:
        predicted = Path(folder) / "answers.jsonl"
        predicted.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in answers), "utf-8")
        printed = call_main(module.main, [str(gold), str(predicted)])
        for show in shows:
            faults += [
                f"{show} {line}"
                for line in call_main(module.main, [str(gold), str(predicted), "--show", show])
                if line not in printed
            ]
    return printed


def call_main(function: Callable[[], object], arguments: list[str]) -> list[str]:
    """The lines that a script's main prints, given arguments."""
    held, sys.argv = sys.argv, ["scorer", *arguments]
    out = io.StringIO()
    try:
        with contextlib.redirect_stdout(out):
            function()
    finally:
        sys.argv = held
    return out.getvalue().splitlines()


# ----------------------------------------------------------------------------------------------------------------- scoring


def extracted(sample: Sample) -> Row:
    document, article = identify_page(sample)
    if not isinstance(document, Document) or article is None:
        return {"id": sample.id}
    return {
        "id": sample.id,
        "title": article.title,
        "text": article.text,
        "authors": list(article.authors),
        "date": article.published.value.isoformat() if article.published else None,
        "language": article.language,
    }


def extracted_plainly(sample: Sample) -> Row:
    """What trafilatura makes of a page with its defaults and metadata."""
    found = trafilatura.bare_extraction(sample.page.body, url=sample.page.url, with_metadata=True)
    if found is None:
        return {"id": sample.id}
    fields = found.as_dict() if isinstance(found, trafilatura.settings.Document) else found
    authors = [name.strip() for name in (fields.get("author") or "").split(";") if name.strip()]
    return {"id": sample.id, "authors": authors} | {
        key: fields.get(key) for key in ("title", "text", "date", "language")
    }


def answer(row: Row, tagged: TaggedArticle) -> Row:
    """A line as the scorers of understanding read it."""
    lexicon = load_lexicon()
    tags = []
    for one in tagged.tags:
        entry: Row = {"kind": one.kind, "id": one.id, "name": {"en": lexicon.name(one.kind, one.id, "en")}}
        if one.kind is TagKind.CITY and one.id in lexicon.cities:
            entry["country"] = lexicon.cities[one.id].country
        tags.append(entry)
    return {
        "id": row["id"],
        "language": tagged.article.language,
        "relevant": tagged.relevance.relevant,
        "class": tagged.relevance.article_class,
        "relevance": tagged.relevance.score,
        "tags": tags,
    }


def understanding(tagged: Iterable[tuple[Row, TaggedArticle]], faults: list[str]) -> Scores:
    """Relevance, and F1 of the tags of relevant articles, of the kinds that gold states."""
    counts: Counter[tuple[str, str]] = Counter()
    for gold, one in tagged:
        said = one.relevance.relevant
        counts[
            "relevance",
            "hit" if said and gold["relevant"] else "extra" if said else "missed" if gold["relevant"] else "no",
        ] += 1
        if said != gold["relevant"]:
            faults.append(f"{gold['id']} relevant is {gold['relevant']}, score {one.relevance.score:.2f}")
        for key, kind in KINDS.items():
            if key in gold and gold["relevant"]:
                want, got = set(gold[key]), set(names(one, kind))
                counts[key, "hit"] += len(want & got)
                counts[key, "extra"] += len(got - want)
                counts[key, "missed"] += len(want - got)
                if want != got:
                    faults.append(f"{gold['id']} {key} missed {sorted(want - got)} extra {sorted(got - want)}")
    scores: Scores = {}
    for key in ("relevance", *KINDS):
        hit, extra, missed = (counts[key, what] for what in ("hit", "extra", "missed"))
        if hit + extra + missed:
            scores[f"{key}_p"], scores[f"{key}_r"] = hit / max(1, hit + extra), hit / max(1, hit + missed)
    return scores


def main_tags(tagged: TaggedArticle) -> TaggedArticle:
    """Without the cities and event types named in passing, which the sample web's answers do not list."""
    passing = (TagKind.CITY, TagKind.EVENT)
    return replace(tagged, tags=tuple(one for one in tagged.tags if one.score >= MAIN or one.kind not in passing))


def names(tagged: TaggedArticle, kind: TagKind) -> tuple[str, ...]:
    """Ids; cities as "Name|CC", as our sets write them."""
    if kind is not TagKind.CITY:
        return tagged.ids(kind)
    cities = load_lexicon().cities
    return tuple(f"{cities[i].names['en']}|{cities[i].country}" for i in tagged.ids(kind) if i in cities)


def shingle_f1(text: str, gold: str) -> float:
    """F1 of the multisets of four letters in a row, as the scorer of extraction counts."""
    left, right = (Counter(of[i : i + 4] for i in range(max(1, len(of) - 3))) for of in (letters(text), letters(gold)))
    return 2 * (left & right).total() / (left.total() + right.total())


def letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def same_language(a: str, b: str) -> bool:
    return a.partition("-")[0] == b.partition("-")[0]


def is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


# Name -> how it is scored, and whether that needs the evaluation data.
TASKS: Mapping[str, tuple[Callable[[Path, list[str]], Scores], bool]] = {
    "sample_web": (sample_web, False),
    "own_leads": (own_leads, False),
    "own_stories": (grouping.stories_of("stories.jsonl", key="cluster"), False),
    "own_copies": (own_copies, False),
    "copies_generated": (copies.copies_generated, False),
    "events": (grouping.stories_of("events.jsonl"), False),
    "events_e5": (grouping.stories_of("events.jsonl", embedder="e5"), False),
    "events_none": (grouping.stories_of("events.jsonl", embedder="none"), False),
    "day_by_day": (grouping.day_by_day, False),
    "written_events": (grouping.stories_of("written/events.jsonl", key="cluster"), False),
    "written_leads": (written.leads, False),
    "written_passages": (written.passages, False),
    "written_titles": (written.titles, False),
    "written_persons": (written.persons, False),
    "written_dates": (written.dates, False),
    "extraction": (extraction, True),
    "feed_dates": (feeds.dates, True),
    "seeds": (seeds, True),
    "leads": (leads, True),
    "passages": (passages, True),
    "titles": (titles, True),
    "stories": (grouping.stories_of("stories/citydip.jsonl"), True),
    "stories_e5": (grouping.stories_of("stories/citydip.jsonl", embedder="e5"), True),
    "stories_none": (grouping.stories_of("stories/citydip.jsonl", embedder="none"), True),
}
# Only scored where named: e5 reads five of these reports a second.
SLOW = frozenset({"events_e5"})


if __name__ == "__main__":
    sys.exit(main())

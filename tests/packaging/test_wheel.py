"""The wheel as a stranger gets it: what is in it, and that it works from an empty folder under stock pip."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("crawler", "pipeline", "digest_templates")
CLEAN = {
    name: value for name, value in os.environ.items() if not name.startswith(("CITY_DIGEST_", "PYTHON", "VIRTUAL"))
}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    arguments = ["-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True, env=CLEAN)
    return next(folder.glob("*.whl"))


def find_python(version: str) -> str | None:
    """An interpreter of this version on the path or among pyenv's."""
    candidates = [shutil.which(f"python{version}"), *Path.home().glob(f".pyenv/versions/{version}.*/bin/python")]
    for candidate in filter(None, candidates):
        if subprocess.run([candidate, "--version"], check=False, capture_output=True).returncode == 0:
            return str(candidate)
    return None


def test_the_wheel_holds_code_data_and_templates_and_nothing_else(wheel: Path) -> None:
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", *PACKAGES],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    names = zipfile.ZipFile(wheel).namelist()
    shipped = {name for name in names if not name.partition("/")[0].endswith(".dist-info")}
    assert shipped == set(listed)
    described = {name.rpartition("/")[2] for name in names} - {name.rpartition("/")[2] for name in listed}
    assert described == {"METADATA", "WHEEL", "entry_points.txt", "LICENSE", "NOTICE", "RECORD"}


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_a_new_environment_with_stock_pip_runs_the_demo_from_an_empty_folder(
    wheel: Path, version: str, tmp_path: Path
) -> None:
    python = find_python(version)
    if python is None:
        pytest.skip(f"this machine has no Python {version}")
    environment, folder = tmp_path / "environment", tmp_path / "empty"
    folder.mkdir()
    subprocess.run([python, "-m", "venv", str(environment)], check=True, env=CLEAN)
    pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, "--require-hashes", "-r", str(ROOT / "requirements.lock")], check=True, env=CLEAN)
    subprocess.run([*pip, "--no-deps", str(wheel)], check=True, env=CLEAN)
    done = subprocess.run(
        [str(environment / "bin" / "city-digest"), "demo"],
        check=False,
        cwd=folder,
        capture_output=True,
        text=True,
        env=CLEAN,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert (folder / "demo" / "archive" / "index.html").is_file()
    assert len(list((folder / "demo" / "outbox").glob("*.eml"))) == 2
    assert str(folder / "demo" / "archive" / "index.html") in done.stdout

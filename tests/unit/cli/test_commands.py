"""The command line as people and cron meet it (C1, C2, C6, C10)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import COMMANDS, cli

ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("CITY_DIGEST_")}


def call(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-c", "from pipeline.cli import main; main()", *arguments],
        check=False,
        cwd=folder,
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        timeout=120,
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    done = CliRunner().invoke(cli, [name, "--help"])
    assert done.exit_code == 0
    assert len(done.output.splitlines()) > 4


def test_help_and_version_import_nothing_heavy(tmp_path: Path) -> None:
    """C10: below 300 ms; shown by what is imported, which no busy machine can blur."""
    script = "import sys; sys.argv = ['city-digest', '--help']\nfrom pipeline.cli import main\ntry: main()\nexcept SystemExit: pass\n"
    script += "print(*sorted(m for m in sys.modules if m in ('sqlalchemy', 'alembic', 'scrapy', 'lxml', 'jinja2', 'rich', 'trafilatura')), sep=',')"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout.splitlines()[-1] == ""


def test_a_wrong_command_is_a_usage_error(tmp_path: Path) -> None:
    done = call("crwal", folder=tmp_path)
    assert done.returncode == 2
    assert "crwal" in done.stderr


def test_a_folder_that_is_no_workspace_says_how_to_make_one(tmp_path: Path) -> None:
    done = call("run", folder=tmp_path)
    assert done.returncode == 78
    assert "city-digest init" in done.stderr


def test_init_makes_a_workspace_once_and_keeps_what_was_edited(tmp_path: Path) -> None:
    assert call("init", "here", "--contact", "mailto:desk@example.org", folder=tmp_path).returncode == 0
    file = tmp_path / "here" / "city-digest.toml"
    file.write_text(file.read_text().replace("Asia/Tokyo", "Asia/Seoul"))
    assert "already" in call("init", "here", folder=tmp_path).stdout
    shown = json.loads(call("-C", "here", "config", "show", "--json", folder=tmp_path).stdout)
    assert shown["digest.zone"] == {"value": '"Asia/Seoul"', "origin": "city-digest.toml"}
    assert shown["crawl.contact"]["value"] == '"mailto:desk@example.org"'


def test_a_crawl_without_a_contact_is_refused(tmp_path: Path) -> None:
    call("init", folder=tmp_path)
    done = call("crawl", folder=tmp_path)
    assert done.returncode == 78
    assert "crawl.contact" in done.stderr


def test_a_crawl_without_an_active_source_says_what_to_do(tmp_path: Path) -> None:
    call("init", "--contact", "mailto:desk@example.org", folder=tmp_path)
    done = call("crawl", folder=tmp_path)
    assert done.returncode == 78
    assert "sources.d" in done.stderr


def test_an_unknown_setting_names_the_nearest(tmp_path: Path) -> None:
    call("init", folder=tmp_path)
    done = call("--set", "crawl.dealy_s=3", "status", folder=tmp_path)
    assert done.returncode == 78
    assert "crawl.delay_s" in done.stderr


def test_success_is_silent_when_nobody_watches(tmp_path: Path) -> None:
    """C2: cron mails only on trouble."""
    call("init", folder=tmp_path)
    for name in ("process", "compose", "render", "deliver"):
        done = call(name, folder=tmp_path)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), name


def test_an_empty_workspace_has_a_status_and_finds_nothing(tmp_path: Path) -> None:
    call("init", folder=tmp_path)
    assert json.loads(call("status", "--json", folder=tmp_path).stdout)["sources"] == []
    assert json.loads(call("search", "天津", "--json", folder=tmp_path).stdout) == {"found": []}
    assert call("explain", "https://example.org/none", folder=tmp_path).returncode == 1


def test_a_stop_by_a_service_manager_ends_soon_and_can_be_gone_on_from(tmp_path: Path) -> None:
    """C11: SIGTERM ends within ten seconds, with code 130."""
    call("init", "--contact", "mailto:desk@example.org", folder=tmp_path)
    (tmp_path / "sources.d" / "slow.toml").write_text(
        'id = "slow"\nnames = { en = "Slow" }\nhome = "http://127.0.0.1:9/"\ncountry = "ZZ"\nlanguages = ["en"]\n'
        'kind = "feed"\nstart = ["http://127.0.0.1:9/feed"]\nstate = "active"\n'
    )
    child = subprocess.Popen(
        [
            sys.executable,
            "-P",
            "-c",
            "from pipeline.cli import main; main()",
            "--set",
            "rehearsal.allow_loopback=true",
            "run",
        ],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=ENVIRONMENT,
    )
    time.sleep(1.0)
    started = time.monotonic()
    child.terminate()
    assert child.wait(timeout=15) in (130, 1, 3)
    assert time.monotonic() - started < 10


def test_a_workspace_that_cannot_be_locked_says_what_to_do(tmp_path: Path) -> None:
    """Faults P0.5: a folder that is read-only, or no folder at all."""
    call("init", "--contact", "mailto:desk@example.org", folder=tmp_path)
    (tmp_path / "state").write_text("not a folder")
    done = call("process", folder=tmp_path)
    assert done.returncode == 78
    assert "could not be locked" in done.stderr
    assert "Traceback" not in done.stderr

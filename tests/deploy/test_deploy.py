"""The examples in deploy/ are right: what reads them in earnest reads them here (C9)."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from components import lack

from pipeline.cli import COMMANDS

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
UNITS = sorted(file.name for file in DEPLOY.iterdir() if file.suffix in (".service", ".timer"))
SERVICES = [name for name in UNITS if name.endswith(".service")]
# Of 10; 0.0 is a unit that can do nothing at all. systemd calls up to 4.9 "OK".
MOST_EXPOSED = 2.0


def run(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, cwd=folder, timeout=60)


# --------------------------------------------------------------------------------------------------------------- systemd


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units with a program that is there."""
    if not shutil.which("systemd-analyze"):
        lack("systemd-analyze (package systemd)")
    for name in UNITS:
        text = (DEPLOY / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace("/srv/digest-env/bin/city-digest", "/bin/true"), encoding="utf-8")
    return tmp_path


def test_systemd_reads_every_unit_without_a_word(units: Path) -> None:
    done = run("systemd-analyze", "verify", "--man=no", *(f"./{name}" for name in UNITS), folder=units)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_directive_that_systemd_does_not_know_is_caught(units: Path) -> None:
    """A judge that cannot fail proves nothing."""
    file = units / SERVICES[0]
    file.write_text(file.read_text().replace("ProtectSystem=strict", "ProtectSystm=strict"))
    assert "ProtectSystm" in run("systemd-analyze", "verify", "--man=no", f"./{file.name}", folder=units).stderr


@pytest.mark.parametrize("name", SERVICES)
def test_services_are_locked_in(units: Path, name: str) -> None:
    words = ("systemd-analyze", "security", "--offline=true", f"--threshold={round(MOST_EXPOSED * 10)}", f"./{name}")
    done = run(*words, folder=units)
    assert done.returncode == 0, done.stdout[-300:]


def test_a_service_that_is_not_locked_in_is_caught(units: Path) -> None:
    file = units / "city-digest.service"
    file.write_text("[Service]\nExecStart=/bin/true\n")
    assert run(
        "systemd-analyze", "security", "--offline=true", "--threshold=20", f"./{file.name}", folder=units
    ).returncode


@pytest.mark.parametrize("name", SERVICES)
def test_services_call_commands_that_exist_and_wait_for_their_end(name: str) -> None:
    """C11: a command ends within ten seconds of SIGTERM; systemd must not be quicker with SIGKILL."""
    text = (DEPLOY / name).read_text(encoding="utf-8")
    (command,) = re.findall(r"^ExecStart=\S+ -C \S+ (\w+)$", text, re.MULTILINE)
    assert command in COMMANDS
    (seconds,) = re.findall(r"^TimeoutStopSec=(\d+)s$", text, re.MULTILINE)
    assert int(seconds) > 10


def test_what_does_not_mend_itself_is_not_tried_again() -> None:
    """C1: 3 and 75 are repeated, the others wait for a person."""
    text = (DEPLOY / "city-digest.service").read_text(encoding="utf-8")
    assert "Restart=on-failure" in text
    (codes,) = re.findall(r"^RestartPreventExitStatus=(.*)$", text, re.MULTILINE)
    assert codes.split() == ["1", "2", "78", "130"]


def test_a_machine_that_was_off_catches_up(units: Path) -> None:
    text = (DEPLOY / "city-digest.timer").read_text(encoding="utf-8")
    assert "Persistent=true" in text
    (when,) = re.findall(r"^OnCalendar=(.*)$", text, re.MULTILINE)
    done = run("systemd-analyze", "calendar", when, folder=units)
    assert done.returncode == 0, done.stderr


# ------------------------------------------------------------------------------------------------------------- container


def instructions() -> list[tuple[str, str]]:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines]


def test_the_container_is_made_of_what_is_pinned() -> None:
    """DL3006, DL3007, DL3013, DL3020 of hadolint: a version of the base, no ADD, and every package with its hash."""
    for name, rest in instructions():
        if name == "FROM":
            assert re.match(r"docker\.io/library/python:\d+\.\d+\.\d+-slim-\w+( AS \w+)?$", rest)
        assert name not in ("ADD", "MAINTAINER")
        for installed in re.findall(r"pip install [^&]*", rest):
            assert "--no-cache-dir" in installed
            assert "--require-hashes" in installed or installed.rstrip().endswith("--no-deps .")
        assert "apt-get" not in rest
        assert "curl" not in rest
    if linter := shutil.which("hadolint"):  # no package of Debian's; where a machine has it, it says the rest
        done = subprocess.run([linter, DEPLOY / "Containerfile"], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


def test_the_container_is_nobody_special_and_gets_its_signals() -> None:
    """DL3002, DL3025: not root at the end, and the program itself is process 1, not a shell that swallows SIGTERM."""
    last = dict(instructions())
    user = last["USER"].split(":")[0]
    assert user.isdecimal()
    assert int(user) > 0
    assert json.loads(last["ENTRYPOINT"]) == ["city-digest"]
    assert json.loads(last["CMD"])[0] in COMMANDS
    assert last["VOLUME"] == last["WORKDIR"] == "/workspace"


def test_the_container_copies_what_there_is() -> None:
    for name, rest in instructions():
        if name == "COPY" and not rest.startswith("--from"):
            for source in rest.split()[:-1]:
                assert (DEPLOY.parent / source).exists(), source
    allowed = re.findall(r"^!(.*)$", (DEPLOY / "Containerfile.dockerignore").read_text(), re.MULTILINE)
    copied = {s for n, r in instructions() if n == "COPY" and not r.startswith("--from") for s in r.split()[:-1]}
    assert copied == set(allowed)


def pins(file: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", file.read_text(encoding="utf-8"), re.MULTILINE))


def test_the_container_has_the_versions_that_are_tested_and_the_extras_that_it_needs() -> None:
    ours, tested = pins(DEPLOY / "requirements.lock"), pins(DEPLOY.parent / "requirements-dev.lock")
    assert {name: version for name, version in ours.items() if tested.get(name) != version} == {}
    assert ours.keys() >= pins(DEPLOY.parent / "requirements.lock").keys() | {"starlette", "uvicorn", "dkimpy"}


@pytest.fixture
def compose() -> dict[str, Any]:
    """The compose file as a reader of YAML 1.1 with merge keys has it; Debian's, as ours needs none."""
    program = "import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin)))"
    done = subprocess.run(
        ["/usr/bin/python3", "-c", program], capture_output=True, text=True, input=(DEPLOY / "compose.yaml").read_text()
    )
    if "No module named 'yaml'" in done.stderr:
        lack("a reader of YAML (package python3-yaml)")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_compose_file_runs_commands_that_exist_with_no_more_rights_than_needed(compose: dict[str, Any]) -> None:
    assert compose["services"].keys() == {"run", "web"}
    for service in compose["services"].values():
        assert service["command"][0] in COMMANDS
        assert (service["read_only"], service["cap_drop"], service["init"]) == (True, ["ALL"], True)
        assert "no-new-privileges:true" in service["security_opt"]
        assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
        assert {volume.split(":")[0] for volume in service["volumes"]} <= compose["volumes"].keys()
        assert set(service["secrets"]) <= compose["secrets"].keys()
    assert compose["services"]["run"]["profiles"] == ["job"]


def test_the_readers_pages_are_watched_and_reached_from_this_machine_alone(compose: dict[str, Any]) -> None:
    web = compose["services"]["web"]
    assert all(port.startswith("127.0.0.1:") for port in web["ports"])
    first, *words = web["healthcheck"]["test"]
    assert (first, words[:2]) == ("CMD", ["python", "-c"])
    compile(words[2], "healthcheck", "exec")
    assert web["restart"] == "unless-stopped"


# ----------------------------------------------------------------------------------------------------------------- proxy


def test_nginx_takes_its_example(tmp_path: Path) -> None:
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    if not nginx:
        lack("nginx (package nginx-light)")
    words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=x"]
    done = run("openssl", *words, "-keyout", "privkey.pem", "-out", "fullchain.pem", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    text = text.replace("/etc/letsencrypt/live/digest.example.org", str(tmp_path))
    (tmp_path / "site.conf").write_text(text, encoding="utf-8")
    places = "".join(
        f"{name}_temp_path {tmp_path / name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ access_log off; {places} include site.conf; }}"
    (tmp_path / "nginx.conf").write_text(main, encoding="utf-8")
    done = run(str(nginx), "-t", "-q", "-p", str(tmp_path), "-c", "nginx.conf", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", ["nginx.conf", "Caddyfile"])
def test_no_proxy_writes_the_addresses_of_readers_pages_into_its_log(name: str) -> None:
    """Faults P0.14: they hold tokens."""
    text = (DEPLOY / name).read_text(encoding="utf-8")
    block = text[text.index("/readers/") :].partition("}")[0]
    assert {"nginx.conf": "access_log off;", "Caddyfile": "log_skip"}[name] in block


# ------------------------------------------------------------------------------------------------------------------ SBOM


def test_the_list_of_parts_names_every_package_that_is_locked_with_its_hashes(tmp_path: Path) -> None:
    lock, target = DEPLOY / "requirements.lock", tmp_path / "parts.json"
    script = DEPLOY.parent / "scripts" / "make_sbom.py"
    done = run(sys.executable, str(script), str(lock), str(target), folder=DEPLOY.parent)
    assert done.returncode == 0, done.stderr
    bom = json.loads(target.read_text(encoding="utf-8"))
    assert (bom["bomFormat"], bom["specVersion"]) == ("CycloneDX", "1.6")
    assert {part["name"]: part["version"] for part in bom["components"]} == pins(lock)
    assert all(part["hashes"] and part["purl"].startswith("pkg:pypi/") for part in bom["components"])

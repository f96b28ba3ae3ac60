"""`city-digest web` as a service: real HTTP, real signals, beside whatever else runs in the workspace (M10, C3, C11)."""

from __future__ import annotations

import inspect
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import time
from pathlib import Path

import httpx
import prepared
import pytest
from filelock import FileLock
from readers_site import ADDRESS, KEYS, SETTINGS, Site, serve

import pipeline.web.app
from pipeline.cli.web import END_S, TROUBLES


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "workspace")


@pytest.mark.slow
def test_it_serves_beside_a_crawl_and_a_writer_and_ends_when_told(site: Site, tmp_path: Path) -> None:
    """M10, C11: neither the workspace's lock nor a transaction of another process keeps a reader from leaving."""
    reader, log = site.add(), tmp_path / "log"
    path, root = site.link("u", reader), site.workspace.root
    writer = sqlite3.connect(site.library, isolation_level=None)
    with (
        FileLock(site.workspace.state / "lock"),
        serve(root, log=log) as (address, process),
        httpx.Client(base_url=address, trust_env=False) as client,
    ):
        assert client.get("/health").json() == {"status": "ok"}
        assert client.get(path).status_code == 200
        head = client.head(path)
        assert (head.status_code, head.content, int(head.headers["content-length"]) > 1000) == (200, b"", True)
        writer.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        answer = client.post(path, data={"List-Unsubscribe": "One-Click"}, timeout=30)
        assert (answer.status_code, site.journal()) == (200, [(reader.id, "left")])
        assert time.monotonic() - began < 20
        writer.execute("ROLLBACK")
        _wait_for(lambda: reader.id in site.register.suppressed())
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=10)
        assert time.monotonic() - began < 10
        assert (process.returncode, out, err) == (0, "", "")
    lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert {"method": "POST", "page": "/u/{token}", "status": 200}.items() <= [
        line for line in lines if line["message"] == "asked"
    ][-1].items()
    for canary in (ADDRESS, path.split("/")[2], reader.id):
        assert canary not in log.read_text("utf-8")


def _wait_for(what: object, seconds: float = 20) -> None:
    assert callable(what)
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.slow
def test_a_request_that_never_ends_does_not_keep_it(site: Site) -> None:
    with serve(site.workspace.root) as (address, process):
        port = int(address.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as slow:
            slow.sendall(
                b"POST /subscribe HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\na="
            )
            time.sleep(0.3)
            began = time.monotonic()
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=10)
            assert time.monotonic() - began < END_S + 4
            assert err == ""


def run(folder: Path, *words: str, without: str = "") -> subprocess.CompletedProcess[str]:
    program = f"import sys; sys.modules[{without!r}] = None\n" if without else ""
    command = ["-c", f"{program}{prepared.COMMAND}", "-C", str(folder), "web", *words]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CITY_DIGEST_")}
    return prepared.run(command, environment=environment)


@pytest.mark.parametrize("missing", ["uvicorn", "starlette"])
def test_without_the_extra_it_says_which_to_install(tmp_path: Path, missing: str) -> None:
    done = run(tmp_path, without=missing)
    assert done.returncode == 78
    assert "pip install 'city-digest[web]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_cannot_be_served_is_told(tmp_path: Path) -> None:
    """C1: 78, with the setting's name."""
    (tmp_path / "city-digest.toml").write_text(SETTINGS.format(web="", more="", base_url=""), "utf-8")
    done = run(tmp_path, "--port", "0")
    assert (done.returncode, "web.base_url" in done.stderr) == (78, True)
    (tmp_path / "city-digest.toml").write_text(SETTINGS.format(web="", more="", base_url="https://r.example"), "utf-8")
    (tmp_path / "state").mkdir(exist_ok=True)
    (tmp_path / "state" / "keys.json").write_bytes(KEYS)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run(tmp_path, "--port", str(taken.getsockname()[1]))
    assert (done.returncode, "web.port" in done.stderr) == (78, True)


def test_every_trouble_has_a_sentence_for_who_runs_it() -> None:
    """What is an error in the log is told on standard error too, where a service manager keeps it."""
    told = re.findall(r'_note\("([^"]+)", level="ERROR"', inspect.getsource(pipeline.web.app))
    assert len(told) >= 2
    assert set(told) == set(TROUBLES)

"""`city-digest serve` over real HTTP: the archive as it is, for this machine alone, and again when something changes (item 6, W2)."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.cli.archive_server import ArchiveServer, with_reload

ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("CITY_DIGEST_")}
PAGE = (
    '<!doctype html><html><head><meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
    "style-src 'self'; base-uri 'none'\"><title>x</title></head><body></body></html>"
)
FILES = {
    "index.html": PAGE,
    "404.html": PAGE.replace("<title>x", "<title>404"),
    "issues/2026-W43/ja.html": PAGE,
    "feeds/ja.atom": "<feed/>",
    "calendar/ja.ics": "BEGIN:VCALENDAR",
    "assets/favicon.svg": "<svg/>",
    "assets/style.css": "a{}",
    "search/ja/0.js": "0",
    "data/stories.csv": "a",
    "data/schema.json": "{}",
    "robots.txt": "x",
}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ArchiveServer]:
    folder = tmp_path / "archive"
    for path, text in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    (folder / "way-out").symlink_to(tmp_path)
    with ArchiveServer(folder, 0) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


def get(port: int, path: str, host: str = "", method: str = "GET") -> tuple[http.client.HTTPResponse, bytes]:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request(method, path, headers={"Host": host} if host else {})
        answer = connection.getresponse()
        return answer, answer.read()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/issues/2026-W43/ja.html?from=mail", "text/html; charset=utf-8"),
        ("/feeds/ja.atom", "application/atom+xml"),
        ("/calendar/ja.ics", "text/calendar; charset=utf-8"),
        ("/assets/favicon.svg", "image/svg+xml"),
        ("/assets/style.css", "text/css; charset=utf-8"),
        ("/search/ja/0.js", "text/javascript; charset=utf-8"),
        ("/data/stories.csv", "text/csv; charset=utf-8"),
        ("/data/schema.json", "application/json"),
        ("/robots.txt", "text/plain; charset=utf-8"),
    ],
)
def test_every_kind_of_file_has_its_type(server: ArchiveServer, path: str, kind: str) -> None:
    answer, _ = get(server.server_port, path)
    assert (answer.status, answer.headers["Content-Type"]) == (200, kind)


@pytest.mark.parametrize(
    "path",
    [
        *("/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/issues/../../secret.txt", "/..%5csecret.txt"),
        *("/way-out/secret.txt", "//secret.txt", "/%00", "/issues/2026-W43", "/nothing"),
    ],
)
def test_nothing_but_the_archive_can_be_read(server: ArchiveServer, path: str) -> None:
    answer, body = get(server.server_port, path)
    assert answer.status == 404
    assert b"secret" not in body
    assert b"<title>404" in body


def test_the_page_for_wrong_addresses_finds_its_style_at_any_depth(server: ArchiveServer) -> None:
    body = get(server.server_port, "/a/b/c")[1]
    assert b'<base href="/">' in body
    assert b"base-uri 'self'" in body


def test_a_name_that_was_made_to_point_here_gets_nothing(server: ArchiveServer) -> None:
    """DNS rebinding: another site's page could otherwise read drafts through the reader's browser."""
    answer, body = get(server.server_port, "/", host="evil.example")
    assert answer.status == 421
    assert b"<html" not in body


def test_it_listens_on_this_machine_alone(server: ArchiveServer) -> None:
    assert server.server_address[0] == "127.0.0.1"


def test_a_head_request_has_no_body(server: ArchiveServer) -> None:
    answer, body = get(server.server_port, "/", method="HEAD")
    assert (answer.status, body) == (200, b"")


def test_pages_that_are_served_may_reload_and_the_files_may_not(server: ArchiveServer) -> None:
    body = get(server.server_port, "/")[1].decode()
    assert '<script src="/-/reload.js" defer></script>' in body
    policy = body.partition('content="')[2].partition('"')[0]
    assert [policy.count(f"{name} 'self'") for name in ("script-src", "connect-src")] == [1, 1]
    assert "script" not in (server.folder / "index.html").read_text(encoding="utf-8")
    assert b"EventSource" in get(server.server_port, "/-/reload.js")[1]


def test_a_page_with_a_script_of_its_own_keeps_one_rule_for_scripts() -> None:
    page = PAGE.replace("base-uri", "script-src 'self'; base-uri").encode()
    assert with_reload(page).count(b"script-src") == 1


def test_an_open_page_hears_that_the_archive_was_rendered_and_what_failed(server: ArchiveServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=20)
    connection.request("GET", "/-/events")
    answer = connection.getresponse()
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert answer.readline() == b"retry: 1000\n"
    server.announce_rendered()
    assert [answer.readline() for _ in range(2)] == [b"\n", b"event: rendered\n"]
    server.announce_failed('templates/html/issue.html, line 3:\n"x"')
    lines = [answer.readline() for _ in range(4)]
    assert lines[-2:] == [b"event: failed\n", b'data: "templates/html/issue.html, line 3:\\n\\"x\\""\n']
    answer.close()
    connection.close()


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "city-digest.toml").write_text("", encoding="utf-8")
    return tmp_path


@pytest.fixture
def serving(workspace: Path) -> Iterator[subprocess.Popen[str]]:
    # A shell starts what it puts into the background with SIGINT ignored, and children would inherit that.
    held = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        child = subprocess.Popen(
            [sys.executable, "-P", "-c", "from pipeline.cli import main; main()", "serve", "--port", "0"],
            cwd=workspace,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=ENVIRONMENT | {"PYTHONUNBUFFERED": "1"},
        )
    finally:
        signal.signal(signal.SIGINT, held)
    yield child
    child.kill()
    child.communicate()


def port_of(child: subprocess.Popen[str]) -> int:
    assert child.stdout is not None
    line = child.stdout.readline()
    assert line.startswith("http://127.0.0.1:"), line
    return int(line.removeprefix("http://127.0.0.1:").partition("/")[0])


def test_what_is_saved_is_shown_and_what_is_wrong_is_told_and_ctrl_c_ends_it(
    workspace: Path, serving: subprocess.Popen[str]
) -> None:
    port = port_of(serving)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/-/events")
    events = connection.getresponse()
    names = workspace / "templates" / "html" / "names.html"
    names.parent.mkdir(parents=True)
    before = {file: file.stat().st_mtime_ns for file in (workspace / "archive").rglob("*.html")}

    names.write_text('{% extends "html/base.html" %}{% block main %}<h1>Saved</h1>{% endblock %}', encoding="utf-8")
    assert next_event(events) == "event: rendered"
    assert b"<h1>Saved</h1>" in get(port, "/names/en.html")[1]
    touched = {file.parent.name for file, when in before.items() if file.stat().st_mtime_ns != when}
    assert touched == {"names"}

    names.write_text("{% if %}", encoding="utf-8")
    assert next_event(events) == "event: failed"
    assert "templates/html/names.html, line 1" in events.readline().decode()
    assert b"<h1>Saved</h1>" in get(port, "/names/en.html")[1]

    # Taken back, so that no file changes: the page has to learn that nothing is wrong any more.
    names.write_text('{% extends "html/base.html" %}{% block main %}<h1>Saved</h1>{% endblock %}', encoding="utf-8")
    while (event := next_event(events)) == "event: failed":
        """Told again, as the databases were closed meanwhile."""
    assert event == "event: rendered"

    asked = time.monotonic()
    serving.send_signal(signal.SIGINT)
    assert serving.wait(timeout=10) == 0
    assert time.monotonic() - asked < 2
    events.close()
    connection.close()


def next_event(events: http.client.HTTPResponse) -> str:
    while not (line := events.readline().decode().strip()).startswith("event:"):
        assert line or not events.closed
    return line


def test_a_port_that_is_taken_says_what_to_do(workspace: Path, server: ArchiveServer) -> None:
    (workspace / "archive").mkdir(exist_ok=True)
    done = subprocess.run(
        [
            *(sys.executable, "-P", "-c", "from pipeline.cli import main; main()"),
            "serve",
            "--port",
            str(server.server_port),
        ],
        cwd=workspace,
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        timeout=120,
    )
    assert done.returncode == 78
    assert "--port 0" in done.stderr

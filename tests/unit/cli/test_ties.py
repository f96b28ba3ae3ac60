"""`city-digest ties` as a person uses it: list, import, refresh."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import cli

KOBE, TIANJIN, RIGA = "geonames:1859171", "geonames:1792947", "geonames:456172"
PAGE = "https://city.example/ties"
SETTINGS = '[digest]\nnow = "2026-11-22T12:00:00+09:00"\n[crawl]\ncontact = "https://desk.example/"\n'
Call = Callable[..., Result]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "city-digest.toml").write_text(SETTINGS, encoding="utf-8")
    return tmp_path


@pytest.fixture
def call(place: Path) -> Call:
    def called(*arguments: str) -> Result:
        return CliRunner().invoke(cli, ["-C", str(place), "ties", *arguments], standalone_mode=False)

    return called


@pytest.fixture
def table(place: Path) -> Callable[[str], str]:
    def written(text: str) -> str:
        file = place / "ties.csv"
        file.write_text(text, encoding="utf-8")
        return str(file)

    return written


def listed(call: Call, *arguments: str) -> list[dict[str, Any]]:
    ties: list[dict[str, Any]] = json.loads(call("list", *arguments, "--json").output)["ties"]
    return ties


# ----------------------------------------------------------------------------------------------------------------- list


def test_the_ties_of_a_city_are_listed_by_any_of_its_names(call: Call) -> None:
    shown = call("list", "神戸市")
    assert shown.exit_code == 0
    line = next(line for line in shown.output.splitlines() if "Tianjin" in line)
    assert line.split("  ", 1)[0] == "friendship"
    assert "1973-06-24" in line
    assert "Kobe, JP - Tianjin, CN" in line
    assert call("list", KOBE).output == shown.output


def test_without_a_city_every_shipped_tie_is_listed(call: Call) -> None:
    assert len(listed(call)) >= 60


def test_a_city_whose_every_tie_is_known_says_so(call: Call) -> None:
    assert "every sister tie of Paris, FR is known: https://" in call("list", "geonames:2988507").output
    (row,) = json.loads(call("list", "geonames:2988507", "--json").output)["complete"]
    assert (row["city"], row["kind"]) == ("geonames:2988507", "sister")


def test_a_list_imported_without_a_kind_holds_every_tie(call: Call, table: Callable[[str], str]) -> None:
    """Tables made before lists had kinds mean what they meant."""
    call("import", table(f"city,source\nKobe,{PAGE}\n"))
    assert f"every tie of Kobe, JP is known: {PAGE}" in call("list", "Kobe").output
    call("import", table(f"city,kind,source\nKobe,mou,{PAGE}\n"))
    assert [row["kind"] for row in json.loads(call("list", "Kobe", "--json").output)["complete"]] == ["", "mou"]


def test_an_ambiguous_or_unknown_city_is_refused_with_what_to_write(call: Call) -> None:
    assert "geonames:5746545 (Portland" in str(call("list", "Portland").exception)
    assert "no city is known as 'Laputa'" in str(call("list", "Laputa").exception)


# --------------------------------------------------------------------------------------------------------------- import


def test_an_imported_tie_is_known_from_then_on(call: Call, table: Callable[[str], str]) -> None:
    file = table(f"a,b,kind,since,source\nKobe,Riga,mou,2024-05,{PAGE}\n")
    done = json.loads(call("import", file, "--json").output)
    assert (done["added"], done["changed"], done["same"]) == (1, 0, 0)
    (tie,) = [tie for tie in listed(call, "Riga") if tie["kind"] == "mou"]
    assert (tie["since"], tie["source"], tie["retrieved"]) == ("2024-05", PAGE, "2026-11-22")
    again = json.loads(call("import", file, "--json").output)
    assert (again["added"], again["changed"], again["same"]) == (0, 0, 1)


def test_an_imported_tie_replaces_the_shipped_one(call: Call, table: Callable[[str], str]) -> None:
    file = table(f"a,b,kind,since,until,source\nKobe,Tianjin,friendship,1973-06-24,2026-01,{PAGE}\n")
    assert json.loads(call("import", file, "--json").output)["changed"] == 1
    (tie,) = [tie for tie in listed(call, "Kobe") if TIANJIN in (tie["a"], tie["b"])]
    assert (tie["until"], tie["source"]) == ("2026-01", PAGE)
    assert call("list", "Kobe").output.splitlines()[-1].startswith("friendship  1973-06-24 to 2026-01")


def test_a_dry_run_shows_and_keeps_nothing(call: Call, table: Callable[[str], str]) -> None:
    """C5."""
    file = table(f"a,b,kind,since,source\nKobe,Riga,mou,2024-05,{PAGE}\n")
    shown = call("import", file, "--dry-run")
    assert "add     mou" in shown.output
    assert not [tie for tie in listed(call, "Riga") if tie["kind"] == "mou"]


def test_a_complete_list_is_imported_by_the_same_command(call: Call, table: Callable[[str], str]) -> None:
    assert json.loads(call("import", table(f"city,source\nRiga,{PAGE}\n"), "--json").output)["complete"] == 1
    assert f"every tie of Riga, LV is known: {PAGE}" in call("list", "Riga").output


def test_a_fault_names_file_line_and_column_and_nothing_is_kept(call: Call, table: Callable[[str], str]) -> None:
    file = table(f"a,b,kind,since,source\nKobe,Riga,mou,2024-05,{PAGE}\nKobe,Laputa,twin,x,nowhere\n")
    refused = call("import", file)
    said = str(refused.exception)
    for part in (file, "line 3, column b", "line 3, column kind", "line 3, column since", "line 3, column source"):
        assert part in said
    assert not [tie for tie in listed(call, "Riga") if tie["kind"] == "mou"]


# -------------------------------------------------------------------------------------------------------------- refresh


@pytest.fixture
def wikidata() -> Iterator[dict[str, Any]]:
    """A SPARQL endpoint on loopback: `rows` are its bindings, `status` what it answers; `asked` fills."""
    state: dict[str, Any] = {"rows": [], "status": [200], "asked": []}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            state["asked"].append((self.headers["User-Agent"], self.rfile.read(int(self.headers["Content-Length"]))))
            status = state["status"].pop(0) if len(state["status"]) > 1 else state["status"][0]
            body = json.dumps({"head": {"vars": []}, "results": {"bindings": state["rows"]}}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/sparql-results+json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Tests are silent."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    state["url"] = f"http://127.0.0.1:{server.server_port}/sparql"
    yield state
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.engines.wikidata.PAUSE_S", 0)


def binding(geo: str, other: str, **about: str) -> dict[str, dict[str, str]]:
    row = {"geo": geo.removeprefix("geonames:"), "otherGeo": other.removeprefix("geonames:")}
    row |= {"item": "http://www.wikidata.org/entity/Q48320", "statement": f"http://www.wikidata.org/s/{geo}{other}"}
    return {name: {"type": "literal", "value": value} for name, value in (row | about).items()}


def test_a_refresh_adds_what_nobody_named_and_keeps_what_somebody_read(call: Call, wikidata: dict[str, Any]) -> None:
    wikidata["rows"] = [
        binding(KOBE, TIANJIN, since="1974-01-01T00:00:00Z", sinceExact="9"),
        binding(TIANJIN, RIGA, since="2001-01-01T00:00:00Z", sinceExact="9"),
    ]
    shown = call("refresh", "--endpoint", wikidata["url"], "--json")
    assert shown.return_value == 0
    done = json.loads(shown.output)
    assert (done["added"], done["changed"]) == (1, 0)
    assert done["disputed"][0]["known"]["since"] == "1973-06-24"
    assert done["disputed"][0]["found"]["since"] == "1974"
    agent, body = wikidata["asked"][0]
    assert agent.startswith("city-digest/")
    assert "(+https://desk.example/)" in agent
    assert b"P190" in body
    (tie,) = [tie for tie in listed(call, "Riga") if TIANJIN in (tie["a"], tie["b"])]
    assert (tie["kind"], tie["since"], tie["source"]) == ("sister", "2001", "https://www.wikidata.org/wiki/Q48320")
    again = json.loads(call("refresh", "--endpoint", wikidata["url"], "--json").output)
    assert (again["added"], again["changed"]) == (0, 0)


def test_a_dry_refresh_keeps_nothing(call: Call, wikidata: dict[str, Any]) -> None:
    """C5."""
    wikidata["rows"] = [binding(TIANJIN, RIGA)]
    assert "add     sister" in call("refresh", "--endpoint", wikidata["url"], "--dry-run").output
    assert not [tie for tie in listed(call, "Riga") if TIANJIN in (tie["a"], tie["b"])]


def test_a_refresh_that_breaks_off_keeps_what_came_and_says_so(call: Call, wikidata: dict[str, Any]) -> None:
    """C1: partial is 3."""
    wikidata["rows"], wikidata["status"] = [binding(TIANJIN, RIGA)], [200, 403]
    shown = call("refresh", "--endpoint", wikidata["url"])
    assert shown.return_value == 3
    assert "run it again for the rest" in shown.output
    assert [tie for tie in listed(call, "Riga") if TIANJIN in (tie["a"], tie["b"])]


def test_without_a_contact_wikidata_is_not_asked(call: Call, place: Path, wikidata: dict[str, Any]) -> None:
    (place / "city-digest.toml").write_text("", encoding="utf-8")
    assert "crawl.contact" in str(call("refresh", "--endpoint", wikidata["url"]).exception)
    assert wikidata["asked"] == []

"""Settings: five layers, each value with its origin, and errors that say where and what (C6)."""

from __future__ import annotations

import datetime as dt
import traceback
from pathlib import Path

import pytest

from pipeline import embed
from pipeline.config import EMBEDDERS, SECRET_KEYS, Settings, Workspace, keys, open_workspace, show
from pipeline.errors import ConfigurationError, WorkspaceError

DELAY = "CITY_DIGEST_CRAWL__DELAY_S"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "city-digest.toml").write_text("", encoding="utf-8")
    return tmp_path


def write(root: Path, text: str, name: str = "city-digest.toml") -> None:
    (root / name).write_text(text, encoding="utf-8")


def opened(root: Path, environment: dict[str, str] | None = None, **flags: str) -> Workspace:
    return open_workspace(
        root, environment=environment or {}, flags={k.replace("__", "."): v for k, v in flags.items()}
    )


def test_each_layer_wins_over_the_one_below_and_is_named_as_the_origin(root: Path) -> None:
    seen = []

    def look(environment: dict[str, str], **flags: str) -> None:
        workspace = opened(root, environment, **flags)
        seen.append((workspace.settings.crawl.delay_s, workspace.origins.get("crawl.delay_s", "default")))

    look({})
    write(root, "[crawl]\ndelay_s = 6")
    look({})
    write(root, f"# comment\n\n{DELAY}='7'\nOTHER=1\n", ".env")
    look({})
    look({DELAY: "8"})
    look({DELAY: "8"}, crawl__delay_s="9")
    assert seen == [(5.0, "default"), (6.0, "city-digest.toml"), (7.0, ".env"), (8.0, "environment"), (9.0, "flag")]


def test_without_any_setting_everything_has_its_default(root: Path) -> None:
    assert opened(root).settings == Settings()


def test_the_environment_of_the_process_is_read_if_none_is_given(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DELAY, "8")
    assert open_workspace(root).settings.crawl.delay_s == 8.0


def test_a_folder_without_a_configuration_is_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="city-digest init"):
        opened(tmp_path)


def test_a_secret_is_read_from_the_file_that_a_variable_names(root: Path, tmp_path: Path) -> None:
    write(root, "postgresql://digest:secret@db/digest\n", "secret")
    workspace = opened(root, {"CITY_DIGEST_STORE__LIBRARY_FILE": str(tmp_path / "secret")})
    assert workspace.library_url == "postgresql://digest:secret@db/digest"
    assert workspace.origins["store.library"] == "environment (file)"


@pytest.mark.parametrize("body", [None, b"\xff\xfe"])
def test_a_secret_file_that_cannot_be_read_is_named(root: Path, tmp_path: Path, body: bytes | None) -> None:
    if body:
        (tmp_path / "secret").write_bytes(body)
    with pytest.raises(ConfigurationError, match=r"CITY_DIGEST_STORE__INBOX_FILE.*secret"):
        opened(root, {"CITY_DIGEST_STORE__INBOX_FILE": str(tmp_path / "secret")})


def test_secrets_are_never_shown(root: Path) -> None:
    workspace = opened(root, {"CITY_DIGEST_STORE__LIBRARY": "postgresql://digest:secret@db/digest"})
    rows = {key: (value, origin) for key, value, origin in show(workspace)}
    assert rows["store.library"] == ("***", "environment")
    assert rows["store.inbox"] == ('""', "default")
    assert rows["digest.editions"] == ('["ja","en"]', "default")
    assert rows.keys() == keys().keys()
    assert "secret" not in str(rows)


@pytest.mark.parametrize("text", ["en", " en , ", "en,ja"])
def test_a_list_in_the_environment_is_separated_by_commas(root: Path, text: str) -> None:
    expected = tuple(part.strip() for part in text.split(",") if part.strip())
    assert opened(root, {"CITY_DIGEST_DIGEST__EDITIONS": text}).settings.digest.editions == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[crawl]\ndelay = 1", r"no setting crawl\.delay\. Did you mean crawl\.delay_"),
        ("[mial]\ncontact = 'x'", r"no setting mial\.contact\. Did you mean mail\.contact"),
        ("zone = 'UTC'", r"no setting zone\. Did you mean digest\.zone"),
        ("[qqq]", r"no setting qqq\. 'city-digest config show' lists them all"),
        ("crawl = 1", "no setting crawl"),
    ],
)
def test_an_unknown_key_names_the_nearest(root: Path, text: str, said: str) -> None:
    write(root, text)
    with pytest.raises(ConfigurationError, match=rf"city-digest\.toml: there is {said}"):
        opened(root)


def test_an_unknown_variable_names_the_nearest_and_others_are_left_alone(root: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"environment: there is no setting crawl\.dely_s.*crawl\.delay_s"):
        opened(root, {"CITY_DIGEST_CRAWL__DELY_S": "1"})
    opened(root, {"CITY_DIGEST_WORKSPACE": "x", "PATH": "y", "XCITY_DIGEST_A__B": "z"})


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[crawl]\ndelay_s = '5'", "crawl.delay_s"),
        ("[crawl]\nmax_body_mib = 1.5", "crawl.max_body_mib"),
        ("[rehearsal]\nallow_loopback = 'yes'", "rehearsal.allow_loopback"),
        ("[digest]\nzone = 9", "digest.zone"),
        ("[digest]\neditions = [1]", "digest.editions"),
        ("[crawl.delay_s]\nx = 1", "crawl.delay_s"),
    ],
)
def test_a_value_of_the_wrong_type_names_key_and_origin(root: Path, text: str, key: str) -> None:
    write(root, text)
    with pytest.raises(ConfigurationError, match=rf"{key} = .*city-digest\.toml"):
        opened(root)


def test_a_text_that_is_no_number_names_its_variable_layer(root: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"crawl\.delay_s = 'soon' \(from environment\)"):
        opened(root, {DELAY: "soon"})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("digest.zone", "Asia/Tokio"),
        ("digest.zone", "Asia"),
        ("digest.zone", ""),
        ("digest.zone", "../etc/passwd"),
        ("digest.now", "2026-11-09T06:00:00"),
        ("digest.now", "monday"),
        ("digest.first_week", "2026-W54"),
        ("digest.first_week", "2026-43"),
        ("digest.base_url", "digest.example.org"),
        ("digest.editions", ""),
        ("group.embedder", "word2vec"),
        ("crawl.delay_s", "-1"),
        ("crawl.timeout_s", "nan"),
        ("process.workers", "-1"),
        ("rehearsal.proxy", "http://127.0.0.1:1"),
        ("deliver.on_unknown", "forget"),
        ("smtp.security", "ssl"),
        ("web.base_url", "http://digest.example.org/"),
        ("web.base_url", "digest.example.org"),
        ("web.base_url", "https://["),
        ("run.ping", "ping.example.org/key"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_by_name(root: Path, key: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"^{key} \(from flag\)"):
        open_workspace(root, environment={}, flags={key: value})


def test_every_embedder_that_there_is_may_be_named(root: Path) -> None:
    assert sorted(EMBEDDERS) == sorted(embed.NAMES)
    assert {opened(root, group__embedder=name).settings.group.embedder for name in EMBEDDERS} == set(EMBEDDERS)


def test_values_that_make_sense_pass(root: Path) -> None:
    settings = opened(
        root, digest__zone="Africa/Nairobi", digest__first_week="2026-W53", digest__base_url="https://d.example/",
        rehearsal__allow_loopback="true", rehearsal__proxy="http://127.0.0.1:1", crawl__delay_s="0",
    ).settings  # fmt: skip
    assert (settings.digest.first_week, settings.rehearsal.allow_loopback) == ("2026-W53", True)


def test_mail_without_encryption_stays_on_this_machine(root: Path) -> None:
    """M8."""
    with pytest.raises(ConfigurationError, match=r"^smtp\.security \(from flag\).*this machine"):
        opened(root, smtp__security="none", smtp__host="mail.example.org")
    for host in ("localhost", "127.0.0.1", "::1"):
        assert opened(root, smtp__security="none", smtp__host=host).settings.smtp.security == "none"
    assert opened(root, web__base_url="http://127.0.0.1:8025").settings.web.base_url


@pytest.mark.parametrize("key", sorted(SECRET_KEYS))
def test_a_secret_is_never_shown_whatever_is_wrong_with_it(root: Path, key: str) -> None:
    """C6, faults P0.14."""
    section, name = key.split(".")
    write(root, f"[{section}]\n{name} = 'ftp://canary'")
    shown, said = "", ""
    try:
        shown = str([row for row in show(opened(root)) if row[0] == key])
    except ConfigurationError as error:
        said = str(error)
    assert "canary" not in shown + said
    assert "***" in shown or key in said
    write(root, f"[{section}]\n{name} = ['canary']")
    with pytest.raises(ConfigurationError, match=rf"{key} = \*\*\* \(from") as refused:
        opened(root)
    assert "canary" not in "".join(traceback.format_exception(refused.value))


def test_a_file_that_is_no_toml_is_named(root: Path) -> None:
    write(root, "[crawl")
    with pytest.raises(ConfigurationError, match=r"city-digest\.toml cannot be read as TOML"):
        opened(root)


def test_the_clock_stands_still_where_it_is_told_to(root: Path) -> None:
    clock = opened(root, digest__now="2026-11-09T06:00:00+09:00").clock
    assert clock() == clock() == dt.datetime(2026, 11, 8, 21, tzinfo=dt.UTC)
    running = opened(root).clock()
    assert abs(running - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)


def test_everything_lies_in_the_workspace(root: Path) -> None:
    workspace = opened(root)
    assert workspace.inbox_url == f"sqlite:///{root.resolve()}/state/inbox.sqlite"
    assert workspace.library_url == f"sqlite:///{root.resolve()}/state/library.sqlite"
    places = (workspace.archive, workspace.outbox, workspace.keys, workspace.sources, workspace.staging)
    assert all(place.is_relative_to(root.resolve()) for place in places)

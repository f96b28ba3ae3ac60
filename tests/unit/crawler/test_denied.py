"""The deny list: hosts that are never asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.denied import load_denied
from pipeline.errors import ConfigurationError

SPAM = '[[denied]]\nhost = "spam.example"\nwhy = "copies others"\nevidence = "seen by hand"\n'


def own(folder: Path, text: str) -> Path:
    (folder / "denied.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "url",
    [
        "https://spam.example/2026/07/a.html",
        "http://spam.example:8080/",
        "https://www.spam.example/?id=1",
        "https://a.b.c.spam.example",
        "HTTPS://SPAM.EXAMPLE/",
        "https://spam.example./",
    ],
)
def test_a_denied_host_is_denied_with_all_its_subdomains_in_every_spelling(tmp_path: Path, url: str) -> None:
    reason = load_denied(own(tmp_path, SPAM)).reason_for(url)
    assert "spam.example" in reason
    assert "copies others" in reason


@pytest.mark.parametrize(
    "url",
    [
        "https://notspam.example/",
        "https://example/",
        "https://spam.example.org/",
        "https://city.example/spam.example",
        "",
        "spam.example",
    ],
)
def test_other_hosts_may_be_asked(tmp_path: Path, url: str) -> None:
    assert load_denied(own(tmp_path, SPAM)).reason_for(url) == ""


def test_a_host_in_another_script_is_the_same_in_both_of_its_forms(tmp_path: Path) -> None:
    denied = load_denied(own(tmp_path, '[[denied]]\nhost = "例え.example"\nwhy = "copies"\n'))
    assert denied.reason_for("https://例え.example/a")
    assert denied.reason_for("https://www.xn--r8jz45g.example/a")


def test_the_operators_list_is_added_to_the_shipped_one(tmp_path: Path) -> None:
    shipped = load_denied(tmp_path)
    both = load_denied(own(tmp_path, SPAM))
    assert len(shipped.hosts) >= 5
    assert set(both.hosts) == {*shipped.hosts, "spam.example"}
    for entry in shipped.hosts.values():
        assert entry.evidence
        assert both.reason_for(f"https://{entry.host}/")


@pytest.mark.parametrize(
    "text",
    [
        "[[denied]]\nhost = ",
        '[[denied]]\nhost = "spam.example"\n',
        '[[denied]]\nwhy = "copies"\n',
        '[[denied]]\nhost = "https://spam.example/"\nwhy = "copies"\n',
        '[[denied]]\nhost = "spam.example/path"\nwhy = "copies"\n',
        '[[denied]]\nhost = "*.spam.example"\nwhy = "copies"\n',
        '[[denied]]\nhost = "example"\nwhy = "a whole top-level domain"\n',
        '[[denied]]\nhost = ""\nwhy = "copies"\n',
        '[[deny]]\nhost = "spam.example"\nwhy = "copies"\n',
    ],
)
def test_a_list_that_cannot_be_used_is_told_with_its_file_instead_of_denying_nothing(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"denied\.toml"):
        load_denied(own(tmp_path, text))

"""The keys of a workspace: made once, for the owner's eyes, and never lost."""

from __future__ import annotations

import multiprocessing
import stat
from pathlib import Path

import pytest

from pipeline.deliver.keys import Keys, open_keys, reader_id, rotate_keys
from pipeline.errors import ConfigurationError, WorkspaceError


def test_keys_are_made_at_first_use_for_their_owner_alone_and_stay(tmp_path: Path) -> None:
    file = tmp_path / "state" / "keys.json"
    made = open_keys(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert open_keys(file) == made
    assert [path.name for path in file.parent.iterdir()] == ["keys.json"]
    assert open_keys(tmp_path / "other.json") != made


def test_a_rotation_signs_anew_and_keeps_identity_and_old_keys(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    first = open_keys(file)
    second = rotate_keys(file)
    third = rotate_keys(file)
    assert third.identity == first.identity
    assert [key.id for key in third.tokens] == ["3", "2", "1"]
    assert third.tokens[1:] == second.tokens
    assert second.tokens[1:] == first.tokens
    assert open_keys(file) == third
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_an_id_knows_edition_and_address_and_no_letter_case(tmp_path: Path) -> None:
    keys, others = open_keys(tmp_path / "keys.json"), open_keys(tmp_path / "others.json")
    one = reader_id("Desk@City.example", "ja", keys)
    assert len(one) == 16
    assert int(one, 16) >= 0
    assert reader_id("desk@city.EXAMPLE", "ja", keys) == one
    assert len({one, reader_id("desk@city.example", "en", keys), reader_id("desks@city.example", "ja", keys)}) == 3
    assert reader_id("desk@city.example", "ja", others) != one, "an id tells nothing to whom lacks the keys"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b'{"identity": "", "tokens": [{"id": "1", "secret": "AAAA"}]}',
        b'{"identity": "AAAA", "tokens": []}',
        b'{"identity": "AAAA", "tokens": [{"id": "x", "secret": "AAAA"}]}',
        b'{"identity": "AAAA", "tokens": [{"id": "1", "secret": ""}]}',
        b"\xff\xfe",
    ],
)
def test_a_damaged_file_is_told_and_never_replaced(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "keys.json"
    file.write_bytes(content)
    for use in (open_keys, rotate_keys):
        with pytest.raises(ConfigurationError, match=r"keys\.json holds no keys.*backup"):
            use(file)
    assert file.read_bytes() == content


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    with pytest.raises(WorkspaceError, match=r"keys\.json could not be"):
        open_keys(tmp_path / "state" / "keys.json")


def test_secrets_are_in_no_representation(tmp_path: Path) -> None:
    keys = open_keys(tmp_path / "keys.json")
    assert repr(keys) == "Keys(1)"
    assert repr(keys.tokens[0]) == "Key(1)"


def _open(file: Path) -> Keys:
    return open_keys(file)


def test_processes_that_start_together_have_the_same_keys(tmp_path: Path) -> None:
    """The web app and a weekly run may be the first at once."""
    with multiprocessing.get_context("fork").Pool(4) as pool:
        found = pool.map(_open, [tmp_path / "keys.json"] * 16, chunksize=1)
    assert len(set(found)) == 1

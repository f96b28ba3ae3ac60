"""The readers' file: mistakes are named by line, addresses never leave it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.deliver import Reader, read_readers
from pipeline.errors import ConfigurationError

HEAD = "address,edition,consent\n"
SECRET = "ann@secret.example"


def read(folder: Path, text: str | bytes) -> list[Reader]:
    file = folder / "readers.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_readers(file, ("ja", "en"))


def test_readers_come_sorted_each_edition_of_an_address_once(tmp_path: Path) -> None:
    rows = f"{SECRET},ja,asked\nbob@b.example,en,form\n{SECRET},en,asked\nANN@secret.example,ja,asked again\n\n"
    readers = read(tmp_path, HEAD + rows)
    assert readers == sorted(readers, key=lambda reader: (reader.edition, reader.key))
    assert sorted((reader.address.lower(), reader.edition) for reader in readers) == [(SECRET, "en"), (SECRET, "ja"), ("bob@b.example", "en")]  # fmt: skip


@pytest.mark.parametrize("head", [HEAD, "\ufeff" + HEAD, "note,consent,edition,address\n".replace("note,", "")])
def test_a_table_program_may_have_written_it(tmp_path: Path, head: str) -> None:
    row = "ann@b.example,ja,asked" if head.strip("\ufeff").startswith("address") else "asked,ja,ann@b.example"
    readers = read(tmp_path, (head + row + "\n").replace("\n", "\r\n"))
    assert [(reader.address, reader.edition) for reader in readers] == [("ann@b.example", "ja")]


def test_without_a_file_there_are_no_readers(tmp_path: Path) -> None:
    assert read_readers(tmp_path / "none.csv", ("ja",)) == []


@pytest.mark.parametrize(
    "row",
    [
        f"{SECRET},fr,asked",
        f"{SECRET},{SECRET},asked",
        f"{SECRET},ja,",
        f"{SECRET},ja",
        f"{SECRET}",
        f"Ann <{SECRET}>,ja,asked",
        f"{SECRET} x,ja,asked",
        '"ann@secret.example\r\nBcc: x@y.example",ja,asked',
        "ann@シークレット.example,ja,asked",
        "@secret.example,ja,asked",
        "ann@,ja,asked",
        "ann.secret.example,ja,asked",
        ",ja,asked",
    ],
)
def test_a_wrong_row_names_its_line_and_never_the_address(tmp_path: Path, row: str) -> None:
    with pytest.raises(ConfigurationError, match=r"readers\.csv, line [34]: ") as caught:
        read(tmp_path, HEAD + "ok@b.example,ja,asked\n" + row + "\n")
    assert "secret" not in str(caught.value).lower()
    assert caught.value.__cause__ is None


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    for text in ("address,edition\n", "", "a;b\n"):
        with pytest.raises(ConfigurationError, match=r"address, edition, consent; add"):
            read(tmp_path, text)


def test_a_file_in_another_charset_names_the_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="line 2: is not UTF-8") as caught:
        read(tmp_path, HEAD.encode() + "ann@secret.example,ja,申込\n".encode("cp932"))
    assert "secret" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_no_empty_list(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_readers(tmp_path, ("ja", "en"))


def test_a_reader_prints_without_the_address() -> None:
    reader = Reader(address=SECRET, edition="ja", consent="asked")
    assert "secret" not in f"{reader!r} {reader} {[reader]}"
    assert reader.key in repr(reader)


def test_a_key_stands_for_address_and_edition_whatever_the_case() -> None:
    keys = [Reader(address=a, edition=e, consent="x").key for a, e in ((SECRET, "ja"), (SECRET.upper(), "ja"), (SECRET, "en"))]  # fmt: skip
    assert keys[0] == keys[1] != keys[2]
    assert all(len(key) == 16 and int(key, 16) >= 0 for key in keys)

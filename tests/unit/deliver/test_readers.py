"""Lists of readers: what is written is read again, and no message of ours holds an address (M11)."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.deliver.readers import check_address, find_choices, read_list, write_list
from pipeline.errors import ConfigurationError
from pipeline.model import Choices, Consent, Reader, ReaderState

NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
TOKYO = zoneinfo.ZoneInfo("Asia/Tokyo")
names = st.text(st.sampled_from("abz09.!#$%&'*+-/=?^_`{|}~"), min_size=1, max_size=20)
times = st.integers(0, 10**9).map(lambda seconds: NOW - dt.timedelta(seconds=seconds))
# What is read is made one line first, so what is written again is that.
words = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40).filter(lambda s: s.isprintable())


@given(names, words, times)
@example("'", "0", NOW)  # an apostrophe before what a spreadsheet would take for a formula
def test_what_is_written_is_read_again(name: str, origin: str, at: dt.datetime) -> None:
    """Also what a spreadsheet would take for a formula."""
    reader = Reader(
        id="00aa00aa00aa00aa",
        address=f"{name}@city.example",
        edition="ja",
        state=ReaderState.ACTIVE,
        consent=Consent(origin=origin, at=at),
        choices=Choices(cities=("geonames:1859171", "geonames:1792947"), networks=("uclg",)),
        since=at,
        changed=at,
    )
    text = write_list([reader])
    found = read_list(text.encode(), "list.csv", editions=("ja",), zone=TOKYO, now=NOW)
    assert not found.problems
    (line,) = found.lines
    assert (line.address, line.agreed, line.choices) == (reader.address, at, reader.choices)
    assert "city.example" not in f"{line!r} {found!r} {found}"


@given(st.binary(max_size=300))
def test_no_file_is_an_error_but_the_one_that_is_meant(content: bytes) -> None:
    for head in (b"", b"address,edition,consent\n", b"\xef\xbb\xbfaddress,edition,state\r\n"):
        try:
            found = read_list(head + content, "list.csv", editions=("ja",), zone=TOKYO, now=NOW)
        except ConfigurationError as error:
            assert "list.csv" in str(error)  # noqa: PT017 - only one of two outcomes raises
        else:
            assert all(line.address and line.edition == "ja" for line in found.lines)


@pytest.mark.parametrize("address", ["a@b", "a.b+c@d.example", "=x@y.example", f"{'a' * 64}@b.example"])
def test_any_address_is_taken_that_a_server_may_know(address: str) -> None:
    assert check_address(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "@b",
        "a@",
        "a b@c",
        "<a@b>",
        "a@b,c@d",
        'a"@b',
        "ä@b",
        "a@ä",
        "a@b\r\nBcc: c@d",
        f"{'a' * 65}@b",
        "a@" + "b" * 253,
    ],
)
def test_what_cannot_stand_in_a_header_or_an_envelope_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="not one that mail can be sent to"):
        check_address(address)


def test_choices_are_found_by_any_of_their_names_and_each_once() -> None:
    found = find_choices(
        {
            "cities": ["神戸市", "geonames:1859171", "", " Tianjin, CN "],
            "networks": ["C40", "Mayors for Peace"],
            "themes": ["peace", "平和・人権"],
        }
    )
    assert found.cities == ("geonames:1859171", "geonames:1792947")
    assert found.networks == ("c40", "mayors-for-peace")
    assert found.themes == ("peace",)

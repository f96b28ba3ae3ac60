"""A table of ties from a spreadsheet: read whole, or every fault told by its line and column."""

from __future__ import annotations

import contextlib
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ConfigurationError
from pipeline.knowledge.gazetteer import load_gazetteer
from pipeline.knowledge.lexicon import load_lexicon
from pipeline.knowledge.tie_table import TieTable, read_tie_table
from pipeline.model import CompleteTies, Tie, TieKind

GAZETTEER = load_gazetteer(load_lexicon())
TODAY = dt.date(2026, 11, 22)
KOBE, TIANJIN = "geonames:1859171", "geonames:1792947"
HEAD = "a,b,kind,since,until,source,retrieved\n"
PAGE = "https://city.example/ties"


def read(text: str | bytes) -> TieTable:
    data = text if isinstance(text, bytes) else text.encode()
    return read_tie_table(data, GAZETTEER.find, name="ties.csv", today=TODAY)


def faults(text: str | bytes) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read(text)
    return str(caught.value)


def test_ids_and_names_mean_the_same_and_the_smaller_id_stands_first() -> None:
    expected = Tie(
        a=TIANJIN, b=KOBE, kind=TieKind.FRIENDSHIP, since="1973-06-24", source=PAGE, retrieved=dt.date(2026, 11, 1)
    )
    for a, b in ((KOBE, TIANJIN), ('"Kobe, JP"', '"天津市、中国"'), ("神戸市", '"Tianjin, China"')):
        assert read(f"{HEAD}{a},{b},friendship,1973-06-24,,{PAGE},2026-11-01\n").ties == (expected,)


def test_missing_columns_and_cells_have_their_meaning() -> None:
    (tie,) = read(f"kind,source,b,a\nSister,{PAGE},{KOBE},{TIANJIN}\n\n,,,\n").ties
    assert tie == Tie(a=TIANJIN, b=KOBE, kind=TieKind.SISTER, source=PAGE, retrieved=TODAY)


def test_a_table_of_complete_lists_is_told_by_its_columns() -> None:
    table = read(f"city,source,retrieved\nKobe,{PAGE},2026-11-01\n")
    assert table.complete == (CompleteTies(city=KOBE, source=PAGE, retrieved=dt.date(2026, 11, 1)),)
    assert table.ties == ()


def test_a_list_may_be_complete_in_one_kind_alone() -> None:
    table = read(f"city,kind,source\nKobe,Sister,{PAGE}\nKobe,mou,{PAGE}\nKobe,,{PAGE}\n")
    assert [row.kind for row in table.complete] == [TieKind.SISTER, TieKind.MOU, None]
    assert "line 2, column kind: 'twin' is no kind of tie" in faults(f"city,kind,source\nKobe,twin,{PAGE}\n")
    assert "line 3 says again what line 2 says" in faults(f"city,kind,source\nKobe,mou,{PAGE}\nKobe,mou,{PAGE}\n")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_spreadsheets_of_every_make_are_read(encoding: str, delimiter: str, end: str) -> None:
    """Japanese ones save CP932 where nothing else is asked for, European ones semicolons."""
    rows = [["a", "b", "kind", "source"], ["神戸市", "天津市", "friendship", PAGE]]
    data = end.join(delimiter.join(row) for row in rows).encode(encoding)
    assert [(tie.a, tie.b) for tie in read(data).ties] == [(TIANJIN, KOBE)]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (f"Laputa,{KOBE},sister,,,{PAGE},", "line 2, column a: no city is known as 'Laputa'"),
        (f",{KOBE},sister,,,{PAGE},", "line 2, column a: names no city"),
        (f"{KOBE},geonames:1,sister,,,{PAGE},", "line 2, column b: no city is known as 'geonames:1'"),
        (f"{KOBE},Kobe,sister,,,{PAGE},", "line 2, column b: is the same city as column a"),
        (f"{KOBE},{TIANJIN},twin,,,{PAGE},", "line 2, column kind: 'twin' is no kind of tie. Write sister, friendship, mou"),
        (f"{KOBE},{TIANJIN},sister,24.6.1973,,{PAGE},", "line 2, column since: '24.6.1973' is no date"),
        (f"{KOBE},{TIANJIN},sister,1973-02-30,,{PAGE},", "line 2, column since: '1973-02-30' is no date"),
        (f"{KOBE},{TIANJIN},sister,2030,,{PAGE},", "line 2, column since: 2030 lies ahead"),
        (f"{KOBE},{TIANJIN},sister,1973,1970,{PAGE},", "line 2, column until: 1970 lies before the tie began, 1973"),
        (f"{KOBE},{TIANJIN},sister,,2027-05,{PAGE},", "line 2, column until: 2027-05 lies ahead"),
        (f"{KOBE},{TIANJIN},sister,,,city hall,", "line 2, column source: 'city hall' is no address"),
        (f"{KOBE},{TIANJIN},sister,,,javascript:alert(1),", "column source: 'javascript:alert(1)' is no address"),
        (f"{KOBE},{TIANJIN},sister,,,,", "line 2, column source: '' is no address"),
        (f"{KOBE},{TIANJIN},sister,,,{PAGE},yesterday", "line 2, column retrieved: 'yesterday' is no day"),
        (f"{KOBE},{TIANJIN},sister,,,{PAGE},2027-01-01", "line 2, column retrieved: 2027-01-01 lies ahead"),
        (f"Kobe, JP,{TIANJIN},sister,,,{PAGE},", "line 2 has 8 cells under 7 columns"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_line_and_column(row: str, said: str) -> None:
    assert said in faults(f"{HEAD}{row}\n")


def test_an_ambiguous_name_is_refused_with_its_candidates() -> None:
    said = faults(f"{HEAD}Portland,{KOBE},sister,,,{PAGE},\n")
    assert "line 2, column a: 'Portland' can be" in said
    assert "geonames:5746545 (Portland ポートランド, OR, US); geonames:4975802 (Portland ポートランド, ME, US)" in said


def test_a_state_decides_between_candidates() -> None:
    assert read(f'{HEAD}"Portland, OR, US",{KOBE},sister,,,{PAGE},\n').ties[0].b == "geonames:5746545"


def test_every_fault_is_told_at_once_and_no_row_is_taken() -> None:
    said = faults(f"{HEAD}Kobe,Tianjin,twin,x,,{PAGE},\nKobe,Tianjin,sister,,,{PAGE},\nNowhere,Kobe,sister,,,{PAGE},\n")
    assert "line 2, column kind" in said
    assert "line 2, column since" in said
    assert "line 4, column a" in said
    assert "nothing was changed" in said


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    """A cell may hold a line break."""
    said = faults(f'{HEAD}"Ko\nbe",Tianjin,sister,,,{PAGE},\nNowhere,Kobe,sister,,,{PAGE},\n')
    assert "line 4, column a: no city is known as 'Nowhere'" in said


def test_a_pair_said_twice_is_refused() -> None:
    row = f"Kobe,Tianjin,sister,,,{PAGE},\n"
    assert "line 3 says again what line 2 says" in faults(HEAD + row + row)


def test_a_thousand_faults_are_not_a_thousand_lines() -> None:
    said = faults(HEAD + f"Nowhere,Kobe,sister,,,{PAGE},\n" * 1_000)
    assert said.count("\n") < 30
    assert "and 980 more" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("a,b,source\n", "line 1: no column 'kind'"),
        ("city,source,colour\n", "line 1: unknown column 'colour'"),
        ("a,b,kind,source,a\n", "line 1: a column is there twice"),
        (b"a,b,kind,source\nx,y,z,\x81", "neither UTF-8 nor Shift_JIS"),
        ('a,b,kind,source\n"unclosed,b,sister,x\n', "line 2: not CSV"),
    ],
)  # fmt: skip
def test_what_is_no_such_table_is_refused_as_a_whole(text: str | bytes, said: str) -> None:
    assert said in faults(text)


@given(st.binary(max_size=200) | st.text(max_size=120).map(lambda text: (HEAD + text).encode("utf-8", "replace")))
def test_nothing_else_comes_out_than_a_table_or_a_sentence(data: bytes) -> None:
    with contextlib.suppress(ConfigurationError):
        assert isinstance(read(data), TieTable)

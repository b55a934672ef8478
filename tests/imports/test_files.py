"""What is in a file."""

from __future__ import annotations

import csv
import gzip
import io
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.errors import InvalidData
from adplanning.imports.files import SourceFile, read_file, read_header
from adplanning.imports.lines import LINE


def read(folder: Path, data: bytes, name: str = "a.csv") -> SourceFile:
    path = folder / name
    path.write_bytes(data)
    return read_file(path)


def refusal(folder: Path, data: bytes) -> str:
    with pytest.raises(InvalidData) as refused:
        read(folder, data)
    return refused.value.message


def test_each_row_has_the_line_on_which_it_begins(tmp_path: Path) -> None:
    file = read(tmp_path, b'a,b\r\n1,2\r\n"x\r\ny",4\r\n\r\n5\r\n7,8\r\n')
    assert file.rows.rows() == [("1", "2", 2), ("x\r\ny", "4", 3), ("7", "8", 7)]
    assert [(row.line, row.reason, row.cells) for row in file.torn] == [
        (6, "the row has 1 cells, the header 2", {"a": "5", "b": ""})
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_separator_and_unicode_encoding_are_found(tmp_path: Path, delimiter: str, encoding: str) -> None:
    text = f"név{delimiter}b\n₹1{delimiter}2\n"
    file = read(tmp_path, text.encode(encoding))
    assert file.header == ("név", "b")
    assert file.rows.rows() == [("₹1", "2", 2)]


def test_a_gzipped_file_is_read_as_what_it_holds(tmp_path: Path) -> None:
    assert read(tmp_path, gzip.compress(b"a,b\n1,2\n"), "a.csv.gz").rows.rows() == [("1", "2", 2)]


def test_equal_header_names_are_numbered_and_nameless_columns_named_by_place(tmp_path: Path) -> None:
    assert read(tmp_path, b"a,a,,b\n1,2,3,4\n").header == ("a", "a (2)", "column 3", "b")


def test_a_parquet_file_comes_as_text(tmp_path: Path) -> None:
    pl.DataFrame({"on": [date(2026, 1, 2)], "n": [1.5], "t": [None], "at": [datetime(2026, 1, 2, 3)]}).write_parquet(
        tmp_path / "a.parquet"
    )
    file = read_file(tmp_path / "a.parquet")
    assert file.rows.row(0) == ("2026-01-02", "1.5", None, "2026-01-02 03:00:00.000000", 1)


def test_an_excel_workbook_comes_as_text(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["Day", "Amount", "Day"])
    sheet.write_datetime(1, 0, datetime(2024, 12, 4), book.add_format({"num_format": "yyyy-mm-dd"}))
    sheet.write(1, 1, 12.5)
    book.close()
    file = read_file(tmp_path / "a.xlsx")
    assert file.header == ("Day", "Amount", "Day (2)")
    assert file.rows.row(0) == ("2024-12-04 00:00:00", "12.5", None, 2)


def test_a_quote_inside_an_unquoted_cell_is_a_character(tmp_path: Path) -> None:
    assert read(tmp_path, b'a,b\n5" pipe,1\nx,2\n').rows["a"].to_list() == ['5" pipe', "x"]


@pytest.mark.parametrize("data", [b'a,b\n1,"2\n3,4\n', b'a,b\n1,2\n"3,4\n5,6\n'])
def test_a_quote_that_nothing_closes_refuses_the_file_with_its_line(tmp_path: Path, data: bytes) -> None:
    assert "opens a quote that nothing closes" in refusal(tmp_path, data)


def test_bytes_that_are_not_utf8_are_refused_with_their_line(tmp_path: Path) -> None:
    assert "line 3 holds bytes that are not UTF-8" in refusal(tmp_path, b"a,b\n1,2\ncaf\xe9,4\n")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"<!DOCTYPE html><html>", "is a web page"),
        (b'{"a": 1}', "is JSON"),
        (b"a\x00b,c\n1,2\n", "is a binary file"),
        (b"PK\x03\x04 no workbook", "cannot be read as an Excel workbook"),
        (b"PAR1 no parquet", "is a damaged Parquet file"),
        (b"\x1f\x8b no gzip", "cannot be unpacked"),
        (b"a,b\n1\n2\n3,4\n", "is ragged"),
        (b"a,b\n1," + b"x" * 40_000_000 + b"\n3,4", "a row is longer than 16 MiB"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_table_is_refused_whole(tmp_path: Path, data: bytes, said: str) -> None:
    assert said in refusal(tmp_path, data)


def test_a_path_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match="cannot be read"):
        read_file(tmp_path / "none.csv")


CELLS = st.text(st.sampled_from('ab ,;\n\r"€é'), max_size=5)


@given(rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8))
def test_rows_and_lines_are_those_of_the_csv_module(
    rows: list[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    written = io.StringIO(newline="")
    lines = []
    writer = csv.writer(written, quoting=csv.QUOTE_ALL)
    writer.writerow(["x", "y"])
    for row in rows:
        so_far = written.getvalue()
        lines.append(so_far.count("\n") + so_far.replace("\r\n", "").count("\r") + 1)
        writer.writerow(row)
    file = read(tmp_path_factory.mktemp("csv"), written.getvalue().encode())
    expected = [(x or None, y or None, line) for (x, y), line in zip(rows, lines, strict=True) if x or y]
    assert file.rows.select("x", "y", LINE).rows() == expected


def test_a_header_that_opens_a_quote_without_end_is_refused(tmp_path: Path) -> None:
    assert "line 1 opens a quote that nothing closes" in refusal(tmp_path, b'a,"b\n1,2\n')


def test_a_size_in_inches_on_a_last_row_is_no_open_quote(tmp_path: Path) -> None:
    assert read(tmp_path, b'a,b\n1,2\nx,5" pipe\n').rows["b"].to_list() == ["2", '5" pipe']


TITLED = 'Campaign report\n"1 - 3, May"\nCampaign,Cost\nc,1\n\nd,x,y\n'


def test_lines_before_the_header_are_titles_where_its_words_are_known(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(TITLED)
    file = read_file(tmp_path / "t.csv", header_words={"cost"})
    assert file.titles == ("Campaign report", "1 - 3, May")
    assert (file.header, file.rows.rows()) == (("Campaign", "Cost"), [("c", "1", 4)])
    assert [row.line for row in file.torn] == [6]
    head = read_header(tmp_path / "t.csv", header_words={"cost"})
    assert (head.header, head.titles, head.rows.height) == (file.header, file.titles, 0)


def test_without_such_a_line_the_first_is_the_header(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    file = read_file(tmp_path / "t.csv", header_words={"cost"})
    assert (file.titles, file.header) == ((), ("a", "b"))


def test_a_header_is_read_alike_from_every_format(tmp_path: Path) -> None:
    text = "é;b\n" + "x;1\n" * 5
    (tmp_path / "plain.csv").write_text(text, encoding="utf-8-sig")
    (tmp_path / "wide.csv").write_bytes(text.encode("utf-16"))
    (tmp_path / "packed.csv.gz").write_bytes(gzip.compress(text.encode()))
    pl.DataFrame({"é": ["x"], "b": [1]}).write_parquet(tmp_path / "p.parquet")
    for path in tmp_path.iterdir():
        assert read_header(path).header == ("é", "b")

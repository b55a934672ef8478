"""The rows of a text file whose cells are separated by comma, semicolon or tab."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Collection, Sequence
from itertools import zip_longest
from typing import Any

import polars as pl
import pyarrow
import pyarrow.csv

from adplanning.core.errors import InvalidData
from adplanning.imports.headers import header_key
from adplanning.imports.lines import BESIDE, LINE, TornRow, row_lines

# pyarrow's names carry no types.
pa: Any = pyarrow

# A row longer than this is no row; the parser holds a few such blocks in memory.
MAX_ROW_BYTES = 16 * 2**20
# Google Ads writes two; a header further down is none.
MAX_TITLES = 9
TABLE_FORMATS = "a CSV (comma, semicolon or tab; may be gzipped), a Parquet file or an Excel workbook (.xlsx)"

_HEADER = re.compile(rb'(?:"(?:[^"]|"")*"|[^"\r\n])*(?:\r\n|\r|\n|$)')
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CELL_BREAK = r"\r\n|\r|\n"


def split_rows(
    data: bytes, name: str, *, header_words: Collection[str] = ()
) -> tuple[list[str], pl.DataFrame, tuple[TornRow, ...], tuple[str, ...]]:
    """Split a file into its header, its rows as text with `LINE` (empty cells are null), its torn rows and its titles.

    Parameters
    ----------
    data : UTF-8, with or without byte order mark, or UTF-16 with one.
    name : of the file, for the refusal.
    header_words : see `files.read_file`.

    Raises
    ------
    InvalidData : see `files.read_file`.
    """
    data = _utf8(data, name)
    _refuse_other_formats(data, name)
    titles, first, end = _header_record(data, name, header_words)
    delimiter = _delimiter(first)
    header = distinct(_cells(first, delimiter))
    rows, invalid = _parsed(memoryview(data)[end:], header, delimiter, name)
    n_quotes = data.count(b'"')
    header_lines = max(1, sum(len(re.findall(_CELL_BREAK, record)) for record in (*titles, first)))
    rows, torn_lines = _lined(rows, invalid, header_lines=header_lines, quoted=n_quotes > 0)
    torn = [_torn(row, line, header, delimiter) for row, line in zip(invalid, torn_lines, strict=True)]
    if n_quotes % 2:
        _refuse_open_quote(rows, torn, name)
    if len(torn) > rows.height:
        raise InvalidData.at(
            name, f"is ragged: line {torn[0].line}: {torn[0].reason}; quote cells that hold separators"
        )
    return header, rows, tuple(torn), _plain(titles)


def split_header(start: bytes, name: str, *, header_words: Collection[str] = ()) -> tuple[list[str], tuple[str, ...]]:
    """The header and the titles of a file whose first bytes are given; see `split_rows`."""
    if start[:2] in _UTF_16:
        text = start.decode("utf-16", errors="ignore")
    else:
        text = start.decode("utf-8-sig", errors="ignore")
    titles, first, _ = _header_record(text.encode(), name, header_words)
    return distinct(_cells(first, _delimiter(first))), _plain(titles)


def n_lines_before_header(lines: Sequence[Sequence[str]], header_words: Collection[str]) -> int:
    """How many of a file's first lines are titles: those before the first that holds one of the header's words.

    >>> n_lines_before_header([["Campaign report"], ["1 - 30 November"], ["Campaign", "Cost"]], {"cost"})
    2
    >>> n_lines_before_header([["Campaign", "Spent"]], {"cost"})
    0
    """
    holds_one = (n for n, line in enumerate(lines) if any(header_key(cell) in header_words for cell in line))
    return next(holds_one, 0)


def _header_record(data: bytes, name: str, header_words: Collection[str]) -> tuple[list[str], str, int]:
    """The lines of title, the header as it stands there, and where it ends."""
    records: list[str] = []
    ends: list[int] = []
    for number in range(MAX_TITLES + 1 if header_words else 1):
        found = _HEADER.match(data[: MAX_ROW_BYTES + (ends[-1] if ends else 0)], ends[-1] if ends else 0)
        if found is None:
            if number:
                break
            raise InvalidData.at(name, "line 1 opens a quote that nothing closes; close it or remove it")
        records.append(found.group().decode())
        ends.append(found.end())
        if found.end() == len(data):
            break
    n_titles = n_lines_before_header([_cells(record, _delimiter(record)) for record in records], header_words)
    if "\x00" in records[n_titles]:
        raise InvalidData.at(name, f"is a binary file; give {TABLE_FORMATS}")
    return records[:n_titles], records[n_titles], ends[n_titles]


def _plain(titles: list[str]) -> tuple[str, ...]:
    return tuple(" ".join(_cells(title, _delimiter(title))).strip() for title in titles)


def _delimiter(record: str) -> str:
    return max(",;\t", key=lambda mark: len(_cells(record, mark)))


def distinct(names: list[str]) -> list[str]:
    """Number equal names, and name nameless columns by their place.

    >>> distinct(["a", "", "a"])
    ['a', 'column 2', 'a (2)']
    """
    seen = dict.fromkeys(BESIDE, 1)
    found = []
    for position, raw in enumerate(names, 1):
        name = " ".join(raw.split()) or f"column {position}"
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def _utf8(data: bytes, name: str) -> bytes:
    start = 0
    try:
        if data[:2] in _UTF_16:
            return data.decode("utf-16").encode()
        data = data.removeprefix(codecs.BOM_UTF8)
        decoder = codecs.getincrementaldecoder("utf-8")()
        for start in range(0, len(data), 2**20):
            part = data[start : start + 2**20]
            decoder.decode(part, final=start + len(part) == len(data))
    except UnicodeDecodeError as fault:
        if fault.encoding != "utf-8":
            raise InvalidData.at(name, "begins as UTF-16 but is not; save it as UTF-8") from None
        line = data.count(b"\n", 0, start + fault.start) + 1
        raise InvalidData.at(
            name, f"line {line} holds bytes that are not UTF-8 (another encoding such as Latin-1?); save it as UTF-8"
        ) from None
    return data


def _refuse_other_formats(data: bytes, name: str) -> None:
    start = data[:200].lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<")):
        raise InvalidData.at(name, f"is a web page or XML, not a table; give {TABLE_FORMATS}")
    if start.startswith((b"{", b"[")):
        raise InvalidData.at(name, f"is JSON, not a table; give {TABLE_FORMATS}")


def _cells(record: str, delimiter: str) -> list[str]:
    csv.field_size_limit(MAX_ROW_BYTES)
    return next(csv.reader(io.StringIO(record, newline=""), delimiter=delimiter), [""])


def _parsed(body: memoryview, header: list[str], delimiter: str, name: str) -> tuple[pl.DataFrame, list[Any]]:
    """The rows that have as many cells as the header, and the parser's word on each of the others."""
    invalid: list[Any] = []

    def keep(row: Any) -> str:
        invalid.append(row)
        return "skip"

    if not body:
        return pl.DataFrame(schema=dict.fromkeys(header, pl.String)), []
    try:
        table = pa.csv.read_csv(
            pa.BufferReader(body),
            read_options=pa.csv.ReadOptions(use_threads=False, column_names=header, block_size=MAX_ROW_BYTES),
            parse_options=pa.csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, invalid_row_handler=keep, ignore_empty_lines=False
            ),
            convert_options=pa.csv.ConvertOptions(
                column_types=dict.fromkeys(header, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid as fault:
        too_long = "straddling" in str(fault)
        reason = f"a row is longer than {MAX_ROW_BYTES // 2**20} MiB" if too_long else str(fault).split("\n")[0]
        raise InvalidData.at(name, f"cannot be split into rows ({reason}); give {TABLE_FORMATS}") from None
    rows = pl.from_arrow(table)
    assert isinstance(rows, pl.DataFrame)
    return rows, invalid


def _lined(
    rows: pl.DataFrame, invalid: list[Any], *, header_lines: int, quoted: bool
) -> tuple[pl.DataFrame, list[int]]:
    """The rows with `LINE`, and the lines of the others."""
    torn_places = pl.Series([row.number - 1 for row in invalid], dtype=pl.Int64)
    torn_breaks = pl.Series([len(re.findall(_CELL_BREAK, row.text)) for row in invalid], dtype=pl.Int64)
    places = pl.int_range(rows.height + len(invalid), dtype=pl.Int64, eager=True)
    whole_places = places.filter(~places.is_in(torn_places.implode()))
    breaks = pl.sum_horizontal(pl.all().str.count_matches(_CELL_BREAK)) if quoted else pl.repeat(0, pl.len())
    whole_breaks = rows.select(breaks.cast(pl.Int64)).to_series()
    both = pl.DataFrame({"place": pl.concat([whole_places, torn_places]), "n": pl.concat([whole_breaks, torn_breaks])})
    lines = row_lines(both.sort("place")["n"], header_lines=header_lines)
    return rows.with_columns(lines.gather(whole_places).alias(LINE)), lines.gather(torn_places).to_list()


def _refuse_open_quote(rows: pl.DataFrame, torn: list[TornRow], name: str) -> None:
    """A quote that nothing closes swallows the rest of the file into one cell: that is no row, nor a torn one.

    An odd quote alone is none: 5" is a size.
    """
    last_torn = torn[-1].line if torn else 0
    last_whole = rows[LINE][-1] if rows.height else 0
    cells = torn[-1].cells.values() if last_torn > last_whole else rows.drop(LINE).row(-1) if rows.height else ()
    if any(cell and "\n" in cell for cell in cells):
        line = max(last_torn, last_whole)
        raise InvalidData.at(name, f"line {line} opens a quote that nothing closes; close it or remove it")


def _torn(row: Any, line: int, header: list[str], delimiter: str) -> TornRow:
    cells = _cells(row.text, delimiter)
    named = zip_longest(header, cells[: len(header)], fillvalue="")
    more = {"more cells": delimiter.join(cells[len(header) :])} if len(cells) > len(header) else {}
    reason = f"the row has {row.actual_columns} cells, the header {row.expected_columns}"
    return TornRow(line, reason, dict(named) | more)

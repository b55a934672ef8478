"""What is in a file: its header and its rows as text, each with its line, or a sentence why it is no table."""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import re
import zlib
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl
import pyarrow
import pyarrow.csv
from polars.exceptions import PolarsError

from adplanning.core.errors import InvalidData, TooLarge

# pyarrow's names carry no types.
pa: Any = pyarrow

LINE = "__line"
MAX_BYTES = 4 * 2**30
# A row longer than this is no row; the parser holds a few such blocks in memory.
MAX_ROW_BYTES = 16 * 2**20
TABLE_FORMATS = "a CSV (comma, semicolon or tab; may be gzipped), a Parquet file or an Excel workbook (.xlsx)"

_RECORD = re.compile(rb'(?:"(?:[^"]|"")*"|[^"\r\n])*(?:\r\n|\r|\n|$)')
_CELL_BREAK = r"\r\n|\r|\n"


@dataclass(frozen=True)
class TornRow:
    """A row that has not as many cells as the header."""

    line: int
    reason: str
    cells: dict[str, str]


@dataclass(frozen=True)
class SourceFile:
    """A file's rows, all text, with `LINE` beside them; equal header names are numbered: `Objective`, `Objective (2)`.

    Lines are those of the file as an editor counts them; in Parquet and Excel, the row's number under its header.
    A row without any value is no row.
    """

    name: str
    sha256: str
    header: tuple[str, ...]
    rows: pl.DataFrame
    torn: tuple[TornRow, ...] = ()


def read_file(path: Path) -> SourceFile:
    """Read a whole file.

    CSV is UTF-8, with or without byte order mark, or UTF-16 with one; the separator is the one that splits the header
    most often; quotes and line breaks in cells are those of RFC 4180.

    Raises
    ------
    InvalidData : not such a file; most rows torn; a quote without end; not UTF-8, naming the line.
    TooLarge : beyond `MAX_BYTES` when unpacked.
    """
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise InvalidData.at(str(path), f"cannot be read ({fault.strerror}); check the path") from None
    digest = hashlib.sha256(data).hexdigest()
    if data[:2] == b"\x1f\x8b":
        data = _unzipped(data, path.name)
    if not data.strip():
        raise InvalidData.at(path.name, "is empty; it needs a header and rows")
    if data[:4] == b"PAR1":
        header, rows, torn = _parquet(data, path.name)
    elif data[:4] == b"PK\x03\x04":
        header, rows, torn = _workbook(data, path.name)
    else:
        header, rows, torn = _delimited(data, path.name)
    filled = rows.filter(pl.any_horizontal(pl.exclude(LINE).is_not_null())) if header else rows
    return SourceFile(path.name, digest, header, filled, torn)


_Parts = tuple[tuple[str, ...], pl.DataFrame, tuple[TornRow, ...]]


def _unzipped(data: bytes, name: str) -> bytes:
    try:
        with gzip.open(io.BytesIO(data)) as stream:
            unpacked = stream.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error):
        raise InvalidData.at(name, "begins as a gzipped file but cannot be unpacked; pack it again") from None
    if len(unpacked) > MAX_BYTES:
        raise TooLarge(f"{name}: is beyond {MAX_BYTES // 2**30} GiB when unpacked; split it")
    return unpacked


def _parquet(data: bytes, name: str) -> _Parts:
    try:
        frame = pl.read_parquet(data)
        text = frame.cast(pl.String)
    except (PolarsError, OSError):
        raise InvalidData.at(name, "is a damaged Parquet file, or has nested columns; write flat columns") from None
    return _numbered(text.rename(dict(zip(text.columns, _distinct(text.columns), strict=True))), first_line=1)


def _workbook(data: bytes, name: str) -> _Parts:
    try:
        sheet = fastexcel.read_excel(data).load_sheet(0, header_row=None, dtypes="string")
        frame = pl.from_arrow(sheet.to_arrow())
    except (fastexcel.FastExcelError, pa.ArrowInvalid, PolarsError):
        raise InvalidData.at(name, f"cannot be read as an Excel workbook; give {TABLE_FORMATS}") from None
    assert isinstance(frame, pl.DataFrame)
    if frame.is_empty():
        raise InvalidData.at(name, "has an empty first sheet; it needs a header and rows")
    header = _distinct([str(cell or "") for cell in frame.row(0)])
    return _numbered(frame[1:].rename(dict(zip(frame.columns, header, strict=True))), first_line=2)


def _numbered(frame: pl.DataFrame, *, first_line: int) -> _Parts:
    blank_as_null = frame.with_columns(pl.all().replace("", None))
    lined = blank_as_null.with_columns(pl.int_range(first_line, first_line + frame.height, dtype=pl.Int64).alias(LINE))
    return tuple(frame.columns), lined, ()


def _delimited(data: bytes, name: str) -> _Parts:
    data = _utf8(data, name)
    _refuse_other_formats(data, name)
    record = _RECORD.match(data)
    assert record is not None
    first = record.group().decode()
    if "\x00" in first:
        raise InvalidData.at(name, f"is a binary file; give {TABLE_FORMATS}")
    delimiter = max(",;\t", key=lambda mark: len(_cells(first, mark)))
    header = _distinct(_cells(first, delimiter))
    header_lines = max(1, len(re.findall(_CELL_BREAK, first)))
    rows, torn = _parsed(data[record.end() :], header, delimiter, header_lines, name)
    if len(torn) > rows.height:
        raise InvalidData.at(
            name, f"is ragged: line {torn[0].line}: {torn[0].reason}; quote cells that hold separators"
        )
    return tuple(header), rows, tuple(torn)


def _utf8(data: bytes, name: str) -> bytes:
    try:
        if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return data.decode("utf-16").encode()
        data = data.removeprefix(codecs.BOM_UTF8)
        decoder = codecs.getincrementaldecoder("utf-8")()
        for start in range(0, len(data), 2**20):
            part = data[start : start + 2**20]
            decoder.decode(part, final=start + len(part) == len(data))
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, start + fault.start) + 1 if fault.encoding == "utf-8" else 1
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


def _distinct(names: list[str]) -> list[str]:
    seen: dict[str, int] = {LINE: 1}
    distinct = []
    for position, raw in enumerate(names, 1):
        name = " ".join(raw.split()) or f"column {position}"
        seen[name] = seen.get(name, 0) + 1
        distinct.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return distinct


def _parsed(
    body: bytes, header: list[str], delimiter: str, header_lines: int, name: str
) -> tuple[pl.DataFrame, list[TornRow]]:
    invalid: list[Any] = []

    def keep(row: Any) -> str:
        invalid.append(row)
        return "skip"

    if not body:
        return pl.DataFrame(schema=dict.fromkeys(header, pl.String) | {LINE: pl.Int64}), []
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
    extra = _breaks_in_cells(rows) if body.count(b'"') else None
    numbers, torn_lines = _lines(rows.height, invalid, extra, header_lines)
    _refuse_open_quote(body, rows=rows, invalid=invalid, numbers=numbers, torn_lines=torn_lines, name=name)
    torn = [_torn(row, line, header, delimiter) for row, line in zip(invalid, torn_lines, strict=True)]
    return rows.with_columns(numbers), torn


def _breaks_in_cells(rows: pl.DataFrame) -> pl.Series:
    return rows.select(pl.sum_horizontal(pl.all().str.count_matches(_CELL_BREAK)).cast(pl.Int64).alias("n"))["n"]


def _lines(height: int, invalid: list[Any], extra: pl.Series | None, header_lines: int) -> tuple[pl.Series, list[int]]:
    """The line on which each row begins: one a row before it, and one for each line break inside their cells."""
    total = height + len(invalid)
    torn_at = pl.Series([row.number - 1 for row in invalid], dtype=pl.Int64)
    places = pl.DataFrame({"place": pl.int_range(total, dtype=pl.Int64, eager=True)})
    whole = places.filter(~pl.col("place").is_in(torn_at.implode()))["place"]
    torn_breaks = pl.Series([len(re.findall(_CELL_BREAK, row.text)) for row in invalid], dtype=pl.Int64)
    breaks = pl.concat(
        [
            pl.DataFrame({"place": whole, "n": extra if extra is not None else pl.repeat(0, height, eager=True)}),
            pl.DataFrame({"place": torn_at, "n": torn_breaks}),
        ],
        how="vertical_relaxed",
    ).sort("place")
    starts = breaks["place"] + breaks["n"].cum_sum() - breaks["n"] + header_lines + 1
    return starts.gather(whole).alias(LINE), starts.gather(torn_at).to_list()


def _refuse_open_quote(
    body: bytes,
    *,
    rows: pl.DataFrame,
    invalid: list[Any],
    numbers: pl.Series,
    torn_lines: list[int],
    name: str,
) -> None:
    """A quote that nothing closes swallows the rest of the file into one cell: that is no row, nor a torn one."""
    if body.count(b'"') % 2 == 0:
        return
    torn_last = bool(invalid) and invalid[-1].number == rows.height + len(invalid)
    last = invalid[-1].text if torn_last else "\n".join(cell for cell in rows.row(-1) if cell and "\n" in cell)
    if "\n" in last.rstrip("\n") or last.endswith("\n"):
        line = torn_lines[-1] if torn_last else numbers[-1]
        raise InvalidData.at(name, f"line {line} opens a quote that nothing closes; close it or remove it")


def _torn(row: Any, line: int, header: list[str], delimiter: str) -> TornRow:
    cells = _cells(row.text, delimiter)
    named = zip_longest(header, cells[: len(header)], fillvalue="")
    more = {"more cells": delimiter.join(cells[len(header) :])} if len(cells) > len(header) else {}
    reason = f"the row has {row.actual_columns} cells, the header {row.expected_columns}"
    return TornRow(line, reason, dict(named) | more)

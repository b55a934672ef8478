"""What is in a file: its header and its rows as text, each with its line, or a sentence why it is no table."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

import fastexcel
import polars as pl
from polars.exceptions import PolarsError

from adplanning.core.errors import InvalidData, TooLarge
from adplanning.imports.delimited import (
    MAX_TITLES,
    TABLE_FORMATS,
    distinct,
    n_lines_before_header,
    split_header,
    split_rows,
)
from adplanning.imports.lines import LINE, TornRow

MAX_BYTES = 4 * 2**30
HEAD_BYTES = 2**20


@dataclass(frozen=True)
class SourceFile:
    """A file's rows, all text, with `LINE` beside them; equal header names are numbered: `Objective`, `Objective (2)`.

    Lines are those of the file as an editor counts them; in Parquet and Excel, the row's number under its header.
    A row without any value is no row. `titles` are the lines before the header.
    """

    name: str
    sha256: str
    header: tuple[str, ...]
    rows: pl.DataFrame
    torn: tuple[TornRow, ...] = ()
    titles: tuple[str, ...] = ()


def read_file(path: Path, *, header_words: Collection[str] = ()) -> SourceFile:
    """Read a whole file.

    CSV is UTF-8, with or without byte order mark, or UTF-16 with one; the separator is the one that splits the header
    most often; quotes and line breaks in cells are those of RFC 4180.

    Parameters
    ----------
    path : the file.
    header_words : names of columns, in the form of `header_key`. Where some are given, lines of title may stand before
        the header: it is the first line that holds one of them.

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
    if not data or data.isspace():
        raise InvalidData.at(path.name, "is empty; it needs a header and rows")
    titles: tuple[str, ...] = ()
    if data[:4] == b"PAR1":
        header, rows, torn = _parquet(data, path.name)
    elif data[:4] == b"PK\x03\x04":
        header, rows, torn, titles = _workbook(data, path.name, header_words)
    else:
        header, rows, torn, titles = split_rows(data, path.name, header_words=header_words)
    filled = rows.filter(pl.any_horizontal(pl.exclude(LINE).is_not_null())) if header else rows
    return SourceFile(path.name, digest, tuple(header), filled, torn, titles)


def read_header(path: Path, *, header_words: Collection[str] = ()) -> SourceFile:
    """Read a file's header and titles, and none of its rows; see `read_file`."""
    with path.open("rb") as file:
        start = file.read(HEAD_BYTES)
    if start[:4] in (b"PAR1", b"PK\x03\x04"):
        whole = read_file(path, header_words=header_words)
        return replace(whole, rows=whole.rows.clear())
    if start[:2] == b"\x1f\x8b":
        start = zlib.decompressobj(wbits=31).decompress(start, HEAD_BYTES)
    header, titles = split_header(start, path.name, header_words=header_words)
    rows = pl.DataFrame(schema={**dict.fromkeys(header, pl.String), LINE: pl.Int64})
    return SourceFile(path.name, "", tuple(header), rows, titles=titles)


_Parts = tuple[list[str], pl.DataFrame, tuple[TornRow, ...]]


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
    return _numbered(text.rename(dict(zip(text.columns, distinct(text.columns), strict=True))), first_line=1)


def _workbook(
    data: bytes, name: str, header_words: Collection[str]
) -> tuple[list[str], pl.DataFrame, tuple[TornRow, ...], tuple[str, ...]]:
    try:
        book = fastexcel.read_excel(data)
        sheet = book.load_sheet(_sheet_of_rows(book.sheet_names), header_row=None, dtypes="string")
        frame = pl.from_arrow(sheet.to_arrow())
    except (fastexcel.FastExcelError, PolarsError):
        raise InvalidData.at(name, f"cannot be read as an Excel workbook; give {TABLE_FORMATS}") from None
    assert isinstance(frame, pl.DataFrame)
    if frame.is_empty():
        raise InvalidData.at(name, "has an empty first sheet; it needs a header and rows")
    lines = [[str(cell or "") for cell in row] for row in frame.head(MAX_TITLES + 1).iter_rows()]
    n_titles = n_lines_before_header(lines, header_words)
    header = distinct(lines[n_titles])
    rows = frame[n_titles + 1 :].rename(dict(zip(frame.columns, header, strict=True)))
    titles = tuple(" ".join(filter(None, line)) for line in lines[:n_titles])
    return *_numbered(rows, first_line=n_titles + 2), titles


def _sheet_of_rows(names: list[str]) -> int:
    """Which sheet is read: the first, but where a report stands before the rows it was made of, these."""
    return next((place for place, name in enumerate(names) if "raw data" in name.casefold()), 0)


def _numbered(frame: pl.DataFrame, *, first_line: int) -> _Parts:
    blank_as_null = frame.with_columns(pl.all().replace("", None))
    lined = blank_as_null.with_columns(pl.int_range(first_line, first_line + frame.height, dtype=pl.Int64).alias(LINE))
    return frame.columns, lined, ()

"""Where each row stands in its file, and what it is to the others there."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

LINE = "__line"
SUMMARY = "__summary"
"""Why a row is not one of its own but sums up others; null in all others."""
SPLIT = "__split"
"""By what the rows of a file split their object and day, such as "age and gender"; null where by nothing."""
BESIDE = (LINE, SUMMARY, SPLIT)
"""What stands beside a row's cells; no column of a file has such a name."""


@dataclass(frozen=True)
class TornRow:
    """A row that has not as many cells as the header."""

    line: int
    reason: str
    cells: dict[str, str]


def row_lines(n_breaks: pl.Series, *, header_lines: int) -> pl.Series:
    """The line on which each row begins, as an editor counts them.

    Formula: 1 + header_lines + the rows before it + the line breaks inside their cells.

    Parameters
    ----------
    n_breaks : line breaks inside the cells of each row, in the order of the file.
    header_lines : lines of the header.

    >>> row_lines(pl.Series([0, 2, 0]), header_lines=1).to_list()
    [2, 3, 6]
    """
    return pl.int_range(n_breaks.len(), eager=True) + n_breaks.cum_sum() - n_breaks + header_lines + 1

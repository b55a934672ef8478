"""The grain of a frame, checked before a formula works on it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import polars as pl

from adplanning.core.errors import InvalidData

FEW_ROWS: Final = 100_000
# For few rows the search for a better plan than the one written takes longer than the plan.
_AS_WRITTEN: Final = pl.QueryOptFlags.none(comm_subplan_elim=True)


def collected(plan: pl.LazyFrame, *, n_rows: int) -> pl.DataFrame:
    """Run a plan over so many rows: many as a stream, `FEW_ROWS` at once, as fast as somebody waits for.

    >>> collected(pl.LazyFrame({"a": [1, 2]}).filter(pl.col("a") > 1), n_rows=2).rows()
    [(2,)]
    """
    if n_rows > FEW_ROWS:
        return plan.collect(engine="streaming")
    return plan.collect(engine="in-memory", optimizations=_AS_WRITTEN)


def require_columns(frame: pl.DataFrame | pl.LazyFrame, columns: Iterable[str], *, what: str) -> None:
    """Refuse a frame that lacks a column, naming what is missing and what came.

    >>> require_columns(pl.DataFrame({"a": [1]}), ["a", "b"], what="touchpoints")
    Traceback (most recent call last):
    adplanning.core.errors.InvalidData: touchpoints: column b is missing; the frame has: a
    """
    present = frame.collect_schema().names()
    missing = [column for column in columns if column not in present]
    if missing:
        noun = "column" if len(missing) == 1 else "columns"
        verb = "is" if len(missing) == 1 else "are"
        raise InvalidData.at(what, f"{noun} {', '.join(missing)} {verb} missing; the frame has: {', '.join(present)}")

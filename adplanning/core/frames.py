"""The grain of a frame, checked before a formula works on it."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from adplanning.core.errors import InvalidData


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

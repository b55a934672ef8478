"""Conversion paths as a frame, made in parts of whole paths, so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Final

import numpy as np
import polars as pl
from polars.io.plugins import register_io_source

from adplanning.attribution.windows import Windows, lookback_windows, microseconds

_ROWS_OF_A_PART: Final = 250_000
_DAYS: Final = timedelta(microseconds=1) / timedelta(days=1)
_PLACES: Final = {
    "path": pl.Int64(),
    "position": pl.Int32(),
    "n_touches": pl.Int32(),
    "is_first": pl.Boolean(),
    "is_last": pl.Boolean(),
    "age_days": pl.Float64(),
    "days_to_last": pl.Float64(),
}


def paths_by_parts(
    conversions: pl.LazyFrame,
    touchpoints: pl.LazyFrame,
    *,
    lookback: timedelta,
    direct_only_alone: bool,
    along: Sequence[Sequence[pl.Expr]] = (),
) -> pl.LazyFrame:
    """Put each conversion beside the touchpoints in its window.

    Parameters
    ----------
    conversions, touchpoints : as of `credit.conversion_paths`.
    lookback : the length of the window.
    direct_only_alone : whether direct touchpoints are left off a path that holds another.
    along : columns to add; each list may use those of the lists before. They see whole paths, each in its order.

    Returns
    -------
    The columns that `credit.conversion_paths` describes. When it is collected, only what is asked for is read and
    computed.
    """
    sold, touched = conversions.collect_schema(), touchpoints.collect_schema()
    touched_as = {(f"{name}_right" if name in sold else name): name for name in touched if name != "path_key"}
    own = {**sold, **{name: touched[of] for name, of in touched_as.items()}, **_PLACES}
    schema = _with(pl.LazyFrame(schema=own), along).collect_schema()
    used = {name for layer in along for expression in layer for name in expression.meta.root_names()}

    # What a touchpoint is called by the windows: a column of that name may say something else.
    touchpoints = touchpoints.with_columns(
        (pl.col("is_direct") if direct_only_alone and "is_direct" in touched else pl.lit(value=False)).alias("__direct")
    )

    def parts(
        wanted: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, _batch_size: int | None
    ) -> Iterator[pl.DataFrame]:
        shown = list(schema) if wanted is None else wanted
        needed = used.union(shown, [] if predicate is None else predicate.meta.root_names())
        of_sold = [name for name in sold if name in needed]
        of_touched = {name: of for name, of in touched_as.items() if name in needed}
        windows = lookback_windows(
            conversions.select({"conversion_id", "path_key", "converted_at", *of_sold}),
            touchpoints.select({"touchpoint_id", "path_key", "touched_at", "__direct", *of_touched.values()}),
            lookback=lookback,
        )
        rows_left = n_rows
        for part in _parts(windows, of_sold, of_touched):
            found = _with(part.lazy(), along)
            found = (found if predicate is None else found.filter(predicate)).select(shown)
            frame = found.collect(engine="in-memory")
            if rows_left is not None:
                frame = frame.head(rows_left)
                rows_left -= frame.height
            yield frame
            if rows_left == 0:
                return

    return register_io_source(parts, schema=schema, is_pure=True)


def _with(paths: pl.LazyFrame, along: Iterable[Iterable[pl.Expr]]) -> pl.LazyFrame:
    for expressions in along:
        paths = paths.with_columns(expressions)
    return paths


def _parts(windows: Windows, of_sold: Sequence[str], of_touched: dict[str, str]) -> Iterator[pl.DataFrame]:
    n_touches = windows.ends - windows.starts
    part_of = np.cumsum(n_touches) // _ROWS_OF_A_PART
    cuts = [*np.flatnonzero(np.diff(part_of, prepend=-1)), n_touches.size]
    converted_at = microseconds(windows.conversions["converted_at"])
    touched_at = microseconds(windows.touchpoints["touched_at"])
    last_at = touched_at[windows.order[windows.ends - 1]]
    for begin, end in pairwise(cuts):
        lengths = n_touches[begin:end]
        n_rows, ends = int(lengths.sum()), np.cumsum(lengths)
        is_first, is_last = np.zeros(n_rows, np.bool_), np.zeros(n_rows, np.bool_)
        is_first[ends - lengths] = True
        is_last[ends - 1] = True
        path = np.repeat(np.arange(begin, end), lengths)
        position = np.arange(n_rows) - np.repeat(ends - lengths, lengths)
        touch = windows.order[position + np.repeat(windows.starts[begin:end], lengths)]
        places = [
            pl.Series("path", path).set_sorted(),
            pl.Series("position", (position + 1).astype(np.int32)),
            pl.Series("n_touches", np.repeat(lengths.astype(np.int32), lengths)),
            pl.Series("is_first", is_first),
            pl.Series("is_last", is_last),
            pl.Series("age_days", (np.repeat(converted_at[begin:end], lengths) - touched_at[touch]) * _DAYS),
            pl.Series("days_to_last", (np.repeat(last_at[begin:end], lengths) - touched_at[touch]) * _DAYS),
        ]
        yield pl.DataFrame(
            [
                *(windows.conversions[name][path] for name in of_sold),
                *(windows.touchpoints[of][touch].alias(name) for name, of in of_touched.items()),
                *places,
            ]
        )

"""Which touchpoints lie in the lookback window of each conversion, in one order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Windows:
    """Conversions that have a path, and the touchpoints that can be on one.

    The path of conversion n is touchpoints[order[starts[n] : ends[n]]].
    """

    conversions: pl.DataFrame
    touchpoints: pl.DataFrame
    order: Integers
    starts: Integers
    ends: Integers


def lookback_windows(conversions: pl.LazyFrame, touchpoints: pl.LazyFrame, *, lookback: timedelta) -> Windows:
    """Find the window of each conversion among the touchpoints of its path key.

    Formula: converted_at − lookback ≤ touched_at ≤ converted_at, in the order of (touched_at, touchpoint_id). A direct
    touchpoint is in a window only where no other one is.

    Parameters
    ----------
    conversions : one row per conversion: conversion_id, path_key, converted_at (further columns are kept).
    touchpoints : one row per touchpoint of a path key: touchpoint_id, path_key, touched_at, __direct (null counts as
        false; further columns are kept).
    lookback : the length of the window, more than nothing.

    Returns
    -------
    The windows that hold a touchpoint, in the order of (path_key, converted_at, conversion_id).

    >>> from datetime import datetime
    >>> sold = pl.LazyFrame({
    ...     "conversion_id": ["c", "d"], "path_key": ["p", "q"], "converted_at": [datetime(2026, 3, 9)] * 2,
    ... })
    >>> touches = pl.LazyFrame({
    ...     "touchpoint_id": ["b", "a", "late"], "path_key": ["p"] * 3, "__direct": [False] * 3,
    ...     "touched_at": [datetime(2026, 3, 8), datetime(2026, 3, 7), datetime(2026, 3, 10)],
    ... })
    >>> found = lookback_windows(sold, touches, lookback=timedelta(days=30))
    >>> found.touchpoints["touchpoint_id"][found.order].to_list(), found.starts.tolist(), found.ends.tolist()
    (['a', 'b'], [0], [2])
    """
    sold = conversions.collect()
    keys = (
        sold.lazy()
        .group_by("path_key")
        .agg((pl.col("converted_at").min() - lookback).alias("__from"), pl.col("converted_at").max().alias("__to"))
        .sort("path_key")
        .with_row_index("__key")
        .collect()
    )
    sold = (
        sold.lazy()
        .filter(pl.col("converted_at").is_not_null())
        .join(keys.lazy().select("path_key", "__key"), on="path_key")
        .collect()
    )
    key, until = _integers(sold["__key"]), microseconds(sold["converted_at"])
    sold_order = _in_order(key, until, sold["conversion_id"])
    sold, key, until = sold.drop("__key")[sold_order], key[sold_order], until[sold_order]
    touched = (
        # Only the keys are kept in a hash table; left to choose, the engine holds both sides.
        touchpoints.join(keys.lazy(), on="path_key", build_side="force_right")
        .filter(pl.col("touched_at").is_between("__from", "__to"))
        .drop("path_key", "__from", "__to")
        .collect(engine="streaming")
        .rechunk()
    )
    # Two segments per key: first what is not direct, then what is.
    segment = 2 * _integers(touched["__key"]) + _integers(touched["__direct"].fill_null(value=False))
    at = microseconds(touched["touched_at"])
    order = _in_order(segment, at, touched["touchpoint_id"])
    at, since = at[order], until - lookback // timedelta(microseconds=1)
    bounds = np.searchsorted(segment[order], np.arange(2 * keys.height + 1))

    def window(segments: Integers) -> tuple[Integers, Integers]:
        begin, end = bounds[segments], bounds[segments + 1]
        return _first_above(since - 1, at, begin, end), _first_above(until, at, begin, end)

    (starts, ends), (direct_starts, direct_ends) = window(2 * key), window(2 * key + 1)
    only_direct = starts == ends
    starts, ends = np.where(only_direct, direct_starts, starts), np.where(only_direct, direct_ends, ends)
    has_path = starts < ends
    return Windows(sold.filter(has_path), touched.drop("__key"), order, starts[has_path], ends[has_path])


def microseconds(instants: pl.Series) -> Integers:
    """Instants as whole numbers, in the resolution of the store."""
    return _integers(instants.dt.epoch("us"))


def _integers(values: pl.Series) -> Integers:
    found: NDArray[Any] = values.cast(pl.Int64).to_numpy()
    return found


def _in_order(segment: Integers, at: Integers, ids: pl.Series) -> Integers:
    """The order by (segment, time, id)."""
    if not at.size:
        return np.zeros(0, np.int64)
    # Segment and time in one number sort several times as fast as apart. Where both do not fit, the time is coarser:
    # that makes ties, and ties are put in order afterwards.
    since = at - at.min()
    time_bits = 63 - int(segment.max()).bit_length()
    coarse = max(0, int(since.max()).bit_length() - time_bits)
    rough = segment << time_bits | since >> coarse
    order: Integers = pl.Series(rough).arg_sort().cast(pl.Int64).to_numpy(writable=True)
    is_tied = np.diff(rough[order]) == 0
    tied = np.flatnonzero(np.append(is_tied, [False]) | np.append([False], is_tied))
    rows = order[tied]
    ties = pl.DataFrame({"rough": rough[rows], "at": at[rows], "id": ids[rows]})
    order[tied] = rows[ties.select(pl.arg_sort_by("rough", "at", "id")).to_series().to_numpy()]
    return order


def _first_above(bound: Integers, ascending: Integers, begin: Integers, end: Integers) -> Integers:
    """For each stretch from begin to end, in which numbers ascend: where those above its bound begin."""
    low, high = begin.copy(), end.copy()
    searched = np.flatnonzero(low < high)
    while searched.size:
        middle = (low[searched] + high[searched]) // 2
        is_above = ascending[middle] > bound[searched]
        high[searched] = np.where(is_above, middle, high[searched])
        low[searched] = np.where(is_above, low[searched], middle + 1)
        searched = searched[low[searched] < high[searched]]
    return low

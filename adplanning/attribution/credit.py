"""Along which path a conversion came, and how much credit each of its touchpoints earned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from math import inf
from typing import Final

import polars as pl

from adplanning.core.errors import InvalidData
from adplanning.core.frames import require_columns

LOOKBACK_DAYS: Final = 30
HALF_LIFE_DAYS: Final = 7.0

_IS_FIRST, _IS_LAST, _N_TOUCHES = pl.col("is_first"), pl.col("is_last"), pl.col("n_touches")
# Whole numbers add up alike in any order: equal facts give equal credits to the last digit.
_DECAYED = (2**40 * 0.5 ** pl.col("half_lives_to_last")).round().cast(pl.Int64)

CREDIT_MODELS: Final[dict[str, pl.Expr]] = {
    "last_click": _IS_LAST,
    "first_click": _IS_FIRST,
    "linear": 1 / _N_TOUCHES,
    # Not weight / total: polars divides by a constant as by its reciprocal, and whether a batch holds one total depends
    # on what else is in it; this way the last digit is always the same.
    "time_decay": _DECAYED * (1 / _DECAYED.sum().over("path")),
    "position_based": pl.when(_N_TOUCHES <= 2)
    .then(1 / _N_TOUCHES)
    .when(_IS_FIRST | _IS_LAST)
    .then(0.4)
    .otherwise(0.2 / (_N_TOUCHES - 2)),
}
"""Per model the credit of a touchpoint, such that those of a path add up to one.

It may use the columns of `conversion_paths` and `half_lives_to_last`, the half-lives from it to the path's last touch.
"""

TOUCH_TYPE: Final = (
    pl.when(_IS_LAST).then(pl.lit("last")).when(_IS_FIRST).then(pl.lit("first")).otherwise(pl.lit("middle"))
)
"""Where in its path a touchpoint stands; the only one of a path is its last."""


def conversion_paths(
    conversions: pl.LazyFrame, touchpoints: pl.LazyFrame, *, lookback_days: int = LOOKBACK_DAYS
) -> pl.LazyFrame:
    """Put each conversion beside the touchpoints that can have led to it.

    Formula: the path of a conversion holds the touchpoints of its path key with
    converted_at − lookback_days × 24 h ≤ touched_at ≤ converted_at, both bounds included, in the order of
    (touched_at, touchpoint_id), so that equal times have one order.

    Parameters
    ----------
    conversions : one row per conversion: conversion_id, path_key, converted_at (further columns are carried along).
    touchpoints : one row per touchpoint of a path key: touchpoint_id, path_key, touched_at (further columns too).
    lookback_days : default 30, the window of the report.

    Returns
    -------
    One row per conversion and touchpoint of its path: the columns of both; `path`, a number for the conversion;
    `position`, 1 to `n_touches`; `is_first`, `is_last`; `age_days`, before the conversion; `days_to_last`, before the
    last touchpoint of the path. A conversion without touchpoints has no row. Rows are in no order.

    Raises
    ------
    InvalidData : a missing column, or a lookback of no days.

    >>> from datetime import datetime
    >>> sold = pl.LazyFrame({"conversion_id": ["c"], "path_key": ["p"], "converted_at": [datetime(2026, 3, 31)]})
    >>> touches = pl.LazyFrame({
    ...     "touchpoint_id": ["mail", "search", "early"],
    ...     "path_key": ["p", "p", "p"],
    ...     "touched_at": [datetime(2026, 3, 30, 12), datetime(2026, 3, 1), datetime(2026, 2, 28)],
    ... })
    >>> path = conversion_paths(sold, touches).sort("position")
    >>> path.select("touchpoint_id", "position", "n_touches", "age_days", "days_to_last").collect().rows()
    [('search', 1, 2, 30.0, 29.5), ('mail', 2, 2, 0.5, 0.0)]
    """
    require_columns(conversions, ["conversion_id", "path_key", "converted_at"], what="conversions")
    require_columns(touchpoints, ["touchpoint_id", "path_key", "touched_at"], what="touchpoints")
    if lookback_days < 1:
        raise InvalidData.at("lookback_days", f"must be 1 day or more, not {lookback_days}; 30 is usual")
    # Windows over a number cost half of those over an id; sorted, each evaluation gives the same number.
    numbered = conversions.sort("conversion_id").with_row_index("path")
    pairs = _in_window(numbered, touchpoints, timedelta(days=lookback_days))
    along = pairs.group_by("path").agg(
        pl.len().cast(pl.Int32).alias("n_touches"),
        pl.col("touched_at").min().alias("__first_at"),
        pl.col("touched_at").max().alias("__last_at"),
    )
    begins, ends = pl.col("touched_at") == pl.col("__first_at"), pl.col("touched_at") == pl.col("__last_at")
    touch, in_order = pl.col("touchpoint_id"), ["touched_at", "touchpoint_id"]
    return (
        pairs.join(along, on="path")
        .with_columns(
            (begins & (touch == pl.when(begins).then(touch).min().over("path"))).alias("is_first"),
            (ends & (touch == pl.when(ends).then(touch).max().over("path"))).alias("is_last"),
            pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("path", order_by=in_order).alias("position"),
            _days(pl.col("converted_at") - pl.col("touched_at")).alias("age_days"),
            _days(pl.col("__last_at") - pl.col("touched_at")).alias("days_to_last"),
        )
        .drop("__first_at", "__last_at")
    )


def _in_window(conversions: pl.LazyFrame, touchpoints: pl.LazyFrame, lookback: timedelta) -> pl.LazyFrame:
    # In buckets of one lookback each, a window lies in the conversion's bucket and the one before: joined on the bucket
    # too, a path key with thousands of touchpoints stays small.
    def bucket(instant: str) -> pl.Expr:
        return pl.col(instant).dt.epoch("us").floordiv(lookback // timedelta(microseconds=1)).alias("__bucket")

    wanted = pl.concat([conversions.with_columns(bucket("converted_at") - before) for before in (0, 1)])
    return (
        wanted.join(touchpoints.with_columns(bucket("touched_at")), on=["path_key", "__bucket"])
        .filter(
            pl.col("touched_at") <= pl.col("converted_at"), pl.col("touched_at") >= pl.col("converted_at") - lookback
        )
        .drop("__bucket")
    )


def _days(duration: pl.Expr) -> pl.Expr:
    return duration.dt.total_microseconds() * (timedelta(microseconds=1) / timedelta(days=1))


def credits(  # noqa: A001 (the word of the field)
    paths: pl.LazyFrame, models: Sequence[str], *, half_life_days: float = HALF_LIFE_DAYS
) -> pl.LazyFrame:
    """Split each conversion among the touchpoints of its path, under each model.

    Formula: by `CREDIT_MODELS`: all to the last touchpoint; all to the first; 1 / n_touches each; in proportion to
    2^(−days to the path's last touchpoint / half_life_days); 40 % first, 40 % last and 20 % shared by those between,
    with two touchpoints 50 % each.

    Parameters
    ----------
    paths : as from `conversion_paths`, one row per conversion and touchpoint.
    models : names in `CREDIT_MODELS`.
    half_life_days : of time_decay; default 7, the convention of web analytics.

    Returns
    -------
    The paths with one Float64 column per model, 0 to 1; those of one conversion add up to one.

    Raises
    ------
    InvalidData : an unknown model, or a half-life that is not positive.

    >>> path = pl.LazyFrame({
    ...     "path": [0] * 3, "n_touches": [3] * 3, "days_to_last": [14.0, 7.0, 0.0],
    ...     "is_first": [True, False, False], "is_last": [False, False, True],
    ... })
    >>> shared = credits(path, ["time_decay", "position_based"]).collect()
    >>> shared["time_decay"].round(4).to_list(), shared["position_based"].to_list()
    ([0.1429, 0.2857, 0.5714], [0.4, 0.2, 0.4])
    """
    require_columns(paths, ["path", "n_touches", "is_first", "is_last", "days_to_last"], what="paths")
    for model in models:
        if model not in CREDIT_MODELS:
            raise InvalidData.unknown_choice("model", model, CREDIT_MODELS)
    if not (0 < half_life_days < inf and 1 / half_life_days < inf):
        raise InvalidData.at("half_life_days", f"must be a number of days above 0, not {half_life_days}; 7 is usual")
    return (
        paths.with_columns((pl.col("days_to_last") * (1 / half_life_days)).alias("half_lives_to_last"))
        .with_columns(CREDIT_MODELS[model].cast(pl.Float64).alias(model) for model in models)
        .drop("half_lives_to_last")
    )


def credited_minor(model: str, *, value: str = "value_minor") -> pl.Expr:
    """The part of a conversion's value that a touchpoint earned, such that the parts add up exactly.

    Formula: along the path, round(cumulative credit × value) less the same one position before; the last position
    takes what is left. Null where the value is null.

    Parameters
    ----------
    model : the column with the credits of one model, as from `credits`.
    value : the column with the conversion's value in minor units.

    >>> thirds = pl.DataFrame({
    ...     "path": [0] * 3, "position": [1, 2, 3], "is_last": [False, False, True], "linear": [1 / 3] * 3,
    ...     "value_minor": [100] * 3,
    ... })
    >>> thirds.select(credited_minor("linear"))["linear_minor"].to_list()
    [33, 34, 33]
    """
    whole = pl.col(value).cast(pl.Int64)
    reached = pl.when(_IS_LAST).then(whole).otherwise((pl.col(model).cum_sum() * whole).round().cast(pl.Int64))
    return (reached - reached.shift(1, fill_value=0)).over("path", order_by="position").alias(f"{model}_minor")

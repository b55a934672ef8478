"""Which paths led to conversions, how long they were and how much time they took."""

from __future__ import annotations

from typing import Final

import polars as pl

from adplanning.attribution.sequences import distinct_paths
from adplanning.core.errors import InvalidData
from adplanning.core.frames import require_columns
from adplanning.core.ratios import ratio

SINCE: Final = {"first": pl.col("is_first"), "last": pl.col("is_last")}
"""Which touchpoint of a path a time lag begins at."""

_CONVERSIONS, _VALUE = pl.len().cast(pl.Int64).alias("conversions"), pl.col("reported_minor").sum().alias("value_minor")
_SHARE = ratio(pl.col("conversions"), pl.col("conversions").sum()).alias("share")


def top_paths(paths: pl.LazyFrame, *, limit: int = 20) -> pl.DataFrame:
    """The sequences of channels that most conversions came along.

    Parameters
    ----------
    paths : one row per touchpoint of a conversion's path, as from `conversion_paths`: path, position, channel,
        reported_minor (the conversion's value in minor units, null when unknown).
    limit : how many; default 20, a page.

    Returns
    -------
    One row per sequence, most conversions first, equal ones by value and name: sequence ("a > b"), n_touches,
    conversions, value_minor (of the known values), share: of all conversions that have a path, shown here or not.

    Raises
    ------
    InvalidData : a missing column, or a limit below 1.

    >>> path = pl.LazyFrame({"path": [0, 0, 1, 2, 2], "position": [1, 2, 1, 2, 1], "channel": list("abaab"),
    ...     "reported_minor": [500, 500, 100, None, None]})
    >>> top_paths(path, limit=2).with_columns(pl.col("share").round(3)).rows()
    [('a > b', 2, 1, 500, 0.333), ('a', 1, 1, 100, 0.333)]
    """
    require_columns(paths, ["path", "position", "channel", "reported_minor"], what="paths")
    if limit < 1:
        raise InvalidData.at("limit", f"must be 1 or more, not {limit}")
    counted = paths.with_columns(pl.lit(1, dtype=pl.Int64).alias("conversions"))
    sequence = pl.col("channels").cast(pl.List(pl.String)).list.join(" > ").alias("sequence")
    return (
        distinct_paths(counted, ["conversions", "reported_minor"])
        .with_columns(_SHARE)
        .select(sequence, "n_touches", "conversions", pl.col("reported_minor").alias("value_minor"), "share")
        .sort("conversions", "value_minor", "sequence", descending=[True, True, False])
        .head(limit)
    )


def path_lengths(paths: pl.LazyFrame) -> pl.DataFrame:
    """How many touchpoints conversions took.

    Parameters
    ----------
    paths : one row per touchpoint of a conversion's path, as from `conversion_paths`: is_last, n_touches,
        reported_minor.

    Returns
    -------
    One row per length, ascending: n_touches, conversions, value_minor, share of all conversions that have a path.

    >>> path = pl.LazyFrame({"is_last": [False, True, True], "n_touches": [2, 2, 1], "reported_minor": [9, 9, 1]})
    >>> path_lengths(path).rows()
    [(1, 1, 1, 0.5), (2, 1, 9, 0.5)]
    """
    require_columns(paths, ["is_last", "n_touches", "reported_minor"], what="paths")
    return _distribution(paths.filter("is_last"), pl.col("n_touches").cast(pl.Int64))


def time_lags(paths: pl.LazyFrame, *, since: str = "first") -> pl.DataFrame:
    """How many days conversions took from the first or the last touchpoint of their path.

    Formula: whole days, ⌊age_days⌋ of that touchpoint; day 0 is less than 24 hours.

    Parameters
    ----------
    paths : one row per touchpoint of a conversion's path, as from `conversion_paths`: is_first, is_last, age_days,
        reported_minor.
    since : one of `SINCE`; default first, the whole time.

    Returns
    -------
    One row per day that occurs, ascending: days, conversions, value_minor, share of all conversions that have a path.

    Raises
    ------
    InvalidData : a missing column, or another `since`.

    >>> path = pl.LazyFrame({"is_first": [True, False], "is_last": [False, True], "age_days": [7.0, 0.9],
    ...     "reported_minor": [500, 500]})
    >>> time_lags(path).rows(), time_lags(path, since="last").rows()
    ([(7, 1, 500, 1.0)], [(0, 1, 500, 1.0)])
    """
    if since not in SINCE:
        raise InvalidData.unknown_choice("since", since, SINCE)
    require_columns(paths, ["is_first", "is_last", "age_days", "reported_minor"], what="paths")
    # A microsecond is 1e-11 days: this mends the last digit of whole days and nothing else.
    days = pl.col("age_days").round(12).floor().cast(pl.Int64).alias("days")
    return _distribution(paths.filter(SINCE[since]), days)


def _distribution(conversions: pl.LazyFrame, by: pl.Expr) -> pl.DataFrame:
    return conversions.group_by(by).agg(_CONVERSIONS, _VALUE).with_columns(_SHARE).sort(by.meta.output_name()).collect()

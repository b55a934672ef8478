"""How far forecasts were off, held against what happened."""

from __future__ import annotations

import numpy as np
import polars as pl

from adplanning.core.frames import require_columns
from adplanning.forecasts.model_fit import WEEK, Numbers


def forecast_accuracy(days: pl.DataFrame, scales: pl.DataFrame) -> pl.DataFrame:
    """Measure each forecast by its days that have passed.

    Formula: over the days whose actual and expected numbers are known, error = expected − actual:
    MAPE = mean |error| / actual over days with an actual above 0; MASE = mean |error| / naive_error;
    coverage = share of days with lower ≤ actual ≤ upper; bias = Σ error / Σ actual.

    Parameters
    ----------
    days : one row per forecast and day: forecast_id, on, expected, lower, upper, actual, in one unit a forecast.
    scales : one row per forecast: forecast_id and naive_error, see `naive_errors`, of the history it was made from.

    Returns
    -------
    One row per forecast with a day to compare, sorted by forecast_id: n_days; mape (0.1 is 10 %), null where no day has
    an actual above 0; mase, below 1 where it beat "as a week ago", null without a naive error above 0; coverage (0–1),
    which should be 0.95, null without bounds; bias, above 0 where too much was expected, null where nothing happened.

    Raises
    ------
    InvalidData : a missing column.

    Source: R. Hyndman and A. Koehler, Another look at measures of forecast accuracy, International Journal of
    Forecasting 22 (2006), 679–688.

    >>> from datetime import date
    >>> days = pl.DataFrame({
    ...     "forecast_id": ["f", "f"], "on": [date(2026, 3, 1), date(2026, 3, 2)], "expected": [8.0, 12.0],
    ...     "lower": [5.0, 11.0], "upper": [12.0, 14.0], "actual": [10.0, 10.0],
    ... })
    >>> forecast_accuracy(days, pl.DataFrame({"forecast_id": ["f"], "naive_error": [4.0]})).rows()
    [('f', 2, 0.2, 0.5, 0.5, 0.0)]
    """
    require_columns(days, ["forecast_id", "on", "expected", "lower", "upper", "actual"], what="days")
    require_columns(scales, ["forecast_id", "naive_error"], what="scales")
    error, actual, scale = pl.col("expected") - pl.col("actual"), pl.col("actual"), pl.col("naive_error")
    is_inside = (actual >= pl.col("lower")) & (actual <= pl.col("upper"))
    return (
        days.drop_nulls(["expected", "actual"])
        .join(scales.select("forecast_id", "naive_error"), on="forecast_id", how="left")
        .group_by("forecast_id")
        .agg(
            n_days=pl.len().cast(pl.Int64),
            mape=(error.abs() / actual).filter(actual > 0).mean(),
            mase=(error.abs() / scale).filter(scale > 0).mean(),
            coverage=is_inside.mean(),
            bias=pl.when(actual.sum() != 0).then(error.sum() / actual.sum()),
        )
        .sort("forecast_id")
    )


def naive_errors(values: Numbers) -> Numbers:
    """By how much days differ from the same day a week before: the error of the plainest forecast there is.

    Formula: mean |y_t − y_t−7| over the days of which both are known.

    Parameters
    ----------
    values : (series, days), NaN where a day is unknown.

    Returns
    -------
    One number a series, NaN where no two such days are known.

    >>> naive_errors(np.array([[1.0, 1, 1, 1, 1, 1, 1, 3, np.nan, 1]])).tolist()
    [1.0]
    """
    last: Numbers = naive_errors_so_far(values)[:, -1]
    return last


def naive_errors_so_far(values: Numbers) -> Numbers:
    """`naive_errors` of the days up to each.

    Parameters
    ----------
    values : (series, days), one day or more; NaN where a day is unknown.

    Returns
    -------
    (series, days), NaN before two such days are known.

    >>> naive_errors_so_far(np.array([[1.0, 1, 1, 1, 1, 1, 1, 3, 3]])).tolist()[0][6:]
    [nan, 2.0, 2.0]
    """
    apart = np.full_like(values, np.nan)
    apart[:, WEEK:] = np.abs(values[:, WEEK:] - values[:, :-WEEK])
    known = ~np.isnan(apart)
    n = known.cumsum(axis=1)
    sums = np.where(known, apart, 0.0).cumsum(axis=1)
    errors: Numbers = np.divide(sums, n, out=np.full_like(sums, np.nan), where=n > 0)
    return errors

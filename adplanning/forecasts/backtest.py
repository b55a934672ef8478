"""How forecasts of the past would have done, had they been made then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import polars as pl

from adplanning.core.errors import InvalidData
from adplanning.forecasts.accuracy import naive_errors
from adplanning.forecasts.campaign_days import MEASURES, campaign_days
from adplanning.forecasts.demand import demand_forecasts
from adplanning.forecasts.model_fit import WEEK, Numbers
from adplanning.forecasts.series import BLEND_DAYS

_NORMAL: Final = 1.96
_DAYS: Final = {
    "origin_on": pl.Date,
    "on": pl.Date,
    "expected": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "actual": pl.Float64,
    "naive": pl.Float64,
    "naive_lower": pl.Float64,
    "naive_upper": pl.Float64,
    "naive_error": pl.Float64,
}


@dataclass(frozen=True)
class Backtest:
    """What forecasts from several days of the past said of the days after them, and how far they were off.

    `days` has a row per origin (the last day that was known) and day: origin_on, on, expected, lower, upper, actual,
    and of "as a week ago" naive, naive_lower, naive_upper; naive_error is the scale of the errors, see
    `accuracy.naive_errors`, of what was known then. The figures are over all days: `mape`, `mase`, `coverage` and
    `bias` as in `accuracy.forecast_accuracy`; null where there was nothing to compare.
    """

    days: pl.DataFrame
    n_origins: int
    mape: float | None
    mase: float | None
    coverage: float | None
    bias: float | None
    naive_mase: float | None
    naive_coverage: float | None


def rolling_origins(
    history: pl.DataFrame,
    *,
    measure: str = "revenue",
    horizon_days: int = 14,
    n_origins: int = 10,
    events: pl.DataFrame | None = None,
    least_history_days: int = BLEND_DAYS,
    seed: int = 0,
) -> Backtest:
    """Forecast again and again from the days known until then, and compare with what came.

    Formula: the origins lie evenly between the first day with `least_history_days` of history and the last day that
    leaves a whole horizon. Each forecast is that of `demand_forecasts`, without a plan, with the events that were known
    on its day; what a past event did is learnt from the days until then. Beside it stands what
    was there 7, or as many whole weeks as needed, days before; its bounds are ± 1.96 × the root mean square of
    y_t − y_t−7 × √(weeks ahead), not below 0.

    Parameters
    ----------
    history : as of `demand.demand_forecast`.
    measure : spend, n_conversions or revenue.
    horizon_days, n_origins : default 14 and 10, with which the blend was chosen.
    events : as of `demand.demand_forecast`, and known_on: the day on which each was told.
    least_history_days : default 21, from which on there is a blend.
    seed : of the paths.

    Returns
    -------
    The days in the order of origins; none, and nulls, where the history is too short.

    Raises
    ------
    InvalidData : as `demand_forecast`, or an unknown measure.

    Source: L. Tashman, Out-of-sample tests of forecasting accuracy, International Journal of Forecasting 16 (2000),
    437–450.

    >>> days = pl.date_range(date(2026, 1, 1), date(2026, 2, 28), eager=True).alias("on").to_frame()
    >>> past = days.with_columns(spend=pl.lit(9.0), n_conversions=pl.lit(4.0), revenue=pl.lit(30.0))
    >>> tested = rolling_origins(past, n_origins=2)
    >>> tested.n_origins, tested.days.height, tested.mape < 0.01, tested.mase
    (2, 28, True, None)
    """
    if measure not in MEASURES:
        raise InvalidData.unknown_choice("measure", measure, MEASURES)
    if history.is_empty():
        return _backtest([])
    last_on = max(history["on"].to_list())
    actual = campaign_days(history, as_of_on=last_on).values[MEASURES.index(measure)]
    n_days = len(actual)
    latest = n_days - horizon_days
    if latest < least_history_days:
        return _backtest([])
    # How many days were known at each origin.
    origins = np.unique(np.linspace(least_history_days, latest, n_origins).astype(int)).tolist()
    n_ago = {f"{known:06}": n_days - known for known in origins}
    forecasts = demand_forecasts(
        _moved(history, "on", ["on"], last_on, n_ago),
        as_of_on=last_on,
        horizon_days=horizon_days,
        events=None if events is None else _moved(events, "known_on", ["first_on", "last_on"], last_on, n_ago),
        seed=seed,
    )
    found = []
    for name, forecast in forecasts:
        known, ago = n_days - n_ago[name], timedelta(days=n_ago[name])
        expected = forecast.days.select(
            pl.col("on") - ago,
            expected=measure,
            lower=f"{measure}_lower",
            upper=f"{measure}_upper",
        )
        found.append(_beside(expected, last_on - ago, actual[known : known + horizon_days], actual[:known]))
    return _backtest(found)


def _moved(
    frame: pl.DataFrame, known_on: str, days: list[str], last_on: date, n_ago: Mapping[str, int]
) -> pl.DataFrame:
    """What was known at each origin, moved to the last day, as of which one call foretells them all."""
    parts = []
    for name, n_days in n_ago.items():
        ago = timedelta(days=n_days)
        known = frame.filter(pl.col(known_on) <= last_on - ago)
        parts.append(known.with_columns(pl.col(days) + ago, campaign_id=pl.lit(name)))
    return pl.concat(parts)


def _beside(expected: pl.DataFrame, origin_on: date, actual: Numbers, past: Numbers) -> pl.DataFrame:
    """The days of one origin with what happened and what "as a week ago" would have said."""
    weeks = 1 + np.arange(len(actual)) // WEEK
    naive = _last_week(past)[np.arange(len(actual)) % WEEK]
    apart = past[WEEK:] - past[:-WEEK]
    known = apart[~np.isnan(apart)]
    width = _NORMAL * (np.sqrt(np.mean(known**2)) if known.size else np.nan) * np.sqrt(weeks)
    numbers = {
        "actual": actual,
        "naive": naive,
        "naive_lower": np.maximum(naive - width, 0.0),
        "naive_upper": naive + width,
        "naive_error": np.repeat(naive_errors(past[None, :]), len(actual)),
    }
    return expected.with_columns(
        pl.lit(origin_on).alias("origin_on"),
        *(pl.Series(name, column).fill_nan(None) for name, column in numbers.items()),
    ).select(*_DAYS)


def _last_week(past: Numbers) -> Numbers:
    """The last known value of each weekday, the one of the day to come first."""
    places = np.arange(-len(past), 0) % WEEK
    latest = np.full(WEEK, np.nan)
    is_known = ~np.isnan(past)
    # Of several values for one place the last one stays.
    latest[places[is_known]] = past[is_known]
    return latest


def _backtest(found: list[pl.DataFrame]) -> Backtest:
    days = pl.concat(found) if found else pl.DataFrame(schema=_DAYS)
    actual, scale = pl.col("actual"), pl.col("naive_error")
    error = pl.col("expected") - actual

    def inside(before: str) -> pl.Expr:
        return ((actual >= pl.col(f"{before}lower")) & (actual <= pl.col(f"{before}upper"))).mean()

    figures = (
        days.drop_nulls(["expected", "actual", "naive"])
        .select(
            mape=(error.abs() / actual).filter(actual > 0).mean(),
            mase=(error.abs() / scale).filter(scale > 0).mean(),
            coverage=inside(""),
            bias=pl.when(actual.sum() != 0).then(error.sum() / actual.sum()),
            naive_mase=((pl.col("naive") - actual).abs() / scale).filter(scale > 0).mean(),
            naive_coverage=inside("naive_"),
        )
        .row(0, named=True)
    )
    return Backtest(days=days, n_origins=len(found), **figures)

"""The plainest rhythm of a week: a level, and for each weekday how far it lies above or below."""

from __future__ import annotations

from typing import Final

import numpy as np

from adplanning.forecasts.model_fit import WEEK, ModelFit, Numbers, weekday_positions

PRIOR_WEEKS: Final = 2.0
LEVEL_HALF_LIFE_DAYS: Final = 7.0
RHYTHM_DAYS: Final = 16 * WEEK


def weekday_indices(values: Numbers, *, prior_weeks: float = PRIOR_WEEKS) -> Numbers:
    """How many times the usual day each weekday is, drawn towards 1 where few weeks were seen.

    Formula: index = 1 + n / (n + prior_weeks) × (mean of the weekday / mean of all weekdays − 1), over the n known days
    of the weekday among the last `RHYTHM_DAYS`.

    Parameters
    ----------
    values : (series, days), the last column the last day; NaN where a day is unknown. Any unit, 0 or more.
    prior_weeks : default 2: with two weeks half of what was seen is believed.

    Returns
    -------
    (series, 7), by the place of the weekday as in `weekday_positions`; 1 for a weekday never seen, and everywhere where
    all is zero.

    >>> two_weeks = np.array([[3.0, 1, 1, 1, 1, 0, 0] * 2])
    >>> weekday_indices(two_weeks).tolist()
    [[2.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.5]]
    """
    recent = values[:, -RHYTHM_DAYS:]
    weeks = _by_week(recent)
    known = ~np.isnan(weeks)
    n = known.sum(axis=1)
    sums = np.where(known, weeks, 0.0).sum(axis=1)
    mean = np.divide(sums, n, out=np.zeros_like(sums), where=n > 0)
    seen = n > 0
    overall = np.divide(mean.sum(axis=1), seen.sum(axis=1), out=np.zeros(len(values)), where=seen.any(axis=1))
    ratio = np.divide(mean, overall[:, None], out=np.ones_like(mean), where=seen & (overall[:, None] > 0))
    index: Numbers = 1 + n / (n + prior_weeks) * (ratio - 1)
    return index


def weekday_fit(values: Numbers, *, horizon_days: int) -> ModelFit:
    """Expect the level of the last weeks, times the index of the weekday.

    Formula: level × index, the level the mean of value / index with weights that halve every
    `LEVEL_HALF_LIFE_DAYS` = 7 days; a surprise stays in the level with the weight of one day.

    Parameters
    ----------
    values : (series, days), the last column the last day; NaN where a day is unknown.

    >>> fit = weekday_fit(np.full((1, 30), 5.0), horizon_days=2)
    >>> fit.ahead.round(6).tolist()
    [[5.0, 5.0]]
    """
    n_series, n_days = values.shape
    index = np.maximum(weekday_indices(values), 0.05)
    places = weekday_positions(n_days)
    level_of = values / index[:, places]
    known = ~np.isnan(level_of)
    kept = 0.5 ** (1 / LEVEL_HALF_LIFE_DAYS)
    total, weight = np.zeros(n_series), np.zeros(n_series)
    one_ahead = np.full_like(values, np.nan)
    for day in range(n_days):
        seen = weight > 0
        np.divide(total, weight, out=one_ahead[:, day], where=seen)
        total = total * kept + np.where(known[:, day], level_of[:, day], 0.0)
        weight = weight * kept + known[:, day]
    level = np.divide(total, weight, out=np.zeros(n_series), where=weight > 0)
    part = np.divide(1.0, weight, out=np.ones(n_series), where=weight > 0)
    persistence = np.repeat(part[:, None], horizon_days, axis=1)
    persistence[:, 0] = 1.0
    ahead = level[:, None] * index[:, np.arange(horizon_days) % WEEK]
    return ModelFit(one_ahead * index[:, places], ahead, persistence)


def _by_week(values: Numbers) -> Numbers:
    """(series, weeks, place), with unknown days before the first."""
    n_series, n_days = values.shape
    padded = np.full((n_series, -(-n_days // WEEK) * WEEK), np.nan)
    padded[:, padded.shape[1] - n_days :] = values
    return padded.reshape(n_series, -1, WEEK)

"""A level that wanders and a rhythm of the week that stays: a local level with Fourier terms, for many series at once.

Source: Harvey, Forecasting, Structural Time Series Models and the Kalman Filter (1989), sections 2.3 and 4.2; the
first level and the weekly terms are estimated beside the filter as by de Jong, The diffuse Kalman filter, Annals of
Statistics 19 (1991), 1073–1083.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from adplanning.forecasts.model_fit import WEEK, ModelFit, Numbers

# The variance of a day's step of the level against that of a day's noise.
RATIOS: Final = np.array([0.0, 0.0003, 0.001, 0.003, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.7, 1.5, 4.0])
_AT_ONCE: Final = 32
_NEARLY_NOTHING: Final = 1e-8


def local_level_fit(values: Numbers, *, horizon_days: int) -> ModelFit:
    """Expect the level as it stands now and the rhythm of the whole history.

    Formula: y_t = μ_t + x_t'β + ε_t, μ_t+1 = μ_t + η_t; x holds the sine and cosine of 1, 2 and 3 turns a week. Of
    `RATIOS` = var η / var ε the likeliest counts, by the diffuse likelihood. A surprise stays in the level with the
    gain of the filter. An unknown day only makes the level less certain.

    Parameters
    ----------
    values : (series, days), at least 14 known days in each, in a unit in which errors are alike at all levels; NaN
        where a day is unknown.

    >>> fit = local_level_fit(np.tile([4.0, 1, 1, 1, 1, 1, 1], (1, 8)), horizon_days=8)
    >>> fit.ahead.round(3).tolist()
    [[4.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 4.0]]
    """
    parts = [
        _fit(values[first : first + _AT_ONCE], horizon_days=horizon_days) for first in range(0, len(values), _AT_ONCE)
    ]
    return ModelFit.together(parts)


def weekly_terms(first: int, last: int) -> Numbers:
    """A one and the six Fourier terms of the days numbered first to last − 1; day 0 is the first to come."""
    angle = 2 * np.pi / WEEK * np.arange(first, last)
    turns = np.outer(angle, np.arange(1, 4))
    return np.concatenate([np.ones((len(angle), 1)), np.sin(turns), np.cos(turns)], axis=1)


def log_likelihoods(values: Numbers) -> Numbers:
    """The diffuse log-likelihood of each series (row) under each of `RATIOS` (column), up to a constant."""
    return _estimates(*_filtered(values))[0]


def _fit(values: Numbers, *, horizon_days: int) -> ModelFit:
    surprises, variances, known, levels, gains = _filtered(values)
    likelihood, weekly = _estimates(surprises, variances, known, levels, gains)
    rows = np.arange(len(values))
    best = likelihood.argmax(axis=1)
    own = weekly[rows, best]
    chosen = surprises[:, rows, best]
    # What is left of a day after the filter, where it is known.
    left = chosen[:, :, 0].T - np.einsum("tsk,sk->st", chosen[:, :, 1:], own)
    level = levels[rows, best, 0] - np.einsum("sk,sk->s", levels[rows, best, 1:], own)
    ahead = level[:, None] + own @ weekly_terms(0, horizon_days).T
    persistence = np.repeat(gains[rows, best][:, None], horizon_days, axis=1)
    persistence[:, 0] = 1.0
    return ModelFit(values - left, ahead, persistence)


def _filtered(values: Numbers) -> tuple[Numbers, Numbers, Numbers, Numbers, Numbers]:
    """Run the filter from a level of 0 over the values and over each term, for every ratio.

    Surprises (days, series, ratios, value and terms), their variances (days, series, ratios) in units of var ε, which
    days are known (days, series), the last levels and gains.
    """
    n_series, n_days = values.shape
    known = (~np.isnan(values)).T.astype(float)
    seen = np.empty((n_days, n_series, 1, WEEK + 1))
    seen[:, :, 0, 0] = np.nan_to_num(values.T)
    seen[:, :, 0, 1:] = weekly_terms(-n_days, 0)[:, None, :]
    # Before its first day a series has no level that could wander.
    begun = known.cumsum(axis=0) > 0
    size = (n_series, len(RATIOS))
    level, uncertain = np.zeros((*size, WEEK + 1)), np.zeros(size)
    surprises, variances = np.empty((n_days, *size, WEEK + 1)), np.empty((n_days, *size))
    for day in range(n_days):
        np.add(uncertain, 1, out=variances[day])
        gain = uncertain / variances[day] * known[day][:, None]
        np.subtract(seen[day], level, out=surprises[day])
        level += gain[:, :, None] * surprises[day]
        uncertain *= 1 - gain
        uncertain += RATIOS * begun[day][:, None]
    return surprises, variances, known, level, uncertain / (uncertain + 1)


def _estimates(
    surprises: Numbers, variances: Numbers, known: Numbers, _levels: Numbers, _gains: Numbers
) -> tuple[Numbers, Numbers]:
    """The log-likelihood under each ratio, and the first level and the weekly terms that go with it."""
    scaled = surprises * np.sqrt(known[:, :, None] / variances)[..., None]
    stacked = np.moveaxis(scaled, 0, -1)
    products = stacked @ np.swapaxes(stacked, -1, -2)
    terms, with_value, squares = products[..., 1:, 1:], products[..., 1:, 0], products[..., 0, 0]
    # A weekday that was never seen gets what the others have.
    terms = terms + _NEARLY_NOTHING * np.diag([0.0] + [1.0] * (WEEK - 1))
    weekly: Numbers = np.linalg.solve(terms, with_value[..., None])[..., 0].astype(np.float64)
    n = known.sum(axis=0)[:, None] - WEEK
    floor = 1e-12 * np.maximum(squares, 1e-12)
    left = np.maximum(squares - (weekly * with_value).sum(axis=-1), floor)
    uncertain = (np.log(variances) * known[:, :, None]).sum(axis=0)
    likelihood: Numbers = -(n * np.log(left / n) + uncertain + np.linalg.slogdet(terms)[1]) / 2
    return likelihood, weekly

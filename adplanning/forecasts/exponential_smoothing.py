"""Exponential smoothing with a damped trend and a weekly season, fitted to many daily series at once.

Source: Hyndman, Koehler, Ord and Snyder, Forecasting with Exponential Smoothing (2008), chapters 2, 5 and 7: the models
with additive errors ANN, ANA, AAdN and AAdA.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Final

import numpy as np

from adplanning.forecasts.model_fit import WEEK, ModelFit, Numbers, weekday_positions

_ALPHAS: Final = (0.01, 0.03, 0.06, 0.1, 0.16, 0.25, 0.4, 0.6, 0.9)
_GAMMAS: Final = (0.005, 0.05, 0.15)
_BETAS: Final = (0.05, 0.2)
_PHIS: Final = (0.85, 0.95)
# The series whose states lie in the processor's cache together.
_AT_ONCE: Final = 32
_START_DAYS: Final = 4 * WEEK


@dataclass(frozen=True)
class _Candidates:
    """Sets of parameters, one per place; `n_params` counts them with the states they begin from."""

    alpha: Numbers
    beta: Numbers
    phi: Numbers
    gamma: Numbers
    is_weekly: Numbers
    n_params: Numbers


def _candidates() -> _Candidates:
    trends = [(0.0, 0.0), *itertools.product(_BETAS, _PHIS)]
    seasons = [None, *_GAMMAS]
    rows = [
        (
            alpha,
            alpha * beta,
            phi,
            0.0 if gamma is None else gamma * (1 - alpha),
            float(gamma is not None),
            # The variance, alpha and the first level; then beta and phi; then gamma and six first seasons.
            3.0 + 2 * (beta > 0) + WEEK * (gamma is not None),
        )
        for alpha, (beta, phi), gamma in itertools.product(_ALPHAS, trends, seasons)
    ]
    return _Candidates(*np.array(rows).T)


CANDIDATES: Final = _candidates()


def smoothing_fit(values: Numbers, *, horizon_days: int) -> ModelFit:
    """Expect what the likeliest of many smoothing models says, with a penalty for its parameters.

    Formula: y_t = l + φ b + s + e; l ← l + φ b + α e; b ← φ b + β e; s ← s + γ e, s of the same weekday. Of all
    `CANDIDATES`, a grid that is finer than the likelihood is sharp, the one with the least
    AICc = n ln(Σe² / n) + 2 k n / (n − k − 1). An unknown day changes no state. The first level and season are those
    of the first four weeks, the first trend is 0. A surprise is still there after j days with
    α + β (φ + … + φ^j) + γ [j is a whole week].

    Parameters
    ----------
    values : (series, days), at least 14 known days in each, in a unit in which errors are alike at all levels (square
        roots of counts and amounts); NaN where a day is unknown.

    >>> fit = smoothing_fit(np.tile([4.0, 1, 1, 1, 1, 1, 1], (1, 8)), horizon_days=8)
    >>> fit.ahead.round(3).tolist()
    [[4.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 4.0]]
    """
    parts = [
        _fit(values[first : first + _AT_ONCE], horizon_days=horizon_days) for first in range(0, len(values), _AT_ONCE)
    ]
    return ModelFit.together(parts)


def _fit(values: Numbers, *, horizon_days: int) -> ModelFit:
    everything = _run(values, CANDIDATES)[0]
    n = (~np.isnan(values)).sum(axis=1)[:, None]
    k = CANDIDATES.n_params
    spare = n - k - 1
    penalty = np.where(spare > 0, 2 * k * n / np.maximum(spare, 1), np.inf)
    # A series without any surprise has no best; the simplest is as good.
    floor = 1e-12 * np.maximum(np.nansum(values**2, axis=1), 1e-12)[:, None]
    score = n * np.log(np.maximum(everything, floor) / n) + penalty
    best = score.argmin(axis=1)
    chosen = _Candidates(*(getattr(CANDIDATES, name)[best][:, None] for name in CANDIDATES.__dataclass_fields__))
    _, level, trend, season, one_ahead = _run(values, chosen)
    alpha, beta, phi, gamma = chosen.alpha, chosen.beta, chosen.phi, chosen.gamma
    later = np.arange(horizon_days)
    damped = np.cumsum(phi ** (later + 1), axis=1)
    ahead = level + trend * damped + season[later % WEEK, :, 0].T
    persistence = alpha + beta * np.concatenate([np.zeros_like(phi), damped[:, :-1]], axis=1)
    persistence = persistence + gamma * ((later % WEEK == 0) & (later > 0))
    persistence[:, 0] = 1.0
    return ModelFit(one_ahead[:, :, 0].T, ahead, persistence)


def _run(values: Numbers, given: _Candidates) -> tuple[Numbers, Numbers, Numbers, Numbers, Numbers]:
    """Σe², the last level, trend and seasons, and what was expected of each day; (series, candidates) each."""
    n_days = values.shape[1]
    first_level, first_season = _start(values)
    width = np.broadcast_shapes((len(values), 1), np.atleast_2d(given.alpha).shape)
    level = np.broadcast_to(first_level[:, None], width).copy()
    trend, squares = np.zeros(width), np.zeros(width)
    season = first_season.T[:, :, None] * np.broadcast_to(given.is_weekly, width)
    alone = width[1] == 1
    expected = np.zeros((n_days, *width)) if alone else np.zeros((0, *width))
    places = weekday_positions(n_days)
    columns = np.nan_to_num(values.T)[:, :, None]
    known = (~np.isnan(values)).T[:, :, None]
    error = np.empty(width)
    # Before its first day a series stands still.
    for day in range(n_days):
        own = season[places[day]]
        trend *= given.phi
        level += trend
        np.subtract(columns[day], level, out=error)
        error -= own
        if alone:
            np.add(level, own, out=expected[day])
        error *= known[day]
        level += given.alpha * error
        trend += given.beta * error
        own += given.gamma * error
        error *= error
        squares += error
    return squares, level, trend, season, expected


def _start(values: Numbers) -> tuple[Numbers, Numbers]:
    """The level and the seasons of the first weeks of each series."""
    known = ~np.isnan(values)
    early = known & (known.cumsum(axis=1) <= _START_DAYS)
    n = np.maximum(early.sum(axis=1), 1)
    level = np.where(early, values, 0.0).sum(axis=1) / n
    apart = np.where(early, values - level[:, None], 0.0)
    places = weekday_positions(values.shape[1])
    season = np.stack(
        [
            apart[:, places == place].sum(axis=1) / np.maximum(early[:, places == place].sum(axis=1), 1)
            for place in range(WEEK)
        ],
        axis=1,
    )
    return level, season - season.mean(axis=1, keepdims=True)

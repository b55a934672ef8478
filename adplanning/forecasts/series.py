"""What daily series will be: one blend of three models, and paths that keep days and series together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adplanning.core.errors import InvalidData
from adplanning.forecasts.exponential_smoothing import smoothing_fit
from adplanning.forecasts.local_level import local_level_fit
from adplanning.forecasts.model_fit import ModelFit, Numbers
from adplanning.forecasts.outlying_days import outlying_days
from adplanning.forecasts.weekday_index import weekday_fit

LEAST_DAYS: Final = 4
BLEND_DAYS: Final = 21
MAX_HISTORY_DAYS: Final = 400
MAX_HORIZON_DAYS: Final = 400
N_PATHS: Final = 999
BOUNDS: Final = (0.025, 0.975)
# A level, six weekdays, and what the models were chosen by.
_BLEND_PARAMS: Final = 9
_SHORT_PARAMS: Final = 2
# So few days do not tell how far a level wanders; with this bounds of back-tests held what they promise.
_SHORT_PERSISTENCE: Final = 0.3
_LEAST_CHI: Final = 0.3
# By the number of models.
_METHODS: Final = {0: "none", 1: "weekday index", 3: "blend"}


@dataclass(frozen=True)
class SeriesForecast:
    """What is expected of the days to come, in the unit of the series.

    `paths` (paths, days) are whole courses that the series may take, so that a sum over days or a ratio of two series
    has an interval too; NaN where `method` is "none". `n_known` counts the days that the models were given; `outlying`
    are the days, counted back from the last (1), that they were not.
    """

    paths: Numbers
    method: str
    n_known: int
    outlying: tuple[int, ...] = ()

    @cached_property
    def mean(self) -> Numbers:
        """The expected number of each day."""
        mean: Numbers = self.paths.mean(axis=0)
        return mean

    @cached_property
    def _bounds(self) -> Numbers:
        return np.quantile(self.paths, BOUNDS, axis=0)

    @property
    def lower(self) -> Numbers:
        """Below it lies 1 in 40 paths on a day."""
        lower: Numbers = self._bounds[0]
        return lower

    @property
    def upper(self) -> Numbers:
        """Above it lies 1 in 40 paths on a day."""
        upper: Numbers = self._bounds[1]
        return upper


def series_forecast(values: Numbers, *, horizon_days: int, seed: int = 0, n_paths: int = N_PATHS) -> SeriesForecast:
    """Foretell one daily series; see `series_forecasts`.

    >>> series_forecast(np.array([2.0, 2, 2, 2, 2, 2]), horizon_days=2).mean.round(3).tolist()
    [2.0, 2.0]
    """
    return series_forecasts(values[None, :], horizon_days=horizon_days, seed=seed, n_paths=n_paths)[0]


def series_forecasts(
    values: Numbers, *, horizon_days: int, seed: int = 0, n_paths: int = N_PATHS
) -> list[SeriesForecast]:
    """Foretell daily series that end on the same day.

    Formula: all is done on square roots, in which errors of counts and amounts are alike at all levels. From 21 known
    days on three models are blended: exponential smoothing (AICc), a local level with Fourier terms, and the weekday
    index; of 4 to 20 days there is the weekday index alone. A third of the paths follows each model: what it expects,
    plus its own surprises of past days, drawn day by day, each of which fades as the model lets it
    (`ModelFit.persistence`), times √(n / χ²_ν) for a spread that is itself only estimated, ν = n known days less the
    parameters; cut at 0 and squared. Each day is then brought to the mean that the surprises of one day alone have: a
    level that wanders becomes less certain, not higher. So days of a path hang together, and where models differ the
    bounds are wide. Series of one call share the day that is drawn, so that what rose and fell together does so in the
    paths too.

    Parameters
    ----------
    values : (series, days), 0 or more, the last column the last day; NaN where a day is unknown. A zero is a zero.
        Of the past `MAX_HISTORY_DAYS` are used: nothing here knows of a season of the year.
    horizon_days : 1 to `MAX_HORIZON_DAYS`.
    n_paths : default 999, at which the bounds of a day hardly move with the seed.
    seed : of the draws. The forecast of a series is the same, alone or among others of the call, where days are alike.

    Returns
    -------
    One forecast a series: the mean of the paths, and the bounds between which 95 % of them lie. Of less than 4 known
    days nothing is told.

    Raises
    ------
    InvalidData : a negative or infinite value, or a horizon out of bounds.

    Source: combining plain forecasts beats choosing one: Makridakis, Spiliotis and Assimakopoulos, The M4 competition,
    International Journal of Forecasting 36 (2020), 54–74.

    >>> saturdays = np.tile([4.0, 4, 4, 4, 4, 16, 4], (1, 8))
    >>> series_forecasts(saturdays, horizon_days=7)[0].mean.round().tolist()
    [4.0, 4.0, 4.0, 4.0, 4.0, 15.0, 4.0]
    """
    if not 1 <= horizon_days <= MAX_HORIZON_DAYS:
        raise InvalidData.at("horizon_days", f"must be 1 to {MAX_HORIZON_DAYS}, not {horizon_days}")
    values = values[:, -MAX_HISTORY_DAYS:]
    if np.isinf(values).any() or (values < 0).any():
        raise InvalidData.at("values", "must be 0 or more and finite; leave unknown days NaN")
    roots = np.sqrt(values)
    is_out = outlying_days(roots)
    roots[is_out] = np.nan
    n_known = (~np.isnan(roots)).sum(axis=1)
    draws = _Draws.of(horizon_days, n_paths, seed)
    found = []
    for row, models in enumerate(_models(roots, n_known, horizon_days)):
        outlying = tuple((values.shape[1] - np.flatnonzero(is_out[row])).tolist())
        paths = _paths(models, roots[row], draws)
        found.append(SeriesForecast(paths, _METHODS[len(models)], int(n_known[row]), outlying))
    return found


def _models(roots: Numbers, n_known: NDArray[np.int64], horizon_days: int) -> list[list[ModelFit]]:
    """For each series the models that there is enough history for: none, one, or three."""
    models: list[list[ModelFit]] = [[] for _ in roots]
    for fit_of, least in ((weekday_fit, LEAST_DAYS), (smoothing_fit, BLEND_DAYS), (local_level_fit, BLEND_DAYS)):
        rows = np.flatnonzero(n_known >= least)
        if rows.size:
            fit = fit_of(roots[rows], horizon_days=horizon_days)
            for place, row in enumerate(rows):
                models[row].append(fit.of(place))
    return models


@dataclass(frozen=True)
class _Draws:
    """What chance decides, the same for all series of a call: which past days come again, and two normal numbers."""

    days: Numbers
    spread: Numbers
    level: Numbers
    seed: int

    @classmethod
    def of(cls, horizon_days: int, n_paths: int, seed: int) -> _Draws:
        random = np.random.default_rng(seed)
        return cls(
            random.random((n_paths, horizon_days)),
            random.standard_normal(n_paths),
            random.standard_normal(n_paths),
            seed,
        )


def _paths(models: Sequence[ModelFit], roots: Numbers, draws: _Draws) -> Numbers:
    if not models:
        return np.full_like(draws.days, np.nan)
    n_known = int((~np.isnan(roots)).sum())
    n_free = n_known - (_SHORT_PARAMS if len(models) == 1 else _BLEND_PARAMS)
    # Wilson and Hilferty: the cube root of χ²/ν is nearly normal.
    part = 2 / (9 * n_free)
    chi = np.maximum(1 - part + draws.spread * np.sqrt(part), _LEAST_CHI) ** 3
    spread = np.sqrt(n_known / n_free / chi)
    # The level of few days is itself off.
    level = draws.level / np.sqrt(n_known) if len(models) == 1 else np.zeros_like(draws.level)
    paths = np.empty_like(draws.days)
    for place, model in enumerate(models):
        own = slice(place, None, len(models))
        past = _surprises(roots - model.one_ahead, draws.seed)
        drawn = past[(draws.days[own] * len(past)).astype(np.int64)]
        fading = _fading(model.persistence if len(models) > 1 else np.maximum(model.persistence, _SHORT_PERSISTENCE))
        off = (drawn @ fading + (level[own] * past.std())[:, None]) * spread[own, None]
        squares = _squares(model.ahead + off)
        # A level that wanders is less certain from day to day, not higher.
        mean = squares.mean(axis=0)
        expected = _squares(model.ahead + past[:, None]).mean(axis=0)
        paths[own] = squares * np.divide(expected, mean, out=np.ones_like(mean), where=mean > 0)
    return paths


def _squares(roots: Numbers) -> Numbers:
    squares: Numbers = np.maximum(roots, 0.0) ** 2
    return squares


def _surprises(left: Numbers, seed: int) -> Numbers:
    """What each day since the first brought against what was expected; for an unknown day that of some other."""
    left = left[np.flatnonzero(~np.isnan(left))[0] :]
    is_unknown = np.isnan(left)
    known = left[~is_unknown]
    if len(known) < len(left):
        left[is_unknown] = np.random.default_rng(seed).choice(known, len(left) - len(known))
    centred: Numbers = left - known.mean()
    return centred


def _fading(persistence: Numbers) -> Numbers:
    """How much of the surprise of one day (row) is there on another (column)."""
    days = np.arange(len(persistence))
    ago = days[None, :] - days[:, None]
    fading: Numbers = np.where(ago >= 0, persistence[np.maximum(ago, 0)], 0.0)
    return fading

"""The blend of three models, its bounds and its paths."""

from __future__ import annotations

import numpy as np
import pytest

from adplanning.core.errors import InvalidData
from adplanning.forecasts.exponential_smoothing import smoothing_fit
from adplanning.forecasts.local_level import local_level_fit
from adplanning.forecasts.series import N_PATHS, series_forecast, series_forecasts
from adplanning.forecasts.weekday_index import weekday_fit
from tests.forecasts.invented_series import KINDS, Numbers, series

HORIZON = 14


def held_against(n_known: int, *, n_seeds: int) -> dict[str, Numbers]:
    """Of series of all kinds: the absolute error, that of "as a week ago", whether days and totals were inside."""
    past, actual = [], []
    for kind in KINDS:
        for seed in range(n_seeds):
            values = series(kind, seed=seed)
            for origin in (150, 200, 250, 280):
                past.append(values[origin - n_known : origin])
                actual.append(values[origin : origin + HORIZON])
    known, came = np.array(past), np.array(actual)
    found = series_forecasts(known, horizon_days=HORIZON, seed=1)
    mean, lower, upper = (np.array([getattr(one, name) for one in found]) for name in ("mean", "lower", "upper"))
    totals = np.array([one.paths.sum(axis=1) for one in found])
    least, most = np.quantile(totals, [0.025, 0.975], axis=1)
    scale = came.mean(axis=1, keepdims=True) + 1
    return {
        "error": np.abs(mean - came) / scale,
        "naive": np.abs(np.tile(known[:, -7:], 2) - came) / scale,
        "inside": (came >= lower) & (came <= upper),
        "total_inside": (came.sum(axis=1) >= least) & (came.sum(axis=1) <= most),
        "narrower": (upper - lower).sum(axis=1) / (most - least),
    }


@pytest.mark.parametrize("n_known", [10, 28, 120])
def test_bounds_hold_what_they_promise_and_errors_are_less_than_of_last_week(n_known: int) -> None:
    found = held_against(n_known, n_seeds=4)
    assert 0.92 <= found["inside"].mean() <= 0.98
    assert 0.9 <= found["total_inside"].mean() <= 1.0
    assert found["error"].mean() < 0.95 * found["naive"].mean()


def test_daily_bounds_added_up_are_too_wide_for_a_total() -> None:
    assert np.median(held_against(120, n_seeds=1)["narrower"]) > 1.3


def test_the_mean_is_that_of_three_models_on_square_roots() -> None:
    # Far from 0, where squares are nearly straight.
    values = 1e6 + series("rhythm", seed=3, n_days=100)[None, :]
    roots = np.sqrt(values)
    models = [fit_of(roots, horizon_days=5) for fit_of in (weekday_fit, smoothing_fit, local_level_fit)]
    expected = np.mean([model.ahead[0] for model in models], axis=0) ** 2
    found = series_forecast(values[0], horizon_days=5)
    assert found.method == "blend"
    assert found.mean == pytest.approx(expected, abs=3 * (found.upper - found.lower).max() / 4 / np.sqrt(N_PATHS))


def test_of_under_21_days_the_weekday_index_is_taken_and_of_under_4_nothing_is_told() -> None:
    methods = [series_forecast(np.full(n, 9.0), horizon_days=2).method for n in (3, 4, 20, 21)]
    assert methods == ["none", "weekday index", "weekday index", "blend"]
    untold = series_forecast(np.array([1.0, 2.0, 3.0, np.nan]), horizon_days=2)
    assert untold.n_known == 3
    for numbers in (untold.mean, untold.lower, untold.upper, untold.paths):
        assert np.isnan(numbers).all()


def test_a_history_of_zeros_goes_on_and_no_number_is_below_zero() -> None:
    zeros = series_forecast(np.zeros(60), horizon_days=3)
    assert zeros.mean.tolist() == zeros.upper.tolist() == [0.0] * 3
    rare = series_forecast(series("rare", seed=2), horizon_days=HORIZON)
    assert (rare.paths >= 0).all()
    assert (rare.lower == 0).all()
    assert rare.mean.min() > 0


def test_unknown_days_are_not_zeros() -> None:
    values = series("rhythm", seed=5, n_days=120)
    gappy = values.copy()
    gappy[np.random.default_rng(0).choice(120, 40, replace=False)] = np.nan
    full, part, zeros = (
        series_forecast(seen, horizon_days=7).mean.sum() for seen in (values, gappy, np.nan_to_num(gappy))
    )
    assert part == pytest.approx(full, rel=0.1)
    assert zeros < 0.8 * full


def test_one_wrong_day_changes_little_and_is_told() -> None:
    values = series("rhythm", seed=5, n_days=120)
    wrong = values.copy()
    wrong[-3] *= 10
    right, found = series_forecast(values, horizon_days=7), series_forecast(wrong, horizon_days=7)
    assert found.outlying == (3,)
    assert found.mean == pytest.approx(right.mean, rel=0.1)


def test_a_new_level_is_followed() -> None:
    values = series("rhythm", seed=5, n_days=120)
    values[-14:] *= 3
    assert series_forecast(values, horizon_days=7).mean.sum() > 0.85 * values[-7:].sum()


def test_a_forecast_is_the_same_alone_and_among_others_and_for_equal_seeds() -> None:
    several = np.array([series(kind, seed=1, n_days=90) for kind in KINDS])
    for row, found in enumerate(series_forecasts(several, horizon_days=5, seed=3)):
        assert found.mean == pytest.approx(series_forecast(several[row], horizon_days=5, seed=3).mean)
    first, second = (series_forecast(several[0], horizon_days=5, seed=seed).paths for seed in (3, 4))
    assert not np.array_equal(first, second)


def test_what_rises_and_falls_together_does_so_in_the_paths() -> None:
    values = series("rhythm", seed=1, n_days=120)
    other = series("rhythm", seed=2, n_days=120)
    first, twin, stranger = series_forecasts(np.array([values, 50 * values, other]), horizon_days=7)
    assert np.corrcoef(first.paths.sum(axis=1), twin.paths.sum(axis=1))[0, 1] > 0.99
    assert abs(np.corrcoef(first.paths.sum(axis=1), stranger.paths.sum(axis=1))[0, 1]) < 0.4


@pytest.mark.parametrize(
    ("values", "horizon_days", "words"),
    [
        (np.array([1.0, -1.0]), 3, "values: must be 0 or more and finite; leave unknown days NaN"),
        (np.array([1.0, np.inf]), 3, "values: must be 0 or more and finite; leave unknown days NaN"),
        (np.array([1.0]), 0, "horizon_days: must be 1 to 400, not 0"),
        (np.array([1.0]), 401, "horizon_days: must be 1 to 400, not 401"),
    ],
)
def test_what_cannot_be_foretold_is_refused(values: Numbers, horizon_days: int, words: str) -> None:
    with pytest.raises(InvalidData, match=words):
        series_forecast(values, horizon_days=horizon_days)

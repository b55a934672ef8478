"""Exponential smoothing of many series, against statsmodels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from statsmodels.tsa.exponential_smoothing.ets import ETSModel

from adplanning.forecasts import exponential_smoothing
from adplanning.forecasts.exponential_smoothing import CANDIDATES, smoothing_fit
from adplanning.forecasts.model_fit import Numbers

N_DAYS = 84


def invented() -> Numbers:
    random = np.random.default_rng(3)
    day = np.arange(N_DAYS)
    level = 20 + np.cumsum(random.normal(0, 0.4, (3, N_DAYS)), axis=1)
    return level + 3 * np.sin(2 * np.pi * day / 7) + random.normal(0, 1, (3, N_DAYS))


def of_statsmodels(values: Numbers, place: int) -> tuple[float, Numbers]:
    """AICc and forecast of one candidate that begins as ours does."""
    alpha, beta, phi, gamma, is_weekly, n_params = (
        float(getattr(CANDIDATES, name)[place]) for name in ("alpha", "beta", "phi", "gamma", "is_weekly", "n_params")
    )
    level = values[:28].mean()
    season = np.array([values[:28][place::7].mean() - level for place in range(7)])
    start = {"initial_level": level}
    given = {"smoothing_level": alpha}
    options = {}
    if beta:
        options |= {"trend": "add", "damped_trend": True}
        start |= {"initial_trend": 0.0}
        given |= {"smoothing_trend": beta, "damping_trend": phi}
    if is_weekly:
        options |= {"seasonal": "add", "seasonal_periods": 7}
        start |= {"initial_seasonal": season}
        given |= {"smoothing_seasonal": gamma}
    model = ETSModel(values, error="add", initialization_method="known", **options, **start)
    result = model.smooth(np.array([given[name] for name in model.param_names if name in given]))
    n = len(values)
    score = n * np.log(result.sse / n) + 2 * n_params * n / (n - n_params - 1)
    return score, np.asarray(result.forecast(10))


def test_the_likeliest_candidate_and_its_forecast_are_those_of_statsmodels(monkeypatch: pytest.MonkeyPatch) -> None:
    values = invented()[:2]
    # All would take long.
    few = {name: getattr(CANDIDATES, name)[::7] for name in CANDIDATES.__dataclass_fields__}
    monkeypatch.setattr(exponential_smoothing, "CANDIDATES", replace(CANDIDATES, **few))
    fit = smoothing_fit(values, horizon_days=10)
    for row in range(len(values)):
        found = {place: of_statsmodels(values[row], place) for place in range(0, len(CANDIDATES.alpha), 7)}
        best = min(found, key=lambda place: found[place][0])
        assert fit.ahead[row] == pytest.approx(found[best][1], rel=1e-9)


def test_a_surprise_fades_as_the_weights_of_the_chosen_model_say() -> None:
    values = invented()
    fit = smoothing_fit(values, horizon_days=10)
    # A surprise on the last day moves what is expected by its persistence.
    moved = values.copy()
    moved[:, -1] += 1e-6
    change = (smoothing_fit(moved, horizon_days=9).ahead - smoothing_fit(values, horizon_days=9).ahead) / 1e-6
    assert change == pytest.approx(fit.persistence[:, 1:], abs=1e-4)


def test_unknown_days_and_days_before_the_first_change_nothing() -> None:
    values = invented()
    later = np.concatenate([np.full((3, 20), np.nan), values], axis=1)
    plain, padded = (smoothing_fit(seen, horizon_days=5) for seen in (values, later))
    assert padded.ahead == pytest.approx(plain.ahead)
    gappy = values.copy()
    gappy[:, [30, 31, 60]] = np.nan
    assert np.isfinite(smoothing_fit(gappy, horizon_days=5).ahead).all()


def test_a_series_is_expected_alike_alone_and_among_others() -> None:
    values = np.concatenate([invented()] * 15)
    together = smoothing_fit(values, horizon_days=3).ahead
    assert together[40] == pytest.approx(smoothing_fit(values[40:41], horizon_days=3).ahead[0])


def test_a_series_that_stands_still_goes_on_so() -> None:
    assert smoothing_fit(np.full((1, 30), 2.0), horizon_days=2).ahead[0] == pytest.approx([2.0, 2.0])
    assert smoothing_fit(np.zeros((1, 30)), horizon_days=2).ahead.tolist() == [[0.0, 0.0]]

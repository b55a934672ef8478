"""The local level with weekly terms, against statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from statsmodels.tsa.statespace.structural import UnobservedComponents

from adplanning.forecasts.local_level import RATIOS, local_level_fit, log_likelihoods
from adplanning.forecasts.model_fit import Numbers


def invented(n_days: int = 80) -> Numbers:
    """A level that wanders, a rhythm, and three unknown days."""
    random = np.random.default_rng(0)
    values = 20 + np.cumsum(random.normal(0, 0.3, n_days)) + random.normal(0, 1, n_days)
    values += 3 * np.sin(2 * np.pi * np.arange(n_days) / 7)
    values[[10, 11, 40]] = np.nan
    return np.asarray(values)


def test_likelihood_and_forecast_are_those_of_the_diffuse_filter_of_statsmodels() -> None:
    values = invented()
    rhythm = [{"period": 7, "harmonics": 3}]
    model = UnobservedComponents(
        values, "local level", freq_seasonal=rhythm, stochastic_freq_seasonal=[False], use_exact_diffuse=True
    )

    def highest(ratio: float) -> tuple[float, float]:
        found = minimize_scalar(
            lambda log: -model.loglike(np.exp(log) * np.array([1.0, ratio])),
            bounds=(-5, 5),
            method="bounded",
            options={"xatol": 1e-9},
        )
        return -found.fun, np.exp(found.x)

    ours = log_likelihoods(values[None, :])[0]
    theirs = np.array([highest(ratio)[0] for ratio in RATIOS])
    assert ours - ours[0] == pytest.approx(theirs - theirs[0], abs=1e-4)
    best = int(theirs.argmax())
    noise = highest(RATIOS[best])[1]
    expected = model.smooth(noise * np.array([1.0, RATIOS[best]])).forecast(9)
    assert local_level_fit(values[None, :], horizon_days=9).ahead[0] == pytest.approx(expected, rel=1e-6)


def test_a_surprise_stays_with_the_gain_of_the_filter() -> None:
    values = np.tile(invented(), (1, 1))
    fit = local_level_fit(values, horizon_days=3)
    assert fit.persistence[0, 0] == 1
    assert 0 < fit.persistence[0, 1] < 1
    assert fit.persistence[0, 1] == fit.persistence[0, 2]


def test_days_before_the_first_change_nothing() -> None:
    values = invented()[None, :]
    padded = np.concatenate([np.full((1, 50), np.nan), values], axis=1)
    plain, later = (local_level_fit(seen, horizon_days=5) for seen in (values, padded))
    assert later.ahead == pytest.approx(plain.ahead)
    assert later.persistence == pytest.approx(plain.persistence)
    assert later.one_ahead[:, 50:] == pytest.approx(plain.one_ahead, nan_ok=True)


def test_a_weekday_that_was_never_seen_gets_a_number_like_the_others() -> None:
    values = np.full((1, 42), 5.0)
    values[0, 3::7] = np.nan
    assert local_level_fit(values, horizon_days=7).ahead[0] == pytest.approx([5.0] * 7, abs=0.01)

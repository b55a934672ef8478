"""The likelihood of a response curve, against itself computed otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from adplanning.forecasts import response_likelihood
from adplanning.forecasts.response_likelihood import Days, knot_weights, likeliest, natural

N = 120
Height = Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]]


@pytest.fixture
def days() -> Days:
    random = np.random.default_rng(3)
    spend = random.lognormal(0, 0.4, N)
    spend[10] = 0.0
    known = random.random(N) > 0.1
    result = random.poisson(20 * (0.2 + 1.6 * spend / (1 + spend))) / 20
    return Days(spend, result, known, np.arange(N) % 7, knot_weights(N), 1.0, 0.05)


def test_the_gradient_is_that_of_finite_differences(days: Days, monkeypatch: pytest.MonkeyPatch) -> None:
    heights: list[Height] = []
    search = response_likelihood.minimize

    def watched(height: Height, *args: Any, **options: Any) -> Any:
        heights.append(height)
        return search(height, *args, **options)

    monkeypatch.setattr(response_likelihood, "minimize", watched)
    top = likeliest(days)
    away = top.point + np.random.default_rng(0).normal(0, 0.4, len(top.point))
    steps = 1e-6 * np.eye(len(away))
    slopes = [(heights[0](away + step)[0] - heights[0](away - step)[0]) / 2e-6 for step in steps]
    assert heights[0](away)[1] == pytest.approx(slopes, rel=1e-4, abs=1e-3)
    assert np.abs(heights[0](top.point)[1]).max() < 1e-3


def test_the_covariance_is_one_and_the_expected_results_are_those_of_the_known_days(days: Days) -> None:
    top = likeliest(days)
    assert (np.linalg.eigvalsh(top.covariance) > 0).all()
    assert len(top.expected) == days.is_known.sum()
    assert top.expected.sum() == pytest.approx(days.result[days.is_known].sum(), rel=0.02)


def test_the_curve_brings_the_result_of_the_usual_spend_and_the_paid_part_of_it_is_above_the_baseline() -> None:
    # ln 3, an even chance, half saturation and shape in the middle.
    ceiling, half, shape, carry_over, baseline = natural(np.array([np.log(3), 0.0, 0.0, 0.0, 0.0]))
    assert (half, baseline) == (1, pytest.approx(1.5))
    assert (shape, carry_over) == (pytest.approx(0.7), pytest.approx(0.45))
    assert baseline + ceiling / 2 == pytest.approx(3)


@pytest.mark.parametrize("n_days", [1, 28, 29, 100, 400])
def test_the_weights_of_the_knots_add_up_to_one_on_every_day(n_days: int) -> None:
    assert knot_weights(n_days).sum(axis=1) == pytest.approx(np.ones(n_days))

"""The curve along which spend loses its effect."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.forecasts.saturation import VERTICAL_BELOW, saturated, saturation_slope

HALVES, SHAPES = st.floats(1, 1e6), st.floats(0.4, 1)


def test_half_of_the_effect_is_reached_at_the_half_saturation_whatever_the_shape() -> None:
    assert saturated(50, [50, 50], [0.4, 1]).tolist() == [0.5, 0.5]
    # At four times it, of shape ½: 2 / (1 + 2).
    assert saturated(200, 50, 0.5) == pytest.approx(2 / 3)


def test_without_spend_there_is_no_effect() -> None:
    assert saturated(0, 50, 0.5) == 0


@given(half=HALVES, shape=SHAPES)
def test_each_further_unit_brings_less_and_no_unit_takes_away(half: float, shape: float) -> None:
    steps = np.diff(saturated(np.linspace(0, 5 * half, 50), half, shape))
    assert (steps > 0).all()
    assert (np.diff(steps) < 0).all()


@given(half=HALVES, shape=SHAPES, times=st.floats(0.01, 20))
def test_its_slope_is_the_rise_between_two_spends_close_by(half: float, shape: float, times: float) -> None:
    spend, step = times * half, 1e-5 * half
    rise = saturated(spend + step, half, shape) - saturated(spend - step, half, shape)
    assert saturation_slope(spend, half, shape) * half == pytest.approx(rise / (2 * step) * half, rel=1e-3)


def test_the_slope_is_finite_where_a_curve_begins_vertically() -> None:
    assert saturation_slope(0, 100, 0.5) == saturation_slope(100 * VERTICAL_BELOW, 100, 0.5)
    assert np.isfinite(saturation_slope(0, 100, 0.5))

"""What earlier spend carries over."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.errors import InvalidData
from adplanning.forecasts.adstock import adstock_slope, adstocked

SPENDS = st.lists(st.floats(0, 1e6), min_size=1, max_size=40)
CARRY_OVERS = st.floats(0, 0.95)


def test_a_single_day_fades_by_the_carry_over_from_day_to_day() -> None:
    assert adstocked([100, 0, 0, 0], 0.5).tolist() == [50, 25, 12.5, 6.25]


def test_without_carry_over_spend_works_on_its_own_day_alone() -> None:
    assert adstocked([3, 0, 5], 0.0, before=100).tolist() == [3, 0, 5]


@given(amount=st.floats(0, 1e9), carry_over=CARRY_OVERS)
def test_the_same_spend_every_day_works_in_full(amount: float, carry_over: float) -> None:
    assert adstocked([amount] * 30, carry_over, before=amount) == pytest.approx([amount] * 30)


@given(spend=SPENDS, carry_over=CARRY_OVERS)
def test_what_works_is_all_that_was_spent_and_nothing_else(spend: list[float], carry_over: float) -> None:
    worked = adstocked([*spend, *[0.0] * 600], carry_over)
    assert worked.sum() == pytest.approx(sum(spend), rel=1e-9)
    assert (worked >= 0).all()


@given(spend=SPENDS, carry_over=st.floats(0.01, 0.94), before=st.floats(0, 1e6))
def test_its_slope_is_the_difference_of_two_carry_overs_close_by(
    spend: list[float], carry_over: float, before: float
) -> None:
    step = 1e-6
    above, below = (adstocked(spend, carry_over + side, before=before) for side in (step, -step))
    size = max(*spend, before, 1.0)
    assert adstock_slope(spend, carry_over, before=before) / size == pytest.approx(
        (above - below) / (2 * step) / size, abs=1e-4
    )


@pytest.mark.parametrize("carry_over", [-0.1, 1.0, np.nan])
def test_a_carry_over_that_never_ends_is_refused(carry_over: float) -> None:
    with pytest.raises(InvalidData, match="0 to below 1"):
        adstocked([1.0], carry_over)

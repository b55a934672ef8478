from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from adplanning.experiments.effects import Moments
from adplanning.experiments.means import fieller_interval, mean_interval, mean_moments, welch_effect
from adplanning.experiments.statistics import VariantStatistics


def variant(values: list[float]) -> VariantStatistics:
    return VariantStatistics(
        n_subjects=len(values), value_sum=sum(values), value_squares=sum(value * value for value in values)
    )


def moments(values: list[float]) -> Moments:
    found = mean_moments(variant(values))
    assert found is not None
    return found


amounts = st.lists(st.integers(-1000, 100_000).map(float), min_size=2, max_size=30)
estimates = st.builds(
    Moments,
    n=st.integers(2, 10**9),
    estimate=st.floats(-1e6, 1e6).filter(lambda value: value == 0 or abs(value) > 1e-3),
    variance=st.floats(1e-6, 1e6),
)


@given(amounts, amounts)
def test_the_test_is_welchs_of_scipy(control: list[float], treatment: list[float]) -> None:
    assume(np.ptp(control) > 0 < np.ptp(treatment))
    theirs = stats.ttest_ind(treatment, control, equal_var=False)
    effect = welch_effect(moments(control), moments(treatment))
    assert effect.statistic == pytest.approx(theirs.statistic, rel=1e-6, abs=1e-9)
    assert effect.p_value == pytest.approx(theirs.pvalue, rel=1e-6, abs=1e-12)
    interval = theirs.confidence_interval(0.95)
    assert (effect.lower, effect.upper) == pytest.approx((interval.low, interval.high), rel=1e-6, abs=1e-6)


@given(estimates, estimates, st.sampled_from([0.8, 0.95, 0.99]))
def test_the_lift_leaves_zero_out_exactly_where_the_test_is_significant(
    control: Moments, treatment: Moments, confidence_level: float
) -> None:
    effect = welch_effect(control, treatment, confidence_level=confidence_level)
    assert effect.p_value is not None
    assume(abs(effect.p_value / (1 - confidence_level) - 1) > 1e-6)
    if effect.lift_lower is not None and effect.lift_upper is not None:
        assert (effect.lift_lower > 0 or effect.lift_upper < 0) == (effect.p_value < 1 - confidence_level)


@given(estimates, estimates)
def test_swapping_control_and_treatment_mirrors_the_difference(one: Moments, two: Moments) -> None:
    there, back = welch_effect(one, two), welch_effect(two, one)
    assert there.difference == -(back.difference or 0)
    assert there.lower == pytest.approx(-(back.upper or 0))
    assert there.p_value == pytest.approx(back.p_value)


@given(estimates, estimates, st.integers(-3, 3).map(lambda power: 10.0**power))
def test_the_lift_is_the_same_in_any_currency(control: Moments, treatment: Moments, rate: float) -> None:
    there = welch_effect(control, treatment)
    abroad = welch_effect(
        *(Moments(each.n, each.estimate * rate, (each.variance or 0) * rate**2) for each in (control, treatment))
    )
    assume(there.lift is not None and there.lift_lower is not None and abs(there.lift_lower) < 1e6)
    assert abroad.lift_lower == pytest.approx(there.lift_lower or 0, rel=1e-6, abs=1e-9)
    assert abroad.lift == pytest.approx(there.lift or 0)


def test_fiellers_interval_is_as_worked_by_hand() -> None:
    # Control 10 with variance 1, treatment 12 with variance 1, 2 standard errors: g = 0.04, 1.2 / 0.96 less or more
    # sqrt(0.04 * (0.96 + 1.44)) / 0.96.
    reach = math.sqrt(0.04 * (0.96 + 1.44)) / 0.96
    found = fieller_interval(Moments(9, 10.0, 1.0), Moments(9, 12.0, 1.0), 2.0)
    assert found == pytest.approx((1.25 - reach - 1, 1.25 + reach - 1))


def test_a_control_that_may_be_nothing_leaves_the_lift_open_to_both_sides() -> None:
    effect = welch_effect(Moments(100, 1.0, 1.0), Moments(100, 9.0, 1.0))
    assert effect.lift == 8.0
    assert (effect.lift_lower, effect.lift_upper) == (None, None)
    assert effect.lower is not None
    assert effect.lower > 0


def test_with_a_control_of_nothing_there_is_a_difference_and_no_lift() -> None:
    effect = welch_effect(Moments(100, 0.0, 1.0), Moments(100, 5.0, 1.0))
    assert (effect.difference, effect.lift, effect.lift_lower) == (5.0, None, None)
    assert effect.p_value is not None
    assert effect.p_value < 0.001


def test_a_loss_that_shrinks_is_a_positive_lift() -> None:
    effect = welch_effect(Moments(100, -10.0, 0.01), Moments(100, -8.0, 0.01))
    assert (effect.difference, effect.lift) == (2.0, 0.2)
    assert effect.lift_lower is not None
    assert effect.lift_upper is not None
    assert 0 < effect.lift_lower < 0.2 < effect.lift_upper


def test_one_subject_has_a_mean_and_no_spread() -> None:
    effect = welch_effect(moments([5.0]), moments([7.0, 9.0]))
    assert (effect.difference, effect.p_value, effect.lower) == (3.0, None, None)
    assert mean_interval(moments([5.0]), confidence_level=0.95) == (None, None)
    assert mean_moments(VariantStatistics()) is None


def test_subjects_that_are_all_alike_cannot_be_tested() -> None:
    assert moments([0.1] * 7).variance == 0.0
    assert welch_effect(moments([0.1] * 7), moments([0.3] * 9)).p_value is None


def test_sums_of_squares_that_are_missing_leave_the_variance_unknown() -> None:
    found = mean_moments(VariantStatistics(n_subjects=100, value_sum=500.0))
    assert found == Moments(n=100, estimate=5.0, variance=None)


def test_the_interval_of_a_mean_is_students() -> None:
    values = [1.0, 4.0, 4.0, 9.0, 20.0]
    theirs = stats.t.interval(0.9, 4, loc=np.mean(values), scale=stats.sem(values))
    assert mean_interval(moments(values), confidence_level=0.9) == pytest.approx(theirs)

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from statsmodels.stats.power import TTestIndPower

from adplanning.core.errors import InvalidData
from adplanning.experiments.power import (
    achieved_power,
    days_needed,
    detectable_effect,
    power_curve,
    sample_size,
    sample_size_means,
)

shares = st.floats(0.0005, 0.6)
lifts = st.floats(0.02, 0.6)


@pytest.mark.parametrize(
    # R's power.prop.test(p1 =, p2 =, power =, sig.level =), n rounded up; the second is the example of its page (76.7).
    ("control", "treatment", "power", "alpha", "n"),
    [
        (0.05, 0.06, 0.8, 0.05, 8158),
        (0.50, 0.75, 0.9, 0.05, 77),
        (0.15, 0.30, 0.85, 0.05, 138),
        (0.10, 0.12, 0.8, 0.05, 3841),
        (0.10, 0.11, 0.8, 0.05, 14751),
    ],
)
def test_the_subjects_needed_are_those_of_r(
    control: float, treatment: float, power: float, alpha: float, n: int
) -> None:
    assert sample_size(control, treatment / control - 1, power=power, alpha=alpha) == n


def test_the_power_reached_is_that_of_rs_example() -> None:
    assert achieved_power(50, 0.5, 0.5) == pytest.approx(0.740, abs=5e-4)


@given(shares, lifts, st.sampled_from([0.5, 0.8, 0.95]), st.integers(2, 5))
def test_with_the_subjects_needed_the_power_is_reached_and_with_one_less_it_is_not(
    baseline: float, mde: float, power: float, variants: int
) -> None:
    n = sample_size(baseline, mde, power=power, variants=variants)
    assert achieved_power(n, baseline, mde, variants=variants) >= power - 1e-9
    assume(n > 1)
    assert achieved_power(n - 1, baseline, mde, variants=variants) < power + 1e-9


@given(st.integers(20, 10**9), shares, st.integers(2, 4))
def test_the_effect_that_is_found_needs_the_subjects_that_there_are(n: int, baseline: float, variants: int) -> None:
    effect = detectable_effect(n, baseline, variants=variants)
    assume(effect is not None)
    assert effect is not None
    assert effect > 0
    assert achieved_power(n, baseline, effect, variants=variants) == pytest.approx(0.8, abs=1e-6)


def test_more_variants_need_more_subjects_each() -> None:
    sizes = [sample_size(0.05, 0.2, variants=variants) for variants in (2, 3, 4)]
    assert sizes == sorted(set(sizes))
    assert sizes[1] == sample_size(0.05, 0.2, alpha=0.025)


def test_a_fall_is_found_with_fewer_subjects_than_a_rise() -> None:
    assert sample_size(0.05, -0.2) < sample_size(0.05, 0.2)
    assert sample_size(0.05, -1.0) == 152


@given(st.floats(0.1, 100), st.floats(0.05, 2), st.sampled_from([0.8, 0.9]))
def test_means_need_as_many_as_by_the_noncentral_t(sd: float, size: float, power: float) -> None:
    theirs = TTestIndPower().solve_power(effect_size=size, alpha=0.05, power=power)
    assert abs(sample_size_means(sd, size * sd, power=power) - math.ceil(theirs)) <= 1


def test_too_few_to_find_even_all_of_them_is_no_effect() -> None:
    assert detectable_effect(2, 0.5) is None


def test_the_curve_rises_to_where_a_lift_is_nearly_always_found() -> None:
    curve = power_curve(0.1, 0.1)
    assert curve["n_subjects"].is_sorted()
    assert curve["power"].is_sorted()
    assert curve["power"][-1] == pytest.approx(0.98, abs=1e-3)


def test_a_day_that_is_begun_is_needed() -> None:
    assert days_needed(1001, 500) == 3


@pytest.mark.parametrize(
    ("given_", "field"),
    [
        ({"baseline": 0.0, "mde": 0.2}, "baseline"),
        ({"baseline": 1.0, "mde": -0.2}, "baseline"),
        ({"baseline": float("nan"), "mde": 0.2}, "baseline"),
        ({"baseline": 0.05, "mde": 0.0}, "mde"),
        ({"baseline": 0.05, "mde": float("inf")}, "mde"),
        ({"baseline": 0.6, "mde": 1.0}, "mde"),
        ({"baseline": 0.05, "mde": 1e-9}, "mde"),
        ({"baseline": 0.05, "mde": 1e-300}, "mde"),
        ({"baseline": 0.05, "mde": 0.2, "power": 1.0}, "power"),
        ({"baseline": 0.05, "mde": 0.2, "alpha": 0.0}, "alpha"),
        ({"baseline": 0.05, "mde": 0.2, "alpha": 1.0}, "alpha"),
        ({"baseline": 0.05, "mde": 0.2, "variants": 1}, "variants"),
    ],
)
def test_what_is_out_of_range_is_refused_by_its_name(given_: dict[str, float], field: str) -> None:
    with pytest.raises(InvalidData, match=f"^{field}: "):
        sample_size(**given_)


def test_a_lift_beyond_all_says_up_to_where_it_may_go() -> None:
    with pytest.raises(InvalidData, match=r"choose a lift from −1 to 0.666667"):
        sample_size(0.6, 1.0)


@pytest.mark.parametrize(("sd", "difference", "field"), [(0.0, 1.0, "sd"), (1.0, 0.0, "difference")])
def test_means_without_a_spread_or_a_difference_are_refused(sd: float, difference: float, field: str) -> None:
    with pytest.raises(InvalidData, match=f"^{field}: "):
        sample_size_means(sd, difference)


def test_without_subjects_a_day_there_is_no_number_of_days() -> None:
    with pytest.raises(InvalidData, match="daily_subjects"):
        days_needed(100, 0)

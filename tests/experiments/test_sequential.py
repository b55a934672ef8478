from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from adplanning.experiments.effects import Moments, two_sided
from adplanning.experiments.means import mean_moments, welch_effect
from adplanning.experiments.proportions import rate_moments
from adplanning.experiments.sequential import always_valid, cautious
from adplanning.experiments.statistics import VariantStatistics

LOOKS, A_LOOK, EXPERIMENTS = 20, 250, 600

estimates = st.builds(
    Moments, n=st.integers(1, 10**9), estimate=st.floats(-1e3, 1e3), variance=st.floats(1e-9, 1e3)
)  # fmt: skip


@pytest.mark.parametrize("fewer", [1, 9], ids=["even split", "split 90/10"])
@pytest.mark.parametrize("share", [0.3, 0.02])
def test_twenty_looks_find_no_more_than_one_in_twenty(
    share: float, fewer: int, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = np.random.default_rng(7)
    sizes = A_LOOK, A_LOOK // fewer
    counts = [rng.binomial(size, share, (EXPERIMENTS, LOOKS)).cumsum(axis=1) for size in sizes]
    naive = valid = 0
    for control, treatment in zip(*counts, strict=True):
        looks = [
            [
                rate_moments(VariantStatistics(n_subjects=size * (look + 1), n_converted=int(converted[look])))
                for size, converted in zip(sizes, (control, treatment), strict=True)
            ]
            for look in range(LOOKS)
        ]
        known = [(before, after) for before, after in looks if before and after]
        naive += any(abs(_z(*both)) > 1.96 for both in known)
        valid += any((always_valid(*both).p_value or 1) < 0.05 for both in known)
    with capsys.disabled():
        print(  # noqa: T201 (what was found is to be seen)
            f"\n{LOOKS} looks, {share:.0%} convert, 1 in {fewer}: naive {naive / EXPERIMENTS:.1%}, "
            f"always valid {valid / EXPERIMENTS:.1%}"
        )
    assert valid / EXPERIMENTS <= 0.05
    assert naive / EXPERIMENTS > 0.12


def test_twenty_looks_at_revenue_of_few_large_orders_find_no_more_either() -> None:
    rng = np.random.default_rng(8)
    found = 0
    for _ in range(400):
        seen = []
        for size in (A_LOOK, A_LOOK // 9):
            values = (rng.random(size * LOOKS) < 0.03) * rng.lognormal(7, 1, size * LOOKS)
            sums, squares = values.cumsum(), (values**2).cumsum()
            seen.append([
                mean_moments(VariantStatistics(n_subjects=n, value_sum=sums[n - 1], value_squares=squares[n - 1]))
                for n in range(size, size * LOOKS + 1, size)
            ])  # fmt: skip
        looks = [(before, after) for before, after in zip(*seen, strict=True) if before and after and after.n >= 100]
        found += any((always_valid(*both).p_value or 1) < 0.05 for both in looks)
    assert found / 400 <= 0.05


def test_it_finds_a_difference_that_is_there() -> None:
    seen = always_valid(Moments(20_000, 0.10, 0.09 / 20_000), Moments(20_000, 0.12, 0.1056 / 20_000))
    assert seen.p_value is not None
    assert seen.p_value < 1e-6
    assert seen.lower is not None
    assert seen.lower > 0


@given(estimates, estimates, st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_the_p_value_is_below_the_level_exactly_where_the_intervals_leave_zero_out(
    control: Moments, treatment: Moments, confidence_level: float
) -> None:
    seen = always_valid(control, treatment, confidence_level=confidence_level)
    assert seen.p_value is not None
    assert seen.lower is not None
    assert seen.upper is not None
    assume(abs(seen.p_value / (1 - confidence_level) - 1) > 1e-6)
    is_sure = seen.p_value < 1 - confidence_level
    assert (seen.lower > 0 or seen.upper < 0) == is_sure
    if seen.lift_lower is not None and seen.lift_upper is not None:
        assert (seen.lift_lower > 0 or seen.lift_upper < 0) == is_sure


@given(estimates, estimates)
def test_it_is_never_surer_than_a_single_look(control: Moments, treatment: Moments) -> None:
    seen = always_valid(control, treatment)
    assert seen.p_value is not None
    assert seen.p_value >= two_sided(_z(*cautious(control, treatment))) * (1 - 1e-9)


@given(estimates, estimates)
def test_swapping_control_and_treatment_mirrors_the_interval(one: Moments, two: Moments) -> None:
    there, back = always_valid(one, two), always_valid(two, one)
    assert there.lower == pytest.approx(-(back.upper or 0))
    assert there.p_value == pytest.approx(back.p_value or 0)


@pytest.mark.parametrize("n", [500, 5_000, 50_000, 10_000_000])
def test_it_is_wider_than_a_single_look_by_a_factor_that_stays_small(n: int) -> None:
    both = Moments(n // 2, 1.0, 1.0 / n), Moments(n // 2, 1.0, 1.0 / n)
    seen, once = always_valid(*both), welch_effect(*both)
    assert seen.upper is not None
    assert once.upper is not None
    assert 1.3 < seen.upper / once.upper < 2.3


def test_an_unknown_or_missing_variance_leaves_it_unknown() -> None:
    assert always_valid(Moments(1, 2.0, None), Moments(9, 2.0, 1.0)).p_value is None
    assert always_valid(Moments(9, 2.0, 0.0), Moments(9, 3.0, 0.0)).p_value is None


def _z(control: Moments, treatment: Moments) -> float:
    assert control.variance is not None
    assert treatment.variance is not None
    return float((treatment.estimate - control.estimate) / np.sqrt(control.variance + treatment.variance))

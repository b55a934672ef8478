from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from adplanning.experiments.cuped import cuped_moments
from adplanning.experiments.means import welch_effect
from adplanning.experiments.metrics import MetricKind
from adplanning.experiments.statistics import VariantStatistics

Numbers = npt.NDArray[np.float64]


def variant(y: Numbers, x: Numbers) -> VariantStatistics:
    return VariantStatistics(
        n_subjects=len(y),
        n_converted=int((y > 0).sum()),
        value_sum=y.sum(),
        value_squares=(y * y).sum(),
        n_with_pre=len(x),
        pre_sum=x.sum(),
        pre_squares=(x * x).sum(),
        value_pre=(y * x).sum(),
        converted_pre=x[y > 0].sum(),
    )


def drawn(seed: int, *, gain: float) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Control and treatment, each with what they did now and before, with a correlation of 0.8."""
    rng = np.random.default_rng(seed)
    before, after = rng.normal(50, 10, (2, 4000))
    noise = rng.normal(0, 7.5, (2, 4000))
    return before + noise[0], before, after + noise[1] + gain, after


def test_what_is_left_is_what_each_subject_is_left_with() -> None:
    y0, x0, y1, x1 = drawn(1, gain=1.0)
    found = cuped_moments(variant(y0, x0), variant(y1, x1), MetricKind.mean)
    assert found is not None
    deviations = np.concatenate([x0 - x0.mean(), x1 - x1.mean()])
    theta = (deviations @ np.concatenate([y0, y1])) / (deviations @ deviations)
    middle = np.concatenate([x0, x1]).mean()
    for moments, y, x in zip(found, (y0, y1), (x0, x1), strict=True):
        left = y - theta * (x - middle)
        assert moments.estimate == pytest.approx(left.mean())
        assert moments.variance == pytest.approx(left.var(ddof=1) / len(left))


def test_a_past_that_explains_much_takes_its_share_of_the_variance_away() -> None:
    y0, x0, y1, x1 = drawn(2, gain=1.0)
    found = cuped_moments(variant(y0, x0), variant(y1, x1), MetricKind.mean)
    assert found is not None
    left = sum(moments.variance or 0 for moments in found)
    before = y0.var(ddof=1) / len(y0) + y1.var(ddof=1) / len(y1)
    assert left / before == pytest.approx(1 - 0.8**2, abs=0.02)
    effect = welch_effect(*found)
    assert effect.lower is not None
    assert effect.upper is not None
    assert effect.lower < 1.0 < effect.upper


def test_it_finds_no_more_where_nothing_is() -> None:
    found = [cuped_moments(variant(y0, x0), variant(y1, x1), MetricKind.mean)
             for y0, x0, y1, x1 in (drawn(seed, gain=0.0) for seed in range(400))]  # fmt: skip
    p_values = np.array([welch_effect(*both).p_value for both in found if both])
    assert np.mean(p_values < 0.05) == pytest.approx(0.05, abs=0.025)


def test_a_conversion_counts_as_one_whatever_its_value() -> None:
    y, x = np.array([30.0, 0.0, 20.0, 0.0]), np.array([1.0, 0.0, 1.0, 1.0])
    there = cuped_moments(variant(y, x), variant(y[::-1], x), MetricKind.proportion)
    again = cuped_moments(variant(np.sign(y), x), variant(np.sign(y[::-1]), x), MetricKind.mean)
    assert there == again


@pytest.mark.parametrize(
    ("v", "kind"),
    [
        (VariantStatistics(n_subjects=3, n_with_pre=2, pre_sum=3, pre_squares=5), MetricKind.mean),
        (VariantStatistics(n_subjects=2, n_with_pre=2, pre_sum=2, pre_squares=2), MetricKind.mean),
        (VariantStatistics(n_subjects=2, n_with_pre=2, pre_sum=3, pre_squares=5), MetricKind.ratio),
        (VariantStatistics(n_subjects=1, n_with_pre=1, pre_sum=3, pre_squares=9), MetricKind.mean),
        (VariantStatistics(), MetricKind.mean),
    ],
    ids=["somebody without a past", "the same past for all", "a ratio", "one subject", "nobody"],
)
def test_where_the_past_says_nothing_there_is_nothing_to_adjust(v: VariantStatistics, kind: MetricKind) -> None:
    assert cuped_moments(v, v, kind) is None

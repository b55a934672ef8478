from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.experiments.ratios import ratio_moments
from adplanning.experiments.statistics import VariantStatistics


def variant(rows: list[tuple[float, float]]) -> VariantStatistics:
    """Of subjects with a value and a denominator each."""
    return VariantStatistics(
        n_subjects=len(rows),
        value_sum=sum(y for y, _ in rows),
        value_squares=sum(y * y for y, _ in rows),
        n_with_denominator=len(rows),
        denominator_sum=sum(d for _, d in rows),
        denominator_squares=sum(d * d for _, d in rows),
        value_denominator=sum(y * d for y, d in rows),
    )


whole = st.integers(0, 50).map(float)


@given(st.lists(st.tuples(whole, whole.filter(bool)), min_size=2, max_size=20))
def test_the_variance_is_that_of_what_is_left_of_each_subject(rows: list[tuple[float, float]]) -> None:
    y, d = np.array(rows).T
    left = y - y.sum() / d.sum() * d
    found = ratio_moments(variant(rows))
    assert found is not None
    assert found.estimate == pytest.approx(y.sum() / d.sum())
    assert found.variance == pytest.approx(left.var(ddof=1) / len(rows) / d.mean() ** 2, abs=1e-12)


def test_clicks_that_come_in_heaps_are_less_sure_than_as_many_single_ones() -> None:
    together = ratio_moments(variant([(10.0, 10.0)] * 5 + [(0.0, 10.0)] * 45))
    alone = ratio_moments(variant([(1.0, 1.0)] * 50 + [(0.0, 1.0)] * 450))
    assert together is not None
    assert alone is not None
    assert together.estimate == alone.estimate == 0.1
    assert (together.variance or 0) / (alone.variance or 1) == pytest.approx(10, rel=0.02)


def test_clicks_that_all_cost_the_same_have_no_variance() -> None:
    found = ratio_moments(variant([(0.1 * clicks, float(clicks)) for clicks in range(1, 40)]))
    assert found is not None
    assert found.variance == 0.0


def test_without_any_denominator_there_is_no_ratio() -> None:
    assert ratio_moments(VariantStatistics(n_subjects=9, value_sum=3.0, value_squares=3.0)) is None
    assert ratio_moments(VariantStatistics()) is None


def test_one_subject_has_a_ratio_and_no_variance() -> None:
    found = ratio_moments(variant([(3.0, 4.0)]))
    assert found is not None
    assert (found.estimate, found.variance) == (0.75, None)

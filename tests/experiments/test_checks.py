from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from adplanning.experiments.checks import equal_values, life_warnings, sample_ratio, split_words
from adplanning.experiments.statistics import VariantStatistics


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 100)), min_size=2, max_size=5))
def test_the_split_is_tested_by_the_chi_square_of_scipy(arms: list[tuple[int, int]]) -> None:
    n, total = sum(count for count, _ in arms), sum(weight for _, weight in arms)
    found = sample_ratio({str(i): c for i, (c, _) in enumerate(arms)}, {str(i): w for i, (_, w) in enumerate(arms)})
    if n == 0:
        assert (found.p_value, found.ok) == (None, True)
        return
    theirs = stats.chisquare([c for c, _ in arms], [n * w / total for _, w in arms], sum_check=False).pvalue
    assert found.p_value == pytest.approx(theirs, rel=1e-6, abs=1e-300)


def test_an_arm_that_is_to_get_nobody_is_left_out() -> None:
    found = sample_ratio({"a": 500, "b": 510, "c": 7}, {"a": 50, "b": 50, "c": 0})
    assert found.ok
    assert set(found.seen) == {"a", "b"}


def test_a_small_deviation_is_chance_in_a_thousand_and_none_in_a_million() -> None:
    assert sample_ratio({"a": 510, "b": 490}, {"a": 1, "b": 1}).ok
    assert not sample_ratio({"a": 510_000, "b": 490_000}, {"a": 1, "b": 1}).ok


@pytest.mark.parametrize("weights", [{}, {"a": 100}, {"a": 100, "b": 0}])
def test_one_arm_has_no_split(weights: dict[str, float]) -> None:
    found = sample_ratio({"a": 10}, weights)
    assert (found.p_value, found.ok) == (None, True)


COURSE: dict[str, Any] = {
    "is_running": True,
    "is_reached": False,
    "is_significant": False,
    "is_safe": False,
    "n_subjects": 1000,
    "n_contaminated": 0,
}


@pytest.mark.parametrize(
    ("course", "codes"),
    [
        ({}, []),
        ({"is_significant": True}, ["peeking"]),
        ({"is_significant": True, "is_safe": True}, []),
        ({"is_significant": True, "is_reached": True}, []),
        ({"is_running": False, "is_significant": True}, ["ended_early"]),
        ({"is_running": False, "is_safe": True}, []),
        ({"is_running": False, "is_reached": True}, []),
        ({"is_running": False, "n_subjects": 0}, []),
        ({"n_contaminated": 10}, []),
        ({"n_contaminated": 11}, ["contaminated"]),
        ({"n_subjects": 0, "n_contaminated": 1}, ["contaminated"]),
    ],
)
def test_the_course_of_an_experiment_is_warned_of(course: dict[str, Any], codes: list[str]) -> None:
    assert [warning.code for warning in life_warnings(**COURSE | course)] == codes


def test_one_large_order_among_small_ones_weighs_as_little_more_than_one() -> None:
    orders = [1000.0, *[1.0] * 100]
    sums = VariantStatistics(n_subjects=500, value_sum=sum(orders), value_squares=sum(x * x for x in orders))
    assert equal_values(sums) == pytest.approx(1.21, abs=0.01)


def test_a_split_is_written_without_needless_digits() -> None:
    assert split_words({"a": 0.9, "b": 0.05, "c": 0.05}) == "90/5/5"

"""How the scores of one type lie."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.vocabulary import ScoreType
from adplanning.scores.distribution import DECADES, value_distribution
from adplanning.scores.tiers import CLV_TIERS

PERCENTS = st.lists(st.floats(0, 100), min_size=1, max_size=40)
AMOUNTS = st.lists(st.floats(0, 1e12), min_size=1, max_size=40)


def counted(values: list[float], score_type: ScoreType) -> dict[tuple[float, float], int]:
    """The classes in which there is somebody."""
    found = value_distribution(pl.Series(values, dtype=pl.Float64), score_type).filter(pl.col("n") > 0)
    return {(low, high): n for low, high, n, _ in found.iter_rows()}


def test_a_bound_belongs_to_the_class_that_it_begins_and_the_highest_to_the_last() -> None:
    assert counted([9.99, 10, 19.99, 90, 100], ScoreType.churn_risk) == {(0, 10): 1, (10, 20): 2, (90, 100): 2}


def test_who_has_nothing_at_all_stands_apart() -> None:
    assert counted([0, 0, 0.01, 5], ScoreType.engagement) == {(0, 0): 2, (0, 10): 2}
    assert counted([0, 0], ScoreType.clv) == {(0, 0): 2}


def test_a_clv_is_told_ever_more_coarsely_up_to_the_highest_one() -> None:
    bounds = value_distribution(pl.Series([1.0, 61_200.0]), ScoreType.clv).select("from_value", "to_value").rows()
    assert bounds[:4] == [(0, 0), (0, 10), (10, 20), (20, 50)]
    assert bounds[-2:] == [(20_000, 50_000), (50_000, 100_000)]
    assert {bound for bound, _ in bounds} >= set(CLV_TIERS.values())


def test_what_lies_far_below_the_highest_clv_is_one_class() -> None:
    assert counted([3.0, 900.0, 5e7], ScoreType.clv) == {(0, 1e4): 2, (5e7, 1e8): 1}
    rows = value_distribution(pl.Series([5e7]), ScoreType.clv)
    assert rows.height == 2 + 3 * (DECADES - 1) + 3


def test_answers_stand_by_themselves_and_those_on_the_scale_of_5_at_the_one_below() -> None:
    assert counted([0, 7, 7.5, 10, 10], ScoreType.nps) == {(0, 1): 1, (7, 8): 2, (10, 11): 2}


@pytest.mark.parametrize("score_type", list(ScoreType))
def test_where_nobody_has_the_score_there_is_no_class(score_type: ScoreType) -> None:
    found = value_distribution(pl.Series([], dtype=pl.Float64), score_type)
    assert (found.columns, found.height) == (["from_value", "to_value", "n", "share"], 0)


@given(PERCENTS | AMOUNTS, st.sampled_from(list(ScoreType)))
def test_everybody_is_in_one_class_whatever_the_order(values: list[float], score_type: ScoreType) -> None:
    found = value_distribution(pl.Series(values), score_type)
    assert found["n"].sum() == len(values)
    assert found["share"].sum() == pytest.approx(1)
    assert found["from_value"].is_sorted()
    assert found["to_value"].to_list()[:-1] == found["from_value"].to_list()[1:]
    assert value_distribution(pl.Series(values[::-1]), score_type).equals(found)

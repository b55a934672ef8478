from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.ratios import ratio

numbers = st.none() | st.integers(-1000, 1000) | st.floats(-1e6, 1e6)


def test_a_quarter_is_a_quarter() -> None:
    assert ratio(1, 4) == 0.25


@pytest.mark.parametrize(
    ("numerator", "denominator"), [(0, 0), (3, 0), (3, 0.0), (3, -0.0), (None, 2), (3, None), (None, None)]
)
def test_what_cannot_be_divided_is_unknown_and_not_zero(numerator: float | None, denominator: float | None) -> None:
    assert ratio(numerator, denominator) is None


def test_nothing_of_something_is_zero_and_known() -> None:
    assert ratio(0, 4) == 0.0


@given(pairs=st.lists(st.tuples(numbers, numbers), min_size=1, max_size=20))
def test_a_column_is_divided_as_its_values_are(pairs: list[tuple[float | None, float | None]]) -> None:
    frame = pl.DataFrame(
        {"above": [a for a, _ in pairs], "below": [b for _, b in pairs]},
        schema={"above": pl.Float64, "below": pl.Float64},
        strict=False,
    )
    divided = frame.select(ratio(pl.col("above"), pl.col("below")).alias("ratio"))["ratio"].to_list()
    assert divided == [ratio(a, b) for a, b in frame.rows()]


def test_whole_numbers_of_any_kind_are_divided_as_numbers() -> None:
    frame = pl.DataFrame({"n": [1, 3], "of": [4, 0]}, schema={"n": pl.UInt32, "of": pl.Int64})
    assert frame.select(ratio(pl.col("n"), pl.col("of")).alias("r"))["r"].to_list() == [0.25, None]
    assert frame.select(ratio(pl.col("n"), pl.col("n").sum()).alias("r"))["r"].to_list() == [0.25, 0.75]
    assert frame.select(ratio(1.0, pl.col("of")).alias("r"))["r"].to_list() == [0.25, None]

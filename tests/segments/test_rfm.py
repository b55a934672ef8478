"""Recency, frequency and monetary value."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.errors import InvalidData
from adplanning.segments.rfm import quintile, rfm


def quintiles(values: list[int | None]) -> list[int | None]:
    return pl.DataFrame({"v": values}, schema={"v": pl.Int64}).select(quintile(pl.col("v")))["v"].to_list()


def test_ten_buyers_are_two_in_each_fifth() -> None:
    assert quintiles(list(range(10))) == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_equal_values_share_the_fifth_of_their_mean_place() -> None:
    # Six of ten ordered once: their mean place is 3.5 of 10, in the second fifth.
    assert quintiles([1] * 6 + [2, 3, 4, 5]) == [2] * 6 + [4, 4, 5, 5]
    assert quintiles([7, 7, 7]) == [3, 3, 3]
    assert quintiles([7]) == [3]
    assert quintiles([1, 2]) == [2, 4]
    assert quintiles([]) == []


@given(st.lists(st.none() | st.integers(0, 9), max_size=40))
def test_a_greater_value_never_lies_in_a_lower_fifth_and_equal_ones_in_the_same(values: list[int | None]) -> None:
    found = quintiles(values)
    known = sorted((v, q) for v, q in zip(values, found, strict=True) if v is not None and q is not None)
    assert [q for _, q in known] == sorted(q for _, q in known)
    assert len(set(known)) == len({v for v, _ in known})
    assert all(1 <= q <= 5 for _, q in known)
    assert [v is None for v in values] == [q is None for q in found]


def test_the_fewest_days_are_the_best_recency() -> None:
    buyers = pl.LazyFrame({
        "recency": [1, 10, 20, 30, 40], "frequency": [5, 4, 3, 2, 1], "monetary_minor": [10, 20, 30, 40, 50],
    })  # fmt: skip
    assert rfm(buyers).collect()["rfm_score"].to_list() == ["551", "442", "333", "224", "115"]


def test_a_missing_column_is_named() -> None:
    with pytest.raises(InvalidData, match="monetary_minor"):
        rfm(pl.LazyFrame({"recency": [1], "frequency": [1]}))

"""Where a score stands."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from adplanning.scores.standings import percentiles

VALUES = st.lists(st.integers(0, 100).map(float), min_size=2, max_size=40)


def test_alone_nobody_has_a_standing() -> None:
    assert percentiles(pl.Series([], dtype=pl.Float64), []) == []
    assert percentiles(pl.Series([7.0]), [7.0]) == [None]


@given(VALUES)
def test_a_percentile_is_the_share_at_or_below_whatever_their_order(values: list[float]) -> None:
    found = percentiles(pl.Series(values), values)
    counted = [int(100 * sum(other <= value for other in values) / len(values) + 0.5) for value in values]
    assert found == counted
    assert percentiles(pl.Series(values).reverse(), values) == found
    assert max(one for one in found if one is not None) == 100

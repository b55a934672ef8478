"""The pictures below the attribution report."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.ui.pages.report_pictures import MAX_BARS, gathered


@given(st.dictionaries(st.integers(0, 400), st.integers(1, 10**6)), st.integers(1, 20))
def test_all_conversions_are_in_the_bars_and_the_bars_are_few(counts: dict[int, int], n_bars: int) -> None:
    rows = pl.DataFrame(
        {"days": sorted(counts), "conversions": [counts[n] for n in sorted(counts)]},
        schema={"days": pl.Int64, "conversions": pl.Int64},
    )
    bars = gathered(rows, "days", n_bars=n_bars)
    assert bars["n_conversions"].sum() == sum(counts.values())
    assert bars.height <= n_bars


@pytest.mark.parametrize(("last", "words"), [(15, "15"), (16, "15 or more")])
def test_a_tail_is_gathered_only_when_there_is_one(last: int, words: str) -> None:
    rows = pl.DataFrame({"n_touches": range(1, last + 1), "conversions": [2] * last})
    bars = gathered(rows, "n_touches")
    assert (bars.height, bars["n_touches"][-1]) == (MAX_BARS, words)
    assert bars["n_conversions"][-1] == 2 * (last - 14)

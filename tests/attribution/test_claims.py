"""What platforms claim, beside ours."""

from __future__ import annotations

import polars as pl
import pytest

from adplanning.attribution.claims import claims_by

TOLD = pl.LazyFrame(
    {
        "level": ["campaign", "ad", "ad", "campaign", "campaign"],
        "object_id": ["a", "a1", "a2", "b", "b"],
        "campaign_id": ["a", "a", "a", "b", "b"],
        "on": [1, 1, 1, 1, 2],
        "day": ["1", "1", "1", "1", "2"],
        "n_results": [7.0, 4.0, 2.0, None, 3.0],
    }
)


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("campaign", [("a", 7.0), ("b", 3.0)]),
        ("ad", [("a1", 4.0), ("a2", 2.0)]),
        ("day", [("1", 7.0), ("2", 3.0)]),
        ("source", []),
    ],
)
def test_a_result_is_claimed_once_whatever_levels_report_it(by: str, expected: list[tuple[str, float]]) -> None:
    assert sorted(claims_by(TOLD, by).collect().rows()) == expected


def test_a_platform_that_tells_nothing_claims_an_unknown_number_not_none() -> None:
    silent = TOLD.with_columns(n_results=pl.lit(None, pl.Float64))
    assert set(claims_by(silent, "campaign").collect()["claimed_conversions"]) == {None}

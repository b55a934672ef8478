"""Which rows may be added up where the same money is told at several levels; see tests/attribution/test_spend.py."""

from __future__ import annotations

import polars as pl
import pytest

from adplanning.core.errors import InvalidData
from adplanning.core.spend_levels import spend_once

ROWS = pl.LazyFrame(
    [
        ("campaign", "a", None, None, 1, 500),
        ("ad_set", "a", "s", None, 1, 300),
        ("ad", "a", "s", "x", 1, 290),
        ("ad", "a", "t", "y", 1, 150),
        ("ad", "a", "s", "x", 2, 70),
    ],
    schema=["level", "campaign_id", "ad_set_id", "ad_id", "on", "minor"],
    orient="row",
)


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        ("campaign", [70, 500]),
        # Set s tells itself on the first day; t and the second day are known from ads alone.
        ("ad_set", [70, 150, 300]),
        ("ad", [70, 150, 290]),
    ],
)
def test_the_rows_of_a_level_are_its_own_else_those_of_its_parts(of: str, expected: list[int]) -> None:
    assert sorted(spend_once(ROWS, of).collect()["minor"]) == expected


def test_a_frame_without_the_object_is_refused() -> None:
    with pytest.raises(InvalidData, match="column ad_set_id is missing"):
        spend_once(ROWS.drop("ad_set_id"), "ad_set")

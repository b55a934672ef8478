"""What campaigns earned for what they cost."""

from __future__ import annotations

import polars as pl
import pytest

from adplanning.core.errors import InvalidData
from adplanning.metrics.roi import campaign_roi

SPEND = {"campaign_id": pl.String, "spend_minor": pl.Int64}
RESULTS = {"campaign_id": pl.String, "share": pl.Float64, "value_minor": pl.Int64, "reported_minor": pl.Int64}


def earned(
    spend: dict[str, int | None], *results: tuple[str, float, int | None, int | None]
) -> list[tuple[str, int | None, float, int | None, float | None]]:
    spent = pl.DataFrame(list(spend.items()), schema=SPEND, orient="row")
    return campaign_roi(spent, pl.DataFrame(list(results), schema=RESULTS, orient="row")).rows()


def test_the_best_return_comes_first_and_what_cannot_be_told_last() -> None:
    found = earned(
        {"poor": 400, "rich": 100, "free": 0, "idle": 50},
        ("poor", 1.0, 300, 300),
        ("rich", 0.5, 150, 150),
        ("rich", 1.0, None, None),  # a lead without a value brings nothing that is unknown
        ("free", 1.0, 900, 900),
        ("organic", 1.0, 70, 70),
    )
    assert found == [
        ("rich", 100, 1.5, 150, 50.0),
        ("poor", 400, 1.0, 300, -25.0),
        ("idle", 50, 0.0, 0, -100.0),
        ("free", 0, 1.0, 900, None),
        ("organic", 0, 1.0, 70, None),
    ]


def test_an_amount_without_a_rate_makes_the_return_unknown_and_no_smaller() -> None:
    assert earned({"a": None, "b": 100}, ("a", 1.0, 5, 5), ("b", 1.0, 500, 500), ("b", 1.0, 900, None)) == [
        ("a", None, 1.0, 5, None),
        ("b", 100, 2.0, None, None),
    ]


def test_nothing_spent_and_nothing_brought_is_no_row() -> None:
    assert earned({}) == []


def test_a_column_that_is_missing_is_named() -> None:
    with pytest.raises(InvalidData, match="spend_minor"):
        campaign_roi(pl.DataFrame({"campaign_id": ["a"]}), pl.DataFrame(schema=RESULTS))

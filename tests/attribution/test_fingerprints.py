"""What makes the credits of a conversion other than they were."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
import pytest

from adplanning.attribution.fingerprints import fingerprints
from adplanning.core.errors import InvalidData

NOON = datetime(2026, 3, 15, 12)
SOLD = pl.LazyFrame(
    {"conversion_id": ["c", "d"], "converted_at": [NOON] * 2, "value_minor": [500, None], "currency": ["INR"] * 2}
)
PATH = pl.LazyFrame(
    {"conversion_id": ["c", "c"], "touchpoint_id": ["a", "b"], "touched_at": [NOON - timedelta(days=n) for n in (2, 1)]}
)


def of(sold: pl.LazyFrame = SOLD, path: pl.LazyFrame = PATH, settings: str = "30") -> dict[str, int]:
    return dict(fingerprints(sold, path, settings=settings).collect().iter_rows())


def test_the_same_facts_in_another_order_are_the_same() -> None:
    assert of() == of(SOLD.reverse(), PATH.reverse())


@pytest.mark.parametrize(
    "other",
    [
        {"path": PATH.head(1)},
        {"path": PATH.with_columns(touchpoint_id=pl.col("touchpoint_id").replace("b", "z"))},
        {"path": PATH.with_columns(pl.col("touched_at") + timedelta(microseconds=1))},
        {"path": PATH.clear()},
        {"sold": SOLD.with_columns(value_minor=pl.lit(499, pl.Int64))},
        {"sold": SOLD.with_columns(currency=pl.lit("USD"))},
        {"sold": SOLD.with_columns(pl.col("converted_at") + timedelta(microseconds=1))},
        {"settings": "31"},
    ],
)
def test_each_fact_that_credit_depends_on_makes_another(other: dict[str, object]) -> None:
    assert of(**other)["c"] != of()["c"]  # type: ignore[arg-type]


def test_what_happens_to_one_conversion_leaves_the_others() -> None:
    assert of(path=PATH.head(1))["d"] == of()["d"]


def test_a_conversion_without_touchpoint_has_one_too() -> None:
    assert set(of(path=PATH.clear())) == {"c", "d"}


def test_a_missing_column_is_named() -> None:
    with pytest.raises(InvalidData, match="paths: column touched_at is missing"):
        of(path=PATH.drop("touched_at"))

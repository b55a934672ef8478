from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from adplanning.attribution.credit import credited_paths
from adplanning.attribution.credit_models import CREDIT_MODELS
from adplanning.attribution.outcomes import touch_outcomes

NOON = datetime(2026, 3, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def outcomes(
    touches: list[tuple[str, str, float]], sales: list[tuple[str, str, float, int]], model: str
) -> dict[str, tuple[str, bool, int]]:
    """What came of touchpoints and sales, each told with its days before noon."""
    touched = pl.LazyFrame(
        {
            "touchpoint_id": [name for name, _, _ in touches],
            "path_key": [key for _, key, _ in touches],
            "touched_at": [NOON - days * DAY for _, _, days in touches],
        }
    )
    sold = pl.LazyFrame(
        [(name, key, NOON - days * DAY, value) for name, key, days, value in sales],
        schema={
            "conversion_id": pl.String,
            "path_key": pl.String,
            "converted_at": pl.Datetime("us", "UTC"),
            "reported_minor": pl.Int64,
        },
        orient="row",
    )
    shared = credited_paths(sold, touched, [model], value="reported_minor")
    found = touch_outcomes(shared, touched, model=model).collect()
    return {name: (kind, converted, minor) for name, kind, converted, minor in found.iter_rows()}


def test_a_touchpoint_earns_from_every_path_it_is_on_and_has_the_place_of_the_latest() -> None:
    found = outcomes([("a", "p", 9), ("b", "p", 5)], [("x", "p", 7, 100), ("y", "p", 1, 50)], "linear")
    assert found == {"a": ("first", True, 125), "b": ("last", True, 25)}


def test_a_touchpoint_on_a_path_converted_even_where_the_model_gives_it_nothing() -> None:
    found = outcomes([("a", "p", 3), ("b", "p", 2), ("c", "p", 1)], [("x", "p", 0, 100)], "last_click")
    assert found == {"a": ("first", True, 0), "b": ("middle", True, 0), "c": ("last", True, 100)}


def test_without_a_conversion_the_place_is_that_among_the_touchpoints_of_the_path_key() -> None:
    found = outcomes([("a", "p", 3), ("b", "p", 2), ("c", "p", 1), ("z", "q", 1)], [], "linear")
    assert [found[name] for name in "abcz"] == [
        ("first", False, 0),
        ("middle", False, 0),
        ("last", False, 0),
        ("last", False, 0),
    ]


@pytest.mark.parametrize("model", CREDIT_MODELS)
def test_the_values_of_all_touchpoints_add_up_to_the_values_of_the_conversions(model: str) -> None:
    touches = [(f"t{n}", "pq"[n % 2], n * 1.5) for n in range(9)]
    sales = [("x", "p", 1.0, 1001), ("y", "q", 2.0, 999), ("z", "p", 4.0, 7)]
    found = outcomes(touches, sales, model)
    assert sum(minor for _, _, minor in found.values()) == 2007

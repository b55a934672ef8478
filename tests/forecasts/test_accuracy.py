"""How far forecasts were off."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.errors import InvalidData
from adplanning.forecasts.accuracy import forecast_accuracy, naive_errors

Row = tuple[str, float | None, float | None, float | None, float | None]
SCHEMA = {
    "forecast_id": pl.String,
    "expected": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "actual": pl.Float64,
}


def days(*rows: Row) -> pl.DataFrame:
    ons = [date(2026, 3, 1) + timedelta(days=number) for number in range(len(rows))]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").with_columns(pl.Series("on", ons, dtype=pl.Date))


def scales(**errors: float | None) -> pl.DataFrame:
    schema = {"forecast_id": pl.String, "naive_error": pl.Float64}
    return pl.DataFrame(list(errors.items()), schema=schema, orient="row")


def test_the_figures_are_those_worked_by_hand() -> None:
    seen = days(
        ("f", 12.0, 8.0, 14.0, 10.0), ("f", 6.0, 1.0, 9.0, 10.0), ("f", 3.0, 0.0, 5.0, 0.0), ("g", 1.0, 0.0, 2.0, 1.0)
    )
    first, second = forecast_accuracy(seen, scales(f=2.0, g=5.0)).rows(named=True)
    # Errors 2, −4 and 3: of 10, 10 and nothing.
    assert first == pytest.approx(
        {"forecast_id": "f", "n_days": 3, "mape": 0.3, "mase": 9 / 3 / 2, "coverage": 2 / 3, "bias": 1 / 20}
    )
    assert second == {"forecast_id": "g", "n_days": 1, "mape": 0.0, "mase": 0.0, "coverage": 1.0, "bias": 0.0}


def test_what_cannot_be_told_is_null() -> None:
    seen = days(("f", 2.0, None, None, 0.0), ("f", 2.0, None, None, 0.0))
    assert forecast_accuracy(seen, scales(f=0.0)).rows() == [("f", 2, None, None, None, None)]
    assert forecast_accuracy(seen, scales()).rows() == [("f", 2, None, None, None, None)]


def test_days_without_a_number_on_either_side_are_not_compared() -> None:
    seen = days(
        ("f", 2.0, 1.0, 3.0, None), ("f", None, None, None, 4.0), ("f", 5.0, 4.0, 6.0, 4.0), ("g", 1.0, 0, 2, None)
    )
    found = forecast_accuracy(seen, scales(f=1.0)).row(0, named=True)
    assert (found["forecast_id"], found["n_days"], found["coverage"]) == ("f", 1, 1.0)


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1e6)), min_size=1, max_size=20))
def test_the_order_of_days_and_the_unit_change_nothing(pairs: list[tuple[float, float]]) -> None:
    seen = days(*(("f", expected, expected / 2, expected * 2, actual) for expected, actual in pairs))
    amounts = ["expected", "lower", "upper", "actual"]
    other = seen.sample(fraction=1, shuffle=True, seed=1).with_columns(pl.col(amounts) * 4)
    first = forecast_accuracy(seen, scales(f=3.0)).row(0, named=True)
    second = forecast_accuracy(other, scales(f=12.0)).row(0, named=True)
    for name, value in first.items():
        if isinstance(value, float):
            assert second[name] == pytest.approx(value)
        else:
            assert second[name] == value


def test_the_naive_error_is_that_of_the_same_day_a_week_before() -> None:
    values = np.array([[1.0, 2, 3, 4, 5, 6, 7, 3, 2, np.nan, 0], [np.nan] * 11])
    found = naive_errors(values)
    assert found[0] == (2 + 0 + 4) / 3
    assert np.isnan(found[1])


def test_a_column_that_is_missing_is_named() -> None:
    with pytest.raises(InvalidData, match="days: column upper is missing"):
        forecast_accuracy(days().drop("upper"), scales())

"""On which days amounts have no rate."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.errors import InvalidData
from adplanning.core.money import RATE_MAX_AGE_DAYS, in_reporting_currency
from adplanning.rates.gaps import rate_gaps

FIRST = date(2026, 10, 1)


def used(*days: int, currency: str = "USD") -> pl.LazyFrame:
    on = [FIRST + timedelta(days=day) for day in days]
    return pl.LazyFrame(
        {"currency": [currency] * len(on), "on": on, "n_amounts": [2] * len(on)},
        schema={"currency": pl.String, "on": pl.Date, "n_amounts": pl.Int64},
    )


def told(*days: int, currency: str = "USD", in_currency: str = "INR") -> pl.DataFrame:
    on = [FIRST + timedelta(days=day) for day in days]
    return pl.DataFrame(
        {"currency": [currency] * len(on), "in_currency": [in_currency] * len(on), "on": on, "rate": [90.0] * len(on)},
        schema={"currency": pl.String, "in_currency": pl.String, "on": pl.Date, "rate": pl.Float64},
    )


def test_a_rate_holds_for_a_week_and_a_day_with_one_ends_the_stretch() -> None:
    gaps = rate_gaps(used(0, 3, 5, 12, 13, 20), told(5), currency="INR")
    assert gaps.rows() == [
        ("USD", date(2026, 10, 1), date(2026, 10, 4), 2, 4),
        ("USD", date(2026, 10, 14), date(2026, 10, 21), 2, 4),
    ]


def test_a_rate_of_the_other_direction_is_one_too() -> None:
    assert rate_gaps(used(0), told(0, currency="INR", in_currency="USD"), currency="INR").is_empty()


def test_the_reporting_currency_needs_no_rate() -> None:
    assert rate_gaps(used(0, 1, currency="INR"), told(), currency="INR").is_empty()


def test_without_any_rate_all_days_of_a_currency_are_one_stretch() -> None:
    amounts = pl.concat([used(0, 40), used(7, currency="EUR")])
    assert rate_gaps(amounts, told(), currency="INR").rows() == [
        ("EUR", date(2026, 10, 8), date(2026, 10, 8), 1, 2),
        ("USD", date(2026, 10, 1), date(2026, 11, 10), 2, 4),
    ]


def test_amounts_without_their_days_are_refused() -> None:
    with pytest.raises(InvalidData, match="n_amounts"):
        rate_gaps(used(0).drop("n_amounts"), told(), currency="INR")


@given(days=st.sets(st.integers(0, 40)), rates=st.sets(st.integers(0, 40)))
def test_exactly_the_amounts_without_a_rate_lie_in_gaps(days: set[int], rates: set[int]) -> None:
    gaps = rate_gaps(used(*days), told(*rates), currency="INR")
    without = [day for day in days if not any(0 <= day - rate <= RATE_MAX_AGE_DAYS for rate in rates)]
    assert gaps["n_days"].sum() == len(without)
    assert gaps["n_amounts"].sum() == 2 * len(without)
    converted = in_reporting_currency(
        used(*days).with_columns(minor=100), told(*rates), currency="INR", amount="minor", on="on", into="inr"
    ).collect()
    assert converted["inr"].null_count() == len(without)

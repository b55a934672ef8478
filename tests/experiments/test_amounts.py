"""What amounts come to in the currency of an experiment."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import polars as pl

from adplanning.experiments.amounts import Unvalued, unvalued, with_value

RATES = pl.DataFrame(
    {
        "currency": ["USD", "USD"],
        "in_currency": ["INR", "INR"],
        "on": [date(2026, 11, 2), date(2026, 11, 3)],
        "rate": [90.0, 91.0],
    }
)
INDIA = ZoneInfo("Asia/Kolkata")


def test_an_instant_takes_the_rate_of_its_day_in_the_reporting_zone() -> None:
    late = datetime(2026, 11, 2, 19, tzinfo=UTC)  # 3 November in India
    paid = pl.LazyFrame({"paid_minor": [2_00], "currency": ["USD"], "at": [late]})
    assert with_value(paid, RATES, currency="INR", amount="paid_minor", zone=INDIA).collect()["value"].item() == 182.0
    by_day = paid.with_columns(on=pl.lit(date(2026, 11, 2)))
    assert with_value(by_day, RATES, currency="INR", amount="paid_minor", zone=INDIA).collect()["value"].item() == 180.0


def test_a_currency_without_decimals_keeps_its_units() -> None:
    paid = pl.LazyFrame({"paid_minor": [1500], "currency": ["JPY"], "on": [date(2026, 11, 2)]})
    assert with_value(paid, RATES, currency="JPY", amount="paid_minor", zone=INDIA).collect()["value"].item() == 1500.0


def test_what_has_no_rate_is_added_up_by_currency_and_what_has_no_amount_is_not_among_it() -> None:
    told = pl.DataFrame(
        {
            "paid_minor": [100, 250, 7, None, 5],
            "currency": ["USD", "USD", "JPY", "EUR", "INR"],
            "value": [None, None, None, None, 0.05],
        },
        schema_overrides={"value": pl.Float64},
    )
    assert unvalued(told, amount="paid_minor") == [Unvalued("JPY", 1, 7.0), Unvalued("USD", 2, 3.5)]
    assert unvalued(told.clear(), amount="paid_minor") == []

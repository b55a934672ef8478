"""Kept forecasts held against what happened, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from sqlalchemy import Engine

from adplanning.forecasts.accuracy_service import accuracy_reports, backtest_of, compared_days
from tests.forecasts.told import AS_OF, NOW, USUAL, advertised, conversion_row, lived, spend_row, told


@pytest.fixture
def shop(any_engine: Engine) -> Engine:
    """Three weeks of 100 a day spent and 400 brought, then two days of 150 and 500; a forecast of three days."""
    advertised(any_engine, "camp_a")
    days = [AS_OF - timedelta(days=22 - day) for day in range(23)]
    amounts = [(100, 400)] * 20 + [(100, 440), (150, 500), (150, 500)]
    forecast = {
        "id": "fcst_1", "ad_campaign_id": "camp_a", "currency": "INR", "as_of_on": days[20], "first_on": days[21],
        "last_on": AS_OF + timedelta(days=1), "n_history_days": 21, "method": "blend", "trust": "low", "notes": "[]",
        "summary": "{}", "origin": "admin", "created_at": NOW,
    }  # fmt: skip
    expected = {
        "spend_minor": 100, "spend_lower_minor": 90, "spend_upper_minor": 110, "n_conversions": 1.0,
        "n_conversions_lower": 0.0, "n_conversions_upper": 3.0, "revenue_minor": 400, "revenue_lower_minor": 300,
        "revenue_upper_minor": 600,
    }  # fmt: skip
    told(
        any_engine,
        {
            "daily_spend": [spend_row("camp_a", on, spend) for on, (spend, _) in zip(days, amounts, strict=True)],
            "conversions": [
                conversion_row(f"c{on}", "camp_a", datetime(on.year, on.month, on.day, 7, tzinfo=UTC), worth)
                for on, (_, worth) in zip(days, amounts, strict=True)
            ],
            "forecasts": [forecast, forecast | {"id": "fcst_usd", "currency": "USD"}],
            "forecast_days": [
                {"forecast_id": "fcst_1", "on": days[20] + timedelta(days=n), **expected} for n in (1, 2, 3)
            ],
        },
    )
    return any_engine


def test_only_days_that_are_over_count_and_each_figure_against_its_own(shop: Engine) -> None:
    reports = accuracy_reports(shop, **USUAL)
    by_measure = {row["measure"]: row for row in reports.iter_rows(named=True)}
    assert by_measure.keys() == {"revenue", "conversions", "spend"}
    revenue = by_measure["revenue"]
    assert (revenue["forecast_id"], revenue["n_days"]) == ("fcst_1", 2)
    assert (revenue["first_on"], revenue["last_on"]) == (AS_OF - timedelta(days=1), AS_OF)
    # Expected 400 against 500; a week earlier differed once by 40 in 14 known pairs.
    assert revenue["mape"] == pytest.approx(0.2)
    assert revenue["bias"] == pytest.approx(-0.2)
    assert revenue["mase"] == pytest.approx(100 / (40 / 14))
    assert (revenue["coverage"], by_measure["spend"]["coverage"]) == (1.0, 0.0)
    assert by_measure["spend"]["mape"] == pytest.approx(1 / 3)
    # Spend never differed before, so there is nothing to hold its error against.
    assert by_measure["spend"]["mase"] is None
    assert by_measure["conversions"]["mape"] == 0


def test_the_days_are_told_with_what_happened(shop: Engine) -> None:
    days, _ = compared_days(shop, **USUAL, forecast_id="fcst_1")
    revenue = days.filter(pl.col("measure") == "revenue")
    assert revenue.select("expected", "lower", "upper", "actual").rows() == [(400.0, 300.0, 600.0, 500.0)] * 2
    assert compared_days(shop, **USUAL, forecast_id="fcst_x")[0].is_empty()


def test_nothing_is_reported_where_nothing_was_forecast(engine: Engine) -> None:
    assert accuracy_reports(engine, **USUAL).is_empty()


def test_forecasts_of_the_past_can_be_tried(engine: Engine) -> None:
    advertised(engine, "camp_a")
    lived(engine, days=45)
    tested = backtest_of(engine, "camp_a", **USUAL, n_origins=2)
    assert tested.n_origins == 2
    assert tested.mase is not None
    assert backtest_of(engine, None, **USUAL, n_origins=2).mase == pytest.approx(tested.mase)

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from adplanning.core.errors import InvalidData
from adplanning.journeys.timeline import TimelineSummary, Unconverted, timeline_summary
from tests.journeys.told import AT, DAY

ENTRY = {
    "kind": pl.String,
    "event_type": pl.String,
    "stage": pl.String,
    "occurred_at": pl.Datetime("us", "UTC"),
    "value_minor": pl.Int64,
    "currency": pl.String,
}
RATES = pl.DataFrame(
    [("USD", "INR", date(2026, 3, 3), 90.0)],
    schema={"currency": pl.String, "in_currency": pl.String, "on": pl.Date, "rate": pl.Float64},
    orient="row",
)


def summary(*told: tuple[Any, ...]) -> TimelineSummary:
    """Of entries: kind, type, stage, days after `AT`, value and currency."""
    rows = [(kind, event, stage, AT + day * DAY, *money) for kind, event, stage, day, *money in told]
    entries = pl.DataFrame(rows, schema=ENTRY, orient="row")
    return timeline_summary(entries, RATES, currency="INR", zone=ZoneInfo("Asia/Kolkata"))


VIEW = ("journey_event", "page_view", "awareness", 0, None, None)
SCROLL = ("conversion", "scroll_depth", None, -1, None, "INR")


def test_a_way_summed_up_by_hand() -> None:
    """The dollars at the day's rate of 90; the lead is a conversion too; scrolling is no step of the way."""
    found = summary(
        SCROLL,
        VIEW,
        ("lead", "lead_capture", "intent", 0.5, None, "INR"),
        ("conversion", "purchase", "conversion", 1, 10_00, "USD"),
        ("conversion", "purchase", "conversion", 2, 499_00, "INR"),
        ("feedback", "feedback", "retention", 3, None, None),
        ("journey_event", "page_view", "awareness", 4, None, None),
    )
    assert found == TimelineSummary(
        n_entries=7,
        stages_reached=("awareness", "intent", "conversion", "retention"),
        current_stage="retention",
        first_at=AT - DAY,
        latest_at=AT + 4 * DAY,
        time_to_conversion=DAY,
        n_conversions=4,
        purchase_value_minor=90 * 10_00 + 499_00,
        unconverted=(),
    )


def test_nothing_that_happened_is_null_or_none_of_it() -> None:
    assert summary() == TimelineSummary(0, (), None, None, None, None, 0, 0, ())


def test_a_purchase_without_a_rate_is_told_apart_and_in_no_sum() -> None:
    found = summary(
        ("conversion", "purchase", "conversion", 0, 5_00, "EUR"),
        ("conversion", "purchase", "conversion", 1, 6_00, "EUR"),
        ("conversion", "purchase", "conversion", 1, 499_00, "INR"),
    )
    assert (found.purchase_value_minor, found.unconverted) == (499_00, (Unconverted("EUR", 2, 11_00),))


def test_only_purchases_are_worth_money() -> None:
    assert summary(("conversion", "add_to_cart", "intent", 0, 99_00, "INR")).purchase_value_minor == 0


def test_a_purchase_before_any_known_step_took_an_unknown_time() -> None:
    bought = ("conversion", "purchase", "conversion", -1, None, "INR")
    assert summary(bought).time_to_conversion is None
    assert summary(bought, VIEW).time_to_conversion is None
    assert summary(SCROLL, bought).time_to_conversion is None


def test_a_time_is_whole_to_the_microsecond_over_years() -> None:
    later = 3000 + timedelta(microseconds=1) / DAY
    found = summary(VIEW, ("conversion", "purchase", "conversion", later, None, "INR"))
    assert found.time_to_conversion == timedelta(days=3000, microseconds=1)


def test_a_missing_column_is_refused_by_name() -> None:
    with pytest.raises(InvalidData, match="value_minor"):
        timeline_summary(pl.DataFrame(schema=ENTRY).drop("value_minor"), RATES, currency="INR", zone=ZoneInfo("UTC"))

"""What each customer did."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from adplanning.core.errors import InvalidData
from adplanning.people.identity import owners
from adplanning.scores.activities import activities, purchases

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
INSTANTS = pl.Datetime("us", "UTC")
KNOWN = owners(pl.DataFrame({"visitor_id": ["phone"], "person_id": ["asha"], "seen_at": [NOON]}))
RATES = pl.DataFrame({"currency": ["USD"], "in_currency": ["INR"], "on": [date(2026, 3, 3)], "rate": [90.0]})
Row = tuple[str, str, str | None, datetime, str, int | None]


def conversions(*rows: Row) -> pl.LazyFrame:
    schema = {
        "conversion_type": pl.String,
        "visitor_id": pl.String,
        "person_id": pl.String,
        "converted_at": INSTANTS,
        "currency": pl.String,
        "value_minor": pl.Int64,
    }
    return pl.LazyFrame(list(rows), schema=schema, orient="row")


def steps(*rows: tuple[str, str | None, str]) -> pl.LazyFrame:
    schema = {"event_type": pl.String, "event_name": pl.String, "visitor_id": pl.String}
    frame = pl.LazyFrame(list(rows), schema=schema, orient="row")
    return frame.with_columns(person_id=pl.lit(None, pl.String), occurred_at=pl.lit(NOON, INSTANTS))


def bought(*rows: Row) -> pl.DataFrame:
    found = purchases(conversions(*rows), KNOWN, rates=RATES, currency="INR", zone=ZoneInfo("Asia/Kolkata"))
    return found.collect().sort("purchased_at")


def test_purchases_are_those_of_known_persons_on_any_device_or_by_name() -> None:
    found = bought(
        ("purchase", "phone", None, NOON, "INR", 100),
        ("purchase", "kiosk", None, NOON, "INR", 200),
        ("purchase", "kiosk", "asha", NOON + timedelta(hours=1), "INR", 300),
        ("add_to_cart", "phone", None, NOON, "INR", 400),
    )
    assert found.select("person_id", "value_minor").rows() == [("asha", 100), ("asha", 300)]


def test_the_rate_is_that_of_the_reporting_day_and_none_is_no_value() -> None:
    late = datetime(2026, 3, 2, 20, tzinfo=UTC)  # 3 March in India
    found = bought(
        ("purchase", "phone", None, NOON, "USD", 100),
        ("purchase", "phone", None, late, "USD", 100),
        ("purchase", "phone", None, late + timedelta(hours=1), "EUR", 100),
        ("purchase", "phone", None, late + timedelta(hours=2), "INR", None),
    )
    assert found["value_minor"].to_list() == [None, 9000, None, None]


@pytest.mark.parametrize(
    ("event_type", "event_name", "activity"),
    [
        ("page_view", None, "page_view"),
        ("page_view", "Home", "page_view"),
        ("custom", "session", "session"),
        ("custom", "social_share", "social_share"),
        ("support_ticket", None, "support_ticket"),
    ],
)
def test_a_step_goes_by_its_name_where_that_has_a_weight(
    event_type: str, event_name: str | None, activity: str
) -> None:
    done = activities(conversions(), steps((event_type, event_name, "phone")), bought().lazy(), KNOWN)
    assert done.collect()["activity"].to_list() == [activity]


def test_conversions_go_by_their_type_and_each_is_one_row() -> None:
    rows: list[Row] = [
        (conversion_type, "phone", None, NOON, "INR", 100)
        for conversion_type in ("purchase", "add_to_cart", "lead_form_submission", "scroll_depth")
    ]
    done = activities(conversions(*rows), steps(), bought(*rows).lazy(), KNOWN).collect()
    values = done.select(pl.col("activity").cast(pl.String), "value_minor").sort("activity").rows()
    assert values == [("add_to_cart", None), ("form_submit", None), ("purchase", 100), ("scroll_depth", None)]


def test_a_missing_column_is_named() -> None:
    with pytest.raises(InvalidData, match="steps: column event_name is missing"):
        activities(conversions(), steps().drop("event_name"), bought().lazy(), KNOWN)

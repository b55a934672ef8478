"""Totals of conversions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.conversions.rates import GROUPINGS, conversion_rate, conversion_statistics
from adplanning.core.errors import InvalidData

SCHEMA = {
    "conversion_type": pl.String,
    "platform": pl.String,
    "ad_campaign_id": pl.String,
    "currency": pl.String,
    "value_minor": pl.Int64,
    "converted_at": pl.Datetime("us", "UTC"),
}
RATES = pl.DataFrame(
    {"currency": ["USD"], "in_currency": ["INR"], "on": [datetime(2026, 10, 1).date()], "rate": [80.0]}
)
NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)


def statistics(rows: list[tuple[Any, ...]], *, group_by: str = "day", n_visitors: int = 10, zone: str = "UTC") -> Any:
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row").lazy()
    return conversion_statistics(
        frame, RATES, n_visitors=n_visitors, currency="INR", zone=ZoneInfo(zone), group_by=group_by
    )


def test_currencies_are_added_only_at_the_rate_of_the_day() -> None:
    # ₹100 + $2 at 80 = ₹260; 3 dollars of a day without a rate and 500 yen stay apart.
    found = statistics(
        [
            ("purchase", "meta", None, "INR", 10_000, NOON),
            ("purchase", "meta", None, "USD", 200, NOON),
            ("purchase", "meta", None, "USD", 300, NOON - timedelta(days=30)),
            ("purchase", "meta", None, "JPY", 500, NOON),
        ]
    )
    assert found.total_value_minor == 26_000
    assert found.total_conversions == 4
    assert [(u.currency, u.count, u.value_minor) for u in found.unconverted] == [("JPY", 1, 500), ("USD", 1, 300)]


def test_a_conversion_without_a_value_is_counted_and_not_listed_as_unconverted() -> None:
    found = statistics([("add_to_cart", "direct", None, "USD", None, NOON - timedelta(days=60))])
    assert (found.total_conversions, found.total_value_minor, found.unconverted) == (1, 0, [])


def test_nothing_gives_zeros_and_an_unknown_rate() -> None:
    found = statistics([], n_visitors=0)
    assert (found.total_conversions, found.total_value_minor, found.conversion_rate) == (0, 0, None)
    assert (found.by_type, found.by_platform, found.series) == ({}, {}, [])


def test_six_orders_of_one_visitor_are_six_hundred_percent() -> None:
    assert conversion_rate(6, 1) == 600


def test_a_day_of_25_hours_is_one_day() -> None:
    # Berlin's clocks went back on 25 October 2026, a day from 22:00 UTC of the 24th to 23:00 UTC of the 25th.
    rows = [
        ("purchase", "meta", None, "INR", 1, datetime(2026, 10, 24, 22, 30, tzinfo=UTC)),
        ("purchase", "meta", None, "INR", 1, datetime(2026, 10, 25, 22, 59, tzinfo=UTC)),
        ("purchase", "meta", None, "INR", 1, datetime(2026, 10, 25, 23, 0, tzinfo=UTC)),
    ]
    found = statistics(rows, zone="Europe/Berlin")
    assert [(row["date"], row["count"]) for row in found.series] == [("2026-10-25", 2), ("2026-10-26", 1)]


def test_an_unknown_grouping_is_refused_with_those_that_exist() -> None:
    with pytest.raises(InvalidData, match="choose one of: day, week"):
        statistics([], group_by="year")


rows = st.lists(
    st.tuples(
        st.sampled_from(["purchase", "add_to_cart", "custom"]),
        st.sampled_from(["meta", "google", "direct"]),
        st.sampled_from(["camp_1", "camp_2", None]),
        st.sampled_from(["INR", "USD", "JPY"]),
        st.one_of(st.none(), st.integers(0, 10**12)),
        st.datetimes(datetime(2026, 9, 1), datetime(2026, 10, 8), timezones=st.just(UTC)),
    ),
    max_size=40,
)


@given(rows, st.sampled_from(sorted(GROUPINGS)), st.randoms())
def test_every_breakdown_adds_up_to_the_total_in_whatever_order(
    given: list[tuple[Any, ...]], group_by: str, random: Any
) -> None:
    found = statistics(given, group_by=group_by)
    assert sum(row["count"] for row in found.series) == found.total_conversions == len(given)
    assert sum(row["value_minor"] for row in found.series) == found.total_value_minor
    assert sum(found.by_type.values()) == sum(found.by_platform.values()) == len(given)
    assert sum(found.value_minor_by_type.values()) == found.total_value_minor
    assert list(found.value_minor_by_type) == list(found.by_type)
    shuffled = list(given)
    random.shuffle(shuffled)
    assert statistics(shuffled, group_by=group_by) == found

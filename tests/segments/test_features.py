"""The feature table from frames."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adplanning.core.errors import InvalidData
from adplanning.segments.features import (
    feature_table,
    order_features,
    person_features,
    score_features,
    visit_features,
)
from tests.segments.customers import NOON, ZONE

CONVERSIONS = {
    "person_id": pl.String, "conversion_type": pl.String, "converted_at": pl.Datetime("us", "UTC"),
    "value_minor": pl.Int64, "currency": pl.String,
}  # fmt: skip
RATES = pl.DataFrame(
    [("USD", "INR", date(2026, 11, 1), 84.0)], schema=["currency", "in_currency", "on", "rate"], orient="row"
)
PERSONS = {
    "person_id": pl.String, "date_of_birth": pl.Date, "tags": pl.String, "email": pl.String, "city": pl.String,
    "created_at": pl.Datetime("us", "UTC"),
}  # fmt: skip


def bought(*rows: tuple[str, str, datetime, int | None, str]) -> pl.DataFrame:
    conversions = pl.DataFrame(list(rows), schema=CONVERSIONS, orient="row").lazy()
    return order_features(conversions, RATES, as_of=NOON, zone=ZONE, currency="INR").sort("person_id").collect()


def test_an_average_is_rounded_half_up_to_the_minor_unit() -> None:
    [asha] = bought(("asha", "purchase", NOON, 100, "INR"), ("asha", "purchase", NOON, 101, "INR")).to_dicts()
    assert (asha["total_spent_minor"], asha["avg_order_value_minor"]) == (201, 101)


def test_the_day_of_an_order_is_that_of_the_zone() -> None:
    late = datetime(2026, 11, 18, 20, tzinfo=UTC)
    [asha] = bought(("asha", "purchase", late, 1, "INR")).to_dicts()
    assert (asha["last_order_date"], asha["days_since_last_order"]) == (date(2026, 11, 19), 1)


def test_an_order_abroad_counts_at_its_days_rate() -> None:
    [asha] = bought(("asha", "purchase", datetime(2026, 11, 2, tzinfo=UTC), 150, "USD")).to_dicts()
    assert asha["total_spent_minor"] == 12_600


orders = st.lists(
    st.tuples(
        st.sampled_from(["asha", "ravi"]),
        st.sampled_from(["purchase", "add_to_cart"]),
        st.integers(0, 400).map(lambda hours: NOON - timedelta(hours=hours)),
        st.none() | st.integers(0, 1000),
        st.sampled_from(["INR", "USD", "XAU"]),
    ),
    max_size=12,
)


@given(orders)
def test_orders_of_all_customers_are_all_orders_and_no_amount_without_a_rate_is_in_a_sum(
    rows: list[tuple[str, str, datetime, int | None, str]],
) -> None:
    table = bought(*rows)
    purchases = [row for row in rows if row[1] == "purchase"]
    assert table["total_conversions"].sum() == len(rows)
    assert (table["total_orders"].sum() or 0) == len(purchases)
    for row in table.to_dicts():
        its = [one for one in purchases if one[0] == row["person_id"] and one[3] is not None]
        known_at = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 8, 18, 30, tzinfo=UTC)
        is_known = all(c == "INR" or (c == "USD" and known_at[0] <= at < known_at[1]) for _, _, at, _, c in its)
        if row["total_orders"]:
            assert (row["total_spent_minor"] is not None) == is_known
            assert (row["rfm_score"] is not None) == is_known


def test_what_lies_ahead_is_unknown_and_not_negative() -> None:
    later = NOON + timedelta(days=2)
    persons = pl.DataFrame([("asha", later.date(), None, None, None, later)], schema=PERSONS, orient="row")
    fields = ["age", "customer_since_days", "has_account", "tags", "city"]
    [asha] = person_features(persons.lazy(), fields, as_of=NOON, zone=ZONE).collect().to_dicts()
    assert asha == {
        "person_id": "asha", "age": None, "city": None, "customer_since_days": None, "has_account": False, "tags": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("born", "age"),
    [(date(2000, 11, 20), 26), (date(2000, 11, 21), 25), (date(2000, 2, 29), 26), (date(2026, 11, 20), 0)],
)
def test_a_birthday_is_the_day_on_which_one_is_older(born: date, age: int) -> None:
    persons = pl.DataFrame([("asha", born, None, None, None, NOON)], schema=PERSONS, orient="row")
    assert person_features(persons.lazy(), ["age"], as_of=NOON, zone=ZONE).collect()["age"].item() == age


def test_who_did_nothing_has_done_nothing_and_is_in_the_table() -> None:
    persons = pl.LazyFrame({"person_id": ["asha", "dev"]})
    parts = [bought(("asha", "purchase", NOON, 5, "XAU")).lazy()]
    columns = ["total_orders", "total_spent_minor", "avg_order_value_minor"]
    table = feature_table(persons, parts, columns).sort("person_id").select("person_id", *columns).collect()
    # What Asha spent is unknown; what Dev spent is known to be nothing.
    assert table.rows() == [("asha", 1, None, None), ("dev", 0, 0, None)]


@pytest.mark.parametrize(
    "formula",
    [
        lambda empty: order_features(empty, RATES, as_of=NOON, zone=ZONE, currency="INR"),
        lambda empty: visit_features(empty, as_of=NOON),
        lambda empty: score_features(empty, currency="INR"),
    ],
)
def test_a_missing_column_is_named(formula: Callable[[pl.LazyFrame], pl.LazyFrame]) -> None:
    with pytest.raises(InvalidData, match="person_id"):
        formula(pl.LazyFrame({"session_id": ["s"]}))

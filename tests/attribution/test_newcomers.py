"""Who is new."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from adplanning.attribution.newcomers import with_is_new

DAYS = [datetime(2026, 3, day) for day in range(1, 10)]


def marked(conversions: list[tuple[str, datetime]], purchases: list[tuple[str, datetime]]) -> list[bool]:
    schema = {"path_key": pl.String, "converted_at": pl.Datetime("us")}
    sold, bought = (pl.LazyFrame(rows, schema=schema, orient="row") for rows in (conversions, purchases))
    found = with_is_new(sold.with_row_index("n"), bought).sort("n").collect()
    return found["is_new"].to_list()


def test_the_first_purchase_is_a_new_buyers_and_later_ones_are_not() -> None:
    bought = [("a", DAYS[0]), ("a", DAYS[4]), ("b", DAYS[2])]
    assert marked(bought, bought) == [True, False, True]


def test_a_purchase_before_the_period_makes_a_returning_buyer() -> None:
    assert marked([("a", DAYS[5])], [("a", DAYS[0]), ("a", DAYS[5])]) == [False]


def test_a_lead_of_somebody_who_never_bought_is_new() -> None:
    assert marked([("a", DAYS[5])], []) == [True]


def test_two_purchases_at_one_instant_are_both_a_new_buyers() -> None:
    bought = [("a", DAYS[0]), ("a", DAYS[0])]
    assert marked(bought, bought) == [True, True]

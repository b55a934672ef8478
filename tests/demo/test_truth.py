from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from adplanning.core.money import in_reporting_currency
from adplanning.demo.campaigns import WASTEFUL
from adplanning.demo.shop import Shop, shop


def test_the_truth_and_the_baseline_add_up_to_the_stored_purchases(half_year: Shop) -> None:
    purchases = half_year.conversions.filter(pl.col("conversion_type") == "purchase")
    anyway = half_year.causes.filter(pl.col("caused_by").is_null())
    assert half_year.truth["true_conversions"].sum() + anyway.height == purchases.height
    assert set(half_year.causes["conversion_id"]) == set(purchases["id"])
    in_rupees = purchases.filter(pl.col("currency") == "INR").join(half_year.causes, on="order_id")
    assert (in_rupees["value_minor"] == in_rupees["inr_minor"]).all()


def test_purchases_from_abroad_are_worth_about_their_rupees_at_the_stored_rates(half_year: Shop) -> None:
    abroad = half_year.conversions.filter(pl.col("currency") != "INR").with_columns(on=pl.col("converted_at").dt.date())
    assert set(abroad["currency"]) == {"USD", "EUR", "AED"}
    converted = in_reporting_currency(
        abroad.lazy(), half_year.currency_rates, currency="INR", amount="value_minor", on="on", into="inr"
    ).collect()
    bought = converted.join(half_year.causes, on="order_id")
    assert bought["inr"].null_count() == 0
    assert (bought["inr"] / bought["inr_minor"]).is_between(0.9, 1.1).all()


def test_campaigns_only_cause_orders_in_rupees_so_that_their_truth_needs_no_rate(half_year: Shop) -> None:
    caused = half_year.causes.drop_nulls("caused_by").join(half_year.conversions, on="order_id")
    assert set(caused["currency"]) == {"INR"}


def test_true_roas_is_value_by_spend(half_year: Shop) -> None:
    for row in half_year.truth.iter_rows(named=True):
        assert row["true_roas"] == pytest.approx(row["true_value_minor"] / row["spend_minor"])


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_the_wasteful_campaign_is_truly_the_last(half_year: Shop, seed: int) -> None:
    truth = half_year.truth if seed == 7 else shop(seed=seed, until=date(2026, 11, 21)).truth
    assert truth["campaign_name"][-1] == WASTEFUL
    assert truth["true_roas"][-1] < 0.3
    assert truth["spend_minor"][-1] > 10_000_000


def test_a_caused_order_came_after_a_session_from_its_campaign(half_year: Shop) -> None:
    """The causes can be seen in the store, but not by name: the tags are as strangers wrote them."""
    touched = half_year.touchpoints.join(half_year.visitors, left_on="visitor_id", right_on="id").drop_nulls(
        "person_id"
    )
    first_touch = touched.group_by("person_id").agg(pl.col("session_started_at").min())
    caused = half_year.causes.drop_nulls("caused_by").join(half_year.conversions, on="order_id")
    seen = caused.join(first_touch, on="person_id", how="left")
    assert (seen["session_started_at"] <= seen["converted_at"]).all()


def test_causes_stand_nowhere_in_the_store(half_year: Shop) -> None:
    for frame in (half_year.conversions, half_year.touchpoints):
        assert "ad_campaign_id" not in frame.columns

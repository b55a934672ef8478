from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from adplanning.demo.campaigns import plans_for
from adplanning.demo.orders import BASELINE, MIN_RUPEES, orders_of
from adplanning.demo.season import Season
from adplanning.demo.shop import Shop
from adplanning.demo.spending import daily_spending, expected_orders

SEASON = Season.of(120, date(2026, 11, 21))
PLANS = plans_for(SEASON)


@pytest.fixture(scope="module")
def expected() -> np.ndarray:
    return expected_orders(PLANS, daily_spending(PLANS, SEASON, 1, np.random.default_rng(1)), 1)


@pytest.fixture(scope="module")
def orders(expected: np.ndarray) -> pl.DataFrame:
    return orders_of(PLANS, expected, SEASON, 1, np.random.default_rng(2))


def test_each_buyer_has_one_first_order_and_it_is_the_earliest(orders: pl.DataFrame) -> None:
    firsts = orders.filter("is_first")
    assert firsts["buyer"].is_unique().all()
    earliest = orders.group_by("buyer").agg(pl.col("at").min()).sort("buyer")
    assert earliest.equals(firsts.select("buyer", "at").sort("buyer"))


def test_buyers_are_numbered_by_their_first_order(orders: pl.DataFrame) -> None:
    assert orders.filter("is_first")["buyer"].to_list() == list(range(orders["buyer"].n_unique()))


def test_campaigns_for_new_people_win_buyers_and_those_for_known_ones_win_further_orders(orders: pl.DataFrame) -> None:
    for number, plan in enumerate(PLANS):
        caused = orders.filter(pl.col("campaign") == number)["is_first"]
        assert caused.all() if plan.reaches == "new" else not caused.any()


def test_each_campaign_causes_about_as_many_orders_as_expected(orders: pl.DataFrame, expected: np.ndarray) -> None:
    """A Poisson number lies within four standard deviations of its mean all but always."""
    caused = np.bincount(orders.filter(pl.col("campaign") != BASELINE)["campaign"], minlength=len(PLANS))
    assert (np.abs(caused - expected.sum(axis=1)) < 4 * np.sqrt(expected.sum(axis=1)) + 2).all()


def test_without_campaigns_everything_is_baseline() -> None:
    nothing = np.zeros((len(PLANS), SEASON.n_days))
    assert set(orders_of(PLANS, nothing, SEASON, 1, np.random.default_rng(2))["campaign"]) == {BASELINE}


def test_buyers_differ_in_how_often_they_come_back(half_year: Shop) -> None:
    """With one rate for all, the numbers of repeat orders would vary no more than Poisson: variance equal to mean."""
    purchases = half_year.conversions.filter(pl.col("conversion_type") == "purchase")
    repeats = purchases["person_id"].value_counts()["count"].cast(pl.Float64) - 1
    assert repeats.var() > 1.5 * repeats.mean()


def test_no_order_is_smaller_than_the_cheapest_product(orders: pl.DataFrame) -> None:
    assert orders["inr_minor"].min() >= MIN_RUPEES * 100
    assert orders["inr_minor"].dtype == pl.Int64

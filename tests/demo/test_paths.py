from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from adplanning.demo.campaigns import N_CAMPAIGNS, plans_for
from adplanning.demo.orders import orders_of
from adplanning.demo.paths import ads_of, paths_of
from adplanning.demo.season import Season
from adplanning.demo.spending import Spending, daily_spending, expected_orders

SEASON = Season.of(90, date(2026, 11, 21))
PLANS = plans_for(SEASON)


@pytest.fixture(scope="module")
def spending() -> Spending:
    return daily_spending(PLANS, SEASON, 1, np.random.default_rng(1))


@pytest.fixture(scope="module")
def orders(spending: Spending) -> pl.DataFrame:
    return orders_of(PLANS, expected_orders(PLANS, spending, 1), SEASON, 1, np.random.default_rng(2))


@pytest.fixture(scope="module")
def paths(orders: pl.DataFrame, spending: Spending) -> pl.DataFrame:
    return paths_of(orders, spending.runs, SEASON, np.random.default_rng(3))


def test_every_order_is_placed_in_one_session_that_ends_with_it(orders: pl.DataFrame, paths: pl.DataFrame) -> None:
    own = paths.drop_nulls("order").sort("order")
    assert own["order"].to_list() == list(range(orders.height))
    assert own["ends_at"].to_list() == orders["at"].to_list()
    assert own["actor"].to_list() == orders["buyer"].to_list()
    assert (own["at"] <= own["ends_at"]).all()


def test_every_caused_order_has_a_session_of_its_campaign_before(orders: pl.DataFrame, paths: pl.DataFrame) -> None:
    caused = orders.filter(pl.col("campaign") >= 0)
    touched = caused.join(
        paths.select("actor", "source", touched_at="at"), left_on=["buyer", "campaign"], right_on=["actor", "source"]
    ).filter(pl.col("touched_at") <= pl.col("at"))
    assert touched.unique(["buyer", "campaign", "at"]).height == caused.unique(["buyer", "campaign", "at"]).height


def test_no_session_comes_from_a_campaign_that_does_not_run_that_day(paths: pl.DataFrame, spending: Spending) -> None:
    paid = paths.filter(pl.col("source") < N_CAMPAIGNS)
    assert spending.runs[paid["source"].to_numpy(), SEASON.day_of(paid["at"].to_numpy())].all()


def test_retargeting_and_brand_search_are_seen_far_more_often_than_they_cause(
    orders: pl.DataFrame, paths: pl.DataFrame
) -> None:
    """What makes the last click a bad judge: they stand in many paths to orders that would have come anyway."""
    for name in ("Retargeting - Cart Abandoners", "Search - Brand - Indigo Loom"):
        number = [plan.name for plan in PLANS].index(name)
        seen = paths.filter(pl.col("source") == number).height
        assert seen > 3 * orders.filter(pl.col("campaign") == number).height


def test_the_ad_of_a_session_is_one_of_its_campaign_and_channels_have_none() -> None:
    """Worked by hand: campaign 0 has ads 0 and 1, of which only ad 1 spent anything on day 0."""
    ads = ads_of(
        np.array([0, 0, N_CAMPAIGNS]),
        np.array([0, 0, 0]),
        np.array([[0], [5]]),
        np.array([0, 0]),
        np.random.default_rng(1),
    )
    assert ads.tolist() == [1, 1, -1]

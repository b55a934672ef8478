from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from adplanning.demo.campaigns import N_CAMPAIGNS, plans_for
from adplanning.demo.season import Season
from adplanning.demo.shop import Shop
from adplanning.demo.spending import Spending, by_campaign, daily_spending, expected_orders

FIGURES = ["spend_minor", "n_impressions", "n_clicks", "n_link_clicks", "n_results"]
SEASON = Season.of(60, date(2026, 11, 21))


@pytest.mark.parametrize(("part", "whole"), [("ad", "ad_set"), ("ad_set", "campaign"), ("ad", "campaign")])
def test_each_level_is_the_sum_of_the_one_below_day_by_day(half_year: Shop, part: str, whole: str) -> None:
    key = [f"{whole}_id", "on"]
    parts = half_year.daily_spend.filter(pl.col("level") == part).group_by(key).agg(pl.col(FIGURES).sum()).sort(key)
    wholes = half_year.daily_spend.filter(pl.col("level") == whole).select(*key, *FIGURES).sort(key)
    assert parts.equals(wholes)


def test_every_click_on_a_link_is_a_click_and_was_seen(half_year: Shop) -> None:
    spend = half_year.daily_spend
    assert (spend["n_link_clicks"] <= spend["n_clicks"]).all()
    assert (spend["n_clicks"] <= spend["n_impressions"]).all()


def test_no_more_sessions_arrived_than_links_were_clicked(half_year: Shop) -> None:
    clicked = half_year.daily_spend.filter(pl.col("level") == "campaign")["n_link_clicks"].sum()
    arrived = half_year.journey_events.filter(pl.col("event_type") == "ad_click").height
    assert 0.3 * clicked < arrived < clicked


def test_the_platforms_claim_more_than_their_campaigns_caused(half_year: Shop) -> None:
    claimed = half_year.daily_spend.filter(pl.col("level") == "campaign")["n_results"].sum()
    assert claimed > 1.2 * half_year.truth["true_conversions"].sum()


def test_spend_of_each_campaign_varies_by_itself(half_year: Shop) -> None:
    """A response is learned from spend that rises and falls for no reason of demand."""
    spend = half_year.daily_spend.filter(pl.col("level") == "campaign")
    varying = spend.group_by("campaign_id").agg(
        (pl.col("spend_minor").std() / pl.col("spend_minor").mean()).alias("cv")
    )
    assert varying["cv"].min() > 0.15


def test_the_curve_gives_half_of_its_most_orders_at_its_half_spend() -> None:
    """Worked by hand: without carry-over, spend equal to half_spend causes most_orders / 2."""
    plans = plans_for(SEASON)
    brand = next(number for number, plan in enumerate(plans) if plan.carry_over == 0)
    drawn = daily_spending(plans, SEASON, 1, np.random.default_rng(1))
    spend = np.zeros_like(drawn.spend_minor)
    first_ad = int(np.argmax(by_campaign(np.eye(len(spend)))[brand] > 0))
    spend[first_ad] = round(plans[brand].half_spend * 100)
    expected = expected_orders(plans, Spending(spend, spend, drawn.runs), 1)
    assert expected[brand, 0] == pytest.approx(plans[brand].most_orders / 2)


def test_a_shop_of_twice_the_size_spends_and_expects_twice_as_much() -> None:
    plans = plans_for(SEASON)
    one, two = (daily_spending(plans, SEASON, size, np.random.default_rng(1)) for size in (1, 2))
    assert two.spend_minor.sum() == pytest.approx(2 * one.spend_minor.sum(), rel=1e-5)
    assert expected_orders(plans, two, 2) == pytest.approx(2 * expected_orders(plans, one, 1), rel=1e-3)


def test_a_campaign_causes_nothing_and_costs_nothing_while_it_does_not_run() -> None:
    plans = plans_for(SEASON)
    spending = daily_spending(plans, SEASON, 1, np.random.default_rng(1))
    assert by_campaign(spending.spend_minor)[~spending.runs].sum() == 0
    assert expected_orders(plans, spending, 1)[~spending.runs].sum() == 0
    assert spending.runs.shape == (N_CAMPAIGNS, 60)

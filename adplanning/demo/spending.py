"""What the campaigns cost each day, and how many orders that really causes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from adplanning.core.vocabulary import Platform
from adplanning.demo.campaigns import CAMPAIGN_OF_AD, N_CAMPAIGNS, SET_OF_AD, Advertised, Plan
from adplanning.demo.season import Flags, Floats, Ints, Season
from adplanning.store.tables.base import EPOCH


@dataclass(frozen=True)
class Spending:
    """Per ad (rows) and day (columns): spend in paise and clicks on the link; per campaign and day: does it run?"""

    spend_minor: Ints
    link_clicks: Ints
    runs: Flags


def daily_spending(plans: tuple[Plan, ...], season: Season, size: float, rng: np.random.Generator) -> Spending:
    """Draw the spend; whole weeks at other levels make it vary by itself, so that responses can be learned from it."""
    days = season.n_days
    t = np.arange(days) / days
    begin, end = np.array([plan.runs for plan in plans]).T[:, :, None]
    runs = (t >= begin) & (t < end)
    levels = rng.choice([0.5, 0.8, 1.0, 1.2, 1.6], (N_CAMPAIGNS, days // 7 + 1))
    planned = np.array([plan.spend for plan in plans])[:, None] * size
    demand = 1 + 0.5 * (season.demand - 1)
    campaign = planned * runs * np.repeat(levels, 7, axis=1)[:, :days] * demand * rng.lognormal(0, 0.1, runs.shape)
    weight = rng.gamma(6, 1, (len(CAMPAIGN_OF_AD), 1)) * rng.lognormal(0, 0.15, (len(CAMPAIGN_OF_AD), days))
    share = weight / by_campaign(weight)[CAMPAIGN_OF_AD]
    spend = campaign[CAMPAIGN_OF_AD] * share
    cost = np.array([plan.cost_per_click for plan in plans])[CAMPAIGN_OF_AD, None]
    return Spending(np.rint(spend * 100).astype(np.int64), rng.poisson(spend / cost), runs)


def by_campaign(of_ads: Floats | Ints) -> Floats:
    """Add up the ads of each campaign, day by day.

    >>> by_campaign(np.ones((len(CAMPAIGN_OF_AD), 1)))[:3, 0].tolist()
    [4.0, 2.0, 3.0]
    """
    total = np.zeros((N_CAMPAIGNS, of_ads.shape[1]))
    np.add.at(total, CAMPAIGN_OF_AD, of_ads)
    return total


def expected_orders(plans: tuple[Plan, ...], spending: Spending, size: float) -> Floats:
    """The orders that each campaign causes on each day, on average; see `Plan` for the curve."""
    spend = by_campaign(spending.spend_minor) / 100 / size
    carry, most, half = np.array([(plan.carry_over, plan.most_orders, plan.half_spend) for plan in plans]).T
    felt = np.zeros_like(spend)
    for day in range(spend.shape[1]):
        felt[:, day] = spend[:, day] + (carry * felt[:, day - 1] if day else 0)
    orders: Floats = size * most[:, None] * felt / (felt + half[:, None]) * spending.runs
    return orders


def daily_spend_rows(
    plans: tuple[Plan, ...],
    told: Advertised,
    spending: Spending,
    expected: Floats,
    visits: Ints,
    *,
    season: Season,
    rng: np.random.Generator,
) -> pl.DataFrame:
    """The rows of all three levels; `visits` (ad × day) are those that came, each of which was a click.

    The results are what the platforms claim for themselves: more than they cause.
    """
    links = np.maximum(spending.link_clicks, visits)
    searched = np.array([plan.platform == Platform.google for plan in plans])[CAMPAIGN_OF_AD, None]
    clicks = links + rng.binomial(links, np.where(searched, 0.02, 0.35))
    seen = links + rng.negative_binomial(links + 1, np.where(searched, 0.045, 0.011))
    spent = by_campaign(spending.spend_minor)[CAMPAIGN_OF_AD]
    share = np.divide(spending.spend_minor, spent, out=np.zeros(spent.shape), where=spent > 0)
    claimed = rng.poisson(1.4 * expected[CAMPAIGN_OF_AD] * share + 0.01 * links)
    figures = {
        "spend_minor": spending.spend_minor,
        "n_impressions": seen,
        "n_clicks": clicks,
        "n_link_clicks": links,
        "n_results": claimed,
    }
    n_ads, days = links.shape
    ads = pl.DataFrame(
        {
            "ad_id": told.ads["id"].gather(np.repeat(np.arange(n_ads), days)),
            "ad_set_id": told.ad_sets["id"].gather(np.repeat(SET_OF_AD, days)),
            "campaign_id": told.campaigns["id"].gather(np.repeat(CAMPAIGN_OF_AD, days)),
            "on": pl.Series(np.tile(np.arange(days), n_ads)).cast(pl.Int32) + (season.first - EPOCH.date()).days,
        }
        | {name: values.ravel() for name, values in figures.items()}
    ).with_columns(pl.col("on").cast(pl.Date), pl.col("n_results").cast(pl.Float64))
    ads = ads.filter((pl.col("spend_minor") > 0) | (pl.col("n_clicks") > 0))
    levels = [("ad", ["ad_set_id", "ad_id"]), ("ad_set", ["ad_set_id"]), ("campaign", [])]
    return pl.concat(
        [
            ads.group_by("campaign_id", *parts, "on", maintain_order=True)
            .agg(pl.col(*figures).sum())
            .with_columns(pl.lit(level).alias("level"), pl.col(f"{level}_id").alias("object_id"))
            for level, parts in levels
        ],
        how="diagonal",
    ).with_columns(currency=pl.lit("INR"), result_type=pl.lit("purchases"), n_purchases="n_results")

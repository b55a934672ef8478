"""The demo shop as Meta knows it: its account, campaigns, ads and spend, with forms, leads and posts beside them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
import polars as pl

from adplanning.core.vocabulary import Platform
from adplanning.demo.graph_content import page_content
from adplanning.demo.graph_data import GraphData
from adplanning.demo.graph_delivery import Delivery, days_until
from adplanning.demo.graph_objects import Account, AdObject, Kind
from adplanning.demo.graph_seeding import reach_of
from adplanning.demo.shop import Shop

N_LEADS = 60
N_POSTS = 24
# An ordinary order of the shop, in paise.
_ORDER_VALUE = 260_000
_COLUMNS = {
    "spend": "spend_minor",
    "impressions": "n_impressions",
    "clicks": "n_clicks",
    "link_clicks": "n_link_clicks",
    "purchases": "n_results",
}


def from_shop(shop: Shop, seed: int = 7) -> GraphData:
    """Tell the Meta side of a demo shop; its campaigns come to just what their ads do.

    Names, ids, budgets, days, spend, impressions, clicks and purchases are the shop's own; reach, leads, posts and the
    value of purchases are drawn, as the shop has none.
    """
    told = shop.ad_accounts.filter(pl.col("platform") == Platform.meta).row(0, named=True)
    account = Account(told["platform_account_id"], told["name"], told["currency"], told["timezone"], told["created_at"])
    campaigns = shop.campaigns.filter(pl.col("ad_account_id") == told["id"]).rename({"platform_campaign_id": "c"})
    ad_sets = _within(shop.ad_sets.rename({"platform_ad_set_id": "s"}), campaigns, "campaign_id", "c")
    ads = _within(shop.ads.rename({"platform_ad_id": "a"}), ad_sets, "ad_set_id", "c", "s")
    objects = [
        *(_campaign(account, row) for row in campaigns.iter_rows(named=True)),
        *(
            AdObject.begun(kind, account, row[own], row["name"], campaign_id=row["c"], ad_set_id=row["s"])
            for kind, own, parts in _below(ad_sets, ads)
            for row in parts.iter_rows(named=True)
        ),
    ]
    of_ads = _delivery(shop.daily_spend.filter(pl.col("level") == "ad"), ads, np.random.default_rng(seed))
    end = datetime.combine(of_ads.periods[-1][0] + timedelta(days=1), time(), UTC)
    data = GraphData(now=end)
    data.add_account(account, objects, of_ads, of_ads.by(ads["c"].to_list()))
    days = len(of_ads.periods)
    data.add_content(
        page_content(account, of_ads.object_ids, end=end, days=days, n_leads=N_LEADS, n_posts=N_POSTS, seed=seed)
    )
    return data


def _within(parts: pl.DataFrame, parents: pl.DataFrame, by: str, *platform_ids: str) -> pl.DataFrame:
    return parts.join(parents.select(pl.col("id").alias(by), *platform_ids), on=by, how="inner", maintain_order="left")


def _below(ad_sets: pl.DataFrame, ads: pl.DataFrame) -> tuple[tuple[Kind, str, pl.DataFrame], ...]:
    return ("adset", "s", ad_sets), ("ad", "a", ads)


def _campaign(account: Account, row: Mapping[str, Any]) -> AdObject:
    campaign = AdObject.begun("campaign", account, row["c"], row["name"])
    campaign.status, campaign.objective = row["status"], row["objective"]
    campaign.daily_budget = row["daily_budget_minor"]
    return campaign


def _delivery(spend: pl.DataFrame, ads: pl.DataFrame, rng: np.random.Generator) -> Delivery:
    numbers = ads.select("a", pl.col("id").alias("ad_id")).with_row_index("column")
    rows = spend.join(numbers, on="ad_id", how="inner", maintain_order="left")
    first, last = rows["on"].min(), rows["on"].max()
    assert isinstance(first, date)
    assert isinstance(last, date)
    days = (last - first).days + 1
    at = ((rows["on"] - first).dt.total_days().to_numpy(), rows["column"].to_numpy())
    delivered = np.zeros((days, ads.height), dtype=bool)
    delivered[at] = True
    figures = {}
    for name, column in _COLUMNS.items():
        figures[name] = np.zeros(delivered.shape, dtype=np.int64)
        figures[name][at] = rows[column].cast(pl.Int64).to_numpy()
    figures["reach"] = reach_of(figures["impressions"], rng)
    figures["leads"] = rng.binomial(figures["link_clicks"], 0.01)
    figures["purchase_value"] = figures["purchases"] * rng.integers(
        _ORDER_VALUE // 2, _ORDER_VALUE * 2, delivered.shape
    )
    return Delivery(ads["a"].to_list(), days_until(last, days), figures, delivered)

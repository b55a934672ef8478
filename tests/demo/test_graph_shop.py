"""The demo shop as Meta knows it: the same money, the same names."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from adplanning.demo.graph_shop import N_LEADS, N_POSTS, from_shop
from adplanning.demo.shop import Shop
from tests.demo.graph_calls import UNTIL, calling, days

META = "act_555000111222333"


def of_meta(shop: Shop, level: str) -> pl.DataFrame:
    account = shop.ad_accounts.filter(pl.col("platform_account_id") == META)["id"].item()
    campaigns = shop.campaigns.filter(pl.col("ad_account_id") == account)["id"]
    return shop.daily_spend.filter(pl.col("level") == level, pl.col("campaign_id").is_in(campaigns.to_list()))


def test_all_levels_come_to_what_the_shop_paid_to_meta(small: Shop) -> None:
    data = from_shop(small)
    paid = of_meta(small, "ad")
    for level in ("ad", "adset", "campaign", "account"):
        totals = data.totals(META, level, date(2000, 1, 1), UNTIL)
        assert totals.spend == Decimal(int(paid["spend_minor"].sum())) / 100
        assert totals.impressions == paid["n_impressions"].sum()
        assert totals.purchases == paid["n_results"].sum()


def test_each_campaign_has_its_own_days(small: Shop) -> None:
    data = from_shop(small)
    ids = dict(small.campaigns.select("platform_campaign_id", "id").iter_rows())
    delivery = data.delivery(META, "campaign")
    told = {
        (ids[delivery.object_ids[column]], delivery.periods[row][0]): int(delivery.figures["spend"][row, column])
        for row, column in zip(*delivery.delivered.nonzero(), strict=True)
    }
    paid = of_meta(small, "campaign")
    assert told == {(row["campaign_id"], row["on"]): row["spend_minor"] for row in paid.iter_rows(named=True)}


def test_names_ids_and_budgets_are_the_shops_own(small: Shop) -> None:
    with calling(from_shop(small)) as graph:
        campaigns = graph.rows(f"/{META}/campaigns", fields="name,daily_budget", effective_status='["ACTIVE","PAUSED"]')
        ads = graph.rows(f"/{META}/ads", fields="name", limit="500")
        rows = graph.rows(f"/{META}/insights", level="ad", time_range=days(UNTIL - timedelta(days=29), UNTIL))
    own = dict(small.campaigns.select("platform_campaign_id", "name").iter_rows())
    budgets = dict(small.campaigns.select("name", "daily_budget_minor").iter_rows())
    assert campaigns
    assert all(own[row["id"]] == row["name"] and budgets[row["name"]] == int(row["daily_budget"]) for row in campaigns)
    assert {row["id"] for row in ads} <= set(small.ads["platform_ad_id"])
    assert rows


def test_leads_come_from_ads_of_the_shop_and_are_the_same_each_time(small: Shop) -> None:
    data = from_shop(small)
    assert len(data.leads()) == N_LEADS
    assert sum(post.scheduled_at is None for post in data.posts()) == N_POSTS
    assert {lead.ad_id for lead in data.leads()} - {None} <= set(small.ads["platform_ad_id"])
    assert from_shop(small).leads() == data.leads()

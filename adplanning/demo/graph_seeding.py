"""Invented ad accounts of any size, currency and time zone: the same arguments give the same data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from adplanning.demo.graph_content import page_content
from adplanning.demo.graph_data import GraphData
from adplanning.demo.graph_delivery import FIGURES, Delivery, days_until
from adplanning.demo.graph_objects import Account, AdObject
from adplanning.demo.season import Flags, Ints


def seeded(
    *,
    seed: int = 7,
    accounts: Sequence[tuple[str, str, str]] = (("act_100", "INR", "Asia/Kolkata"),),
    n_campaigns: int = 4,
    n_ad_sets: int = 2,
    n_ads: int = 2,
    days: int = 40,
    until: date,
    n_leads: int = 20,
    n_posts: int = 6,
) -> GraphData:
    """Make the data of some accounts.

    Parameters
    ----------
    accounts : id, currency and time zone of each; all other numbers hold for each account.
    n_campaigns, n_ad_sets, n_ads : of the account, of each campaign, of each ad set.
    days, until : delivery on the days up to `until`, in the account's own calendar; leads and posts too.

    >>> data = seeded(until=date(2026, 11, 21))
    >>> len(data.objects), len(data.leads()), data.objects["1001000000"].daily_budget
    (28, 20, 5000)
    """
    end = datetime.combine(until + timedelta(days=1), time(), UTC)
    data = GraphData(now=end)
    for account_id, currency, timezone in accounts:
        begun = end - timedelta(days=days + 10)
        account = Account(account_id, f"Account {account_id.removeprefix('act_')}", currency, timezone, begun)
        objects = _objects(account, n_campaigns, n_ad_sets, n_ads)
        ads = [part for part in objects if part.kind == "ad"]
        ad_ids = [ad.id for ad in ads]
        rng = np.random.default_rng([seed, int(account.number)])
        delivered = rng.random((days, len(ads))) < 0.9
        of_ads = Delivery(ad_ids, days_until(until, days), _figures(delivered, rng), delivered)
        of_campaigns = with_more_than_ads(of_ads.by([ad.campaign_id for ad in ads]))
        data.add_account(account, objects, of_ads, of_campaigns)
        data.add_content(page_content(account, ad_ids, end=end, days=days, n_leads=n_leads, n_posts=n_posts, seed=seed))
    return data


def reach_of(impressions: Ints, rng: np.random.Generator) -> Ints:
    """How many persons saw so many impressions: each of them 1 to 1.8 times."""
    return np.ceil(impressions / rng.uniform(1, 1.8, impressions.shape)).astype(np.int64)


def with_more_than_ads(campaigns: Delivery) -> Delivery:
    """Give each third day of a campaign a little spend and some impressions that belong to no ad."""
    third = np.arange(len(campaigns.periods))[:, None] % 3 == 0
    for name, more in (("spend", 137), ("impressions", 11)):
        campaigns.figures[name][third & campaigns.delivered] += more
    return campaigns


def _figures(delivered: Flags, rng: np.random.Generator) -> dict[str, Ints]:
    shape = delivered.shape
    links = rng.poisson(20, shape)
    impressions = links + rng.negative_binomial(20, 0.01, shape)
    leads, purchases = rng.binomial(links, 0.04), rng.binomial(links, 0.05)
    drawn = {
        "spend": np.rint(rng.gamma(4, 12_345, shape)).astype(np.int64) + 1,
        "impressions": impressions,
        "clicks": links + rng.binomial(links, 0.3),
        "link_clicks": links,
        "reach": reach_of(impressions, rng),
        "leads": leads,
        "purchases": purchases,
        "purchase_value": purchases * rng.integers(99_900, 499_900, shape),
    }
    return {name: drawn[name] * delivered for name in FIGURES}


def _objects(account: Account, n_campaigns: int, n_ad_sets: int, n_ads: int) -> list[AdObject]:
    found = []
    for c in range(n_campaigns):
        # Each second campaign leaves the budget to its ad sets.
        of_campaign, of_set = (5000 * (c + 1), None) if c % 2 == 0 else (None, 5000 * (c + 1))
        campaign = AdObject.begun("campaign", account, f"{account.number}1{c:06d}", f"Campaign {c + 1}")
        campaign.daily_budget = of_campaign
        found.append(campaign)
        for s in range(c * n_ad_sets, (c + 1) * n_ad_sets):
            ad_set = AdObject.begun(
                "adset", account, f"{account.number}2{s:06d}", f"Ad set {s + 1}", campaign_id=campaign.id
            )
            ad_set.daily_budget = of_set
            found.append(ad_set)
            found += [
                AdObject.begun(
                    "ad",
                    account,
                    f"{account.number}3{a:06d}",
                    f"Ad {a + 1}",
                    campaign_id=campaign.id,
                    ad_set_id=ad_set.id,
                )
                for a in range(s * n_ads, (s + 1) * n_ads)
            ]
    return found

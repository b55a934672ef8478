"""What the demo shop advertises, and what each campaign can really do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import polars as pl

from adplanning.core.names import with_name_key
from adplanning.core.vocabulary import Platform
from adplanning.demo.numbering import instants, numbered
from adplanning.demo.season import DAY, Ints, Season

ACCOUNTS = {Platform.meta: "Indigo Loom Meta", Platform.google: "Indigo Loom Google Ads"}


@dataclass(frozen=True)
class Plan:
    """One campaign as planned; money in rupees a day for a shop of size 1.

    On a day when it runs it causes `most_orders` × a / (a + `half_spend`) orders, where a is the day's spend plus
    `carry_over` times the a of the day before.
    """

    name: str
    platform: Platform
    objective: str
    landing: str
    spend: float
    cost_per_click: float
    most_orders: float
    half_spend: float
    carry_over: float
    ad_sets: Mapping[str, tuple[str, ...]]
    reaches: Literal["new", "known"] = "new"
    runs: tuple[float, float] = (0.0, 1.0)
    bounce_share: float = 0.55


_META, _GOOGLE, _SALES = Platform.meta, Platform.google, "OUTCOME_SALES"
_BROAD = {
    "Women 25-45 Metro": ("Block Print Video", "Carousel Bedsheets"),
    "Home Decor Interest": ("Block Print Video v2", "Static Offer"),
}
_QUILTS = {"Broad India": ("Jaipur Quilt Reel", "Razai Story")}
_LOOKALIKE = {"LAL 1% India": ("Best Sellers Carousel", "Founder Story"), "LAL 3% India": ("Best Sellers Carousel 2",)}
_CART = {"Cart 14 days": ("Still Yours", "Free Shipping"), "Viewers 30 days": ("Back in Stock",)}
_FESTIVE = {"Gifting": ("Gift Box Video", "Lights Carousel"), "Past Buyers": ("Early Access",)}
_REELS = {"Advantage+ Audience": ("Loom Sounds", "Dye Pot ASMR")}
_BRAND = {"Brand India": ("Handmade Film", "Weavers")}
_SEARCH = {"Exact": ("Search Ad A",), "Phrase": ("Search Ad B",)}
_TERMS = {"Cotton Bedsheets": ("Search Ad C",), "Block Print": ("Search Ad D",)}
_ASSETS = {"Assets": ("Home Textiles",)}

_PLANS = (
    Plan("Prospecting | Bedsheets | Broad", _META, _SALES, "/collections/bedsheets", 1500, 32, 5.0, 2500, 0.4, _BROAD),
    Plan("Prospecting | Quilts | Video", _META, _SALES, "/collections/quilts", 1100, 36, 3.2, 3000, 0.5, _QUILTS),
    Plan("LAL 1% Purchasers", _META, _SALES, "/collections/bestsellers", 900, 27, 3.0, 1200, 0.3, _LOOKALIKE),
    Plan("Retargeting - Cart Abandoners", _META, _SALES, "/cart", 450, 20, 1.1, 600, 0.1, _CART, "known"),
    Plan("{} Festive Sale", _META, _SALES, "/pages/festive", 2200, 24, 9.0, 4000, 0.3, _FESTIVE, runs=(0.72, 0.88)),
    Plan(
        "Engagement Boost | Reels",
        _META,
        "OUTCOME_ENGAGEMENT",
        "/blogs/loom-notes",
        900,
        21,
        0.06,
        2000,
        0.2,
        _REELS,
        bounce_share=0.93,
    ),
    Plan("brand_in_q3", _META, "OUTCOME_AWARENESS", "/", 350, 23, 0.5, 700, 0.1, _BRAND, "known", (0.0, 0.55)),
    Plan("brand_in_q4", _META, "OUTCOME_AWARENESS", "/", 380, 23, 0.5, 700, 0.1, _BRAND, "known", (0.55, 1.0)),
    Plan("Search - Brand - Indigo Loom", _GOOGLE, "SEARCH", "/", 400, 12, 0.3, 800, 0.0, _SEARCH, "known"),
    Plan("Search - Bedsheets Non-Brand", _GOOGLE, "SEARCH", "/collections/bedsheets", 1100, 34, 3.4, 1600, 0.1, _TERMS),
    Plan("Shopping - All Products", _GOOGLE, "SHOPPING", "/products", 1200, 25, 4.5, 2000, 0.1, {"All": ("Feed",)}),
    Plan("PMax - Home Textiles", _GOOGLE, "PERFORMANCE_MAX", "/", 700, 22, 1.4, 1500, 0.3, _ASSETS),
)  # fmt: skip
N_CAMPAIGNS = len(_PLANS)
# The campaign of each ad, and of each ad set, by number.
CAMPAIGN_OF_SET = np.array([c for c, plan in enumerate(_PLANS) for _ in plan.ad_sets])
SET_OF_AD = np.repeat(np.arange(len(CAMPAIGN_OF_SET)), [len(ads) for plan in _PLANS for ads in plan.ad_sets.values()])
CAMPAIGN_OF_AD = CAMPAIGN_OF_SET[SET_OF_AD]
WASTEFUL = "Engagement Boost | Reels"


def plans_for(season: Season) -> tuple[Plan, ...]:
    """The campaigns of a season, the festive one named after its festival."""
    return tuple(replace(plan, name=plan.name.format(season.festival)) for plan in _PLANS)


@dataclass(frozen=True)
class Advertised:
    """The accounts, campaigns, ad sets and ads in the columns of the store, in the order of the plans."""

    ad_accounts: pl.DataFrame
    campaigns: pl.DataFrame
    ad_sets: pl.DataFrame
    ads: pl.DataFrame


def advertised(plans: tuple[Plan, ...], season: Season, size: float) -> Advertised:
    """Write the plans as rows of the store."""
    begun = season.start + (np.array([plan.runs[0] for plan in plans]) * season.n_days).astype(np.int64) * DAY
    platforms = pl.Series([plan.platform.value for plan in plans])
    accounts = _accounts(season)
    campaigns = pl.DataFrame(
        {
            "id": numbered("camp", begun),
            "ad_account_id": platforms.replace_strict(accounts["platform"], accounts["id"]),
            "platform_campaign_id": _platform_ids(platforms, 1),
            "name": [plan.name for plan in plans],
            "status": ["ACTIVE" if plan.runs[1] == 1 else "PAUSED" for plan in plans],
            "objective": [plan.objective for plan in plans],
            "daily_budget_minor": [round(plan.spend * size * 100) for plan in plans],
            "created_at": instants(begun),
            "updated_at": instants(begun),
        }
    )
    sets = _parts("adset", begun[CAMPAIGN_OF_SET], [name for plan in plans for name in plan.ad_sets])
    ads = _parts("ad", begun[CAMPAIGN_OF_AD], [ad for plan in plans for names in plan.ad_sets.values() for ad in names])
    return Advertised(
        accounts,
        with_name_key(campaigns, "name", into="name_key"),
        sets.with_columns(
            campaigns["id"].gather(CAMPAIGN_OF_SET).alias("campaign_id"),
            _platform_ids(platforms.gather(CAMPAIGN_OF_SET), 2).alias("platform_ad_set_id"),
        ),
        ads.with_columns(
            sets["id"].gather(SET_OF_AD).alias("ad_set_id"),
            _platform_ids(platforms.gather(CAMPAIGN_OF_AD), 3).alias("platform_ad_id"),
        ),
    )


def _accounts(season: Season) -> pl.DataFrame:
    at = np.full(len(ACCOUNTS), season.start)
    return pl.DataFrame(
        {
            "id": numbered("acct", at),
            "platform": [platform.value for platform in ACCOUNTS],
            "platform_account_id": ["act_555000111222333", "555-000-1111"],
            "name": list(ACCOUNTS.values()),
            "currency": "INR",
            "timezone": "Asia/Kolkata",
            "created_at": instants(at),
        }
    )


def _parts(prefix: str, begun: Ints, names: list[str]) -> pl.DataFrame:
    return pl.DataFrame({"id": numbered(prefix, begun), "name": names, "created_at": instants(begun)})


def _platform_ids(platforms: pl.Series, level: int) -> pl.Series:
    # Meta writes eighteen digits, Google eleven.
    return pl.Series(
        [
            f"1202155500{level}{number:07d}" if platform == Platform.meta else f"2155500{level}{number:03d}"
            for number, platform in enumerate(platforms)
        ]
    )

"""What each number means: one definition for pages, API, Python, reports and alerts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

import polars as pl

from adplanning.core.errors import InvalidData
from adplanning.core.money import major_units, minor_digits


class Unit(Enum):
    """How a number is written: money in minor units inside, percent as a share of 0 to 1, times as in 2.5×."""

    money = "money"
    count = "count"
    percent = "percent"
    times = "times"


@dataclass(frozen=True)
class Metric:
    """One number and what it means.

    `help` tells it in a sentence, `formula` in short; `good` is the direction that is welcome (1, −1, 0 for neither);
    `slug` the page that explains it. `parts` are numerator and denominator of a ratio, by their names, and `per` how
    many of the denominator it is told for. A number is only told by day or by campaign where that has a meaning.
    """

    title: str
    help: str
    formula: str
    unit: Unit
    slug: str
    good: int = 1
    by_day: bool = True
    by_campaign: bool = True
    parts: tuple[str, str] | None = None
    per: int = 1


_CAMPAIGNS, _CONVERSIONS, _LEADS = "meta-ads/campaigns", "ad-planning/conversions", "meta-ads/leads"
_ATTRIBUTION, _REPORT = "ad-planning/attribution", "ad-planning/attribution-report"

METRICS: Final[Mapping[str, Metric]] = {
    "ad_spend": Metric(
        "Ad spend",
        "What all campaigns cost, each rupee once, although campaigns, ad sets and ads tell of the same money.",
        "Σ spend of campaigns",
        Unit.money,
        _CAMPAIGNS,
        good=0,
    ),
    "revenue": Metric(
        "Total revenue",
        "The value of all conversions, whatever brought them: cancelled ones and robots left out, refunds taken off.",
        "Σ value of conversions",
        Unit.money,
        _CONVERSIONS,
        by_campaign=False,
    ),
    "conversions": Metric(
        "Total conversions",
        "All that visitors did that counts, of every type: cancelled ones and robots left out.",
        "Number of conversions",
        Unit.count,
        _CONVERSIONS,
        by_campaign=False,
    ),
    "purchases": Metric(
        "Purchases",
        "Conversions that are purchases, each order once.",
        "Number of purchases",
        Unit.count,
        _CONVERSIONS,
        by_campaign=False,
    ),
    "purchase_revenue": Metric(
        "Purchase revenue",
        "The value of purchases alone, without what carts, checkouts and forms are said to be worth.",
        "Σ value of purchases",
        Unit.money,
        _CONVERSIONS,
        by_campaign=False,
    ),
    "leads": Metric(
        "Total leads",
        "People who left word in a lead form, by the time they did.",
        "Number of leads",
        Unit.count,
        _LEADS,
    ),
    "social_posts": Metric(
        "Social posts",
        "Posts that went out.",
        "Number of posts with status posted",
        Unit.count,
        "social-posts",
        good=0,
        by_campaign=False,
    ),
    "roas": Metric(
        "ROAS",
        "Return on ad spend: all revenue for each unit spent on ads, whether or not an ad brought it.",
        "Total revenue ÷ Ad spend",
        Unit.times,
        _REPORT,
        by_campaign=False,
        parts=("revenue", "ad_spend"),
    ),
    "purchase_roas": Metric(
        "Purchase ROAS",
        "Revenue from purchases alone for each unit spent on ads, whether or not an ad brought it.",
        "Purchase revenue ÷ Ad spend",
        Unit.times,
        _REPORT,
        by_campaign=False,
        parts=("purchase_revenue", "ad_spend"),
    ),
    "attributed_conversions": Metric(
        "Attributed conversions",
        "Purchases and leads that a campaign brought: the one that is named, else by the last click.",
        "Σ credit of purchases and leads",
        Unit.count,
        _REPORT,
    ),
    "attributed_revenue": Metric(
        "Attributed revenue",
        "The value of purchases and leads that a campaign brought: the one that is named, else by the last click.",
        "Σ credited value of purchases and leads",
        Unit.money,
        _REPORT,
    ),
    "attributed_roas": Metric(
        "Attributed ROAS",
        "Revenue that campaigns brought, for each unit spent on ads.",
        "Attributed revenue ÷ Ad spend",
        Unit.times,
        _REPORT,
        parts=("attributed_revenue", "ad_spend"),
    ),
    "impressions": Metric(
        "Impressions",
        "How often ads were shown, by the ad platform's count.",
        "Σ impressions of campaigns",
        Unit.count,
        _CAMPAIGNS,
    ),
    "clicks": Metric(
        "Clicks",
        "All clicks on ads, by the ad platform's count: on links, likes, the page's name and whatever else.",
        "Σ clicks of campaigns",
        Unit.count,
        _CAMPAIGNS,
    ),
    "link_clicks": Metric(
        "Link clicks",
        "Clicks on the links of ads, by the ad platform's count.",
        "Σ link clicks of campaigns",
        Unit.count,
        _CAMPAIGNS,
    ),
    "claimed_leads": Metric(
        "Leads claimed",
        "Leads that the ad platform says its ads brought.",
        "Σ leads of campaigns",
        Unit.count,
        _CAMPAIGNS,
    ),
    "claimed_purchases": Metric(
        "Purchases claimed",
        "Purchases that the ad platform says its ads brought.",
        "Σ purchases of campaigns",
        Unit.count,
        _CAMPAIGNS,
    ),
    "claimed_revenue": Metric(
        "Revenue claimed",
        "The value of the purchases that the ad platform says its ads brought.",
        "Σ purchase value of campaigns",
        Unit.money,
        _CAMPAIGNS,
    ),
    "claimed_roas": Metric(
        "ROAS claimed",
        "Revenue that the ad platform says its ads brought, for each unit spent on them.",
        "Revenue claimed ÷ Ad spend",
        Unit.times,
        _CAMPAIGNS,
        parts=("claimed_revenue", "ad_spend"),
    ),
    "ctr": Metric(
        "CTR",
        "Click-through rate: the share of impressions that were clicked on, all clicks counted.",
        "Clicks ÷ Impressions",
        Unit.percent,
        _CAMPAIGNS,
        parts=("clicks", "impressions"),
    ),
    "cpc": Metric(
        "CPC",
        "What one click cost, all clicks counted.",
        "Ad spend ÷ Clicks",
        Unit.money,
        _CAMPAIGNS,
        good=-1,
        parts=("ad_spend", "clicks"),
    ),
    "cpm": Metric(
        "CPM",
        "What a thousand impressions cost.",
        "1000 × Ad spend ÷ Impressions",
        Unit.money,
        _CAMPAIGNS,
        good=-1,
        parts=("ad_spend", "impressions"),
        per=1000,
    ),
    "cpl": Metric(
        "CPL",
        "What one lead cost, of those that the ad platform says its ads brought.",
        "Ad spend ÷ Leads claimed",
        Unit.money,
        _CAMPAIGNS,
        good=-1,
        parts=("ad_spend", "claimed_leads"),
    ),
    "cpa": Metric(
        "CPA",
        "What one purchase cost, of those that the ad platform says its ads brought.",
        "Ad spend ÷ Purchases claimed",
        Unit.money,
        _CAMPAIGNS,
        good=-1,
        parts=("ad_spend", "claimed_purchases"),
    ),
    "visitors": Metric(
        "Unique visitors",
        "Different visitors who were seen doing anything, robots left out.",
        "Number of different visitors",
        Unit.count,
        _CONVERSIONS,
        by_day=False,
        by_campaign=False,
    ),
    "conversion_rate": Metric(
        "Conversion rate",
        "Purchases for each unique visitor; above 100 % where visitors buy more than once.",
        "Purchases ÷ Unique visitors",
        Unit.percent,
        _CONVERSIONS,
        by_day=False,
        by_campaign=False,
        parts=("purchases", "visitors"),
    ),
    "sessions": Metric(
        "Campaign sessions",
        "Visits that a link or an ad brought, robots left out, by the time they began.",
        "Number of touchpoints",
        Unit.count,
        _ATTRIBUTION,
    ),
    "resolved_sessions": Metric(
        "Resolved sessions",
        "Visits of which it is known which campaign brought them.",
        "Number of touchpoints with a campaign",
        Unit.count,
        _ATTRIBUTION,
        by_campaign=False,
    ),
    "resolution_rate": Metric(
        "Resolution rate",
        "The share of visits of which it is known which campaign brought them.",
        "Resolved sessions ÷ Campaign sessions",
        Unit.percent,
        _ATTRIBUTION,
        by_campaign=False,
        parts=("resolved_sessions", "sessions"),
    ),
}
"""All numbers of a period, by name."""

HEADLINES: Final = ("ad_spend", "revenue", "conversions", "leads", "social_posts", "roas")
"""Those at the top of the metrics page, in its order."""

BY_DAY: Final = tuple(name for name, metric in METRICS.items() if metric.by_day)
BY_CAMPAIGN: Final = tuple(name for name, metric in METRICS.items() if metric.by_campaign)


def chosen_metrics(names: Collection[str], allowed: Collection[str] = METRICS) -> list[str]:
    """The names, each once and in their order.

    Raises
    ------
    InvalidData : a name that is not among the allowed ones.

    >>> chosen_metrics(["roas", "roas"])
    ['roas']
    """
    for name in names:
        if name not in allowed:
            raise InvalidData.unknown_choice("metric", name, allowed)
    return list(dict.fromkeys(names))


def summed_metrics(names: Collection[str]) -> set[str]:
    """The metrics that some are made from: of a ratio its parts, of a sum itself.

    >>> sorted(summed_metrics(["roas", "revenue"]))
    ['ad_spend', 'revenue']
    """
    return {part for name in names for part in METRICS[name].parts or (name,)}


def shown(name: str, value: float | None, currency: str) -> float | None:
    """A metric's value as the API and Python show it: money in major units, shares in percent.

    >>> shown("ad_spend", 12345, "INR"), shown("ctr", 0.25, "INR"), shown("roas", None, "INR")
    (123.45, 25.0, None)
    """
    if value is None:
        return None
    unit = METRICS[name].unit
    if unit is Unit.money:
        return value / float(10 ** minor_digits(currency))
    return 100 * value if unit is Unit.percent else value


def shown_column(name: str, currency: str) -> pl.Expr:
    """The same of a column of figures, by the metric's name.

    >>> pl.DataFrame({"ad_spend": [12345], "cpc": [0.5]}).select(
    ...     shown_column(name, "INR") for name in ("ad_spend", "cpc")).row(0)
    (123.45, 0.005)
    """
    metric, column = METRICS[name], pl.col(name)
    if metric.unit is Unit.percent:
        return column * 100
    if metric.unit is not Unit.money:
        return column
    # What a click costs is not a whole number of minor units, and is not made one.
    return column / 10 ** minor_digits(currency) if metric.parts else major_units(column, currency)

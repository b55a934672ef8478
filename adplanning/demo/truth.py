"""What each campaign really brought: what the store does not know and an analysis should find."""

from __future__ import annotations

import polars as pl

from adplanning.core.ratios import ratio
from adplanning.demo.campaigns import Plan


def causes_of(orders: pl.DataFrame, campaigns: pl.DataFrame) -> pl.DataFrame:
    """One row per order: order_id, caused_by (a campaign's id; null when it would have come anyway), inr_minor."""
    ids = campaigns.with_row_index("campaign").select(
        pl.col("campaign").cast(pl.Int64), pl.col("id").alias("caused_by")
    )
    return orders.join(ids, on="campaign", how="left", maintain_order="left").select(
        "order_id", "conversion_id", "caused_by", "inr_minor"
    )


def truth_of(
    plans: tuple[Plan, ...], campaigns: pl.DataFrame, daily_spend: pl.DataFrame, causes: pl.DataFrame, size: float
) -> pl.DataFrame:
    """One row per campaign, best first: what it caused and cost, and the curve by which it did.

    Returns
    -------
    campaign_id, campaign_name, spend_minor, true_conversions, true_value_minor (paise), true_roas (their ratio), and
    the curve of `Plan` for this shop's size: most_orders a day, half_spend_minor, carry_over.
    """
    spend = daily_spend.filter(pl.col("level") == "campaign").group_by("campaign_id").agg(pl.col("spend_minor").sum())
    caused = (
        causes.drop_nulls("caused_by")
        .group_by(campaign_id="caused_by")
        .agg(pl.len().cast(pl.Int64).alias("true_conversions"), pl.col("inr_minor").sum().alias("true_value_minor"))
    )
    curves = pl.DataFrame(
        {
            "most_orders": [plan.most_orders * size for plan in plans],
            "half_spend_minor": [round(plan.half_spend * size * 100) for plan in plans],
            "carry_over": [plan.carry_over for plan in plans],
        }
    )
    return (
        campaigns.select(campaign_id="id", campaign_name="name")
        .hstack(curves)
        .join(spend, on="campaign_id", how="left", maintain_order="left")
        .join(caused, on="campaign_id", how="left", maintain_order="left")
        .with_columns(pl.col("spend_minor", "true_conversions", "true_value_minor").fill_null(0))
        .with_columns(true_roas=ratio(pl.col("true_value_minor"), pl.col("spend_minor")))
        .sort("true_roas", "campaign_id", descending=[True, False], nulls_last=True)
    )

"""What each campaign cost and brought in two spans of time, side by side."""

from __future__ import annotations

from typing import Final

import polars as pl

from adplanning.core.frames import require_columns
from adplanning.core.ratios import ratio

FIGURES: Final = ("ad_spend", "attributed_conversions", "attributed_revenue")


def campaign_changes(now: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Lay the figures of campaigns beside those of the time before.

    Formula: revenue_change = attributed_revenue − attributed_revenue_before; roas = attributed_revenue ÷ ad_spend.

    Parameters
    ----------
    now, before : one row per campaign of which the span tells anything: campaign_id, campaign_name and `FIGURES`,
        amounts in minor units, null where not known.

    Returns
    -------
    One row per campaign of either, the one that spent most first: campaign_id, campaign_name, `FIGURES`, the same with
    `_before`, roas, roas_before, revenue_change. A campaign that a span tells nothing of had 0; a difference with what
    is not known is null.

    >>> columns = ["campaign_id", "campaign_name", *FIGURES]
    >>> now = pl.DataFrame([("a", "Sale", 100, 2.0, 300)], schema=columns, orient="row")
    >>> before = pl.DataFrame([("a", "Sale", 100, 1.0, 250), ("b", "Reels", 50, 1.0, 80)], schema=columns, orient="row")
    >>> campaign_changes(now, before).select("campaign_name", "roas", "roas_before", "revenue_change").rows()
    [('Sale', 3.0, 2.5, 50), ('Reels', None, 1.6, -80)]
    """
    both = []
    for frame, name, ending in ((now, "now", ""), (before, "before", "_before")):
        require_columns(frame, ["campaign_id", "campaign_name", *FIGURES], what=name)
        both.append(
            frame.select(
                "campaign_id",
                pl.col("campaign_name").alias(f"name{ending}"),
                *(pl.col(figure).alias(f"{figure}{ending}") for figure in FIGURES),
                pl.lit(value=True).alias(f"told{ending}"),
            )
        )
    rows = both[0].join(both[1], on="campaign_id", how="full", coalesce=True)
    figures = [
        pl.when(pl.col(f"told{ending}").is_null()).then(0).otherwise(f"{figure}{ending}").alias(f"{figure}{ending}")
        for ending in ("", "_before")
        for figure in FIGURES
    ]
    told = rows.select("campaign_id", pl.coalesce("name", "name_before").alias("campaign_name"), *figures)
    return told.with_columns(
        roas=ratio(pl.col("attributed_revenue"), pl.col("ad_spend")),
        roas_before=ratio(pl.col("attributed_revenue_before"), pl.col("ad_spend_before")),
        revenue_change=pl.col("attributed_revenue") - pl.col("attributed_revenue_before"),
    ).sort("ad_spend", "campaign_name", "campaign_id", descending=[True, False, False], nulls_last=True)

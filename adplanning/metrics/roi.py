"""What campaigns earned for what they cost."""

from __future__ import annotations

import polars as pl

from adplanning.core.frames import require_columns
from adplanning.core.ratios import ratio


def campaign_roi(spend: pl.DataFrame, results: pl.DataFrame) -> pl.DataFrame:
    """The return on investment of each campaign that spent or brought something: what it earned beyond its spend.

    Formula: 100 × (revenue − spend) / spend; null without spend, or where either is not known.

    Parameters
    ----------
    spend : one row per campaign_id: spend_minor, null where a part of it has no rate.
    results : one row per credit: campaign_id, share (of a conversion), value_minor (as sold, null without value) and
        reported_minor (in the currency of the spend, null without a rate).

    Returns
    -------
    One row per campaign, the best return first, unknown ones last and equal ones by id: campaign_id, spend_minor,
    n_conversions (Σ share), revenue_minor, roi (percent). Revenue is null where a part of it has no rate.

    >>> spent = pl.DataFrame({"campaign_id": ["a", "b"], "spend_minor": [200, 100]})
    >>> earned = pl.DataFrame({"campaign_id": ["a", "a"], "share": [1.0, 0.5], "value_minor": [250, 50],
    ...     "reported_minor": [250, 50]})
    >>> campaign_roi(spent, earned).rows()
    [('a', 200, 1.5, 300, 50.0), ('b', 100, 0.0, 0, -100.0)]
    """
    require_columns(spend, ["campaign_id", "spend_minor"], what="spend")
    require_columns(results, ["campaign_id", "share", "value_minor", "reported_minor"], what="results")
    is_unknown = (pl.col("value_minor").is_not_null() & pl.col("reported_minor").is_null()).any()
    brought = results.group_by("campaign_id").agg(
        pl.col("share").sum().alias("n_conversions"),
        pl.when(~is_unknown).then(pl.col("reported_minor").sum()).alias("revenue_minor"),
        pl.lit(value=True).alias("__brought"),
    )
    both = spend.with_columns(pl.lit(value=True).alias("__spent")).join(
        brought, on="campaign_id", how="full", coalesce=True
    )
    figures = both.select(
        "campaign_id",
        pl.when(pl.col("__spent").is_null()).then(0).otherwise("spend_minor").cast(pl.Int64).alias("spend_minor"),
        pl.col("n_conversions").fill_null(0.0),
        pl.when(pl.col("__brought").is_null()).then(0).otherwise("revenue_minor").cast(pl.Int64).alias("revenue_minor"),
    )
    gain, spent = pl.col("revenue_minor") - pl.col("spend_minor"), pl.col("spend_minor")
    return figures.with_columns(roi=100 * ratio(gain, spent)).sort(
        "roi", "campaign_id", descending=[True, False], nulls_last=True
    )

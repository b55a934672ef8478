"""What the ad platforms claim to have brought, to stand beside what we credit and never to be added to it."""

from __future__ import annotations

import polars as pl

from adplanning.attribution.spend import SPEND_KEYS, spend_rows
from adplanning.core.frames import require_columns


def claims_by(spend: pl.LazyFrame, by: str) -> pl.LazyFrame:
    """Add up the results that platforms report by campaign, ad set, ad or day.

    Formula: Σ n_results over the rows that spend is added up from (`spend_rows`). Each platform counts by its own
    rules, so one sale may be claimed by several: a sum over platforms is more than was sold.

    Parameters
    ----------
    spend : one row per reported object and day: level, object_id, campaign_id, on, n_results (null when the platform
        told none).
    by : one of `SPEND_KEYS`; by anything else there are no rows.

    Returns
    -------
    One row per key: key, claimed_conversions; null where the platform told none at all.

    >>> rows = pl.LazyFrame({
    ...     "level": ["campaign", "ad"], "object_id": ["a", "a1"], "campaign_id": ["a", "a"], "on": [1, 1],
    ...     "n_results": [7.0, 6.0],
    ... })
    >>> claims_by(rows, "campaign").collect().rows(), claims_by(rows, "source").collect().rows()
    ([('a', 7.0)], [])
    """
    if by not in SPEND_KEYS:
        return pl.LazyFrame(schema={"key": pl.String, "claimed_conversions": pl.Float64})
    require_columns(spend, ["level", "object_id", "campaign_id", "on", "n_results"], what="spend")
    told = pl.col("n_results").is_not_null().any()
    return (
        spend_rows(spend, by)
        .group_by(SPEND_KEYS[by].alias("key"))
        .agg(pl.when(told).then(pl.col("n_results").sum()).alias("claimed_conversions"))
    )

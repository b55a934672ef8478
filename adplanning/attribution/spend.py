"""What was spent by campaign, ad set, ad or day, each rupee once."""

from __future__ import annotations

from typing import Final

import polars as pl

from adplanning.core.spend_levels import spend_once

SPEND_KEYS: Final[dict[str, pl.Expr]] = {
    "campaign": pl.col("campaign_id"),
    "ad_set": pl.col("ad_set_id"),
    "ad": pl.col("object_id"),
    "day": pl.col("day"),
}
"""By what spend is known; that of a source, medium or channel is not, because campaigns mix them."""


def spend_rows(spend: pl.LazyFrame, by: str) -> pl.LazyFrame:
    """The rows that may be added up by one of `SPEND_KEYS`: of ads their own, else `spend_once`."""
    if by == "ad":
        return spend.filter(pl.col("level") == "ad")
    return spend_once(spend, "ad_set" if by == "ad_set" else "campaign")


def spend_by(spend: pl.LazyFrame, by: str) -> pl.LazyFrame:
    """Add up spend by campaign, ad set, ad or day.

    Formula: Σ reported_minor over `spend_rows`.

    Parameters
    ----------
    spend : one row per reported object and day: level, object_id, campaign_id, ad_set_id, on, day (as text;
        "first/last" where several days are told together), reported_minor (in the reporting currency, null without a
        rate).
    by : one of `SPEND_KEYS`; by anything else there are no rows.

    Returns
    -------
    One row per key: key, spend_minor; null where part of the spend has no rate, so that no ratio flatters.

    >>> rows = pl.LazyFrame({
    ...     "level": ["campaign", "ad"], "object_id": ["a", "a1"], "campaign_id": ["a", "a"], "on": [1, 1],
    ...     "reported_minor": [500, 480],
    ... })
    >>> spend_by(rows, "campaign").collect().rows(), spend_by(rows, "ad").collect().rows()
    ([('a', 500)], [('a1', 480)])
    """
    if by not in SPEND_KEYS:
        return pl.LazyFrame(schema={"key": pl.String, "spend_minor": pl.Int64})
    rows = spend_rows(spend, by)
    in_full = pl.col("reported_minor").is_not_null().all()
    return rows.group_by(SPEND_KEYS[by].alias("key")).agg(
        pl.when(in_full).then(pl.col("reported_minor").sum()).alias("spend_minor")
    )

"""Along which ways customers come to their first purchase."""

from __future__ import annotations

from typing import Final

import polars as pl

from adplanning.core.errors import InvalidData
from adplanning.core.frames import require_columns
from adplanning.core.ratios import ratio
from adplanning.core.vocabulary import JourneyEventType

MAX_STEPS: Final = 6
"""Of a longer way the last ones are told: what is nearest to the purchase."""


def frequent_ways(steps: pl.LazyFrame, *, limit: int = 20) -> pl.DataFrame:
    """The ways that most customers took, and how many of them bought.

    Formula: a way is the types of a customer's steps in time up to the first purchase, which is left out, so that those
    who bought and those who did not can be on the same way; a type that follows itself counts once; of more than
    `MAX_STEPS` the last ones. share_converted = n_converted / n_customers.

    Parameters
    ----------
    steps : one row per step, as from `ways.ways`: path_key, occurred_at (UTC), event_type.
    limit : how many ways; default 20, a page.

    Returns
    -------
    One row per way, that of most customers first, equal ones by their words: way (list, empty where the purchase was
    the first that anybody knows), n_customers, n_converted, share_converted.

    Raises
    ------
    InvalidData : a missing column, or a limit below 1.

    >>> from datetime import UTC, datetime
    >>> at = [datetime(2026, 3, 2, hour, tzinfo=UTC) for hour in range(5)]
    >>> steps = pl.LazyFrame({"path_key": ["a"] * 4 + ["b"], "occurred_at": at, "event_type": ["ad_click", "page_view",
    ...     "page_view", "purchase", "ad_click"]})
    >>> frequent_ways(steps).select("way", "n_customers", "share_converted").rows()
    [(['ad_click'], 1, 0.0), (['ad_click', 'page_view'], 1, 1.0)]
    """
    require_columns(steps, ["path_key", "occurred_at", "event_type"], what="steps")
    if limit < 1:
        raise InvalidData.at("limit", f"must be 1 or more, not {limit}")
    is_purchase = pl.col("event_type") == JourneyEventType.purchase
    bought = steps.filter(is_purchase).group_by("path_key").agg(pl.col("occurred_at").min().alias("bought_at"))
    is_before = (pl.col("occurred_at") <= pl.col("bought_at")).fill_null(value=True) & ~is_purchase
    # Of two at one instant the name decides, so that the answer depends on no order.
    in_time = (
        pl.col("event_type")
        .filter(is_before)
        .sort_by(pl.col("occurred_at").filter(is_before), pl.col("event_type").filter(is_before))
    )
    of_customer = (
        steps.filter(pl.col("path_key").is_not_null())
        .join(bought, on="path_key", how="left")
        .group_by("path_key")
        .agg(
            in_time.rle().struct.field("value").tail(MAX_STEPS).alias("way"),
            pl.col("bought_at").first().is_not_null().alias("has_bought"),
        )
    )
    return (
        of_customer.group_by("way")
        .agg(
            pl.len().cast(pl.Int64).alias("n_customers"), pl.col("has_bought").sum().cast(pl.Int64).alias("n_converted")
        )
        .with_columns(ratio(pl.col("n_converted"), pl.col("n_customers")).alias("share_converted"))
        .sort(pl.col("n_customers"), pl.col("way").list.join(" "), descending=[True, False])
        .head(limit)
        .collect()
    )

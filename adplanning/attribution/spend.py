"""What was spent, each rupee once, although campaigns, ad sets and ads report the same money."""

from __future__ import annotations

import polars as pl

from adplanning.core.frames import require_columns

LEVELS = ("campaign", "ad_set", "ad")
"""The levels at which spend is reported, coarsest first."""


def spend_once(spend: pl.LazyFrame) -> pl.LazyFrame:
    """Keep, of each campaign and day, the rows of the coarsest level there is.

    Formula: campaign rows, else ad set rows, else ad rows. A finer level may lack what was deleted meanwhile, so it
    never corrects a coarser one.

    Parameters
    ----------
    spend : one row per reported object and day: level (one of `LEVELS`), campaign_id, on.

    Returns
    -------
    Those rows whose spend may be added up.

    >>> rows = pl.LazyFrame({
    ...     "level": ["campaign", "ad", "ad", "ad"], "campaign_id": ["a", "a", "b", "b"], "on": [1, 1, 1, 1],
    ...     "spend_minor": [500, 480, 200, 100],
    ... })
    >>> spend_once(rows).select(pl.col("spend_minor").sum()).collect().item()
    800
    """
    require_columns(spend, ["level", "campaign_id", "on"], what="spend")
    rank = pl.col("level").replace_strict(LEVELS, range(len(LEVELS)), return_dtype=pl.Int8)
    coarsest = rank.min().over("campaign_id", "on")
    return spend.filter(rank == coarsest)

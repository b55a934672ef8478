"""At which level of an ad account figures are told: campaigns, ad sets and ads report the same money."""

from __future__ import annotations

from typing import Final

import polars as pl

from adplanning.core.frames import require_columns

LEVELS: Final = ("campaign", "ad_set", "ad")
"""The levels at which spend is reported, coarsest first."""


def spend_once(spend: pl.LazyFrame, of: str = "campaign") -> pl.LazyFrame:
    """Keep, of each campaign and day, the rows of the coarsest level there is.

    Formula: campaign rows, else ad set rows, else ad rows. A finer level may lack what was deleted meanwhile, so it
    never corrects a coarser one.

    Parameters
    ----------
    spend : one row per reported object and day: level (one of `LEVELS`), on, and campaign_id (`<of>_id`).
    of : the level whose objects are meant; of each ad set, likewise, its own rows, else those of its ads.

    Returns
    -------
    Those rows whose spend may be added up.

    >>> rows = pl.LazyFrame({
    ...     "level": ["campaign", "ad", "ad", "ad"], "campaign_id": ["a", "a", "b", "b"], "on": [1, 1, 1, 1],
    ...     "ad_set_id": [None, "a1", "b1", "b1"], "spend_minor": [500, 480, 200, 100],
    ... })
    >>> spend_once(rows).select(pl.col("spend_minor").sum()).collect().item()
    800
    >>> spend_once(rows, of="ad_set").select(pl.col("spend_minor").sum()).collect().item()
    780
    """
    key = f"{of}_id"
    require_columns(spend, ["level", key, "on"], what="spend")
    rank = pl.col("level").replace_strict(LEVELS, range(len(LEVELS)), return_dtype=pl.Int8)
    of_it = spend.filter(rank >= LEVELS.index(of))
    return of_it.filter(rank == rank.min().over(key, "on"))

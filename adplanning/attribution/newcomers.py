"""Whether who converts is new: had they bought anything before?"""

from __future__ import annotations

import polars as pl

from adplanning.core.frames import require_columns


def with_is_new(conversions: pl.LazyFrame, purchases: pl.LazyFrame) -> pl.LazyFrame:
    """Mark the conversions of those who had bought nothing before.

    Formula: new unless a purchase of the same path key lies before converted_at. The first purchase itself is a new
    buyer's; of two at one instant both are.

    Parameters
    ----------
    conversions : one row per conversion: path_key, converted_at.
    purchases : one row per purchase, of all times before as well: path_key, converted_at.

    Returns
    -------
    The conversions with `is_new`.

    >>> sold = pl.LazyFrame({"path_key": ["a", "a", "b"], "converted_at": [1, 5, 3]})
    >>> with_is_new(sold, sold.head(2)).sort("path_key", "converted_at").collect()["is_new"].to_list()
    [True, False, True]
    """
    require_columns(conversions, ["path_key", "converted_at"], what="conversions")
    require_columns(purchases, ["path_key", "converted_at"], what="purchases")
    first = purchases.group_by("path_key").agg(pl.col("converted_at").min().alias("__first_at"))
    bought_before = (pl.col("__first_at") < pl.col("converted_at")).fill_null(value=False)
    return (
        conversions.join(first, on="path_key", how="left")
        .with_columns((~bought_before).alias("is_new"))
        .drop("__first_at")
    )

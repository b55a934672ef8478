"""Recency, frequency and monetary value of buyers, and where each stands among all of them."""

from __future__ import annotations

import polars as pl

from adplanning.core.frames import require_columns

N_CLASSES = 5


def rfm(buyers: pl.LazyFrame) -> pl.LazyFrame:
    """Give each buyer their RFM score, such as "543".

    Formula: of each of recency, frequency and monetary value the `quintile` among the buyers who have it, from 1 to 5,
    the best; the best are those with the fewest days, the most purchases and the most spent.

    Parameters
    ----------
    buyers : one row per person with a purchase: recency (days), frequency (purchases), monetary_minor, null where no
        rate is known.

    Returns
    -------
    The rows with `rfm_score`; null where one of the three is.

    Raises
    ------
    InvalidData : a missing column.

    >>> buyers = pl.LazyFrame({"recency": [1, 30, 90], "frequency": [9, 2, 2], "monetary_minor": [900, None, 100]})
    >>> rfm(buyers).collect()["rfm_score"].to_list()
    ['554', None, '122']

    Source: Hughes, Strategic Database Marketing (1994), ch. 5; there equal values are parted at random.
    """
    require_columns(buyers, ["recency", "frequency", "monetary_minor"], what="buyers")
    quintiles = [quintile(-pl.col("recency")), quintile(pl.col("frequency")), quintile(pl.col("monetary_minor"))]
    return buyers.with_columns(rfm_score=pl.concat_str(quintiles))


def quintile(value: pl.Expr) -> pl.Expr:
    """The fifth that each value lies in, 1 to 5, the greatest in 5; null where it is missing.

    Formula: ⌈5 × (rank − ½) / n⌉ of the n values that are there. Equal values have one rank, the mean of their places,
    and so one fifth; where all are equal that is the middle one.

    >>> pl.DataFrame({"n": [1, 1, 1, 2, None]}).select(quintile(pl.col("n")))["n"].to_list()
    [2, 2, 2, 5, None]
    """
    # Twice a mean rank is whole, so the division is exact where it must be.
    below = (value.rank("average") * 2).cast(pl.Int64) - 1
    n = value.count().cast(pl.Int64)
    return ((below * N_CLASSES + 2 * n - 1) // (2 * n)).cast(pl.Int8)

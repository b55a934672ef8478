"""Division as this product means it: nothing over nothing is unknown, not zero."""

from __future__ import annotations

from typing import overload

import polars as pl


@overload
def ratio(numerator: pl.Expr, denominator: pl.Expr) -> pl.Expr: ...
@overload
def ratio(numerator: float | None, denominator: float | None) -> float | None: ...
def ratio(numerator: pl.Expr | float | None, denominator: pl.Expr | float | None) -> pl.Expr | float | None:
    """Divide, answering null where the denominator is zero or unknown.

    Formula: numerator / denominator; null when denominator is 0 or null, or numerator is null.

    >>> ratio(3, 4), ratio(3, 0), ratio(None, 2)
    (0.75, None, None)
    >>> frame = pl.DataFrame({"revenue": [30.0, 5.0], "spend": [10.0, 0.0]})
    >>> frame.select(roas=ratio(pl.col("revenue"), pl.col("spend")))["roas"].to_list()
    [3.0, None]
    """
    if isinstance(numerator, pl.Expr) or isinstance(denominator, pl.Expr):
        above = numerator if isinstance(numerator, pl.Expr) else pl.lit(numerator)
        below = denominator if isinstance(denominator, pl.Expr) else pl.lit(denominator)
        return pl.when(below != 0).then(above / below)
    if numerator is None or not denominator:
        return None
    return numerator / denominator

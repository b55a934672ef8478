"""How far credit models differ: side by side, and in one number."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import polars as pl

from adplanning.core.frames import require_columns
from adplanning.core.ratios import ratio


def side_by_side(rows: pl.DataFrame, models: Sequence[str], *, measure: str = "credited_conversions") -> pl.DataFrame:
    """Put what each model gives a key beside what the others give it.

    Formula: `spread` = the most that a model gives the key less the least.

    Parameters
    ----------
    rows : as of an `AttributionReport`: model, key, name and the measure.
    models : those to compare, in order.
    measure : the column compared.

    Returns
    -------
    One row per key: key, name, a column per model, spread; the widest spread first.

    >>> rows = pl.DataFrame({"model": ["first_click", "last_click"] * 2, "key": ["a", "a", "b", "b"],
    ...     "name": ["A", "A", "B", "B"], "credited_conversions": [3.0, 1.0, 0.0, 2.0]})
    >>> side_by_side(rows, ["first_click", "last_click"]).rows()
    [('a', 'A', 3.0, 1.0, 2.0), ('b', 'B', 0.0, 2.0, 2.0)]
    """
    require_columns(rows, ["model", "key", "name", measure], what="rows")
    keys = rows.unique("key", maintain_order=True).select("key", "name")
    for model in models:
        its = rows.filter(pl.col("model") == model).select("key", pl.col(measure).alias(model))
        keys = keys.join(its, on="key", how="left", maintain_order="left")
    spread = pl.max_horizontal(models) - pl.min_horizontal(models)
    return keys.with_columns(spread.alias("spread")).sort("spread", "key", descending=[True, False])


def disagreements(rows: pl.DataFrame, models: Sequence[str], *, measure: str = "credited_conversions") -> pl.DataFrame:
    """Tell of each two models how much of the credit they place differently.

    Formula: ½ Σ over keys |credit a − credit b| / Σ credit of a: the share that would have to be moved from one key to
    another to make one model of the other (total variation distance). Null where nothing is credited.

    Parameters
    ----------
    rows, models, measure : as for `side_by_side`.

    Returns
    -------
    One row per pair: model, other, moved_share (0 to 1).

    Source: Levin, Peres and Wilmer (2009), Markov Chains and Mixing Times, proposition 4.2.

    >>> rows = pl.DataFrame({"model": ["first_click", "last_click"] * 2, "key": ["a", "a", "b", "b"],
    ...     "name": ["A", "A", "B", "B"], "credited_conversions": [3.0, 1.0, 1.0, 3.0]})
    >>> disagreements(rows, ["first_click", "last_click"]).rows()
    [('first_click', 'last_click', 0.5)]
    """
    beside = side_by_side(rows, models, measure=measure)
    pairs = [
        (one, other, ratio(float((beside[one] - beside[other]).abs().sum()) / 2, float(beside[one].sum())))
        for one, other in combinations(models, 2)
    ]
    schema = {"model": pl.String, "other": pl.String, "moved_share": pl.Float64}
    return pl.DataFrame(pairs, schema=schema, orient="row")

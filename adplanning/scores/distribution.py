"""How the scores of one type lie: how many customers have which value."""

from __future__ import annotations

from math import nextafter
from typing import Final

import polars as pl

from adplanning.core.vocabulary import ScoreType

DECADES: Final = 4
"""Over how many powers of ten the classes of a CLV go down from the highest: few are worth much, and classes of one
width would put nearly all customers into the first."""
_SCHEMA: Final = {"from_value": pl.Float64, "to_value": pl.Float64, "n": pl.Int64, "share": pl.Float64}
_ABOVE_NOTHING: Final = nextafter(0.0, 1.0)


def value_distribution(values: pl.Series, score_type: ScoreType) -> pl.DataFrame:
    """Count the scores of one type by classes of their value.

    Formula: a class holds from_value ≤ score < to_value, the last one whatever is not below its from_value. Engagement
    and churn risk go in tens; CLV goes 1, 2, 5, 10, 20, 50 … over the `DECADES` that end with the highest, and what is
    below them is one class. Before these stands a class from 0 to 0, of those who have nothing (0 or less): they are
    often most, and belong to no width. NPS goes by whole answers from 0 to 10; an answer on the scale of 5 lies between
    two and counts at the lower one.

    Parameters
    ----------
    values : every score of the type, in any order; a CLV in major units.
    score_type : which type that is.

    Returns
    -------
    One row per class, ascending, also those of nobody: from_value, to_value, n, share (0–1); none without scores. The n
    add up to the number of scores.

    >>> clv = value_distribution(pl.Series([0.0, 150.0, 180.0, 400.0]), ScoreType.clv)
    >>> clv.filter(pl.col("n") > 0).rows()
    [(0.0, 0.0, 1, 0.25), (100.0, 200.0, 2, 0.5), (200.0, 500.0, 1, 0.25)]
    """
    if values.is_empty():
        return pl.DataFrame(schema=_SCHEMA)
    *starts, end = _bounds(values, score_type)
    place = pl.Series([start or _ABOVE_NOTHING for start in starts]).search_sorted(values, side="right")
    counted = place.alias("place").value_counts(name="n")
    classes = pl.DataFrame({"from_value": [0.0, *starts], "to_value": [*starts, end]}).with_row_index("place")
    n = pl.col("n").fill_null(0).cast(pl.Int64)
    return classes.join(counted, on="place", how="left", maintain_order="left").select(
        "from_value", "to_value", n, share=n / values.len()
    )


def _bounds(values: pl.Series, score_type: ScoreType) -> list[float]:
    """Where the classes after the first begin, and where the last one ends."""
    if score_type is ScoreType.nps:
        return [float(answer) for answer in range(1, 12)]
    if score_type is not ScoreType.clv:
        return [float(percent) for percent in range(0, 101, 10)]
    most = max(1.0, *values.top_k(1))
    highest = len(str(int(most))) - 1
    ladder = [
        float(step * 10**power) for power in range(max(highest - DECADES + 1, 0), highest + 2) for step in (1, 2, 5)
    ]
    end = next(step for step in ladder if step > most)
    return [0.0, *(step for step in ladder if step <= end)]

"""Where a score stands: among all others of its type, and against what it was."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from adplanning.core.ratios import ratio


def percentiles(all_values: pl.Series, values: Sequence[float]) -> list[int | None]:
    """The percent of all scores that are at or below each value, rounded.

    Formula: round(100 · number of scores ≤ value / number of scores), halves up; null with fewer than two scores.

    Parameters
    ----------
    all_values : every score of one type, in any order.
    values : those asked for.

    >>> percentiles(pl.Series([10.0, 20.0, 20.0, 40.0]), [10.0, 20.0, 40.0]), percentiles(pl.Series([10.0]), [10.0])
    ([25, 75, 100], [None])
    """
    n = all_values.len()
    if n < 2:
        return [None] * len(values)
    upto = all_values.sort().search_sorted(pl.Series(values, dtype=all_values.dtype), side="right")
    return [int(100 * at / n + 0.5) for at in upto]


def change_of(value: float, previous: float | None) -> float | None:
    """How much a score has changed since the one before, to two decimals; null when it is the first.

    >>> change_of(40.0, 30.0), change_of(40.0, None)
    (10.0, None)
    """
    return None if previous is None else round(value - previous, 2)


def trend_direction(value: float, previous: float | None) -> str:
    """Whether a score has gone up or down since the one before; a first one is stable.

    >>> trend_direction(40.0, 30.0), trend_direction(30.0, 40.0), trend_direction(30.0, None)
    ('up', 'down', 'stable')
    """
    change = change_of(value, previous) or 0
    return "up" if change > 0 else "down" if change < 0 else "stable"


def share_of(n: int, total: int) -> float:
    """A part in percent, to two decimals; 0 of nothing, as the API contract has it.

    >>> share_of(1, 3), share_of(0, 0)
    (33.33, 0.0)
    """
    return round(100 * (ratio(n, total) or 0.0), 2)

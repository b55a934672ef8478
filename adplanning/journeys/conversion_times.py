"""How long customers take from their first step to their first purchase."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import polars as pl

from adplanning.core.frames import require_columns
from adplanning.core.vocabulary import JourneyEventType

# Finer where most customers are; each range begins at its day and ends before the next one's.
_FROM_DAYS: Final = (0, 1, 2, 4, 8, 15, 31, 61, 91, 181)
_DAY_US: Final = 86_400_000_000


@dataclass(frozen=True)
class ConversionTimes:
    """How long `n` customers took; both averages are null when there are none.

    `histogram` has all ranges, ascending: label, from_days, to_days (the first day beyond, null in the last), n; these
    add up to `n`. `n_unknown` further customers bought before any step that is known of them: that is no time of 0.
    """

    n: int
    n_unknown: int
    median_days: float | None
    mean_days: float | None
    histogram: pl.DataFrame


def times_to_convert(steps: pl.LazyFrame, *, since: datetime | None = None) -> ConversionTimes:
    """Measure the time from the first step to the first purchase of each customer.

    Formula: (first purchase − first step that is no purchase) in days of 24 hours; unknown where that step does not
    exist or comes later.

    Parameters
    ----------
    steps : one row per step, as from `ways.ways`, from the beginning on: path_key, occurred_at (UTC), event_type.
    since : only customers whose first purchase is at or after it; all when None.

    Returns
    -------
    n + n_unknown = the customers with a first purchase in that time.

    Raises
    ------
    InvalidData : a missing column.

    >>> from datetime import UTC
    >>> day = [datetime(2026, 3, n, tzinfo=UTC) for n in range(1, 8)]
    >>> steps = pl.LazyFrame({"path_key": ["a", "a", "a", "b"], "occurred_at": [day[0], day[3], day[6], day[2]],
    ...     "event_type": ["page_view", "purchase", "purchase", "purchase"]})
    >>> times = times_to_convert(steps)
    >>> times.n, times.n_unknown, times.median_days, times.histogram.filter(pl.col("n") > 0)["label"].item()
    (1, 1, 3.0, '2–3 days')
    """
    require_columns(steps, ["path_key", "occurred_at", "event_type"], what="steps")
    is_purchase = pl.col("event_type") == JourneyEventType.purchase
    at = pl.col("occurred_at")
    bought = (
        steps.filter(pl.col("path_key").is_not_null())
        .group_by("path_key")
        .agg(at.filter(is_purchase).min().alias("bought_at"), at.filter(~is_purchase).min().alias("came_at"))
        .filter(pl.col("bought_at").is_not_null() if since is None else pl.col("bought_at") >= since)
    )
    is_known = (pl.col("came_at") <= pl.col("bought_at")).fill_null(value=False)
    days = ((pl.col("bought_at") - pl.col("came_at")).dt.total_microseconds() / _DAY_US).alias("days")
    found = bought.select(is_known.alias("is_known"), days).collect()
    known = found.filter("is_known").select("days")
    median_days, mean_days = known.select(pl.median("days"), pl.mean("days").alias("mean")).row(0)
    return ConversionTimes(
        n=known.height,
        n_unknown=found.height - known.height,
        median_days=median_days,
        mean_days=mean_days,
        histogram=_histogram(known),
    )


def _histogram(known: pl.DataFrame) -> pl.DataFrame:
    to_days = [*_FROM_DAYS[1:], None]
    ranges = pl.DataFrame(
        {
            "label": [_label(first, end) for first, end in zip(_FROM_DAYS, to_days, strict=True)],
            "from_days": _FROM_DAYS,
            "to_days": to_days,
        },
        schema_overrides={"from_days": pl.Int64, "to_days": pl.Int64},
    )
    # A microsecond is 1e-11 days: this mends the last digit of whole days and nothing else.
    whole = known.select(pl.col("days").round(12).floor().cast(pl.Int64)).sort("days")
    placed = whole.join_asof(ranges.select("from_days"), left_on="days", right_on="from_days", coalesce=False)
    counted = placed.group_by("from_days").agg(pl.len().cast(pl.Int64).alias("n"))
    return ranges.join(counted, on="from_days", how="left", maintain_order="left").with_columns(
        pl.col("n").fill_null(0)
    )


def _label(first: int, end: int | None) -> str:
    if end is None:
        return f"over {first - 1} days"
    if end - first > 1:
        return f"{first}–{end - 1} days"
    return "under a day" if first == 0 else f"{first} day"

"""What a customer is worth over the whole time, by rules that need no model."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import polars as pl

from adplanning.core.frames import require_columns

MONTH_DAYS: Final = 30
EXPECTED_MONTHS: Final = 24
LOYAL_MONTHS: Final = 36
"""For who buys again within `LOYAL_DAYS` on average."""
LOYAL_DAYS: Final = 90
RARE_MONTHS: Final = 12
"""For who buys again after more than `RARE_DAYS` on average."""
RARE_DAYS: Final = 180
SINGLE_MONTHLY: Final = 1 / 3
SINGLE_MONTHS: Final = 12
"""A single purchase tells no rhythm: one in three months is taken, for a year."""
_DAY_US: Final = 86_400_000_000


def rule_based_values(purchases: pl.LazyFrame, *, as_of: datetime) -> pl.LazyFrame:
    """Value each buyer by average order, rhythm and expected months.

    Formula: predicted = average order value × monthly frequency × expected months; monthly frequency = purchases /
    max(1, days since the first purchase / 30); 24 months, 36 with purchases closer than 90 days apart on average, 12
    when over 180 days apart. A single purchase: 1/3 a month for 12 months. realized = Σ value; remaining = max(0,
    predicted − realized).

    Identity: remaining ≥ 0, and predicted ≤ realized + remaining.

    Parameters
    ----------
    purchases : one row per purchase, as from `activities.purchases`: person_id, purchased_at (UTC, not after as_of),
        value_minor (of the reporting currency, what was paid back taken out; null is unknown).
    as_of : the instant up to which days are counted.

    Returns
    -------
    One row per buyer: person_id, purchase_count, n_unvalued (purchases of unknown value: they count in the rhythm, in
    no sum and no average), first_purchase_at, last_purchase_at, realized_minor, average_order_minor (null when all are
    of unknown value), monthly_frequency, expected_months, predicted_minor, remaining_minor (both whole, but Float64: a
    prediction knows no bound).

    Raises
    ------
    InvalidData : a missing column.

    >>> from datetime import UTC, timedelta
    >>> now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> bought = pl.LazyFrame({"person_id": ["asha", "asha", "ravi"], "value_minor": [100_000, 300_000, 100_000],
    ...     "purchased_at": [now - timedelta(days=60), now, now]})
    >>> values = rule_based_values(bought, as_of=now).sort("person_id").collect()
    >>> values.select("monthly_frequency", "expected_months", "predicted_minor").rows()  # 2000 × 2/2 × 36; 1000 × 4
    [(1.0, 36, 7200000.0), (0.3333333333333333, 12, 400000.0)]

    Source: the API contract of the shop.
    """
    require_columns(purchases, ["person_id", "purchased_at", "value_minor"], what="purchases")
    n = pl.col("purchase_count")
    first_at, last_at = pl.col("first_purchase_at"), pl.col("last_purchase_at")
    apart_days = _days(last_at - first_at) / (n - 1)
    months = pl.max_horizontal(1.0, _days(pl.lit(as_of) - first_at) / MONTH_DAYS)
    rhythm = pl.when(apart_days < LOYAL_DAYS).then(LOYAL_MONTHS).when(apart_days > RARE_DAYS).then(RARE_MONTHS)
    predicted = pl.col("average_order_minor") * pl.col("monthly_frequency") * pl.col("expected_months")
    return (
        purchases.group_by("person_id")
        .agg(
            pl.len().cast(pl.Int64).alias("purchase_count"),
            pl.col("value_minor").null_count().cast(pl.Int64).alias("n_unvalued"),
            pl.col("purchased_at").min().alias("first_purchase_at"),
            pl.col("purchased_at").max().alias("last_purchase_at"),
            pl.col("value_minor").sum().alias("realized_minor"),
            pl.col("value_minor").mean().alias("average_order_minor"),
        )
        .with_columns(
            monthly_frequency=pl.when(n == 1).then(SINGLE_MONTHLY).otherwise(n / months),
            expected_months=pl.when(n == 1).then(SINGLE_MONTHS).otherwise(rhythm.otherwise(EXPECTED_MONTHS)),
        )
        .with_columns(predicted_minor=predicted.fill_null(0.0).round())
        .with_columns(remaining_minor=pl.max_horizontal(0.0, pl.col("predicted_minor") - pl.col("realized_minor")))
    )


def _days(span: pl.Expr) -> pl.Expr:
    return span.dt.total_microseconds() / _DAY_US

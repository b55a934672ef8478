"""How many of the customers who first bought in a month buy again in later ones."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import polars as pl

from adplanning.core.frames import require_columns
from adplanning.core.periods import RESOLUTION, Period
from adplanning.core.ratios import ratio


def cohort_retention(purchases: pl.LazyFrame, *, period: Period, zone: ZoneInfo) -> pl.DataFrame:
    """Follow each month's new buyers.

    Formula: a cohort are the customers whose first purchase of all is in one calendar month; active at age a are those
    of them with a purchase in the a-th month after it; share = n_active / n_customers.

    Parameters
    ----------
    purchases : one row per purchase up to the end of the period, from the beginning on: path_key, occurred_at (UTC).
    period : cohorts begin in it, and are followed to the month in which it ends; when it is open, to that of the latest
        purchase. That last month is not over, unless the period ends with it.
    zone : whose calendar months are meant.

    Returns
    -------
    One row per cohort and age that has come, in their order: cohort_on (the first of the month), age (months),
    n_customers, n_active, share. Months without a purchase are 0; at age 0 all are active. A month without new buyers
    is no cohort.

    Raises
    ------
    InvalidData : a missing column.

    >>> from datetime import UTC
    >>> bought = pl.LazyFrame({"path_key": ["a", "a", "b"], "occurred_at": [datetime(2026, m, 5, tzinfo=UTC)
    ...     for m in (1, 3, 1)]})
    >>> found = cohort_retention(bought, period=Period(), zone=ZoneInfo("UTC"))
    >>> found.select("age", "n_active", "share").rows()
    [(0, 2, 1.0), (1, 0, 0.0), (2, 1, 0.5)]
    """
    require_columns(purchases, ["path_key", "occurred_at"], what="purchases")
    month = pl.col("occurred_at").dt.convert_time_zone(zone.key).dt.date().dt.truncate("1mo")
    bought = (
        purchases.filter(pl.col("path_key").is_not_null())
        .with_columns(month.alias("month"))
        .group_by("path_key", "month")
        .agg(pl.col("occurred_at").min())
        .with_columns(
            pl.col("occurred_at").min().over("path_key").alias("first_at"),
            pl.col("month").min().over("path_key").alias("cohort_on"),
        )
        .filter(True if period.start is None else pl.col("first_at") >= period.start)
        .group_by("cohort_on", "month")
        .agg(pl.len().cast(pl.Int64).alias("n_active"))
        .collect()
    )
    last = bought["month"].max() if period.end is None else _month_of(period.end - RESOLUTION, zone)
    cohorts = bought.filter(pl.col("cohort_on") == pl.col("month")).select("cohort_on", n_customers="n_active")
    ages = cohorts.with_columns(
        pl.date_ranges("cohort_on", pl.lit(last, dtype=pl.Date), interval="1mo").alias("month")
    ).explode("month")
    return (
        ages.join(bought, on=["cohort_on", "month"], how="left")
        .with_columns(pl.col("n_active").fill_null(0), (_months("month") - _months("cohort_on")).alias("age"))
        .sort("cohort_on", "age")
        .select(
            "cohort_on",
            "age",
            "n_customers",
            "n_active",
            ratio(pl.col("n_active"), pl.col("n_customers")).alias("share"),
        )
    )


def _months(day: str) -> pl.Expr:
    return 12 * pl.col(day).dt.year().cast(pl.Int64) + pl.col(day).dt.month()


def _month_of(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date().replace(day=1)

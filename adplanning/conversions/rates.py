"""How many conversions, worth how much, and how many purchases a visitor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from adplanning.core.errors import InvalidData
from adplanning.core.frames import require_columns
from adplanning.core.money import in_reporting_currency
from adplanning.core.ratios import ratio
from adplanning.core.vocabulary import ConversionType

# What a time series or breakdown may be grouped by, and the name of its key; a week starts on Monday.
GROUPINGS: Mapping[str, str] = {
    "day": "date",
    "week": "date",
    "month": "date",
    "conversion_type": "type",
    "platform": "platform",
    "campaign": "campaign_id",
}
_DAY_OF = {
    "day": pl.col("on"),
    "week": pl.col("on").dt.truncate("1w"),
    "month": pl.col("on").dt.truncate("1mo"),
    "conversion_type": pl.col("conversion_type"),
    "platform": pl.col("platform"),
    "campaign": pl.col("ad_campaign_id"),
}


@dataclass(frozen=True)
class Unconverted:
    """Conversions that are counted, but whose value is in a currency without a known rate."""

    currency: str
    count: int
    value_minor: int


@dataclass(frozen=True)
class ConversionStatistics:
    """The totals of a period; values in minor units of the reporting currency."""

    total_conversions: int
    total_value_minor: int
    conversion_rate: float | None
    by_type: dict[str, int]
    by_platform: dict[str, int]
    value_minor_by_type: dict[str, int]
    series: list[dict[str, Any]]
    unconverted: list[Unconverted]


def conversion_rate(n_purchases: int, n_visitors: int) -> float | None:
    """Purchases per unique visitor, in percent.

    Formula: 100 × n_purchases / n_visitors; null without visitors. Above 100 where visitors buy more than once.

    >>> conversion_rate(3, 40), conversion_rate(6, 1), conversion_rate(0, 0)
    (7.5, 600.0, None)
    """
    share = ratio(n_purchases, n_visitors)
    return None if share is None else 100 * share


def conversion_statistics(
    conversions: pl.LazyFrame,
    rates: pl.DataFrame,
    *,
    n_visitors: int,
    currency: str,
    zone: ZoneInfo,
    group_by: str = "day",
) -> ConversionStatistics:
    """Count and add up conversions, in all and by group.

    Formula: each value at its own day's rate (`core.money.in_reporting_currency`), then sums and counts.

    Parameters
    ----------
    conversions : one row per conversion: conversion_type, platform, ad_campaign_id, currency, value_minor (minor units,
        null without value), converted_at (UTC).
    rates : see `core.money.in_reporting_currency`.
    n_visitors : unique visitors seen in the same period, the denominator of the conversion rate.
    currency, zone : reporting currency and the zone whose calendar days are meant.
    group_by : one of `GROUPINGS`; the contract's default is the day.

    Returns
    -------
    Totals over all rows; the series' counts add up to `total_conversions`, its values to `total_value_minor`.

    Raises
    ------
    InvalidData : an unknown grouping.

    >>> from datetime import UTC, datetime
    >>> sold = pl.LazyFrame(
    ...     {
    ...         "conversion_type": ["purchase", "add_to_cart"],
    ...         "platform": ["meta", "direct"],
    ...         "ad_campaign_id": [None, None],
    ...         "currency": ["INR", "INR"],
    ...         "value_minor": [499900, None],
    ...         "converted_at": [datetime(2026, 11, 1, 20, tzinfo=UTC)] * 2,
    ...     },
    ...     schema_overrides={"ad_campaign_id": pl.String, "value_minor": pl.Int64},
    ... )
    >>> no_rates = pl.DataFrame(
    ...     schema={"currency": pl.String, "in_currency": pl.String, "on": pl.Date, "rate": pl.Float64}
    ... )
    >>> found = conversion_statistics(sold, no_rates, n_visitors=4, currency="INR", zone=ZoneInfo("Asia/Kolkata"))
    >>> found.total_value_minor, found.conversion_rate, found.series
    (499900, 25.0, [{'date': '2026-11-02', 'count': 2, 'value_minor': 499900}])
    """
    if group_by not in GROUPINGS:
        raise InvalidData.unknown_choice("group_by", group_by, GROUPINGS)
    columns = ["conversion_type", "platform", "ad_campaign_id", "currency", "value_minor", "converted_at"]
    require_columns(conversions, columns, what="conversions")
    dated = conversions.with_columns(on=pl.col("converted_at").dt.convert_time_zone(zone.key).dt.date())
    valued = in_reporting_currency(
        dated, rates, currency=currency, amount="value_minor", on="on", into="reported_minor"
    )
    key = GROUPINGS[group_by]
    counts, series, unconverted = pl.collect_all(
        [
            valued.group_by("conversion_type", "platform").agg(
                pl.len().cast(pl.Int64).alias("count"), pl.col("reported_minor").sum()
            ),
            valued.group_by(_DAY_OF[group_by].alias(key))
            .agg(pl.len().cast(pl.Int64).alias("count"), pl.col("reported_minor").sum().alias("value_minor"))
            .sort(key, nulls_last=True),
            valued.filter(pl.col("reported_minor").is_null(), pl.col("value_minor").is_not_null())
            .group_by("currency")
            .agg(pl.len().cast(pl.Int64).alias("count"), pl.col("value_minor").sum())
            .sort("currency"),
        ]
    )
    by_type = _sums(counts, "count", by="conversion_type")
    return ConversionStatistics(
        total_conversions=int(counts["count"].sum()),
        total_value_minor=int(counts["reported_minor"].sum()),
        conversion_rate=conversion_rate(by_type.get(ConversionType.purchase, 0), n_visitors),
        by_type=by_type,
        by_platform=_sums(counts, "count", by="platform"),
        value_minor_by_type=_sums(counts, "reported_minor", by="conversion_type"),
        series=[
            {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}
            for row in series.iter_rows(named=True)
        ],
        unconverted=[Unconverted(**row) for row in unconverted.iter_rows(named=True)],
    )


def _sums(frame: pl.DataFrame, of: str, *, by: str) -> dict[str, int]:
    return dict(frame.group_by(by).agg(pl.col(of).sum()).sort(by).iter_rows())

"""On which days an amount has no rate, so that no sum in the reporting currency can hold it."""

from __future__ import annotations

from typing import Final

import polars as pl

from adplanning.core.frames import require_columns
from adplanning.core.money import in_reporting_currency

# Far more than any rate could round to nothing: only whether there is a rate is asked.
_SOME_AMOUNT: Final = 10**12
_COLUMNS: Final = ("currency", "first_on", "last_on", "n_days", "n_amounts")


def rate_gaps(amounts: pl.LazyFrame, rates: pl.DataFrame, *, currency: str) -> pl.DataFrame:
    """The stretches of days in use on which a currency has no rate.

    A day is in use when it has an amount; it has a rate as `in_reporting_currency` finds one: that day's, or one of the
    days before, in either direction. Days in use one after another without a rate are one stretch, whatever lies
    between them; a day with a rate ends it.

    Parameters
    ----------
    amounts : one row per currency and day `on` that an amount has: currency, on, n_amounts.
    rates : one row per currency, in_currency and day `on`: rate.
    currency : the reporting currency, which needs no rate.

    Returns
    -------
    One row per stretch, by currency and day: currency, first_on, last_on, n_days (in use), n_amounts. The sum of
    n_amounts is the number of amounts that sums leave out.

    Raises
    ------
    InvalidData : a column is missing.

    >>> from datetime import date
    >>> days = [date(2026, 1, n) for n in (1, 2, 20)]
    >>> used = pl.LazyFrame({"currency": ["USD"] * 3, "on": days, "n_amounts": [5, 1, 1]})
    >>> rates = pl.DataFrame({"currency": ["USD"], "in_currency": ["INR"], "on": [date(2026, 1, 15)], "rate": [90.0]})
    >>> rate_gaps(used, rates, currency="INR").rows()
    [('USD', datetime.date(2026, 1, 1), datetime.date(2026, 1, 2), 2, 6)]
    """
    require_columns(amounts, ["currency", "on", "n_amounts"], what="amounts")
    found = in_reporting_currency(
        amounts.with_columns(some=pl.lit(_SOME_AMOUNT)), rates, currency=currency, amount="some", on="on", into="known"
    )
    has_rate = pl.col("known").is_not_null()
    return (
        found.filter(pl.col("currency") != currency)
        .sort("currency", "on")
        .with_columns(stretch=has_rate.cast(pl.Int64).cum_sum().over("currency"), has_rate=has_rate)
        .filter(~pl.col("has_rate"))
        .group_by("currency", "stretch")
        .agg(
            first_on=pl.col("on").min(),
            last_on=pl.col("on").max(),
            n_days=pl.len().cast(pl.Int64),
            n_amounts=pl.col("n_amounts").sum().cast(pl.Int64),
        )
        .select(_COLUMNS)
        .sort("currency", "first_on")
        .collect()
    )

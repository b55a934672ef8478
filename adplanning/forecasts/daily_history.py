"""What each campaign spent and brought on each day, told apart from what is not known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from adplanning.core.money import in_reporting_currency
from adplanning.core.spend_levels import spend_once

HISTORY: Final = pl.Schema(
    {
        "campaign_id": pl.String,
        "on": pl.Date,
        "spend_minor": pl.Int64,
        "n_conversions": pl.Float64,
        "revenue_minor": pl.Int64,
        "n_without_rate": pl.Int64,
    }
)
SILENT_DAYS: Final = 28
"""After so many days without a word a campaign counts as over: as long as Meta goes on changing a day's figures."""

_KEYS: Final = ("campaign_id", "on")
_FIGURES: Final = ("spend_minor", "n_conversions", "revenue_minor")


@dataclass(frozen=True)
class HistoryFacts:
    """What the store tells of some campaigns.

    `spend` has a row per reported object and day, or days together: level, campaign_id, first_on, on, spend_minor,
    currency. `results` has one per conversion and campaign: campaign_id, converted_at, share, value_minor, currency.
    `campaigns` has campaign_id, ad_account_id, read_until_on (up to which its account's days were read; null where
    nobody reads it). `told` are the days of which an account has told something, `refused` those of which something
    could not be read: ad_account_id, on. `rates` are those of currencies. All results are known from `results_from_on`
    (None: none ever) to `results_until_on` (None: to the end).
    """

    spend: pl.DataFrame
    results: pl.DataFrame
    campaigns: pl.DataFrame
    told: pl.DataFrame
    refused: pl.DataFrame
    rates: pl.DataFrame
    results_from_on: date | None
    results_until_on: date | None


def daily_history(facts: HistoryFacts, *, as_of_on: date, zone: ZoneInfo, currency: str) -> pl.DataFrame:
    """Tell what each campaign spent and brought on each day up to a day.

    Formula: spend is that of `spend_once`, results those of their day in `zone`, amounts at the day's rate. A
    campaign's days begin with the first on which it spent or brought anything. On a day without a row it spent nothing
    if its account has told of that day or was read up to it, unless a row of it could not be read or tells several
    days together: then its spend is not known.

    Parameters
    ----------
    facts : what the store tells.
    as_of_on : the last day that is over.
    zone, currency : of reports.

    Returns
    -------
    One row per campaign and day, sorted: campaign_id, on, spend_minor, n_conversions, revenue_minor (each null where it
    is not known, and an amount where a part of it has no rate), n_without_rate (how many amounts of that day).

    Source: none; what a missing row means is the store's own.
    """
    spent, brought = _spent(facts, currency), _brought(facts, zone, currency)
    began = pl.concat([spent.select(_KEYS), brought.select(_KEYS)]).filter(pl.col("on") <= as_of_on)
    days = _each_day(began.group_by("campaign_id").agg(first_on=pl.col("on").min(), last_on=pl.lit(as_of_on)))
    together = _each_day(
        facts.spend.filter(pl.col("first_on") < pl.col("on")).select("campaign_id", "first_on", last_on=pl.col("on"))
    ).unique()
    joined = (
        days.join(facts.campaigns, on="campaign_id", how="left")
        .join(spent, on=_KEYS, how="left")
        .join(brought, on=_KEYS, how="left")
        .join(facts.told.unique().with_columns(is_told=True), on=["ad_account_id", "on"], how="left")
        .join(facts.refused.unique().with_columns(is_refused=True), on=["ad_account_id", "on"], how="left")
        .join(together.with_columns(is_together=True), on=_KEYS, how="left")
    )
    covered = pl.col("is_told").fill_null(value=False) | (pl.col("on") <= pl.col("read_until_on")).fill_null(
        value=False
    )
    unclear = pl.col("is_refused").is_not_null() | pl.col("is_together").is_not_null()
    spend = pl.when(pl.col("n_spend_without_rate").is_not_null()).then("spend_minor").when(covered & ~unclear).then(0)
    has_results = _results_known(facts)
    in_full = pl.col("n_revenue_without_rate").fill_null(0) == 0
    return (
        joined.select(
            *_KEYS,
            spend.alias("spend_minor"),
            pl.when(has_results).then(pl.col("n_conversions").fill_null(0)).alias("n_conversions"),
            pl.when(has_results & in_full).then(pl.col("revenue_minor").fill_null(0)).alias("revenue_minor"),
            pl.sum_horizontal("n_spend_without_rate", "n_revenue_without_rate").alias("n_without_rate"),
        )
        .cast(HISTORY)
        .sort(_KEYS)
    )


def account_history(histories: pl.DataFrame, *, as_of_on: date) -> pl.DataFrame:
    """Add up the days of all campaigns.

    Formula: the sum of each figure over the campaigns; null where one of them is not known. A campaign of which nothing
    was told for `SILENT_DAYS` is over: it counts as having spent nothing since.

    Parameters
    ----------
    histories : from `daily_history`.
    as_of_on : the last day that is over.

    Returns
    -------
    One row per day, sorted: on, spend_minor, n_conversions, revenue_minor, n_without_rate.

    >>> from datetime import date
    >>> days = pl.DataFrame(
    ...     [["a", date(2026, 1, 1), 500, 1.0, 900, 0], ["b", date(2026, 1, 1), 300, 0.5, None, 1]],
    ...     schema=HISTORY, orient="row",
    ... )
    >>> account_history(days, as_of_on=date(2026, 1, 1)).row(0)[1:]
    (800, 1.5, None, 1)
    """
    last_known_on = pl.col("on").filter(pl.col("spend_minor").is_not_null()).max().over("campaign_id")
    is_over = (pl.col("on") > last_known_on) & (last_known_on <= as_of_on - timedelta(days=SILENT_DAYS))
    never_told = last_known_on.is_null()
    whole = histories.with_columns(
        pl.when(is_over | never_told).then(pl.col("spend_minor").fill_null(0)).otherwise("spend_minor")
    )
    in_full = (pl.when(pl.col(name).is_not_null().all()).then(pl.col(name).sum()).alias(name) for name in _FIGURES)
    return whole.group_by("on").agg(*in_full, pl.col("n_without_rate").sum()).sort("on")


def _spent(facts: HistoryFacts, currency: str) -> pl.DataFrame:
    of_days = spend_once(facts.spend.lazy().filter(pl.col("first_on") == pl.col("on")))
    return _added_up(of_days, facts.rates, currency, "spend")


def _brought(facts: HistoryFacts, zone: ZoneInfo, currency: str) -> pl.DataFrame:
    on_days = facts.results.lazy().with_columns(on=pl.col("converted_at").dt.convert_time_zone(zone.key).dt.date())
    counted = on_days.group_by(_KEYS).agg(n_conversions=pl.col("share").sum())
    worth = _added_up(on_days.rename({"value_minor": "revenue_minor"}), facts.rates, currency, "revenue")
    return counted.collect().join(worth, on=_KEYS, how="left")


def _added_up(rows: pl.LazyFrame, rates: pl.DataFrame, currency: str, what: str) -> pl.DataFrame:
    """The known amounts by campaign and day, and how many have no rate; their sum is then not known."""
    amount = f"{what}_minor"
    reported = in_reporting_currency(rows, rates, currency=currency, amount=amount, on="on", into="reported_minor")
    n_without = (pl.col(amount).is_not_null() & pl.col("reported_minor").is_null()).sum().cast(pl.Int64)
    return (
        reported.group_by(_KEYS)
        .agg(
            pl.when(n_without == 0).then(pl.col("reported_minor").sum()).alias(amount),
            n_without.alias(f"n_{what}_without_rate"),
        )
        .collect()
    )


def _each_day(stretches: pl.DataFrame) -> pl.DataFrame:
    days = pl.date_ranges("first_on", "last_on", "1d").alias("on")
    return stretches.select("campaign_id", days).explode("on", empty_as_null=False)


def _results_known(facts: HistoryFacts) -> pl.Expr:
    if facts.results_from_on is None:
        return pl.lit(value=False)
    known = pl.col("on") >= facts.results_from_on
    return known if facts.results_until_on is None else known & (pl.col("on") <= facts.results_until_on)

"""Kept forecasts held against what happened, and how forecasts of the past would have done."""

from __future__ import annotations

from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import Engine

from adplanning.core.vocabulary import PublicRevenue
from adplanning.forecasts import queries
from adplanning.forecasts.accuracy import forecast_accuracy, naive_errors_so_far
from adplanning.forecasts.backtest import Backtest, rolling_origins
from adplanning.forecasts.daily_history import account_history
from adplanning.forecasts.event_service import told_events
from adplanning.forecasts.history_service import HISTORY_DAYS, campaign_histories, history_of
from adplanning.forecasts.service import as_series

MEASURES: Final = {"revenue": "revenue_minor", "conversions": "n_conversions", "spend": "spend_minor"}
"""What is compared, and its column in forecasts and histories."""
MOST_DAYS: Final = 1500


def compared_days(
    engine: Engine,
    *,
    as_of_on: date,
    zone: ZoneInfo,
    currency: str,
    public_revenue: PublicRevenue,
    forecast_id: str | None = None,
    ad_campaign_id: str | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Lay each forecast's days that are over beside what happened.

    Parameters
    ----------
    as_of_on : the last day that is over.
    zone, currency, public_revenue : see `campaign_histories`; forecasts in another currency are left out.
    forecast_id, ad_campaign_id : only that forecast, or those of that campaign.

    Returns
    -------
    The days, sorted: measure (of `MEASURES`), forecast_id, ad_campaign_id (null for the account), on, expected, lower,
    upper, actual (null where it is not known), amounts in minor units. And for each measure and forecast naive_error:
    by how much the days before it differed from those a week earlier, on average.
    """
    forecasts, days = queries.forecast_facts(
        engine, as_of_on, currency=currency, forecast_id=forecast_id, ad_campaign_id=ad_campaign_id
    )
    began = forecasts["as_of_on"].min()
    n_days = (as_of_on - began).days + HISTORY_DAYS if isinstance(began, date) else 1
    of_account = forecasts["ad_campaign_id"].null_count() > 0
    histories = campaign_histories(
        engine,
        as_of_on=as_of_on,
        zone=zone,
        currency=currency,
        public_revenue=public_revenue,
        campaign_ids=None if of_account else forecasts["ad_campaign_id"].unique().to_list(),
        days=min(n_days, MOST_DAYS),
    )
    account = account_history(histories, as_of_on=as_of_on).with_columns(campaign_id=pl.lit(None, pl.String))
    actual = pl.concat([histories, account], how="diagonal").rename({"campaign_id": "ad_campaign_id"})
    with_campaign = days.join(forecasts, on="forecast_id")
    compared = [_compared(with_campaign, actual, measure) for measure in MEASURES]
    scales = [_scales(forecasts, actual, measure) for measure in MEASURES]
    return pl.concat(compared).sort("measure", "forecast_id", "on"), pl.concat(scales)


def accuracy_reports(
    engine: Engine,
    *,
    as_of_on: date,
    zone: ZoneInfo,
    currency: str,
    public_revenue: PublicRevenue,
    forecast_id: str | None = None,
    ad_campaign_id: str | None = None,
) -> pl.DataFrame:
    """How far each kept forecast was off; see `compared_days` for the parameters and `forecast_accuracy`.

    Returns
    -------
    One row per measure and forecast of which a day is over, sorted: measure, forecast_id, ad_campaign_id, first_on,
    last_on (of the days that were compared), n_days, mape, mase, coverage, bias.
    """
    days, scales = compared_days(
        engine,
        as_of_on=as_of_on,
        zone=zone,
        currency=currency,
        public_revenue=public_revenue,
        forecast_id=forecast_id,
        ad_campaign_id=ad_campaign_id,
    )
    known = days.drop_nulls(["expected", "actual"])
    about = known.group_by("measure", "forecast_id", "ad_campaign_id").agg(
        first_on=pl.col("on").min(), last_on=pl.col("on").max()
    )
    found = [
        forecast_accuracy(
            known.filter(pl.col("measure") == measure).drop("measure", "ad_campaign_id"),
            scales.filter(pl.col("measure") == measure).drop("measure"),
        ).with_columns(measure=pl.lit(measure))
        for measure in MEASURES
    ]
    return about.join(pl.concat(found), on=["measure", "forecast_id"]).sort("measure", "forecast_id")


def backtest_of(
    engine: Engine,
    ad_campaign_id: str | None,
    *,
    as_of_on: date,
    zone: ZoneInfo,
    currency: str,
    public_revenue: PublicRevenue,
    **options: Any,
) -> Backtest:
    """How forecasts of a campaign, or of the account (None), would have done in the past; see `rolling_origins`.

    Each goes by the planned events of the store that had been told by then.
    """
    history = history_of(
        engine, ad_campaign_id, as_of_on=as_of_on, zone=zone, currency=currency, public_revenue=public_revenue
    )
    events = told_events(engine, ad_campaign_id, zone=zone)
    return rolling_origins(as_series(history, as_of_on=as_of_on), events=events, **options)


def _compared(days: pl.DataFrame, actual: pl.DataFrame, measure: str) -> pl.DataFrame:
    column = MEASURES[measure]
    name, minor = column.removesuffix("_minor"), column[len(column.removesuffix("_minor")) :]
    expected = {into: pl.col(f"{name}{bound}{minor}") for into, bound in _BOUNDS}
    what_was = actual.select("ad_campaign_id", "on", actual=column)
    return days.join(what_was, on=["ad_campaign_id", "on"], how="left", nulls_equal=True).select(
        pl.lit(measure).alias("measure"),
        "forecast_id",
        "ad_campaign_id",
        "on",
        *(column.cast(pl.Float64).alias(into) for into, column in expected.items()),
        pl.col("actual").cast(pl.Float64),
    )


_BOUNDS: Final = (("expected", ""), ("lower", "_lower"), ("upper", "_upper"))


def _scales(forecasts: pl.DataFrame, actual: pl.DataFrame, measure: str) -> pl.DataFrame:
    told = [pl.DataFrame(schema={"ad_campaign_id": pl.String, "as_of_on": pl.Date, "naive_error": pl.Float64})]
    # The days of a series follow one another without a gap.
    for series in actual.sort("on").partition_by("ad_campaign_id", maintain_order=True):
        values = series[MEASURES[measure]].cast(pl.Float64).to_numpy()
        errors = pl.Series("naive_error", naive_errors_so_far(values[None, :])[0]).fill_nan(None)
        told.append(series.select("ad_campaign_id", as_of_on="on").with_columns(errors))
    scaled = forecasts.join(pl.concat(told), on=["ad_campaign_id", "as_of_on"], how="left", nulls_equal=True)
    return scaled.select(pl.lit(measure).alias("measure"), "forecast_id", "naive_error")
